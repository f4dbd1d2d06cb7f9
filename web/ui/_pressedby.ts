import { behaviour } from "./_behaviour";

// A button that a key presses, wherever on the page the keyboard is.
behaviour<HTMLButtonElement>("pressed-by", (button) => {
  document.addEventListener("keydown", (event) => {
    if (event.key !== button.dataset["key"] || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    button.click();
  });
});
