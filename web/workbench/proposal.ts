import type { Stretch } from "./boundaries";
import { isQuoted, nextQuote } from "./quotes";

/** Mention is a speaker or a cue that is tagged already. */
export interface Mention extends Stretch {
  readonly id: string;
  readonly kind: string;
}

/** Found is words of the text, or what is tagged there already. */
export interface Found extends Stretch {
  /** The annotation, where there is one. */
  readonly id?: string;
}

/** Proposal is who seems to say a claim, and by what words that is signalled. */
export interface Proposal {
  readonly speaker?: Found & {
    /** Words such as "she": they are a mention, and name nobody. */
    readonly pronoun: boolean;
    /** Whether no cue tells, and it only stands nearest. */
    readonly nearest: boolean;
  };
  readonly cue?: Found;
}

/** Region is a stretch of text beside a claim, or in it, in which it may be attributed. */
interface Region extends Stretch {
  /** Whether the claim stands before it, after it, or is the whole sentence around the cue. */
  readonly claim: "before" | "after" | "around";
}

const auxiliary = "(?:(?:has|have|had|is|was|were|are|will|would|may|might|could|does|did|do|hat|haben|hatte|habe|a|ont|avait)(?:\\s+(?:not|never|also|since|later|repeatedly|nicht|auch))*\\s+)?";
const english = "said|says|say|saying|told|tells|added|adds|announced|announces|wrote|writes|claimed|claims|argued|argues|insisted|insists|denied|denies|confirmed|confirms|stated|states|reported|replied|explained|explains|warned|warns|suggested|suggests|admitted|admits|acknowledged|acknowledges|noted|notes|recalled|testified|alleged|alleges|believes?|believed|thinks?|thought|declared|promised|demanded|demands|urged|posted|tweeted|concluded|continued|conceded|maintained|maintains|predicted|predicts|revealed|complained|remarked|responded|asserted|asserts|emphasi[sz]ed|stressed|ordered|declined|refused|asked|asks|called|feared|fears|suspects?|suspected|wants?|wanted|knew|knows";
const german = "sagte|sagten|sagt|erklärte|erklärt|betonte|betont|meinte|meint|schrieb|schreibt|behauptete|behauptet|warnte|warnt|bestätigte|bestritt|dementierte|berichtete|forderte|fordert|versicherte|gesagt|erklärt|geschrieben|bestätigt|ergänzte|(?:teilte|kündigte|fügte|räumte)n?(?:\\s+(?:mit|an|hinzu|ein))?|mitteilten?|ankündigten?|hinzufügten?|einräumten?|mitgeteilt|angekündigt";
const french = "déclaré|déclare|dit|affirmé|affirme|expliqué|explique|annoncé|annonce|écrit|ajouté|ajoute|assuré|assure|estime|estimé|indiqué|indique|précisé|précise|souligné|souligne";
const verbs = new RegExp(`(?<![\\p{L}’'])${auxiliary}(?:${english}|${german}|${french})(?![\\p{L}])`, "giu");
/** What can close a sentence that was said: a verb and who, either first. */
const closing = new RegExp(`^\\s*${verbs.source}|${verbs.source}[.!?]?$`, "iu");
/** A full stop that ends a sentence, and not "Ms." or "J.". */
const stop = String.raw`(?<!\b(?:Mr|Mrs|Ms|Dr|Prof|St|Gen|Sen|Rep|Gov|\p{Lu}))[.!?]`;
/** What says that somebody says nothing: a claim of its own, whose speaker keeps silent. */
const silence = /(?<![\p{L}])(?:(?:did|does|would|could|has|had) not (?:immediately )?(?:comment|respond|reply|answer)(?:ed)?|declined to (?:comment|answer)|refused to (?:comment|answer)|had no comment|could not be reached(?: for comment)?|äußerten? sich nicht|wollten? sich nicht (?:dazu )?äußern|war(?:en)? nicht zu erreichen|n[’']a pas (?:souhaité|voulu) (?:commenter|répondre|s[’']exprimer))(?![\p{L}])/giu;
/** Verbs that are followed by whom it is said to, and never by who says it. */
const telling = /\b(?:told|tells|asked|asks|urged|warned|warns|called|ordered|promised)$/iu;

