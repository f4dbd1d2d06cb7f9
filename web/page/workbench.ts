// The workbench: reads the annotations, shows them in the text, and wires the
// parts of the page together.

import { t } from "../language/_words";
import { Api } from "../workbench/api";
import { BrowserOutbox, SafeOutbox } from "../workbench/browseroutbox";
import { Bar } from "../workbench/bar";
import { Bench } from "../workbench/bench";
import { Boundaries } from "../workbench/boundaries";
import { Caret } from "../workbench/caret";
import { Chooser } from "../workbench/chooser";
import { CodebookPanel } from "../workbench/codebookpanel";
import { Codes } from "../workbench/codes";
import { benchCommands, Commands } from "../workbench/commands";
import { Directory } from "../workbench/directory";
import { find } from "../workbench/dom";
import { doingWith } from "../workbench/doing";
import { Editor } from "../workbench/editor";
import { Filter } from "../workbench/filter";
import { FilterMenu } from "../workbench/filtermenu";
import { FindBar } from "../workbench/findbar";
import { Following } from "../workbench/following";
import { Handles } from "../workbench/handles";
import { HeldBack } from "../workbench/heldback";
import { Keyboard } from "../workbench/keyboard";
import { KeySheet } from "../workbench/keysheet";
import { Layout } from "../workbench/layout";
import { Legend } from "../workbench/legend";
import { Offsets } from "../workbench/offsets";
import { canPaint, Painter, type Painting } from "../workbench/painter";
import { Palette } from "../workbench/palette";
import { Past } from "../workbench/past";
import { goToPlace, keepPlace } from "../workbench/place";
import { Pointer } from "../workbench/pointer";
import type { Held } from "../workbench/outbox";
import { Neighbours, samePlace } from "../workbench/neighbours";
import { WhoIsHere } from "../workbench/presence";
import { Rail } from "../workbench/rail";
import type { Article, Codebook, Person } from "../workbench/record";
import { saving } from "../workbench/saving";
import { Scroller } from "../workbench/scroller";
import { TextSelection } from "../workbench/selection";
import { Sheet } from "../workbench/sheet";
import { Signal } from "../workbench/signal";
import { Status } from "../workbench/status";
import { TagHits } from "../workbench/taghits";
import { Tagging } from "../workbench/tagging";
import { TextView } from "../workbench/textview";
import { Threads } from "../workbench/threads";
import { ago } from "../workbench/times";
import { Toolbar } from "../workbench/toolbar";

/** Facts is what the page carries for its script. */
interface Facts {
  readonly project: string;
  readonly article: string;
  readonly codebook: Codebook;
  readonly codebook_version: number;
  readonly me: Person;
  readonly members: readonly Person[];
  readonly may_tag: boolean;
  /** Whose annotations to read, empty for those that one works on. */
  readonly set: string;
  readonly language: string;
  /** The annotations that begin before the code point end. */
  readonly opening: { readonly end: number; readonly annotations: readonly Painting[] };
}

const facts = JSON.parse(find("#bench-data").textContent ?? "") as Facts;
const place = { user: facts.me.id, project: facts.project, article: facts.article };
const api = new Api(place, facts.set);
const neighbours = new Neighbours();
const held = new Signal<Held>();
const decided = new Signal<string>();
const status = facts.may_tag ? new Status(announce) : undefined;
/** Whether what is not saved would be lost with the page. */
let unkept = false;
const bench = assemble();
const layout = new Layout(bench.parts.view, bench.parts.offsets);
const painter = new Painter(bench);
const filter = new Filter(bench.set, facts.project, facts.me.id, localStorage);
painter.hides = ({ id, kind }) => {
  const annotation = bench.set.annotation(id); // which is not known in the first frame
  return annotation ? !filter.shows(annotation) : filter.hides("kinds", kind);
};
// The first frame waits for this script: it shows the text with its tags.
painter.preview(facts.opening.annotations, { start: 0, end: facts.opening.end });
painted().then(furnish).then(() => api.article()).then(begin).catch(fail);

function assemble(): Bench {
  const view = new TextView(find("#text"));
  const offsets = new Offsets(view.text);
  const boundaries = new Boundaries(view.text, known(facts.language));
  const outbox = new SafeOutbox(new BrowserOutbox(place, find("article.reading").ariaLabel ?? ""), (lost) => {
    unkept = lost;
    status?.keep(lost);
  });
  const editor = new Editor({
    ...saving(place, outbox, neighbours),
    state: (state) => status?.show(state),
    held: (what) => held.tell(what),
    decided: (id) => decided.tell(id),
  });
  return new Bench({
    project: facts.project, editor, api, view, offsets, boundaries, announce,
    codes: new Codes(facts.codebook, facts.codebook_version),
    directory: new Directory(facts.me, facts.members),
    selection: new TextSelection(view, offsets, boundaries),
    mayTag: facts.may_tag,
  });
}

