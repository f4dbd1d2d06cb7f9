import assert from "node:assert/strict";
import { test } from "node:test";
import { changing, distance, extent, including } from "./fragments";

const r = (start: number, end: number) => ({ start, end });

test("the extent is from the first character to the last", () => {
  assert.deepEqual(extent([r(20, 30), r(5, 9)]), r(5, 30));
  assert.equal(extent([]), undefined);
});

test("a further fragment takes its place in the text", () => {
  assert.deepEqual(including([r(0, 5), r(20, 30)], r(10, 12)), [r(0, 5), r(10, 12), r(20, 30)]);
});

test("a fragment that overlaps or touches others becomes one with them", () => {
  assert.deepEqual(including([r(0, 5), r(8, 12), r(20, 30)], r(5, 9)), [r(0, 12), r(20, 30)]);
});

test("a fragment changes where it stands", () => {
  assert.deepEqual(changing([r(20, 30), r(0, 5)], 0, r(19, 30)), [r(19, 30), r(0, 5)]);
});

test("a fragment can be neither empty nor run into another", () => {
  assert.equal(changing([r(0, 5), r(6, 9)], 0, r(0, 7)), undefined);
  assert.equal(changing([r(0, 5)], 0, r(3, 3)), undefined);
  assert.deepEqual(changing([r(0, 5), r(6, 9)], 0, r(0, 6)), [r(0, 6), r(6, 9)]);
});

test("distance is what lies between", () => {
  assert.deepEqual([distance(r(0, 5), r(8, 9)), distance(r(8, 9), r(0, 5)), distance(r(0, 9), r(3, 4))], [3, 3, 0]);
});
