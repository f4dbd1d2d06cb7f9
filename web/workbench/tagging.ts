import { lower, n, t } from "../language/_words";
import { answering, deleting, linking, proven, putting, rekinding, tagged, tying, unlinking } from "./actions";
import { nearest } from "./attribution";
import type { Bench } from "./bench";
import { changing, extent, including, type Range } from "./fragments";
import { sameFragments } from "./history";
import { nextQuote } from "./quotes";
import type { Annotation, Link, Operation, Role } from "./record";
import { roleWord, type Tie, ties } from "./roles";
import { TextView } from "./textview";

/** Accepted is a part of a proposal that a person has taken up. */
export interface Accepted {
  readonly role: Role;
  readonly mention: Annotation;
  /** Whether the mention is to be tagged, too. */
  readonly made: boolean;
}

/** How far beyond a claim its quote is looked for to go on, in code units. */
const quoteGoesOn = 600;

/** Tagging does what people ask of the bench, and says what it did. */
export class Tagging {
  readonly #bench: Bench;
  #lastClaim: string | undefined;
  #lastSpeaker: Pick<Annotation, "id" | "entity"> | undefined;

  constructor(bench: Bench) {
    this.#bench = bench;
    bench.attention.listen(() => {
      if (bench.current?.kind === "claim") this.#lastClaim = bench.current.id;
    });
  }

  /** The claim that is focused, or else the last that was. */
  get claim(): Annotation | undefined {
    const { current, set } = this.#bench;
    if (current?.kind === "claim") return current;
    return this.#lastClaim === undefined ? undefined : set.annotation(this.#lastClaim);
  }

