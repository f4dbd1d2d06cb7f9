import { behaviour } from "./_behaviour";

// Opens the dialog that commandfor names, where the browser does not do so
// itself.
behaviour<HTMLButtonElement>("open-dialog", (button) => {
  if ("commandForElement" in button) return;
  (button as HTMLElement).addEventListener("click", () => {
    const dialog = document.getElementById((button as HTMLElement).getAttribute("commandfor") ?? "");
    if (dialog instanceof HTMLDialogElement) dialog.showModal();
  });
});
