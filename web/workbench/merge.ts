import { sameContent, sameFragments } from "./history";
import type { Annotation, Attributes, Link, Operation } from "./record";

type Thing = Annotation | Link;

/** Whose is which side of a conflict. */
export type Side = "mine" | "theirs";

/** Answers which side counts for what both changed; undefined leaves it open. */
export type Choose = (field: string) => Side | undefined;

/** The field of a conflict about a thing as a whole: one deleted it, or made it something else. */
export const whole = "whole";

/** Merged is what became of an operation over what others did meanwhile. */
export interface Merged {
  /** What is left to do, if anything. */
  readonly operation: Operation | undefined;
  /** What both changed, and nobody has chosen: whole, kind, fragments, entity, ends, attributes.NAME. */
  readonly open: readonly string[];
}

/**
 * Puts an operation over what there is now, given what its author changed it
 * from. What only one of the two changed stays as that one has it; lists are
 * merged by what was added and taken away; only what both changed differently
 * is to be chosen.
 */
export function merge(mine: Operation, was: Thing | null | undefined, now: Thing | undefined, choose: Choose, seen = true): Merged {
  if (mine.op === "delete") return mergeDeletion(mine, was, now, choose, seen);
  const record = (mine.annotation ?? mine.link) as Thing;
  if (!now) return was ? chosen(mine, choose) : { operation: mine, open: [] };
  if (sameContent(record, now)) return done;
  if (was && kindOf(was) === kindOf(record) && kindOf(was) === kindOf(now)) return mergeFields(record, was, now, choose);
  if (was && sameContent(was, now)) return { operation: mine, open: [] };
  if (was && sameContent(was, record)) return done;
  return chosen(mine, choose);
}

const done: Merged = { operation: undefined, open: [] };

/** A deletion must have seen all that goes with it. */
function mergeDeletion(mine: Operation, was: Thing | null | undefined, now: Thing | undefined, choose: Choose, seen: boolean): Merged {
  if (!now) return done;
  return seen && was && sameContent(was, now) ? { operation: mine, open: [] } : chosen(mine, choose);
}

function chosen(mine: Operation, choose: Choose): Merged {
  const side = choose(whole);
  return { operation: side === "mine" ? mine : undefined, open: side === undefined ? [whole] : [] };
}

/** What a thing is; what is said of it makes sense for that only. */
function kindOf(thing: Thing): string {
  return "kind" in thing ? thing.kind : thing.role;
}

function mergeFields(mine: Thing, was: Thing, now: Thing, choose: Choose): Merged {
  const open: string[] = [];
  const pick = <T>(field: string, values: { mine: T; was: T; now: T }, same: (a: T, b: T) => boolean): T => {
    if (same(values.mine, values.was) || same(values.mine, values.now)) return values.now;
    if (same(values.now, values.was)) return values.mine;
    const side = choose(field);
    if (side === undefined) open.push(field);
    return side === "mine" ? values.mine : values.now;
  };
  const attributes = mergeAttributes(mine.attributes, was.attributes, now.attributes, pick);
  let merged: Thing;
  if ("kind" in mine && "kind" in was && "kind" in now) {
    const fragments = pick("fragments", { mine: mine.fragments, was: was.fragments, now: now.fragments }, sameFragments);
    const entity = pick("entity", { mine: mine.entity, was: was.entity, now: now.entity }, Object.is);
    merged = { ...now, fragments, entity, attributes };
  } else {
    const ends = pick("ends", { mine: mine as Link, was: was as Link, now: now as Link }, (a, b) => a.from === b.from && a.to === b.to);
    merged = { ...(now as Link), from: ends.from, to: ends.to, attributes };
  }
  return { operation: sameContent(merged, now) ? undefined : putting(merged), open };
}

function putting(thing: Thing): Operation {
  return "kind" in thing ? { op: "put", annotation: thing } : { op: "put", link: thing };
}

type Value = Attributes[string] | undefined;
type Pick = (field: string, values: { mine: Value; was: Value; now: Value }, same: (a: Value, b: Value) => boolean) => Value;

function mergeAttributes(mine: Attributes, was: Attributes, now: Attributes, pick: Pick): Attributes {
  const merged: Record<string, string | readonly string[]> = {};
  for (const name of new Set([...Object.keys(now), ...Object.keys(mine)])) {
    const values = { mine: mine[name], was: was[name], now: now[name] };
    const value = lists(values) ? mergeLists(values) : pick(`attributes.${name}`, values, sameValue);
    if (value !== undefined && value.length > 0) merged[name] = value;
  }
  return merged;
}

function lists(values: { mine: Value; was: Value; now: Value }): boolean {
  return Object.values(values).every((value) => value === undefined || typeof value !== "string");
}

/** Theirs, with what was added to mine and without what was taken from it. */
function mergeLists({ mine = [], was = [], now = [] }: { mine: Value; was: Value; now: Value }): readonly string[] {
  const [added, taken] = [[...mine].filter((v) => !was.includes(v)), [...was].filter((v) => !mine.includes(v))];
  return [...[...now].filter((v) => !taken.includes(v)), ...added.filter((v) => !now.includes(v))];
}

function sameValue(a: Value, b: Value): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
