import type { Boundaries } from "./boundaries";
import type { Range } from "./fragments";
import type { Offsets } from "./offsets";
import { Signal } from "./signal";
import { TextView } from "./textview";

/**
 * TextSelection is what of the text is selected, as offsets in code points,
 * trimmed and with whole characters: what tagging it would tag.
 */
export class TextSelection {
  readonly changed = new Signal<Range | undefined>();
  readonly #view: TextView;
  readonly #offsets: Offsets;
  readonly #boundaries: Boundaries;
  #range: Range | undefined;

  constructor(view: TextView, offsets: Offsets, boundaries: Boundaries) {
    this.#view = view;
    this.#offsets = offsets;
    this.#boundaries = boundaries;
    document.addEventListener("selectionchange", () => this.#read());
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
    const selection = getSelection();
    selection?.removeAllRanges();
    selection?.addRange(this.#view.range(TextView.stretch(range, this.#offsets)));
    this.#read();
  }

  clear(): void {
    getSelection()?.removeAllRanges();
    this.#read();
  }

  #read(): void {
    const selected = this.#view.selected(getSelection());
    const tidy = selected && this.#boundaries.tidy(selected);
    const range = tidy && { start: this.#offsets.codePoints(tidy.start), end: this.#offsets.codePoints(tidy.end) };
    if (range?.start === this.#range?.start && range?.end === this.#range?.end) return;
    this.#range = range;
    this.changed.tell(range);
  }
}
