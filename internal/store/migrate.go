package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"strings"
	"time"

	"github.com/golang-migrate/migrate/v4"
	"github.com/golang-migrate/migrate/v4/database"
	pgxm "github.com/golang-migrate/migrate/v4/database/pgx/v5"
	"github.com/golang-migrate/migrate/v4/source"
	"github.com/golang-migrate/migrate/v4/source/iofs"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"onrecord.dev/migrations"
)

// ErrNewerSchema means that a later version of this program has changed the
// schema in ways that this one does not know.
var ErrNewerSchema = errors.New("the database belongs to a newer version of this program")

// Schema says how far the migrations of a database have come.
type Schema struct {
	Version     int  // the last migration applied, 0 if none
	Latest      int  // the last migration this program knows
	Interrupted bool // a migration is running, or was cut short; Migrate mends that
}

// Current reports whether there is nothing left to migrate.
func (s Schema) Current() bool { return s.Version == s.Latest && !s.Interrupted }

// Migrate brings the schema of the database at url up to date. Several
// processes may do so at once: one works, the others wait.
//
// A process killed, or a context ended, in the middle of a migration leaves
// the database such that the next Migrate goes on from where it really is.
func Migrate(ctx context.Context, url string) error {
	if err := migrateWith(ctx, url, migrations.FS, (*migrate.Migrate).Up); err != nil {
		return err
	}
	return fillGrams(ctx, url)
}

// MigrateDown undoes the last steps migrations, and with them the data in what
// they had added.
func MigrateDown(ctx context.Context, url string, steps int) error {
	if steps <= 0 {
		return nil
	}
	return migrateWith(ctx, url, migrations.FS, func(m *migrate.Migrate) error {
		err := m.Steps(-steps)
		_, fewer := errors.AsType[migrate.ErrShortLimit](err)
		if fewer || errors.Is(err, fs.ErrNotExist) { // there were fewer, or none
			return nil
		}
		return err
	})
}

// MigrationStatus says how far the migrations of the database at url have come.
func MigrationStatus(ctx context.Context, url string) (Schema, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return Schema{}, fmt.Errorf("reach the database: %w", err)
	}
	schema, err := schemaOf(ctx, conn, migrations.FS)
	return schema, errors.Join(err, conn.Close(ctx))
}

// MigrationStatus says how far the migrations have come.
func (s *Store) MigrationStatus(ctx context.Context) (Schema, error) {
	return schemaOf(ctx, s.pool, migrations.FS)
}

func schemaOf(ctx context.Context, q querier, files fs.FS) (Schema, error) {
	latest, err := latestOf(files)
	if err != nil {
		return Schema{}, err
	}
	schema := Schema{Latest: latest}
	// After undoing everything in vain the version is -1.
	err = q.QueryRow(ctx, "SELECT greatest(version, 0), dirty FROM schema_migrations").Scan(&schema.Version, &schema.Interrupted)
	refusal, refused := errors.AsType[*pgconn.PgError](err)
	if errors.Is(err, pgx.ErrNoRows) || refused && refusal.Code == "42P01" { // no such table: never migrated
		return schema, nil
	}
	if err != nil {
		return Schema{}, fmt.Errorf("read how far the migrations are: %w", err)
	}
	return schema, nil
}

// latestOf is the number of the last migration among the files.
func latestOf(files fs.FS) (int, error) {
	driver, err := iofs.New(files, ".")
	if err != nil {
		return 0, fmt.Errorf("read the migrations: %w", err)
	}
	version, err := driver.First()
	for next := version; err == nil; next, err = driver.Next(version) {
		version = next
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("read the migrations: %w", err)
	}
	return int(version), driver.Close()
}

// migrateWith runs work on the database at url while nobody else migrates it.
func migrateWith(ctx context.Context, url string, files fs.FS, work func(*migrate.Migrate) error) (err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	// golang-migrate has a lock of its own, but lets go of it between
	// finding an interrupted migration and mending that.
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock(hashtext('onrecord migrate'))"); err != nil {
		return fmt.Errorf("wait for other migrations: %w", err)
	}
	if _, err := conn.Exec(ctx, "CREATE TABLE IF NOT EXISTS schema_applied (version bigint PRIMARY KEY)"); err != nil {
		return fmt.Errorf("prepare for migrations: %w", err)
	}
	m, err := newMigrate(ctx, url, files)
	if err != nil {
		return fmt.Errorf("prepare for migrations: %w", err)
	}
	defer func() {
		sourceErr, databaseErr := m.Close()
		if ctx.Err() == nil { // else we have cut the connection ourselves
			err = errors.Join(err, sourceErr, databaseErr)
		}
	}()
	if err := runOnce(ctx, conn, m, files, work); err != nil {
		return fmt.Errorf("migrate the database: %w", explain(ctx, err))
	}
	return nil
}

