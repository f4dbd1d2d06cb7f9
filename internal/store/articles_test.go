package store_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/internal/store/storetest"
)

// archive is a project with an analyst in it, and one of a stranger's.
type archive struct {
	*store.Store
	project, other annotate.ID
	analyst        annotate.ID
}

var noon = time.Date(2026, time.November, 23, 12, 0, 0, 123456000, time.UTC)

func newArchive(t *testing.T) archive {
	t.Helper()
	s := storetest.New(t)
	u, err := s.AddUser(t.Context(), store.NewUser{Email: "ana@example.org", Name: "Ana", Password: "correct horse", At: noon})
	if err != nil {
		t.Fatal(err)
	}
	a := archive{Store: s, analyst: u.ID}
	for slug, id := range map[string]*annotate.ID{"peace-plan": &a.project, "elsewhere": &a.other} {
		p, err := s.AddProject(t.Context(), store.NewProject{Slug: slug, Name: slug, Creator: u.ID, At: noon})
		if err != nil {
			t.Fatal(err)
		}
		*id = p.ID
	}
	return a
}

func (a archive) add(t *testing.T, article annotate.Article, text string, at time.Time) annotate.Article {
	t.Helper()
	article.CreatedBy = a.analyst
	doc, err := a.AddArticle(t.Context(), a.project, article, text, at)
	if err != nil {
		t.Fatal(err)
	}
	return doc.Article
}

// tag puts claims on an article, and nothing else.
func (a archive) tag(t *testing.T, article annotate.ID, claims ...annotate.Annotation) {
	t.Helper()
	var ops []annotate.Operation
	for _, c := range claims {
		ops = append(ops, annotate.Operation{Op: annotate.Put, Annotation: &c})
	}
	cs := annotate.ChangeSet{ID: store.NewID(), Author: a.analyst, At: noon, Operations: ops}
	if _, err := a.Append(t.Context(), a.project, article, store.Shared, cs); err != nil {
		t.Fatal(err)
	}
}

func claimAt(start, end int) annotate.Annotation {
	return annotate.Annotation{ID: store.NewID(), Kind: annotate.Claim, Fragments: []annotate.Fragment{{Start: start, End: end}}}
}

func headlines(articles []annotate.ListedArticle) []string {
	list := []string{}
	for _, a := range articles {
		list = append(list, a.Headline)
	}
	return list
}

func (a archive) list(t *testing.T, f store.ArticleFilter) []string {
	t.Helper()
	page, err := a.Articles(t.Context(), in(a.project), f)
	if err != nil {
		t.Fatal(err)
	}
	return headlines(page.Items)
}

var fullMetadata = annotate.Metadata{
	URL: "https://example.org/plan", Publisher: "The Daily Record", Author: "J. Doe",
	DatePublished: "2026-11-23T08:15:00Z", DatePublishedOrigin: "page", InLanguage: "pt-BR",
}

func TestAnArticleIsReadBackAsItWasAdded(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	received := "\ufeffPlan “agreed”\r\n\r\n- Yes, said Müller 🙂.\rThe\x00 end.\n"
	kept := "Plan “agreed”\n\n- Yes, said Müller 🙂.\nThe end.\n"
	added, err := a.AddArticle(t.Context(), a.project, annotate.Article{Metadata: fullMetadata, CreatedBy: a.analyst}, received, noon)
	if err != nil {
		t.Fatal(err)
	}
	article, revision, err := a.Article(t.Context(), a.project, added.Article.ID)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(kept))
	wantArticle := annotate.Article{
		ID: added.Article.ID, Headline: "Plan “agreed”", Metadata: fullMetadata, CreatedBy: a.analyst, CreatedAt: noon,
	}
	wantRevision := annotate.Revision{
		ID: added.Revision.ID, Article: added.Article.ID, Number: 1, Text: kept, SHA256: sum[:],
		Normalisations: []annotate.Normalisation{annotate.NUL, annotate.BOM, annotate.CRLF, annotate.CR},
		Blocks: []annotate.Block{
			{Type: annotate.Heading, Start: 0, End: 13},
			{Type: annotate.ListItem, Start: 15, End: 36},
			{Type: annotate.Paragraph, Start: 37, End: 45},
		},
		CreatedAt: noon,
	}
	for what, diff := range map[string]string{
		"article read":   cmp.Diff(wantArticle, article),
		"revision read":  cmp.Diff(wantRevision, revision),
		"article added":  cmp.Diff(wantArticle, added.Article),
		"revision added": cmp.Diff(wantRevision, added.Revision),
	} {
		if diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	page, err := a.Articles(t.Context(), in(a.project), store.ArticleFilter{})
	if diff := cmp.Diff([]annotate.ListedArticle{{Article: wantArticle, AddedBy: "Ana"}}, page.Items); err != nil || diff != "" {
		t.Errorf("listed: %v (-want +got):\n%s", err, diff)
	}
	doc, _, err := a.AnnotatedArticle(t.Context(), in(a.project), added.Article.ID, store.Shared)
	if err != nil || len(doc.Annotations) != 0 || doc.Seq != 0 || doc.Revision.ID != revision.ID {
		t.Errorf("its annotation set is %+v (%v), want an empty one of this revision", doc, err)
	}
}

