import { n, t } from "../language/_words";
import { amendedField } from "./amended";
import { attributionOf } from "./attribution";
import type { Bench } from "./bench";
import { codingField } from "./coding";
import { element, icon } from "./dom";
import { entityField } from "./entityfield";
import { drawn, iconButton, type Field } from "./field";
import { proposalField } from "./proposalfield";
import { roleField } from "./rolefield";
import { sourceField, viaField } from "./chainfield";
import { stateBadge } from "./states";
import type { Tagging } from "./tagging";
import { footer, textField } from "./textfield";

/** OpenCard is the card of the focused annotation, with all that can be done to it. */
export interface OpenCard extends Field {
  /** Where the keyboard goes when it enters the card. */
  enter(): void;
}

/** Which of the folded parts people have opened: the next card opens alike. */
const unfolded = new Set<string>();

export function openCard(bench: Bench, tagging: Tagging, id: string): OpenCard {
  const kind = bench.set.annotation(id)!.kind;
  const fields = kind === "claim" ? claimFields(bench, tagging, id) : mentionFields(bench, tagging, id);
  const all: Field[] = [header(bench, id), ...fields, codingField(bench, tagging, id)];
  if (bench.mayTag) all.push(textField(bench, tagging, id));
  all.push(amendedField(bench, id), footer(bench, tagging, id));
  const { label } = bench.parts.codes.kind(kind) ?? { label: kind };
  const root = element("div", { className: "body", tabIndex: -1, role: "group", "aria-label": label }, ...all.map((field) => field.element));
  root.querySelectorAll("details").forEach(keepUnfolded);
  return {
    element: root,
    update: () => all.forEach((field) => field.update()),
    enter() {
      // What waits for an answer first; else the card as a whole, to be read.
      const asks = root.querySelector<HTMLElement>('[data-enter]:not(:has(.chip, [aria-pressed="true"])) input');
      (asks ?? root).focus({ preventScroll: true });
    },
  };
}

function header(bench: Bench, id: string): Field {
  const facts = () => {
    const a = bench.set.annotation(id);
    return a && [a.kind, a.fragments, a.review_state, a.version === 0, bench.parts.directory.comments(id), bench.parts.directory.review(id), bench.name(a)];
  };
  return drawn(element("header", {}), facts, () => {
    const a = bench.set.annotation(id);
    if (!a) return [];
    const { label, color } = bench.parts.codes.kind(a.kind) ?? { label: a.kind, color: "slate" };
    return [
      element("div", { className: "heads" },
        element("span", { className: `tag color-${color}` }, label),
        a.kind === "claim" && stateBadge(a.review_state ?? "unreviewed"),
        a.kind === "claim" && a.version > 0 && reviewLink(bench, id),
        iconButton(t("Close"), icon("cross"), () => bench.focus(undefined), "close")),
      a.fragments.length > 0
        ? element("blockquote", { className: "quote", dir: bench.direction(a) }, bench.quote(a))
        : element("p", { className: "quote" }, element("em", {}, t("Not mentioned in the text"))),
      lastReview(bench, id),
    ];
  });
}

function reviewLink(bench: Bench, id: string): HTMLElement {
  const comments = bench.parts.directory.comments(id);
  return element("a", { className: "review-link", href: `/projects/${encodeURIComponent(bench.parts.project)}/claims/${id}` },
    icon("comment"), comments > 0 ? n(comments, "Review, %d comment", "Review, %d comments") : t("Review"));
}

/** Why a reviewer was not content, where the author reads it. */
function lastReview(bench: Bench, id: string): HTMLElement | undefined {
  const review = bench.parts.directory.review(id);
  const state = bench.set.annotation(id)?.review_state;
  if (!review || review.reason === "" || state === "approved") return undefined;
  const who = bench.parts.directory.person(review.reviewer);
  const said = state === "unreviewed" ? t("%s, on an earlier version: ", who) : t("%s: ", who);
  return element("p", { className: "last-review" }, element("strong", {}, said), review.reason);
}

