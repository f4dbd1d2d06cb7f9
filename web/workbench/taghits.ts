import { c, n, t } from "../language/_words";
import type { Bench } from "./bench";
import { element, find } from "./dom";
import { caps } from "./keysheet";
import type { FindBar } from "./findbar";
import type { Range } from "./fragments";
import { entitiesLike } from "./mentions";
import { Picker } from "./picker";
import type { Entity } from "./record";
import type { Tagging } from "./tagging";

/** How much of the text stands around a hit, in code points. */
const around = 60;

/**
 * TagHits tags all that is found in the text at once, after a look at each
 * where it stands: one change set, and one undo.
 */
export class TagHits {
  readonly #bench: Bench;
  readonly #tagging: Tagging;
  readonly #findBar: FindBar;
  readonly #dialog = find<HTMLDialogElement>("#tag-hits");
  readonly #list = find<HTMLElement>(".hits", this.#dialog);
  readonly #kind = find<HTMLSelectElement>("#hits-kind");
  readonly #who = find<HTMLElement>(".who", this.#dialog);
  readonly #do = find<HTMLButtonElement>(".do", this.#dialog);
  #entity: Entity | undefined;

  constructor(bench: Bench, tagging: Tagging, findBar: FindBar) {
    this.#bench = bench;
    this.#tagging = tagging;
    this.#findBar = findBar;
    const open = find<HTMLButtonElement>("#find-tag");
    findBar.changed.listen((hits) => (open.hidden = hits.length === 0));
    open.addEventListener("click", () => this.open());
    find("#find-query").addEventListener("keydown", (event) => {
      if (!isDoing(event as KeyboardEvent)) return;
      event.preventDefault();
      event.stopPropagation();
      this.open();
    });
    this.#kind.addEventListener("change", () => {
      this.#choose(undefined);
      this.#show();
    });
    this.#list.addEventListener("change", () => this.#count());
    find("[data-check=all]", this.#dialog).addEventListener("click", () => this.#checkAll(true));
    find("[data-check=none]", this.#dialog).addEventListener("click", () => this.#checkAll(false));
    this.#do.append(" ", caps("Mod+Enter"));
    this.#do.addEventListener("click", () => this.#tag());
    this.#dialog.addEventListener("keydown", (event) => {
      if (!isDoing(event)) return;
      event.preventDefault();
      this.#tag();
    });
  }

  /** Whether there is anything to tag. */
  get can(): boolean {
    return this.#findBar.hits.length > 0;
  }

  open(): void {
    if (this.#bench.set.isPast) return this.#bench.refusePast();
    if (!this.can) return this.#bench.parts.announce(t("Find something first."));
    this.#choose(undefined);
    this.#show();
    this.#dialog.showModal();
    this.#list.querySelector("input")?.focus();
  }

  #show(): void {
    const kind = this.#kind.value;
    find("h2", this.#dialog).textContent = t("Tag “%s” wherever it stands", this.#findBar.query.trim());
    this.#list.replaceChildren(...this.#findBar.hits.map((hit) => {
      const kinds = this.#kindsOf(hit);
      return this.#line(hit, kinds, !kinds.has(kind));
    }));
    this.#count();
  }

  /** What a hit is tagged as already, alone or as part of more; as a claim only alone. */
  #kindsOf(hit: Range): Set<string> {
    const around = this.#bench.spans.overlapping(hit.start, hit.end).filter(({ start, end }) => start <= hit.start && hit.end <= end);
    const kinds = around.map((span) => ({ kind: this.#bench.set.annotation(span.id)!.kind, alone: span.start === hit.start && span.end === hit.end }));
    return new Set(kinds.filter(({ kind, alone }) => alone || kind !== "claim").map(({ kind }) => kind));
  }

  #line(hit: Range, kinds: ReadonlySet<string>, checked: boolean): HTMLElement {
    const { offsets } = this.#bench.parts;
    const before = cutBefore(offsets.slice(Math.max(0, hit.start - around), hit.start), hit.start > around);
    const after = cutAfter(offsets.slice(hit.end, Math.min(offsets.length, hit.end + around)), hit.end + around < offsets.length);
    return element("li", {}, element("label", { className: "hit" },
      element("input", { type: "checkbox", checked }),
      element("span", { className: "line", dir: "auto" }, element("span", { className: "around" }, before), element("mark", {}, offsets.slice(hit.start, hit.end)), element("span", { className: "around" }, after)),
      ...[...kinds].map((name) => {
        const kind = this.#bench.parts.codes.kind(name);
        return element("span", { className: `tag color-${kind?.color ?? "slate"}` }, kind?.label ?? name);
      })));
  }

  /** Says who or what all of it is; nobody gives the field to ask for it. */
  #choose(entity: Entity | undefined): void {
    this.#entity = entity;
    const types = this.#bench.parts.codes.kind(this.#kind.value)?.entities ?? [];
    if (types.length === 0) return this.#who.replaceChildren();
    if (entity) {
      const other = element("button", { type: "button", className: "button quiet small", onclick: () => this.#choose(undefined) }, c("choice", "Another"));
      this.#who.replaceChildren(element("strong", {}, entity.name), other);
      return other.focus();
    }
    const picker = new Picker({
      label: t("Who or what it is (optional)"), placeholder: t("A name the project knows"),
      near: () => [],
      far: (query, signal) => entitiesLike(this.#bench, this.#kind.value, query || this.#findBar.query, signal, (found) => this.#choose(found)),
    });
    this.#who.replaceChildren(picker.element);
  }

  #boxes(): HTMLInputElement[] {
    return Array.from(this.#list.querySelectorAll("input"));
  }

  #checkAll(checked: boolean): void {
    for (const box of this.#boxes()) box.checked = checked;
    this.#count();
  }

  #count(): void {
    const checked = this.#boxes().filter((box) => box.checked).length;
    find(".words", this.#do).textContent = n(checked, "Tag %d place", "Tag %d places");
    this.#do.disabled = checked === 0;
  }

  #tag(): void {
    const checked = this.#boxes().flatMap((box, i) => (box.checked ? [this.#findBar.hits[i]!] : []));
    if (checked.length === 0) return;
    this.#dialog.close();
    this.#tagging.tagAll(this.#kind.value, checked, this.#entity?.id ?? null);
  }
}

function isDoing({ key, ctrlKey, metaKey }: KeyboardEvent): boolean {
  return key === "Enter" && (ctrlKey || metaKey);
}

/** What stands before on the same line, from the beginning of a word on. */
function cutBefore(text: string, more: boolean): string {
  const line = text.split("\n").at(-1)!;
  return line === text && more ? `…${line.replace(/^\S*/, "")}` : line;
}

function cutAfter(text: string, more: boolean): string {
  const line = text.split("\n")[0]!;
  return line === text && more ? `${line.replace(/\S*$/, "")}…` : line;
}
