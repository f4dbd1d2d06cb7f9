/** What has been typed of a mention that ends at a place in a text, and where its @ is. */
export function mentionAt(text: string, end: number): { start: number; typed: string } | undefined {
  const found = /(?<![\p{L}\p{N}])@([\p{L}\p{N}][^@\n]{0,40})?$/u.exec(text.slice(0, end));
  return found ? { start: found.index, typed: found[1] ?? "" } : undefined;
}

/** Those of names that begin with what was typed, or have a word that does, whatever the case and accents. */
export function called(typed: string, names: readonly string[]): string[] {
  const sought = plain(typed);
  const fits = (name: string) => plain(name).startsWith(sought) || plain(name).includes(` ${sought}`);
  return names.filter((name) => fits(name) && plain(name) !== sought.trimEnd());
}

function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
