package store

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"runtime"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"onrecord.dev/internal/annotate"
)

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

// Append applies cs to the annotation set of article by hand and appends it to
// the log, or does neither and returns an [annotate.Refused], an
// [annotate.Conflict], an [annotate.Invalid] for an id that is none,
// [annotate.ErrExists] for an id used for another article, or
// [annotate.ErrNotFound] when there is no such article. It is the only way
// annotations change. Sending the same change set again returns the first
// answer.
//
// A shared set is refused where analysts work apart, and an analyst's own
// unless the article is assigned to them and not done, each with an
// [annotate.Invalid] under set.
func (s *Store) Append(ctx context.Context, project, article annotate.ID, hand annotate.Hand, cs annotate.ChangeSet) (Appended, error) {
	return s.pass(ctx, setKey{project, article, hand}, cs, nil)
}

// AppendAs is Append to an article of the project that a asks about, with a
// as the author: whether a may still change annotations is known for certain
// when the change set is written. No hand is the set that a works on. If a may
// not change that by hand, it returns
// [annotate.ErrUnauthenticated], [annotate.ErrNotFound] or
// [annotate.ErrForbidden].
func (s *Store) AppendAs(ctx context.Context, a Asker, article annotate.ID, hand annotate.Hand, cs annotate.ChangeSet) (Appended, error) {
	done, err := s.appendOnce(ctx, a, article, hand, cs)
	if !errors.Is(err, errAccessChanged) {
		return done, err
	}
	if a, err = s.askedAgain(ctx, a, cs.At); err != nil {
		return Appended{}, err
	}
	return s.appendOnce(ctx, a, article, hand, cs)
}

func (s *Store) appendOnce(ctx context.Context, a Asker, article annotate.ID, hand annotate.Hand, cs annotate.ChangeSet) (Appended, error) {
	hand, err := s.changing(ctx, a, article, hand)
	if err != nil {
		return Appended{}, err
	}
	cs.Author = a.User.ID
	return s.pass(ctx, setKey{a.Project.ID, article, hand}, cs, &a.access)
}

// errAccessChanged says that what an author may do is not what it was.
var errAccessChanged = errors.New("the author's access has changed")

// pass takes cs through the door. With access, its author is let in by that
// number alone.
func (s *Store) pass(ctx context.Context, key setKey, cs annotate.ChangeSet, access *int64) (Appended, error) {
	if _, err := annotate.ParseID(string(cs.ID)); err != nil {
		return Appended{}, annotate.Invalid{"id": "Give the change set a UUID in lower case, best of version 7."}
	}
	cs.At = cs.At.UTC().Truncate(time.Microsecond) // what the database keeps
	p := &passage{key: key, cs: cs, access: access, turn: make(chan bool, 1)}
	door := s.doors.of(p.key)
	if door.enter(p) {
		p.turn <- true
	}
	if lead := <-p.turn; lead {
		// The others' change sets must not fall with this one's client.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), appendTimeout)
		defer cancel()
		s.lead(ctx, door)
	}
	if p.err != nil {
		return Appended{}, fmt.Errorf("append to article %s: %w", key.article, p.err)
	}
	return p.done, nil
}

type setKey struct {
	project annotate.ID
	article annotate.ID
	hand    annotate.Hand
}

// passage is a change set on its way through a door. Its turn is true when it
// has to lead the next group, and false when it has been dealt with.
type passage struct {
	key    setKey
	cs     annotate.ChangeSet
	access *int64 // what lets its author in, if anything has to
	turn   chan bool
	done   Appended
	err    error
}

// doors are the ways in. Each annotation set has its own among them, so that
// its change sets meet.
type doors struct {
	seed maphash.Seed
	all  []*door
	// pool has a connection for each door, so that writing never waits for
	// reading. Its few statements have one good plan each, whatever their
	// arguments: planning them anew would cost more than running them.
	pool *pgxpool.Pool
}

func newDoors(ctx context.Context, config *pgxpool.Config) (doors, error) {
	d := doors{seed: maphash.MakeSeed(), all: make([]*door, min(8, runtime.GOMAXPROCS(0)))}
	for i := range d.all {
		d.all[i] = &door{sets: newKeptSets()}
	}
	config = config.Copy()
	config.MaxConns, config.MinConns = int32(len(d.all)), 0 //nolint:gosec // at most 8
	config.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	var err error
	if d.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return doors{}, fmt.Errorf("open the database: %w", err)
	}
	return d, nil
}

