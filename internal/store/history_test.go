package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

const bridgeText = "Bridge plan\n\n“It is safe,” Ana Berg said, according to a recording heard by the Tide. Lena Holm disagreed: “It is not.” Nobody else was asked."

// storied is a newsroom with an article that much has happened to: what was
// read of it at the end of each change set's time, by its number.
type storied struct {
	*newsroom
	article             annotate.ID
	claim, second       annotate.ID
	speaker, tape, tide annotate.ID
	moments             []annotate.AnnotatedArticle
}

func newStoried(t *testing.T) *storied {
	t.Helper()
	n := newNewsroom(t)
	s := &storied{newsroom: n, article: n.article("", bridgeText)}
	s.remember()
	for _, step := range []func(){
		func() { s.claim = n.claim(s.article, "It is safe") },
		func() {
			s.speaker = n.mention(s.article, annotate.Speaker, "Ana Berg", n.entity(annotate.Person, "Ana Berg"))
		},
		func() { n.link(s.article, s.claim, annotate.RoleSpeaker, s.speaker) },
		func() { n.decide(s.claim, n.ben, annotate.Approve, "") },
		func() { s.tape = n.mention(s.article, annotate.Source, "a recording", "") },
		func() { n.link(s.article, s.claim, annotate.RoleSource, s.tape) },
		func() { s.comment(s.claim, "Which recording?") },
		func() { s.second = n.claim(s.article, "It is not") },
		func() { n.decide(s.second, n.ben, annotate.Dispute, "Who says so?") },
		func() { s.tide = n.mention(s.article, annotate.Source, "the Tide", "") },
		func() { n.link(s.article, s.tape, annotate.RoleVia, s.tide) }, // touches the claim
		func() { n.decide(s.claim, n.mara, annotate.Reject, "No.") },
		func() {
			s.put(s.claim, n.ben, func(a *annotate.Annotation) { a.Attributes = annotate.Attributes{"quotation": "direct"} })
		},
		func() { s.delete(s.speaker) },
		func() { s.delete(s.second) },
		func() {
			s.put(s.claim, n.mara, func(a *annotate.Annotation) { a.Fragments = n.fragments(s.article, "safe") })
		},
		func() { n.claim(s.article, "Nobody else was asked") },
	} {
		step()
		s.remember()
	}
	return s
}

// remember takes note of what is there, in the place of what was noted of the
// same change set before.
func (s *storied) remember() {
	s.tb.Helper()
	doc, _, err := s.AnnotatedArticle(s.tb.Context(), in(s.project), s.article, store.Shared)
	if err != nil {
		s.tb.Fatal(err)
	}
	for i := range doc.Annotations {
		doc.Annotations[i].Edited = 0 // not told of the past
	}
	s.moments = append(s.moments[:doc.Seq], doc)
}

func (s *storied) now(id annotate.ID) annotate.Annotation {
	s.tb.Helper()
	doc, _, err := s.AnnotatedArticle(s.tb.Context(), in(s.project), s.article, store.Shared)
	if err != nil {
		s.tb.Fatal(err)
	}
	for _, a := range doc.Annotations {
		if a.ID == id {
			return a
		}
	}
	return annotate.Annotation{}
}

func (s *storied) put(id, by annotate.ID, change func(*annotate.Annotation)) {
	s.tb.Helper()
	a := s.now(id)
	change(&a)
	s.change(s.article, by, putAnnotation(a))
}

func (s *storied) delete(id annotate.ID) {
	s.tb.Helper()
	s.change(s.article, s.ben, deleteAnnotation(id, s.now(id).Version))
}

func (s *storied) comment(claim annotate.ID, body string) {
	s.tb.Helper()
	if _, err := s.AddComment(s.tb.Context(), in(s.project), annotate.Comment{Claim: claim, Author: s.mara, Body: body, CreatedAt: s.later()}); err != nil {
		s.tb.Fatal(err)
	}
}