const pronoun = /^(?:he|she|they|it|we|I|who|er|sie|es|wir|ich|il|elle|ils|elles|on|nous|je)$/iu;
const determiners = "the|a|an|this|that|these|those|his|her|its|their|our|my|one|two|three|several|some|many|most|other|another|der|die|das|ein|eine|einer|sein|seine|ihr|ihre|le|la|les|l’|un|une|des|son|sa|ses";
/** Nouns as German writes them: names and titles, with what leads in and stands between. */
const nouns = String.raw`(?:(?:der|die|das|dem|den|des|ein|eine|einer|einem|eines|sein|seiner|seinem|ihr|ihrer|ihrem)\s+(?:\p{Ll}+\s+)?)?NAME(?:\s+(?:(?:von|vom|der|des|für|und|zu|zur)\s+(?:der\s+)?)?NAME)*`.replaceAll("NAME", String.raw`\p{Lu}(?:\.(?=\s+\p{Lu})|[^\s,;:.()“”„"»«])*`);

/** Pointer is a cue without a verb, that points to the speaker beside it. */
interface Pointer {
  readonly words: RegExp;
  readonly speaker: "left" | "right";
  /** What the speaker's words are; else whatever stands there. */
  readonly taken?: RegExp;
  /** The only side on which the claim may stand. */
  readonly claim?: Region["claim"];
}

const toTheRight = new RegExp(String.raw`^\s+(?<speaker>${nouns})`, "u");
const pointers: readonly Pointer[] = [
  { words: word("according to|in the words of|in the view of|selon|d[’']après"), speaker: "right" },
  { words: word(String.raw`laut|nach\s+(?:Angaben|Aussagen?|Worten|Ansicht)(?:\s+von)?`), speaker: "right", taken: toTheRight },
  { words: /^so(?![\p{L}])/giu, speaker: "right", taken: toTheRight, claim: "before" },
  { words: word("zufolge"), speaker: "left", taken: new RegExp(String.raw`(?:^|\s)(?<speaker>${nouns})\s+$`, "u") },
];

function word(either: string): RegExp {
  return new RegExp(String.raw`(?<![\p{L}])(?:${either})(?![\p{L}])`, "giu");
}

/** What a speaker's words can begin with. */
const beginning = new RegExp(`(?:^|(?<=\\s))(?:(?:${determiners}|he|she|they|it|we|who|er|sie|il|elle|ils|elles)(?![\\p{L}])|[\\p{Lu}\\p{Lt}\\p{Lo}]|(?:officials|residents|critics|experts|police|witnesses|investigators|prosecutors|lawyers|engineers|sources)(?![\\p{L}]))`, "u");
/** Where a speaker's words end, on their right. */
const ending = new RegExp(String.raw`[,;:()–—“”„«»"]|${stop}|\s(?:in|on|at|during|after|before|to|that|when|as|while|by|with|from|about|yesterday|today|dass|am|im|bei|nach|vor|que|à|dans|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\s|\s(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)(?!\p{L})`, "u");
const sentenceEnd = new RegExp(`${stop}(?=\\s|$|[”»"])|\n|[“„«"]`, "u");
const sentenceStart = new RegExp(`${stop}[”»"]?\\s+`, "gu");
/** Words that lead into a sentence and belong to nobody. */
const leading = /^(?:but|and|or|so|yet|however|meanwhile|later|then|also|still|when|as|while|though|although|because|aber|und|doch|wie|mais|et|puis|comme)\s+/iu;

const farthest = 220; // code units from a claim in which its cue is looked for
const mostWords = 14;

/**
 * Proposes who says a claim: what the cue beside it points to, or else the
 * speaker that stands nearest. It goes by the text alone and can be wrong: a
 * person says yes or passes over it. All offsets are UTF-16 code units.
 */
export function propose(text: string, claim: readonly Stretch[], mentions: readonly Mention[]): Proposal {
  for (const region of regions(text, claim)) {
    const attributed = within(text, region);
    if (!attributed) continue;
    const cue = standing(attributed.cue, mentions, "cue");
    const speaker = attributed.speaker && standing(attributed.speaker, mentions, "speaker");
    const near = speaker ?? mentionIn(region, attributed.cue, mentions);
    if (!near) continue;
    return { cue, speaker: { ...near, pronoun: pronoun.test(text.slice(near.start, near.end)), nearest: false } };
  }
  const nearest = nearestMention(text, claim, mentions);
  return nearest ? { speaker: { ...nearest, pronoun: pronoun.test(text.slice(nearest.start, nearest.end)), nearest: true } } : {};
}

