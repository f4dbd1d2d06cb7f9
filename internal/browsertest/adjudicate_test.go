package browsertest

import (
	"slices"
	"testing"

	"onrecord.dev/internal/annotate"
)

const bridgeCloses = `Bridge to close

Mayor Ilse Marchetti said the bridge would close on Monday. “It is not safe,” she told the council.
An engineer, Tobias Renn, warned that salt had got into the cables, and the council said that it knew.
`

// team is two analysts at the same article, neither of whom sees the other's
// work, and two reviewers.
type team struct {
	*apart
	ana, ben, rosa, rolf *person
	article              annotate.ID
}

// TestIndependentWorkIsComparedAdjudicatedReviewedAndExported is the way of an
// article through a team.
func TestIndependentWorkIsComparedAdjudicatedReviewedAndExported(t *testing.T) {
	a := newApp(t)
	p := a.apartFrom(0)
	m := &team{apart: p, ana: p.analysts[0], ben: p.analysts[1], rosa: p.reviewer, rolf: a.member(p.Project, annotate.Reviewer, "Rolf Reviewer")}
	m.article = p.bring(annotate.Article{}, bridgeCloses, m.ana, m.ben)
	for _, step := range []struct {
		name string
		do   func(*team, *testing.T)
	}{
		{"two analysts work apart", (*team).tag},
		{"neither has seen the other, and both are done", (*team).done},
		{"it is told how far they agree", (*team).agree},
		{"a number leads to the sentences behind it", (*team).cases},
		{"what all agree on is taken by one key", (*team).takeAgreed},
		{"what differs is merged by keys alone", (*team).merge},
		{"what one has is taken, with the cause", (*team).take},
		{"something is written anew", (*team).write},
		{"another reviewer approves", (*team).review},
		{"the adjudicated set is exported", (*team).export},
		{"new work reopens what it changes and nothing else", (*team).again},
	} {
		if !t.Run(step.name, func(t *testing.T) {
			for _, one := range []*person{m.ana, m.ben, m.rosa, m.rolf} {
				one.during(t)
			}
			step.do(m, t)
		}) {
			return // what follows builds on it
		}
	}
}

// claim tags words as a claim by mouse and key, and its speaker.
func (m *team) claim(p *person, words, speaker string) {
	p.tb.Helper()
	start, end := span(p.tb, bridgeCloses, words)
	p.selectText(start, end)
	p.press("c")
	p.until("the card of "+words, `document.querySelector('#cards .card[data-form="open"] .quote')?.textContent.startsWith(args[0])`, words)
	if speaker != "" {
		start, end = span(p.tb, bridgeCloses, speaker)
		p.selectText(start, end)
		p.press("S")
		p.until("the speaker "+speaker, `document.querySelector('#cards .card[data-form="open"] .chip')?.textContent.includes(args[0])`, speaker)
	}
}

func (m *team) tag(*testing.T) {
	for _, p := range []*person{m.ana, m.ben} {
		p.bench(m.Project, m.article)
		m.claim(p, "“It is not safe,”", "Mayor Ilse Marchetti") // both the same
	}
	m.claim(m.ana, "the bridge would close", "")
	m.claim(m.ben, "the bridge would close on Monday", "Ilse Marchetti said")
	m.claim(m.ben, "that salt had got into the cables", "Tobias Renn")
	m.claim(m.ana, "that it knew", "")
	m.ana.saves(m.Project, m.article, "Ana's", func(a article) bool { return len(a.Annotations) == 4 })
	m.ben.saves(m.Project, m.article, "Ben's", func(a article) bool { return len(a.Annotations) == 6 })
}

func (m *team) done(t *testing.T) {
	t.Helper()
	if got := m.ana.article(m.Project, m.article, ""); slices.ContainsFunc(got.Annotations, func(one annotate.AnnotationRecord) bool { return one.CreatedBy != m.ana.id }) {
		t.Errorf("Ana sees %+v", got.Annotations)
	}
	m.finish(m.article, m.ana)
	m.finish(m.article, m.ben)
}

