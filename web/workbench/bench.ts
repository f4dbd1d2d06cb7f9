import { t } from "../language/_words";
import type { Api } from "./api";
import { isUnattributed } from "./attribution";
import type { Boundaries } from "./boundaries";
import type { Codes } from "./codes";
import type { Directory } from "./directory";
import type { Editor } from "./editor";
import type { Offsets } from "./offsets";
import { ReadingOrder } from "./order";
import type { Annotation, LogEntry } from "./record";
import type { TextSelection } from "./selection";
import { ShownSet } from "./shownset";
import { Signal } from "./signal";
import { Spans } from "./spans";
import type { Direction, TextView } from "./textview";

/** Attention is a change of what is focused. */
export interface Attention {
  readonly id: string | undefined;
  /** Whether the text is to be scrolled to it. */
  readonly scroll: boolean;
  /** Whether the keyboard is to go into its card. */
  readonly enter: boolean;
}

/** Parts is what a bench is made of. */
export interface Parts {
  readonly project: string;
  readonly editor: Editor;
  readonly api: Api;
  readonly codes: Codes;
  readonly directory: Directory;
  readonly view: TextView;
  readonly offsets: Offsets;
  readonly boundaries: Boundaries;
  readonly selection: TextSelection;
  /** Whether who is here may tag, or only read. */
  readonly mayTag: boolean;
  readonly announce: (words: string) => void;
}

/** Bench is what the parts of the page share: the article, and what is looked at. */
export class Bench {
  readonly parts: Parts;
  /** The annotations that the page shows. */
  readonly set: ShownSet;
  /** The claims, as they stand in the text. */
  readonly claims = new ReadingOrder();
  /** Where in the text every annotation is. */
  readonly spans = new Spans();
  /** The annotation that is focused. */
  focused: string | undefined;
  readonly attention = new Signal<Attention>();
  /** Tells of each change set as it is made, whoever makes it. */
  readonly logged = new Signal<LogEntry>();
  /** Tells when names, reviews or comments are not what they were. */
  readonly renamed = new Signal<void>();
  /** How many annotations of each kind there are. */
  readonly counts = new Map<string, number>();
  /** The claims that nobody says yet. */
  readonly unattributed = new Set<string>();
  readonly #kindOf = new Map<string, string>();

  constructor(parts: Parts) {
    this.parts = parts;
    this.set = new ShownSet(parts.editor.set);
    this.set.listen(({ annotations, ends }) => {
      this.#index(annotations);
      for (const ids of [annotations, ends]) for (const id of ids) this.#attribute(id);
      if (this.focused !== undefined && !this.set.annotation(this.focused)) this.focus(undefined);
    });
  }

  /** Whether what is shown may be changed by who is here: the past may not. */
  get mayTag(): boolean {
    return this.parts.mayTag && !this.set.isPast;
  }

  /** The focused annotation. */
  get current(): Annotation | undefined {
    return this.focused === undefined ? undefined : this.set.annotation(this.focused);
  }

  /** Says that the past is not to be changed. */
  refusePast(): void {
    this.parts.announce(t("Nothing can be changed in the past. Escape leads back to now."));
  }

  focus(id: string | undefined, how: { scroll?: boolean; enter?: boolean } = {}): void {
    this.focused = id !== undefined && this.set.annotation(id) ? id : undefined;
    this.attention.tell({ id: this.focused, scroll: how.scroll ?? false, enter: how.enter ?? false });
  }

  /** The text of an annotation, cut to what fits. */
  quote({ fragments }: Annotation, most = 400): string {
    const whole = fragments.map(({ start, end }) => this.parts.offsets.slice(start, end)).join(" … ").replace(/\s+/g, " ");
    return whole.length <= most ? whole : `${whole.slice(0, cut(whole, most))}…`;
  }

  /** The direction in which the text of an annotation runs. */
  direction({ fragments }: Annotation): Direction {
    const { offsets, view } = this.parts;
    return view.direction(offsets.units(fragments[0]?.start ?? 0));
  }

  /** What an annotation is called: the entity it stands for, else its words. */
  name(annotation: Annotation): string {
    return this.parts.directory.entity(annotation.entity)?.name ?? (this.quote(annotation, 80) || this.parts.codes.label(annotation.kind));
  }

  #index(changed: ReadonlySet<string>): void {
    for (const id of changed) {
      const annotation = this.set.annotation(id);
      this.#count(id, annotation?.kind);
      if (annotation) this.spans.set(id, annotation.fragments);
      else this.spans.delete(id);
      if (annotation?.kind === "claim") this.claims.set(annotation);
      else this.claims.delete(id);
    }
  }

  #attribute(id: string): void {
    const annotation = this.set.annotation(id);
    if (annotation && isUnattributed(this.set, annotation)) this.unattributed.add(id);
    else this.unattributed.delete(id);
  }

  #count(id: string, kind: string | undefined): void {
    const was = this.#kindOf.get(id);
    if (was === kind) return;
    if (was !== undefined) this.counts.set(was, this.counts.get(was)! - 1);
    if (kind === undefined) this.#kindOf.delete(id);
    else {
      this.#kindOf.set(id, kind);
      this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    }
  }
}

/** The last end of a word before most, or else that of a character. */
function cut(text: string, most: number): number {
  const space = text.lastIndexOf(" ", most);
  if (space > most / 2) return space;
  return /[\ud800-\udbff]/.test(text[most - 1]!) ? most - 1 : most;
}
