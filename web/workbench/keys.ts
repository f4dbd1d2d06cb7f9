import type { Codes } from "./codes";

/** Stroke is what of a keyboard event matters here. */
export type Stroke = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** Command is what a key asks for. */
export type Command =
  | { readonly name: "tag"; readonly kind: string; /** Link it with what is focused. */ readonly link: boolean }
  | { readonly name: "nudge"; readonly edge: "start" | "end"; readonly unit: "character" | "word"; readonly by: 1 | -1 }
  | { readonly name: "next" | "previous"; /** Only claims that nobody says yet. */ readonly unattributed: boolean }
  | { readonly name: "undo" | "redo" | "delete" | "include" | "replace" | "open" | "leave" | "help" | "find" };

const nudges: Readonly<Record<string, { edge: "start" | "end"; by: 1 | -1 }>> = {
  ArrowLeft: { edge: "end", by: -1 },
  ArrowRight: { edge: "end", by: 1 },
  ArrowUp: { edge: "start", by: -1 },
  ArrowDown: { edge: "start", by: 1 },
};

const named: Readonly<Record<string, Command["name"] & ("delete" | "include" | "replace" | "open" | "leave" | "help" | "find")>> = {
  "Delete": "delete", "Backspace": "delete", "+": "include", "=": "replace", "Enter": "open", "Escape": "leave", "?": "help", "/": "find",
};

/**
 * The command a stroke stands for. Letters are the codebook's alone; what
 * needs no letter is by its place on the keyboard or by its sign. Letters and
 * signs do nothing while single keys are switched off.
 */
export function commandOf(stroke: Stroke, codes: Codes, singleKeys: boolean): Command | undefined {
  const { key, code, altKey, shiftKey } = stroke;
  if (stroke.ctrlKey || stroke.metaKey) return altKey ? undefined : history(stroke);
  if (altKey) {
    const nudge = nudges[key];
    return nudge && { name: "nudge", ...nudge, unit: shiftKey ? "word" : "character" };
  }
  if (key === "Escape" || key === "Enter") return { name: named[key]! };
  if (!singleKeys) return undefined;
  if (code === "Period") return { name: "next", unattributed: shiftKey };
  if (code === "Comma") return { name: "previous", unattributed: shiftKey };
  const kind = codes.keyed(letterOf(stroke));
  if (kind) return { name: "tag", kind: kind.name, link: shiftKey };
  return named[key] && { name: named[key] };
}

function history({ key, code, shiftKey }: Stroke): Command | undefined {
  const letter = letterOf({ key, code });
  if (letter === "z") return { name: shiftKey ? "redo" : "undo" };
  return letter === "y" && !shiftKey ? { name: "redo" } : undefined;
}

/** The Latin letter of a key, whatever alphabet the keyboard writes. */
function letterOf({ key, code }: Pick<Stroke, "key" | "code">): string {
  const letter = key.toLowerCase();
  if (/^[a-z]$/.test(letter)) return letter;
  return /^\p{L}$/u.test(key) ? (/^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? "") : "";
}
