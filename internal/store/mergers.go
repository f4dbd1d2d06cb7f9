package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// Merge is the wish that an entity be read as another.
type Merge struct {
	From annotate.ID
	Into annotate.ID
	By   annotate.ID
	At   time.Time
}

// MergeEntity has all that is tagged with one entity read as another from now
// on, which takes over its names. Where the other has been merged itself, what
// it was merged into is meant. It returns the one that remains. Asking again
// changes nothing.
//
// It refuses, with an [annotate.Invalid] under into, to go in circles, and
// under entity, to merge what is merged into a third already.
func (s *Store) MergeEntity(ctx context.Context, project annotate.ID, m Merge) (annotate.Entity, error) {
	var remains annotate.Entity
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if err := lockEntities(ctx, tx, project); err != nil {
			return err
		}
		from, err := entity(ctx, tx, project, m.From)
		if err != nil {
			return err
		}
		into, err := canonical(ctx, tx, project, m.Into)
		if err != nil {
			return err
		}
		switch {
		case from.MergedInto == into.ID:
			remains = into
			return nil
		case from.MergedInto != "":
			return annotate.Invalid{"entity": "This has been merged into another already. Undo that merge first."}
		case m.From == m.Into:
			return annotate.Invalid{"into": "Choose another entity: this is the same."}
		case from.ID == into.ID:
			return annotate.Invalid{"into": "That one has been merged into this one already. Undo that merge first."}
		}
		if err := merge(ctx, tx, project, from.ID, into.ID, m); err != nil {
			return err
		}
		remains, err = entity(ctx, tx, project, into.ID)
		return err
	})
	if err != nil {
		return annotate.Entity{}, fmt.Errorf("merge entity %s into %s: %w", m.From, m.Into, err)
	}
	s.Announce(Note{Project: project})
	return remains, nil
}

// canonical is the entity id, or what that was merged into.
func canonical(ctx context.Context, q querier, project, id annotate.ID) (annotate.Entity, error) {
	e, err := entity(ctx, q, project, id)
	if err != nil || e.MergedInto == "" {
		return e, err
	}
	return entity(ctx, q, project, e.MergedInto)
}

func merge(ctx context.Context, tx pgx.Tx, project, from, into annotate.ID, m Merge) error {
	args := pgx.NamedArgs{"project": project, "from": from, "into": into, "by": m.By, "at": m.At}
	b := &pgx.Batch{}
	b.Queue(`
		UPDATE entities SET
		    merged_into = @into,
		    merged_with = CASE WHEN id = @from THEN @into ELSE merged_with END,
		    merged_by = CASE WHEN id = @from THEN @by ELSE merged_by END,
		    merged_at = CASE WHEN id = @from THEN @at ELSE merged_at END
		WHERE project_id = @project AND (id = @from OR merged_into = @from)`, args)
	// The other's own names stay as they are.
	b.Queue(`
		INSERT INTO entity_names (project_id, entity_id, name, type, merged_from)
		SELECT @project, @into, n.name, n.type, n.merged_from
		FROM (SELECT name, 'spelling' AS type, id AS merged_from FROM entities WHERE project_id = @project AND id = @from
		      UNION ALL
		      SELECT name, type, coalesce(merged_from, entity_id) FROM entity_names WHERE project_id = @project AND entity_id = @from) AS n
		WHERE n.name <> (SELECT name FROM entities WHERE project_id = @project AND id = @into)
		ORDER BY n.name
		ON CONFLICT (project_id, entity_id, name) DO NOTHING`, args)
	return tx.SendBatch(ctx, b).Close()
}

// UnmergeEntity undoes the merge of an entity into another: what is tagged
// with it is its own again, and the names it brought go with it. What had been
// merged into it before comes along. An entity that is not merged stays so.
//
// It refuses, with an [annotate.EntityExists], when there has come to be
// another by its name meanwhile.
func (s *Store) UnmergeEntity(ctx context.Context, project, id annotate.ID) (annotate.Entity, error) {
	var e annotate.Entity
	err := s.inTx(ctx, func(tx pgx.Tx) (err error) {
		if err := lockEntities(ctx, tx, project); err != nil {
			return err
		}
		if e, err = entity(ctx, tx, project, id); err != nil || e.MergedInto == "" {
			return err
		}
		if err := refuseTaken(ctx, tx, project, e); err != nil {
			return err
		}
		if err := unmerge(ctx, tx, project, id); err != nil {
			return err
		}
		e, err = entity(ctx, tx, project, id)
		return err
	})
	if err != nil {
		return annotate.Entity{}, fmt.Errorf("undo the merge of entity %s: %w", id, err)
	}
	s.Announce(Note{Project: project})
	return e, nil
}

// refuseTaken refuses e when another of its type goes by its name. That the
// one it was merged into goes by it too, as another spelling, is no hindrance.
func refuseTaken(ctx context.Context, q querier, project annotate.ID, e annotate.Entity) error {
	rows, _ := q.Query(ctx, selectEntity+`
		WHERE e.project_id = $1 AND e.type = $2 AND folded(e.name) = folded($3) AND e.merged_into IS NULL`, project, e.Type, e.Name)
	return refuseThat(rows)
}

func unmerge(ctx context.Context, tx pgx.Tx, project, id annotate.ID) error {
	// All that was merged into it, directly or not, and it itself.
	const withIt = `
		WITH RECURSIVE it AS (
			SELECT $2::uuid AS id
			UNION
			SELECT e.id FROM it JOIN entities e ON e.project_id = $1 AND e.merged_with = it.id
		)`
	b := &pgx.Batch{}
	b.Queue(withIt+`
		DELETE FROM entity_names n
		WHERE n.project_id = $1 AND n.merged_from IN (SELECT id FROM it) AND n.entity_id NOT IN (SELECT id FROM it)`, project, id)
	b.Queue(withIt+`
		UPDATE entities e SET
		    merged_into = CASE WHEN e.id <> $2 THEN $2 END,
		    merged_with = CASE WHEN e.id <> $2 THEN e.merged_with END,
		    merged_by = CASE WHEN e.id <> $2 THEN e.merged_by END,
		    merged_at = CASE WHEN e.id <> $2 THEN e.merged_at END
		WHERE e.project_id = $1 AND e.id IN (SELECT id FROM it)`, project, id)
	return tx.SendBatch(ctx, b).Close()
}

// Mergers lists what was merged into an entity, the latest first.
func (s *Store) Mergers(ctx context.Context, project, into annotate.ID) ([]annotate.Merger, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT `+entityColumns+`, e.merged_with, u.id AS by_id, u.name AS by_name, coalesce(e.merged_at, e.created_at) AS merged_at
		FROM entities e
		JOIN users u ON u.id = coalesce(e.merged_by, e.created_by)
		WHERE e.project_id = $1 AND e.merged_into = $2
		ORDER BY merged_at DESC, e.id DESC`, project, into)
	type row struct {
		annotate.Entity
		MergedWith annotate.ID
		ByID       annotate.ID
		ByName     string
		MergedAt   time.Time
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[row])
	if err != nil {
		return nil, fmt.Errorf("list what was merged into entity %s: %w", into, translate(err))
	}
	mergers := make([]annotate.Merger, len(found))
	for i, r := range found {
		mergers[i] = annotate.Merger{Entity: r.Entity, With: r.MergedWith, By: annotate.User{ID: r.ByID, Name: r.ByName}, At: r.MergedAt}
	}
	return mergers, nil
}
