package server

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// ballotRoom is a review room in which the first claim is put to the vote by
// the reviewer, and the analyst has voted.
type ballotRoom struct {
	*reviewRoom
	id annotate.ID
	at string // its path
}

const analystsReason = "The marks are not hers."

func newBallotRoom(tb testing.TB) *ballotRoom {
	tb.Helper()
	r := &ballotRoom{reviewRoom: newReviewRoom(tb)}
	started := r.reviewer.post(r.path(0, "/norming"), "attribute", "quotation", "note", "Mind the marks.", "asked", string(r.analyst.user), "asked", string(r.reviewer.user)).
		is(http.StatusSeeOther).header.Get("Location")
	r.at = started
	r.id = annotate.ID(started[strings.LastIndexByte(started, '/')+1:])
	r.analyst.post(r.at+"/vote", "answer", "indirect", "reason", analystsReason).leadsTo(r.at)
	return r
}

func TestAVoteCannotBeReadBeforeItIsRevealed(t *testing.T) {
	t.Parallel()
	r := newBallotRoom(t)
	manager := r.as(annotate.Manager)
	admin := r.asAdmin()
	r.analyst.get(r.at).is(http.StatusOK).says(analystsReason, `value="indirect" checked`, "1 of 2 have voted")
	const list = "/projects/harbour/norming"
	article := "/projects/harbour/articles/" + string(r.article)
	read := func(who *visitor) (all string) {
		for _, path := range []string{r.at, list, r.path(0, ""), r.path(0, "/history"), "/notifications", "/projects/harbour/dashboard", article + "/print", article + "/history"} {
			all += who.get(path).is(http.StatusOK).body
		}
		for _, path := range []string{r.at, list, r.path(0, ""), r.path(0, "/comments"), r.path(0, "/history"), "/notifications", article, article + "/changes", "/projects/harbour/export"} {
			all += who.api("GET", path, nil).is(http.StatusOK).body
		}
		for _, format := range []string{"json", "jsonl"} {
			all += who.get("/projects/harbour/export/file?format=" + format).is(http.StatusOK).body
		}
		return all
	}
	for name, who := range map[string]*visitor{"the reviewer who is asked": r.reviewer, "a manager": manager, "an admin": admin, "a viewer": r.viewer} {
		all := read(who)
		if strings.Contains(all, analystsReason) || strings.Contains(all, `"answer":["indirect"]`) || strings.Contains(all, `value="indirect" checked`) {
			t.Errorf("%s reads the vote", name)
		}
		var n normingJSON
		who.api("GET", r.at, nil).is(http.StatusOK).into(&n)
		for _, v := range n.Votes {
			if len(v.Answer) > 0 || v.Reason != "" || v.VotedAt != nil || v.Voted != (v.Voter.ID == r.analyst.user) {
				t.Errorf("%s is told %+v", name, v)
			}
		}
	}
	var n normingJSON
	if r.analyst.api("GET", r.at, nil).is(http.StatusOK).into(&n); len(n.Votes) != 2 {
		t.Errorf("the analyst is told %+v", n.Votes)
	}
	r.reviewer.post(r.at + "/reveal").leadsTo(r.at)
	if all := read(r.viewer); !strings.Contains(all, analystsReason) || !strings.Contains(all, `"answer":["indirect"]`) {
		t.Error("once it is revealed, a viewer does not read it")
	}
	if export := r.viewer.api("GET", "/projects/harbour/export", nil).body; strings.Contains(export, analystsReason) {
		t.Error("an export tells of votes")
	}
}

func TestWhoMayDoWhatInANorming(t *testing.T) {
	t.Parallel()
	r := newBallotRoom(t)
	other := r.as(annotate.Reviewer)
	direct := map[string]any{"answer": []string{"direct"}}
	r.analyst.get(r.path(0, "/norming")).is(http.StatusForbidden)
	r.analyst.post(r.path(0, "/norming"), "asked", string(r.analyst.user)).is(http.StatusForbidden)
	r.viewer.api("POST", r.at+"/vote", direct).problem(http.StatusForbidden)
	other.api("POST", r.at+"/vote", direct).problem(http.StatusForbidden)
	r.analyst.api("POST", r.at+"/reveal", nil).problem(http.StatusForbidden)
	other.api("POST", r.at+"/reveal", nil).problem(http.StatusForbidden)
	r.reviewer.api("POST", r.at+"/settle", direct).problem(http.StatusUnprocessableEntity)
	r.analyst.post(r.at+"/vote", "answer", "loud").is(http.StatusUnprocessableEntity).says("Choose an answer that the codebook has.")
	r.as("").get(r.at).is(http.StatusNotFound)
	r.as("").api("GET", r.at, nil).problem(http.StatusNotFound)
	r.reviewer.get(r.path(0, "/norming")).is(http.StatusOK).says("Whom to ask", "Vera analyst")
	r.reviewer.post(r.path(0, "/norming"), "asked", string(r.analyst.user)).is(http.StatusUnprocessableEntity).says("Ask at least two people.")
	r.viewer.get("/projects/harbour/norming").is(http.StatusOK).says("which answer is right?", "1 of 2 have voted", "The wall will hold")
	r.viewer.get(r.path(0, "")).is(http.StatusOK).says("Blind votes", "which answer is right?")
}

