import type { Stretch } from "./boundaries";
import type { Range as CodePoints } from "./fragments";
import type { Offsets } from "./offsets";

/** Point is a place in the document tree. */
interface Point {
  readonly node: Text;
  readonly offset: number;
}

/** Direction is that in which text runs. */
export type Direction = "ltr" | "rtl";

/**
 * TextView is the article's text as it stands on the page. Its text nodes,
 * one after the other, are the text of the revision, white space between
 * blocks included, and nothing ever changes them: places in the page and
 * offsets in the text are the same thing twice.
 */
export class TextView {
  readonly root: HTMLElement;
  /** The whole text. */
  readonly text: string;
  readonly #nodes: Text[] = [];
  /** Where each node begins, in UTF-16 code units. */
  readonly #starts: number[] = [];
  readonly #startOf = new Map<Node, number>();

  constructor(root: HTMLElement) {
    this.root = root;
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    let at = 0;
    for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
      this.#nodes.push(node);
      this.#starts.push(at);
      this.#startOf.set(node, at);
      at += node.length;
    }
    this.text = this.#nodes.map(({ data }) => data).join("");
  }

  /** The blocks of the text, in order. */
  get blocks(): HTMLElement[] {
    return Array.from(this.root.querySelectorAll<HTMLElement>("[data-start]"));
  }

  /** The direction of the block that a code unit stands in. */
  direction(unit: number): Direction {
    return this.#point(unit, "start").node.parentElement?.closest<HTMLElement>("[dir]")?.dir === "rtl" ? "rtl" : "ltr";
  }

  /** The code unit that a place in the document stands for, if it is in the text. */
  unitAt(node: Node, offset: number): number | undefined {
    const start = this.#startOf.get(node);
    if (start !== undefined) return start + offset;
    if (!this.root.contains(node)) return undefined;
    const next = node.childNodes[offset];
    if (next) return this.#firstWithin(next) ?? this.unitAt(node, offset + 1);
    if (node === this.root) return this.text.length;
    const index = Array.prototype.indexOf.call(node.parentNode!.childNodes, node);
    return this.unitAt(node.parentNode!, index + 1);
  }

  /** What of the text is selected, cut to the text; undefined for nothing. */
  selected(selection: Selection | null): Stretch | undefined {
    if (!selection || selection.rangeCount === 0 || selection.isCollapsed) return undefined;
    const range = selection.getRangeAt(0);
    if (!range.intersectsNode(this.root)) return undefined;
    const whole = document.createRange();
    whole.selectNodeContents(this.root);
    const begins = range.compareBoundaryPoints(Range.START_TO_START, whole) < 0;
    const ends = range.compareBoundaryPoints(Range.END_TO_END, whole) > 0;
    const start = begins ? 0 : this.unitAt(range.startContainer, range.startOffset);
    const end = ends ? this.text.length : this.unitAt(range.endContainer, range.endOffset);
    return start !== undefined && end !== undefined && start < end ? { start, end } : undefined;
  }

  /** A range that stays as it is: the text below it never changes. */
  still({ start, end }: Stretch): StaticRange {
    const [from, to] = [this.#point(start, "start"), this.#point(end, "end")];
    return new StaticRange({ startContainer: from.node, startOffset: from.offset, endContainer: to.node, endOffset: to.offset });
  }

  /** A range that can be measured and selected. */
  range({ start, end }: Stretch): Range {
    const still = this.still({ start, end });
    const range = document.createRange();
    range.setStart(still.startContainer, still.startOffset);
    range.setEnd(still.endContainer, still.endOffset);
    return range;
  }

  /** The code unit of the character that is painted at a point of the window. */
  unitFromPoint(x: number, y: number): number | undefined {
    const place = caretAt(x, y);
    const unit = place && this.unitAt(place.node, place.offset);
    if (unit === undefined) return undefined;
    // The caret's place is between two characters: the point is on one of them.
    return [unit, unit - 1].find((u) => u >= 0 && u < this.text.length && covers(this.range({ start: u, end: u + 1 }), x, y));
  }

  /**
   * Where a boundary is seen: beside the character that begins at unit, or for
   * an end beside the one that ends there; the other where that does not show.
   */
  edge(unit: number, edge: "start" | "end"): { left: number; top: number; height: number } | undefined {
    const beside = (at: number, side: "start" | "end") => {
      if (at < 0 || at >= this.text.length) return undefined;
      const rects = this.range({ start: at, end: at + 1 }).getClientRects();
      const rect = rects[side === "start" ? 0 : rects.length - 1];
      if (!rect || rect.height === 0) return undefined;
      const leftward = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u.test(this.text[at]!);
      return { left: (side === "start") === leftward ? rect.right : rect.left, top: rect.top, height: rect.height };
    };
    return edge === "start" ? (beside(unit, "start") ?? beside(unit - 1, "end")) : (beside(unit - 1, "end") ?? beside(unit, "start"));
  }

  /** The boundary between two code units that is nearest to a point of the window. */
  boundaryFromPoint(x: number, y: number): number | undefined {
    const place = caretAt(x, y);
    return place && this.unitAt(place.node, place.offset);
  }

  /** The code unit at which the first line begins that shows below a height of the window; the text's end if none does. */
  unitBelow(y: number): number {
    const block = this.blocks.find((one) => one.getBoundingClientRect().bottom > y + 1);
    if (!block) return this.text.length;
    const range = document.createRange();
    range.selectNodeContents(block);
    const line = Array.from(range.getClientRects()).find(({ top, height }) => height > 0 && top >= y);
    const { left, right } = block.getBoundingClientRect();
    const begins = block.dir === "rtl" ? right - 1 : left + 1;
    return (line && this.boundaryFromPoint(begins, line.top + line.height / 2)) ?? this.#firstWithin(block) ?? 0;
  }

  /** The text from start to end, in code units. */
  static stretch({ start, end }: CodePoints, offsets: Offsets): Stretch {
    return { start: offsets.units(start), end: offsets.units(end) };
  }

  #firstWithin(node: Node): number | undefined {
    if (this.#startOf.has(node)) return this.#startOf.get(node);
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    const first = walker.nextNode();
    return first ? this.#startOf.get(first) : undefined;
  }

  /** The place of a unit: at the beginning of a node for a start, at the end of one for an end. */
  #point(unit: number, edge: "start" | "end"): Point {
    let low = 0;
    let high = this.#nodes.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      const start = this.#starts[middle]!;
      if (edge === "start" ? start <= unit : start < unit) low = middle;
      else high = middle - 1;
    }
    return { node: this.#nodes[low]!, offset: unit - this.#starts[low]! };
  }
}

function caretAt(x: number, y: number): { node: Node; offset: number } | undefined {
  if ("caretPositionFromPoint" in document) {
    const position = document.caretPositionFromPoint(x, y);
    return position ? { node: position.offsetNode, offset: position.offset } : undefined;
  }
  // Safari has it by its old name only.
  const range = (document as Document).caretRangeFromPoint?.(x, y);
  return range ? { node: range.startContainer, offset: range.startOffset } : undefined;
}

function covers(range: Range, x: number, y: number): boolean {
  return Array.from(range.getClientRects()).some((r) => x >= r.left - 1 && x <= r.right + 1 && y >= r.top - 2 && y <= r.bottom + 2);
}
