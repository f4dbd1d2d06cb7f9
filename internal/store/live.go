package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"onrecord.dev/internal/annotate"
)

// Note says that something happened which open pages may want to read. It is
// a hint: the log is the truth.
type Note struct {
	Project annotate.ID `json:"project"`
	// Article is empty when the note concerns the whole project's entities.
	Article annotate.ID `json:"article,omitempty"`
	// Hand says in whose set annotations changed, and Seq is its newest change
	// set.
	Hand annotate.Hand `json:"hand,omitempty"`
	Seq  int64         `json:"seq,omitempty"`
	// Claim is the claim that was decided on or remarked on.
	Claim annotate.ID `json:"claim,omitempty"`
	// Comment is the remark.
	Comment annotate.ID `json:"comment,omitempty"`
	// Presence says that somebody came, left, or looks elsewhere.
	Presence bool `json:"presence,omitempty"`
}

// channel is what the notes of one database are sent on.
const channel = "onrecord"

// herald sends notes to every server process of the database, this one
// included. It sends after the commit and not within it: a transaction that
// notifies holds a lock over its commit that all others of its kind wait for,
// which would undo what the database gains by writing many commits at once.
// A note lost with its process is made up for by the readers' polling.
type herald struct {
	pool *pgxpool.Pool
	stop context.CancelFunc
	over sync.WaitGroup

	mu      sync.Mutex
	waiting map[Note]int64 // by note without seq, its newest seq
	wake    chan struct{}
}

// sendEvery keeps many small notes from costing more than what they tell of;
// nobody sees a page that is this much late.
const sendEvery = 10 * time.Millisecond

func newHerald(pool *pgxpool.Pool) *herald {
	ctx, stop := context.WithCancel(context.Background()) //nolint:forbidigo // lives as long as the store
	h := &herald{pool: pool, stop: stop, waiting: map[Note]int64{}, wake: make(chan struct{}, 1)}
	h.over.Go(func() { h.run(ctx) })
	return h
}

// announce sends n soon, together with what else there is to send.
func (h *herald) announce(n Note) {
	h.mu.Lock()
	seq := n.Seq
	n.Seq = 0
	h.waiting[n] = max(h.waiting[n], seq)
	h.mu.Unlock()
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// close sends what waits and stops.
func (h *herald) close() {
	h.stop()
	h.over.Wait()
}

func (h *herald) run(ctx context.Context) {
	for {
		select {
		case <-h.wake:
			h.send(ctx)
		case <-ctx.Done():
			h.send(context.WithoutCancel(ctx))
			return
		}
		select { // what else happens meanwhile goes out together
		case <-time.After(sendEvery):
		case <-ctx.Done():
		}
	}
}

func (h *herald) send(ctx context.Context) {
	h.mu.Lock()
	payloads := make([]string, 0, len(h.waiting))
	for n, seq := range h.waiting {
		n.Seq = seq
		if b, err := json.Marshal(n); err == nil {
			payloads = append(payloads, string(b))
		}
	}
	clear(h.waiting)
	h.mu.Unlock()
	if len(payloads) == 0 {
		return
	}
	// A note that cannot be sent is a hint not given: readers poll. Nothing is
	// lost with it, so it need not wait for the disk.
	_, _ = h.pool.Exec(ctx, `SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, payload) FROM unnest($2::text[]) AS payload`,
		channel, payloads)
}

// Announce tells open pages about n.
func (s *Store) Announce(n Note) { s.herald.announce(n) }

// Listen calls got for each note of any server process, until ctx ends. After
// each loss of the connection it calls resync once it listens again: notes
// may have been missed.
func (s *Store) Listen(ctx context.Context, got func(Note), resync func()) error {
	for wait := time.Duration(0); ; {
		err := s.listenOnce(ctx, got, func() { wait = 0; resync() })
		if ctx.Err() != nil {
			return ctx.Err()
		}
		wait = min(wait*2+100*time.Millisecond, 5*time.Second)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		}
	}
}

func (s *Store) listenOnce(ctx context.Context, got func(Note), listening func()) error {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig.Copy())
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, `LISTEN `+channel); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	listening()
	for {
		n, err := nextNotification(ctx, conn)
		if err != nil {
			return fmt.Errorf("listen: %w", err)
		}
		var note Note
		if json.Unmarshal([]byte(n.Payload), &note) == nil {
			got(note)
		}
	}
}

// silence is after how long without a note the server is asked whether it is
// still there: one that is frozen or cut off would never be missed.
const silence = 30 * time.Second

func nextNotification(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	for {
		quiet, cancel := context.WithTimeout(ctx, silence)
		n, err := conn.WaitForNotification(quiet)
		cancel()
		if err == nil || ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
			return n, err
		}
		if _, err := conn.Exec(ctx, `SELECT`); err != nil {
			return nil, err
		}
	}
}
