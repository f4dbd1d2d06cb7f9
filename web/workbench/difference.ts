import { onward, t } from "../language/_words";
import type { Codes } from "./codes";
import { whole } from "./merge";
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

/** What mine and theirs say of a field that both changed, as merge names it. */
export function difference(field: string, mine: Operation, theirs: Annotation | Link | undefined, naming: Naming): Difference {
  const record = mine.op === "delete" ? undefined : (mine.annotation ?? mine.link);
  if (field === whole || !record || !theirs) return { what: t("Tag"), mine: describe(record, naming), theirs: describe(theirs, naming) };
  if (field === "fragments") return texts(record as Annotation, theirs as Annotation, naming);
  const tell = (what: string, of: (thing: Annotation | Link) => string) => ({ what, mine: of(record) || nothing, theirs: of(theirs) || nothing });
  if (field === "entity") return tell(t("Is"), (thing) => naming.entity((thing as Annotation).entity));
  if (field === "ends") return tell(t("Link"), (thing) => describe(thing, naming));
  const name = field.replace(/^attributes\./, "");
  return tell(naming.codes.question(name), ({ attributes }) => answer(attributes, name, naming));
}

function texts(mine: Annotation, theirs: Annotation, naming: Naming): Difference {
  const [a, b] = parted(naming.quote(mine, Infinity), naming.quote(theirs, Infinity));
  return { what: t("Text"), mine: a || nothing, theirs: b || nothing };
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

function describe(thing: Annotation | Link | undefined, naming: Naming): string {
  if (!thing) return gone;
  if ("kind" in thing) return `${naming.codes.label(thing.kind)}: ${naming.quote(thing) || naming.entity(thing.entity)}`;
  return `${naming.name(thing.from)} ${onward} ${naming.name(thing.to)} (${roleWord(thing.role)})`;
}

function answer(attributes: Attributes, name: string, { codes }: Naming): string {
  const value = attributes[name];
  if (value === undefined) return "";
  return typeof value === "string" ? codes.value(name, value) : value.map((v) => codes.value(name, v)).join(", ");
}
