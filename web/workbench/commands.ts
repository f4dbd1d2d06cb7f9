import { lower, t } from "../language/_words";
import type { Codes } from "./codes";
import { isSingle, namesOf, type Stroke } from "./keys";

/** Command is something that can be asked for by a key, in the palette, or both. */
export interface Command {
  /** The heading it stands under on the sheet of keys. */
  readonly group: string;
  /** What it does, as the palette says it. */
  readonly words: string;
  /** What the sheet says where several commands share a line. */
  readonly line?: string;
  /** The strokes that ask for it, by their names; see namesOf. */
  readonly keys: readonly string[];
  /** Whether its keys count in fields that take text: always, or in empty ones. */
  readonly inFields?: "always" | "empty";
  /** Whether its keys count only in the text, and belong elsewhere to what has the keyboard. */
  readonly inText?: boolean;
  /** Whether it is of no use in the palette. */
  readonly byKeyOnly?: boolean;
  /** Whether the sheet tells of it in its heading, and needs no line for it. */
  readonly unlisted?: boolean;
  /** Whether there is something for it to do now. */
  can?(): boolean;
  /** Does it; false says that it was not for it. */
  does(): boolean | void;
}

/**
 * Commands is the one table of all that can be asked for. The keys, the
 * palette and the sheet of keys are read from it, so none can promise what
 * another does not keep.
 */
export class Commands {
  readonly #all: Command[] = [];
  readonly #byKey = new Map<string, Command>();

