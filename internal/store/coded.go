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

// KindUse counts the annotations of a kind, deleted ones among them.
type KindUse struct {
	Annotations int
	// WithEntity are those that stand for an entity.
	WithEntity int
}

// KindUse counts what is coded as a kind.
func (s *Store) KindUse(ctx context.Context, project annotate.ID, kind string) (KindUse, error) {
	var use KindUse
	err := s.pool.QueryRow(ctx, `SELECT count(*), count(entity_id) FROM annotations WHERE project_id = $1 AND kind = $2`, project, kind).
		Scan(&use.Annotations, &use.WithEntity)
	if err != nil {
		return use, fmt.Errorf("count annotations of kind %s: %w", kind, translate(err))
	}
	return use, nil
}

// AttributeUse counts the answers to an attribute, of annotations and links,
// deleted ones among them.
type AttributeUse struct {
	Answers int
	// Values counts how often each value of a closed list was chosen.
	Values map[string]int
}

// AttributeUse counts what is coded with an attribute.
func (s *Store) AttributeUse(ctx context.Context, project annotate.ID, a annotate.Attribute) (AttributeUse, error) {
	use := AttributeUse{Values: map[string]int{}}
	rows, _ := s.pool.Query(ctx, `
		WITH answers AS (
			SELECT attributes -> $2 AS answer FROM annotations WHERE project_id = $1
			UNION ALL
			SELECT attributes -> $2 FROM links WHERE project_id = $1)
		SELECT '', count(answer), true FROM answers
		UNION ALL
		SELECT v.value, count(*), false
		FROM answers
		CROSS JOIN LATERAL json_array_elements_text(CASE json_typeof(answer) WHEN 'array' THEN answer ELSE json_build_array(answer) END) AS v (value)
		WHERE $3 AND answer IS NOT NULL
		GROUP BY v.value
		ORDER BY 3, 1`, project, a.Name, a.Type != annotate.Prose)
	var value string
	var n int
	var all bool
	_, err := pgx.ForEachRow(rows, []any{&value, &n, &all}, func() error {
		if all {
			use.Answers = n
		} else {
			use.Values[value] = n
		}
		return nil
	})
	if err != nil {
		return use, fmt.Errorf("count answers to %s: %w", a.Name, translate(err))
	}
	return use, nil
}
