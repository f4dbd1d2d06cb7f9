import type { Bench } from "./bench";
import { element, find, onceAfterFrame, oncePerFrame } from "./dom";
import { faceButton, faceOf } from "./face";
import type { Filter } from "./filter";
import type { Layout } from "./layout";
import { openCard, type OpenCard } from "./opencard";
import { between, flow, type Placed, type Sizes, stack } from "./rail-layout";
import type { Tagging } from "./tagging";

/** Card is a place of the rail as it stands on the page. */
interface Card {
  readonly element: HTMLElement;
  readonly place: Placed;
  readonly open: OpenCard | undefined;
  /** What it shows, to tell when that is no longer so. */
  shown: string;
}

/** How much larger than usual the reader has letters. */
const scale = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
/** As in the style sheet. */
const sizes: Sizes = { card: 66 * scale, line: 32 * scale, gap: 6 };
/** How far beyond the window cards are kept, in pixels. */
const margin = 600;
/** A card that is this near below may still reach into the window. */
const tallest = 900;

/**
 * Rail stands beside the text: a card for each claim at the height of what it
 * quotes, and an open one for what is focused. Only the cards near the window
 * exist. Where there is no room beside the text it is a sheet below it.
 */
export class Rail {
  readonly #bench: Bench;
  readonly #tagging: Tagging;
  readonly #root = find<HTMLElement>("#rail");
  readonly #list = find<HTMLElement>("#cards");
  readonly #narrow = matchMedia("(width < 64rem)");
  readonly #filter: Filter;
  readonly #layout: Layout;
  readonly #cards = new Map<string, Card>();
  #ids: string[] = [];
  #placed: readonly Placed[] = [];
  #openHeight = 320;
  /** What of the list is at the top of the window, when it was last looked at. */
  #top = 0;
  readonly #openResized = new ResizeObserver(() => this.#measureOpen());
  /** Whether the keyboard waits to be let into the open card. */
  #entering = false;
  /** Lays everything out anew, once the text has been painted. */
  readonly refresh = onceAfterFrame(() => this.#layOut());
  readonly #scrolled = oncePerFrame(() => {
    if (!this.isSheet && this.#shown().map((place) => this.#look(place)).some((news) => news)) this.#layOut();
    else this.#show();
  });

  constructor(bench: Bench, layout: Layout, tagging: Tagging, filter: Filter) {
    this.#bench = bench;
    this.#tagging = tagging;
    this.#layout = layout;
    this.#filter = filter;
    filter.changed.listen(() => this.refresh());
    bench.set.listen(() => this.refresh());
    bench.renamed.listen(() => this.refresh());
    bench.attention.listen(({ enter }) => {
      this.#entering = enter && !this.isSheet;
      this.refresh();
    });
    new ResizeObserver(() => {
      layout.clear();
      this.refresh();
    }).observe(bench.parts.view.root);
    this.#narrow.addEventListener("change", () => this.refresh());
    addEventListener("scroll", this.#scrolled, { passive: true });
    this.#root.addEventListener("scroll", this.#scrolled, { passive: true });
    this.#list.addEventListener("keydown", (event) => this.#walk(event));
  }

  /** Whether the rail is a sheet below the text. */
  get isSheet(): boolean {
    return this.#narrow.matches;
  }

  /** Lays out at once, and moves the keyboard into the open card. */
  enter(): void {
    this.#layOut();
    this.#card(this.#bench.focused)?.open?.enter();
  }

  #layOut(): void {
    this.#arrange();
    // Those that show are looked at, and all are arranged again if one of them
    // does not stand where it was thought to.
    if (!this.isSheet && this.#shown().map((place) => this.#look(place)).some((news) => news)) this.#arrange();
    this.#show();
    // Last, and after the page has been measured: what is measured after a
    // change has the browser lay all out at once.
    const last = this.#placed.at(-1);
    this.#list.style.minHeight = last ? `${last.y + (last.form === "open" ? this.#openHeight : sizes.card)}px` : "";
    // Who has gone on selecting meanwhile is not called back.
    if (this.#entering && !this.#bench.parts.selection.range) this.#card(this.#bench.focused)?.open?.enter();
    this.#entering = false;
  }

  #look({ first }: Placed): boolean {
    const place = this.#place(this.#ids[first]!);
    return place !== undefined && this.#layout.look(place);
  }

  /** Works out where everything stands. */
  #arrange(): void {
    this.#ids = this.#filter.claims(this.#bench.claims.ids());
    const open = this.#openIndex();
    const opened = open < 0 ? undefined : { index: open, height: this.#openHeight };
    if (this.isSheet) this.#placed = opened ? [{ form: "open", y: 0, first: open, count: 1 }] : stack(this.#ids.length, sizes);
    else {
      const down = this.#bench.parts.view.root.getBoundingClientRect().top - this.#list.getBoundingClientRect().top;
      this.#placed = flow(this.#ids.map((id) => this.#anchor(id) + down), sizes, opened);
    }
  }

  /** Where the focused annotation stands among the claims; one that is no claim is put there. */
  #openIndex(): number {
    const current = this.#bench.current;
    if (!current) return -1;
    const at = this.#ids.indexOf(current.id);
    if (at >= 0) return at;
    const anchor = this.#anchor(current.id);
    const index = this.isSheet ? 0 : this.#ids.findIndex((id) => this.#anchor(id) > anchor);
    this.#ids.splice(index < 0 ? this.#ids.length : index, 0, current.id);
    return index < 0 ? this.#ids.length - 1 : index;
  }

