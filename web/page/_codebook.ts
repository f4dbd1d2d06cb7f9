import { attachBehaviours, behaviour } from "../ui/_behaviour";

// A form whose buttons called do have the server draw it anew: that is done in
// its place, so that the page stays where it is. Without a script the page
// comes anew.
behaviour<HTMLFormElement>("redraw", (form) => {
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!(button instanceof HTMLButtonElement) || button.name !== "do") return;
    event.preventDefault();
    redraw(form, button).catch(() => HTMLFormElement.prototype.submit.call(form));
  });
});

async function redraw(form: HTMLFormElement, button: HTMLButtonElement): Promise<void> {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form, button)) body.append(name, String(value));
  form.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(form.action, { method: "POST", body });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const drawn = page.getElementById(form.id);
    if (!response.ok || !drawn) throw new Error(`the form came back as ${response.status}`);
    form.replaceChildren(...drawn.childNodes);
    attachBehaviours(form);
    form.querySelector<HTMLElement>("[autofocus]")?.focus();
  } finally {
    form.removeAttribute("aria-busy");
  }
}
