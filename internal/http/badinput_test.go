package server

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// badInput is a request that is refused, and how.
type badInput struct {
	ask    func() *answer
	status int
	name   string // of the problem
	field  string // of the first error, if it is about a field
	words  string // that stand in the detail or in the first error
}

// desk is a claim and a speech within it, in an article of the project, and
// what there is of the same in a project of somebody else's.
type desk struct {
	*testServer
	analyst      *visitor
	article      string // its path below /api/v1
	claim, inner annotate.ID
	// elsewhere is the article of the other project.
	elsewhere                annotate.ID
	foreignClaim, foreignOne annotate.ID // a claim and an entity there
}

func newDesk(tb testing.TB) *desk {
	tb.Helper()
	s := newServer(tb)
	d := &desk{testServer: s, analyst: s.as(annotate.Analyst), article: s.article("A firefighter 👩‍🚒 said that Zoë waved.")}
	outer, inner := tagging(annotate.Claim, 0, 38, ""), tagging(annotate.Claim, 27, 36, "")
	d.claim, d.inner = taggedBy(outer), taggedBy(inner)
	d.analyst.api(http.MethodPost, d.article+"/changes", outer).is(http.StatusOK)
	d.analyst.api(http.MethodPost, d.article+"/changes", inner).is(http.StatusOK)
	d.analyst.api(http.MethodPost, d.article+"/changes", changing(linking(d.inner, d.claim))).is(http.StatusOK)
	d.haveAnotherProject()
	return d
}

// haveAnotherProject makes a project that nobody here belongs to.
func (d *desk) haveAnotherProject() {
	d.tb.Helper()
	ctx, owner := d.tb.Context(), d.user("other@example.org", "Otto Other", false)
	other, err := d.store.AddProject(ctx, store.NewProject{Slug: "other", Name: "Another", Creator: owner, At: d.clock})
	if err != nil {
		d.tb.Fatal(err)
	}
	doc, err := d.store.AddArticle(ctx, other.ID, annotate.Article{CreatedBy: owner}, "Nobody said a word.", d.clock)
	if err != nil {
		d.tb.Fatal(err)
	}
	one, err := d.store.AddEntity(ctx, other.ID, annotate.Entity{Type: annotate.Person, Name: "Nobody", CreatedBy: owner}, d.clock)
	if err != nil {
		d.tb.Fatal(err)
	}
	d.elsewhere, d.foreignOne, d.foreignClaim = doc.Article.ID, one.ID, store.NewID()
	_, err = d.store.Append(ctx, other.ID, d.elsewhere, store.Shared, annotate.ChangeSet{ID: store.NewID(), Author: owner, At: d.clock, Operations: []annotate.Operation{
		{Op: annotate.Put, Annotation: &annotate.Annotation{ID: d.foreignClaim, Kind: annotate.Claim, Fragments: []annotate.Fragment{{Start: 0, End: 6}}}},
	}})
	if err != nil {
		d.tb.Fatal(err)
	}
}

// linking is an operation that links a claim within another.
func linking(from, to annotate.ID) any {
	return map[string]any{"op": "put", "link": map[string]any{"id": store.NewID(), "version": 0, "from": from, "to": to, "role": "within"}}
}

// sends sends a change set to the article.
func (d *desk) sends(v *visitor, changeSet any) func() *answer {
	return func() *answer { return v.api(http.MethodPost, d.article+"/changes", changeSet) }
}

// expired is an analyst whose session has ended.
func (d *desk) expired() *visitor {
	d.tb.Helper()
	v := d.as(annotate.Analyst)
	d.exec(`UPDATE sessions SET created_at = $1, seen_at = $1, expires_at = $2 WHERE user_id = $3`, d.clock.Add(-2*time.Hour), d.clock.Add(-time.Hour), v.user)
	return v
}

