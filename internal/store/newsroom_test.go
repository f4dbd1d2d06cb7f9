package store_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/internal/store/storetest"
)

// newsroom is a project with people and articles, on which claims are tagged and
// reviewed.
type newsroom struct {
	*store.Store
	tb      testing.TB
	sql     *pgx.Conn
	project annotate.ID
	// ana tags, ben and mara review.
	ana, ben, mara annotate.ID
	texts          map[annotate.ID]string
	now            time.Time
}

func newNewsroom(tb testing.TB) *newsroom {
	tb.Helper()
	url := storetest.URL(tb)
	s, err := store.Open(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	sql, err := pgx.Connect(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	n := &newsroom{Store: s, tb: tb, sql: sql, texts: map[annotate.ID]string{}, now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}
	n.ana, n.ben, n.mara = n.user("Ana Ruiz"), n.user("Ben Okafor"), n.user("Mara Lind")
	n.project = n.newProject("harbour")
	return n
}

// later moves the clock on and reads it.
func (n *newsroom) later() time.Time {
	n.now = n.now.Add(time.Minute)
	return n.now
}

func (n *newsroom) exec(sql string, args ...any) {
	n.tb.Helper()
	if _, err := n.sql.Exec(n.tb.Context(), sql, args...); err != nil {
		n.tb.Fatalf("%s: %v", sql, err)
	}
}

// user adds an account that cannot sign in: making a password's hash takes
// longer than most tests.
func (n *newsroom) user(name string) annotate.ID {
	n.tb.Helper()
	id := store.NewID()
	n.exec(`INSERT INTO users (id, email, name, created_at) VALUES ($1, $2, $3, $4)`,
		id, strings.ToLower(strings.ReplaceAll(name, " ", "."))+"@example.org", name, n.later())
	return id
}

func (n *newsroom) newProject(slug string) annotate.ID {
	n.tb.Helper()
	p, err := n.AddProject(n.tb.Context(), store.NewProject{Slug: slug, Name: slug, Creator: n.mara, At: n.later()})
	if err != nil {
		n.tb.Fatal(err)
	}
	return p.ID
}

func (n *newsroom) article(headline, text string) annotate.ID {
	n.tb.Helper()
	doc, err := n.AddArticle(n.tb.Context(), n.project, annotate.Article{Headline: headline, CreatedBy: n.ana}, text, n.later())
	if err != nil {
		n.tb.Fatal(err)
	}
	n.texts[doc.Article.ID] = text
	return doc.Article.ID
}

func (n *newsroom) entity(kind annotate.EntityType, name string) annotate.ID {
	n.tb.Helper()
	e, err := n.AddEntity(n.tb.Context(), n.project, annotate.Entity{Type: kind, Name: name, CreatedBy: n.mara}, n.later())
	if err != nil {
		n.tb.Fatal(err)
	}
	return e.ID
}

// fragments finds words, which must stand in the text once each.
func (n *newsroom) fragments(article annotate.ID, words ...string) []annotate.Fragment {
	n.tb.Helper()
	text := n.texts[article]
	found := make([]annotate.Fragment, len(words))
	for i, w := range words {
		if strings.Count(text, w) != 1 {
			n.tb.Fatalf("%q stands %d times in the text", w, strings.Count(text, w))
		}
		before, _, _ := strings.Cut(text, w)
		start := utf8.RuneCountInString(before)
		found[i] = annotate.Fragment{Start: start, End: start + utf8.RuneCountInString(w), Exact: w}
	}
	return found
}

func (n *newsroom) change(article, by annotate.ID, operations ...annotate.Operation) store.Appended {
	n.tb.Helper()
	done, err := n.Append(n.tb.Context(), n.project, article, store.Shared, annotate.ChangeSet{
		ID: store.NewID(), Author: by, At: n.later(), Operations: operations,
	})
	if err != nil {
		n.tb.Fatal(err)
	}
	return done
}

func (n *newsroom) tag(article, by annotate.ID, a annotate.Annotation) annotate.ID {
	n.tb.Helper()
	if a.ID == "" {
		a.ID = store.NewID()
	}
	n.change(article, by, annotate.Operation{Op: annotate.Put, Annotation: &a})
	return a.ID
}

// claim has ana tag words as a claim.
func (n *newsroom) claim(article annotate.ID, words ...string) annotate.ID {
	n.tb.Helper()
	return n.tag(article, n.ana, annotate.Annotation{Kind: annotate.Claim, Fragments: n.fragments(article, words...)})
}

// mention has ana tag words as a mention of entity, which may be empty.
func (n *newsroom) mention(article annotate.ID, kind, words string, entity annotate.ID) annotate.ID {
	n.tb.Helper()
	return n.tag(article, n.ana, annotate.Annotation{Kind: kind, Fragments: n.fragments(article, words), Entity: entity})
}

func (n *newsroom) link(article, from annotate.ID, role annotate.LinkRole, to annotate.ID) {
	n.tb.Helper()
	n.change(article, n.ana, annotate.Operation{Op: annotate.Put, Link: &annotate.Link{ID: store.NewID(), From: from, To: to, Role: role}})
}

func (n *newsroom) read(claim annotate.ID) annotate.DecidedClaim {
	n.tb.Helper()
	c, err := n.Claim(n.tb.Context(), in(n.project), claim)
	if err != nil {
		n.tb.Fatal(err)
	}
	return c
}

// version is an annotation's, as it is now.
func (n *newsroom) version(id annotate.ID) (version int) {
	n.tb.Helper()
	err := n.sql.QueryRow(n.tb.Context(), `SELECT version FROM annotations WHERE project_id = $1 AND id = $2`, n.project, id).Scan(&version)
	if err != nil {
		n.tb.Fatal(err)
	}
	return version
}

// decide has by decide on claim as it is now.
func (n *newsroom) decide(claim, by annotate.ID, decision annotate.Decision, reason string) store.Decided {
	n.tb.Helper()
	done, err := n.Decide(n.tb.Context(), n.project, annotate.Review{
		Claim: claim, Version: n.read(claim).Claim.Version, Decision: decision, Reason: reason, Reviewer: by, CreatedAt: n.later(),
	})
	if err != nil {
		n.tb.Fatal(err)
	}
	return done
}

// in is an asker who sees all of a project that works on shared sets.
func in(project annotate.ID) store.Asker { return store.Operator(annotate.Project{ID: project}) }

// by is user, asking as a manager of such a project.
func by(project, user annotate.ID) store.Asker {
	a := in(project)
	a.User.ID = user
	return a
}
