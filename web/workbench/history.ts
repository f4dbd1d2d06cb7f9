import type { AnnotationSet } from "./annotationset";
import { idOf } from "./operations";
import type { Annotation, Fragment, Link, Operation } from "./record";

/** Step is a change set of this page's that can be undone. */
export interface Step {
  readonly changeSet: string;
  /** What was done, as in "tag claim". */
  readonly words: string;
  /** What undoes it. The server's own, once it has answered. */
  inverse: readonly Operation[];
  /** What the change set left behind, by id; undefined for what it deleted. */
  readonly left: ReadonlyMap<string, Annotation | Link | undefined>;
}

/** Obstacle is why a step cannot be undone: who changed what since. */
export interface Obstacle {
  readonly step: Step;
  /** The id of who did it, when that is known. */
  readonly by: string | undefined;
}

/**
 * History is what this page did and has undone. Undoing puts things back only
 * as long as nobody else has changed them since: it never takes away what
 * somebody else did.
 */
export class History {
  readonly #set: AnnotationSet;
  #done: Step[] = [];
  #undone: Step[] = [];

  constructor(set: AnnotationSet) {
    this.#set = set;
  }

  get canUndo(): boolean {
    return this.#done.length > 0;
  }

  get canRedo(): boolean {
    return this.#undone.length > 0;
  }

  /** Takes down what has been done. What was undone before is then over. */
  did(step: Step): void {
    this.#done.push(step);
    this.#undone = [];
  }

  /** Takes down that a step taken off by undo or redo has been reversed. */
  reversed(step: Step, way: "undo" | "redo"): void {
    (way === "undo" ? this.#undone : this.#done).push(step);
  }

  /** Takes the next step to undo or redo off the list, or says what is in its way. */
  take(way: "undo" | "redo"): Step | Obstacle | undefined {
    const step = (way === "undo" ? this.#done : this.#undone).pop();
    return step && (this.#obstacle(step) ?? step);
  }

  /** Takes the server's inverse for the one worked out here. */
  confirm(changeSet: string, inverse: readonly Operation[]): void {
    for (const step of [...this.#done, ...this.#undone]) {
      if (step.changeSet === changeSet && inverse.length > 0) step.inverse = inverse;
    }
  }

  /** Forgets a change set that was not taken. */
  forget(changeSet: string): void {
    this.#done = this.#done.filter((step) => step.changeSet !== changeSet);
    this.#undone = this.#undone.filter((step) => step.changeSet !== changeSet);
  }

  #obstacle(step: Step): Obstacle | undefined {
    for (const [id, left] of step.left) {
      const now = this.#set.annotation(id) ?? this.#set.link(id);
      if (!sameContent(left, now)) return { step, by: now?.updated_by };
    }
    return this.#linksInTheWay(step);
  }

  /** A link that came since, or the end of a link that has gone. */
  #linksInTheWay(step: Step): Obstacle | undefined {
    const named = new Set(step.inverse.map(idOf));
    const there = (id: string) => named.has(id) || this.#set.annotation(id) !== undefined;
    for (const operation of step.inverse) {
      if (operation.op === "delete" && operation.annotation) {
        const since = this.#set.linksOf(operation.annotation.id).find((link) => !named.has(link.id));
        if (since) return { step, by: since.updated_by };
      }
      if (operation.op === "put" && operation.link && !(there(operation.link.from) && there(operation.link.to))) {
        return { step, by: undefined };
      }
    }
    return undefined;
  }
}

/** Whether two records say the same, whoever saved them and when. */
export function sameContent(a: Annotation | Link | undefined, b: Annotation | Link | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if ("kind" in a && "kind" in b) {
    return a.kind === b.kind && a.entity === b.entity && sameFragments(a.fragments, b.fragments) && sameAttributes(a, b);
  }
  return "role" in a && "role" in b && a.from === b.from && a.to === b.to && a.role === b.role && sameAttributes(a, b);
}

/** Whether two lists of fragments are the same stretches in the same order. */
export function sameFragments(a: readonly Fragment[], b: readonly Fragment[]): boolean {
  return a.length === b.length && a.every(({ start, end }, i) => start === b[i]!.start && end === b[i]!.end);
}

function sameAttributes(a: Annotation | Link, b: Annotation | Link): boolean {
  const sorted = ({ attributes }: Annotation | Link) => JSON.stringify(Object.entries(attributes).sort(([x], [y]) => (x < y ? -1 : 1)));
  return sorted(a) === sorted(b);
}
