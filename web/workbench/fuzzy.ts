import { folded } from "./similar";

/**
 * How well query fits text, from 0 for not at all: its words must begin words
 * of the text, it must stand in the text, be the first letters of its words,
 * or be letters of one of them in their order. Beginnings count more than
 * middles, and short texts more than long.
 */
export function fit(text: string, query: string): number {
  const [hay, needle] = [folded(text), folded(query)];
  if (needle === "") return 1;
  if (hay.startsWith(needle)) return 5 + closeness(hay, needle);
  const words = hay.split(/[^\p{L}\p{N}]+/u);
  if (needle.split(" ").every((wanted) => words.some((word) => word.startsWith(wanted)))) return 4 + closeness(hay, needle);
  if (hay.includes(needle)) return 3 + closeness(hay, needle);
  if (words.map((word) => word[0] ?? "").join("").includes(needle)) return 2 + closeness(hay, needle);
  return needle.length > 2 && words.some((word) => word[0] === needle[0] && inOrder(word, needle)) ? 1 + closeness(hay, needle) : 0;
}

function closeness(text: string, query: string): number {
  return query.length / (text.length + 1);
}

/** Whether all letters of query stand in text, in their order. */
function inOrder(text: string, query: string): boolean {
  let at = 0;
  for (const letter of query.replaceAll(" ", "")) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** Those of items that fit query, the best first. */
export function fitting<T>(items: readonly T[], query: string, words: (item: T) => string, most: number): T[] {
  const found = items.map((item) => ({ item, fit: fit(words(item), query) })).filter((f) => f.fit > 0);
  return found.sort((a, b) => b.fit - a.fit).slice(0, most).map(({ item }) => item);
}
