import type { Boundaries } from "./boundaries";
import type { Range } from "./fragments";
import type { Offsets } from "./offsets";

/** Folded is a text as it is searched, with where in the text each unit of it comes from. */
interface Folded {
  readonly text: string;
  /** For each unit of text the UTF-16 code unit at which its character begins. */
  readonly from: Uint32Array;
}

/** How strictly words are sought. */
export interface Strictness {
  /** Only where a word begins and ends: Ana, but not Anarchy. */
  readonly wholeWords?: boolean;
}

/**
 * Finder finds words in the text whatever their case, accents, quotation marks,
 * dashes and white space, over the borders of blocks too.
 */
export class Finder {
  readonly #offsets: Offsets;
  readonly #boundaries: Boundaries;
  /** The text, folded when it is first searched. */
  #folded: Folded | undefined;

  constructor(offsets: Offsets, boundaries: Boundaries) {
    this.#offsets = offsets;
    this.#boundaries = boundaries;
  }

  /**
   * Where query stands: ranges of code points made of whole characters, in the
   * order of the text, none over another. An empty query stands nowhere.
   */
  find(query: string, { wholeWords = false }: Strictness = {}): Range[] {
    const wanted = fold(query).text.trim();
    if (wanted === "") return [];
    this.#folded ??= fold(this.#offsets.text);
    const { text } = this.#folded;
    const found: Range[] = [];
    let after = 0; // of the last that was found
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
      if (wholeWords && !standsAlone(text, at, at + wanted.length)) continue;
      const range = this.#whole(this.#folded, at, at + wanted.length);
      if (range.start < after) continue;
      found.push(range);
      after = range.end;
    }
    return found;
  }

  /** The characters of the text that a stretch of the folded one comes from. */
  #whole({ from }: Folded, start: number, end: number): Range {
    const last = from[end - 1]!;
    return {
      start: this.#offsets.codePoints(this.#boundaries.before(from[start]!)),
      end: this.#offsets.codePoints(this.#boundaries.after(last + 1)),
    };
  }
}

function fold(text: string): Folded {
  let folded = "";
  const from: number[] = [];
  let unit = 0;
  for (const character of text) {
    const one = foldedCharacter(character);
    if (one !== " " || !folded.endsWith(" ")) {
      folded += one;
      for (let i = 0; i < one.length; i++) from.push(unit);
    }
    unit += character.length;
  }
  return { text: folded, from: Uint32Array.from(from) };
}

const signs = new Map([
  ...Array.from("‘’‚‛ʼ′", (sign) => [sign, "'"] as const),
  ...Array.from("“”„‟«»″", (sign) => [sign, '"'] as const),
  ...Array.from("‐‑‒–—−", (sign) => [sign, "-"] as const),
]);

/** What was folded before: a text has few different characters. */
const known = new Map<string, string>(signs);

function foldedCharacter(character: string): string {
  let folded = known.get(character);
  if (folded === undefined) {
    // Upper case first: ß and SS, σ and ς are the same then.
    const bare = /\s/u.test(character) ? " " : character.normalize("NFKD").toUpperCase().toLowerCase();
    folded = bare.normalize("NFKD").replace(/[\p{M}\p{Cf}]/gu, "");
    known.set(character, folded);
  }
  return folded;
}

const partOfWord = /[\p{L}\p{N}_]/u;

function standsAlone(text: string, start: number, end: number): boolean {
  const before = start > 0 && partOfWord.test(lastCharacter(text.slice(Math.max(0, start - 2), start)));
  const after = end < text.length && partOfWord.test(String.fromCodePoint(text.codePointAt(end)!));
  return !before && !after;
}

function lastCharacter(text: string): string {
  return Array.from(text).at(-1)!;
}