func (s *storied) asOf(seq int64) store.Past {
	s.tb.Helper()
	p, err := s.AsOf(s.tb.Context(), in(s.project), s.article, store.Shared, seq)
	if err != nil {
		s.tb.Fatal(err)
	}
	return p
}

func TestAnArticleIsReadAsOfEachOfItsChangeSets(t *testing.T) {
	t.Parallel()
	s := newStoried(t)
	newest := int64(len(s.moments) - 1)
	for seq, want := range s.moments {
		got := s.asOf(int64(seq))
		for i := range got.Annotations {
			got.Annotations[i].Edited = 0
		}
		if got.Newest != newest || got.Base != 0 {
			t.Errorf("%d: the history goes from %d to %d, want 0 to %d", seq, got.Base, got.Newest, newest)
		}
		if diff := cmp.Diff(want, got.AnnotatedArticle, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("as of %d (- was, + is read):\n%s", seq, diff)
		}
	}
}

func TestThereIsNoPastOutsideTheLog(t *testing.T) {
	t.Parallel()
	s := newStoried(t)
	for _, seq := range []int64{-1, int64(len(s.moments))} {
		_, err := s.AsOf(t.Context(), in(s.project), s.article, store.Shared, seq)
		if bad, ok := errors.AsType[annotate.Invalid](err); !ok || !strings.Contains(bad["seq"], fmt.Sprintf("0 to %d", len(s.moments)-1)) {
			t.Errorf("as of %d: %v", seq, err)
		}
	}
	if _, err := s.AsOf(t.Context(), in(s.newProject("other")), s.article, store.Shared, 1); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("of another project: %v", err)
	}
}

func TestAnImportedArticleHasAPastFromItsImportOn(t *testing.T) {
	t.Parallel()
	s := newStoried(t)
	c := s.export(store.ExportFilter{})
	to := newNewsroom(t)
	to.mustImport(to.project, c)
	s.newsroom, s.project = to, to.project
	imported := s.moments[len(s.moments)-1].Seq
	a := s.now(s.claim)
	a.Attributes = annotate.Attributes{}
	to.change(s.article, to.ana, putAnnotation(a))
	p := s.asOf(imported)
	if p.Base != imported-1 || p.Newest != imported+1 {
		t.Errorf("the history goes from %d to %d, want %d to %d", p.Base, p.Newest, imported-1, imported+1)
	}
	for _, got := range p.Annotations {
		if got.ID == s.claim && (got.Attributes["quotation"] != "direct" || got.Version != a.Version || got.UpdatedBy != a.UpdatedBy) {
			t.Errorf("the claim as imported was %+v, and was %+v", got, a)
		}
	}
	if before := s.asOf(imported - 1); len(before.Annotations)+len(before.Links)+len(before.Reviews)+len(before.Comments) > 0 {
		t.Errorf("before its import the article had %+v", before)
	}
}

func TestRestoringIsAChangeSetLikeAnyOther(t *testing.T) {
	t.Parallel()
	s := newStoried(t)
	const seq = 7
	r, err := s.Restoration(t.Context(), in(s.project), s.article, store.Shared, seq, "")
	if err != nil || r.Seen != int64(len(s.moments)-1) || len(r.Deeds) != len(r.Operations) {
		t.Fatalf("seen at %d, %d operations do %d things: %v", r.Seen, len(r.Operations), len(r.Deeds), err)
	}
	done := s.change(s.article, s.mara, r.Operations...)
	mustSayTheSame(t, s.asOf(done.Seq).AnnotatedArticle, s.moments[seq])
	undone := s.change(s.article, s.mara, done.Inverse...)
	mustSayTheSame(t, s.asOf(undone.Seq).AnnotatedArticle, s.moments[len(s.moments)-1])
	if again, err := s.Restoration(t.Context(), in(s.project), s.article, store.Shared, undone.Seq, ""); err != nil || len(again.Operations) > 0 {
		t.Errorf("there is %+v to restore of what is there: %v", again.Operations, err)
	}
}

