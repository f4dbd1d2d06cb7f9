// A claim's page: keys for the decisions, and for the way along the queue.

import { plainKey } from "./_keys";
import { mentions } from "./_mentions";

const form = document.querySelector<HTMLFormElement>(".decision-form");
const reason = form?.querySelector<HTMLTextAreaElement>("textarea[name=reason]");
const buttons = [...(form?.querySelectorAll<HTMLButtonElement>("button[name=decision]") ?? [])];

/** The decision that waits for its reason; Ctrl+Enter sends it. */
let waiting = buttons.find((button) => button.classList.contains("chosen"));

// Out of what one writes, back to the keys.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && event.target instanceof HTMLTextAreaElement) event.target.blur();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target === reason) {
    event.preventDefault();
    if (waiting) send(waiting);
    return;
  }
  const key = plainKey(event);
  if (key === "") return;
  const pressed = document.querySelector<HTMLElement>(`[aria-keyshortcuts="${CSS.escape(key)}"]`);
  if (!pressed) return;
  event.preventDefault();
  if (pressed instanceof HTMLButtonElement && pressed.form === form) decide(pressed);
  else if (pressed instanceof HTMLTextAreaElement) pressed.focus();
  else pressed.click();
});

for (const field of document.querySelectorAll<HTMLTextAreaElement>("textarea[data-mentions]")) {
  mentions(field);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    field.form?.requestSubmit();
  });
}

// An address that names a comment opens the thread it is in.
const named = location.hash.startsWith("#comment-") ? document.getElementById(location.hash.slice(1)) : null;
named?.closest("details")?.setAttribute("open", "");

for (const hint of document.querySelectorAll<HTMLElement>("[data-keys]")) hint.hidden = false;

/** Decides, or asks for the reason first where there has to be one. */
function decide(button: HTMLButtonElement): void {
  if (button.value === "approve" || reason?.value.trim()) {
    send(button);
    return;
  }
  waiting?.classList.remove("chosen");
  waiting = button;
  button.classList.add("chosen");
  reason?.focus();
}

function send(button: HTMLButtonElement): void {
  form?.requestSubmit(button);
}

// A second press must not decide on the next claim.
form?.addEventListener("submit", (event) => {
  if (form.dataset["sent"]) event.preventDefault();
  form.dataset["sent"] = "yes";
});

// Coming back to the page, one may decide anew.
addEventListener("pageshow", () => {
  delete form?.dataset["sent"];
});
