package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// ErrUnfinished says that the pool has nothing for somebody who has articles to
// finish.
var ErrUnfinished = errors.New("finish what you have begun first")

// Next finds the article that a is to annotate next, but for the one called
// but, and begins it: what was returned to them, then what they have begun,
// then what is assigned to them, each by the day it is due. When that is all
// done, it takes from the pool an article that has fewer analysts than the
// project wants, of those that have most of them the oldest. However many ask
// at once, no article gets more from the pool.
//
// It returns [annotate.ErrNotFound] if there is nothing left, and
// [ErrUnfinished] if the pool waits for but.
func (s *Store) Next(ctx context.Context, a Asker, but annotate.ID, at time.Time) (annotate.Assignment, error) {
	var w annotate.Assignment
	err := s.inTurn(ctx, a, func(tx pgx.Tx) error {
		article, err := nextOwn(ctx, tx, a, but)
		if errors.Is(err, annotate.ErrNotFound) {
			article, err = fromPool(ctx, tx, a, but, at)
		}
		if err == nil {
			w, err = begin(ctx, tx, a, article, at)
		}
		return err
	})
	if err != nil {
		return annotate.Assignment{}, fmt.Errorf("find the next article: %w", err)
	}
	return w, nil
}

// Take assigns an article of the pool to a, who begins it. It returns
// [annotate.ErrNotFound] if the article is not in the pool for a, who may have
// it already, and [ErrUnfinished] if a has others to finish.
func (s *Store) Take(ctx context.Context, a Asker, article annotate.ID, at time.Time) (annotate.Assignment, error) {
	var w annotate.Assignment
	err := s.inTurn(ctx, a, func(tx pgx.Tx) error {
		if err := nothingOpen(ctx, tx, a); err != nil {
			return err
		}
		found, err := pooled(ctx, tx, a, ` AND s.article_id = @article AND s.assigned < @most FOR NO KEY UPDATE OF s`,
			pgx.NamedArgs{"article": article, "most": a.Project.Pool})
		if err != nil {
			return err
		}
		if _, err = assign(ctx, tx, a, Assigning{Pairs: []annotate.Assignment{{Article: found, Analyst: a.User.ID}}, At: at}); err != nil {
			return err
		}
		w, err = begin(ctx, tx, a, found, at)
		return err
	})
	if err != nil {
		return annotate.Assignment{}, fmt.Errorf("take article %s: %w", article, err)
	}
	return w, nil
}

// inTurn is inTx in which nothing else is found for a meanwhile: pressing twice
// is pressing once.
func (s *Store) inTurn(ctx context.Context, a Asker, f func(tx pgx.Tx) error) error {
	if err := a.mayTag(); err != nil {
		return err
	}
	return s.inTx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1::text || ' ' || $2::text, 0))`, a.Project.ID, a.User.ID)
		if err != nil {
			return err
		}
		return f(tx)
	})
}

// byUrgency is the order in which assignments w are worked on.
const byUrgency = `
	ORDER BY CASE w.state WHEN 'returned' THEN 0 WHEN 'in_progress' THEN 1 WHEN 'not_started' THEN 2 ELSE 3 END,
	         w.due_on NULLS LAST, w.assigned_at, w.article_id`

func nextOwn(ctx context.Context, tx pgx.Tx, a Asker, but annotate.ID) (annotate.ID, error) {
	rows, _ := tx.Query(ctx, `
		SELECT w.article_id
		FROM assignments w
		WHERE w.project_id = @project AND w.analyst_id = @analyst AND w.state <> 'done' AND (@but = '' OR w.article_id <> nullif(@but, '')::uuid)`+
		byUrgency+` LIMIT 1`, pgx.NamedArgs{"project": a.Project.ID, "analyst": a.User.ID, "but": string(but)})
	article, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[annotate.ID])
	return article, translate(err)
}

// fromPool takes an article of the pool.
func fromPool(ctx context.Context, tx pgx.Tx, a Asker, but annotate.ID, at time.Time) (annotate.ID, error) {
	if a.Project.Pool == 0 {
		return "", annotate.ErrNotFound
	}
	if but != "" {
		if err := nothingOpen(ctx, tx, a); err != nil {
			return "", err
		}
	}
	article, err := findInPool(ctx, tx, a)
	if err != nil {
		return "", err
	}
	_, err = assign(ctx, tx, a, Assigning{Pairs: []annotate.Assignment{{Article: article, Analyst: a.User.ID}}, At: at})
	return article, err
}

// nothingOpen returns [ErrUnfinished] if a has something to finish.
func nothingOpen(ctx context.Context, tx pgx.Tx, a Asker) error {
	var open bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM assignments WHERE project_id = $1 AND analyst_id = $2 AND state <> 'done')`,
		a.Project.ID, a.User.ID).Scan(&open)
	if err == nil && open {
		err = ErrUnfinished
	}
	return err
}

