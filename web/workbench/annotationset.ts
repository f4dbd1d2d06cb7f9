import { deletion, idOf, operationsOf, recordOf, stamp } from "./operations";
import type { Draft } from "./outbox";
import type { Annotation, Answer, Article, ChangeSet, Link, LogEntry, Operation, ReviewState } from "./record";
import { Table } from "./table";

/** Changed tells which annotations and links are not what they were. */
export interface Changed {
  readonly annotations: ReadonlySet<string>;
  readonly links: ReadonlySet<string>;
  /** The annotations at the ends of those links, as they are and as they were. */
  readonly ends: ReadonlySet<string>;
  /** Whose doing it was, when it was somebody else's. */
  readonly by?: string;
}

/** Annotations is what can be read of an annotation set, now or as it was. */
export interface Annotations {
  annotation(id: string): Annotation | undefined;
  link(id: string): Link | undefined;
  annotations(): Iterable<Annotation>;
  links(): Iterable<Link>;
  /** The links that lead from or to the annotation called id, the oldest first. */
  linksOf(id: string): Link[];
}

/**
 * AnnotationSet is the annotations of one article as this page knows them:
 * what the server has confirmed, and over it the change sets that still wait.
 * Reading gives the two together, so that what was just tagged is there at
 * once, and what was refused is gone again.
 */
export class AnnotationSet implements Annotations {
  /** The number of the newest change set up to which all have been heard of. */
  seq = 0;
  readonly #annotations = new Table<Annotation>();
  readonly #links = new Table<Link>();
  /** Link ids, live or not, by the annotations at their ends. */
  readonly #ends = new Map<string, Set<string>>();
  /** The change sets that wait, by id. */
  readonly #waiting = new Map<string, ChangeSet>();
  readonly #listeners: ((changed: Changed) => void)[] = [];

  /** Calls listener after every change. */
  listen(listener: (changed: Changed) => void): void {
    this.#listeners.push(listener);
  }

  annotation(id: string): Annotation | undefined {
    return this.#annotations.live.get(id);
  }

  link(id: string): Link | undefined {
    return this.#links.live.get(id);
  }

  annotations(): Iterable<Annotation> {
    return this.#annotations.live.values();
  }

  links(): Iterable<Link> {
    return this.#links.live.values();
  }

