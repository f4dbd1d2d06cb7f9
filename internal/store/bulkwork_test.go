package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// tagRenn is a wish to tag Renn wherever it stands.
func (n *newsroom) tagRenn() store.BulkTagging {
	n.tb.Helper()
	return store.BulkTagging{Query: "Renn", WholeWords: true, Places: n.places("Renn"), Kind: annotate.Speaker, By: n.ana, At: n.later()}
}

// eventually waits until the database says yes to sql.
func (n *newsroom) eventually(what, sql string, args ...any) {
	n.tb.Helper()
	for range 600 {
		var yes bool
		if err := n.sql.QueryRow(n.tb.Context(), sql, args...).Scan(&yes); err != nil {
			n.tb.Fatal(err)
		}
		if yes {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	n.tb.Fatalf("never: %s", what)
}

func TestABulkChangeGoesOnWhenWhoeverAskedForItHasGone(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	first, second := n.article("First", "First\nRenn said so."), n.article("Second", "Second\nNobody but Renn.")
	wish := n.tagRenn()
	// Whoever holds a set's row keeps the change from going on.
	tx, err := n.sql.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `SELECT FROM annotation_sets WHERE project_id = $1 FOR UPDATE`, n.project); err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := n.TagAll(ctx, in(n.project), wish)
		ended <- err
	}()
	n.eventually("it has begun", `SELECT EXISTS (SELECT FROM bulk_parts WHERE project_id = $1)`, n.project)
	leave()
	under, err := n.BulkChanges(t.Context(), in(n.project), 10, "")
	if err != nil || len(under.Items) != 1 || !under.Items[0].UnderWay || under.Items[0].LeftToDo != 2 || under.Items[0].Changed != 0 {
		t.Errorf("while it is held up: %+v, %v", under, err)
	}
	turn := store.BulkTurn{Bulk: under.Items[0].ID, By: n.ben, At: n.later()}
	if err := n.ResumeBulk(t.Context(), in(n.project), turn); !errors.Is(err, store.ErrUnderWay) {
		t.Errorf("another goes on with it: %v", err)
	}
	if err := n.UndoBulk(t.Context(), in(n.project), turn); !errors.Is(err, store.ErrUnderWay) {
		t.Errorf("another undoes it: %v", err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
	if got := slices.Concat(n.tagged(first), n.tagged(second)); !slices.Equal(got, []string{"speaker Renn", "speaker Renn"}) {
		t.Errorf("got %q", got)
	}
	if b := n.bulk(under.Items[0], nil); b.UnderWay || b.LeftToDo != 0 || b.Changed != 2 || b.Done != 2 {
		t.Errorf("got %+v", b)
	}
}

// A server can go down before a part is done, or after it is in the log and
// before that is noted.
func TestABulkChangeThatBrokeOffIsGoneOnWith(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	noted, logged, open := n.article("Noted", "Noted\nRenn said so."), n.article("Logged", "Logged\nRenn and Renn."), n.article("Open", "Open\nNobody but Renn.")
	wish := n.tagRenn()
	late := wish
	late.Places = map[annotate.ID][]annotate.Fragment{noted: wish.Places[noted], logged: wish.Places[logged]}
	b := n.bulk(n.TagAll(t.Context(), in(n.project), late))
	n.exec(`UPDATE bulk_parts SET todo = '{"places":[{"start":7,"end":11},{"start":16,"end":20}]}', done = 0 WHERE bulk_id = $1 AND article_id = $2`, b.ID, logged)
	n.exec(`INSERT INTO bulk_parts (project_id, bulk_id, article_id, change_set, todo) VALUES ($1, $2, $3, $4, '{"places":[{"start":16,"end":20}]}')`,
		n.project, b.ID, open, store.NewID())
	n.exec(`UPDATE bulk_changes SET worked_on_until = now() - interval '1 second' WHERE id = $1`, b.ID)

	if broken := n.bulk(b, nil); broken.UnderWay || broken.LeftToDo != 2 || !part(t, broken, open).ToDo || part(t, broken, noted).ToDo {
		t.Errorf("before: %+v", broken)
	}
	if err := n.ResumeBulk(t.Context(), in(n.project), store.BulkTurn{Bulk: b.ID, By: n.ben, At: n.later()}); err != nil {
		t.Fatal(err)
	}
	after := n.bulk(b, nil)
	if after.LeftToDo != 0 || after.Changed != 3 || after.Done != 4 || part(t, after, logged).Done != 2 || part(t, after, open).Done != 1 {
		t.Errorf("after: %+v", after)
	}
	doc, _, err := n.AnnotatedArticle(t.Context(), in(n.project), open, store.Shared)
	if err != nil || len(doc.Annotations) != 1 || doc.Annotations[0].CreatedBy != n.ben {
		t.Errorf("what was left is by %+v, %v", doc.Annotations, err)
	}
	if got := n.tagged(logged); len(got) != 2 {
		t.Errorf("what was in the log has %q", got)
	}
	if err := n.ResumeBulk(t.Context(), in(n.project), store.BulkTurn{Bulk: store.NewID(), By: n.ben, At: n.later()}); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestABulkChangeIsUndoneInAllArticlesAtOnce(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	first, second, never := n.article("First", "First\nRenn said so."), n.article("Second", "Second\nNobody but Renn."), n.article("Never", "Never")
	b := n.bulk(n.TagAll(t.Context(), in(n.project), n.tagRenn()))
	n.exec(`INSERT INTO bulk_parts (project_id, bulk_id, article_id, change_set, todo) VALUES ($1, $2, $3, $4, '{"places":[{"start":0,"end":5}]}')`,
		n.project, b.ID, never, store.NewID())
	for range 2 {
		if err := n.UndoBulk(t.Context(), in(n.project), store.BulkTurn{Bulk: b.ID, By: n.ben, At: n.later()}); err != nil {
			t.Fatal(err)
		}
	}
	if got := slices.Concat(n.tagged(first), n.tagged(second), n.tagged(never)); len(got) != 0 {
		t.Errorf("got %q", got)
	}
	if after := n.bulk(b, nil); after.Undone != 2 || after.Changed != 2 || after.LeftToDo != 0 || after.UnderWay {
		t.Errorf("got %+v", after)
	}
	other := n.newProject("other")
	if err := n.UndoBulk(t.Context(), in(other), store.BulkTurn{Bulk: b.ID, By: n.ben, At: n.later()}); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("from another project: %v", err)
	}
}

func TestBulkChangesAreListedPageByPageTheNewestFirst(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("A", "A\nRenn said it is safe.")
	claim := n.claim(article, "it is safe")
	tagged := n.bulk(n.TagAll(t.Context(), in(n.project), n.tagRenn()))
	var ids []annotate.ID
	for _, value := range []string{"direct", "indirect"} {
		b := n.bulk(n.RecodeAll(t.Context(), in(n.project), store.BulkRecoding{
			Claims: map[annotate.ID]int{claim: 9}, Attribute: "quotation", Value: []string{value}, By: n.ben, At: n.later(),
		}))
		ids = append(ids, b.ID)
	}
	first, err := n.BulkChanges(t.Context(), in(n.project), 2, "")
	if err != nil || len(first.Items) != 2 || first.Items[0].ID != ids[1] || first.Items[1].ID != ids[0] || first.Next == "" {
		t.Fatalf("got %+v, %v", first, err)
	}
	second, err := n.BulkChanges(t.Context(), in(n.project), 2, first.Next)
	if err != nil || len(second.Items) != 1 || second.Next != "" {
		t.Fatalf("got %+v, %v", second, err)
	}
	got := second.Items[0]
	if got.ID != tagged.ID || got.What != annotate.BulkTag || got.Wish.Query != "Renn" || !got.Wish.WholeWords || got.By != "Ana Ruiz" ||
		got.Author != n.ana || !got.CreatedAt.Equal(tagged.CreatedAt) || got.Articles != 1 || got.Changed != 1 || got.Done != 1 || got.Undone != 0 || got.UnderWay {
		t.Errorf("got %+v", got)
	}
	if b := first.Items[0]; b.What != annotate.BulkRecode || b.Wish.Value[0] != "indirect" || b.By != "Ben Okafor" {
		t.Errorf("got %+v", b)
	}
	if other, err := n.BulkChanges(t.Context(), in(n.newProject("other")), 2, ""); err != nil || len(other.Items) != 0 {
		t.Errorf("another project has %+v, %v", other, err)
	}
	if _, err := n.BulkChanges(t.Context(), in(n.project), 2, "nonsense"); err == nil {
		t.Error("nonsense is a cursor")
	}
}

func TestWhatABulkChangeWouldDoIsToldAndNotDone(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("A", "A\nRenn said so, Renn.")
	places := n.places("Renn")
	n.tag(article, n.ben, annotate.Annotation{Kind: annotate.Speaker, Fragments: places[article][:1]})
	claim := n.claim(article, "said so")
	plan, err := n.TagAll(t.Context(), in(n.project), store.BulkTagging{DryRun: true, Query: "Renn", Places: places, Kind: annotate.Speaker, By: n.ana, At: n.later()})
	if p := part(t, plan, article); err != nil || p.Done != 1 || plan.Done != 1 || plan.Changed != 1 || plan.Articles != 1 || plan.ID != "" || len(p.LeftOut) != 1 || p.Headline != "A" || p.ChangeSet != "" {
		t.Errorf("got %+v, %v", plan, err)
	}
	plan, err = n.RecodeAll(t.Context(), in(n.project), store.BulkRecoding{
		DryRun: true,
		Claims: map[annotate.ID]int{claim: 1}, Attribute: "quotation", Value: []string{"direct"}, By: n.ana, At: n.later(),
	})
	if p := part(t, plan, article); err != nil || p.Done != 1 {
		t.Errorf("got %+v, %v", plan, err)
	}
	_, err = n.TagAll(t.Context(), in(n.project), store.BulkTagging{DryRun: true, Query: "Renn", Places: places, Kind: "nonsense"})
	if bad, ok := errors.AsType[annotate.Invalid](err); !ok || bad["kind"] == "" {
		t.Errorf("got %v", err)
	}
	if done, err := n.BulkChanges(t.Context(), in(n.project), 2, ""); err != nil || len(done.Items) != 0 || len(n.tagged(article)) != 2 {
		t.Errorf("it was done: %+v, %v, %q", done, err, n.tagged(article))
	}
}

// What a question takes as text can be written and taken away like any answer.
func TestATextIsWrittenForManyClaimsAndTakenAway(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("A", "A\nIt is safe. It is late.")
	safe, late := n.claim(article, "It is safe."), n.claim(article, "It is late.")
	p, err := n.Project(t.Context(), "harbour")
	if err != nil {
		t.Fatal(err)
	}
	codebook, err := n.Codebook(t.Context(), n.project, p.Codebook)
	if err != nil {
		t.Fatal(err)
	}
	next := *codebook
	next.Attributes = append(slices.Clone(next.Attributes), annotate.Attribute{Name: "topic", Label: "Topic", Type: annotate.Prose, Kinds: []string{annotate.Claim}, Active: true})
	if _, err := n.ChangeCodebook(t.Context(), store.CodebookChange{Project: n.project, Base: p.Codebook, Codebook: &next, By: n.mara, At: n.later()}); err != nil {
		t.Fatal(err)
	}
	for version, value := range [][]string{{"the bridge"}, nil} {
		b := n.bulk(n.RecodeAll(t.Context(), in(n.project), store.BulkRecoding{
			Claims: map[annotate.ID]int{safe: version + 1, late: version + 1}, Attribute: "topic", Value: value, By: n.ana, At: n.later(),
		}))
		if b.Done != 2 || !slices.Equal(b.Wish.Value, value) {
			t.Errorf("got %+v", b)
		}
		doc, _, err := n.AnnotatedArticle(t.Context(), in(n.project), article, store.Shared)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range doc.Annotations {
			if got := a.Attributes["topic"]; value != nil && got != "the bridge" || value == nil && got != nil {
				t.Errorf("the topic is %v", got)
			}
		}
	}
	_, err = n.RecodeAll(t.Context(), in(n.project), store.BulkRecoding{Claims: map[annotate.ID]int{safe: 3}, Attribute: "topic", Value: []string{" "}, By: n.ana, At: n.later()})
	if bad, ok := errors.AsType[annotate.Invalid](err); !ok || bad["value"] == "" {
		t.Errorf("got %v", err)
	}
}