func TestAHeadlineIsNoPartOfTheText(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	added, err := a.AddArticle(t.Context(), a.project, annotate.Article{Headline: "Given", CreatedBy: a.analyst}, "  First line\nSecond", noon)
	if err != nil {
		t.Fatal(err)
	}
	if added.Article.Headline != "Given" || added.Revision.Text != "  First line\nSecond" {
		t.Errorf("headline %q, text %q, want both as they were given", added.Article.Headline, added.Revision.Text)
	}
}

func TestBadArticlesAreRefusedWholeAndLeaveNothing(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	tests := map[string]struct {
		article annotate.Article
		text    string
		fields  []string
	}{
		"no text":             {text: " \n\t", fields: []string{"text"}},
		"not UTF-8":           {text: "caf\xe9", fields: []string{"text"}},
		"metadata and text":   {article: annotate.Article{Metadata: annotate.Metadata{URL: "ftp://x", DatePublished: "2026-13"}}, fields: []string{"datePublished", "text", "url"}},
		"language":            {article: annotate.Article{Metadata: annotate.Metadata{InLanguage: "english!"}}, text: "x", fields: []string{"inLanguage"}},
		"overlong headline":   {article: annotate.Article{Headline: strings.Repeat("é", 501)}, text: "x", fields: []string{"headline"}},
		"date without origin": {article: annotate.Article{Metadata: annotate.Metadata{DatePublishedOrigin: "page"}}, text: "x", fields: []string{"datePublishedOrigin"}},
	}
	for name, test := range tests {
		test.article.CreatedBy = a.analyst
		good := store.NewArticle{Article: annotate.Article{CreatedBy: a.analyst}, Text: "Good"}
		_, err := a.AddArticles(t.Context(), a.project, []store.NewArticle{good, {Article: test.article, Text: test.text}}, noon)
		bad, ok := errors.AsType[annotate.Invalid](err)
		fields := []string{}
		for field := range bad {
			fields = append(fields, field)
		}
		slices.Sort(fields)
		if !ok || !slices.Equal(fields, test.fields) {
			t.Errorf("%s: got %v, want complaints about %v", name, err, test.fields)
		}
	}
	_, err := a.AddArticle(t.Context(), a.project, annotate.Article{CreatedBy: a.analyst}, strings.Repeat("x", annotate.MaxText+1), noon)
	if !errors.Is(err, annotate.ErrTooLarge) {
		t.Errorf("a text over the limit: %v, want ErrTooLarge", err)
	}
	if left := a.list(t, store.ArticleFilter{}); len(left) != 0 {
		t.Errorf("refusals left %q", left)
	}
}

func TestTheLongestTextIsKept(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	// Words of four-byte letters fill the search index as fast as any can.
	var b strings.Builder
	for i := rune(0); b.Len() < annotate.MaxText-16; i++ {
		b.WriteString(string([]rune{0x10400 + i%40, 0x10400 + i/40%40, 0x10400 + i/1600%40}) + " ")
	}
	article := a.add(t, annotate.Article{Headline: "Long"}, b.String(), noon)
	_, revision, err := a.Article(t.Context(), a.project, article.ID)
	if err != nil || revision.Text != b.String() {
		t.Errorf("a text of %d bytes came back as %d (%v)", b.Len(), len(revision.Text), err)
	}
}

