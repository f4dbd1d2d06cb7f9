/** Stretch is a half-open range of UTF-16 code units. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Whole is what a stretch can be widened to. */
export type Whole = "word" | "sentence" | "paragraph";

/**
 * Boundaries knows where the characters, words, sentences and paragraphs of a
 * text begin, as its readers see them: an emoji of seven code points is one
 * character. All offsets are UTF-16 code units.
 */
export class Boundaries {
  readonly #text: string;
  readonly #language: string | undefined;
  readonly #made = new Map<string, Intl.Segments>();

  constructor(text: string, language?: string) {
    this.#text = text;
    this.#language = language;
  }

  get #graphemes(): Intl.Segments {
    return this.#segments("grapheme");
  }

  get #words(): Intl.Segments {
    return this.#segments("word");
  }

  get #sentences(): Intl.Segments {
    return this.#segments("sentence");
  }

  /** Made when first asked for: it takes long, and the first frame need not wait. */
  #segments(granularity: "grapheme" | "word" | "sentence"): Intl.Segments {
    const made = this.#made.get(granularity) ?? new Intl.Segmenter(this.#language, { granularity }).segment(this.#text);
    this.#made.set(granularity, made);
    return made;
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

  /** The beginning of the next sentence after unit, or of the one before it. */
  sentence(unit: number, by: 1 | -1): number {
    return this.#step(unit, by, (at) => this.#sentenceAt(at));
  }

  /** The beginning of the next paragraph after unit, or of the one before it. */
  paragraph(unit: number, by: 1 | -1): number {
    return this.#step(unit, by, (at) => this.#paragraphAt(at));
  }

  /**
   * The words, sentences or paragraphs that a stretch touches, whole and
   * without the space around them. An empty stretch touches what it stands in,
   * or else what it stands at the end of.
   */
  widen({ start, end }: Stretch, whole: Whole): Stretch {
    const at = { word: (u: number) => (start < end ? this.#wordAt(u) : this.#wordAt(u, u - 1)), sentence: (u: number) => this.#sentenceAt(u), paragraph: (u: number) => this.#paragraphAt(u) }[whole];
    const [first, last] = [at(start), at(start < end ? end - 1 : end)];
    const wide = { start: Math.min(start, first.start), end: Math.max(end, last.end) };
    return this.tidy(wide) ?? { start, end };
  }

  /** To where the next of such stretches begins, or the one before, past white space. */
  #step(unit: number, by: 1 | -1, stretchAt: (unit: number) => Stretch): number {
    if (by > 0) {
      const { start, end } = stretchAt(unit);
      return this.#solid(start) > unit ? this.#solid(start) : this.#solid(end);
    }
    for (let at = unit; at > 0; ) {
      const { start } = stretchAt(at - 1);
      if (this.#solid(start) < unit) return this.#solid(start);
      at = start;
    }
    return 0;
  }

  /** The first place from unit on that is not white space, or the end. */
  #solid(unit: number): number {
    const away = this.#text.slice(unit).search(/\S/);
    return away < 0 ? this.#text.length : unit + away;
  }

  /** The word that one of the units is in; between words nothing. */
  #wordAt(...units: number[]): Stretch {
    for (const unit of units) {
      const segment = unit < 0 ? undefined : this.#words.containing(unit);
      if (segment?.isWordLike) return { start: segment.index, end: segment.index + segment.segment.length };
    }
    return { start: units[0]!, end: units[0]! };
  }

  #sentenceAt(unit: number): Stretch {
    const segment = this.#sentences.containing(Math.min(unit, this.#text.length - 1));
    return segment ? { start: segment.index, end: segment.index + segment.segment.length } : { start: unit, end: unit };
  }

  #paragraphAt(unit: number): Stretch {
    const end = this.#text.indexOf("\n", unit);
    return { start: unit === 0 ? 0 : this.#text.lastIndexOf("\n", unit - 1) + 1, end: end < 0 ? this.#text.length : end + 1 };
  }
}
