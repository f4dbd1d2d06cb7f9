import assert from "node:assert/strict";
import { test } from "node:test";
import { AnnotationSet } from "./annotationset";
import { attributionOf, isUnattributed, nearest, partsOf } from "./attribution";
import type { Annotation, Link, Role } from "./record";

const at = (id: string, kind: string, start: number, more: Partial<Annotation> = {}): Annotation =>
  ({ id, version: 1, kind, fragments: [{ start, end: start + 5 }], attributes: {}, entity: null, ...more });
const link = (from: string, role: Role, to: string): Link =>
  ({ id: `${from}-${role}-${to}`, version: 1, from, to, role, attributes: {} });

function tapes(): AnnotationSet {
  const set = new AnnotationSet();
  set.reset({
    seq: 1,
    annotations: [
      at("claim", "claim", 100), at("inner", "claim", 120), at("bare", "claim", 900), at("unstated", "claim", 950, { attributes: { not_stated: ["speaker"] } }),
      at("envoy", "speaker", 80), at("aide", "speaker", 60), at("said", "cue", 90),
      at("tape", "source", 200), at("agency", "source", 220), at("paper", "source", 10), at("memo", "source", 150),
    ],
    links: [
      link("claim", "speaker", "envoy"), link("claim", "addressee", "aide"), link("claim", "cue", "said"), link("inner", "within", "claim"),
      link("claim", "source", "tape"), link("tape", "via", "agency"), link("agency", "via", "paper"), link("claim", "source", "memo"),
    ],
  });
  return set;
}

test("an attribution is all that a claim's links lead to", () => {
  const found = attributionOf(tapes(), "claim");
  const ids = (hops: readonly { to: Annotation }[]) => hops.map(({ to }) => to.id);
  assert.deepEqual([found.speakers, found.addressees, found.cues, found.contains].map(ids), [["envoy"], ["aide"], ["said"], ["inner"]]);
  assert.deepEqual(found.chains.map(ids), [["memo"], ["tape", "agency", "paper"]]);
  assert.deepEqual(ids(attributionOf(tapes(), "inner").within), ["claim"]);
});

test("the parts of a claim's attribution are found, and those of what others lead to", () => {
  const set = tapes();
  assert.deepEqual(partsOf(set, "claim").map(({ id }) => id).sort(),
    ["agency", "aide", "claim", "envoy", "inner", "memo", "paper", "said", "tape"]);
  assert.deepEqual(partsOf(set, "envoy"), [{ id: "envoy", role: "speaker" }, { id: "claim", role: "claim" }]);
  assert.deepEqual(partsOf(set, "gone"), []);
});

test("sources that pass on to each other do not go round for ever", () => {
  const set = tapes();
  set.add({ id: "x", operations: [{ op: "put", link: link("paper", "via", "tape") }] });
  assert.deepEqual(attributionOf(set, "claim").chains.map((chain) => chain.length), [1, 3]);
});

test("many ways outwards are cut to what a page can show", () => {
  const set = tapes();
  const operations = [];
  for (let row = 0; row < 12; row++) {
    for (const side of ["a", "b"]) operations.push({ op: "put", annotation: at(side + row, "source", 300) } as const);
    for (const a of row === 0 ? ["tape"] : [`a${row - 1}`, `b${row - 1}`]) {
      for (const side of ["a", "b"]) operations.push({ op: "put", link: link(a, "via", side + row) } as const);
    }
  }
  set.add({ id: "x", operations });
  assert.equal(attributionOf(set, "claim").chains.length, 20);
});

test("a claim wants attention while nobody is said to say it", () => {
  const set = tapes();
  const wants = (id: string) => isUnattributed(set, set.annotation(id)!);
  assert.deepEqual([wants("claim"), wants("inner"), wants("bare"), wants("unstated"), wants("envoy")], [false, true, true, false, false]);
});

test("the nearest mention comes first, and each name once", () => {
  const set = tapes();
  set.add({
    id: "x",
    operations: [
      { op: "put", annotation: at("envoy again", "speaker", 500, { entity: "E" }) },
      { op: "put", annotation: at("envoy", "speaker", 80, { entity: "E" }) },
      { op: "put", annotation: at("nowhere", "speaker", 0, { fragments: [], entity: "F" }) },
    ],
  });
  const found = nearest(set, "speaker", set.annotation("claim")!, ({ id }) => id);
  assert.deepEqual(found.map(({ id }) => id), ["envoy", "aide", "nowhere"]);
});