func TestMetadataChangesAndTheTextStays(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	article := a.add(t, annotate.Article{Metadata: fullMetadata}, "Old headline\n\nBody", noon)
	later := noon.Add(time.Hour)
	want := article
	want.Headline, want.Metadata = "New Überschrift", annotate.Metadata{Publisher: "Other", DatePublished: "2026", DatePublishedOrigin: "analyst"}
	got, err := a.UpdateArticle(t.Context(), a.project, article.ID, later, func(x *annotate.Article) error {
		if !cmp.Equal(*x, article) {
			t.Errorf("the change saw %+v, want %+v", *x, article)
		}
		x.Headline, x.Metadata = want.Headline, want.Metadata
		x.ID, x.CreatedBy, x.CreatedAt = "", "", later // are not its to change
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	read, revision, err := a.Article(t.Context(), a.project, article.ID)
	if err != nil || !cmp.Equal(got, want) || !cmp.Equal(read, want) || revision.Text != "Old headline\n\nBody" {
		t.Errorf("changed to %+v, read %+v with %q (%v), want %+v", got, read, revision.Text, err, want)
	}
	if found := a.list(t, store.ArticleFilter{Query: "uberschrift old"}); len(found) != 1 {
		t.Errorf("a word of the new headline and one of the text find %q, want the article", found)
	}
	stamp, err := a.Stamp(t.Context(), in(a.project), article.ID, store.Shared)
	if err != nil || !stamp.Updated.Equal(later) {
		t.Errorf("updated at %v (%v), want %v", stamp.Updated, err, later)
	}
}

func TestARefusedChangeOfMetadataLeavesNothing(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	article := a.add(t, annotate.Article{Metadata: fullMetadata}, "Text", noon)
	own := errors.New("own")
	for name, change := range map[string]func(*annotate.Article) error{
		"by the rules":      func(x *annotate.Article) error { x.Publisher, x.URL = "Other", "nowhere"; return nil },
		"by whoever asked":  func(x *annotate.Article) error { x.Publisher = "Other"; return own },
		"without headline":  func(x *annotate.Article) error { x.Publisher, x.Headline = "Other", " "; return nil },
		"with half a date":  func(x *annotate.Article) error { x.Publisher, x.DatePublished = "Other", "2026-1"; return nil },
		"an origin no date": func(x *annotate.Article) error { x.Publisher, x.DatePublished = "Other", ""; return nil },
	} {
		_, err := a.UpdateArticle(t.Context(), a.project, article.ID, noon, change)
		_, invalid := errors.AsType[annotate.Invalid](err)
		if !invalid && !errors.Is(err, own) {
			t.Errorf("refused %s: %v", name, err)
		}
	}
	if read, _, err := a.Article(t.Context(), a.project, article.ID); err != nil || !cmp.Equal(read, article) {
		t.Errorf("left %+v (%v), want %+v", read, err, article)
	}
}

func TestAnArticleIsDeletedWithAllThatHangsOnIt(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	article := a.add(t, annotate.Article{}, "To be deleted", noon)
	kept := a.add(t, annotate.Article{}, "To be kept", noon)
	claim := claimAt(0, 2)
	a.tag(t, article.ID, claim)
	if _, err := a.AddComment(t.Context(), in(a.project), annotate.Comment{Claim: claim.ID, Author: a.analyst, Body: "Hm.", CreatedAt: noon}); err != nil {
		t.Fatal(err)
	}
	if err := a.DeleteArticle(t.Context(), a.project, article.ID); err != nil {
		t.Fatal(err)
	}
	_, _, err := a.Article(t.Context(), a.project, article.ID)
	if !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("after deletion: %v, want not found", err)
	}
	if err := a.DeleteArticle(t.Context(), a.project, article.ID); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("a second deletion: %v, want not found", err)
	}
	if left := a.list(t, store.ArticleFilter{}); !slices.Equal(left, []string{kept.Headline}) {
		t.Errorf("left %q", left)
	}
}

func TestArticlesOfAnotherProjectAreNotThere(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	article := a.add(t, annotate.Article{}, "Ours", noon)
	_, _, err := a.Article(t.Context(), a.other, article.ID)
	_, updateErr := a.UpdateArticle(t.Context(), a.other, article.ID, noon, func(x *annotate.Article) error { x.Headline = "Theirs"; return nil })
	page, listErr := a.Articles(t.Context(), in(a.other), store.ArticleFilter{})
	searched, searchErr := a.Articles(t.Context(), in(a.other), store.ArticleFilter{Query: "ours"})
	counts, countErr := a.CountArticles(t.Context(), in(a.other))
	for what, err := range map[string]error{"read": err, "update": updateErr, "delete": a.DeleteArticle(t.Context(), a.other, article.ID)} {
		if !errors.Is(err, annotate.ErrNotFound) {
			t.Errorf("%s: %v, want not found", what, err)
		}
	}
	if err := errors.Join(listErr, searchErr, countErr); err != nil || len(page.Items)+len(searched.Items)+counts.All != 0 {
		t.Errorf("listed %v and %v, counted %v (%v), want nothing", page, searched, counts, err)
	}
	if read, _, err := a.Article(t.Context(), a.project, article.ID); err != nil || read.Headline != "Ours" {
		t.Errorf("left %+v (%v)", read, err)
	}
}