func (m *team) agree(*testing.T) {
	m.rosa.open("/projects/apart/articles")
	m.rosa.click(".tabs a", "Agreement")
	m.rosa.measured()
	m.rosa.says("1 article that two analysts or more have finished", "Who said what", "none: it takes two articles", "Not computable: there is nothing to compare")
	// Two claims of theirs overlap, of three each: 2 x 2 / 6, and one is by the same words.
	m.rosa.until("the F1 of overlaps", `[...document.querySelectorAll(".findings tr")].some((r) => r.textContent.includes("F1, overlapping") && r.textContent.includes("0.67"))`)
	m.rosa.until("the F1 of the same words", `[...document.querySelectorAll(".findings tr")].some((r) => r.textContent.includes("F1, the same words") && r.textContent.includes("0.33"))`)
}

func (m *team) cases(*testing.T) {
	m.rosa.click("[aria-labelledby=kind-claim] .findings a", "0.33")
	m.rosa.at("/projects/apart/agreement/cases")
	m.rosa.says("Where they differ", "Other words", "Not everybody", "that salt had got into the cables")
	m.rosa.until("only what differs", `document.querySelectorAll(".cases > li").length === 3`)
	m.rosa.click("nav.tabs a", "Where they agree")
	m.rosa.until("what they agree on", `document.querySelectorAll(".cases > li").length === 1 && document.querySelector(".cases mark").textContent === "“It is not safe,”"`)
	m.rosa.click("a", "Adjudicate")
	m.rosa.adjudicating()
	m.rosa.says("0 of 4 settled", "Alma Analyst", "Bruno Analyst")
}

// settled waits for as many points to be settled.
func (m *team) settled(n string) {
	m.rosa.tb.Helper()
	m.rosa.says(n + " of 4 settled")
	m.rosa.until("the script", `document.documentElement.dataset.adjudicate === "ready"`)
}

// stands are the claims of the adjudicated set, as it is read past the browser.
func (m *team) stands() (claims []string) {
	m.rosa.tb.Helper()
	a := m.rosa.article(m.Project, m.article, "?set=adjudicated")
	for _, one := range a.Annotations {
		if one.Kind == annotate.Claim {
			claims = append(claims, a.exact(one.Fragments[0]))
		}
	}
	return claims
}

func (m *team) standing(want ...string) {
	m.rosa.tb.Helper()
	if got := m.stands(); !slices.Equal(got, want) {
		m.rosa.fail("what stands is %q, want %q", got, want)
	}
}

func (m *team) takeAgreed(*testing.T) {
	m.rosa.press("a")
	m.settled("1")
	m.standing("“It is not safe,”")
	m.rosa.until("the next open point", `document.activeElement.matches(".point-card.differing")`)
}

// The words of one, and the speaker whom only the other has, are the choices of
// a merge; all together is the longer.
func (m *team) merge(*testing.T) {
	m.rosa.press("m")
	m.rosa.until("the first choice", `document.activeElement.matches("[data-merge] input:checked")`)
	m.rosa.press("ArrowDown")
	m.rosa.press("ArrowDown")
	m.rosa.until("all together", `document.activeElement.value === "all" && document.activeElement.checked`)
	m.rosa.press("Tab")
	m.rosa.press("ArrowDown")
	m.rosa.until("the speaker of the other", `document.activeElement.name === "choose role speaker" && document.activeElement.value === "1"`)
	m.rosa.press("Enter")
	m.settled("2")
	m.standing("the bridge would close on Monday", "“It is not safe,”")
	a := m.rosa.article(m.Project, m.article, "?set=adjudicated")
	merged := a.find(m.rosa.tb, annotate.Claim, "the bridge would close on Monday")
	if got := a.linked(merged, annotate.RoleSpeaker); !slices.Equal(got, []string{"Ilse Marchetti said"}) {
		m.rosa.fail("its speaker is %q", got)
	}
}

