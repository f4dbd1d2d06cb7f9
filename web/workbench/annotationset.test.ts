import assert from "node:assert/strict";
import { test } from "node:test";
import { AnnotationSet, type Changed } from "./annotationset";
import type { Annotation, Answer, Link, LogEntry, Operation } from "./record";

const annotation = (id: string, more: Partial<Annotation> = {}): Annotation =>
  ({ id, version: 1, kind: "claim", fragments: [{ start: 0, end: 4 }], attributes: {}, entity: null, ...more });
const link = (id: string, from: string, to: string, version = 1): Link =>
  ({ id, version, from, to, role: "speaker", attributes: {} });
const put = (thing: Annotation | Link): Operation =>
  "kind" in thing ? { op: "put", annotation: thing } : { op: "put", link: thing };
const deleteAnnotation = (id: string): Operation => ({ op: "delete", annotation: { id, version: 0 } });
const answer = (seq: number, more: Partial<Answer> = {}): Answer =>
  ({ seq, replayed: false, annotations: [], links: [], deleted: { annotations: [], links: [] }, inverse: [], ...more });
const entry = (seq: number, id: string, operations: Operation[]): LogEntry =>
  ({ seq, id, author: "ben", created_at: "2026-11-23T08:00:00Z", codebook: 1, operations, inverse: [] });

function filled(): { set: AnnotationSet; news: Changed[] } {
  const set = new AnnotationSet();
  set.reset({
    seq: 5,
    annotations: [annotation("claim", { version: 3 }), annotation("ana", { kind: "speaker" })],
    links: [link("said", "claim", "ana")],
  });
  const news: Changed[] = [];
  set.listen((changed) => news.push(changed));
  return { set, news };
}

const versions = (set: AnnotationSet, id: string, operations: Operation[]) =>
  set.stamped({ id, operations }).map((o) => (o.annotation ?? o.link)!.version);

test("what is added is there at once, and told of once", () => {
  const { set, news } = filled();
  set.add({ id: "x", operations: [put(annotation("new", { version: 0 })), put(link("l", "new", "ana", 0))] });
  assert.equal(set.annotation("new")?.kind, "claim");
  assert.deepEqual(set.linksOf("new").map(({ id }) => id), ["l"]);
  assert.deepEqual(set.linksOf("ana").map(({ id }) => id), ["l", "said"]);
  assert.deepEqual(news, [{ annotations: new Set(["new"]), links: new Set(["l"]), ends: new Set(["new", "ana"]) }]);
});

test("what is dropped is gone as if it had never been", () => {
  const { set } = filled();
  set.add({ id: "x", operations: [deleteAnnotation("claim"), put(annotation("ana", { kind: "cue" }))] });
  assert.deepEqual([set.annotation("claim"), set.link("said"), set.annotation("ana")?.kind], [undefined, undefined, "cue"]);
  set.drop("x");
  assert.deepEqual([set.annotation("claim")?.version, set.link("said")?.from, set.annotation("ana")?.kind], [3, "claim", "speaker"]);
});

test("deleting an annotation takes its links from sight", () => {
  const { set, news } = filled();
  set.add({ id: "x", operations: [deleteAnnotation("ana")] });
  assert.deepEqual(set.linksOf("claim"), []);
  assert.deepEqual(news[0]?.links, new Set(["said"]));
});

test("the answer confirms, with what the server adds", () => {
  const { set } = filled();
  set.add({ id: "x", operations: [put(annotation("new", { version: 0 }))] });
  set.answered("x", answer(6, { annotations: [annotation("new", { created_by: "me" })] }));
  assert.deepEqual([set.annotation("new")?.version, set.annotation("new")?.created_by, set.seq], [1, "me", 6]);
  set.drop("x"); // no longer waits: nothing to take away
  assert.equal(set.annotation("new")?.version, 1);
});

test("an own change set heard of before its answer is known as own", () => {
  const { set, news } = filled();
  set.add({ id: "x", operations: [deleteAnnotation("ana")] });
  assert.equal(set.heard(entry(6, "x", [deleteAnnotation("ana"), { op: "delete", link: { id: "said", version: 2 } }])), true);
  set.answered("x", answer(6, { deleted: { annotations: ["ana"], links: ["said"] } }));
  assert.equal(set.annotation("ana"), undefined);
  assert.ok(news.every(({ by }) => by === undefined));
});

test("another's change is told with their name, and newer beats older", () => {
  const { set, news } = filled();
  assert.equal(set.heard(entry(7, "y", [put(annotation("claim", { version: 5, fragments: [{ start: 1, end: 9 }] }))])), false);
  set.heard(entry(6, "z", [put(annotation("claim", { version: 4 }))]));
  assert.equal(set.annotation("claim")?.version, 5);
  assert.deepEqual(news.map(({ by }) => by), ["ben"]);
});

test("what waits stays over what others change", () => {
  const { set } = filled();
  set.add({ id: "x", operations: [put(annotation("claim", { version: 3, attributes: { quotation: "direct" } }))] });
  set.heard(entry(6, "y", [put(annotation("claim", { version: 4, attributes: { quotation: "mixed" } }))]));
  assert.equal(set.annotation("claim")?.attributes["quotation"], "direct");
});

test("an operation names the version its author saw, though others have changed it since", () => {
  const { set } = filled();
  const operations = [put(annotation("claim"))];
  set.add({ id: "x", operations });
  assert.deepEqual(versions(set, "x", operations), [3]);
  set.heard(entry(6, "y", [put(annotation("claim", { version: 4 }))]));
  assert.deepEqual(versions(set, "x", operations), [3]);
});

