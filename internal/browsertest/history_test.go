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
	ana.press("F8")
	ana.until("the article's past", `!document.querySelector("#past-bar").hidden`)
	ana.click("#past-bar a", "All changes")
	ana.says("As it is now.", "Ben Analyst: Deleted: claim", "3 / 3")
	ana.until("what was deleted marked as gone", `document.querySelector(".annotated .step.gone")?.textContent === "The bridge will open in May"`)

	ana.click(".deleted-claims a", "The bridge will open in May")
	ana.says("History of the claim", "Deleted: claim", "Tagged as claim")
	ana.click("a.button", "History of the article")
	ana.says("3 / 3")
	ana.until("the page's script", `document.documentElement.dataset.past === "ready"`)

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

func TestTheWorkbenchShowsThePastAndRestoresIt(t *testing.T) {
	t.Parallel()
	n := atWork(t, bridgeNotes)
	p := n.ana
	claim := p.tags(n.project, n.article, annotate.Claim, "The bridge will open in May")
	p.tags(n.project, n.article, annotate.Speaker, "Ana Ruiz")
	n.rolf.changes(n.project, n.article, annotate.OperationRecord{Op: annotate.Delete, Annotation: &annotate.AnnotationRecord{ID: claim, Version: 1}})
	painted := func(claims, speakers int) {
		t.Helper()
		p.until("what is painted", `(CSS.highlights.get("kind-claim")?.size ?? 0) === args[0] && (CSS.highlights.get("kind-speaker")?.size ?? 0) === args[1]`, claims, speakers)
	}
	marked := func(how, words string) {
		t.Helper()
		p.until(words+" marked as "+how, `[...CSS.highlights.get("step-" + args[0])].map((s) => { const r = document.createRange(); r.setStart(s.startContainer, s.startOffset); r.setEnd(s.endContainer, s.endOffset); return String(r) }).join("|") === args[1]`, how, words)
	}
	shows := func(words string) {
		t.Helper()
		p.until("the bar to say "+words, `document.querySelector("#past-bar:not([hidden])")?.textContent.includes(args[0])`, words)
	}
	painted(0, 1)

	p.press("F8")
	shows("3 / 3")
	shows("As it is now.")
	marked("gone", "The bridge will open in May")
	p.until("the keyboard on the slider", `document.activeElement.id === "past-seq"`)
	p.press("ArrowLeft")
	shows("2 / 3")
	painted(1, 1)
	marked("new", "Ana Ruiz")
	p.press("[")
	shows("1 / 3")
	painted(1, 0)
	marked("new", "The bridge will open in May")
	p.press("[")
	shows("Before the first change.")
	painted(0, 0)
	p.press("]", "]")
	shows("2 / 3")

	// The cards are those of then, to be read only.
	p.press(".")
	p.until("the claim's card", `document.querySelector('#cards .card[data-form="open"] blockquote')?.textContent === "The bridge will open in May"`)
	p.until("nothing in it to change", `!document.querySelector("#cards .card :is(input, .remove, .delete)")`)
	p.press("Delete", "Control+z")
	p.until("why nothing happens", `document.querySelector("#announcements").textContent.startsWith("Nothing can be changed in the past.")`)

	p.press("/")
	p.types("bridge")
	p.until("what is found", `document.querySelector("#find-count").textContent.startsWith("1 of ")`)
	p.press("Control+Enter")
	if run[bool](p, `() => document.querySelector("#tag-hits").open`) {
		t.Error("what is found in the past can be tagged")
	}
	p.press("Escape")

	// What others do meanwhile changes nothing of it.
	n.rolf.tags(n.project, n.article, annotate.Claim, "Nobody from the council was asked")
	shows("2 / 4")
	painted(1, 1)

	p.press("Escape", "Escape", "Escape")
	p.until("the present", `document.querySelector("#past-bar").hidden && document.activeElement.id === "text"`)
	painted(1, 1)
	p.until("the claim of now", `document.querySelector("#cards .card")?.textContent.includes("Nobody from the council was asked")`)

	p.press("[", "[")
	shows("2 / 4")
	p.click("#past-restore")
	p.saves(n.project, n.article, "the claim again", func(a article) bool {
		return len(a.Annotations) == 2 && a.has(annotate.Claim, "The bridge will open in May") && a.Seq == 5
	})
	p.until("the present", `document.querySelector("#past-bar").hidden`)
	p.press("Control+z")
	p.saves(n.project, n.article, "the restoring undone", func(a article) bool {
		return !a.has(annotate.Claim, "The bridge will open in May") && a.has(annotate.Claim, "Nobody from the council was asked") && a.Seq == 6
	})
}
