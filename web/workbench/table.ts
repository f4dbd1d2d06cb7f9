import type { Annotation, Link, Operation } from "./record";

/** Waiting is an operation of a change set the server has not answered yet. */
interface Waiting {
  readonly changeSet: string;
  readonly operation: Operation;
}

/**
 * Table holds the annotations or the links of a set: for each id what the
 * server has confirmed, the operations that wait, and what the two make.
 */
export class Table<T extends Annotation | Link> {
  /** What there is, waiting operations included. */
  readonly live = new Map<string, T>();
  /** What the server last said, as of a change set's number; null: deleted. */
  readonly #confirmed = new Map<string, { readonly seq: number; readonly record: T | null }>();
  readonly #waiting = new Map<string, Waiting[]>();

  /** Takes all there is as of seq, and returns every id that may have changed. */
  replace(records: readonly T[], seq: number): Set<string> {
    const ids = new Set<string>();
    const lost = new Set(this.#confirmed.keys());
    for (const record of records) {
      lost.delete(record.id);
      // What is as it was keeps its record, so that nobody need look at it.
      const was = this.#confirmed.get(record.id)?.record;
      const same = was?.version === record.version && reviewOf(was) === reviewOf(record);
      this.correct(record.id, same ? was : record, seq);
      if (!same) ids.add(record.id);
    }
    for (const id of lost) {
      ids.add(id);
      this.correct(id, null, seq);
    }
    return ids;
  }

  /** Takes what the server says of id as of seq, unless as much has been heard. */
  confirm(id: string, record: T | null, seq: number): void {
    const was = this.#confirmed.get(id);
    if (!was || was.seq < seq) this.correct(id, record, seq);
  }

  /** Takes what the server says of id, whatever has been heard. */
  correct(id: string, record: T | null, seq: number): void {
    this.#confirmed.set(id, { seq, record });
  }

  /** Changes what is confirmed of id, in what has no version. */
  amend(id: string, change: (record: T) => T): void {
    const { seq, record } = this.#confirmed.get(id) ?? {};
    if (seq !== undefined && record) this.#confirmed.set(id, { seq, record: change(record) });
  }

  /** Puts an operation on id over what is confirmed. */
  wait(id: string, changeSet: string, operation: Operation): void {
    const waiting = this.#waiting.get(id);
    if (waiting) waiting.push({ changeSet, operation });
    else this.#waiting.set(id, [{ changeSet, operation }]);
  }

  /** Takes away what a change set waited to do to id. */
  forget(id: string, changeSet: string): void {
    const rest = (this.#waiting.get(id) ?? []).filter((waiting) => waiting.changeSet !== changeSet);
    if (rest.length === 0) this.#waiting.delete(id);
    else this.#waiting.set(id, rest);
  }

  /** The version of id that is live, and the waiting change set that makes it what it is. */
  seen(id: string): { readonly version: number; readonly changeSet: string | undefined } {
    const last = this.#waiting.get(id)?.at(-1);
    if (!last) return { version: this.#confirmed.get(id)?.record?.version ?? 0, changeSet: undefined };
    return { version: (last.operation.annotation ?? last.operation.link)!.version, changeSet: last.changeSet };
  }

  /** Works out what id is now, and reports whether that is news. */
  refresh(id: string, may: (record: T) => boolean): boolean {
    const was = this.live.get(id);
    const now = this.#now(id);
    if (now && may(now)) this.live.set(id, now);
    else this.live.delete(id);
    return this.live.get(id) !== was;
  }

  #now(id: string): T | null {
    let record = this.#confirmed.get(id)?.record ?? null;
    for (const { operation } of this.#waiting.get(id) ?? []) {
      record = operation.op === "delete" ? null : ({ ...record, ...(operation.annotation ?? operation.link) } as T);
    }
    return record;
  }
}

function reviewOf(record: Annotation | Link): string | undefined {
  return "kind" in record ? record.review_state : undefined;
}
