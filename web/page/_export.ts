import { t } from "../language/_words";
import { attachBehaviours, behaviour } from "../ui/_behaviour";

// A form whose file is checked before it is imported. The answer is the whole
// page, as it is without a script; only its report is taken over, so that the
// chosen file stays chosen.
behaviour<HTMLFormElement>("check-file", (form) => {
  const file = form.querySelector<HTMLInputElement>("input[type=file]");
  const report = () => form.querySelector<HTMLElement>("#import-report");
  file?.addEventListener("change", () => report()?.replaceChildren());

  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (!(button instanceof HTMLButtonElement)) return;
    if (button.value === "false") {
      // The import itself leads to another page. Once is enough.
      setTimeout(() => (button.disabled = true));
      button.lastChild!.textContent = t("Importing…");
      return;
    }
    event.preventDefault();
    const word = button.textContent;
    const sent = new FormData(form, button); // a disabled button would not be in it
    button.disabled = true;
    button.textContent = t("Checking…");
    try {
      const answer = await fetch(form.action, { method: "POST", body: sent, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const told = page.getElementById("import-report");
      if (told) {
        for (const hint of told.querySelectorAll<HTMLElement>("[data-without-script]")) hint.hidden = true;
        attachBehaviours(told);
        report()?.replaceWith(told);
      } else {
        show(page.querySelector("main p:not(.status)")?.textContent ?? t("The server gave no answer. Try again."));
      }
    } catch {
      show(t("The connection broke off. Try again."));
    } finally {
      button.disabled = false;
      button.textContent = word;
    }
  });

  function show(complaint: string): void {
    const p = document.createElement("p");
    p.className = "complaints";
    p.textContent = complaint;
    report()?.replaceChildren(p);
  }
});
