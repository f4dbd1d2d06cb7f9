import type { Bench } from "./bench";
import type { Unit, Whole } from "./commands";
import { find } from "./dom";

/** How the browser moves a selection by what it alone can see. */
const modified: Readonly<Partial<Record<Unit, readonly [back: string, forth: string, granularity: string]>>> = {
  "character": ["left", "right", "character"],
  "word": ["left", "right", "word"],
  "line": ["backward", "forward", "line"],
  "line end": ["backward", "forward", "lineboundary"],
};

/**
 * Caret lets the keyboard go through text that cannot be edited, and select
 * in it with Shift.
 */
export class Caret {
  readonly #bench: Bench;
  readonly #bar = find<HTMLElement>("#caret");
  readonly #root: HTMLElement;
  /** Whether the text was entered with the keyboard, so that arrows are its. */
  #byKeyboard = false;

  constructor(bench: Bench) {
    this.#bench = bench;
    this.#root = bench.parts.view.root;
    this.#root.addEventListener("focus", () => this.#enter());
    this.#root.addEventListener("blur", () => this.#leave());
    this.#root.addEventListener("pointerdown", () => (this.#byKeyboard = false));
    document.addEventListener("selectionchange", () => this.#draw());
    addEventListener("resize", () => this.#draw());
  }

  /** Where the caret is, in UTF-16 code units; undefined when it is not in the text. */
  get unit(): number | undefined {
    const selection = getSelection();
    return selection?.focusNode ? this.#bench.parts.view.unitAt(selection.focusNode, selection.focusOffset) : undefined;
  }

  /** Moves the caret or the end of the selection, if the keyboard is in the text. */
  move(unit: Unit, by: 1 | -1, extend: boolean): boolean {
    const selection = getSelection();
    if (!selection || document.activeElement !== this.#root || (!extend && !this.#byKeyboard)) return false;
    if (this.unit === undefined) this.#begin(selection);
    const how = modified[unit];
    if (how) selection.modify(extend ? "extend" : "move", how[by < 0 ? 0 : 1] as "forward", how[2] as "character");
    else this.#put(selection, this.#next(unit, by), extend);
    if (this.unit === undefined) this.#begin(selection); // it left the text
    this.#draw();
    this.#reveal();
    return true;
  }

  /** Selects the whole of what the caret or the selection touches. */
  widen(whole: Whole): void {
    const { view, boundaries, offsets, selection } = this.#bench.parts;
    const at = this.unit;
    if (at === undefined) return;
    const { start, end } = boundaries.widen(view.selected(getSelection()) ?? { start: at, end: at }, whole);
    if (start < end) selection.select({ start: offsets.codePoints(start), end: offsets.codePoints(end) });
  }

  /** Puts the caret at a place of the text, given in code points, and the keyboard with it. */
  place(offset: number): void {
    this.#place(this.#bench.parts.offsets.units(offset));
  }

  /** Goes into the text with the keyboard: to where the caret was if that shows, else to the first line that does. */
  enter(): void {
    const unit = this.unit;
    const rect = unit === undefined ? undefined : this.#bench.parts.view.edge(unit, "start");
    const shows = rect && rect.top >= shownFrom() && rect.top + rect.height <= innerHeight;
    this.#place(shows ? unit! : this.#bench.parts.view.unitBelow(shownFrom()));
  }

  #place(unit: number): void {
    const selection = getSelection();
    if (!selection) return;
    this.#root.focus({ preventScroll: true });
    this.#byKeyboard = true;
    this.#put(selection, unit, false);
    this.#draw();
    this.#reveal();
  }

  #next(unit: Unit, by: 1 | -1): number {
    const { boundaries, view } = this.#bench.parts;
    if (unit === "sentence" || unit === "paragraph") return boundaries[unit](this.unit ?? 0, by);
    return by < 0 ? 0 : view.text.length;
  }

  #put(selection: Selection, unit: number, extend: boolean): void {
    const { view } = this.#bench.parts;
    const { startContainer, startOffset } = view.still({ start: unit, end: unit });
    if (extend) selection.extend(startContainer, startOffset);
    else selection.collapse(startContainer, startOffset);
  }

  #enter(): void {
    this.#byKeyboard = this.#root.matches(":focus-visible");
    const selection = getSelection();
    if (this.#byKeyboard && selection && this.unit === undefined) this.#begin(selection);
    this.#draw();
  }

  #leave(): void {
    this.#byKeyboard = false;
    this.#draw();
  }

  /** Begins at the focused annotation, or at the first line that shows. */
  #begin(selection: Selection): void {
    const { offsets, view } = this.#bench.parts;
    const fragment = this.#bench.current?.fragments[0];
    this.#put(selection, fragment ? offsets.units(fragment.start) : view.unitBelow(shownFrom()), false);
  }

  #draw(): void {
    const selection = getSelection();
    const unit = this.#byKeyboard ? this.unit : undefined;
    this.#bar.hidden = unit === undefined || !selection;
    if (this.#bar.hidden) return;
    const rect = this.#bench.parts.view.edge(unit!, "start");
    const host = this.#bar.offsetParent?.getBoundingClientRect();
    if (!rect || !host) return;
    this.#bar.style.translate = `${rect.left - host.left}px ${rect.top - host.top}px`;
    this.#bar.style.height = `${rect.height}px`;
  }

  #reveal(): void {
    const rect = this.#bar.getBoundingClientRect();
    const top = shownFrom() + 24;
    if (rect.top < top) scrollBy({ top: rect.top - top });
    else if (rect.bottom > innerHeight - 48) scrollBy({ top: rect.bottom - innerHeight + 48 });
  }
}

/** The height of the window below which the text shows. */
export function shownFrom(): number {
  return find("#bench-bar").getBoundingClientRect().bottom;
}
