import assert from "node:assert/strict";
import { test } from "node:test";
import { type Draft, type Held, MemoryOutbox, type Outbox } from "./outbox";
import { ChangeQueue, type News, type State } from "./queue";
import type { Answer, Operation } from "./record";
import type { Reply } from "./reply";

const annotate = (id: string): Operation =>
  ({ op: "put", annotation: { id, version: 0, kind: "claim", fragments: [{ start: 0, end: 1 }], attributes: {}, entity: null } });
const linking = (id: string, from: string, to: string): Operation =>
  ({ op: "put", link: { id, version: 0, from, to, role: "speaker", attributes: {} } });
const changeSet = (id: string, ...operations: Operation[]): Draft => ({ id, operations, words: id, was: {}, on: {} });
const answer = (seq: number): Answer =>
  ({ seq, replayed: false, annotations: [], links: [], deleted: { annotations: [], links: [] }, inverse: [] });
const refused: Reply = { outcome: "refused", message: "No.", problems: [] };
const unreachable: Reply = { outcome: "unreachable", trouble: "offline" };

/** The pages of a browser: they share an outbox, and hear each other. */
class Browser {
  readonly outbox: Outbox;
  readonly sent: string[] = [];
  readonly #replies: (Reply | Error)[];
  readonly #pages: ChangeQueue[] = [];
  #last: Promise<unknown> = Promise.resolve();
  /** What is answered where no reply is given. */
  answers = answer(1);

  constructor(replies: (Reply | Error)[] = [], outbox: Outbox = new MemoryOutbox()) {
    this.#replies = replies;
    this.outbox = outbox;
  }

  page() {
    const log = { found: [] as string[], taken: [] as string[], gone: [] as string[], held: [] as Held[], decided: [] as string[], states: [] as State[], pauses: [] as number[] };
    const queue: ChangeQueue = new ChangeQueue({
      outbox: this.outbox,
      send: async ({ id }) => {
        this.sent.push(id);
        await new Promise((resolve) => setTimeout(resolve));
        const reply = this.#replies.shift() ?? { outcome: "taken", answer: this.answers };
        if (reply instanceof Error) throw reply;
        return reply;
      },
      alone: (work) => {
        const turn = this.#last.then(work);
        this.#last = turn.catch(() => undefined);
        return turn;
      },
      tell: (news: News) => this.#pages.filter((page) => page !== queue).forEach((page) => void page.heard(news)),
      found: ({ id }) => log.found.push(id),
      taken: (id) => log.taken.push(id),
      gone: (id) => log.gone.push(id),
      held: (held) => log.held.push(held),
      decided: (id) => log.decided.push(id),
      state: (state) => log.states.push(state),
      pause: (milliseconds) => {
        log.pauses.push(milliseconds);
        return new Promise((resolve) => setTimeout(resolve));
      },
    });
    this.#pages.push(queue);
    return { queue, log };
  }

