/** Stretch is a half-open range of UTF-16 code units. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/**
 * Boundaries knows where the characters and words of a text begin, as its
 * readers see them: an emoji of seven code points is one character. All
 * offsets are UTF-16 code units.
 */
export class Boundaries {
  readonly #text: string;
  readonly #graphemes: Intl.Segments;
  readonly #words: Intl.Segments;

  constructor(text: string, language?: string) {
    this.#text = text;
    this.#graphemes = new Intl.Segmenter(language, { granularity: "grapheme" }).segment(text);
    this.#words = new Intl.Segmenter(language, { granularity: "word" }).segment(text);
  }

  /** The beginning of the character that unit is in. */
  before(unit: number): number {
    return this.#graphemes.containing(unit)?.index ?? this.#text.length;
  }

  /** Unit itself at a boundary, else the end of the character it is in. */
  after(unit: number): number {
    const segment = this.#graphemes.containing(unit);
    if (segment === undefined) return this.#text.length;
    return segment.index === unit ? unit : segment.index + segment.segment.length;
  }

  /**
   * What a selection means: without the white space at its ends, and with the
   * whole of every character it touches. It is undefined when nothing is left.
   */
  tidy(selected: Stretch): Stretch | undefined {
    const inside = this.#text.slice(selected.start, selected.end);
    const trimmed = inside.trim();
    if (trimmed === "") return undefined;
    const start = selected.start + inside.indexOf(trimmed);
    return { start: this.before(start), end: this.after(start + trimmed.length) };
  }

  /** The boundary one character on from unit: by is 1 or -1. */
  character(unit: number, by: 1 | -1): number {
    if (by < 0) return unit <= 0 ? 0 : this.before(unit - 1);
    return this.after(Math.min(unit + 1, this.#text.length));
  }

  /** The next end of a word after unit, or the last beginning before it. */
  word(unit: number, by: 1 | -1): number {
    let at = unit;
    while (by < 0 ? at > 0 : at < this.#text.length) {
      const segment = this.#words.containing(by < 0 ? at - 1 : at)!;
      at = by < 0 ? segment.index : segment.index + segment.segment.length;
      if (segment.isWordLike) return at;
    }
    return at;
  }
}
