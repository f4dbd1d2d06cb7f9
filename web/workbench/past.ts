import { number, t } from "../language/_words";
import type { Annotations } from "./annotationset";
import type { Bench } from "./bench";
import type { Command } from "./commands";
import { find } from "./dom";
import type { Range } from "./fragments";
import { sameContent } from "./history";
import { Logbook } from "./logbook";
import { news } from "./news";
import { idOf } from "./operations";
import { type Passage, passages } from "./passages";
import type { Annotation, Link, LogEntry } from "./record";
import type { Scroller } from "./scroller";
import { type Moved, Snapshot } from "./snapshot";
import { TextView } from "./textview";
import { moment } from "./times";

/** What a step has done to a stretch of the text. */
const marks = ["new", "gone", "same"] as const;

/**
 * Past shows the article as it was: the same text and cards, to be read only,
 * with what each step changed marked in the text, and a bar to go back and
 * forth by.
 */
export class Past {
  readonly #bench: Bench;
  readonly #scroller: Scroller;
  readonly #bar = find<HTMLElement>("#past-bar");
  readonly #slider = find<HTMLInputElement>("#past-seq");
  readonly #restoring = document.querySelector<HTMLButtonElement>("#past-restore"); // not for readers
  readonly #marks = new Map(marks.map((mark) => [mark, "highlights" in CSS ? new Highlight() : undefined]));
  #snapshot: Snapshot | undefined;
  #logbook = new Logbook(0, () => Promise.resolve([]));
  /** The number of the change set after which the article is shown. */
  #seq = 0;
  /** The number that was asked for last. */
  #wanted = 0;
  /** How far from the newest change to begin, while the article is read. */
  #opening: number | undefined;

