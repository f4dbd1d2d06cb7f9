package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// article adds an article and returns its path below /api/v1.
func (t *testServer) article(text string) string {
	t.tb.Helper()
	var owner annotate.ID
	if err := t.sql.QueryRow(t.tb.Context(), `SELECT id FROM users WHERE email = 'owner@example.org'`).Scan(&owner); err != nil {
		t.tb.Fatal(err)
	}
	doc, err := t.store.AddArticle(t.tb.Context(), t.project.ID, annotate.Article{CreatedBy: owner}, text, t.clock)
	if err != nil {
		t.tb.Fatal(err)
	}
	return "/projects/harbour/articles/" + string(doc.Article.ID)
}

// tagging is a change set that puts one new annotation, in JSON.
func tagging(kind string, start, end int, exact string) map[string]any {
	fragment := map[string]any{"start": start, "end": end}
	if exact != "" {
		fragment["exact"] = exact
	}
	return changing(map[string]any{"op": "put", "annotation": map[string]any{
		"id": store.NewID(), "version": 0, "kind": kind, "fragments": []any{fragment},
	}})
}

// taggedBy is the id of the annotation that a [tagging] puts.
func taggedBy(cs map[string]any) (id annotate.ID) {
	if operations, ok := cs["operations"].([]any); ok {
		if put, ok := operations[0].(map[string]any); ok {
			if a, ok := put["annotation"].(map[string]any); ok {
				id, _ = a["id"].(annotate.ID)
			}
		}
	}
	return id
}

// again is the same operations in a change set of their own.
func again(cs map[string]any) map[string]any {
	return map[string]any{"id": store.NewID(), "operations": cs["operations"]}
}

func changing(operations ...any) map[string]any {
	return map[string]any{"id": store.NewID(), "operations": emptyNotNull(operations)}
}

func (v *visitor) open(article string) articleBody {
	v.t.tb.Helper()
	var body articleBody
	v.api(http.MethodGet, article, nil).is(http.StatusOK).into(&body)
	return body
}

func TestOffsetsOfOtherToolsComeBackInEachUnit(t *testing.T) {
	t.Parallel()
	const fixtures = "../../../shared/fixtures/constructed/offset-cases.json"
	content, err := os.ReadFile(fixtures)
	if err != nil {
		t.Skipf("no fixtures: %v", err)
	}
	var cases []struct {
		ID, Text, Exact string
		Offsets         struct{ Codepoint, UTF16, UTF8 [2]int }
	}
	if err := json.Unmarshal(content, &cases); err != nil || len(cases) != 12 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	s := newServer(t)
	analyst := s.as(annotate.Analyst)
	for _, c := range cases {
		points, units, bytes := c.Offsets.Codepoint, c.Offsets.UTF16, c.Offsets.UTF8
		if c.ID == "crlf" { // two characters became one
			for _, at := range []*[2]int{&points, &units, &bytes} {
				at[0], at[1] = at[0]-1, at[1]-1
			}
		}
		for query, sent := range map[string][2]int{"": points, "?offsets=codepoint": points, "?offsets=utf16": units, "?offsets=utf8": bytes} {
			article := s.article(c.Text)
			var done appendedBody
			analyst.api(http.MethodPost, article+"/changes"+query, tagging(annotate.Claim, sent[0], sent[1], c.Exact)).is(http.StatusOK).into(&done)
			if f := done.Annotations[0].Fragments[0]; [2]int{f.Start, f.End} != sent {
				t.Errorf("%s%s: the answer says %d to %d, want %v", c.ID, query, f.Start, f.End, sent)
			}
			for query, want := range map[string][2]int{"": points, "?offsets=utf16": units, "?offsets=utf8": bytes} {
				var body articleBody
				analyst.api(http.MethodGet, article+query, nil).is(http.StatusOK).into(&body)
				if f := body.Annotations[0].Fragments[0]; [2]int{f.Start, f.End} != want {
					t.Errorf("%s read%s: %d to %d, want %v", c.ID, query, f.Start, f.End, want)
				}
				var log struct {
					Items []struct{ Operations []annotate.OperationRecord }
				}
				analyst.api(http.MethodGet, article+"/changes"+query, nil).is(http.StatusOK).into(&log)
				if f := log.Items[0].Operations[0].Annotation.Fragments[0]; [2]int{f.Start, f.End} != want {
					t.Errorf("%s in the log%s: %d to %d, want %v", c.ID, query, f.Start, f.End, want)
				}
			}
			if got := string([]rune(analyst.open(article).Text)[points[0]:points[1]]); got != c.Exact {
				t.Errorf("%s: %q stands there, want %q", c.ID, got, c.Exact)
			}
		}
	}
}

