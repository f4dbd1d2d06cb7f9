import { element } from "./dom";
import { caps } from "./keysheet";

/** Option is one thing that can be picked. */
export interface Option {
  readonly label: string;
  /** What tells it from others of the same name. */
  readonly hint?: string;
  /** The stroke that does the same. */
  readonly key?: string;
  readonly group: string;
  pick(): void;
}

/** Asking is what a picker needs of whoever put it there. */
export interface Asking {
  readonly label: string;
  readonly placeholder: string;
  /** Whether Enter picks the first that is offered, without an arrow before. */
  readonly first?: boolean;
  /** What is at hand for query at once. */
  near(query: string): Option[];
  /** What the server knows for query. */
  far?(query: string, signal: AbortSignal): Promise<Option[]>;
  /** What stands below all that was found, such as making something new. */
  last?(query: string): Option[];
}

let made = 0;
const typingPause = 120; // milliseconds before the server is asked

/**
 * Picker is a combobox: typing filters, arrows choose, Enter picks, Escape
 * closes. What is picked does itself; the picker is then empty again.
 */
export class Picker {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  readonly #list: HTMLElement;
  readonly #note: HTMLElement;
  readonly #asking: Asking;
  readonly #id = `picker-${++made}`;
  #options: Option[] = [];
  #active = -1;
  #asked: AbortController | undefined;

  constructor(asking: Asking) {
    this.#asking = asking;
    this.#list = element("div", { id: this.#id, role: "listbox", className: "options", hidden: true, "aria-label": asking.label });
    this.#note = element("p", { className: "complaint", role: "alert", hidden: true });
    this.input = element("input", {
      type: "text", role: "combobox", className: "input", placeholder: asking.placeholder, autocomplete: "off", spellcheck: false,
      "aria-label": asking.label, "aria-expanded": "false", "aria-controls": this.#id, "aria-autocomplete": "list",
      oninput: () => this.open(), onfocus: () => this.#reopen(), onclick: () => this.open(),
      onkeydown: (event: KeyboardEvent) => this.#key(event),
    });
    this.element = element("div", {
      className: "picker",
      onfocusout: (event: FocusEvent) => {
        if (!(event.relatedTarget instanceof Node && this.element.contains(event.relatedTarget))) this.close();
      },
    }, this.input, this.#list, this.#note);
  }

  /** Offers what fits what has been typed. */
  open(): void {
    const query = this.input.value.trim();
    this.#note.hidden = true;
    this.#asked?.abort();
    if (this.#asking.first) this.#options = [];
    this.#offer(query, []);
    if (!this.#asking.far) return;
    const asked = (this.#asked = new AbortController());
    setTimeout(() => void this.#ask(query, asked.signal), query === "" ? 0 : typingPause);
  }

  close(): void {
    this.#asked?.abort();
    this.#list.hidden = true;
    this.#active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  /** Says what went wrong, and keeps what was typed. */
  complain(words: string): void {
    this.#note.textContent = words;
    this.#note.hidden = false;
  }

  /** Opens on coming back to something half typed, not on merely passing through. */
  #reopen(): void {
    if (this.input.value !== "") this.open();
  }

  async #ask(query: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    try {
      const found = await this.#asking.far!(query, signal);
      if (!signal.aborted) this.#offer(query, found);
    } catch {
      // What is at hand is offered already; the status line says that we are offline.
    }
  }

  #offer(query: string, found: readonly Option[]): void {
    const active = this.#options[this.#active];
    this.#options = [...this.#asking.near(query), ...found, ...(this.#asking.last?.(query) ?? [])];
    this.#active = active ? this.#options.findIndex(({ label, group }) => label === active.label && group === active.group) : -1;
    if (this.#asking.first && this.#active < 0 && this.#options.length > 0) this.#active = 0;
    this.#list.replaceChildren(...this.#groups());
    this.#list.hidden = this.#options.length === 0;
    this.input.setAttribute("aria-expanded", String(!this.#list.hidden));
    this.#mark();
  }

  #groups(): HTMLElement[] {
    const groups = new Map<string, HTMLElement>();
    this.#options.forEach((option, i) => {
      let group = groups.get(option.group);
      if (!group) {
        group = element("div", { role: "group", "aria-label": option.group }, element("p", { className: "group", "aria-hidden": "true" }, option.group));
        groups.set(option.group, group);
      }
      group.append(element("div", {
        role: "option", id: `${this.#id}-${i}`, "aria-selected": "false", className: "option",
        onpointerdown: (event: Event) => event.preventDefault(), // the input keeps the keyboard
        onclick: () => this.#pick(i),
      }, element("span", { className: "name" }, option.label), option.hint !== undefined && element("span", { className: "hint" }, option.hint),
      option.key !== undefined && caps(option.key)));
    });
    return [...groups.values()];
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (this.#list.hidden) this.open();
      this.#move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !this.#list.hidden && !event.shiftKey && !event.ctrlKey && !event.metaKey) this.#pick(Math.max(this.#active, 0));
    else if (event.key === "Escape" && !this.#list.hidden && !this.#asking.first) this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  #move(by: 1 | -1): void {
    const n = this.#options.length;
    if (n > 0) this.#active = this.#active < 0 ? (by > 0 ? 0 : n - 1) : (this.#active + by + n) % n;
    this.#mark();
  }

  #mark(): void {
    this.#list.querySelectorAll('[role="option"]').forEach((option) => {
      const active = option.id === `${this.#id}-${this.#active}`;
      option.setAttribute("aria-selected", String(active));
      if (active) option.scrollIntoView({ block: "nearest" });
    });
    if (this.#active < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", `${this.#id}-${this.#active}`);
  }

  #pick(index: number): void {
    const option = this.#options[index];
    if (!option) return;
    this.input.value = "";
    this.close();
    option.pick();
  }
}
