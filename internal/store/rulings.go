package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// Adjudication is an article with the work of all who have finished it, and what
// was settled of it so far.
type Adjudication struct {
	annotate.WorkedArticle
	// Rulings are the oldest first.
	Rulings []annotate.Ruling
	// Stands is the adjudicated set.
	Stands annotate.Snapshot
}

// Adjudication reads an article that is to be adjudicated, all of it as it was
// at one moment. It returns [annotate.ErrNotFound] unless two analysts have
// finished it.
func (s *Store) Adjudication(ctx context.Context, a Asker, article annotate.ID) (Adjudication, error) {
	found, err := s.Adjudications(ctx, a, WorkFilter{Article: article}, 1)
	switch {
	case err != nil:
		return Adjudication{}, err
	case len(found) == 0:
		return Adjudication{}, fmt.Errorf("adjudicate article %s: %w", article, annotate.ErrNotFound)
	}
	return found[0], nil
}

// Adjudications reads at most limit articles that two analysts or more have
// finished, the oldest first, for a reviewer.
func (s *Store) Adjudications(ctx context.Context, a Asker, f WorkFilter, limit int) ([]Adjudication, error) {
	if !a.Role.May(annotate.Reviewer) {
		return nil, annotate.ErrForbidden
	}
	var found []Adjudication
	err := s.inSnapshot(ctx, func(tx pgx.Tx) error {
		x := &export{tx: tx, project: a.Project.ID, rows: newRowReader()}
		if err := x.rows.readMerged(ctx, tx, x.project); err != nil {
			return err
		}
		page, err := x.worked(ctx, a, f, limit)
		if err != nil {
			return err
		}
		works, err := x.readWorks(ctx, page)
		if err != nil {
			return err
		}
		found = make([]Adjudication, len(works))
		for i, w := range works {
			found[i].WorkedArticle = w
		}
		return x.readSettled(ctx, found)
	})
	if err != nil {
		return nil, fmt.Errorf("read what is to be adjudicated: %w", err)
	}
	return found, nil
}

// readSettled reads what was settled of articles so far.
func (x *export) readSettled(ctx context.Context, articles []Adjudication) error {
	ids, place := make([]annotate.ID, len(articles)), map[annotate.ID]int{}
	for i, a := range articles {
		ids[i], place[a.Article.ID] = a.Article.ID, i
	}
	rulings, err := rulingsOn(ctx, x.tx, x.project, ids)
	if err != nil {
		return err
	}
	for _, r := range rulings {
		at := &articles[place[r.Article]]
		at.Rulings = append(at.Rulings, r)
	}
	rows, _ := x.tx.Query(ctx, `SELECT id, article_id FROM annotation_sets WHERE project_id = $1 AND article_id = ANY($2) AND hand = 'adjudicated' ORDER BY id`, x.project, ids)
	var sets []annotate.ID
	var set, article annotate.ID
	articleOf := map[annotate.ID]annotate.ID{}
	if _, err := pgx.ForEachRow(rows, []any{&set, &article}, func() error {
		sets, articleOf[set] = append(sets, set), article
		return nil
	}); err != nil {
		return err
	}
	bySet, err := x.readSets(ctx, sets)
	if err != nil {
		return err
	}
	for i := range articles {
		articles[i].Stands = annotate.NewSnapshot(nil, nil)
	}
	for set, doc := range bySet {
		articles[place[articleOf[set]]].Stands = annotate.NewSnapshot(doc.Annotations, doc.Links)
	}
	return nil
}

func rulingsOn(ctx context.Context, q querier, project annotate.ID, articles []annotate.ID) ([]annotate.Ruling, error) {
	rows, _ := q.Query(ctx, `
		SELECT r.id, r.article_id, r.way, r.result_id, r.cause, r.note, r.ruled_by, r.ruled_at,
		       ARRAY(SELECT ROW(o.annotation_id, o.version) FROM ruled_annotations o
		             WHERE o.project_id = r.project_id AND o.ruling_id = r.id ORDER BY o.annotation_id)
		FROM rulings r
		WHERE r.project_id = $1 AND r.article_id = ANY($2)
		ORDER BY r.ruled_at, r.id`, project, articles)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (r annotate.Ruling, err error) {
		var result *annotate.ID
		err = row.Scan(&r.ID, &r.Article, &r.Way, &result, &r.Cause, &r.Note, &r.By, &r.At, &r.On)
		if result != nil {
			r.Result = *result
		}
		return r, err
	})
}

// Settling is what somebody settles of an article.
type Settling struct {
	Article annotate.ID
	// Rulings say what, and on what; By and At are set by [Store.Settle].
	Rulings []annotate.Ruling
	// Operations have it stand in the adjudicated set; none where it does
	// already.
	Operations []annotate.Operation
	// ID is that of the change set.
	ID annotate.ID
	// Seen is the newest ruling on the article that was seen when this was worked
	// out, or empty.
	Seen annotate.ID
	At   time.Time
}

