package server

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"onrecord.dev/internal/adjudicate"
	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// point are the fields of the form of the first point of an article.
func (v *visitor) point(article string) []string {
	v.t.tb.Helper()
	page := v.get(article + "/adjudicate").is(http.StatusOK)
	return []string{"on", page.between(`name="on" value="`, `"`), "seen", page.between(`name="seen" value="`, `"`)}
}

func TestWhatAnalystsMadeIsSettled(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	article, _, _ := s.compared()
	reviewer := s.as(annotate.Reviewer)
	reviewer.get("/projects/harbour/adjudication").is(http.StatusOK).says("Nobody said that the harbour was safe.", "1 open")
	page := reviewer.get(article+"/adjudicate").is(http.StatusOK).says("Different", "0 of 1 settled", "that the harbour was safe")
	page.keepsQuietAbout("Take all")
	seen := reviewer.point(article)
	reviewer.post(article+"/adjudicate", append(seen, "do", "take 1", "cause", "Slip", "note", "The mark belongs to it.")...).leadsTo(article + "/adjudicate#note-1")
	reviewer.get(article+"/adjudicate").says("1 of 1 settled", "took it over", "Slip", "The mark belongs to it.")
	reviewer.get("/projects/harbour/adjudication").says("Settled", "Why analysts disagreed")
	var read articleBody
	reviewer.api(http.MethodGet, article+"?set=adjudicated", nil).is(http.StatusOK).into(&read)
	if len(read.Annotations) != 1 || read.Annotations[0].Kind != annotate.Claim || read.Annotations[0].CreatedBy != reviewer.user {
		t.Errorf("what stands is %+v", read.Annotations)
	}
	// What was seen before is no longer what there is.
	reviewer.post(article+"/adjudicate", append(seen, "do", "drop")...).is(http.StatusUnprocessableEntity).says("changed or settled this since you looked")
	reviewer.post(article+"/adjudicate", append(reviewer.point(article), "do", "drop", "cause", "Because")...).is(http.StatusUnprocessableEntity).says("Choose one of the causes")
	reviewer.post(article+"/adjudicate", append(reviewer.point(article), "do", "take 7")...).is(http.StatusUnprocessableEntity).says("Choose what is to stand.")
	reviewer.post(article+"/adjudicate", "do", "take 0", "on", "nonsense").is(http.StatusNotFound)
	reviewer.post(article+"/adjudicate", append(reviewer.point(article), "do", "drop")...).leadsTo(article + "/adjudicate#note-1")
	reviewer.api(http.MethodGet, article+"?set=adjudicated", nil).is(http.StatusOK).into(&read)
	if len(read.Annotations) != 0 {
		t.Errorf("after leaving it out there stand %+v", read.Annotations)
	}
}

func TestMergingAndWritingAnewSettle(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	article, _, _ := s.compared()
	reviewer := s.as(annotate.Reviewer)
	standing := func() (read articleBody) {
		t.Helper()
		reviewer.api(http.MethodGet, article+"?set=adjudicated", nil).is(http.StatusOK).into(&read)
		return read
	}
	reviewer.post(article+"/adjudicate", append(reviewer.point(article), "do", "merge", "choose words", "all")...).leadsTo(article + "/adjudicate#note-1")
	read := standing()
	if f := read.Annotations[0].Fragments; len(f) != 1 || f[0].Start != 12 || f[0].End != 37 {
		t.Errorf("both together are %+v", f)
	}
	claim := string(read.Annotations[0].ID)
	reviewer.post(article+"/adjudicate", append(reviewer.point(article), "do", "write")...).leadsTo(article + "?set=adjudicated#claim=" + claim)
	if again := standing(); string(again.Annotations[0].ID) != claim || again.Seq != read.Seq {
		t.Errorf("before anything is written, what stands has changed to %+v", again.Annotations)
	}
	reviewer.get(article + "/adjudicate").says("wrote it anew")
}

