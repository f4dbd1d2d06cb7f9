package store_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// voting is a newsroom with a claim to vote on.
type voting struct {
	*newsroom
	claim annotate.ID
}

func newVoting(tb testing.TB) *voting {
	tb.Helper()
	n := newNewsroom(tb)
	n.staff()
	return &voting{n, n.claim(n.article("Harbour", harbour), "The wall will hold this winter")}
}

func (v *voting) start(attribute string, asked ...annotate.ID) annotate.ID {
	v.tb.Helper()
	id, err := v.StartNorming(v.tb.Context(), in(v.project), store.NewNorming{
		Claim: v.claim, Attribute: attribute, Note: " Think of the tape. ", Asked: asked, By: v.ben, At: v.later(),
	})
	if err != nil {
		v.tb.Fatal(err)
	}
	return id
}

func (v *voting) votes(norming, by annotate.ID, reason string, answer ...string) error {
	v.tb.Helper()
	return v.Vote(v.tb.Context(), in(v.project), store.NewVote{Norming: norming, Voter: by, Answer: answer, Reason: reason, At: v.later()})
}

func (v *voting) mustVote(norming, by annotate.ID, reason string, answer ...string) {
	v.tb.Helper()
	if err := v.votes(norming, by, reason, answer...); err != nil {
		v.tb.Fatal(err)
	}
}

func (v *voting) chair(norming, by annotate.ID, manager bool) store.Chair {
	return store.Chair{Norming: norming, By: by, Manager: manager, At: v.later()}
}

// asks is who, asking about the project as a viewer.
func (v *voting) asks(who annotate.ID) store.Asker {
	a := in(v.project)
	a.User.ID, a.Role = who, annotate.Viewer
	return a
}

// seenBy is a norming as somebody may know it, in JSON.
func (v *voting) seenBy(norming, who annotate.ID) (annotate.ListedNorming, string) {
	v.tb.Helper()
	n, err := v.Norming(v.tb.Context(), v.asks(who), norming)
	if err != nil {
		v.tb.Fatal(err)
	}
	list, err := v.Normings(v.tb.Context(), v.asks(who), v.claim, "", 0)
	if err != nil {
		v.tb.Fatal(err)
	}
	words, err := json.Marshal([]any{n, list.Items})
	if err != nil {
		v.tb.Fatal(err)
	}
	return n, string(words)
}

func TestNobodySeesAVoteBeforeItIsRevealed(t *testing.T) {
	t.Parallel()
	v := newVoting(t)
	id := v.start("quotation", v.ana, v.ben, v.mara)
	v.hears(v.ana, "asked_to_vote by Ben Okafor")
	v.hears(v.mara, "asked_to_vote by Ben Okafor")
	v.mustVote(id, v.ana, "It stands in marks.", "indirect")
	v.mustVote(id, v.ana, "It does stand in marks.", "direct")
	for _, who := range []annotate.ID{v.ben, v.mara, v.user("Nobody Asked"), ""} {
		reader := who
		if reader == "" {
			reader = store.NewID()
		}
		n, words := v.seenBy(id, reader)
		if strings.Contains(words, "stand") || strings.Contains(words, `"direct"`) || n.Voted() != 1 {
			t.Errorf("before it is revealed, somebody else reads %s", words)
		}
	}
	if n, _ := v.seenBy(id, v.ana); n.Votes[0].Reason != "It does stand in marks." || !slices.Equal(n.Votes[0].Answer, []string{"direct"}) || n.Note != "Think of the tape." {
		t.Errorf("of her own vote ana reads %+v", n)
	}
	before := exported(t, v.Store, v.project, store.ExportFilter{})
	if words, err := json.Marshal(before.Articles); err != nil || strings.Contains(string(words), "stand in marks") {
		t.Errorf("the export tells of the vote: %v", err)
	}
	if _, err := v.DiscussNorming(t.Context(), in(v.project), id, annotate.Comment{Author: v.ben, Body: "I say direct.", CreatedAt: v.now}); invalid(t, err)["votes"] == "" {
		t.Errorf("discussing it gives %v", err)
	}

	if err := v.RevealNorming(t.Context(), in(v.project), v.chair(id, v.ana, false)); !errors.Is(err, annotate.ErrForbidden) {
		t.Errorf("somebody who is asked reveals it: %v", err)
	}
	if err := v.RevealNorming(t.Context(), in(v.project), v.chair(id, v.mara, true)); err != nil {
		t.Fatal(err)
	}
	if _, words := v.seenBy(id, v.user("A Viewer")); !strings.Contains(words, "It does stand in marks.") {
		t.Errorf("once it is revealed one reads %s", words)
	}
	if err := v.votes(id, v.ben, "", "direct"); invalid(t, err)["answer"] == "" {
		t.Errorf("voting after that gives %v", err)
	}
	v.hears(v.ana, "revealed by Mara Lind", "asked_to_vote by Ben Okafor")
}

