package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onrecord.dev/internal/annotate"
)

// write gathers change sets that are written in one transaction.
type write struct {
	sets    []*keptSet // in the order they were first appended to
	was     []int64    // the seq each had
	changed map[*keptSet]map[annotate.ID]bool
	log     logRows
	authors [2]column // with what lets them in, as moveOn takes them
	work    [4]column // of analysts on sets of their own, as goOn takes it
}

func newWrite() *write { return &write{changed: map[*keptSet]map[annotate.ID]bool{}} }

// add has p's change set, which was appended to set after seq was, written.
func (w *write) add(set *keptSet, was int64, p *passage, outcome annotate.Outcome) error {
	cs := p.cs
	operations, err := json.Marshal(annotate.Records(outcome.Operations))
	if err != nil {
		return fmt.Errorf("encode change set %s: %w", cs.ID, err)
	}
	inverse, err := json.Marshal(annotate.Records(outcome.Inverse))
	if err != nil {
		return fmt.Errorf("encode change set %s: %w", cs.ID, err)
	}
	if w.changed[set] == nil {
		w.changed[set] = map[annotate.ID]bool{}
		w.sets, w.was = append(w.sets, set), append(w.was, was)
		if analyst := set.key.hand.Analyst(); analyst != "" {
			w.work[0].id(set.key.project)
			w.work[1].id(set.key.article)
			w.work[2].id(analyst)
			w.work[3].time(cs.At)
		}
	}
	w.log.add(set, cs, operations, inverse)
	w.authors[0].id(cs.Author)
	w.authors[1].intOrNull(p.access)
	for _, op := range outcome.Operations {
		if op.Annotation != nil {
			w.changed[set][op.Annotation.ID] = true
		} else {
			w.changed[set][op.Link.ID] = true
		}
	}
	return nil
}

// save writes all in a transaction of its own: one round trip.
func (w *write) save(ctx context.Context, pool *pgxpool.Pool) error {
	if len(w.sets) == 0 {
		return nil
	}
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	b := &pgx.Batch{}
	b.Queue(`BEGIN`)
	w.queue(b)
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		_, _ = conn.Exec(ctx, `ROLLBACK`) // a connection that is gone has rolled back
		return translate(err)
	}
	return ended(conn)
}

// finish writes all in the transaction conn is in, and commits it.
func (w *write) finish(ctx context.Context, conn *pgxpool.Conn) error {
	b := &pgx.Batch{}
	w.queue(b)
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		return translate(err)
	}
	return ended(conn)
}

// ended holds the transaction to be over: COMMIT of a failed one says no
// more than ROLLBACK.
func ended(conn *pgxpool.Conn) error {
	if conn.Conn().PgConn().TxStatus() != 'I' {
		return errors.New("the transaction did not end")
	}
	return nil
}

// moveOn moves each set's number on if it, the codebook, the project's mode and
// what its authors may do are what they were thought to be, and an analyst's own
// set is still assigned to them. If they are not, the number becomes
// NULL, which is refused and takes the transaction with it. It also counts the
// new annotations.
const moveOn = `
	UPDATE annotation_sets s SET
	    seq = CASE WHEN s.seq = m.was AND p.codebook = m.codebook AND (s.hand = 'shared') = (p.mode = 'shared') AND (
	                   s.analyst_id IS NULL OR EXISTS (
	                       SELECT FROM assignments w
	                       WHERE w.project_id = s.project_id AND w.article_id = s.article_id AND w.analyst_id = s.analyst_id)) AND NOT EXISTS (
	                   SELECT FROM unnest($8::uuid[], $9::bigint[]) AS a (id, access)
	                   LEFT JOIN users u ON u.id = a.id
	                   WHERE u.id IS NULL OR u.access <> a.access)
	          THEN m.seq END,
	    annotations = s.annotations + m.annotations,
	    claims_unreviewed = s.claims_unreviewed + m.claims
	FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::int[], $6::int[], $7::int[])
	     AS m (project_id, id, was, seq, codebook, annotations, claims)
	JOIN projects p ON p.id = m.project_id
	WHERE s.project_id = m.project_id AND s.id = m.id`

