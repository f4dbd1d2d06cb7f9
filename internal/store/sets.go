package store

import (
	"container/list"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onrecord.dev/internal/annotate"
)

// keptSet is an annotation set as of a number in its log. The log is the
// truth; this is a copy that saves reading it before each append.
type keptSet struct {
	key      setKey
	mode     annotate.Mode // of its project
	id       annotate.ID
	revision annotate.ID
	seq      int64
	version  int // of the codebook
	text     *annotate.Text
	codebook *annotate.Codebook
	state    *annotate.State
	// stored has the versions of the rows in the database, of annotations and
	// links alike.
	stored map[annotate.ID]int
}

// keptSets holds the sets lately appended to, up to a number of rows.
type keptSets struct {
	byKey map[setKey]*list.Element
	used  *list.List // of *keptSet, the latest first
}

// maxKeptRows bounds the memory of one door's sets to about 50 MB.
const maxKeptRows = 50_000

func newKeptSets() *keptSets {
	return &keptSets{byKey: map[setKey]*list.Element{}, used: list.New()}
}

func (k *keptSets) get(key setKey) *keptSet {
	e, ok := k.byKey[key]
	if !ok {
		return nil
	}
	k.used.MoveToFront(e)
	return e.Value.(*keptSet) //nolint:errcheck,forcetypeassert // the list holds nothing else
}

// keep holds set and lets go of the least used ones if there are too many
// rows. A set's growth counts when it is next kept.
func (k *keptSets) keep(key setKey, set *keptSet) {
	k.forget(key)
	k.byKey[key] = k.used.PushFront(set)
	rows := 0
	for e := k.used.Front(); e != nil; {
		set := e.Value.(*keptSet) //nolint:errcheck,forcetypeassert // the list holds nothing else
		rows += len(set.stored) + 1
		e = e.Next()
		if rows > maxKeptRows && set.key != key {
			k.forget(set.key)
		}
	}
}

func (k *keptSets) forget(key setKey) {
	if e, ok := k.byKey[key]; ok {
		k.used.Remove(e)
		delete(k.byKey, key)
	}
}

