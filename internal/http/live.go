package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// Live events: one hub a process listens to the database and wakes the open
// pages of the articles concerned. Each page's handler then reads the log from
// where it is, so that a note may be late, doubled or lost without harm.

// hub wakes the handlers of open pages.
type hub struct {
	mu   sync.Mutex
	open map[annotate.ID]map[*watcher]bool // by article
}

// watcher is the open page of an article.
type watcher struct {
	set  store.SetOf   // that it shows
	wake chan struct{} // holds one: waking twice is waking once

	mu        sync.Mutex
	remarks   []store.Note
	seq       int64 // the newest that was heard of
	entities  bool
	presences bool
	lost      bool // too much happened to list
}

func newHub() *hub { return &hub{open: map[annotate.ID]map[*watcher]bool{}} }

func (h *hub) watch(set store.SetOf) (w *watcher, leave func()) {
	article := set.Article
	w = &watcher{set: set, wake: make(chan struct{}, 1)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.open[article] == nil {
		h.open[article] = map[*watcher]bool{}
	}
	h.open[article][w] = true
	return w, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if delete(h.open[article], w); len(h.open[article]) == 0 {
			delete(h.open, article)
		}
	}
}

// each calls f for the watchers of article, or of every article when it is
// empty.
func (h *hub) each(article annotate.ID, f func(*watcher)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if article != "" {
		for w := range h.open[article] {
			f(w)
		}
		return
	}
	for _, watchers := range h.open {
		for w := range watchers {
			f(w)
		}
	}
}

// got passes a note on.
func (h *hub) got(n store.Note) {
	h.each(n.Article, func(w *watcher) {
		if w.set.Project == n.Project && (n.Hand == "" || n.Hand == w.set.Hand) {
			w.note(n)
		}
	})
}

// maxRemarks is how many remarks a page may be behind before it has to read
// the article anew.
const maxRemarks = 256

func (w *watcher) note(n store.Note) {
	w.mu.Lock()
	w.seq = max(w.seq, n.Seq)
	switch {
	case n.Article == "":
		w.entities = true
	case n.Presence:
		w.presences = true
	case n.Claim != "" && len(w.remarks) < maxRemarks:
		w.remarks = append(w.remarks, n)
	case n.Claim != "":
		w.lost = true
	}
	w.mu.Unlock()
	w.rouse()
}

func (w *watcher) rouse() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// reset has the page read the article anew.
func (w *watcher) reset() {
	w.mu.Lock()
	w.lost = true
	w.mu.Unlock()
	w.rouse()
}

// news is what a watcher has heard of since it was last asked.
type news struct {
	remarks                   []store.Note
	entities, presences, lost bool
}

func (w *watcher) take() news {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := news{w.remarks, w.entities, w.presences, w.lost}
	w.remarks, w.entities, w.presences, w.lost = nil, false, false, false
	return n
}

// pollEvery is how often the log is looked at in case a note was lost.
const pollEvery = 5 * time.Second

// Live wakes open pages when something happens, until ctx ends. Without it
// they are told nothing.
func (s *Server) Live(ctx context.Context) {
	var over sync.WaitGroup
	over.Go(func() {
		first := true
		_ = s.store.Listen(ctx, s.hub.got, func() { // ends only with ctx
			if !first {
				s.hub.each("", (*watcher).reset)
			}
			first = false
		})
	})
	over.Go(func() { s.poll(ctx) })
	over.Wait()
}

// poll wakes the pages whose article's log has gone on without a note.
func (s *Server) poll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pollEvery):
		}
		var sets []store.SetOf
		s.hub.each("", func(w *watcher) { sets = append(sets, w.set) })
		if len(sets) == 0 {
			continue
		}
		seqs, err := s.store.Seqs(ctx, sets)
		if err != nil {
			if ctx.Err() == nil {
				s.log.LogAttrs(ctx, slog.LevelWarn, "poll for changes", slog.Any("error", err))
			}
			continue
		}
		s.hub.each("", func(w *watcher) {
			if seq := seqs[w.set]; seq > w.heard() {
				w.note(store.Note{Project: w.set.Project, Article: w.set.Article, Hand: w.set.Hand, Seq: seq})
			}
		})
	}
}

