import type { Stretch } from "./boundaries";

/** What closes what each mark opens. */
const closers: Readonly<Record<string, string>> = {
  "“": "”", "„": "“”", "«": "»", "»": "«", "\"": "\"", "‘": "’", "‚": "‘’", "‹": "›", "›": "‹", "「": "」", "『": "』",
};

/** Whether text has a quote mark at either end. */
export function isQuoted(text: string): boolean {
  const marks = Object.entries(closers).flat().join("");
  return marks.includes(text[0] ?? " ") || marks.includes(text.at(-1) ?? " ");
}

/**
 * The next quote that begins in text between from and before, with its marks.
 * One that is not closed in its paragraph goes on to the end of that. Offsets
 * are UTF-16 code units.
 */
export function nextQuote(text: string, from: number, before: number): Stretch | undefined {
  for (let start = from; start < before; start++) {
    if (!opens(text, start)) continue;
    const newline = text.indexOf("\n", start);
    const limit = newline < 0 ? text.length : newline;
    const end = closing(text, start, limit) ?? limit;
    return { start, end };
  }
  return undefined;
}

/** Whether a quote opens at a place: after space, and with something in it. */
function opens(text: string, at: number): boolean {
  if (!(text[at]! in closers)) return false;
  const [before, after] = [text[at - 1] ?? " ", text[at + 1] ?? " "];
  return /[\s([{–—-]/.test(before) && (text[at] === "«" || /\S/.test(after));
}

/** The end of the quote that opens at start; marks within a word are apostrophes. */
function closing(text: string, start: number, limit: number): number | undefined {
  const ends = closers[text[start]!]!;
  for (let at = start + 1; at < limit; at++) {
    const apostrophe = text[at] === "’" && /\p{L}/u.test(text[at - 1] ?? "") && /\p{L}/u.test(text[at + 1] ?? "");
    if (ends.includes(text[at]!) && !apostrophe) return at + 1;
  }
  return undefined;
}