func TestBadChangeSetsAreToldAndLeaveNothing(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	analyst := s.as(annotate.Analyst)
	article, other := s.article("A firefighter 👩‍🚒 waved at Zoë."), s.article("Another one.")
	elsewhere := tagging(annotate.Claim, 0, 7, "")
	analyst.api(http.MethodPost, other+"/changes", elsewhere).is(http.StatusOK)
	known := tagging(annotate.Claim, 0, 1, "")
	analyst.api(http.MethodPost, article+"/changes", known).is(http.StatusOK)
	tests := map[string]struct {
		query  string
		body   any
		status int
		field  string // of the first error
		words  string // of its message or the detail
	}{
		"inside a surrogate pair": {"?offsets=utf16", tagging(annotate.Claim, 0, 15, ""), 422, "annotation.fragments[0].end", "halves of a surrogate pair"},
		"between bytes":           {"?offsets=utf8", tagging(annotate.Claim, 0, 15, ""), 422, "annotation.fragments[0].end", "between the bytes of a character"},
		"past the end in bytes":   {"?offsets=utf8", tagging(annotate.Claim, 0, 99, ""), 422, "annotation.fragments[0].end", "40 bytes of UTF-8"},
		"past the end in UTF-16":  {"?offsets=utf16", tagging(annotate.Claim, 0, 99, ""), 422, "annotation.fragments[0].end", "33 UTF-16 code units"},
		"another article's id":    {"", again(elsewhere), 422, "annotation.id", "another article"},
		"no operations":           {"", changing([]any{}...), 422, "operations", "at least one operation"},
		"an unknown op":           {"", changing(map[string]any{"op": "move"}), 422, "op", "put or delete"},
		"a negative offset":       {"", tagging(annotate.Claim, -1, 5, ""), 422, "operations[0].annotation.fragments[0].start", ">= 0"},
		"a version that is over":  {"", again(known), 409, "", "Somebody changed this"},
		"not JSON":                {"", "{", 400, "", "JSON"},
		"offsets of another kind": {"?offsets=bytes", tagging(annotate.Claim, 0, 1, ""), 422, "offsets", "codepoint"},
	}
	before := analyst.open(article)
	for name, test := range tests {
		a := analyst.api(http.MethodPost, article+"/changes"+test.query, test.body)
		if a.status != test.status && (test.status != 400 || a.status != 422) {
			t.Errorf("%s: %d, want %d: %.300s", name, a.status, test.status, a.body)
			continue
		}
		p := a.problem(a.status)
		words, field := p.Detail, ""
		if len(p.Errors) > 0 {
			words, field = words+p.Errors[0].Message, p.Errors[0].Field
		}
		if field != test.field && test.field != "" || !strings.Contains(words, test.words) {
			t.Errorf("%s: %q about %q, want %q about %q", name, words, field, test.words, test.field)
		}
	}
	conflict := analyst.api(http.MethodPost, article+"/changes", again(known)).problem(http.StatusConflict)
	if len(conflict.Conflicts) != 1 || conflict.Conflicts[0].Annotation == nil || conflict.Conflicts[0].Annotation.Version != 1 {
		t.Errorf("conflicts %+v: want what is there now", conflict.Conflicts)
	}
	if diff := cmp.Diff(before, analyst.open(article)); diff != "" {
		t.Errorf("something was written (-before +after):\n%s", diff)
	}
	analyst.api(http.MethodPost, "/projects/harbour/articles/"+string(store.NewID())+"/changes", tagging(annotate.Claim, 0, 1, "")).problem(http.StatusNotFound)
	analyst.api(http.MethodGet, "/projects/harbour/articles/"+string(store.NewID())+"/changes", nil).problem(http.StatusNotFound)
	s.as("").api(http.MethodGet, article, nil).problem(http.StatusNotFound)
	s.nobody().api(http.MethodGet, article, nil).problem(http.StatusUnauthorized)
}

func TestALinkThatClosesACircleIsRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	analyst, article := s.as(annotate.Analyst), s.article("He says that she says that he says.")
	a, b := tagging(annotate.Claim, 0, 8, ""), tagging(annotate.Claim, 14, 22, "")
	link := func(from, to any) any {
		return map[string]any{"op": "put", "link": map[string]any{"id": store.NewID(), "version": 0, "from": from, "to": to, "role": "within"}}
	}
	analyst.api(http.MethodPost, article+"/changes", a).is(http.StatusOK)
	analyst.api(http.MethodPost, article+"/changes", b).is(http.StatusOK)
	analyst.api(http.MethodPost, article+"/changes", changing(link(taggedBy(a), taggedBy(b)))).is(http.StatusOK)
	p := analyst.api(http.MethodPost, article+"/changes", changing(link(taggedBy(b), taggedBy(a)))).problem(http.StatusUnprocessableEntity)
	if len(p.Errors) != 1 || p.Errors[0].Field != "link.to" || *p.Errors[0].Operation != 0 || p.Errors[0].Location != "body.operations[0].link.to" {
		t.Errorf("errors %+v", p.Errors)
	}
}

// TestWhatIsKeptIsWhatWouldBeRead compares an article caught up with from the
// log, change by change, with the same read by a server that keeps nothing.
func TestWhatIsKeptIsWhatWouldBeRead(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	analyst, article := s.as(annotate.Analyst), s.article(strings.Repeat("Nobody said a word. ", 20))
	check := func(what string) {
		t.Helper()
		kept := analyst.api(http.MethodGet, article, nil).is(http.StatusOK)
		s.encoded.Purge()
		if anew := analyst.api(http.MethodGet, article, nil).is(http.StatusOK); anew.body != kept.body {
			t.Errorf("%s: kept and read anew differ:\n%s", what, cmp.Diff(strings.Split(anew.body, "},"), strings.Split(kept.body, "},")))
		}
		if again := analyst.api(http.MethodGet, article, nil); again.header.Get("ETag") != kept.header.Get("ETag") {
			t.Errorf("%s: another ETag for the same", what)
		}
	}
	do := func(operations ...any) appendedBody {
		t.Helper()
		var done appendedBody
		analyst.api(http.MethodPost, article+"/changes", changing(operations...)).is(http.StatusOK).into(&done)
		return done
	}
	put := func(id annotate.ID, version int, kind string, start, end int) any {
		return map[string]any{"op": "put", "annotation": map[string]any{"id": id, "version": version, "kind": kind, "fragments": []any{map[string]any{"start": start, "end": end}}}}
	}
	claim, speaker, late, link := store.NewID(), store.NewID(), store.NewID(), store.NewID()
	check("untouched")
	do(put(late, 0, annotate.Claim, 60, 70))
	check("the first annotation")
	do(put(claim, 0, annotate.Claim, 20, 30), put(speaker, 0, annotate.Speaker, 20, 26))
	check("more before it")
	do(map[string]any{"op": "put", "link": map[string]any{"id": link, "version": 0, "from": claim, "to": speaker, "role": "speaker"}})
	check("a link")
	s.exec(`UPDATE annotations SET review_state = 'disputed' WHERE id = $1`, late) // as a decision would, without its counter
	s.encoded.Purge()
	check("a decision")
	do(put(late, 1, annotate.Claim, 60, 70))
	check("put as it was")
	done := do(put(speaker, 1, annotate.Speaker, 0, 6))
	check("moved, which touches the claim")
	gone := do(map[string]any{"op": "delete", "annotation": map[string]any{"id": speaker, "version": done.Annotations[0].Version}})
	check("deleted, with its link")
	var undo []any
	for _, r := range gone.Inverse {
		undo = append(undo, r)
	}
	do(undo...)
	check("undone")
	before := analyst.api(http.MethodGet, article, nil).header.Get("ETag")
	analyst.header.Set("If-None-Match", before)
	analyst.api(http.MethodGet, article, nil).is(http.StatusNotModified)
	do(put(store.NewID(), 0, annotate.Cue, 0, 6))
	analyst.api(http.MethodGet, article, nil).is(http.StatusOK)
	analyst.header.Del("If-None-Match")
	stranger := s.as(annotate.Analyst)
	stranger.api(http.MethodPost, article+"/changes", tagging(annotate.Claim, 0, 6, "")).is(http.StatusOK)
	check("somebody new")
}

