import { t } from "../language/_words";
import { find } from "./dom";
import type { State } from "./queue";

/** Shows how things stand with the saving, quietly. */
export class Status {
  readonly #root = find<HTMLElement>("#save-status");
  readonly #announce: (words: string) => void;
  #state: State = { name: "saved", waiting: 0 };
  #undecided = 0;
  #unkept = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(announce: (words: string) => void) {
    this.#announce = announce;
    // Words that have no room in the bar are read in full at a press.
    this.#root.addEventListener("click", () => this.#unfold(this.#root.ariaExpanded !== "true"));
    this.#root.addEventListener("blur", () => this.#unfold(false));
  }

  #unfold(open: boolean): void {
    this.#root.ariaExpanded = String(open);
  }

  /** Shows how many change sets wait for a decision. */
  decide(undecided: number): void {
    this.#undecided = undecided;
    this.#write(this.#state);
  }

  /** Shows whether work that is not saved would be lost with the page. */
  keep(unkept: boolean): void {
    this.#unkept = unkept;
    this.#write(this.#state);
    if (unkept) this.#announce(t("This browser keeps nothing: leave the page open until it is saved."));
  }

  show(state: State): void {
    this.#state = state;
    if (state.waiting > 0) this.#root.dataset["waiting"] = String(state.waiting);
    else delete this.#root.dataset["waiting"];
    clearTimeout(this.#timer);
    // What is saved within a moment was never worth a word.
    if (state.name === "saving" && this.#root.dataset["state"] === "saved") {
      this.#timer = setTimeout(() => this.#write(state), 250);
    } else this.#write(state);
  }

  #write(state: State): void {
    const name = state.name.replace(" ", "-");
    // Saving goes without saying; not being able to does not.
    const troubled = (n: string | undefined) => n !== undefined && n !== "saved" && n !== "saving";
    if (this.#root.dataset["state"] !== name && (troubled(name) || (troubled(this.#root.dataset["state"]) && name === "saved"))) {
      this.#announce(wordsFor(state));
    }
    this.#root.dataset["state"] = name;
    const words = this.#undecided > 0 ? t("%s, %d to decide", wordsFor(state), this.#undecided) : wordsFor(state);
    find(".words", this.#root).textContent = this.#unkept && state.waiting > 0 ? t("%s. This browser keeps nothing: leave the page open until it is saved.", words) : words;
    this.#root.toggleAttribute("data-undecided", this.#undecided > 0);
    this.#root.toggleAttribute("data-unkept", this.#unkept && state.waiting > 0);
  }
}

/** The state of the saving in words. */
export function wordsFor({ name, waiting }: State): string {
  switch (name) {
    case "saved": return t("Saved");
    case "saving": return waiting > 1 ? t("Saving %d…", waiting) : t("Saving…");
    case "offline": return t("Offline, %d waiting", waiting);
    case "signed out": return t("Signed out, %d waiting. Sign in in another tab.", waiting);
    case "somebody else": return t("Somebody else is signed in here. %d of yours waiting until you sign in again.", waiting);
  }
}
