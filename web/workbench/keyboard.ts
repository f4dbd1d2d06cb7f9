import type { Bench } from "./bench";
import type { Command, Commands } from "./commands";
import { takesText } from "./dom";
import type { KeySheet } from "./keysheet";

/** Keyboard asks for what keys stand for, wherever on the page they are pressed. */
export class Keyboard {
  readonly #bench: Bench;
  readonly #commands: Commands;
  readonly #sheet: KeySheet;

  constructor(bench: Bench, commands: Commands, sheet: KeySheet) {
    this.#bench = bench;
    this.#commands = commands;
    this.#sheet = sheet;
    document.addEventListener("keydown", (event) => this.#press(event));
  }

  #press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
    // With AltGr keyboards write signs, and say that Ctrl and Alt are held.
    const { key, code, shiftKey } = event;
    const stroke = event.getModifierState("AltGraph") ? { key, code, shiftKey, ctrlKey: false, metaKey: false, altKey: false } : event;
    const command = this.#commands.for(stroke, this.#sheet.singleKeys);
    if (command && this.#applies(command, event.target) && command.does() !== false) event.preventDefault();
  }

  /** Whether the command is meant, where the key was pressed. */
  #applies({ inFields, inText }: Command, target: EventTarget | null): boolean {
    if (takesText(target)) {
      const empty = target instanceof HTMLInputElement && target.value === "";
      return inFields === "always" || (inFields === "empty" && empty);
    }
    return !inText || target === this.#bench.parts.view.root || target === document.body;
  }
}
