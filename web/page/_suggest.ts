interface Named {
  readonly name: string;
}

/** Fills a field's list with entities of the project that are called like what is typed. */
export function suggest(field: HTMLInputElement): void {
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
