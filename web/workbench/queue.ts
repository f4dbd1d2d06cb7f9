import { type Draft, type Held, heldIn, holding, type Outbox, rebased, taking, type Unsent } from "./outbox";
import type { Answer, ChangeSet } from "./record";
import type { Reply, Trouble } from "./reply";

/** State says how things stand with the saving. */
export interface State {
  readonly name: "saved" | "saving" | Trouble;
  /** How many change sets are not saved. */
  readonly waiting: number;
}

/** News is what the pages of one browser tell each other of an outbox. */
export interface News {
  /** What has been taken; without it, the outbox is to be looked at. */
  readonly taken?: Taken;
}

/** Taken is a change set with the server's answer to it. */
interface Taken {
  readonly changeSet: Draft;
  readonly answer: Answer;
}

/** Wiring is what the queue needs of its surroundings. */
export interface Wiring {
  readonly outbox: Outbox;
  send(changeSet: ChangeSet): Promise<Reply>;
  /** Does work while no other page of this browser does its own. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Tells the other pages of this browser. */
  tell(news: News): void;
  /** Passes the time between two attempts; the signal ends it early. */
  pause(milliseconds: number, signal: AbortSignal): Promise<void>;

  /** A change set waits that this page did not know of. */
  found(unsent: Unsent): void;
  taken(id: string, answer: Answer): void;
  /** A change set waits no longer: another page has seen to it. */
  gone(id: string): void;
  /** A change set is held back, just now or since before this page. */
  held(held: Held, justNow: boolean): void;
  /** What to do with a held change set has been decided, here or elsewhere. */
  decided(id: string): void;
  state(state: State): void;
}

const firstPause = 500;
const longestPause = 30_000;

/**
 * ChangeQueue sends what is in the outbox, one change set after the other, in
 * the order in which they were made. What does not arrive is sent again with
 * the same id, after longer and longer pauses, until it does: the server takes
 * it once. A change set the server refuses is held back with all that build on
 * it; the rest goes on. Several pages may send from the same outbox: each
 * sends only what is first in it, which stays there until it is answered.
 */
export class ChangeQueue {
  readonly #wiring: Wiring;
  /** The change sets that wait, and whether they are in the outbox yet. */
  readonly #waiting = new Map<string, { written: boolean }>();
  readonly #held = new Set<string>();
  /** The last that were taken: what builds on them may not be in the outbox yet. */
  #taken: readonly Taken[] = [];
  #writing = Promise.resolve();
  #running = false;
  #again = false;
  #attempts = 0;
  #answered: string | undefined;
  #pause: AbortController | undefined;

  constructor(wiring: Wiring) {
    this.#wiring = wiring;
  }

  /** How many change sets are not saved. */
  get length(): number {
    return this.#waiting.size;
  }

