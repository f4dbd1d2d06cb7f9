package annotate_test

import (
	"errors"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
)

func TestReviewsDecide(t *testing.T) {
	const writer, editor, reviewer = annotate.ID("writer"), annotate.ID("editor"), annotate.ID("reviewer")
	asIs := func(*annotate.Annotation) {}
	tests := map[string]struct {
		decision annotate.Decision
		reason   string
		version  int
		by       annotate.ID
		claim    func(*annotate.Annotation)
		self     bool
		want     annotate.ReviewState
		err      error
		field    string
	}{
		"approve":               {decision: annotate.Approve, version: 3, by: reviewer, want: annotate.Approved},
		"approve with a reason": {decision: annotate.Approve, reason: "Checked.", version: 3, by: reviewer, want: annotate.Approved},
		"dispute":               {decision: annotate.Dispute, reason: "Who says?", version: 3, by: reviewer, want: annotate.Disputed},
		"reject":                {decision: annotate.Reject, reason: "A title.", version: 3, by: reviewer, want: annotate.Rejected},
		"request changes":       {decision: annotate.RequestChanges, reason: "Cut.", version: 3, by: reviewer, want: annotate.ChangesRequested},
		"decide again": {
			decision: annotate.Approve, version: 3, by: reviewer, want: annotate.Approved,
			claim: func(a *annotate.Annotation) { a.Review = annotate.Rejected },
		},

		"no decision":            {decision: "", version: 3, by: reviewer, field: "decision"},
		"a state":                {decision: "approved", version: 3, by: reviewer, field: "decision"},
		"dispute without reason": {decision: annotate.Dispute, version: 3, by: reviewer, field: "reason"},
		"reject without reason":  {decision: annotate.Reject, reason: " \n", version: 3, by: reviewer, field: "reason"},
		"request nothing":        {decision: annotate.RequestChanges, version: 3, by: reviewer, field: "reason"},
		"the longest reason":     {decision: annotate.Reject, reason: strings.Repeat("é", 10_000), version: 3, by: reviewer, want: annotate.Rejected},
		"an overlong reason":     {decision: annotate.Approve, reason: strings.Repeat("é", 10_001), version: 3, by: reviewer, field: "reason"},

		"approve one's own":                    {decision: annotate.Approve, version: 3, by: writer, err: annotate.ErrOwnClaim},
		"approve what one changed last":        {decision: annotate.Approve, version: 3, by: editor, err: annotate.ErrOwnClaim},
		"approve one's own where allowed":      {decision: annotate.Approve, version: 3, by: writer, self: true, want: annotate.Approved},
		"reject one's own":                     {decision: annotate.Reject, reason: "Mistaken.", version: 3, by: writer, want: annotate.Rejected},
		"approve what is no claim":             {decision: annotate.Approve, version: 3, by: reviewer, claim: func(a *annotate.Annotation) { a.Kind = annotate.Cue }, err: annotate.ErrNotFound},
		"approve what is deleted":              {decision: annotate.Approve, version: 3, by: reviewer, claim: func(a *annotate.Annotation) { a.Deleted = true }, err: annotate.ErrNotFound},
		"approve what has changed":             {decision: annotate.Approve, version: 2, by: reviewer, err: annotate.ClaimChanged{}},
		"approve what is not there yet":        {decision: annotate.Approve, version: 4, by: reviewer, err: annotate.ClaimChanged{}},
		"approve one's own, which has changed": {decision: annotate.Approve, version: 2, by: writer, err: annotate.ClaimChanged{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			claim := annotate.Annotation{Kind: annotate.Claim, Version: 3, Review: annotate.Unreviewed, CreatedBy: writer, UpdatedBy: editor}
			if tt.claim == nil {
				tt.claim = asIs
			}
			tt.claim(&claim)
			review := annotate.Review{Decision: tt.decision, Reason: tt.reason, Version: tt.version, Reviewer: tt.by}

			got, err := review.Decide(claim, tt.self)
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			switch _, changed := tt.err.(annotate.ClaimChanged); { //nolint:errorlint // the table holds it bare
			case tt.field != "":
				complains(t, err, tt.field)
			case changed:
				got, ok := errors.AsType[annotate.ClaimChanged](err)
				if !ok || got.Current.Version != 3 || !strings.Contains(err.Error(), "version 3") {
					t.Errorf("got %v, want the claim as it is now", err)
				}
			case !errors.Is(err, tt.err):
				t.Errorf("got %v, want %v", err, tt.err)
			}
		})
	}
}

func TestEveryDecisionLeadsToAStateOfItsOwn(t *testing.T) {
	seen := map[annotate.ReviewState]bool{annotate.Unreviewed: true}
	for _, d := range annotate.Decisions {
		state, ok := d.State()
		if !ok || seen[state] {
			t.Errorf("%s leads to %q", d, state)
		}
		seen[state] = true
	}
	for _, state := range annotate.ReviewStates {
		if !seen[state] {
			t.Errorf("no decision leads to %s", state)
		}
	}
}

func TestCommentsSaySomething(t *testing.T) {
	for body, fields := range map[string][]string{
		"Check the tape.":           nil,
		strings.Repeat("é", 10_000): nil,
		"":                          {"body"},
		" \n":                       {"body"},
		strings.Repeat("é", 10_001): {"body"},
	} {
		complains(t, annotate.Comment{Body: body}.Validate(), fields...)
	}
}
