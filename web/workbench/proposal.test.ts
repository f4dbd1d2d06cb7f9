import assert from "node:assert/strict";
import { test } from "node:test";
import { propose, type Mention } from "./proposal";
import { nextQuote } from "./quotes";

/** A text in which the claim stands between [ and ], and mentions between { and }. */
function read(marked: string): { text: string; claim: { start: number; end: number }[]; mentions: Mention[] } {
  const claim: { start: number; end: number }[] = [];
  const mentions: Mention[] = [];
  let text = "";
  let opened = 0;
  for (const sign of marked) {
    if (sign === "[" || sign === "{") opened = text.length;
    else if (sign === "]") claim.push({ start: opened, end: text.length });
    else if (sign === "}") mentions.push({ id: text.slice(opened), kind: "speaker", start: opened, end: text.length });
    else text += sign;
  }
  return { text, claim, mentions };
}

/** What is proposed, as "speaker | cue". */
function proposed(marked: string): string {
  const { text, claim, mentions } = read(marked);
  const { speaker, cue } = propose(text, claim, mentions);
  const words = (found: { start: number; end: number } | undefined) => (found ? text.slice(found.start, found.end) : "");
  return `${speaker?.nearest ? "near " : ""}${words(speaker)} | ${words(cue)}`;
}

const table: Readonly<Record<string, string>> = {
  // Behind the quote.
  "[“The bridge is safe,”] Konstantin Dreyhaupt said on Monday.": "Konstantin Dreyhaupt | said",
  "[“The bridge is safe,”] said Konstantin Dreyhaupt, the mayor.": "Konstantin Dreyhaupt | said",
  "[“The bridge is safe,”] she added.": "she | added",
  "[“The bridge is safe”], the mayor has not said.": "the mayor | has not said",
  "[“It is late,”] said Tobias Renn in Halle.": "Tobias Renn | said",
  "[“It is late,”] Tobias Renn, a dock worker, said.": "Tobias Renn, a dock worker | said",
  "[\"It is late,\"] officials said.": "officials | said",
  "[The bridge is safe], according to the ministry of works.": "the ministry of works | according to",
  "[the bridge is safe], the ministry announced yesterday.": "the ministry | announced",
  // Before it.
  "But Tobias Renn said that [the bridge is safe].": "Tobias Renn | said",
  "Engineers suspect [that salt got in].": "Engineers | suspect",
  "According to the auditors, [money is missing].": "the auditors | According to",
  "The ferry is full. The mayor told residents [that it would return].": "The mayor | told",
  "In the view of Ms. Rossi, [this is wrong].": "Ms. Rossi | In the view of",
  "Rossi: [“This is wrong.”]": "Rossi | :",
  "He was late. She wrote: [“This is wrong.”]": "She | wrote",
  "The mayor of Aldermouth, Ines Brandt, told the council that [she had signed nothing].": "The mayor of Aldermouth, Ines Brandt | told",
  "The mayor of Aldermouth, Ines Brandt, told the council [that she had signed nothing].": "The mayor of Aldermouth, Ines Brandt | told",
  "Ines Brandt, mayor of Aldermouth since 2019, said that [the bridge is safe].": "Ines Brandt, mayor of Aldermouth since 2019 | said",
  "Tobias Renn, who runs the docks, said [the bridge is safe].": "Tobias Renn, who runs the docks | said",
  "On Monday, Tobias Renn said [the bridge is safe].": "Tobias Renn | said",
  "On Monday, Tobias Renn, a dock worker, said [the bridge is safe].": "Tobias Renn, a dock worker | said",
  "In a letter to the council, the auditors wrote that [money is missing].": "the auditors | wrote",
  "Asked about the cost, the mayor said [it was fair].": "the mayor | said",
  "[Amara O., the harbour master, did not comment].": "Amara O., the harbour master | did not comment",
  "[Amara O. declined to comment.]": "Amara O. | declined to comment",
  "[The ministry could not be reached for comment.]": "The ministry | could not be reached for comment",
  "[According to the auditors, money is missing.]": "the auditors | According to",
  "[Money is missing, according to the auditors.]": "the auditors | according to",
  "[Money is missing, the auditors say.]": "the auditors | say",
  // Between two fragments.
  "[“It is late,”] he said, [“and we go.”]": "he | said",
  // Within a claim that is more than what was said.
  "[“It is late,” the envoy, Tobias Renn, tells Konstantin Dreyhaupt in the call.]": "the envoy, Tobias Renn | tells",
  // Other languages.
  "[„Die Brücke ist sicher“], sagte Konstantin Dreyhaupt am Montag.": "Konstantin Dreyhaupt | sagte",
  "Laut dem Ministerium ist [die Brücke sicher].": "dem Ministerium | Laut",
  "Laut Konstantin Dreyhaupt [ist die Brücke sicher].": "Konstantin Dreyhaupt | Laut",
  "[Die Brücke ist laut Verkehrsministerium sicher.]": "Verkehrsministerium | laut",
  "[Die Brücke ist sicher], so das Verkehrsministerium.": "das Verkehrsministerium | so",
  "[„Die Brücke ist sicher“], so Konstantin Dreyhaupt am Montag.": "Konstantin Dreyhaupt | so",
  "[So sicher war die Brücke nie.]": " | ",
  "Nach Angaben der Polizei [wurde niemand verletzt].": "der Polizei | Nach Angaben",
  "Nach Angaben von Ines Brandt [wurde niemand verletzt].": "Ines Brandt | Nach Angaben von",
  "[Niemand wurde verletzt], wie die Polizei mitteilte.": "die Polizei | mitteilte",
  "Der Polizei zufolge [wurde niemand verletzt].": "Der Polizei | zufolge",
  "[Die Brücke ist Ines Brandt zufolge sicher.]": "Ines Brandt | zufolge",
  "[Die Brücke sei sicher], hieß es im Ministerium.": " | ",
  "Die Bürgermeisterin von Aldermünde, Ines Brandt, sagte dem Rat, [sie habe nichts unterschrieben].": "Die Bürgermeisterin von Aldermünde, Ines Brandt | sagte",
  "Ines Brandt teilte mit, [die Brücke sei sicher].": "Ines Brandt | teilte mit",
  "Die Ministerin fügte hinzu, [die Brücke sei sicher].": "Die Ministerin | fügte hinzu",
  "[« Le pont est sûr »], a déclaré le maire.": "le maire | a déclaré",
  "Selon la préfecture, [le pont est sûr].": "la préfecture | Selon",
  // What is tagged already is taken, and words that nobody tagged are not stretched over it.
  "[“The bridge is safe,”] said {Dreyhaupt, the mayor}.": "Dreyhaupt, the mayor | said",
  "[“The bridge is safe,”] {the mayor} quietly said.": "the mayor | said",
  // Where no cue tells, the nearest.
  "{Rossi} walked in.\n[“This is wrong.”]\n{Renn} left.": "near Rossi | ",
  "{Rossi} walked in. [“This is wrong.”] {Renn} left.": "near Rossi | ",
  "[“This is wrong.”] {Renn} nodded.\nThen {Rossi}.": "near Renn | ",
  "[Nothing is said here.]": " | ",
  "He said much.\n[“This is wrong.”]\nShe said nothing.": " | ",
};

