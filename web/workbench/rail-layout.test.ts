import assert from "node:assert/strict";
import { test } from "node:test";
import { between, flow, type Placed, stack } from "./rail-layout";

const sizes = { card: 60, line: 28, gap: 8 };
const heights = { ...sizes, more: sizes.line, open: 400 };

function assertApart(places: readonly Placed[]): void {
  places.reduce((before, place) => {
    assert.ok(place.y >= before.y + heights[before.form] + sizes.gap, `${JSON.stringify(place)} runs into ${JSON.stringify(before)}`);
    return place;
  });
}

/** Anchors for n claims on lines 30 pixels apart, so many to a line. */
const crowd = (n: number, toALine: number) => Array.from({ length: n }, (_, i) => 30 * Math.floor(i / toALine));

test("cards stand at the height of what they quote where there is room", () => {
  const placed = flow([0, 200, 500], sizes);
  assert.deepEqual(placed.map(({ y, form }) => [y, form]), [[0, "card"], [200, "card"], [500, "card"]]);
});

test("a card moves down for the one before it, a little", () => {
  const placed = flow([100, 130, 400], sizes);
  assert.deepEqual(placed.map(({ y }) => y), [100, 168, 400]);
});

test("where claims crowd they are a line each, from the first of the crowd", () => {
  const placed = flow([100, 110, 120, 130, 900], sizes);
  assert.deepEqual(placed.map(({ form }) => form), ["line", "line", "line", "line", "card"]);
  assertApart(placed);
});

test("where lines crowd too several become one, and none is left out", () => {
  const anchors = crowd(2000, 4);
  const placed = flow(anchors, sizes);
  assertApart(placed);
  assert.ok(placed.some(({ form }) => form === "more"));
  let next = 0;
  for (const { first, count } of placed) {
    assert.equal(first, next);
    next += count;
  }
  assert.equal(next, anchors.length);
  for (const { y, first } of placed) assert.ok(y - anchors[first]! < 320, `${y} is far from ${anchors[first]}`);
});

test("the open card stands where it quotes, and the others make room", () => {
  const placed = flow([500, 560, 620, 680, 2000], sizes, { index: 2, height: 400 });
  assertApart(placed);
  assert.deepEqual(placed.filter(({ form }) => form === "open").map(({ y, first }) => [y, first]), [[620, 2]]);
  assert.equal(placed.at(-1)?.y, 2000);
});

test("what stands above an open card near the top stays on the page", () => {
  const placed = flow([0, 5, 10, 15], sizes, { index: 3, height: 400 });
  assertApart(placed);
  assert.ok(placed[0]!.y >= 0);
  assert.equal(placed.at(-1)?.form, "open");
});

test("an open card among thousands leaves each of them its place", () => {
  const anchors = crowd(2000, 2);
  const placed = flow(anchors, sizes, { index: 1000, height: 400 });
  assertApart(placed);
  assert.equal(placed.reduce((n, { count }) => n + count, 0), 2000);
});

test("without text beside them cards stand one under the other", () => {
  assert.deepEqual(stack(3, sizes, { index: 1, height: 400 }).map(({ y, form }) => [y, form]),
    [[0, "card"], [68, "open"], [476, "card"]]);
});

test("only what shows is between two heights", () => {
  const placed = flow([0, 200, 400, 600], sizes);
  assert.deepEqual(between(placed, 220, 410, 60).map(({ y }) => y), [200, 400]);
});
