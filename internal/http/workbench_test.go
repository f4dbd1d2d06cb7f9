package server

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/page"
)

func TestTheWorkbenchIsReadWithoutItsScript(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	a := s.addArticleText("", "Ferry back by spring\n\n“It will sail,” said Ana Ruiz.")
	answer := s.as(annotate.Analyst).get("/projects/harbour/articles/" + string(a.ID)).is(http.StatusOK)
	answer.says("<h1", "Ferry back by spring</h1>", "“It will sail,” said Ana Ruiz.", "Reading works without a script",
		"/projects/harbour/claims?article="+string(a.ID))
	for _, inline := range []string{"style=", "onclick=", "<style"} {
		if strings.Contains(answer.body, inline) {
			t.Errorf("the page has %s, which the content security policy forbids", inline)
		}
	}
}

func TestTheWorkbenchCarriesWhatItsScriptNeeds(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	a := s.addArticleText("", "Ferry back by spring\n\n"+strings.Repeat("It will sail, said Ruiz. ", 300))
	analyst := s.as(annotate.Analyst)
	for _, start := range []int{13, page.OpeningLength} {
		analyst.api(http.MethodPost, "/projects/harbour/articles/"+string(a.ID)+"/changes", tagging(annotate.Claim, start, start+7, "")).is(http.StatusOK)
	}
	answer := analyst.get("/projects/harbour/articles/" + string(a.ID)).is(http.StatusOK)
	answer.says(`href="/api/v1/projects/harbour/articles/` + string(a.ID) + `"`)
	_, rest, _ := strings.Cut(answer.body, `<script id="bench-data" type="application/json">`)
	block, _, _ := strings.Cut(rest, "</script>")
	var facts struct {
		Project, Article string
		Codebook         annotate.Codebook
		Me               struct{ ID, Name string }
		Members          []struct{ ID, Name string }
		MayTag           bool `json:"may_tag"`
		Opening          struct {
			End         int
			Annotations []annotate.AnnotationRecord
		}
	}
	if err := json.Unmarshal([]byte(block), &facts); err != nil {
		t.Fatalf("read %.300q: %v", block, err)
	}
	if facts.Project != "harbour" || facts.Article != string(a.ID) || facts.Me.ID != string(analyst.user) || !facts.MayTag {
		t.Errorf("got %+v", facts)
	}
	opening := facts.Opening.Annotations
	if len(opening) != 1 || opening[0].Kind != annotate.Claim || opening[0].ID == "" || opening[0].Fragments[0].Start != 13 || opening[0].Fragments[0].End != 20 {
		t.Errorf("the opening is %+v, want the claim at 13 to 20 alone", opening)
	}
	if facts.Opening.End != page.OpeningLength {
		t.Errorf("the opening ends at %d, want %d", facts.Opening.End, page.OpeningLength)
	}
	if len(facts.Codebook.Kinds) == 0 || len(facts.Members) != 2 {
		t.Errorf("got %d kinds and %d members, want some kinds and 2 members", len(facts.Codebook.Kinds), len(facts.Members))
	}
}

func TestViewersGetAWorkbenchToRead(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	a := s.addArticleText("", "Ferry back by spring")
	s.as(annotate.Viewer).get("/projects/harbour/articles/"+string(a.ID)).is(http.StatusOK).
		says("Ferry back by spring", `data-may-tag="no"`, `"may_tag":false`).
		keepsQuietAbout(`id="undo"`, `id="save-status"`)
}

func TestTheWorkbenchOfNoArticleIsNotFound(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	analyst := s.as(annotate.Analyst)
	analyst.get("/projects/harbour/articles/" + string(store.NewID())).is(http.StatusNotFound)
	analyst.get("/projects/harbour/articles/nonsense").is(http.StatusNotFound)
	a := s.addArticleText("", "Ferry back by spring")
	s.as("").get("/projects/harbour/articles/" + string(a.ID)).is(http.StatusNotFound)
}
