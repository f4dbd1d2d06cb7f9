package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/internal/store/storetest"
)

// testServer is a server on a database of its own, with one project, called
// harbour, and a clock that stands still.
type testServer struct {
	*Server
	tb      testing.TB
	sql     *pgx.Conn
	project annotate.Project
	clock   time.Time
	logged  *bytes.Buffer
	// accepts is the Accept-Language of visitors, if any.
	accepts string
}

var testAssets = fstest.MapFS{
	"app.css":  {Data: []byte("body{}")},
	"app.js":   {Data: []byte("export{}")},
	"icon.svg": {Data: []byte("<svg/>")},
}

// newServer makes a server; configure, if given, changes what it is made of.
func newServer(tb testing.TB, configure ...func(*Config)) *testServer {
	tb.Helper()
	address := storetest.URL(tb)
	db, err := store.Open(tb.Context(), address)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(db.Close)
	sql, err := pgx.Connect(tb.Context(), address)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = sql.Close(tb.Context()) })
	t := &testServer{tb: tb, sql: sql, clock: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), logged: &bytes.Buffer{}}
	c := Config{
		Store: db, Assets: testAssets, Log: slog.New(slog.NewTextHandler(t.logged, nil)),
		Now: func() time.Time { return t.clock },
	}
	for _, change := range configure {
		change(&c)
	}
	if t.Server, err = New(c); err != nil {
		tb.Fatal(err)
	}
	owner := t.user("owner@example.org", "Olga Owner", false)
	t.project, err = db.AddProject(tb.Context(), store.NewProject{Slug: "harbour", Name: "Harbour inquiry", Creator: owner, At: t.clock})
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

func (t *testServer) exec(sql string, args ...any) {
	t.tb.Helper()
	if _, err := t.sql.Exec(t.tb.Context(), sql, args...); err != nil {
		t.tb.Fatalf("%s: %v", sql, err)
	}
}

// user adds an account without a password: hashing one takes a tenth of a
// second, and most tests have no use for it.
func (t *testServer) user(email, name string, admin bool) annotate.ID {
	t.tb.Helper()
	id := store.NewID()
	t.exec(`INSERT INTO users (id, email, name, admin, created_at) VALUES ($1, $2, $3, $4, $5)`, id, email, name, admin, t.clock)
	return id
}

// visitor is a browser, or a program with a token.
type visitor struct {
	t       *testServer
	user    annotate.ID
	cookies map[string]string
	header  http.Header
}

// nobody is a browser that is not signed in.
func (t *testServer) nobody() *visitor {
	v := &visitor{t: t, cookies: map[string]string{}, header: http.Header{}}
	if t.accepts != "" {
		v.header.Set("Accept-Language", t.accepts)
	}
	return v
}

// as signs in somebody with role in the project, or without any.
func (t *testServer) as(role annotate.Role) *visitor {
	t.tb.Helper()
	id := t.user(string(store.NewID())+"@example.org", "Vera "+string(role), false)
	if role != "" {
		_, err := t.store.SetMember(t.tb.Context(), store.NewMember{Project: t.project.ID, Who: string(id), Role: role, At: t.clock})
		if err != nil {
			t.tb.Fatal(err)
		}
	}
	return t.signedInAs(id)
}

// asAdmin signs in an admin.
func (t *testServer) asAdmin() *visitor {
	t.tb.Helper()
	return t.signedInAs(t.user(string(store.NewID())+"@example.org", "Ada Admin", true))
}

func (t *testServer) signedInAs(id annotate.ID) *visitor {
	t.tb.Helper()
	secret := "session-of-" + string(id)
	hash := sha256.Sum256([]byte(secret))
	t.exec(`INSERT INTO sessions (token_hash, id, user_id, user_agent, created_at, seen_at, expires_at)
		VALUES ($1, $2, $3, 'a test', $4, $4, $5)`, hash[:], store.NewID(), id, t.clock, t.clock.Add(30*24*time.Hour))
	v := t.nobody()
	v.user, v.cookies[t.sessionCookie()] = id, secret
	return v
}

// withToken is a program that shows an API token of the visitor's.
func (v *visitor) withToken() *visitor {
	v.t.tb.Helper()
	_, secret, err := v.t.store.AddAPIToken(v.t.tb.Context(), store.NewAPIToken{User: v.user, Name: "test", At: v.t.clock})
	if err != nil {
		v.t.tb.Fatal(err)
	}
	program := v.t.nobody()
	program.user = v.user
	program.header.Set("Authorization", "Bearer "+string(secret))
	return program
}

