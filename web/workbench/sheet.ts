import { n, t } from "../language/_words";
import type { Bench } from "./bench";
import { find } from "./dom";
import type { Filter } from "./filter";
import type { Rail } from "./rail";

/** Sheet is the rail where it lies below the text: a grip that draws it up. */
export class Sheet {
  readonly #bench: Bench;
  readonly #filter: Filter;
  readonly #rail = find<HTMLElement>("#rail");
  readonly #grip = find<HTMLButtonElement>("#grip");

  constructor(bench: Bench, rail: Rail, filter: Filter) {
    this.#bench = bench;
    this.#filter = filter;
    filter.changed.listen(() => this.#name());
    this.#grip.addEventListener("click", () => {
      if (this.#bench.focused !== undefined) this.#bench.focus(undefined);
      else this.#draw(this.#grip.getAttribute("aria-expanded") !== "true");
    });
    bench.attention.listen(({ id }) => {
      if (!rail.isSheet) return;
      if (id !== undefined) this.#draw(true);
      this.#rail.scrollTop = 0;
      this.#name();
    });
    bench.parts.view.root.addEventListener("pointerdown", () => {
      if (rail.isSheet && bench.focused === undefined) this.#draw(false);
    });
    bench.set.listen(() => this.#name());
  }

  #draw(up: boolean): void {
    this.#grip.setAttribute("aria-expanded", String(up));
    this.#rail.classList.toggle("up", up);
  }

  #name(): void {
    const count = this.#filter.active ? this.#filter.claims(this.#bench.claims.ids()).length : this.#bench.claims.length;
    find(".words", this.#grip).textContent = this.#bench.focused === undefined ? n(count, "%d claim", "%d claims") : t("All claims");
  }
}
