import assert from "node:assert/strict";
import { test } from "node:test";
import { type Change, type Draft, heldIn, holding, MemoryOutbox, taking, type Unsent } from "./outbox";
import type { Annotation, Answer, Link, Operation } from "./record";

const annotation = (id: string, version: number, more: Partial<Annotation> = {}): Annotation =>
  ({ id, version, kind: "claim", fragments: [{ start: 0, end: 4 }], attributes: {}, entity: null, ...more });
const link = (id: string, from: string, to: string, version = 0): Link => ({ id, version, from, to, role: "speaker", attributes: {} });
const put = (thing: Annotation | Link): Operation => ("kind" in thing ? { op: "put", annotation: thing } : { op: "put", link: thing });
const remove = (id: string, version: number): Operation => ({ op: "delete", annotation: { id, version } });
const answer = (more: Partial<Answer>): Answer =>
  ({ seq: 1, replayed: false, annotations: [], links: [], deleted: { annotations: [], links: [] }, inverse: [], ...more });
const draft = (id: string, operations: Operation[], on: Record<string, string> = {}): Draft => ({ id, words: id, was: {}, operations, on });

async function outboxOf(...drafts: Draft[]): Promise<MemoryOutbox> {
  const outbox = new MemoryOutbox();
  await outbox.add(drafts);
  return outbox;
}

/** The versions that a change set in the outbox names. */
async function versions(outbox: MemoryOutbox, id: string): Promise<number[]> {
  const all = await outbox.list();
  return all.find((unsent) => unsent.id === id)!.operations.map((o) => (o.annotation ?? o.link)!.version);
}

test("change sets in a row name the versions that the answers tell", async () => {
  const outbox = await outboxOf(
    draft("1", [put(annotation("new", 0))]),
    draft("2", [put(annotation("new", 0, { entity: "e" }))], { new: "1" }),
    draft("3", [remove("new", 0)], { new: "2" }),
    draft("4", [put(annotation("new", 0))], { new: "3" }));
  await outbox.change(taking("1", answer({ annotations: [annotation("new", 1)] })));
  assert.deepEqual(await versions(outbox, "2"), [1]);
  await outbox.change(taking("2", answer({ annotations: [annotation("new", 2)] })));
  assert.deepEqual(await versions(outbox, "3"), [2]);
  await outbox.change(taking("3", answer({ deleted: { annotations: ["new"], links: [] } })));
  assert.deepEqual(await versions(outbox, "4"), [0]);
});

test("a change that builds on one that was taken goes on from it, though another touched the thing", async () => {
  const outbox = await outboxOf(draft("1", [put(annotation("claim", 3))]), draft("2", [put(annotation("claim", 3))], { claim: "1" }));
  await outbox.change(taking("1", answer({ annotations: [annotation("claim", 5)] })));
  assert.deepEqual(await versions(outbox, "2"), [5]);
});

test("a deletion has seen this browser's own links come, and not another's", async () => {
  const linked = () => outboxOf(draft("1", [put(link("l", "claim", "ana"))]), draft("2", [remove("claim", 3)]));
  const alone = await linked();
  await alone.change(taking("1", answer({ annotations: [annotation("claim", 4)], links: [link("l", "claim", "ana", 1)] })));
  assert.deepEqual(await versions(alone, "2"), [4]);
  const together = await linked();
  await together.change(taking("1", answer({ annotations: [annotation("claim", 5)], links: [link("l", "claim", "ana", 1)] })));
  assert.deepEqual(await versions(together, "2"), [3]);
});

test("what its author had heard of already is not taken back by a late answer", async () => {
  const outbox = await outboxOf(draft("1", [put(annotation("claim", 3))]), draft("2", [put(annotation("claim", 7))]));
  await outbox.change(taking("1", answer({ annotations: [annotation("claim", 4)] })));
  assert.deepEqual(await versions(outbox, "2"), [7]);
});

test("what another page has seen to is left alone", async () => {
  const outbox = await outboxOf(draft("2", [put(annotation("claim", 3))], { claim: "1" }));
  assert.equal(await outbox.change(taking("1", answer({ annotations: [annotation("claim", 4)] }))), false);
  assert.deepEqual(await versions(outbox, "2"), [3]);
});

test("a refused change set is held with what builds on it, and the first that waits is another", async () => {
  const outbox = await outboxOf(
    draft("1", [put(annotation("claim", 0))]), draft("2", [put(annotation("other", 0))]),
    draft("3", [put(link("l", "claim", "other"))]), draft("4", [{ op: "delete", link: { id: "l", version: 0 } }]));
  const refuse = holding("1", { outcome: "refused", message: "No.", problems: [] });
  assert.equal(await outbox.change(refuse), true);
  assert.equal(await outbox.change(refuse), false);
  const held = heldIn(await outbox.list());
  assert.deepEqual(held.map(({ changeSet, dependents }) => [changeSet.id, dependents.map(({ id }) => id)]), [["1", ["3", "4"]]]);
  assert.equal((await outbox.first())?.id, "2");
});

test("a change of the outbox keeps the order", async () => {
  const outbox = await outboxOf(draft("1", []), draft("2", []));
  const change = (all: readonly Unsent[]): Change => ({ remove: ["1"], put: [{ ...all[1]!, words: "again" }], add: [draft("3", [])] });
  await outbox.change(change);
  assert.deepEqual((await outbox.list()).map(({ n, id, words }) => [n, id, words]), [[2, "2", "again"], [3, "3", "3"]]);
});
