package store

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"onrecord.dev/internal/annotate"
)

// annotationColumns are a's columns in the order scanAnnotation reads them,
// after the set's id.
const annotationColumns = `a.id, a.kind, a.fragments, a.attributes, a.entity_id, a.version, a.edited, a.review_state, a.deleted,
	a.created_by, a.created_at, a.updated_by, a.updated_at`

// linkColumns are l's columns in the order scanLink reads them, after the
// set's id.
const linkColumns = `l.id, l.from_id, l.to_id, l.role, l.attributes, l.version, l.deleted,
	l.created_by, l.created_at, l.updated_by, l.updated_at`

type annotationRow struct {
	set annotate.ID
	annotate.Annotation
}

type linkRow struct {
	set annotate.ID
	annotate.Link
}

func scanAnnotation(row pgx.CollectableRow) (annotationRow, error) {
	var a annotationRow
	var fragments []pgtype.Range[int32]
	var attributes []byte
	var entity *annotate.ID
	err := row.Scan(&a.set, &a.ID, &a.Kind, &fragments, &attributes, &entity, &a.Version, &a.Edited, &a.Review, &a.Deleted,
		&a.CreatedBy, &a.CreatedAt, &a.UpdatedBy, &a.UpdatedAt)
	if err != nil {
		return a, err
	}
	if entity != nil {
		a.Entity = *entity
	}
	for _, f := range fragments {
		a.Fragments = append(a.Fragments, annotate.Fragment{Start: int(f.Lower), End: int(f.Upper)})
	}
	a.Attributes, err = decodeAttributes(attributes)
	return a, err
}

func scanLink(row pgx.CollectableRow) (linkRow, error) {
	var l linkRow
	var attributes []byte
	err := row.Scan(&l.set, &l.ID, &l.From, &l.To, &l.Role, &attributes, &l.Version, &l.Deleted,
		&l.CreatedBy, &l.CreatedAt, &l.UpdatedBy, &l.UpdatedAt)
	if err != nil {
		return l, err
	}
	l.Attributes, err = decodeAttributes(attributes)
	return l, err
}

func decodeAttributes(b []byte) (annotate.Attributes, error) {
	if len(b) <= 2 { // {}
		return annotate.Attributes{}, nil
	}
	var a annotate.Attributes
	if err := json.Unmarshal(b, &a); err != nil {
		return nil, fmt.Errorf("read attributes: %w", err)
	}
	return a, nil
}

func encodeAttributes(a annotate.Attributes) string {
	if len(a) == 0 {
		return "{}"
	}
	b, err := json.Marshal(a)
	if err != nil { // strings and lists of strings always encode
		panic(err)
	}
	return string(b)
}

// rangesText is fragments as PostgreSQL writes an int4range[].
func rangesText(fragments []annotate.Fragment) string {
	b := []byte{'{'}
	for i, f := range fragments {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `"[`...)
		b = strconv.AppendInt(b, int64(f.Start), 10)
		b = append(b, ',')
		b = strconv.AppendInt(b, int64(f.End), 10)
		b = append(b, `)"`...)
	}
	return string(append(b, '}'))
}

const upsertAnnotations = `
	INSERT INTO annotations (project_id, set_id, id, kind, fragments, attributes, entity_id, version, edited, review_state, deleted,
	                         created_by, created_at, updated_by, updated_at)
	SELECT $1, $2, id, kind, fragments::int4range[], attributes, nullif(entity, '')::uuid, version, edited, review_state, deleted,
	       created_by, created_at, updated_by, updated_at
	FROM unnest($3::uuid[], $4::text[], $5::text[], $6::json[], $7::text[], $8::int[], $9::int[], $10::text[], $11::bool[],
	            $12::uuid[], $13::timestamptz[], $14::uuid[], $15::timestamptz[])
	     AS u (id, kind, fragments, attributes, entity, version, edited, review_state, deleted, created_by, created_at, updated_by, updated_at)
	ON CONFLICT (project_id, id) DO UPDATE SET
	    kind = excluded.kind, fragments = excluded.fragments, attributes = excluded.attributes, entity_id = excluded.entity_id,
	    version = excluded.version, edited = excluded.edited, review_state = excluded.review_state, deleted = excluded.deleted,
	    updated_by = excluded.updated_by, updated_at = excluded.updated_at`

