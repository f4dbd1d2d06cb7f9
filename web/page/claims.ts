// The review queue: keys to walk along it, and names while one types.

import { plainKey } from "./_keys";

const claims = [...document.querySelectorAll<HTMLAnchorElement>("a[data-claim]")];

document.addEventListener("keydown", (event) => {
  const key = plainKey(event);
  if (key !== "j" && key !== "k") return;
  const at = claims.findIndex((claim) => claim === document.activeElement);
  const next = claims[key === "j" ? at + 1 : Math.max(0, at - 1)];
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.closest("li")?.scrollIntoView({ block: "nearest" });
});

for (const hint of document.querySelectorAll<HTMLElement>("[data-keys]")) hint.hidden = false;

for (const field of document.querySelectorAll<HTMLInputElement>("input[data-suggest]")) suggest(field);

interface Named {
  readonly name: string;
}

/** Fills the field's list with entities of the project that are called like what is typed. */
function suggest(field: HTMLInputElement): void {
  let typing: ReturnType<typeof setTimeout> | undefined;
  let asking: AbortController | undefined;
  field.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => void ask(), 150);
  });

  async function ask(): Promise<void> {
    const list = field.list;
    const typed = field.value.trim();
    if (!list || typed === "") return;
    asking?.abort();
    asking = new AbortController();
    const address = `${field.dataset["suggest"] ?? ""}?limit=8&q=${encodeURIComponent(typed)}`;
    try {
      const response = await fetch(address, { signal: asking.signal, headers: { Accept: "application/json" } });
      if (!response.ok) return;
      const { items } = (await response.json()) as { items: readonly Named[] };
      list.replaceChildren(...items.map(({ name }) => new Option(name, name)));
    } catch {
      // Without suggestions one types the name whole.
    }
  }
}
