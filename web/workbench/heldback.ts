import { n, t } from "../language/_words";
import type { Bench } from "./bench";
import { differences, type Difference } from "./difference";
import { element, find, icon } from "./dom";
import { clashing } from "./editor";
import type { Held } from "./queue";
import type { Annotation } from "./record";

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
    const panel = held.reply.outcome === "conflict" ? this.#conflict(held) : this.#refusal(held, held.reply);
    this.#root.append(panel);
    this.#mark();
    panel.scrollIntoView({ block: "nearest" });
  }

  /** A sheet that is drawn down comes up for what has to be decided. */
  #mark(): void {
    this.#root.parentElement?.classList.toggle("deciding", this.length > 0);
    this.#changed(this.length);
  }

  #conflict(held: Held): HTMLElement {
    const by = this.#author(held);
    const naming = {
      codes: this.#bench.parts.codes,
      quote: (annotation: Parameters<Bench["quote"]>[0], most = 120) => this.#bench.quote(annotation, most),
      entity: (id: string | null) => (id === null ? "" : (this.#bench.parts.directory.entity(id)?.name ?? t("somebody"))),
      name: (id: string) => {
        const annotation = this.#bench.set.annotation(id);
        return annotation ? this.#bench.quote(annotation, 30) : t("something deleted");
      },
    };
    const { editor } = this.#bench.parts;
    const found = clashing(held).flatMap((id) => {
      const mine = editor.mine(held, id);
      return mine ? differences(mine, this.#bench.set.annotation(id) ?? this.#bench.set.link(id), naming) : [];
    });
    return this.#panel(by === undefined ? t("You changed this in another window meanwhile.") : t("%s changed this while you did.", by), table(found), held, [
      [t("Keep mine"), "primary", () => editor.keepMine(held)],
      [t("Keep theirs"), "", () => editor.keepTheirs(held)],
    ]);
  }

  #refusal(held: Held, { message, problems }: { message: string; problems: readonly { message: string }[] }): HTMLElement {
    const reasons = problems.length > 0 ? [...new Set(problems.map((p) => p.message))] : [message];
    return this.#panel(t("Not saved: %s.", this.#bench.parts.editor.words(held.changeSet)), element("ul", {}, ...reasons.map((r) => element("li", {}, r))), held, [
      [t("Try again"), "", () => this.#bench.parts.editor.keepMine(held)],
      [t("Let it go"), "", () => this.#bench.parts.editor.keepTheirs(held)],
    ]);
  }

  #panel(title: string, body: HTMLElement, held: Held, choices: [string, string, () => void][]): HTMLElement {
    const subject = this.#subject(held);
    const panel = element("section", { className: "held-back", role: "alert", tabIndex: -1 },
      element("p", { className: "what" }, icon("alert"), title),
      subject && element("button", {
        type: "button", className: "quote", onclick: () => this.#bench.focus(subject.id, { scroll: true }),
      }, this.#bench.quote(subject, 120)),
      body,
      held.dependents.length > 0 && element("p", { className: "note" },
        n(held.dependents.length, "One later change of yours waits with it.", "%d later changes of yours wait with it.")),
      element("p", { className: "row" }, ...choices.map(([words, tone, choose]) => element("button", {
        type: "button", className: `button small ${tone}`, onclick: () => {
          panel.remove();
          this.#mark();
          choose();
          this.#bench.parts.announce(`${words}.`);
        },
      }, words))));
    return panel;
  }

  /** Who made what is there now; undefined is oneself, in another window. */
  #author(held: Held): string | undefined {
    if (held.reply.outcome !== "conflict") return t("Somebody");
    const by = held.reply.clashes.map(({ annotation, link }) => (annotation ?? link)?.updated_by).find((id) => id !== undefined);
    return by === this.#bench.parts.directory.me.id ? undefined : this.#bench.parts.directory.person(by);
  }

  /** The first annotation that the change set is about. */
  #subject({ changeSet }: Held): Annotation | undefined {
    return changeSet.operations.flatMap((o) => (o.op !== "delete" && o.annotation ? [o.annotation] : []))[0];
  }
}

function table(found: readonly Difference[]): HTMLElement {
  return element("table", {}, element("thead", {}, element("tr", {},
    element("th", { scope: "col" }, element("span", { className: "unseen" }, t("What"))), element("th", { scope: "col" }, t("Yours")), element("th", { scope: "col" }, t("Theirs")))),
  element("tbody", {}, ...found.map(({ what, mine, theirs }) =>
    element("tr", {}, element("th", { scope: "row" }, what), element("td", {}, mine), element("td", {}, theirs)))));
}
