import assert from "node:assert/strict";
import { test } from "node:test";
import { ago } from "./times";

test("how long ago is told in the largest unit that fits, and as a date after a week", () => {
  const now = Date.parse("2026-11-23T12:00:00Z");
  const told = ["2026-11-23T11:59:30Z", "2026-11-23T11:58:00Z", "2026-11-23T09:10:00Z", "2026-11-22T11:00:00Z", "2026-11-01T12:00:00Z"].map((m) => ago(m, now));
  assert.deepEqual(told, ["just now", "2 minutes ago", "2 hours ago", "yesterday", "1 Nov 2026"]);
});

test("a clock that is ahead makes nothing happen in the future", () => {
  assert.equal(ago("2026-11-23T12:00:09Z", Date.parse("2026-11-23T12:00:00Z")), "just now");
});
