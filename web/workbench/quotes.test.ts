import assert from "node:assert/strict";
import { test } from "node:test";
import { isQuoted, nextQuote } from "./quotes";

test("the next quote is found with its marks, in each way of marking", () => {
  const found = {
    "x he said, “and we go.” Then": "“and we go.”",
    "x sagte er, „und wir gehen“, dann": "„und wir gehen“",
    "x, a-t-il dit, « et nous partons ». Puis": "« et nous partons »",
    "x he said, \"and we go.\" Then": "\"and we go.\"",
    "x he said, ‘it isn’t late’ now": "‘it isn’t late’",
    "x sagte er, »und wir gehen«.": "»und wir gehen«",
    "x the dogs’ and cats’ owner said “no”.": "“no”",
  };
  for (const [text, want] of Object.entries(found)) {
    const quote = nextQuote(text, 1, text.length);
    assert.equal(quote && text.slice(quote.start, quote.end), want, text);
  }
});

test("a quote that goes on in the next paragraph ends with its own", () => {
  const text = "he said. “We go.\n“We go far.” End";
  const first = nextQuote(text, 0, text.length)!;
  assert.equal(text.slice(first.start, first.end), "“We go.");
  const second = nextQuote(text, first.end, text.length)!;
  assert.equal(text.slice(second.start, second.end), "“We go far.”");
});

test("beyond the limit, or where nothing is quoted, there is none", () => {
  const text = "nothing here, and “this” is too far";
  assert.equal(nextQuote(text, 0, 10), undefined);
  assert.equal(nextQuote("it’s the cat’s", 0, 14), undefined);
  assert.equal(nextQuote("5\" of rain", 0, 10), undefined);
});

test("a text in marks is quoted", () => {
  assert.deepEqual(["“a”", "a”", "“a", "a", ""].map(isQuoted), [true, true, true, false, false]);
});
