package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onrecord.dev/internal/annotate"
	server "onrecord.dev/internal/http"
	"onrecord.dev/internal/localdb"
	"onrecord.dev/internal/store"
)

// The benchmarks compare with a floor measured in the same run, turn by turn:
// a bare chi handler that does the least the work can take. Their numbers are
// ratios to it; nanoseconds depend on the machine and its other work.

// bench is a server on a database that waits for the disk, as in earnest.
type bench struct {
	tb      testing.TB
	store   *store.Store
	pool    *pgxpool.Pool
	url     string // of the server
	token   string
	user    annotate.ID
	project annotate.ID
	client  *http.Client
	floor   string // address of the floor's server
}

func newBench(b *testing.B) *bench {
	b.Helper()
	ctx := b.Context()
	cluster, err := localdb.Open(ctx, b.TempDir(), localdb.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := cluster.Close(); err != nil {
			b.Error(err)
		}
	})
	if err := store.Migrate(ctx, cluster.URL()); err != nil {
		b.Fatal(err)
	}
	s, err := store.Open(ctx, cluster.URL())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(s.Close)
	pool, err := pgxpool.New(ctx, cluster.URL())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	app, err := server.New(server.Config{
		Store: s, Assets: fstest.MapFS{"app.css": {}, "app.js": {}, "workbench.js": {}}, Log: slog.New(slog.DiscardHandler), Now: time.Now,
	})
	if err != nil {
		b.Fatal(err)
	}
	ours := httptest.NewServer(app.Handler())
	b.Cleanup(ours.Close)
	bn := &bench{
		tb: b, store: s, pool: pool, url: ours.URL,
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true}},
	}
	bn.people()
	bn.bareServer(b)
	return bn
}

func (bn *bench) people() {
	bn.tb.Helper()
	ctx := bn.tb.Context()
	user, err := bn.store.AddUser(ctx, store.NewUser{Email: "ana@example.org", Name: "Ana", Password: "correct horse", At: time.Now()})
	bn.must(err)
	_, secret, err := bn.store.AddAPIToken(ctx, store.NewAPIToken{User: user.ID, Name: "bench", At: time.Now()})
	bn.must(err)
	project, err := bn.store.AddProject(ctx, store.NewProject{Slug: "bench", Name: "Bench", Creator: user.ID, At: time.Now()})
	bn.must(err)
	bn.user, bn.project, bn.token = user.ID, project.ID, string(secret)
}

func (bn *bench) must(err error) {
	bn.tb.Helper()
	if err != nil {
		bn.tb.Fatal(err)
	}
}

