import { sameFragments } from "./history";
import type { Annotation, Attributes, Link, Operation } from "./record";

/**
 * The operation over what others have made of a thing since: what it changed
 * of the thing as it was is as it says, all else as it is now.
 */
export function rebased(operation: Operation, was: Annotation | Link, now: Annotation | Link): Operation {
  if (operation.op === "delete") return operation;
  if (operation.annotation) {
    return "kind" in was && "kind" in now ? { op: operation.op, annotation: annotationOver(operation.annotation, was, now) } : operation;
  }
  return "role" in was && "role" in now ? { op: operation.op, link: linkOver(operation.link, was, now) } : operation;
}

function annotationOver(mine: Annotation, was: Annotation, now: Annotation): Annotation {
  return {
    ...now,
    kind: mine.kind === was.kind ? now.kind : mine.kind,
    entity: mine.entity === was.entity ? now.entity : mine.entity,
    fragments: sameFragments(mine.fragments, was.fragments) ? now.fragments : mine.fragments,
    attributes: attributesOver(mine.attributes, was.attributes, now.attributes),
  };
}

/** A link's ends and role are what it is; only the answers about it change. */
function linkOver(mine: Link, was: Link, now: Link): Link {
  return { ...mine, version: now.version, attributes: attributesOver(mine.attributes, was.attributes, now.attributes) };
}

function attributesOver(mine: Attributes, was: Attributes, now: Attributes): Attributes {
  const merged: Record<string, Attributes[string]> = { ...now };
  for (const name of new Set([...Object.keys(mine), ...Object.keys(was)])) {
    const answer = mine[name];
    if (JSON.stringify(answer) === JSON.stringify(was[name])) continue;
    if (answer === undefined) delete merged[name];
    else merged[name] = answer;
  }
  return merged;
}
