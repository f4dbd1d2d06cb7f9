import assert from "node:assert/strict";
import { test } from "node:test";
import { uuid } from "./uuid";

test("a UUID says when it was made, its version and its variant", () => {
  const id = uuid(0x0198_4c1e_5a3b, new Uint8Array(16).fill(0xff));
  assert.equal(id, "01984c1e-5a3b-7fff-bfff-ffffffffffff");
});

test("UUIDs made later sort later", () => {
  assert.ok(uuid(1_800_000_000_000) < uuid(1_800_000_000_001));
});

test("no two are the same", () => {
  const made = new Set(Array.from({ length: 1000 }, () => uuid(1)));
  assert.equal(made.size, 1000);
});
