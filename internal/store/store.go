// Package store keeps everything in PostgreSQL: one file per aggregate, SQL
// by hand. Each exported method is one transaction; transactions do not leave
// the package.
package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"onrecord.dev/internal/annotate"
)

// Store is the database. It is safe for concurrent use.
type Store struct {
	pool      *pgxpool.Pool
	texts     *lru.Cache[rowKey, *annotate.Text]
	codebooks *lru.Cache[codebookKey, *annotate.Codebook]
	askers    *lru.Cache[shown, Asker]
	doors     doors
	herald    *herald
}

// Open connects to the PostgreSQL at url, whose schema [Migrate] has brought
// up to date.
func Open(ctx context.Context, url string) (*Store, error) { return open(ctx, url, standard) }

func open(ctx context.Context, url string, d deadlines) (*Store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the database address: %w", err)
	}
	config.ConnConfig.Tracer = d
	config.PingTimeout = min(pingTime, d.acquire)
	if _, set := config.ConnConfig.RuntimeParams["statement_timeout"]; !set {
		config.ConnConfig.RuntimeParams["statement_timeout"] = longQuery
	}
	// Compiling a query that reads some thousand rows takes a hundred times as
	// long as running it.
	if _, set := config.ConnConfig.RuntimeParams["jit"]; !set {
		config.ConnConfig.RuntimeParams["jit"] = "off"
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectTime
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("reach the database: %w", err)
	}
	doors, err := newDoors(ctx, config)
	if err != nil {
		pool.Close()
		return nil, err
	}
	return &Store{
		pool:      pool,
		texts:     keep[rowKey, *annotate.Text](keptTexts),
		codebooks: keep[codebookKey, *annotate.Codebook](keptCodebooks),
		askers:    keep[shown, Asker](keptAskers),
		doors:     doors,
		herald:    newHerald(pool), //nolint:contextcheck // lives as long as the store, not as its opening
	}, nil
}

// Close announces what is still to be announced, waits for the connections in
// use and closes them all.
func (s *Store) Close() {
	s.doors.pool.Close()
	s.herald.close()
	s.pool.Close()
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.pool.Ping(ctx) }

// NewID makes a version 7 UUID: later ones sort after earlier ones.
func NewID() annotate.ID { return annotate.ID(uuid.Must(uuid.NewV7()).String()) }

// querier is what a pool and a transaction have in common.
type querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// inTx runs f in a transaction that is committed if f returns nil and undone
// otherwise.
func (s *Store) inTx(ctx context.Context, f func(tx pgx.Tx) error) error {
	return translate(pgx.BeginFunc(ctx, s.pool, f))
}

// inLongTx is inTx for what reads or writes a project whole: its statements may
// take their time. It works on a connection of its own and not on one of the
// pool, so that others need not wait for it.
func (s *Store) inLongTx(ctx context.Context, options pgx.TxOptions, f func(tx pgx.Tx) error) error {
	config := s.pool.Config().ConnConfig.Copy()
	config.Tracer = deadlines{query: longQueryTime}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	return translate(pgx.BeginTxFunc(ctx, conn, options, f))
}

// translate turns what the database says into the domain's refusals. Only
// this function knows SQLSTATEs.
func translate(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return annotate.ErrNotFound
	}
	pg, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return err
	}
	switch pg.Code {
	case "23505": // unique_violation
		return fmt.Errorf("%w (%s)", annotate.ErrExists, pg.ConstraintName)
	case "23503": // foreign_key_violation
		return fmt.Errorf("%w (%s)", annotate.ErrNotFound, pg.ConstraintName)
	case "22021", "22P05": // character_not_in_repertoire, untranslatable_character
		return annotate.Invalid{"text": "Remove the NUL characters and whatever is not UTF-8: neither can be stored."}
	}
	return err
}

// affected turns a statement that hit no row into [annotate.ErrNotFound].
func affected(tag pgconn.CommandTag, err error) error {
	if err == nil && tag.RowsAffected() == 0 {
		return annotate.ErrNotFound
	}
	return translate(err)
}