/** Puts the parts of the page in place. The order is that in which they hear of changes. */
function furnish(): void {
  painter.follow(layout);
  const tagging = new Tagging(bench);
  new Legend(bench, filter);
  new FilterMenu(bench, filter, painter);
  const rail = new Rail(bench, layout, tagging, filter);
  new Sheet(bench, rail, filter);
  const scroller = new Scroller(bench, rail);
  const findBar = new FindBar(bench, layout, scroller);
  const past = new Past(bench, scroller);
  new Threads(bench);
  const chooser = new Chooser(bench);
  const pointer = new Pointer(bench, painter, chooser, filter);
  const caret = new Caret(bench);
  const toolbar = facts.may_tag ? new Toolbar(bench, tagging) : undefined;
  const tagHits = facts.may_tag ? new TagHits(bench, tagging, findBar) : undefined;
  const commands = new Commands();
  const sheet = new KeySheet(commands, bench.parts.selection);
  const palette = new Palette(bench, commands, caret);
  const doing = doingWith({ bench, tagging, caret, chooser, pointer, rail, toolbar, findBar, tagHits, palette, sheet, filter, past });
  commands.add(...benchCommands(doing), ...past.commands, new CodebookPanel(bench).command);
  const next = document.querySelector<HTMLButtonElement>("#next-article button");
  if (next) commands.add({ group: t("Finding"), words: t("To the next article"), keys: ["F9"], inFields: "always", does: () => next.click() });
  finishWhenSaved();
  new Keyboard(bench, commands, sheet);
  new Bar(bench, tagging, doing);
  if (facts.may_tag) new Handles(bench, tagging);
  keepPlace(bench);
  loseNothing(new HeldBack(bench, (open) => status?.decide(open)));
}

/** Shows what is not taken, and keeps people from leaving with what would be lost. */
function loseNothing(heldBack: HeldBack): void {
  const { queue } = bench.parts.editor;
  held.listen((what) => heldBack.show(what));
  decided.listen((id) => heldBack.decided(id));
  neighbours.listen((where, news) => {
    if (samePlace(where, place)) void queue.heard(news);
  });
  addEventListener("beforeunload", (event) => {
    if (queue.unwritten > 0 || (unkept && queue.length > 0)) event.preventDefault();
  });
  addEventListener("online", () => queue.hurry());
}

/** Nobody is done before what they did is saved: from then on nothing more is taken. */
function finishWhenSaved(): void {
  document.querySelector<HTMLFormElement>("#finish")?.addEventListener("submit", (event) => {
    const { queue } = bench.parts.editor;
    if (queue.length === 0 && queue.unwritten === 0) return;
    event.preventDefault();
    queue.hurry();
    find("#heard").textContent = t("Not everything is saved yet. Try again when it is.");
  });
}

/** Paints what can be seen before anything else is done. */
async function begin(found: Article): Promise<void> {
  painter.preview(found.annotations, layout.shown(innerHeight));
  await painted();
  bench.parts.directory.take(found);
  bench.parts.editor.set.reset(found);
  if (facts.may_tag) await bench.parts.editor.queue.look(); // what was not saved when the page was left
  goToPlace(bench);
  new Following(bench, new WhoIsHere(bench, layout)).start();
  if (!canPaint) announce(t("This browser cannot paint tags in the text. The cards beside it show them all."));
  document.documentElement.dataset["workbench"] = "ready";
  setTimeout(warmUp, 500);
}

/** Has the browser make what takes it long, before somebody waits for it. */
function warmUp(): void {
  bench.parts.boundaries.tidy({ start: 0, end: 1 });
  ago(new Date().toISOString());
}

function fail(reason: unknown): void {
  const heard = find<HTMLElement>("#heard");
  heard.dataset["failed"] = "";
  heard.textContent = t("The tags could not be read. Reload the page to try again.");
  throw reason;
}

/** Says something to those who hear the page. */
function announce(words: string): void {
  const region = find("#announcements");
  // The same words twice are to be said twice.
  region.textContent = region.textContent === words ? `${words}\u00a0` : words;
}

/** Waits until the browser has shown a frame. A page that is not looked at shows none. */
function painted(): Promise<void> {
  return new Promise((shown) => {
    requestAnimationFrame(() => setTimeout(shown));
    setTimeout(shown, 250);
  });
}

/** The language, if the browser can make something of it. */
function known(language: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(language)[0];
  } catch {
    return undefined;
  }
}
