package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

const harbour = `Harbour wall "will hold", says engineer
"The wall will hold this winter," Ilse Brandt told the council on Tuesday, according to a recording obtained by the Courier.
The mayor, Jan Vos, called the repair “a good deal 🌊 for everyone”.
A spokesperson for the port declined to comment.
`

func TestADecisionIsKeptAndBecomesTheState(t *testing.T) {
	t.Parallel()
	for decision, want := range map[annotate.Decision]annotate.ReviewState{
		annotate.Approve: annotate.Approved, annotate.Dispute: annotate.Disputed,
		annotate.Reject: annotate.Rejected, annotate.RequestChanges: annotate.ChangesRequested,
	} {
		t.Run(string(decision), func(t *testing.T) {
			t.Parallel()
			n := newNewsroom(t)
			claim := n.claim(n.article("Harbour", harbour), "The wall will hold this winter")
			r := annotate.Review{Claim: claim, Version: 1, Decision: decision, Reason: "Checked against the minutes.", Reviewer: n.ben, CreatedAt: n.later()}
			done, err := n.Decide(t.Context(), n.project, r)
			if err != nil {
				t.Fatal(err)
			}
			r.ID = done.Recorded.ID
			if diff := cmp.Diff(r, done.Recorded); diff != "" {
				t.Errorf("recorded (-want +got):\n%s", diff)
			}
			c := n.read(claim)
			if c.Claim.Review != want || done.Review != want || c.Claim.Version != 1 {
				t.Errorf("the claim is %q at version %d and was told to be %q, want %q at 1", c.Claim.Review, c.Claim.Version, done.Review, want)
			}
			reviews, err := n.Reviews(t.Context(), n.project, claim)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]annotate.Review{r}, reviews); diff != "" {
				t.Errorf("reviews (-want +got):\n%s", diff)
			}
			if !cmp.Equal(c.Last, &r) || c.Reviewer != "Ben Okafor" || c.People[n.ben] != "Ben Okafor" {
				t.Errorf("the claim tells of the decision %+v by %q", c.Last, c.Reviewer)
			}
		})
	}
}

func TestRefusedDecisionsLeaveNothing(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("Harbour", harbour)
	claim := n.claim(article, "The wall will hold this winter")
	speaker := n.mention(article, annotate.Speaker, "Ilse Brandt", "")
	deleted := n.claim(article, "a good deal 🌊 for everyone")
	n.change(article, n.ana, annotate.Operation{Op: annotate.Delete, Annotation: &annotate.Annotation{ID: deleted, Version: 1}})
	other := n.newProject("elsewhere")

	invalid := func(field string) func(error) bool {
		return func(err error) bool {
			bad, ok := errors.AsType[annotate.Invalid](err)
			return ok && bad[field] != ""
		}
	}
	is := func(want error) func(error) bool { return func(err error) bool { return errors.Is(err, want) } }
	review := annotate.Review{Claim: claim, Version: 1, Decision: annotate.Approve, Reviewer: n.ben, CreatedAt: n.now}
	tests := map[string]struct {
		project annotate.ID
		change  func(*annotate.Review)
		refused func(error) bool
	}{
		"dispute without a reason":    {n.project, func(r *annotate.Review) { r.Decision = annotate.Dispute }, invalid("reason")},
		"reason of white space":       {n.project, func(r *annotate.Review) { r.Decision, r.Reason = annotate.Reject, " \n" }, invalid("reason")},
		"reason without end":          {n.project, func(r *annotate.Review) { r.Reason = strings.Repeat("ä", 10_001) }, invalid("reason")},
		"no decision":                 {n.project, func(r *annotate.Review) { r.Decision = "maybe" }, invalid("decision")},
		"author approves":             {n.project, func(r *annotate.Review) { r.Reviewer = n.ana }, is(annotate.ErrOwnClaim)},
		"another project's claim":     {other, func(*annotate.Review) {}, is(annotate.ErrNotFound)},
		"a speaker":                   {n.project, func(r *annotate.Review) { r.Claim = speaker }, is(annotate.ErrNotFound)},
		"deleted claim":               {n.project, func(r *annotate.Review) { r.Claim, r.Version = deleted, 2 }, is(annotate.ErrNotFound)},
		"no such claim":               {n.project, func(r *annotate.Review) { r.Claim = store.NewID() }, is(annotate.ErrNotFound)},
		"a version that is to come":   {n.project, func(r *annotate.Review) { r.Version = 2 }, isChanged(1)},
		"a version that was never it": {n.project, func(r *annotate.Review) { r.Version = 0 }, isChanged(1)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := review
			tt.change(&r)
			if _, err := n.Decide(t.Context(), tt.project, r); !tt.refused(err) {
				t.Errorf("got %v", err)
			}
			if c := n.read(claim); c.Claim.Review != annotate.Unreviewed || len(c.Reviews) != 0 {
				t.Errorf("the claim is %s with %d reviews", c.Claim.Review, len(c.Reviews))
			}
		})
	}
}

