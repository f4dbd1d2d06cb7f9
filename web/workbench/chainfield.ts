import { n, t } from "../language/_words";
import { attributionOf, type Hop } from "./attribution";
import type { Bench } from "./bench";
import { element, icon } from "./dom";
import type { Field } from "./field";
import { chip, roleField, rolePicker } from "./rolefield";
import type { Tagging } from "./tagging";

/**
 * The field of a claim's sources: each with the chain by which it came here,
 * outwards, and a place at its end for the next that passed it on.
 */
export function sourceField(bench: Bench, tagging: Tagging, claim: string): Field {
  const chains = () => attributionOf(bench.set, claim).chains;
  return roleField(bench, tagging, claim, {
    role: "source", label: t("Source"), placeholder: t("Through what did it reach us?"), notStated: "source", offers: 2,
    drawing: {
      facts: () => chains().map((chain) => facts(bench, chain)),
      draw: () => chains().map((chain) => chainOf(bench, tagging, chain)),
    },
  });
}

/** The field of what passed a source on, on the source's own card. */
export function viaField(bench: Bench, tagging: Tagging, source: string): Field {
  return roleField(bench, tagging, source, { role: "via", label: t("Passed on by"), placeholder: t("Who passed it on?") });
}

function facts(bench: Bench, chain: readonly Hop[]): unknown {
  return chain.map(({ link, to }) => [link.id, link.attributes, bench.name(to)]);
}

function chainOf(bench: Bench, tagging: Tagging, chain: readonly Hop[]): HTMLElement {
  const head = chain[0]!.to;
  const last = chain.at(-1)!.to;
  const others = bench.set.linksOf(head.id).filter(({ role, to }) => role === "source" && to === head.id).length - 1;
  return element("div", { className: "chain", role: "group", "aria-label": t("How it came through %s", bench.name(head)) },
    element("ol", {}, ...chain.map((hop) => element("li", { className: "hop" }, chip(bench, tagging, hop)))),
    bench.mayTag && onward(bench, tagging, head.id, last.id, bench.name(last)),
    bench.mayTag && chain.length > 1 && others > 0 && element("p", { className: "note" },
      n(others, "One more claim shares this chain.", "%d more claims share this chain.")));
}

/**
 * The place for the next hop: a button that becomes a picker. What is picked
 * leaves the keyboard at the place for the one after, so that a chain is built
 * without leaving it.
 */
function onward(bench: Bench, tagging: Tagging, head: string, source: string, name: string): HTMLElement {
  const place = element("div", { className: "onward" });
  const key = `onward ${head}`;
  place.append(element("button", {
    type: "button", className: "quiet-action", "data-key": key, "aria-label": t("%s: passed on by…", name),
    onclick: () => {
      const picker = rolePicker(bench, tagging, source, "via", t("What passed on %s?", name), t("Passed on by…"));
      picker.input.dataset["key"] = key;
      place.replaceChildren(picker.element);
      picker.input.focus();
      picker.open();
    },
  }, icon("plus"), t("passed on by…")));
  return place;
}
