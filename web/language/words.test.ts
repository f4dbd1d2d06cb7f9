import assert from "node:assert/strict";
import { test } from "node:test";

// Before the module is read, as on a page.
Object.assign(globalThis, {
  words: {
    "Hello %s": "Hallo %s",
    "%d claims": { one: "%d Aussage", other: "%d Aussagen" },
    "%s on %s": "Auf %[2]s: %[1]s",
    "verb|Open": "Öffnen",
  },
  document: { documentElement: { lang: "de" } },
});
const { c, n, number, t } = await import("./_words");

test("a text is said in the page's language, and in English where there is none", () => {
  assert.deepEqual([t("Hello %s", "Ana"), t("Good night")], ["Hallo Ana", "Good night"]);
});

test("a language may put what is said in another order", () => {
  assert.equal(t("%s on %s", "Firefox", "Linux"), "Auf Linux: Firefox");
});

test("a number chooses the form, and is written as the language writes it", () => {
  assert.deepEqual([n(1, "%d claim", "%d claims"), n(1234, "%d claim", "%d claims"), number(1234.5)], ["1 Aussage", "1.234 Aussagen", "1.234,5"]);
  assert.deepEqual([n(1, "%d day", "%d days"), n(2, "%d day", "%d days")], ["1 day", "2 days"]);
});

test("a context tells words apart that are the same in English", () => {
  assert.deepEqual([c("verb", "Open"), c("state", "Open")], ["Öffnen", "Open"]);
});

test("a text without arguments is taken as it is", () => {
  assert.equal(t("100 % done"), "100 % done");
});
