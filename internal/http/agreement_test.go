package server

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
)

// compared makes an article that two analysts have finished: the second tagged
// one claim, and the first the same with a word more.
func (t *testServer) compared() (article string, ana, ben *visitor) {
	t.tb.Helper()
	article, ana, ben, _ = t.apart()
	ana.api(http.MethodPost, article+"/changes", tagging(annotate.Claim, 12, 37, "")).is(http.StatusOK)
	t.move(article, ana, annotate.Analyst, annotate.Done)
	t.move(article, ben, annotate.Analyst, annotate.Done)
	return article, ana, ben
}

func (b agreementBody) find(t *testing.T, kind, measure string) findingRecord {
	t.Helper()
	for _, f := range b.Findings {
		if f.Kind == kind && f.Attribute == "" && f.Measure == measure {
			return f
		}
	}
	t.Fatalf("there is no %s of %s in %+v", measure, kind, b.Findings)
	return findingRecord{}
}

func TestAgreementIsMeasured(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	_, ana, ben := s.compared()
	var body agreementBody
	s.as(annotate.Reviewer).api(http.MethodGet, "/projects/harbour/agreement", nil).is(http.StatusOK).into(&body)
	if body.Articles != 1 || len(body.Analysts) != 2 || len(body.Pairs) != 1 || body.Pairs[0].Articles != 1 {
		t.Errorf("it is about %d articles, %+v and %+v", body.Articles, body.Analysts, body.Pairs)
	}
	if exact := body.find(t, annotate.Claim, "f1_exact"); exact.Value == nil || *exact.Value != 0 || exact.Units != 1 {
		t.Errorf("the claims are not the same words, and F1 of that is %+v", exact)
	}
	overlap := body.find(t, annotate.Claim, "f1_overlap")
	if overlap.Value == nil || *overlap.Value != 1 || overlap.Interval != nil || overlap.IntervalReason != "few_articles" {
		t.Errorf("the claims overlap, and F1 of that is %+v", overlap)
	}
	if cue := body.find(t, annotate.Cue, "gamma"); cue.Value != nil || cue.Reason != "nothing_coded" {
		t.Errorf("nobody tagged a cue, and gamma is %+v", cue)
	}
	pair := "?analyst=" + string(ben.user) + "&analyst=" + string(ana.user)
	ana.api(http.MethodGet, "/projects/harbour/agreement"+pair, nil).is(http.StatusOK).into(&body)
	if len(body.Pairs) != 1 || body.find(t, "", "f1_attributions").Value == nil {
		t.Errorf("of the two alone: %+v", body)
	}
	ana.api(http.MethodGet, "/projects/harbour/agreement?analyst="+string(ana.user), nil).problem(http.StatusUnprocessableEntity)
	ana.api(http.MethodGet, "/projects/harbour/agreement?analyst=nobody", nil).problem(http.StatusUnprocessableEntity)
}

func TestAgreementIsThatOfFinishedArticles(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	article, ana, ben, claim := s.apart()
	s.move(article, ben, annotate.Analyst, annotate.Done)
	var body agreementBody
	ana.api(http.MethodGet, "/projects/harbour/agreement", nil).is(http.StatusOK).keepsQuietAbout(string(ben.user)).into(&body)
	if body.Articles != 0 || len(body.Analysts) != 0 {
		t.Errorf("before she has finished, Ana learns of %d articles of %+v", body.Articles, body.Analysts)
	}
	for _, path := range []string{"", "/cases?kind=claim&measure=f1_overlap", "/file?format=csv"} {
		ana.get("/projects/harbour/agreement"+path).is(http.StatusOK).keepsQuietAbout(claim, string(ben.user), "the harbour was safe")
	}
	for _, path := range []string{"", "/cases", "/file?format=csv"} {
		s.as(annotate.Viewer).get("/projects/harbour/agreement" + path).is(http.StatusForbidden)
		s.as("").get("/projects/harbour/agreement" + path).is(http.StatusNotFound)
	}
	s.move(article, ana, annotate.Analyst, annotate.Done)
	ana.get("/projects/harbour/agreement").is(http.StatusOK).says("1 article that two analysts or more have finished")
}

