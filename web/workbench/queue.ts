import { idOf } from "./operations";
import type { Annotation, Answer, ChangeSet, Link, Operation } from "./record";

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

/** Reply is how sending a change set ended. */
export type Reply =
  | { readonly outcome: "taken"; readonly answer: Answer }
  | { readonly outcome: "conflict"; readonly clashes: readonly Clash[] }
  | { readonly outcome: "refused"; readonly message: string; readonly problems: readonly Problem[] }
  /** It may or may not have arrived: to be sent again, as it is. */
  | { readonly outcome: "unreachable"; readonly signedOut?: boolean };

/** Held is a change set that was not taken, and those that build on it. */
export interface Held {
  readonly changeSet: ChangeSet;
  readonly dependents: readonly ChangeSet[];
  readonly reply: Exclude<Reply, { outcome: "taken" | "unreachable" }>;
}

/** State says how things stand with the saving. */
export interface State {
  readonly name: "saved" | "saving" | "offline" | "signed out";
  /** How many change sets are not saved. */
  readonly waiting: number;
}

/** Wiring is what the queue needs of its surroundings. */
export interface Wiring {
  send(changeSet: ChangeSet): Promise<Reply>;
  /** The operations as they are to be sent, now that all before are answered. */
  stamped(changeSet: ChangeSet): readonly Operation[];
  taken(changeSet: ChangeSet, answer: Answer): void;
  held(held: Held): void;
  state(state: State): void;
  /** Passes the time between two attempts; the signal ends it early. */
  pause(milliseconds: number, signal: AbortSignal): Promise<void>;
}

const firstPause = 500;
const longestPause = 30_000;

/**
 * ChangeQueue sends change sets one after the other, in the order they were
 * made. What does not arrive is sent again with the same id, after longer and
 * longer pauses, until it does: the server takes it once. A change set the
 * server refuses leaves the queue with all that build on it; the rest goes on.
 */
export class ChangeQueue {
  readonly #wiring: Wiring;
  #waiting: ChangeSet[] = [];
  #running = false;
  #attempts = 0;
  #pause: AbortController | undefined;

  constructor(wiring: Wiring) {
    this.#wiring = wiring;
  }

  /** How many change sets are not saved. */
  get length(): number {
    return this.#waiting.length;
  }

  add(changeSet: ChangeSet): void {
    this.#waiting.push(changeSet);
    this.#tell();
    if (!this.#running) void this.#run();
  }

  /** Takes note that a change set has been taken, from elsewhere than its answer. */
  arrived(id: string): void {
    this.#waiting = this.#waiting.filter((changeSet) => changeSet.id !== id);
    this.#tell();
  }

  /** Tries again at once, as when the network is back. */
  hurry(): void {
    this.#pause?.abort();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      const reply = await this.#send(first);
      if (this.#waiting[0] !== first) continue; // it has arrived after all
      if (reply.outcome === "unreachable") await this.#rest(reply.signedOut === true);
      else this.#finish(first, reply);
    }
    this.#running = false;
  }

  async #send(changeSet: ChangeSet): Promise<Reply> {
    try {
      return await this.#wiring.send({ id: changeSet.id, operations: this.#wiring.stamped(changeSet) });
    } catch {
      return { outcome: "unreachable" };
    }
  }

  async #rest(signedOut: boolean): Promise<void> {
    const full = Math.min(longestPause, firstPause * 2 ** this.#attempts++);
    this.#pause = new AbortController();
    this.#tell(signedOut ? "signed out" : "offline");
    // Not all browsers that lost the server together come back together.
    await this.#wiring.pause(full * (0.75 + Math.random() / 2), this.#pause.signal);
    this.#pause = undefined;
  }

  #finish(first: ChangeSet, reply: Exclude<Reply, { outcome: "unreachable" }>): void {
    this.#attempts = 0;
    if (reply.outcome === "taken") {
      this.#waiting.shift();
      this.#wiring.taken(first, reply.answer);
    } else {
      const dependents = dependentsOf(first, this.#waiting.slice(1));
      this.#waiting = this.#waiting.filter((changeSet) => changeSet !== first && !dependents.includes(changeSet));
      this.#wiring.held({ changeSet: first, dependents, reply });
    }
    this.#tell();
  }

  #tell(trouble?: "offline" | "signed out"): void {
    const waiting = this.#waiting.length;
    if (waiting === 0) this.#wiring.state({ name: "saved", waiting });
    else if (trouble) this.#wiring.state({ name: trouble, waiting });
    else if (this.#pause === undefined) this.#wiring.state({ name: "saving", waiting });
  }
}

/** Those of later that build on changeSet, directly or through one another. */
function dependentsOf(changeSet: ChangeSet, later: readonly ChangeSet[]): ChangeSet[] {
  const ids = new Set(changeSet.operations.map(idOf));
  const dependents: ChangeSet[] = [];
  for (const candidate of later) {
    if (!candidate.operations.some((operation) => namesOf(operation).some((id) => ids.has(id)))) continue;
    dependents.push(candidate);
    candidate.operations.forEach((operation) => ids.add(idOf(operation)));
  }
  return dependents;
}

/** The ids that must be there for operation to be done. */
function namesOf(operation: Operation): string[] {
  if (operation.op === "delete" || !operation.link) return [idOf(operation)];
  return [operation.link.id, operation.link.from, operation.link.to];
}