func (w *watcher) heard() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.seq
}

// restFor is how long a stream rests after it has sent something: what happens
// meanwhile goes out together.
const restFor = 100 * time.Millisecond

// beatEvery is how often an idle stream says that it lives, so that proxies
// keep it open and a lost client is noticed.
const beatEvery = 20 * time.Second

// streamEvents sends what happens to an article as server-sent events: changes
// with their seq as id, reviews, comments, entities, and reset when the page
// has to read the article anew. A page that names itself is there for the
// others as long as its stream is open, and is told who else is.
func (s *Server) streamEvents(w http.ResponseWriter, r *http.Request) error {
	article, err := pathID(r, "article")
	if err != nil {
		return err
	}
	after, err := eventsAfter(r)
	if err != nil {
		return err
	}
	opened, err := eventsPage(r)
	if err != nil {
		return err
	}
	hand, err := handAsked(r)
	if err == nil {
		hand, err = s.store.HandFor(r.Context(), asker(r.Context()), article, hand)
	}
	if err != nil {
		return err
	}
	project := asker(r.Context()).Project.ID
	if _, err := s.store.Stamp(r.Context(), asker(r.Context()), article, hand); err != nil {
		return err
	}
	set := store.SetOf{Project: project, Article: article, Hand: hand}
	units, err := s.units(r.Context(), project, article, OffsetsQuery{r.URL.Query().Get("offsets")})
	if err != nil {
		return err
	}
	if err := keepOpen(w); err != nil {
		return err
	}
	watcher, leave := s.hub.watch(set)
	defer leave()
	depart, err := s.arrive(r.Context(), project, article, opened)
	if err != nil {
		return err
	}
	defer depart()
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	w.WriteHeader(http.StatusOK)
	stream := eventStream{
		server: s, request: r, w: w, flush: http.NewResponseController(w).Flush, units: units, asker: asker(r.Context()), set: set, after: after, page: opened,
	}
	// The answer has begun: what goes wrong ends it, and the client asks again.
	if err := stream.run(r.Context(), watcher); err != nil && r.Context().Err() == nil && problemOf(err).Status == http.StatusInternalServerError {
		s.logFault(r.Context(), err)
	}
	return nil
}

// eventsAfter is the number of the last change the client has: what it was
// last sent, or else what it asked for.
func eventsAfter(r *http.Request) (int64, error) {
	raw := r.Header.Get("Last-Event-ID")
	if raw == "" {
		raw = r.URL.Query().Get("after")
	}
	if raw == "" {
		return 0, nil
	}
	after, err := strconv.ParseInt(raw, 10, 64)
	if err != nil || after < 0 {
		return 0, annotate.Invalid{"after": "Give the number of the last change set you have, 0 or more."}
	}
	return after, nil
}

// eventsPage is the id by which the client's page is known to the others, or
// empty.
func eventsPage(r *http.Request) (annotate.ID, error) {
	raw := r.URL.Query().Get("page")
	if raw == "" {
		return "", nil
	}
	page, err := annotate.ParseID(raw)
	if err != nil {
		return "", annotate.Invalid{"page": "Give a UUID that the page makes for itself."}
	}
	return page, nil
}

// arrive has the others see that a page is open, until it departs.
func (s *Server) arrive(ctx context.Context, project, article, page annotate.ID) (depart func(), err error) {
	if page == "" {
		return func() {}, nil
	}
	stream := store.NewID()
	if err := s.store.Arrive(ctx, project, article, store.Presence{Page: page, User: asker(ctx).User.ID}, stream); err != nil {
		return nil, err
	}
	return func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		// Who is not seen to leave is soon no longer heard of.
		_ = s.store.Leave(ctx, project, article, page, stream)
	}, nil
}

// eventStream is one client's stream.
type eventStream struct {
	server  *Server
	request *http.Request
	w       http.ResponseWriter
	flush   func() error
	units   units
	asker   store.Asker // as they were last asked about
	set     store.SetOf
	after   int64
	page    annotate.ID // empty for a client that is not there for others
	told    []byte      // of who is there
}

