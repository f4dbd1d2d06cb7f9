import { behaviour } from "./_behaviour";

// A button that prints the page, where there is a script to do it.
behaviour<HTMLButtonElement>("print", (button) => {
  button.hidden = false;
  button.addEventListener("click", () => print());
});
