package store_test

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// places are all places at which words stand in the articles of n, as a search
// finds them.
func (n *newsroom) places(words string) map[annotate.ID][]annotate.Fragment {
	n.tb.Helper()
	page, err := n.FindText(n.tb.Context(), in(n.project), store.TextQuery{Query: words, WholeWords: true, Limit: 200})
	if err != nil {
		n.tb.Fatal(err)
	}
	places := map[annotate.ID][]annotate.Fragment{}
	for _, hit := range page.Items {
		places[hit.Article.ID] = append(places[hit.Article.ID], hit.Fragment)
	}
	return places
}

// tagged lists what is tagged in an article, as "kind words entity".
func (n *newsroom) tagged(article annotate.ID) []string {
	n.tb.Helper()
	doc, _, err := n.AnnotatedArticle(n.tb.Context(), in(n.project), article, store.Shared)
	if err != nil {
		n.tb.Fatal(err)
	}
	text := annotate.NewText(doc.Revision.Text)
	var found []string
	for _, a := range doc.Annotations {
		words := make([]string, len(a.Fragments))
		for i, f := range a.Fragments {
			words[i] = text.Slice(f.Start, f.End)
		}
		found = append(found, strings.TrimSpace(a.Kind+" "+strings.Join(words, "…")+" "+string(a.Entity)))
	}
	return found
}

// bulk reads what was done.
func (n *newsroom) bulk(done annotate.BulkChange, err error) annotate.BulkChange {
	n.tb.Helper()
	if err != nil {
		n.tb.Fatal(err)
	}
	b, err := n.BulkChange(n.tb.Context(), in(n.project), done.ID)
	if err != nil {
		n.tb.Fatal(err)
	}
	return b
}

// part is what b did to an article.
func part(tb testing.TB, b annotate.BulkChange, article annotate.ID) annotate.BulkPart {
	tb.Helper()
	i := slices.IndexFunc(b.Parts, func(p annotate.BulkPart) bool { return p.Article == article })
	if i < 0 {
		tb.Fatalf("the bulk change has no part for article %s: %+v", article, b)
	}
	return b.Parts[i]
}

func TestPlacesOfManyArticlesAreTaggedAndUndoneOneByOne(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	renn := n.entity(annotate.Person, "Tobias Renn")
	first := n.article("First", "First\nRenn said that Renn 👨🏻‍🚒 was late. RENN!")
	second := n.article("Second", "Second\nNobody but Renn.")
	n.tag(second, n.ben, annotate.Annotation{Kind: annotate.Speaker, Fragments: n.fragments(second, "Renn")})
	b := n.bulk(n.TagAll(t.Context(), in(n.project), store.BulkTagging{
		Query: "renn", WholeWords: true, Places: n.places("renn"), Kind: annotate.Speaker, Entity: renn, By: n.ana, At: n.later(),
	}))
	if b.What != annotate.BulkTag || b.Wish.Query != "renn" || b.Wish.Kind != annotate.Speaker || b.Wish.Entity != renn ||
		b.Author != n.ana || b.By != "Ana Ruiz" || !b.CreatedAt.Equal(n.now) || b.Done != 4 || b.Articles != 2 || b.Changed != 2 || b.Entity != "Tobias Renn" {
		t.Errorf("got %+v", b)
	}
	id := " " + string(renn)
	if got, want := n.tagged(first), []string{"speaker Renn" + id, "speaker Renn" + id, "speaker RENN" + id}; !slices.Equal(got, want) {
		t.Errorf("the first article has %q, want %q", got, want)
	}
	if got, want := n.tagged(second), []string{"speaker Renn" + id}; !slices.Equal(got, want) {
		t.Errorf("what nobody had named has %q, want %q", got, want)
	}
	if _, err := n.UndoBulkIn(t.Context(), in(n.project), first, store.BulkTurn{Bulk: b.ID, By: n.ben, At: n.later()}); err != nil {
		t.Fatal(err)
	}
	if got := n.tagged(first); len(got) != 0 {
		t.Errorf("after undoing, the first article has %q", got)
	}
	if got := n.tagged(second); len(got) != 1 {
		t.Errorf("undoing one article changed another: %q", got)
	}
	after := n.bulk(b, nil)
	if p := part(t, after, first); p.Undone == "" || p.Kept != 0 || p.Done != 3 || p.ChangeSet == "" || p.Headline != "First" {
		t.Errorf("got %+v", p)
	}
	if p := part(t, after, second); p.Undone != "" {
		t.Errorf("got %+v", p)
	}
}