// annotationColumnsOf holds annotations by column, as upsertAnnotations takes
// them.
type annotationColumnsOf struct {
	ids, kinds, fragments, attributes, entities, reviews, createdBy, updatedBy []string
	versions, edited                                                           []int32
	deleted                                                                    []bool
	createdAt, updatedAt                                                       []time.Time
}

func (c *annotationColumnsOf) add(a annotate.Annotation) {
	review := a.Review
	if review == "" {
		review = annotate.Unreviewed
	}
	c.ids = append(c.ids, string(a.ID))
	c.kinds = append(c.kinds, a.Kind)
	c.fragments = append(c.fragments, rangesText(a.Fragments))
	c.attributes = append(c.attributes, encodeAttributes(a.Attributes))
	c.entities = append(c.entities, string(a.Entity))
	c.versions = append(c.versions, int32(a.Version)) //nolint:gosec // one a change set
	c.edited = append(c.edited, int32(a.Edited))      //nolint:gosec // at most the version
	c.reviews = append(c.reviews, string(review))
	c.deleted = append(c.deleted, a.Deleted)
	c.createdBy = append(c.createdBy, string(a.CreatedBy))
	c.createdAt = append(c.createdAt, a.CreatedAt)
	c.updatedBy = append(c.updatedBy, string(a.UpdatedBy))
	c.updatedAt = append(c.updatedAt, a.UpdatedAt)
}

func (c *annotationColumnsOf) args(set *openedSet) []any {
	return []any{set.project, set.id, c.ids, c.kinds, c.fragments, c.attributes, c.entities, c.versions, c.edited, c.reviews,
		c.deleted, c.createdBy, c.createdAt, c.updatedBy, c.updatedAt}
}

const upsertLinks = `
	INSERT INTO links (project_id, set_id, id, from_id, to_id, role, attributes, version, deleted, created_by, created_at, updated_by, updated_at)
	SELECT $1, $2, u.*
	FROM unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::json[], $8::int[], $9::bool[],
	            $10::uuid[], $11::timestamptz[], $12::uuid[], $13::timestamptz[])
	     AS u (id, from_id, to_id, role, attributes, version, deleted, created_by, created_at, updated_by, updated_at)
	ORDER BY NOT u.deleted -- a deleted link makes room for one that is the same
	ON CONFLICT (project_id, id) DO UPDATE SET
	    from_id = excluded.from_id, to_id = excluded.to_id, role = excluded.role, attributes = excluded.attributes,
	    version = excluded.version, deleted = excluded.deleted, updated_by = excluded.updated_by, updated_at = excluded.updated_at`

// linkColumnsOf holds links by column, as upsertLinks takes them.
type linkColumnsOf struct {
	ids, from, to, roles, attributes, createdBy, updatedBy []string
	versions                                               []int32
	deleted                                                []bool
	createdAt, updatedAt                                   []time.Time
}

func (c *linkColumnsOf) add(l annotate.Link) {
	c.ids = append(c.ids, string(l.ID))
	c.from = append(c.from, string(l.From))
	c.to = append(c.to, string(l.To))
	c.roles = append(c.roles, string(l.Role))
	c.attributes = append(c.attributes, encodeAttributes(l.Attributes))
	c.versions = append(c.versions, int32(l.Version)) //nolint:gosec // one a change set
	c.deleted = append(c.deleted, l.Deleted)
	c.createdBy = append(c.createdBy, string(l.CreatedBy))
	c.createdAt = append(c.createdAt, l.CreatedAt)
	c.updatedBy = append(c.updatedBy, string(l.UpdatedBy))
	c.updatedAt = append(c.updatedAt, l.UpdatedAt)
}

func (c *linkColumnsOf) args(set *openedSet) []any {
	return []any{set.project, set.id, c.ids, c.from, c.to, c.roles, c.attributes, c.versions, c.deleted,
		c.createdBy, c.createdAt, c.updatedBy, c.updatedAt}
}