func isChanged(version int) func(error) bool {
	return func(err error) bool {
		changed, ok := errors.AsType[annotate.ClaimChanged](err)
		return ok && changed.Current.Version == version && changed.Current.ID != ""
	}
}

// TestWhoChangedTheSpeakerDoesNotApprove has ben and mara correct what the
// claim leads to, and then try to approve it.
func TestWhoChangedTheSpeakerDoesNotApprove(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("Harbour", harbour)
	speaker := n.mention(article, annotate.Speaker, "Ilse Brandt", "")
	source := n.mention(article, annotate.Source, "a recording", "")
	outlet := n.mention(article, annotate.Source, "the Courier", "")
	claim := n.claim(article, "The wall will hold this winter")
	n.link(article, claim, annotate.RoleSpeaker, speaker)
	n.link(article, claim, annotate.RoleSource, source)
	n.link(article, source, annotate.RoleVia, outlet)
	approve := func(by annotate.ID) error {
		_, err := n.Decide(t.Context(), n.project, annotate.Review{
			Claim: claim, Version: n.read(claim).Claim.Version, Decision: annotate.Approve, Reviewer: by, CreatedAt: n.later(),
		})
		if owned := n.read(claim).Standing().OwnedBy(by); owned != errors.Is(err, annotate.ErrOwnClaim) {
			t.Errorf("the page thinks otherwise than %v", err)
		}
		return err
	}
	correct := func(by, id annotate.ID, kind, words string) {
		n.tag(article, by, annotate.Annotation{ID: id, Kind: kind, Version: n.version(id), Fragments: n.fragments(article, words)})
	}

	correct(n.ben, speaker, annotate.Speaker, "Brandt")
	if err := approve(n.ben); !errors.Is(err, annotate.ErrOwnClaim) {
		t.Errorf("who changed the speaker approves: %v", err)
	}
	if err := approve(n.mara); err != nil {
		t.Errorf("a second pair of eyes: %v", err)
	}
	correct(n.mara, outlet, annotate.Source, "Courier")
	if err := approve(n.mara); !errors.Is(err, annotate.ErrOwnClaim) {
		t.Errorf("who changed the end of the chain approves: %v", err)
	}
	if err := approve(n.ben); err != nil {
		t.Errorf("whose change has been approved since: %v", err)
	}
	if err := approve(n.ana); !errors.Is(err, annotate.ErrOwnClaim) {
		t.Errorf("the author approves: %v", err)
	}
}

func TestAuthorsApproveTheirOwnWhereTheProjectAllowsIt(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	claim := n.claim(n.article("Harbour", harbour), "The wall will hold this winter")
	n.exec(`UPDATE projects SET self_approval = true WHERE id = $1`, n.project)
	if done := n.decide(claim, n.ana, annotate.Approve, ""); done.Review != annotate.Approved {
		t.Errorf("the claim is %s", done.Review)
	}
}

func TestAuthorsMaySendBackTheirOwn(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	claim := n.claim(n.article("Harbour", harbour), "The wall will hold this winter")
	if done := n.decide(claim, n.ana, annotate.RequestChanges, "I forgot the source."); done.Review != annotate.ChangesRequested {
		t.Errorf("the claim is %s", done.Review)
	}
}

