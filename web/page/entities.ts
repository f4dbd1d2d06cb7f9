// The form of an entity: as many rows for other names as are wanted. Without
// the script the server shows two empty ones each time.

for (const fieldset of document.querySelectorAll<HTMLFieldSetElement>("[data-name-rows]")) {
  const add = fieldset.querySelector<HTMLButtonElement>("[data-add]");
  if (!add) continue;
  add.hidden = false;
  add.addEventListener("click", () => addRow(fieldset)?.focus());
}

/** Adds an empty row, and gives its first field. */
function addRow(fieldset: HTMLFieldSetElement): HTMLInputElement | null {
  const rows = fieldset.querySelectorAll<HTMLElement>("[data-row]");
  const last = rows[rows.length - 1];
  if (!last) return null;
  const row = last.cloneNode(true) as HTMLElement;
  for (const field of row.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input, select")) {
    field.setAttribute("aria-label", (field.getAttribute("aria-label") ?? "").replace(/\d+/, String(rows.length + 1)));
    if (field instanceof HTMLInputElement) field.value = "";
    else field.selectedIndex = 0;
  }
  last.after(row);
  return row.querySelector("input");
}