  /** Waits until nothing waits. */
  async idle(): Promise<void> {
    do await new Promise((resolve) => setTimeout(resolve, 2));
    while (this.#pages.some(({ length }) => length > 0) || (await this.outbox.first()));
  }
}

/** A queue to a server that replies with what is given, in that order. */
function queueTo(...replies: (Reply | Error)[]) {
  const browser = new Browser(replies);
  const { queue, log } = browser.page();
  return { queue, idle: () => browser.idle(), browser, log };
}

test("change sets are sent one after the other, in order", async () => {
  const { queue, idle, browser, log } = queueTo();
  ["a", "b", "c"].forEach((id) => queue.add(changeSet(id, annotate(id))));
  await idle();
  assert.deepEqual(browser.sent, ["a", "b", "c"]);
  assert.deepEqual(log.taken, ["a", "b", "c"]);
  assert.deepEqual(log.states.at(-1), { name: "saved", waiting: 0 });
});

test("what does not arrive is sent again with the same id, after longer and longer pauses", async () => {
  const { queue, idle, browser, log } = queueTo(new TypeError("Failed to fetch"), unreachable, new Error("timeout"));
  queue.add(changeSet("a", annotate("a")));
  queue.add(changeSet("b", annotate("b")));
  await idle();
  assert.deepEqual(browser.sent, ["a", "a", "a", "a", "b"]);
  assert.deepEqual(log.taken, ["a", "b"]);
  [500, 1000, 2000].forEach((full, i) => {
    assert.ok(log.pauses[i]! >= full * 0.75 && log.pauses[i]! <= full * 1.25, `pause ${i} was ${log.pauses[i]}`);
  });
  assert.ok(log.states.some(({ name, waiting }) => name === "offline" && waiting === 2));
});

test("no pause is longer than half a minute and a bit", async () => {
  const { queue, idle, browser, log } = queueTo(...Array.from({ length: 12 }, (): Reply => unreachable));
  queue.add(changeSet("a", annotate("a")));
  await idle();
  assert.ok(Math.max(...log.pauses) <= 37_500);
});

test("a session that ended is said to have ended, and nothing is lost", async () => {
  const { queue, idle, browser, log } = queueTo({ outcome: "unreachable", trouble: "signed out" });
  queue.add(changeSet("a", annotate("a")));
  await idle();
  assert.ok(log.states.some(({ name }) => name === "signed out"));
  assert.deepEqual(log.taken, ["a"]);
});

test("a refused change set takes along what builds on it, and the rest goes on", async () => {
  const { queue, idle, browser, log } = queueTo(refused);
  queue.add(changeSet("1", annotate("claim")));
  queue.add(changeSet("2", annotate("other")));
  queue.add(changeSet("3", linking("l", "claim", "other")));
  queue.add(changeSet("4", { op: "delete", link: { id: "l", version: 0 } }));
  await idle();
  assert.deepEqual(browser.sent, ["1", "2"]);
  assert.deepEqual(log.held.map((h) => [h.changeSet.id, h.dependents.map(({ id }) => id)]), [["1", ["3", "4"]]]);
});

test("hurrying ends the pause", async () => {
  let paused = 0;
  let tries = 0;
  const taken = new Promise<void>((resolve) => {
    const queue: ChangeQueue = new ChangeQueue({
      outbox: new MemoryOutbox(),
      send: async () => (++tries === 1 ? unreachable : { outcome: "taken", answer: answer(1) }),
      alone: (work) => work(),
      tell: () => {}, found: () => {}, gone: () => {}, decided: () => {}, state: () => {},
      taken: () => resolve(),
      held: () => assert.fail("nothing is to be held"),
      pause: (_, signal) =>
        new Promise((wake) => {
          paused++;
          signal.addEventListener("abort", () => wake());
          setTimeout(() => queue.hurry());
        }),
    });
    queue.add(changeSet("a", annotate("a")));
  });
  await taken;
  assert.deepEqual([paused, tries], [1, 2]);
});

test("a page that is opened takes up what another left, in its order, before its own", async () => {
  const browser = new Browser();
  await browser.outbox.add([changeSet("a", annotate("a")), changeSet("b", annotate("b"))]);
  const { queue, log } = browser.page();
  await queue.look();
  queue.add(changeSet("c", annotate("c")));
  await browser.idle();
  assert.deepEqual([log.found, browser.sent, await browser.outbox.list()], [["a", "b"], ["a", "b", "c"], []]);
});

test("two pages send each change set once, in the order in which they were made, and both hear of it", async () => {
  const browser = new Browser();
  const [one, other] = [browser.page(), browser.page()];
  for (const id of ["1", "2", "3", "4", "5", "6"]) {
    (Number(id) % 2 ? one : other).queue.add(changeSet(id, annotate(id)));
    await Promise.resolve();
  }
  await browser.idle();
  assert.deepEqual(browser.sent, ["1", "2", "3", "4", "5", "6"]);
  assert.deepEqual([[...new Set(one.log.taken)].sort(), [...new Set(other.log.taken)].sort()], [browser.sent, browser.sent]);
  assert.deepEqual([one.log.states.at(-1), other.log.states.at(-1)], [{ name: "saved", waiting: 0 }, { name: "saved", waiting: 0 }]);
});

test("what is held is held on every page and after a reload, until one decides, once", async () => {
  const browser = new Browser([refused]);
  const [one, other] = [browser.page(), browser.page()];
  one.queue.add(changeSet("a", annotate("a")));
  await browser.idle();
  await new Promise((resolve) => setTimeout(resolve, 5));
  const later = browser.page();
  await later.queue.look();
  assert.deepEqual([one, other, later].map(({ log }) => log.held.map(({ changeSet }) => changeSet.id)), [["a"], ["a"], ["a"]]);
  const [first, second] = await Promise.all([
    one.queue.decide(one.log.held[0]!, [changeSet("again", annotate("a"))]), other.queue.decide(other.log.held[0]!, [changeSet("too", annotate("a"))]),
  ]);
  await browser.idle();
  assert.deepEqual([first, second, browser.sent], [true, false, ["a", "again"]]);
  assert.deepEqual([[...new Set(later.log.decided)], await browser.outbox.list()], [["a"], []]);
});

test("an outbox that does not let go of what is taken does not have it sent without end", async () => {
  const stuck = new MemoryOutbox();
  stuck.change = async () => false;
  const browser = new Browser([], stuck);
  const { queue, log } = browser.page();
  queue.add(changeSet("a", annotate("a")));
  while (log.pauses.length < 5) await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(browser.sent, ["a"]);
  stuck.change = MemoryOutbox.prototype.change;
  await stuck.change(() => ({ remove: ["a"] }));
});

test("what is made while the answer to what it builds on is being noted goes on from it", async () => {
  const outbox = new MemoryOutbox();
  const change = outbox.change.bind(outbox);
  const browser = new Browser([], outbox);
  const { queue } = browser.page();
  outbox.change = async (work) => {
    const changed = await change(work);
    outbox.change = change;
    queue.add({ ...changeSet("b", { op: "delete", link: { id: "l", version: 0 } }), on: { l: "a" } });
    return changed;
  };
  const sent: Operation[] = [];
  const add = outbox.add.bind(outbox);
  outbox.add = (drafts) => {
    sent.push(...drafts.flatMap(({ operations }) => operations));
    return add(drafts);
  };
  browser.answers = { ...answer(1), links: [{ id: "l", version: 1, from: "x", to: "y", role: "speaker", attributes: {} }] };
  queue.add(changeSet("a", linking("l", "x", "y")));
  await browser.idle();
  assert.equal(sent[1]?.link?.version, 1);
});
