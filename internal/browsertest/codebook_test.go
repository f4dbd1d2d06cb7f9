package browsertest

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// A manager adds a kind of the project's own colour by the keyboard, reorders
// a value list, compares two versions and restores the first.
func TestAManagerEditsTheCodebook(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	project := a.project("harbour", "Harbour inquiry")
	mona := a.member(project, annotate.Manager, "Mona Manager")
	mona.open("/projects/harbour/codebook")
	mona.click("a", "Add a kind")
	mona.fill("#label", "Mood")
	mona.fill("#key", "c")
	mona.fill("#guideline", "Tag **how** it is said.")
	mona.click("button", "Preview")
	mona.until("the preview, with the keyboard still there", `document.querySelector(".preview strong") && document.activeElement.id === "do-preview" && document.querySelector("#label").value === "Mood"`)
	mona.bears("422")
	mona.click("#save")
	mona.says("Choose a letter a to z that no other kind has.")
	mona.fill("#key", "m")
	mona.click("input[value=own]")
	mona.press("Enter")
	mona.at("/projects/harbour/codebook")
	mona.says("The kind “Mood” is saved.", "Version 2.")
	mona.until("the colour", `getComputedStyle([...document.querySelectorAll(".kind")].find((k) => k.textContent.includes("Mood")).querySelector(".swatch")).backgroundColor === "rgb(154, 103, 0)"`)

	mona.open("/projects/harbour/codebook/attributes/modality")
	mona.click("#down-0")
	mona.until("the value moved, and the keyboard with it", `document.activeElement?.id === "down-1" && document.querySelector("#value-0").value === "future"`)
	mona.press("Enter")
	mona.until("moved again", `document.activeElement?.id === "down-2" && document.querySelector("#value-2").value === "actual"`)
	mona.do("a narrow window", chromedp.EmulateViewport(390, 800))
	mona.click("#save")
	mona.says("The attribute “Modality” is saved.")

	mona.open("/projects/harbour/codebook/versions")
	mona.says("The value “Actual” of “Modality” has another place.", "The kind “Mood” was added.")
	mona.open("/projects/harbour/codebook/versions/1")
	mona.bears("stopped to ask")
	mona.click("button", "Restore it")
	mona.says("Version 1 is restored, as version 4.")
	if p := must(a.store.Project(t.Context(), "harbour"))(t); p.Codebook != 4 {
		t.Errorf("the codebook is at version %d", p.Codebook)
	}
}

// The codebook opens beside the text at what is focused, is searched and left
// by the keyboard alone; a card tells where the codebook has changed since.
func TestTheCodebookStandsBesideTheText(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	project := a.project("harbour", "Harbour inquiry")
	ana := a.member(project, annotate.Analyst, "Ana Analyst")
	article := a.article(project, ana.id, "The wall will hold, said the engineer.")
	claim := annotate.Annotation{ID: store.NewID(), Kind: annotate.Claim, Fragments: []annotate.Fragment{{Start: 0, End: 18}}}
	must(a.store.Append(t.Context(), project.ID, article, store.Shared, annotate.ChangeSet{
		ID: store.NewID(), Author: ana.id, At: time.Now(), Operations: []annotate.Operation{{Op: annotate.Put, Annotation: &claim}},
	}))(t)
	c := must(a.store.Codebook(t.Context(), project.ID, 1))(t).WithGuidelines("Only **today's** news.")
	kind, _ := c.Kind(annotate.Claim)
	kind.Guideline = "Tag less."
	c = c.WithKind(annotate.Claim, kind, "")
	must(a.store.ChangeCodebook(t.Context(), store.CodebookChange{Project: project.ID, Base: 1, Codebook: c, By: ana.id, At: time.Now()}))(t)

	ana.bench(project, article)
	ana.press("F1")
	ana.says("Only today's news.")
	ana.press("Escape")
	ana.until("the panel to go", `document.querySelector("#codebook-panel").hidden`)
	ana.press(".")
	ana.says("Made under version 1 of the codebook.", "Changed since: Claim")
	ana.press("F1")
	ana.until("the codebook at the claim", `document.activeElement?.id === "about-kind-claim"`)
	ana.fill("#codebook-query", "retold")
	ana.until("what was sought alone", `[...document.querySelectorAll("[data-about]")].filter((p) => !p.hidden).map((p) => p.id).join() === "about-attribute-quotation"`)
	ana.fill("#codebook-query", "zzzz")
	ana.says("Nothing in the codebook has these words.")
	ana.press("F1")
	ana.until("the panel to go", `document.querySelector("#codebook-panel").hidden`)
	ana.do("a narrow window", chromedp.EmulateViewport(390, 800))
	ana.click("#more summary")
	ana.click("#codebook-open")
	ana.until("a sheet", `(() => { const r = document.querySelector("#codebook-panel").getBoundingClientRect(); return r.left === 0 && r.width === innerWidth && r.bottom === innerHeight && r.top > 100 })()`)
	ana.click("#codebook-close")
	ana.until("the keyboard where it came from, in sight", `document.activeElement?.matches("#more > summary")`)
}
