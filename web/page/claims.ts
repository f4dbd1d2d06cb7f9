// The review queue: keys to walk along it, and names while one types.

import { plainKey } from "./_keys";
import { suggest } from "./_suggest";

const claims = [...document.querySelectorAll<HTMLAnchorElement>("a[data-claim]")];

document.addEventListener("keydown", (event) => {
  const key = plainKey(event);
  if (key !== "j" && key !== "k") return;
  const at = claims.findIndex((claim) => claim === document.activeElement);
  const next = claims[key === "j" ? at + 1 : Math.max(0, at - 1)];
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  next.closest("li")?.scrollIntoView({ block: "nearest" });
});

for (const hint of document.querySelectorAll<HTMLElement>("[data-keys]")) hint.hidden = false;

for (const field of document.querySelectorAll<HTMLInputElement>("input[data-suggest]")) suggest(field);
