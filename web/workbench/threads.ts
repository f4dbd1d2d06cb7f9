import { partsOf } from "./attribution";
import type { Bench } from "./bench";
import { find, oncePerFrame } from "./dom";
import { TextView } from "./textview";

const svg = "http://www.w3.org/2000/svg";
/**
 * Threads draws the links of the focused annotation: thin lines in the margin
 * from where a claim begins to where its speaker, source or cue stands.
 */
export class Threads {
  readonly #bench: Bench;
  readonly #root = find<SVGSVGElement>("#threads");
  readonly draw = oncePerFrame(() => this.#draw());

  constructor(bench: Bench) {
    this.#bench = bench;
    bench.attention.listen(this.draw);
    bench.set.listen(this.draw);
    new ResizeObserver(this.draw).observe(bench.parts.view.root);
  }

  #draw(): void {
    const id = this.#bench.focused;
    const edge = this.#root.clientWidth - 14; // where lines begin and end: just beside the text
    const from = id === undefined ? undefined : this.#place(id);
    const drawn = new Set<number>();
    const lines: SVGElement[] = [];
    for (const part of id === undefined || !from ? [] : partsOf(this.#bench.set, id)) {
      const to = part.id === id ? undefined : this.#place(part.id);
      if (!to) continue;
      const color = this.#bench.parts.codes.kind(this.#bench.set.annotation(part.id)!.kind)?.color ?? "slate";
      lines.push(...thread(from!, to, edge, color, drawn));
    }
    if (lines.length > 0) lines.push(dot(edge, from!, this.#bench.parts.codes.kind(this.#bench.current!.kind)?.color ?? "slate"));
    this.#root.replaceChildren(...lines);
  }

  /** The middle of the line an annotation begins on, from the top of the drawing. */
  #place(id: string): number | undefined {
    const { view, offsets } = this.#bench.parts;
    const fragment = this.#bench.set.annotation(id)?.fragments[0];
    if (!fragment) return undefined;
    const rect = view.range(TextView.stretch({ start: fragment.start, end: fragment.start + 1 }, offsets)).getBoundingClientRect();
    return Math.round(rect.top + rect.height / 2 - this.#root.getBoundingClientRect().top);
  }
}

/** A line in the margin between two heights, with a dot at its far end. */
function thread(from: number, to: number, edge: number, color: string, drawn: Set<number>): SVGElement[] {
  if (drawn.has(to)) return [];
  drawn.add(to);
  if (Math.abs(from - to) < 4) return [dot(edge + 7, to, color)];
  const path = document.createElementNS(svg, "path");
  const out = edge - Math.min(edge - 3, 8 + Math.abs(from - to) / 8);
  path.setAttribute("d", `M${edge} ${from}C${out} ${from} ${out} ${to} ${edge} ${to}`);
  path.setAttribute("class", `thread color-${color}`);
  return [path, dot(edge, to, color)];
}

function dot(x: number, y: number, color: string): SVGElement {
  const circle = document.createElementNS(svg, "circle");
  circle.setAttribute("cx", String(x));
  circle.setAttribute("cy", String(y));
  circle.setAttribute("r", "2.5");
  circle.setAttribute("class", `end color-${color}`);
  return circle;
}
