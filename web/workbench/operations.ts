import type { Annotation, Answer, Link, Operation } from "./record";

/** The id of what operation puts or deletes. */
export function idOf(operation: Operation): string {
  return (operation.annotation ?? operation.link)!.id;
}

/** What operation makes of a thing; null when it deletes it. */
export function recordOf(operation: Operation): Annotation | Link | null {
  return operation.op === "delete" ? null : (operation.annotation ?? operation.link);
}

/** The operation that deletes what operation names. */
export function deletion(operation: Operation, version = 0): Operation {
  const named = { id: idOf(operation), version };
  return operation.annotation ? { op: "delete", annotation: named } : { op: "delete", link: named };
}

/**
 * The operation as it is sent: with the version its author saw, and no more
 * than its author says.
 */
export function stamp(operation: Operation, version: number): Operation {
  if (operation.op === "delete") return deletion(operation, version);
  if (operation.annotation) {
    const { id, kind, fragments, attributes, entity } = operation.annotation;
    return { op: "put", annotation: { id, version, kind, fragments, attributes, entity } };
  }
  const { id, from, to, role, attributes } = operation.link;
  return { op: "put", link: { id, version, from, to, role, attributes } };
}

/** What an answer says was done. */
export function operationsOf(answer: Answer): Operation[] {
  const named = (id: string) => ({ id, version: 0 });
  return [
    ...answer.annotations.map((annotation) => ({ op: "put", annotation }) as const),
    ...answer.links.map((link) => ({ op: "put", link }) as const),
    ...answer.deleted.annotations.map((id) => ({ op: "delete", annotation: named(id) }) as const),
    ...answer.deleted.links.map((id) => ({ op: "delete", link: named(id) }) as const),
  ];
}
