import type { Presence } from "./record";

/** Reader is somebody else who has the article open, and where they look. */
export interface Reader {
  readonly user: string;
  readonly name: string;
  readonly annotation: string | null;
  readonly start: number | null;
}

/**
 * The others among those who have the article open, each once: of somebody's
 * several pages the one that tells most of where they look, the latest first.
 */
export function readersOf(presences: readonly Presence[], me: string): Reader[] {
  const readers = new Map<string, Reader>();
  for (const { user, name, annotation, start } of presences) {
    if (user === me) continue;
    const other = readers.get(user);
    if (!other || weight({ annotation, start }) >= weight(other)) readers.set(user, { user, name, annotation, start });
  }
  return [...readers.values()];
}

function weight({ annotation, start }: Pick<Reader, "annotation" | "start">): number {
  return annotation !== null ? 2 : start !== null ? 1 : 0;
}

/** The first letters of a name's first and last word. */
export function initials(name: string): string {
  const words = name.split(/[\s-]+/).filter((word) => word !== "");
  const letters = words.filter((_, i) => i === 0 || i === words.length - 1).map((word) => Array.from(word)[0]!);
  return letters.join("").toUpperCase();
}

const colors = ["amber", "blue", "green", "violet", "rose", "teal", "orange", "slate"];

/** The colour of a name, which is the same on every page: FNV-1a, as the server has it. */
export function colorOf(name: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return colors[(hash & 0xff) % colors.length]!;
}

/** The heights of marks that are not to cover each other, each at its own or below it. */
export function apart(heights: readonly number[], least: number): number[] {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a]! - heights[b]! || a - b);
  const placed = [...heights];
  let last = -Infinity;
  for (const i of order) {
    placed[i] = last = Math.max(heights[i]!, last + least);
  }
  return placed;
}