// findInPool finds an article that lacks analysts, and locks it. Others look at
// the same moment: what they have locked is passed over, and waited for only
// if there is nothing else, for they may leave room.
func findInPool(ctx context.Context, tx pgx.Tx, a Asker) (annotate.ID, error) {
	article, err := passingOver(ctx, tx, a)
	if !errors.Is(err, annotate.ErrNotFound) {
		return article, err
	}
	// Whoever waits may come to hold several, so all who do take them in the
	// order of their ids.
	return pooled(ctx, tx, a, ` AND s.assigned < @most ORDER BY s.article_id LIMIT 1 FOR NO KEY UPDATE OF s`,
		pgx.NamedArgs{"most": a.Project.Pool})
}

// passingOver finds an article without waiting. If it finds none it lets go of
// what it has locked and then found taken: nobody must hold that and wait.
func passingOver(ctx context.Context, tx pgx.Tx, a Asker) (article annotate.ID, err error) {
	err = pgx.BeginFunc(ctx, tx, func(tx pgx.Tx) error {
		for n := a.Project.Pool - 1; n >= 0; n-- {
			article, err = pooled(ctx, tx, a, ` AND s.assigned = @n ORDER BY s.article_id LIMIT 1 FOR NO KEY UPDATE OF s SKIP LOCKED`, pgx.NamedArgs{"n": n})
			if !errors.Is(err, annotate.ErrNotFound) {
				return err
			}
		}
		return annotate.ErrNotFound
	})
	return article, err
}

// pooled locks the article that is found by where among those a does not have
// and has not worked on apart: they may have finished it, and seen the others'.
// The lock has PostgreSQL look at the condition again in what others have left.
func pooled(ctx context.Context, tx pgx.Tx, a Asker, where string, args pgx.NamedArgs) (annotate.ID, error) {
	args["project"], args["analyst"] = a.Project.ID, a.User.ID
	rows, _ := tx.Query(ctx, `
		SELECT s.article_id
		FROM annotation_sets s
		WHERE s.project_id = @project AND s.hand = 'shared' AND NOT EXISTS (
			SELECT FROM assignments w WHERE w.project_id = @project AND w.article_id = s.article_id AND w.analyst_id = @analyst)
			AND NOT EXISTS (
			SELECT FROM annotation_sets o WHERE o.project_id = @project AND o.article_id = s.article_id AND o.analyst_id = @analyst AND o.seq > 0)`+where, args)
	article, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[annotate.ID])
	return article, translate(err)
}

// begin puts the assignment of an article to a in progress.
func begin(ctx context.Context, tx pgx.Tx, a Asker, article annotate.ID, at time.Time) (annotate.Assignment, error) {
	w, err := assignment(ctx, tx, ` FOR NO KEY UPDATE`, a.Project.ID, article, a.User.ID)
	if err != nil || w.State == annotate.InProgress {
		return w, err
	}
	return moveAssignment(ctx, tx, a.Project.ID, AssignmentChange{Article: article, Analyst: a.User.ID, State: annotate.InProgress, At: at})
}