func TestVotesAreRefused(t *testing.T) {
	t.Parallel()
	v := newVoting(t)
	viewer := v.user("Vera Viewer")
	v.member(viewer, annotate.Viewer)
	for name, tt := range map[string]struct {
		change func(*store.NewNorming)
		field  string
	}{
		"one person":     {func(n *store.NewNorming) { n.Asked = []annotate.ID{v.ana, v.ana} }, "asked"},
		"a viewer":       {func(n *store.NewNorming) { n.Asked = append(n.Asked, viewer) }, "asked"},
		"a stranger":     {func(n *store.NewNorming) { n.Asked = append(n.Asked, store.NewID()) }, "asked"},
		"a text":         {func(n *store.NewNorming) { n.Attribute = "note" }, "attribute"},
		"a long note":    {func(n *store.NewNorming) { n.Note = strings.Repeat("x", 10_001) }, "note"},
		"no claim":       {func(n *store.NewNorming) { n.Claim = store.NewID() }, ""},
		"another's":      {func(*store.NewNorming) {}, "asked"},
		"another kind's": {func(n *store.NewNorming) { n.Attribute = "relation" }, "attribute"},
	} {
		at := v.project
		n := store.NewNorming{Claim: v.claim, Asked: []annotate.ID{v.ana, v.ben}, By: v.ben, At: v.now}
		if tt.change(&n); name == "another's" {
			at = v.newProject("elsewhere")
		}
		_, err := v.StartNorming(t.Context(), in(at), n)
		if tt.field == "" && !errors.Is(err, annotate.ErrNotFound) || tt.field != "" && invalid(t, err)[tt.field] == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	id := v.start("", v.ana, v.ben)
	if err := v.votes(id, v.mara, "", "approve"); !errors.Is(err, annotate.ErrForbidden) {
		t.Errorf("somebody who is not asked votes: %v", err)
	}
	if err := v.votes(id, v.ana, "", "shrug"); invalid(t, err)["answer"] == "" {
		t.Errorf("an answer that is none gives %v", err)
	}
	if err := v.votes(store.NewID(), v.ana, "", "approve"); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("a norming that is none gives %v", err)
	}
	if err := v.RevealNorming(t.Context(), in(v.project), v.chair(id, v.ben, false)); invalid(t, err)["votes"] == "" {
		t.Errorf("revealing nothing gives %v", err)
	}
	if err := v.SettleNorming(t.Context(), in(v.project), store.NewSettlement{Chair: v.chair(id, v.ben, false), Answer: []string{"approve"}}); invalid(t, err)["votes"] == "" {
		t.Errorf("settling what is not revealed gives %v", err)
	}
}

