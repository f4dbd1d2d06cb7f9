import type { Codes } from "./codes";
import type { LogEntry } from "./record";

/** What somebody did in a change set, in words: the first thing, and how many more. */
export function news({ operations }: LogEntry, codes: Codes): string {
  const done = operations.filter(({ op }) => op !== "touch");
  const first = done.find(({ annotation }) => annotation) ?? done[0];
  if (!first) return "changed something";
  const kind = first.op !== "delete" && first.annotation ? codes.label(first.annotation.kind).toLocaleLowerCase() : "";
  const more = done.filter(({ annotation }) => annotation).length - 1;
  const rest = more > 0 ? `, and ${more} more` : "";
  if (first.link) return first.op === "delete" ? "removed a link" : "linked a claim";
  if (first.op === "delete") return `deleted a tag${rest}`;
  return `${first.annotation!.version === 1 ? "tagged" : "changed"} a ${kind}${rest}`;
}
