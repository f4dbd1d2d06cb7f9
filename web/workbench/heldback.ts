import { n, t } from "../language/_words";
import type { Bench } from "./bench";
import { difference, type Difference, type Naming } from "./difference";
import { element, find, icon } from "./dom";
import type { Open } from "./editor";
import type { Side } from "./merge";
import { idOf } from "./operations";
import type { Held } from "./outbox";
import type { Annotation } from "./record";
import type { Problem } from "./reply";

/**
 * HeldBack shows what was not taken: a conflict with both versions, to choose
 * from, or a refusal with its reason. It stays until it is decided.
 */
export class HeldBack {
  readonly #bench: Bench;
  readonly #root = find<HTMLElement>("#held");
  readonly #changed: (open: number) => void;

  /** Changed is told how many decisions are open, whenever that changes. */
  constructor(bench: Bench, changed: (open: number) => void) {
    this.#bench = bench;
    this.#changed = changed;
  }

  /** How many decisions are open. */
  get length(): number {
    return this.#root.childElementCount;
  }

  show(held: Held): void {
    const { reply } = held;
    const panel = reply.outcome === "conflict" ? this.#conflict(held) : this.#refusal(held, reply.problems.map(({ message }: Problem) => message), reply.message);
    this.#root.append(panel);
    this.#mark();
    panel.scrollIntoView({ block: "nearest" });
  }

  /** Takes away what has been decided. */
  decided(id: string): void {
    this.#root.querySelector(`[data-change-set="${id}"]`)?.remove();
    this.#mark();
  }

  /** A sheet that is drawn down comes up for what has to be decided. */
  #mark(): void {
    this.#root.parentElement?.classList.toggle("deciding", this.length > 0);
    this.#changed(this.length);
  }

  #conflict(held: Held): HTMLElement {
    const { editor } = this.#bench.parts;
    const open = editor.open(held);
    const choices = new Choices(open, open.map((one) => difference(one.field, one.operation, this.#now(one), this.#naming())));
    const by = this.#author(held, open);
    const title = by === undefined ? t("You changed this in another window meanwhile.") : t("%s changed this while you did.", by);
    const settle = (side?: Side) => () => editor.settle(held, (one) => side ?? choices.side(one));
    return this.#panel(title, choices.element, held, [
      ...(open.length > 1 ? [[t("Keep what is chosen"), "primary", settle()] as const] : []),
      [t("Keep mine"), open.length > 1 ? "" : "primary", settle("mine")],
      [t("Keep theirs"), "", settle("theirs")],
    ]);
  }

  #refusal(held: Held, problems: readonly string[], message: string): HTMLElement {
    const { editor } = this.#bench.parts;
    const reasons = problems.length > 0 ? [...new Set(problems)] : [message];
    return this.#panel(t("Not saved: %s.", held.changeSet.words), element("ul", {}, ...reasons.map((reason) => element("li", {}, reason))), held, [
      [t("Try again"), "", () => editor.settle(held, () => "mine")],
      [t("Let it go"), "", () => editor.letGo(held)],
    ]);
  }

  #panel(title: string, body: HTMLElement, held: Held, choices: readonly (readonly [string, string, () => Promise<void>])[]): HTMLElement {
    const subject = this.#subject(held);
    const { length } = held.dependents;
    return element("section", { className: "held-back", role: "alert", tabIndex: -1, "data-change-set": held.changeSet.id },
      element("p", { className: "what" }, icon("alert"), title),
      subject && element("button", {
        type: "button", className: "quote", onclick: () => this.#bench.focus(subject.id, { scroll: true }),
      }, this.#bench.quote(subject, 120)),
      body,
      length > 0 && element("p", { className: "note" },
        n(length, "One later change of yours waits with it.", "%d later changes of yours wait with it.")),
      element("p", { className: "row" }, ...choices.map(([words, tone, choose]) => element("button", {
        type: "button", className: `button small ${tone}`, onclick: () => void choose().then(() => this.#bench.parts.announce(`${words}.`)),
      }, words))));
  }

  #naming(): Naming {
    const { codes, directory } = this.#bench.parts;
    return {
      codes,
      quote: (annotation, most = 120) => this.#bench.quote(annotation, most),
      entity: (id) => (id === null ? "" : (directory.entity(id)?.name ?? t("somebody"))),
      name: (id) => {
        const annotation = this.#bench.set.annotation(id);
        return annotation ? this.#bench.quote(annotation, 30) : t("something deleted");
      },
    };
  }

  #now({ operation }: Open): ReturnType<Bench["set"]["annotation"]> | ReturnType<Bench["set"]["link"]> {
    const id = idOf(operation);
    return this.#bench.set.annotation(id) ?? this.#bench.set.link(id);
  }

  /** Who made what is there now; undefined is oneself, in another window. */
  #author(held: Held, open: readonly Open[]): string | undefined {
    const { directory } = this.#bench.parts;
    const told = held.reply.outcome === "conflict" ? held.reply.clashes.map(({ annotation, link }) => annotation ?? link) : [];
    const by = [...open.map((one) => this.#now(one)), ...told].map((thing) => thing?.updated_by).find((id) => id !== undefined);
    return by === directory.me.id ? undefined : directory.person(by);
  }

  /** The first annotation that the change set is about. */
  #subject({ changeSet }: Held): Annotation | undefined {
    return changeSet.operations.flatMap((o) => (o.op !== "delete" && o.annotation ? [o.annotation] : []))[0];
  }
}

let tables = 0;

/** Choices is a table of what two versions say differently, each to be chosen from if there are several. */
class Choices {
  readonly element: HTMLElement;
  readonly #rows = new Map<string, HTMLInputElement>();

  constructor(open: readonly Open[], found: readonly Difference[]) {
    const group = `choice-${++tables}`;
    const rows = found.map(({ what, mine, theirs }, i) => {
      const cells = open.length > 1 ? this.#radios(`${group}-${i}`, open[i]!, what, mine, theirs) : [mine, theirs];
      return element("tr", {}, element("th", { scope: "row" }, what), ...cells.map((cell) => element("td", {}, cell)));
    });
    this.element = element("table", {}, element("thead", {}, element("tr", {},
      element("th", { scope: "col" }, element("span", { className: "unseen" }, t("What"))), element("th", { scope: "col" }, t("Yours")), element("th", { scope: "col" }, t("Theirs")))),
    element("tbody", {}, ...rows));
  }

  /** Which side has been chosen. */
  side({ operation, field }: Open): Side {
    return this.#rows.get(`${idOf(operation)} ${field}`)?.checked ? "mine" : "theirs";
  }

  #radios(name: string, { operation, field }: Open, what: string, mine: string, theirs: string): HTMLElement[] {
    const radio = (label: string, words: string, checked: boolean) => {
      const input = element("input", { type: "radio", name, checked, "aria-label": label });
      return { input, label: element("label", { className: "choice" }, input, element("span", {}, words)) };
    };
    const [yours, others] = [radio(t("%s, yours: %s", what, mine), mine, true), radio(t("%s, theirs: %s", what, theirs), theirs, false)];
    this.#rows.set(`${idOf(operation)} ${field}`, yours.input);
    return [yours.label, others.label];
  }
}
