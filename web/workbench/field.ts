import { element, type Child } from "./dom";

/** Field is a part of an open card that keeps up with what it shows. */
export interface Field {
  readonly element: HTMLElement;
  update(): void;
}

/**
 * A part that is drawn anew only when what it shows has changed. What has the
 * keyboard keeps it, by its data-key.
 */
export function drawn(root: HTMLElement, facts: () => unknown, draw: () => Child[]): Field {
  let shown: string | undefined;
  const field = {
    element: root,
    update() {
      const now = JSON.stringify(facts());
      if (now === shown) return;
      shown = now;
      const key = root.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset["key"] : undefined;
      root.replaceChildren(...draw().filter((child) => child !== undefined && child !== false));
      if (key === undefined) return;
      const again = root.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
      (again ?? root.closest<HTMLElement>(".body"))?.focus({ preventScroll: true });
    },
  };
  field.update();
  return field;
}

/** A button with a sign and a name for those who hear it. */
export function iconButton(name: string, sign: Node, onclick: () => void, key?: string): HTMLButtonElement {
  return element("button", { type: "button", className: "sign", "aria-label": name, title: name, "data-key": key, onclick }, sign);
}