func TestPagesOfAListMeetWithoutGapOrOverlap(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	want := []string{}
	for i := range 11 {
		// Three at a time were added at the same moment.
		want = append(want, a.add(t, annotate.Article{}, fmt.Sprintf("Number %d", i), noon.Add(time.Duration(i/3)*time.Second)).Headline)
	}
	slices.Reverse(want) // ids grow, so among equals the later comes first too
	for _, query := range []string{"", "number"} {
		got, f := []string{}, store.ArticleFilter{Query: query, Limit: 2}
		for pages := 0; pages == 0 || f.Cursor != ""; pages++ {
			page, err := a.Articles(t.Context(), in(a.project), f)
			if err != nil {
				t.Fatal(err)
			}
			if len(page.Items) > 2 || pages > 6 {
				t.Fatalf("page %d has %d articles", pages, len(page.Items))
			}
			got, f.Cursor = append(got, headlines(page.Items)...), page.Next
		}
		if !slices.Equal(got, want) {
			t.Errorf("searching %q, page by page %q, want %q", query, got, want)
		}
	}
}

func TestCursorsThatAreNoneAreRefused(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	for _, cursor := range []string{"x", "%", "W10", "WyIxIl0", "WyIyMDI2IiwieCJd", strings.Repeat("A", 5000)} {
		_, err := a.Articles(t.Context(), in(a.project), store.ArticleFilter{Cursor: cursor})
		if bad, ok := errors.AsType[annotate.Invalid](err); !ok || bad["cursor"] == "" {
			t.Errorf("cursor %q: %v, want a complaint about it", cursor, err)
		}
	}
}

func TestArticlesAreFoundByTheirWords(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.add(t, annotate.Article{}, "Zełensky speaks\n\nThe peace plan was naïve, he said; the plan for peace-keeping too.", noon)
	a.add(t, annotate.Article{Headline: "Other headline"}, "Trump's envoy\n\nА Путин сказал: Ёлка. See ndtv.com, 2026 <not a tag>.", noon.Add(time.Second))
	speech, envoy := "Zełensky speaks", "Other headline"
	tests := map[string][]string{
		"zelensky":             {speech},
		"ZELEŃSKY":             {speech},
		"zel":                  {speech}, // the last word may go on
		"zel plan":             {},       // the others may not
		"plan zel":             {speech},
		`"peace plan"`:         {speech},
		`"plan peace"`:         {},
		`"peace pla"`:          {}, // a phrase is meant as it stands
		"peace-keeping":        {speech},
		"plan or envoy":        {envoy, speech},
		"the or":               {}, // or what?
		"said -naive":          {},
		"headline -speaks":     {envoy},
		"other trump":          {envoy}, // a word of the headline, one of the text
		"путин елка":           {envoy},
		"ndtv.com":             {envoy},
		"2026":                 {envoy},
		"tag":                  {envoy},
		"<not a tag>":          {envoy},
		"!!":                   {},
		"' & | :* ( ":          {},
		`"`:                    {},
		"absent":               {},
		strings.Repeat("a", 9): {},
	}
	for query, want := range tests {
		if got := a.list(t, store.ArticleFilter{Query: query}); !slices.Equal(got, want) {
			t.Errorf("%q finds %q, want %q", query, got, want)
		}
	}
	_, err := a.Articles(t.Context(), in(a.project), store.ArticleFilter{Query: strings.Repeat("a", 501)})
	if bad, ok := errors.AsType[annotate.Invalid](err); !ok || bad["q"] == "" {
		t.Errorf("an overlong search: %v, want a complaint about q", err)
	}
}

