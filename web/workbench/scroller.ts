import type { Bench } from "./bench";
import { find } from "./dom";
import type { Range } from "./fragments";
import type { Rail } from "./rail";
import { TextView } from "./textview";

const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** How much of the window a sheet takes, as in the style sheet. */
const sheetHeight = 0.62;

/** Scroller brings what is attended to into the part of the window where text is read. */
export class Scroller {
  readonly #bench: Bench;
  readonly #rail: Rail;

  constructor(bench: Bench, rail: Rail) {
    this.#bench = bench;
    this.#rail = rail;
    bench.attention.listen(({ id, scroll }) => {
      // A sheet that comes up would cover what it is about.
      if (id !== undefined && (scroll || rail.isSheet)) this.#reveal(id);
    });
  }

  /** Scrolls so that the beginning of a range of the text can be read, if it cannot. */
  show({ start }: Range): void {
    const { view, offsets } = this.#bench.parts;
    const rect = view.range(TextView.stretch({ start, end: start + 1 }, offsets)).getBoundingClientRect();
    const bar = find("#bench-bar").getBoundingClientRect();
    const bottom = this.#rail.isSheet ? innerHeight * (1 - sheetHeight) : innerHeight;
    if (rect.top > bar.bottom + 16 && rect.bottom < bottom - 72) return;
    const top = bar.height; // once what is above the bar has gone
    scrollBy({ top: rect.top - top - (bottom - top) / 4, behavior: calm.matches ? "instant" : "smooth" });
  }

  #reveal(id: string): void {
    const fragment = this.#bench.set.annotation(id)?.fragments[0];
    if (fragment) this.show(fragment);
  }
}