func TestThePageOfAgreementSaysWhatIsBehindIt(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	_, ana, _ := s.compared()
	page := ana.get("/projects/harbour/agreement").is(http.StatusOK)
	page.says("Who said what", "F1, overlapping", "1.00", "Not computable: there is nothing to compare", "none: it takes two articles", "computed in 0.0 s")
	page.keepsQuietAbout("NaN")
	differ := "/projects/harbour/agreement/cases?kind=claim&measure=f1_exact&only=differ"
	ana.get(differ).is(http.StatusOK).says("Other words", `<mark class="claimed color-amber">the harbour was safe`, `that the harbour was safe`)
	ana.get(strings.Replace(differ, "f1_exact", "f1_overlap", 1)).is(http.StatusOK).says("There is no such place in these articles.")
	ana.get(strings.Replace(differ, "differ", "alike", 1)).is(http.StatusOK).says("There is no such place in these articles.")
	ana.get("/projects/harbour/agreement/cases?measure=f1_attributions").is(http.StatusOK).says("no speaker", "Vera analyst")
	ana.get("/projects/harbour/agreement/cases?kind=claim&measure=nonsense").is(http.StatusNotFound)
	ana.get("/projects/harbour/agreement/cases?kind=nonsense&measure=f1_exact").is(http.StatusNotFound)
}

func TestAgreementOfASharedProjectSaysThatThereIsNone(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.as(annotate.Analyst).get("/projects/harbour/agreement").is(http.StatusOK).says("Everybody works on one set")
	s.as(annotate.Manager).get("/projects/harbour/agreement").is(http.StatusOK).says("To the settings")
}

func TestAgreementIsExported(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	_, ana, _ := s.compared()
	file := ana.get("/projects/harbour/agreement/file?format=csv").is(http.StatusOK)
	if got := file.header.Get("Content-Disposition"); got != "attachment; filename=harbour-agreement-2026-11-23.csv" {
		t.Errorf("the file is called %s", got)
	}
	rows, err := csv.NewReader(strings.NewReader(file.body)).ReadAll()
	if err != nil || len(rows) < 10 {
		t.Fatalf("the file has %d rows, %v", len(rows), err)
	}
	found := false
	for _, row := range rows {
		found = found || strings.Join(row, "|") == "Vera analyst|Vera analyst|claim||f1_overlap|1|1|1.000000|||||few_articles"
	}
	if !found {
		t.Errorf("the overlap of the two is not among %q", rows)
	}
	var body agreementBody
	ana.get("/projects/harbour/agreement/file?format=json").is(http.StatusOK).into(&body)
	if body.Articles != 1 {
		t.Errorf("the JSON is about %d articles", body.Articles)
	}
	ana.get("/projects/harbour/agreement/file?format=xml").is(http.StatusUnprocessableEntity)
}

func TestAgreementIsComputedAgainWhenWorkChanges(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	article, ana, ben := s.compared()
	read := func() (body agreementBody) {
		t.Helper()
		ana.api(http.MethodGet, "/projects/harbour/agreement", nil).is(http.StatusOK).into(&body)
		return body
	}
	if got := *read().find(t, annotate.Claim, "f1_overlap").Value; got != 1 {
		t.Fatalf("F1 is %v", got)
	}
	s.move(article, ben, annotate.Manager, annotate.Returned)
	if got := read(); got.Articles != 0 {
		t.Errorf("work that was returned is measured in %d articles", got.Articles)
	}
	ben.api(http.MethodPost, article+"/changes", tagging(annotate.Claim, 0, 6, "")).is(http.StatusOK)
	s.move(article, ben, annotate.Analyst, annotate.Done)
	if got := *read().find(t, annotate.Claim, "f1_overlap").Value; got != 2.0/3 {
		t.Errorf("after one claim more F1 is %v, want 2/3", got)
	}
}
