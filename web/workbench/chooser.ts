import type { Bench } from "./bench";
import { element, find } from "./dom";
import type { Annotation } from "./record";

/** Chooser offers those of several annotations that stand in one place. */
export class Chooser {
  readonly #bench: Bench;
  readonly #root = find<HTMLElement>("#chooser");
  #back: HTMLElement | undefined;

  constructor(bench: Bench) {
    this.#bench = bench;
    this.#root.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("pointerdown", (event) => {
      if (event.target instanceof Node && !this.#root.contains(event.target)) this.close();
    }, { capture: true });
  }

  get isOpen(): boolean {
    return !this.#root.hidden;
  }

  /** Offers annotations at a place of the window; enter moves the keyboard in. */
  open(annotations: readonly Annotation[], at: { x: number; y: number }, enter = false): void {
    this.#back = document.activeElement instanceof HTMLElement ? document.activeElement : undefined;
    this.#root.replaceChildren(...annotations.map((annotation) => this.#item(annotation)));
    this.#root.hidden = false;
    const host = this.#root.offsetParent?.getBoundingClientRect() ?? { left: 0, top: 0 };
    const x = Math.max(8, Math.min(at.x, innerWidth - this.#root.offsetWidth - 8));
    const below = at.y + 14;
    const y = below + this.#root.offsetHeight > innerHeight ? Math.max(8, at.y - this.#root.offsetHeight - 14) : below;
    this.#root.style.translate = `${x - host.left}px ${y - host.top}px`;
    if (enter) this.#root.querySelector("button")?.focus();
  }

  close(): void {
    if (this.#root.hidden) return;
    const inside = this.#root.contains(document.activeElement);
    this.#root.hidden = true;
    if (inside) this.#back?.focus();
  }

  #item(annotation: Annotation): HTMLElement {
    const kind = this.#bench.parts.codes.kind(annotation.kind);
    return element("button", {
      type: "button", role: "menuitemradio", "aria-checked": String(annotation.id === this.#bench.focused), "data-annotation": annotation.id,
      onclick: () => {
        this.close();
        this.#bench.focus(annotation.id, { scroll: true, enter: true });
      },
    }, element("span", { className: `tag color-${kind?.color}` }, kind?.label ?? annotation.kind),
    element("span", { className: "quote" }, this.#bench.quote(annotation, 60)));
  }

  #key(event: KeyboardEvent): void {
    const items = Array.from(this.#root.querySelectorAll("button"));
    const at = items.indexOf(document.activeElement as HTMLButtonElement);
    if (event.key === "Escape") this.close();
    else if (event.key === "ArrowDown") items[(at + 1) % items.length]?.focus();
    else if (event.key === "ArrowUp") items[(at - 1 + items.length) % items.length]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
