package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onrecord.dev/internal/annotate"
)

// moved has the last move of a claim from one state to another be at n.now:
// the database takes note of moves by its own clock.
func (n *newsroom) moved(claim annotate.ID) {
	n.tb.Helper()
	n.exec(`UPDATE claim_states SET at = $1 WHERE claim_id = $2 AND at = (SELECT max(at) FROM claim_states WHERE claim_id = $2)`, n.now, claim)
}

// TestTheDashboardFollowsClaimsFromStateToState has claims tagged, decided on,
// changed, deleted, and made something else, each on a day of its own.
func TestTheDashboardFollowsClaimsFromStateToState(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	n.now = time.Date(2024, 11, 23, 9, 0, 0, 0, time.UTC) // long before the database's now
	days := annotate.NewSpan(n.now.Add(6*24*time.Hour), 1, 6)
	nextDay := func() { n.now = n.now.Truncate(24 * time.Hour).Add(33 * time.Hour) }

	article := n.article("Harbour wall", harbour)
	early := n.claim(article, "The wall will hold this winter") // the day before the span
	nextDay()
	deal := n.claim(article, "a good deal 🌊 for everyone")
	nextDay()
	n.decide(early, n.ben, annotate.Approve, "")
	n.moved(early)
	n.decide(deal, n.ben, annotate.Dispute, "Who says so?")
	n.moved(deal)
	nextDay()
	n.change(article, n.ana, annotate.Operation{Op: annotate.Put, Annotation: &annotate.Annotation{
		ID: early, Version: n.version(early), Kind: annotate.Claim, Fragments: n.fragments(article, "The wall will hold"),
	}})
	n.moved(early)
	nextDay()
	n.change(article, n.ana, annotate.Operation{Op: annotate.Delete, Annotation: &annotate.Annotation{ID: deal, Version: n.version(deal)}})
	n.moved(deal)
	nextDay()
	n.decide(early, n.mara, annotate.Approve, "")
	n.moved(early)

	d, err := n.Dashboard(t.Context(), in(n.project), days)
	if err != nil {
		t.Fatal(err)
	}
	none := make([]int, 6)
	want := map[annotate.ReviewState][]int{
		annotate.Unreviewed: {2, 0, 1, 1, 0, 0}, annotate.Approved: {0, 1, 0, 0, 1, 1}, annotate.Disputed: {0, 1, 1, 0, 0, 0},
		annotate.Rejected: none, annotate.ChangesRequested: none,
	}
	if diff := cmp.Diff(want, d.States); diff != "" {
		t.Errorf("states by day (-want +got):\n%s", diff)
	}
	activity := []annotate.Activity{
		{Person: n.ben, Name: "Ben Okafor", Tagged: none, Decided: []int{0, 2, 0, 0, 0, 0}},
		{Person: n.mara, Name: "Mara Lind", Tagged: none, Decided: []int{0, 0, 0, 0, 1, 0}},
	}
	if diff := cmp.Diff(activity, d.Activity); diff != "" {
		t.Errorf("activity (-want +got):\n%s", diff)
	}
	if d.Decided != 2 || d.Waited < 30*time.Hour || d.Waited > 40*time.Hour {
		t.Errorf("%d claims were decided on after %s, want 2 after a day and a half", d.Decided, d.Waited)
	}
	if !d.Oldest.IsZero() {
		t.Errorf("a claim waits since %s, want none", d.Oldest)
	}
	if d.Articles.Done != 1 {
		t.Errorf("articles are %+v", d.Articles)
	}
}
