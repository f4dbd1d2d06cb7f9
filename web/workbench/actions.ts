import type { Annotations } from "./annotationset";
import type { Codes } from "./codes";
import type { Range } from "./fragments";
import type { Offsets } from "./offsets";
import type { Annotation, Attributes, Link, Operation, Role } from "./record";
import { ends, type Tie } from "./roles";
import { uuid } from "./uuid";

// Each of these makes the operations of something a person does. None changes
// anything: the editor does the operations.

/** The operation that saves an annotation. */
export function putting(annotation: Annotation): Operation {
  return { op: "put", annotation };
}

/** A new annotation of kind, with the text it stands on as proof. */
export function tagged(kind: string, fragments: readonly Range[], offsets: Offsets, entity: string | null = null): Annotation {
  return { id: uuid(), version: 0, kind, fragments: proven(fragments, offsets), attributes: {}, entity };
}

/** The fragments with the text that stands there. */
export function proven(fragments: readonly Range[], offsets: Offsets): Annotation["fragments"] {
  return fragments.map(({ start, end }) => ({ start, end, exact: offsets.slice(start, end) }));
}

/** The operation that links two annotations. */
export function linking(from: string, role: Role, to: string): Operation {
  return { op: "put", link: { id: uuid(), version: 0, from, to, role, attributes: {} } };
}

/** The operation that links another annotation with the focused one. */
export function tying(focused: string, other: string, tie: Tie): Operation {
  return tie.from === "focused" ? linking(focused, tie.role, other) : linking(other, tie.role, focused);
}

/** The operation that takes a link away. */
export function unlinking(link: Link): Operation {
  return { op: "delete", link: { id: link.id, version: link.version } };
}

/** The operation that deletes an annotation, and with it its links. */
export function deleting(annotation: Annotation): Operation {
  return { op: "delete", annotation: { id: annotation.id, version: annotation.version } };
}

/** The attributes with one of them answered; an empty answer is none. */
export function answering(given: Attributes, name: string, value: string | readonly string[]): Attributes {
  const { [name]: _, ...others } = given;
  return value.length === 0 ? others : { ...others, [name]: value };
}

/**
 * The operations that make an annotation another kind. What that kind cannot
 * have goes: links whose roles do not fit, answers to questions it is not
 * asked, an entity where it stands for none.
 */
export function rekinding(annotation: Annotation, kind: string, set: Annotations, codes: Codes): Operation[] {
  const asked = new Set(codes.of(kind, annotation.attributes).map(({ name }) => name));
  const attributes = Object.fromEntries(Object.entries(annotation.attributes).filter(([name]) => asked.has(name)));
  const entity = codes.kind(kind)?.entities.length ? annotation.entity : null;
  const fits = ({ from, role }: Link) => (from === annotation.id ? ends[role].from : ends[role].to) === kind;
  const misfits = set.linksOf(annotation.id).filter((link) => !fits(link));
  return [...misfits.map(unlinking), putting({ ...annotation, kind, attributes, entity })];
}
