/**
 * Offsets turns offsets in code points, which everything outside the browser
 * counts in, into the UTF-16 code units that JavaScript and the DOM count in,
 * and back. It keeps only where the characters of two units are, so a text
 * without any costs nothing.
 */
export class Offsets {
  readonly text: string;
  /** The length in code points. */
  readonly length: number;
  /** The code-point offsets of the characters that take two units. */
  readonly #wide: Uint32Array;

  constructor(text: string) {
    const wide: number[] = [];
    for (const match of text.matchAll(/[\u{10000}-\u{10ffff}]/gu)) {
      wide.push(match.index - wide.length);
    }
    this.text = text;
    this.#wide = Uint32Array.from(wide);
    this.length = text.length - wide.length;
  }

  /** The code unit at which the code point at offset begins. */
  units(offset: number): number {
    return offset + this.#count((i) => this.#wide[i]! < offset);
  }

  /** The offset of the code point that the code unit belongs to. */
  codePoints(unit: number): number {
    return unit - this.#count((i) => this.#wide[i]! + i < unit);
  }

  /** The text of the half-open range from start to end, in code points. */
  slice(start: number, end: number): string {
    return this.text.slice(this.units(start), this.units(end));
  }

  /** How many wide characters, from the first, before holds for. */
  #count(before: (i: number) => boolean): number {
    let low = 0;
    let high = this.#wide.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (before(middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