// TestAnEditAfterApprovalAsksForReviewAgain edits the claim itself, then only
// what it leads to: both change what was approved.
func TestAnEditAfterApprovalAsksForReviewAgain(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("Harbour", harbour)
	claim := n.claim(article, "The wall will hold this winter")
	speaker := n.mention(article, annotate.Speaker, "Ilse Brandt", "")
	n.decide(claim, n.ben, annotate.Approve, "")

	n.link(article, claim, annotate.RoleSpeaker, speaker)
	c := n.read(claim)
	if c.Claim.Review != annotate.Unreviewed || c.Claim.Version != 2 {
		t.Fatalf("a new speaker leaves the claim %s at version %d", c.Claim.Review, c.Claim.Version)
	}
	if len(c.Reviews) != 1 || c.Reviews[0].Version != 1 || c.Last == nil || c.Last.Decision != annotate.Approve {
		t.Errorf("the old decision is not kept for what it is: %+v", c.Reviews)
	}
	_, err := n.Decide(t.Context(), n.project, annotate.Review{Claim: claim, Version: 1, Decision: annotate.Approve, Reviewer: n.ben, CreatedAt: n.now})
	if !isChanged(2)(err) {
		t.Errorf("approving what was read before gives %v", err)
	}

	n.decide(claim, n.ben, annotate.Approve, "")
	n.tag(article, n.ana, annotate.Annotation{ID: speaker, Kind: annotate.Speaker, Version: 1, Fragments: n.fragments(article, "Brandt")})
	c = n.read(claim)
	if c.Claim.Review != annotate.Unreviewed || c.Claim.Version != 3 || len(c.Reviews) != 2 {
		t.Errorf("a new extent of the speaker leaves the claim %s at version %d with %d reviews", c.Claim.Review, c.Claim.Version, len(c.Reviews))
	}
}

// TestTheLastOfManyDecisionsIsTheState has two people decide at once, over and
// over, while a third goes on tagging.
func TestTheLastOfManyDecisionsIsTheState(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("Harbour", harbour)
	claim := n.claim(article, "The wall will hold this winter")
	const rounds = 20
	var wg sync.WaitGroup
	errs := make(chan error, 3*rounds)
	at := n.later()
	for reviewer, decision := range map[annotate.ID]annotate.Decision{n.ben: annotate.Approve, n.mara: annotate.Dispute} {
		wg.Go(func() {
			for i := range rounds {
				_, err := n.Decide(t.Context(), n.project, annotate.Review{
					Claim: claim, Version: 1, Decision: decision, Reason: fmt.Sprint("round ", i), Reviewer: reviewer, CreatedAt: at,
				})
				errs <- err
			}
		})
	}
	mention := n.fragments(article, "Jan Vos")
	wg.Go(func() {
		for range rounds {
			_, err := n.Append(t.Context(), n.project, article, store.Shared, annotate.ChangeSet{
				ID: store.NewID(), Author: n.ana, At: at,
				Operations: []annotate.Operation{{Op: annotate.Put, Annotation: &annotate.Annotation{ID: store.NewID(), Kind: annotate.Speaker, Fragments: mention}}},
			})
			errs <- err
		}
	})
	wg.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	c := n.read(claim)
	if len(c.Reviews) != 2*rounds {
		t.Fatalf("%d decisions are kept, want %d", len(c.Reviews), 2*rounds)
	}
	if !slices.IsSortedFunc(c.Reviews, func(a, b annotate.Review) int { return strings.Compare(string(a.ID), string(b.ID)) }) {
		t.Error("the decisions are not in the order of their ids")
	}
	if want, _ := c.Reviews[2*rounds-1].Decision.State(); c.Claim.Review != want {
		t.Errorf("the claim is %s and the last decision says %s", c.Claim.Review, want)
	}
}

// TestALaterDecisionSortsLaterWhateverTheClock finds a decision made by a
// server whose clock is far ahead.
func TestALaterDecisionSortsLaterWhateverTheClock(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	claim := n.claim(n.article("Harbour", harbour), "The wall will hold this winter")
	const ahead = annotate.ID("7fffffff-ffff-7fff-bfff-ffffffffffff")
	n.exec(`INSERT INTO reviews (project_id, id, claim_id, version, decision, reviewer_id, created_at) VALUES ($1, $2, $3, 1, 'approve', $4, $5)`,
		n.project, ahead, claim, n.mara, n.now)
	done := n.decide(claim, n.ben, annotate.Reject, "Not a claim.")
	if done.Recorded.ID <= ahead {
		t.Errorf("the id %s does not sort after %s", done.Recorded.ID, ahead)
	}
	if c := n.read(claim); c.Last.ID != done.Recorded.ID {
		t.Errorf("the last decision is %s", c.Last.ID)
	}
}

