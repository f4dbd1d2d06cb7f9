import { idOf } from "./operations";
import type { Annotation, Answer, ChangeSet, Link, Operation } from "./record";
import type { Refusal } from "./reply";

/** Place is whose work on which article. */
export interface Place {
  readonly user: string;
  readonly project: string;
  readonly article: string;
}

/**
 * Draft is a change set as its author made it: each operation with the version
 * that was seen, and with what it takes to send it or to mend it later.
 */
export interface Draft extends ChangeSet {
  /** What was done, as in "tag claim". */
  readonly words: string;
  /** What each thing was before, by id; null for what was not there. */
  readonly was: Readonly<Record<string, Annotation | Link | null>>;
  /** By the id of a thing, the change set before this one that leaves it as its author saw it. */
  readonly on: Readonly<Record<string, string>>;
}

/** Unsent is a draft in the outbox. */
export interface Unsent extends Draft {
  /** Its place in the order in which all were made. */
  readonly n: number;
  readonly state: "waiting" | "held";
  /** Why it is held: what the server said, or the change set it builds on. */
  readonly reason?: Refusal | string;
}

/** Held is a change set that was not taken, and those that build on it. */
export interface Held {
  readonly changeSet: Unsent;
  readonly dependents: readonly Unsent[];
  readonly reply: Refusal;
}

/** Change is what happens to the outbox, all or nothing. */
export interface Change {
  readonly remove?: readonly string[];
  readonly put?: readonly Unsent[];
  readonly add?: readonly Draft[];
}

/**
 * Outbox keeps the change sets of one place that the server has not taken, in
 * the order in which they were made. All pages of the browser share it.
 */
export interface Outbox {
  list(): Promise<Unsent[]>;
  /** The first that waits to be sent. */
  first(): Promise<Unsent | undefined>;
  add(drafts: readonly Draft[]): Promise<void>;
  /** Makes the change that work finds due, and reports whether it found one. */
  change(work: (all: readonly Unsent[]) => Change | undefined): Promise<boolean>;
}

/** What becomes of the outbox when the server has taken a change set. */
export function taking(id: string, answer: Answer): (all: readonly Unsent[]) => Change | undefined {
  return (all) => {
    const taken = all.find((unsent) => unsent.id === id);
    if (!taken) return undefined; // another page has seen to it
    const put = all.filter(({ n }) => n > taken.n).flatMap((later) => rebased(later, taken, answer) ?? []);
    return { remove: [id], put };
  };
}

/** What becomes of the outbox when the server has refused a change set. */
export function holding(id: string, reply: Refusal): (all: readonly Unsent[]) => Change | undefined {
  return (all) => {
    const refused = all.find((unsent) => unsent.id === id);
    if (!refused || refused.state === "held") return undefined;
    const later = all.filter(({ n, state }) => n > refused.n && state === "waiting");
    const held = (unsent: Unsent, reason: Refusal | string): Unsent => ({ ...unsent, state: "held", reason });
    return { put: [held(refused, reply), ...dependentsOf(refused, later).map((dependent) => held(dependent, id))] };
  };
}

/** What is held in an outbox, each with what builds on it. */
export function heldIn(all: readonly Unsent[]): Held[] {
  return all.flatMap((changeSet) => {
    const reply = changeSet.reason;
    if (reply === undefined || typeof reply === "string") return [];
    return [{ changeSet, reply, dependents: all.filter(({ reason }) => reason === changeSet.id) }];
  });
}

/**
 * A later change set with the versions that the answer to an earlier one tells,
 * or nothing if it concerns none of its things.
 */
export function rebased<T extends Draft>(later: T, taken: Draft, answer: Answer): T | undefined {
  const versions = versionsIn(answer);
  const on = { ...later.on };
  let news = false;
  const operations = later.operations.map((operation) => {
    const id = idOf(operation);
    const builds = on[id] === taken.id;
    if (builds) delete on[id];
    const version = versions.get(id);
    const seen = version === undefined ? undefined : versionSeen(operation, version, builds ? taken : undefined);
    if (!builds && seen === undefined) return operation;
    news = true;
    return seen === undefined ? operation : versioned(operation, seen);
  });
  return news ? { ...later, operations, on } : undefined;
}

/**
 * The version that the author of a later operation saw, given what the answer
 * to an earlier change set tells. One that only touched the thing by the way
 * says nothing new if somebody else was at it too. So for a deletion that
 * builds on it: it must have seen everything.
 */
function versionSeen(operation: Operation, version: number, builtOn: Draft | undefined): number | undefined {
  const before = builtOn?.operations.find((o) => idOf(o) === idOf(operation)) ?? operation;
  const next = versionOf(before) + 1;
  if (builtOn && (operation.op === "put" || version === 0)) return version;
  return version === next ? version : undefined;
}

function versionsIn(answer: Answer): Map<string, number> {
  const versions = new Map<string, number>();
  for (const { id, version } of [...answer.annotations, ...answer.links]) versions.set(id, version);
  for (const id of [...answer.deleted.annotations, ...answer.deleted.links]) versions.set(id, 0);
  return versions;
}

function versionOf(operation: Operation): number {
  return (operation.annotation ?? operation.link)!.version;
}

function versioned(operation: Operation, version: number): Operation {
  return operation.annotation
    ? ({ ...operation, annotation: { ...operation.annotation, version } } as Operation)
    : ({ ...operation, link: { ...operation.link!, version } } as Operation);
}

/** Those of later that build on changeSet, directly or through one another. */
function dependentsOf(changeSet: ChangeSet, later: readonly Unsent[]): Unsent[] {
  const ids = new Set(changeSet.operations.map(idOf));
  return later.filter(({ operations }) => {
    if (!operations.some((operation) => namesOf(operation).some((id) => ids.has(id)))) return false;
    operations.forEach((operation) => ids.add(idOf(operation)));
    return true;
  });
}

/** The ids that must be there for operation to be done. */
function namesOf(operation: Operation): string[] {
  if (operation.op === "delete" || !operation.link) return [idOf(operation)];
  return [operation.link.id, operation.link.from, operation.link.to];
}

/** MemoryOutbox lasts as long as its page. */
export class MemoryOutbox implements Outbox {
  #all: readonly Unsent[] = [];
  #last = 0;

  async list(): Promise<Unsent[]> {
    return [...this.#all];
  }

  async first(): Promise<Unsent | undefined> {
    return this.#all.find(({ state }) => state === "waiting");
  }

  async add(drafts: readonly Draft[]): Promise<void> {
    this.#all = [...this.#all, ...drafts.map((draft): Unsent => ({ ...draft, n: ++this.#last, state: "waiting" }))];
  }

  async change(work: (all: readonly Unsent[]) => Change | undefined): Promise<boolean> {
    const change = work(this.#all);
    if (!change) return false;
    const put = new Map(change.put?.map((unsent) => [unsent.id, unsent]));
    this.#all = this.#all.filter(({ id }) => !change.remove?.includes(id)).map((unsent) => put.get(unsent.id) ?? unsent);
    await this.add(change.add ?? []);
    return true;
  }
}
