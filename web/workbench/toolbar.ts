import { t } from "../language/_words";
import type { Bench } from "./bench";
import { element, find } from "./dom";
import type { Range } from "./fragments";
import type { Kind } from "./record";
import { ties, type Tie } from "./roles";
import type { Tagging } from "./tagging";
import { TextView } from "./textview";

/** What the selection would be to what is focused, the likeliest first. */
const words: Readonly<Record<string, string>> = {
  "speaker focused": t("its speaker"), "source focused": t("its source"), "cue focused": t("its cue"), "via focused": t("passed it on"),
  "speaker other": t("said by them"), "source other": t("known through it"), "cue other": t("signalled by it"),
  "within other": t("a claim inside it"), "addressee focused": t("who is told"), "within focused": t("a claim around it"),
  "via other": t("passed on by it"), "addressee other": t("told to them"),
};

const fingers = matchMedia("(pointer: coarse)");
/** Where the style sheet has the toolbar at the thumb. */
const atThumb = matchMedia("(hover: none) and (width < 64rem)");

/** Toolbar stands at the selection and offers what can be done with it. */
export class Toolbar {
  readonly #bench: Bench;
  readonly #tagging: Tagging;
  readonly #root = find<HTMLElement>("#selection-tools");
  /** A pointer that is still selecting. */
  #pressed = false;

  constructor(bench: Bench, tagging: Tagging) {
    this.#bench = bench;
    this.#tagging = tagging;
    // The selection must outlive the press of a button.
    this.#root.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#root.addEventListener("keydown", (event) => this.#walk(event));
    document.addEventListener("pointerdown", () => (this.#pressed = true), { capture: true });
    for (const end of ["pointerup", "pointercancel"] as const) {
      document.addEventListener(end, () => this.#released(), { capture: true });
    }
    bench.parts.selection.changed.listen(() => this.#show());
    bench.attention.listen(() => this.#show());
    addEventListener("resize", () => this.#stay());
  }

  /** Moves the keyboard into the toolbar, if it is there. */
  enter(): boolean {
    if (this.#root.hidden) return false;
    this.#root.querySelector("button")?.focus();
    return true;
  }

  #released(): void {
    this.#pressed = false;
    this.#show();
  }

  /** Stays with the selection where the text has been laid out anew. */
  #stay(): void {
    const range = this.#bench.parts.selection.range;
    if (range && !this.#root.hidden) this.#place(range);
  }

  #show(): void {
    const range = this.#bench.parts.selection.range;
    this.#root.hidden = !range || this.#pressed || !this.#bench.mayTag;
    if (!range || this.#root.hidden) return;
    this.#root.replaceChildren(...this.#rows());
    this.#place(range);
  }

  #rows(): HTMLElement[] {
    const current = this.#bench.current;
    const kinds = this.#bench.parts.codes.active;
    const rows = [element("div", { className: "kinds" }, ...kinds.map((kind) => this.#tagButton(kind)))];
    if (!current) return rows;
    const order = Object.keys(words);
    const tying = kinds.flatMap((kind) => ties(current.kind, kind.name).map((tie, i) => ({ kind, tie, likeliest: i === 0 })))
      .sort((a, b) => order.indexOf(nameOf(a.tie)) - order.indexOf(nameOf(b.tie)));
    rows.push(element("div", { className: "ties" },
      element("p", { className: "about" }, t("For “%s”", this.#bench.quote(current, 48))),
      ...tying.map(({ kind, tie, likeliest }) => this.#tieButton(kind, tie, likeliest)),
      this.#button(t("more of it"), "+", () => this.#tagging.include()),
      this.#button(t("it, corrected"), "=", () => this.#tagging.replace())));
    return rows;
  }

  #tagButton({ name, label, color, key }: Kind): HTMLElement {
    return element("button", {
      type: "button", className: `tag color-${color}`, "data-kind": name, "aria-keyshortcuts": key || undefined,
      onclick: () => this.#tagging.tag(name),
    }, label, key ? element("kbd", {}, key.toUpperCase()) : undefined);
  }

  #tieButton(kind: Kind, tie: Tie, likeliest: boolean): HTMLElement {
    const key = likeliest && kind.key ? `Shift+${kind.key.toUpperCase()}` : undefined;
    const button = this.#button(words[nameOf(tie)]!, key, () => this.#tagging.tie(kind.name, tie));
    button.dataset["role"] = tie.role;
    return button;
  }

  #button(label: string, key: string | undefined, onclick: () => void): HTMLButtonElement {
    return element("button", { type: "button", "aria-keyshortcuts": key, onclick },
      label, key !== undefined && element("kbd", {}, key.replace("Shift+", "⇧")));
  }

  /**
   * Stands above the selection's beginning, or below its end where there is no
   * room, or where fingers and the menu of the system are.
   */
  #place(range: Range): void {
    this.#root.style.translate = "";
    if (atThumb.matches) return;
    const rects = this.#bench.parts.view.range(TextView.stretch(range, this.#bench.parts.offsets)).getClientRects();
    const [first, last] = [rects[0], rects[rects.length - 1]];
    if (!first || !last) return;
    const host = this.#root.offsetParent?.getBoundingClientRect() ?? { left: 0, top: 0, width: innerWidth };
    const above = first.top - this.#root.offsetHeight - 10;
    const room = find<HTMLElement>("#bench-bar").getBoundingClientRect().bottom;
    const below = Math.min(last.bottom + (fingers.matches ? 40 : 10), innerHeight - this.#root.offsetHeight - 10);
    const y = above > room && !fingers.matches ? above : Math.max(room + 8, below);
    const x = Math.max(8, Math.min(first.left, innerWidth - this.#root.offsetWidth - 8));
    this.#root.style.translate = `${x - host.left}px ${y - host.top}px`;
  }

  /** Arrows walk through the buttons, as in every toolbar. */
  #walk(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined || event.altKey) return;
    const buttons = Array.from(this.#root.querySelectorAll("button"));
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[(at + step + buttons.length) % buttons.length]?.focus();
    event.preventDefault();
    event.stopPropagation();
  }
}

function nameOf({ role, from }: Tie): string {
  return `${role} ${from}`;
}
