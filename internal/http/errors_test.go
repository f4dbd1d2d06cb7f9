package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5/pgconn"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/internal/store/storetest"
	"onrecord.dev/web"
)

func TestEachRefusalHasItsStatus(t *testing.T) {
	for name, test := range map[string]struct {
		err    error
		status int
	}{
		"nothing there":  {annotate.ErrNotFound, 404},
		"role too small": {annotate.ErrForbidden, 403},
		"nobody":         {annotate.ErrUnauthenticated, 401},
		"taken":          {annotate.ErrExists, 409},
		"own claim":      {annotate.ErrOwnClaim, 403},
		"too large":      {annotate.ErrTooLarge, 413},
		"body too large": {&http.MaxBytesError{Limit: 1 << 20}, 413},
		"stale":          {store.ErrStale, 409},
		"invalid":        {annotate.Invalid{"name": "Give a name."}, 422},
		"refused":        {annotate.Refused{{Operation: 1, Field: "link.to", Message: "Gone."}}, 422},
		"conflict":       {annotate.Conflict{{Operation: 0}}, 409},
		"fault":          {errors.New("password is hunter2"), 500},
	} {
		t.Run(name, func(t *testing.T) {
			p := problemOf(fmt.Errorf("do something: %w", test.err))
			if p.Status != test.status || p.Type == "" || p.Title == "" || p.Detail == "" {
				t.Errorf("got %+v, want status %d and words", p, test.status)
			}
			if strings.Contains(p.Detail, "hunter2") {
				t.Error("a fault's text got out")
			}
		})
	}
}

func TestProblemsNameWhatIsWrong(t *testing.T) {
	one := 1
	refused := problemOf(annotate.Refused{{Operation: 1, Field: "annotation.fragments[0].end", Message: "Past the end."}})
	want := []problemError{{
		Operation: &one, Field: "annotation.fragments[0].end",
		Location: "body.operations[1].annotation.fragments[0].end", Message: "Past the end.",
	}}
	if diff := cmp.Diff(want, refused.Errors, cmpopts.IgnoreUnexported(problemError{})); diff != "" {
		t.Error(diff)
	}
	id := store.NewID()
	conflict := problemOf(annotate.Conflict{
		{Operation: 2, Link: &annotate.Link{ID: id, Version: 4, Role: annotate.RoleSpeaker}},
		{Operation: 3},
	})
	body, err := json.Marshal(conflict)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`{"operation":2,"annotation":null,"link":{"id":"` + string(id) + `","version":4,`,
		`{"operation":3,"annotation":null,"link":null}`,
	} {
		if !strings.Contains(string(body), want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
}

func TestUnknownAddresses(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.nobody().get("/nothing/here").is(http.StatusNotFound).says("Nothing here", "<!doctype html>")
	s.as(annotate.Viewer).get("/projects/harbour/nothing").is(http.StatusNotFound).says("Vera viewer")
	s.nobody().api("GET", "/nothing", nil).problem(http.StatusNotFound)
	s.nobody().send(http.MethodGet, "/api/v2/me", "", nil).problem(http.StatusNotFound)
	s.as(annotate.Viewer).get("/projects/no-such-project/codebook").is(http.StatusNotFound)
	s.as(annotate.Viewer).get("/projects/%ff%00/codebook").is(http.StatusNotFound)
	s.as(annotate.Manager).post("/projects/harbour/members/not-an-id", "role", "viewer").is(http.StatusNotFound)

	p := s.nobody().api("PATCH", "/me", nil)
	p.problem(http.StatusMethodNotAllowed)
	if diff := cmp.Diff([]string{"GET"}, p.header.Values("Allow")); diff != "" {
		t.Error(diff)
	}
	s.nobody().send(http.MethodPut, "/sign-in", "", nil).is(http.StatusMethodNotAllowed)
}

func TestBodiesHaveALimit(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	manager := s.as(annotate.Manager)
	large := strings.Repeat("a", 10<<20)
	p := manager.api("POST", "/projects", map[string]string{"slug": "x", "name": large}).problem(http.StatusRequestEntityTooLarge)
	if !strings.Contains(p.Detail, "1 MiB") {
		t.Errorf("the problem says %q", p.Detail)
	}
	p = manager.api("POST", "/projects/harbour/articles/"+string(store.NewID())+"/changes", map[string]string{"id": large}).problem(http.StatusRequestEntityTooLarge)
	if !strings.Contains(p.Detail, "8 MiB") {
		t.Errorf("the problem says %q", p.Detail)
	}
	manager.post("/projects/harbour/settings", "name", large).is(http.StatusRequestEntityTooLarge).says("over the limit of 1 MiB")
}

func TestTextThatCannotBeStoredIsRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	manager := s.as(annotate.Manager)
	for name, body := range map[string]string{
		"invalid UTF-8":  "{\"slug\":\"x\",\"name\":\"a\xffb\"}",
		"lone surrogate": `{"slug":"x","name":"a\ud83db"}`,
		"low surrogate":  `{"slug":"x","name":"\ude00"}`,
	} {
		p := manager.api("POST", "/projects", body).problem(http.StatusBadRequest)
		if len(p.Errors) != 1 || p.Errors[0].Location != "body" || p.Errors[0].Message == "" {
			t.Errorf("%s: the problem says %+v", name, p)
		}
	}
	manager.api("POST", "/projects", `{"slug":"emoji","name":"\ud83d\ude00 \\ud83d"}`).is(http.StatusCreated).says("😀 \\\\ud83d")
	manager.api("POST", "/projects", `{"slug":"nul","name":"a\u0000b"}`).problem(http.StatusUnprocessableEntity)
	manager.post("/projects/harbour/settings", "name", "a\xffb").is(http.StatusUnprocessableEntity).says("This is not UTF-8")
	manager.post("/projects/harbour/settings", "name", "a\x00b").is(http.StatusUnprocessableEntity)
	manager.send(http.MethodPost, "/projects/harbour/settings", "application/x-www-form-urlencoded", []byte("name=%zz")).is(http.StatusBadRequest).says("cannot be read")
	manager.get("/projects/harbour/settings").is(http.StatusOK).says("Harbour inquiry")
}

