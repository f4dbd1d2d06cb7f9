package server

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// The review room's changes: three claims, a speaker, a source, two links, an
// outlet, and the link to it.
const wallChanges = 9

func (r *reviewRoom) articlePath(more string) string {
	return "/projects/harbour/articles/" + string(r.article) + more
}

// forget deletes a claim, as the analyst.
func (r *reviewRoom) forget(i int) {
	r.tb.Helper()
	r.change(annotate.Operation{Op: annotate.Delete, Annotation: &annotate.Annotation{ID: r.claims[i], Version: r.claim(i).Claim.Version}})
}

func TestAnArticleAsItWasInTheAPI(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	r.forget(1)
	for seq, want := range map[string]struct{ annotations, links int }{
		"0": {0, 0}, "1": {1, 0}, "3": {3, 0}, "6": {5, 1}, "9": {6, 3}, "10": {5, 3},
	} {
		var body articleBody
		r.viewer.api(http.MethodGet, r.articlePath("?seq="+seq), nil).is(http.StatusOK).into(&body)
		if len(body.Annotations) != want.annotations || len(body.Links) != want.links || strconv.FormatInt(body.Seq, 10) != seq {
			t.Errorf("as of %s: %d annotations and %d links, number %d; want %+v", seq, len(body.Annotations), len(body.Links), body.Seq, want)
		}
	}
	var units articleBody
	r.viewer.api(http.MethodGet, r.articlePath("?seq=9&offsets=utf16"), nil).is(http.StatusOK).into(&units)
	for _, a := range units.Annotations {
		if a.ID == r.claims[1] && a.Fragments[0].End-a.Fragments[0].Start != len("a good deal 🌊 for everyone")-2 {
			t.Errorf("in UTF-16 it stands at %+v", a.Fragments)
		}
	}
	r.viewer.api(http.MethodGet, r.articlePath("?seq=11"), nil).problem(http.StatusUnprocessableEntity)
	r.viewer.api(http.MethodGet, r.articlePath("?seq=-1"), nil).problem(http.StatusUnprocessableEntity)
	r.as("").api(http.MethodGet, r.articlePath("?seq=1"), nil).problem(http.StatusNotFound)
}

func TestTheLogIsReadBackwardsInTheAPI(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	var body struct {
		Items []logEntryBody
		Next  string
	}
	r.viewer.api(http.MethodGet, r.articlePath("/changes?before=8&limit=3"), nil).is(http.StatusOK).into(&body)
	if len(body.Items) != 3 || body.Items[0].Seq != 7 || body.Items[2].Seq != 5 || body.Next != "5" {
		t.Errorf("got %+v, next %s", body.Items, body.Next)
	}
}

func TestWhatRestoresAnArticleIsAChangeSetForTheAPI(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	r.forget(0)
	var plan struct {
		Seen       int64
		Operations []annotate.OperationRecord
	}
	r.viewer.api(http.MethodGet, r.articlePath("/restoration?seq=9"), nil).is(http.StatusOK).into(&plan)
	if plan.Seen != wallChanges+1 || len(plan.Operations) != 3 {
		t.Fatalf("seen %d, to do %+v; want the claim and its two links put back", plan.Seen, plan.Operations)
	}
	r.analyst.api(http.MethodPost, r.articlePath("/changes"), map[string]any{"id": store.NewID(), "operations": plan.Operations}).is(http.StatusOK)
	if c := r.claim(0); len(c.Attribution.Speakers) != 1 || len(c.Attribution.Chains) != 1 {
		t.Errorf("the claim is back with %+v", c.Attribution)
	}
	r.viewer.api(http.MethodGet, r.articlePath("/restoration?seq=11"), nil).is(http.StatusOK).into(&plan)
	if plan.Operations == nil || len(plan.Operations) > 0 {
		t.Errorf("to do where nothing has changed: %+v", plan.Operations)
	}
	r.viewer.api(http.MethodGet, r.articlePath("/restoration?seq=9&claim="+string(store.NewID())), nil).problem(http.StatusNotFound)
	r.viewer.api(http.MethodGet, r.articlePath("/restoration"), nil).problem(http.StatusUnprocessableEntity)
}

