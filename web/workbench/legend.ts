import type { Bench } from "./bench";
import { find, oncePerFrame } from "./dom";
import type { Painter } from "./painter";
import { Signal } from "./signal";

/** Legend says what the colours mean, how many there are of each, and hides kinds. */
export class Legend {
  readonly changed = new Signal<void>();
  readonly #bench: Bench;
  readonly #buttons: HTMLButtonElement[];

  constructor(bench: Bench, painter: Painter) {
    this.#bench = bench;
    this.#buttons = Array.from(find("#legend").querySelectorAll<HTMLButtonElement>("button[data-kind]"));
    for (const button of this.#buttons) {
      button.addEventListener("click", () => {
        const shown = button.getAttribute("aria-pressed") !== "true";
        button.setAttribute("aria-pressed", String(shown));
        painter.show(button.dataset["kind"]!, shown);
        this.changed.tell();
      });
    }
    const count = oncePerFrame(() => this.#count());
    bench.set.listen(count);
  }

  /** Whether annotations of kind are shown. */
  shows(kind: string): boolean {
    const button = this.#buttons.find((b) => b.dataset["kind"] === kind);
    return button?.getAttribute("aria-pressed") !== "false";
  }

  #count(): void {
    for (const button of this.#buttons) {
      const n = this.#bench.counts.get(button.dataset["kind"]!) ?? 0;
      find(".count", button).textContent = String(n);
    }
  }
}