  /** How many change sets are not even in the outbox. */
  get unwritten(): number {
    return [...this.#waiting.values()].filter(({ written }) => !written).length;
  }

  /** Takes a change set, to be sent as soon as it can be. */
  add(draft: Draft): void {
    this.#waiting.set(draft.id, { written: false });
    this.#tell();
    // The outbox numbers them in the order in which they come.
    this.#writing = this.#writing.then(async () => {
      await this.#wiring.outbox.add([this.#upToDate(draft)]);
      this.#written([draft]);
    });
  }

  /** Takes up what is in the outbox, and lets go of what no longer is. */
  async look(): Promise<void> {
    const all = await this.#wiring.outbox.list();
    const waiting = all.filter(({ state }) => state === "waiting");
    for (const unsent of waiting) {
      if (this.#waiting.has(unsent.id)) continue;
      this.#waiting.set(unsent.id, { written: true });
      this.#wiring.found(unsent);
    }
    const ids = new Set(waiting.map(({ id }) => id));
    for (const [id, { written }] of this.#waiting) {
      if (!written || ids.has(id)) continue;
      this.#waiting.delete(id);
      this.#wiring.gone(id);
    }
    this.#lookAtHeld(heldIn(all));
    this.#tell();
    void this.#run();
  }

  /** Takes what another page tells. */
  async heard({ taken }: News): Promise<void> {
    if (taken) {
      this.#remember(taken);
      this.#waiting.delete(taken.changeSet.id);
      this.#wiring.taken(taken.changeSet.id, taken.answer);
    }
    await this.look();
  }

  /** Puts others in the place of what is held, unless another page has. */
  async decide({ changeSet, dependents }: Held, instead: readonly Draft[]): Promise<boolean> {
    for (const { id } of instead) this.#waiting.set(id, { written: false });
    const remove = [changeSet, ...dependents].map(({ id }) => id);
    const done = await this.#wiring.outbox.change((all) =>
      all.some(({ id }) => id === changeSet.id) ? { remove, add: instead.map((draft) => this.#upToDate(draft)) } : undefined);
    this.#held.delete(changeSet.id);
    this.#wiring.decided(changeSet.id);
    if (!done) for (const { id } of instead) this.#waiting.delete(id);
    this.#written(instead);
    return done;
  }

  /** Tries again at once, as when the network is back. */
  hurry(): void {
    this.#pause?.abort();
  }

  #written(drafts: readonly Draft[]): void {
    for (const { id } of drafts) {
      if (this.#waiting.has(id)) this.#waiting.set(id, { written: true });
    }
    this.#wiring.tell({});
    this.#tell();
    void this.#run();
  }

  #lookAtHeld(all: readonly Held[]): void {
    const ids = new Set(all.map(({ changeSet }) => changeSet.id));
    for (const id of this.#held) {
      if (ids.has(id)) continue;
      this.#held.delete(id);
      this.#wiring.decided(id);
    }
    for (const held of all) this.#hold(held, false);
  }

  #hold(held: Held, justNow: boolean): void {
    if (this.#held.has(held.changeSet.id)) return;
    this.#held.add(held.changeSet.id);
    this.#wiring.held(held, justNow);
  }

  async #run(): Promise<void> {
    this.#again = true;
    if (this.#running) return;
    this.#running = true;
    while (this.#again) {
      this.#again = false;
      for (let left = true; left; ) {
        const outcome = await this.#wiring.alone(() => this.#sendFirst()).catch(() => "offline" as const);
        left = outcome !== "empty";
        if (outcome !== "empty" && outcome !== "answered") await this.#rest(outcome);
      }
    }
    this.#running = false;
  }

  /** Sends what is first in the outbox, if anything is. */
  async #sendFirst(): Promise<"empty" | "answered" | Trouble> {
    const first = await this.#wiring.outbox.first();
    if (!first) return "empty";
    // The outbox would not let go of it. The server takes it once all the same.
    if (first.id === this.#answered) return "offline";
    const reply = await this.#send(first);
    if (reply.outcome === "unreachable") return reply.trouble;
    this.#attempts = 0;
    this.#answered = first.id;
    if (reply.outcome === "taken") await this.#take(first, reply.answer);
    else {
      await this.#writing; // what builds on it goes with it
      await this.#wiring.outbox.change(holding(first.id, reply));
      await this.#holdBack(first);
    }
    this.#tell();
    return "answered";
  }

  async #send({ id, operations }: Unsent): Promise<Reply> {
    try {
      return await this.#wiring.send({ id, operations });
    } catch {
      return { outcome: "unreachable", trouble: "offline" };
    }
  }

  async #take(changeSet: Unsent, answer: Answer): Promise<void> {
    const { id } = changeSet;
    this.#remember({ changeSet, answer });
    await this.#wiring.outbox.change(taking(id, answer));
    this.#waiting.delete(id);
    this.#wiring.taken(id, answer);
    this.#wiring.tell({ taken: { changeSet, answer } });
  }

  #remember(taken: Taken): void {
    const most = 20;
    this.#taken = [...this.#taken, taken].slice(-most);
  }

  /** A change set as it is to be written, if what it builds on was taken since it was made. */
  #upToDate(draft: Draft): Draft {
    return this.#taken.reduce((made, { changeSet, answer }) =>
      Object.values(made.on).includes(changeSet.id) ? (rebased(made, changeSet, answer) ?? made) : made, draft);
  }

  async #holdBack({ id }: Unsent): Promise<void> {
    const held = heldIn(await this.#wiring.outbox.list()).find(({ changeSet }) => changeSet.id === id);
    if (!held) return;
    for (const { id } of [held.changeSet, ...held.dependents]) this.#waiting.delete(id);
    this.#hold(held, true);
    this.#wiring.tell({});
  }

  async #rest(trouble: Trouble): Promise<void> {
    const full = Math.min(longestPause, firstPause * 2 ** this.#attempts++);
    this.#pause = new AbortController();
    this.#tell(trouble);
    // Not all browsers that lost the server together come back together.
    await this.#wiring.pause(full * (0.75 + Math.random() / 2), this.#pause.signal);
    this.#pause = undefined;
  }

  #tell(trouble?: Trouble): void {
    const waiting = this.#waiting.size;
    if (waiting === 0) this.#wiring.state({ name: "saved", waiting });
    else if (trouble) this.#wiring.state({ name: trouble, waiting });
    else if (this.#pause === undefined) this.#wiring.state({ name: "saving", waiting });
  }
}
