package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/find"
)

// NewArticle is an article to be added, with its text as it was received. An
// ID that is empty is made; a headline that is empty is the text's first line.
type NewArticle struct {
	annotate.Article
	Text string
}

// AddArticle adds an article with its text and an empty annotation set that
// the team shares. The text is kept as [annotate.Normalise] leaves it; the
// headline is no part of it unless it stands there. It refuses bad metadata
// and bad text with one [annotate.Invalid] for both, and a text that is too
// long with [annotate.ErrTooLarge].
func (s *Store) AddArticle(ctx context.Context, project annotate.ID, a annotate.Article, text string, now time.Time) (annotate.AnnotatedArticle, error) {
	docs, err := s.AddArticles(ctx, project, []NewArticle{{a, text}}, now)
	if err != nil {
		return annotate.AnnotatedArticle{}, err
	}
	return docs[0], nil
}

// AddArticles adds all of articles or none; see [Store.AddArticle].
func (s *Store) AddArticles(ctx context.Context, project annotate.ID, articles []NewArticle, now time.Time) ([]annotate.AnnotatedArticle, error) {
	docs := make([]annotate.AnnotatedArticle, len(articles))
	for i, a := range articles {
		var err error
		if docs[i], err = a.received(now); err != nil {
			return nil, err
		}
	}
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		for _, doc := range docs { // each with a deadline of its own
			b := &pgx.Batch{}
			queueArticle(b, project, doc)
			if err := tx.SendBatch(ctx, b).Close(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("add %d articles: %w", len(articles), err)
	}
	return docs, nil
}

// received is n as it will be kept.
func (n NewArticle) received(now time.Time) (annotate.AnnotatedArticle, error) {
	a := n.Article
	a.CreatedAt = now.UTC().Truncate(time.Microsecond)
	if a.ID == "" {
		a.ID = NewID()
	}
	text, changed, textErr := annotate.Normalise(n.Text)
	if strings.TrimSpace(a.Headline) == "" {
		a.Headline = annotate.HeadlineOf(text)
	}
	if err := complaints(a, textErr); err != nil {
		return annotate.AnnotatedArticle{}, err
	}
	sum := sha256.Sum256([]byte(text))
	return annotate.AnnotatedArticle{
		Article: a,
		Revision: annotate.Revision{
			ID: NewID(), Article: a.ID, Number: 1, Text: text, SHA256: sum[:], Normalisations: changed,
			Blocks: annotate.SplitBlocks(text), CreatedAt: a.CreatedAt,
		},
	}, nil
}

func queueArticle(b *pgx.Batch, project annotate.ID, doc annotate.AnnotatedArticle) {
	a, r := doc.Article, doc.Revision
	b.Queue(`
		INSERT INTO articles (project_id, id, headline, url, publisher, author, date_published, date_published_origin, in_language,
		                      search, created_by, created_at, updated_at)
		VALUES (@project, @id, @headline, nullif(@url, ''), nullif(@publisher, ''), nullif(@author, ''), nullif(@date, ''),
		        nullif(@origin, ''), nullif(@language, ''), article_search(@headline, @text), @by, @at, @at)`,
		articleArgs(project, a, pgx.NamedArgs{"text": r.Text, "by": a.CreatedBy, "at": a.CreatedAt}))
	b.Queue(`
		INSERT INTO revisions (project_id, id, article_id, number, text, sha256, normalisations, blocks, created_by, created_at, grams)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		project, r.ID, a.ID, r.Number, r.Text, r.SHA256, emptyNotNull(r.Normalisations), r.Blocks, a.CreatedBy, r.CreatedAt, find.Grams(r.Text))
	b.Queue(`INSERT INTO annotation_sets (project_id, id, article_id, revision_id, hand) VALUES ($1, $2, $3, $4, $5)`,
		project, NewID(), a.ID, r.ID, Shared)
}

func articleArgs(project annotate.ID, a annotate.Article, more pgx.NamedArgs) pgx.NamedArgs {
	args := pgx.NamedArgs{
		"project": project, "id": a.ID, "headline": a.Headline, "url": a.URL, "publisher": a.Publisher, "author": a.Author,
		"date": a.DatePublished, "origin": a.DatePublishedOrigin, "language": a.InLanguage,
	}
	maps.Copy(args, more)
	return args
}

// emptyNotNull is list, or an empty one where it is nil: to the database a
// nil slice is NULL.
func emptyNotNull[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// complaints joins what is wrong with a and with the text into one, so that a
// form can show all at once. That there is no headline is the text's fault.
func complaints(a annotate.Article, textErr error) error {
	bad, ok := textErr.(annotate.Invalid) //nolint:errorlint // comes straight from the domain
	if textErr != nil && !ok {
		return textErr
	}
	all := annotate.Invalid{}
	if wrong, ok := a.Validate().(annotate.Invalid); ok { //nolint:errorlint // likewise
		maps.Copy(all, wrong)
	}
	if a.Headline == "" {
		delete(all, "headline")
	}
	maps.Copy(all, bad)
	return all.Err()
}

// Article reads an article's metadata and the text that is tagged.
func (s *Store) Article(ctx context.Context, project, id annotate.ID) (annotate.Article, annotate.Revision, error) {
	var a annotate.Article
	var r annotate.Revision
	b := &pgx.Batch{}
	b.Queue(selectArticle+` WHERE a.project_id = $1 AND a.id = $2`, project, id).
		QueryRow(func(row pgx.Row) error { return scanArticle(row, &a) })
	b.Queue(selectRevision+`
		JOIN annotation_sets s ON s.project_id = r.project_id AND s.revision_id = r.id AND s.hand = 'shared'
		WHERE s.project_id = $1 AND s.article_id = $2`, project, id).
		QueryRow(func(row pgx.Row) error { return scanRevision(row, &r) })
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return annotate.Article{}, annotate.Revision{}, fmt.Errorf("read article %s: %w", id, translate(err))
	}
	return a, r, nil
}

// UpdateArticle lets change alter the metadata of an article, of which the
// headline is part, and keeps what came of it. Its text, its author and the
// time it was added stay. It refuses with what change returns, and bad
// metadata with an [annotate.Invalid].
func (s *Store) UpdateArticle(ctx context.Context, project, id annotate.ID, now time.Time, change func(*annotate.Article) error) (annotate.Article, error) {
	var a annotate.Article
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		row := tx.QueryRow(ctx, selectArticle+` WHERE a.project_id = $1 AND a.id = $2 FOR NO KEY UPDATE`, project, id)
		if err := scanArticle(row, &a); err != nil {
			return err
		}
		kept := a
		if err := change(&a); err != nil {
			return err
		}
		a.ID, a.CreatedBy, a.CreatedAt = kept.ID, kept.CreatedBy, kept.CreatedAt
		if err := a.Validate(); err != nil {
			return err
		}
		if a == kept {
			return nil
		}
		return updateArticle(ctx, tx, project, a, now)
	})
	if err != nil {
		return annotate.Article{}, fmt.Errorf("update article %s: %w", id, err)
	}
	return a, nil
}

func updateArticle(ctx context.Context, tx pgx.Tx, project annotate.ID, a annotate.Article, now time.Time) error {
	return affected(tx.Exec(ctx, `
		UPDATE articles a SET
		    headline = @headline, url = nullif(@url, ''), publisher = nullif(@publisher, ''), author = nullif(@author, ''),
		    date_published = nullif(@date, ''), date_published_origin = nullif(@origin, ''), in_language = nullif(@language, ''),
		    -- What has not changed is not made again: that is work in proportion to the text.
		    search = CASE WHEN headline = @headline THEN search ELSE (
		        SELECT article_search(@headline, r.text)
		        FROM revisions r
		        JOIN annotation_sets s ON s.project_id = r.project_id AND s.revision_id = r.id AND s.hand = 'shared'
		        WHERE s.project_id = a.project_id AND s.article_id = a.id) END,
		    updated_at = @at
		WHERE project_id = @project AND id = @id`,
		articleArgs(project, a, pgx.NamedArgs{"at": now})))
}

// DeleteArticle deletes an article with its text, its annotations, their
// history and all that was said of them.
func (s *Store) DeleteArticle(ctx context.Context, project, id annotate.ID) error {
	err := affected(s.pool.Exec(ctx, `DELETE FROM articles WHERE project_id = $1 AND id = $2`, project, id))
	if err != nil {
		return fmt.Errorf("delete article %s: %w", id, err)
	}
	return nil
}

// ArticleFilter says which articles to list. What is empty does not filter.
type ArticleFilter struct {
	// Query is searched for in headlines and texts, without regard to case and
	// accents: all its words, "a phrase", one or another, and not -this. The
	// last word may be the beginning of one.
	Query string
	State annotate.ArticleState
	// Publisher and InLanguage are compared whole.
	Publisher  string
	InLanguage string
	// DatePublished is the beginning of the date: 2026-11 is all of November.
	DatePublished string
	Limit         int
	Cursor        string
}

// Empty reports whether f lists all articles.
func (f ArticleFilter) Empty() bool {
	f.Limit, f.Cursor = 0, ""
	return f == ArticleFilter{}
}

// listedArticle is what [ArticleFilter.sql] reads.
type listedArticle struct {
	annotate.Article
	AddedBy string
	annotate.Progress
	RevisionID    annotate.ID
	FoundHeadline *string
	FoundText     *string
}

const listedArticleColumns = `
		       a.id, a.headline, coalesce(a.url, '') AS url, coalesce(a.publisher, '') AS publisher, coalesce(a.author, '') AS author,
		       coalesce(a.date_published, '') AS date_published, coalesce(a.date_published_origin, '') AS date_published_origin,
		       coalesce(a.in_language, '') AS in_language, a.created_by, a.created_at,
		       s.annotations, s.claims_unreviewed AS unreviewed, s.claims_approved AS approved, s.claims_disputed AS disputed,
		       s.claims_rejected AS rejected, s.claims_changes_requested AS changes_requested,
		       s.revision_id`

func (l listedArticle) article() annotate.ListedArticle {
	a := annotate.ListedArticle{Article: l.Article, AddedBy: l.AddedBy, Progress: l.Progress}
	if l.FoundHeadline != nil && l.FoundText != nil {
		a.Found = &annotate.Found{Headline: stretches(*l.FoundHeadline), Text: stretches(*l.FoundText)}
	}
	return a
}

// Articles lists a project's articles, the newest first, with the progress of
// the set that [Asker.ListHand] tells.
func (s *Store) Articles(ctx context.Context, a Asker, f ArticleFilter) (Page[annotate.ListedArticle], error) {
	limit := limited(f.Limit)
	args, err := f.args(a.Project.ID, limit+1)
	if err != nil {
		return Page[annotate.ListedArticle]{}, err
	}
	hand := a.ListHand()
	if hand != Shared {
		args["hand"] = hand
	}
	var articles []annotate.ListedArticle
	// Words that many articles have are soon found among the newest, and words
	// that few have are soon found by the index, which reads all that have
	// them. PostgreSQL cannot tell the one from the other beforehand.
	for _, among := range f.among() {
		if articles, err = s.articles(ctx, f.sql(among, hand), args); err != nil {
			return Page[annotate.ListedArticle]{}, fmt.Errorf("list articles: %w", err)
		}
		if len(articles) > limit {
			break
		}
	}
	return pageOf(articles, limit, func(a annotate.ListedArticle) []string {
		return []string{a.CreatedAt.UTC().Format(time.RFC3339Nano), string(a.ID)}
	}), nil
}

func (s *Store) articles(ctx context.Context, sql string, args pgx.NamedArgs) ([]annotate.ListedArticle, error) {
	// Planned anew each time: what is best depends on how many articles a
	// filter leaves.
	rows, _ := s.pool.Query(ctx, sql, pgx.QueryExecModeCacheDescribe, args)
	articles, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (annotate.ListedArticle, error) {
		l, err := pgx.RowToStructByName[listedArticle](row)
		return l.article(), err
	})
	return articles, translate(err)
}

const maxQuery = 500 // code points

// args are the arguments of [ArticleFilter.sql], for at most limit articles.
func (f ArticleFilter) args(project annotate.ID, limit int) (pgx.NamedArgs, error) {
	bad := annotate.Invalid{}
	if utf8.RuneCountInString(f.Query) > maxQuery {
		bad["q"] = "Search for at most 500 characters."
	}
	if f.State != "" && !slices.Contains(annotate.ArticleStates, f.State) {
		bad["state"] = "Use untagged, open, disputed or done."
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	args := pgx.NamedArgs{
		"project": project, "limit": limit, "query": f.Query, "open": openEnded(f.Query), "publisher": f.Publisher,
		"language": f.InLanguage, "date": likePrefix(f.DatePublished), "match_start": matchStart, "match_end": matchEnd,
	}
	if f.Cursor == "" {
		return args, nil
	}
	key, err := readCursor(f.Cursor, 2)
	if err != nil {
		return nil, err
	}
	at, timeErr := time.Parse(time.RFC3339Nano, key[0])
	id, idErr := annotate.ParseID(key[1])
	if timeErr != nil || idErr != nil {
		return nil, errCursor
	}
	args["after_at"], args["after_id"] = at, id
	return args, nil
}

// among lists the sets of articles to look among, one after the other until
// there are enough.
func (f ArticleFilter) among() []string {
	all := `articles a`
	if f.Query == "" {
		return []string{all}
	}
	return []string{`(SELECT * FROM articles a WHERE project_id = @project` + f.after() + ` ORDER BY created_at DESC, id DESC LIMIT 1000) a`, all}
}

// after is the condition of what comes after the cursor.
func (f ArticleFilter) after() string {
	if f.Cursor == "" {
		return ""
	}
	return ` AND (a.created_at, a.id) < (@after_at, @after_id)`
}

// stateConditions are on the annotation set s.
var stateConditions = map[annotate.ArticleState]string{
	annotate.ArticleUntagged: ` AND s.untagged`,
	annotate.ArticleOpen:     ` AND s.open`,
	annotate.ArticleDisputed: ` AND s.disputed`,
	annotate.ArticleDone:     ` AND s.done`,
}

// withSet joins their sets by hand to articles a. As long as an article has
// none, the shared one, which is empty then, stands in for it.
func withSet(hand annotate.Hand) string {
	if hand == Shared {
		return ` JOIN annotation_sets s ON s.project_id = a.project_id AND s.article_id = a.id AND s.hand = 'shared'`
	}
	return ` CROSS JOIN LATERAL (
		SELECT * FROM annotation_sets s
		WHERE s.project_id = a.project_id AND s.article_id = a.id AND (s.hand = 'shared' OR coalesce(s.analyst_id::text, s.hand) = @hand)
		ORDER BY s.hand = 'shared'
		LIMIT 1) AS s`
}

// sql is the query for the articles that f lists, among those given, with
// their sets by hand.
func (f ArticleFilter) sql(among string, hand annotate.Hand) string {
	with := `WITH matching AS (`
	if f.Query != "" {
		// Else the order would be had from an index, past the one on words.
		with = `WITH matching AS MATERIALIZED (`
	}
	sql := with + `
		SELECT ` + listedArticleColumns + `
		FROM ` + among + withSet(hand) + `
		WHERE a.project_id = @project` + stateConditions[f.State] + f.after()
	if f.Publisher != "" {
		sql += ` AND a.publisher = @publisher`
	}
	if f.InLanguage != "" {
		sql += ` AND a.in_language = @language`
	}
	if f.DatePublished != "" {
		sql += ` AND a.date_published LIKE @date`
	}
	if f.Query == "" {
		return sql + `)
	SELECT m.*, u.name AS added_by, NULL AS found_headline, NULL AS found_text
	FROM (SELECT * FROM matching ORDER BY created_at DESC, id DESC LIMIT @limit) AS m
	JOIN users u ON u.id = m.created_by
	ORDER BY m.created_at DESC, m.id DESC`
	}
	return sql + ` AND a.search @@ article_query(@query, @open)` + searched
}

const (
	matchStart = "\x02"
	matchEnd   = "\x03"
)

// searched is the rest of the query for a search: it looks for the words
// again, in the articles of the page alone, for that costs time in proportion
// to the text. Most texts begin with their headline, which is shown already.
const searched = `
	), listed AS MATERIALIZED (
		SELECT * FROM matching ORDER BY created_at DESC, id DESC LIMIT @limit
	), texts AS (
		SELECT l.id, substr(r.text, CASE WHEN starts_with(r.text, l.headline) THEN length(l.headline) + 1 ELSE 1 END, 200000) AS text
		FROM listed l
		JOIN revisions r ON r.project_id = @project AND r.id = l.revision_id
	), sought AS (
		SELECT article_query(@query, @open) AS q, 'StartSel="' || @match_start || '", StopSel="' || @match_end || '"' AS marks
	)
	SELECT l.*, u.name AS added_by,
	       ts_headline('folded', l.headline, q, marks || ', HighlightAll=true') AS found_headline,
	       ts_headline('folded', translate(t.text, @match_start || @match_end, ''), q,
	                   marks || ', MaxFragments=2, MaxWords=20, MinWords=10, ShortWord=0, FragmentDelimiter=" … "') AS found_text
	FROM listed l
	JOIN texts t ON t.id = l.id
	JOIN users u ON u.id = l.created_by
	CROSS JOIN sought
	ORDER BY l.created_at DESC, l.id DESC`

// likePrefix is the LIKE pattern of what begins with s.
func likePrefix(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s) + "%"
}

// openEnded reports whether the last word of a search may be the beginning of
// one: not when it ends a phrase, is excluded, or is itself the word or.
func openEnded(query string) bool {
	last, _ := utf8.DecodeLastRuneInString(query)
	words := strings.Fields(query)
	if !unicode.IsLetter(last) && !unicode.IsDigit(last) && !unicode.IsMark(last) || strings.Count(query, `"`)%2 != 0 {
		return false
	}
	word := words[len(words)-1]
	return !strings.HasPrefix(word, "-") && !strings.EqualFold(word, "or")
}

// stretches takes apart what ts_headline marked.
func stretches(marked string) []annotate.Stretch {
	var list []annotate.Stretch
	for i, part := range strings.Split(marked, matchStart) {
		if i > 0 {
			var match string
			match, part, _ = strings.Cut(part, matchEnd)
			list = append(list, annotate.Stretch{Text: match, Match: true})
		}
		if part != "" {
			list = append(list, annotate.Stretch{Text: part})
		}
	}
	return list
}

// ListedArticle reads an article as lists show it.
func (s *Store) ListedArticle(ctx context.Context, a Asker, id annotate.ID) (annotate.ListedArticle, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT `+listedArticleColumns+`, u.name AS added_by, NULL AS found_headline, NULL AS found_text
		FROM articles a`+withSet(a.ListHand())+`
		JOIN users u ON u.id = a.created_by
		WHERE a.project_id = @project AND a.id = @id`, pgx.NamedArgs{"project": a.Project.ID, "id": id, "hand": a.ListHand()})
	l, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[listedArticle])
	if err != nil {
		return annotate.ListedArticle{}, fmt.Errorf("read article %s: %w", id, translate(err))
	}
	return l.article(), nil
}

// mostPublishers is how many publishers are worth choosing from.
const mostPublishers = 200

// Publishers lists, by name, the first publishers of a project's articles. It
// jumps from one to the next in the index, however many articles each has.
func (s *Store) Publishers(ctx context.Context, project annotate.ID) ([]string, error) {
	rows, _ := s.pool.Query(ctx, `
		WITH RECURSIVE p AS (
			(SELECT publisher, 1 AS n FROM articles WHERE project_id = $1 AND publisher IS NOT NULL ORDER BY publisher LIMIT 1)
			UNION ALL
			SELECT (SELECT publisher FROM articles WHERE project_id = $1 AND publisher > p.publisher ORDER BY publisher LIMIT 1), n + 1
			FROM p
			WHERE p.publisher IS NOT NULL AND n < $2
		)
		SELECT publisher FROM p WHERE publisher IS NOT NULL ORDER BY publisher`, project, mostPublishers)
	publishers, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("list publishers: %w", translate(err))
	}
	return publishers, nil
}

// CountArticles counts a project's articles by the state of the set that
// [Asker.ListHand] tells.
func (s *Store) CountArticles(ctx context.Context, a Asker) (annotate.ArticleCounts, error) {
	sql, args := countShared, []any{a.Project.ID}
	if hand := a.ListHand(); hand != Shared {
		sql, args = countByHand, []any{a.Project.ID, hand}
	}
	rows, _ := s.pool.Query(ctx, sql, args...)
	counts, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[annotate.ArticleCounts])
	if err != nil {
		return annotate.ArticleCounts{}, fmt.Errorf("count articles: %w", translate(err))
	}
	return counts, nil
}

const (
	// Each count reads an index alone.
	countShared = `
		SELECT (SELECT count(*) FROM articles WHERE project_id = $1) AS "all",
		       (SELECT count(*) FROM annotation_sets WHERE project_id = $1 AND hand = 'shared' AND untagged) AS untagged,
		       (SELECT count(*) FROM annotation_sets WHERE project_id = $1 AND hand = 'shared' AND open) AS open,
		       (SELECT count(*) FROM annotation_sets WHERE project_id = $1 AND hand = 'shared' AND disputed) AS disputed,
		       (SELECT count(*) FROM annotation_sets WHERE project_id = $1 AND hand = 'shared' AND done) AS done`

	countByHand = `
		SELECT a.n AS "all", a.n - s.begun AS untagged, s.open, s.disputed, s.done
		FROM (SELECT count(*) AS n FROM articles WHERE project_id = $1) AS a
		CROSS JOIN (SELECT count(*) FILTER (WHERE NOT untagged) AS begun, count(*) FILTER (WHERE open) AS open,
		                   count(*) FILTER (WHERE disputed) AS disputed, count(*) FILTER (WHERE done) AS done
		            FROM annotation_sets
		            WHERE project_id = $1 AND hand <> 'shared' AND coalesce(analyst_id::text, hand) = $2) AS s`
)
