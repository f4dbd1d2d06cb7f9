import { n, t } from "../language/_words";
import type { Bench } from "./bench";
import type { Caret } from "./caret";
import type { Command, Commands } from "./commands";
import { find } from "./dom";
import type { Range } from "./fragments";
import { startOf } from "./fragments";
import { fitting } from "./fuzzy";
import { typeWord } from "./mentions";
import { Picker, type Option } from "./picker";
import type { Entity } from "./record";

const mostCommands = 12;
const mostPlaces = 6;

/**
 * Palette finds by a few letters what can be done now, and where one can go:
 * claims, paragraphs and names.
 */
export class Palette {
  readonly #bench: Bench;
  readonly #commands: Commands;
  readonly #caret: Caret;
  readonly #dialog = find<HTMLDialogElement>("#palette");
  readonly #picker: Picker;
  /** What was selected when it opened: the field takes the selection away. */
  #selected: Range | undefined;
  #able: readonly Command[] = [];
  #back: HTMLElement | undefined;
  #then: (() => void) | undefined;

  constructor(bench: Bench, commands: Commands, caret: Caret) {
    this.#bench = bench;
    this.#commands = commands;
    this.#caret = caret;
    this.#picker = new Picker({
      label: t("Commands, claims, names and paragraphs"), placeholder: t("What shall be done, or where to?"), first: true,
      near: (query) => [...this.#toDo(query), ...(query === "" ? [] : [...this.#claims(query), ...this.#paragraphs(query)])],
      far: async (query, signal) => (query === "" ? [] : this.#names(await bench.parts.api.entities(query, [], signal))),
    });
    find(".palette", this.#dialog).append(this.#picker.element);
    this.#dialog.addEventListener("close", () => this.#closed());
    this.#dialog.addEventListener("pointerdown", (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
  }

  open(): void {
    if (this.#dialog.open) return;
    this.#selected = this.#bench.parts.selection.range;
    this.#able = this.#commands.all.filter((command) => !command.byKeyOnly && (command.can?.() ?? true));
    this.#back = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
    this.#then = undefined;
    this.#dialog.showModal();
    this.#picker.input.value = "";
    this.#picker.input.focus();
    this.#picker.open();
  }

  #toDo(query: string): Option[] {
    return fitting(this.#able, query, ({ words }) => words, query === "" ? this.#able.length : mostCommands).map((command) => ({
      label: command.words, group: t("Do"), ...(command.keys[0] !== undefined && { key: command.keys[0] }),
      pick: () => this.#leave(() => void command.does()),
    }));
  }

  #claims(query: string): Option[] {
    const bench = this.#bench;
    const claims = bench.claims.ids().map((id) => bench.set.annotation(id)!);
    return fitting(claims, query, (claim) => bench.quote(claim, 200), mostPlaces).map((claim) => ({
      label: bench.quote(claim, 80), group: t("Claims"), pick: () => this.#leave(() => bench.focus(claim.id, { scroll: true, enter: true })),
    }));
  }

  #paragraphs(query: string): Option[] {
    const blocks = this.#bench.parts.view.blocks.map((block, i) => ({ block, text: `${i + 1} ${(block.textContent ?? "").trim().slice(0, 200)}` }));
    return fitting(blocks, query, ({ text }) => text, mostPlaces).map(({ block, text }) => ({
      label: text.slice(0, 80), group: t("Paragraphs"), pick: () => this.#leave(() => this.#caret.place(Number(block.dataset["start"]))),
    }));
  }

  /** To a name's first mention here, or to its own page. */
  #names(entities: readonly Entity[]): Option[] {
    return entities.map((entity) => {
      this.#bench.parts.directory.know(entity);
      const mentions = [...this.#bench.set.annotations()].filter((a) => a.entity === entity.id && a.fragments.length > 0);
      const first = mentions.sort((a, b) => startOf(a) - startOf(b))[0];
      return {
        label: entity.name, group: t("Names"), hint: `${typeWord(entity.type)} · ${first ? n(mentions.length, "mentioned here once", "mentioned here %d times") : t("its page")}`,
        pick: () => this.#leave(() => {
          if (first) this.#bench.focus(first.id, { scroll: true, enter: true });
          else location.assign(`/projects/${encodeURIComponent(this.#bench.parts.project)}/entities/${entity.id}`);
        }),
      };
    });
  }

  /** Closes, and does it once what was selected is selected again. */
  #leave(then: () => void): void {
    this.#then = then;
    this.#dialog.close();
  }

  #closed(): void {
    this.#back?.focus({ preventScroll: true });
    if (this.#selected) this.#bench.parts.selection.select(this.#selected);
    this.#then?.();
    this.#then = undefined;
  }
}
