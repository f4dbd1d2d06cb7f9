import type { Annotations } from "./annotationset";
import { idOf } from "./operations";
import type { Annotation, Article, Link, LogEntry, Operation, Review, ReviewState } from "./record";

/** Moved tells which annotations and links are not what they were a step before. */
export interface Moved {
  readonly annotations: Set<string>;
  readonly links: Set<string>;
  readonly ends: Set<string>;
}

const stateAfter: Readonly<Record<string, ReviewState>> = {
  approve: "approved", dispute: "disputed", reject: "rejected", request_changes: "changes_requested",
};

/** Snapshot is the annotations of an article at one moment. It goes back and forth along the article's log. */
export class Snapshot implements Annotations {
  readonly #annotations: Map<string, Annotation>;
  readonly #links: Map<string, Link>;
  /** The ids of all links there ever were here, by the annotations at their ends. */
  readonly #ends = new Map<string, Set<string>>();
  readonly #reviews: readonly Review[];

  constructor({ annotations, links, reviews }: Pick<Article, "annotations" | "links" | "reviews">) {
    this.#annotations = new Map(annotations.map((annotation) => [annotation.id, annotation]));
    this.#links = new Map(links.map((link) => [link.id, link]));
    this.#reviews = [...reviews].sort((a, b) => (a.id < b.id ? -1 : 1));
    links.forEach((link) => this.#tie(link));
  }

  annotation(id: string): Annotation | undefined {
    return this.#annotations.get(id);
  }

  link(id: string): Link | undefined {
    return this.#links.get(id);
  }

  annotations(): Iterable<Annotation> {
    return this.#annotations.values();
  }

  links(): Iterable<Link> {
    return this.#links.values();
  }

  linksOf(id: string): Link[] {
    const links = [...(this.#ends.get(id) ?? [])].sort().map((link) => this.#links.get(link));
    return links.filter((link) => link !== undefined).filter(({ from, to }) => from === id || to === id);
  }

  /** Goes back to before a change set, which is the last that has been made. */
  undo({ operations, inverse }: LogEntry, moved: Moved): void {
    const undoing = new Map(inverse.map((operation) => [idOf(operation), operation]));
    for (const operation of operations) {
      const id = idOf(operation);
      const was = undoing.get(id);
      if (operation.op === "touch") this.#touch(operation, -1, moved);
      else if (was) this.#apply(was, versionOf(operation) - 1, moved);
    }
  }

  /** Goes on to after the change set that comes next. */
  redo({ operations }: LogEntry, moved: Moved): void {
    for (const operation of operations) {
      if (operation.op === "touch") this.#touch(operation, 0, moved);
      else this.#apply(operation, versionOf(operation), moved);
    }
  }

  /** Has each claim in the state of review it was in at a moment; undefined is now. */
  review(until: string | undefined, moved: Moved): void {
    const states = new Map<string, ReviewState>();
    for (const { claim, version, decision, created_at } of this.#reviews) {
      const there = this.#annotations.get(claim);
      if (!there) continue;
      const counts = there.version === version && (until === undefined || created_at < until);
      const state = counts ? stateAfter[decision] : undefined;
      states.set(claim, state ?? states.get(claim) ?? "unreviewed");
    }
    for (const [id, review_state] of states) {
      const claim = this.#annotations.get(id)!;
      if ((claim.review_state ?? "unreviewed") === review_state) continue;
      this.#annotations.set(id, { ...claim, review_state });
      moved.annotations.add(id);
    }
  }

  /** A touch leaves everything but the version. */
  #touch(operation: Operation, by: number, moved: Moved): void {
    const { id, version } = operation.annotation ?? operation.link!;
    const annotation = this.#annotations.get(id);
    if (!annotation) return;
    this.#annotations.set(id, { ...annotation, version: version + by });
    moved.annotations.add(id);
  }

  #apply(operation: Operation, version: number, moved: Moved): void {
    const id = idOf(operation);
    if (operation.annotation) {
      moved.annotations.add(id);
      for (const link of this.linksOf(id)) moved.ends.add(link.from).add(link.to);
      if (operation.op === "delete") this.#annotations.delete(id);
      else this.#annotations.set(id, { ...operation.annotation, version });
      return;
    }
    moved.links.add(id);
    const was = this.#links.get(id);
    if (operation.op === "delete") this.#links.delete(id);
    else {
      this.#links.set(id, { ...operation.link, version });
      this.#tie(operation.link);
    }
    for (const link of [was, this.#links.get(id)]) if (link) moved.ends.add(link.from).add(link.to);
  }

  #tie({ id, from, to }: Link): void {
    for (const end of [from, to]) {
      const links = this.#ends.get(end);
      if (links) links.add(id);
      else this.#ends.set(end, new Set([id]));
    }
  }
}

function versionOf(operation: Operation): number {
  return (operation.annotation ?? operation.link)!.version;
}