func TestRestoringTakesNobodysLaterChange(t *testing.T) {
	t.Parallel()
	s := newStoried(t)
	r, err := s.Restoration(t.Context(), in(s.project), s.article, store.Shared, 7, "")
	if err != nil {
		t.Fatal(err)
	}
	s.put(s.claim, s.ben, func(a *annotate.Annotation) { a.Attributes = annotate.Attributes{"quotation": "mixed"} })
	_, err = s.Append(t.Context(), s.project, s.article, store.Shared, annotate.ChangeSet{ID: store.NewID(), Author: s.mara, At: s.later(), Operations: r.Operations})
	conflict, ok := errors.AsType[annotate.Conflict](err)
	if !ok || len(conflict) != 1 || conflict[0].Annotation == nil || conflict[0].Annotation.ID != s.claim {
		t.Errorf("got %v, want a conflict about the claim", err)
	}
}

func TestRestoringIsRefusedToWhoeverHasNotSeenTheNewest(t *testing.T) {
	t.Parallel()
	s := newStoried(t)
	newest := int64(len(s.moments) - 1)
	wish := store.Restoring{Asker: by(s.project, s.mara), Article: s.article, Hand: store.Shared, Seq: 7, Seen: newest - 1, ID: store.NewID(), At: s.later()}
	if _, err := s.Restore(t.Context(), wish); !errors.As(err, new(annotate.Conflict)) {
		t.Errorf("got %v, want a conflict", err)
	}
	wish.Seen = newest
	done, err := s.Restore(t.Context(), wish)
	if err != nil || done.Seq != newest+1 {
		t.Fatalf("restored as %d: %v", done.Seq, err)
	}
	mustSayTheSame(t, s.asOf(done.Seq).AnnotatedArticle, s.moments[7])
	wish.ID, wish.Seen, wish.Seq = store.NewID(), done.Seq, 7
	if _, err := s.Restore(t.Context(), wish); !errors.As(err, new(annotate.Invalid)) {
		t.Errorf("got %v where there is nothing to restore", err)
	}
}

func TestOneClaimIsRestoredAlone(t *testing.T) {
	t.Parallel()
	s := newStoried(t)
	r, err := s.Restoration(t.Context(), in(s.project), s.article, store.Shared, 7, s.claim)
	if err != nil {
		t.Fatal(err)
	}
	s.change(s.article, s.mara, r.Operations...)
	claim, speaker := s.now(s.claim), s.now(s.speaker)
	if len(claim.Attributes) > 0 || len(claim.Fragments) != 1 || claim.Fragments[0] != (annotate.Fragment{Start: 14, End: 24}) {
		t.Errorf("the claim is %+v", claim)
	}
	if speaker.ID == "" || s.now(s.second).ID != "" {
		t.Errorf("its speaker is %+v; the other claim stays deleted", speaker)
	}
	if _, err := s.Restoration(t.Context(), in(s.project), s.article, store.Shared, 7, store.NewID()); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("of no claim: %v", err)
	}
}

func TestTheLogIsReadBackwardsInPages(t *testing.T) {
	t.Parallel()
	s := newStoried(t)
	newest := int64(len(s.moments) - 1)
	want, before := newest, int64(0)
	for want > 0 {
		l, err := s.LogBefore(t.Context(), in(s.project), s.article, store.Shared, before, 5)
		if err != nil || len(l.Entries) == 0 || l.Newest != newest {
			t.Fatalf("before %d: %d entries of %d: %v", before, len(l.Entries), l.Newest, err)
		}
		for _, e := range l.Entries {
			if e.Seq != want || e.Author == "" || e.CreatedAt.IsZero() {
				t.Fatalf("entry %+v, want number %d", e, want)
			}
			want--
		}
		before = want + 1
	}
	if l, err := s.LogBefore(t.Context(), in(s.project), s.article, store.Shared, 1, 5); err != nil || len(l.Entries) > 0 {
		t.Errorf("before the first there is %+v: %v", l.Entries, err)
	}
	if _, err := s.LogBefore(t.Context(), in(s.newProject("other")), s.article, store.Shared, 0, 5); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("of another project: %v", err)
	}
}

