package store_test

import (
	"testing"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

func TestADecisionOnManyIsPreviewedAndMade(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	n.staff()
	n.setQuorum(2)
	article := n.article("Harbour", harbour)
	plain, half := n.claim(article, "The wall will hold this winter"), n.claim(article, "a good deal 🌊 for everyone")
	own := n.tag(article, n.ben, annotate.Annotation{Kind: annotate.Claim, Fragments: n.fragments(article, "declined to comment")})
	changed := n.claim(n.article("Again", harbour), "declined to comment")
	n.decide(half, n.mara, annotate.Approve, "")
	wish := store.ManyReviews{
		Claims: map[annotate.ID]int{plain: 1, half: 1, own: 1, changed: 7, store.NewID(): 1}, Decision: annotate.Approve, By: n.ben, At: n.later(),
	}
	want := map[annotate.ID]annotate.ManyDecided{
		plain:   {State: annotate.Unreviewed, Approvals: 1},
		half:    {State: annotate.Approved, Approvals: 2},
		own:     {Refused: "You tagged or last changed this claim or what it leads to, so somebody else has to approve it."},
		changed: {Refused: "It has changed since you looked."},
	}
	check := func(what string, got []annotate.ManyDecided) {
		t.Helper()
		if len(got) != 5 {
			t.Fatalf("%s tells of %d", what, len(got))
		}
		for _, d := range got {
			w, known := want[d.Claim]
			if !known {
				w.Refused = "It has been deleted."
			}
			if d.State != w.State || d.Approvals != w.Approvals || d.Refused != w.Refused {
				t.Errorf("%s tells %+v, want %+v", what, d, w)
			}
		}
	}
	preview, err := n.PreviewReviews(t.Context(), in(n.project), wish)
	if err != nil {
		t.Fatal(err)
	}
	check("the preview", preview)
	n.isIn(plain, annotate.Unreviewed, 0)
	done, err := n.DecideAll(t.Context(), in(n.project), wish)
	if err != nil {
		t.Fatal(err)
	}
	check("what was done", done)
	n.isIn(plain, annotate.Unreviewed, 1)
	n.isIn(half, annotate.Approved, 2)
	n.isIn(own, annotate.Unreviewed, 0)
	n.hears(n.ana, "decided by Ben Okafor", "decided by Ben Okafor", "decided by Mara Lind")

	again, err := n.DecideAll(t.Context(), in(n.project), wish)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range again {
		if d.Refused == "" {
			t.Errorf("asked again, it is decided on %+v", d)
		}
	}
	if c := n.read(plain); len(c.Reviews) != 1 {
		t.Errorf("it has %d decisions", len(c.Reviews))
	}
}

func TestADecisionOnManyThatCouldBeMadeOnNoneIsRefused(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	claim := n.claim(n.article("Harbour", harbour), "The wall will hold this winter")
	for field, change := range map[string]func(*store.ManyReviews){
		"claims":   func(m *store.ManyReviews) { m.Claims = nil },
		"reason":   func(m *store.ManyReviews) { m.Reason = " " },
		"decision": func(m *store.ManyReviews) { m.Decision = "shrug" },
	} {
		m := store.ManyReviews{Claims: map[annotate.ID]int{claim: 1}, Decision: annotate.Dispute, Reason: "Who says?", By: n.ben, At: n.later()}
		change(&m)
		if _, err := n.DecideAll(t.Context(), in(n.project), m); invalid(t, err)[field] == "" {
			t.Errorf("%s: %v", field, err)
		}
		if _, err := n.PreviewReviews(t.Context(), in(n.project), m); invalid(t, err)[field] == "" {
			t.Errorf("%s, to preview: %v", field, err)
		}
	}
	n.isIn(claim, annotate.Unreviewed, 0)
}
