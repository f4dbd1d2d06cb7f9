package store_test

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// corpus is a corpus in memory.
type corpus struct {
	Origin   annotate.Origin
	Quorum   int
	Codebook *annotate.Codebook
	Version  int
	Earlier  []annotate.EarlierCodebook
	Entities []annotate.Entity
	People   []annotate.User
	Articles []annotate.AnnotatedArticle
}

func gather[T any](items iter.Seq2[T, error]) (list []T, err error) {
	for item, err := range items {
		if err != nil {
			return list, err
		}
		list = append(list, item)
	}
	return list, nil
}

func collect(c annotate.Corpus) (got corpus, err error) {
	got = corpus{Origin: c.Origin, Quorum: c.Quorum, Codebook: c.Codebook, Version: c.CodebookVersion, Earlier: c.Earlier}
	if got.Entities, err = gather(c.Entities); err != nil {
		return got, err
	}
	if got.People, err = gather(c.People); err != nil {
		return got, err
	}
	got.Articles, err = gather(c.Articles)
	return got, err
}

func (n *newsroom) export(f store.ExportFilter) corpus {
	n.tb.Helper()
	return exported(n.tb, n.Store, n.project, f)
}

func exported(tb testing.TB, s *store.Store, project annotate.ID, f store.ExportFilter) corpus {
	tb.Helper()
	var got corpus
	err := s.Export(tb.Context(), in(project), f, func(c annotate.Corpus) (err error) {
		got, err = collect(c)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return got
}

// again is c to be walked once more.
func (c corpus) again() annotate.Corpus {
	return annotate.Corpus{
		Origin: c.Origin, Quorum: c.Quorum, Codebook: c.Codebook, CodebookVersion: c.Version, Earlier: c.Earlier,
		Entities: all(c.Entities), People: all(c.People), Articles: all(c.Articles),
	}
}

func all[T any](items []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

// told is a project with all that an export has to tell of: two articles with
// a quotation in two parts, a claim within another, a chain of sources one of
// which the text does not mention, people by two spellings merged into one,
// reviews in every state and of earlier versions, comments, things deleted.
type told struct {
	*newsroom
	wall, ferry                                      annotate.ID // articles
	held, deal, declined, within, disputed, rejected annotate.ID // claims
	brandt, vos, courier, unused                     annotate.ID // entities
}

func newTold(tb testing.TB) told {
	tb.Helper()
	n := newNewsroom(tb)
	p := told{newsroom: n}
	p.brandt, p.unused = n.person("Ilse Brandt", "I. Brandt").ID, n.person("Nobody").ID
	brant := n.person("Ilse Brant").ID
	p.vos = n.entity(annotate.Person, "Jan Vos")
	p.courier = n.entity(annotate.Outlet, "The Courier 📰")

	p.wall = n.article("Harbour", harbour)
	p.held = n.claim(p.wall, "The wall will hold", "this winter,")
	p.deal = n.tag(p.wall, n.ben, annotate.Annotation{
		Kind: annotate.Claim, Fragments: n.fragments(p.wall, "a good deal 🌊 for everyone"),
		Attributes: annotate.Attributes{"quotation": "direct", "time": "\"now\" <then>", "not_stated": []string{"speaker"}},
	})
	p.declined = n.claim(p.wall, "declined to comment")
	p.within = n.claim(p.wall, "called the repair “a good deal 🌊 for everyone”")
	p.disputed = n.claim(p.wall, "according to a recording")
	p.rejected = n.claim(p.wall, "obtained by the Courier")
	brandt := n.mention(p.wall, annotate.Speaker, "Ilse Brandt", brant)
	vos := n.mention(p.wall, annotate.Speaker, "Jan Vos", p.vos)
	recording := n.mention(p.wall, annotate.Source, "a recording", "")
	unsaid := n.tag(p.wall, n.ana, annotate.Annotation{Kind: annotate.Source, Entity: p.courier})
	n.link(p.wall, p.held, annotate.RoleSpeaker, brandt)
	n.link(p.wall, p.held, annotate.RoleSource, recording)
	n.link(p.wall, recording, annotate.RoleVia, unsaid)
	n.link(p.wall, p.deal, annotate.RoleSpeaker, vos)
	n.link(p.wall, p.deal, annotate.RoleWithin, p.within)
	gone := n.claim(p.wall, "on Tuesday")
	n.link(p.wall, gone, annotate.RoleSpeaker, vos)
	n.change(p.wall, n.ana, annotate.Operation{Op: annotate.Delete, Annotation: &annotate.Annotation{ID: gone, Version: 2}})

	n.decide(p.held, n.ben, annotate.RequestChanges, "Say which wall.")
	n.mention(p.wall, annotate.Cue, "told", "")
	n.merge(brant, p.brandt)
	n.decide(p.held, n.mara, annotate.Approve, "")
	n.decide(p.deal, n.mara, annotate.RequestChanges, "Mixed, not direct.")
	n.decide(p.disputed, n.ben, annotate.Dispute, "Not on the tape.")
	n.decide(p.rejected, n.ben, annotate.Reject, "No claim.")
	n.decide(p.declined, n.ben, annotate.Approve, "Before the edit.")
	n.change(p.wall, n.ana, annotate.Operation{Op: annotate.Put, Annotation: &annotate.Annotation{
		ID: p.declined, Version: 1, Kind: annotate.Claim, Fragments: n.fragments(p.wall, "declined"),
	}})
	for _, body := range []string{"Heard it too.", "Two\nlines 🎧"} {
		if _, err := n.AddComment(tb.Context(), in(n.project), annotate.Comment{Claim: p.held, Author: n.mara, Body: body, CreatedAt: n.later()}); err != nil {
			tb.Fatal(err)
		}
	}

	p.ferry = n.article("Ferry", "\ufeffשָׁלוֹם, אמרה 👩🏽‍🚒.\r\nZele\u0301nskiy agreed.")
	n.texts[p.ferry] = "שָׁלוֹם, אמרה 👩🏽‍🚒.\nZele\u0301nskiy agreed."
	n.claim(p.ferry, "שָׁלוֹם")
	n.mention(p.ferry, annotate.Speaker, "Zele\u0301nskiy", p.vos)
	n.article("Untouched", "Nobody has read this.")
	return p
}

func TestAnExportTellsAllThereIs(t *testing.T) {
	t.Parallel()
	n := newTold(t)
	got := n.export(store.ExportFilter{})
	if want := (annotate.Origin{Slug: "harbour", Name: "harbour"}); got.Origin != want || got.Version != 1 {
		t.Errorf("it comes from %+v with version %d of the codebook", got.Origin, got.Version)
	}
	if diff := cmp.Diff(annotate.DefaultCodebook(), got.Codebook); diff != "" {
		t.Errorf("codebook (-want +got):\n%s", diff)
	}
	want := []annotate.ID{n.brandt, n.unused, n.vos, n.courier}
	if ids := idsOfEntities(got.Entities); !slices.Equal(ids, want) {
		t.Errorf("entities are %v, want the canonical ones %v", ids, want)
	}
	if brandt := got.Entities[0]; brandt.Type != annotate.Person || brandt.Name != "Ilse Brandt" ||
		!slices.Equal(alternatives(brandt), []string{"I. Brandt", "Ilse Brant"}) || brandt.Names[0].Type != annotate.Spelling {
		t.Errorf("Ilse Brandt is told as %+v", brandt)
	}
	people := []annotate.User{{ID: n.ana, Name: "Ana Ruiz"}, {ID: n.ben, Name: "Ben Okafor"}, {ID: n.mara, Name: "Mara Lind"}}
	if diff := cmp.Diff(people, got.People); diff != "" {
		t.Errorf("people (-want +got):\n%s", diff)
	}
	if len(got.Articles) != 3 {
		t.Fatalf("%d articles, want 3", len(got.Articles))
	}
	for _, d := range got.Articles {
		n.isAsRead(d)
	}
	if d := got.Articles[0]; d.Seq != 20 || len(d.Annotations) != 11 || len(d.Links) != 5 || len(d.Reviews) != 6 || len(d.Comments) != 2 {
		t.Errorf("the first article has seq %d, %d annotations, %d links, %d reviews, %d comments", d.Seq, len(d.Annotations), len(d.Links), len(d.Reviews), len(d.Comments))
	}
}

func idsOfEntities(entities []annotate.Entity) []annotate.ID {
	var ids []annotate.ID
	for _, e := range entities {
		ids = append(ids, e.ID)
	}
	return ids
}

// isAsRead holds an exported article to be what reading it gives, but for
// entities, which an export tells as the canonical ones.
func (n told) isAsRead(d annotate.AnnotatedArticle) {
	n.tb.Helper()
	want, _, err := n.AnnotatedArticle(n.tb.Context(), in(n.project), d.Article.ID, store.Shared)
	if err != nil {
		n.tb.Fatal(err)
	}
	for i, a := range want.Annotations {
		if a.Entity != "" {
			if e := n.readEntity(a.Entity); e.MergedInto != "" {
				want.Annotations[i].Entity = e.MergedInto
			}
		}
	}
	// Those of what is no longer a claim are not exported; here all are.
	if diff := cmp.Diff(want, d, cmpopts.EquateEmpty()); diff != "" {
		n.tb.Errorf("article %q (-read +exported):\n%s", d.Article.Headline, diff)
	}
}

func TestAnExportOfSomeArticlesTellsOnlyWhatTheyReferTo(t *testing.T) {
	t.Parallel()
	n := newTold(t)
	got := n.export(store.ExportFilter{Articles: []annotate.ID{n.ferry, n.ferry}})
	if len(got.Articles) != 1 || got.Articles[0].Article.ID != n.ferry {
		t.Fatalf("%d articles", len(got.Articles))
	}
	n.isAsRead(got.Articles[0])
	if ids := idsOfEntities(got.Entities); !slices.Equal(ids, []annotate.ID{n.vos}) {
		t.Errorf("entities are %v", ids)
	}
	if len(got.People) != 1 || got.People[0].ID != n.ana {
		t.Errorf("people are %+v", got.People)
	}
}

func TestAnExportOfAStateTellsItsClaimsAndWhatTheyLeadTo(t *testing.T) {
	t.Parallel()
	n := newTold(t)
	tests := map[annotate.ReviewState]struct {
		annotations []string // what they quote, or their kind
		links       int
		reviews     int
		comments    int
		entities    []annotate.ID
	}{
		annotate.Approved:         {[]string{"Ilse Brandt", "The wall will hold", "a recording", "source"}, 3, 2, 2, []annotate.ID{n.brandt, n.courier}},
		annotate.ChangesRequested: {[]string{"Jan Vos", "a good deal 🌊 for everyone", "called the repair “a good deal 🌊 for everyone”"}, 2, 1, 0, []annotate.ID{n.vos}},
		annotate.Disputed:         {[]string{"according to a recording"}, 0, 1, 0, nil},
		annotate.Rejected:         {[]string{"obtained by the Courier"}, 0, 1, 0, nil},
	}
	for state, want := range tests {
		t.Run(string(state), func(t *testing.T) {
			got := n.export(store.ExportFilter{State: state})
			if len(got.Articles) != 1 || got.Articles[0].Article.ID != n.wall {
				t.Fatalf("%d articles, want the one with such claims", len(got.Articles))
			}
			d := got.Articles[0]
			if quoted := quotes(d); !slices.Equal(quoted, want.annotations) {
				t.Errorf("annotations are %q, want %q", quoted, want.annotations)
			}
			if len(d.Links) != want.links || len(d.Reviews) != want.reviews || len(d.Comments) != want.comments || d.Seq != 20 {
				t.Errorf("%d links, %d reviews, %d comments, seq %d; want %+v", len(d.Links), len(d.Reviews), len(d.Comments), d.Seq, want)
			}
			if ids := idsOfEntities(got.Entities); !slices.Equal(ids, want.entities) {
				t.Errorf("entities are %v, want %v", ids, want.entities)
			}
			named := namedIn(d)
			for _, u := range got.People {
				if !named[u.ID] {
					t.Errorf("%s is told of and not referred to", u.Name)
				}
			}
			if len(named) != len(got.People) {
				t.Errorf("%d people of %d referred to", len(got.People), len(named))
			}
		})
	}
	both := n.export(store.ExportFilter{State: annotate.Unreviewed})
	if len(both.Articles) != 2 {
		t.Errorf("unreviewed claims are in %d articles, want 2", len(both.Articles))
	}
	if one := n.export(store.ExportFilter{State: annotate.Unreviewed, Articles: []annotate.ID{n.ferry}}); len(one.Articles) != 1 {
		t.Errorf("with one article asked for there are %d", len(one.Articles))
	}
}

// quotes is the first words of each annotation, sorted.
func quotes(d annotate.AnnotatedArticle) []string {
	text := annotate.NewText(d.Revision.Text)
	var quoted []string
	for _, a := range d.Annotations {
		if len(a.Fragments) == 0 {
			quoted = append(quoted, a.Kind)
			continue
		}
		quoted = append(quoted, text.Slice(a.Fragments[0].Start, a.Fragments[0].End))
	}
	slices.Sort(quoted)
	return quoted
}

func namedIn(d annotate.AnnotatedArticle) map[annotate.ID]bool {
	named := map[annotate.ID]bool{d.Article.CreatedBy: true}
	for _, a := range d.Annotations {
		named[a.CreatedBy], named[a.UpdatedBy] = true, true
	}
	for _, l := range d.Links {
		named[l.CreatedBy], named[l.UpdatedBy] = true, true
	}
	for _, r := range d.Reviews {
		named[r.Reviewer] = true
	}
	for _, c := range d.Comments {
		named[c.Author] = true
	}
	return named
}

func TestAnExportOfWhatIsNotThereIsRefused(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	here := n.article("Here", "Here.")
	other := n.newProject("elsewhere")
	for name, tt := range map[string]struct {
		project annotate.ID
		article annotate.ID
	}{
		"no such article":           {n.project, store.NewID()},
		"another project's article": {other, here},
		"no such project":           {store.NewID(), here},
	} {
		err := n.Export(t.Context(), in(tt.project), store.ExportFilter{Articles: []annotate.ID{tt.article}}, func(annotate.Corpus) error {
			t.Errorf("%s: there is something to write", name)
			return nil
		})
		if !errors.Is(err, annotate.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnExportIsOfOneMoment(t *testing.T) {
	t.Parallel()
	n := newTold(t)
	before := n.export(store.ExportFilter{})
	err := n.Export(t.Context(), in(n.project), store.ExportFilter{}, func(c annotate.Corpus) error {
		n.claim(n.ferry, "agreed")
		n.decide(n.disputed, n.mara, annotate.Approve, "")
		n.merge(n.vos, n.brandt)
		n.article("New", "New.")
		got, err := collect(c)
		if diff := cmp.Diff(before, got); diff != "" {
			t.Errorf("what happened meanwhile is in it (-before +got):\n%s", diff)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestManyArticlesAreExportedInOrderAndWhole(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	const many = 700
	articles := make([]store.NewArticle, many)
	for i := range articles {
		// A few long texts, so that groups end for their size as well.
		text := fmt.Sprintf("Article %d. ", i) + strings.Repeat("words ", 1+(i%97)/96*60_000)
		articles[i] = store.NewArticle{Article: annotate.Article{CreatedBy: n.ana}, Text: text}
	}
	docs, err := n.AddArticles(t.Context(), n.project, articles, n.later())
	if err != nil {
		t.Fatal(err)
	}
	var want []annotate.ID
	for _, d := range docs {
		want = append(want, d.Article.ID)
	}
	slices.Sort(want)
	got := n.export(store.ExportFilter{})
	if len(got.Articles) != many {
		t.Fatalf("%d articles, want %d", len(got.Articles), many)
	}
	for i, d := range got.Articles {
		if d.Article.ID != want[i] || d.Revision.Article != want[i] || !strings.HasPrefix(d.Revision.Text, d.Article.Headline[:9]) {
			t.Fatalf("article %d is %s with the text %.20q of %s", i, d.Article.ID, d.Revision.Text, d.Revision.Article)
		}
	}
}

func TestWhoeverGivesUpAnExportIsLetGo(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	for i := range 300 {
		n.article("Many", fmt.Sprintf("%d", i))
	}
	enough := errors.New("enough")
	for range 20 { // as many as would exhaust connections that were not given back
		err := n.Export(t.Context(), in(n.project), store.ExportFilter{}, func(c annotate.Corpus) error {
			for range c.Entities { //nolint:errcheck // there is nothing to read
				t.Error("there is an entity")
			}
			for _, err := range c.Articles {
				if err != nil {
					return err
				}
				return enough
			}
			return nil
		})
		if !errors.Is(err, enough) {
			t.Fatalf("got %v", err)
		}
	}
}
