import { n, t } from "../language/_words";
import type { Api } from "./api";
import type { Bench } from "./bench";
import { element, find } from "./dom";
import { apart, colorOf, initials, type Reader, readersOf } from "./here";
import type { Layout } from "./layout";
import type { Presence } from "./record";
import { uuid } from "./uuid";

/** How often it is told at most where this page's reader looks, in milliseconds. */
const tellEvery = 2000;
/** How often it is told at least, while the page is looked at. */
const renewEvery = 15_000;
/** Whoever is not seen to come back within this has left: their server may only have been restarted. */
const grace = 2500;
/** How many others have room in the bar, where it is wide and where it is narrow. */
const [most, fewest] = [5, 2];
const narrow = matchMedia("(width < 64rem)");
/** The least between two marks in the margin, in pixels. */
const least = 24;

/**
 * WhoIsHere shows who else has the article open and where they look: in the
 * bar, in the margin of the text and on the card, and tells the others where
 * this page's reader looks.
 */
export class WhoIsHere {
  /** By what the others know this page. */
  readonly page = uuid();
  readonly #bench: Bench;
  readonly #api: Api;
  readonly #layout: Layout;
  readonly #list = find<HTMLElement>("#here");
  readonly #margin = find<HTMLElement>("#whereabouts");
  readonly #cards = new CSSStyleSheet();
  #readers: readonly Reader[] = [];
  #told = "";
  #toldAt = -Infinity;
  #telling: ReturnType<typeof setTimeout> | undefined;
  #leaving: ReturnType<typeof setTimeout> | undefined;

  constructor(bench: Bench, layout: Layout) {
    this.#bench = bench;
    this.#api = bench.parts.api;
    this.#layout = layout;
    document.adoptedStyleSheets.push(this.#cards);
    new ResizeObserver(() => this.#mark()).observe(bench.parts.view.root);
    narrow.addEventListener("change", () => this.#listReaders());
  }

  /** Begins to tell where this page's reader looks. */
  start(): void {
    this.#bench.attention.listen(() => this.#tellSoon());
    addEventListener("scroll", () => this.#tellSoon(), { passive: true });
    document.addEventListener("visibilitychange", () => this.#tell(true));
    setInterval(() => this.#tell(true), renewEvery);
    this.#tell(true);
  }

  /** Tells at once, as when the server has forgotten. */
  again(): void {
    this.#tell(true);
  }

  /** Takes who is there, as the server tells it. */
  take(presences: readonly Presence[]): void {
    clearTimeout(this.#leaving);
    const readers = readersOf(presences, this.#bench.parts.directory.me.id);
    const there = new Set(readers.map(({ user }) => user));
    const missed = this.#readers.filter(({ user }) => !there.has(user));
    if (missed.length > 0) this.#leaving = setTimeout(() => this.#show(readers), grace);
    this.#show([...readers, ...missed]);
  }

  #show(readers: readonly Reader[]): void {
    const before = new Set(this.#readers.map(({ user }) => user));
    const came = readers.filter(({ user }) => !before.has(user)).map(({ name }) => name);
    this.#readers = readers;
    if (came.length > 0) this.#bench.parts.announce(n(came.length, "%[2]s is here.", "%[2]s are here.", came.join(", ")));
    this.#listReaders();
    this.#mark();
    this.#markCards();
  }

  #listReaders(): void {
    const room = narrow.matches ? fewest : most;
    const shown = this.#readers.length > room ? room - 1 : room; // the last place counts the rest
    const rest = this.#readers.slice(shown);
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset["user"] : undefined;
    this.#list.replaceChildren(
      ...this.#readers.slice(0, shown).map((reader) => element("li", {}, this.#button(reader))),
      ...(rest.length > 0 ? [element("li", {}, element("span", { className: "avatar small more", title: rest.map(({ name }) => name).join(", ") },
        `+${rest.length}`, element("span", { className: "unseen" }, `: ${rest.map(({ name }) => name).join(", ")}`)))] : []));
    if (focused !== undefined) this.#list.querySelector<HTMLElement>(`[data-user="${focused}"]`)?.focus();
  }

  #button(reader: Reader): HTMLButtonElement {
    const annotation = this.#annotation(reader);
    const quote = annotation && this.#bench.quote(annotation, 60);
    return element("button", {
      type: "button", className: `avatar small color-${colorOf(reader.name)}`, "data-user": reader.user, "data-initials": initials(reader.name),
      title: quote ? t("%s, at “%s”", reader.name, quote) : reader.name,
      "aria-label": quote ? t("See what %s sees, at “%s”", reader.name, quote) : t("See what %s sees", reader.name), onclick: () => this.#goTo(reader),
    });
  }

  #goTo(reader: Reader): void {
    const annotation = this.#annotation(reader);
    if (annotation) return this.#bench.focus(annotation.id, { scroll: true });
    const block = this.#bench.parts.view.blocks.findLast(({ dataset }) => Number(dataset["start"]) <= (reader.start ?? 0));
    block?.scrollIntoView({ block: "center" });
  }

  #annotation({ annotation }: Reader): ReturnType<Bench["set"]["annotation"]> {
    return annotation === null ? undefined : this.#bench.set.annotation(annotation);
  }

  /** Puts a mark into the margin where each of them looks. */
  #mark(): void {
    const placed = this.#readers.flatMap((reader) => {
      const place = this.#annotation(reader)?.fragments[0]?.start ?? reader.start;
      if (place === null || place >= this.#bench.parts.offsets.length) return [];
      this.#layout.look(place);
      return [{ reader, height: this.#layout.height(place) }];
    });
    const heights = apart(placed.map(({ height }) => height), least);
    this.#margin.replaceChildren(...placed.map(({ reader }, i) => {
      const mark = element("span", { className: `avatar small color-${colorOf(reader.name)}`, title: reader.name }, initials(reader.name));
      mark.style.setProperty("--y", `${heights[i]! + this.#bench.parts.view.root.offsetTop}px`);
      return mark;
    }));
  }

  /** Cards come and go: a rule marks them whenever they are there. */
  #markCards(): void {
    const rules = this.#readers.flatMap((reader) => {
      const annotation = this.#annotation(reader);
      if (!annotation) return [];
      const color = colorOf(reader.name);
      return [`.card[data-annotation="${CSS.escape(annotation.id)}"]::after { content: ${JSON.stringify(initials(reader.name))} / ""; background: var(--${color}-wash); color: var(--${color}-ink) }`];
    });
    this.#cards.replaceSync(rules.join("\n"));
  }

  #tellSoon(): void {
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      this.#tell(false);
    }, Math.max(400, this.#toldAt + tellEvery - performance.now()));
  }

  #tell(renew: boolean): void {
    if (document.hidden) return;
    const place = { page: this.page, annotation: this.#bench.focused ?? null, start: this.#start() };
    const told = JSON.stringify(place);
    if (told === this.#told && !renew) return;
    this.#told = told;
    this.#toldAt = performance.now();
    // Whoever is not heard of is soon taken to have left, and heard of again.
    this.#api.look(place).catch(() => undefined);
  }

  /** Where the block begins that stands a third of the way down the window, or else the first. */
  #start(): number | null {
    const { blocks } = this.#bench.parts.view;
    const block = blocks.findLast((one) => one.getBoundingClientRect().top <= innerHeight / 3) ?? blocks[0];
    return block ? Number(block.dataset["start"]) : null;
  }
}
