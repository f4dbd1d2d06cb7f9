import { t } from "../language/_words";
import { Failure } from "./api";
import { nearest } from "./attribution";
import type { Bench } from "./bench";
import { distance, extent } from "./fragments";
import type { Option } from "./picker";
import type { Annotation, Entity } from "./record";
import { matches } from "./similar";

const mostMentions = 6;

/** What each type of entity is called, and a new one of it. */
const types: Readonly<Record<string, readonly [word: string, fresh: string]>> = {
  person: [t("person"), t("new person")], organisation: [t("organisation"), t("new organisation")], group: [t("group"), t("new group")],
  outlet: [t("outlet"), t("new outlet")], document: [t("document"), t("new document")], recording: [t("recording"), t("new recording")],
  event: [t("event"), t("new event")], place: [t("place"), t("new place")],
};

/** The word for a type of entity. */
export function typeWord(type: string): string {
  return types[type]?.[0] ?? type;
}

function newWord(type: string): string {
  return types[type]?.[1] ?? type;
}

/** The mentions of a kind near an annotation whose names fit query. */
export function mentionsNear(bench: Bench, kind: string, to: Annotation, query: string, except: ReadonlySet<string>, pick: (mention: Annotation) => void): Option[] {
  const fits = (a: Annotation) => !except.has(a.id) && (matches(bench.name(a), query) || matches(bench.quote(a, 120), query));
  const enough = query === "" ? mostMentions + except.size : undefined;
  return nearest(bench.set, kind, to, (a) => bench.name(a), enough).filter(fits).slice(0, mostMentions).map((mention) => ({
    label: bench.name(mention), hint: whereabouts(mention, to), group: t("In this article"), pick: () => pick(mention),
  }));
}

/** How far one annotation is from another, in words. */
function whereabouts(mention: Annotation, from: Annotation): string {
  const [a, b] = [extent(mention.fragments), extent(from.fragments)];
  if (!a || !b) return t("not in the text");
  if (a.start < b.end && b.start < a.end) return t("within it");
  const away = distance(a, b);
  const before = a.start < b.start;
  if (away < 120) return before ? t("just before") : t("just after");
  if (away < 1200) return before ? t("before") : t("after");
  return before ? t("far before") : t("far after");
}

/** The entities the server proposes for query. */
export async function entitiesLike(bench: Bench, kind: string, query: string, signal: AbortSignal, pick: (entity: Entity) => void): Promise<Option[]> {
  const types = bench.parts.codes.kind(kind)?.entities ?? [];
  const found = await bench.parts.api.entities(query, types, signal);
  return found.map((entity) => ({
    label: entity.name, hint: [typeWord(entity.type), ...entity.names.slice(0, 2).map(({ name }) => name)].join(" · "),
    group: t("Known to the project"), pick: () => {
      bench.parts.directory.know(entity);
      pick(entity);
    },
  }));
}

/** Making an entity of what was typed, as each type the kind may have. */
export function newEntities(bench: Bench, kind: string, query: string, pick: (entity: Entity) => void, complain: (words: string) => void): Option[] {
  if (query === "") return [];
  return (bench.parts.codes.kind(kind)?.entities ?? []).map((type) => ({
    label: t("“%s”", query), hint: newWord(type), group: t("New"),
    pick: () => void bench.parts.api.addEntity(type, query).then((entity) => {
      bench.parts.directory.know(entity);
      pick(entity);
    }).catch((error: unknown) => complain(error instanceof Failure ? error.message : t("Not saved: the server cannot be reached. Try again."))),
  }));
}