func (d *desk) badInputs() map[string]badInput {
	claim := func(start, end int, exact string) func() *answer {
		return d.sends(d.analyst, tagging(annotate.Claim, start, end, exact))
	}
	standing := func(entity annotate.ID) any {
		return changing(map[string]any{"op": "put", "annotation": map[string]any{"id": store.NewID(), "version": 0, "kind": "speaker", "fragments": []any{}, "entity": entity}})
	}
	good := tagging(annotate.Claim, 0, 13, "")
	stranger := "/projects/other/articles/" + string(d.elsewhere)
	borrowed := "/projects/harbour/articles/" + string(d.elsewhere)
	review := map[string]any{"decision": "approve", "reason": "", "version": 1}
	return map[string]badInput{
		"an offset past the end":       {claim(0, 99, ""), 422, "refused", "annotation.fragments[0].end", "The text has 38 code points"},
		"an offset inside a grapheme":  {claim(0, 15, ""), 422, "refused", "annotation.fragments[0].end", "inside a character"},
		"an exact that does not stand": {claim(0, 13, "A lifeguard"), 422, "refused", "annotation.fragments[0].exact", `"A firefighter"`},
		"a kind nobody knows":          {d.sends(d.analyst, tagging("rumour", 0, 13, "")), 422, "refused", "annotation.kind", `"rumour"`},
		"links in a circle":            {d.sends(d.analyst, changing(linking(d.claim, d.inner))), 422, "refused", "link.to", "closes a circle"},
		"one good operation, one bad":  {d.sends(d.analyst, changing(operationOf(good), linking(d.claim, d.inner))), 422, "refused", "link.to", "closes a circle"},
		"10 MB":                        {d.sends(d.analyst, `{"id":"`+strings.Repeat("x", 10<<20)), 413, "too-large", "", "8 MiB"},
		"10 MB of article": {func() *answer {
			return d.analyst.api("POST", "/projects/harbour/articles", map[string]any{"text": strings.Repeat("word ", 2<<20)})
		}, 413, "too-large", "", "8 MiB"},
		"what is not UTF-8":            {d.sends(d.analyst, "{\"id\":\"\xff\"}"), 400, "invalid", "body", "UTF-8"},
		"an article that is not UTF-8": {func() *answer { return d.analyst.api("POST", "/projects/harbour/articles", "{\"text\":\"\xff\"}") }, 400, "invalid", "body", "UTF-8"},
		"another project's article":    {func() *answer { return d.analyst.api("POST", stranger+"/changes", good) }, 404, "not-found", "", "nothing that you may see"},
		"the same, as if it were here": {func() *answer { return d.analyst.api("POST", borrowed+"/changes", good) }, 404, "not-found", "", "nothing that you may see"},
		"a link to another project":    {d.sends(d.analyst, changing(linking(d.inner, d.foreignClaim))), 422, "refused", "link.to", "no such"},
		"another project's entity":     {d.sends(d.analyst, standing(d.foreignOne)), 422, "refused", "annotation.entity", "no such entity"},
		"a review of another's claim": {func() *answer {
			return d.as(annotate.Reviewer).api("POST", "/projects/harbour/claims/"+string(d.foreignClaim)+"/reviews", review)
		}, 404, "not-found", "", "nothing that you may see"},
		"a session that has ended": {d.sends(d.expired(), good), 401, "session-ended", "", "Sign in again"},
		"nobody":                   {d.sends(d.nobody(), good), 401, "unauthenticated", "", "Sign in"},
		"a role that may not":      {d.sends(d.as(annotate.Viewer), good), 403, "forbidden", "", "an analyst of this project"},
		"a review by who may not": {func() *answer {
			return d.analyst.api("POST", "/projects/harbour/claims/"+string(d.inner)+"/reviews", review)
		}, 403, "forbidden", "", "a reviewer of this project"},
		"somebody who does not belong": {d.sends(d.as(""), good), 404, "not-found", "", "nothing that you may see"},
		"a version that is over":       {d.sends(d.analyst, changing(map[string]any{"op": "delete", "annotation": map[string]any{"id": d.inner, "version": 0}})), 409, "conflict", "", "Somebody changed this"},
	}
}

// operationOf is the one operation of a [tagging].
func operationOf(changeSet map[string]any) any {
	operations, _ := changeSet["operations"].([]any)
	return operations[0]
}

// Each kind of bad input gets its documented error, and not a row of any
// table is another afterwards.
func TestBadInputGetsItsErrorAndNothingIsWritten(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	tests := d.badInputs()
	before := d.everything()
	for _, name := range slices.Sorted(maps.Keys(tests)) {
		test := tests[name]
		p := test.ask().problem(test.status)
		words, field := p.Detail, ""
		if len(p.Errors) > 0 {
			words, field = words+" "+p.Errors[0].Message, p.Errors[0].Field
		}
		if !strings.HasSuffix(p.Type, ":"+test.name) || field != test.field || !strings.Contains(words, test.words) {
			t.Errorf("%s: %s about %q: %q; want %s about %q: %q", name, p.Type, field, words, test.name, test.field, test.words)
		}
	}
	if diff := cmp.Diff(before, d.everything()); diff != "" {
		t.Errorf("something was written (-before +after):\n%s", diff)
	}
	d.sends(d.analyst, tagging(annotate.Claim, 0, 13, ""))().is(http.StatusOK)
	if cmp.Equal(before, d.everything()) {
		t.Error("what is written does not show: the test sees nothing")
	}
}

// everything is a fingerprint of each table, but for those in which requests
// leave their own traces: people who come, and sessions that are seen.
func (t *testServer) everything() map[string]string {
	t.tb.Helper()
	rows, err := t.sql.Query(t.tb.Context(), `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('sessions', 'users', 'members')`)
	if err != nil {
		t.tb.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(tables) < 10 {
		t.tb.Fatalf("%d tables, %v", len(tables), err)
	}
	prints := map[string]string{}
	for _, table := range tables {
		var count int
		var sum string
		sql := fmt.Sprintf(`SELECT count(*), COALESCE(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') FROM %s t`, pgx.Identifier{table}.Sanitize())
		if err := t.sql.QueryRow(t.tb.Context(), sql).Scan(&count, &sum); err != nil {
			t.tb.Fatal(err)
		}
		prints[table] = fmt.Sprintf("%d rows, %s", count, sum)
	}
	return prints
}
