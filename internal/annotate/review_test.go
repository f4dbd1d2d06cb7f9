package annotate_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

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

			got, err := review.Decide(annotate.Standing{Claim: claim}, annotate.Rules{SelfApproval: tt.self, Quorum: 1})
			if got.State != tt.want {
				t.Errorf("got %q, want %q", got.State, tt.want)
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

func TestNobodyApprovesTheirOwnWork(t *testing.T) {
	const writer, helper, editor, reviewer = annotate.ID("writer"), annotate.ID("helper"), annotate.ID("editor"), annotate.ID("reviewer")
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	at := func(minute int) time.Time { return noon.Add(time.Duration(minute) * time.Minute) }
	// The writer tags a claim at noon and links it with what the helper had
	// tagged before.
	standing := func() annotate.Standing {
		return annotate.Standing{
			Claim: annotate.Annotation{ID: "claim", Kind: annotate.Claim, Version: 3, CreatedBy: writer, CreatedAt: at(0), UpdatedBy: writer, UpdatedAt: at(2)},
			Annotations: []annotate.Annotation{
				{ID: "speaker", Kind: annotate.Speaker, UpdatedBy: helper, UpdatedAt: at(-5)},
				{ID: "source", Kind: annotate.Source, UpdatedBy: helper, UpdatedAt: at(-4)},
			},
			Links: []annotate.Link{{ID: "spoken", From: "claim", To: "speaker", UpdatedBy: writer, UpdatedAt: at(2)}},
		}
	}
	approved := func(by annotate.ID, minute int) annotate.Review {
		return annotate.Review{Decision: annotate.Approve, Reviewer: by, CreatedAt: at(minute)}
	}
	tests := map[string]struct {
		change func(*annotate.Standing)
		who    annotate.ID
		own    bool
	}{
		"who tagged it":                        {func(*annotate.Standing) {}, writer, true},
		"a stranger":                           {func(*annotate.Standing) {}, reviewer, false},
		"who tagged the speaker beforehand":    {func(*annotate.Standing) {}, helper, false},
		"who changed the claim":                {func(s *annotate.Standing) { s.Claim.UpdatedBy = editor }, editor, true},
		"who changed its speaker":              {func(s *annotate.Standing) { s.Annotations[0].UpdatedBy, s.Annotations[0].UpdatedAt = editor, at(3) }, editor, true},
		"who changed its source":               {func(s *annotate.Standing) { s.Annotations[1].UpdatedBy, s.Annotations[1].UpdatedAt = editor, at(3) }, editor, true},
		"who changed a link":                   {func(s *annotate.Standing) { s.Links[0].UpdatedBy = editor }, editor, true},
		"who changed the speaker, now another": {func(s *annotate.Standing) { s.Annotations[0].UpdatedBy, s.Annotations[0].UpdatedAt = reviewer, at(4) }, editor, false},
		"whose change somebody approved": {func(s *annotate.Standing) {
			s.Annotations[0].UpdatedBy, s.Annotations[0].UpdatedAt = editor, at(3)
			s.Reviews = []annotate.Review{approved(reviewer, 4)}
		}, editor, false},
		"who changed it after the approval": {func(s *annotate.Standing) {
			s.Annotations[0].UpdatedBy, s.Annotations[0].UpdatedAt = editor, at(5)
			s.Reviews = []annotate.Review{approved(reviewer, 4)}
		}, editor, true},
		"who approved their own change": {func(s *annotate.Standing) {
			s.Annotations[0].UpdatedBy, s.Annotations[0].UpdatedAt = editor, at(3)
			s.Reviews = []annotate.Review{approved(editor, 4)}
		}, editor, true},
		"whose change somebody disputed": {func(s *annotate.Standing) {
			s.Annotations[0].UpdatedBy, s.Annotations[0].UpdatedAt = editor, at(3)
			s.Reviews = []annotate.Review{{Decision: annotate.Dispute, Reviewer: reviewer, CreatedAt: at(4)}}
		}, editor, true},
		"who tagged it, once it was approved": {func(s *annotate.Standing) { s.Reviews = []annotate.Review{approved(reviewer, 4)} }, writer, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := standing()
			tt.change(&s)
			if got := s.OwnedBy(tt.who); got != tt.own {
				t.Errorf("owned by %s: %v", tt.who, got)
			}
			approve := annotate.Review{Decision: annotate.Approve, Version: 3, Reviewer: tt.who}
			if _, err := approve.Decide(s, annotate.Rules{Quorum: 1}); errors.Is(err, annotate.ErrOwnClaim) != tt.own {
				t.Errorf("approving gives %v", err)
			}
			if _, err := approve.Decide(s, annotate.Rules{SelfApproval: true, Quorum: 1}); err != nil {
				t.Errorf("approving where it is allowed gives %v", err)
			}
			dispute := annotate.Review{Decision: annotate.Dispute, Reason: "Who says?", Version: 3, Reviewer: tt.who}
			if _, err := dispute.Decide(s, annotate.Rules{Quorum: 1}); err != nil {
				t.Errorf("disputing gives %v", err)
			}
		})
	}
}

