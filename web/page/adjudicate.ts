// Adjudication by keyboard: from point to point, and a key for each thing that
// can be done there. Every key presses a button that is on the page. Escape
// leads out of a field, to its point.

import { plainKey } from "./_keys";

const cards = [...document.querySelectorAll<HTMLElement>(".point-card")];
const text = document.querySelector<HTMLElement>("#adjudicate-text");

for (const hint of document.querySelectorAll<HTMLElement>("[data-keys]")) hint.hidden = false;

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target instanceof HTMLInputElement && event.target.type === "radio") {
    event.preventDefault();
    event.target.closest("[data-merge]")?.querySelector<HTMLElement>("[data-enter]")?.click();
    return;
  }
  if (event.key === "Escape" && event.target instanceof HTMLElement && event.target.matches("input, select")) {
    event.target.closest<HTMLElement>(".point-card")?.focus();
    return;
  }
  const key = plainKey(event);
  if (key === "") return;
  const done = moved(key) || opened(key) || pressed(key);
  if (done) event.preventDefault();
});

document.addEventListener("focusin", (event) => {
  const card = (event.target as Element).closest<HTMLElement>(".point-card");
  if (card) show(card);
});

// A number in the text leads to its card.
text?.addEventListener("click", (event) => {
  const sign = (event.target as Element).closest<HTMLAnchorElement>(".note-sign a");
  const card = sign && document.querySelector<HTMLElement>(sign.hash);
  if (!card) return;
  event.preventDefault();
  focus(card);
});

// A second press must not settle twice.
for (const form of document.querySelectorAll<HTMLFormElement>("#adjudicate form")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset["sent"]) event.preventDefault();
    form.dataset["sent"] = "yes";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll<HTMLFormElement>("#adjudicate form")) delete form.dataset["sent"];
});

const asked = location.hash ? cards.find((card) => `#${card.id}` === location.hash) : undefined;
const first = asked ?? cards.find((card) => "open" in card.dataset);
if (first) focus(first);
document.documentElement.dataset["adjudicate"] = "ready";

function current(): HTMLElement | undefined {
  return cards.find((card) => card.contains(document.activeElement));
}

/** Moves to another point. */
function moved(key: string): boolean {
  const at = cards.indexOf(current() ?? document.body);
  const open = (card: HTMLElement) => "open" in card.dataset;
  switch (key) {
    case "j":
      return focus(cards[at + 1]);
    case "k":
      return focus(cards[Math.max(0, at - 1)]);
    case "u":
      return focus(cards.slice(at + 1).find(open) ?? cards.find(open));
  }
  return false;
}

/** Opens the merge, or goes to the cause. */
function opened(key: string): boolean {
  const card = current();
  if (key === "m") {
    const merge = card?.querySelector<HTMLDetailsElement>("[data-merge]");
    if (!merge) return false;
    merge.open = true;
    merge.querySelector<HTMLElement>("input:checked")?.focus();
    return true;
  }
  if (key === "c") {
    const cause = card?.querySelector<HTMLElement>("[data-cause]");
    cause?.focus();
    return cause != null;
  }
  return false;
}

/** Presses what has the key: on the point, or above them all. */
function pressed(key: string): boolean {
  const named = `[aria-keyshortcuts="${CSS.escape(key)}"]`;
  const button = current()?.querySelector<HTMLElement>(named) ?? document.querySelector<HTMLElement>(`.adjudicate-bar ${named}`);
  button?.click();
  return button != null;
}

function focus(card: HTMLElement | undefined): boolean {
  if (!card) return false;
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
  show(card);
  return true;
}

/** Has the words of a point stand out, and in sight. */
function show(card: HTMLElement): void {
  const number = card.dataset["point"] ?? "";
  for (const marked of text?.querySelectorAll(".point.at") ?? []) marked.classList.remove("at");
  const marks = text?.querySelectorAll<HTMLElement>(`.point-${CSS.escape(number)}`) ?? [];
  for (const mark of marks) mark.classList.add("at");
  // Beside the text only: below it, the cards would be scrolled away.
  if (matchMedia("(width >= 64rem)").matches) marks[0]?.scrollIntoView({ block: "nearest" });
}