func (e *eventStream) run(ctx context.Context, w *watcher) error {
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	// A short retry: a server that restarts is back in a second.
	if _, err := fmt.Fprint(e.w, "retry: 500\n\n"); err != nil {
		return err
	}
	w.note(store.Note{Presence: true, Article: e.set.Article})
	for {
		if err := e.stillMay(); err != nil {
			return err
		}
		if err := e.send(ctx, w.take()); err != nil {
			return err
		}
		if err := e.flush(); err != nil {
			return err
		}
		if !e.pass(ctx, restFor) {
			return ctx.Err()
		}
		select {
		case <-w.wake:
		case <-beat.C:
			w.note(store.Note{Presence: true, Article: e.set.Article}) // somebody may be heard of no longer
			if _, err := fmt.Fprint(e.w, ": still here\n\n"); err != nil {
				return err
			}
		case <-e.server.draining:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// pass lets time pass, and reports whether the stream is to go on.
func (e *eventStream) pass(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-e.server.draining:
	case <-ctx.Done():
	}
	return false
}

// stillMay holds the client to what let it in: a stream outlives sessions,
// tokens and memberships.
func (e *eventStream) stillMay() error {
	a, err := e.server.ask(e.request, e.asker.Project.Slug)
	if err == nil && a.Project.ID != e.set.Project {
		err = annotate.ErrNotFound
	}
	e.asker = a
	return err
}

func (e *eventStream) send(ctx context.Context, n news) error {
	if err := e.sendChanges(ctx); err != nil {
		return err
	}
	if n.lost || n.entities {
		if err := e.event("reset", struct{}{}); err != nil {
			return err
		}
		n.remarks = nil // the article has them
	}
	for _, remark := range n.remarks {
		if err := e.sendRemark(ctx, remark); err != nil {
			return err
		}
	}
	if n.presences && e.page != "" {
		return e.sendPresences(ctx)
	}
	return nil
}

// sendPresences tells who is there, if that is news.
func (e *eventStream) sendPresences(ctx context.Context) error {
	there, err := e.server.store.Presences(ctx, e.asker, e.set.Article)
	if err != nil {
		return err
	}
	list := e.units.presences(there)
	told, err := json.Marshal(list)
	if err != nil || bytes.Equal(told, e.told) {
		return err
	}
	e.told = told
	return e.event("presences", list)
}

// sendChanges sends what the log has gained since.
func (e *eventStream) sendChanges(ctx context.Context) error {
	const atOnce = 100
	for {
		entries, err := e.server.store.Changes(ctx, e.asker, e.set.Article, e.set.Hand, e.after, atOnce)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			body, err := e.units.entry(entry)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(e.w, "id: %d\n", entry.Seq); err != nil {
				return err
			}
			if err := e.event("change", body); err != nil {
				return err
			}
			e.after = entry.Seq
		}
		if len(entries) < atOnce {
			return nil
		}
	}
}

// reviewEvent tells of a decision.
type reviewEvent struct {
	Claim  annotate.ID          `json:"claim"`
	State  annotate.ReviewState `json:"review_state"`
	Review reviewRecord         `json:"review"`
}

func (e *eventStream) sendRemark(ctx context.Context, n store.Note) error {
	if n.Comment != "" {
		c, err := e.server.store.Comment(ctx, e.set, n.Comment)
		if err != nil {
			return inAnotherSet(err)
		}
		return e.event("comment", recordOfComment(c))
	}
	state, review, err := e.server.store.LastReview(ctx, e.set, n.Claim)
	if err != nil {
		return inAnotherSet(err)
	}
	return e.event("review", reviewEvent{n.Claim, state, recordOfReview(review)})
}

// inAnotherSet forgives a remark on a claim of a set that the stream is not of.
func inAnotherSet(err error) error {
	if errors.Is(err, annotate.ErrNotFound) {
		return nil
	}
	return err
}

func (e *eventStream) event(name string, data any) error {
	b, err := json.Marshal(data)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.w, "event: %s\ndata: %s\n\n", name, b)
	return err
}
