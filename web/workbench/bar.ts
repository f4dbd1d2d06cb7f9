import { n } from "../language/_words";
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
    this.#unattributed.textContent = n(count, "%d without a speaker or source", "%d without a speaker or source");
  }
}
