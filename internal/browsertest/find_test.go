package browsertest

import (
	"testing"

	"onrecord.dev/internal/annotate"
)

const namesTold = `Zoë Ruiz speaks of the bridge

ZOË RUIZ said the bridge is safe. “It’s safe,” zoe ruiz repeated.

Anna Ruiza was not asked about the bridge.
`

func TestWordsAreFoundInTheTextAndLeftSelectedToBeTagged(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	project := a.project("find", "Find")
	ana := a.member(project, annotate.Analyst, "Ana Analyst")
	id := a.article(project, ana.id, namesTold)
	ana.bench(project, id)

	ana.press("/")
	ana.until("the keyboard in the field", `document.activeElement.id === "find-query"`)
	ana.fill("#find-query", "zoe ruiz")
	ana.until("the count", `document.querySelector("#find-count").textContent === "1 of 3"`)
	ana.until("all hits painted, one of them as the current one", `CSS.highlights.get("found").size === 3 && CSS.highlights.get("found-now").size === 1`)
	ana.press("Enter", "Enter", "Enter")
	ana.until("the first after the last", `document.querySelector("#find-count").textContent === "1 of 3"`)
	ana.press("Shift+Enter")
	ana.until("the last before the first", `document.querySelector("#find-count").textContent === "3 of 3"`)

	ana.fill("#find-query", "safe. \"it's")
	ana.until("other quotation marks found", `document.querySelector("#find-count").textContent === "1 of 1"`)
	ana.fill("#find-query", "bridge zoe")
	ana.until("words over the border of blocks found", `document.querySelector("#find-count").textContent === "1 of 1"`)
	ana.fill("#find-query", "ruiz")
	ana.until("parts of words found", `document.querySelector("#find-count").textContent.endsWith(" of 4")`)
	ana.click("#find-bar label", "Whole words")
	ana.until("whole words only", `document.querySelector("#find-count").textContent.endsWith(" of 3")`)
	ana.fill("#find-query", "harbour")
	ana.says("Not found")

	ana.fill("#find-query", "zoe ruiz")
	ana.press("Enter", "Enter", "Escape")
	ana.until("the bar closed, and nothing painted", `document.querySelector("#find-bar").hidden && CSS.highlights.get("found").size === 0`)
	ana.press("s")
	ana.saves(project, id, "the third tagged as a speaker", func(a article) bool { return a.has(annotate.Speaker, "zoe ruiz") })
}