func (d doors) of(key setKey) *door {
	return d.all[maphash.Comparable(d.seed, key)%uint64(len(d.all))]
}

// door is where change sets wait for each other. Those that arrive while some
// are being written are written together by the first of them, in one
// transaction, in the order they came: many writers share the round trips and
// the wait for the disk.
type door struct {
	mu      sync.Mutex
	busy    bool
	waiting []*passage

	// sets is for the leader alone.
	sets *keptSets
}

// A group ends with the change set that makes it this long. Larger groups
// would gain little and make the first of them wait.
const (
	maxGroup           = 64
	maxGroupOperations = 256
)

// enter queues p and reports whether it has to lead: nobody else does.
func (d *door) enter(p *passage) (lead bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting = append(d.waiting, p)
	lead = !d.busy
	d.busy = true
	return lead
}

// take gives the leader its group, of which it is the first.
func (d *door) take() []*passage {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, operations := 0, 0
	for n < len(d.waiting) && n < maxGroup && operations < maxGroupOperations {
		operations += len(d.waiting[n].cs.Operations)
		n++
	}
	group := d.waiting[:n:n]
	d.waiting = d.waiting[n:]
	return group
}

// next makes the first that still waits the leader.
func (d *door) next() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy = len(d.waiting) > 0; d.busy {
		d.waiting[0].turn <- true
	}
}

// lead takes a group of change sets through the door, its leader's first.
func (s *Store) lead(ctx context.Context, d *door) {
	group := d.take()
	dealt := false
	defer d.next()
	defer func() {
		for i, p := range group {
			if !dealt { // a panic is on its way: nobody may take this for a yes
				d.sets.forget(p.key)
				p.err = errFellOver
			}
			if i > 0 {
				p.turn <- false
			}
		}
	}()
	for _, p := range s.writeTogether(ctx, d, group) {
		p.done, p.err = s.writeAlone(ctx, d, p)
	}
	dealt = true
}

var errFellOver = errors.New("the write broke off half-way")

// writeTogether appends group to what is kept in memory of its sets and
// writes what came of it, in one round trip. It trusts what it has: the write
// itself fails if another process has appended since. It returns those that
// have to be looked at alone.
func (s *Store) writeTogether(ctx context.Context, d *door, group []*passage) (again []*passage) {
	entities, err := s.entitiesIn(ctx, group)
	if err != nil {
		return group
	}
	w := newWrite()
	for _, p := range group {
		set, err := s.keptSet(ctx, d, p.key)
		if err == nil {
			set.know(entities)
			err = set.append(p, w)
		}
		if p.err = err; err != nil {
			again = append(again, p)
		}
	}
	if err := w.save(ctx, s.doors.pool); err != nil {
		for _, p := range group {
			d.sets.forget(p.key)
		}
		return group
	}
	s.announceAll(w)
	return again
}

// writeAlone appends one change set under the lock of its set, having read
// what is there: what it refuses is refused.
func (s *Store) writeAlone(ctx context.Context, d *door, p *passage) (done Appended, err error) {
	d.sets.forget(p.key)
	conn, err := s.doors.pool.Acquire(ctx)
	if err != nil {
		return Appended{}, err
	}
	defer func() {
		if err != nil {
			d.sets.forget(p.key)
			_, _ = conn.Exec(ctx, `ROLLBACK`) // a connection that is gone has rolled back
		}
		conn.Release()
	}()
	set, earlier, err := s.lockSet(ctx, conn, p)
	if err != nil {
		return Appended{}, err
	}
	if earlier != nil {
		_, err = conn.Exec(ctx, `ROLLBACK`)
		return *earlier, err
	}
	w := newWrite()
	if err := set.append(p, w); err != nil {
		return Appended{}, err
	}
	if err := w.finish(ctx, conn); err != nil {
		return Appended{}, err
	}
	d.sets.keep(p.key, set)
	s.announceAll(w)
	return p.done, nil
}

func (s *Store) announceAll(w *write) {
	for _, set := range w.sets {
		set.saved(w)
		s.herald.announce(Note{Project: set.key.project, Article: set.key.article, Hand: set.key.hand, Seq: set.seq})
	}
}