function claimFields(bench: Bench, tagging: Tagging, id: string): Field[] {
  const speaker = roleField(bench, tagging, id, {
    role: "speaker", label: t("Who says this?"), placeholder: t("Type a name, or choose"), notStated: "speaker", offers: 3,
  });
  speaker.element.dataset["enter"] = "";
  const proposal = proposalField(bench, tagging, id);
  speaker.element.addEventListener("keydown", (event) => {
    const { target } = event;
    const plain = event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing;
    if (plain && !event.defaultPrevented && target instanceof HTMLInputElement && target.value === "" && proposal.accept()) event.preventDefault();
  });
  const more = [
    roleField(bench, tagging, id, { role: "cue", label: t("Cue"), placeholder: t("The words that signal it"), offers: 1 }),
    roleField(bench, tagging, id, { role: "addressee", label: t("Said to"), placeholder: t("Whom?") }),
    roleField(bench, tagging, id, { role: "within", label: t("Said within"), placeholder: t("Another claim") }),
  ];
  return [speaker, proposal, sourceField(bench, tagging, id), contained(bench, id), folded(bench, id, more)];
}

/** The roles that fewer claims have, with those it has in the summary. */
function folded(bench: Bench, id: string, fields: readonly Field[]): Field {
  const summary = element("span", { className: "answers" });
  const root = element("details", { className: "coding", "data-part": "roles" },
    element("summary", {}, icon("chevron"), element("span", { className: "label" }, t("Cue, addressee, nesting")), summary),
    element("div", { className: "questions" }, ...fields.map((field) => field.element)));
  const update = () => {
    fields.forEach((field) => field.update());
    const { cues, addressees, within } = attributionOf(bench.set, id);
    root.hidden = !bench.mayTag && cues.length + addressees.length + within.length === 0;
    summary.textContent = [...cues, ...addressees, ...within].map(({ to }) => t("“%s”", bench.quote(to, 24))).join(" · ");
  };
  update();
  return { element: root, update };
}

/** The claims said within this one, which lead here. */
function contained(bench: Bench, id: string): Field {
  const inner = () => attributionOf(bench.set, id).contains;
  return drawn(element("div", { className: "belonging" }), () => inner().map(({ to }) => [to.id, to.fragments]), () => inner().length === 0 ? [] : [
    element("p", { className: "label" }, t("Within it is said")),
    ...inner().map(({ to }) => claimButton(bench, to.id)),
  ]);
}

function mentionFields(bench: Bench, tagging: Tagging, id: string): Field[] {
  const { kind } = bench.set.annotation(id)!;
  const fields: Field[] = [];
  if (bench.parts.codes.kind(kind)?.entities.length) {
    const entity = entityField(bench, tagging, id);
    entity.element.dataset["enter"] = "";
    fields.push(entity);
  }
  if (kind === "source") fields.push(viaField(bench, tagging, id));
  fields.push(belonging(bench, tagging, id));
  return fields;
}

/** The claims a mention belongs to, or those it is likely to. */
function belonging(bench: Bench, tagging: Tagging, id: string): Field {
  const { kind } = bench.set.annotation(id)!;
  const role = ({ speaker: "speaker", source: "source", cue: "cue" } as const)[kind as "speaker"];
  const claims = () => bench.set.linksOf(id).filter(({ to }) => to === id);
  const near = () => {
    const mention = bench.set.annotation(id);
    if (!role || !mention || mention.fragments.length === 0 || claims().length > 0 || !bench.mayTag) return [];
    return tagging.claimsNear(mention).slice(0, 2);
  };
  const words = { speaker: t("Says"), source: t("Source of"), cue: t("Signals") }[kind] ?? t("Belongs to");
  return drawn(element("div", { className: "belonging" }), () => [claims().map(({ id: link, from }) => [link, bench.set.annotation(from)?.fragments]), near().map((claim) => claim.id)], () => [
    (claims().length > 0 || near().length > 0) && element("p", { className: "label" }, words),
    ...claims().map(({ from }) => claimButton(bench, from)),
    ...near().map((claim) => element("button", {
      type: "button", className: "offer", "data-key": `belongs ${claim.id}`, "data-annotation": claim.id,
      onclick: () => tagging.link(claim.id, role!, bench.set.annotation(id)!),
    }, icon("plus"), element("span", { className: "quote" }, bench.quote(claim, 60)))),
  ]);
}

function claimButton(bench: Bench, id: string): HTMLElement {
  const claim = bench.set.annotation(id)!;
  return element("button", { type: "button", className: "claim-link", "data-key": `go ${id}`, "data-annotation": id, onclick: () => bench.focus(id, { scroll: true }) },
    element("span", { className: "quote" }, claim.fragments.length > 0 ? bench.quote(claim, 90) : bench.name(claim)));
}

function keepUnfolded(details: HTMLDetailsElement): void {
  const name = details.querySelector(".label")?.textContent ?? "";
  details.open = unfolded.has(name);
  details.addEventListener("toggle", () => {
    if (details.open) unfolded.add(name);
    else unfolded.delete(name);
  });
}
