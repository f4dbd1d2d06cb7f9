import assert from "node:assert/strict";
import { test } from "node:test";
import { ReadingOrder } from "./order";
import type { Annotation } from "./record";

const at = (id: string, ...ranges: [number, number][]): Annotation =>
  ({ id, version: 1, kind: "claim", fragments: ranges.map(([start, end]) => ({ start, end })), attributes: {}, entity: null });

test("annotations stand as they begin, the longer first, those without a place last", () => {
  const order = new ReadingOrder();
  order.fill([at("nowhere"), at("late", [50, 60]), at("inner", [10, 20]), at("outer", [10, 90])]);
  order.set(at("split", [70, 80], [5, 9]));
  assert.deepEqual(order.ids(), ["split", "outer", "inner", "late", "nowhere"]);
  assert.deepEqual([order.indexOf("inner"), order.indexOf("gone"), order.at(3), order.at(9)], [2, -1, "late", undefined]);
});

test("what is moved stands in its new place, what is deleted nowhere", () => {
  const order = new ReadingOrder();
  order.fill([at("a", [0, 1]), at("b", [5, 6]), at("c", [9, 10])]);
  assert.equal(order.set(at("a", [7, 8])), true);
  assert.equal(order.set(at("a", [7, 8])), false);
  assert.deepEqual(order.ids(), ["b", "a", "c"]);
  assert.equal(order.delete("b"), true);
  assert.equal(order.delete("b"), false);
  assert.deepEqual(order.ids(), ["a", "c"]);
});

test("from finds the first that begins at or after a place", () => {
  const order = new ReadingOrder();
  order.fill([at("a", [0, 1]), at("b", [5, 6]), at("c", [5, 9])]);
  assert.deepEqual([order.from(0), order.from(1), order.from(5), order.from(6)], [0, 1, 1, 3]);
});
