import assert from "node:assert/strict";
import { test } from "node:test";
import { called, mentionAt } from "./_mention";

test("a mention ends where one types", () => {
  const at = (text: string) => mentionAt(text, text.length);
  assert.deepEqual(at("Ask @Be"), { start: 4, typed: "Be" });
  assert.deepEqual(at("@"), { start: 0, typed: "" });
  assert.deepEqual(at("@Ben Ok"), { start: 0, typed: "Ben Ok" });
  assert.equal(at("ben@example"), undefined);
  assert.equal(at("@Ben\nnow"), undefined);
  assert.equal(at("@ Ben"), undefined);
  assert.deepEqual(mentionAt("@Ben later", 3), { start: 0, typed: "Be" });
});

test("names are found by the beginning of a word", () => {
  const names = ["Ana Ruiz", "Ben Okafor", "Zoë Ågren"];
  assert.deepEqual(called("", names), names);
  assert.deepEqual(called("o", names), ["Ben Okafor"]);
  assert.deepEqual(called("zoe a", names), ["Zoë Ågren"]);
  assert.deepEqual(called("z", names), ["Zoë Ågren"]);
  assert.deepEqual(called("na", names), []);
  assert.deepEqual(called("Ana Ruiz ", names), []); // whole: nothing to offer
});
