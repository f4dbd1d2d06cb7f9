package browsertest

import (
	"net/http"
	"testing"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

const bridgeNotes = `Bridge notes

The bridge will open in May, Ana Ruiz said. Nobody from the council was asked about it.
`

// tags has the person tag words past the browser, and returns the id.
func (p *person) tags(project annotate.Project, id annotate.ID, kind, words string) annotate.ID {
	p.tb.Helper()
	text := p.article(project, id, "").Text
	start, end := span(p.tb, text, words)
	tag := annotate.AnnotationRecord{ID: store.NewID(), Kind: kind, Attributes: annotate.Attributes{}, Fragments: []annotate.FragmentRecord{{Start: start, End: end, Exact: words}}}
	p.changes(project, id, annotate.OperationRecord{Op: annotate.Put, Annotation: &tag})
	return tag.ID
}

func (p *person) changes(project annotate.Project, id annotate.ID, operations ...annotate.OperationRecord) {
	p.tb.Helper()
	body := map[string]any{"id": store.NewID(), "operations": operations}
	if status := p.api(http.MethodPost, "/projects/"+project.Slug+"/articles/"+string(id)+"/changes", body, nil); status != http.StatusOK {
		p.tb.Fatalf("change %+v: %d", operations, status)
	}
}

func TestAnArticleIsWalkedThroughItsPastAndRestored(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	project := a.project("past", "Past")
	ana, ben := a.member(project, annotate.Analyst, "Ana Analyst"), a.member(project, annotate.Analyst, "Ben Analyst")
	id := a.article(project, ana.id, bridgeNotes)
	claim := ana.tags(project, id, annotate.Claim, "The bridge will open in May")
	ana.tags(project, id, annotate.Speaker, "Ana Ruiz")
	ben.changes(project, id, annotate.OperationRecord{Op: annotate.Delete, Annotation: &annotate.AnnotationRecord{ID: claim, Version: 1}})

	ana.bench(project, id)
	ana.click(`a[aria-label="History"]`)
	ana.says("As it is now.", "Ben Analyst: Deleted: claim", "3 / 3")
	ana.until("what was deleted marked as gone", `document.querySelector(".annotated .step.gone")?.textContent === "The bridge will open in May"`)

	ana.press("ArrowLeft")
	ana.says("As of", "Ana Analyst: Tagged as speaker", "2 / 3")
	ana.until("the claim as it was then", `document.querySelector(".annotated .claimed")?.textContent === "The bridge will open in May"`)
	ana.until("the step in the list", `document.querySelector(".steps [aria-current=step]")?.textContent.includes("Tagged as speaker")`)
	ana.until("the address to be sent on", `location.search === "?seq=2"`)
	ana.press("ArrowLeft")
	ana.says("Tagged as claim", "1 / 3")
	ana.until("what was tagged marked as new", `document.querySelector(".annotated .step.new")?.textContent === "The bridge will open in May"`)
	ana.press("ArrowRight")
	ana.says("2 / 3")

	run[bool](ana, `() => (document.querySelector("#seq").focus(), true)`)
	ana.press("Home")
	ana.says("Before the first change.", "0 / 3")
	ana.until("the keyboard on the slider still", `document.activeElement.id === "seq"`)
	ana.press("ArrowRight", "ArrowRight")
	ana.says("2 / 3")

	ana.click("a.button", "Restore…")
	ana.says("Bring back: claim", "The bridge will open in May")
	ana.click("button", "Restore")
	ana.at("/projects/past/articles/" + string(id) + "/history")
	ana.says("Restored.", "As it is now.", "4 / 4")
	ana.saves(project, id, "the claim again", func(a article) bool { return a.has(annotate.Claim, "The bridge will open in May") })

	ana.press("ArrowLeft")
	ana.says("3 / 4")
	ana.click("a.button", "Restore…")
	ana.click("button", "Restore")
	ana.saves(project, id, "the restoring undone", func(a article) bool { return !a.has(annotate.Claim, "The bridge will open in May") && a.Seq == 5 })
}
