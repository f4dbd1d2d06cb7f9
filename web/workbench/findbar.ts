import { t } from "../language/_words";
import type { Bench } from "./bench";
import { find, oncePerFrame } from "./dom";
import { Finder } from "./finder";
import type { Range } from "./fragments";
import type { Layout } from "./layout";
import { canPaint } from "./painter";
import type { Scroller } from "./scroller";
import { Signal } from "./signal";
import { TextView } from "./textview";

/** What is found stands over all that is tagged. */
const priority = 10;

/** FindBar finds words in the text: it counts them, paints them and goes from one to the next. */
export class FindBar {
  /** Tells what is found, whenever that changes: nothing once the bar is closed. */
  readonly changed = new Signal<readonly Range[]>();
  readonly #bench: Bench;
  readonly #layout: Layout;
  readonly #scroller: Scroller;
  readonly #finder: Finder;
  readonly #root = find<HTMLElement>("#find-bar");
  readonly #query = find<HTMLInputElement>("#find-query");
  readonly #words = find<HTMLInputElement>("#find-words");
  readonly #count = find<HTMLElement>("#find-count");
  readonly #painted = { found: new Highlight(), "found-now": new Highlight() };
  #hits: readonly Range[] = [];
  /** The index of the hit that is looked at, or -1. */
  #now = -1;

  constructor(bench: Bench, layout: Layout, scroller: Scroller) {
    this.#bench = bench;
    this.#layout = layout;
    this.#scroller = scroller;
    this.#finder = new Finder(bench.parts.offsets, bench.parts.boundaries);
    find("#find-open").addEventListener("click", () => this.open());
    find("#find-close").addEventListener("click", () => this.close());
    find("#find-next").addEventListener("click", () => this.step(1));
    find("#find-previous").addEventListener("click", () => this.step(-1));
    this.#query.addEventListener("input", () => this.#seek());
    this.#words.addEventListener("change", () => this.#seek());
    this.#root.addEventListener("keydown", (event) => this.#key(event));
    addEventListener("scroll", oncePerFrame(() => this.#paint()), { passive: true });
    addEventListener("resize", oncePerFrame(() => this.#paint()));
    if (canPaint) Object.entries(this.#painted).forEach(([name, highlight], i) => {
      highlight.priority = priority + i;
      CSS.highlights.set(name, highlight);
    });
  }

  get isOpen(): boolean {
    return !this.#root.hidden;
  }

  /** What is sought, as it was typed. */
  get query(): string {
    return this.#query.value;
  }

  /** Where it stands, in code points. */
  get hits(): readonly Range[] {
    return this.#hits;
  }

  /** The hit that is looked at. */
  get current(): Range | undefined {
    return this.#hits[this.#now];
  }

  /** The address at which what is sought, or selected, is sought in all articles. */
  get everywhere(): string {
    const { selection, offsets } = this.#bench.parts;
    const selected = selection.range && offsets.slice(selection.range.start, selection.range.end);
    const query = this.isOpen && this.query !== "" ? this.query : (selected ?? "").slice(0, 200);
    return `/projects/${encodeURIComponent(this.#bench.parts.project)}/find${query === "" ? "" : `?q=${encodeURIComponent(query)}`}`;
  }

  /** Opens the bar; what is selected, if it fits on a line, is what is sought. */
  open(): void {
    const { selection, offsets } = this.#bench.parts;
    const selected = selection.range && offsets.slice(selection.range.start, selection.range.end);
    this.#root.hidden = false;
    if (selected !== undefined && selected.length <= 100 && !selected.includes("\n")) this.#query.value = selected;
    this.#query.focus();
    this.#query.select();
    this.#seek(selection.range?.start);
  }

  /** Closes the bar and leaves the hit that is looked at selected, to be tagged. */
  close(): void {
    const hit = this.current;
    this.#root.hidden = true;
    this.#take([]);
    this.#bench.parts.view.root.focus({ preventScroll: true });
    if (hit) this.#bench.parts.selection.select(hit);
  }

  /** To the next hit, or the one before; from the last one to the first. */
  step(by: 1 | -1): void {
    if (this.#hits.length === 0) return;
    this.#now = (this.#now + by + this.#hits.length) % this.#hits.length;
    this.#show();
  }

  /** Looks for what is typed, and at the first of it from a place on: that in the window. */
  #seek(from = this.current?.start ?? this.#layout.shown(0).start): void {
    this.#take(this.#finder.find(this.query, { wholeWords: this.#words.checked }));
    const next = this.#hits.findIndex(({ start }) => start >= from);
    this.#now = this.#hits.length > 0 ? Math.max(next, 0) : -1;
    this.#show();
  }

  #take(hits: readonly Range[]): void {
    this.#hits = hits;
    this.#now = -1;
    this.#paint();
    this.changed.tell(hits);
  }

  #show(): void {
    find<HTMLAnchorElement>("#find-everywhere").href = this.everywhere;
    const hit = this.current;
    const n = this.#hits.length;
    this.#count.textContent = this.query.trim() === "" ? "" : n === 0 ? t("Not found") : t("%d of %d", this.#now + 1, n);
    this.#root.classList.toggle("missing", n === 0 && this.query.trim() !== "");
    for (const id of ["#find-next", "#find-previous"]) find(id).setAttribute("aria-disabled", String(n === 0));
    if (hit) this.#scroller.show(hit);
    this.#paint();
  }

  /** Paints the hits near the window: there can be very many. */
  #paint(): void {
    if (!canPaint) return;
    const { found, "found-now": now } = this.#painted;
    found.clear();
    now.clear();
    if (this.#hits.length === 0) return;
    const near = this.#layout.shown(innerHeight / 2);
    for (const hit of this.#hits) if (hit.start < near.end && near.start < hit.end) found.add(this.#still(hit));
    if (this.current) now.add(this.#still(this.current));
  }

  #still(hit: Range): StaticRange {
    return this.#bench.parts.view.still(TextView.stretch(hit, this.#bench.parts.offsets));
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === "Escape") this.close();
    else if (event.target === this.#query && event.key === "Enter") this.step(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
