package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// refuseOrphans refuses, with an [annotate.Invalid], to put next in the place
// of the codebook version was where something is coded that next would not
// know: it could be neither shown nor exported and imported again. Nobody
// codes anything until tx ends.
func refuseOrphans(ctx context.Context, tx pgx.Tx, project annotate.ID, was int, next *annotate.Codebook) error {
	var before annotate.Codebook
	err := tx.QueryRow(ctx, `SELECT content FROM codebooks WHERE project_id = $1 AND version = $2`, project, was).Scan(&before)
	if err != nil {
		return fmt.Errorf("read codebook version %d: %w", was, err)
	}
	if next.Covers(&before) == nil {
		return nil
	}
	// Whoever appends a change set writes to this table first.
	if _, err := tx.Exec(ctx, `LOCK TABLE annotation_sets IN SHARE MODE`); err != nil {
		return err
	}
	rows, _ := tx.Query(ctx, `
		SELECT DISTINCT kind, CASE WHEN entity_id IS NULL THEN '' ELSE 'some' END, '', attributes::text FROM annotations WHERE project_id = $1
		UNION ALL
		SELECT DISTINCT '', '', role, attributes::text FROM links WHERE project_id = $1
		ORDER BY 1, 2, 3, 4`, project)
	var a annotate.Annotation
	var l annotate.Link
	var attributes []byte
	_, err = pgx.ForEachRow(rows, []any{&a.Kind, &a.Entity, &l.Role, &attributes}, func() (err error) {
		if a.Attributes, err = decodeAttributes(attributes); err != nil {
			return err
		}
		if l.Attributes = a.Attributes; l.Role != "" {
			return next.KnowsLink(l)
		}
		return next.Knows(a)
	})
	return err
}
