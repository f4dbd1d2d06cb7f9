import { behaviour } from "./_behaviour";

// A field that sends its form as soon as it changes. The button that does it
// without a script is the form's data-submit, and goes.
behaviour<HTMLSelectElement>("submit-on-change", (field) => {
  const form = field.form;
  if (!form) return;
  for (const button of form.querySelectorAll<HTMLElement>("[data-submit]")) button.hidden = true;
  field.addEventListener("change", () => form.requestSubmit());
});