  /** Takes more commands in. A key has one meaning: that of who came first. */
  add(...commands: readonly Command[]): void {
    for (const command of commands) {
      this.#all.push(command);
      for (const key of command.keys) if (!this.#byKey.has(key)) this.#byKey.set(key, command);
    }
  }

  get all(): readonly Command[] {
    return this.#all;
  }

  /** The command a stroke asks for. Single keys may be switched off. */
  for(stroke: Stroke, singleKeys: boolean): Command | undefined {
    for (const name of namesOf(stroke)) {
      const command = this.#byKey.get(name);
      if (command && (singleKeys || !isSingle(name))) return command;
    }
    return undefined;
  }

  /** The lines of the sheet of keys, by their headings. */
  sheet(): Map<string, Line[]> {
    const groups = new Map<string, Line[]>();
    for (const { group, words, line = words, keys, unlisted } of this.#all) {
      if (keys.length === 0 || unlisted) continue;
      const lines = groups.get(group) ?? [];
      groups.set(group, lines);
      const there = lines.find((other) => other.words === line);
      if (there) there.keys.push(keys[0]!);
      else lines.push({ words: line, keys: [keys[0]!] });
    }
    return groups;
  }
}

/** Line is a line of the sheet: strokes, and what they do. */
export interface Line {
  readonly words: string;
  readonly keys: string[];
}

type By = 1 | -1;
export type Unit = "character" | "word" | "sentence" | "paragraph" | "line" | "line end" | "text";
export type Whole = "word" | "sentence" | "paragraph";

/** Doing is what the commands of the workbench are done by. */
export interface Doing {
  readonly mayTag: boolean;
  readonly codes: Codes;
  /** Whether what is shown is the present. */
  hasPresent(): boolean;
  /** Says that the past is not to be changed. */
  refusePast(): void;
  hasSelection(): boolean;
  hasFocus(): boolean;
  /** Whether a claim is focused, or was the last to be. */
  hasClaim(): boolean;
  /** Whether the caret stands in the text. */
  hasCaret(): boolean;
  tag(kind: string, link: boolean): void;
  move(unit: Unit, by: By, extend: boolean): boolean;
  /** Puts the keyboard into the text. */
  enterText(): void;
  widen(unit: Whole): void;
  go(by: By, to: "claim" | "unattributed" | "any"): void;
  open(): boolean;
  leave(): boolean;
  step(way: "undo" | "redo"): void;
  nudge(edge: "start" | "end", unit: "character" | "word", by: By): void;
  remove(): void;
  include(): void;
  replace(): void;
  continueQuote(): void;
  sameSpeaker(): void;
  find(): void;
  /** Seeks what is selected, or what is sought here, in all articles. */
  findEverywhere(): void;
  hasFound(): boolean;
  /** Tags all that is found, after a look at each. */
  tagFound(): void;
  palette(): void;
  keys(): void;
  snapTo(unit: "none" | "word" | "sentence"): void;
}

/** The commands of the workbench, for people who may tag or only read. */
export function benchCommands(doing: Doing): Command[] {
  const reading = [...finding(doing), ...readingCommands(doing), ...moving(doing)];
  if (!doing.mayTag) return reading;
  const now = (commands: Command[]) => commands.map((command) => inPresent(doing, command));
  return [...now([...tagging(doing), ...attributing(doing)]), ...reading, ...now(mending(doing)), ...snapping(doing)];
}

/** A command that changes something, which the past does not let be. */
function inPresent(doing: Doing, command: Command): Command {
  return {
    ...command,
    can: () => doing.hasPresent() && (command.can?.() ?? true),
    does: () => (doing.hasPresent() ? command.does() : doing.refusePast()),
  };
}

function finding(doing: Doing): Command[] {
  return [
    { group: t("Finding"), words: t("All commands, claims, names and paragraphs"), keys: ["Mod+K"], inFields: "always", byKeyOnly: true, does: () => doing.palette() },
    { group: t("Finding"), words: t("Find words in the text"), keys: ["/"], does: () => doing.find() },
    { group: t("Finding"), words: t("Find in all articles"), keys: [], does: () => doing.findEverywhere() },
    { group: t("Finding"), words: t("Keys and settings"), keys: ["?"], does: () => doing.keys() },
  ];
}

function readingCommands(doing: Doing): Command[] {
  const group = t("Reading");
  const going = (words: string, line: string, key: string, by: By, to: "claim" | "unattributed" | "any"): Command =>
    ({ group, words, line, keys: [key], does: () => doing.go(by, to) });
  return [
    going(t("Next claim"), t("Next, previous claim"), ".", 1, "claim"),
    going(t("Previous claim"), t("Next, previous claim"), ",", -1, "claim"),
    going(t("Next claim without a speaker"), t("Next, previous claim without a speaker or source"), "Shift+.", 1, "unattributed"),
    going(t("Previous claim without a speaker"), t("Next, previous claim without a speaker or source"), "Shift+,", -1, "unattributed"),
    going(t("Next tag of any kind"), t("Next, previous tag of any kind"), "Alt+.", 1, "any"),
    going(t("Previous tag of any kind"), t("Next, previous tag of any kind"), "Alt+,", -1, "any"),
    { group, words: t("Into the toolbar of a selection, what stands at the caret, the open card, or else the text"), keys: ["Enter"], inText: true, byKeyOnly: true, does: () => doing.open() },
    { group, words: t("Back out, step by step"), keys: ["Escape"], inFields: "always", byKeyOnly: true, does: () => doing.leave() },
  ];
}

/** The caret's moves: each also with Shift, which selects. */
function moving(doing: Doing): Command[] {
  const moves: readonly [unit: Unit, words: string, back: string, forth: string][] = [
    ["character", t("By a character"), "ArrowLeft", "ArrowRight"],
    ["word", t("By a word"), "Mod+ArrowLeft", "Mod+ArrowRight"],
    ["sentence", t("By a sentence"), "Alt+PageUp", "Alt+PageDown"],
    ["paragraph", t("By a paragraph"), "Mod+ArrowUp", "Mod+ArrowDown"],
    ["line", t("By a line"), "ArrowUp", "ArrowDown"],
    ["line end", t("To the ends of the line"), "Home", "End"],
    ["text", t("To the ends of the text"), "Mod+Home", "Mod+End"],
  ];
  const whole = { word: t("Select the whole word"), sentence: t("Select the whole sentence"), paragraph: t("Select the whole paragraph") };
  const group = t("In the text; with Shift they select");
  const enter: Command = { group, words: t("Into the text: arrows move a caret in it instead of the page"), keys: ["F7"], does: () => doing.enterText() };
  const move = (unit: Unit, words: string, key: string, by: By): Command =>
    ({ group, words, line: words, keys: [key], inText: true, byKeyOnly: true, does: () => doing.move(unit, by, false) });
  const extend = (unit: Unit, words: string, key: string, by: By): Command =>
    ({ ...move(unit, words, key, by), unlisted: true, keys: [withShift(key)], does: () => doing.move(unit, by, true) });
  return [enter, ...moves.flatMap(([unit, words, back, forth]) => [
    move(unit, words, back, -1), move(unit, words, forth, 1), extend(unit, words, back, -1), extend(unit, words, forth, 1),
  ]), ...(["word", "sentence", "paragraph"] as const).map((unit, i): Command => ({
    group, words: whole[unit], line: t("Select the whole word, sentence, paragraph"), keys: [String(i + 1)],
    can: () => doing.hasCaret(), does: () => doing.widen(unit),
  }))];
}

function withShift(key: string): string {
  return key.replace(/[^+]+$/, "Shift+$&");
}

function tagging(doing: Doing): Command[] {
  const group = t("Tagging the selection");
  const kinds = doing.codes.active;
  const line = t("With Shift: tag, and link with what is focused");
  return [
    ...kinds.map(({ name, label, key }): Command => ({
      group, words: t("Tag as %s", lower(label)), keys: key === "" ? [] : [key.toUpperCase()],
      can: () => doing.hasSelection(), does: () => doing.tag(name, false),
    })),
    ...kinds.map(({ name, label, key }): Command => ({
      group, words: t("Tag as %s, and link it", lower(label)), line, keys: key === "" ? [] : [`Shift+${key.toUpperCase()}`],
      can: () => doing.hasSelection() && doing.hasFocus(), does: () => doing.tag(name, true),
    })),
  ];
}

function attributing(doing: Doing): Command[] {
  const group = t("Who says it");
  return [
    {
      group: t("Tagging the selection"), words: t("Tag all that is found"), keys: [], can: () => doing.hasFound(), does: () => doing.tagFound(),
    },
    {
      group, words: t("The same speaker as last time"), keys: ["Shift+Enter"], inFields: "empty",
      can: () => doing.hasClaim() || doing.hasSelection(), does: () => doing.sameSpeaker(),
    },
    {
      group, words: t("Go on with the quote: a further fragment"), keys: ["Mod+Enter"], inFields: "empty",
      can: () => doing.hasClaim(), does: () => doing.continueQuote(),
    },
  ];
}

function mending(doing: Doing): Command[] {
  const group = t("Mending");
  const nudge = (words: string, line: string, key: string, ...[edge, unit, by]: Parameters<Doing["nudge"]>): Command =>
    ({ group, words, line, keys: [key], byKeyOnly: true, can: () => doing.hasFocus(), does: () => doing.nudge(edge, unit, by) });
  const ends = t("Move the end by a character");
  const starts = t("Move the beginning by a character");
  const byWord = t("The same by a word");
  return [
    { group, words: t("Undo"), line: t("Undo, redo"), keys: ["Mod+Z"], inFields: "empty", does: () => doing.step("undo") },
    { group, words: t("Redo"), line: t("Undo, redo"), keys: ["Mod+Shift+Z", "Mod+Y"], inFields: "empty", does: () => doing.step("redo") },
    nudge(t("Move the end back"), ends, "Alt+ArrowLeft", "end", "character", -1),
    nudge(t("Move the end on"), ends, "Alt+ArrowRight", "end", "character", 1),
    nudge(t("Move the beginning back"), starts, "Alt+ArrowUp", "start", "character", -1),
    nudge(t("Move the beginning on"), starts, "Alt+ArrowDown", "start", "character", 1),
    nudge(t("Move the end back by a word"), byWord, "Alt+Shift+ArrowLeft", "end", "word", -1),
    nudge(t("Move the end on by a word"), byWord, "Alt+Shift+ArrowRight", "end", "word", 1),
    nudge(t("Move the beginning back by a word"), byWord, "Alt+Shift+ArrowUp", "start", "word", -1),
    nudge(t("Move the beginning on by a word"), byWord, "Alt+Shift+ArrowDown", "start", "word", 1),
    { group, words: t("Add the selection to what is focused"), keys: ["+"], can: () => doing.hasFocus() && doing.hasSelection(), does: () => doing.include() },
    { group, words: t("Put the selection in the place of its text"), keys: ["="], can: () => doing.hasFocus() && doing.hasSelection(), does: () => doing.replace() },
    { group, words: t("Delete what is focused"), keys: ["Delete", "Backspace"], can: () => doing.hasFocus(), does: () => doing.remove() },
  ];
}

function snapping(doing: Doing): Command[] {
  const snap = (words: string, unit: "none" | "word" | "sentence"): Command => ({ group: t("Selecting"), words, keys: [], does: () => doing.snapTo(unit) });
  return [
    snap(t("Mouse and touch select exactly"), "none"),
    snap(t("Mouse and touch select whole words"), "word"),
    snap(t("Mouse and touch select whole sentences"), "sentence"),
  ];
}
