import assert from "node:assert/strict";
import { test } from "node:test";
import { fit, fitting } from "./fuzzy";

const commands = ["Undo", "Redo", "Tag as claim", "Tag as speaker", "Next claim", "Previous claim", "Select the whole word", "Select the whole sentence", "Delete what is focused"];
const first = (query: string) => fitting(commands, query, (c) => c, 3)[0];

test("a few letters find what is meant", () => {
  assert.equal(first("undo"), "Undo");
  assert.equal(first("sent"), "Select the whole sentence");
  assert.equal(first("tag cl"), "Tag as claim");
  assert.equal(first("tas"), "Tag as speaker", "the first letters of the words");
  assert.equal(first("nxt"), "Next claim", "letters in their order");
  assert.equal(first("DÉLETE"), "Delete what is focused", "whatever case and accents");
});

test("what has not all the letters is not found", () => {
  assert.equal(fit("Undo", "undoing"), 0);
  assert.equal(fit("Undo", "nu"), 0);
  assert.equal(fit("Find words in the text", "dre"), 0, "letters that are strewn over a text");
  assert.deepEqual(fitting(commands, "zzz", (c) => c, 3), []);
});

test("a beginning counts more than a middle, and nothing typed fits everything", () => {
  assert.ok(fit("Claim by Rossi", "claim") > fit("Next claim", "claim"));
  assert.ok(fit("Next claim", "claim") > fit("Disclaimed", "claim"));
  assert.ok(commands.every((c) => fit(c, "") > 0));
});
