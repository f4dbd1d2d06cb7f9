import { t } from "../language/_words";
import type { Bench } from "./bench";
import type { Command } from "./commands";
import { find } from "./dom";

/**
 * CodebookPanel holds the guidelines and the codebook beside the text. It
 * opens at the question that has the keyboard, or at the kind that is focused.
 */
export class CodebookPanel {
  readonly #bench: Bench;
  readonly #root = find<HTMLElement>("#codebook-panel");
  readonly #contents = find<HTMLElement>("#codebook-contents");
  readonly #query = find<HTMLInputElement>("#codebook-query");
  readonly #nothing = find<HTMLElement>("#codebook-nothing");
  #loaded: Promise<void> | undefined;
  #back: HTMLElement | undefined;

  constructor(bench: Bench) {
    this.#bench = bench;
    find("#codebook-open").addEventListener("click", () => this.toggle());
    find("#codebook-close").addEventListener("click", () => this.#close());
    this.#query.addEventListener("input", () => this.#seek());
    this.#root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      this.#close();
    });
  }

  get command(): Command {
    return { group: t("Finding"), words: t("Guidelines and codebook"), keys: ["F1"], inFields: "always", does: () => this.toggle() };
  }

  toggle(): void {
    if (this.#root.hidden) void this.#open();
    else this.#close();
  }

  async #open(): Promise<void> {
    const subject = this.#subject();
    this.#back = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
    this.#show(true);
    this.#contents.focus();
    try {
      await (this.#loaded ??= this.#load());
    } catch {
      this.#loaded = undefined;
      this.#nothing.textContent = t("The codebook could not be read. Close this and open it again to try once more.");
      return;
    }
    this.#query.value = "";
    this.#seek();
    const section = subject === undefined ? null : document.getElementById(subject);
    if (!section || this.#root.hidden) return;
    section.scrollIntoView({ block: "start", behavior: "instant" });
    section.focus({ preventScroll: true });
  }

  #close(): void {
    this.#show(false);
    if (this.#back?.isConnected) this.#back.focus();
    else this.#bench.parts.view.root.focus({ preventScroll: true });
  }

  #show(open: boolean): void {
    this.#root.hidden = !open;
    find("#workbench").classList.toggle("with-codebook", open);
    find("#codebook-open").setAttribute("aria-expanded", String(open));
  }

  /** What is looked at: a question, or else a kind. */
  #subject(): string | undefined {
    const question = document.activeElement?.closest<HTMLElement>("[data-attribute]")?.dataset["attribute"];
    if (question !== undefined) return `about-attribute-${question}`;
    const kind = this.#bench.current?.kind;
    return kind === undefined ? undefined : `about-kind-${kind}`;
  }

  async #load(): Promise<void> {
    const response = await fetch(this.#contents.dataset["source"]!);
    if (!response.ok) throw new Error(`the codebook answers ${response.status}`);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    this.#contents.replaceChildren(...page.body.childNodes);
  }

  /** Leaves the parts that have all the words. */
  #seek(): void {
    const words = plain(this.#query.value).split(/\s+/);
    let found = 0;
    for (const part of this.#contents.querySelectorAll<HTMLElement>("[data-about]")) {
      const text = plain(part.textContent ?? "");
      part.hidden = !words.every((word) => text.includes(word));
      if (!part.hidden) found++;
    }
    this.#nothing.textContent = found > 0 ? "" : t("Nothing in the codebook has these words.");
  }
}

function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