/** Where a claim may be attributed, the likeliest first: beside a quote after it, beside a report before it. */
function regions(text: string, claim: readonly Stretch[]): Region[] {
  const all = claim.flatMap(({ start, end }): { region: Region; quoted: boolean }[] => {
    const quoted = isQuoted(text.slice(start, end));
    const around = quoted && !/[.!?]/.test(text.slice(end - 2, end));
    return [
      { region: { ...after(text, end), claim: "before" }, quoted: quoted || around },
      { region: { ...before(text, start), claim: "after" }, quoted: !quoted },
    ];
  });
  const beside = all.sort((a, b) => Number(b.quoted) - Number(a.quoted)).map(({ region }) => region);
  return [...beside, ...claim.flatMap((fragment) => [...behindQuote(text, fragment), ...around(text, fragment)])];
}

/** What of a claim stands behind the quote in it: people tag whole sentences too. */
function behindQuote(text: string, { start, end }: Stretch): Region[] {
  const quote = nextQuote(text, start, end);
  return quote && quote.end < end ? [{ start: quote.end, end: Math.min(end, after(text, quote.end).end), claim: "before" }] : [];
}

/** A claim without a quote may be a whole sentence that says whose it is: "…, the auditors say." */
function around(text: string, { start, end }: Stretch): Region[] {
  if (isQuoted(text.slice(start, end)) || nextQuote(text, start, end)) return [];
  const last = start + text.slice(start, end).lastIndexOf(",") + 1;
  const closes = last > start && closing.test(text.slice(last, end));
  return [{ start, end, claim: "around" }, ...(closes ? [{ start: last, end, claim: "before" } as const] : [])];
}

