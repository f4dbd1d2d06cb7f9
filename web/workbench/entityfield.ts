import { t } from "../language/_words";
import type { Bench } from "./bench";
import { element, icon, type Child } from "./dom";
import { drawn, iconButton, type Field } from "./field";
import { entitiesLike, newEntities, typeWord } from "./mentions";
import { Picker } from "./picker";
import type { Annotation, Entity } from "./record";
import { folded, isName } from "./similar";
import type { Tagging } from "./tagging";

const mostProposals = 3;

/**
 * The field of who or what a mention stands for: the entity, or entities with
 * names like the text, to choose from.
 */
export function entityField(bench: Bench, tagging: Tagging, id: string): Field & { picker: Picker | undefined } {
  const annotation = () => bench.set.annotation(id);
  const kind = annotation()!.kind;
  let proposals: readonly Entity[] = [];
  const take = (entity: Entity) => {
    const current = annotation();
    if (current) tagging.identify(current, entity.id);
  };
  const picker = bench.mayTag ? entityPicker(bench, kind, () => bench.quote(annotation()!, 200), take) : undefined;
  const facts = () => [annotation()?.entity, bench.parts.directory.entity(annotation()?.entity ?? null), proposals, annotation()?.fragments];
  const list = drawn(element("div", { className: "linked" }), facts, () => {
    const current = annotation();
    if (!current) return [];
    if (current.entity !== null) return chosen(bench, tagging, current, () => list.update(), (words) => picker?.complain(words));
    return proposals.map((entity) => proposal(entity, take));
  });
  if (picker && annotation()!.entity === null && annotation()!.fragments.length > 0) {
    void propose(bench, annotation()!).then((found) => {
      proposals = found;
      list.update();
    });
  }
  const label = kind === "speaker" ? t("Who is this?") : t("What is this?");
  const root = element("div", { className: "role-field", role: "group", "aria-label": label, "data-role": "entity" },
    element("p", { className: "label" }, label), list.element, picker?.element);
  const update = () => {
    list.update();
    if (picker) picker.element.hidden = (annotation()?.entity ?? null) !== null;
  };
  update();
  return { element: root, picker, update };
}

function entityPicker(bench: Bench, kind: string, text: () => string, take: (entity: Entity) => void): Picker {
  const picker: Picker = new Picker({
    label: kind === "speaker" ? t("Who is this?") : t("What is this?"),
    placeholder: t("A name"),
    near: () => [],
    far: (query, signal) => entitiesLike(bench, kind, query || text(), signal, take),
    last: (query) => newEntities(bench, kind, query || text(), take, (words) => picker.complain(words)),
  });
  return picker;
}

/** The entities whose names are most like the text. */
async function propose(bench: Bench, annotation: Annotation): Promise<readonly Entity[]> {
  const types = bench.parts.codes.kind(annotation.kind)?.entities ?? [];
  if (types.length === 0) return [];
  try {
    const found = await bench.parts.api.entities(bench.quote(annotation, 200), types, AbortSignal.timeout(5000));
    found.forEach((entity) => bench.parts.directory.know(entity));
    return found.slice(0, mostProposals);
  } catch {
    return []; // the picker is there all the same
  }
}

function proposal(entity: Entity, take: (entity: Entity) => void): HTMLElement {
  return element("button", { type: "button", className: "offer", "data-key": `offer ${entity.id}`, "data-entity": entity.id, onclick: () => take(entity) },
    icon("plus"), entity.name, element("span", { className: "hint" }, typeWord(entity.type)));
}

function chosen(bench: Bench, tagging: Tagging, annotation: Annotation, update: () => void, complain: (words: string) => void): Child[] {
  const entity = bench.parts.directory.entity(annotation.entity);
  const color = bench.parts.codes.kind(annotation.kind)?.color;
  const project = encodeURIComponent(bench.parts.project);
  return [
    element("div", { className: `chip color-${color}`, "data-entity": annotation.entity },
      element("a", { className: "name", href: `/projects/${project}/entities/${annotation.entity}` }, entity?.name ?? t("Somebody known")),
      entity && element("span", { className: "hint" }, typeWord(entity.type)),
      bench.mayTag && annotation.fragments.length > 0 &&
        iconButton(t("Not this one"), icon("cross"), () => tagging.identify(annotation, null), "not this one")),
    entity && bench.mayTag && spelling(bench, annotation, entity, update, complain),
  ];
}

/** Making the text another spelling of the entity's name, where it is one. */
function spelling(bench: Bench, annotation: Annotation, entity: Entity, update: () => void, complain: (words: string) => void): HTMLElement | undefined {
  const text = bench.quote(annotation, 200);
  const known = [entity.name, ...entity.names.map(({ name }) => name)].map(folded);
  if (!isName(text) || known.includes(folded(text))) return undefined;
  return element("button", {
    type: "button", className: "quiet-action", "data-key": "spelling", "data-action": "spelling",
    onclick: () => void bench.parts.api.addSpelling(entity, text).then((renamed) => {
      bench.parts.directory.know(renamed);
      bench.parts.announce(t("“%s” is now a spelling of %s.", text, entity.name));
      update();
    }).catch(() => complain(t("Not saved: the server cannot be reached. Try again."))),
  }, icon("plus"), t("“%s” is another spelling of this name", text));
}
