/** A text as it is compared: without case, accents and the space around it. */
export function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase().replace(/\s+/g, " ").trim();
}

/** Whether every word of query begins a word of text. */
export function matches(text: string, query: string): boolean {
  const words = folded(text).split(/[^\p{L}\p{N}]+/u);
  return folded(query).split(/[^\p{L}\p{N}]+/u).every((wanted) => words.some((word) => word.startsWith(wanted)));
}

/** Whether text reads like a name, and not like "he" or "officials". */
export function isName(text: string): boolean {
  return text.length <= 200 && /^\p{Lu}/u.test(text) && text.split(/\s+/).length <= 6;
}
