package store

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// What an export reads of annotations and links, in the order rowReader takes
// it, after the set's id.
const (
	rawAnnotation = `a.id, a.kind, a.fragments, a.attributes, a.entity_id, a.version, a.edited, a.codebook, a.review_state,
		a.created_by, a.created_at, a.updated_by, a.updated_at`
	rawLink = `l.id, l.from_id, l.to_id, l.role, l.attributes, l.version, l.created_by, l.created_at, l.updated_by, l.updated_at`
)

// rowReader turns rows in PostgreSQL's binary format into annotations. pgx's
// own scanning takes several times as long as the database does, and an
// export reads a million rows. What occurs again and again is held once.
type rowReader struct {
	docs   []annotate.AnnotatedArticle
	index  map[uuidBytes]int // of the article in docs, by set
	merged map[uuidBytes]annotate.ID
	ids    map[uuidBytes]annotate.ID // of people and entities
	words  map[string]string         // kinds, states, roles
	// Annotations made under the version stored of the codebook are read as
	// made under the version told.
	stored, told int
	coded        map[string]annotate.Attributes
	home         annotate.Origin // the project that the export is of
}

type uuidBytes [16]byte

// What may occur again is held if it is short, and not too many of it.
const (
	maxRepeated  = 4096
	maxHeldCodes = 256 // bytes of attributes
)

func newRowReader() *rowReader {
	return &rowReader{
		index: map[uuidBytes]int{}, merged: map[uuidBytes]annotate.ID{}, ids: map[uuidBytes]annotate.ID{},
		words: map[string]string{}, coded: map[string]annotate.Attributes{},
	}
}

// begin makes docs what rows are added to.
func (r *rowReader) begin(docs []annotate.AnnotatedArticle) {
	r.docs = docs
	clear(r.index)
}

// place says that rows of set belong to the article at i.
func (r *rowReader) place(set annotate.ID, i int) error {
	key, err := uuidOf(set)
	r.index[key] = i
	return err
}

func uuidOf(id annotate.ID) (u uuidBytes, err error) {
	s := string(id)
	if len(s) != 36 {
		return u, fmt.Errorf("%q is no UUID", s)
	}
	_, err = hex.Decode(u[:], []byte(s[:8]+s[9:13]+s[14:18]+s[19:23]+s[24:]))
	return u, err
}

// readMerged reads which entities are read as another.
func (r *rowReader) readMerged(ctx context.Context, q querier, project annotate.ID) error {
	rows, _ := q.Query(ctx, `SELECT id, merged_into FROM entities WHERE project_id = $1 AND merged_into IS NOT NULL ORDER BY id`, project)
	var id uuidBytes
	var into annotate.ID
	_, err := pgx.ForEachRow(rows, []any{(*[16]byte)(&id), &into}, func() error {
		r.merged[id] = into
		return nil
	})
	return err
}

// rawRow is a row that is taken apart from the left. Its first mistake stays.
type rawRow struct {
	values [][]byte
	err    error
}

// take is the next value, of n bytes unless n is 0.
func (w *rawRow) take(n int) []byte {
	v := w.values[0]
	w.values = w.values[1:]
	if n > 0 && len(v) != n {
		w.err = fmt.Errorf("a value has %d bytes and not %d", len(v), n)
		return make([]byte, n)
	}
	return v
}

func (w *rawRow) uuid() uuidBytes { return uuidBytes(w.take(16)) }

func (w *rawRow) id() annotate.ID { return w.uuid().id() }

func (u uuidBytes) id() annotate.ID {
	var b [36]byte
	hex.Encode(b[:8], u[:4])
	hex.Encode(b[9:13], u[4:6])
	hex.Encode(b[14:18], u[6:8])
	hex.Encode(b[19:23], u[8:10])
	hex.Encode(b[24:], u[10:])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return annotate.ID(b[:])
}

func (w *rawRow) int() int { return int(int32(binary.BigEndian.Uint32(w.take(4)))) } //nolint:gosec // an int4

// epoch is when PostgreSQL's time begins.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()

func (w *rawRow) time() time.Time {
	return time.UnixMicro(epoch + int64(binary.BigEndian.Uint64(w.take(8)))).UTC() //nolint:gosec // an int8
}

// fragments reads an int4range[] of ranges that fragments_sound has let in.
func (w *rawRow) fragments() []annotate.Fragment {
	// An array is its dimensions, flags and element type, then the length and
	// lower bound of its dimension, then the elements, each after its length. A
	// range is its flags, then two bounds, each after its length.
	const header, dimension, element = 12, 8, 4 + 1 + 8 + 8
	const lowerInclusive = 2 // and upper exclusive, both finite
	v := w.take(0)
	if len(v) == header {
		return nil
	}
	n := (len(v) - header - dimension) / element
	if len(v) != header+dimension+n*element {
		w.err = fmt.Errorf("fragments have %d bytes", len(v))
		return nil
	}
	fragments := make([]annotate.Fragment, n)
	for i, v := 0, v[header+dimension:]; i < n; i, v = i+1, v[element:] {
		if v[4] != lowerInclusive {
			w.err = fmt.Errorf("a fragment is a range with the flags %#x", v[4])
		}
		fragments[i] = annotate.Fragment{Start: int(binary.BigEndian.Uint32(v[9:])), End: int(binary.BigEndian.Uint32(v[17:]))}
	}
	return fragments
}

