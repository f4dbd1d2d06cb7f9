import type { Codes } from "./codes";
import { sameFragments } from "./history";
import type { Annotation, Attributes, Link, Operation } from "./record";

/** Difference is one thing that two versions say differently. */
export interface Difference {
  readonly what: string;
  readonly mine: string;
  readonly theirs: string;
}

/** Naming is how ids and text are told in words. */
export interface Naming {
  readonly codes: Codes;
  quote(annotation: Annotation): string;
  entity(id: string | null): string;
  /** What an annotation is called, which may be gone. */
  name(id: string): string;
}

const gone = "deleted";
const nothing = "–";

/** What an operation would make of a thing, beside what it is now. */
export function differences(mine: Operation, theirs: Annotation | Link | undefined, naming: Naming): Difference[] {
  if (mine.op === "delete") return [{ what: "Tag", mine: gone, theirs: theirs ? describe(theirs, naming) : gone }];
  const record = (mine.annotation ?? mine.link)!;
  if (!theirs) return [{ what: "Tag", mine: describe(record, naming), theirs: gone }];
  const pairs: Difference[] = [];
  const add = (what: string, a: string, b: string) => {
    if (a !== b) pairs.push({ what, mine: a || nothing, theirs: b || nothing });
  };
  if ("kind" in record && "kind" in theirs) {
    add("Kind", naming.codes.label(record.kind), naming.codes.label(theirs.kind));
    if (!sameFragments(record.fragments, theirs.fragments)) {
      pairs.push({ what: "Text", mine: naming.quote(record) || nothing, theirs: naming.quote(theirs) || nothing });
    }
    add("Is", naming.entity(record.entity), naming.entity(theirs.entity));
  } else if ("role" in record && "role" in theirs) {
    add("Link", describe(record, naming), describe(theirs, naming));
  }
  for (const name of new Set([...Object.keys(record.attributes), ...Object.keys(theirs.attributes)])) {
    add(naming.codes.question(name), answer(record.attributes, name, naming), answer(theirs.attributes, name, naming));
  }
  return pairs;
}

function describe(thing: Annotation | Link, naming: Naming): string {
  if ("kind" in thing) return naming.quote(thing) || naming.entity(thing.entity);
  return `${naming.name(thing.from)} → ${naming.name(thing.to)} (${thing.role})`;
}

function answer(attributes: Attributes, name: string, { codes }: Naming): string {
  const value = attributes[name];
  if (value === undefined) return "";
  return typeof value === "string" ? codes.value(name, value) : value.map((v) => codes.value(name, v)).join(", ");
}
