import type { Bench } from "./bench";
import type { Caret } from "./caret";
import type { Chooser } from "./chooser";
import { find, takesText } from "./dom";
import type { FindBar } from "./findbar";
import { type Command, commandOf } from "./keys";
import type { Pointer } from "./pointer";
import type { Rail } from "./rail";
import type { Tagging } from "./tagging";
import type { Toolbar } from "./toolbar";

/** What the keyboard plays on. */
interface Instruments {
  readonly bench: Bench;
  readonly tagging: Tagging;
  readonly caret: Caret;
  readonly chooser: Chooser;
  readonly findBar: FindBar;
  readonly pointer: Pointer;
  readonly rail: Rail;
  readonly toolbar: Toolbar | undefined;
}

const setting = "onrecord single keys";

/** Keyboard does what keys ask for, wherever on the page they are pressed. */
export class Keyboard {
  readonly #on: Instruments;
  readonly #sheet = find<HTMLDialogElement>("#keys");
  readonly #single = find<HTMLInputElement>("#single-keys");

  constructor(instruments: Instruments) {
    this.#on = instruments;
    this.#single.checked = localStorage.getItem(setting) !== "off";
    this.#single.addEventListener("change", () => localStorage.setItem(setting, this.#single.checked ? "on" : "off"));
    find("#help").addEventListener("click", () => this.#sheet.showModal());
    document.addEventListener("keydown", (event) => this.#press(event));
  }

  #press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || this.#sheet.open) return;
    if (this.#on.caret.key(event)) return event.preventDefault();
    // With AltGr keyboards write signs, and say that Ctrl and Alt are held.
    const altGraph = event.getModifierState("AltGraph");
    const { key, code, shiftKey } = event;
    const stroke = altGraph ? { key, code, shiftKey, ctrlKey: false, metaKey: false, altKey: false } : event;
    const command = commandOf(stroke, this.#on.bench.parts.codes, this.#single.checked);
    if (command && this.#applies(command, event.target) && this.#do(command)) event.preventDefault();
  }

  /** Whether the command is meant, where the key was pressed. */
  #applies(command: Command, target: EventTarget | null): boolean {
    if (takesText(target)) {
      if (command.name === "leave") return true;
      const empty = target instanceof HTMLInputElement && target.value === "";
      return empty && (command.name === "undo" || command.name === "redo");
    }
    // Enter and the like belong to the button that has the keyboard.
    if (command.name === "open") return target === this.#on.bench.parts.view.root || target === document.body;
    return true;
  }

  #do(command: Command): boolean {
    const { bench, tagging } = this.#on;
    switch (command.name) {
      case "help": this.#sheet.showModal(); return true;
      case "find": this.#on.findBar.open(); return true;
      case "leave": return this.#leave();
      case "open": return this.#open();
      case "next": case "previous": return this.go(command.name === "next" ? 1 : -1, command.unattributed);
      default: if (!bench.parts.mayTag) return false;
    }
    switch (command.name) {
      case "tag": return this.#tag(command);
      case "undo": case "redo": tagging.step(command.name); return true;
    }
    const current = bench.current;
    if (!current) return false;
    switch (command.name) {
      case "delete": tagging.remove(current); return true;
      case "include": tagging.include(); return bench.parts.selection.range !== undefined;
      case "replace": tagging.replace(); return true;
      case "nudge": tagging.nudge(command); return true;
    }
  }

  #tag({ kind, link }: Extract<Command, { name: "tag" }>): boolean {
    if (link) this.#on.tagging.tie(kind);
    else this.#on.tagging.tag(kind);
    return true;
  }

  /** Enter: into the toolbar of a selection, what stands at the caret, or the open card. */
  #open(): boolean {
    const { bench, caret, chooser, pointer, rail, toolbar } = this.#on;
    if (bench.parts.selection.range && toolbar?.enter()) return true;
    const there = caret.unit === undefined ? [] : pointer.at(caret.unit);
    if (there.length > 1) {
      const at = find("#caret").getBoundingClientRect();
      chooser.open(there, { x: at.left, y: at.bottom }, true);
      return true;
    }
    if (there[0]) bench.focus(there[0].id, { enter: true });
    else if (bench.current) rail.enter();
    else return false;
    return true;
  }

  /** Escape: one step back out. */
  #leave(): boolean {
    const { bench, chooser } = this.#on;
    const { root } = bench.parts.view;
    if (chooser.isOpen) chooser.close();
    else if (document.activeElement?.closest("#rail, #selection-tools")) root.focus({ preventScroll: true });
    else if (bench.parts.selection.range) bench.parts.selection.clear();
    else if (bench.focused !== undefined) bench.focus(undefined);
    else return false;
    return true;
  }

  /** To the next claim, from the focused one or from the top of the window. */
  go(by: 1 | -1, unattributed: boolean): boolean {
    const { bench } = this.#on;
    const { claims, set } = bench;
    for (let i = this.#from(by); i >= 0 && i < claims.length; i += by) {
      const id = claims.at(i)!;
      if (unattributed && !bench.unattributed.has(id)) continue;
      bench.focus(id, { scroll: true });
      bench.parts.announce(`Claim ${i + 1} of ${claims.length}: ${bench.quote(set.annotation(id)!, 200)}`);
      return true;
    }
    bench.parts.announce(unattributed ? "No further claim that nobody says." : "No further claim.");
    return true;
  }

  #from(by: 1 | -1): number {
    const { bench } = this.#on;
    const start = bench.current?.fragments[0]?.start;
    if (bench.focused !== undefined && bench.claims.has(bench.focused)) return bench.claims.indexOf(bench.focused) + by;
    const { view, offsets } = bench.parts;
    const top = document.elementsFromPoint(view.root.getBoundingClientRect().left + 40, 160).find((e) => e instanceof HTMLElement && e.dataset["start"] !== undefined);
    const from = start ?? Number((top as HTMLElement | undefined)?.dataset["start"] ?? (view.root.getBoundingClientRect().top > 0 ? 0 : offsets.length));
    return by > 0 ? bench.claims.from(from) : bench.claims.from(from) - 1;
  }
}
