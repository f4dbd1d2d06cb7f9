package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// selectBulk reads bulk changes b, each with the name of its author and of the
// entity it named.
const selectBulk = `
	SELECT b.id, b.what, b.wish, coalesce(e.name, '') AS entity, b.author_id AS author, u.name AS by, b.created_at,
	       coalesce(b.worked_on_until > now(), false) AS under_way,
	       n.articles, n.left_to_do, n.changed, n.undone, n.done, b.hand
	FROM bulk_changes b
	JOIN users u ON u.id = b.author_id
	LEFT JOIN entities e ON e.project_id = b.project_id AND e.id = (b.wish ->> 'entity')::uuid
	CROSS JOIN LATERAL (
	    SELECT count(*) AS articles, count(p.todo) AS left_to_do, count(did.seq) AS changed, count(undid.seq) AS undone,
	           coalesce(sum(p.done), 0) AS done
	    FROM bulk_parts p` + bulkPartLog + `
	    WHERE p.project_id = b.project_id AND p.bulk_id = b.id) AS n`

// bulkPartLog joins to parts p the change sets that did and undid them.
const bulkPartLog = `
	LEFT JOIN change_sets did ON did.project_id = p.project_id AND did.client_id = p.change_set
	LEFT JOIN change_sets undid ON undid.project_id = p.project_id AND undid.client_id = p.undone`

// BulkChanges lists the bulk changes of a project that a may know of, without
// their parts, the newest first.
func (s *Store) BulkChanges(ctx context.Context, a Asker, limit int, cursor string) (Page[annotate.BulkChange], error) {
	limit = limited(limit)
	before := annotate.ID("ffffffff-ffff-ffff-ffff-ffffffffffff")
	if cursor != "" {
		key, err := readCursor(cursor, 1)
		if err != nil {
			return Page[annotate.BulkChange]{}, err
		}
		if before, err = annotate.ParseID(key[0]); err != nil {
			return Page[annotate.BulkChange]{}, errCursor
		}
	}
	// Their ids are in the order they were made in.
	rows, _ := s.pool.Query(ctx, selectBulk+`
		WHERE b.project_id = $1 AND b.id < $2 AND ($4::uuid IS NULL OR b.hand IN ('shared', $4::uuid::text))
		ORDER BY b.id DESC
		LIMIT $3`, a.Project.ID, before, limit+1, a.apart())
	found, err := pgx.CollectRows(rows, scanBulk)
	if err != nil {
		return Page[annotate.BulkChange]{}, fmt.Errorf("list bulk changes: %w", translate(err))
	}
	return pageOf(found, limit, func(b annotate.BulkChange) []string { return []string{string(b.ID)} }), nil
}

func scanBulk(row pgx.CollectableRow) (annotate.BulkChange, error) {
	var b annotate.BulkChange
	err := row.Scan(&b.ID, &b.What, &b.Wish, &b.Entity, &b.Author, &b.By, &b.CreatedAt, &b.UnderWay,
		&b.Articles, &b.LeftToDo, &b.Changed, &b.Undone, &b.Done, &b.Hand)
	return b, err
}

// BulkChange reads what a bulk change did and what has been undone of it.
func (s *Store) BulkChange(ctx context.Context, a Asker, id annotate.ID) (annotate.BulkChange, error) {
	project := a.Project.ID
	var b annotate.BulkChange
	batch := &pgx.Batch{}
	batch.Queue(selectBulk+` WHERE b.project_id = $1 AND b.id = $2`, project, id).Query(func(rows pgx.Rows) (err error) {
		b, err = pgx.CollectExactlyOneRow(rows, scanBulk)
		return err
	})
	batch.Queue(`
		SELECT p.article_id, a.headline, CASE WHEN did.seq IS NULL THEN NULL ELSE p.change_set END, p.done, p.left_out, p.todo IS NOT NULL,
		       CASE WHEN undid.seq IS NULL THEN NULL ELSE p.undone END, p.kept
		FROM bulk_parts p
		JOIN articles a ON a.project_id = p.project_id AND a.id = p.article_id`+bulkPartLog+`
		WHERE p.project_id = $1 AND p.bulk_id = $2
		ORDER BY a.created_at DESC, a.id DESC`, project, id).Query(func(rows pgx.Rows) (err error) {
		b.Parts, err = pgx.CollectRows(rows, scanBulkPart)
		return err
	})
	err := s.pool.SendBatch(ctx, batch).Close()
	if err == nil && !b.Hand.MaySee(a.User.ID, a.Role, false) {
		err = annotate.ErrNotFound
	}
	if err != nil {
		return annotate.BulkChange{}, fmt.Errorf("read bulk change %s: %w", id, translate(err))
	}
	return b, nil
}

func scanBulkPart(row pgx.CollectableRow) (annotate.BulkPart, error) {
	var p annotate.BulkPart
	var changeSet, undone *annotate.ID
	err := row.Scan(&p.Article, &p.Headline, &changeSet, &p.Done, &p.LeftOut, &p.ToDo, &undone, &p.Kept)
	if changeSet != nil {
		p.ChangeSet = *changeSet
	}
	if undone != nil {
		p.Undone = *undone
	}
	return p, err
}