func TestAClaimsHistoryInTheAPI(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	var body struct {
		Article annotate.ID
		Items   []claimChange
		People  []personRecord
		Next    string
	}
	r.viewer.api(http.MethodGet, r.path(0, "/history?limit=3"), nil).is(http.StatusOK).into(&body)
	if body.Article != r.article || len(body.Items) != 3 || body.Next == "" || len(body.People) != 1 {
		t.Fatalf("got %d items of %s by %+v, next %q", len(body.Items), body.Article, body.People, body.Next)
	}
	chained, sourced := body.Items[0], body.Items[1]
	if chained.Seq != 9 || chained.Version != 4 || len(chained.Did) != 1 || chained.Did[0].Link == nil || chained.Did[0].Link.After.Role != annotate.RoleVia {
		t.Errorf("the newest is %+v", chained)
	}
	if sourced.Version != 3 || sourced.Did[0].Did != annotate.DidMake || sourced.Did[0].Link.Before != nil {
		t.Errorf("the one before is %+v", sourced)
	}
	r.viewer.api(http.MethodGet, r.path(0, "/history?before="+body.Next), nil).is(http.StatusOK).into(&body)
	if len(body.Items) != 1 || body.Items[0].Did[0].Annotation.After.ID != r.claims[0] {
		t.Errorf("the first is %+v", body.Items)
	}
	r.as("").api(http.MethodGet, r.path(0, "/history"), nil).problem(http.StatusNotFound)
}

func TestTheHistoryTellsWhoDidWhatAndLeadsBack(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	now := r.viewer.get(r.articlePath("/history")).is(http.StatusOK)
	now.says("As it is now", "analyst", "Tagged as claim", "Linked with Ilse Brandt (speaker)", "9 / 9", "history?seq=8")
	now.keepsQuietAbout("Restore…", "history?seq=10")
	past := r.analyst.get(r.articlePath("/history?seq=3")).is(http.StatusOK)
	past.says("As of ", "3 / 9", "history?seq=2", "history?seq=4", "restore?seq=3", `class="step new"`)
	if text := past.between(`<article`, `</article>`); strings.Contains(text, "role-mark") || strings.Count(text, "claimed") != 3 {
		t.Errorf("then there were three claims and nothing else, and the text is %s", text)
	}
	r.viewer.get(r.articlePath("/history?seq=0")).is(http.StatusOK).says("Before the first change")
	r.viewer.get(r.articlePath("/history?seq=10")).is(http.StatusUnprocessableEntity)
	r.viewer.get(r.articlePath("/history?seq=x")).is(http.StatusUnprocessableEntity)
	r.as("").get(r.articlePath("/history")).is(http.StatusNotFound)
}

func TestRestoringIsShownFirstAndDoneOnce(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	r.forget(0)
	path := r.articlePath("/restore?seq=9")
	r.viewer.get(path).is(http.StatusForbidden)
	r.viewer.post(path, "seen", "10", "id", string(store.NewID())).is(http.StatusForbidden)
	r.analyst.get(path).is(http.StatusOK).says("Bring back: claim", "The wall will hold this winter", "Link with Ilse Brandt (speaker)")

	id := string(store.NewID())
	r.analyst.post(path, "seen", "9", "id", id).is(http.StatusConflict).says("has changed since you looked")
	if after := r.analyst.open(r.articlePath("")); after.Seq != 10 {
		t.Fatalf("number %d after a refusal", after.Seq)
	}
	r.analyst.post(path, "seen", "10", "id", id).leadsTo(r.articlePath("/history"))
	if c := r.claim(0); len(c.Attribution.Speakers) != 1 || c.Claim.UpdatedBy != r.analyst.user {
		t.Errorf("the claim is %+v", c.Claim)
	}
	r.analyst.get(path).is(http.StatusOK).says("nothing to restore")
	r.analyst.post(path, "seen", "11", "id", string(store.NewID())).is(http.StatusUnprocessableEntity)
	r.analyst.post(path, "seen", "all", "id", id).is(http.StatusBadRequest)
}

