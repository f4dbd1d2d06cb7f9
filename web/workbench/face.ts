import { n, number, onward, t } from "../language/_words";
import { attributionOf, isUnattributed } from "./attribution";
import type { Bench } from "./bench";
import { element, icon } from "./dom";
import type { Annotation } from "./record";
import { stateBadge } from "./states";
import type { Direction } from "./textview";

/** Face is what a claim's card shows while it is closed. */
export interface Face {
  readonly who: string;
  readonly asks: boolean;
  readonly chain: string;
  readonly quote: string;
  readonly direction: Direction;
  readonly state: NonNullable<Annotation["review_state"]>;
  readonly comments: number;
}

export function faceOf(bench: Bench, claim: Annotation): Face {
  const { speakers, chains } = attributionOf(bench.set, claim.id);
  const names = speakers.map(({ to }) => bench.name(to));
  const asks = isUnattributed(bench.set, claim);
  const chain = chains[0]?.map(({ to }) => bench.name(to)).join(` ${onward} `) ?? "";
  return {
    asks,
    chain: names.length > 0 ? chain : "",
    who: names.join(" & ") || (asks ? t("Who says this?") : chain || t("Speaker not stated")),
    quote: bench.quote(claim, 160),
    direction: bench.direction(claim),
    state: claim.review_state ?? "unreviewed",
    comments: bench.parts.directory.comments(claim.id),
  };
}

/** The button that a closed card is. */
export function faceButton({ who, asks, chain, quote, direction, state, comments }: Face): HTMLButtonElement {
  return element("button", { type: "button", className: "face", tabIndex: -1 },
    element("span", { className: asks ? "who asks" : "who" }, who),
    chain !== "" && element("span", { className: "chain" }, icon("right"), chain),
    element("span", { className: "marks" },
      comments > 0 && element("span", { className: "comments" }, icon("comment"), element("span", { "aria-hidden": "true" }, number(comments)), element("span", { className: "unseen" }, n(comments, "%d comment", "%d comments"))),
      stateBadge(state)),
    element("span", { className: "quote", dir: direction }, quote));
}
