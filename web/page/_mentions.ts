import { t } from "../language/_words";
import { mentionAt, called } from "./_mention";

/** Offers the names of members in a text after an @: arrows choose one, Enter or Tab takes it. */
export function mentions(field: HTMLTextAreaElement): void {
  const names = (field.dataset["mentions"] ?? "").split("\n").filter((name) => name !== "");
  const list = document.createElement("ul");
  list.id = `${field.id}-mentions`;
  list.className = "mentions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", t("Members"));
  list.hidden = true;
  field.after(list);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  let chosen = 0;

  field.addEventListener("input", offer);
  field.addEventListener("click", offer);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) choose(chosen + step);
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") take(list.children[chosen]?.textContent ?? "");
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  function offer(): void {
    const mention = mentionAt(field.value, field.selectionStart);
    const fit = mention ? called(mention.typed, names).slice(0, 8) : [];
    if (fit.length === 0) return close();
    list.replaceChildren(...fit.map(option));
    list.hidden = false;
    choose(0);
  }

  function option(name: string, index: number): HTMLElement {
    const item = document.createElement("li");
    item.id = `${list.id}-${index}`;
    item.setAttribute("role", "option");
    item.textContent = name;
    item.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the field keeps the focus
      take(name);
    });
    return item;
  }

  function choose(index: number): void {
    chosen = (index + list.children.length) % list.children.length;
    for (const [i, item] of [...list.children].entries()) item.setAttribute("aria-selected", String(i === chosen));
    field.setAttribute("aria-activedescendant", `${list.id}-${chosen}`);
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  }

  function take(name: string): void {
    const mention = mentionAt(field.value, field.selectionStart);
    if (mention) field.setRangeText(`@${name} `, mention.start, field.selectionStart, "end");
    close();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function close(): void {
    list.hidden = true;
    field.removeAttribute("aria-activedescendant");
  }
}
