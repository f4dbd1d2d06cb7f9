// An article's history: the way back and forth without leaving the place one
// reads at. Every step is a page of its own, which is put in the place of the
// one before.

import { attachBehaviours } from "../ui/_behaviour";
import "../ui/_time";
import { plainKey } from "./_keys";

const calm = matchMedia("(prefers-reduced-motion: reduce)");
let going: AbortController | undefined;

document.addEventListener("click", (event) => {
  const link = (event.target as Element).closest?.<HTMLAnchorElement>("a[data-step]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  void go(link.href);
});

// A slider that has the keyboard moves by the same keys.
document.addEventListener("keydown", (event) => {
  const key = plainKey(event);
  const link = key === "" ? null : document.querySelector<HTMLAnchorElement>(`#past [aria-keyshortcuts="${CSS.escape(key)}"]`);
  if (!link || event.shiftKey) return;
  event.preventDefault();
  void go(link.href);
});

document.addEventListener("input", (event) => {
  const slider = event.target as HTMLInputElement;
  if (slider.id !== "seq" || !slider.form) return;
  const address = new URL(slider.form.action);
  address.searchParams.set("seq", slider.value);
  void go(address.href);
});

addEventListener("popstate", () => void go(location.href, false));

show();

/** Shows the article as it was at an address. What was asked for before is let go. */
async function go(address: string, keep = true): Promise<void> {
  going?.abort();
  going = new AbortController();
  const page = await read(address, going.signal);
  if (!page) return;
  const was = document.querySelector<HTMLElement>("#past")!;
  const now = page.querySelector<HTMLElement>("#past");
  if (!now) return location.assign(address);
  const held = (document.activeElement as HTMLElement | null)?.closest("#past") ? markOf(document.activeElement as HTMLElement) : undefined;
  was.replaceWith(now);
  attachBehaviours(now);
  document.title = page.title;
  if (keep) history.replaceState(history.state, "", address);
  if (held) now.querySelector<HTMLElement>(held)?.focus({ preventScroll: true });
  show();
}

async function read(address: string, signal: AbortSignal): Promise<Document | undefined> {
  try {
    const response = await fetch(address, { signal });
    if (!response.ok || response.redirected) location.assign(address);
    else return new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    if (!signal.aborted) location.assign(address); // the browser says what is wrong
  }
  return undefined;
}

/** What finds the same thing again on another page. */
function markOf(element: HTMLElement): string | undefined {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const key = element.getAttribute("aria-keyshortcuts");
  return key ? `[aria-keyshortcuts="${CSS.escape(key)}"]` : "#past .stepper a";
}

/** Has what was changed in sight, in the text and in the list. */
function show(): void {
  document.querySelector<HTMLElement>("#past [data-go]")?.setAttribute("hidden", "");
  const current = document.querySelector<HTMLElement>("#past .steps [aria-current]");
  const list = document.querySelector<HTMLElement>("#changes");
  if (current && list && list.scrollHeight > list.clientHeight) list.scrollTop += current.getBoundingClientRect().top - list.getBoundingClientRect().top - list.clientHeight / 3;
  const step = document.querySelector<HTMLElement>("#past .step");
  const rect = step?.getBoundingClientRect();
  const top = document.querySelector("#past .past-bar")!.getBoundingClientRect().bottom;
  if (rect && (rect.top < top || rect.bottom > innerHeight)) {
    scrollBy({ top: rect.top - top - (innerHeight - top) / 3, behavior: calm.matches ? "instant" : "smooth" });
  }
  document.documentElement.dataset["past"] = "ready";
}
