import { behaviour } from "./_behaviour";

// A button that copies the field its data-copy names. Only pages reached over
// https or on this machine may write to the clipboard: elsewhere it stays
// hidden, and the text can be selected by hand.
behaviour<HTMLButtonElement>("copy", (button) => {
  const field = document.getElementById(button.dataset["copy"] ?? "");
  const word = button.querySelector("span");
  if (!(field instanceof HTMLInputElement) || !word || !navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(field.value);
    const before = word.textContent;
    word.textContent = word.dataset["done"] ?? before;
    setTimeout(() => (word.textContent = before), 2000);
  });
});
