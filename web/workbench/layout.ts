import type { Range } from "./fragments";
import type { Offsets } from "./offsets";
import { TextView } from "./textview";

/** Block is where a block of the text stands, from the top of the text. */
interface Block {
  readonly start: number; // code points
  readonly top: number;
  readonly height: number;
}

/**
 * Layout knows how far below the top of the text each place in it stands:
 * exactly where it has been looked at, and about right elsewhere, for looking
 * at every place takes longer than people should wait.
 */
export class Layout {
  readonly #view: TextView;
  readonly #offsets: Offsets;
  readonly #exact = new Map<number, number>();
  #blocks: readonly Block[] | undefined;

  constructor(view: TextView, offsets: Offsets) {
    this.#view = view;
    this.#offsets = offsets;
  }

  /** Forgets all: the text stands otherwise now. */
  clear(): void {
    this.#blocks = undefined;
    this.#exact.clear();
  }

  /** The height of the line that offset is on, as far as it is known. */
  height(offset: number): number {
    return this.#exact.get(offset) ?? this.#estimate(offset);
  }

  /** Looks at where offset is, and reports whether that is news. */
  look(offset: number): boolean {
    if (this.#exact.has(offset)) return false;
    const was = this.#estimate(offset);
    const range = this.#view.range(TextView.stretch({ start: offset, end: offset + 1 }, this.#offsets));
    const y = Math.round(range.getBoundingClientRect().top - this.#view.root.getBoundingClientRect().top);
    this.#exact.set(offset, y);
    return y !== was;
  }

  /** The code points of the blocks that show in the window, and margin pixels around it. */
  shown(margin: number): Range {
    const blocks = this.#measured();
    const top = -this.#view.root.getBoundingClientRect().top - margin;
    const first = blocks.findIndex((block) => block.top + block.height > top);
    const after = blocks.findIndex((block) => block.top > top + innerHeight + 2 * margin);
    return { start: blocks[Math.max(first, 0)]?.start ?? 0, end: blocks[after]?.start ?? this.#offsets.length };
  }

  /** As if the text of a block were spread evenly over it. */
  #estimate(offset: number): number {
    const blocks = this.#measured();
    let low = 0;
    let high = blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (blocks[middle]!.start <= offset) low = middle;
      else high = middle - 1;
    }
    const block = blocks[low];
    if (!block) return 0;
    const end = blocks[low + 1]?.start ?? this.#offsets.length;
    return Math.round(block.top + block.height * Math.min(1, Math.max(0, (offset - block.start) / (end - block.start))));
  }

  #measured(): readonly Block[] {
    if (!this.#blocks) {
      const top = this.#view.root.getBoundingClientRect().top;
      this.#blocks = this.#view.blocks.map((block) => {
        const rect = block.getBoundingClientRect();
        return { start: Number(block.dataset["start"]), top: rect.top - top, height: rect.height };
      });
    }
    return this.#blocks;
  }
}
