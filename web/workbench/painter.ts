import { partsOf } from "./attribution";
import type { Bench } from "./bench";
import { oncePerFrame } from "./dom";
import type { Range } from "./fragments";
import { sameFragments } from "./history";
import type { Layout } from "./layout";
import type { Annotation, Kind } from "./record";
import { TextView } from "./textview";

/** Whether this browser can paint text without wrapping it in elements. */
export const canPaint = "highlights" in CSS;

/** Painting is as much of an annotation as it takes to paint it. */
export type Painting = Pick<Annotation, "id" | "kind" | "fragments">;

/** From so many claims on, looking at all that are painted is less work than looking round each. */
const many = 50;

interface Painted {
  readonly record: Painting;
  readonly name: string;
  readonly ranges: readonly StaticRange[];
}

/**
 * Painter shows annotations in the text with the CSS Custom Highlight API:
 * one highlight for each kind, and others over them for what is attended to
 * and for what has just come in. It paints what is near the window only, for
 * browsers look at every range again whenever one of them changes.
 */
export class Painter {
  readonly #bench: Bench;
  readonly #highlights = new Map<string, Highlight>();
  readonly #painted = new Map<string, Painted>();
  /** Which annotations are not to be painted. */
  hides: (annotation: Painting) => boolean = () => false;
  #attended: string[] = [];
  #attendedTo: string | undefined;
  /** The part of the text that is painted. */
  #window: Range = { start: 0, end: 0 };

  constructor(bench: Bench) {
    this.#bench = bench;
    if (canPaint) document.adoptedStyleSheets.push(styleSheet(bench.parts.codes.kinds));
  }

