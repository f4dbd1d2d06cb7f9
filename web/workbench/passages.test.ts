import assert from "node:assert/strict";
import { test } from "node:test";
import { passages } from "./passages";

const told = (before: [number, number][], after: [number, number][]) =>
  passages(before.map(([start, end]) => ({ start, end })), after.map(([start, end]) => ({ start, end })))
    .map(({ start, end, before: was, after: is }) => `${start}-${end} ${was && is ? "same" : is ? "new" : "gone"}`);

test("what a boundary has moved over is new or gone, and the rest the same", () => {
  assert.deepEqual(told([[0, 10]], [[0, 14]]), ["0-10 same", "10-14 new"]);
  assert.deepEqual(told([[0, 10]], [[4, 10]]), ["0-4 gone", "4-10 same"]);
});

test("what is made is all new, and what is deleted all gone", () => {
  assert.deepEqual(told([], [[3, 5], [8, 9]]), ["3-5 new", "8-9 new"]);
  assert.deepEqual(told([[3, 5]], []), ["3-5 gone"]);
});
