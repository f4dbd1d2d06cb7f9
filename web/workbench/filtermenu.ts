import { n, number } from "../language/_words";
import type { Bench } from "./bench";
import { element, find, oncePerFrame } from "./dom";
import type { Aspect, Filter } from "./filter";
import type { Painter } from "./painter";
import type { Annotation, ReviewState } from "./record";
import { stateOrder, stateWord } from "./states";

/** FilterMenu hides claims by the state of their review, and whatever somebody has tagged. */
export class FilterMenu {
  readonly #bench: Bench;
  readonly #filter: Filter;
  readonly #menu = find<HTMLDetailsElement>("#filter");
  readonly #hidden = find<HTMLElement>("#filter-hidden");
  #filled = false;

  constructor(bench: Bench, filter: Filter, painter: Painter) {
    this.#bench = bench;
    this.#filter = filter;
    const refresh = oncePerFrame(() => this.#refresh());
    filter.changed.listen(() => {
      painter.refresh();
      refresh();
    });
    bench.set.listen(() => {
      if (filter.active) painter.refresh(); // what belongs to a claim comes and goes with it
      refresh();
    });
    bench.renamed.listen(refresh);
    this.#menu.addEventListener("toggle", () => this.#refresh());
    find("#filter-clear").addEventListener("click", () => filter.clear());
  }

  #refresh(): void {
    const filter = this.#filter;
    this.#menu.classList.toggle("active", filter.active);
    find("#filter-clear").setAttribute("aria-disabled", String(!filter.active));
    // What is listed is there before the menu opens, so that nothing moves then.
    const fills = this.#menu.open || !this.#filled;
    const all = filter.active || fills ? [...this.#bench.set.annotations()] : [];
    const hidden = all.filter((annotation) => !filter.shows(annotation)).length;
    this.#hidden.textContent = filter.active ? n(hidden, "%d hidden", "%d hidden") : "";
    if (fills) this.#fill(all);
  }

  #fill(all: readonly Annotation[]): void {
    this.#filled = true;
    const states = new Map<string, number>(stateOrder.map((state) => [state, 0]));
    const authors = new Map<string, number>();
    for (const annotation of all) {
      if (annotation.kind === "claim") count(states, annotation.review_state ?? "unreviewed");
      count(authors, this.#filter.author(annotation));
    }
    this.#list("states", states, (state) => stateWord(state as ReviewState));
    this.#list("authors", new Map([...authors].sort((a, b) => b[1] - a[1])), (id) => this.#bench.parts.directory.person(id));
  }

  /** Lists the values of an aspect, each with how many there are. A box stays the same, for it may have the keyboard. */
  #list(aspect: Aspect, counts: ReadonlyMap<string, number>, name: (value: string) => string): void {
    const list = find<HTMLElement>(`#filter-${aspect}`);
    const boxes = new Map(Array.from(list.querySelectorAll<HTMLInputElement>("input"), (box) => [box.value, box]));
    for (const [value, count] of counts) {
      const box = boxes.get(value) ?? this.#box(aspect, value, name(value), list);
      box.checked = !this.#filter.hides(aspect, value);
      find(".count", box.parentElement!).textContent = number(count);
      boxes.delete(value);
    }
    for (const box of boxes.values()) box.parentElement!.remove();
  }

  #box(aspect: Aspect, value: string, name: string, list: HTMLElement): HTMLInputElement {
    const box = element("input", { type: "checkbox", value, onchange: () => this.#filter.show(aspect, value, box.checked) });
    list.append(element("label", { className: "check" }, box, element("span", {}, name), element("span", { className: "count numeral" })));
    return box;
  }
}

function count(counts: Map<string, number>, value: string): void {
  counts.set(value, (counts.get(value) ?? 0) + 1);
}
