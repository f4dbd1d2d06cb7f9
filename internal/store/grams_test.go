package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/find"
	"onrecord.dev/internal/store"
)

// library adds articles of words put together by chance, and returns their
// texts, the newest first.
func (n *newsroom) library(size int, words ...string) []string {
	n.tb.Helper()
	random := rand.New(rand.NewPCG(3, 4))
	var texts []string
	for from := 0; from < size; from += 500 {
		var some []store.NewArticle
		for i := range min(500, size-from) {
			text := fmt.Sprintf("Article %d\n", from+i)
			for range 30 {
				text += words[random.IntN(len(words))] + " "
			}
			some = append(some, store.NewArticle{Article: annotate.Article{CreatedBy: n.ana}, Text: text})
			texts = append(texts, text)
		}
		if _, err := n.AddArticles(n.tb.Context(), n.project, some, n.later()); err != nil {
			n.tb.Fatal(err)
		}
	}
	slices.Reverse(texts)
	return texts
}

// found is what a search finds, by the headline and the words.
func (n *newsroom) found(query string, whole bool) []string {
	n.tb.Helper()
	var all []string
	for q := (store.TextQuery{Query: query, WholeWords: whole, Limit: 200}); ; {
		page, err := n.FindText(n.tb.Context(), in(n.project), q)
		if err != nil {
			n.tb.Fatal(err)
		}
		for _, hit := range page.Items {
			all = append(all, hit.Article.Headline+" "+hit.Fragment.Exact)
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			slices.Sort(all)
			return all
		}
	}
}

func TestTheIndexOfTextsHidesNothing(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	texts := n.library(120, "the", "Zoë", "ZOE’s", "Straße", "Dreyhaupt", "Drey\u00adhaupt", "e\u0301tude", "“safe”", "👨🏻‍🚒", "אמש", "said", "ab")
	check := func() {
		t.Helper()
		for _, query := range []string{"zoe", "zoe's", "strasse", "dreyhaupt", "étude", `"safe"`, "👨🏻‍🚒", "אמש", "ab", "the said", "article 17", "nowhere at all"} {
			for _, whole := range []bool{false, true} {
				var want []string
				for _, text := range texts {
					headline, _, _ := strings.Cut(text, "\n")
					for _, f := range find.New(query, whole).In(text) {
						want = append(want, headline+" "+f.Exact)
					}
				}
				slices.Sort(want)
				if got := n.found(query, whole); !slices.Equal(got, want) {
					t.Errorf("%q, whole words %t: %d hits, want %d", query, whole, len(got), len(want))
				}
			}
		}
	}
	check()
	// Some came by an earlier version.
	n.exec(`UPDATE revisions SET grams = NULL WHERE id IN (SELECT id FROM revisions ORDER BY id LIMIT 50)`)
	check()
	if err := store.FillGrams(t.Context(), n.sql.Config().ConnString()); err != nil {
		t.Fatal(err)
	}
	var without int
	if err := n.sql.QueryRow(t.Context(), `SELECT count(*) FROM revisions WHERE grams IS NULL`).Scan(&without); err != nil || without != 0 {
		t.Errorf("%d texts are without, %v", without, err)
	}
	check()
}

// Texts that cannot have what is sought are not read: the database goes by the
// index, unless the words are so common that it is quicker without.
func TestTextsAreSoughtByTheIndexWhereTheWordsAreRare(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	rare := n.article("Rare", "Rare\nKonstantin Dreyhaupt waved.")
	// Many more that are much alike.
	common := find.Grams("The minister said that the harbour is safe in winter.")
	n.exec(`INSERT INTO articles (project_id, id, headline, search, created_by, created_at, updated_at)
		SELECT $1, gen_random_uuid(), 'Common', '', $2, $3::timestamptz + i * interval '1 second', $3 FROM generate_series(1, 8000) AS i`, n.project, n.ana, n.now)
	n.exec(`INSERT INTO revisions (project_id, id, article_id, number, text, sha256, blocks, created_by, created_at, grams)
		SELECT project_id, gen_random_uuid(), id, 1, 'The minister said', sha256('The minister said'), '[]', created_by, created_at, $1
		FROM articles WHERE headline = 'Common'`, common)
	n.exec(`INSERT INTO annotation_sets (project_id, id, article_id, revision_id, hand)
		SELECT project_id, gen_random_uuid(), article_id, id, 'shared' FROM revisions WHERE text = 'The minister said'`)
	n.exec(`VACUUM ANALYZE`)
	plan := func(query string) string {
		rows, _ := n.sql.Query(t.Context(), `EXPLAIN `+store.SelectTexts, pgx.QueryExecModeExec, pgx.NamedArgs{
			"project": n.project, "grams": find.New(query, true).Grams(), "at": time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
			"article": annotate.ID("ffffffff-ffff-ffff-ffff-ffffffffffff"), "offset": 0, "most": 32,
		})
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(lines, "\n")
	}
	if got := plan("dreyhaupt"); !strings.Contains(got, "revisions_grams") || strings.Contains(got, "Seq Scan on revisions") {
		t.Errorf("a rare name is sought by\n%s", got)
	}
	if got := plan("the minister said"); !strings.Contains(got, "articles_newest") || strings.Contains(got, "revisions_grams") {
		t.Errorf("common words are sought by\n%s", got)
	}
	if got := n.found("dreyhaupt", true); !slices.Equal(got, []string{"Rare Dreyhaupt"}) {
		t.Errorf("got %q, want it in %s", got, rare)
	}
}
