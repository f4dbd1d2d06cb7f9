import assert from "node:assert/strict";
import { test } from "node:test";
import { slugOf } from "./_slugof";

test("a name becomes an address", () => {
  assert.equal(slugOf("Peace plan"), "peace-plan");
  assert.equal(slugOf("  Côte d’Ivoire, 2026! "), "cote-d-ivoire-2026");
  assert.equal(slugOf("Київ"), "");
  assert.equal(slugOf("a".repeat(59) + " b"), "a".repeat(59));
});
