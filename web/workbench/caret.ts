import type { Bench } from "./bench";
import { find } from "./dom";

const moves: Readonly<Record<string, [direction: string, granularity: string, byWord?: string]>> = {
  ArrowRight: ["right", "character", "word"],
  ArrowLeft: ["left", "character", "word"],
  ArrowDown: ["forward", "line", "paragraph"],
  ArrowUp: ["backward", "line", "paragraph"],
  End: ["forward", "lineboundary", "documentboundary"],
  Home: ["backward", "lineboundary", "documentboundary"],
};

/**
 * Caret lets the keyboard go through text that cannot be edited, and select
 * in it with Shift, where the browser can move a selection.
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

  /** Moves the caret or the end of the selection, if the key does that. */
  key(event: KeyboardEvent): boolean {
    const move = moves[event.key];
    const selection = getSelection();
    if (!move || !selection || event.altKey || document.activeElement !== this.#root) return false;
    if (!event.shiftKey && !this.#byKeyboard) return false;
    if (this.unit === undefined) this.#begin(selection);
    const [direction, granularity, byWord] = move;
    const far = event.ctrlKey || event.metaKey;
    selection.modify(event.shiftKey ? "extend" : "move", direction as "forward", (far && byWord ? byWord : granularity) as "character");
    if (this.unit === undefined) this.#begin(selection); // it left the text
    this.#draw();
    this.#reveal();
    return true;
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
    const { view, offsets } = this.#bench.parts;
    const fragment = this.#bench.current?.fragments[0];
    const range = view.range({ start: fragment ? offsets.units(fragment.start) : 0, end: view.text.length });
    selection.collapse(range.startContainer, range.startOffset);
  }

  #draw(): void {
    const selection = getSelection();
    const unit = this.#byKeyboard ? this.unit : undefined;
    this.#bar.hidden = unit === undefined || !selection;
    if (this.#bar.hidden) return;
    const rect = this.#rect(unit!);
    const host = this.#bar.offsetParent?.getBoundingClientRect();
    if (!rect || !host) return;
    this.#bar.style.translate = `${rect.left - host.left}px ${rect.top - host.top}px`;
    this.#bar.style.height = `${rect.height}px`;
  }

  /** The place of a unit: that of the character after it, or of the end of the one before. */
  #rect(unit: number): { left: number; top: number; height: number } | undefined {
    const { view } = this.#bench.parts;
    const after = unit < view.text.length ? view.range({ start: unit, end: unit + 1 }).getClientRects()[0] : undefined;
    if (after && after.height > 0) return after;
    const before = unit > 0 ? view.range({ start: unit - 1, end: unit }).getClientRects()[0] : undefined;
    return before && { left: before.right, top: before.top, height: before.height };
  }

  #reveal(): void {
    const rect = this.#bar.getBoundingClientRect();
    const top = find("#bench-bar").getBoundingClientRect().bottom + 24;
    if (rect.top < top) scrollBy({ top: rect.top - top });
    else if (rect.bottom > innerHeight - 48) scrollBy({ top: rect.bottom - innerHeight + 48 });
  }
}
