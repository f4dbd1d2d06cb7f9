import { t } from "../language/_words";
import type { Role } from "./record";

/** The kinds a link of each role leads from and to. */
export const ends: Readonly<Record<Role, { readonly from: string; readonly to: string }>> = {
  speaker: { from: "claim", to: "speaker" },
  source: { from: "claim", to: "source" },
  cue: { from: "claim", to: "cue" },
  addressee: { from: "claim", to: "speaker" },
  within: { from: "claim", to: "claim" },
  via: { from: "source", to: "source" },
};

/** The word for a role. */
export function roleWord(role: Role): string {
  const words = { speaker: t("speaker"), source: t("source"), cue: t("cue"), addressee: t("addressee"), within: t("within"), via: t("via") };
  return words[role];
}

/** Tie is a role between two annotations, and which of them it leads from. */
export interface Tie {
  readonly role: Role;
  readonly from: "focused" | "other";
}

/**
 * The ways in which another annotation can be linked with the focused one,
 * going by their kinds; the most likely first. Another claim is most likely
 * said within the focused one.
 */
export function ties(focused: string, other: string): Tie[] {
  const found: Tie[] = [];
  for (const [role, { from, to }] of Object.entries(ends) as [Role, { from: string; to: string }][]) {
    if (role === "within" && from === other && to === focused) found.push({ role, from: "other" });
    if (from === focused && to === other) found.push({ role, from: "focused" });
    else if (from === other && to === focused) found.push({ role, from: "other" });
  }
  return found;
}