// events opens a stream of live events over a real connection.
func (v *visitor) events(server *httptest.Server, article string, header http.Header, query ...string) *events {
	v.t.tb.Helper()
	ctx, stop := context.WithCancel(v.t.tb.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/api/v1"+article+"/events"+strings.Join(query, ""), http.NoBody)
	if err != nil {
		v.t.tb.Fatal(err)
	}
	r.Header = header.Clone()
	for name, value := range v.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	response, err := server.Client().Do(r)
	if err != nil {
		v.t.tb.Fatal(err)
	}
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "text/event-stream" {
		v.t.tb.Fatalf("events: %s %s", response.Status, response.Header.Get("Content-Type"))
	}
	v.t.tb.Cleanup(func() {
		stop()
		_ = response.Body.Close()
	})
	return &events{v.t.tb, bufio.NewScanner(response.Body), stop}
}

type events struct {
	tb    testing.TB
	lines *bufio.Scanner
	stop  context.CancelFunc
}

// next reads the next event.
func (e *events) next() (id, name string, data []byte) {
	e.tb.Helper()
	for e.lines.Scan() {
		field, value, _ := strings.Cut(e.lines.Text(), ": ")
		switch {
		case field == "id":
			id = value
		case field == "event":
			name = value
		case field == "data":
			data = []byte(value)
		case e.lines.Text() == "" && name != "":
			return id, name, data
		}
	}
	e.tb.Fatalf("the stream ended: %v", e.lines.Err())
	return "", "", nil
}

func (e *events) nextChange(seq int) {
	e.tb.Helper()
	id, name, data := e.next()
	var entry logEntryBody
	if err := json.Unmarshal(data, &entry); name != "change" || id != strconv.Itoa(seq) || err != nil || entry.Seq != int64(seq) || !bytes.Contains(entry.Operations, []byte(`"op":"put"`)) {
		e.tb.Fatalf("event %s with id %s: %s %v; want change %d", name, id, data, err, seq)
	}
}

// online serves over a real connection, live events and all.
func (t *testServer) online() *httptest.Server {
	t.tb.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.tb.Context()))
	over := make(chan struct{})
	go func() {
		defer close(over)
		t.Live(ctx)
	}()
	server := httptest.NewServer(t.Handler())
	t.tb.Cleanup(func() {
		t.Drain()
		server.Close()
		stop()
		<-over
	})
	return server
}

