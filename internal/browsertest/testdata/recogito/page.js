// Shows an article's annotations with @recogito/text-annotator, in the page
// that the workbench would stand in. The renderer is the query of the script's
// own address.

import { createTextAnnotator } from "@recogito/text-annotator";
import "@recogito/text-annotator/text-annotator.css";

const colors = { claim: "#f5b301", speaker: "#2f6fde", source: "#2e9e5b", cue: "#a04ec8" };

const text = document.querySelector("#text");
const article = await (await fetch(document.querySelector('link[as="fetch"]').href)).json();
const annotator = createTextAnnotator(text, {
  renderer: new URL(import.meta.url).searchParams.get("renderer"),
  style: ({ properties }) => ({ fill: colors[properties.kind], fillOpacity: 0.25 }),
});
// Its offsets are UTF-16 code units; the article of the benchmark has no
// character of two. With true, the default, version 4.1.1 paints nothing.
annotator.setAnnotations(article.annotations.map(shown), false);
globalThis.annotator = annotator;

function shown({ id, kind, fragments }) {
  const selector = fragments.map(({ start, end }) => ({ start, end, quote: text.textContent.slice(start, end) }));
  return { id, bodies: [], properties: { kind }, target: { annotation: id, selector } };
}
