package browsertest

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"onrecord.dev/internal/annotate"
	server "onrecord.dev/internal/http"
	"onrecord.dev/internal/store"
	"onrecord.dev/internal/store/storetest"
	"onrecord.dev/web"
	"onrecord.dev/web/language"
)

// app is an Onrecord as people reach it: a server on an address, with the
// built assets, on a database of its own.
type app struct {
	tb      testing.TB
	store   *store.Store
	url     string // such as http://127.0.0.1:40123
	address string
	log     logged
	// front, if there is one, stands before the server from its next start on.
	front func(http.Handler) http.Handler

	serving *http.Server
	server  *server.Server
	live    sync.WaitGroup
	unlive  context.CancelFunc
}

func newApp(tb testing.TB) *app {
	tb.Helper()
	browserFor(tb) // before the database, for nothing if there is none
	a := &app{tb: tb, store: storetest.New(tb), address: "127.0.0.1:0"}
	a.start()
	tb.Cleanup(func() {
		if a.serving != nil {
			a.stop()
		}
		for _, fault := range a.log.faults() {
			tb.Errorf("the server logged a fault: %s", fault)
		}
	})
	return a
}

// start has the server answer, at the same address as before if it did.
func (a *app) start() {
	a.tb.Helper()
	s, err := server.New(server.Config{
		Store: a.store, Assets: withPseudo{web.Dist()}, Languages: language.Offered().With(pseudo(a.tb)),
		Log: slog.New(slog.NewTextHandler(&a.log, nil)), Now: time.Now,
	})
	if err != nil {
		a.tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(a.tb.Context()))
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.address)
	if err != nil {
		a.tb.Fatal(err)
	}
	a.address, a.unlive, a.server = listener.Addr().String(), cancel, s
	a.url = "http://" + a.address
	handler := s.Handler()
	if a.front != nil {
		handler = a.front(handler)
	}
	a.serving = &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	a.live.Go(func() { s.Live(ctx) })
	go func(serving *http.Server) { _ = serving.Serve(listener) }(a.serving)
}

// stop cuts every connection, as a crash would: nobody hears the end of what
// was under way.
func (a *app) stop() {
	a.tb.Helper()
	if err := a.serving.Close(); err != nil {
		a.tb.Error(err)
	}
	a.server.Drain()
	a.unlive()
	a.live.Wait()
	a.serving = nil
}

// logged is what the server says of itself.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// faults are the lines that tell of something broken.
func (l *logged) faults() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []string
	for line := range strings.Lines(l.text.String()) {
		if strings.Contains(line, "level=ERROR") || strings.Contains(line, `"level":"ERROR"`) {
			found = append(found, line)
		}
	}
	return found
}

// must is v, unless there was an error.
func must[T any](v T, err error) func(testing.TB) T {
	return func(tb testing.TB) T {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		return v
	}
}

// project makes a project, managed by an admin whom no test meets.
func (a *app) project(slug, name string) annotate.Project {
	a.tb.Helper()
	ctx := a.tb.Context()
	creator, err := a.store.FirstAdmin(ctx)
	if err != nil {
		creator = must(a.store.AddFirstAdmin(ctx, store.NewUser{
			Email: "admin@example.org", Name: "Ada Admin", Password: password, Admin: true, At: time.Now(),
		}))(a.tb)
	}
	return must(a.store.AddProject(ctx, store.NewProject{Slug: slug, Name: name, Creator: creator.ID, At: time.Now()}))(a.tb)
}

// article brings in a text.
func (a *app) article(p annotate.Project, by annotate.ID, text string) annotate.ID {
	a.tb.Helper()
	doc := must(a.store.AddArticle(a.tb.Context(), p.ID, annotate.Article{CreatedBy: by}, text, time.Now()))(a.tb)
	return doc.Article.ID
}

// shared is a file of the texts and fixtures that the project is tested with
// and does not contain. Without them the test is skipped.
func shared(tb testing.TB, path ...string) []byte {
	tb.Helper()
	name := filepath.Join(append([]string{"..", "..", "..", "shared"}, path...)...)
	content, err := os.ReadFile(name)
	if os.IsNotExist(err) {
		tb.Skipf("%s is not here", name)
	}
	if err != nil {
		tb.Fatal(err)
	}
	return content
}