func TestUndoingTwiceIsUndoingOnce(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("A", "A\nRenn said so.")
	b := n.bulk(n.TagAll(t.Context(), in(n.project), store.BulkTagging{Query: "Renn", Places: n.places("Renn"), Kind: annotate.Speaker, By: n.ana, At: n.later()}))
	for range 2 {
		kept, err := n.UndoBulkIn(t.Context(), in(n.project), article, store.BulkTurn{Bulk: b.ID, By: n.ana, At: n.later()})
		if err != nil || kept != 0 {
			t.Fatalf("kept %d, %v", kept, err)
		}
	}
	log, err := n.Changes(t.Context(), in(n.project), article, store.Shared, 0, 10)
	if err != nil || len(log) != 2 {
		t.Errorf("the log has %d entries, want the tagging and its undoing: %v", len(log), err)
	}
}

func TestUndoingKeepsWhatOthersHaveBuiltOn(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("A", "A\nRenn said it. Marchetti and Renn heard it.")
	claim := n.claim(article, "it. Marchetti")
	b := n.bulk(n.TagAll(t.Context(), in(n.project), store.BulkTagging{Query: "Renn", Places: n.places("Renn"), Kind: annotate.Speaker, By: n.ana, At: n.later()}))
	doc, _, err := n.AnnotatedArticle(t.Context(), in(n.project), article, store.Shared)
	if err != nil {
		t.Fatal(err)
	}
	n.link(article, claim, annotate.RoleSpeaker, doc.Annotations[0].ID)
	kept, err := n.UndoBulkIn(t.Context(), in(n.project), article, store.BulkTurn{Bulk: b.ID, By: n.ana, At: n.later()})
	if err != nil || kept != 1 {
		t.Fatalf("kept %d, %v", kept, err)
	}
	if got, want := n.tagged(article), []string{"speaker Renn", "claim it. Marchetti"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if p := part(t, n.bulk(b, nil), article); p.Kept != 1 || p.Undone == "" {
		t.Errorf("got %+v", p)
	}
}

func TestUndoingKeepsWhatTheCodebookNoLongerLetsBe(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("A", "A\nIt is safe. It is late.")
	coded := n.tag(article, n.ana, annotate.Annotation{
		Kind: annotate.Claim, Fragments: n.fragments(article, "It is safe."), Attributes: annotate.Attributes{"quotation": "mixed"},
	})
	plain := n.claim(article, "It is late.")
	b := n.bulk(n.RecodeAll(t.Context(), in(n.project), store.BulkRecoding{
		Claims: map[annotate.ID]int{coded: 1, plain: 1}, Attribute: "quotation", Value: []string{"direct"}, By: n.ana, At: n.later(),
	}))
	p, err := n.Project(t.Context(), "harbour")
	if err != nil {
		t.Fatal(err)
	}
	codebook, err := n.Codebook(t.Context(), n.project, p.Codebook)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range codebook.Attributes {
		for j, v := range a.Values {
			if a.Name == "quotation" && v.Value == "mixed" {
				codebook.Attributes[i].Values[j].Active = false
			}
		}
	}
	if _, err := n.ChangeCodebook(t.Context(), store.CodebookChange{Project: n.project, Base: p.Codebook, Codebook: codebook, By: n.mara, At: n.later()}); err != nil {
		t.Fatal(err)
	}
	kept, err := n.UndoBulkIn(t.Context(), in(n.project), article, store.BulkTurn{Bulk: b.ID, By: n.ana, At: n.later()})
	if err != nil || kept != 1 {
		t.Errorf("kept %d, %v", kept, err)
	}
}

func TestUndoingAgainStillSaysWhatWasKept(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("A", "A\nRenn said it. Marchetti and Renn heard it.")
	places := n.places("Renn")
	b := n.bulk(n.TagAll(t.Context(), in(n.project), store.BulkTagging{Query: "Renn", Places: places, Kind: annotate.Speaker, By: n.ana, At: n.later()}))
	doc, _, err := n.AnnotatedArticle(t.Context(), in(n.project), article, store.Shared)
	if err != nil {
		t.Fatal(err)
	}
	named := doc.Annotations[0]
	named.Entity = n.entity(annotate.Person, "Tobias Renn")
	n.tag(article, n.ben, named)
	for range 2 {
		kept, err := n.UndoBulkIn(t.Context(), in(n.project), article, store.BulkTurn{Bulk: b.ID, By: n.ana, At: n.later()})
		if err != nil || kept != 1 {
			t.Fatalf("kept %d, %v", kept, err)
		}
	}
	if p := part(t, n.bulk(b, nil), article); p.Kept != 1 || p.Undone == "" {
		t.Errorf("got %+v", p)
	}
}

func TestWhatCannotBeTaggedIsLeftOutWithAReason(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("A", "A\nRenn said so, Renn.")
	places := n.places("Renn")
	n.tag(article, n.ben, annotate.Annotation{Kind: annotate.Speaker, Fragments: places[article][:1]})
	places[article] = append(places[article], annotate.Fragment{Start: 0, End: 1, Exact: "A"})
	b := n.bulk(n.TagAll(t.Context(), in(n.project), store.BulkTagging{Query: "Renn", Places: places, Kind: annotate.Speaker, By: n.ana, At: n.later()}))
	p := part(t, b, article)
	if p.Done != 1 || len(p.LeftOut) != 2 {
		t.Fatalf("got %+v", p)
	}
	for _, left := range p.LeftOut {
		if left.Words == "" || left.Reason == "" {
			t.Errorf("got %+v", left)
		}
	}
}

func TestAWishThatCanBeDoneNowhereIsRefused(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	n.article("A", "A\nRenn said so.")
	harbour := n.entity(annotate.Place, "Harbour")
	tests := map[string]struct {
		wish  store.BulkTagging
		field string
	}{
		"no places":                 {store.BulkTagging{Query: "Renn", Kind: annotate.Speaker}, "places"},
		"no such kind":              {store.BulkTagging{Query: "Renn", Kind: "nonsense", Places: n.places("Renn")}, "kind"},
		"no such entity":            {store.BulkTagging{Query: "Renn", Kind: annotate.Speaker, Entity: store.NewID(), Places: n.places("Renn")}, "entity"},
		"an entity of another sort": {store.BulkTagging{Query: "Renn", Kind: annotate.Speaker, Entity: harbour, Places: n.places("Renn")}, "entity"},
	}
	for name, test := range tests {
		test.wish.By, test.wish.At = n.ana, n.later()
		_, err := n.TagAll(t.Context(), in(n.project), test.wish)
		if bad, ok := errors.AsType[annotate.Invalid](err); !ok || bad[test.field] == "" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestClaimsAreRecodedTogetherButForThoseChangedSince(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	first, second := n.article("First", "First\nIt is safe. It is late."), n.article("Second", "Second\nIt is full.")
	safe, late, full := n.claim(first, "It is safe."), n.claim(first, "It is late."), n.claim(second, "It is full.")
	n.tag(first, n.ben, annotate.Annotation{ID: late, Version: 1, Kind: annotate.Claim, Fragments: n.fragments(first, "It is late"), Attributes: annotate.Attributes{"modality": "future"}})
	wish := store.BulkRecoding{
		Claims: map[annotate.ID]int{safe: 1, late: 1, full: 1}, Attribute: "quotation", Value: []string{"indirect"}, By: n.ana, At: n.later(),
	}
	b := n.bulk(n.RecodeAll(t.Context(), in(n.project), wish))
	if b.What != annotate.BulkRecode || b.Wish.Attribute != "quotation" || !slices.Equal(b.Wish.Value, []string{"indirect"}) || b.Done != 2 {
		t.Errorf("got %+v", b)
	}
	p := part(t, b, first)
	if len(p.LeftOut) != 1 || p.LeftOut[0].Annotation != late || p.LeftOut[0].Words != "It is late" || !strings.Contains(p.LeftOut[0].Reason, "changed") {
		t.Errorf("got %+v", p)
	}
	answers := func(article, claim annotate.ID) annotate.Attributes {
		doc, _, err := n.AnnotatedArticle(t.Context(), in(n.project), article, store.Shared)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(doc.Annotations, func(a annotate.Annotation) bool { return a.ID == claim })
		return doc.Annotations[i].Attributes
	}
	if !answers(first, safe).Equal(annotate.Attributes{"quotation": "indirect"}) || !answers(second, full).Equal(annotate.Attributes{"quotation": "indirect"}) {
		t.Errorf("got %v and %v", answers(first, safe), answers(second, full))
	}
	if !answers(first, late).Equal(annotate.Attributes{"modality": "future"}) {
		t.Errorf("what was changed since has %v", answers(first, late))
	}
	if _, err := n.UndoBulkIn(t.Context(), in(n.project), second, store.BulkTurn{Bulk: b.ID, By: n.ana, At: n.later()}); err != nil {
		t.Fatal(err)
	}
	if got := answers(second, full); len(got) != 0 {
		t.Errorf("after undoing it has %v", got)
	}
}

func TestAnAnswerTheCodebookDoesNotHaveIsRefused(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	claim := n.claim(n.article("A", "A\nIt is safe."), "It is safe.")
	for field, wish := range map[string]store.BulkRecoding{
		"attribute": {Attribute: "nonsense", Value: []string{"x"}},
		"value":     {Attribute: "quotation", Value: []string{"nonsense"}},
		"claims":    {Attribute: "quotation", Value: []string{"direct"}, Claims: map[annotate.ID]int{store.NewID(): 1}},
	} {
		if wish.Claims == nil {
			wish.Claims = map[annotate.ID]int{claim: 1}
		}
		wish.By, wish.At = n.ana, n.later()
		_, err := n.RecodeAll(t.Context(), in(n.project), wish)
		if bad, ok := errors.AsType[annotate.Invalid](err); !ok || bad[field] == "" {
			t.Errorf("%s: got %v", field, err)
		}
	}
}

func TestABulkChangeOfAnotherProjectIsNotFound(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("A", "A\nRenn said so.")
	b := n.bulk(n.TagAll(t.Context(), in(n.project), store.BulkTagging{Query: "Renn", Places: n.places("Renn"), Kind: annotate.Speaker, By: n.ana, At: n.later()}))
	other := n.newProject("other")
	if _, err := n.BulkChange(t.Context(), in(other), b.ID); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if _, err := n.UndoBulkIn(t.Context(), in(other), article, store.BulkTurn{Bulk: b.ID, By: n.ana, At: n.later()}); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestAPlaceNoTextReachesIsNoCursor(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("A", "A\nRenn said so.")
	cursor := base64.RawURLEncoding.EncodeToString([]byte(`["2026-11-25T23:26:47Z","` + string(article) + `","99999999999"]`))
	_, err := n.FindText(t.Context(), in(n.project), store.TextQuery{Query: "Renn", Cursor: cursor, Limit: 10})
	if bad, ok := errors.AsType[annotate.Invalid](err); !ok || bad["cursor"] == "" {
		t.Errorf("got %v", err)
	}
}
