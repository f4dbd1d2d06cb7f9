import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Offsets } from "./offsets";

interface Case {
  id: string;
  text: string;
  exact: string;
  offsets: { codepoint: [number, number]; utf16: [number, number] };
}

// The tests run from the repository's root or from web.
const fixture = ["../shared", "../../shared"].map((dir) => dir + "/fixtures/constructed/offset-cases.json").find(existsSync);

test("the published offset cases come out in both units", { skip: fixture === undefined && "the fixtures are not here" }, () => {
  const cases = JSON.parse(readFileSync(fixture!, "utf8")) as Case[];
  assert.ok(cases.length >= 12);
  for (const { id, text, exact, offsets: want } of cases) {
    const offsets = new Offsets(text);
    assert.deepEqual(want.codepoint.map((o) => offsets.units(o)), want.utf16, id);
    assert.deepEqual(want.utf16.map((u) => offsets.codePoints(u)), want.codepoint, id);
    assert.equal(offsets.slice(...want.codepoint), exact, id);
  }
});

test("every offset of a text with characters of one and two units comes back", () => {
  const text = "a😊b👨🏻‍🚒c é אמר 𝔘";
  const offsets = new Offsets(text);
  const characters = Array.from(text);
  assert.equal(offsets.length, characters.length);
  let unit = 0;
  characters.forEach((character, offset) => {
    assert.equal(offsets.units(offset), unit);
    assert.equal(offsets.codePoints(unit), offset);
    assert.equal(offsets.slice(offset, offset + 1), character);
    unit += character.length;
  });
  assert.equal(offsets.units(offsets.length), text.length);
  assert.equal(offsets.codePoints(text.length), offsets.length);
});

test("a unit between the halves of a pair belongs to its character", () => {
  assert.equal(new Offsets("x😊y").codePoints(2), 1);
});
