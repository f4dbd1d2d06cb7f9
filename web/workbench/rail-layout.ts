// The rail stands beside the text. Each card stands at the height of what it
// quotes, or as near below as those before it allow; where claims crowd, cards
// are cut to a line each, and where lines crowd too, several become one that
// says how many they are.

/** Form is how much of a claim its place in the rail shows. */
export type Form = "card" | "line" | "more" | "open";

/** Placed is one place in the rail. */
export interface Placed {
  readonly form: Form;
  readonly y: number;
  /** The claims that stand there by their index: one, or several for more. */
  readonly first: number;
  readonly count: number;
}

/** Sizes are heights in pixels. */
export interface Sizes {
  readonly card: number;
  readonly line: number;
  readonly gap: number;
}

/** How far below its text a card may stand before it is cut to a line. */
const roomForCard = 1.25;
/** How far a line may stand, in cards, before it becomes one with others. */
const roomForLine = 4;
/** How many cards ahead are looked at before one is given its full height. */
const ahead = 6;

/**
 * Places claims by the heights of what they quote, which are in order. One of
 * them may be open: it stands where it quotes, and the others make room.
 */
export function flow(anchors: ArrayLike<number>, sizes: Sizes, open?: { index: number; height: number }): Placed[] {
  if (!open) return below(anchors, 0, anchors.length, Number.NEGATIVE_INFINITY, sizes, 0);
  const above = below(anchors, 0, open.index, Number.NEGATIVE_INFINITY, sizes, 0);
  const top = Math.max(anchors[open.index]!, 0);
  const raised = raise(above, top - sizes.gap, sizes);
  // What stands above the open card may not leave the page at its top.
  const short = Math.max(0, -(raised[0]?.y ?? 0));
  const placed = raised.map((place) => ({ ...place, y: place.y + (place.y < top ? short : 0) }));
  placed.push({ form: "open", y: top + short, first: open.index, count: 1 });
  const end = top + short + open.height + sizes.gap;
  return placed.concat(below(anchors, open.index + 1, anchors.length, end, sizes, open.height));
}

/** Places the claims from first to end below a line; slack is drift beyond their own doing. */
function below(anchors: ArrayLike<number>, first: number, end: number, line: number, sizes: Sizes, slack: number): Placed[] {
  const placed: Placed[] = [];
  const foldAt = roomForLine * (sizes.card + sizes.gap);
  let cursor = line;
  for (let i = first; i < end; i++) {
    const y = Math.max(anchors[i]!, cursor);
    const excused = Math.min(slack, Math.max(0, line - anchors[i]!));
    if (y - anchors[i]! - excused > foldAt) {
      i = fold(placed, anchors, i, end, y, excused + foldAt / 2);
      cursor = y + sizes.line + sizes.gap;
      continue;
    }
    const form = fits(anchors, i, end, y, sizes) ? "card" : "line";
    placed.push({ form, y, first: i, count: 1 });
    cursor = y + sizes[form] + sizes.gap;
  }
  return placed;
}

/** Makes claim i and those after it that stand too far above y one place; returns the last. */
function fold(placed: Placed[], anchors: ArrayLike<number>, i: number, end: number, y: number, room: number): number {
  let last = i;
  while (last + 1 < end && y - anchors[last + 1]! > room) last++;
  placed.push({ form: "more", y, first: i, count: last - i + 1 });
  return last;
}

/** Whether claim i and those it pushes down could all be cards without drifting off. */
function fits(anchors: ArrayLike<number>, i: number, end: number, y: number, { card, gap }: Sizes): boolean {
  const room = roomForCard * card;
  let cursor = y;
  for (let next = i; next < Math.min(end, i + ahead); next++) {
    if (next > i && anchors[next]! >= cursor) return true;
    cursor = Math.max(cursor, anchors[next]!);
    if (cursor - anchors[next]! > room) return false;
    cursor += card + gap;
  }
  return true;
}

/** Moves places up until the last of them ends at bottom. */
function raise(places: readonly Placed[], bottom: number, sizes: Sizes): Placed[] {
  const raised = [...places];
  let limit = bottom;
  for (let i = raised.length - 1; i >= 0; i--) {
    const place = raised[i]!;
    if (place.y + heightOf(place, sizes) <= limit) break;
    const drift = place.y + heightOf(place, sizes) - limit;
    const form = place.form === "card" && drift > roomForCard * sizes.card ? "line" : place.form;
    raised[i] = { ...place, form, y: limit - heightOf({ form }, sizes) };
    limit = raised[i]!.y - sizes.gap;
  }
  return raised;
}

function heightOf({ form }: Pick<Placed, "form">, sizes: Sizes): number {
  return form === "card" ? sizes.card : sizes.line;
}

/** Places claims one under the other, as where there is no text beside them. */
export function stack(count: number, sizes: Sizes, open?: { index: number; height: number }): Placed[] {
  let y = 0;
  return Array.from({ length: count }, (_, i) => {
    const isOpen = i === open?.index;
    const place: Placed = { form: isOpen ? "open" : "card", y, first: i, count: 1 };
    y += (isOpen ? open.height : sizes.card) + sizes.gap;
    return place;
  });
}

/** The places that show between two heights; places stand in the order of y. */
export function between(places: readonly Placed[], top: number, bottom: number, tallest: number): readonly Placed[] {
  const search = (y: number) => {
    let low = 0;
    let high = places.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (places[middle]!.y < y) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return places.slice(search(top - tallest), search(bottom));
}
