import assert from "node:assert/strict";
import { test } from "node:test";
import { Codes } from "./codes";
import { commandOf, type Stroke } from "./keys";

const kind = (name: string, key: string, active = true) =>
  ({ name, key, active, label: name, color: "amber", entities: [], guideline: "" });
const codes = new Codes({ kinds: [kind("claim", "c"), kind("speaker", "s"), kind("place", "p", false)], attributes: [] });

const press = (key: string, more: Partial<Stroke> = {}, singleKeys = true) =>
  commandOf({ key, code: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more }, codes, singleKeys);

test("the codebook's letters tag, with Shift they link too", () => {
  assert.deepEqual(press("c"), { name: "tag", kind: "claim", link: false });
  assert.deepEqual(press("S", { shiftKey: true }), { name: "tag", kind: "speaker", link: true });
  assert.equal(press("p"), undefined, "a kind that is switched off");
  assert.equal(press("x"), undefined);
});

test("a keyboard of another alphabet tags by the place of its keys", () => {
  assert.deepEqual(press("с", { code: "KeyC" }), { name: "tag", kind: "claim", link: false });
});

test("a slash finds, also where it needs Shift, and Ctrl+F stays the browser's", () => {
  assert.deepEqual(press("/"), { name: "find" });
  assert.deepEqual(press("/", { shiftKey: true }), { name: "find" });
  assert.equal(press("f", { ctrlKey: true }), undefined);
});

test("undo and redo go by Ctrl or Cmd", () => {
  assert.deepEqual(press("z", { ctrlKey: true }), { name: "undo" });
  assert.deepEqual(press("Z", { metaKey: true, shiftKey: true }), { name: "redo" });
  assert.deepEqual(press("y", { ctrlKey: true }), { name: "redo" });
});

test("the browser keeps its own shortcuts", () => {
  assert.equal(press("c", { ctrlKey: true }), undefined);
  assert.equal(press("c", { altKey: true }), undefined);
  assert.equal(press("z", { ctrlKey: true, altKey: true }), undefined);
});

test("Alt and the arrows move a boundary", () => {
  assert.deepEqual(press("ArrowLeft", { altKey: true }), { name: "nudge", edge: "end", unit: "character", by: -1 });
  assert.deepEqual(press("ArrowDown", { altKey: true, shiftKey: true }), { name: "nudge", edge: "start", unit: "word", by: 1 });
  assert.equal(press("ArrowLeft"), undefined);
});

test("comma and full stop go from claim to claim, wherever Shift puts their signs", () => {
  assert.deepEqual(press(".", { code: "Period" }), { name: "next", unattributed: false });
  assert.deepEqual(press(";", { code: "Comma", shiftKey: true }), { name: "previous", unattributed: true });
});

test("with single keys off only Escape, Enter and combinations are left", () => {
  assert.equal(press("c", {}, false), undefined);
  assert.equal(press("Delete", {}, false), undefined);
  assert.equal(press(".", { code: "Period" }, false), undefined);
  assert.deepEqual(press("Escape", {}, false), { name: "leave" });
  assert.deepEqual(press("z", { ctrlKey: true }, false), { name: "undo" });
});
