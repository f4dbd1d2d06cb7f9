// A claim's page: keys for the decisions, and for the way along the queue.

import { plainKey } from "./_keys";

const form = document.querySelector<HTMLFormElement>(".decision-form");
const reason = form?.querySelector<HTMLTextAreaElement>("textarea[name=reason]");
const buttons = [...(form?.querySelectorAll<HTMLButtonElement>("button[name=decision]") ?? [])];

/** The decision that waits for its reason; Ctrl+Enter sends it. */
let waiting = buttons.find((button) => button.classList.contains("chosen"));

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
  else pressed.click();
});

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
