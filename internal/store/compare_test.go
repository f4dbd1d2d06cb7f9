package store_test

import (
	"errors"
	"slices"
	"testing"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// compared are the articles that somebody may compare.
func (p *apart) compared(by store.Asker, f store.WorkFilter) []annotate.WorkedArticle {
	p.tb.Helper()
	var found []annotate.WorkedArticle
	err := p.Compare(p.tb.Context(), by, f, func(a annotate.WorkedArticle) bool {
		found = append(found, a)
		return true
	})
	if err != nil {
		p.tb.Fatal(err)
	}
	return found
}

func (p *apart) stamp(by store.Asker) store.WorkStamp {
	p.tb.Helper()
	stamp, err := p.WorkStamp(p.tb.Context(), by, store.WorkFilter{})
	if err != nil {
		p.tb.Fatal(err)
	}
	return stamp
}

func TestOnlyFinishedWorkIsCompared(t *testing.T) {
	t.Parallel()
	p := newApart(t)
	p.put(p.ana, annotate.Annotation{Kind: annotate.Claim, Fragments: p.fragments(p.article, "it was not")})
	for _, step := range []func(){func() {}, func() { p.finish(p.ben) }} {
		step()
		if found := p.compared(p.rita, store.WorkFilter{}); len(found) != 0 || p.stamp(p.rita).Articles != 0 {
			t.Errorf("compared is %+v", found)
		}
	}
	p.finish(p.ana)
	found := p.compared(p.rita, store.WorkFilter{})
	if len(found) != 1 || found[0].Article.Headline != "Harbour dues" || found[0].Revision.Text != p.texts[p.article] {
		t.Fatalf("compared is %+v", found)
	}
	kinds := map[annotate.ID][]string{}
	for _, w := range found[0].Works {
		for _, a := range w.Annotations {
			kinds[w.Analyst] = append(kinds[w.Analyst], a.Kind)
		}
	}
	if !slices.Equal(kinds[p.ana.User.ID], []string{annotate.Claim}) || !slices.Equal(kinds[p.ben.User.ID], []string{annotate.Speaker, annotate.Claim}) {
		t.Errorf("they have tagged %v", kinds)
	}
	people, err := p.Finishers(t.Context(), p.rita, store.WorkFilter{})
	if err != nil || len(people) != 2 || people[0].Name != "Ana Ruiz" || people[1].ID != p.ben.User.ID {
		t.Errorf("those who finished are %+v, %v", people, err)
	}
	if err := p.move(p.mara, p.ana, annotate.Returned); err != nil {
		t.Fatal(err)
	}
	if found := p.compared(p.rita, store.WorkFilter{}); len(found) != 0 {
		t.Errorf("returned work is compared: %+v", found)
	}
}

func TestAnalystsCompareWhatTheyHaveFinished(t *testing.T) {
	t.Parallel()
	p := newApart(t)
	p.finish(p.ana)
	p.finish(p.ben)
	carl := p.member("Carl Voss", annotate.Analyst)
	if found := p.compared(p.ana, store.WorkFilter{}); len(found) != 1 {
		t.Errorf("Ana compares %d articles, want hers", len(found))
	}
	p.assign(p.article, carl)
	if found := p.compared(carl, store.WorkFilter{}); len(found) != 0 || p.stamp(carl).Articles != 0 {
		t.Errorf("Carl compares %d articles before he has finished any", len(found))
	}
	if people, err := p.Finishers(t.Context(), carl, store.WorkFilter{}); err != nil || len(people) != 0 {
		t.Errorf("Carl learns who has finished: %+v, %v", people, err)
	}
	p.finish(carl)
	if found := p.compared(carl, store.WorkFilter{Analysts: []annotate.ID{p.ana.User.ID, p.ben.User.ID}}); len(found) != 1 || len(found[0].Works) != 2 {
		t.Errorf("Carl compares Ana and Ben on %+v", found)
	}
	none := func(annotate.WorkedArticle) bool { return true }
	if err := p.Compare(t.Context(), p.vera, store.WorkFilter{}, none); !errors.Is(err, annotate.ErrForbidden) {
		t.Errorf("who only reads compares: %v", err)
	}
	if _, err := p.WorkStamp(t.Context(), p.vera, store.WorkFilter{}); !errors.Is(err, annotate.ErrForbidden) {
		t.Errorf("who only reads learns how much there is: %v", err)
	}
}

func TestAStampOfWorkChangesWithIt(t *testing.T) {
	t.Parallel()
	p := newApart(t)
	p.finish(p.ana)
	p.finish(p.ben)
	seen := []store.WorkStamp{p.stamp(p.rita)}
	if again := p.stamp(p.rita); again != seen[0] {
		t.Errorf("nothing has changed, and the stamp is %+v after %+v", again, seen[0])
	}
	note := func(what string) {
		t.Helper()
		now := p.stamp(p.rita)
		if slices.Contains(seen, now) {
			t.Errorf("%s leaves the stamp as it was", what)
		}
		seen = append(seen, now)
	}
	p.entity(annotate.Person, "Ida Falk")
	note("a new entity")
	if err := p.move(p.mara, p.ben, annotate.Returned); err != nil {
		t.Fatal(err)
	}
	note("work taken back")
	p.put(p.ben, annotate.Annotation{Kind: annotate.Claim, Fragments: p.fragments(p.article, "it was not")})
	p.finish(p.ben)
	note("new work")
}

func TestManyArticlesAreComparedInOrder(t *testing.T) {
	t.Parallel()
	p := newApart(t)
	const many = 40 // more than are read at a time
	want := []annotate.ID{p.article}
	p.finish(p.ana)
	p.finish(p.ben)
	for range many {
		p.article = p.newsroom.article("", "Ida Falk said it.")
		p.assign(p.article, p.ana, p.ben)
		p.finish(p.ana)
		p.finish(p.ben)
		want = append(want, p.article)
	}
	var got []annotate.ID
	for _, a := range p.compared(p.mara, store.WorkFilter{}) {
		got = append(got, a.Article.ID)
	}
	if !slices.Equal(got, want) {
		t.Errorf("compared are %d articles, want %d in the order of their ids", len(got), len(want))
	}
	got = nil
	for _, a := range p.compared(p.mara, store.WorkFilter{After: want[many-2]}) {
		got = append(got, a.Article.ID)
	}
	if !slices.Equal(got, want[many-1:]) {
		t.Errorf("after the last but two come %v", got)
	}
	n := 0
	if err := p.Compare(t.Context(), p.mara, store.WorkFilter{}, func(annotate.WorkedArticle) bool { n++; return n < 3 }); err != nil || n != 3 {
		t.Errorf("%d articles were read until it was enough, %v", n, err)
	}
}

// Whoever did nothing has done so, and that counts.
func TestMergedEntitiesAreComparedAsOne(t *testing.T) {
	t.Parallel()
	p := newApart(t)
	other := p.entity(annotate.Person, "T. Renn")
	p.put(p.ana, annotate.Annotation{Kind: annotate.Speaker, Fragments: p.fragments(p.article, "Tobias Renn"), Entity: other})
	p.finish(p.ana)
	p.finish(p.ben)
	p.merge(other, p.renn)
	for _, w := range p.compared(p.rita, store.WorkFilter{})[0].Works {
		for _, a := range w.Annotations {
			if a.Kind == annotate.Speaker && a.Entity != p.renn {
				t.Errorf("a speaker stands for %s, want what that was merged into", a.Entity)
			}
		}
	}
}