func TestOnlyReviewersAdjudicate(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	article, ana, _ := s.compared()
	for _, v := range []*visitor{ana, s.as(annotate.Viewer)} {
		v.get("/projects/harbour/adjudication").is(http.StatusForbidden)
		v.get(article + "/adjudicate").is(http.StatusForbidden)
		v.post(article+"/adjudicate", "do", "agreed").is(http.StatusForbidden)
	}
	other := s.article("Nobody has looked at this one.")
	s.as(annotate.Reviewer).get(other + "/adjudicate").is(http.StatusNotFound)
	s.as(annotate.Reviewer).post(other+"/adjudicate", "do", "agreed").is(http.StatusNotFound)
}

func TestAllThatAgreeIsTakenByOnePress(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	article, ana, ben, _ := s.apart()
	ana.api(http.MethodPost, article+"/changes", tagging(annotate.Claim, 17, 37, "")).is(http.StatusOK)
	ana.api(http.MethodPost, article+"/changes", tagging(annotate.Cue, 7, 11, "")).is(http.StatusOK)
	ben.api(http.MethodPost, article+"/changes", tagging(annotate.Cue, 7, 11, "")).is(http.StatusOK)
	ana.api(http.MethodPost, article+"/changes", tagging(annotate.Cue, 0, 6, "")).is(http.StatusOK)
	s.move(article, ana, annotate.Analyst, annotate.Done)
	s.move(article, ben, annotate.Analyst, annotate.Done)
	reviewer := s.as(annotate.Reviewer)
	reviewer.get(article+"/adjudicate").is(http.StatusOK).says("Take all 2 that agree", "Not everybody")
	reviewer.post(article+"/adjudicate", "do", "agreed").leadsTo(article + "/adjudicate#note-1") // which is the one that is left
	reviewer.get(article + "/adjudicate").says("2 of 3 settled").keepsQuietAbout("Take all")
	// A return and new work reopen what they change alone.
	s.move(article, ben, annotate.Manager, annotate.Returned)
	ben.api(http.MethodPost, article+"/changes", tagging(annotate.Cue, 0, 6, "")).is(http.StatusOK)
	s.move(article, ben, annotate.Analyst, annotate.Done)
	reviewer.get(article+"/adjudicate").says("2 of 3 settled", "Take the 1 that all agree on")
}

func TestCausesAreTheProjects(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	article, _, _ := s.compared()
	manager := s.as(annotate.Manager)
	manager.get("/projects/harbour/settings").is(http.StatusOK).says("The guideline is unclear")
	s.as(annotate.Reviewer).post("/projects/harbour/settings/causes", "causes", "Mine").is(http.StatusForbidden)
	manager.post("/projects/harbour/settings/causes", "causes", strings.Repeat("x", 201)).is(http.StatusUnprocessableEntity).says("at most 200 characters a line")
	manager.post("/projects/harbour/settings/causes", "causes", " Headline  misread \r\n\r\nSlip\r\nSlip\r\n").leadsTo("/projects/harbour/settings")
	manager.get("/projects/harbour/settings").says("Headline misread\nSlip<")
	reviewer := s.as(annotate.Reviewer)
	reviewer.get(article + "/adjudicate").says(`<option value="Headline misread">`).keepsQuietAbout("The guideline is unclear")
	reviewer.post(article+"/adjudicate", append(reviewer.point(article), "do", "take 0", "cause", "Headline misread")...).leadsTo(article + "/adjudicate#note-1")
	manager.post("/projects/harbour/settings/causes", "causes", "").leadsTo("/projects/harbour/settings")
	// It is no longer among the causes, and yet remains what it was.
	reviewer.post(article+"/adjudicate", append(reviewer.point(article), "do", "note", "cause", "Headline misread", "note", "Twice.")...).leadsTo(article + "/adjudicate#note-1")
	reviewer.get(article+"/adjudicate").says("Headline misread", "Twice.", "The guideline is unclear")
}

