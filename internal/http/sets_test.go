package server

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// apart makes the project one of independent sets, with an article that is
// assigned to two analysts. The second has tagged a claim.
func (t *testServer) apart() (article string, ana, ben *visitor, claim string) {
	t.tb.Helper()
	manager := t.as(annotate.Manager)
	manager.api(http.MethodPatch, "/projects/harbour", map[string]any{"mode": "independent"}).is(http.StatusOK).says(`"mode":"independent"`)
	article = t.article("Nobody said that the harbour was safe.")
	ana, ben = t.as(annotate.Analyst), t.as(annotate.Analyst)
	id := annotate.ID(article[strings.LastIndex(article, "/")+1:])
	var pairs []annotate.Assignment
	for _, c := range []*visitor{ana, ben} {
		pairs = append(pairs, annotate.Assignment{Article: id, Analyst: c.user})
	}
	project, err := t.store.Project(t.tb.Context(), "harbour")
	if err != nil {
		t.tb.Fatal(err)
	}
	by := store.Operator(project)
	by.User.ID = manager.user
	if _, err := t.store.Assign(t.tb.Context(), by, store.Assigning{Pairs: pairs, At: t.clock}); err != nil {
		t.tb.Fatal(err)
	}
	var done appendedBody
	ben.api(http.MethodPost, article+"/changes", tagging(annotate.Claim, 17, 37, "")).is(http.StatusOK).into(&done)
	return article, ana, ben, string(done.Annotations[0].ID)
}

// move has an analyst, or who manages, put the analyst's assignment in a state.
func (t *testServer) move(article string, analyst *visitor, role annotate.Role, to annotate.AssignmentState) {
	t.tb.Helper()
	project, err := t.store.Project(t.tb.Context(), "harbour")
	if err != nil {
		t.tb.Fatal(err)
	}
	by := store.Asker{Project: project, Role: role}
	if role == annotate.Analyst {
		by.User.ID = analyst.user
	}
	_, err = t.store.ChangeAssignment(t.tb.Context(), by, store.AssignmentChange{
		Article: annotate.ID(article[strings.LastIndex(article, "/")+1:]), Analyst: analyst.user, State: to, At: t.clock,
	})
	if err != nil {
		t.tb.Fatal(err)
	}
}

func TestNoAddressLeadsToTheSetOfAnother(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	article, ana, ben, claim := s.apart()
	set := "?set=" + string(ben.user)
	addresses := []string{
		article + set, article + set + "&seq=1", article + "/changes" + set, article + "/restoration" + set + "&seq=0",
		"/projects/harbour/claims/" + claim, "/projects/harbour/claims/" + claim + "/history",
		"/projects/harbour/claims/" + claim + "/comments",
	}
	for _, address := range addresses {
		ana.api(http.MethodGet, address, nil).is(http.StatusNotFound).keepsQuietAbout(claim)
	}
	for _, address := range []string{article, article + "/changes", article + "/sets", "/projects/harbour/claims", "/projects/harbour/export", "/projects/harbour/articles"} {
		ana.api(http.MethodGet, address, nil).is(http.StatusOK).keepsQuietAbout(claim, string(ben.user))
	}
	export := "/projects/harbour/export" + set // of the articles that she may see
	ana.api(http.MethodGet, export, nil).is(http.StatusOK).keepsQuietAbout(claim)
	for _, page := range []string{article + "/history" + set, article + "/print" + set, article + set, article + "/restore" + set + "&seq=0"} {
		ana.get(page).is(http.StatusNotFound).keepsQuietAbout(claim)
	}
	ana.api(http.MethodGet, "/projects/harbour/find?q=the+harbour+was+safe", nil).is(http.StatusOK).says(`"kinds":[]`)
	ana.api(http.MethodPost, article+"/changes"+set, tagging(annotate.Claim, 0, 6, "")).problem(http.StatusForbidden)
	ben.api(http.MethodGet, article, nil).is(http.StatusOK).says(claim)
	ben.api(http.MethodGet, "/projects/harbour/find?q=the+harbour+was+safe", nil).is(http.StatusOK).says(`"kinds":["claim"]`)
	ben.api(http.MethodGet, "/projects/harbour/export", nil).is(http.StatusOK).says(claim)

	s.move(article, ana, annotate.Analyst, annotate.Done)
	ana.api(http.MethodGet, export, nil).is(http.StatusOK).says(claim)
	for _, address := range addresses[:4] {
		got := ana.api(http.MethodGet, address, nil).is(http.StatusOK)
		if !strings.Contains(address, "restoration") {
			got.says(claim)
		}
	}
	ana.api(http.MethodGet, article+"/sets", nil).is(http.StatusOK).says(string(ben.user))
	ana.api(http.MethodPost, article+"/changes", tagging(annotate.Claim, 0, 6, "")).problem(http.StatusUnprocessableEntity)
}

// One browser may be used by two: what it kept for the first must not be good
// for the second.
func TestWhatABrowserKeptOfOneSetIsNotAnother(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	article, ana, ben, _ := s.apart()
	ana.api(http.MethodPost, article+"/changes", tagging(annotate.Claim, 0, 6, "")).is(http.StatusOK)
	kept := ben.api(http.MethodGet, article, nil).is(http.StatusOK).header.Get("ETag")
	ana.header.Set("If-None-Match", kept)
	ana.api(http.MethodGet, article, nil).is(http.StatusOK)
	ben.header.Set("If-None-Match", kept)
	ben.api(http.MethodGet, article, nil).is(http.StatusNotModified)
}

