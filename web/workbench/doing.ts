import { t } from "../language/_words";
import type { Bench } from "./bench";
import { type Caret, shownFrom } from "./caret";
import type { Chooser } from "./chooser";
import type { Doing } from "./commands";
import { find } from "./dom";
import type { Filter } from "./filter";
import type { FindBar } from "./findbar";
import { startOf } from "./fragments";
import type { KeySheet } from "./keysheet";
import type { Palette } from "./palette";
import type { Past } from "./past";
import type { Pointer } from "./pointer";
import type { Rail } from "./rail";
import type { Annotation } from "./record";
import type { TagHits } from "./taghits";
import type { Tagging } from "./tagging";
import type { Toolbar } from "./toolbar";

/** Instruments are what the commands play on. */
export interface Instruments {
  readonly bench: Bench;
  readonly tagging: Tagging;
  readonly caret: Caret;
  readonly chooser: Chooser;
  readonly findBar: FindBar;
  readonly pointer: Pointer;
  readonly rail: Rail;
  readonly toolbar: Toolbar | undefined;
  readonly tagHits: TagHits | undefined;
  readonly palette: Palette;
  readonly sheet: KeySheet;
  readonly filter: Filter;
  readonly past: Past;
}

/** How the commands of the workbench are done. */
export function doingWith(on: Instruments): Doing {
  const { bench, tagging, caret } = on;
  const { parts } = bench;
  const withFocused = (does: (focused: Annotation) => void): boolean => {
    if (!bench.current) return false;
    does(bench.current);
    return true;
  };
  return {
    mayTag: parts.mayTag,
    hasPresent: () => !bench.set.isPast,
    refusePast: () => bench.refusePast(),
    codes: parts.codes,
    hasSelection: () => parts.selection.range !== undefined,
    hasFocus: () => bench.current !== undefined,
    hasClaim: () => tagging.claim !== undefined,
    hasCaret: () => caret.unit !== undefined,
    tag: (kind, link) => (link ? tagging.tie(kind) : tagging.tag(kind)),
    move: (unit, by, extend) => caret.move(unit, by, extend),
    enterText: () => caret.enter(),
    widen: (unit) => caret.widen(unit),
    go: (by, to) => go(on, by, to),
    open: () => open(on),
    leave: () => leave(on),
    step: (way) => tagging.step(way),
    nudge: (edge, unit, by) => withFocused(() => tagging.nudge(edge, unit, by, caretIn(on))),
    remove: () => withFocused((focused) => tagging.remove(focused)),
    include: () => tagging.include(),
    replace: () => withFocused(() => tagging.replace()),
    continueQuote: () => tagging.continueQuote(),
    sameSpeaker: () => tagging.sameSpeaker(),
    find: () => on.findBar.open(),
    findEverywhere: () => location.assign(on.findBar.everywhere),
    hasFound: () => on.tagHits?.can ?? false,
    tagFound: () => on.tagHits?.open(),
    palette: () => on.palette.open(),
    keys: () => on.sheet.open(),
    snapTo: (unit) => on.sheet.snapTo(unit),
  };
}

/** Where the caret is, in code points, if the keyboard is in the text. */
function caretIn({ bench, caret }: Instruments): number | undefined {
  const { view, offsets } = bench.parts;
  return caret.unit === undefined || document.activeElement !== view.root ? undefined : offsets.codePoints(caret.unit);
}

/** Enter: into the toolbar of a selection, what stands at the caret, the open card, or else the text. */
function open({ bench, caret, chooser, pointer, rail, toolbar }: Instruments): boolean {
  if (bench.parts.selection.range && toolbar?.enter()) return true;
  const there = caret.unit === undefined ? [] : pointer.at(caret.unit);
  if (there.length > 1) {
    const at = find("#caret").getBoundingClientRect();
    chooser.open(there, { x: at.left, y: at.bottom }, true);
    return true;
  }
  if (there[0]) bench.focus(there[0].id, { enter: true });
  else if (bench.current) rail.enter();
  else if (caret.unit === undefined) caret.enter();
  else return false;
  return true;
}

/** Escape: one step back out. */
function leave({ bench, chooser, past }: Instruments): boolean {
  const { root } = bench.parts.view;
  if (chooser.isOpen) chooser.close();
  else if (document.activeElement?.closest("#rail, #selection-tools, .boundary-handles")) root.focus({ preventScroll: true });
  else if (bench.parts.selection.range) bench.parts.selection.clear();
  else if (bench.focused !== undefined) bench.focus(undefined);
  else return past.leave();
  return true;
}

const none = { claim: t("No further claim."), unattributed: t("No further claim that nobody says."), any: t("No further tag.") };

/** To the next claim or tag, from the focused one, the caret, or the top of the window. */
function go(on: Instruments, by: 1 | -1, to: "claim" | "unattributed" | "any"): boolean {
  const { bench } = on;
  const all = inOrder(on, to);
  const at = bench.current ? all.findIndex(({ id }) => id === bench.focused) : -1;
  const from = bench.current ? startOf(bench.current) : hereabouts(on);
  const after = all.findIndex((annotation) => startOf(annotation) >= from);
  const beyond = after < 0 ? all.length : after;
  const next = all[at >= 0 ? at + by : by > 0 ? beyond : beyond - 1];
  if (!next) bench.parts.announce(none[to]);
  else {
    bench.focus(next.id, { scroll: true });
    bench.parts.announce(`${bench.parts.codes.label(next.kind)} ${all.indexOf(next) + 1} of ${all.length}: ${bench.quote(next, 200)}`);
  }
  return true;
}

/** What there is to go to, as it stands in the text. */
function inOrder({ bench, filter }: Instruments, to: "claim" | "unattributed" | "any"): Annotation[] {
  if (to !== "any") {
    const ids = filter.claims(bench.claims.ids()).filter((id) => to === "claim" || bench.unattributed.has(id));
    return ids.map((id) => bench.set.annotation(id)!);
  }
  const inText = [...bench.set.annotations()].filter((annotation) => annotation.fragments.length > 0 && filter.shows(annotation));
  return inText.sort((a, b) => startOf(a) - startOf(b) || endOf(b) - endOf(a) || (a.id < b.id ? -1 : 1));
}

function endOf({ fragments }: Annotation): number {
  return Math.max(...fragments.map(({ end }) => end));
}

/** Where one is in the text: at the caret, else at the first line that shows. */
function hereabouts(on: Instruments): number {
  const { view, offsets } = on.bench.parts;
  return caretIn(on) ?? offsets.codePoints(view.unitBelow(shownFrom()));
}
