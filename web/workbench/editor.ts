import { AnnotationSet } from "./annotationset";
import { History, type Obstacle, sameContent, type Step } from "./history";
import { rebased } from "./merge";
import { idOf, recordOf } from "./operations";
import { ChangeQueue, type Held, type Reply, type State } from "./queue";
import type { Annotation, ChangeSet, Link, LogEntry, Operation } from "./record";
import { uuid } from "./uuid";

/** Outside is what the editor needs of the world, and what it tells it. */
export interface Outside {
  send(changeSet: ChangeSet): Promise<Reply>;
  pause(milliseconds: number, signal: AbortSignal): Promise<void>;
  state(state: State): void;
  /** A change set was not taken. It is to be done after all by keepMine, or given up by keepTheirs. */
  held(held: Held): void;
}

/** Made is a change set as it was made. */
interface Made {
  /** What it did, as in "tag claim". */
  readonly words: string;
  /** What it changes, by id, as that was before; undefined for what is new. */
  readonly before: ReadonlyMap<string, Annotation | Link | undefined>;
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
  readonly #made = new Map<string, Made>(); // by change set

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
        if (this.#agree(held)) this.keepMine(held);
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

  /** Does what was held back after all: what it changed, over what is there now. */
  keepMine(held: Held): void {
    this.#redo(held, () => true);
  }

  /** Gives up what was not taken, and does what else of this page's waited with it. */
  keepTheirs(held: Held): void {
    const given = givenUp(held);
    const lost = (id: string) => given.has(id) && this.set.annotation(id) === undefined;
    this.#redo(held, (operation) =>
      !given.has(idOf(operation)) && !(operation.op === "put" && operation.link && (lost(operation.link.from) || lost(operation.link.to))));
  }

  /** What would be made of the thing called id, were what was held back done after all. */
  mine({ changeSet, dependents }: Held, id: string): Operation | undefined {
    let now = this.#thing(id);
    let last: Operation | undefined;
    for (const made of [changeSet, ...dependents]) {
      for (const operation of made.operations) {
        if (idOf(operation) !== id) continue;
        last = this.#over(operation, made.id, now);
        now = recordOf(last) ?? undefined;
      }
    }
    return last;
  }

  /** What a change set did, in words. */
  words(changeSet: ChangeSet): string {
    return this.#made.get(changeSet.id)?.words ?? "";
  }

  #redo({ changeSet, dependents }: Held, wanted: (operation: Operation) => boolean): void {
    for (const made of [changeSet, ...dependents]) {
      const operations = made.operations.filter(wanted).map((operation) => this.#over(operation, made.id, this.#thing(idOf(operation))));
      this.do(this.words(made), operations.filter((operation) => !sameContent(recordOf(operation) ?? undefined, this.#thing(idOf(operation)))));
    }
  }

  /** An operation of a change set, as it is over what others have made of the thing since. */
  #over(operation: Operation, changeSet: string, now: Annotation | Link | undefined): Operation {
    const was = this.#made.get(changeSet)?.before.get(idOf(operation));
    return was && now ? rebased(operation, was, now) : operation;
  }

  #thing(id: string): Annotation | Link | undefined {
    return this.set.annotation(id) ?? this.set.link(id);
  }

  #enqueue(words: string, operations: readonly Operation[]): Step {
    const changeSet = { id: uuid(), operations };
    const inverse = this.set.inverse(operations);
    const things = () => new Map(operations.map(idOf).map((id) => [id, this.#thing(id)]));
    this.#made.set(changeSet.id, { words, before: things() });
    this.set.add(changeSet);
    const left = things();
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

  /** Whether all that was in the way of held is that others did the same. */
  #agree(held: Held): boolean {
    return held.reply.outcome === "conflict" && clashing(held).every((id) => {
      const mine = this.mine(held, id);
      return mine !== undefined && sameContent(recordOf(mine) ?? undefined, this.#thing(id));
    });
  }
}

/** The ids of what a change set clashed over. */
export function clashing({ changeSet, reply }: Held): string[] {
  return reply.outcome === "conflict" ? reply.clashes.map(({ operation }) => idOf(changeSet.operations[operation]!)) : [];
}

/** The ids of what is given up with held: what it clashed over, or all that was refused. */
function givenUp(held: Held): Set<string> {
  return new Set(held.reply.outcome === "conflict" ? clashing(held) : held.changeSet.operations.map(idOf));
}
