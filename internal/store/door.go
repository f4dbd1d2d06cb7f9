package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onrecord.dev/internal/annotate"
)

// Shared is the hand of the set the whole team works on.
const Shared = "shared"

// Appended is what became of a change set.
type Appended struct {
	// Seq is its number in the annotation set's log, from 1.
	Seq int64
	// Replayed says that this change set had been appended before: this is the
	// first answer again.
	Replayed bool
	annotate.Outcome
}

// appendTimeout bounds the whole of one passage through the door.
const appendTimeout = 30 * time.Second

// Append applies cs to the shared annotation set of article and appends it to
// the log, or does neither: an [annotate.Refused], an [annotate.Conflict], or
// [annotate.ErrNotFound] when there is no such article. It is the only way
// annotations change. Sending the same change set again returns the first
// answer; its id used for another article is refused.
//
// A set takes one change set at a time. Those that arrive while one is being
// written are written together by the first of them, in one transaction, in
// the order they came: many writers share the wait for the disk.
func (s *Store) Append(ctx context.Context, project, article annotate.ID, hand string, cs annotate.ChangeSet) (Appended, error) {
	p := &passage{cs: cs, turn: make(chan bool, 1)}
	p.cs.At = cs.At.UTC().Truncate(time.Microsecond) // what the database keeps
	key := setKey{project, article, hand}
	if s.doors.enter(key, p) {
		p.turn <- true
	}
	if lead := <-p.turn; lead {
		// The others' change sets must not fall with this one's client.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), appendTimeout)
		defer cancel()
		s.lead(ctx, key)
	}
	if p.err != nil {
		return Appended{}, p.err
	}
	return p.done, nil
}

type setKey struct {
	project annotate.ID
	article annotate.ID
	hand    string
}

// passage is a change set on its way through the door. Its turn is true when
// it has to lead the next group and false when it has been written.
type passage struct {
	cs   annotate.ChangeSet
	turn chan bool
	done Appended
	err  error
}

// doors holds a door for each annotation set that is being written.
type doors struct {
	mu   sync.Mutex
	open map[setKey]*door
}

// door is where the change sets of one annotation set wait for each other.
type door struct{ waiting []*passage }

// maxGroup is the most change sets written in one transaction.
const maxGroup = 64

// enter queues p and reports whether it has to lead: nobody else is writing.
func (d *doors) enter(key setKey, p *passage) (lead bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	at, busy := d.open[key]
	if !busy {
		at = &door{}
		d.open[key] = at
	}
	at.waiting = append(at.waiting, p)
	return !busy
}

// take gives the leader its group; it is the first of it.
func (d *doors) take(key setKey) []*passage {
	d.mu.Lock()
	defer d.mu.Unlock()
	at := d.open[key]
	n := min(len(at.waiting), maxGroup)
	group := at.waiting[:n:n]
	at.waiting = at.waiting[n:]
	return group
}

// next makes the first that still waits the leader, or closes the door.
func (d *doors) next(key setKey) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if at := d.open[key]; len(at.waiting) > 0 {
		at.waiting[0].turn <- true
	} else {
		delete(d.open, key)
	}
}

// lead writes a group of change sets, its leader's first.
func (s *Store) lead(ctx context.Context, key setKey) {
	group := s.doors.take(key)
	defer s.doors.next(key)
	defer func() {
		for _, p := range group[1:] {
			p.turn <- false
		}
	}()
	err := s.write(ctx, key, group)
	if err == nil || len(group) == 1 {
		setErr(group, err)
		return
	}
	// What the rules let through the database still refused, as when an entity
	// went in between. Find out whose it was.
	for i := range group {
		setErr(group[i:i+1], s.write(ctx, key, group[i:i+1]))
	}
}

func setErr(group []*passage, err error) {
	for _, p := range group {
		if err != nil {
			p.err = err
		}
	}
}

