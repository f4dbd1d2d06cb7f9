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
  assert.deepEqual([set.annotation("new")?.version, set.annotation("new")?.created_by], [1, "me"]);
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

test("an operation names the version its author saw, and says nothing but what its author says", () => {
  const { set } = filled();
  const claim = annotation("claim", { version: 0, created_by: "ana", review_state: "approved", entity: "e" });
  const { operations, was, on } = set.prepared([put(claim)]);
  assert.deepEqual(operations, [
    { op: "put", annotation: { id: "claim", version: 3, kind: "claim", fragments: [{ start: 0, end: 4 }], attributes: {}, entity: "e" } },
  ]);
  assert.deepEqual([(was["claim"] as Annotation).entity, on], [null, {}]);
});

test("an operation on what waits names the change set that it builds on", () => {
  const { set } = filled();
  set.add({ id: "1", operations: [put(annotation("new", { version: 0 }))] });
  const { was, on } = set.prepared([put(annotation("new", { entity: "e" })), put(annotation("claim"))]);
  assert.deepEqual([(was["new"] as Annotation).entity, on], [null, { new: "1" }]);
  set.answered("1", answer(6, { annotations: [annotation("new")] }));
  const later = set.prepared([put(annotation("new", { entity: "e" })), put(annotation("other", { version: 0 }))]);
  assert.deepEqual([later.operations[0]!.annotation?.version, later.on, later.was["other"]], [1, {}, null]);
});

test("an answer does not count as having heard of what came before it", () => {
  const { set } = filled();
  set.add({ id: "x", operations: [put(annotation("new", { version: 0 }))] });
  set.answered("x", answer(8, { annotations: [annotation("new")] }));
  assert.equal(set.seq, 5);
  set.heard(entry(6, "y", [put(annotation("claim", { version: 4 }))]));
  assert.deepEqual([set.seq, set.annotation("claim")?.version], [6, 4]);
});

test("a review changes what is confirmed, and not what waits over it", () => {
  const { set } = filled();
  set.add({ id: "x", operations: [put(annotation("claim", { entity: "e" }))] });
  set.reviewed("claim", "approved");
  assert.deepEqual([set.annotation("claim")?.review_state, set.annotation("claim")?.entity], ["approved", "e"]);
  set.drop("x");
  assert.deepEqual([set.annotation("claim")?.review_state, set.annotation("claim")?.entity], ["approved", null]);
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
