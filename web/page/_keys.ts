/** The letter of a key that was pressed alone and not while writing, or nothing. */
export function plainKey(event: KeyboardEvent): string {
  const { target } = event;
  const writing = target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
  const held = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  const busy = document.querySelector("dialog[open]") !== null;
  return writing || held || busy || event.defaultPrevented ? "" : event.key;
}
