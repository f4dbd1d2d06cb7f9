package store

import (
	"encoding/json"
	"fmt"
	"strconv"

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

const annotationInput = `unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::json[], $7::uuid[], $8::int[], $9::int[],
	        $10::int[], $11::bool[], $12::uuid[], $13::timestamptz[], $14::uuid[], $15::timestamptz[])
	     AS u (project_id, set_id, id, kind, fragments, attributes, entity_id, version, edited, codebook, deleted, created_by, created_at, updated_by, updated_at)`

// New annotations are inserted and known ones updated, never either: an id
// that belongs to another set must fail and not be taken over.
const (
	insertAnnotations = `
	INSERT INTO annotations (project_id, set_id, id, kind, fragments, attributes, entity_id, version, edited, codebook, deleted,
	                         created_by, created_at, updated_by, updated_at)
	SELECT project_id, set_id, id, kind, fragments::int4range[], attributes, entity_id, version, edited, codebook, deleted,
	       created_by, created_at, updated_by, updated_at
	FROM ` + annotationInput

	updateAnnotations = `
	UPDATE annotations a SET
	    kind = u.kind, fragments = u.fragments::int4range[], attributes = u.attributes, entity_id = u.entity_id,
	    version = u.version, edited = u.edited, codebook = u.codebook, review_state = 'unreviewed', deleted = u.deleted,
	    updated_by = u.updated_by, updated_at = u.updated_at
	FROM ` + annotationInput + `
	WHERE a.project_id = u.project_id AND a.set_id = u.set_id AND a.id = u.id`
)

// annotationRows are annotations as annotationInput takes them.
type annotationRows struct{ of [15]column }

func (r *annotationRows) add(set *keptSet, a annotate.Annotation) {
	r.of[0].id(set.key.project)
	r.of[1].id(set.id)
	r.of[2].id(a.ID)
	r.of[3].quoted(a.Kind)
	r.of[4].quoted(rangesText(a.Fragments))
	r.of[5].quoted(encodeAttributes(a.Attributes))
	r.of[6].idOrNull(a.Entity)
	r.of[7].int(int64(a.Version))
	r.of[8].int(int64(a.Edited))
	r.of[9].int(int64(a.Codebook))
	r.of[10].bool(a.Deleted)
	r.of[11].id(a.CreatedBy)
	r.of[12].time(a.CreatedAt)
	r.of[13].id(a.UpdatedBy)
	r.of[14].time(a.UpdatedAt)
}

// queueRows queues sql with rows given by their columns, if there are any, and
// holds it to write all of them.
func queueRows(b *pgx.Batch, sql string, columns []column) {
	if n := columns[0].n; n > 0 {
		b.Queue(sql, arguments(columns)...).Exec(hit(n))
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

// linkRows are links as linkInput takes them.
type linkRows struct{ of [13]column }

func (r *linkRows) add(set *keptSet, l annotate.Link) {
	r.of[0].id(set.key.project)
	r.of[1].id(set.id)
	r.of[2].id(l.ID)
	r.of[3].id(l.From)
	r.of[4].id(l.To)
	r.of[5].plain(string(l.Role))
	r.of[6].quoted(encodeAttributes(l.Attributes))
	r.of[7].int(int64(l.Version))
	r.of[8].bool(l.Deleted)
	r.of[9].id(l.CreatedBy)
	r.of[10].time(l.CreatedAt)
	r.of[11].id(l.UpdatedBy)
	r.of[12].time(l.UpdatedAt)
}
