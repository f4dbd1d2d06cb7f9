import { answering, deleting, linking, proven, putting, rekinding, tagged, tying, unlinking } from "./actions";
import { nearest } from "./attribution";
import type { Bench } from "./bench";
import { changing, extent, including, type Range } from "./fragments";
import { sameFragments } from "./history";
import type { Command } from "./keys";
import type { Annotation, Link, Operation, Role } from "./record";
import { ties, type Tie } from "./roles";

type Nudge = Extract<Command, { name: "nudge" }>;

/** Tagging does what people ask of the bench, and says what it did. */
export class Tagging {
  readonly #bench: Bench;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  /** Tags the selection. What is tagged so already is focused instead. */
  tag(kind: string): void {
    const range = this.#selected();
    if (!range) return;
    const there = this.#alike(kind, range);
    const annotation = there ?? tagged(kind, [range], this.#bench.parts.offsets);
    if (!there) this.#do(`tag ${this.#label(kind)}`, [putting(annotation)]);
    this.#bench.parts.announce(there ? `This is tagged as ${this.#label(kind)} already.` : `${this.#title(kind)} tagged.`);
    this.#bench.parts.selection.clear();
    this.#bench.focus(annotation.id, { enter: !there });
  }

  /** Tags the selection and links it with the focused annotation. */
  tie(kind: string, tie?: Tie): void {
    const focused = this.#bench.current;
    const range = this.#selected();
    if (!focused || !range) return this.tag(kind);
    const way = tie ?? this.#likeliest(focused, kind, range);
    if (!way) return this.tag(kind);
    const there = this.#alike(kind, range);
    const annotation = there ?? tagged(kind, [range], this.#bench.parts.offsets);
    if (annotation.id === focused.id) return;
    const operations = [...(there ? [] : [putting(annotation)]), ...this.#fresh(tying(focused.id, annotation.id, way))];
    this.#do(`tag ${this.#label(kind)}`, operations);
    this.#bench.parts.announce(`${this.#title(kind)} tagged and linked.`);
    this.#bench.parts.selection.clear();
    this.#bench.focus(way.from === "focused" ? focused.id : annotation.id);
  }

  /** Links two annotations, if they are not. */
  link(from: string, role: Role, to: Annotation): void {
    this.#do(`link ${role}`, this.#fresh(linking(from, role, to.id)));
    this.#bench.parts.announce(`${this.#bench.name(to)} linked.`);
  }

  /** Links from with an entity, by the mention it has without any words. */
  linkEntity(from: string, role: Role, kind: string, entity: string): void {
    const silent = [...this.#bench.set.annotations()].find((a) => a.kind === kind && a.entity === entity && a.fragments.length === 0);
    const mention = silent ?? tagged(kind, [], this.#bench.parts.offsets, entity);
    this.#do(`link ${role}`, [...(silent ? [] : [putting(mention)]), ...this.#fresh(linking(from, role, mention.id))]);
    this.#bench.parts.announce(`${this.#bench.name(mention)} linked.`);
  }

  unlink(link: Link): void {
    const to = this.#bench.set.annotation(link.to);
    this.#do(`unlink ${link.role}`, [unlinking(link), ...this.#orphan(link)]);
    if (to) this.#bench.parts.announce(`${this.#bench.name(to)} unlinked.`);
  }

  /** Answers a question of the codebook about an annotation. */
  answer(annotation: Annotation, name: string, value: string | readonly string[]): void {
    this.#do(`code ${name}`, [putting({ ...annotation, attributes: answering(annotation.attributes, name, value) })]);
  }

  /** Answers a question of the codebook about a link. */
  answerLink(link: Link, name: string, value: string | readonly string[]): void {
    this.#do(`code ${name}`, [{ op: "put", link: { ...link, attributes: answering(link.attributes, name, value) } }]);
  }

  /** Says which entity an annotation stands for, or that it stands for none. */
  identify(annotation: Annotation, entity: string | null): void {
    this.#do("choose entity", [putting({ ...annotation, entity })]);
  }

  rekind(annotation: Annotation, kind: string): void {
    this.#do(`make it a ${this.#label(kind)}`, rekinding(annotation, kind, this.#bench.set, this.#bench.parts.codes));
    this.#bench.parts.announce(`Now a ${this.#label(kind)}.`);
  }

  remove(annotation: Annotation): void {
    this.#do(`delete ${this.#label(annotation.kind)}`, [deleting(annotation)]);
    this.#bench.parts.announce(`${this.#title(annotation.kind)} deleted.`);
  }

  /** Adds the selection to the focused annotation. */
  include(): void {
    const [current, range] = [this.#bench.current, this.#bench.parts.selection.range];
    if (!current || !range) return;
    this.#refragment(current, including(current.fragments, range), "add text");
    this.#bench.parts.selection.clear();
  }

  /** Puts the selection in the place of one of the focused annotation's fragments. */
  replace(index = 0): void {
    const [current, range] = [this.#bench.current, this.#bench.parts.selection.range];
    if (!current || !range) return;
    const others = current.fragments.filter((_, i) => i !== index);
    this.#refragment(current, including(others, range), "change text");
    this.#bench.parts.selection.clear();
  }

  /** Takes a fragment away. The last goes only from what has an entity. */
  drop(annotation: Annotation, index: number): void {
    this.#refragment(annotation, annotation.fragments.filter((_, i) => i !== index), "remove text");
  }

  /** Moves a boundary of the focused annotation. */
  nudge({ edge, unit, by }: Nudge): void {
    const current = this.#bench.current;
    if (!current || current.fragments.length === 0) return;
    const { offsets, boundaries } = this.#bench.parts;
    const whole = extent(current.fragments)!;
    const index = current.fragments.findIndex((f) => f[edge] === whole[edge]);
    const moved = offsets.codePoints(boundaries[unit](offsets.units(whole[edge]), by));
    const fragments = changing(current.fragments, index, { ...current.fragments[index]!, [edge]: moved });
    if (fragments) this.#refragment(current, fragments, "move boundary");
  }

  /** Undoes or redoes, and says what. */
  step(way: "undo" | "redo"): void {
    const { editor, announce, directory } = this.#bench.parts;
    const step = editor.step(way);
    if (!step) return announce(way === "undo" ? "There is nothing to undo." : "There is nothing to redo.");
    if ("inverse" in step) return announce(`${way === "undo" ? "Undone" : "Redone"}: ${step.words}.`);
    const who = step.by === undefined ? "It has been deleted" : `${directory.person(step.by)} changed it`;
    announce(`Cannot ${way} “${step.step.words}”. ${who} since.`);
  }

  /** The claim that a mention most likely belongs to: near, and nobody's yet. */
  claimsNear(mention: Annotation): Annotation[] {
    const linked = new Set(this.#bench.set.linksOf(mention.id).map(({ from }) => from));
    return nearest(this.#bench.set, "claim", mention, ({ id }) => id).filter(({ id }) => !linked.has(id));
  }

  #refragment(annotation: Annotation, ranges: readonly Range[], words: string): void {
    if (ranges.length === 0 && annotation.entity === null) {
      this.#bench.parts.announce("This is its only text. Delete the tag instead.");
      return;
    }
    this.#do(words, [putting({ ...annotation, fragments: proven(ranges, this.#bench.parts.offsets) })]);
    this.#bench.parts.announce(`Text is now: ${this.#bench.quote(this.#bench.set.annotation(annotation.id)!, 120)}`);
  }

  #selected(): Range | undefined {
    const range = this.#bench.parts.selection.range;
    if (!range) this.#bench.parts.announce("Select some text first.");
    return range;
  }

  /** The annotation of kind that stands on exactly this range. */
  #alike(kind: string, range: Range): Annotation | undefined {
    return this.#bench.spans.overlapping(range.start, range.end).map(({ id }) => this.#bench.set.annotation(id)!)
      .find((a) => a.kind === kind && sameFragments(a.fragments, [range]));
  }

  /** The likeliest way to link what will be tagged. A claim around the focused one is its outer. */
  #likeliest(focused: Annotation, kind: string, range: Range): Tie | undefined {
    const ways = ties(focused.kind, kind);
    const around = extent(focused.fragments);
    const outer = around && range.start <= around.start && around.end <= range.end;
    return outer ? (ways.find(({ role, from }) => role === "within" && from === "focused") ?? ways[0]) : ways[0];
  }

  /** The linking, unless it is there. */
  #fresh(operation: Operation): Operation[] {
    if (operation.op === "delete" || !operation.link) return [operation];
    const { from, to, role } = operation.link;
    const there = this.#bench.set.linksOf(from).some((l) => l.from === from && l.to === to && l.role === role);
    return there ? [] : [operation];
  }

  /** Deletes what a link led to if it has no words and nothing else leads there. */
  #orphan(link: Link): Operation[] {
    const to = this.#bench.set.annotation(link.to);
    const others = this.#bench.set.linksOf(link.to).filter(({ id }) => id !== link.id);
    return to && to.fragments.length === 0 && others.length === 0 ? [deleting(to)] : [];
  }

  #do(words: string, operations: readonly Operation[]): void {
    this.#bench.parts.editor.do(words, operations);
  }

  #label(kind: string): string {
    return this.#bench.parts.codes.label(kind).toLocaleLowerCase();
  }

  #title(kind: string): string {
    return this.#bench.parts.codes.label(kind);
  }
}
