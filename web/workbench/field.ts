import { element, type Child } from "./dom";

/** Field is a part of an open card that keeps up with what it shows. */
export interface Field {
  readonly element: HTMLElement;
  update(): void;
}

/** What the pointer presses, until it has been let go. */
let pressed: Node | undefined;
const waiting = new Set<Field>();

addEventListener("pointerdown", ({ target }) => (pressed = target as Node), true);
for (const end of ["pointerup", "pointercancel"]) {
  // The click that it makes comes before the next task.
  addEventListener(end, () => setTimeout(() => {
    pressed = undefined;
    const fields = [...waiting];
    waiting.clear();
    fields.forEach((field) => field.update());
  }), true);
}

/**
 * A part that is drawn anew only when what it shows has changed. What has the
 * keyboard keeps it, by its data-key. What is being pressed stays until it has
 * been: else the press would come to nothing.
 */
export function drawn(root: HTMLElement, facts: () => unknown, draw: () => Child[]): Field {
  let shown: string | undefined;
  const field = {
    element: root,
    update() {
      const now = JSON.stringify(facts());
      if (now === shown) return;
      if (pressed && root.contains(pressed)) {
        waiting.add(field);
        return;
      }
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