test("change sets in a row build on each other's versions", () => {
  const { set } = filled();
  const make = [put(annotation("new", { version: 0 }))];
  const change = [put(annotation("new", { version: 0, entity: "e" }))];
  const remove = [deleteAnnotation("new")];
  set.add({ id: "1", operations: make });
  set.add({ id: "2", operations: change });
  set.add({ id: "3", operations: remove });
  assert.deepEqual(versions(set, "1", make), [0]);
  set.answered("1", answer(6, { annotations: [annotation("new")] }));
  assert.deepEqual(versions(set, "2", change), [1]);
  set.answered("2", answer(7, { annotations: [annotation("new", { version: 2 })] }));
  assert.deepEqual(versions(set, "3", remove), [2]);
  set.answered("3", answer(8, { deleted: { annotations: ["new"], links: [] } }));
  const again = [put(annotation("new"))];
  set.add({ id: "4", operations: again });
  assert.deepEqual(versions(set, "4", again), [0]);
});

test("a deletion that waits has seen this page's links come, and not another's", () => {
  const { set } = filled();
  const linked = [put(link("l", "claim", "ana", 0))];
  const remove = [deleteAnnotation("claim")];
  set.add({ id: "1", operations: linked });
  set.add({ id: "2", operations: remove });
  set.answered("1", answer(6, { annotations: [annotation("claim", { version: 4 })], links: [link("l", "claim", "ana")] }));
  assert.deepEqual(versions(set, "2", remove), [4]);
  set.heard(entry(7, "y", [{ op: "touch", annotation: annotation("claim", { version: 5 }) }]));
  assert.deepEqual(versions(set, "2", remove), [4]);
});

test("a deletion does not take with it what another did unseen in between", () => {
  const { set } = filled();
  const linked = [put(link("l", "claim", "ana", 0))];
  const remove = [deleteAnnotation("claim")];
  set.add({ id: "1", operations: linked });
  set.add({ id: "2", operations: remove });
  // Number 6 was another's and has not been heard of yet.
  set.answered("1", answer(7, { annotations: [annotation("claim", { version: 5 })], links: [link("l", "claim", "ana")] }));
  assert.deepEqual(versions(set, "2", remove), [3]);
});

test("a change that waits goes on from this page's own change that was taken", () => {
  const { set } = filled();
  const first = [put(annotation("claim", { entity: "e" }))];
  const second = [put(annotation("claim", { entity: "f" }))];
  set.add({ id: "1", operations: first });
  set.add({ id: "2", operations: second });
  set.heard(entry(6, "y", [{ op: "touch", annotation: annotation("claim", { version: 4 }) }]));
  assert.deepEqual(versions(set, "1", first), [3]);
  set.answered("1", answer(7, { annotations: [annotation("claim", { version: 5 })] }));
  assert.deepEqual(versions(set, "2", second), [5]);
});

test("reading everything again keeps what waits and notices what is gone", () => {
  const { set, news } = filled();
  set.add({ id: "x", operations: [put(annotation("new", { version: 0 }))] });
  set.reset({ seq: 9, annotations: [annotation("claim", { version: 4 })], links: [] });
  assert.deepEqual([...set.annotations()].map(({ id }) => id).sort(), ["claim", "new"]);
  assert.equal(set.linksOf("claim").length, 0);
  assert.ok(news.at(-1)?.annotations.has("ana"));
});

test("reading everything again is no news where nothing has changed", () => {
  const { set, news } = filled();
  set.reset({
    seq: 6,
    annotations: [annotation("claim", { version: 3, review_state: "approved" }), annotation("ana", { kind: "speaker" })],
    links: [link("said", "claim", "ana")],
  });
  assert.deepEqual(news, [{ annotations: new Set(["claim"]), links: new Set(), ends: new Set() }]);
});

test("correcting shows what is there now", () => {
  const { set } = filled();
  set.add({ id: "x", operations: [put(annotation("claim", { entity: "mine" }))] });
  set.drop("x");
  set.correct([put(annotation("claim", { version: 8, entity: "theirs" })), { op: "delete", link: { id: "said", version: 0 } }]);
  assert.deepEqual([set.annotation("claim")?.entity, set.link("said")], ["theirs", undefined]);
});

test("the inverse puts back what was, links of what is deleted included", () => {
  const { set } = filled();
  const operations = [put(annotation("new", { version: 0 })), deleteAnnotation("ana")];
  const undo = set.inverse(operations);
  assert.deepEqual(undo.map((o) => [o.op, (o.annotation ?? o.link)!.id]), [["put", "said"], ["put", "ana"], ["delete", "new"]]);
  set.add({ id: "x", operations });
  set.add({ id: "undo", operations: undo });
  assert.deepEqual([set.annotation("new"), set.annotation("ana")?.kind, set.linksOf("claim").length], [undefined, "speaker", 1]);
});

test("what is sent is what its author says and nothing else", () => {
  const { set } = filled();
  const operations = [put(annotation("claim", { version: 3, created_by: "ana", review_state: "approved" }))];
  set.add({ id: "x", operations });
  assert.deepEqual(set.stamped({ id: "x", operations }), [
    { op: "put", annotation: { id: "claim", version: 3, kind: "claim", fragments: [{ start: 0, end: 4 }], attributes: {}, entity: null } },
  ]);
});