  /** Tags the selection. What is tagged so already is focused instead. */
  tag(kind: string): void {
    const range = this.#selected();
    if (!range) return;
    const there = this.#alike(kind, range);
    const annotation = there ?? tagged(kind, [range], this.#bench.parts.offsets);
    if (!there) this.#do(t("tag %s", this.#label(kind)), [putting(annotation)]);
    this.#bench.parts.announce(there ? t("This is tagged as %s already.", this.#label(kind)) : t("%s tagged.", this.#title(kind)));
    this.#bench.parts.selection.clear();
    this.#bench.focus(annotation.id, { enter: !there });
  }

  /**
   * Tags many ranges in one change set. What is tagged so already stays, but
   * learns whom it stands for if nobody has said.
   */
  tagAll(kind: string, ranges: readonly Range[], entity: string | null): void {
    const operations = ranges.flatMap((range) => {
      const there = this.#alike(kind, range);
      if (!there) return [putting(tagged(kind, [range], this.#bench.parts.offsets, entity))];
      return entity !== null && there.entity === null ? [putting({ ...there, entity })] : [];
    });
    this.#do(t("tag %s", this.#label(kind)), operations);
    this.#bench.parts.announce(n(operations.length, "%d place tagged.", "%d places tagged."));
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
    this.#do(t("tag %s", this.#label(kind)), operations);
    if (way.role === "speaker") this.#lastSpeaker = way.from === "focused" ? annotation : focused;
    this.#bench.parts.announce(t("%s tagged and linked.", this.#title(kind)));
    this.#bench.parts.selection.clear();
    this.#bench.focus(way.from === "focused" ? focused.id : annotation.id);
  }

  /** Links two annotations, if they are not. */
  link(from: string, role: Role, to: Annotation): void {
    this.#do(t("link %s", roleWord(role)), this.#fresh(linking(from, role, to.id)));
    if (role === "speaker") this.#lastSpeaker = to;
    this.#bench.parts.announce(t("%s linked.", this.#bench.name(to)));
  }

  /** Links from with an entity, by the mention it has without any words. */
  linkEntity(from: string, role: Role, kind: string, entity: string): void {
    const [mention, made] = this.#silent(kind, entity);
    this.#do(t("link %s", roleWord(role)), [...made, ...this.#fresh(linking(from, role, mention.id))]);
    if (role === "speaker") this.#lastSpeaker = mention;
    this.#bench.parts.announce(t("%s linked.", this.#bench.name(mention)));
  }

  /** Takes up what was proposed for a claim: mentions that are tagged, or are to be. */
  accept(claim: string, accepted: readonly Accepted[]): void {
    const operations = accepted.flatMap(({ role, mention, made }) => [...(made ? [putting(mention)] : []), ...this.#fresh(linking(claim, role, mention.id))]);
    this.#do(t("link %s", accepted.map(({ role }) => roleWord(role)).join(" & ")), operations);
    const speaker = accepted.find(({ role }) => role === "speaker");
    if (speaker) this.#lastSpeaker = speaker.mention;
    this.#bench.parts.announce(t("Linked: %s.", accepted.map(({ mention }) => this.#bench.name(mention)).join(", ")));
  }

  /**
   * Links the claim with whoever was linked last, by their mention that stands
   * nearest to it. A selection becomes a claim first.
   */
  sameSpeaker(): void {
    const { announce, offsets, selection } = this.#bench.parts;
    const last = this.#lastSpeaker;
    if (!last) return announce(t("No speaker has been linked yet."));
    const range = selection.range;
    const claim = range ? (this.#alike("claim", range) ?? tagged("claim", [range], offsets)) : this.claim;
    if (!claim) return announce(t("Select some text, or choose a claim first."));
    const [speaker, made] = this.#sameAs(last, claim);
    if (!speaker) return announce(t("Whoever was linked last is not there any more."));
    this.#do(range ? t("tag claim") : t("link speaker"), [
      ...(this.#bench.set.annotation(claim.id) ? [] : [putting(claim)]), ...made, ...this.#fresh(linking(claim.id, "speaker", speaker.id)),
    ]);
    announce(t("%s linked.", this.#bench.name(speaker)));
    if (range) selection.clear();
    this.#bench.focus(claim.id);
  }

  /** Adds the selection to the claim, or else the quote that follows it. */
  continueQuote(): void {
    const { announce, offsets, selection, view } = this.#bench.parts;
    const claim = this.claim;
    if (!claim || claim.fragments.length === 0) return announce(t("Choose the claim that goes on first."));
    const end = offsets.units(extent(claim.fragments)!.end);
    const quote = nextQuote(view.text, end, Math.min(end + quoteGoesOn, view.text.length));
    const range = selection.range ?? (quote && { start: offsets.codePoints(quote.start), end: offsets.codePoints(quote.end) });
    if (!range) return announce(t("No quote follows. Select what belongs to the claim."));
    this.#refragment(claim, including(claim.fragments, range), t("go on with quote"));
    selection.clear();
    this.#bench.focus(claim.id);
  }

  unlink(link: Link): void {
    const to = this.#bench.set.annotation(link.to);
    this.#do(t("unlink %s", roleWord(link.role)), [unlinking(link), ...this.#orphan(link)]);
    if (to) this.#bench.parts.announce(t("%s unlinked.", this.#bench.name(to)));
  }

  /** Answers a question of the codebook about an annotation. */
  answer(annotation: Annotation, name: string, value: string | readonly string[]): void {
    const now = this.#now(annotation);
    this.#do(t("code %s", this.#bench.parts.codes.question(name)), [putting({ ...now, attributes: answering(now.attributes, name, value) })]);
  }

  /** Answers a question of the codebook about a link. */
  answerLink(link: Link, name: string, value: string | readonly string[]): void {
    this.#do(t("code %s", this.#bench.parts.codes.question(name)), [{ op: "put", link: { ...link, attributes: answering(link.attributes, name, value) } }]);
  }

  /** Says which entity an annotation stands for, or that it stands for none. */
  identify(annotation: Annotation, entity: string | null): void {
    this.#do(t("choose entity"), [putting({ ...this.#now(annotation), entity })]);
  }

  rekind(annotation: Annotation, kind: string): void {
    this.#do(t("make it a %s", this.#label(kind)), rekinding(this.#now(annotation), kind, this.#bench.set, this.#bench.parts.codes));
    this.#bench.parts.announce(t("Now a %s.", this.#label(kind)));
  }

  remove(annotation: Annotation): void {
    this.#do(t("delete %s", this.#label(annotation.kind)), [deleting(annotation)]);
    this.#bench.parts.announce(t("%s deleted.", this.#title(annotation.kind)));
  }

  /** Adds the selection to the focused annotation, if there is one. */
  include(): boolean {
    const [current, range] = [this.#bench.current, this.#bench.parts.selection.range];
    if (!current || !range) return false;
    this.#refragment(current, including(current.fragments, range), t("add text"));
    this.#bench.parts.selection.clear();
    return true;
  }

  /** Puts the selection in the place of one of the focused annotation's fragments. */
  replace(index = 0): void {
    const [current, range] = [this.#bench.current, this.#bench.parts.selection.range];
    if (!current || !range) return;
    const others = current.fragments.filter((_, i) => i !== index);
    this.#refragment(current, including(others, range), t("change text"));
    this.#bench.parts.selection.clear();
  }

  /** Takes a fragment away. The last goes only from what has an entity. */
  drop(annotation: Annotation, index: number): void {
    this.#refragment(annotation, annotation.fragments.filter((_, i) => i !== index), t("remove text"));
  }

  /** Moves a boundary of the focused annotation: of the fragment that is at the caret, or else the outermost. */
  nudge(edge: "start" | "end", unit: "character" | "word", by: 1 | -1, caret?: number): void {
    const current = this.#bench.current;
    if (!current || current.fragments.length === 0) return;
    const whole = extent(current.fragments)!;
    const here = caret === undefined ? -1 : current.fragments.findIndex((f) => f.start <= caret && caret <= f.end);
    // Arrows to the side move the way they point, whichever way the text runs.
    const along = edge === "end" && this.#bench.direction(current) === "rtl" ? -by as 1 | -1 : by;
    this.shift(current, here >= 0 ? here : current.fragments.findIndex((f) => f[edge] === whole[edge]), edge, unit, along);
  }

  /** Moves one boundary of one fragment by a character or a word. */
  shift(annotation: Annotation, index: number, edge: "start" | "end", unit: "character" | "word", by: 1 | -1): void {
    const { offsets, boundaries } = this.#bench.parts;
    const fragment = annotation.fragments[index]!;
    const moved = { ...TextView.stretch(fragment, offsets), [edge]: boundaries[unit](offsets.units(fragment[edge]), by) };
    // A step by words ends at a word, not at the space beside it.
    const { start, end } = unit === "word" && moved.start < moved.end ? (boundaries.tidy(moved) ?? moved) : moved;
    this.reshape(annotation, index, { start: offsets.codePoints(start), end: offsets.codePoints(end) });
  }

  /** Gives a fragment another range, unless that is empty or runs into another fragment. */
  reshape(annotation: Annotation, index: number, range: Range): void {
    const was = annotation.fragments[index]!;
    if (range.start === was.start && range.end === was.end) return;
    const fragments = changing(annotation.fragments, index, range);
    if (fragments) this.#refragment(annotation, fragments, t("move boundary"));
    else this.#bench.parts.announce(t("A boundary cannot go there: the text would be empty, or run into another of its parts."));
  }

  /** Undoes or redoes, and says what. */
  step(way: "undo" | "redo"): void {
    const { editor, announce, directory } = this.#bench.parts;
    const step = editor.step(way);
    if (!step) return announce(way === "undo" ? t("There is nothing to undo.") : t("There is nothing to redo."));
    if ("inverse" in step) return announce(way === "undo" ? t("Undone: %s.", step.words) : t("Redone: %s.", step.words));
    const cannot = way === "undo" ? t("Cannot undo “%s”.", step.step.words) : t("Cannot redo “%s”.", step.step.words);
    const why = step.by === undefined ? t("It has been deleted since.") : t("%s changed it since.", directory.person(step.by));
    announce(`${cannot} ${why}`);
  }

  /** The claim that a mention most likely belongs to: near, and nobody's yet. */
  claimsNear(mention: Annotation): Annotation[] {
    const linked = new Set(this.#bench.set.linksOf(mention.id).map(({ from }) => from));
    return nearest(this.#bench.set, "claim", mention, ({ id }) => id).filter(({ id }) => !linked.has(id));
  }

  #refragment(annotation: Annotation, ranges: readonly Range[], words: string): void {
    const now = this.#now(annotation);
    if (ranges.length === 0 && now.entity === null) {
      this.#bench.parts.announce(t("This is its only text. Delete the tag instead."));
      return;
    }
    this.#do(words, [putting({ ...now, fragments: proven(ranges, this.#bench.parts.offsets) })]);
    this.#bench.parts.announce(t("Text is now: %s", this.#bench.quote(this.#bench.set.annotation(annotation.id)!, 120)));
  }

  #selected(): Range | undefined {
    const range = this.#bench.parts.selection.range;
    if (!range) this.#bench.parts.announce(t("Select some text first."));
    return range;
  }

  /** The mention of an entity that has no words, and the operation that makes it. */
  #silent(kind: string, entity: string): [mention: Annotation, made: Operation[]] {
    const silent = [...this.#bench.set.annotations()].find((a) => a.kind === kind && a.entity === entity && a.fragments.length === 0);
    const mention = silent ?? tagged(kind, [], this.#bench.parts.offsets, entity);
    return [mention, silent ? [] : [putting(mention)]];
  }

  /** The speaker that is the same as last and stands nearest to a claim. */
  #sameAs({ id, entity }: Pick<Annotation, "id" | "entity">, claim: Annotation): [mention: Annotation | undefined, made: Operation[]] {
    if (entity === null) return [this.#bench.set.annotation(id), []];
    const there = nearest(this.#bench.set, "speaker", claim, (a) => a.id).find((a) => a.entity === entity);
    return there ? [there, []] : this.#silent("speaker", entity);
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

  /** An annotation as it is now: what shows may have been drawn before its last change. */
  #now(annotation: Annotation): Annotation {
    return this.#bench.set.annotation(annotation.id) ?? annotation;
  }

  #label(kind: string): string {
    return lower(this.#bench.parts.codes.label(kind));
  }

  #title(kind: string): string {
    return this.#bench.parts.codes.label(kind);
  }
}
