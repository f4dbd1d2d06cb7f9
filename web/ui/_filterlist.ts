import { behaviour } from "./_behaviour";

// A field that leaves of the list its data-list names only the items that have
// its words in them, whatever their case and accents, and those that are
// ticked. Without a script the field is not there.
behaviour<HTMLInputElement>("filter-list", (field) => {
  const list = document.getElementById(field.dataset["list"] ?? "");
  if (!list) return;
  field.hidden = false;
  field.addEventListener("input", () => {
    const words = plain(field.value).split(/\s+/);
    for (const item of list.querySelectorAll<HTMLElement>(":scope > li")) {
      const text = plain(item.textContent ?? "");
      item.hidden = !words.every((word) => text.includes(word)) && !item.querySelector("input:checked");
    }
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(); // it would send the form
  });
});

function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