// keptSet is the set of key, read from the database unless it is kept.
func (s *Store) keptSet(ctx context.Context, d *door, key setKey) (*keptSet, error) {
	if set := d.sets.get(key); set != nil {
		return set, nil
	}
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	if key.hand == Adjudicated {
		if err := beginAdjudication(ctx, conn, key); err != nil {
			return nil, err
		}
	}
	set := &keptSet{key: key}
	b := &pgx.Batch{}
	b.Queue(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`)
	set.queueRead(b, ``)
	b.Queue(`COMMIT`)
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		_, _ = conn.Exec(ctx, `ROLLBACK`)
		return nil, translate(err)
	}
	if err := s.complete(ctx, conn, set); err != nil {
		return nil, err
	}
	d.sets.keep(key, set)
	return set, nil
}

// beginAdjudication makes the adjudicated set of an article where analysts
// work apart, unless there is one.
func beginAdjudication(ctx context.Context, q querier, key setKey) error {
	_, err := q.Exec(ctx, `
		INSERT INTO annotation_sets (project_id, id, article_id, revision_id, hand)
		SELECT s.project_id, $3, s.article_id, s.revision_id, 'adjudicated'
		FROM annotation_sets s
		JOIN projects p ON p.id = s.project_id AND p.mode = 'independent'
		WHERE s.project_id = $1 AND s.article_id = $2 AND s.hand = 'shared'
		ON CONFLICT (project_id, article_id, hand, analyst_id) DO NOTHING`, key.project, key.article, NewID())
	return translate(err)
}

// queueRead queues the statements that read the set whole, the first of them
// with lock.
func (set *keptSet) queueRead(b *pgx.Batch, lock string) {
	const inSet = ` WHERE project_id = $1
		AND set_id = (SELECT id` + fromSet + `)
		ORDER BY id`
	key := set.key
	set.state = annotate.NewState(nil, nil)
	set.stored = map[annotate.ID]int{}
	b.Queue(`SELECT s.id, s.seq, s.revision_id, p.codebook, p.mode
		FROM annotation_sets s
		JOIN projects p ON p.id = s.project_id
		WHERE s.project_id = $1 AND s.article_id = $2 AND `+byHand+` `+lock,
		key.project, key.article, key.hand).QueryRow(func(row pgx.Row) error {
		return row.Scan(&set.id, &set.seq, &set.revision, &set.version, &set.mode)
	})
	b.Queue(`SELECT set_id, `+annotationColumns+` FROM annotations a`+inSet, key.project, key.article, key.hand).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, scanAnnotation)
		for _, a := range found {
			a.Review = "" // changes behind the log's back
			set.state.Annotations[a.ID] = a.Annotation
			set.stored[a.ID] = a.Version
		}
		return err
	})
	b.Queue(`SELECT set_id, `+linkColumns+` FROM links l`+inSet, key.project, key.article, key.hand).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, scanLink)
		for _, l := range found {
			set.state.Links[l.ID] = l.Link
			set.stored[l.ID] = l.Version
		}
		return err
	})
}

// complete gives set its text and codebook, which never change.
func (s *Store) complete(ctx context.Context, q querier, set *keptSet) (err error) {
	if set.text, err = s.text(ctx, q, set.key.project, set.revision); err != nil {
		return err
	}
	set.codebook, err = s.codebook(ctx, q, set.key.project, set.version)
	return err
}

// lockSet reads p's set under its lock, with all that could speak against p:
// the change set in the log already, which is returned as earlier, and ids
// that belong to another set.
func (s *Store) lockSet(ctx context.Context, conn *pgxpool.Conn, p *passage) (set *keptSet, earlier *Appended, err error) {
	set = &keptSet{key: p.key}
	annotations, links := named(p.cs)
	var elsewhere []annotate.ID
	var inSet annotate.ID
	var access int64
	b := &pgx.Batch{}
	b.Queue(`BEGIN`)
	// Lock first, read second: each statement sees what was committed before
	// it began, so those after the lock see what the last writer left.
	set.queueRead(b, `FOR NO KEY UPDATE OF s`)
	b.Queue(`SELECT set_id, seq, operations, inverse FROM change_sets WHERE project_id = $1 AND client_id = $2`,
		p.key.project, p.cs.ID).Query(func(rows pgx.Rows) error {
		var a Appended
		var operations, inverse []byte
		_, err := pgx.ForEachRow(rows, []any{&inSet, &a.Seq, &operations, &inverse}, func() (err error) {
			a.Outcome, err = decodeOutcome(operations, inverse)
			a.Replayed = true
			earlier = &a
			return err
		})
		return err
	})
	b.Queue(`SELECT id FROM annotations WHERE project_id = $1 AND id = ANY($2)
		UNION ALL SELECT id FROM links WHERE project_id = $1 AND id = ANY($3)`,
		p.key.project, annotations, links).Query(func(rows pgx.Rows) (err error) {
		elsewhere, err = pgx.CollectRows(rows, pgx.RowTo[annotate.ID])
		return err
	})
	if analyst := p.key.hand.Analyst(); analyst != "" {
		b.Queue(`SELECT state FROM assignments WHERE project_id = $1 AND article_id = $2 AND analyst_id = $3 AND state <> 'done' FOR NO KEY UPDATE`,
			p.key.project, p.key.article, analyst).QueryRow(func(row pgx.Row) error {
			var state annotate.AssignmentState
			return row.Scan(&state)
		})
	}
	// Locked, so that it is the same when the write looks at it.
	b.Queue(`SELECT access FROM users WHERE id = $1 FOR SHARE`, p.cs.Author).QueryRow(func(row pgx.Row) error { return row.Scan(&access) })
	if err := conn.SendBatch(ctx, b).Close(); err != nil {
		if err = translate(err); errors.Is(err, annotate.ErrNotFound) && p.key.hand.Analyst() != "" {
			err = errNotTheirs
		}
		return nil, nil, err
	}
	if p.access != nil && *p.access != access {
		return nil, nil, errAccessChanged
	}
	if earlier != nil && inSet != set.id {
		return nil, nil, fmt.Errorf("change set %s: %w", p.cs.ID, annotate.ErrExists)
	}
	for _, id := range elsewhere {
		if _, here := set.stored[id]; !here {
			set.state.Elsewhere[id] = true
		}
	}
	if err := s.complete(ctx, conn, set); err != nil {
		return nil, nil, err
	}
	entities, err := s.entitiesIn(ctx, []*passage{p})
	set.know(entities)
	return set, earlier, err
}

// named lists the ids of the annotations and links that cs puts or deletes.
func named(cs annotate.ChangeSet) (annotations, links []annotate.ID) {
	annotations, links = []annotate.ID{}, []annotate.ID{}
	for _, op := range cs.Operations {
		if a := op.Annotation; a != nil {
			if _, err := annotate.ParseID(string(a.ID)); err == nil {
				annotations = append(annotations, a.ID)
			}
		}
		if l := op.Link; l != nil {
			if _, err := annotate.ParseID(string(l.ID)); err == nil {
				links = append(links, l.ID)
			}
		}
	}
	return annotations, links
}

// append applies p's change set and has w write what came of it.
func (set *keptSet) append(p *passage, w *write) error {
	if (set.mode == annotate.ModeIndependent) == (set.key.hand == Shared) {
		return errWorkApart
	}
	if analyst := set.key.hand.Analyst(); analyst != "" && analyst != p.cs.Author {
		return annotate.ErrForbidden
	}
	was := set.seq
	p.cs.Codebook = set.version
	outcome, err := set.state.Apply(p.cs, set.text, set.codebook)
	if err != nil {
		return err
	}
	set.seq++
	p.done = Appended{Seq: set.seq, Outcome: outcome}
	return w.add(set, was, p, outcome)
}

// saved notes that w was committed.
func (set *keptSet) saved(w *write) {
	for id := range w.changed[set] {
		if a, ok := set.state.Annotations[id]; ok {
			set.stored[id] = a.Version
			a.Review = "" // changes behind the log's back
			set.state.Annotations[id] = a
		}
		if l, ok := set.state.Links[id]; ok {
			set.stored[id] = l.Version
		}
	}
}

// entityTypes are entities with their types, by project.
type entityTypes map[rowKey]annotate.EntityType

// entitiesIn reads the types of the entities that group's operations name.
func (s *Store) entitiesIn(ctx context.Context, group []*passage) (entityTypes, error) {
	projects, ids := []annotate.ID{}, []annotate.ID{}
	for _, p := range group {
		for _, op := range p.cs.Operations {
			if a := op.Annotation; a != nil && a.Entity != "" {
				if _, err := annotate.ParseID(string(a.Entity)); err == nil {
					projects, ids = append(projects, p.key.project), append(ids, a.Entity)
				}
			}
		}
	}
	found := entityTypes{}
	if len(ids) > 0 {
		rows, _ := s.pool.Query(ctx, `SELECT e.project_id, e.id, e.type FROM unnest($1::uuid[], $2::uuid[]) AS n (project_id, id)
			JOIN entities e ON e.project_id = n.project_id AND e.id = n.id ORDER BY e.id`, projects, ids)
		var key rowKey
		var t annotate.EntityType
		_, err := pgx.ForEachRow(rows, []any{&key.project, &key.id, &t}, func() error {
			found[key] = t
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("read entities: %w", translate(err))
		}
	}
	return found, nil
}

func (set *keptSet) know(entities entityTypes) {
	for key, t := range entities {
		if key.project == set.key.project {
			set.state.Entities[key.id] = t
		}
	}
}
