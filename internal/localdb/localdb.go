// Package localdb runs a private PostgreSQL from the machine's own binaries,
// for people who have not set DATABASE_URL.
//
// The data lies in one directory. Any number of processes may hold it open at
// the same time: the first to call [Open] starts a keeper, which starts
// PostgreSQL, and the rest join. PostgreSQL stops when the last of them has
// closed, exited or been killed. So a command works beside a running server,
// and a server beside a running command, whichever came first.
//
// The keeper is this very program started once more (see keeper.go), because a
// PostgreSQL that were the child of one of its users would go down with it
// under all the others.
//
//	dir/pg             the cluster, as initdb made it; dir/scratch for one without a future
//	dir/run            PostgreSQL's and the keeper's Unix sockets
//	dir/postgres.lock  locked by the keeper; names the sockets' directory
//	dir/postgres.log   what PostgreSQL and initdb had to say
//
// PostgreSQL listens on a Unix socket in a directory only its owner may enter,
// so it has neither a port to clash nor a password to leak.
package localdb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// ErrServed means that another server already holds the data.
var ErrServed = errors.New("another server is already running on this data")

// Options say how to open a cluster. The zero value suits a command that works
// for a while, beside a server or without one.
type Options struct {
	// Server refuses, with [ErrServed], to open data that another process
	// holds open with Server set.
	Server bool

	// Scratch is for tests: a cluster of its own that starts out empty, is
	// as fast as it can be since a crash may have it, and goes when the last
	// process closes it. A directory holds either this or data, not both.
	Scratch bool
}

// Cluster is a process's hold on a running PostgreSQL.
//
// Should PostgreSQL or its keeper die, they are started again at the same
// address; a connection pool recovers by itself.
type Cluster struct {
	dir     string
	options Options
	url     string

	closing context.Context
	cancel  context.CancelFunc
	watched sync.WaitGroup

	mu   sync.Mutex
	conn *net.UnixConn // to the keeper
}

// Patience with a predecessor, a server that has been told to stop but has not
// yet gone, and with a PostgreSQL that takes its time to write everything out.
const (
	handover = 5 * time.Second
	shutdown = 2 * time.Minute
)

// Open starts PostgreSQL on the data in dir, or joins the one that already
// runs there. Without data it makes some: an empty database called onrecord.
//
// It waits for as long as PostgreSQL needs, which after a crash can be a
// while; ctx bounds the wait.
func Open(ctx context.Context, dir string, options Options) (*Cluster, error) {
	dir, err := dataDir(dir)
	if err != nil {
		return nil, fmt.Errorf("prepare data directory: %w", err)
	}
	c := &Cluster{dir: dir, options: options}
	conn, run, err := c.connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("open database in %s: %w", dir, err)
	}
	c.conn, c.url = conn, socketURL(run, database)
	// The watch ends with Close, not with the context that bounded Open.
	c.closing, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
	c.watched.Go(c.watch)
	return c, nil
}

// URL is the address of the database onrecord, for pgx and for libpq's
// programs alike.
func (c *Cluster) URL() string { return c.url }

// Close lets go of the cluster. The last process to close waits until
// PostgreSQL has written everything out and stopped.
func (c *Cluster) Close() error {
	c.cancel()
	c.mu.Lock()
	conn := c.conn
	c.mu.Unlock()
	takeLeave(conn)
	c.watched.Wait()
	return nil
}

// takeLeave tells the keeper that this was all. The connection then ends when
// the keeper has taken note and, if we were the last, PostgreSQL has stopped.
func takeLeave(conn *net.UnixConn) {
	_ = conn.CloseWrite() // fails only when the keeper is gone already
	_ = conn.SetReadDeadline(time.Now().Add(shutdown))
}

// watch notices when the keeper is gone and brings it back.
func (c *Cluster) watch() {
	for {
		_, _ = io.Copy(io.Discard, c.conn) // the keeper says nothing more; this ends with it
		_ = c.conn.Close()
		if c.closing.Err() != nil {
			return
		}
		conn := c.reconnect()
		if conn == nil {
			return
		}
		c.mu.Lock()
		c.conn = conn
		c.mu.Unlock()
		if c.closing.Err() != nil { // Close may have shut the one before
			takeLeave(conn)
		}
	}
}

// reconnect tries until it has a keeper again; nil means that Close was called.
func (c *Cluster) reconnect() *net.UnixConn {
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		if conn, _, err := c.connect(c.closing); err == nil {
			return conn
		}
		select {
		case <-c.closing.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

// errAgain means that a keeper is on its way in or out, and to ask once more.
var errAgain = errors.New("database keeper not there yet")

// connect finds or starts a keeper, and waits until it says that PostgreSQL is
// ready. It returns the directory of PostgreSQL's socket.
func (c *Cluster) connect(ctx context.Context) (conn *net.UnixConn, run string, err error) {
	patience := time.Now().Add(handover)
	for {
		conn, err = c.reach()
		if err == nil {
			if run, err = c.greet(ctx, conn); err == nil {
				return conn, run, nil
			}
			takeLeave(conn)
			_, _ = io.Copy(io.Discard, conn)
			_ = conn.Close()
		}
		servedStill := errors.Is(err, ErrServed) && time.Now().Before(patience)
		if !errors.Is(err, errAgain) && !servedStill {
			return nil, "", err
		}
		select {
		case <-ctx.Done():
			return nil, "", fmt.Errorf("%w (%w)", ctx.Err(), err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// reach returns a connection to the keeper. Whoever gets the lock finds that
// there is none and starts it; the lock passes to it without a gap.
func (c *Cluster) reach() (*net.UnixConn, error) {
	lock, err := tryLock(filepath.Join(c.dir, lockFile))
	if err != nil {
		return nil, err
	}
	if lock != nil {
		defer func() { _ = lock.Close() }()
		return spawnKeeper(c.dir, lock, c.options.Scratch)
	}
	run, err := os.ReadFile(filepath.Join(c.dir, lockFile))
	if err != nil {
		return nil, err
	}
	address := &net.UnixAddr{Net: "unix", Name: filepath.Join(string(run), keeperSocket)}
	conn, err := net.DialUnix("unix", nil, address)
	if err != nil {
		return nil, errAgain
	}
	return conn, nil
}

// greet tells the keeper who we are and waits for its answer.
func (c *Cluster) greet(ctx context.Context, conn *net.UnixConn) (run string, err error) {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	if err := send(conn, greeting{Server: c.options.Server, Scratch: c.options.Scratch, PID: os.Getpid()}); err != nil {
		return "", errAgain
	}
	reply, err := receive[answer](conn)
	switch {
	case !stop():
		return "", ctx.Err()
	case err != nil:
		return "", errAgain
	case reply.ServedBy != 0:
		return "", fmt.Errorf("%w (process %d); stop it first, or set ONRECORD_DATA to another directory", ErrServed, reply.ServedBy)
	case reply.Refusal != "":
		return "", errors.New(reply.Refusal)
	}
	return reply.Run, nil
}

// socketURL is the libpq address of a database behind the socket in run. It
// spells out what PGPORT, PGUSER or PGSSLMODE would otherwise decide.
func socketURL(run, database string) string {
	query := url.Values{"host": {run}, "port": {port}, "user": {superuser}, "sslmode": {"disable"}}
	// libpq does not read a plus as a space.
	return "postgres:///" + database + "?" + strings.ReplaceAll(query.Encode(), "+", "%20")
}

// dataDir makes the directory, and returns its one true name: everybody who
// opens it must arrive at the same sockets.
func dataDir(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(dir)
}
