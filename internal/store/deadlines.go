package store

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// How long the database may take over what it is asked. A database that is
// frozen or cut off says nothing at all, so whoever asks has to give up.
const (
	acquireTime = 10 * time.Second // to have a connection that answers, new or not
	connectTime = 5 * time.Second
	pingTime    = 2 * time.Second
	queryTime   = 30 * time.Second // the largest change set, on a slow machine

	// What reads or writes a project whole, and the database's own limit.
	longQueryTime = time.Minute
	longQuery     = "60s"
)

// deadlines gives every statement, batch and wait for a connection a deadline
// of its own, as a tracer of pgx: the context that it returns is the one that
// the rest of the call works with. An earlier deadline of the caller's stays.
type deadlines struct {
	query   time.Duration
	acquire time.Duration
}

// standard are the deadlines of a store's pools.
var standard = deadlines{query: queryTime, acquire: acquireTime}

type cancelKey struct{}

func within(ctx context.Context, limit time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(ctx, limit)
	return context.WithValue(ctx, cancelKey{}, cancel)
}

func over(ctx context.Context) {
	if cancel, ok := ctx.Value(cancelKey{}).(context.CancelFunc); ok {
		cancel()
	}
}

// TraceQueryStart begins a statement.
func (d deadlines) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return within(ctx, d.query)
}

// TraceQueryEnd ends it, once its rows have been read.
func (deadlines) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryEndData) { over(ctx) }

// TraceBatchStart begins a batch.
func (d deadlines) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return within(ctx, d.query)
}

// TraceBatchQuery is told of each statement of a batch.
func (deadlines) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd ends a batch.
func (deadlines) TraceBatchEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchEndData) { over(ctx) }

// TraceAcquireStart begins to wait for a connection.
func (d deadlines) TraceAcquireStart(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireStartData) context.Context {
	return within(ctx, d.acquire)
}

// TraceAcquireEnd ends the wait.
func (deadlines) TraceAcquireEnd(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireEndData) {
	over(ctx)
}

// awayCodes are the SQLSTATEs of a database that cannot answer now and may
// before long.
var awayCodes = map[string]bool{
	"25006": true, // read_only_sql_transaction: a standby, until it takes over
	"53300": true, // too_many_connections
	"57014": true, // query_canceled: it took longer than it may
	"57P01": true, // admin_shutdown
	"57P02": true, // crash_shutdown
	"57P03": true, // cannot_connect_now
}

// Away reports whether err says that the database did not answer: it is down,
// cut off, frozen or overloaded. What was asked of it may succeed later; if it
// was to write something, it may have done so.
func Away(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) { // whoever asked went away
		return false
	}
	if _, connecting := errors.AsType[*pgconn.ConnectError](err); connecting {
		return true
	}
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return awayCodes[pg.Code] || strings.HasPrefix(pg.Code, "08") // connection exceptions
	}
	_, network := errors.AsType[net.Error](err)
	return network || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}
