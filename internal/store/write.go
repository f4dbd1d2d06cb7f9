package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onrecord.dev/internal/annotate"
)

// write gathers change sets that are written in one transaction.
type write struct {
	sets    []*keptSet // in the order they were first appended to
	was     []int64    // the seq each had
	changed map[*keptSet]map[annotate.ID]bool
	log     logByColumn
}

func newWrite() *write { return &write{changed: map[*keptSet]map[annotate.ID]bool{}} }

// add has cs, which was appended to set after seq was, written.
func (w *write) add(set *keptSet, was int64, cs annotate.ChangeSet, outcome annotate.Outcome) error {
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
	}
	w.log.add(set, cs, operations, inverse)
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

// moveOn moves each set's number on if it and the codebook are what they were
// thought to be. If they are not, the number becomes NULL, which is refused
// and takes the transaction with it.
const moveOn = `
	UPDATE annotation_sets s
	SET seq = CASE WHEN s.seq = m.was AND p.codebook = m.codebook THEN m.seq END
	FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::int[]) AS m (project_id, id, was, seq, codebook)
	JOIN projects p ON p.id = m.project_id
	WHERE s.project_id = m.project_id AND s.id = m.id`

// queue queues the statements: the numbers first, whose rows are the locks,
// and annotations before the links that need them.
func (w *write) queue(b *pgx.Batch) {
	var projects, ids []string
	var seqs []int64
	var codebooks []int32
	var newAnnotations, oldAnnotations annotationsByColumn
	var newLinks, deletedLinks, oldLinks linksByColumn
	for _, set := range w.sets {
		projects, ids = append(projects, string(set.key.project)), append(ids, string(set.id))
		seqs, codebooks = append(seqs, set.seq), append(codebooks, int32(set.version)) //nolint:gosec // counted one by one
		for id := range w.changed[set] {
			a, isAnnotation := set.state.Annotations[id]
			l := set.state.Links[id]
			stored, exists := set.stored[id]
			switch {
			case isAnnotation && !exists:
				newAnnotations.add(set, a)
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
	}
	b.Queue(moveOn, projects, ids, w.was, seqs, codebooks).Exec(hit(len(ids)))
	w.log.queue(b)
	newAnnotations.queue(b, insertAnnotations)
	oldAnnotations.queue(b, updateAnnotations)
	deletedLinks.queue(b, updateLinks) // make room for new ones that say the same
	oldLinks.queue(b, updateLinks)
	newLinks.queue(b, insertLinks)
	b.Queue(`COMMIT`)
}

// logByColumn holds change sets as insertLog takes them.
type logByColumn struct {
	projects, sets, clients, authors, operations, inverses []string
	seqs                                                   []int64
	codebooks                                              []int32
	at                                                     []time.Time
}

func (c *logByColumn) add(set *keptSet, cs annotate.ChangeSet, operations, inverse []byte) {
	c.projects = append(c.projects, string(set.key.project))
	c.sets = append(c.sets, string(set.id))
	c.seqs = append(c.seqs, set.seq)
	c.clients = append(c.clients, string(cs.ID))
	c.authors = append(c.authors, string(cs.Author))
	c.codebooks = append(c.codebooks, int32(set.version)) //nolint:gosec // counted one by one
	c.operations = append(c.operations, string(operations))
	c.inverses = append(c.inverses, string(inverse))
	c.at = append(c.at, cs.At)
}

const insertLog = `
	INSERT INTO change_sets (project_id, set_id, seq, client_id, author_id, codebook, operations, inverse, created_at)
	SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::uuid[], $5::uuid[], $6::int[], $7::json[], $8::json[], $9::timestamptz[])`

func (c *logByColumn) queue(b *pgx.Batch) {
	b.Queue(insertLog, c.projects, c.sets, c.seqs, c.clients, c.authors, c.codebooks, c.operations, c.inverses, c.at)
}

func decodeOutcome(operations, inverse []byte) (annotate.Outcome, error) {
	var done, undo []annotate.OperationRecord
	if err := errors.Join(json.Unmarshal(operations, &done), json.Unmarshal(inverse, &undo)); err != nil {
		return annotate.Outcome{}, fmt.Errorf("read the log: %w", err)
	}
	return annotate.Outcome{Operations: annotate.Operations(done), Inverse: annotate.Operations(undo)}, nil
}
