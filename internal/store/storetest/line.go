package storetest

import (
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// Line is a way to a database that a test can freeze and cut.
type Line struct {
	// URL is the database's address by way of the line.
	URL string

	network, address string // of the database
	socket           string

	mu       sync.Mutex
	thawed   *sync.Cond
	frozen   bool
	listener net.Listener
	ends     map[net.Conn]bool
}

// NewLine lays a line to the database at address.
func NewLine(tb testing.TB, address string) *Line {
	tb.Helper()
	config, err := pgconn.ParseConfig(address)
	if err != nil {
		tb.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "line") //nolint:usetesting // the path of a socket has to be short
	if err != nil {
		tb.Fatal(err)
	}
	l := &Line{socket: filepath.Join(dir, ".s.PGSQL.5432"), ends: map[net.Conn]bool{}}
	l.thawed = sync.NewCond(&l.mu)
	l.network, l.address = pgconn.NetworkAddress(config.Host, config.Port)
	through := url.URL{Scheme: "postgres", Path: "/" + config.Database, RawQuery: url.Values{"host": {dir}, "user": {config.User}, "password": {config.Password}}.Encode()}
	l.URL = through.String()
	l.Restore(tb)
	tb.Cleanup(func() {
		l.Thaw()
		l.Cut()
		_ = os.RemoveAll(dir)
	})
	return l
}

// Freeze holds back whatever either end says. New connections get no answer.
func (l *Line) Freeze() { l.freeze(true) }

// Thaw lets on what was held back.
func (l *Line) Thaw() { l.freeze(false) }

func (l *Line) freeze(frozen bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.frozen = frozen
	l.thawed.Broadcast()
}

// Cut ends all connections and takes no new ones.
func (l *Line) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	_ = l.listener.Close()
	for end := range l.ends {
		_ = end.Close()
	}
	clear(l.ends)
}

// Restore takes connections again after a Cut.
func (l *Line) Restore(tb testing.TB) {
	tb.Helper()
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "unix", l.socket)
	if err != nil {
		tb.Fatal(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.listener = listener
	go l.accept(listener)
}

func (l *Line) accept(listener net.Listener) {
	for {
		near, err := listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial(l.network, l.address) //nolint:noctx // ends with the line
		if err != nil {
			_ = near.Close()
			continue
		}
		l.mu.Lock()
		l.ends[near], l.ends[far] = true, true
		l.mu.Unlock()
		go l.carry(far, near)
		go l.carry(near, far)
	}
}

// carry takes what from says to to.
func (l *Line) carry(to, from net.Conn) {
	defer func() { _, _ = to.Close(), from.Close() }()
	for b := make([]byte, 32<<10); ; {
		n, err := from.Read(b)
		l.mu.Lock()
		for l.frozen {
			l.thawed.Wait()
		}
		l.mu.Unlock()
		if n > 0 {
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
