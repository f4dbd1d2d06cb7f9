import assert from "node:assert/strict";
import { test } from "node:test";
import { Spans } from "./spans";

test("what overlaps at a place is found, the shortest first", () => {
  const spans = new Spans();
  spans.set("outer", [{ start: 10, end: 2000 }]);
  spans.set("inner", [{ start: 700, end: 720 }]);
  spans.set("split", [{ start: 0, end: 5 }, { start: 710, end: 800 }]);
  const at = (offset: number) => spans.at(offset).map(({ id }) => id);
  assert.deepEqual(at(712), ["inner", "split", "outer"]);
  assert.deepEqual(at(4), ["split"]);
  assert.deepEqual(at(5), []);
  assert.deepEqual(at(1999), ["outer"]);
  assert.deepEqual(at(2000), []);
  assert.deepEqual(spans.overlapping(790, 801).map(({ id }) => id), ["split", "outer"]);
});

test("setting again moves, deleting removes", () => {
  const spans = new Spans();
  spans.set("a", [{ start: 0, end: 300 }]);
  spans.set("a", [{ start: 400, end: 500 }]);
  assert.deepEqual([spans.at(100).length, spans.at(299).length, spans.at(450).length], [0, 0, 1]);
  spans.delete("a");
  assert.deepEqual(spans.at(450), []);
  spans.delete("never there");
});

test("it agrees with looking at every span", () => {
  const spans = new Spans();
  const all: { id: string; start: number; end: number }[] = [];
  let seed = 7;
  const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
  for (let i = 0; i < 500; i++) {
    const start = random(5000);
    const span = { id: `s${i}`, start, end: start + 1 + random(i % 10 === 0 ? 3000 : 80) };
    all.push(span);
    spans.set(span.id, [span]);
  }
  for (let i = 0; i < 200; i++) {
    const start = random(6000);
    const end = start + 1 + random(400);
    const want = all.filter((s) => s.start < end && start < s.end).map(({ id }) => id).sort();
    assert.deepEqual(spans.overlapping(start, end).map(({ id }) => id).sort(), want);
  }
});