  /** Where an annotation begins; one without text, what leads to it. */
  #place(id: string): number | undefined {
    const fragment = this.#bench.set.annotation(id)?.fragments[0];
    if (fragment) return fragment.start;
    const from = this.#bench.set.linksOf(id).find(({ to }) => to === id)?.from;
    return from === undefined ? undefined : this.#bench.set.annotation(from)?.fragments[0]?.start;
  }

  /** How far below the top of the text that is. */
  #anchor(id: string): number {
    const place = this.#place(id);
    return place === undefined ? 0 : this.#layout.height(place);
  }

  /** The places near the window. */
  #shown(): readonly Placed[] {
    this.#top = -this.#list.getBoundingClientRect().top;
    return between(this.#placed, this.#top - margin, this.#top + innerHeight + margin, tallest);
  }

  /** Brings the cards near the window into being, and lets go of the others. */
  #show(): void {
    const kept = new Set<string>();
    for (const place of this.#shown()) {
      const id = this.#ids[place.first]!;
      kept.add(id);
      this.#put(id, place);
    }
    for (const [id, card] of this.#cards) if (!kept.has(id)) this.#remove(id, card);
    this.#line(kept);
    this.#entry();
  }

  /** Has the cards follow each other on the page as they are seen and heard. */
  #line(ids: Iterable<string>): void {
    let at = this.#list.firstElementChild;
    for (const id of ids) {
      const item = this.#cards.get(id)!.element;
      if (item === at) at = at.nextElementSibling;
      else this.#list.insertBefore(item, at);
    }
  }

  #put(id: string, place: Placed): void {
    let card = this.#cards.get(id);
    if (card && (card.place.form !== place.form || (place.form === "more" && card.place.count !== place.count))) {
      this.#remove(id, card);
      card = undefined;
    }
    const made = card ?? this.#make(id, place);
    if (card) this.#update(id, card, place);
    const y = `${place.y}px`;
    if (made.element.style.getPropertyValue("--y") !== y) made.element.style.setProperty("--y", y);
  }

  #make(id: string, place: Placed): Card {
    const open = place.form === "open" ? openCard(this.#bench, this.#tagging, id) : undefined;
    const item = element("li", { className: "card", "data-form": place.form, "data-annotation": id });
    const card: Card = { element: item, place, open, shown: "" };
    this.#cards.set(id, card);
    if (open) {
      item.append(open.element);
      this.#openResized.observe(item);
    } else if (place.form === "more") item.append(this.#more(place));
    else this.#face(id, card);
    return card;
  }

  #update(id: string, card: Card, place: Placed): void {
    this.#cards.set(id, { ...card, place });
    if (card.open) card.open.update();
    else if (place.form !== "more") this.#face(id, this.#cards.get(id)!);
  }

  #face(id: string, card: Card): void {
    const claim = this.#bench.set.annotation(id);
    if (!claim) return;
    const face = faceOf(this.#bench, claim);
    const shown = JSON.stringify(face);
    if (card.shown === shown) return;
    card.shown = shown;
    const focused = card.element.contains(document.activeElement);
    const button = faceButton(face);
    button.addEventListener("click", () => this.#bench.focus(id, { scroll: true, enter: true }));
    card.element.replaceChildren(button);
    if (focused) button.focus();
  }

  /** Several claims that crowd: the press opens the first, and the others in turn. */
  #more({ first, count }: Placed): HTMLButtonElement {
    return element("button", {
      type: "button", className: "face more", tabIndex: -1, onclick: () => this.#bench.focus(this.#ids[first], { scroll: true }),
    }, `${count} more ${count === 1 ? "claim" : "claims"} here`);
  }

  #remove(id: string, card: Card): void {
    if (card.open) this.#openResized.unobserve(card.element);
    card.element.remove();
    this.#cards.delete(id);
  }

  #measureOpen(): void {
    const height = this.#card(this.#bench.focused)?.element.offsetHeight ?? 0;
    if (height === 0 || Math.abs(height - this.#openHeight) < 1) return;
    this.#openHeight = height;
    this.#layOut();
  }

  #card(id: string | undefined): Card | undefined {
    return id === undefined ? undefined : this.#cards.get(id);
  }

  /** Tab leads to one face only; arrows lead from there to the others. */
  #entry(): void {
    const faces = Array.from(this.#list.querySelectorAll<HTMLElement>(".face"));
    const below = (face: HTMLElement) => this.#card(face.closest<HTMLElement>(".card")?.dataset["annotation"])!.place.y > this.#top;
    const current = faces.find((face) => face === document.activeElement) ?? faces.find(below) ?? faces[0];
    for (const face of faces) face.tabIndex = face === current ? 0 : -1;
  }

  #walk(event: KeyboardEvent): void {
    if (!(event.target instanceof HTMLElement) || !event.target.matches(".face") || event.altKey) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0) return;
    const item = event.target.closest<HTMLElement>(".card");
    const index = this.#placed.findIndex(({ first }) => this.#ids[first] === item?.dataset["annotation"]);
    const next = this.#placed[index + step];
    event.preventDefault();
    if (!next) return;
    const face = this.#card(this.#ids[next.first])?.element.querySelector<HTMLElement>(".face");
    face?.focus();
    face?.scrollIntoView({ block: "nearest" });
  }
}