// doc is the article that the row belongs to.
func (r *rowReader) doc(w *rawRow) *annotate.AnnotatedArticle {
	i, ok := r.index[w.uuid()]
	if !ok {
		w.err = fmt.Errorf("a row belongs to none of the %d annotation sets asked for", len(r.index))
		return &annotate.AnnotatedArticle{}
	}
	return &r.docs[i]
}

func (r *rowReader) annotation(row [][]byte) error {
	w := &rawRow{values: row}
	d := r.doc(w)
	d.Annotations = append(d.Annotations, annotate.Annotation{
		ID: w.id(), Kind: r.word(w), Fragments: w.fragments(), Attributes: r.attributes(w), Entity: r.entity(w), Version: w.int(), Edited: w.int(), Codebook: r.codebook(w),
		Review: annotate.ReviewState(r.word(w)), CreatedBy: r.person(w), CreatedAt: w.time(), UpdatedBy: r.person(w), UpdatedAt: w.time(),
	})
	return w.err
}

func (r *rowReader) link(row [][]byte) error {
	w := &rawRow{values: row}
	d := r.doc(w)
	d.Links = append(d.Links, annotate.Link{
		ID: w.id(), From: w.id(), To: w.id(), Role: annotate.LinkRole(r.word(w)), Attributes: r.attributes(w), Version: w.int(),
		CreatedBy: r.person(w), CreatedAt: w.time(), UpdatedBy: r.person(w), UpdatedAt: w.time(),
	})
	return w.err
}

func (r *rowReader) review(row [][]byte) error {
	w := &rawRow{values: row}
	d := r.doc(w)
	d.Reviews = append(d.Reviews, annotate.Review{
		ID: w.id(), Claim: w.id(), Version: w.int(), Decision: annotate.Decision(r.word(w)), Reason: string(w.take(0)),
		Reviewer: r.person(w), CreatedAt: w.time(), Imported: r.imported(w),
	})
	return w.err
}

// imported is where a decision was made, unless that is the project that the
// export is of. An export does not tell who brought it from there.
func (r *rowReader) imported(w *rawRow) *annotate.Import {
	b := w.take(0)
	if b == nil {
		return nil
	}
	var from annotate.Origin
	if err := json.Unmarshal(b, &from); err != nil {
		w.err = err
	}
	return r.away(from)
}

func (r *rowReader) away(from annotate.Origin) *annotate.Import {
	if from == r.home {
		return nil
	}
	return &annotate.Import{From: from}
}

func (r *rowReader) comment(row [][]byte) error {
	w := &rawRow{values: row}
	d := r.doc(w)
	d.Comments = append(d.Comments, annotate.Comment{
		ID: w.id(), Claim: w.id(), Author: r.person(w), Body: string(w.take(0)), CreatedAt: w.time(),
		ReplyTo: w.idOrNone(), ResolvedBy: r.personOrNone(w), ResolvedAt: w.timeOrNone(),
	})
	return w.err
}

// none reports whether the next value is null, and passes over it if it is.
func (w *rawRow) none() bool {
	if w.values[0] != nil {
		return false
	}
	w.values = w.values[1:]
	return true
}

func (w *rawRow) idOrNone() annotate.ID {
	if w.none() {
		return ""
	}
	return w.id()
}

func (w *rawRow) timeOrNone() time.Time {
	if w.none() {
		return time.Time{}
	}
	return w.time()
}

func (r *rowReader) personOrNone(w *rawRow) annotate.ID {
	if w.none() {
		return ""
	}
	return r.person(w)
}

func (r *rowReader) codebook(w *rawRow) int {
	if version := w.int(); version != r.stored {
		return version
	}
	return r.told
}

func (r *rowReader) person(w *rawRow) annotate.ID { return r.repeated(w.uuid()) }

// entity is the canonical entity, or empty.
func (r *rowReader) entity(w *rawRow) annotate.ID {
	if w.values[0] == nil {
		w.values = w.values[1:]
		return ""
	}
	u := w.uuid()
	if into, merged := r.merged[u]; merged {
		return into
	}
	return r.repeated(u)
}

func (r *rowReader) repeated(u uuidBytes) annotate.ID {
	id, ok := r.ids[u]
	if !ok {
		id = u.id()
		hold(r.ids, u, id)
	}
	return id
}

func (r *rowReader) word(w *rawRow) string {
	b := w.take(0)
	word, ok := r.words[string(b)]
	if !ok {
		word = string(b)
		hold(r.words, word, word)
	}
	return word
}

func (r *rowReader) attributes(w *rawRow) annotate.Attributes {
	b := w.take(0)
	a, ok := r.coded[string(b)]
	if !ok {
		var err error
		if a, err = decodeAttributes(b); err != nil {
			w.err = err
		}
		if len(b) <= maxHeldCodes {
			hold(r.coded, string(b), a)
		}
	}
	return a
}

// hold keeps value, in place of all the others if they have become many.
func hold[K comparable, V any](values map[K]V, key K, value V) {
	if len(values) >= maxRepeated {
		clear(values)
	}
	values[key] = value
}
