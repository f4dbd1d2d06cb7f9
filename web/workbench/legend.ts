import type { Bench } from "./bench";
import { find, oncePerFrame } from "./dom";
import type { Filter } from "./filter";

/** Legend says what the colours mean, how many there are of each, and hides kinds. */
export class Legend {
  readonly #bench: Bench;
  readonly #buttons: HTMLButtonElement[];

  constructor(bench: Bench, filter: Filter) {
    this.#bench = bench;
    this.#buttons = Array.from(find("#legend").querySelectorAll<HTMLButtonElement>("button[data-kind]"));
    const press = () => {
      for (const button of this.#buttons) button.setAttribute("aria-pressed", String(!filter.hides("kinds", button.dataset["kind"]!)));
    };
    for (const button of this.#buttons) {
      button.addEventListener("click", () => filter.show("kinds", button.dataset["kind"]!, button.getAttribute("aria-pressed") !== "true"));
    }
    filter.changed.listen(press);
    bench.set.listen(oncePerFrame(() => this.#count()));
    press();
  }

  #count(): void {
    for (const button of this.#buttons) {
      const n = this.#bench.counts.get(button.dataset["kind"]!) ?? 0;
      find(".count", button).textContent = String(n);
    }
  }
}
