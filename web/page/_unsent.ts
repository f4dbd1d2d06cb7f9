import { n, t } from "../language/_words";
import { behaviour } from "../ui/_behaviour";
import { BrowserOutbox, discard, type Stored, unsentOf } from "../workbench/browseroutbox";
import { element } from "../workbench/dom";
import { Neighbours, samePlace } from "../workbench/neighbours";
import { heldIn, type Place } from "../workbench/outbox";
import { ChangeQueue } from "../workbench/queue";
import { saving } from "../workbench/saving";

// How long an article's own page has to send what it made, before this one
// does it.
const patience = 1500; // milliseconds

/** Waiting is what is unsent of one article. */
interface Waiting extends Place {
  readonly headline: string;
  readonly waiting: number;
  readonly toDecide: number;
  /** How many change sets there are, those included that wait for a decision on another. */
  readonly count: number;
}

// Says how many changes of other articles wait in this browser, and sends them.
behaviour<HTMLButtonElement>("unsent", (button) => {
  const user = button.dataset["user"];
  if (!user || !("indexedDB" in globalThis)) return;
  const unsent = new OtherArticles(user, button);
  void unsent.look();
});

// Nobody signs out without knowing that work of theirs is not saved.
behaviour<HTMLFormElement>("sign-out", (form) => {
  const user = form.dataset["user"];
  if (!user || !("indexedDB" in globalThis)) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void unsentOf(user).catch(() => []).then((all) => {
      if (all.length === 0 || window.confirm(wordsOfLeaving(all.length))) form.submit();
    });
  });
});

function wordsOfLeaving(count: number): string {
  return n(count,
    "One change of yours is not saved yet. It waits in this browser until you sign in here again. Sign out all the same?",
    "%d changes of yours are not saved yet. They wait in this browser until you sign in here again. Sign out all the same?");
}

/** OtherArticles sends what waits of articles that have no page of their own here. */
class OtherArticles {
  readonly #user: string;
  readonly #button: HTMLButtonElement;
  readonly #neighbours = new Neighbours();
  readonly #queues: { readonly place: Place; readonly queue: ChangeQueue }[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(user: string, button: HTMLButtonElement) {
    this.#user = user;
    this.#button = button;
    this.#neighbours.listen((place, news) => {
      if (place.user !== user) return;
      void this.#queues.find((one) => samePlace(one.place, place))?.queue.heard(news);
      this.#lookSoon();
    });
    addEventListener("online", () => this.#queues.forEach(({ queue }) => queue.hurry()));
    // The browser does not always know that the server is back.
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.#queues.forEach(({ queue }) => queue.hurry());
    });
  }

  /** Looks at what there is, and sends it once it has waited a while. */
  async look(): Promise<void> {
    const all = await this.#all();
    if (all.length === 0) return this.#show(all);
    this.#lookSoon();
  }

  #lookSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      const all = await this.#all();
      this.#show(all);
      for (const place of all) if (place.waiting > 0) this.#send(place);
    }, patience);
  }

  async #all(): Promise<Waiting[]> {
    // Without an outbox there is nothing in it.
    const all = (await unsentOf(this.#user).catch(() => [])).filter(({ article }) => article !== ownArticle());
    const places = Map.groupBy(all, ({ project, article }) => `${project} ${article}`);
    return [...places.values()].map(waitingOf);
  }

  #send(place: Waiting): void {
    if (this.#queues.some((one) => samePlace(one.place, place))) return;
    const queue = new ChangeQueue({
      ...saving(place, new BrowserOutbox(place, place.headline), this.#neighbours),
      found: () => undefined,
      taken: () => this.#lookSoon(),
      gone: () => undefined,
      held: () => this.#lookSoon(),
      decided: () => this.#lookSoon(),
      state: () => undefined,
    });
    this.#queues.push({ place, queue });
    queue.look().catch(() => undefined);
  }

  #show(all: readonly Waiting[]): void {
    const count = all.reduce((sum, one) => sum + one.count, 0);
    this.#button.hidden = count === 0;
    this.#button.querySelector(".words")!.textContent = n(count, "%d change not saved", "%d changes not saved");
    this.#button.querySelector(".count")!.textContent = String(count);
    document.querySelector("#unsent-articles")?.replaceChildren(...all.map((one) => this.#item(one)));
  }

  #item(one: Waiting): HTMLLIElement {
    const words = [
      one.waiting > 0 && n(one.waiting, "%d waits to be sent", "%d wait to be sent"),
      one.toDecide > 0 && t("%d to decide", one.toDecide),
    ].filter((part) => part !== false).join(", ");
    return element("li", {},
      element("a", { href: `/projects/${encodeURIComponent(one.project)}/articles/${one.article}` }, one.headline || t("An article")),
      element("span", { className: "hint" }, words),
      element("button", { type: "button", className: "button quiet small danger", onclick: () => void this.#throwAway(one) }, t("Throw away")));
  }

  async #throwAway(one: Waiting): Promise<void> {
    const words = n(one.count, "Throw away %d change of “%s” for good?", "Throw away %d changes of “%s” for good?", one.headline);
    if (!window.confirm(words)) return;
    await discard(one).catch(() => undefined);
    this.#neighbours.tell(one, {});
    void this.#queues.find(({ place }) => samePlace(place, one))?.queue.look();
    this.#lookSoon();
  }
}

/** The article whose own page this is, and which sends its changes itself. */
function ownArticle(): string | undefined {
  return document.querySelector<HTMLElement>("#workbench[data-may-tag=yes]")?.dataset["article"];
}

function waitingOf(all: Stored[]): Waiting {
  const { user, project, article, headline } = all[0]!;
  const waiting = all.filter(({ state }) => state === "waiting").length;
  const toDecide = heldIn(all).length;
  return { user, project, article, headline, waiting, toDecide, count: all.length };
}
