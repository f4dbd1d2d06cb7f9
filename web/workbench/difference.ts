import { onward, t } from "../language/_words";
import type { Codes } from "./codes";
import { sameFragments } from "./history";
import type { Annotation, Attributes, Link, Operation } from "./record";
import { roleWord } from "./roles";

/** Difference is one thing that two versions say differently. */
export interface Difference {
  readonly what: string;
  readonly mine: string;
  readonly theirs: string;
}

/** Naming is how ids and text are told in words. */
export interface Naming {
  readonly codes: Codes;
  /** Its words, cut to most characters. */
  quote(annotation: Annotation, most?: number): string;
  entity(id: string | null): string;
  /** What an annotation is called, which may be gone. */
  name(id: string): string;
}

const gone = t("deleted");
const nothing = "–";

/** What an operation would make of a thing, beside what it is now. */
export function differences(mine: Operation, theirs: Annotation | Link | undefined, naming: Naming): Difference[] {
  if (mine.op === "delete") return [{ what: t("Tag"), mine: gone, theirs: theirs ? describe(theirs, naming) : gone }];
  const record = (mine.annotation ?? mine.link)!;
  if (!theirs) return [{ what: t("Tag"), mine: describe(record, naming), theirs: gone }];
  const pairs: Difference[] = [];
  const add = (what: string, a: string, b: string) => {
    if (a !== b) pairs.push({ what, mine: a || nothing, theirs: b || nothing });
  };
  if ("kind" in record && "kind" in theirs) {
    add(t("Kind"), naming.codes.label(record.kind), naming.codes.label(theirs.kind));
    if (!sameFragments(record.fragments, theirs.fragments)) {
      const [mine, theirText] = parted(naming.quote(record, Infinity), naming.quote(theirs, Infinity));
      pairs.push({ what: t("Text"), mine: mine || nothing, theirs: theirText || nothing });
    }
    add(t("Is"), naming.entity(record.entity), naming.entity(theirs.entity));
  } else if ("role" in record && "role" in theirs) {
    add(t("Link"), describe(record, naming), describe(theirs, naming));
  }
  for (const name of new Set([...Object.keys(record.attributes), ...Object.keys(theirs.attributes)])) {
    add(naming.codes.question(name), answer(record.attributes, name, naming), answer(theirs.attributes, name, naming));
  }
  return pairs;
}

/**
 * Two texts from a little before where they part, and to a little after: cut
 * from their beginning, long ones would look the same.
 */
function parted(mine: string, theirs: string): [string, string] {
  const [a, b] = [Array.from(mine), Array.from(theirs)];
  let same = 0;
  while (same < Math.min(a.length, b.length) && a[same] === b[same]) same++;
  const from = same > leadIn ? a.lastIndexOf(" ", same - leadIn) + 1 : 0;
  const shown = (text: string[]) =>
    `${from > 0 ? "… " : ""}${text.slice(from, from + shownOfText).join("")}${text.length > from + shownOfText ? "…" : ""}`;
  return [shown(a), shown(b)];
}

const leadIn = 30; // characters that both have, before they part
const shownOfText = 120;

function describe(thing: Annotation | Link, naming: Naming): string {
  if ("kind" in thing) return naming.quote(thing) || naming.entity(thing.entity);
  return `${naming.name(thing.from)} ${onward} ${naming.name(thing.to)} (${roleWord(thing.role)})`;
}

function answer(attributes: Attributes, name: string, { codes }: Naming): string {
  const value = attributes[name];
  if (value === undefined) return "";
  return typeof value === "string" ? codes.value(name, value) : value.map((v) => codes.value(name, v)).join(", ");
}