// write applies each of group to the set and writes what came of it, in one
// transaction of two round trips. A change set that is refused leaves nothing
// and keeps its own error; err is for what undid all of them.
func (s *Store) write(ctx context.Context, key setKey, group []*passage) (err error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("append to article %s: %w", key.article, err)
	}
	defer func() {
		if err != nil {
			_, _ = conn.Exec(ctx, `ROLLBACK`) // a connection that is gone has rolled back
		}
		conn.Release()
	}()
	for _, p := range group {
		p.done, p.err = Appended{}, nil
	}
	set, err := s.openSet(ctx, conn, key, group)
	if err != nil {
		return fmt.Errorf("append to article %s: %w", key.article, err)
	}
	before := set.seq
	for _, p := range group {
		p.err = set.append(p)
	}
	if set.seq == before {
		_, err = conn.Exec(ctx, `ROLLBACK`)
		return translate(err)
	}
	if err := set.save(ctx, conn); err != nil {
		return fmt.Errorf("append to article %s: %w", key.article, err)
	}
	s.herald.announce(Note{Project: key.project, Article: key.article, Seq: set.seq})
	return nil
}

// openedSet is an annotation set under its lock, with what a group of change
// sets names of it.
type openedSet struct {
	project  annotate.ID
	id       annotate.ID
	seq      int64
	version  int // of the codebook
	text     *annotate.Text
	codebook *annotate.Codebook
	state    annotate.State
	earlier  map[annotate.ID]earlier

	entries []entry
	changed map[annotate.ID]bool // annotations and links to write
}

// earlier is a change set found in the log.
type earlier struct {
	set annotate.ID
	Appended
}

// entry is a change set to be written to the log.
type entry struct {
	seq     int64
	cs      annotate.ChangeSet
	outcome annotate.Outcome
}

// names are the ids a group of change sets names.
type names struct {
	changeSets, annotations, links, entities []string
}

func namesOf(group []*passage) names {
	n := names{changeSets: []string{}, annotations: []string{}, links: []string{}, entities: []string{}}
	add := func(to *[]string, id annotate.ID) {
		if id, err := annotate.ParseID(string(id)); err == nil {
			*to = append(*to, string(id))
		}
	}
	for _, p := range group {
		add(&n.changeSets, p.cs.ID)
		for _, op := range p.cs.Operations {
			if a := op.Annotation; a != nil {
				add(&n.annotations, a.ID)
				add(&n.entities, a.Entity)
			}
			if l := op.Link; l != nil {
				add(&n.links, l.ID)
				add(&n.annotations, l.From)
				add(&n.annotations, l.To)
			}
		}
	}
	return n
}

const lockSet = `
	SELECT s.id, s.seq, s.revision_id, p.codebook
	FROM annotation_sets s
	JOIN projects p ON p.id = s.project_id
	WHERE s.project_id = $1 AND s.article_id = $2 AND s.hand = $3 AND s.analyst_id IS NULL
	FOR NO KEY UPDATE OF s`

// near finds, for the annotations $2 and the links $3, every annotation from
// which links lead to them, over any number of steps, and every one that
// within and via links lead on to.
const near = `
	WITH RECURSIVE named AS (
		SELECT unnest($2::uuid[]) AS id
		UNION
		SELECT unnest(ARRAY[from_id, to_id]) FROM links WHERE project_id = $1 AND id = ANY($3)
	), back AS (
		SELECT id FROM named
		UNION
		SELECT l.from_id FROM back b JOIN links l ON l.project_id = $1 AND l.to_id = b.id AND NOT l.deleted
	), onward AS (
		SELECT id FROM named
		UNION
		SELECT l.to_id FROM onward o JOIN links l ON l.project_id = $1 AND l.from_id = o.id AND NOT l.deleted AND l.role IN ('within', 'via')
	), near_links AS (
		SELECT id, from_id, to_id FROM links WHERE project_id = $1 AND id = ANY($3)
		UNION
		SELECT l.id, l.from_id, l.to_id FROM back b JOIN links l ON l.project_id = $1 AND l.to_id = b.id AND NOT l.deleted
		UNION
		SELECT l.id, l.from_id, l.to_id FROM onward o JOIN links l ON l.project_id = $1 AND l.from_id = o.id AND NOT l.deleted
	)`

