import type { Annotation } from "./record";
import { extent } from "./fragments";

interface Place {
  readonly id: string;
  readonly start: number;
  readonly end: number;
}

/**
 * ReadingOrder keeps annotations as they stand in the text: by where they
 * begin, the longer first. Those without a place in the text come last.
 */
export class ReadingOrder {
  readonly #places: Place[] = [];
  readonly #of = new Map<string, Place>();

  get length(): number {
    return this.#places.length;
  }

  /** The ids, in order. */
  ids(): string[] {
    return this.#places.map(({ id }) => id);
  }

  /** Takes many at once. */
  fill(annotations: Iterable<Annotation>): void {
    for (const annotation of annotations) {
      const place = placeOf(annotation);
      this.#of.set(place.id, place);
    }
    this.#places.splice(0, this.#places.length, ...[...this.#of.values()].sort(compare));
  }

  /** Puts annotation where it stands now, and reports whether that is news. */
  set(annotation: Annotation): boolean {
    const place = placeOf(annotation);
    const was = this.#of.get(place.id);
    if (was && compare(was, place) === 0) return false;
    this.delete(place.id);
    this.#of.set(place.id, place);
    this.#places.splice(this.#search(place), 0, place);
    return true;
  }

  delete(id: string): boolean {
    const place = this.#of.get(id);
    if (!place) return false;
    this.#of.delete(id);
    this.#places.splice(this.#search(place), 1);
    return true;
  }

  has(id: string): boolean {
    return this.#of.has(id);
  }

  /** Where id stands among the others, or -1. */
  indexOf(id: string): number {
    const place = this.#of.get(id);
    return place ? this.#search(place) : -1;
  }

  at(index: number): string | undefined {
    return this.#places[index]?.id;
  }

  /** The index of the first that begins at or after offset. */
  from(offset: number): number {
    return this.#search({ id: "", start: offset, end: Number.POSITIVE_INFINITY });
  }

  #search(place: Place): number {
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(this.#places[middle]!, place) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function placeOf({ id, fragments }: Annotation): Place {
  const { start, end } = extent(fragments) ?? { start: Number.MAX_SAFE_INTEGER, end: Number.MAX_SAFE_INTEGER };
  return { id, start, end };
}

function compare(a: Place, b: Place): number {
  if (a.start !== b.start) return a.start - b.start;
  if (a.end !== b.end) return b.end > a.end ? 1 : -1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
