package store

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"onrecord.dev/internal/annotate"
)

// annotationColumns are a's columns in the order scanAnnotation reads them,
// after the set's id.
const annotationColumns = `a.id, a.kind, a.fragments, a.attributes, a.entity_id, a.version, a.edited, a.codebook, a.review_state, a.deleted,
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
	err := row.Scan(&a.set, &a.ID, &a.Kind, &fragments, &attributes, &entity, &a.Version, &a.Edited, &a.Codebook, &a.Review, &a.Deleted,
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

const annotationInput = `unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::json[], $7::text[], $8::int[], $9::int[],
	        $10::int[], $11::bool[], $12::uuid[], $13::timestamptz[], $14::uuid[], $15::timestamptz[])
	     AS u (project_id, set_id, id, kind, fragments, attributes, entity, version, edited, codebook, deleted, created_by, created_at, updated_by, updated_at)`

// New annotations are inserted and known ones updated, never either: an id
// that belongs to another set must fail and not be taken over.
const (
	insertAnnotations = `
	INSERT INTO annotations (project_id, set_id, id, kind, fragments, attributes, entity_id, version, edited, codebook, deleted,
	                         created_by, created_at, updated_by, updated_at)
	SELECT project_id, set_id, id, kind, fragments::int4range[], attributes, nullif(entity, '')::uuid, version, edited, codebook, deleted,
	       created_by, created_at, updated_by, updated_at
	FROM ` + annotationInput

	updateAnnotations = `
	UPDATE annotations a SET
	    kind = u.kind, fragments = u.fragments::int4range[], attributes = u.attributes, entity_id = nullif(u.entity, '')::uuid,
	    version = u.version, edited = u.edited, codebook = u.codebook, review_state = 'unreviewed', deleted = u.deleted,
	    updated_by = u.updated_by, updated_at = u.updated_at
	FROM ` + annotationInput + `
	WHERE a.project_id = u.project_id AND a.set_id = u.set_id AND a.id = u.id`
)

// annotationsByColumn holds annotations as annotationInput takes them.
type annotationsByColumn struct {
	projects, sets, ids, kinds, fragments, attributes, entities, createdBy, updatedBy []string
	versions, edited, codebooks                                                       []int32
	deleted                                                                           []bool
	createdAt, updatedAt                                                              []time.Time
}

func (c *annotationsByColumn) add(set *keptSet, a annotate.Annotation) {
	c.projects = append(c.projects, string(set.key.project))
	c.sets = append(c.sets, string(set.id))
	c.ids = append(c.ids, string(a.ID))
	c.kinds = append(c.kinds, a.Kind)
	c.fragments = append(c.fragments, rangesText(a.Fragments))
	c.attributes = append(c.attributes, encodeAttributes(a.Attributes))
	c.entities = append(c.entities, string(a.Entity))
	c.versions = append(c.versions, int32(a.Version))    //nolint:gosec // one a change set
	c.edited = append(c.edited, int32(a.Edited))         //nolint:gosec // at most the version
	c.codebooks = append(c.codebooks, int32(a.Codebook)) //nolint:gosec // counted one by one
	c.deleted = append(c.deleted, a.Deleted)
	c.createdBy = append(c.createdBy, string(a.CreatedBy))
	c.createdAt = append(c.createdAt, a.CreatedAt)
	c.updatedBy = append(c.updatedBy, string(a.UpdatedBy))
	c.updatedAt = append(c.updatedAt, a.UpdatedAt)
}

// queue queues sql with the annotations, if there are any.
func (c *annotationsByColumn) queue(b *pgx.Batch, sql string) {
	if len(c.ids) > 0 {
		b.Queue(sql, c.projects, c.sets, c.ids, c.kinds, c.fragments, c.attributes, c.entities, c.versions, c.edited, c.codebooks,
			c.deleted, c.createdBy, c.createdAt, c.updatedBy, c.updatedAt).Exec(hit(len(c.ids)))
	}
}

// hit holds a statement to have written n rows.
func hit(n int) func(pgconn.CommandTag) error {
	return func(tag pgconn.CommandTag) error {
		if tag.RowsAffected() != int64(n) {
			return fmt.Errorf("%d rows written of %d", tag.RowsAffected(), n)
		}
		return nil
	}
}

const linkInput = `unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::json[], $8::int[], $9::bool[],
	        $10::uuid[], $11::timestamptz[], $12::uuid[], $13::timestamptz[])
	     AS u (project_id, set_id, id, from_id, to_id, role, attributes, version, deleted, created_by, created_at, updated_by, updated_at)`

const (
	insertLinks = `
	INSERT INTO links (project_id, set_id, id, from_id, to_id, role, attributes, version, deleted, created_by, created_at, updated_by, updated_at)
	SELECT * FROM ` + linkInput

	updateLinks = `
	UPDATE links l SET
	    from_id = u.from_id, to_id = u.to_id, role = u.role, attributes = u.attributes,
	    version = u.version, deleted = u.deleted, updated_by = u.updated_by, updated_at = u.updated_at
	FROM ` + linkInput + `
	WHERE l.project_id = u.project_id AND l.set_id = u.set_id AND l.id = u.id`
)

// linksByColumn holds links as linkInput takes them.
type linksByColumn struct {
	projects, sets, ids, from, to, roles, attributes, createdBy, updatedBy []string
	versions                                                               []int32
	deleted                                                                []bool
	createdAt, updatedAt                                                   []time.Time
}

func (c *linksByColumn) add(set *keptSet, l annotate.Link) {
	c.projects = append(c.projects, string(set.key.project))
	c.sets = append(c.sets, string(set.id))
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

// queue queues sql with the links, if there are any.
func (c *linksByColumn) queue(b *pgx.Batch, sql string) {
	if len(c.ids) > 0 {
		b.Queue(sql, c.projects, c.sets, c.ids, c.from, c.to, c.roles, c.attributes, c.versions, c.deleted,
			c.createdBy, c.createdAt, c.updatedBy, c.updatedAt).Exec(hit(len(c.ids)))
	}
}
