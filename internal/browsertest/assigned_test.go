package browsertest

import (
	"testing"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// Two analysts work apart: what each does is the other's to see only when they
// are done themselves.
func TestTwoAnalystsWorkApart(t *testing.T) {
	t.Parallel()
	const text = "Harbour dues\n\nTobias Renn said the harbour was safe. Ida Falk said it was not.\n"
	a := newApp(t)
	n := &newsroom{app: a, text: text, project: a.project("apart", "Work apart")}
	mona, ana, ben := a.member(n.project, annotate.Manager, "Mona Manager"), a.member(n.project, annotate.Analyst, "Ana Analyst"), a.member(n.project, annotate.Analyst, "Ben Analyst")
	n.article = a.article(n.project, mona.id, text)
	err := a.store.ChangeProject(t.Context(), store.ProjectChange{Project: n.project.ID, Name: n.project.Name, Quorum: 1, Mode: annotate.ModeIndependent})
	if err != nil {
		t.Fatal(err)
	}

	mona.open("/projects/apart/assignments")
	for _, p := range []*person{ana, ben} {
		mona.click(`input[name="analyst"][value="` + string(p.id) + `"]`)
	}
	mona.fill("#each", "2")
	mona.click("button", "Assign")
	mona.says("2 articles assigned.", "Not started")

	for _, p := range []*person{ana, ben} {
		p.open("/projects/apart/work")
		p.says("1 article to do")
		p.press("F9")
		p.at("/projects/apart/articles/" + string(n.article))
		p.ready()
	}
	own := func(p *person) article { return p.article(n.project, n.article, "") }
	n.tags(ben, "the harbour was safe")
	ben.painted(1)
	ben.saves(n.project, n.article, "Ben's claim", func(a article) bool { return len(a.Annotations) == 1 })
	n.tags(ana, "it was not")
	ana.painted(1)
	ana.saves(n.project, n.article, "Ana's claim", func(a article) bool { return len(a.Annotations) == 1 })
	if mine := own(ana); mine.Annotations[0].CreatedBy != ana.id {
		t.Errorf("Ana reads what %s has tagged", mine.Annotations[0].CreatedBy)
	}
	ana.reload()
	ana.ready()
	ana.painted(1)
	ana.until("no word of Ben's set", `!document.querySelector(".sets")`)

	ana.until("everything saved", `document.querySelector("#save-status")?.dataset.state === "saved"`)
	ana.click("#finish button")
	ana.until("whose annotations there are", `document.querySelectorAll(".sets a").length === 2`)
	ana.says("These annotations are only to be read.")
	ana.click(".sets a", "Ben Analyst")
	ana.until("Ben's set", `location.search === "?set=" + args[0]`, string(ben.id))
	ana.ready()
	ana.painted(1)
	theirs := ana.article(n.project, n.article, "?set="+string(ben.id))
	if len(theirs.Annotations) != 1 || theirs.Annotations[0].CreatedBy != ben.id {
		t.Errorf("of Ben's set Ana reads %+v", theirs.Annotations)
	}
	ben.until("no word of Ana's set", `!document.querySelector(".sets")`)
	if w, err := a.store.Assignment(t.Context(), n.project.ID, n.article, ana.id); err != nil || w.State != annotate.Done || w.DoneAt == nil || w.DoneAt.After(time.Now()) {
		t.Errorf("Ana's assignment is %+v (%v)", w, err)
	}
}
