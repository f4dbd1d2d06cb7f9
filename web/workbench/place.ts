import type { Bench } from "./bench";

/** Keeps the focused claim in the page's address, which can be sent on. */
export function keepPlace(bench: Bench): void {
  bench.attention.listen(({ id }) => {
    const claim = id !== undefined && bench.set.annotation(id)?.kind === "claim";
    history.replaceState(history.state, "", claim ? `#claim=${id}` : location.pathname + location.search);
  });
  addEventListener("hashchange", () => goToPlace(bench));
}

/** Focuses the claim that the page's address names. */
export function goToPlace(bench: Bench): void {
  const id = /^#claim=([0-9a-f-]{36})$/.exec(location.hash)?.[1];
  if (id !== undefined) bench.focus(id, { scroll: true });
}
