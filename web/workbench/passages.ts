import type { Range } from "./fragments";

/** Passage is a stretch of the text that an annotation stood on before a change, after it, or both. */
export interface Passage extends Range {
  readonly before: boolean;
  readonly after: boolean;
}

/** The stretches that fragments stood on before and stand on after a change, as they stand in the text. */
export function passages(before: readonly Range[], after: readonly Range[]): Passage[] {
  const edges = [...new Set([...before, ...after].flatMap(({ start, end }) => [start, end]))].sort((a, b) => a - b);
  const on = (fragments: readonly Range[], start: number, end: number) => fragments.some((f) => f.start <= start && end <= f.end);
  return edges.slice(1).map((end, i) => {
    const start = edges[i]!;
    return { start, end, before: on(before, start, end), after: on(after, start, end) };
  }).filter((passage) => passage.before || passage.after);
}
