import { behaviour } from "./_behaviour";
import { slugOf } from "./_slugof";

// Fills in an address from the field that data-from names, until somebody
// writes one of their own.
behaviour<HTMLInputElement>("slug", (slug) => {
  const name = document.getElementById(slug.dataset["from"] ?? "");
  if (!(name instanceof HTMLInputElement)) return;
  let own = slug.value !== "" && slug.value !== slugOf(name.value);
  slug.addEventListener("input", () => (own = slug.value !== ""));
  name.addEventListener("input", () => {
    if (!own) slug.value = slugOf(name.value);
  });
});
