import { behaviour } from "./_behaviour";

// A form that asks once more, in the words of its data-confirm.
behaviour<HTMLFormElement>("confirm", (form) => {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset["confirm"] ?? "")) event.preventDefault();
  });
});