func TestTheAdjudicatedSetIsReviewedAndExported(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	article, _, _ := s.compared()
	rosa, other := s.as(annotate.Reviewer), s.as(annotate.Reviewer)
	rosa.post(article+"/adjudicate", append(rosa.point(article), "do", "take 0")...).leadsTo(article + "/adjudicate#note-1")
	var read articleBody
	other.api(http.MethodGet, article+"?set=adjudicated", nil).is(http.StatusOK).into(&read)
	claim := read.Annotations[0]
	other.api(http.MethodGet, "/projects/harbour/claims", nil).is(http.StatusOK).says(string(claim.ID), `"unreviewed":1`)
	decision := map[string]any{"decision": "approve", "reason": "", "version": claim.Version}
	rosa.api(http.MethodPost, "/projects/harbour/claims/"+string(claim.ID)+"/reviews", decision).problem(http.StatusForbidden)
	other.api(http.MethodPost, "/projects/harbour/claims/"+string(claim.ID)+"/reviews", decision).is(http.StatusCreated)
	other.api(http.MethodGet, "/projects/harbour/export?set=adjudicated", nil).is(http.StatusOK).says(string(claim.ID), `"state":"approved"`)
}

func TestProgramsAdjudicate(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	article, ana, ben := s.compared()
	program := s.as(annotate.Reviewer).withToken()
	read := func() (body adjudicationBody) {
		t.Helper()
		program.api(http.MethodGet, article+"/adjudication", nil).is(http.StatusOK).into(&body)
		return body
	}
	body := read()
	if len(body.Points) != 1 || body.Points[0].Standing != adjudicate.Differing || body.Points[0].Settled || len(body.Analysts) != 2 {
		t.Fatalf("to be settled is %+v", body)
	}
	point := body.Points[0]
	if d := point.Differences; len(d) != 1 || d[0].Field != adjudicate.Words || len(d[0].Variants) != 2 {
		t.Errorf("they differ in %+v", d)
	}
	rule := func(more map[string]any) *answer {
		t.Helper()
		wish := map[string]any{"on": point.Annotations[1], "seen": point.Seen}
		maps.Copy(wish, more)
		return program.api(http.MethodPost, article+"/rulings", wish)
	}
	rule(map[string]any{"way": "take"}).problem(http.StatusUnprocessableEntity)
	rule(map[string]any{"way": "take", "analyst": program.user}).problem(http.StatusUnprocessableEntity)
	rule(map[string]any{"way": "merge", "choose": map[string]any{"words": program.user}}).problem(http.StatusUnprocessableEntity)
	rule(map[string]any{"way": "keep"}).problem(http.StatusUnprocessableEntity)
	rule(map[string]any{"way": "drop", "on": store.NewID()}).problem(http.StatusUnprocessableEntity)
	var ruling rulingRecord
	rule(map[string]any{"way": "merge", "choose": map[string]any{"words": ben.user}, "cause": "Slip"}).is(http.StatusCreated).into(&ruling)
	if ruling.Way != annotate.RuleMerge || ruling.Cause != "Slip" || ruling.By != program.user || ruling.Result == "" {
		t.Errorf("the ruling is %+v", ruling)
	}
	var stands articleBody
	program.api(http.MethodGet, article+"?set=adjudicated", nil).is(http.StatusOK).into(&stands)
	if len(stands.Annotations) != 1 || stands.Annotations[0].ID != ruling.Result || stands.Annotations[0].Fragments[0].Start != 17 {
		t.Errorf("what stands is %+v, want Ben's words", stands.Annotations)
	}
	if p := rule(map[string]any{"way": "take", "analyst": ana.user}).problem(http.StatusConflict); !strings.HasSuffix(p.Type, ":point-changed") {
		t.Errorf("of what was seen before there is the problem %s", p.Type)
	}
	if after := read().Points[0]; !after.Settled || after.Ruling == nil || *after.Ruling != ruling {
		t.Errorf("settled is %+v", after)
	}
	ana.api(http.MethodGet, article+"/adjudication", nil).problem(http.StatusForbidden)
	ana.api(http.MethodPost, article+"/rulings", map[string]any{"on": point.Annotations[0], "seen": point.Seen, "way": "drop"}).problem(http.StatusForbidden)
}
