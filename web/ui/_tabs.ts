import { behaviour } from "./_behaviour";

// Tabs that scroll show the current one.
behaviour("show-current", (tabs) => {
  const current = tabs.querySelector<HTMLElement>("[aria-current]");
  if (current) tabs.scrollLeft = current.offsetLeft - tabs.clientWidth / 2 + current.offsetWidth / 2;
});