/** From the end of a claim to that of its sentence, or to the next quote. */
function after(text: string, from: number): Stretch {
  const rest = text.slice(from, from + farthest);
  const skipped = /^[”“»«"’,\s]*/u.exec(rest)![0].length;
  if (rest.slice(0, skipped).includes("\n")) return { start: from, end: from };
  const end = rest.slice(skipped).search(sentenceEnd);
  return { start: from + skipped, end: from + (end < 0 ? rest.length : skipped + end) };
}

/** From the beginning of the sentence to that of a claim in it. */
function before(text: string, to: number): Stretch {
  const rest = text.slice(Math.max(0, to - farthest), to);
  const sentence = Math.max(rest.lastIndexOf("\n"), lastMatch(rest, sentenceStart));
  const start = to - rest.length + sentence + 1;
  const skipped = /^[.!?”»"\s]*/u.exec(text.slice(start, to))![0].length;
  return { start: Math.min(start + skipped, to), end: to };
}

function lastMatch(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].at(-1)?.index ?? -1;
}

/** The cue of a region that is nearest to the claim, and whom it points to. */
function within(text: string, region: Region): { cue: Stretch; speaker: Stretch | undefined } | undefined {
  const words = text.slice(region.start, region.end);
  const verb = nearestMatch(words, region.claim === "around" ? silence : verbs, region);
  const pointed = pointedTo(text, region);
  if (pointed && (!verb || !(region.claim === "after" && verb.index > pointed.cue.start - region.start))) return pointed;
  if (verb) {
    const cue = at(region, verb.index, verb[0].length);
    const left = leftOf(text, region.start, cue.start);
    return { cue, speaker: left ?? (telling.test(verb[0]) ? undefined : rightOf(text, cue.end, region.end)) };
  }
  return region.claim === "after" ? colon(text, region) : undefined;
}

/** The pointer of a region that is nearest to the claim, and whom it points to. */
function pointedTo(text: string, region: Region): { cue: Stretch; speaker: Stretch | undefined } | undefined {
  for (const pointer of pointers) {
    if (pointer.claim && pointer.claim !== region.claim) continue;
    const found = nearestMatch(text.slice(region.start, region.end), pointer.words, region);
    if (!found) continue;
    const cue = at(region, found.index, found[0].length);
    return { cue, speaker: pointedAt(text, region, cue, pointer) };
  }
  return undefined;
}

/** The words a pointer points at, beside its cue. */
function pointedAt(text: string, region: Region, cue: Stretch, { speaker, taken }: Pointer): Stretch | undefined {
  if (!taken) return rightOf(text, cue.end, region.end);
  const from = speaker === "right" ? cue.end : region.start;
  const found = taken.exec(speaker === "right" ? text.slice(from, region.end) : text.slice(from, cue.start));
  const words = found?.groups?.["speaker"];
  return words === undefined ? undefined : at({ start: from, end: from }, found!.index + found![0].indexOf(words), words.length);
}

function nearestMatch(words: string, pattern: RegExp, { claim }: Region): RegExpExecArray | undefined {
  const all = [...words.matchAll(pattern)];
  return claim === "before" ? all[0] : all.at(-1);
}

function at({ start }: Stretch, index: number, length: number): Stretch {
  return { start: start + index, end: start + index + length };
}

/** "Rossi: …" has no verb: the colon is the cue. */
function colon(text: string, { start, end }: Region): { cue: Stretch; speaker: Stretch | undefined } | undefined {
  const found = /:\s*$/u.exec(text.slice(start, end));
  if (!found) return undefined;
  const mark = start + found.index;
  return { cue: { start: mark, end: mark + 1 }, speaker: leftOf(text, start, mark) };
}

/**
 * The speaker who stands before a cue: the words from the last comma or mark
 * on, and with those between two commas, who they belong to.
 */
function leftOf(text: string, from: number, to: number): Stretch | undefined {
  const words = text.slice(from, to).replace(/\s+(?:also|later|then|previously|reportedly|allegedly|never|auch|später)\s*$/iu, " ");
  const apposed = /,\s*$/u.test(words);
  const parts = words.replace(/,\s*$/u, "").split(/(?<=[,;:()–—“”„«»"])/u);
  const taken = parts.slice(apposed ? -2 : -1).join("");
  const end = from + words.replace(/,?\s*$/u, "").length;
  return trimmed(text, end - taken.trimEnd().length, end);
}

/** The speaker who stands after a cue. */
function rightOf(text: string, from: number, to: number): Stretch | undefined {
  const words = text.slice(from, to);
  const lead = words.length - words.trimStart().length;
  const rest = words.slice(lead);
  const end = rest.search(ending);
  const taken = end < 0 ? rest : rest.slice(0, end);
  return beginning.exec(taken)?.index === 0 ? trimmed(text, from + lead, from + lead + taken.trimEnd().length) : undefined;
}

/** What of a stretch can be a speaker's words: from a name, an article or a pronoun on. */
function trimmed(text: string, start: number, end: number): Stretch | undefined {
  let words = text.slice(start, end).trimStart();
  for (let lead = leading.exec(words); lead; lead = leading.exec(words)) words = words.slice(lead[0].length);
  const begins = beginning.exec(words);
  if (!begins || words.trim() === "") return undefined;
  words = words.slice(begins.index).trimStart();
  if (words.split(/\s+/u).length > mostWords) return undefined;
  return { start: end - words.length, end };
}

/** What is tagged where something was found, or what was found. */
function standing(found: Stretch, mentions: readonly Mention[], kind: string): Found {
  const there = mentions.filter((m) => m.kind === kind && m.start < found.end && found.start < m.end);
  return there.sort((a, b) => b.end - b.start - (a.end - a.start))[0] ?? found;
}

/** The tagged speaker of a region that stands nearest to its cue. */
function mentionIn(region: Region, cue: Stretch, mentions: readonly Mention[]): Mention | undefined {
  const there = mentions.filter((m) => m.kind === "speaker" && region.start <= m.start && m.end <= region.end);
  return there.sort((a, b) => gap(a, cue) - gap(b, cue))[0];
}

/** The tagged speaker nearest to a claim: in its paragraph before it, then after it, then anywhere before. */
function nearestMention(text: string, claim: readonly Stretch[], mentions: readonly Mention[]): Mention | undefined {
  const first = claim[0];
  if (!first) return undefined;
  const rank = (m: Mention) => {
    const between = text.slice(Math.min(m.end, first.start), Math.max(m.start, first.start));
    return (between.includes("\n") ? 2 : 0) + (m.start < first.start ? 0 : 1);
  };
  const speakers = mentions.filter((m) => m.kind === "speaker" && !claim.some((f) => f.start <= m.start && m.end <= f.end));
  return speakers.sort((a, b) => rank(a) - rank(b) || gap(a, first) - gap(b, first))[0];
}

function gap(a: Stretch, b: Stretch): number {
  return Math.max(0, a.start - b.end, b.start - a.end);
}