func TestWhatTheSchemaRefusesIsAProblemToo(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	program := s.as(annotate.Manager).withToken()
	p := program.api("POST", "/projects", map[string]any{"slug": 7, "title": "x"}).problem(http.StatusUnprocessableEntity)
	got := map[string]bool{}
	for _, e := range p.Errors {
		got[e.Field+" at "+e.Location] = e.Message != ""
	}
	want := map[string]bool{"slug at body.slug": true, "title at body.title": true, "name at body.name": true}
	for field := range want {
		if !got[field] {
			t.Errorf("no complaint about %s in %+v", field, p.Errors)
		}
	}
	program.api("POST", "/projects", "{").problem(http.StatusBadRequest)
	program.api("POST", "/projects", "").problem(http.StatusBadRequest)
	program.send(http.MethodPost, "/api/v1/projects", "text/plain", []byte("hello")).problem(http.StatusUnsupportedMediaType)
	program.api("POST", "/projects", map[string]any{"slug": "Not A Slug", "name": "x"}).problem(http.StatusUnprocessableEntity)
	program.api("POST", "/projects", map[string]any{"slug": "harbour", "name": "x"}).problem(http.StatusConflict)
}

func TestWhatIsWrongWithAParameterSaysWhereItStands(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	manager := s.as(annotate.Manager)
	article := s.article("The wall will hold.")
	for path, want := range map[string]string{
		"/projects/harbour/claims?cursor=elsewhere":              "query.cursor",
		"/projects/harbour/claims?state=verified":                "query.state",
		"/projects/harbour/claims?limit=none":                    "query.limit",
		"/projects/harbour/claims?q=" + strings.Repeat("x", 501): "query.q",
		"/projects/harbour/claims?q=%00":                         "query.text",
		"/projects/harbour/articles?cursor=elsewhere":            "query.cursor",
		"/projects/harbour/entities?cursor=elsewhere":            "query.cursor",
		article + "/events?after=yesterday":                      "query.after",
		article + "/changes?after=yesterday":                     "query.after",
		article + "/changes?after=-1":                            "query.after",
		"/projects/harbour/export?state=verified":                "query.state",
	} {
		p := manager.api("GET", path, nil).problem(http.StatusUnprocessableEntity)
		if len(p.Errors) != 1 || p.Errors[0].Location != want {
			t.Errorf("%s: the problem is with %+v, want %s", path, p.Errors, want)
		}
	}
	for body, want := range map[string]string{`{"role":"boss"}`: "body.role"} {
		p := manager.api("PUT", "/projects/harbour/members/"+string(manager.user), body).problem(http.StatusUnprocessableEntity)
		if len(p.Errors) != 1 || p.Errors[0].Location != want {
			t.Errorf("%s: the problem is with %+v, want %s", body, p.Errors, want)
		}
	}
}

