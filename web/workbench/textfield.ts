import { t } from "../language/_words";
import type { Bench } from "./bench";
import { element, icon } from "./dom";
import { drawn, iconButton, type Field } from "./field";
import type { Annotation } from "./record";
import type { Tagging } from "./tagging";
import { ago } from "./times";

/** The field of an annotation's own text: its fragments, and its kind. */
export function textField(bench: Bench, tagging: Tagging, id: string): Field {
  const body = element("div", { className: "questions" });
  const list = drawn(body, () => {
    const a = bench.set.annotation(id);
    return [a?.fragments, a?.kind];
  }, () => {
    const a = bench.set.annotation(id);
    return a ? [fragmentList(bench, tagging, a), kindMenu(bench, tagging, a)] : [];
  });
  const root = element("details", { className: "coding" },
    element("summary", {}, icon("chevron"), element("span", { className: "label" }, t("Text and kind"))), body);
  return { element: root, update: () => list.update() };
}

function fragmentList(bench: Bench, tagging: Tagging, annotation: Annotation): HTMLElement {
  const several = annotation.fragments.length > 1 || annotation.entity !== null;
  return element("div", { className: "question" },
    element("ol", { className: "fragments" }, ...annotation.fragments.map((fragment, i) => element("li", { className: "fragment" },
      element("span", { className: "quote" }, bench.quote({ ...annotation, fragments: [fragment] }, 70)),
      iconButton(t("Put the selection in its place"), icon("redo"), () => tagging.replace(i), `replace ${i}`),
      several && iconButton(t("Remove this text"), icon("cross"), () => tagging.drop(annotation, i), `drop ${i}`)))),
    element("button", { type: "button", className: "quiet-action", "data-key": "include", onclick: () => tagging.include() },
      icon("plus"), t("add the selection")));
}

function kindMenu(bench: Bench, tagging: Tagging, annotation: Annotation): HTMLElement {
  const kinds = bench.parts.codes.kinds.filter(({ active, name }) => active || name === annotation.kind);
  const select = element("select", {
    className: "select small", "aria-label": t("Kind"), "data-key": "kind",
    onchange: () => tagging.rekind(annotation, select.value),
  }, ...kinds.map(({ name, label }) => element("option", { value: name, selected: name === annotation.kind }, label)));
  return element("div", { className: "question" }, element("span", { className: "legend", "aria-hidden": "true" }, t("Kind")), select);
}

/** Who tagged an annotation, and its deletion. */
export function footer(bench: Bench, tagging: Tagging, id: string): Field {
  const facts = () => {
    const a = bench.set.annotation(id);
    return [a?.created_by, a?.created_at, a?.updated_by, a?.updated_at];
  };
  return drawn(element("footer", {}), facts, () => {
    const a = bench.set.annotation(id);
    if (!a) return [];
    return [
      element("p", { className: "authors" }, authors(bench, a)),
      bench.mayTag && element("button", {
        type: "button", className: "quiet-action danger", "data-key": "delete", "data-action": "delete", onclick: () => tagging.remove(bench.set.annotation(id)!),
      }, icon("trash"), t("Delete")),
    ];
  });
}

function authors(bench: Bench, { created_by, created_at, updated_by, updated_at }: Annotation): string {
  const name = (id: string | undefined) => bench.parts.directory.person(id);
  if (!created_at || !created_by) return t("Not saved yet");
  const tagged = t("%s, %s", name(created_by), ago(created_at));
  if (!updated_at || updated_at === created_at) return tagged;
  return updated_by === created_by ? t("%s, changed %s", name(created_by), ago(updated_at)) : t("%s; changed by %s %s", tagged, name(updated_by), ago(updated_at));
}
