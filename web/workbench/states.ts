import { t } from "../language/_words";
import { element, icon } from "./dom";
import type { ReviewState } from "./record";

/** How each state of a claim's review is told: in a word, a shape and a tone. */
const states: Readonly<Record<ReviewState, { word: string; icon: string; tone: string }>> = {
  unreviewed: { word: t("Unreviewed"), icon: "ring", tone: "open" },
  approved: { word: t("Approved"), icon: "check", tone: "good" },
  disputed: { word: t("Disputed"), icon: "split", tone: "warn" },
  rejected: { word: t("Rejected"), icon: "cross", tone: "bad" },
  changes_requested: { word: t("Changes requested"), icon: "redo", tone: "info" },
};

/** The states in the order they are shown in. */
export const stateOrder = Object.keys(states) as ReviewState[];

/** The word for a state. */
export function stateWord(state: ReviewState): string {
  return states[state].word;
}

/** A badge for a state. */
export function stateBadge(state: ReviewState): HTMLElement {
  const { word, icon: shape, tone } = states[state];
  return element("span", { className: `badge ${tone}`, "data-state": state }, icon(shape), element("span", { className: "word" }, word));
}