// openSet locks the set and reads what the group names: one round trip. Each
// statement has a snapshot of its own, so what is read after the lock is as
// the last writer left it.
func (s *Store) openSet(ctx context.Context, conn *pgxpool.Conn, key setKey, group []*passage) (*openedSet, error) {
	n := namesOf(group)
	set := &openedSet{
		project: key.project,
		state: annotate.State{
			Annotations: map[annotate.ID]annotate.Annotation{}, Links: map[annotate.ID]annotate.Link{},
			Elsewhere: map[annotate.ID]bool{}, Entities: map[annotate.ID]annotate.EntityType{},
		},
		earlier: map[annotate.ID]earlier{},
		changed: map[annotate.ID]bool{},
	}
	var revision annotate.ID
	var rows []annotationRow
	var links []linkRow
	b := &pgx.Batch{}
	b.Queue(`BEGIN`)
	b.Queue(lockSet, key.project, key.article, key.hand).QueryRow(func(row pgx.Row) error {
		return row.Scan(&set.id, &set.seq, &revision, &set.version)
	})
	b.Queue(`SELECT client_id, set_id, seq, operations, inverse FROM change_sets WHERE project_id = $1 AND client_id = ANY($2)`,
		key.project, n.changeSets).Query(set.readEarlier)
	b.Queue(near+` SELECT l.set_id, `+linkColumns+` FROM links l
		WHERE l.project_id = $1 AND l.id IN (SELECT id FROM near_links)
		ORDER BY l.id`, key.project, n.annotations, n.links).
		Query(func(r pgx.Rows) (err error) { links, err = pgx.CollectRows(r, scanLink); return err })
	b.Queue(near+` SELECT a.set_id, `+annotationColumns+` FROM annotations a
		WHERE a.project_id = $1 AND a.id IN (SELECT id FROM named UNION SELECT from_id FROM near_links UNION SELECT to_id FROM near_links)
		ORDER BY a.id`, key.project, n.annotations, n.links).
		Query(func(r pgx.Rows) (err error) { rows, err = pgx.CollectRows(r, scanAnnotation); return err })
	b.Queue(`SELECT id, type FROM entities WHERE project_id = $1 AND id = ANY($2) ORDER BY id`, key.project, n.entities).Query(set.readEntities)
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		return nil, translate(err)
	}
	set.take(rows, links)
	var err error
	if set.text, err = s.text(ctx, conn, key.project, revision); err != nil {
		return nil, err
	}
	set.codebook, err = s.codebook(ctx, conn, key.project, set.version)
	return set, err
}

// take puts what was read where change sets see it, and sets apart what
// belongs to another set.
func (set *openedSet) take(rows []annotationRow, links []linkRow) {
	for _, r := range rows {
		if r.set != set.id {
			set.state.Elsewhere[r.ID] = true
			continue
		}
		set.state.Annotations[r.ID] = r.Annotation
	}
	for _, l := range links {
		if l.set != set.id {
			set.state.Elsewhere[l.ID] = true
			continue
		}
		set.state.Links[l.ID] = l.Link
	}
}

func (set *openedSet) readEarlier(rows pgx.Rows) error {
	var id annotate.ID
	var e earlier
	var operations, inverse []byte
	_, err := pgx.ForEachRow(rows, []any{&id, &e.set, &e.Seq, &operations, &inverse}, func() error {
		var err error
		e.Replayed = true
		e.Outcome, err = decodeOutcome(operations, inverse)
		set.earlier[id] = e
		return err
	})
	return err
}