func TestCommentsAreReadInOrderAndInPages(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	claim := n.claim(n.article("Harbour", harbour), "The wall will hold this winter")
	var want []annotate.Comment
	for i := range 5 {
		c, err := n.AddComment(t.Context(), in(n.project), annotate.Comment{Claim: claim, Author: n.ana, Body: fmt.Sprintf("Remark %d 🌊", i), CreatedAt: n.later()})
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, c)
	}
	var got []annotate.Comment
	for cursor := ""; ; {
		page, err := n.Comments(t.Context(), in(n.project), claim, cursor, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page.Items {
			if c.By != "Ana Ruiz" {
				t.Errorf("a comment is by %q", c.By)
			}
			got = append(got, c.Comment)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("comments (-want +got):\n%s", diff)
	}
	if got := n.read(claim).Comments; got != 5 {
		t.Errorf("the claim has %d comments, want 5", got)
	}
}

func TestCommentsAreRefused(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("Harbour", harbour)
	claim := n.claim(article, "The wall will hold this winter")
	speaker := n.mention(article, annotate.Speaker, "Ilse Brandt", "")
	other := n.newProject("elsewhere")
	tests := map[string]struct {
		project annotate.ID
		comment annotate.Comment
		invalid bool
	}{
		"nothing in it":           {n.project, annotate.Comment{Claim: claim, Author: n.ana, Body: " \n\t"}, true},
		"too long":                {n.project, annotate.Comment{Claim: claim, Author: n.ana, Body: strings.Repeat("x", 10_001)}, true},
		"on a speaker":            {n.project, annotate.Comment{Claim: speaker, Author: n.ana, Body: "Who?"}, false},
		"another project's claim": {other, annotate.Comment{Claim: claim, Author: n.ana, Body: "Hello"}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := n.AddComment(t.Context(), in(tt.project), tt.comment)
			if _, invalid := errors.AsType[annotate.Invalid](err); invalid != tt.invalid || !invalid && !errors.Is(err, annotate.ErrNotFound) {
				t.Errorf("got %v", err)
			}
		})
	}
	for name, where := range map[string][2]annotate.ID{"a speaker": {n.project, speaker}, "another project's claim": {other, claim}} {
		if _, err := n.Comments(t.Context(), in(where[0]), where[1], "", 0); !errors.Is(err, annotate.ErrNotFound) {
			t.Errorf("listing comments on %s gives %v", name, err)
		}
	}
	if _, err := n.Comments(t.Context(), in(n.project), claim, "elsewhere", 0); err == nil {
		t.Error("a cursor that is none is taken")
	}
	if got := n.read(claim).Comments; got != 0 {
		t.Errorf("%d refused comments are there", got)
	}
}

func TestReviewsAndCommentsAreAnnounced(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("Harbour", harbour)
	claim := n.claim(article, "The wall will hold this winter")
	notes, listening := make(chan store.Note, 16), make(chan struct{}, 1)
	go func() {
		_ = n.Listen(t.Context(), func(n store.Note) { notes <- n }, func() { listening <- struct{}{} })
	}()
	<-listening
	n.decide(claim, n.ben, annotate.Approve, "")
	c, err := n.AddComment(t.Context(), in(n.project), annotate.Comment{Claim: claim, Author: n.ana, Body: "Thanks.", CreatedAt: n.later()})
	if err != nil {
		t.Fatal(err)
	}
	wanted := map[store.Note]bool{
		{Project: n.project, Article: article, Claim: claim}:                true,
		{Project: n.project, Article: article, Claim: claim, Comment: c.ID}: true,
	}
	for len(wanted) > 0 {
		n := <-notes // the test's own deadline bounds this
		delete(wanted, n)
	}
}
