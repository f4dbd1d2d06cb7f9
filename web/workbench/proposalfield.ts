import { t } from "../language/_words";
import { tagged } from "./actions";
import { hops } from "./attribution";
import type { Bench } from "./bench";
import { element } from "./dom";
import { drawn, type Field } from "./field";
import { caps } from "./keysheet";
import { propose, type Found, type Mention, type Proposal } from "./proposal";
import type { Annotation } from "./record";
import { folded } from "./similar";
import type { Accepted, Tagging } from "./tagging";
import { TextView } from "./textview";

/** How far around a claim mentions are looked at, in code points. */
const around = 3000;

/** ProposalField shows who seems to say a claim, until somebody says who does. */
export interface ProposalField extends Field {
  /** Takes up all that is proposed, if anything is. */
  accept(): boolean;
}

/**
 * What is proposed of a claim's attribution: the speaker and the cue that the
 * text beside it points to. Nothing of it is written before a person says yes.
 */
export function proposalField(bench: Bench, tagging: Tagging, id: string): ProposalField {
  const proposal = () => proposalFor(bench, id);
  const accept = (...accepted: Accepted[]) => {
    // Proposals may come late: what has been answered meanwhile stays as it is.
    if (accepted.length > 0 && bench.set.annotation(id)) tagging.accept(id, accepted);
    return accepted.length > 0;
  };
  const field = drawn(element("div", { className: "proposal", role: "group", "aria-label": t("Proposed") }), proposal, () => {
    const accepted = acceptedOf(bench, proposal());
    return accepted.length === 0 ? [] : [
      element("p", { className: "label" }, t("Proposed")),
      element("div", { className: "proposed" }, ...accepted.map((one) => part(bench, one, () => accept(...again(bench, id, one))))),
      element("button", { type: "button", className: "take", "data-key": "take", "aria-keyshortcuts": "Enter", onclick: () => accept(...acceptedOf(bench, proposal())) },
        accepted.length > 1 ? t("Take both") : t("Take it"), caps("Enter")),
    ];
  });
  return { ...field, accept: () => accept(...acceptedOf(bench, proposal())) };
}

/** One part of a proposal as it is now; the text it stands on never changes. */
function again(bench: Bench, id: string, one: Accepted): Accepted[] {
  return acceptedOf(bench, proposalFor(bench, id)).filter(({ role }) => role === one.role);
}

function part(bench: Bench, { role, mention, made }: Accepted, take: () => void): HTMLElement {
  const color = bench.parts.codes.kind(role)?.color;
  const name = bench.name(mention);
  const words = mention.fragments.length > 0 ? bench.quote(mention, 80) : "";
  return element("button", {
    type: "button", className: `offer color-${color}`, "data-key": `propose ${role}`, "data-role": role,
    "aria-label": `${bench.parts.codes.label(role)}: ${name}`, title: made ? t("Tags these words and links them") : t("Links what is tagged already"), onclick: take,
  }, element("span", { className: "dot", "aria-hidden": "true" }), element("span", { className: "hint" }, bench.parts.codes.label(role)),
  element("span", { className: "name" }, name), words !== "" && words !== name && element("span", { className: "hint" }, words));
}

/** What the text proposes for a claim that nobody is linked with yet. */
function proposalFor(bench: Bench, id: string): Proposal {
  const claim = bench.set.annotation(id);
  const stated = claim?.attributes["not_stated"];
  if (!bench.mayTag || !claim || claim.kind !== "claim" || claim.fragments.length === 0) return {};
  if (hops(bench.set, id, "speaker").length > 0 || (Array.isArray(stated) && stated.includes("speaker"))) return {};
  const { offsets, view } = bench.parts;
  const proposal = propose(view.text, claim.fragments.map((f) => TextView.stretch(f, offsets)), mentionsAround(bench, claim));
  if (hops(bench.set, id, "cue").length === 0) return proposal;
  return proposal.speaker ? { speaker: proposal.speaker } : {};
}

function mentionsAround(bench: Bench, claim: Annotation): Mention[] {
  const { offsets } = bench.parts;
  const first = claim.fragments[0]!.start;
  const last = claim.fragments.at(-1)!.end;
  return bench.spans.overlapping(Math.max(0, first - around), Math.min(offsets.length, last + around)).flatMap((span) => {
    const { kind } = bench.set.annotation(span.id)!;
    return kind === "speaker" || kind === "cue" ? [{ id: span.id, kind, start: offsets.units(span.start), end: offsets.units(span.end) }] : [];
  });
}

/** A proposal as it would be taken up. Kinds that the codebook has switched off are not proposed. */
function acceptedOf(bench: Bench, { speaker, cue }: Proposal): Accepted[] {
  const taken: Accepted[] = [];
  const active = (kind: string) => bench.parts.codes.kind(kind)?.active;
  if (speaker && (speaker.id !== undefined || active("speaker"))) taken.push(taking(bench, "speaker", speaker, !speaker.pronoun));
  if (cue && (cue.id !== undefined || active("cue"))) taken.push(taking(bench, "cue", cue, false));
  return taken;
}

function taking(bench: Bench, role: "speaker" | "cue", found: Found, named: boolean): Accepted {
  const { offsets } = bench.parts;
  const there = found.id === undefined ? undefined : bench.set.annotation(found.id);
  if (there) return { role, mention: there, made: false };
  const range = { start: offsets.codePoints(found.start), end: offsets.codePoints(found.end) };
  const entity = named ? knownAs(bench, offsets.slice(range.start, range.end)) : null;
  return { role, mention: tagged(role, [range], offsets, entity), made: true };
}

/** The entity that this article names by exactly these words. */
function knownAs(bench: Bench, words: string): string | null {
  const types = bench.parts.codes.kind("speaker")?.entities ?? [];
  return bench.parts.directory.named(folded(words)).find(({ type }) => types.includes(type))?.id ?? null;
}
