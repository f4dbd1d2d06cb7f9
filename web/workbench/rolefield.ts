import { t } from "../language/_words";
import { hops, nearest, type Hop } from "./attribution";
import type { Bench } from "./bench";
import { element, icon, type Child } from "./dom";
import { drawn, iconButton, type Field } from "./field";
import { linkAnswers } from "./coding";
import { entitiesLike, mentionsNear, newEntities } from "./mentions";
import { Picker } from "./picker";
import type { Annotation, Entity, Role } from "./record";
import { ends } from "./roles";
import type { Tagging } from "./tagging";

/** Asked is what a role field asks, in words. */
export interface Asked {
  readonly role: Role;
  /** The question, and the placeholder of the picker. */
  readonly label: string;
  readonly placeholder: string;
  /** The value of not_stated that answers the question too. */
  readonly notStated?: string;
  /** How many mentions near by are offered without a click. */
  readonly offers?: number;
  /** Draws what is linked, where that is more than a chip for each. */
  readonly drawing?: { facts(): unknown; draw(): Child[] };
}

/** The field of a card that shows and changes what links in a role lead to. */
export function roleField(bench: Bench, tagging: Tagging, from: string, asked: Asked): Field & { picker: Picker | undefined } {
  const { role, label } = asked;
  const kind = ends[role].to;
  const linked = () => hops(bench.set, from, role);
  const picker = bench.mayTag ? rolePicker(bench, tagging, from, role, asked.label, asked.placeholder) : undefined;
  const { drawing } = asked;
  let asksForMore = false;
  let count = linked().length;
  const more = () => {
    asksForMore = true;
    update();
    picker?.input.focus();
  };
  const list = drawn(element("div", { className: "linked" }), () => [facts(bench, from, linked()), drawing?.facts()], () => [
    ...(drawing ? drawing.draw() : linked().map((hop) => chip(bench, tagging, hop))),
    ...offers(bench, tagging, from, asked, kind),
    ...notStated(bench, tagging, from, asked, linked().length),
    !picker && linked().length === 0 && !stated(bench.set.annotation(from), asked.notStated) && element("span", { className: "none" }, t("Nothing yet")),
    picker !== undefined && linked().length > 0 &&
      element("button", { type: "button", className: "quiet-action more", "data-key": `more ${role}`, "aria-label": t("%s Add another", label), onclick: more }, icon("plus"), t("another")),
  ]);
  const update = () => {
    const typing = picker?.element.contains(document.activeElement) ?? false;
    list.update();
    if (!picker) return;
    if (linked().length !== count) asksForMore = false;
    count = linked().length;
    picker.element.hidden = linked().length > 0 && !asksForMore;
    if (typing && picker.element.hidden) list.element.querySelector<HTMLElement>(".more")?.focus({ preventScroll: true });
  };
  update();
  return {
    element: element("div", { className: "role-field", role: "group", "aria-label": label, "data-role": role },
      element("p", { className: "label" }, label), list.element, picker?.element),
    picker,
    update,
  };
}

/** A picker of what a link in role leads to. */
export function rolePicker(bench: Bench, tagging: Tagging, from: string, role: Role, label: string, placeholder: string): Picker {
  const kind = ends[role].to;
  const there = () => new Set([from, ...hops(bench.set, from, role).map(({ to }) => to.id)]);
  const annotation = () => bench.set.annotation(from)!;
  const standsForEntities = (bench.parts.codes.kind(kind)?.entities.length ?? 0) > 0;
  const takeEntity = (entity: Entity) => tagging.linkEntity(from, role, kind, entity.id);
  const picker = new Picker({
    label, placeholder,
    near: (query) => mentionsNear(bench, kind, annotation(), query, there(), (mention) => tagging.link(from, role, mention)),
    ...(standsForEntities && {
      far: (query: string, signal: AbortSignal) => entitiesLike(bench, kind, query, signal, takeEntity),
      last: (query: string) => newEntities(bench, kind, query, takeEntity, (words) => picker.complain(words)),
    }),
  });
  return picker;
}

function facts(bench: Bench, from: string, linked: readonly Hop[]): unknown {
  const annotation = bench.set.annotation(from);
  return [linked.map(({ link, to }) => [link.id, link.attributes, bench.name(to), to.id]), annotation?.attributes["not_stated"], annotation?.fragments, bench.counts.get("speaker")];
}

/** What a link leads to, with what is asked of the link. */
export function chip(bench: Bench, tagging: Tagging, { link, to }: Hop): HTMLElement {
  const name = bench.name(to);
  const color = bench.parts.codes.kind(to.kind)?.color;
  return element("div", { className: `chip color-${color}`, "data-annotation": to.id, "data-link": link.id },
    element("button", {
      type: "button", className: "name", "data-key": `go ${link.id}`, title: to.fragments.length > 0 ? t("Show in the text") : t("Not mentioned in the text"),
      onclick: () => bench.focus(to.id, { scroll: true }),
    }, to.fragments.length === 0 && element("span", { className: "silent", title: t("Not mentioned in the text") }, "∅ "), name),
    ...linkAnswers(bench, tagging, link),
    bench.mayTag && iconButton(t("Remove %s", name), icon("cross"), () => tagging.unlink(link), `remove ${link.id}`));
}

/** The mentions that stand nearest, one press away, while nothing is linked. */
function offers(bench: Bench, tagging: Tagging, from: string, { role, offers: most }: Asked, kind: string): Child[] {
  const annotation = bench.set.annotation(from);
  if (!most || !annotation || !bench.mayTag || hops(bench.set, from, role).length > 0 || stated(annotation, kind)) return [];
  return nearest(bench.set, kind, annotation, (a) => bench.name(a), most).map((mention) =>
    element("button", {
      type: "button", className: "offer", "data-key": `offer ${mention.id}`, "data-annotation": mention.id,
      onclick: () => tagging.link(from, role, mention),
    }, icon("plus"), bench.name(mention)));
}

function stated(annotation: Annotation | undefined, value: string | undefined): boolean {
  const said = annotation?.attributes["not_stated"];
  return value !== undefined && Array.isArray(said) && said.includes(value);
}

/** Saying that one has looked and the text does not tell. */
function notStated(bench: Bench, tagging: Tagging, from: string, { notStated: value }: Asked, linked: number): Child[] {
  const annotation = bench.set.annotation(from);
  const question = bench.parts.codes.of("claim", {}).find(({ name }) => name === "not_stated");
  if (!value || !annotation || !question?.values.some((v) => v.value === value)) return [];
  const is = stated(annotation, value);
  if (!is && (linked > 0 || !bench.mayTag)) return [];
  const said = annotation.attributes["not_stated"];
  const others = Array.isArray(said) ? said.filter((v) => v !== value) : [];
  return [element("button", {
    type: "button", className: "not-stated", "aria-pressed": String(is), "data-key": `not stated ${value}`, disabled: !bench.mayTag,
    onclick: () => tagging.answer(annotation, "not_stated", is ? others : [...others, value]),
  }, is && icon("check"), t("Not stated in the text"))];
}