func (set *openedSet) readEntities(rows pgx.Rows) error {
	var id annotate.ID
	var t annotate.EntityType
	_, err := pgx.ForEachRow(rows, []any{&id, &t}, func() error {
		set.state.Entities[id] = t
		return nil
	})
	return err
}

// append applies p's change set to what has been read, unless it is in the
// log already.
func (set *openedSet) append(p *passage) error {
	if _, err := annotate.ParseID(string(p.cs.ID)); err != nil {
		return annotate.Invalid{"id": "Give the change set a UUID in lower case, best of version 7."}
	}
	if was, sent := set.earlier[p.cs.ID]; sent {
		if was.set != set.id {
			return fmt.Errorf("change set %s: %w", p.cs.ID, annotate.ErrExists)
		}
		p.done = was.Appended
		return nil
	}
	outcome, err := set.state.Apply(p.cs, set.text, set.codebook)
	if err != nil {
		return err
	}
	set.seq++
	p.done = Appended{Seq: set.seq, Outcome: outcome}
	set.entries = append(set.entries, entry{set.seq, p.cs, outcome})
	again := p.done
	again.Replayed = true
	set.earlier[p.cs.ID] = earlier{set.id, again}
	for _, op := range outcome.Operations {
		if op.Annotation != nil {
			set.changed[op.Annotation.ID] = true
		} else {
			set.changed[op.Link.ID] = true
		}
	}
	return nil
}

// save writes the log and the state and commits: one round trip.
func (set *openedSet) save(ctx context.Context, conn *pgxpool.Conn) error {
	b := &pgx.Batch{}
	if err := set.queueLog(b); err != nil {
		return err
	}
	set.queueState(b)
	b.Queue(`UPDATE annotation_sets SET seq = $3 WHERE project_id = $1 AND id = $2`, set.project, set.id, set.seq)
	b.Queue(`COMMIT`)
	err := conn.SendBatch(ctx, b).Close()
	if err == nil && conn.Conn().PgConn().TxStatus() != 'I' {
		err = errors.New("the transaction did not end")
	}
	return translate(err)
}

func (set *openedSet) queueLog(b *pgx.Batch) error {
	for _, e := range set.entries {
		operations, err := json.Marshal(annotate.Records(e.outcome.Operations))
		if err != nil {
			return fmt.Errorf("encode change set %s: %w", e.cs.ID, err)
		}
		inverse, err := json.Marshal(annotate.Records(e.outcome.Inverse))
		if err != nil {
			return fmt.Errorf("encode change set %s: %w", e.cs.ID, err)
		}
		b.Queue(`INSERT INTO change_sets (project_id, set_id, seq, client_id, author_id, codebook, operations, inverse, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			set.project, set.id, e.seq, e.cs.ID, e.cs.Author, set.version, string(operations), string(inverse), e.cs.At)
	}
	return nil
}

// queueState queues the rows that changed, annotations before the links that
// need them.
func (set *openedSet) queueState(b *pgx.Batch) {
	var annotations annotationColumnsOf
	var links linkColumnsOf
	for id := range set.changed {
		if a, ok := set.state.Annotations[id]; ok {
			annotations.add(a)
		}
		if l, ok := set.state.Links[id]; ok {
			links.add(l)
		}
	}
	if len(annotations.ids) > 0 {
		b.Queue(upsertAnnotations, annotations.args(set)...)
	}
	if len(links.ids) > 0 {
		b.Queue(upsertLinks, links.args(set)...)
	}
}

func decodeOutcome(operations, inverse []byte) (annotate.Outcome, error) {
	var done, undo []annotate.OperationRecord
	if err := errors.Join(json.Unmarshal(operations, &done), json.Unmarshal(inverse, &undo)); err != nil {
		return annotate.Outcome{}, fmt.Errorf("read the log: %w", err)
	}
	return annotate.Outcome{Operations: annotate.Operations(done), Inverse: annotate.Operations(undo)}, nil
}
