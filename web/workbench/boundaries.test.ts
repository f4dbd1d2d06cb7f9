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

const widened = (text: string, start: number, end: number, whole: "word" | "sentence" | "paragraph"): string => {
  const wide = new Boundaries(text, "en").widen({ start, end }, whole);
  return text.slice(wide.start, wide.end);
};

test("a selection can be widened to whole words, sentences and paragraphs", () => {
  const text = "The ferry is late. It's full, she said.\nNobody waits.";
  assert.equal(widened(text, 6, 11, "word"), "ferry is");
  assert.equal(widened(text, 20, 20, "word"), "It's");
  assert.equal(widened(text, 17, 17, "word"), "late", "at the end of a word");
  assert.equal(widened(text, 6, 6, "sentence"), "The ferry is late.");
  assert.equal(widened(text, 6, 22, "sentence"), "The ferry is late. It's full, she said.");
  assert.equal(widened(text, 22, 22, "paragraph"), "The ferry is late. It's full, she said.");
  assert.equal(widened(text, 22, 42, "paragraph"), text);
  assert.equal(widened(text, text.length, text.length, "sentence"), "Nobody waits.");
});

test("widening never takes anything away", () => {
  assert.equal(widened("one, two", 3, 8, "word"), ", two");
  assert.equal(widened("a 👨🏻‍🚒 b", 3, 4, "word"), "👨🏻‍🚒");
});

test("steps by sentences and paragraphs stop where the next one begins", () => {
  const text = "One is here. Two is there.\n\n  Three is.\n";
  const boundaries = new Boundaries(text, "en");
  const from = (unit: number) => text.slice(unit, unit + 5);
  assert.equal(from(boundaries.sentence(0, 1)), "Two i");
  assert.equal(from(boundaries.sentence(13, 1)), "Three");
  assert.equal(from(boundaries.sentence(20, -1)), "Two i");
  assert.equal(from(boundaries.sentence(13, -1)), "One i");
  assert.equal(from(boundaries.paragraph(3, 1)), "Three");
  assert.equal(from(boundaries.paragraph(3, -1)), "One i");
  assert.equal(boundaries.paragraph(35, 1), text.length);
});
