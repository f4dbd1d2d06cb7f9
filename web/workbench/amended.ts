import { t } from "../language/_words";
import type { Bench } from "./bench";
import { element } from "./dom";
import { drawn, type Field } from "./field";

/** Amendment is one thing in which today's codebook is not as an earlier one was. */
interface Amendment {
  readonly kinds: readonly string[];
  readonly substantial: boolean;
  readonly label: string;
}

/** What has been amended since each version, as far as somebody asked. */
const since = new Map<number, Promise<readonly Amendment[]>>();

/**
 * Says on a card that the codebook has changed since the annotation was made,
 * where that may make a difference to it.
 */
export function amendedField(bench: Bench, id: string): Field {
  let labels: readonly string[] = [];
  let asked: number | undefined;
  const address = `/projects/${encodeURIComponent(bench.parts.project)}/codebook/diff`;
  const field = drawn(element("p", { className: "amended" }), () => [asked, labels], () => labels.length === 0 ? [] : [
    t("Made under version %d of the codebook. Changed since: %s.", asked!, labels.join(", ")), " ",
    element("a", { href: `${address}?from=${asked}&to=${bench.parts.codes.version}` }, t("What changed")),
  ]);
  const look = async (version: number, kind: string) => {
    if (!since.has(version)) since.set(version, amendments(`/api/v1${address}?from=${version}&to=${bench.parts.codes.version}`));
    const touching = (await since.get(version)!).filter(({ kinds, substantial }) => substantial && kinds.includes(kind));
    if (asked !== version) return;
    labels = [...new Set(touching.map(({ label }) => label))];
    field.update();
  };
  return {
    element: field.element,
    update() {
      const annotation = bench.set.annotation(id);
      const version = annotation?.codebook ?? bench.parts.codes.version;
      if (!annotation || version === asked) return;
      [asked, labels] = [version, []];
      field.update();
      if (version < bench.parts.codes.version) void look(version, annotation.kind);
    },
  };
}

/** Without an answer, as for a version that is not here, nothing is said. */
async function amendments(address: string): Promise<readonly Amendment[]> {
  const response = await fetch(address).catch(() => undefined);
  return response?.ok ? ((await response.json()) as { amendments: readonly Amendment[] }).amendments : [];
}
