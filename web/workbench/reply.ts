import type { Annotation, Answer, Link } from "./record";

/** Clash is what a conflict says of one operation: what is there now, if anything. */
export interface Clash {
  readonly operation: number;
  readonly annotation?: Annotation;
  readonly link?: Link;
}

/** Problem is one thing wrong with one operation, in words. */
export interface Problem {
  readonly operation: number;
  readonly field: string;
  readonly message: string;
}

/** Refusal is why a change set was not taken. Sending it again will not help. */
export type Refusal =
  | { readonly outcome: "conflict"; readonly clashes: readonly Clash[] }
  | { readonly outcome: "refused"; readonly message: string; readonly problems: readonly Problem[] };

/** Trouble is why a change set could not be sent. */
export type Trouble = "offline" | "signed out" | "somebody else";

/** Reply is how sending a change set ended. */
export type Reply =
  | { readonly outcome: "taken"; readonly answer: Answer }
  | Refusal
  /** It may or may not have arrived: to be sent again, as it is. */
  | { readonly outcome: "unreachable"; readonly trouble: Trouble };
