/** Stroke is what of a keyboard event matters here. */
export type Stroke = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** Signs that are found by their place on the keyboard, wherever Shift puts them. */
const places: Readonly<Record<string, string>> = { Period: ".", Comma: "," };

/**
 * The names by which a command may have bound a stroke, the most telling
 * first, such as C, Shift+C, Mod+Shift+Z, Alt+ArrowLeft, ? or Shift+. with
 * Mod for Ctrl or Cmd. Letters are Latin, whatever alphabet the keyboard
 * writes; the full stop, the comma and digits go by their place; other signs
 * have no Shift, for which of them need it differs from keyboard to keyboard.
 */
export function namesOf(stroke: Stroke): string[] {
  const { key, code, shiftKey } = stroke;
  const held = (stroke.ctrlKey || stroke.metaKey ? "Mod+" : "") + (stroke.altKey ? "Alt+" : "");
  const shifted = held + (shiftKey ? "Shift+" : "");
  const letter = letterOf(stroke);
  if (letter !== "") return [shifted + letter.toUpperCase()];
  if ([...key].length > 1) return [shifted + key];
  const place = places[code] ?? /^Digit(\d)$/.exec(code)?.[1];
  return place === undefined ? [held + key] : [held + key, shifted + place];
}

/** Whether a stroke of that name is one that dictation could type by accident. */
export function isSingle(name: string): boolean {
  const bare = name.replace(/^Shift\+(?=.)/, "");
  return [...bare].length === 1 || bare === "Delete" || bare === "Backspace";
}

/** The parts of a stroke's name as they stand on keycaps. */
export function capsOf(name: string, mac = false): string[] {
  const caps: Readonly<Record<string, string>> = {
    Mod: mac ? "⌘" : "Ctrl", Alt: mac ? "⌥" : "Alt", ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓",
    PageUp: "PgUp", PageDown: "PgDn", Escape: "Esc",
  };
  return name.split(/\+(?=.)/).map((part) => caps[part] ?? part);
}

/** A stroke's name as the attribute aria-keyshortcuts has it. */
export function ariaOf(name: string): string {
  return name.replace(/^Mod\+/, "Control+").replace(/\+\+$/, "+Plus").replace(/^\+$/, "Plus");
}

/** The Latin letter of a key, whatever alphabet the keyboard writes. */
function letterOf({ key, code }: Pick<Stroke, "key" | "code">): string {
  const letter = key.toLowerCase();
  if (/^[a-z]$/.test(letter)) return letter;
  return /^\p{L}$/u.test(key) ? (/^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? "") : "";
}
