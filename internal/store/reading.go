package store

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// Stamp tells whether an article with its annotations is still what it was:
// equal stamps, equal content.
type Stamp struct {
	Set           annotate.ID
	Seq           int64
	Remarks       int64 // reviews and comments
	EntityChanges int64 // of the project: names of entities and people
	Codebook      int
	Updated       time.Time // of the article's metadata
}

const selectStamp = `
	SELECT s.id, s.seq, s.remarks, p.entity_changes, p.codebook, a.updated_at
	FROM annotation_sets s
	JOIN projects p ON p.id = s.project_id
	JOIN articles a ON a.project_id = s.project_id AND a.id = s.article_id
	WHERE s.project_id = $1 AND s.article_id = $2 AND ` + byHand

func (st *Stamp) scan(row pgx.Row) error {
	return row.Scan(&st.Set, &st.Seq, &st.Remarks, &st.EntityChanges, &st.Codebook, &st.Updated)
}

// fromSet goes on from what is selected of the set that the article $2 of the
// project $1 has by the hand $3.
const fromSet = ` FROM annotation_sets s WHERE project_id = $1 AND article_id = $2 AND ` + byHand

// byHand is the condition that the annotation set s is the one by the hand $3.
const byHand = `coalesce(s.analyst_id::text, s.hand) = $3`

// Stamp reads the stamp of an article's annotation set by hand.
func (s *Store) Stamp(ctx context.Context, a Asker, article annotate.ID, hand annotate.Hand) (Stamp, error) {
	var st Stamp
	hand, err := s.HandFor(ctx, a, article, hand)
	if err == nil {
		err = st.scan(s.pool.QueryRow(ctx, selectStamp, a.Project.ID, article, hand))
	}
	return st, translate(err)
}

// AnnotatedArticle reads an article with its annotation set by hand, as they
// were at one moment.
func (s *Store) AnnotatedArticle(ctx context.Context, a Asker, article annotate.ID, hand annotate.Hand) (annotate.AnnotatedArticle, Stamp, error) {
	hand, err := s.HandFor(ctx, a, article, hand)
	if err != nil {
		return annotate.AnnotatedArticle{}, Stamp{}, fmt.Errorf("read article %s: %w", article, err)
	}
	return s.annotatedArticle(ctx, setKey{a.Project.ID, article, hand})
}

