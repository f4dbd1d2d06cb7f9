import assert from "node:assert/strict";
import { test } from "node:test";
import { Codes } from "./codes";
import { benchCommands, Commands, type Doing } from "./commands";
import { ariaOf, capsOf, isSingle, namesOf, type Stroke } from "./keys";

const kind = (name: string, key: string, active = true) =>
  ({ name, key, active, label: name, color: "amber", entities: [], guideline: "" });
const codes = new Codes({ kinds: [kind("claim", "c"), kind("speaker", "s"), kind("place", "p", false)], attributes: [] });

/** A workbench that says what it was asked to do. */
function bench(mayTag = true): { commands: Commands; done: string[] } {
  const done: string[] = [];
  const doing = new Proxy({ mayTag, codes } as Doing, {
    get: (has, name) => (name in has ? has[name as keyof Doing] : (...what: unknown[]) => {
      if (!String(name).startsWith("has")) done.push([name, ...what].join(" "));
      return true;
    }),
  });
  const commands = new Commands();
  commands.add(...benchCommands(doing));
  return { commands, done };
}

const stroke = (key: string, more: Partial<Stroke> = {}): Stroke =>
  ({ key, code: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

/** What pressing a key does. */
function press(key: string, more: Partial<Stroke> = {}, singleKeys = true, mayTag = true): string | undefined {
  const { commands, done } = bench(mayTag);
  commands.for(stroke(key, more), singleKeys)?.does();
  return done[0];
}

test("the codebook's letters tag, with Shift they link too", () => {
  assert.equal(press("c"), "tag claim false");
  assert.equal(press("S", { shiftKey: true }), "tag speaker true");
  assert.equal(press("p"), undefined, "a kind that is switched off");
  assert.equal(press("x"), undefined);
});

test("a keyboard of another alphabet tags by the place of its keys", () => {
  assert.equal(press("с", { code: "KeyC" }), "tag claim false");
});

test("a slash finds, also where it needs Shift, and Ctrl+F stays the browser's", () => {
  assert.equal(press("/"), "find");
  assert.equal(press("/", { shiftKey: true }), "find");
  assert.equal(press("f", { ctrlKey: true }), undefined);
});

test("undo and redo go by Ctrl or Cmd", () => {
  assert.equal(press("z", { ctrlKey: true }), "step undo");
  assert.equal(press("Z", { metaKey: true, shiftKey: true }), "step redo");
  assert.equal(press("y", { ctrlKey: true }), "step redo");
  assert.equal(press("k", { ctrlKey: true }), "palette");
});

test("the browser keeps its own shortcuts", () => {
  assert.equal(press("c", { ctrlKey: true }), undefined);
  assert.equal(press("c", { altKey: true }), undefined);
  assert.equal(press("z", { ctrlKey: true, altKey: true }), undefined);
  assert.equal(press("PageDown"), undefined);
});

test("Alt and the arrows move a boundary, arrows alone the caret", () => {
  assert.equal(press("ArrowLeft", { altKey: true }), "nudge end character -1");
  assert.equal(press("ArrowDown", { altKey: true, shiftKey: true }), "nudge start word 1");
  assert.equal(press("ArrowLeft"), "move character -1 false");
  assert.equal(press("ArrowRight", { ctrlKey: true, shiftKey: true }), "move word 1 true");
  assert.equal(press("PageDown", { altKey: true, shiftKey: true }), "move sentence 1 true");
  assert.equal(press("ArrowUp", { metaKey: true }), "move paragraph -1 false");
});

test("comma and full stop go from claim to claim, wherever Shift puts their signs", () => {
  assert.equal(press(".", { code: "Period" }), "go 1 claim");
  assert.equal(press(";", { code: "Comma", shiftKey: true }), "go -1 unattributed");
  assert.equal(press("≥", { code: "Period", altKey: true }), "go 1 any", "Option writes signs");
});

test("digits go by their place, where Shift is needed for them too", () => {
  assert.equal(press("2", { code: "Digit2" }), "widen sentence");
  assert.equal(press("é", { code: "Digit2" }), "widen sentence");
  assert.equal(press("\"", { code: "Digit3" }), "widen paragraph");
});

test("signs go by what they are, with Shift or without", () => {
  assert.equal(press("+", { shiftKey: true, code: "Equal" }), "include");
  assert.equal(press("+", { code: "BracketRight" }), "include");
  assert.equal(press("?", { shiftKey: true, code: "Minus" }), "keys");
});

test("Enter with Shift or Ctrl goes on with what was said", () => {
  assert.equal(press("Enter", { shiftKey: true }), "sameSpeaker");
  assert.equal(press("Enter", { ctrlKey: true }), "continueQuote");
  assert.equal(press("Enter"), "open");
});

test("with single keys off only Escape, Enter, arrows and combinations are left", () => {
  for (const key of ["c", "Delete", ".", "?", "+", "2"]) assert.equal(press(key, {}, false), undefined, key);
  assert.equal(press("Escape", {}, false), "leave");
  assert.equal(press("z", { ctrlKey: true }, false), "step undo");
  assert.equal(press("ArrowLeft", {}, false), "move character -1 false");
});

test("who may only read has no key that changes anything", () => {
  for (const [key, more] of [["c", {}], ["z", { ctrlKey: true }], ["Delete", {}], ["Enter", { shiftKey: true }]] as const) {
    assert.equal(press(key, more, true, false), undefined, key);
  }
  assert.equal(press(".", { code: "Period" }, true, false), "go 1 claim");
});

test("no key has two meanings, and every command does something", () => {
  const { commands, done } = bench();
  const keys = commands.all.flatMap((command) => command.keys);
  assert.deepEqual(keys.filter((key, i) => keys.indexOf(key) !== i), []);
  commands.all.forEach((command) => command.does());
  assert.equal(done.length, commands.all.length);
  assert.ok(commands.all.every(({ words, group }) => words !== "" && group !== ""));
});

test("the sheet has every key there is, but for those its headings tell of", () => {
  const { commands } = bench();
  const told = [...commands.sheet().values()].flat().flatMap((line) => line.keys);
  for (const { keys, unlisted } of commands.all) {
    if (keys[0] !== undefined && !unlisted) assert.ok(told.includes(keys[0]), keys[0]);
  }
  const reading = commands.sheet().get("Reading")!;
  assert.deepEqual(reading[0], { words: "Next, previous claim", keys: [".", ","] });
});

test("what has neither a key nor a place in the palette would not be found", () => {
  assert.ok(bench().commands.all.every(({ keys, byKeyOnly }) => keys.length > 0 || !byKeyOnly));
});

test("a stroke stands on keycaps as people know them", () => {
  assert.deepEqual(capsOf("Mod+Shift+Z"), ["Ctrl", "Shift", "Z"]);
  assert.deepEqual(capsOf("Mod+K", true), ["⌘", "K"]);
  assert.deepEqual(capsOf("+"), ["+"]);
  assert.deepEqual(capsOf("Alt+ArrowLeft"), ["Alt", "←"]);
  assert.equal(ariaOf("Mod+K"), "Control+K");
  assert.equal(ariaOf("+"), "Plus");
});

test("a single key is one that needs neither Ctrl nor Alt and is no arrow", () => {
  assert.deepEqual(["C", "Shift+C", "+", ".", "Delete", "Mod+C", "Alt+.", "Enter", "ArrowLeft", "Shift+Enter"].map(isSingle),
    [true, true, true, true, true, false, false, false, false, false]);
  assert.deepEqual(namesOf(stroke("Z", { ctrlKey: true, shiftKey: true })), ["Mod+Shift+Z"]);
});