// answer is a response, read whole.
type answer struct {
	tb     testing.TB
	what   string
	status int
	header http.Header
	body   string
}

func (v *visitor) get(path string) *answer {
	v.t.tb.Helper()
	return v.send(http.MethodGet, path, "", nil)
}

// post sends a form, given as pairs of name and value.
func (v *visitor) post(path string, pairs ...string) *answer {
	v.t.tb.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return v.send(http.MethodPost, path, "application/x-www-form-urlencoded", []byte(form.Encode()))
}

// api sends body as JSON, unless it is nil; a string is sent as it is.
func (v *visitor) api(method, path string, body any) *answer {
	v.t.tb.Helper()
	var content []byte
	switch body := body.(type) {
	case nil:
		return v.send(method, "/api/v1"+path, "", nil)
	case string:
		content = []byte(body)
	default:
		var err error
		if content, err = json.Marshal(body); err != nil {
			v.t.tb.Fatal(err)
		}
	}
	return v.send(method, "/api/v1"+path, "application/json", content)
}

func (v *visitor) send(method, path, contentType string, body []byte) *answer {
	v.t.tb.Helper()
	var content io.Reader = http.NoBody
	if body != nil {
		content = bytes.NewReader(body)
	}
	r := httptest.NewRequest(method, path, content)
	r.Header = v.header.Clone()
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for name, value := range v.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	v.t.Handler().ServeHTTP(w, r)
	response := w.Result()
	defer response.Body.Close()
	for _, c := range response.Cookies() {
		if v.cookies[c.Name] = c.Value; c.MaxAge < 0 {
			delete(v.cookies, c.Name)
		}
	}
	return &answer{tb: v.t.tb, what: method + " " + path, status: response.StatusCode, header: response.Header, body: w.Body.String()}
}

// is fails the test unless the answer has the status.
func (a *answer) is(status int) *answer {
	a.tb.Helper()
	if a.status != status {
		a.tb.Fatalf("%s: got %d, want %d; body: %.600s", a.what, a.status, status, a.body)
	}
	return a
}

// says fails the test unless the answer has all the words, as people read
// them.
func (a *answer) says(words ...string) *answer {
	a.tb.Helper()
	text := html.UnescapeString(a.body)
	for _, w := range words {
		if !strings.Contains(text, w) {
			a.tb.Fatalf("%s: does not say %q: %.2000s", a.what, w, text)
		}
	}
	return a
}

// keepsQuietAbout fails the test if the answer has any of the words.
func (a *answer) keepsQuietAbout(words ...string) *answer {
	a.tb.Helper()
	for _, w := range words {
		if strings.Contains(html.UnescapeString(a.body), w) {
			a.tb.Fatalf("%s: says %q: %.2000s", a.what, w, a.body)
		}
	}
	return a
}

// leadsTo fails the test unless the answer redirects to path.
func (a *answer) leadsTo(path string) *answer {
	a.tb.Helper()
	a.is(http.StatusSeeOther)
	if got := a.header.Get("Location"); got != path {
		a.tb.Fatalf("%s: leads to %q, want %q", a.what, got, path)
	}
	return a
}

// problem reads the answer as a problem of the status.
func (a *answer) problem(status int) problem {
	a.tb.Helper()
	a.is(status)
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		a.tb.Fatalf("%s: the problem is of type %q", a.what, got)
	}
	var p problem
	a.into(&p)
	if p.Status != status || p.Type == "" || p.Title == "" || p.Detail == "" {
		a.tb.Fatalf("%s: not a whole problem: %s", a.what, a.body)
	}
	return p
}

// into reads the answer as JSON.
func (a *answer) into(v any) {
	a.tb.Helper()
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		a.tb.Fatalf("%s: %v in %.600s", a.what, err, a.body)
	}
}

// between is what stands in the body between two strings.
func (a *answer) between(before, after string) string {
	a.tb.Helper()
	_, rest, ok := strings.Cut(a.body, before)
	found, _, ends := strings.Cut(rest, after)
	if !ok || !ends {
		a.tb.Fatalf("%s: nothing between %q and %q: %.2000s", a.what, before, after, a.body)
	}
	return html.UnescapeString(found)
}