for (const [marked, want] of Object.entries(table)) {
  test(`a proposal for ${marked}`, () => assert.equal(proposed(marked), want));
}

test("a pronoun is proposed as a mention that names nobody", () => {
  const pronouns = (marked: string) => {
    const { text, claim, mentions } = read(marked);
    return propose(text, claim, mentions).speaker?.pronoun;
  };
  assert.equal(pronouns("[“It is late,”] she said."), true);
  assert.equal(pronouns("[“It is late,”] Rossi said."), false);
});

test("what is proposed is some of the text, and never in what is quoted, whatever the text", () => {
  const words = ["said", "Rossi", "“", "”", ",", ".", "the", "mayor", ":", "\n", "she", "according to", "👨🏻‍🚒"];
  for (let seed = 1; seed < 400; seed++) {
    const pick = (n: number) => words[(seed * 7919 + n * n * 31 + n) % words.length]!;
    const text = Array.from({ length: 24 }, (_, n) => pick(n)).join(" ");
    const claim = { start: Math.floor(text.length / 3), end: Math.floor((2 * text.length) / 3) };
    const quote = nextQuote(text, claim.start, claim.end);
    const { speaker, cue } = propose(text, [claim], []);
    for (const found of [speaker, cue]) {
      const beside = !found || found.end <= claim.start || claim.end <= found.start || !quote || quote.end <= found.start;
      assert.ok(beside && (!found || (0 <= found.start && found.start < found.end && found.end <= text.length)), text);
    }
  }
});
