// Markup says what an element does with data-behaviour="name name"; a module
// says what each name means. Pages work without any of it.

type Attach<E extends HTMLElement> = (element: E) => void;

const known = new Map<string, Attach<HTMLElement>>();

/** Says what elements with data-behaviour="name" do. */
export function behaviour<E extends HTMLElement>(name: string, attach: Attach<E>): void {
  known.set(name, attach as Attach<HTMLElement>);
}

/** Attaches behaviours to root and all within it: once for the page, and again for each fragment added to it. */
export function attachBehaviours(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-behaviour]")) {
    for (const name of (element.dataset["behaviour"] ?? "").split(" ")) {
      known.get(name)?.(element);
    }
  }
}