func TestOneClaimIsRestoredFromItsHistory(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	a := r.claim(0).Claim
	a.Attributes = annotate.Attributes{"quotation": "mixed"}
	r.change(annotate.Operation{Op: annotate.Put, Annotation: &a})
	r.analyst.get(r.path(0, "")).is(http.StatusOK).says("How it came to this", "Quotation", "Direct", "Mixed", "restore?seq=9&claim="+string(a.ID))
	r.viewer.get(r.path(0, "/history")).is(http.StatusOK).says("Changed: claim").keepsQuietAbout("Restore…")
	path := r.articlePath("/restore?seq=9&claim=" + string(a.ID))
	r.analyst.get(path).is(http.StatusOK).says("Restore a claim", "Change: claim")
	r.analyst.post(path, "seen", "10", "id", string(store.NewID())).leadsTo(r.articlePath("/history"))
	if got := r.claim(0).Claim.Attributes["quotation"]; got != "direct" {
		t.Errorf("the claim is coded as %v", got)
	}
	r.viewer.get(r.path(0, "/history?before=x")).is(http.StatusUnprocessableEntity)
	r.as("").get(r.path(0, "/history")).is(http.StatusNotFound)
}

func TestADeletedClaimIsFoundThroughItsArticleAndBroughtBack(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	a := r.claim(0).Claim
	r.viewer.get(r.articlePath("/history")).is(http.StatusOK).keepsQuietAbout("Deleted claims")
	r.change(annotate.Operation{Op: annotate.Delete, Annotation: &annotate.Annotation{ID: a.ID, Version: a.Version}})
	r.viewer.get(r.articlePath("/history")).is(http.StatusOK).says("Deleted claims", string(a.ID)+"/history")
	r.viewer.get(r.path(0, "/history")).is(http.StatusOK).says("Deleted: claim", "Tagged as claim", r.articlePath("/history")).keepsQuietAbout("Restore…")
	r.analyst.get(r.path(0, "/history")).is(http.StatusOK).says("restore?seq=9&claim=" + string(a.ID))
	r.analyst.post(r.articlePath("/restore?seq=9&claim="+string(a.ID)), "seen", "10", "id", string(store.NewID())).leadsTo(r.articlePath("/history"))
	if got := r.claim(0).Claim.Kind; got != annotate.Claim {
		t.Errorf("brought back is %q", got)
	}
	r.viewer.get(r.articlePath("/history")).is(http.StatusOK).keepsQuietAbout("Deleted claims")
	r.as("").get(r.path(0, "/history")).is(http.StatusNotFound)
}

func TestThePrintViewHasTheAnnotationsAsNotes(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	r.reviewer.post(r.path(0, "/reviews"), "decision", "dispute", "reason", "Which winter?", "version", r.version(0)).is(http.StatusSeeOther)
	r.analyst.post(r.path(0, "/comments"), "body", "This one.").is(http.StatusSeeOther)
	page := r.viewer.get(r.articlePath("/print")).is(http.StatusOK)
	page.says("Ilse Brandt, through The council tape, through the Courier", "Disputed", "Which winter?", "This one.", "Quotation", "Direct",
		`<a href="#note-1" id="sign-1"`, `id="note-3"`, `href="#sign-3"`)
	page.keepsQuietAbout(`id="note-4"`) // what belongs to a claim stands in its note
	r.viewer.get(r.articlePath("/print?comments=no")).is(http.StatusOK).says("Which winter?").keepsQuietAbout("This one.")
	r.as("").get(r.articlePath("/print")).is(http.StatusNotFound)
}
