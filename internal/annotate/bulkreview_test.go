package annotate_test

import (
	"errors"
	"testing"

	"onrecord.dev/internal/annotate"
)

func TestADecisionOnManyIsMadeOnce(t *testing.T) {
	t.Parallel()
	claim := annotate.Annotation{ID: "claim", Kind: annotate.Claim, Version: 2, CreatedBy: "ana"}
	by := func(version int, d annotate.Decision) annotate.Review {
		return annotate.Review{Reviewer: "ben", Version: version, Decision: d, Reason: "So."}
	}
	for name, tt := range map[string]struct {
		before []annotate.Review
		err    error
	}{
		"never":                 {nil, nil},
		"already":               {[]annotate.Review{by(2, annotate.Approve)}, annotate.ErrDecidedAlready},
		"of an earlier version": {[]annotate.Review{by(1, annotate.Approve)}, nil},
		"otherwise since":       {[]annotate.Review{by(2, annotate.Approve), by(2, annotate.Dispute)}, nil},
		"by somebody else":      {[]annotate.Review{{Reviewer: "mara", Version: 2, Decision: annotate.Approve}}, nil},
	} {
		_, err := by(2, annotate.Approve).DecideAnew(annotate.Standing{Claim: claim, Reviews: tt.before}, annotate.Rules{Quorum: 1})
		if !errors.Is(err, tt.err) {
			t.Errorf("%s: got %v, want %v", name, err, tt.err)
		}
	}
}

func TestStandingsHaveWhatEachClaimLeadsTo(t *testing.T) {
	t.Parallel()
	a := func(id annotate.ID) annotate.Annotation { return annotate.Annotation{ID: id} }
	l := func(from, to annotate.ID) annotate.Link { return annotate.Link{ID: from + to, From: from, To: to} }
	got := annotate.Standings(
		[]annotate.Annotation{a("1"), a("2")}, []annotate.Annotation{a("1"), a("2"), a("tape"), a("paper"), a("ben")},
		[]annotate.Link{l("1", "tape"), l("tape", "paper"), l("2", "ben"), l("2", "1"), l("1", "2")},
		[]annotate.Review{{Claim: "2", Reason: "x"}, {Claim: "2", Reason: "y"}})
	if len(got["1"].Annotations) != 5 || len(got["1"].Links) != 5 || len(got["1"].Reviews) != 0 {
		t.Errorf("the first is %+v", got["1"])
	}
	if s := got["2"]; len(s.Annotations) != 5 || len(s.Reviews) != 2 || s.Reviews[1].Reason != "y" || s.Claim.ID != "2" {
		t.Errorf("the second is %+v", s)
	}
	apart := annotate.Standings([]annotate.Annotation{a("2")}, []annotate.Annotation{a("1"), a("2"), a("tape")}, []annotate.Link{l("1", "tape")}, nil)
	if s := apart["2"]; len(s.Annotations) != 1 || len(s.Links) != 0 {
		t.Errorf("it has what another leads to: %+v", s)
	}
}
