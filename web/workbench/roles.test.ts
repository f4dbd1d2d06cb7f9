import assert from "node:assert/strict";
import { test } from "node:test";
import { ties } from "./roles";

test("a speaker can have said the focused claim, or been told it", () => {
  assert.deepEqual(ties("claim", "speaker"), [{ role: "speaker", from: "focused" }, { role: "addressee", from: "focused" }]);
});

test("links lead from the claim, whichever of the two is focused", () => {
  assert.deepEqual(ties("source", "claim"), [{ role: "source", from: "other" }]);
  assert.deepEqual(ties("cue", "claim"), [{ role: "cue", from: "other" }]);
});

test("a further claim is said within the focused one, or the other way round", () => {
  assert.deepEqual(ties("claim", "claim"), [{ role: "within", from: "other" }, { role: "within", from: "focused" }]);
});

test("a further source passed the focused one on", () => {
  assert.deepEqual(ties("source", "source"), [{ role: "via", from: "focused" }]);
});

test("kinds that no role joins are not linked", () => {
  assert.deepEqual(ties("speaker", "source"), []);
  assert.deepEqual(ties("claim", "place"), []);
});
