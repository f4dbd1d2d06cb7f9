// What is to be done to many: how many are checked, all or none of them, and
// keys to walk along the lines.

import { plainKey } from "./_keys";
import { suggest } from "./_suggest";

for (const field of document.querySelectorAll<HTMLInputElement>("input[data-suggest]")) suggest(field);

const form = document.querySelector<HTMLFormElement>("form[data-bulk]");
const boxes = [...(form?.querySelectorAll<HTMLInputElement>(".hit input[type=checkbox]:enabled") ?? [])];
/** The line that Shift checks from. */
let last: HTMLInputElement | undefined;

if (form) attach(form);

function attach(form: HTMLFormElement): void {
  for (const part of form.querySelectorAll<HTMLElement>("[data-check-all]")) part.hidden = false;
  for (const button of form.querySelectorAll<HTMLButtonElement>("[data-check]")) {
    button.addEventListener("click", () => checkAll(button.dataset["check"] === "all"));
  }
  form.addEventListener("change", count);
  form.addEventListener("click", (event) => {
    if (event.target instanceof HTMLInputElement && boxes.includes(event.target)) through(event.target, event.shiftKey);
  });
  document.addEventListener("keydown", walk);
  count();
}

/** With Shift, checks or unchecks all lines from the last one on. */
function through(box: HTMLInputElement, shift: boolean): void {
  if (shift && last) {
    const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b) as [number, number];
    for (const other of boxes.slice(from, to + 1)) other.checked = box.checked;
  }
  last = box;
  count();
}

function checkAll(checked: boolean): void {
  for (const box of boxes) box.checked = checked;
  count();
}

function count(): void {
  const n = boxes.filter(({ checked }) => checked).length;
  for (const place of document.querySelectorAll<HTMLElement>("[data-checked]")) place.textContent = `(${n})`;
}

function walk(event: KeyboardEvent): void {
  const key = event.target instanceof HTMLInputElement && event.target.type === "checkbox" && !event.ctrlKey && !event.altKey && !event.metaKey ? event.key : plainKey(event);
  if (key !== "j" && key !== "k") return;
  const at = boxes.findIndex((box) => box === document.activeElement);
  const next = boxes[key === "j" ? at + 1 : Math.max(0, at - 1)];
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "center" });
}
