import assert from "node:assert/strict";
import { test } from "node:test";
import { ChangeQueue, type Held, type Reply, type State } from "./queue";
import type { Answer, ChangeSet, Operation } from "./record";

const annotate = (id: string): Operation =>
  ({ op: "put", annotation: { id, version: 0, kind: "claim", fragments: [{ start: 0, end: 1 }], attributes: {}, entity: null } });
const linking = (id: string, from: string, to: string): Operation =>
  ({ op: "put", link: { id, version: 0, from, to, role: "speaker", attributes: {} } });
const changeSet = (id: string, ...operations: Operation[]): ChangeSet => ({ id, operations });
const answer = (seq: number): Answer =>
  ({ seq, replayed: false, annotations: [], links: [], deleted: { annotations: [], links: [] }, inverse: [] });
const refused: Reply = { outcome: "refused", message: "No.", problems: [] };

/** A queue to a server that replies with what is given, in that order. */
function queueTo(...replies: (Reply | Error)[]) {
  const log = { sent: [] as string[], taken: [] as string[], held: [] as Held[], states: [] as State[], pauses: [] as number[] };
  let done: () => void;
  const idle = new Promise<void>((resolve) => (done = resolve));
  const queue: ChangeQueue = new ChangeQueue({
    send: async ({ id }) => {
      log.sent.push(id);
      await Promise.resolve();
      const reply = replies.shift() ?? { outcome: "taken", answer: answer(log.sent.length) };
      if (reply instanceof Error) throw reply;
      return reply;
    },
    stamped: ({ operations }) => operations,
    taken: ({ id }) => log.taken.push(id),
    held: (held) => log.held.push(held),
    state: (state) => {
      log.states.push(state);
      if (state.waiting === 0) done();
    },
    pause: async (milliseconds) => void log.pauses.push(milliseconds),
  });
  return { queue, idle, log };
}

test("change sets are sent one after the other, in order", async () => {
  const { queue, idle, log } = queueTo();
  ["a", "b", "c"].forEach((id) => queue.add(changeSet(id, annotate(id))));
  await idle;
  assert.deepEqual(log.sent, ["a", "b", "c"]);
  assert.deepEqual(log.taken, ["a", "b", "c"]);
  assert.deepEqual(log.states.at(-1), { name: "saved", waiting: 0 });
});

test("what does not arrive is sent again with the same id, after longer and longer pauses", async () => {
  const { queue, idle, log } = queueTo(new TypeError("Failed to fetch"), { outcome: "unreachable" }, new Error("timeout"));
  queue.add(changeSet("a", annotate("a")));
  queue.add(changeSet("b", annotate("b")));
  await idle;
  assert.deepEqual(log.sent, ["a", "a", "a", "a", "b"]);
  assert.deepEqual(log.taken, ["a", "b"]);
  [500, 1000, 2000].forEach((full, i) => {
    assert.ok(log.pauses[i]! >= full * 0.75 && log.pauses[i]! <= full * 1.25, `pause ${i} was ${log.pauses[i]}`);
  });
  assert.ok(log.states.some(({ name, waiting }) => name === "offline" && waiting === 2));
});

test("no pause is longer than half a minute and a bit", async () => {
  const { queue, idle, log } = queueTo(...Array.from({ length: 12 }, (): Reply => ({ outcome: "unreachable" })));
  queue.add(changeSet("a", annotate("a")));
  await idle;
  assert.ok(Math.max(...log.pauses) <= 37_500);
});

test("a session that ended is said to have ended, and nothing is lost", async () => {
  const { queue, idle, log } = queueTo({ outcome: "unreachable", signedOut: true });
  queue.add(changeSet("a", annotate("a")));
  await idle;
  assert.ok(log.states.some(({ name }) => name === "signed out"));
  assert.deepEqual(log.taken, ["a"]);
});

test("a refused change set takes along what builds on it, and the rest goes on", async () => {
  const { queue, idle, log } = queueTo(refused);
  queue.add(changeSet("1", annotate("claim")));
  queue.add(changeSet("2", annotate("other")));
  queue.add(changeSet("3", linking("l", "claim", "other")));
  queue.add(changeSet("4", { op: "delete", link: { id: "l", version: 0 } }));
  await idle;
  assert.deepEqual(log.sent, ["1", "2"]);
  assert.deepEqual(log.held.map((h) => [h.changeSet.id, h.dependents.map(({ id }) => id)]), [["1", ["3", "4"]]]);
});

test("what was heard to have arrived is not sent again", async () => {
  const { queue, idle, log } = queueTo({ outcome: "unreachable" });
  queue.add(changeSet("a", annotate("a")));
  queue.add(changeSet("b", annotate("b")));
  queue.arrived("a");
  await idle;
  assert.deepEqual(log.sent, ["a", "b"]);
  assert.deepEqual(log.taken, ["b"]);
});

test("hurrying ends the pause", async () => {
  let paused = 0;
  let tries = 0;
  const taken = new Promise<void>((resolve) => {
    const queue: ChangeQueue = new ChangeQueue({
      send: async () => (++tries === 1 ? { outcome: "unreachable" } : { outcome: "taken", answer: answer(1) }),
      stamped: ({ operations }) => operations,
      taken: () => resolve(),
      held: () => assert.fail("nothing is to be held"),
      state: () => {},
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
