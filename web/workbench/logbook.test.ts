import assert from "node:assert/strict";
import { test } from "node:test";
import { Logbook } from "./logbook";
import type { LogEntry } from "./record";

/** A log from after base on, three entries at a time, and what was asked of it. */
function log(base: number, newest: number): { book: Logbook; asked: number[] } {
  const asked: number[] = [];
  const entry = (seq: number) => ({ seq }) as LogEntry;
  const book = new Logbook(newest, (before) => {
    asked.push(before);
    return Promise.resolve([1, 2, 3].map((back) => before - back).filter((seq) => seq > base).map(entry));
  });
  return { book, asked };
}

test("no more of the log is read than what is asked for", async () => {
  const { book, asked } = log(0, 9);
  await book.reach(8);
  assert.deepEqual([book.entry(8)?.seq, book.entry(7)?.seq, book.entry(6), asked], [8, 7, undefined, [10]]);
  await book.reach(8);
  assert.equal(asked.length, 1);
  await book.reach(2);
  assert.deepEqual(asked, [10, 7, 4]);
});

test("the log of an article that was imported begins where it does", async () => {
  const { book } = log(4, 6);
  await book.reach(0);
  assert.deepEqual([book.base, book.entry(5)?.seq, book.entry(4)], [4, 5, undefined]);
});

test("what is made meanwhile is taken in its order", () => {
  const { book } = log(0, 2);
  book.take({ seq: 4 } as LogEntry);
  assert.equal(book.newest, 2);
  book.take({ seq: 3 } as LogEntry);
  assert.deepEqual([book.newest, book.entry(3)?.seq], [3, 3]);
});