func TestAFaultIsLoggedAndNotTold(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	viewer := s.as(annotate.Viewer)
	s.exec(`ALTER TABLE sessions RENAME TO gone`)
	told := viewer.get("/account").is(http.StatusInternalServerError).says("Something broke on our side").keepsQuietAbout("sessions")
	if id := told.header.Get("X-Request-Id"); !strings.Contains(s.logged.String(), id) || !strings.Contains(told.body, id) {
		t.Errorf("the request's id %q is not told or not logged: %s", id, s.logged)
	}
	if !strings.Contains(s.logged.String(), `relation \"sessions\" does not exist`) {
		t.Errorf("the fault is not logged: %s", s.logged)
	}
	viewer.api("GET", "/me", nil).problem(http.StatusInternalServerError)
}

func TestAPanicIsAFault(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.router.Get("/panic", func(http.ResponseWriter, *http.Request) { panic("oh no") })
	s.nobody().get("/panic").is(http.StatusInternalServerError).says("Something broke").keepsQuietAbout("oh no")
	if !strings.Contains(s.logged.String(), "oh no") || !strings.Contains(s.logged.String(), "errors_test.go") {
		t.Errorf("the panic is not logged: %s", s.logged)
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	viewer := s.as(annotate.Viewer)
	for _, path := range []string{"/", "/nothing", "/api/v1/me", "/assets/app.css", "/sign-in"} {
		h := viewer.get(path).header
		if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'self'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: Content-Security-Policy is %q", path, csp)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin", "Referrer-Policy": "same-origin"} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
	}
}

func TestPagesHaveNothingInline(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	admin := s.asAdmin()
	for _, path := range []string{"/", "/account", "/new-project", "/admin/users", "/projects/harbour/settings", "/projects/harbour/codebook", "/nothing"} {
		admin.get(path).keepsQuietAbout("<style", " style=", "<script>", " onclick=", "javascript:")
	}
}

func TestPagesAndJSONAreCompressed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	viewer := s.as(annotate.Viewer)
	viewer.header.Set("Accept-Encoding", "gzip")
	for path, want := range map[string]string{"/account": "gzip", "/api/v1/openapi.json": "gzip", "/api/v1/nothing": "gzip"} {
		if got := viewer.get(path).header.Get("Content-Encoding"); got != want {
			t.Errorf("%s: Content-Encoding is %q, want %q", path, got, want)
		}
	}
}

func TestRequestsAreLoggedByTheirRoute(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.nobody().get("/setup/averysecretlink")
	s.as(annotate.Viewer).get("/projects/harbour/codebook")
	log := s.logged.String()
	if strings.Contains(log, "averysecretlink") {
		t.Errorf("a secret got into the log: %s", log)
	}
	for _, want := range []string{"route=/setup/{token}", "route=/projects/{project}/codebook", "status=404", "status=200"} {
		if !strings.Contains(log, want) {
			t.Errorf("no %s in %s", want, log)
		}
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.nobody().get("/healthz").is(http.StatusOK).says("alive")
	s.nobody().get("/readyz").is(http.StatusOK).says("ready")
	s.exec(`UPDATE schema_migrations SET version = 1`)
	s.nobody().get("/readyz").is(http.StatusServiceUnavailable)
	s.nobody().get("/healthz").is(http.StatusOK)
}

func TestAServerWithoutAssetsDoesNotStart(t *testing.T) {
	_, err := New(Config{Assets: testAssets, BaseURL: "onrecord.example.org"})
	if err == nil {
		t.Error("a base URL without a scheme is taken")
	}
	_, err = New(Config{Assets: fstest.MapFS{".keep": {}}})
	if !errors.Is(err, web.ErrNotBuilt) || !strings.Contains(err.Error(), "go generate ./web") {
		t.Errorf("got %v", err)
	}
}

func TestAssetsAreKeptForEver(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	hashed := s.nobody().get("/sign-in").between(`rel="stylesheet" href="`, `"`)
	if got := s.nobody().get(hashed).is(http.StatusOK).says("body{}").header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("%s: Cache-Control is %q", hashed, got)
	}
	plain := s.nobody().get("/assets/app.css").is(http.StatusOK)
	if got := plain.header.Get("Cache-Control"); got != "no-cache" {
		t.Errorf("app.css: Cache-Control is %q", got)
	}
	again := s.nobody()
	again.header.Set("If-None-Match", plain.header.Get("ETag"))
	again.get("/assets/app.css").is(http.StatusNotModified)
	s.nobody().get("/assets/../errors.go").is(http.StatusNotFound)
	s.nobody().get("/assets/nothing.js").is(http.StatusNotFound)
}

