import type { Fragment } from "./record";

/** Range is a half-open range of code points. */
export type Range = Pick<Fragment, "start" | "end">;

/** From the first character to the last, wherever the fragments lie. */
export function extent(fragments: readonly Range[]): Range | undefined {
  if (fragments.length === 0) return undefined;
  return { start: Math.min(...fragments.map(({ start }) => start)), end: Math.max(...fragments.map(({ end }) => end)) };
}

/** Where an annotation begins; one without a place in the text after all others. */
export function startOf({ fragments }: { readonly fragments: readonly Range[] }): number {
  return extent(fragments)?.start ?? Number.MAX_SAFE_INTEGER;
}

/**
 * The fragments with one more among them, in the order of the text. What it
 * overlaps or touches becomes one with it: a fragment beside a fragment is one
 * longer fragment.
 */
export function including(fragments: readonly Range[], added: Range): Range[] {
  const touches = (f: Range) => f.start <= added.end && added.start <= f.end;
  const joined = extent([added, ...fragments.filter(touches)])!;
  return [...fragments.filter((f) => !touches(f)), joined].sort((a, b) => a.start - b.start);
}

/**
 * The fragments with one of them changed to a range, or undefined when the
 * range is empty or would run into another of them.
 */
export function changing(fragments: readonly Range[], index: number, range: Range): Range[] | undefined {
  const others = fragments.filter((_, i) => i !== index);
  if (range.start >= range.end || others.some((f) => f.start < range.end && range.start < f.end)) return undefined;
  return fragments.map((f, i) => (i === index ? range : f));
}

/** How many code points lie between two ranges, 0 when they touch. */
export function distance(a: Range, b: Range): number {
  return Math.max(0, a.start - b.end, b.start - a.end);
}
