import { lower, t } from "../language/_words";
import type { Codes } from "./codes";
import { idOf } from "./operations";
import type { LogEntry, Operation } from "./record";

/** What somebody did in a change set, in words: the first thing, and how many more. */
export function news({ operations, inverse }: LogEntry, codes: Codes): string {
  const done = operations.filter(({ op }) => op !== "touch");
  const first = done.find(({ annotation }) => annotation) ?? done[0];
  if (!first) return t("changed something");
  if (first.link) return first.op === "delete" ? t("removed a link") : t("linked a claim");
  const more = done.filter(({ annotation }) => annotation).length - 1;
  const told = toldOf(first, inverse.find((one) => idOf(one) === idOf(first)), codes);
  return more > 0 ? t("%s, and %d more", told, more) : told;
}

function toldOf(first: Operation, before: Operation | undefined, codes: Codes): string {
  if (first.op === "delete" || !first.annotation) {
    const kind = before?.op === "put" ? before.annotation?.kind : undefined;
    return kind === undefined ? t("deleted a tag") : t("deleted a %s", lower(codes.label(kind)));
  }
  const kind = lower(codes.label(first.annotation.kind));
  return first.annotation.version === 1 ? t("tagged a %s", kind) : t("changed a %s", kind);
}
