package store

import (
	"context"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/find"
)

// TextQuery is words sought in the texts of a project.
type TextQuery struct {
	// Query is what is sought, whatever its case, accents, quotation marks,
	// dashes and white space.
	Query string
	// WholeWords leaves out what is only part of a longer word.
	WholeWords bool
	Limit      int
	Cursor     string
}

const (
	// mostSought is how much text is looked through for one page, in bytes.
	mostSought = 32 << 20
	// textsAtOnce is how many articles are read at a time.
	textsAtOnce = 32
	// aroundHit is how much of the text stands around a hit, in code points.
	aroundHit = 90
)

// FindText lists where words stand in the articles of a project, the newest
// article first and as they stand in it. Texts that cannot have them are passed
// over by an index of [find.Grams]; of what remains a page ends after some
// megabytes: it may have few items, or none, and its Next goes on.
func (s *Store) FindText(ctx context.Context, a Asker, q TextQuery) (Page[annotate.Hit], error) {
	var page Page[annotate.Hit]
	words := find.New(q.Query, q.WholeWords)
	switch {
	case words.Empty():
		return page, annotate.Invalid{"q": "Give the words to find."}
	case utf8.RuneCountInString(q.Query) > maxQuery:
		return page, annotate.Invalid{"q": "Search for at most 500 characters."}
	}
	at, err := readPlaceInTexts(q.Cursor)
	if err != nil {
		return page, err
	}
	if page, err = s.seek(ctx, a.Project.ID, words, at, limited(q.Limit)); err != nil {
		return page, fmt.Errorf("find words: %w", err)
	}
	if err := s.knowKinds(ctx, a, page.Items); err != nil {
		return page, fmt.Errorf("find what is tagged: %w", err)
	}
	return page, nil
}

// placeInTexts is how far the texts of a project have been looked through: all
// before offset in an article.
type placeInTexts struct {
	added   time.Time
	article annotate.ID
	offset  int
}

func (p placeInTexts) cursor() string {
	return cursorOf(p.added.UTC().Format(time.RFC3339Nano), string(p.article), strconv.Itoa(p.offset))
}

// beforeAllTexts is a place before the newest article.
var beforeAllTexts = placeInTexts{added: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), article: "ffffffff-ffff-ffff-ffff-ffffffffffff"}

func readPlaceInTexts(cursor string) (placeInTexts, error) {
	if cursor == "" {
		return beforeAllTexts, nil
	}
	parts, err := readCursor(cursor, 3)
	if err != nil {
		return placeInTexts{}, err
	}
	var p placeInTexts
	p.added, err = time.Parse(time.RFC3339Nano, parts[0])
	if err != nil {
		return placeInTexts{}, errCursor
	}
	if p.article, err = annotate.ParseID(parts[1]); err != nil {
		return placeInTexts{}, errCursor
	}
	offset, err := strconv.ParseInt(parts[2], 10, 32)
	if err != nil {
		return placeInTexts{}, errCursor
	}
	p.offset = int(offset)
	return p, nil
}

// seek looks through texts from a place on until there are limit hits, or
// enough text has been looked through.
func (s *Store) seek(ctx context.Context, project annotate.ID, words find.Words, at placeInTexts, limit int) (Page[annotate.Hit], error) {
	var page Page[annotate.Hit]
	for sought := 0; ; {
		texts, err := s.textsFrom(ctx, project, words, at)
		if err != nil {
			return page, err
		}
		for _, t := range texts {
			from := 0
			if t.article.ID == at.article {
				from = at.offset
			}
			for _, hit := range t.hits(words, from) {
				if len(page.Items) == limit {
					page.Next = at.cursor()
					return page, nil
				}
				page.Items = append(page.Items, hit)
				at = placeInTexts{t.article.CreatedAt, t.article.ID, hit.Fragment.End}
			}
			at = placeInTexts{t.article.CreatedAt, t.article.ID, len(t.text)} // past the end
			sought += len(t.text)
		}
		if len(texts) < textsAtOnce {
			return page, nil
		}
		if sought >= mostSought {
			page.Next = at.cursor()
			return page, nil
		}
	}
}