func TestWhatIsFoundIsShownWithItsWordsMarked(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	a.add(t, annotate.Article{}, "Zełensky & <b>co</b>\n\nOne \x02stray\x03 mark. Then Zelenskiy, or ZEŁENSKY, spoke.", noon)
	page, err := a.Articles(t.Context(), in(a.project), store.ArticleFilter{Query: "zelensky"})
	if err != nil || len(page.Items) != 1 || page.Items[0].Found == nil {
		t.Fatalf("found %+v (%v)", page, err)
	}
	want := annotate.Found{
		Headline: []annotate.Stretch{{Text: "Zełensky", Match: true}, {Text: " & <b>co</b>"}},
		Text:     []annotate.Stretch{{Text: "One stray mark. Then Zelenskiy, or "}, {Text: "ZEŁENSKY", Match: true}, {Text: ", spoke"}},
	}
	if diff := cmp.Diff(want, *page.Items[0].Found); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	page, err = a.Articles(t.Context(), in(a.project), store.ArticleFilter{})
	if err != nil || page.Items[0].Found != nil {
		t.Errorf("without a search, found is %+v (%v), want nil", page.Items[0].Found, err)
	}
}

// What is not among the newest is found by another query.
func TestOldArticlesAreFoundBehindManyNewOnes(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	articles := []store.NewArticle{}
	for i := range 1010 {
		text := fmt.Sprintf("Filler %d", i)
		if i < 3 {
			text = fmt.Sprintf("Needle %d", i)
		}
		articles = append(articles, store.NewArticle{Article: annotate.Article{CreatedBy: a.analyst}, Text: text})
	}
	if _, err := a.AddArticles(t.Context(), a.project, articles, noon); err != nil {
		t.Fatal(err)
	}
	got, f := []string{}, store.ArticleFilter{Query: "needle", Limit: 2}
	for {
		page, err := a.Articles(t.Context(), in(a.project), f)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, headlines(page.Items)...)
		if f.Cursor = page.Next; f.Cursor == "" {
			break
		}
	}
	if want := []string{"Needle 2", "Needle 1", "Needle 0"}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