  linksOf(id: string): Link[] {
    const links = [...(this.#ends.get(id) ?? [])].sort().map((link) => this.link(link));
    return links.filter((link) => link !== undefined).filter(({ from, to }) => from === id || to === id);
  }

  /** Takes all there is, as the server tells it. What waits stays over it. */
  reset(article: Pick<Article, "seq" | "annotations" | "links">): void {
    this.seq = article.seq;
    article.links.forEach((link) => this.#tie(link));
    const annotations = this.#annotations.replace(article.annotations, article.seq);
    this.#refresh(annotations, this.#links.replace(article.links, article.seq));
  }

  /** Puts a change set of this page's over what is confirmed. */
  add(changeSet: ChangeSet): void {
    this.#waiting.set(changeSet.id, changeSet);
    for (const operation of changeSet.operations) {
      if (operation.op === "put" && operation.link) this.#tie(operation.link);
      this.#table(operation).wait(idOf(operation), changeSet.id, operation);
    }
    this.#refreshAll(changeSet.operations);
  }

  /** What there is to know of operations that are about to be made, for when they are sent. */
  prepared(operations: readonly Operation[]): Pick<Draft, "operations" | "was" | "on"> {
    const was: Record<string, Annotation | Link | null> = {};
    const on: Record<string, string> = {};
    const stamped = operations.map((operation) => {
      const id = idOf(operation);
      const { version, changeSet } = this.#table(operation).seen(id);
      was[id] = this.annotation(id) ?? this.link(id) ?? null;
      if (changeSet !== undefined) on[id] = changeSet;
      return stamp(operation, version);
    });
    return { operations: stamped, was, on };
  }

  /** Takes the server's answer to a change set of this page's. */
  answered(id: string, answer: Answer): void {
    this.#take(id, answer.seq, operationsOf(answer));
  }

  /** Takes an entry of the log, and reports whether it was this page's own. */
  heard(entry: LogEntry): boolean {
    const own = this.#waiting.has(entry.id);
    this.#take(entry.id, entry.seq, entry.operations, own ? undefined : entry.author);
    this.seq = Math.max(this.seq, entry.seq);
    return own;
  }

  /** Takes away a change set of this page's that is not to be. */
  drop(id: string): void {
    this.#refreshAll(this.#forget(id));
  }

  /** Takes the current state of what a change set of this page's clashed with. */
  correct(operations: readonly Operation[]): void {
    for (const operation of operations) {
      this.#table(operation).correct(idOf(operation), recordOf(operation), this.seq);
      if (operation.op !== "delete" && operation.link) this.#tie(operation.link);
    }
    this.#refreshAll(operations);
  }

  /** Takes what a review made of a claim. */
  reviewed(claim: string, review_state: ReviewState): void {
    this.#annotations.amend(claim, (annotation) => ({ ...annotation, review_state }));
    this.#refresh(new Set([claim]), new Set());
  }

  /** The operations that would undo operations, were they done now. */
  inverse(operations: readonly Operation[]): Operation[] {
    const undo = operations.map((operation) => this.#asIs(operation));
    const named = new Set(operations.map(idOf));
    for (const operation of operations) {
      if (operation.op !== "delete" || !operation.annotation) continue;
      for (const link of this.linksOf(idOf(operation))) {
        if (!named.has(link.id)) undo.push({ op: "put", link });
        named.add(link.id);
      }
    }
    return undo.reverse();
  }

  /** The operation that makes what operation names what it is now. */
  #asIs(operation: Operation): Operation {
    const annotation = operation.annotation && this.annotation(idOf(operation));
    if (annotation) return { op: "put", annotation };
    const link = operation.link && this.link(idOf(operation));
    return link ? { op: "put", link } : deletion(operation);
  }

  #take(id: string, seq: number, operations: readonly Operation[], author?: string): void {
    const own = this.#forget(id);
    for (const operation of operations) {
      if (operation.op !== "delete" && operation.link) this.#tie(operation.link);
      this.#table(operation).confirm(idOf(operation), recordOf(operation), seq);
    }
    this.#refreshAll([...own, ...operations], author);
  }

  #forget(id: string): readonly Operation[] {
    const operations = this.#waiting.get(id)?.operations ?? [];
    this.#waiting.delete(id);
    for (const operation of operations) this.#table(operation).forget(idOf(operation), id);
    return operations;
  }

  #table(operation: Operation): Table<Annotation | Link> {
    return operation.annotation ? this.#annotations : this.#links;
  }

  #tie(link: Link): void {
    for (const end of [link.from, link.to]) {
      const links = this.#ends.get(end);
      if (links) links.add(link.id);
      else this.#ends.set(end, new Set([link.id]));
    }
  }

  #refreshAll(operations: readonly Operation[], by?: string): void {
    const ids = (of: "annotation" | "link") => new Set(operations.filter((o) => o[of]).map(idOf));
    this.#refresh(ids("annotation"), ids("link"), by);
  }

  /** Brings what is live into line, and tells of what has really changed. */
  #refresh(annotations: ReadonlySet<string>, links: Set<string>, by?: string): void {
    const changed = new Set([...annotations].filter((id) => this.#annotations.refresh(id, () => true)));
    for (const id of changed) {
      for (const link of this.#ends.get(id) ?? []) links.add(link);
    }
    const { relinked, ends } = this.#relink(links);
    if (changed.size + relinked.size === 0) return;
    for (const listener of this.#listeners) {
      listener({ annotations: changed, links: relinked, ends, ...(by !== undefined && { by }) });
    }
  }

  #relink(links: ReadonlySet<string>): { relinked: Set<string>; ends: Set<string> } {
    const held = (link: Link) => this.annotation(link.from) !== undefined && this.annotation(link.to) !== undefined;
    const relinked = new Set<string>();
    const ends = new Set<string>();
    for (const id of links) {
      const was = this.link(id);
      if (!this.#links.refresh(id, held)) continue;
      relinked.add(id);
      for (const link of [was, this.link(id)]) {
        if (link) ends.add(link.from).add(link.to);
      }
    }
    return { relinked, ends };
  }
}