func TestLiveEventsAreThoseOfOneSet(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	server := s.online()
	article, ana, ben, claim := s.apart()
	set := "?set=" + string(ben.user)
	ana.api(http.MethodGet, article+"/events"+set, nil).problem(http.StatusNotFound)
	own := ana.events(server, article, http.Header{})
	ben.api(http.MethodPost, article+"/changes", tagging(annotate.Claim, 0, 6, "")).is(http.StatusOK)
	ana.api(http.MethodPost, article+"/changes", tagging(annotate.Speaker, 0, 6, "")).is(http.StatusOK)
	id, name, data := own.next() // and not Ben's second change, which came first
	if id != "1" || name != "change" || !bytes.Contains(data, []byte(ana.user)) {
		t.Fatalf("Ana's page hears first of %s %s: %s", name, id, data)
	}

	s.move(article, ana, annotate.Analyst, annotate.Done)
	theirs := ana.events(server, article, http.Header{}, set)
	if _, name, data := theirs.next(); name != "change" || !bytes.Contains(data, []byte(claim)) {
		t.Fatalf("Ana, who has finished, hears of %s: %s", name, data)
	}
	theirs.nextChange(2)
	s.move(article, ana, annotate.Manager, annotate.Returned)
	ben.api(http.MethodPost, article+"/changes", tagging(annotate.Cue, 7, 11, "")).is(http.StatusOK)
	for theirs.lines.Scan() {
		if strings.Contains(theirs.lines.Text(), `"cue"`) {
			t.Fatal("Ana hears of Ben's work after her own was returned")
		}
	}
}

func TestArticlesAreAssignedTakenAndFinished(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	first, second := s.article("Nobody said a word."), s.article("Somebody said a word.")
	manager, ana, ben, vera := s.as(annotate.Manager), s.as(annotate.Analyst), s.as(annotate.Analyst), s.as(annotate.Viewer)
	const assignments = "/projects/harbour/assignments"
	for _, who := range []*visitor{ana, vera} {
		who.api(http.MethodPost, assignments, map[string]any{"way": "even", "analysts": []any{ana.user}, "each": 1}).problem(http.StatusForbidden)
		who.get(assignments).is(http.StatusForbidden)
	}
	vera.api(http.MethodGet, assignments, nil).problem(http.StatusForbidden)
	ana.api(http.MethodPost, assignments+"/reclaim", map[string]any{"overdue": true}).problem(http.StatusForbidden)

	deal := map[string]any{"way": "all", "articles": []any{id(first)}, "analysts": []any{ana.user, ben.user}, "due": "2026-11-20"}
	manager.api(http.MethodPost, assignments+"?dry_run=true", deal).is(http.StatusOK).says(`"assigned":2`)
	manager.api(http.MethodGet, assignments, nil).is(http.StatusOK).says(`"items":[]`)
	manager.api(http.MethodPost, assignments, deal).is(http.StatusOK).says(`"assigned":2`)
	manager.api(http.MethodGet, assignments+"?overdue=true", nil).is(http.StatusOK).says(string(ana.user), string(ben.user))
	ana.api(http.MethodGet, assignments, nil).is(http.StatusOK).says(string(ana.user)).keepsQuietAbout(string(ben.user))
	ana.get("/projects/harbour/work").is(http.StatusOK).says("Nobody said a word.", "overdue")
	manager.get(assignments).is(http.StatusOK).says("Nobody said a word.", "Not started")

	ana.post("/projects/harbour/next").leadsTo(first)
	ana.api(http.MethodPost, assignments+"/next", map[string]any{}).is(http.StatusOK).says(`"state":"in_progress"`, id(first))
	ana.post(first+"/assignment", "state", "done").leadsTo(first)
	ana.post("/projects/harbour/next").leadsTo("/projects/harbour/work")
	bens := first + "/assignments/" + string(ben.user)
	ana.api(http.MethodPatch, bens, map[string]any{"state": "done"}).problem(http.StatusNotFound)
	ana.api(http.MethodPatch, first+"/assignments/"+string(ana.user), map[string]any{"due": ""}).problem(http.StatusForbidden)
	manager.api(http.MethodPatch, first+"/assignments/"+string(ana.user), map[string]any{"state": "returned", "note": "Look again."}).is(http.StatusOK).says(`"note":"Look again."`)
	ana.get(first).is(http.StatusOK).says("Look again.", "Returned")
	manager.api(http.MethodPatch, bens, map[string]any{"due": "2026-12-24"}).is(http.StatusOK).says(`"due":"2026-12-24"`)
	manager.api(http.MethodGet, assignments+"/workloads", nil).is(http.StatusOK).says(`"returned":1`, `"not_started":1`)
	manager.api(http.MethodPost, assignments+"/reclaim", map[string]any{"overdue": true}).is(http.StatusOK).says(`"reclaimed":1`)
	manager.api(http.MethodDelete, bens, nil).is(http.StatusNoContent)
	manager.api(http.MethodDelete, bens, nil).problem(http.StatusNotFound)

	manager.post("/projects/harbour/settings", "name", "Harbour inquiry", "pool", "1").is(http.StatusSeeOther)
	ben.get(second).is(http.StatusOK).says("Take this article")
	ben.post(second+"/assignment", "state", "take").leadsTo(second)
	ben.api(http.MethodPost, first+"/take", nil).problem(http.StatusConflict)
	ana.api(http.MethodPost, second+"/take", nil).problem(http.StatusNotFound)
	ana.api(http.MethodPost, assignments+"/next", map[string]any{}).is(http.StatusOK).says(id(first))
}

func id(address string) string { return address[strings.LastIndex(address, "/")+1:] }
