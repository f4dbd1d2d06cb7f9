import assert from "node:assert/strict";
import { test } from "node:test";
import { type Merged, merge, type Side, whole } from "./merge";
import type { Annotation, Link, Operation } from "./record";

const was: Annotation = {
  id: "c", version: 2, kind: "claim", fragments: [{ start: 1, end: 5 }], entity: null, attributes: { quotation: "direct", topics: ["a", "b"] },
};
const put = (annotation: Annotation): Operation => ({ op: "put", annotation });
const remove: Operation = { op: "delete", annotation: { id: "c", version: 2 } };
const coded = (record: Annotation, attributes: Annotation["attributes"]): Annotation => ({ ...record, attributes: { ...record.attributes, ...attributes } });
const open = () => undefined;
const always = (side: Side) => () => side;
const result = ({ operation }: Merged) => operation?.op === "put" ? operation.annotation : operation;

test("what only one of the two changed stays as that one has it", () => {
  const mine = coded({ ...was, fragments: [{ start: 1, end: 9 }] }, { certainty: "CT+" });
  const theirs = coded({ ...was, version: 4, entity: "e" }, { quotation: "mixed" });
  const merged = merge(put(mine), was, theirs, open);
  assert.deepEqual(merged.open, []);
  assert.deepEqual(result(merged), coded({ ...theirs, fragments: [{ start: 1, end: 9 }] }, { certainty: "CT+" }));
});

test("only what both changed differently is to be chosen", () => {
  const mine = coded({ ...was, entity: "mine" }, { quotation: "mixed", certainty: "CT+" });
  const theirs = coded({ ...was, version: 3, entity: "theirs" }, { quotation: "indirect", certainty: "CT+" });
  assert.deepEqual(merge(put(mine), was, theirs, open).open.sort(), ["attributes.quotation", "entity"]);
  const chosen = merge(put(mine), was, theirs, (field) => (field === "entity" ? "mine" : "theirs"));
  assert.deepEqual([chosen.open, result(chosen)], [[], { ...theirs, entity: "mine" }]);
});

test("an answer taken away is taken away, and one that the other changed as well is chosen", () => {
  const { quotation: _, ...rest } = was.attributes;
  const mine = { ...was, attributes: rest };
  assert.deepEqual(result(merge(put(mine), was, coded({ ...was, version: 3 }, { certainty: "CT+" }), open)), { ...was, version: 3, attributes: { ...rest, certainty: "CT+" } });
  assert.deepEqual(merge(put(mine), was, coded(was, { quotation: "mixed" }), open).open, ["attributes.quotation"]);
});

test("lists are merged by what was added and taken away", () => {
  const merged = merge(put(coded(was, { topics: ["b", "mine"] })), was, coded(was, { topics: ["a", "b", "theirs"] }), open);
  assert.deepEqual([merged.open, (result(merged) as Annotation).attributes["topics"]], [[], ["b", "theirs", "mine"]]);
});

test("the same done twice leaves nothing to do", () => {
  assert.deepEqual(merge(put({ ...was, entity: "e" }), was, { ...was, version: 3, entity: "e" }, open), { operation: undefined, open: [] });
  assert.deepEqual(merge(remove, was, undefined, open), { operation: undefined, open: [] });
});

test("of a thing that one deleted and the other changed, the whole is to be chosen", () => {
  const mine = put({ ...was, entity: "e" });
  assert.deepEqual(merge(mine, was, undefined, open), { operation: undefined, open: [whole] });
  assert.deepEqual(merge(mine, was, undefined, always("mine")), { operation: mine, open: [] });
  assert.deepEqual(merge(mine, was, undefined, always("theirs")), { operation: undefined, open: [] });
  assert.deepEqual(merge(remove, was, { ...was, entity: "e" }, open).open, [whole]);
  assert.deepEqual(merge(remove, was, { ...was, entity: "e" }, always("mine")), { operation: remove, open: [] });
});

test("a deletion that has not seen what would go with it is to be chosen", () => {
  assert.deepEqual(merge(remove, was, { ...was, version: 3 }, open, true), { operation: remove, open: [] });
  assert.deepEqual(merge(remove, was, { ...was, version: 3 }, open, false).open, [whole]);
});

test("what was made another kind is chosen as a whole, unless the other changed nothing", () => {
  const mine = { ...was, kind: "cue", attributes: {} };
  assert.deepEqual(result(merge(put(mine), was, { ...was, version: 3 }, open)), mine);
  assert.deepEqual(merge(put(was), was, { ...mine, version: 3 }, open), { operation: undefined, open: [] });
  assert.deepEqual(merge(put(mine), was, coded(was, { quotation: "mixed" }), open).open, [whole]);
});

test("what is new goes through, and what was restored by both is chosen where it differs", () => {
  assert.deepEqual(result(merge(put(was), null, undefined, open)), was);
  assert.deepEqual(merge(put(was), null, { ...was, entity: "e" }, open).open, [whole]);
});

test("links are merged by their ends and their answers", () => {
  const link: Link = { id: "l", version: 1, from: "c", to: "s", role: "speaker", attributes: {} };
  const mine: Operation = { op: "put", link: { ...link, attributes: { certainty: "PS" } } };
  assert.deepEqual(merge(mine, link, { ...link, version: 2, to: "t" }, open).operation, { op: "put", link: { ...link, version: 2, to: "t", attributes: { certainty: "PS" } } });
  assert.deepEqual(merge({ op: "put", link: { ...link, to: "u" } }, link, { ...link, to: "t" }, open).open, ["ends"]);
});
