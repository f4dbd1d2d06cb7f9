package store_test

import (
	"fmt"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

func TestWordsAreFoundInAllArticlesPageByPage(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	var want []string
	for i := range 40 { // more than are read at once
		n.article(fmt.Sprintf("Ferry %d", i), fmt.Sprintf("Ferry %d\nRenn said that RENN, and not Rennie, was “Rénn” %s.", i, strings.Repeat("👨🏻‍🚒", i%3)))
		want = append([]string{
			fmt.Sprintf("Ferry %d Renn", i), fmt.Sprintf("Ferry %d RENN", i), fmt.Sprintf("Ferry %d Rénn", i),
		}, want...)
	}
	other := n.newProject("other")
	if _, err := n.AddArticle(t.Context(), other, annotate.Article{Headline: "Elsewhere", CreatedBy: n.ana}, "Renn", n.later()); err != nil {
		t.Fatal(err)
	}
	for _, limit := range []int{1, 7, 200} {
		var got []string
		for q := (store.TextQuery{Query: "renn", WholeWords: true, Limit: limit}); ; {
			page, err := n.FindText(t.Context(), in(n.project), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, hit := range page.Items {
				got = append(got, hit.Article.Headline+" "+hit.Fragment.Exact)
			}
			if len(page.Items) > limit {
				t.Fatalf("a page of %d has %d", limit, len(page.Items))
			}
			if page.Next == "" {
				break
			}
			q.Cursor = page.Next
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%d at a time: got %d hits %q, want %d %q", limit, len(got), got, len(want), want)
		}
	}
}

func TestAHitSaysWhereItStandsAndWhatIsTaggedThere(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("Ferry", "Ferry\nThe envoy 👨🏻‍🚒 Tobias Renn said so.")
	n.mention(article, annotate.Speaker, "Tobias Renn", "")
	n.mention(article, annotate.Speaker, "The envoy 👨🏻‍🚒 Tobias Renn", "")
	page, err := n.FindText(t.Context(), in(n.project), store.TextQuery{Query: "tobias  renn"})
	if err != nil || len(page.Items) != 1 {
		t.Fatalf("got %+v, %v", page, err)
	}
	hit := page.Items[0]
	if f := n.fragments(article, "Tobias Renn")[0]; hit.Fragment != f {
		t.Errorf("got %+v, want %+v", hit.Fragment, f)
	}
	if hit.Article.ID != article || hit.Article.Headline != "Ferry" || hit.Before != "Ferry\nThe envoy 👨🏻‍🚒 " || hit.After != " said so." {
		t.Errorf("got %+v", hit)
	}
	if len(hit.Kinds) != 1 || hit.Kinds[0] != annotate.Speaker {
		t.Errorf("it is tagged as %v, want one speaker", hit.Kinds)
	}
}

func TestASearchForNothingIsRefused(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	for name, q := range map[string]store.TextQuery{
		"white space": {Query: " \n"}, "too long": {Query: strings.Repeat("x", 501)}, "a made-up cursor": {Query: "x", Cursor: "AAAA"},
	} {
		if _, err := n.FindText(t.Context(), in(n.project), q); !isInvalid(err) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func isInvalid(err error) bool {
	_, ok := err.(annotate.Invalid) //nolint:errorlint // comes straight from the domain
	return ok
}