// bareServer is the floor: chi, one statement, no more.
func (bn *bench) bareServer(b *testing.B) {
	b.Helper()
	_, err := bn.pool.Exec(b.Context(), `
		CREATE TABLE bare (id uuid PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), body json NOT NULL);
		CREATE TABLE bare_documents (id text PRIMARY KEY, body json NOT NULL)`)
	bn.must(err)
	r := chi.NewRouter()
	r.Post("/save", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if _, err := bn.pool.Exec(r.Context(), `INSERT INTO bare (id, body) VALUES ($1, $2)`, store.NewID(), body); err != nil {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	r.Get("/open/{id}", func(w http.ResponseWriter, r *http.Request) {
		var body []byte
		if err := bn.pool.QueryRow(r.Context(), `SELECT body FROM bare_documents WHERE id = $1`, chi.URLParam(r, "id")).Scan(&body); err != nil {
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = w.Write(body)
	})
	floor := httptest.NewServer(r)
	b.Cleanup(floor.Close)
	bn.floor = floor.URL
}

func (bn *bench) article(text string) annotate.ID {
	bn.tb.Helper()
	doc, err := bn.store.AddArticle(bn.tb.Context(), bn.project, annotate.Article{CreatedBy: bn.user}, text, time.Now())
	bn.must(err)
	return doc.Article.ID
}

func (bn *bench) articleURL(article annotate.ID) string {
	return fmt.Sprintf("%s/api/v1/projects/bench/articles/%s", bn.url, article)
}

// send makes a request and reads the answer whole.
func (bn *bench) send(method, url string, body []byte) []byte {
	request, err := http.NewRequestWithContext(context.WithoutCancel(bn.tb.Context()), method, url, bytes.NewReader(body))
	if err != nil {
		bn.tb.Error(err)
		return nil
	}
	request.Header.Set("Authorization", "Bearer "+bn.token)
	request.Header.Set("Content-Type", "application/json")
	response, err := bn.client.Do(request)
	if err != nil {
		bn.tb.Error(err)
		return nil
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= 300 {
		bn.tb.Errorf("%s %s: %s %v %.300s", method, url, response.Status, err, answer)
	}
	return answer
}

// claimOf is a change set that tags a claim of its own, as browsers send it.
func claimOf(start int) []byte {
	operations := annotate.Records([]annotate.Operation{{Op: annotate.Put, Annotation: &annotate.Annotation{
		ID: store.NewID(), Kind: annotate.Claim, Fragments: []annotate.Fragment{{Start: start, End: start + 40}},
		Attributes: annotate.Attributes{"quotation": "direct"},
	}}})
	body, err := json.Marshal(map[string]any{"id": store.NewID(), "operations": operations})
	if err != nil {
		panic(err)
	}
	return body
}

// prose is a text of n words.
func prose(n int) string {
	words := []string{"harbour", "the", "minister", "said", "on", "Monday", "that", "nobody", "asked", "about", "a", "recording"}
	var b strings.Builder
	for i := range n {
		b.WriteString(words[(i*7+i/5)%len(words)])
		if i%60 == 59 {
			b.WriteString(".\n")
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// timed runs do from a number of clients at once until it has run n times.
func timed(clients, n int, do func(client int)) (took []time.Duration) {
	var mu sync.Mutex
	var over sync.WaitGroup
	for client := range clients {
		over.Go(func() {
			for range n / clients {
				began := time.Now()
				do(client)
				d := time.Since(began)
				mu.Lock()
				took = append(took, d)
				mu.Unlock()
			}
		})
	}
	over.Wait()
	return took
}

func quantile(took []time.Duration, q float64) float64 {
	slices.Sort(took)
	return float64(took[min(len(took)-1, int(q*float64(len(took))))])
}

// report says how many times the floor ours took.
func report(b *testing.B, ours, floor []time.Duration) {
	b.Helper()
	b.ReportMetric(0, "ns/op") // says nothing here
	b.ReportMetric(quantile(ours, 0.5)/quantile(floor, 0.5), "x-median")
	b.ReportMetric(quantile(ours, 0.99)/quantile(floor, 0.99), "x-p99")
	b.ReportMetric(quantile(ours, 0.5)/1e3, "µs-median")
	b.ReportMetric(quantile(floor, 0.5)/1e3, "µs-floor")
}

// BenchmarkSave saves one change set over HTTP, beside a bare chi handler that
// does one INSERT on the same database.
func BenchmarkSave(b *testing.B) {
	bn := newBench(b)
	text := prose(2000)
	var articles []annotate.ID
	for range 32 {
		articles = append(articles, bn.article(text))
	}
	for _, where := range []string{"one article", "an article each"} {
		for _, clients := range []int{1, 8, 32} {
			b.Run(fmt.Sprintf("%s/%d clients", where, clients), func(b *testing.B) {
				var ours, floor []time.Duration
				save := func(client int) {
					article := articles[0]
					if where != "one article" {
						article = articles[client]
					}
					bn.send(http.MethodPost, bn.articleURL(article)+"/changes", claimOf(client*40))
				}
				bare := func(client int) { bn.send(http.MethodPost, bn.floor+"/save", claimOf(client*40)) }
				timed(clients, 20*clients, save) // connections, prepared statements
				timed(clients, 20*clients, bare)
				for b.Loop() { // in turns, so that both meet the same noise
					ours = append(ours, timed(clients, 20*clients, save)...)
					floor = append(floor, timed(clients, 20*clients, bare)...)
				}
				report(b, ours, floor)
			})
		}
	}
}

// BenchmarkOpen opens an article of 20,000 words with 5,000 annotations,
// beside a bare SELECT of the same bytes: as it was last encoded, and after a
// change.
func BenchmarkOpen(b *testing.B) {
	bn := newBench(b)
	article := bn.article(prose(20_000))
	var operations []annotate.Operation
	for i := range 5000 {
		kind := []string{annotate.Claim, annotate.Speaker, annotate.Source, annotate.Cue}[i%4]
		operations = append(operations, annotate.Operation{Op: annotate.Put, Annotation: &annotate.Annotation{
			ID: store.NewID(), Kind: kind, Fragments: []annotate.Fragment{{Start: i * 20, End: i*20 + 30}}, Attributes: annotate.Attributes{},
		}})
		if kind == annotate.Speaker {
			operations = append(operations, annotate.Operation{Op: annotate.Put, Link: &annotate.Link{
				ID: store.NewID(), From: operations[len(operations)-2].Annotation.ID, To: operations[len(operations)-1].Annotation.ID,
				Role: annotate.RoleSpeaker, Attributes: annotate.Attributes{},
			}})
		}
	}
	_, err := bn.store.Append(b.Context(), bn.project, article, store.Shared,
		annotate.ChangeSet{ID: store.NewID(), Author: bn.user, At: time.Now(), Operations: operations})
	bn.must(err)
	open := func(int) []byte { return bn.send(http.MethodGet, bn.articleURL(article), nil) }
	document := open(0)
	_, err = bn.pool.Exec(b.Context(), `INSERT INTO bare_documents VALUES ('it', $1)`, document)
	bn.must(err)
	bare := func(int) { bn.send(http.MethodGet, bn.floor+"/open/it", nil) }
	b.Logf("%d bytes", len(document))
	for name, changed := range map[string]bool{"unchanged": false, "just changed": true} {
		b.Run(name, func(b *testing.B) {
			var ours, floor []time.Duration
			for b.Loop() {
				if changed {
					bn.send(http.MethodPost, bn.articleURL(article)+"/changes", claimOf(0))
				}
				ours = append(ours, timed(1, 1, func(int) { open(0) })...)
				floor = append(floor, timed(1, 1, bare)...)
			}
			report(b, ours, floor)
		})
	}
}

// BenchmarkWriters has 32 writers append 10,000 change sets to one article,
// beside as many bare INSERTs from as many clients, and then counts the log.
func BenchmarkWriters(b *testing.B) {
	bn := newBench(b)
	const writers, changeSets = 32, 10_000
	for b.Loop() {
		article := bn.article(prose(2000))
		began := time.Now()
		timed(writers, changeSets, func(client int) {
			bn.send(http.MethodPost, bn.articleURL(article)+"/changes", claimOf(client*40))
		})
		ours := time.Since(began)
		began = time.Now()
		timed(writers, changeSets, func(client int) { bn.send(http.MethodPost, bn.floor+"/save", claimOf(client*40)) })
		floor := time.Since(began)

		const sent = changeSets / writers * writers
		stamp, err := bn.store.Stamp(b.Context(), store.Operator(annotate.Project{ID: bn.project}), article, store.Shared)
		bn.must(err)
		b.ReportMetric(ours.Seconds()/floor.Seconds(), "x-time")
		b.ReportMetric(sent/ours.Seconds(), "saves/s")
		b.ReportMetric(float64(sent-stamp.Seq), "lost")
	}
	b.ReportMetric(0, "ns/op")
}
