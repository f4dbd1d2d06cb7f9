import assert from "node:assert/strict";
import { test } from "node:test";
import { Boundaries } from "./boundaries";

const select = (text: string, start: number, end: number): string | undefined => {
  const tidied = new Boundaries(text).tidy({ start, end });
  return tidied && text.slice(tidied.start, tidied.end);
};

test("a selection loses the white space at its ends", () => {
  assert.equal(select("He said:  yes,\n she did.\n", 8, 15), "yes,");
  assert.equal(select("a\u00a0 b", 1, 4), "b");
});

test("a selection of white space alone is none", () => {
  assert.equal(select("a \n b", 1, 4), undefined);
  assert.equal(select("abc", 1, 1), undefined);
});

test("a selection grows to whole characters", () => {
  const firefighter = "👨🏻‍🚒";
  for (let start = 1; start < firefighter.length; start++) {
    assert.equal(select(`x${firefighter}y`, start, start + 1), firefighter, `from unit ${start}`);
  }
  assert.equal(select("Zele\u0301nskiy", 0, 4), "Zele\u0301");
  assert.equal(select("Zele\u0301nskiy", 4, 6), "e\u0301n");
});

test("right-to-left text is taken in its logical order", () => {
  assert.equal(select("אמר Trump אמש", 0, 4), "אמר");
  assert.equal(select("אמר Trump אמש", 3, 10), "Trump");
});

test("steps go by characters as readers see them", () => {
  const text = "a👨🏻‍🚒b";
  const boundaries = new Boundaries(text);
  assert.deepEqual([boundaries.character(0, 1), boundaries.character(1, 1), boundaries.character(8, 1)], [1, 8, 9]);
  assert.deepEqual([boundaries.character(9, -1), boundaries.character(8, -1), boundaries.character(1, -1)], [8, 1, 0]);
  assert.equal(boundaries.character(9, 1), 9);
  assert.equal(boundaries.character(0, -1), 0);
});

test("steps by words stop at the ends of words", () => {
  const text = "“It's late,” he said.";
  const boundaries = new Boundaries(text, "en");
  assert.equal(text.slice(0, boundaries.word(0, 1)), "“It's");
  assert.equal(text.slice(0, boundaries.word(5, 1)), "“It's late");
  assert.equal(text.slice(boundaries.word(text.length, -1)), "said.");
  assert.equal(boundaries.word(20, 1), text.length);
  assert.equal(boundaries.word(1, -1), 0);
});