func TestTheLogComesWithTheNamesInIt(t *testing.T) {
	t.Parallel()
	s := newStoried(t)
	l, err := s.LogBefore(t.Context(), in(s.project), s.article, store.Shared, 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Annotations[s.speaker]; !got.Deleted || got.Kind != annotate.Speaker {
		t.Errorf("the speaker, whom a link led to, is %+v", got)
	}
	people, entities := map[string]bool{}, map[string]bool{}
	for _, p := range l.Names.People {
		people[p.Name] = true
	}
	for _, e := range l.Names.Entities {
		entities[e.Name] = true
	}
	if !people["Ana Ruiz"] || !people["Ben Okafor"] || !people["Mara Lind"] || !entities["Ana Berg"] {
		t.Errorf("got the names %v and %v", people, entities)
	}
}

func TestAClaimHasALogOfItsOwn(t *testing.T) {
	t.Parallel()
	s := newStoried(t)
	seqs := func(claim annotate.ID, before int64, limit int) (found []int64) {
		l, err := s.ClaimLog(t.Context(), in(s.project), claim, before, limit)
		if err != nil {
			t.Fatal(err)
		}
		if l.Article != s.article || !l.Attribution[claim] {
			t.Errorf("the log is of %s, about %v", l.Article, l.Attribution)
		}
		for _, e := range l.Entries {
			found = append(found, e.Seq)
		}
		return found
	}
	// Tagged, linked twice, touched by the chain, coded, left by its speaker,
	// and moved.
	if got, want := seqs(s.claim, 0, 100), []int64{12, 10, 9, 8, 5, 3, 1}; !cmp.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := seqs(s.claim, 9, 2), []int64{8, 5}; !cmp.Equal(got, want) {
		t.Errorf("a page of it: got %v, want %v", got, want)
	}
	if got := seqs(s.second, 0, 100); len(got) != 2 {
		t.Errorf("of a deleted claim: got %v", got)
	}
	if _, err := s.ClaimLog(t.Context(), in(s.project), s.tape, 0, 10); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("of a source: %v", err)
	}
	if _, err := s.ClaimLog(t.Context(), in(s.newProject("other")), s.claim, 0, 10); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("of another project: %v", err)
	}
}

func TestClaimsThatHaveBeenDeletedAreListed(t *testing.T) {
	t.Parallel()
	s := newStoried(t)
	deleted := func(project annotate.ID, limit int) (found []annotate.ID) {
		claims, err := s.DeletedClaims(t.Context(), in(project), s.article, store.Shared, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range claims {
			found = append(found, c.ID)
			if c.UpdatedBy != s.ben || len(c.Fragments) == 0 {
				t.Errorf("it is told as %+v", c)
			}
		}
		return found
	}
	if got := deleted(s.project, 9); !cmp.Equal(got, []annotate.ID{s.second}) {
		t.Errorf("got %v: the deleted speaker is no claim", got)
	}
	s.delete(s.claim)
	if got := deleted(s.project, 9); !cmp.Equal(got, []annotate.ID{s.claim, s.second}) {
		t.Errorf("got %v, want the last first", got)
	}
	if got := deleted(s.project, 1); !cmp.Equal(got, []annotate.ID{s.claim}) {
		t.Errorf("at most one: got %v", got)
	}
	if got := deleted(s.newProject("other"), 9); len(got) > 0 {
		t.Errorf("of another project: %v", got)
	}
}

// mustSayTheSame compares what two articles say, whatever their versions.
func mustSayTheSame(t *testing.T, got, want annotate.AnnotatedArticle) {
	t.Helper()
	operations := annotate.Restore(annotate.NewSnapshot(got.Annotations, got.Links), annotate.NewSnapshot(want.Annotations, want.Links))
	if len(operations) > 0 {
		t.Errorf("number %d differs from %d by %+v", got.Seq, want.Seq, annotate.Records(operations))
	}
}