func TestLiveEventsEndWithWhatLetThemIn(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	server := s.online()
	analyst := s.as(annotate.Analyst).withToken()
	for name, end := range map[string]string{
		"session":    `DELETE FROM sessions`,
		"membership": `DELETE FROM members WHERE role = 'viewer'`,
	} {
		article := s.article("“It is done,” Ana Berg said.")
		stream := s.as(annotate.Viewer).events(server, article, http.Header{})
		analyst.api(http.MethodPost, article+"/changes", tagging(annotate.Claim, 0, 13, "")).is(http.StatusOK)
		stream.nextChange(1)
		s.exec(end)
		analyst.api(http.MethodPost, article+"/changes", tagging(annotate.Speaker, 14, 22, "")).is(http.StatusOK)
		for stream.lines.Scan() {
			if line := stream.lines.Text(); strings.HasPrefix(line, "data: ") {
				t.Fatalf("without a %s somebody still hears %s", name, line)
			}
		}
	}
}

func TestOpenPagesHearOfChangesAndReconnectWithoutLoss(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	server := s.online()
	analyst, article := s.as(annotate.Analyst), s.article("Nobody said a word.")
	tag := func() annotate.ID {
		t.Helper()
		cs := tagging(annotate.Claim, 0, 6, "")
		analyst.api(http.MethodPost, article+"/changes", cs).is(http.StatusOK)
		return taggedBy(cs)
	}
	tag()
	viewer := s.as(annotate.Viewer)
	stream := viewer.events(server, article, http.Header{})
	stream.nextChange(1) // what was there before
	claim := tag()
	stream.nextChange(2)
	stream.stop()
	tag() // while nobody looks
	stream = viewer.events(server, article, http.Header{"Last-Event-Id": {"2"}})
	stream.nextChange(3)

	reviewer := s.as(annotate.Reviewer)
	_, err := s.store.Decide(t.Context(), s.project.ID, annotate.Review{
		ID: store.NewID(), Claim: claim, Version: 1, Decision: annotate.Dispute, Reason: "He did.", Reviewer: reviewer.user, CreatedAt: s.clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, name, data := stream.next()
	var decided reviewEvent
	if err := json.Unmarshal(data, &decided); name != "review" || err != nil || decided.State != annotate.Disputed || decided.Claim != claim || decided.Review.Reason != "He did." {
		t.Errorf("event %s: %s %v", name, data, err)
	}
	// Another process, whose note this one hears through the database.
	other, err := New(Config{Store: s.store, Assets: testAssets, Log: s.log, Now: s.now})
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := *analyst
	elsewhere.t = &testServer{Server: other, tb: t}
	elsewhere.api(http.MethodPost, article+"/changes", tagging(annotate.Cue, 0, 6, "")).is(http.StatusOK)
	stream.nextChange(4)
}

func TestALostNoteIsMadeUpFor(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	server := s.online()
	analyst, article := s.as(annotate.Analyst), s.article("Nobody said a word.")
	stream := analyst.events(server, article, http.Header{})
	// The log goes on and no note says so, as when a process dies in between.
	s.exec(`UPDATE annotation_sets SET seq = 1 WHERE article_id = $1`, strings.TrimPrefix(article, "/projects/harbour/articles/"))
	s.exec(`INSERT INTO change_sets (project_id, set_id, seq, client_id, author_id, codebook, operations, inverse, created_at)
		SELECT project_id, id, 1, $2, $3, 1, '[{"op":"put"}]', '[]', $4 FROM annotation_sets WHERE article_id = $1`,
		strings.TrimPrefix(article, "/projects/harbour/articles/"), store.NewID(), analyst.user, s.clock)
	began := time.Now()
	stream.nextChange(1)
	if took := time.Since(began); took > 3*pollEvery {
		t.Errorf("it took %v", took)
	}
}

func TestBadPlacesInTheLogAreRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	analyst, article := s.as(annotate.Analyst), s.article("Nobody said a word.")
	for _, after := range []string{"-1", "one"} {
		analyst.api(http.MethodGet, article+"/events?after="+after, nil).problem(http.StatusUnprocessableEntity)
		analyst.api(http.MethodGet, article+"/changes?after="+after, nil).problem(http.StatusUnprocessableEntity)
	}
	s.as("").api(http.MethodGet, article+"/events", nil).problem(http.StatusNotFound)
}