// runOnce runs work and, when that finds that an earlier migration was cut
// short, sets the version to what it really is and runs it again.
func runOnce(ctx context.Context, conn *pgx.Conn, m *migrate.Migrate, files fs.FS, work func(*migrate.Migrate) error) error {
	schema, err := schemaOf(ctx, conn, files)
	if err != nil {
		return err
	}
	if schema.Version > schema.Latest {
		return fmt.Errorf("%w: its schema has version %d, and this program knows %d", ErrNewerSchema, schema.Version, schema.Latest)
	}
	err = work(m)
	if _, interrupted := errors.AsType[migrate.ErrDirty](err); interrupted {
		if err := forceApplied(ctx, conn, m); err != nil {
			return err
		}
		err = work(m)
	}
	if errors.Is(err, migrate.ErrNoChange) {
		return nil
	}
	return err
}

// forceApplied sets the version to the last migration that was committed, by
// its own mark.
func forceApplied(ctx context.Context, conn *pgx.Conn, m *migrate.Migrate) error {
	var version int
	err := conn.QueryRow(ctx, "SELECT coalesce(max(version), $1) FROM schema_applied", database.NilVersion).Scan(&version)
	if err != nil {
		return err
	}
	return m.Force(version)
}

// newMigrate connects golang-migrate to the database. The end of ctx cuts the
// connection, since the library cannot be told to stop waiting.
func newMigrate(ctx context.Context, url string, files fs.FS) (*migrate.Migrate, error) {
	driver, err := iofs.New(files, ".")
	if err != nil {
		return nil, err
	}
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	dial := config.DialFunc
	config.DialFunc = func(dialCtx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(dialCtx, network, address)
		if err == nil {
			context.AfterFunc(ctx, func() { _ = conn.Close() })
		}
		return conn, err
	}
	db := stdlib.OpenDB(*config)
	instance, err := pgxm.WithInstance(db, &pgxm.Config{})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	m, err := migrate.NewWithInstance("iofs", marked{driver}, "pgx5", instance)
	if err != nil {
		return nil, errors.Join(err, instance.Close())
	}
	m.LockTimeout = time.Hour // ctx is what bounds the wait
	return m, nil
}

// marked makes every migration note its own success, in its own transaction.
//
// golang-migrate notes the version before a migration and clears it after, in
// transactions of their own. When it is killed in between, only the database
// knows whether the migration was committed; this is how it tells.
//
// It relies on a file being one implicit transaction: no BEGIN or COMMIT in
// it, nor CREATE INDEX CONCURRENTLY.
type marked struct{ source.Driver }

func (d marked) ReadUp(version uint) (io.ReadCloser, string, error) {
	file, name, err := d.Driver.ReadUp(version)
	return withTail(file, err, fmt.Sprintf("INSERT INTO schema_applied VALUES (%d) ON CONFLICT DO NOTHING", version)), name, err
}

func (d marked) ReadDown(version uint) (io.ReadCloser, string, error) {
	file, name, err := d.Driver.ReadDown(version)
	return withTail(file, err, fmt.Sprintf("DELETE FROM schema_applied WHERE version = %d", version)), name, err
}

// withTail appends a statement to a file, if that could be opened.
func withTail(file io.ReadCloser, err error, statement string) io.ReadCloser {
	if err != nil {
		return nil
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(file, strings.NewReader("\n;"+statement)), file}
}

// explain drops the text of the whole migration from golang-migrate's errors,
// and says when it was the context that ended it.
func explain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if failure, ok := errors.AsType[database.Error](err); ok && failure.OrigErr != nil {
		return fmt.Errorf("%s, line %d: %w", failure.Err, failure.Line, failure.OrigErr)
	}
	return err
}