// Settle writes rulings and appends what follows from them to the adjudicated
// set, for a, a reviewer; or does neither and returns [ErrStale] if somebody
// else settled something of the article meanwhile, and else what
// [Store.AppendAs] returns.
func (s *Store) Settle(ctx context.Context, a Asker, n Settling) error {
	if !a.Role.May(annotate.Reviewer) {
		return fmt.Errorf("settle something of article %s: %w", n.Article, annotate.ErrForbidden)
	}
	// The door does not stop half-way when whoever asked has gone; nor may this.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longQueryTime)
	defer cancel()
	// On a connection of its own: the door needs others of the pool meanwhile.
	err := s.inLongTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		// Whoever settles something of this article waits here.
		var article annotate.ID
		if err := tx.QueryRow(ctx, `SELECT id FROM articles WHERE project_id = $1 AND id = $2 FOR NO KEY UPDATE`, a.Project.ID, n.Article).Scan(&article); err != nil {
			return err
		}
		if err := seenLast(ctx, tx, a.Project.ID, n); err != nil {
			return err
		}
		if err := insertRulings(ctx, tx, a, n); err != nil {
			return err
		}
		if len(n.Operations) == 0 {
			return nil
		}
		_, err := s.AppendAs(ctx, a, n.Article, Adjudicated, annotate.ChangeSet{ID: n.ID, At: n.At, Operations: n.Operations})
		return err
	})
	if err != nil {
		return fmt.Errorf("settle something of article %s: %w", n.Article, err)
	}
	return nil
}

// seenLast holds the newest ruling on the article to be the one that was seen.
func seenLast(ctx context.Context, tx pgx.Tx, project annotate.ID, n Settling) error {
	var last annotate.ID
	err := tx.QueryRow(ctx, `SELECT id FROM rulings WHERE project_id = $1 AND article_id = $2 ORDER BY ruled_at DESC, id DESC LIMIT 1`, project, n.Article).Scan(&last)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	if last != n.Seen {
		return ErrStale
	}
	return nil
}

func insertRulings(ctx context.Context, tx pgx.Tx, a Asker, n Settling) error {
	b := &pgx.Batch{}
	for _, r := range n.Rulings {
		var result *annotate.ID
		if r.Result != "" {
			result = &r.Result
		}
		b.Queue(`INSERT INTO rulings (project_id, id, article_id, way, result_id, cause, note, ruled_by, ruled_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			a.Project.ID, r.ID, n.Article, r.Way, result, r.Cause, r.Note, a.User.ID, n.At)
		for _, on := range r.On {
			b.Queue(`INSERT INTO ruled_annotations (project_id, ruling_id, annotation_id, version) VALUES ($1, $2, $3, $4)`, a.Project.ID, r.ID, on.ID, on.Version)
		}
	}
	return tx.SendBatch(ctx, b).Close()
}

// Causes reads why analysts disagree, in a project's own words or else in ours.
func (s *Store) Causes(ctx context.Context, project annotate.ID) ([]string, error) {
	var causes []string
	if err := s.pool.QueryRow(ctx, `SELECT causes FROM projects WHERE id = $1`, project).Scan(&causes); err != nil {
		return nil, fmt.Errorf("read the causes of project %s: %w", project, translate(err))
	}
	if causes == nil {
		causes = annotate.DefaultCauses()
	}
	return causes, nil
}

// ChangeCauses sets them; nil brings ours back. What was recorded stays.
func (s *Store) ChangeCauses(ctx context.Context, project annotate.ID, causes []string) error {
	tag, err := s.pool.Exec(ctx, `UPDATE projects SET causes = $2 WHERE id = $1`, project, causes)
	if err := affected(tag, err); err != nil {
		return fmt.Errorf("change the causes of project %s: %w", project, err)
	}
	return nil
}

// CauseCount is how many points of a project have a cause, by the newest ruling
// on each.
type CauseCount struct {
	Cause string
	Count int
}

// CauseCounts counts causes, the most frequent first.
func (s *Store) CauseCounts(ctx context.Context, project annotate.ID) ([]CauseCount, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT cause, count(*) FROM (
			SELECT DISTINCT ON (o.first) r.cause
			FROM rulings r
			CROSS JOIN LATERAL (
				SELECT min(o.annotation_id::text) AS first FROM ruled_annotations o WHERE o.project_id = r.project_id AND o.ruling_id = r.id) AS o
			WHERE r.project_id = $1
			ORDER BY o.first, r.ruled_at DESC, r.id DESC) AS newest
		WHERE cause <> ''
		GROUP BY cause
		ORDER BY count(*) DESC, cause`, project)
	counts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[CauseCount])
	if err != nil {
		return nil, fmt.Errorf("count the causes of project %s: %w", project, translate(err))
	}
	return counts, nil
}

// PeopleOf reads who the people called ids are, those there are, by id.
func (s *Store) PeopleOf(ctx context.Context, ids []annotate.ID) ([]annotate.User, error) {
	rows, _ := s.pool.Query(ctx, `SELECT id, name FROM users WHERE id = ANY($1) ORDER BY id`, ids)
	people, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (u annotate.User, err error) {
		return u, row.Scan(&u.ID, &u.Name)
	})
	if err != nil {
		return nil, fmt.Errorf("read people: %w", translate(err))
	}
	return people, nil
}
