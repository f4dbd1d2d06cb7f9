import assert from "node:assert/strict";
import { test } from "node:test";
import { apart, colorOf, initials, readersOf } from "./here";
import type { Presence } from "./record";

const page = (user: string, more: Partial<Presence> = {}): Presence =>
  ({ page: `${user}-page`, user, name: user, annotation: null, start: null, ...more });

test("the others are there once each, by the page that tells most", () => {
  const there = [page("me"), page("ben", { start: 5 }), page("ben", { annotation: "a", start: 9 }), page("ben"), page("cleo")];
  assert.deepEqual(readersOf(there, "me"), [
    { user: "ben", name: "ben", annotation: "a", start: 9 }, { user: "cleo", name: "cleo", annotation: null, start: null },
  ]);
});

test("initials are of the first and the last word", () => {
  assert.deepEqual(["Ana Ruiz", "Ben", "Jean-Luc de la Tour", " ", "Émile Žižek", "🌾 Field"].map(initials), ["AR", "B", "JT", "", "ÉŽ", "🌾F"]);
});

test("a name has the colour that the server gives it", () => {
  // As ui.avatarColor has them.
  assert.deepEqual(["Ana Ruiz", "Ben Ortiz", "Zoë Žižek"].map(colorOf), ["teal", "green", "orange"]);
});

test("marks keep apart, in their order", () => {
  assert.deepEqual(apart([100, 10, 104, 100], 22), [100, 10, 144, 122]);
  assert.deepEqual(apart([], 22), []);
});
