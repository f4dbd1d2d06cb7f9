import type { Bench } from "./bench";
import type { Chooser } from "./chooser";
import { oncePerFrame } from "./dom";
import type { Filter } from "./filter";
import type { Painter } from "./painter";
import type { Annotation } from "./record";

/** Pointer turns presses and hovering on the text into attention. */
export class Pointer {
  readonly #bench: Bench;
  readonly #painter: Painter;
  readonly #chooser: Chooser;
  readonly #filter: Filter;
  #at = { x: 0, y: 0 };
  #hovered: string | undefined;
  readonly #look = oncePerFrame(() => this.#hover(this.under(this.#at)[0]?.id));

  constructor(bench: Bench, painter: Painter, chooser: Chooser, filter: Filter) {
    this.#bench = bench;
    this.#painter = painter;
    this.#chooser = chooser;
    this.#filter = filter;
    const { root } = bench.parts.view;
    root.addEventListener("click", (event) => this.#press(event));
    root.addEventListener("pointermove", (event) => {
      if (event.pointerType !== "mouse" || event.buttons !== 0) return;
      this.#at = { x: event.clientX, y: event.clientY };
      this.#look();
    });
    root.addEventListener("pointerleave", () => this.#hover(undefined));
    const cards = document.querySelector<HTMLElement>("#cards");
    cards?.addEventListener("pointerover", (event) => this.#hover((event.target as HTMLElement).closest<HTMLElement>("[data-annotation]")?.dataset["annotation"]));
    cards?.addEventListener("pointerleave", () => this.#hover(undefined));
    bench.attention.listen(({ id }) => {
      this.#hovered = undefined;
      painter.attend(id);
    });
  }

  /** What stands at a point of the window and is shown, the shortest first. */
  under({ x, y }: { x: number; y: number }): Annotation[] {
    const unit = this.#bench.parts.view.unitFromPoint(x, y);
    return unit === undefined ? [] : this.at(unit);
  }

  /** What stands at a UTF-16 code unit and is shown, the shortest first. */
  at(unit: number): Annotation[] {
    const spans = this.#bench.spans.at(this.#bench.parts.offsets.codePoints(unit));
    return spans.map(({ id }) => this.#bench.set.annotation(id)!).filter((annotation) => this.#filter.shows(annotation));
  }

  /** A press on what is tagged focuses it; one beside it leaves what is focused. */
  #press(event: MouseEvent): void {
    if (this.#bench.parts.selection.range) return; // the end of a selection is no press
    const there = this.under({ x: event.clientX, y: event.clientY });
    this.#bench.focus(there[0]?.id);
    if (there.length > 1) this.#chooser.open(there, { x: event.clientX, y: event.clientY });
  }

  #hover(id: string | undefined): void {
    if (id === this.#hovered) return;
    this.#hovered = id;
    this.#painter.attend(id ?? this.#bench.focused);
  }
}
