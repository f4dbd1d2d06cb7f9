/** Child is what an element can hold. */
export type Child = Node | string | undefined | false;

/**
 * Makes an element. Properties that begin with on are listeners, those that
 * the element has are set, all others are attributes; undefined and false are
 * left out.
 */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Record<string, unknown> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value as EventListener);
    else if (name in made && !name.includes("-")) Reflect.set(made, name, value);
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== undefined && child !== false));
  return made;
}

/** A copy of the icon of that name, which the page carries in a template. */
export function icon(name: string): Node {
  const template = document.querySelector<HTMLTemplateElement>("#icons");
  const found = template?.content.querySelector(`[data-icon="${name}"]`)?.firstElementChild;
  return found ? found.cloneNode(true) : document.createTextNode("");
}

/** The element of the page with that selector, which must be there. */
export function find<E extends Element>(selector: string, root: ParentNode = document): E {
  const found = root.querySelector<E>(selector);
  if (!found) throw new Error(`the page has no ${selector}`);
  return found;
}

/** Runs work once before the next frame, however often it is asked for. */
export function oncePerFrame(work: () => void): () => void {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      work();
    });
  };
}

/** Runs work once after the next frame has been shown, however often it is asked for. */
export function onceAfterFrame(work: () => void): () => void {
  const later = new MessageChannel();
  later.port1.onmessage = work;
  return oncePerFrame(() => later.port2.postMessage(undefined));
}

/** Whether keys typed into target are meant for it. */
export function takesText(target: EventTarget | null): target is HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement {
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "range"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