func TestHeadIsAnsweredLikeGet(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	r := httptest.NewRequest(http.MethodHead, "/sign-in", http.NoBody)
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Errorf("got %d", w.Code)
	}
}

func TestADatabaseThatIsGoneIsSaidToBe(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	article := s.article("The wall will hold.")
	reader, writer := s.as(annotate.Viewer), s.as(annotate.Manager).withToken()
	line := storetest.NewLine(t, s.sql.Config().ConnString())
	db, err := store.Open(t.Context(), line.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	s.store = db
	reader.get("/projects/harbour/articles").is(http.StatusOK)

	line.Cut()
	for _, path := range []string{"/", "/projects/harbour/articles", strings.TrimPrefix(article, "/api/v1"), "/projects/harbour/claims", "/account"} {
		page := reader.get(path).is(http.StatusServiceUnavailable).says("The database does not answer", "Wait a moment")
		if got := page.header.Get("Retry-After"); got != "5" || !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: %q with Retry-After %q", path, page.header.Get("Content-Type"), got)
		}
	}
	s.nobody().post("/sign-in", "email", "ana@example.org", "password", "correct horse battery").is(http.StatusServiceUnavailable)
	for _, answer := range []*answer{
		writer.api("GET", "/projects", nil), writer.api("GET", "/projects/harbour/claims", nil), writer.api("GET", article, nil),
		writer.api("GET", article+"/events", nil), writer.api("GET", "/projects/harbour/export", nil),
		writer.api("POST", "/projects", map[string]string{"slug": "port", "name": "Port"}),
		writer.api("POST", article+"/changes", map[string]any{"id": store.NewID(), "operations": []any{}}),
	} {
		p := answer.problem(http.StatusServiceUnavailable)
		if p.Type != "tag:onrecord.dev,2026:database-away" || answer.header.Get("Retry-After") != "5" {
			t.Errorf("%s: %+v with Retry-After %q", answer.what, p, answer.header.Get("Retry-After"))
		}
	}
	if !strings.Contains(s.logged.String(), "failed to connect") {
		t.Errorf("the log does not tell why: %s", s.logged)
	}
	s.nobody().get("/healthz").is(http.StatusOK)
	s.nobody().get("/assets/app.css").is(http.StatusOK)
	s.nobody().get("/readyz").is(http.StatusServiceUnavailable)

	line.Restore(t)
	reader.get("/projects/harbour/articles").is(http.StatusOK)
	writer.api("GET", "/projects/harbour/claims", nil).is(http.StatusOK)
	s.nobody().get("/readyz").is(http.StatusOK)
}

// TestACallThatFindsTheDatabaseGoneIsAProblem loses the database after the
// asker was let in.
func TestACallThatFindsTheDatabaseGoneIsAProblem(t *testing.T) {
	s := newServer(t)
	r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
	for name, fail := range map[string]error{"read claim": &pgconn.ConnectError{}, "write": context.DeadlineExceeded} {
		p := s.problem(r.Context(), fmt.Errorf("%s: %w", name, fail))
		if p.Status != http.StatusServiceUnavailable || p.GetHeaders().Get("Retry-After") == "" {
			t.Errorf("%s: %+v", name, p)
		}
	}
}
