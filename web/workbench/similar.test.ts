import assert from "node:assert/strict";
import { test } from "node:test";
import { folded, isName, matches } from "./similar";

test("texts compare without case and accents", () => {
  assert.equal(folded("  Müller-Łuk\n É "), "muller-łuk e");
});

test("every word that is typed begins a word of the name", () => {
  assert.ok(matches("Volodymyr Zelensky", "zel vol"));
  assert.ok(matches("Jean-Noël Barrot", "noel"));
  assert.ok(matches("anything", ""));
  assert.ok(!matches("Volodymyr Zelensky", "mir"));
});

test("names are told from pronouns and descriptions", () => {
  assert.deepEqual(["Zelenskiy", "Dmitry Peskov", "he", "a spokesman", "The envoy who had been there on that very day"].map(isName),
    [true, true, false, false, false]);
});