  /** Keeps what is painted up with the annotations, and with what shows. */
  follow(layout: Layout): void {
    if (!canPaint) return;
    const bench = this.#bench;
    const keepUp = oncePerFrame(() => this.#keepUp(layout));
    addEventListener("scroll", keepUp, { passive: true });
    new ResizeObserver(keepUp).observe(bench.parts.view.root);
    addEventListener("beforeprint", () => this.#move({ start: 0, end: bench.parts.offsets.length }));
    bench.set.listen(({ annotations, ends, by }) => {
      this.update(annotations);
      if (by !== undefined) this.#flash(annotations);
      const attended = this.#attendedTo === undefined ? [] : [this.#attendedTo, ...partsOf(bench.set, this.#attendedTo).map(({ id }) => id)];
      if (attended.some((id) => annotations.has(id) || ends.has(id))) this.attend(this.#attendedTo);
    });
  }

  /** Paints, of annotations that the bench does not know yet, those in a part of the text. */
  preview(annotations: readonly Painting[], window: Range): void {
    if (!canPaint) return;
    this.#window = window;
    const shown = new Map(annotations.filter((a) => this.#shows(a)).map((a) => [a.id, a]));
    for (const [id, was] of this.#painted) if (!shown.has(id)) this.#erase(id, was);
    for (const [id, annotation] of shown) if (!this.#painted.has(id)) this.#paint(annotation, highlightOf(annotation.kind));
  }

  /** Keeps what is painted around what shows. */
  #keepUp(layout: Layout): void {
    const near = layout.shown(innerHeight / 2);
    if (this.#window.start <= near.start && near.end <= this.#window.end) return;
    this.#move(layout.shown(innerHeight * 1.5));
  }

  #move(window: Range): void {
    this.#window = window;
    for (const [id, was] of this.#painted) if (!this.#shows(was.record)) this.#erase(id, was);
    for (const { id } of this.#bench.spans.overlapping(window.start, window.end)) {
      const annotation = this.#bench.set.annotation(id)!;
      if (!this.#painted.has(id) && !this.hides(annotation)) this.#paint(annotation);
    }
    this.attend(this.#attendedTo);
  }

  /** Looks again at what is hidden. */
  refresh(): void {
    if (canPaint) this.#move(this.#window);
  }

  #shows(annotation: Painting): boolean {
    return this.#isNear(annotation) && !this.hides(annotation);
  }

  #isNear({ fragments }: Painting): boolean {
    return fragments.some((f) => f.start < this.#window.end && this.#window.start < f.end);
  }

  /** Paints what each id is now, or takes away what it was. */
  update(ids: Iterable<string>): void {
    if (!canPaint) return;
    const claims: Painting[] = [];
    for (const id of ids) {
      const record = this.#bench.set.annotation(id);
      const was = this.#painted.get(id);
      if (was && record && was.record.kind === record.kind && sameFragments(was.record.fragments, record.fragments) && was.name === this.#nameFor(record) && !this.hides(record)) continue;
      if (was) this.#erase(id, was);
      if (record && this.#shows(record)) this.#paint(record);
      for (const moved of [was?.record, record]) if (moved?.kind === "claim") claims.push(moved);
    }
    this.#regroup(claims);
  }

  /** Looks again at which claims lie within which, where some have come or gone. */
  #regroup(moved: readonly Painting[]): void {
    for (const id of moved.length < many ? this.#near(moved) : [...this.#painted.keys()]) {
      const was = this.#painted.get(id);
      if (!was || this.#nameFor(was.record) === was.name) continue;
      this.#erase(id, was);
      this.#paint(was.record);
    }
  }

  /** Whatever overlaps the moved. */
  #near(moved: readonly Painting[]): Set<string> {
    const { spans } = this.#bench;
    return new Set(moved.flatMap(({ fragments }) => fragments.flatMap(({ start, end }) => spans.overlapping(start, end).map(({ id }) => id))));
  }

  /** Brings out the attribution that an annotation is part of, and no other. */
  attend(id: string | undefined): void {
    if (!canPaint) return;
    for (const name of this.#attended) this.#highlight(name).clear();
    this.#attended = [];
    this.#attendedTo = id;
    for (const part of id === undefined ? [] : partsOf(this.#bench.set, id)) {
      const record = this.#bench.set.annotation(part.id);
      if (!record || !this.#isNear(record)) continue;
      const name = highlightOf(record.kind, part.id === id ? "focused" : "attended");
      this.#attended.push(name);
      for (const range of this.#rangesOf(record)) this.#highlight(name).add(range);
    }
  }

  /** Marks what somebody else has just changed, for a moment. */
  #flash(ids: Iterable<string>): void {
    const ranges = [...ids].flatMap((id) => this.#painted.get(id)?.ranges ?? []);
    const highlight = this.#highlight("fresh");
    ranges.forEach((range) => highlight.add(range));
    setTimeout(() => ranges.forEach((range) => highlight.delete(range)), 2500);
  }

  #paint(record: Painting, name = this.#nameFor(record)): void {
    const ranges = this.#rangesOf(record);
    const highlight = this.#highlight(name);
    for (const range of ranges) highlight.add(range);
    this.#painted.set(record.id, { record, name, ranges });
  }

  #erase(id: string, { name, ranges }: Painted): void {
    const highlight = this.#highlight(name);
    for (const range of ranges) highlight.delete(range);
    this.#painted.delete(id);
  }

  #rangesOf({ fragments }: Painting): StaticRange[] {
    return fragments.map((fragment) => this.#bench.parts.view.still(TextView.stretch(fragment, this.#bench.parts.offsets)));
  }

  /** A claim that begins within another is painted over it. */
  #nameFor({ id, kind, fragments }: Painting): string {
    const first = fragments[0];
    if (kind !== "claim" || !first) return highlightOf(kind);
    const inner = this.#bench.spans.at(first.start).some((span) =>
      span.id !== id && this.#bench.set.annotation(span.id)?.kind === "claim" &&
      (span.end - span.start > first.end - first.start || (span.end - span.start === first.end - first.start && span.id < id)));
    return highlightOf(kind, inner ? "inner" : undefined);
  }

  #highlight(name: string): Highlight {
    let highlight = this.#highlights.get(name);
    if (!highlight) {
      highlight = new Highlight();
      highlight.priority = priorityOf(name);
      this.#highlights.set(name, highlight);
      CSS.highlights.set(name, highlight);
    }
    return highlight;
  }
}

type Level = "inner" | "attended" | "focused";

function highlightOf(kind: string, level?: Level): string {
  return level ? `${level}-${kind}` : `kind-${kind}`;
}

const levels = ["kind", "inner", "attended", "focused", "fresh"];

function priorityOf(name: string): number {
  return levels.indexOf(name.split("-", 1)[0]!);
}

/** How the kinds other than the claim are drawn, in the order of the codebook. */
const lines = ["solid", "double", "dotted", "dashed", "wavy"];

/** The rules for each kind's highlights, in the colours the codebook gives them. */
function styleSheet(kinds: readonly Kind[]): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  let underlined = 0;
  for (const { name, color } of kinds) {
    const rules = name === "claim" ? [...washed(name, color), framed(name)] : ruled(name, color, lines[underlined++ % lines.length]!);
    for (const rule of rules) sheet.insertRule(rule, sheet.cssRules.length);
  }
  return sheet;
}

function washed(kind: string, color: string): string[] {
  const wash = (share: number) => `background-color: color-mix(in oklab, var(--${color}-mark) ${share}%, var(--${color}-wash))`;
  return [
    `#text::highlight(${highlightOf(kind)}) { background-color: var(--${color}-wash) }`,
    `#text::highlight(${highlightOf(kind, "inner")}) { ${wash(9)} }`,
    `#text::highlight(${highlightOf(kind, "attended")}) { ${wash(9)} }`,
    `#text::highlight(${highlightOf(kind, "focused")}) { ${wash(16)}; text-decoration: underline solid var(--${color}-mark) 1px; text-underline-offset: 0.34em }`,
  ];
}

/** Lines above and below, where the system's colours may leave nothing of a wash. */
function framed(kind: string): string {
  const frame = (level: Level | undefined, thickness: number) =>
    `#text::highlight(${highlightOf(kind, level)}) { text-decoration: underline overline solid CanvasText ${thickness}px; text-underline-offset: 0.34em }`;
  return `@media (forced-colors: active) { ${frame(undefined, 1)} ${frame("inner", 1)} ${frame("attended", 1)} ${frame("focused", 3)} }`;
}

function ruled(kind: string, color: string, line: string): string[] {
  const thickness = line === "double" ? "1.5px" : "2px";
  const rule = `text-decoration: underline ${line} var(--${color}-mark) ${thickness}; text-underline-offset: 0.22em`;
  return [
    `#text::highlight(${highlightOf(kind)}) { ${rule} }`,
    `#text::highlight(${highlightOf(kind, "attended")}) { background-color: var(--${color}-wash); ${rule} }`,
    `#text::highlight(${highlightOf(kind, "focused")}) { background-color: color-mix(in oklab, var(--${color}-mark) 14%, var(--${color}-wash)); ${rule} }`,
  ];
}
