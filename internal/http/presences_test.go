package server

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// openPage is somebody's open page of an article, as the server knows it.
type openPage struct {
	*events
	id annotate.ID
}

// attend opens an article's live events as a page does that others can see.
func (v *visitor) attend(server *httptest.Server, article string) openPage {
	v.t.tb.Helper()
	id := store.NewID()
	return openPage{v.events(server, article, http.Header{}, "?page="+string(id)), id}
}

// sees reads on until the people there are those named.
func (p openPage) sees(names ...string) []presenceBody {
	p.tb.Helper()
	slices.Sort(names)
	for {
		_, name, data := p.next()
		var there []presenceBody
		if err := json.Unmarshal(data, &there); name != "presences" {
			continue
		} else if err != nil {
			p.tb.Fatalf("%v in %s", err, data)
		}
		found := []string{}
		for _, one := range there {
			found = append(found, one.Name)
		}
		slices.Sort(found)
		if slices.Equal(found, names) {
			return there
		}
	}
}

// look has the visitor's page tell where they look.
func (v *visitor) look(article string, page annotate.ID, start int) *answer {
	return v.api(http.MethodPost, article+"/presences", map[string]any{"page": page, "annotation": nil, "start": start})
}

func TestWhoIsThereIsSeenThroughAnyServer(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	here, article := s.online(), s.article("Nobody said a word.")
	other, err := New(Config{Store: s.store, Assets: testAssets, Log: s.log, Now: s.now})
	if err != nil {
		t.Fatal(err)
	}
	there := (&testServer{Server: other, tb: t}).online()
	vera, rolf := s.as(annotate.Viewer), s.as(annotate.Reviewer)

	first := vera.attend(here, article)
	first.sees("Vera viewer")
	second := rolf.attend(there, article)
	second.sees("Vera reviewer", "Vera viewer")
	first.sees("Vera reviewer", "Vera viewer")

	vera.look(article, first.id, 7).is(http.StatusNoContent)
	list := second.sees("Vera reviewer", "Vera viewer")
	if at := slices.IndexFunc(list, func(p presenceBody) bool { return p.Page == first.id }); at < 0 || list[at].Start == nil || *list[at].Start != 7 || list[at].User != vera.user {
		t.Errorf("Rolf sees %+v, want Vera at 7", list)
	}
	began := time.Now()
	second.stop() // as a browser that crashes
	first.sees("Vera viewer")
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("it took %v to see that somebody left", took)
	}
	var listed struct{ Items []presenceBody }
	vera.api(http.MethodGet, article+"/presences", nil).is(http.StatusOK).into(&listed)
	if len(listed.Items) != 1 || listed.Items[0].Page != first.id {
		t.Errorf("listed %+v", listed.Items)
	}
}

func TestWhoIsNotHeardOfIsNotThere(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	server, article := s.online(), s.article("Nobody said a word.")
	vera, rolf := s.as(annotate.Viewer), s.as(annotate.Reviewer)
	first := vera.attend(server, article)
	first.sees("Vera viewer")
	rolf.look(article, store.NewID(), 3).is(http.StatusNoContent)
	first.sees("Vera reviewer", "Vera viewer")
	// His machine has lost its power: nobody says that he left.
	s.exec(`UPDATE presences SET seen_at = seen_at - interval '46 seconds' WHERE user_id = $1`, rolf.user)
	s.as(annotate.Viewer).attend(server, article)
	first.sees("Vera viewer", "Vera viewer")
}

func TestAStreamThatIsOpenedAnewIsNotEndedByTheOld(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	article := annotate.ID(strings.TrimPrefix(s.article("Nobody said a word."), "/projects/harbour/articles/"))
	vera := s.as(annotate.Viewer)
	page, old, anew := store.NewID(), store.NewID(), store.NewID()
	for _, stream := range []annotate.ID{old, anew} {
		if err := s.store.Arrive(t.Context(), s.project.ID, article, store.Presence{Page: page, User: vera.user}, stream); err != nil {
			t.Fatal(err)
		}
	}
	for _, leaving := range []struct {
		stream annotate.ID
		left   int
	}{{old, 1}, {anew, 0}} {
		if err := s.store.Leave(t.Context(), s.project.ID, article, page, leaving.stream); err != nil {
			t.Fatal(err)
		}
		if there, err := s.store.Presences(t.Context(), store.Operator(s.project), article); err != nil || len(there) != leaving.left {
			t.Errorf("there are %+v (%v), want %d", there, err, leaving.left)
		}
	}
}

func TestPresencesAreForMembersAndTheirOwnPages(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	article := s.article("Nobody said a word.")
	vera, stranger := s.as(annotate.Viewer), s.as("")
	page := store.NewID()
	stranger.look(article, page, 1).problem(http.StatusNotFound)
	stranger.api(http.MethodGet, article+"/presences", nil).problem(http.StatusNotFound)
	vera.look(article, page, 1).is(http.StatusNoContent)
	s.as(annotate.Manager).look(article, page, 2).problem(http.StatusNotFound) // it is Vera's
	vera.look(article, page, -1).problem(http.StatusUnprocessableEntity)
	vera.look("/projects/harbour/articles/"+string(store.NewID()), page, 1).problem(http.StatusNotFound)
	vera.api(http.MethodGet, article+"/events?page=mine", nil).problem(http.StatusUnprocessableEntity)
	for range looksAMinute {
		vera.look(article, page, 1)
	}
	vera.look(article, page, 1).problem(http.StatusTooManyRequests)
}

func TestPresencesCountAsTheClientDoes(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	article := s.article("🌾🌾 Nobody said a word.")
	vera := s.as(annotate.Viewer)
	page, counts := store.NewID(), map[string]int{"": 2, "?offsets=utf16": 4, "?offsets=utf8": 8}
	for told, start := range counts {
		vera.api(http.MethodPost, article+"/presences"+told, map[string]any{"page": page, "annotation": nil, "start": start}).is(http.StatusNoContent)
		for query, want := range counts {
			var listed struct{ Items []presenceBody }
			vera.api(http.MethodGet, article+"/presences"+query, nil).is(http.StatusOK).into(&listed)
			if len(listed.Items) != 1 || listed.Items[0].Start == nil || *listed.Items[0].Start != want {
				t.Errorf("told %q, asked %q: %+v, want %d", told, query, listed.Items, want)
			}
		}
	}
	vera.api(http.MethodPost, article+"/presences?offsets=utf16", map[string]any{"page": store.NewID(), "annotation": nil, "start": 3}).problem(http.StatusUnprocessableEntity)
}
