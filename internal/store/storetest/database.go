// Package storetest gives each test a database of its own.
//
// All test binaries of a `go test ./...` share one private PostgreSQL, which
// the first of them starts and the last stops, or the server that
// ONRECORD_TEST_DATABASE_URL names, as a role that may create databases. The
// schema is migrated once, into a template, and copied for each test.
package storetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onrecord.dev/internal/localdb"
	"onrecord.dev/internal/store"
	"onrecord.dev/migrations"
)

const (
	urlVariable = "ONRECORD_TEST_DATABASE_URL"

	// Everything we make in a server of somebody else's begins with one of these.
	templatePrefix = "onrecord_template_"
	testPrefix     = "onrecord_test_"
)

// New returns a store on a fresh database, both of which go when the test does.
func New(tb testing.TB) *store.Store {
	tb.Helper()
	s, err := store.Open(tb.Context(), URL(tb))
	if err != nil {
		tb.Fatalf("store for this test: %v", err)
	}
	tb.Cleanup(s.Close)
	return s
}

// URL returns the address of a fresh database with the whole schema, which
// goes when the test does.
func URL(tb testing.TB) string {
	tb.Helper()
	s, err := theServer()
	if err != nil {
		tb.Fatalf("database server for tests: %v", err)
	}
	return s.copyOf(tb, s.template)
}

// EmptyURL returns the address of a fresh database without any schema, which
// goes when the test does.
func EmptyURL(tb testing.TB) string {
	tb.Helper()
	s, err := theServer()
	if err != nil {
		tb.Fatalf("database server for tests: %v", err)
	}
	return s.copyOf(tb, "template0")
}

// server is a PostgreSQL with a template for the databases of tests.
type server struct {
	url      string
	pool     *pgxpool.Pool // on the database of that URL, to create others from
	template string
}

// theServer is opened by the first test that needs it, and left to end with
// the process: nothing tells us which test is the last.
var theServer = sync.OnceValues(func() (*server, error) {
	ctx := context.Background() //nolint:forbidigo // outlives the test that happens to be first
	url, err := serverURL(ctx)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return nil, err
	}
	s := &server{url: url, pool: pool}
	if s.template, err = s.makeTemplate(ctx, migrations.FS); err != nil {
		return nil, fmt.Errorf("make the template: %w", err)
	}
	return s, nil
})

func serverURL(ctx context.Context) (string, error) {
	if url := os.Getenv(urlVariable); url != "" {
		return url, nil
	}
	dir, err := sharedDir()
	if err != nil {
		return "", err
	}
	cluster, err := localdb.Open(ctx, dir, localdb.Options{Scratch: true})
	if err != nil {
		return "", err
	}
	return cluster.URL(), nil
}

// sharedDir is the directory of the cluster that all tests of a user share.
// It lies in memory where there is enough: copying a database then takes a
// tenth of the time. No test needs its data to outlive the machine.
func sharedDir() (string, error) {
	const memory, enough = "/dev/shm", 1 << 30
	parent := os.TempDir()
	var fs syscall.Statfs_t
	if syscall.Statfs(memory, &fs) == nil && fs.Bavail*uint64(fs.Bsize) > enough { //nolint:gosec // a block has a size
		parent = memory
	}
	dir := filepath.Join(parent, fmt.Sprintf("onrecord-test-%d", os.Geteuid()))
	return dir, makePrivate(dir)
}

// makePrivate makes a directory where everybody may, unless there is one of
// ours; one of somebody else's is bait.
func makePrivate(dir string) error {
	err := os.Mkdir(dir, 0o700)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); !ok || !info.IsDir() || int(stat.Uid) != os.Geteuid() {
		return fmt.Errorf("%s is not a directory of ours", dir)
	}
	return nil
}

// makeTemplate returns the name of a database with today's schema, having made
// it if nobody has before.
func (s *server) makeTemplate(ctx context.Context, files fs.FS) (name string, err error) {
	if name, err = templateName(files); err != nil {
		return "", err
	}
	conn, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }() // which lets go of the lock
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(hashtext($1))", templatePrefix); err != nil {
		return "", err
	}
	var exists bool
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists)
	if err != nil || exists {
		return name, err
	}
	// Under another name until it is whole: we may be killed.
	unfinished := name + "_new"
	if err := execAll(ctx, conn, dropDatabase(unfinished), "CREATE DATABASE "+unfinished); err != nil {
		return "", err
	}
	if err := store.Migrate(ctx, s.urlOf(unfinished)); err != nil {
		return "", err
	}
	return name, execAll(ctx, conn, "ALTER DATABASE "+unfinished+" RENAME TO "+name)
}

// templateName is made of everything the schema depends on.
func templateName(files fs.FS) (string, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	for _, name := range names {
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(hash, "%s %d\n%s", name, len(content), content)
	}
	return fmt.Sprintf("%s%x", templatePrefix, hash.Sum(nil)[:8]), nil
}

// copyOf copies a template for the time of the test and returns its address.
// PostgreSQL's default strategy, through the write-ahead log, is the faster
// one here: the other asks for two checkpoints.
func (s *server) copyOf(tb testing.TB, template string) string {
	tb.Helper()
	name := testPrefix + strings.ReplaceAll(string(store.NewID()), "-", "")
	if _, err := s.pool.Exec(tb.Context(), "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		tb.Fatalf("database for this test: %v", err)
	}
	ctx := context.WithoutCancel(tb.Context()) // ends before the cleanup
	tb.Cleanup(func() {
		if _, err := s.pool.Exec(ctx, dropDatabase(name)); err != nil {
			tb.Errorf("drop the database of this test: %v", err)
		}
	})
	return s.urlOf(name)
}

// urlOf is the address of another database on the same server.
func (s *server) urlOf(database string) string {
	u, err := url.Parse(s.url)
	if err != nil {
		panic(err) // pgx has parsed it
	}
	u.Path = "/" + database
	return u.String()
}

func dropDatabase(name string) string { return "DROP DATABASE IF EXISTS " + name + " WITH (FORCE)" }

// execAll runs statements each in a transaction of its own, as those on whole
// databases demand.
func execAll(ctx context.Context, conn *pgx.Conn, statements ...string) error {
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
