import type { Boundaries, Stretch } from "./boundaries";
import type { Range } from "./fragments";
import type { Offsets } from "./offsets";
import { Signal } from "./signal";
import { TextView } from "./textview";

/** Snap is what a selection by mouse or touch grows to. */
export type Snap = "none" | "word" | "sentence";

const grown = "highlights" in CSS ? new Highlight() : undefined;

/**
 * TextSelection is what of the text is selected, as offsets in code points,
 * trimmed and with whole characters: what tagging it would tag.
 */
export class TextSelection {
  readonly changed = new Signal<Range | undefined>();
  /** Keys select exactly, whatever this says, and so does a mouse with Alt. */
  snap: Snap = "none";
  readonly #view: TextView;
  readonly #offsets: Offsets;
  readonly #boundaries: Boundaries;
  #range: Range | undefined;
  #byPointer = false;

  constructor(view: TextView, offsets: Offsets, boundaries: Boundaries) {
    this.#view = view;
    this.#offsets = offsets;
    this.#boundaries = boundaries;
    document.addEventListener("selectionchange", () => this.#read());
    view.root.addEventListener("pointerdown", ({ altKey }) => (this.#byPointer = !altKey));
    document.addEventListener("pointerup", (event) => this.#released(event), { capture: true });
    document.addEventListener("keydown", ({ key }) => {
      if (/^(Arrow|Page|Home|End)/.test(key)) this.#byPointer = false;
    }, { capture: true });
    if (grown) CSS.highlights.set("grown", grown);
  }

  /**
   * What is selected; undefined for nothing. It is looked up: a key pressed
   * right after selecting overtakes the browser's telling of the change.
   */
  get range(): Range | undefined {
    this.#read();
    return this.#range;
  }

  /** Selects a range of the text on the page. */
  select(range: Range): void {
    this.#byPointer = false;
    const selection = getSelection();
    selection?.removeAllRanges();
    selection?.addRange(this.#view.range(TextView.stretch(range, this.#offsets)));
    this.#read();
  }

  clear(): void {
    getSelection()?.removeAllRanges();
    this.#read();
  }

  /** Shows what a mouse's selection has grown to. A finger's has grips of the system's, which stay where they are. */
  #released({ altKey, pointerType }: PointerEvent): void {
    if (altKey) this.#byPointer = false;
    const range = this.range;
    if (range && this.#byPointer && this.snap !== "none" && pointerType === "mouse") this.select(range);
  }

  #read(): void {
    const selected = this.#view.selected(getSelection());
    const tidy = selected && this.#boundaries.tidy(selected);
    const meant = tidy && this.#meant(tidy);
    grown?.clear();
    if (meant && (meant.start < tidy.start || tidy.end < meant.end)) grown?.add(this.#view.still(meant));
    const range = meant && { start: this.#offsets.codePoints(meant.start), end: this.#offsets.codePoints(meant.end) };
    if (range?.start === this.#range?.start && range?.end === this.#range?.end) return;
    this.#range = range;
    this.changed.tell(range);
  }

  #meant(tidy: Stretch): Stretch {
    return this.snap === "none" || !this.#byPointer ? tidy : this.#boundaries.widen(tidy, this.snap);
  }
}
