import type { Annotations } from "./annotationset";
import { distance, extent } from "./fragments";
import type { Annotation, Link, Role } from "./record";

/** Hop is what a link leads to, with the link that leads there. */
export interface Hop {
  readonly link: Link;
  readonly to: Annotation;
}

/** Attribution is who said a claim, to whom, and through what it reached us. */
export interface Attribution {
  readonly speakers: readonly Hop[];
  readonly addressees: readonly Hop[];
  readonly cues: readonly Hop[];
  /** The claims this one is said within. */
  readonly within: readonly Hop[];
  /** The claims said within this one: their links lead here. */
  readonly contains: readonly Hop[];
  /** The ways it reached us, each from the source nearest to the speaker outwards. */
  readonly chains: readonly (readonly Hop[])[];
}

// Sources that share what they pass on to have exponentially many ways
// outwards; no page shows more than this.
const mostChains = 20;

/** What the links of a claim lead to, in the order of the text. */
export function attributionOf(set: Annotations, claim: string): Attribution {
  return {
    speakers: hops(set, claim, "speaker"),
    addressees: hops(set, claim, "addressee"),
    cues: hops(set, claim, "cue"),
    within: hops(set, claim, "within"),
    contains: set.linksOf(claim).filter((l) => l.role === "within" && l.to === claim)
      .map((link) => ({ link, to: set.annotation(link.from)! })).sort(asTheyStand),
    chains: hops(set, claim, "source").flatMap((hop) => chainsFrom(set, [hop])).slice(0, mostChains),
  };
}

/** What the links from an annotation in a role lead to. */
export function hops(set: Annotations, from: string, role: Role): Hop[] {
  return set.linksOf(from).filter((link) => link.role === role && link.from === from)
    .map((link) => ({ link, to: set.annotation(link.to)! })).sort(asTheyStand);
}

function chainsFrom(set: Annotations, before: readonly Hop[]): Hop[][] {
  const seen = new Set(before.map(({ to }) => to.id));
  const next = hops(set, before.at(-1)!.to.id, "via").filter(({ to }) => !seen.has(to.id));
  if (next.length === 0) return [[...before]];
  return next.slice(0, mostChains).flatMap((hop) => chainsFrom(set, [...before, hop])).slice(0, mostChains);
}

function asTheyStand(a: Hop, b: Hop): number {
  const start = ({ to }: Hop) => extent(to.fragments)?.start ?? Number.MAX_SAFE_INTEGER;
  return start(a) - start(b) || (a.link.id < b.link.id ? -1 : 1);
}

/** Part is one annotation's part in an attribution. */
export interface Part {
  readonly id: string;
  readonly role: Role | "claim";
}

/**
 * All that belongs to the attribution an annotation is part of: for a claim
 * what its links lead to, for others the claims and sources that lead to them
 * too.
 */
export function partsOf(set: Annotations, id: string): Part[] {
  const annotation = set.annotation(id);
  if (!annotation) return [];
  if (annotation.kind !== "claim") {
    const claims = set.linksOf(id).filter(({ to }) => to === id);
    return [{ id, role: claims[0]?.role ?? "claim" }, ...claims.map(({ from, role }) => ({ id: from, role: role === "via" ? role : "claim" as const }))];
  }
  const { speakers, addressees, cues, within, contains, chains } = attributionOf(set, id);
  const parts = new Map<string, Part>([[id, { id, role: "claim" }]]);
  const take = (hop: Hop, end = hop.to.id) => parts.set(end, { id: end, role: hop.link.role });
  [...speakers, ...addressees, ...cues, ...within, ...contains, ...chains.flat()].forEach((hop) => take(hop));
  return [...parts.values()];
}

/** Whether a claim wants attention: nobody says it, and nobody says that none is stated. */
export function isUnattributed(set: Annotations, claim: Annotation): boolean {
  const stated = claim.attributes["not_stated"];
  if (claim.kind !== "claim" || (Array.isArray(stated) && stated.includes("speaker"))) return false;
  return !set.linksOf(claim.id).some(({ role, from }) => from === claim.id && (role === "speaker" || role === "source"));
}

/**
 * The annotations of a kind by how near they stand to another, the nearest
 * first, one for each name: of many mentions of somebody the nearest will do.
 * Only as many are named as it takes to find most.
 */
export function nearest(set: Annotations, kind: string, to: Annotation, name: (annotation: Annotation) => string, most = Number.POSITIVE_INFINITY): Annotation[] {
  const place = extent(to.fragments);
  const away = (annotation: Annotation) => {
    const other = extent(annotation.fragments);
    return place && other ? distance(place, other) : Number.MAX_SAFE_INTEGER;
  };
  const found = [...set.annotations()].filter((a) => a.kind === kind && a.id !== to.id).map((a) => ({ a, away: away(a) }));
  const named = new Map<string, Annotation>();
  for (const { a } of found.sort((x, y) => x.away - y.away || (x.a.id < y.a.id ? -1 : 1))) {
    if (named.size >= most) break;
    const key = a.entity ?? name(a).toLocaleLowerCase();
    if (!named.has(key)) named.set(key, a);
  }
  return [...named.values()];
}