  constructor(bench: Bench, scroller: Scroller) {
    this.#bench = bench;
    this.#scroller = scroller;
    find("#past-open").addEventListener("click", (event) => {
      if (event instanceof MouseEvent && (event.ctrlKey || event.metaKey || event.shiftKey)) return; // to its page
      event.preventDefault();
      void this.#enter(0);
    });
    find("#past-leave").addEventListener("click", () => this.leave());
    find("#past-back").addEventListener("click", () => this.#step(-1));
    find("#past-on").addEventListener("click", () => this.#step(1));
    this.#slider.addEventListener("input", () => void this.#goTo(this.#slider.valueAsNumber));
    this.#restoring?.addEventListener("click", () => void this.#restore());
    bench.logged.listen((entry) => {
      if (!this.#snapshot) return;
      this.#logbook.take(entry);
      this.#draw();
    });
    for (const [mark, highlight] of this.#marks) {
      if (!highlight) continue;
      highlight.priority = 8;
      CSS.highlights.set(`step-${mark}`, highlight);
    }
  }

  get commands(): Command[] {
    const group = t("Looking back");
    const line = t("Back, forward one change");
    return [
      { group, words: t("Step through the history"), keys: ["F8"], does: () => (this.#snapshot ? this.leave() : void this.#enter(0)) },
      { group, words: t("Back one change"), line, keys: ["["], does: () => this.#step(-1) },
      { group, words: t("Forward one change"), line, keys: ["]"], can: () => this.#snapshot !== undefined, does: () => this.#snapshot !== undefined && this.#step(1) },
    ];
  }

  /** Shows the present again, and reports whether that is news. */
  leave(): boolean {
    if (!this.#snapshot) return false;
    this.#snapshot = undefined;
    for (const highlight of this.#marks.values()) highlight?.clear();
    this.#bench.focus(undefined);
    this.#bench.set.show(undefined);
    this.#show(false);
    this.#bench.parts.view.root.focus({ preventScroll: true });
    this.#bench.parts.announce(t("The article as it is now."));
    return true;
  }

  #step(by: 1 | -1): void {
    if (this.#snapshot) void this.#goTo(this.#wanted + by);
    else void this.#enter(by);
  }

  /** Begins at the newest change, or so many steps from it. */
  async #enter(by: number): Promise<void> {
    if (this.#opening !== undefined) {
      this.#opening += by;
      return;
    }
    this.#opening = by;
    const { announce, api, editor } = this.#bench.parts;
    try {
      const article = await api.article();
      this.#snapshot = new Snapshot({ ...article, annotations: article.annotations.map((one) => sameAs(editor.set, one)), links: article.links.map((one) => sameAs(editor.set, one)) });
      this.#logbook = new Logbook(article.seq, (before) => api.log(before));
      this.#seq = this.#wanted = article.seq;
      this.#bench.parts.selection.clear();
      this.#bench.focus(undefined);
      this.#bench.set.show(this.#snapshot);
      this.#draw();
      this.#show(true);
      this.#slider.focus();
      void this.#goTo(article.seq + this.#opening);
    } catch {
      announce(t("The history could not be read. Try again once the server can be reached."));
      find("#heard").textContent = t("The history could not be read.");
    } finally {
      this.#opening = undefined;
    }
  }

  /** Shows the article after the change set of a number, as near to it as the log goes. */
  async #goTo(seq: number): Promise<void> {
    const wanted = Math.min(Math.max(seq, this.#logbook.base), this.#logbook.newest);
    this.#wanted = wanted;
    try {
      await this.#logbook.reach(wanted);
    } catch {
      this.#wanted = this.#seq;
      this.#bench.parts.announce(t("The history could not be read. Try again once the server can be reached."));
      return this.#draw();
    }
    if (this.#wanted !== wanted || !this.#snapshot) return;
    this.#wanted = Math.max(wanted, this.#logbook.base);
    this.#walk(this.#snapshot);
    this.#mark(this.#snapshot);
    this.#draw();
  }

  /** Goes along the log to what is wanted. */
  #walk(snapshot: Snapshot): void {
    const moved: Moved = { annotations: new Set(), links: new Set(), ends: new Set() };
    while (this.#seq > this.#wanted) snapshot.undo(this.#logbook.entry(this.#seq--)!, moved);
    while (this.#seq < this.#wanted) snapshot.redo(this.#logbook.entry(++this.#seq)!, moved);
    snapshot.review(this.#logbook.entry(this.#seq + 1)?.created_at, moved);
    this.#bench.set.moved(moved);
  }

  /** Marks in the text what the change set has changed, and has it in sight. */
  #mark(snapshot: Snapshot): void {
    for (const highlight of this.#marks.values()) highlight?.clear();
    const entry = this.#logbook.entry(this.#seq);
    if (!entry) return;
    const { offsets, view } = this.#bench.parts;
    const found: Range[] = [];
    for (const { start, end, before, after } of changed(entry, snapshot)) {
      const mark = before && after ? "same" : after ? "new" : "gone";
      this.#marks.get(mark)?.add(view.still(TextView.stretch({ start, end }, offsets)));
      found.push({ start, end });
    }
    const first = found.sort((a, b) => a.start - b.start)[0];
    if (first) this.#scroller.show(first);
  }

  /** Writes into the bar where the article is shown as of. */
  #draw(): void {
    const { newest, base } = this.#logbook;
    const entry = this.#logbook.entry(this.#seq);
    const isNewest = this.#seq === newest;
    this.#slider.min = String(base);
    this.#slider.max = String(newest);
    this.#slider.value = String(this.#seq);
    this.#slider.setAttribute("aria-valuetext", t("Change %d of %d", this.#seq, newest));
    find(".count", this.#bar).textContent = `${number(this.#seq)} / ${number(newest)}`;
    find("#past-back").setAttribute("aria-disabled", String(this.#seq <= base));
    find("#past-on").setAttribute("aria-disabled", String(isNewest));
    this.#restoring?.setAttribute("aria-disabled", String(isNewest));
    find(".when", this.#bar).textContent = isNewest ? t("As it is now.") : entry ? t("As of %s", moment(entry.created_at)) : t("Before the first change.");
    find(".did", this.#bar).textContent = entry ? `${this.#bench.parts.directory.person(entry.author)} ${news(entry, this.#bench.parts.codes)}` : "";
  }

  /** Makes the article what is shown, as a change like any other. */
  async #restore(): Promise<void> {
    const { announce, api, editor } = this.#bench.parts;
    const seq = this.#seq;
    if (seq === this.#logbook.newest) return;
    if (editor.queue.length > 0) return announce(t("Some of your changes are not saved yet. Restoring has to wait for them."));
    try {
      const operations = await api.restoration(seq);
      this.leave();
      editor.do(t("restore the state after change %d", seq), operations);
      announce(t("Restored. Undo takes it back."));
    } catch {
      announce(t("The history could not be read. Try again once the server can be reached."));
    }
  }

  #show(past: boolean): void {
    this.#bar.hidden = !past;
    find("#workbench").classList.toggle("past-shown", past);
  }
}

/** The record as the page has it already, if that says the same: what is the same need not be painted again. */
function sameAs<T extends Annotation | Link>(there: Annotations, record: T): T {
  const known = there.annotation(record.id) ?? there.link(record.id);
  const same = known?.version === record.version && sameContent(known, record) && reviewOf(known) === reviewOf(record);
  return same ? (known as T) : record;
}

function reviewOf(record: Annotation | Link): string | undefined {
  return "kind" in record ? record.review_state : undefined;
}

/** The stretches of the text that a change set is about: of what it did to links, those that they lead from. */
function changed({ operations, inverse }: LogEntry, after: Annotations): Passage[] {
  const before = new Map(inverse.map((operation) => [idOf(operation), operation]));
  return operations.filter(({ op }) => op !== "touch").flatMap((operation) => {
    const was = before.get(idOf(operation));
    if (operation.annotation) {
      const fragments = (of: typeof was) => (of && of.op !== "delete" && of.annotation ? of.annotation.fragments : []);
      return passages(fragments(was), fragments(operation));
    }
    const put = [operation, was].find((one) => one?.op === "put" && one.link) as { readonly link: Link } | undefined;
    const from = put ? (after.annotation(put.link.from)?.fragments ?? []) : [];
    return passages(from, from);
  });
}