func (m *team) take(*testing.T) {
	m.rosa.until("the point of salt", `document.activeElement.matches(".point-card.partial") && document.activeElement.textContent.includes("that salt")`)
	m.rosa.press("c")
	m.rosa.until("the cause", `document.activeElement.matches("[data-cause]")`)
	m.rosa.choose(".point-card:focus-within [data-cause]", "Overlooked")
	m.rosa.press("Escape")
	m.rosa.until("the point again", `document.activeElement.matches(".point-card")`)
	m.rosa.press("1")
	m.settled("3")
	m.rosa.says("Overlooked")
}

// Writing anew begins with a draft in the workbench.
func (m *team) write(*testing.T) {
	m.rosa.until("the last point", `document.activeElement.matches(".point-card.partial") && document.activeElement.textContent.includes("that it knew")`)
	m.rosa.press("w")
	m.rosa.ready()
	m.rosa.until("the draft", `document.querySelector('#cards .card[data-form="open"] .quote')?.textContent.startsWith("that it knew")`)
	start, end := span(m.rosa.tb, bridgeCloses, "the council said")
	m.rosa.selectText(start, end)
	m.rosa.press("S")
	m.rosa.until("its speaker", `document.querySelector('#cards .card[data-form="open"] .chip')?.textContent.includes("the council said")`)
	m.rosa.until("it to be saved", `document.querySelector("#save-status").dataset.state === "saved"`)
	m.rosa.open("/projects/apart/articles/" + string(m.article) + "/adjudicate")
	m.settled("4")
	m.rosa.says("wrote it anew")
}

func (m *team) review(*testing.T) {
	m.rolf.open("/projects/apart/claims")
	m.rolf.says("the bridge would close on Monday", "that salt had got into the cables", "that it knew")
	m.rolf.click(".claim-card a", "Tobias Renn")
	m.rolf.says("that salt had got into the cables")
	m.rolf.click("button[name=decision]", "Approve")
	m.rolf.saves(m.Project, m.article, "an approved claim", func(a article) bool {
		return a.find(m.rolf.tb, annotate.Claim, "that salt had got into the cables").Review == annotate.Approved
	})
}

func (m *team) export(t *testing.T) {
	t.Helper()
	m.rolf.open("/projects/apart/export")
	m.rolf.choose("#set", string(annotate.Adjudicated))
	m.rolf.click("button", "Download")
	e := readExport(t, m.rolf)
	if len(e.Articles) != 1 || e.Articles[0].ID != m.article {
		t.Fatalf("articles: %+v", e.Articles)
	}
	states := map[string]annotate.ReviewState{}
	for _, one := range e.Articles[0].Annotations {
		if one.Review != nil {
			states[one.Fragments[0].Exact] = one.Review.State
		}
	}
	want := map[string]annotate.ReviewState{
		"the bridge would close on Monday": annotate.Unreviewed, "“It is not safe,”": annotate.Unreviewed,
		"that salt had got into the cables": annotate.Approved, "that it knew": annotate.Unreviewed,
	}
	for words, state := range want {
		if states[words] != state {
			t.Errorf("%q is exported as %q, want %q", words, states[words], state)
		}
	}
	if len(states) != len(want) {
		t.Errorf("exported are %v", states)
	}
}

func (m *team) again(*testing.T) {
	must(m.app.store.ChangeAssignment(m.rosa.tb.Context(), m.as(m.manager, annotate.Manager), returned(m.article, m.ben, m.later())))(m.rosa.tb)
	m.ben.bench(m.Project, m.article)
	m.claim(m.ben, "that it knew", "")
	m.ben.saves(m.Project, m.article, "Ben's new claim", func(a article) bool { return len(a.Annotations) == 7 })
	m.finish(m.article, m.ben)
	before := m.stands()
	m.rosa.open("/projects/apart/articles/" + string(m.article) + "/adjudicate")
	m.settled("3")
	m.rosa.says("Somebody has worked on it since it was settled")
	m.rosa.adjudicating()
	m.rosa.press("y")
	m.settled("4")
	m.rosa.says("kept it after new work")
	m.standing(before...)
}