// goOn notes that analysts work on articles that are assigned to them. One who
// has finished meanwhile would have no note left, which is refused and takes the
// transaction with it.
const goOn = `
	UPDATE assignments w SET
	    state = 'in_progress', started_at = coalesce(w.started_at, u.at), active_at = u.at,
	    note = CASE WHEN w.state <> 'done' THEN w.note END
	FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[]) AS u (project_id, article_id, analyst_id, at)
	WHERE w.project_id = u.project_id AND w.article_id = u.article_id AND w.analyst_id = u.analyst_id`

// queue queues the statements: the numbers first, whose rows are the locks,
// and annotations before the links that need them.
func (w *write) queue(b *pgx.Batch) {
	var moves [7]column
	var newAnnotations, oldAnnotations annotationRows
	var newLinks, deletedLinks, oldLinks linkRows
	for i, set := range w.sets {
		annotations, claims := 0, 0
		for id := range w.changed[set] {
			a, isAnnotation := set.state.Annotations[id]
			l := set.state.Links[id]
			stored, exists := set.stored[id]
			switch {
			case isAnnotation && !exists:
				newAnnotations.add(set, a)
				annotations, claims = counted(a, annotations, claims)
			case isAnnotation && a.Version != stored:
				oldAnnotations.add(set, a)
			case !isAnnotation && !exists:
				newLinks.add(set, l)
			case !isAnnotation && l.Version != stored && l.Deleted:
				deletedLinks.add(set, l)
			case !isAnnotation && l.Version != stored:
				oldLinks.add(set, l)
			}
		}
		moves[0].id(set.key.project)
		moves[1].id(set.id)
		moves[2].int(w.was[i])
		moves[3].int(set.seq)
		moves[4].int(int64(set.version))
		moves[5].int(int64(annotations))
		moves[6].int(int64(claims))
	}
	b.Queue(moveOn, append(arguments(moves[:]), arguments(w.authors[:])...)...).Exec(hit(len(w.sets)))
	queueRows(b, goOn, w.work[:])
	queueRows(b, insertLog, w.log.of[:])
	queueRows(b, insertAnnotations, newAnnotations.of[:])
	queueRows(b, updateAnnotations, oldAnnotations.of[:])
	queueRows(b, updateLinks, deletedLinks.of[:]) // make room for new ones that say the same
	queueRows(b, updateLinks, oldLinks.of[:])
	queueRows(b, insertLinks, newLinks.of[:])
	b.Queue(`COMMIT`)
}

// counted counts a new annotation, none of which is reviewed.
func counted(a annotate.Annotation, annotations, claims int) (newAnnotations, newClaims int) {
	switch {
	case a.Deleted:
		return annotations, claims
	case a.Kind == annotate.Claim:
		return annotations + 1, claims + 1
	default:
		return annotations + 1, claims
	}
}

const insertLog = `
	INSERT INTO change_sets (project_id, set_id, seq, client_id, author_id, codebook, operations, inverse, created_at)
	SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::uuid[], $5::uuid[], $6::int[], $7::json[], $8::json[], $9::timestamptz[])`

// logRows are change sets as insertLog takes them.
type logRows struct{ of [9]column }

func (r *logRows) add(set *keptSet, cs annotate.ChangeSet, operations, inverse []byte) {
	r.of[0].id(set.key.project)
	r.of[1].id(set.id)
	r.of[2].int(set.seq)
	r.of[3].id(cs.ID)
	r.of[4].id(cs.Author)
	r.of[5].int(int64(set.version))
	r.of[6].quoted(string(operations))
	r.of[7].quoted(string(inverse))
	r.of[8].time(cs.At)
}

func decodeOutcome(operations, inverse []byte) (annotate.Outcome, error) {
	var done, undo []annotate.OperationRecord
	if err := errors.Join(json.Unmarshal(operations, &done), json.Unmarshal(inverse, &undo)); err != nil {
		return annotate.Outcome{}, fmt.Errorf("read the log: %w", err)
	}
	return annotate.Outcome{Operations: annotate.Operations(done), Inverse: annotate.Operations(undo)}, nil
}
