import type { Annotations, AnnotationSet, Changed } from "./annotationset";
import type { Annotation, Link } from "./record";
import type { Moved, Snapshot } from "./snapshot";

/**
 * ShownSet is the annotations that the page shows: those that there are or,
 * while the past is looked at, those that there were. What happens meanwhile
 * is told once the page shows the present again.
 */
export class ShownSet implements Annotations {
  readonly #present: AnnotationSet;
  #past: Snapshot | undefined;
  readonly #listeners: ((changed: Changed) => void)[] = [];

  constructor(present: AnnotationSet) {
    this.#present = present;
    present.listen((changed) => {
      if (!this.#past) this.#tell(changed);
    });
  }

  /** Whether the past is shown. */
  get isPast(): boolean {
    return this.#past !== undefined;
  }

  /** Calls listener after every change of what is shown. */
  listen(listener: (changed: Changed) => void): void {
    this.#listeners.push(listener);
  }

  annotation(id: string): Annotation | undefined {
    return this.#shown.annotation(id);
  }

  link(id: string): Link | undefined {
    return this.#shown.link(id);
  }

  annotations(): Iterable<Annotation> {
    return this.#shown.annotations();
  }

  links(): Iterable<Link> {
    return this.#shown.links();
  }

  linksOf(id: string): Link[] {
    return this.#shown.linksOf(id);
  }

  /** Shows what was or, for undefined, what is. */
  show(past: Snapshot | undefined): void {
    const was = this.#shown;
    this.#past = past;
    const now = this.#shown;
    const annotations = differing(was.annotations(), now.annotations());
    const links = differing(was.links(), now.links());
    const ends = [...links].flatMap((id) => [was.link(id), now.link(id)]).flatMap((link) => (link ? [link.from, link.to] : []));
    this.#tell({ annotations, links, ends: new Set(ends) });
  }

  /** Tells where the past that is shown has moved. */
  moved(moved: Moved): void {
    this.#tell(moved);
  }

  get #shown(): Annotations {
    return this.#past ?? this.#present;
  }

  #tell(changed: Changed): void {
    if (changed.annotations.size + changed.links.size === 0) return;
    for (const listener of this.#listeners) listener(changed);
  }
}

/** The ids of the records that are in one of two lists only, or are not the same in both. */
function differing(before: Iterable<Annotation | Link>, after: Iterable<Annotation | Link>): Set<string> {
  const were = new Map(Array.from(before, (record) => [record.id, record]));
  const ids = new Set<string>();
  for (const record of after) {
    if (were.get(record.id) !== record) ids.add(record.id);
    were.delete(record.id);
  }
  for (const id of were.keys()) ids.add(id);
  return ids;
}
