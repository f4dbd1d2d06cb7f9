package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// UndoBulk takes back all that a bulk change did, and what it has left to do is
// not done any more; see [Store.UndoBulkIn]. It goes on when ctx ends, as
// [Store.TagAll] does, and can be asked for again. It returns [ErrUnderWay]
// while somebody works on the change.
func (s *Store) UndoBulk(ctx context.Context, a Asker, t BulkTurn) error {
	if _, err := s.takeBulk(ctx, a, t); err != nil {
		return err
	}
	project := a.Project.ID
	return s.whileWorking(ctx, project, t.Bulk, func(ctx context.Context) error {
		rows, _ := s.pool.Query(ctx, `
			WITH ended AS (UPDATE bulk_parts SET todo = NULL WHERE project_id = $1 AND bulk_id = $2 AND todo IS NOT NULL)
			SELECT p.article_id
			FROM bulk_parts p
			JOIN change_sets c ON c.project_id = p.project_id AND c.client_id = p.change_set
			WHERE p.project_id = $1 AND p.bulk_id = $2
			ORDER BY p.article_id`, project, t.Bulk)
		articles, err := pgx.CollectRows(rows, pgx.RowTo[annotate.ID])
		if err != nil {
			return translate(err)
		}
		for _, article := range articles {
			if _, err := s.UndoBulkIn(ctx, a, article, t); err != nil && !errors.Is(err, annotate.ErrNotFound) {
				return err
			}
		}
		return nil
	})
}

// UndoBulkIn takes back what a bulk change did to an article, by a change set of
// its own, and returns how many annotations stayed as they are because others
// have changed them or linked them since, or because the codebook no longer
// lets them be as they were. Undoing twice is undoing once.
func (s *Store) UndoBulkIn(ctx context.Context, a Asker, article annotate.ID, t BulkTurn) (kept int, err error) {
	if kept, err = s.undoPart(ctx, a, article, t); err != nil {
		return 0, fmt.Errorf("undo bulk change %s in article %s: %w", t.Bulk, article, err)
	}
	return kept, nil
}

func (s *Store) undoPart(ctx context.Context, a Asker, article annotate.ID, t BulkTurn) (int, error) {
	project := a.Project.ID
	hand, err := s.turning(ctx, a, t.Bulk)
	if err != nil {
		return 0, err
	}
	// Two who undo at once name the same change set, which is taken once.
	var undone annotate.ID
	var kept int
	var inverse json.RawMessage
	err = s.pool.QueryRow(ctx, `
		UPDATE bulk_parts p SET undone = coalesce(p.undone, $4)
		FROM change_sets c
		WHERE p.project_id = $1 AND p.bulk_id = $2 AND p.article_id = $3 AND c.project_id = p.project_id AND c.client_id = p.change_set
		RETURNING p.undone, p.kept, c.inverse`, project, t.Bulk, article, NewID()).Scan(&undone, &kept, &inverse)
	if err != nil {
		return 0, translate(err)
	}
	var records []annotate.OperationRecord
	if err := json.Unmarshal(inverse, &records); err != nil {
		return 0, err
	}
	operations := annotate.Operations(records)
	all := len(operations)
	if operations, err = s.withoutLinked(ctx, project, operations); err != nil {
		return 0, err
	}
	cs := annotate.ChangeSet{ID: undone, Author: t.By, At: t.At, Operations: operations}
	done, replayed, err := s.undoWhatGoes(ctx, setKey{project, article, hand}, cs)
	if err != nil || replayed {
		return kept, err
	}
	_, err = s.pool.Exec(ctx, `
		UPDATE bulk_parts SET kept = $4, undone = CASE WHEN $5 THEN undone END
		WHERE project_id = $1 AND bulk_id = $2 AND article_id = $3`,
		project, t.Bulk, article, all-done, done > 0)
	return all - done, translate(err)
}

// withoutLinked leaves out deletions of what others have linked since: the
// links would go with it.
func (s *Store) withoutLinked(ctx context.Context, project annotate.ID, operations []annotate.Operation) ([]annotate.Operation, error) {
	var ids []annotate.ID
	for _, op := range operations {
		if op.Op == annotate.Delete && op.Annotation != nil {
			ids = append(ids, op.Annotation.ID)
		}
	}
	rows, _ := s.pool.Query(ctx, `SELECT DISTINCT to_id FROM links WHERE project_id = $1 AND to_id = ANY($2) AND NOT deleted ORDER BY to_id`, project, emptyNotNull(ids))
	linked, err := pgx.CollectRows(rows, pgx.RowTo[annotate.ID])
	if err != nil {
		return nil, translate(err)
	}
	return slices.DeleteFunc(operations, func(op annotate.Operation) bool {
		return op.Op == annotate.Delete && op.Annotation != nil && slices.Contains(linked, op.Annotation.ID)
	}), nil
}

// undoWhatGoes appends those of cs's operations that nothing is in the way of,
// and returns how many that were, or that it had been done before.
func (s *Store) undoWhatGoes(ctx context.Context, in setKey, cs annotate.ChangeSet) (done int, replayed bool, err error) {
	for len(cs.Operations) > 0 {
		appended, err := s.Append(ctx, in.project, in.article, in.hand, cs)
		bad := inTheWay(err, len(cs.Operations))
		if bad == nil {
			return len(cs.Operations), appended.Replayed, err
		}
		var rest []annotate.Operation
		for i, op := range cs.Operations {
			if _, out := bad[i]; !out {
				rest = append(rest, op)
			}
		}
		cs.Operations = rest
	}
	return 0, false, nil
}
