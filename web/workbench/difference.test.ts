import assert from "node:assert/strict";
import { test } from "node:test";
import { Codes } from "./codes";
import { difference, type Naming } from "./difference";
import { whole } from "./merge";
import type { Annotation, Link, Operation } from "./record";

const naming: Naming = {
  codes: new Codes({
    kinds: [{ name: "claim", label: "Claim", color: "amber", key: "c", entities: [], guideline: "", active: true }],
    attributes: [{
      name: "quotation", label: "Quotation", type: "choice", kinds: ["claim"], roles: [], guideline: "", active: true,
      values: [{ value: "direct", label: "Direct", guideline: "" }],
    }],
  }),
  quote: ({ fragments }) => fragments.map(({ start, end }) => `${start}-${end}`).join(),
  entity: (id) => (id === null ? "" : `entity ${id}`),
  name: (id) => `the ${id}`,
};

const claim: Annotation = { id: "c", version: 2, kind: "claim", fragments: [{ start: 1, end: 5 }], attributes: {}, entity: null };
const link: Link = { id: "l", version: 1, from: "c", to: "s", role: "speaker", attributes: {} };
const put = (annotation: Annotation): Operation => ({ op: "put", annotation });

test("each field is told in the codebook's words", () => {
  const mine = put({ ...claim, fragments: [{ start: 1, end: 9 }], attributes: { quotation: "direct" } });
  const theirs = { ...claim, entity: "e" };
  assert.deepEqual(["fragments", "entity", "attributes.quotation"].map((field) => difference(field, mine, theirs, naming)), [
    { what: "Text", mine: "1-9", theirs: "1-5" },
    { what: "Is", mine: "–", theirs: "entity e" },
    { what: "Quotation", mine: "Direct", theirs: "–" },
  ]);
});

test("long texts are told from where they part", () => {
  const words = "We made a plan of twenty points and perhaps we shall make something like it with you";
  const quoting: Naming = { ...naming, quote: ({ fragments: [f] }, most = 120) => words.slice(f!.start, f!.end).slice(0, most) };
  const mine = { ...claim, fragments: [{ start: 0, end: words.length - 9 }] };
  assert.deepEqual(difference("fragments", put(mine), { ...claim, fragments: [{ start: 0, end: words.length }] }, quoting),
    { what: "Text", mine: "… we shall make something like it", theirs: "… we shall make something like it with you" });
});

test("a deletion is told from either side", () => {
  assert.deepEqual(difference(whole, put(claim), undefined, naming), { what: "Tag", mine: "Claim: 1-5", theirs: "deleted" });
  assert.deepEqual(difference(whole, { op: "delete", annotation: { id: "c", version: 1 } }, claim, naming),
    { what: "Tag", mine: "deleted", theirs: "Claim: 1-5" });
});

test("a link that was moved tells where it led", () => {
  assert.deepEqual(difference("ends", { op: "put", link }, { ...link, to: "t" }, naming),
    { what: "Link", mine: "the c → the s (speaker)", theirs: "the c → the t (speaker)" });
});
