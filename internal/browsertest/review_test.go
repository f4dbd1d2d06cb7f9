package browsertest

import (
	"net/http"
	"testing"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

const wall = `The harbour wall

The wall will hold this winter, Ilse Brandt told the council. The repair was cheap. Nobody has been paid.
`

// desk is a project in which Ana has tagged three claims, for Rolf and Rita to
// decide on.
type desk struct {
	*app
	project         annotate.Project
	article         annotate.ID
	ana, rolf, rita *person
	claims          []annotate.ID
}

func newDesk(tb testing.TB) *desk {
	tb.Helper()
	d := &desk{app: newApp(tb)}
	d.project = d.app.project("harbour", "Harbour inquiry")
	d.ana = d.member(d.project, annotate.Analyst, "Ana Analyst")
	d.rolf, d.rita = d.member(d.project, annotate.Reviewer, "Rolf Reviewer"), d.member(d.project, annotate.Reviewer, "Rita Reviewer")
	d.article = d.app.article(d.project, d.ana.id, wall)
	for _, words := range []string{"The wall will hold this winter", "The repair was cheap", "Nobody has been paid"} {
		start, end := span(tb, wall, words)
		op := claimAt(start, end, words)
		if status := d.ana.api(http.MethodPost, d.path("articles/", d.article)+"/changes", changeSet(op), nil); status != http.StatusOK {
			tb.Fatalf("tagging a claim: %d", status)
		}
		d.claims = append(d.claims, op.Annotation.ID)
	}
	return d
}

func (d *desk) path(what string, id annotate.ID) string {
	return "/projects/harbour/" + what + string(id)
}

func (d *desk) isIn(i int, state annotate.ReviewState) {
	d.tb.Helper()
	c := must(d.store.Claim(d.tb.Context(), store.Operator(d.project), d.claims[i]))(d.tb)
	if c.Claim.Review != state {
		d.tb.Errorf("claim %d is %s, want %s", i, c.Claim.Review, state)
	}
}

// TestReviewersDecideByKeyboardUntilThereIsAQuorum has two go through the queue
// without touching a mouse.
func TestReviewersDecideByKeyboardUntilThereIsAQuorum(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	if err := d.store.ChangeProject(t.Context(), store.ProjectChange{Project: d.project.ID, Name: d.project.Name, Quorum: 2}); err != nil {
		t.Fatal(err)
	}
	through := func(p *person) {
		p.open("/projects/harbour/claims")
		p.press("j")
		p.until("the first claim to have the focus", `document.activeElement?.matches("a[data-claim]")`)
		p.press("Enter")
		p.at(d.path("claims/", d.claims[0]))
		p.press("a")
		p.at(d.path("claims/", d.claims[1]))
	}
	through(d.rolf)
	d.rolf.says("Approved by you, 1 of 2")
	d.isIn(0, annotate.Unreviewed)
	d.rolf.press("d")
	d.rolf.until("the reason to be asked for", `document.activeElement?.name === "reason"`)
	d.rolf.types("Cheap by whose account?")
	d.rolf.press("Control+Enter")
	d.rolf.at(d.path("claims/", d.claims[2]))
	d.rolf.says("Disputed")
	d.isIn(1, annotate.Disputed)
	d.rolf.press("a")
	d.rolf.at("/projects/harbour/claims")
	d.rolf.says("1 of 2 approvals")

	d.rita.open("/projects/harbour/claims")
	d.rita.press("j", "Enter")
	d.rita.at(d.path("claims/", d.claims[0]))
	d.rita.says("1 of 2 approvals", "Rolf Reviewer")
	d.rita.press("a")
	d.rita.at(d.path("claims/", d.claims[2]))
	d.rita.says("Approved: “The wall will hold")
	d.isIn(0, annotate.Approved)

	claim := must(d.store.Claim(t.Context(), store.Operator(d.project), d.claims[0]))(t).Claim
	start, end := span(t, wall, "The wall will hold")
	op := claimAt(start, end, "The wall will hold")
	op.Annotation.ID, op.Annotation.Version = claim.ID, claim.Version
	if status := d.ana.api(http.MethodPost, d.path("articles/", d.article)+"/changes", changeSet(op), nil); status != http.StatusOK {
		t.Fatalf("changing the claim: %d", status)
	}
	d.rolf.open(d.path("claims/", d.claims[0]))
	d.rolf.says("Changed since you approved version 1")
	d.rolf.until("what was taken out", `document.querySelector(".excerpt del")?.textContent === " this winter"`)

	d.rolf.press("m")
	d.rolf.until("the comment to be written", `document.activeElement?.id === "body"`)
	d.rolf.types("@An")
	d.rolf.until("Ana's name", `document.querySelector(".mentions:not([hidden]) [aria-selected=true]")?.textContent === "Ana Analyst"`)
	d.rolf.press("Enter")
	d.rolf.types("why?")
	d.rolf.until("her name whole", `document.querySelector("#body").value === "@Ana Analyst why?"`)
	d.rolf.press("Control+Enter")
	d.rolf.says("Comment added.", "@Ana Analyst why?")
	d.ana.open("/projects/harbour/articles")
	d.ana.click("a.bell")
	d.ana.at("/notifications")
	d.ana.click(".notification", "mentioned you")
	d.ana.at(d.path("claims/", d.claims[0]))
	d.ana.says("Rolf Reviewer", "@Ana Analyst why?")
	d.ana.click("button", "Resolve")
	d.ana.says("Resolved by Ana Analyst")
}

// TestAVoteIsBlindUntilItIsRevealed has Rolf put a claim to the vote.
func TestAVoteIsBlindUntilItIsRevealed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const reason = "By whose account was it cheap?"
	d.rolf.open(d.path("claims/", d.claims[1]))
	d.rolf.click("a", "Put it to a blind vote")
	d.rolf.at(d.path("claims/", d.claims[1]) + "/norming")
	d.rolf.click("button", "Start the vote")
	d.rolf.says("Everybody who is asked has been told.", "0 of 4 have voted")
	at := run[string](d.rolf, `() => location.pathname`)

	d.ana.open("/notifications")
	d.ana.click(".notification", "asks for your vote")
	d.ana.at(at)
	d.ana.click(".vote-form label", "Dispute")
	d.ana.fill("#vote-reason", reason)
	d.ana.click(".vote-form button", "Vote")
	d.ana.says("Your vote is kept.", "1 of 4 have voted")

	d.rolf.open(at)
	d.rolf.says("1 of 4 have voted")
	if run[bool](d.rolf, `(reason) => document.documentElement.outerHTML.includes(reason)`, reason) {
		t.Error("before it is revealed, Rolf's page has what Ana said")
	}
	d.rolf.click(".vote-form label", "Approve")
	d.rolf.click(".vote-form button", "Vote")
	d.rolf.says("Your vote is kept.", "2 of 4 have voted")
	d.rolf.bears("Reveal the votes")
	d.rolf.click("#reveal")
	d.rolf.says("The votes are revealed.", reason, "2 did not vote.")
	d.ana.open(at)
	d.ana.fill("#body", "The council’s own figures say otherwise.")
	d.ana.click("button", "Comment")
	d.ana.says("Comment added.", "figures say otherwise")

	d.rolf.open(at)
	d.rolf.says("figures say otherwise")
	d.rolf.click(".settle-form label", "Dispute")
	d.rolf.fill("#settle-reason", "Nobody is named.")
	d.rolf.click("#apply")
	d.rolf.click(".settle-form button", "Settle")
	d.rolf.says("Settled: Dispute", "decided so on the claim")
	d.isIn(1, annotate.Disputed)
}
