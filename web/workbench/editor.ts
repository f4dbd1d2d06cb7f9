import { AnnotationSet } from "./annotationset";
import { History, type Obstacle, type Step } from "./history";
import { type Choose, merge, type Side } from "./merge";
import { idOf, recordOf } from "./operations";
import type { Draft, Held, Unsent } from "./outbox";
import { ChangeQueue, type Wiring } from "./queue";
import type { Annotation, Answer, ChangeSet, Link, LogEntry, Operation } from "./record";
import { uuid } from "./uuid";

/** Outside is what the editor needs of the world, and what it tells it. */
export interface Outside extends Pick<Wiring, "outbox" | "send" | "alone" | "tell" | "pause" | "state"> {
  /** A change set was not taken. It is kept until settle or letGo, over reloads too. */
  held(held: Held): void;
  /** What to do with it has been decided. */
  decided(id: string): void;
}

/** Open is what a person has to choose of a change set that was not taken. */
export interface Open {
  /** The operation, as its author made it. */
  readonly operation: Operation;
  /** What both changed, as merge names it. */
  readonly field: string;
}

/**
 * Editor is where everything this page changes goes through: it shows at once
 * in the annotation set, waits in the outbox until it is saved, and stands in
 * the history to be undone.
 */
export class Editor {
  readonly set = new AnnotationSet();
  readonly history = new History(this.set);
  readonly queue: ChangeQueue;
  readonly #outside: Outside;

  constructor(outside: Outside) {
    this.#outside = outside;
    this.queue = new ChangeQueue({
      ...outside,
      found: (unsent) => this.set.add(unsent),
      taken: (id, answer) => this.#taken(id, answer),
      gone: (id) => this.set.drop(id),
      held: (held, justNow) => this.#held(held, justNow),
    });
  }

  /** Does what words say, as one change set. Doing nothing is no change set. */
  do(words: string, operations: readonly Operation[]): void {
    if (operations.length > 0) this.history.did(this.#enqueue(words, operations));
  }

  /** Undoes or redoes the last step, and returns it or what is in its way. */
  step(way: "undo" | "redo"): Step | Obstacle | undefined {
    const step = this.history.take(way);
    if (step && "inverse" in step) this.history.reversed(this.#enqueue(step.words, step.inverse), way);
    return step;
  }

  /** Takes an entry of the log, and reports whether it was this browser's own. */
  heard(entry: LogEntry): boolean {
    if (!this.set.heard(entry)) return false;
    this.history.confirm(entry.id, entry.inverse);
    return true;
  }

  /** What both sides changed of what is held, so that it is to be chosen: each once, as it was last made here. */
  open({ changeSet, dependents, reply }: Held): Open[] {
    const found = new Map<string, Open>();
    const made = new Map<string, Annotation | Link | null>(); // as if mine were kept
    for (const unsent of [changeSet, ...dependents]) {
      unsent.operations.forEach((operation, i) => {
        const id = idOf(operation);
        for (const [key, open] of found) if (idOf(open.operation) === id) found.set(key, { ...open, operation });
        const now = made.has(id) ? (made.get(id) ?? undefined) : this.#thing(id);
        const choose: Choose = (field) => {
          found.set(`${id} ${field}`, { operation, field });
          return "mine";
        };
        const done = merge(operation, unsent.was[id], now, choose, unsent !== changeSet || !clashes(reply, i)).operation;
        if (done) made.set(id, recordOf(done));
      });
    }
    return [...found.values()];
  }

  /**
   * Does what was held back after all, over what is there now: where both
   * changed the same, as choose says. What builds on it follows, as far as
   * what it is about is there.
   */
  settle(held: Held, choose: (open: Open) => Side): Promise<void> {
    return this.#decide(held, [held.changeSet, ...held.dependents], choose);
  }

  /** Gives up what was held back, and does what only waited with it. */
  letGo(held: Held): Promise<void> {
    return this.#decide(held, held.dependents, () => "theirs");
  }

  async #decide(held: Held, kept: readonly Unsent[], choose: (open: Open) => Side): Promise<void> {
    const steps = kept.flatMap((unsent) => {
      const operations = this.#possible(unsent.operations.flatMap((operation, i) =>
        this.#merge(unsent, operation, (field) => choose({ operation, field }), unsent !== held.changeSet || !clashes(held.reply, i)).operation ?? []));
      return operations.length > 0 ? [this.#prepare(unsent.words, operations)] : [];
    });
    const done = await this.queue.decide(held, steps.map(({ draft }) => draft));
    for (const { draft, step } of done ? steps : steps.reverse()) {
      if (done) this.history.did(step);
      else this.set.drop(draft.id); // another page of this browser has decided
    }
  }

  #merge({ was }: Draft, operation: Operation, choose: Choose, seen: boolean): ReturnType<typeof merge> {
    const id = idOf(operation);
    return merge(operation, was[id], this.#thing(id), choose, seen);
  }

  #thing(id: string): Annotation | Link | undefined {
    return this.set.annotation(id) ?? this.set.link(id);
  }

  /** Those of operations whose links have both their ends. */
  #possible(operations: readonly Operation[]): Operation[] {
    const made = new Set(operations.filter(({ op }) => op === "put").map(idOf));
    const there = (id: string) => made.has(id) || this.set.annotation(id) !== undefined;
    return operations.filter(({ op, link }) => op === "delete" || !link || (there(link.from) && there(link.to)));
  }

  #enqueue(words: string, operations: readonly Operation[]): Step {
    const { draft, step } = this.#prepare(words, operations);
    this.queue.add(draft);
    return step;
  }

  /** Puts a new change set over what is there, ready to be sent. */
  #prepare(words: string, operations: readonly Operation[]): { draft: Draft; step: Step } {
    const draft: Draft = { id: uuid(), words, ...this.set.prepared(operations) };
    const inverse = this.set.inverse(operations);
    this.set.add({ id: draft.id, operations: draft.operations });
    const left = new Map<string, Annotation | Link | undefined>();
    for (const id of operations.map(idOf)) left.set(id, this.#thing(id));
    return { draft, step: { changeSet: draft.id, words, inverse, left } };
  }

  #taken(id: string, answer: Answer): void {
    this.set.answered(id, answer);
    this.history.confirm(id, answer.inverse);
  }

  /** Takes back what was not taken, and asks only what has to be asked. */
  #held(held: Held, justNow: boolean): void {
    const { changeSet, dependents, reply } = held;
    for (const { id } of [...dependents].reverse().concat(changeSet)) {
      this.set.drop(id);
      this.history.forget(id);
    }
    if (reply.outcome === "conflict") {
      if (justNow) this.#correct(changeSet, reply.clashes);
      if (this.open(held).length === 0) return void this.settle(held, () => "mine");
    }
    this.#outside.held(held);
  }

  /** Shows what is there in the place of what clashed with it. */
  #correct({ operations }: ChangeSet, found: readonly { operation: number; annotation?: Annotation; link?: Link }[]): void {
    this.set.correct(found.map(({ operation, annotation, link }): Operation => {
      if (annotation) return { op: "put", annotation };
      if (link) return { op: "put", link };
      const named = { id: idOf(operations[operation]!), version: 0 };
      return operations[operation]!.annotation ? { op: "delete", annotation: named } : { op: "delete", link: named };
    }));
  }
}

function clashes(reply: Held["reply"], operation: number): boolean {
  return reply.outcome === "conflict" && reply.clashes.some((clash) => clash.operation === operation);
}
