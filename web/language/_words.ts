// The words of the interface in the page's language. The English text is the
// key; a text without an entry stays English. See language.go: the rules are
// the same.

type Entry = string | Readonly<Record<string, string>>;

/** What the page's language says, by the English. Before any module runs, a script of the build sets it. */
const catalogue: Readonly<Record<string, Entry>> = (globalThis as { words?: Record<string, Entry> }).words ?? {};

/** The BCP 47 tag of the page's language. */
export const language: string = (globalThis.document as Document | undefined)?.documentElement.lang || "en";

/** The way the page's language runs, and an arrow that points along it. */
export const direction: string = (globalThis.document as Document | undefined)?.documentElement.dir || "ltr";
export const onward: string = direction === "rtl" ? "←" : "→";

const numbers = new Intl.NumberFormat(language);
const plurals = new Intl.PluralRules(language);

/** The text in the page's language, with args in the places of its %s and %d. */
export function t(text: string, ...args: readonly (string | number)[]): string {
  const entry = catalogue[text];
  return format(typeof entry === "string" ? entry : text, args);
}

/** The text for count things; many is the key. The count stands in the place of the first verb, args in those after it. */
export function n(count: number, one: string, many: string, ...args: readonly (string | number)[]): string {
  const forms = catalogue[many];
  const text = typeof forms === "object" ? forms[plurals.select(count)] ?? forms["other"] : undefined;
  return format(text ?? (count === 1 ? one : many), [count, ...args]);
}

/** The text where the English word alone does not say which is meant. Its key is context|text. */
export function c(context: string, text: string, ...args: readonly (string | number)[]): string {
  const entry = catalogue[`${context}|${text}`];
  return format(typeof entry === "string" ? entry : text, args);
}

/** A label within a sentence: English takes its capital away; other languages may need it. */
export function lower(label: string): string {
  return language === "en" ? label.toLocaleLowerCase() : label;
}

/** The number as the page's language writes it. */
export function number(value: number): string {
  return numbers.format(value);
}

function format(text: string, args: readonly (string | number)[]): string {
  if (args.length === 0) return text;
  let next = 0;
  return text.replace(/%(?:\[(\d+)\])?([sd%])/g, (whole, index: string | undefined, verb: string) => {
    if (verb === "%") return "%";
    next = index === undefined ? next + 1 : Number(index);
    const value = args[next - 1];
    if (value === undefined) return whole;
    return typeof value === "number" && verb === "d" ? number(value) : String(value);
  });
}
