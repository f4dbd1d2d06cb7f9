import { t } from "../language/_words";
import type { Bench } from "./bench";
import { element, find, oncePerFrame } from "./dom";
import { changing, type Range } from "./fragments";
import type { Annotation } from "./record";
import type { Tagging } from "./tagging";
import { TextView } from "./textview";

type Edge = "start" | "end";

/** Grip is a handle on one boundary of the focused annotation. */
interface Grip {
  readonly element: HTMLElement;
  readonly index: number; // of the fragment
  readonly edge: Edge;
}

/** More fragments than this have handles only by key: they would cover the text. */
const mostFragments = 12;
const moving = "highlights" in CSS ? new Highlight() : undefined;

/**
 * Handles stand at the boundaries of what is focused. They are dragged with
 * the mouse or a finger, character by character as readers see them, or moved
 * with the arrows once Tab has led there. While one is dragged the text shows
 * what it would make; letting go does it, Escape gives it up.
 */
export class Handles {
  readonly #bench: Bench;
  readonly #tagging: Tagging;
  readonly #root = find<HTMLElement>("#boundary-handles");
  #grips: Grip[] = [];
  #of: string | undefined;
  #dragged: { grip: Grip; annotation: Annotation; range: Range; lift: number } | undefined;
  readonly #draw = oncePerFrame(() => this.#show());

  constructor(bench: Bench, tagging: Tagging) {
    this.#bench = bench;
    this.#tagging = tagging;
    bench.attention.listen(this.#draw);
    bench.set.listen(({ annotations }) => {
      if (this.#bench.focused !== undefined && annotations.has(this.#bench.focused)) this.#draw();
    });
    new ResizeObserver(this.#draw).observe(bench.parts.view.root);
    if (moving) {
      moving.priority = 9;
      CSS.highlights.set("moving", moving);
    }
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#dragged) return;
      event.preventDefault();
      this.#end(false);
    }, { capture: true });
  }

  /** Brings the handles in line with what is focused. */
  #show(): void {
    const { current } = this.#bench;
    const fragments = !current || !this.#bench.mayTag || current.fragments.length > mostFragments ? [] : current.fragments;
    if (this.#of !== current?.id || this.#grips.length !== 2 * fragments.length) this.#make(current, fragments.length);
    if (current) for (const grip of this.#grips) this.#place(grip, current);
  }

  #make(annotation: Annotation | undefined, n: number): void {
    this.#of = annotation?.id;
    const color = this.#bench.parts.codes.kind(annotation?.kind ?? "")?.color ?? "slate";
    this.#grips = Array.from({ length: n }, (_, index) => (["start", "end"] as const).map((edge) => this.#grip(index, n, edge, color))).flat();
    this.#root.replaceChildren(...this.#grips.map((grip) => grip.element));
  }

  #grip(index: number, fragments: number, edge: Edge, color: string): Grip {
    const grip: Grip = {
      index, edge,
      element: element("div", {
        className: `handle ${edge} color-${color}`, role: "slider", tabIndex: 0, "aria-label": nameOf(edge, index, fragments),
        "aria-valuemin": "0", "aria-valuemax": String(this.#bench.parts.offsets.length),
        onpointerdown: (event: PointerEvent) => this.#grab(event, grip),
        onpointermove: (event: PointerEvent) => this.#drag(event),
        onpointerup: () => this.#end(true), onpointercancel: () => this.#end(false),
        onkeydown: (event: KeyboardEvent) => this.#key(event, grip),
      }),
    };
    return grip;
  }

  #place({ element: handle, index, edge }: Grip, { fragments }: Annotation, range: Range = fragments[index]!): void {
    const { view, offsets } = this.#bench.parts;
    const at = view.edge(offsets.units(range[edge]), edge);
    const host = this.#root.getBoundingClientRect();
    handle.hidden = at === undefined;
    if (!at) return;
    handle.style.translate = `${at.left - host.left}px ${at.top - host.top}px`;
    handle.style.setProperty("--line", `${at.height}px`);
    handle.setAttribute("aria-valuenow", String(range[edge]));
    handle.setAttribute("aria-valuetext", this.#words(range, edge));
  }

  /** The words at a boundary, for those who hear where it is. */
  #words({ start, end }: Range, edge: Edge): string {
    const { offsets } = this.#bench.parts;
    return edge === "start" ? `“${offsets.slice(start, Math.min(end, start + 30))}…` : `…${offsets.slice(Math.max(start, end - 30), end)}”`;
  }

  #grab(event: PointerEvent, grip: Grip): void {
    const annotation = this.#bench.current;
    if (!annotation || event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    grip.element.setPointerCapture(event.pointerId);
    grip.element.focus({ preventScroll: true });
    this.#root.classList.add("dragging");
    const { offsets, view } = this.#bench.parts;
    const range = annotation.fragments[grip.index]!;
    const at = view.edge(offsets.units(range[grip.edge]), grip.edge);
    // The finger is on the knob, above or below the line that is meant.
    this.#dragged = { grip, annotation, range, lift: at ? event.clientY - (at.top + at.height / 2) : 0 };
  }

  #drag(event: PointerEvent): void {
    const dragged = this.#dragged;
    if (!dragged) return;
    const to = this.#offsetAt(event.clientX, event.clientY - dragged.lift, dragged.grip.edge, event.altKey);
    if (to === undefined) return;
    const range = { ...dragged.annotation.fragments[dragged.grip.index]!, [dragged.grip.edge]: to };
    if (!changing(dragged.annotation.fragments, dragged.grip.index, range)) return;
    this.#dragged = { ...dragged, range };
    this.#place(dragged.grip, dragged.annotation, range);
    moving?.clear();
    moving?.add(this.#bench.parts.view.still(TextView.stretch(range, this.#bench.parts.offsets)));
  }

  /** The boundary nearest to a point of the window, snapped as people have set it. */
  #offsetAt(x: number, y: number, edge: Edge, exactly: boolean): number | undefined {
    const { view, boundaries, offsets, selection } = this.#bench.parts;
    const unit = view.boundaryFromPoint(x, y);
    if (unit === undefined) return undefined;
    const whole = selection.snap;
    const snapped = whole === "none" || exactly ? boundaries.before(unit) : boundaries.widen({ start: unit, end: unit }, whole)[edge];
    return offsets.codePoints(snapped);
  }

  #end(take: boolean): void {
    const dragged = this.#dragged;
    if (!dragged) return;
    this.#dragged = undefined;
    this.#root.classList.remove("dragging");
    moving?.clear();
    const now = this.#bench.set.annotation(dragged.annotation.id);
    if (take && now?.fragments.length === dragged.annotation.fragments.length) this.#tagging.reshape(now, dragged.grip.index, dragged.range);
    this.#show();
  }

  #key(event: KeyboardEvent, { index, edge }: Grip): void {
    const by = ({ ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 } as const)[event.key as "ArrowLeft"];
    const annotation = this.#bench.current;
    if (by === undefined || !annotation || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.#tagging.shift(annotation, index, edge, event.shiftKey ? "word" : "character", by);
  }
}

/** What a handle is called: which boundary, and of which fragment where there are several. */
function nameOf(edge: Edge, index: number, fragments: number): string {
  if (fragments === 1) return edge === "start" ? t("Beginning") : t("End");
  return edge === "start" ? t("Beginning of part %d", index + 1) : t("End of part %d", index + 1);
}
