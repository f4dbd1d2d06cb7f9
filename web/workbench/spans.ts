/** Span is a half-open range of code points that belongs to something. */
export interface Span {
  readonly id: string;
  readonly start: number;
  readonly end: number;
}

// A few lines of text: most spans touch one or two shelves.
const shelf = 256;

/**
 * Spans finds what lies at a place in the text. Each span stands on every
 * shelf of 256 code points that it touches, so that adding, deleting and
 * looking up cost the same however many there are.
 */
export class Spans {
  readonly #shelves = new Map<number, Set<Span>>();
  readonly #of = new Map<string, readonly Span[]>();

  /** Puts the ranges of id in the place of those it had. */
  set(id: string, ranges: readonly { readonly start: number; readonly end: number }[]): void {
    this.delete(id);
    if (ranges.length === 0) return;
    const spans = ranges.map(({ start, end }) => ({ id, start, end }));
    this.#of.set(id, spans);
    for (const span of spans) {
      for (const n of shelves(span)) {
        const standing = this.#shelves.get(n);
        if (standing) standing.add(span);
        else this.#shelves.set(n, new Set([span]));
      }
    }
  }

  delete(id: string): void {
    for (const span of this.#of.get(id) ?? []) {
      for (const n of shelves(span)) this.#shelves.get(n)?.delete(span);
    }
    this.#of.delete(id);
  }

  /** The spans that the code point at offset is in, the shortest first. */
  at(offset: number): Span[] {
    return this.overlapping(offset, offset + 1);
  }

  /** The spans that share a code point with the range, the shortest first. */
  overlapping(start: number, end: number): Span[] {
    const found = new Set<Span>();
    for (const n of shelves({ start, end })) {
      for (const span of this.#shelves.get(n) ?? []) {
        if (span.start < end && start < span.end) found.add(span);
      }
    }
    return [...found].sort((a, b) => a.end - a.start - (b.end - b.start) || a.start - b.start || (a.id < b.id ? -1 : 1));
  }
}

function* shelves({ start, end }: { start: number; end: number }): Iterable<number> {
  for (let n = Math.floor(start / shelf); n * shelf < end; n++) yield n;
}