func TestANormingIsHeldInTheAPI(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	var n normingJSON
	r.reviewer.api("POST", r.path(1, "/norming"), map[string]any{"note": "Whose deal?", "asked": []annotate.ID{r.analyst.user, r.reviewer.user}}).
		is(http.StatusCreated).into(&n)
	at := "/projects/harbour/norming/" + string(n.ID)
	r.analyst.api("POST", at+"/vote", map[string]any{"answer": []string{"dispute"}, "reason": "Whose?"}).is(http.StatusOK)
	r.reviewer.api("POST", at+"/vote", map[string]any{"answer": []string{"approve"}}).is(http.StatusOK)
	r.analyst.api("POST", at+"/comments", map[string]any{"body": "Too early."}).problem(http.StatusUnprocessableEntity)
	if r.reviewer.api("POST", at+"/reveal", nil).is(http.StatusOK).into(&n); n.RevealedAt == nil || len(n.Votes) != 2 || len(n.Votes[0].Answer) != 1 {
		t.Errorf("revealed it is %+v", n)
	}
	var c commentRecord
	r.analyst.api("POST", at+"/comments", map[string]any{"body": "Whose deal is it?"}).is(http.StatusCreated).into(&c)
	r.viewer.get(at).is(http.StatusOK).says("Whose deal is it?", "1 vote", "Whose?")
	settle := map[string]any{"answer": []string{"dispute"}, "reason": "Nobody is named.", "apply": true}
	if r.reviewer.api("POST", at+"/settle", settle).is(http.StatusOK).into(&n); n.Settled == nil || n.Settled.Applied != annotate.AppliedReview || n.Thread != c.ID {
		t.Errorf("settled it is %+v", n)
	}
	if got := r.claim(1).Claim.Review; got != annotate.Disputed {
		t.Errorf("the claim is %s", got)
	}
	r.viewer.get(at).is(http.StatusOK).says("Settled: Dispute", "decided so on the claim")
	var list struct{ Items []json.RawMessage }
	if r.viewer.api("GET", "/projects/harbour/norming?claim="+string(r.claims[0]), nil).is(http.StatusOK).into(&list); len(list.Items) != 0 {
		t.Errorf("of another claim there are %d", len(list.Items))
	}
}

func TestManyAreDecidedOnAlike(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	const many = "/projects/harbour/review"
	r.analyst.get(many).is(http.StatusForbidden)
	r.reviewer.get(many).is(http.StatusOK).says("Choose a decision", "The wall will hold").keepsQuietAbout("Decide on what is checked")
	r.reviewer.get(many + "?decision=dispute").is(http.StatusOK).says("Say why, so that the author can act on it.").keepsQuietAbout("Decide on what is checked")
	r.approve(r.reviewer, 2).is(http.StatusCreated)
	r.reviewer.get(many+"?decision=approve&state=all").is(http.StatusOK).says("1 claim would be left out", "You have decided so already.", "Decide on what is checked")
	stale := string(r.claims[0]) + " " + r.version(0)
	r.link(r.claims[0], annotate.RoleCue, r.tag(annotate.Cue, "told", ""))
	page := r.reviewer.post(many, "decision", "approve", "claim", stale, "claim", string(r.claims[1])+" "+r.version(1), "claim", "nonsense").is(http.StatusOK)
	page.says("Decided on 1 claim", "1 left out", "It has changed since you looked.")
	if r.claim(0).Claim.Review != annotate.Unreviewed || r.claim(1).Claim.Review != annotate.Approved {
		t.Error("not what was allowed was decided on")
	}
	r.reviewer.post(many, "decision", "reject", "claim", stale).is(http.StatusUnprocessableEntity).says("Say why")
	r.reviewer.post(many, "decision", "approve").is(http.StatusUnprocessableEntity).says("Check between one and 1000 claims.")

	var done struct {
		Items   []manyDecidedJSON
		Decided int
		Refused int
	}
	call := map[string]any{"decision": "dispute", "reason": "Who says so?", "filter": map[string]any{"state": "approved"}, "dry_run": true}
	if r.reviewer.api("POST", "/projects/harbour/reviews", call).is(http.StatusOK).into(&done); done.Decided != 2 || done.Refused != 0 || done.Items[0].State != annotate.Disputed {
		t.Errorf("the dry run tells %+v", done)
	}
	if r.claim(1).Claim.Review != annotate.Approved {
		t.Error("a dry run decides")
	}
	delete(call, "dry_run")
	if r.reviewer.api("POST", "/projects/harbour/reviews", call).is(http.StatusOK).into(&done); done.Decided != 2 || r.claim(1).Claim.Review != annotate.Disputed {
		t.Errorf("it tells %+v", done)
	}
	r.analyst.api("POST", "/projects/harbour/reviews", call).problem(http.StatusForbidden)
	call["claims"] = []map[string]any{{"id": store.NewID(), "version": 1}}
	r.reviewer.api("POST", "/projects/harbour/reviews", call).problem(http.StatusUnprocessableEntity)
	delete(call, "filter")
	if r.reviewer.api("POST", "/projects/harbour/reviews", call).is(http.StatusOK).into(&done); done.Refused != 1 {
		t.Errorf("of a claim that is none it tells %+v", done)
	}
}