// TestDecisionsComeToAState writes decisions as words: ana+ approves, ana-
// disputes, ana! rejects, and ben+2 approves version 2, where the claim is at
// version 3.
func TestDecisionsComeToAState(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		decisions string
		quorum    int
		want      annotate.ReviewState
		approvers string
	}{
		"nothing":                               {"", 1, annotate.Unreviewed, ""},
		"one is enough":                         {"ana+", 1, annotate.Approved, "ana"},
		"one of two":                            {"ana+", 2, annotate.Unreviewed, "ana"},
		"two of two":                            {"ana+ ben+", 2, annotate.Approved, "ana ben"},
		"more than it takes":                    {"ana+ ben+ eva+", 2, annotate.Approved, "ana ben eva"},
		"the same twice":                        {"ana+ ana+", 2, annotate.Unreviewed, "ana"},
		"an earlier version":                    {"ana+2 ben+", 2, annotate.Unreviewed, "ben"},
		"only an earlier version":               {"ana-2", 1, annotate.Unreviewed, ""},
		"one objection is enough":               {"ana-", 3, annotate.Disputed, ""},
		"an objection after a quorum":           {"ana+ ben+ eva-", 2, annotate.Disputed, ""},
		"approvals after it count again":        {"ana+ ben- eva+", 2, annotate.Disputed, "eva"},
		"what was before it has to come again":  {"ana+ ben- eva+ ana+", 2, annotate.Approved, "eva ana"},
		"an objection taken back":               {"ana+ ben- ben+", 2, annotate.Approved, "ana ben"},
		"an approval taken back":                {"ana+ ben+ ana-", 2, annotate.Disputed, ""},
		"of two objections the newer":           {"ana- ben!", 1, annotate.Rejected, ""},
		"the newer one taken back":              {"ana- ben! ben+", 2, annotate.Disputed, "ben"},
		"an objection approved over":            {"ana! ben+", 1, annotate.Approved, "ben"},
		"an objection repeated":                 {"ana- ben+ ana-", 1, annotate.Disputed, ""},
		"no quorum is one":                      {"ana+", 0, annotate.Approved, "ana"},
		"no quorum, and nobody":                 {"", 0, annotate.Unreviewed, ""},
		"one is enough, and the last word wins": {"ana+ ben- eva+ ben!", 1, annotate.Rejected, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var reviews []annotate.Review
			for word := range strings.FieldsSeq(tt.decisions) {
				r := annotate.Review{Reviewer: annotate.ID(word[:3]), Version: 3}
				r.Decision = map[byte]annotate.Decision{'+': annotate.Approve, '-': annotate.Dispute, '!': annotate.Reject}[word[3]]
				if len(word) > 4 {
					r.Version = int(word[4] - '0')
				}
				reviews = append(reviews, r)
			}
			got := annotate.Conclude(reviews, 3, tt.quorum)
			var want []annotate.ID
			for who := range strings.FieldsSeq(tt.approvers) {
				want = append(want, annotate.ID(who))
			}
			if got.State != tt.want || !slices.Equal(got.Approvers, want) {
				t.Errorf("got %s by %v, want %s by %v", got.State, got.Approvers, tt.want, want)
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