type articleText struct {
	article annotate.Article
	text    string
}

// hits are where words stand in t, from an offset on.
func (t articleText) hits(words find.Words, from int) []annotate.Hit {
	found := words.In(t.text)
	if len(found) == 0 {
		return nil
	}
	text := annotate.NewText(t.text)
	var hits []annotate.Hit
	for _, f := range found {
		if f.Start < from {
			continue
		}
		hit := annotate.Hit{Article: t.article, Fragment: f}
		hit.Before, hit.After = text.Around(f.Start, f.End, aroundHit)
		hits = append(hits, hit)
	}
	return hits
}

// selectTexts reads texts that may have what is sought. How common that is
// decides whether the index of grams is worth asking, so it is planned anew for
// each search.
const selectTexts = `
	SELECT a.id, a.headline, coalesce(a.in_language, ''), a.created_at, r.text
	FROM articles a
	JOIN annotation_sets s ON s.project_id = a.project_id AND s.article_id = a.id AND s.hand = 'shared'
	JOIN revisions r ON r.project_id = s.project_id AND r.id = s.revision_id
	WHERE a.project_id = @project AND (a.created_at, a.id) <= (@at, @article)
	      AND (r.grams @> @grams::smallint[] OR r.grams IS NULL)
	      AND (a.id <> @article OR length(r.text) > @offset)
	ORDER BY a.created_at DESC, a.id DESC
	LIMIT @most`

// textsFrom reads the article of a place, unless all of it has been looked
// through, and those after it, without those that words cannot stand in.
func (s *Store) textsFrom(ctx context.Context, project annotate.ID, words find.Words, at placeInTexts) ([]articleText, error) {
	rows, _ := s.pool.Query(ctx, selectTexts, pgx.QueryExecModeCacheDescribe, pgx.NamedArgs{
		"project": project, "grams": words.Grams(), "at": at.added, "article": at.article, "offset": at.offset, "most": textsAtOnce,
	})
	texts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (articleText, error) {
		var t articleText
		err := row.Scan(&t.article.ID, &t.article.Headline, &t.article.InLanguage, &t.article.CreatedAt, &t.text)
		return t, err
	})
	return texts, translate(err)
}

// knowKinds notes what the words of each hit are tagged as already, alone or as
// part of more: what stands in a claim is still to be tagged.
func (s *Store) knowKinds(ctx context.Context, a Asker, hits []annotate.Hit) error {
	articles, ranges := make([]annotate.ID, len(hits)), make([]pgtype.Range[int32], len(hits))
	for i, h := range hits {
		articles[i], ranges[i] = h.Article.ID, rangeOf(h.Fragment)
	}
	rows, _ := s.pool.Query(ctx, `
		SELECT w.i - 1, a.kind
		FROM unnest($2::uuid[], $3::int4range[]) WITH ORDINALITY AS w (article_id, range, i)
		JOIN annotation_sets s ON s.project_id = $1 AND s.article_id = w.article_id AND coalesce(s.analyst_id::text, s.hand) = $4
		JOIN annotations a ON a.project_id = s.project_id AND a.set_id = s.id AND NOT a.deleted
		     AND (a.fragments = ARRAY[w.range] OR a.kind <> 'claim' AND EXISTS (SELECT FROM unnest(a.fragments) AS f WHERE f @> w.range))
		GROUP BY w.i, a.kind
		ORDER BY w.i, a.kind`, a.Project.ID, articles, ranges, a.ListHand())
	var i int
	var kind string
	_, err := pgx.ForEachRow(rows, []any{&i, &kind}, func() error {
		hits[i].Kinds = append(hits[i].Kinds, kind)
		return nil
	})
	return translate(err)
}

func rangeOf(f annotate.Fragment) pgtype.Range[int32] {
	return pgtype.Range[int32]{
		Lower: int32(f.Start), Upper: int32(f.End), //nolint:gosec // a text is far below 2 GiB
		LowerType: pgtype.Inclusive, UpperType: pgtype.Exclusive, Valid: true,
	}
}
