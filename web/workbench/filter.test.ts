import assert from "node:assert/strict";
import { test } from "node:test";
import { AnnotationSet } from "./annotationset";
import { Filter } from "./filter";
import type { Annotation, Link, ReviewState, Role } from "./record";

const tag = (id: string, kind: string, by: string, state?: ReviewState): Annotation =>
  ({ id, kind, version: 1, fragments: [], attributes: {}, entity: null, created_by: by, ...(state && { review_state: state }) });
const link = (from: string, role: Role, to: string): Link => ({ id: `${from}-${to}`, version: 1, from, to, role, attributes: {} });

function filterOf(kept?: string): { filter: Filter; shown: () => string; keep: Map<string, string> } {
  const set = new AnnotationSet();
  set.reset({
    seq: 1,
    annotations: [
      tag("a", "claim", "ana", "approved"), tag("b", "claim", "ben", "unreviewed"), tag("s", "speaker", "ana"), tag("t", "source", "ana"),
      tag("u", "source", "ana"), tag("x", "cue", "ben"), tag("y", "speaker", "ben"),
    ],
    links: [link("a", "speaker", "s"), link("b", "speaker", "s"), link("a", "source", "t"), link("t", "via", "u"), link("b", "cue", "x")],
  });
  const keep = new Map<string, string>(kept === undefined ? [] : [["onrecord filter harbour ana", kept]]);
  const filter = new Filter(set, "harbour", "ana", { getItem: (key) => keep.get(key) ?? null, setItem: (key, value) => void keep.set(key, value) });
  return { filter, keep, shown: () => [...set.annotations()].filter((a) => filter.shows(a)).map(({ id }) => id).join("") };
}

test("everything is shown until something is hidden", () => {
  const { filter, shown } = filterOf();
  assert.equal(filter.active, false);
  assert.equal(shown(), "abstuxy");
});

test("a kind is hidden, and what belongs to it is not", () => {
  const { filter, shown } = filterOf();
  filter.show("kinds", "claim", false);
  assert.equal(shown(), "stuxy");
});

test("with the claims in a state goes what belongs to them alone, over any number of steps", () => {
  const { filter, shown } = filterOf();
  filter.show("states", "approved", false);
  assert.equal(shown(), "bsxy", "the speaker is the other claim's too");
  filter.show("states", "unreviewed", false);
  assert.equal(shown(), "y", "who belongs to no claim stays");
  filter.show("states", "approved", true);
  assert.equal(shown(), "astuy");
});

test("what somebody tagged is hidden, whatever it is", () => {
  const { filter, shown } = filterOf();
  filter.show("authors", "ben", false);
  assert.equal(shown(), "astu");
});

test("what is not saved yet is one's own", () => {
  const { filter } = filterOf();
  const { created_by: _, ...fresh } = tag("n", "claim", "nobody");
  filter.show("authors", "ana", false);
  assert.equal(filter.shows(fresh), false);
  filter.clear();
  filter.show("states", "unreviewed", false);
  assert.equal(filter.shows(fresh), false, "and nobody has decided on it");
});

test("what is hidden is kept, and told of", () => {
  const { filter, keep, shown } = filterOf();
  let told = 0;
  filter.changed.listen(() => told++);
  filter.show("kinds", "cue", false);
  const again = filterOf(keep.get("onrecord filter harbour ana"));
  assert.equal(again.shown(), shown());
  assert.equal(again.filter.hides("kinds", "cue"), true);
  again.filter.clear();
  assert.equal(again.shown(), "abstuxy");
  assert.equal(told, 1);
});

test("what was kept by something else hides nothing", () => {
  for (const kept of ["", "null", "[]", "{\"kinds\": 7}", "{\"kinds\": [7, null]}"]) assert.equal(filterOf(kept).filter.active, false, kept);
});
