package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

func TestTheOpeningIsWhatBeginsThere(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("Ferry", "Ferry back by spring, said Ana Ruiz. The ramp was tested twice.")
	late := n.claim(article, "The ramp was tested")
	said := n.tag(article, n.ana, annotate.Annotation{Kind: annotate.Cue, Fragments: n.fragments(article, "said")})
	split := n.claim(article, "Ferry back", "twice")
	gone := n.claim(article, "by spring")
	n.change(article, n.ana, annotate.Operation{Op: annotate.Delete, Annotation: &annotate.Annotation{ID: gone, Version: 1}})
	n.tag(n.article("Elsewhere", "Elsewhere nothing sailed."), n.ana, annotate.Annotation{Kind: annotate.Cue, Fragments: []annotate.Fragment{{Start: 0, End: 9}}})

	doc, _, err := n.AnnotatedArticle(t.Context(), in(n.project), article, store.Shared)
	if err != nil {
		t.Fatal(err)
	}
	begins := n.fragments(article, "The ramp was tested")[0].Start
	for end, want := range map[int][]annotate.ID{0: {}, 1: {split}, begins: {split, said}, begins + 1: {split, said, late}} {
		opening, err := n.Opening(t.Context(), in(n.project), article, store.Shared, end)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]annotate.ID, len(opening))
		for i, a := range opening {
			got[i] = a.ID
			for _, whole := range doc.Annotations {
				if whole.ID == a.ID && !cmp.Equal(a, whole) {
					t.Errorf("the opening has %+v, the article %+v", a, whole)
				}
			}
		}
		if !cmp.Equal(got, want) {
			t.Errorf("before %d: got %v, want %v", end, got, want)
		}
	}
}
