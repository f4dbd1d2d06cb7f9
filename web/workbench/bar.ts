import { n, number } from "../language/_words";
import type { Bench } from "./bench";
import type { Doing } from "./commands";
import { find, oncePerFrame } from "./dom";
import type { Tagging } from "./tagging";

/** Bar is the buttons above the text, beside the legend. */
export class Bar {
  readonly #bench: Bench;
  readonly #unattributed = find<HTMLButtonElement>("#unattributed");

  constructor(bench: Bench, tagging: Tagging, doing: Pick<Doing, "go" | "palette">) {
    this.#bench = bench;
    this.#unattributed.addEventListener("click", () => doing.go(1, "unattributed"));
    find("#commands").addEventListener("click", () => doing.palette());
    for (const way of ["undo", "redo"] as const) {
      document.querySelector(`#${way}`)?.addEventListener("click", () => tagging.step(way));
    }
    new Further();
    const refresh = oncePerFrame(() => this.#refresh());
    bench.set.listen(refresh);
    refresh();
  }

  #refresh(): void {
    const { history } = this.#bench.parts.editor;
    document.querySelector("#undo")?.setAttribute("aria-disabled", String(!history.canUndo));
    document.querySelector("#redo")?.setAttribute("aria-disabled", String(!history.canRedo));
    const count = this.#bench.unattributed.size;
    this.#unattributed.hidden = count === 0;
    this.#unattributed.title = n(count, "%d without a speaker or source", "%d without a speaker or source");
    find(".words", this.#unattributed).textContent = this.#unattributed.title;
    find(".count", this.#unattributed).textContent = number(count);
  }
}

/** Further is the buttons that go into a menu where the bar has no room for them. */
class Further {
  readonly #further = find<HTMLElement>("#further");
  readonly #tools = this.#further.parentElement!;
  readonly #menu = find<HTMLDetailsElement>("#more");
  readonly #items = find<HTMLElement>(".items", this.#menu);

  constructor() {
    new ResizeObserver(() => this.#place()).observe(find("#bench-bar"));
    this.#place();
    // Whatever is chosen gives the keyboard back to where it can be seen.
    this.#items.addEventListener("click", () => {
      this.#menu.open = false;
      find<HTMLElement>("summary", this.#menu).focus();
    }, { capture: true });
  }

  /** The style sheet knows where there is no room: there the menu shows. */
  #place(): void {
    const folded = getComputedStyle(this.#menu).display !== "none";
    if (folded === this.#items.contains(this.#further)) return;
    if (folded) this.#items.append(this.#further);
    else this.#tools.insertBefore(this.#further, this.#menu);
  }
}
