import type { Commands, Line } from "./commands";
import { element, find } from "./dom";
import { capsOf } from "./keys";
import type { Snap, TextSelection } from "./selection";

const singleKeys = "onrecord single keys";
const snap = "onrecord snap";
const mac = /Mac|iP(hone|ad)/.test(navigator.platform);

/** KeySheet lists the keys and keeps what people set about keys and selecting. */
export class KeySheet {
  readonly #commands: Commands;
  readonly #selection: TextSelection;
  readonly #sheet = find<HTMLDialogElement>("#keys");
  readonly #single = find<HTMLInputElement>("#single-keys");
  readonly #snap = Array.from(this.#sheet.querySelectorAll<HTMLInputElement>("input[name=snap]"));

  constructor(commands: Commands, selection: TextSelection) {
    this.#commands = commands;
    this.#selection = selection;
    this.#single.checked = localStorage.getItem(singleKeys) !== "off";
    this.#single.addEventListener("change", () => localStorage.setItem(singleKeys, this.#single.checked ? "on" : "off"));
    for (const choice of this.#snap) choice.addEventListener("change", () => this.snapTo(choice.value as Snap));
    this.snapTo((localStorage.getItem(snap) ?? "none") as Snap);
    find("#help").addEventListener("click", () => this.open());
  }

  /** Whether keys count without Ctrl or Alt. */
  get singleKeys(): boolean {
    return this.#single.checked;
  }

  open(): void {
    find(".key-list", this.#sheet).replaceChildren(...[...this.#commands.sheet()].map(([group, lines]) => section(group, lines)));
    this.#sheet.showModal();
  }

  /** Sets what a selection by mouse or touch grows to. */
  snapTo(unit: Snap): void {
    this.#selection.snap = unit;
    localStorage.setItem(snap, unit);
    for (const choice of this.#snap) choice.checked = choice.value === unit;
  }
}

function section(group: string, lines: readonly Line[]): HTMLElement {
  return element("section", { "aria-label": group }, element("h3", {}, group), element("dl", {}, ...lines.map(({ words, keys }) =>
    element("div", {}, element("dt", {}, ...together(keys)), element("dd", {}, words)))));
}

/** Several strokes as keycaps: what is held for all of them stands once. */
function together(keys: readonly string[]): HTMLElement[] {
  const held = /^(?:(?:Mod|Alt|Shift)\+(?=.))*/.exec(keys[0]!)![0];
  const alike = keys.every((key) => key.startsWith(held) && capsOf(key.slice(held.length)).length === 1);
  if (held === "" || keys.length === 1 || !alike) return keys.map((key) => caps(key));
  const rest = keys.map((key) => key.slice(held.length));
  return [element("span", { className: "stroke" }, ...[...capsOf(`${held}${rest[0]!}`, mac), ...rest.slice(1).flatMap((key) => capsOf(key, mac))].map((cap) => element("kbd", {}, cap)))];
}

/** A stroke as keycaps. */
export function caps(key: string): HTMLElement {
  return element("span", { className: "stroke" }, ...capsOf(key, mac).map((cap) => element("kbd", {}, cap)));
}
