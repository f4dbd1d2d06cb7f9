package annotate_test

import (
	"testing"

	"onrecord.dev/internal/annotate"
)

func TestWhoMaySeeAndChangeASet(t *testing.T) {
	t.Parallel()
	const ana, ben = annotate.ID("ana"), annotate.ID("ben")
	for name, test := range map[string]struct {
		hand     annotate.Hand
		role     annotate.Role // Ana's
		finished bool
		see      bool
		change   bool // where analysts work apart
	}{
		"her own":                      {annotate.Hand(ana), annotate.Analyst, false, true, true},
		"another's":                    {annotate.Hand(ben), annotate.Analyst, false, false, false},
		"another's, being done":        {annotate.Hand(ben), annotate.Analyst, true, true, false},
		"another's, as a reviewer":     {annotate.Hand(ben), annotate.Reviewer, false, true, false},
		"another's, as a viewer":       {annotate.Hand(ben), annotate.Viewer, true, false, false},
		"another's, as a stranger":     {annotate.Hand(ben), "", true, false, false},
		"the adjudicated":              {annotate.Adjudicated, annotate.Analyst, false, false, false},
		"the adjudicated, being done":  {annotate.Adjudicated, annotate.Analyst, true, true, false},
		"the adjudicated, reviewing":   {annotate.Adjudicated, annotate.Reviewer, false, true, true},
		"the adjudicated, as a viewer": {annotate.Adjudicated, annotate.Viewer, false, true, false},
		"the shared":                   {annotate.Shared, annotate.Analyst, false, true, false},
		"the shared, as a stranger":    {annotate.Shared, "", false, false, false},
	} {
		if got := test.hand.MaySee(ana, test.role, test.finished); got != test.see {
			t.Errorf("%s: may see it: %t, want %t", name, got, test.see)
		}
		if got := test.hand.MayChange(annotate.ModeIndependent, ana, test.role); got != test.change {
			t.Errorf("%s: may change it: %t, want %t", name, got, test.change)
		}
		if got, want := test.hand.MayChange(annotate.ModeShared, ana, test.role), test.hand == annotate.Shared && test.role != ""; got != want {
			t.Errorf("%s, where all work on one: may change it: %t, want %t", name, got, want)
		}
	}
}