func TestArticlesAreFilteredByTheirMetadata(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	dated := func(date, publisher, language string) annotate.Article {
		m := annotate.Metadata{DatePublished: date, Publisher: publisher, InLanguage: language}
		if date != "" {
			m.DatePublishedOrigin = "page"
		}
		return annotate.Article{Metadata: m}
	}
	a.add(t, dated("2026-11-23", "Reuters", "en"), "A", noon)
	a.add(t, dated("2026-11", "Reuters", "de"), "B", noon.Add(1*time.Second))
	a.add(t, dated("2026-10-01", "AFP", "en"), "C", noon.Add(2*time.Second))
	a.add(t, dated("", "", ""), "D", noon.Add(3*time.Second))
	tests := map[string]struct {
		filter store.ArticleFilter
		want   []string
	}{
		"all":                {store.ArticleFilter{}, []string{"D", "C", "B", "A"}},
		"publisher":          {store.ArticleFilter{Publisher: "Reuters"}, []string{"B", "A"}},
		"language":           {store.ArticleFilter{InLanguage: "en"}, []string{"C", "A"}},
		"month":              {store.ArticleFilter{DatePublished: "2026-11"}, []string{"B", "A"}},
		"year":               {store.ArticleFilter{DatePublished: "2026"}, []string{"C", "B", "A"}},
		"no pattern":         {store.ArticleFilter{DatePublished: "2026_11"}, []string{}},
		"nor this":           {store.ArticleFilter{DatePublished: "%"}, []string{}},
		"all at once":        {store.ArticleFilter{Publisher: "Reuters", InLanguage: "en", DatePublished: "2026-11-23", Query: "a"}, []string{"A"}},
		"nothing left of it": {store.ArticleFilter{Publisher: "AFP", InLanguage: "de"}, []string{}},
	}
	for name, test := range tests {
		if got := a.list(t, test.filter); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
	_, err := a.Articles(t.Context(), in(a.project), store.ArticleFilter{State: "lost"})
	if bad, ok := errors.AsType[annotate.Invalid](err); !ok || bad["state"] == "" {
		t.Errorf("an unknown state: %v, want a complaint about it", err)
	}
}

// Progress follows every way in which annotations and reviews change.
func TestProgressFollowsTaggingAndReview(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	reviewer, err := a.AddUser(t.Context(), store.NewUser{Email: "rita@example.org", Name: "Rita", Password: "correct horse", At: noon})
	if err != nil {
		t.Fatal(err)
	}
	article := a.add(t, annotate.Article{}, "Followed, word by word, to the end", noon)
	a.add(t, annotate.Article{}, "Never touched", noon.Add(-time.Second))
	claim, second := claimAt(0, 8), claimAt(10, 14)
	version := map[annotate.ID]int{claim.ID: 1, second.ID: 1}
	speaker := annotate.Annotation{ID: store.NewID(), Kind: annotate.Speaker, Fragments: []annotate.Fragment{{Start: 15, End: 17}}}
	put := func(x annotate.Annotation) func(*testing.T) {
		return func(t *testing.T) { t.Helper(); a.tag(t, article.ID, x) }
	}
	remove := func(id annotate.ID) func(*testing.T) {
		return func(t *testing.T) {
			t.Helper()
			gone := annotate.Annotation{ID: id, Version: version[id]}
			cs := annotate.ChangeSet{ID: store.NewID(), Author: a.analyst, At: noon, Operations: []annotate.Operation{{Op: annotate.Delete, Annotation: &gone}}}
			if _, err := a.Append(t.Context(), a.project, article.ID, store.Shared, cs); err != nil {
				t.Fatal(err)
			}
		}
	}
	decide := func(id annotate.ID, d annotate.Decision) func(*testing.T) {
		return func(t *testing.T) {
			t.Helper()
			r := annotate.Review{Claim: id, Version: version[id], Decision: d, Reason: "So.", Reviewer: reviewer.ID, CreatedAt: noon}
			if _, err := a.Decide(t.Context(), a.project, r); err != nil {
				t.Fatal(err)
			}
		}
	}
	edited := claim
	edited.Version, edited.Fragments = 1, []annotate.Fragment{{Start: 0, End: 7}}
	states := func(s ...annotate.ArticleState) []annotate.ArticleState { return s }
	steps := []struct {
		name string
		do   func(*testing.T)
		want annotate.Progress
		in   []annotate.ArticleState
	}{
		{"at first", func(*testing.T) {}, annotate.Progress{}, states(annotate.ArticleUntagged)},
		{"a speaker", put(speaker), annotate.Progress{Annotations: 1}, nil},
		{"a claim", put(claim), annotate.Progress{Annotations: 2, Unreviewed: 1}, states(annotate.ArticleOpen)},
		{"approved", decide(claim.ID, annotate.Approve), annotate.Progress{Annotations: 2, Approved: 1}, states(annotate.ArticleDone)},
		{"another", put(second), annotate.Progress{Annotations: 3, Approved: 1, Unreviewed: 1}, states(annotate.ArticleOpen)},
		{"disputed", decide(second.ID, annotate.Dispute), annotate.Progress{Annotations: 3, Approved: 1, Disputed: 1}, states(annotate.ArticleDisputed, annotate.ArticleDone)},
		{"sent back", decide(second.ID, annotate.RequestChanges), annotate.Progress{Annotations: 3, Approved: 1, ChangesRequested: 1}, states(annotate.ArticleOpen)},
		{"rejected", decide(second.ID, annotate.Reject), annotate.Progress{Annotations: 3, Approved: 1, Rejected: 1}, states(annotate.ArticleDone)},
		{"edited", put(edited), annotate.Progress{Annotations: 3, Unreviewed: 1, Rejected: 1}, states(annotate.ArticleOpen)},
		{"deleted", func(t *testing.T) { t.Helper(); version[claim.ID] = 2; remove(claim.ID)(t) }, annotate.Progress{Annotations: 2, Rejected: 1}, states(annotate.ArticleDone)},
		{"both", remove(second.ID), annotate.Progress{Annotations: 1}, nil},
	}
	for _, step := range steps {
		step.do(t)
		page, err := a.Articles(t.Context(), in(a.project), store.ArticleFilter{})
		if err != nil {
			t.Fatal(err)
		}
		if got := page.Items[0].Progress; got != step.want {
			t.Errorf("%s: progress %+v, want %+v", step.name, got, step.want)
		}
		counts, err := a.CountArticles(t.Context(), in(a.project))
		if err != nil || counts.All != 2 {
			t.Errorf("%s: counted %+v (%v), want two articles", step.name, counts, err)
		}
		for _, state := range annotate.ArticleStates {
			want := []string{}
			if slices.Contains(step.in, state) {
				want = append(want, article.Headline)
			}
			if state == annotate.ArticleUntagged {
				want = append(want, "Never touched")
			}
			if got := a.list(t, store.ArticleFilter{State: state}); !slices.Equal(got, want) || counts.In(state) != len(want) {
				t.Errorf("%s: %s are %q, counted %d, want %q", step.name, state, got, counts.In(state), want)
			}
		}
	}
}
