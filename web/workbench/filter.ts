import type { Annotations } from "./annotationset";
import type { Annotation } from "./record";
import { Signal } from "./signal";

/** By what annotations are hidden. */
export type Aspect = "kinds" | "states" | "authors";

/** Keep holds a text from one visit to the next. */
export type Keep = Pick<Storage, "getItem" | "setItem">;

/**
 * Filter says what of the annotations is shown: not those of a hidden kind or
 * by a hidden author, nor claims in a hidden state of review, nor what belongs
 * only to claims that are hidden. What is hidden is kept for the next visit.
 */
export class Filter {
  readonly changed = new Signal<void>();
  readonly #set: Annotations;
  /** Who is here: what is not saved yet is theirs. */
  readonly #me: string;
  readonly #keep: Keep;
  readonly #key: string;
  readonly #hidden: Record<Aspect, Set<string>>;

  constructor(set: Annotations, project: string, me: string, keep: Keep) {
    this.#set = set;
    this.#me = me;
    this.#keep = keep;
    this.#key = `onrecord filter ${project} ${me}`;
    this.#hidden = read(keep.getItem(this.#key));
  }

  /** Whether anything is hidden. */
  get active(): boolean {
    return Object.values(this.#hidden).some(({ size }) => size > 0);
  }

  /** Whether a value of an aspect is hidden. */
  hides(aspect: Aspect, value: string): boolean {
    return this.#hidden[aspect].has(value);
  }

  /** Shows or hides a value of an aspect. */
  show(aspect: Aspect, value: string, shown: boolean): void {
    if (shown) this.#hidden[aspect].delete(value);
    else this.#hidden[aspect].add(value);
    this.#tell();
  }

  /** Shows everything. */
  clear(): void {
    for (const values of Object.values(this.#hidden)) values.clear();
    this.#tell();
  }

  /** Whether an annotation is shown. */
  shows(annotation: Annotation): boolean {
    return !this.active || (this.#itself(annotation) && this.#belongs(annotation, new Set()));
  }

  /** Those of the claims called ids that are shown. */
  claims(ids: readonly string[]): string[] {
    return this.active ? ids.filter((id) => this.shows(this.#set.annotation(id)!)) : [...ids];
  }

  /** Who tagged an annotation. */
  author({ created_by }: Annotation): string {
    return created_by ?? this.#me;
  }

  #itself(annotation: Annotation): boolean {
    const { kind, review_state } = annotation;
    if (this.#hidden.kinds.has(kind) || this.#hidden.authors.has(this.author(annotation))) return false;
    return kind !== "claim" || !this.#hidden.states.has(review_state ?? "unreviewed");
  }

  /** Whether it leads from no claim, or from one that is shown. Circles there are none, but ways that meet. */
  #belongs({ id, kind }: Annotation, seen: Set<string>): boolean {
    if (kind === "claim" || seen.has(id)) return kind === "claim";
    seen.add(id);
    const above = this.#set.linksOf(id).filter(({ to }) => to === id).map(({ from }) => this.#set.annotation(from)!);
    return above.length === 0 || above.some((from) => (from.kind === "claim" ? this.#chosen(from) : this.#belongs(from, seen)));
  }

  /** Whether a claim is shown, were its kind. */
  #chosen(claim: Annotation): boolean {
    return !this.#hidden.authors.has(this.author(claim)) && !this.#hidden.states.has(claim.review_state ?? "unreviewed");
  }

  #tell(): void {
    this.#keep.setItem(this.#key, JSON.stringify(Object.fromEntries(Object.entries(this.#hidden).map(([aspect, values]) => [aspect, [...values]]))));
    this.changed.tell();
  }
}

/** What was kept, as far as it can be read. */
function read(kept: string | null): Record<Aspect, Set<string>> {
  let given: Partial<Record<Aspect, unknown>> = {};
  try {
    given = (JSON.parse(kept ?? "{}") as typeof given | null) ?? {};
  } catch {
    // Somebody else's: everything is shown.
  }
  const values = (aspect: Aspect) => new Set(Array.isArray(given[aspect]) ? given[aspect].filter((v) => typeof v === "string") : []);
  return { kinds: values("kinds"), states: values("states"), authors: values("authors") };
}
