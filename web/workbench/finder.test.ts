import assert from "node:assert/strict";
import { test } from "node:test";
import { Boundaries } from "./boundaries";
import { Finder, type Strictness } from "./finder";
import { Offsets } from "./offsets";

/** What is found, as it stands in the text. */
function found(text: string, query: string, how?: Strictness): string[] {
  const offsets = new Offsets(text);
  return new Finder(offsets, new Boundaries(text)).find(query, how).map(({ start, end }) => offsets.slice(start, end));
}

test("words are found whatever their case and accents", () => {
  assert.deepEqual(found("Zoë met ZOE and zoe\u0308.", "zoë"), ["Zoë", "ZOE", "zoe\u0308"]);
  assert.deepEqual(found("STRASSE, Straße", "straße"), ["STRASSE", "Straße"]);
  assert.deepEqual(found("İstanbul, istanbul, ISTANBUL", "istanbul"), ["İstanbul", "istanbul", "ISTANBUL"]);
  assert.deepEqual(found("ὈΔΥΣΣΕΎΣ, Ὀδυσσεύς", "οδυσσευσ"), ["ὈΔΥΣΣΕΎΣ", "Ὀδυσσεύς"]);
});

test("quotation marks, dashes and ligatures of one sort find those of another", () => {
  assert.deepEqual(found("“It’s safe” – he said «now»", '"it\'s safe" - he'), ["“It’s safe” – he"]);
  assert.deepEqual(found("the o\u{fb03}ce", "office"), ["o\u{fb03}ce"]);
});

test("what stands over the border of two blocks is found", () => {
  assert.deepEqual(found("Bridge closed\n\n  The council met.", "closed the council"), ["closed\n\n  The council"]);
});

test("what does not show does not stand in the way", () => {
  assert.deepEqual(found("trans\u00adparent, \u2067שלום\u2069", "transparent"), ["trans\u00adparent"]);
  assert.deepEqual(found("אמר לָהּ שלום", "אמר לה"), ["אמר לָהּ"]);
});

test("what is found is made of whole characters", () => {
  assert.deepEqual(found("a 👩‍🚒 and a 👩", "👩"), ["👩‍🚒", "👩"]);
  assert.deepEqual(found("e\u0301te\u0301", "e"), ["e\u0301", "e\u0301"]);
  assert.deepEqual(found("각 간", "가"), ["각", "간"]);
  assert.deepEqual(found("ﬃ", "f"), ["ﬃ"]);
});

test("ranges count code points", () => {
  const text = "😊😊 Ana";
  assert.deepEqual(new Finder(new Offsets(text), new Boundaries(text)).find("ana"), [{ start: 3, end: 6 }]);
});

test("whole words do not stand within others", () => {
  const text = "Ana, Anarchy, Ana’s, Diana, 𝒜na";
  assert.deepEqual(found(text, "ana", { wholeWords: true }), ["Ana", "Ana", "𝒜na"]);
  assert.equal(found(text, "ana").length, 5);
});

test("nothing is found for nothing, and nothing over what was found", () => {
  assert.deepEqual(found("a b", " "), []);
  assert.deepEqual(found("a b", "\u0301"), []);
  assert.deepEqual(found("aaaa", "aa"), ["aa", "aa"]);
});
