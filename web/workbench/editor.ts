import { AnnotationSet } from "./annotationset";
import { History, type Obstacle, type Step } from "./history";
import { idOf } from "./operations";
import { ChangeQueue, type Held, type Reply, type State } from "./queue";
import type { Annotation, ChangeSet, Link, LogEntry, Operation } from "./record";
import { uuid } from "./uuid";

/** Outside is what the editor needs of the world, and what it tells it. */
export interface Outside {
  send(changeSet: ChangeSet): Promise<Reply>;
  pause(milliseconds: number, signal: AbortSignal): Promise<void>;
  state(state: State): void;
  /** A change set was not taken. It is kept until keepMine or letGo. */
  held(held: Held): void;
}

/**
 * Editor is where everything this page changes goes through: it shows at once
 * in the annotation set, waits in the queue until it is saved, and stands in
 * the history to be undone.
 */
export class Editor {
  readonly set = new AnnotationSet();
  readonly history = new History(this.set);
  readonly queue: ChangeQueue;
  readonly #words = new Map<string, string>(); // by change set

  constructor(outside: Outside) {
    this.queue = new ChangeQueue({
      send: outside.send,
      pause: outside.pause,
      state: outside.state,
      stamped: (changeSet) => this.set.stamped(changeSet),
      taken: ({ id }, answer) => {
        this.set.answered(id, answer);
        this.history.confirm(id, answer.inverse);
      },
      held: (held) => {
        this.#holdBack(held);
        if (alreadyDone(held)) this.keepMine(held);
        else outside.held(held);
      },
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

  /** Takes an entry of the log, and reports whether it was this page's own. */
  heard(entry: LogEntry): boolean {
    if (!this.set.heard(entry)) return false;
    this.queue.arrived(entry.id);
    this.history.confirm(entry.id, entry.inverse);
    return true;
  }

  /** Does what was held back after all, over what is there now. */
  keepMine({ changeSet, dependents }: Held): void {
    for (const { id, operations } of [changeSet, ...dependents]) {
      this.do(this.#words.get(id) ?? "", operations.filter((operation) => this.#still(operation)));
    }
  }

  /** What a change set did, in words. */
  words(changeSet: ChangeSet): string {
    return this.#words.get(changeSet.id) ?? "";
  }

  #enqueue(words: string, operations: readonly Operation[]): Step {
    const changeSet = { id: uuid(), operations };
    const inverse = this.set.inverse(operations);
    this.#words.set(changeSet.id, words);
    this.set.add(changeSet);
    const left = new Map<string, Annotation | Link | undefined>();
    for (const id of operations.map(idOf)) left.set(id, this.set.annotation(id) ?? this.set.link(id));
    this.queue.add(changeSet);
    return { changeSet: changeSet.id, words, inverse, left };
  }

  /** Takes back what was not taken, and shows what is there instead. */
  #holdBack({ changeSet, dependents, reply }: Held): void {
    for (const { id } of [...dependents].reverse().concat(changeSet)) {
      this.set.drop(id);
      this.history.forget(id);
    }
    if (reply.outcome !== "conflict") return;
    this.set.correct(reply.clashes.map(({ operation, annotation, link }): Operation => {
      if (annotation) return { op: "put", annotation };
      if (link) return { op: "put", link };
      const named = { id: idOf(changeSet.operations[operation]!), version: 0 };
      return changeSet.operations[operation]!.annotation ? { op: "delete", annotation: named } : { op: "delete", link: named };
    }));
  }

  /** Whether operation still has something to do. */
  #still(operation: Operation): boolean {
    const id = idOf(operation);
    return operation.op === "put" || this.set.annotation(id) !== undefined || this.set.link(id) !== undefined;
  }
}

/** Whether all that was in the way of held is that others did the same deletion. */
function alreadyDone({ changeSet, reply }: Held): boolean {
  return reply.outcome === "conflict" && reply.clashes.every(({ operation, annotation, link }) =>
    !annotation && !link && changeSet.operations[operation]?.op === "delete");
}