func TestWhatIsSettledBecomesADecision(t *testing.T) {
	t.Parallel()
	v := newVoting(t)
	id := v.start("", v.ana, v.ben, v.mara)
	v.mustVote(id, v.ana, "", "approve")
	v.mustVote(id, v.mara, "Who says?", "dispute")
	if err := v.RevealNorming(t.Context(), in(v.project), v.chair(id, v.ben, false)); err != nil {
		t.Fatal(err)
	}
	first, err := v.DiscussNorming(t.Context(), in(v.project), id, annotate.Comment{Author: v.mara, Body: "@Ana Ruiz, who?", CreatedAt: v.later()})
	if err != nil || first.ReplyTo != "" || first.Claim != v.claim {
		t.Fatalf("the first comment is %+v, %v", first, err)
	}
	if again, err := v.DiscussNorming(t.Context(), in(v.project), id, annotate.Comment{Author: v.ana, Body: "Brandt.", CreatedAt: v.later()}); err != nil || again.ReplyTo != first.ID {
		t.Errorf("the second is %+v, %v", again, err)
	}
	if talk, err := v.Thread(t.Context(), v.project, first.ID); err != nil || len(talk) != 2 || talk[1].By != "Ana Ruiz" {
		t.Errorf("the discussion is %+v, %v", talk, err)
	}
	settle := func(by annotate.ID, reason string, apply bool) error {
		return v.SettleNorming(t.Context(), in(v.project), store.NewSettlement{Chair: v.chair(id, by, by == v.mara), Answer: []string{"dispute"}, Reason: reason, Apply: apply})
	}
	if err := settle(v.ana, "Mine.", false); !errors.Is(err, annotate.ErrForbidden) {
		t.Errorf("somebody who is asked settles it: %v", err)
	}
	if err := settle(v.ben, "", true); invalid(t, err)["reason"] == "" {
		t.Errorf("a decision without a reason gives %v", err)
	}
	if n, _ := v.seenBy(id, v.ben); n.Settled != nil || v.read(v.claim).Claim.Review != annotate.Unreviewed {
		t.Error("what was refused is settled")
	}
	if err := settle(v.ben, "Nobody is named.", true); err != nil {
		t.Fatal(err)
	}
	n, _ := v.seenBy(id, v.ana)
	if n.Settled == nil || n.Settled.Applied != annotate.AppliedReview || n.Settler != "Ben Okafor" || n.Settled.Reason != "Nobody is named." {
		t.Errorf("it is settled as %+v", n.Settled)
	}
	if c := v.read(v.claim); c.Claim.Review != annotate.Disputed || c.Last.Reviewer != v.ben {
		t.Errorf("the claim is %s", c.Claim.Review)
	}
	if err := settle(v.mara, "Once more.", false); invalid(t, err)["votes"] == "" {
		t.Errorf("settling it again gives %v", err)
	}
}

func TestWhatIsSettledBecomesAnAnswerThroughTheOneDoor(t *testing.T) {
	t.Parallel()
	v := newVoting(t)
	revealed := func() annotate.ID {
		id := v.start("quotation", v.ana, v.mara)
		v.mustVote(id, v.ana, "", "direct")
		if err := v.RevealNorming(t.Context(), in(v.project), v.chair(id, v.ben, false)); err != nil {
			t.Fatal(err)
		}
		return id
	}
	settle := func(id annotate.ID, answer string) error {
		return v.SettleNorming(t.Context(), in(v.project), store.NewSettlement{Chair: v.chair(id, v.ben, false), Answer: []string{answer}, Apply: true})
	}
	first, late := revealed(), revealed()
	if err := settle(first, "direct"); err != nil {
		t.Fatal(err)
	}
	c := v.read(v.claim)
	if c.Claim.Attributes["quotation"] != "direct" || c.Claim.Version != 2 || c.Claim.UpdatedBy != v.ben {
		t.Errorf("the claim is %+v", c.Claim)
	}
	log, err := v.ClaimLog(t.Context(), in(v.project), v.claim, 0, 1)
	if err != nil || log.Entries[0].ID != first {
		t.Errorf("the log ends with %+v, %v", log.Entries, err)
	}
	if err := settle(late, "indirect"); !isChanged(2)(err) {
		t.Errorf("a claim that has changed since gives %v", err)
	}
	if n, _ := v.seenBy(late, v.ben); n.Settled != nil {
		t.Error("what was refused is settled")
	}
	// A server died between the change and the note of it.
	v.exec(`UPDATE normings SET answer = NULL, reason = NULL, settled_by = NULL, settled_at = NULL, applied = NULL WHERE id = $1`, first)
	if err := settle(first, "direct"); err != nil {
		t.Errorf("trying again gives %v", err)
	}
	if c := v.read(v.claim); c.Claim.Version != 2 {
		t.Errorf("the claim is at version %d", c.Claim.Version)
	}
}
