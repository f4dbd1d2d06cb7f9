import { t } from "../language/_words";
import type { Bench } from "./bench";
import { element, icon, type Child } from "./dom";
import { drawn, type Field } from "./field";
import type { Annotation, Attribute, Attributes, Link } from "./record";
import type { Tagging } from "./tagging";

/** Asked where the speaker and the source of a claim are. */
const askedElsewhere = "not_stated";
/** A list longer than this is a menu, not a row of buttons. */
const mostButtons = 6;

type Answer = (name: string, value: string | readonly string[]) => void;

/** The codebook's questions about an annotation, with the answers in the summary. */
export function codingField(bench: Bench, tagging: Tagging, id: string): Field {
  const body = element("div", { className: "questions" });
  const summary = element("span", { className: "answers" });
  const root = element("details", { className: "coding" }, element("summary", {}, icon("chevron"), element("span", { className: "label" }, t("Coding")), summary), body);
  const annotation = () => bench.set.annotation(id);
  const asked = () => questions(bench, annotation());
  const list = drawn(body, () => [annotation()?.kind, annotation()?.attributes, asked().map(({ name }) => name)], () => {
    const current = annotation();
    if (!current) return [];
    const answer: Answer = (name, value) => tagging.answer(bench.set.annotation(id)!, name, value);
    return asked().map((question) => bench.mayTag
      ? asking(question, current.attributes, id, answer)
      : element("p", { className: "answer" }, element("span", { className: "label" }, question.label), answerWords(question, current.attributes) || "–"));
  });
  const update = () => {
    list.update();
    root.hidden = asked().length === 0;
    summary.textContent = asked().map((q) => answerWords(q, annotation()?.attributes ?? {})).filter(Boolean).join(" · ");
  };
  update();
  return { element: root, update };
}

/**
 * The questions to ask: those of the codebook, but for a question with the
 * name of an answer to another, which is asked once that is the answer.
 */
function questions(bench: Bench, annotation: Annotation | undefined): Attribute[] {
  if (!annotation) return [];
  const all = bench.parts.codes.of(annotation.kind, annotation.attributes).filter(({ name }) => name !== askedElsewhere);
  return all.filter(({ name }) => {
    const opener = all.find((q) => q.name !== name && q.values.some(({ value }) => value === name));
    return !opener || name in annotation.attributes || annotation.attributes[opener.name] === name;
  });
}

function answerWords(question: Attribute, given: Attributes): string {
  const value = given[question.name];
  if (value === undefined) return "";
  const word = (v: string) => question.values.find((known) => known.value === v)?.label ?? v;
  return typeof value === "string" ? word(value) : value.map(word).join(", ");
}

function asking(question: Attribute, given: Attributes, id: string, answer: Answer): HTMLElement {
  if (question.type === "text") return line(question, given, answer);
  if (question.type === "choice" && question.values.length > mostButtons) return menu(question, given, answer, true);
  return buttons(question, given, id, answer);
}

/** One answer, or any number, each a button; pressing the answer again takes it back. */
function buttons({ name, label, type, values, guideline }: Attribute, given: Attributes, id: string, answer: Answer): HTMLElement {
  const now = given[name];
  const chosen = (value: string) => (Array.isArray(now) ? now.includes(value) : now === value);
  const one = type === "choice";
  const choose = (value: string) => {
    if (one) answer(name, chosen(value) ? "" : value);
    else answer(name, values.map((v) => v.value).filter((v) => (v === value ? !chosen(v) : chosen(v))));
  };
  return element("fieldset", { className: "question", "data-attribute": name },
    element("legend", { title: plain(guideline) }, label),
    ...offered(values, chosen).map(({ value, label: word, guideline: meaning }) => {
      const input = element("input", {
        type: one ? "radio" : "checkbox", name: `${id} ${name}`, value, checked: chosen(value), "data-key": `${name} ${value}`,
        onchange: () => { if (input.checked !== chosen(value)) choose(value); },
        // A radio button that is pressed again would stay: here it is taken back.
        onclick: () => { if (one && chosen(value)) choose(value); },
        onkeydown: (event: KeyboardEvent) => {
          if (!one || !chosen(value) || (event.key !== "Delete" && event.key !== "Backspace")) return;
          event.preventDefault();
          event.stopPropagation();
          choose(value);
        },
      });
      return element("label", { className: "pill", title: plain(meaning) }, input, element("span", {}, word));
    }));
}

/** The values that may be chosen, and those that were before they were switched off. */
function offered(values: Attribute["values"], chosen: (value: string) => boolean): Attribute["values"] {
  return values.filter(({ value, active }) => active !== false || chosen(value));
}

/** One answer of a long list. */
function menu({ name, label, values, guideline }: Attribute, given: Attributes, answer: Answer, labelled: boolean): HTMLElement {
  const now = typeof given[name] === "string" ? given[name] : "";
  const select = element("select", {
    className: "select small", "data-key": name, "data-attribute": name, "aria-label": label, title: plain(guideline),
    onchange: () => answer(name, select.value),
  }, element("option", { value: "" }, labelled ? "–" : label), ...offered(values, (value) => value === now).map(({ value, label: word }) => element("option", { value, selected: value === now }, word)));
  return labelled ? element("div", { className: "question" }, element("span", { className: "legend", "aria-hidden": "true" }, label), select) : select;
}

/** An answer in one's own words. */
function line({ name, label, guideline }: Attribute, given: Attributes, answer: Answer): HTMLElement {
  const now = typeof given[name] === "string" ? given[name] : "";
  const input = element("input", {
    type: "text", className: "input", value: now, maxLength: 2000, "data-key": name, "data-attribute": name, "aria-label": label,
    onchange: () => answer(name, input.value.trim()),
  });
  return element("div", { className: "question" }, element("span", { className: "legend", title: plain(guideline), "aria-hidden": "true" }, label), input);
}

/** What is asked of a link, each in a menu of its own. */
export function linkAnswers(bench: Bench, tagging: Tagging, link: Link): Child[] {
  const answer: Answer = (name, value) => tagging.answerLink(bench.set.link(link.id)!, name, value);
  return bench.parts.codes.ofLink(link.role, link.attributes).map((question) => {
    if (!bench.mayTag) return element("span", { className: "answer" }, answerWords(question, link.attributes));
    if (question.type !== "choice") return line(question, link.attributes, answer);
    const select = menu(question, link.attributes, answer, false);
    select.dataset["key"] = `${question.name} ${link.id}`;
    select.toggleAttribute("data-empty", !(question.name in link.attributes));
    return select;
  });
}

/** A guideline without its Markdown, for a tooltip. */
function plain(markdown: string): string {
  return markdown.replace(/\*+|`/g, "");
}