func (s *Store) annotatedArticle(ctx context.Context, key setKey) (annotate.AnnotatedArticle, Stamp, error) {
	var doc annotate.AnnotatedArticle
	var st Stamp
	project, article, hand := key.project, key.article, key.hand
	b := &pgx.Batch{}
	b.Queue(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`)
	b.Queue(selectStamp, project, article, hand).QueryRow(st.scan)
	b.Queue(selectArticle+` WHERE a.project_id = $1 AND a.id = $2`, project, article).QueryRow(func(row pgx.Row) error {
		return scanArticle(row, &doc.Article)
	})
	b.Queue(selectRevision+` WHERE r.project_id = $1 AND r.id = (SELECT revision_id`+fromSet+`)`,
		project, article, hand).QueryRow(func(row pgx.Row) error { return scanRevision(row, &doc.Revision) })
	b.Queue(`SELECT a.set_id, `+annotationColumns+` FROM annotations a WHERE a.project_id = $1 AND a.set_id = (SELECT id`+fromSet+`) AND NOT a.deleted ORDER BY a.id`,
		project, article, hand).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, scanAnnotation)
		doc.Annotations = make([]annotate.Annotation, len(found))
		for i, r := range found {
			doc.Annotations[i] = r.Annotation
		}
		return err
	})
	b.Queue(`SELECT l.set_id, `+linkColumns+` FROM links l WHERE l.project_id = $1 AND l.set_id = (SELECT id`+fromSet+`) AND NOT l.deleted ORDER BY l.id`,
		project, article, hand).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, scanLink)
		doc.Links = make([]annotate.Link, len(found))
		for i, r := range found {
			doc.Links[i] = r.Link
		}
		return err
	})
	b.Queue(`SELECT `+reviewColumns+`
		FROM reviews r JOIN annotations a ON a.project_id = r.project_id AND a.id = r.claim_id
		WHERE r.project_id = $1 AND a.set_id = (SELECT id`+fromSet+`) AND NOT a.deleted ORDER BY r.id`,
		project, article, hand).Query(func(rows pgx.Rows) (err error) {
		doc.Reviews, err = pgx.CollectRows(rows, pgx.RowToStructByPos[annotate.Review])
		return err
	})
	b.Queue(`SELECT `+commentColumns+`
		FROM comments c JOIN annotations a ON a.project_id = c.project_id AND a.id = c.claim_id
		WHERE c.project_id = $1 AND a.set_id = (SELECT id`+fromSet+`) AND NOT a.deleted ORDER BY c.id`,
		project, article, hand).Query(func(rows pgx.Rows) (err error) {
		doc.Comments, err = pgx.CollectRows(rows, pgx.RowToStructByPos[annotate.Comment])
		return err
	})
	b.Queue(`COMMIT`)
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return doc, st, fmt.Errorf("read article %s: %w", article, translate(err))
	}
	doc.Seq = st.Seq
	slices.SortFunc(doc.Annotations, annotate.Annotation.Before)
	return doc, st, nil
}

// mostOpening bounds what Opening reads: more than a window can show.
const mostOpening = 1000

// Opening reads the annotations of an article's annotation set by hand whose
// first fragment begins before the code point end, in the order of the text:
// at most 1,000 of them.
func (s *Store) Opening(ctx context.Context, a Asker, article annotate.ID, hand annotate.Hand, end int) ([]annotate.Annotation, error) {
	hand, err := s.HandFor(ctx, a, article, hand)
	if err != nil {
		return nil, fmt.Errorf("read the opening of article %s: %w", article, err)
	}
	rows, _ := s.pool.Query(ctx, `SELECT a.set_id, `+annotationColumns+` FROM annotations a
		WHERE a.project_id = $1 AND a.set_id = (SELECT id`+fromSet+`) AND NOT a.deleted AND lower(a.fragments[1]) < $4
		ORDER BY lower(a.fragments[1]), a.id LIMIT $5`, a.Project.ID, article, hand, end, mostOpening)
	found, err := pgx.CollectRows(rows, scanAnnotation)
	if err != nil {
		return nil, fmt.Errorf("read the opening of article %s: %w", article, translate(err))
	}
	opening := make([]annotate.Annotation, len(found))
	for i, r := range found {
		opening[i] = r.Annotation
	}
	return opening, nil
}

// LogEntry is a change set as the log keeps it.
type LogEntry struct {
	Seq       int64
	ID        annotate.ID
	Author    annotate.ID
	Codebook  int
	CreatedAt time.Time
	// Operations and Inverse are lists of [annotate.OperationRecord] in JSON.
	Operations json.RawMessage
	Inverse    json.RawMessage
}

// Changes reads at most limit entries of the log of an article's annotation
// set by hand, from the one after number after, in order.
func (s *Store) Changes(ctx context.Context, a Asker, article annotate.ID, hand annotate.Hand, after int64, limit int) ([]LogEntry, error) {
	hand, err := s.HandFor(ctx, a, article, hand)
	if err != nil {
		return nil, fmt.Errorf("read the log of article %s: %w", article, err)
	}
	rows, _ := s.pool.Query(ctx, `
		SELECT c.seq, c.client_id AS id, c.author_id AS author, c.codebook, c.created_at, c.operations, c.inverse
		FROM annotation_sets s
		JOIN change_sets c ON c.project_id = s.project_id AND c.set_id = s.id AND c.seq > $4
		WHERE s.project_id = $1 AND s.article_id = $2 AND `+byHand+`
		ORDER BY c.seq
		LIMIT $5`, a.Project.ID, article, hand, after, limit)
	entries, err := pgx.CollectRows(rows, pgx.RowToStructByName[LogEntry])
	if err != nil {
		return nil, fmt.Errorf("read the log of article %s: %w", article, translate(err))
	}
	return entries, nil
}

// SetOf names an annotation set.
type SetOf struct {
	Project annotate.ID
	Article annotate.ID
	Hand    annotate.Hand
}

// Seqs reads the number of the newest change set of each of sets, for those
// that exist.
func (s *Store) Seqs(ctx context.Context, sets []SetOf) (map[SetOf]int64, error) {
	projects, articles, hands := make([]annotate.ID, len(sets)), make([]annotate.ID, len(sets)), make([]annotate.Hand, len(sets))
	for i, set := range sets {
		projects[i], articles[i], hands[i] = set.Project, set.Article, set.Hand
	}
	rows, _ := s.pool.Query(ctx, `
		SELECT w.project_id, w.article_id, w.hand, s.seq
		FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS w (project_id, article_id, hand)
		JOIN annotation_sets s ON s.project_id = w.project_id AND s.article_id = w.article_id AND coalesce(s.analyst_id::text, s.hand) = w.hand
		ORDER BY s.article_id, w.hand`, projects, articles, hands)
	seqs := map[SetOf]int64{}
	var set SetOf
	var seq int64
	_, err := pgx.ForEachRow(rows, []any{&set.Project, &set.Article, &set.Hand, &seq}, func() error {
		seqs[set] = seq
		return nil
	})
	return seqs, translate(err)
}

const selectArticle = `
	SELECT a.id, a.headline, coalesce(a.url, ''), coalesce(a.publisher, ''), coalesce(a.author, ''), coalesce(a.date_published, ''),
	       coalesce(a.date_published_origin, ''), coalesce(a.in_language, ''), a.created_by, a.created_at
	FROM articles a`

func scanArticle(row pgx.Row, a *annotate.Article) error {
	return row.Scan(&a.ID, &a.Headline, &a.URL, &a.Publisher, &a.Author, &a.DatePublished,
		&a.DatePublishedOrigin, &a.InLanguage, &a.CreatedBy, &a.CreatedAt)
}

const selectRevision = `
	SELECT r.id, r.article_id, r.number, r.text, r.sha256, r.normalisations, r.blocks, r.created_at
	FROM revisions r`

func scanRevision(row pgx.Row, r *annotate.Revision) error {
	return row.Scan(&r.ID, &r.Article, &r.Number, &r.Text, &r.SHA256, &r.Normalisations, &r.Blocks, &r.CreatedAt)
}

// TextOf is the text of an article that is tagged.
func (s *Store) TextOf(ctx context.Context, project, article annotate.ID) (*annotate.Text, error) {
	var revision annotate.ID
	err := s.pool.QueryRow(ctx, `SELECT revision_id`+fromSet, project, article, Shared).Scan(&revision)
	if err != nil {
		return nil, fmt.Errorf("find article %s: %w", article, translate(err))
	}
	return s.Text(ctx, project, revision)
}

// Names are the entities and people an article refers to, by id. Of an entity
// that was merged into another the name and names are the other's.
type Names struct {
	Entities []annotate.Entity
	People   []annotate.User
}

// NamesIn reads the names of whom and what doc refers to.
func (s *Store) NamesIn(ctx context.Context, project annotate.ID, doc annotate.AnnotatedArticle) (Names, error) {
	entities, people := map[annotate.ID]bool{}, map[annotate.ID]bool{doc.Article.CreatedBy: true}
	for _, a := range doc.Annotations {
		people[a.CreatedBy], people[a.UpdatedBy] = true, true
		if a.Entity != "" {
			entities[a.Entity] = true
		}
	}
	for _, l := range doc.Links {
		people[l.CreatedBy], people[l.UpdatedBy] = true, true
	}
	for _, r := range doc.Reviews {
		people[r.Reviewer] = true
		if r.Imported != nil {
			people[r.Imported.By] = true
		}
	}
	for _, c := range doc.Comments {
		people[c.Author], people[c.ResolvedBy] = true, true
	}
	delete(people, "") // what was deleted is told by its id alone
	var names Names
	b := &pgx.Batch{}
	b.Queue(`SELECT e.id, c.type, c.name, ARRAY(SELECT ROW(n.name, n.type) FROM entity_names n
		                                       WHERE n.project_id = c.project_id AND n.entity_id = c.id ORDER BY n.name) AS names,
		       coalesce(e.merged_into::text, '') AS merged_into
		FROM entities e
		JOIN entities c ON c.project_id = e.project_id AND c.id = coalesce(e.merged_into, e.id)
		WHERE e.project_id = $1 AND e.id = ANY($2)
		ORDER BY e.id`, project, slices.Collect(maps.Keys(entities))).Query(func(rows pgx.Rows) error {
		var e annotate.Entity
		_, err := pgx.ForEachRow(rows, []any{&e.ID, &e.Type, &e.Name, &e.Names, &e.MergedInto}, func() error {
			names.Entities = append(names.Entities, e)
			e.Names = nil
			return nil
		})
		return err
	})
	b.Queue(`SELECT id, name FROM users WHERE id = ANY($1) ORDER BY id`, slices.Collect(maps.Keys(people))).Query(func(rows pgx.Rows) error {
		var u annotate.User
		_, err := pgx.ForEachRow(rows, []any{&u.ID, &u.Name}, func() error {
			names.People = append(names.People, u)
			return nil
		})
		return err
	})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return names, fmt.Errorf("read the names in article %s: %w", doc.Article.ID, translate(err))
	}
	return names, nil
}

// inSetByHand is the condition that the annotation a is in the set by the hand $3.
const inSetByHand = ` EXISTS (SELECT FROM annotation_sets s WHERE s.project_id = a.project_id AND s.id = a.set_id AND ` + byHand + `)`

// Comment reads a comment on a claim of a set.
func (s *Store) Comment(ctx context.Context, set SetOf, id annotate.ID) (annotate.Comment, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT `+commentColumns+`
		FROM comments c
		JOIN annotations a ON a.project_id = c.project_id AND a.id = c.claim_id
		WHERE c.project_id = $1 AND c.id = $2 AND`+inSetByHand, set.Project, id, set.Hand)
	c, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[annotate.Comment])
	return c, translate(err)
}

// LastReview reads the state of a claim of a set and the last decision on it.
func (s *Store) LastReview(ctx context.Context, set SetOf, claim annotate.ID) (annotate.ReviewState, annotate.Review, error) {
	var state annotate.ReviewState
	var r annotate.Review
	err := s.pool.QueryRow(ctx, `
		SELECT a.review_state, `+reviewColumns+`
		FROM annotations a
		JOIN reviews r ON r.project_id = a.project_id AND r.claim_id = a.id
		WHERE a.project_id = $1 AND a.id = $2 AND`+inSetByHand+`
		ORDER BY r.id DESC
		LIMIT 1`, set.Project, claim, set.Hand).Scan(&state, &r.ID, &r.Claim, &r.Version, &r.Decision, &r.Reason, &r.Reviewer, &r.CreatedAt, &r.Imported)
	return state, r, translate(err)
}

// Outcome is what the change set did, decoded.
func (e LogEntry) Outcome() (annotate.Outcome, error) { return decodeOutcome(e.Operations, e.Inverse) }
