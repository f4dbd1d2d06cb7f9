package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/internal/store/storetest"
	"onrecord.dev/migrations"
)

// These variables make the test binary migrate a database, up or down to the
// second migration, and exit: so that it can be killed at it.
const (
	upVariable   = "ONRECORD_TEST_MIGRATE_UP"
	downVariable = "ONRECORD_TEST_MIGRATE_DOWN"
)

func init() {
	var err error
	switch up, down := os.Getenv(upVariable), os.Getenv(downVariable); {
	case up != "":
		err = store.MigrateFiles(context.Background(), up, slow)
	case down != "":
		err = store.MigrateFilesDown(context.Background(), down, slow, 2)
	default:
		return
	}
	fmt.Fprintln(os.Stderr, "survived the migration:", err)
	os.Exit(1)
}

// slow has a second migration that takes its time before and after it has
// made its table, and a lock by which a test can see that it is at work.
var slow = fstest.MapFS{
	"1_first.up.sql":    {Data: []byte("CREATE TABLE first ()")},
	"1_first.down.sql":  {Data: []byte("DROP TABLE first")},
	"2_second.up.sql":   {Data: []byte("SELECT pg_advisory_lock(2); CREATE TABLE second (); SELECT pg_sleep(1)")},
	"2_second.down.sql": {Data: []byte("DROP TABLE second")},
	"3_third.up.sql":    {Data: []byte("CREATE TABLE third ()")},
	"3_third.down.sql":  {Data: []byte("SELECT pg_advisory_lock(3); DROP TABLE third; SELECT pg_sleep(1)")},
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// tables lists the tables of a database, but for the migrations' own.
func tables(t *testing.T, conn *pgx.Conn) string {
	t.Helper()
	var names string
	err := conn.QueryRow(t.Context(), `
		SELECT coalesce(string_agg(tablename, ' ' ORDER BY tablename), '')
		FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'schema\_%'`).Scan(&names)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// awaitMigration waits until the migration that takes the lock is at work, and
// returns its backend.
func awaitMigration(t *testing.T, conn *pgx.Conn, lock int) (pid int) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		err := conn.QueryRow(t.Context(), `
			SELECT pid FROM pg_locks
			WHERE locktype = 'advisory' AND objid = $1 AND objsubid = 1
			  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`, lock).Scan(&pid)
		if err == nil {
			return pid
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			t.Fatal(err)
		}
	}
	t.Fatal("the migration never began")
	return 0
}

// killAtWork starts a process that migrates, and kills it in the middle: with
// the backend, so that the migration is rolled back, or without, so that it is
// committed all the same.
func killAtWork(t *testing.T, conn *pgx.Conn, variable, url string, lock int, backendToo bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), variable+"="+url)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	backend := awaitMigration(t, conn, lock)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if backendToo {
		if _, err := conn.Exec(t.Context(), "SELECT pg_terminate_backend($1, 5000)", backend); err != nil {
			t.Fatal(err)
		}
	}
	if schema, err := store.MigrationStatus(t.Context(), url); err != nil || !schema.Interrupted {
		t.Fatalf("not interrupted: %+v, %v", schema, err)
	}
	for exists := true; exists; time.Sleep(5 * time.Millisecond) { // until the backend is done
		err := conn.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $1)", backend).Scan(&exists)
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestMigrationGoesOnFromWhereAKillLeftIt(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		down       bool
		backendToo bool
		left       string // the tables after the kill
	}{
		"doing, rolled back":   {backendToo: true, left: "first"},
		"doing, committed":     {left: "first second"},
		"undoing, rolled back": {down: true, backendToo: true, left: "first second third"},
		"undoing, committed":   {down: true, left: "first second"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := storetest.EmptyURL(t)
			conn := connect(t, url)
			variable, lock := upVariable, 2
			if test.down {
				variable, lock = downVariable, 3
				if err := store.MigrateFiles(t.Context(), url, slow); err != nil {
					t.Fatal(err)
				}
			}
			killAtWork(t, conn, variable, url, lock, test.backendToo)
			if got := tables(t, conn); got != test.left {
				t.Errorf("tables after the kill: %s, want %s", got, test.left)
			}
			if err := store.MigrateFiles(t.Context(), url, slow); err != nil {
				t.Fatal(err)
			}
			if got, want := tables(t, conn), "first second third"; got != want {
				t.Errorf("tables: %s, want %s", got, want)
			}
			if schema, err := store.MigrationStatus(t.Context(), url); err != nil || schema.Interrupted {
				t.Errorf("afterwards: %+v, %v", schema, err)
			}
		})
	}
}

func TestTheEndOfTheContextRollsBackTheMigration(t *testing.T) {
	t.Parallel()
	url := storetest.EmptyURL(t)
	conn := connect(t, url)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- store.MigrateFiles(ctx, url, slow) }()
	awaitMigration(t, conn, 2)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := store.MigrateFiles(t.Context(), url, slow); err != nil {
		t.Error(err)
	}
}

func TestTheEndOfTheContextEndsTheWaitForAnotherMigration(t *testing.T) {
	t.Parallel()
	url := storetest.EmptyURL(t)
	other := make(chan error)
	go func() { other <- store.MigrateFiles(t.Context(), url, slow) }()
	awaitMigration(t, connect(t, url), 2)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := store.MigrateFiles(ctx, url, slow); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if err := <-other; err != nil {
		t.Errorf("the one that was waited for: %v", err)
	}
}

func TestManyMigrateAtOnce(t *testing.T) {
	t.Parallel()
	url := storetest.EmptyURL(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := store.Migrate(t.Context(), url); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if schema, err := store.MigrationStatus(t.Context(), url); err != nil || !schema.Current() {
		t.Errorf("got %+v, %v", schema, err)
	}
}

func TestAFailedMigrationSaysWhereAndLeavesNothing(t *testing.T) {
	t.Parallel()
	url := storetest.EmptyURL(t)
	broken := fstest.MapFS{"1_x.up.sql": {Data: []byte("CREATE TABLE half ();\nCREATE TABLE nonsense (id nothing);")}}
	for range 2 { // the next start says the same, not that the database is dirty
		err := store.MigrateFiles(t.Context(), url, broken)
		if err == nil || !strings.Contains(err.Error(), `line 2: ERROR: type "nothing" does not exist`) {
			t.Errorf("got %v", err)
		}
		if err != nil && strings.Contains(err.Error(), "half") {
			t.Errorf("the whole file is in %q", err)
		}
	}
	if got := tables(t, connect(t, url)); got != "" {
		t.Errorf("tables: %s", got)
	}
}

func TestANewerSchemaIsRefused(t *testing.T) {
	t.Parallel()
	url := storetest.EmptyURL(t)
	if err := store.MigrateFiles(t.Context(), url, slow); err != nil {
		t.Fatal(err)
	}
	older := fstest.MapFS{"1_first.up.sql": slow["1_first.up.sql"]}
	if err := store.MigrateFiles(t.Context(), url, older); !errors.Is(err, store.ErrNewerSchema) {
		t.Errorf("got %v", err)
	}
}

func TestMigrationStatusFollowsTheMigrations(t *testing.T) {
	t.Parallel()
	url := storetest.EmptyURL(t)
	status := func() store.Schema {
		t.Helper()
		schema, err := store.MigrationStatus(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		return schema
	}
	latest := status().Latest
	if got := status(); got != (store.Schema{Latest: latest}) || got.Current() {
		t.Errorf("before: %+v", got)
	}
	if err := store.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	if got := status(); got != (store.Schema{Version: latest, Latest: latest}) || !got.Current() {
		t.Errorf("after: %+v", got)
	}
	if err := store.MigrateDown(t.Context(), url, 1); err != nil {
		t.Fatal(err)
	}
	if got := status(); got != (store.Schema{Version: latest - 1, Latest: latest}) || got.Current() {
		t.Errorf("one down: %+v", got)
	}
}

// shape describes every object in a database.
func shape(t *testing.T, conn *pgx.Conn) string {
	t.Helper()
	const columns = `
		SELECT coalesce(string_agg(concat_ws(' ', table_name, column_name, data_type, column_default, is_nullable, generation_expression),
		       E'\n' ORDER BY table_name, column_name), '')
		FROM information_schema.columns WHERE table_schema = 'public'`
	const constraints = `
		SELECT coalesce(string_agg(concat_ws(' ', conrelid::regclass::text, conname, pg_get_constraintdef(oid)),
		       E'\n' ORDER BY conrelid::regclass::text, conname), '')
		FROM pg_constraint WHERE connamespace = 'public'::regnamespace`
	const indexes = `
		SELECT coalesce(string_agg(indexdef, E'\n' ORDER BY indexdef), '') FROM pg_indexes WHERE schemaname = 'public'`
	const triggers = `
		SELECT coalesce(string_agg(pg_get_triggerdef(t.oid), E'\n' ORDER BY pg_get_triggerdef(t.oid)), '')
		FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
		WHERE NOT tgisinternal AND c.relnamespace = 'public'::regnamespace`
	const functions = `
		SELECT coalesce(string_agg(concat_ws(' ', p.oid::regprocedure::text, p.prosrc), E'\n' ORDER BY p.oid::regprocedure::text), '')
		FROM pg_proc p
		WHERE pronamespace = 'public'::regnamespace
		  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')`
	var all []string
	for _, query := range []string{columns, constraints, indexes, triggers, functions} {
		var part string
		if err := conn.QueryRow(t.Context(), query).Scan(&part); err != nil {
			t.Fatal(err)
		}
		all = append(all, part)
	}
	return strings.Join(all, "\n\n")
}

func TestEveryMigrationCanBeUndoneAndDoneAgain(t *testing.T) {
	t.Parallel()
	url := storetest.EmptyURL(t)
	conn := connect(t, url)
	schema, err := store.MigrationStatus(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	whole := shape(t, conn)
	for range schema.Latest {
		if err := store.MigrateDown(t.Context(), url, 1); err != nil {
			t.Fatal(err)
		}
	}
	if left := tables(t, conn); left != "" {
		t.Errorf("tables left when all is undone: %s", left)
	}
	if err := store.MigrateDown(t.Context(), url, 1); err != nil {
		t.Errorf("undoing nothing: %v", err)
	}
	if err := store.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	if again := shape(t, conn); again != whole {
		t.Errorf("the schema is another the second time:\n%s\n\nwas\n\n%s", again, whole)
	}
}

// The mark that a migration leaves of itself is worth something only in the
// same transaction with it.
func TestMigrationsLeaveTransactionsAlone(t *testing.T) {
	t.Parallel()
	forbidden := regexp.MustCompile(`(?im)^\s*(BEGIN|COMMIT|ROLLBACK|START\s+TRANSACTION)\s*;|CONCURRENTLY|^\s*VACUUM`)
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		file, err := migrations.FS.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(file)
		if err != nil {
			t.Fatal(err)
		}
		if found := forbidden.Find(content); found != nil {
			t.Errorf("%s has %q", name, found)
		}
	}
}

func TestMigrationsAreNumberedWithoutGapsAndComeInPairs(t *testing.T) {
	t.Parallel()
	ups, err := fs.Glob(migrations.FS, "*.up.sql")
	if err != nil {
		t.Fatal(err)
	}
	for i, up := range ups {
		if want := fmt.Sprintf("%06d_", i+1); !strings.HasPrefix(up, want) {
			t.Errorf("%s should begin with %s", up, want)
		}
		if _, err := fs.Stat(migrations.FS, strings.TrimSuffix(up, ".up.sql")+".down.sql"); err != nil {
			t.Errorf("%s cannot be undone: %v", up, err)
		}
	}
}

// The log tells of annotations made before they kept it which codebook they
// were made under.
func TestAnnotationsLearnTheirCodebookFromTheLog(t *testing.T) {
	t.Parallel()
	n, _ := underCodebooks(t)
	recoded := n.read(n.deal).Claim
	recoded.Attributes = annotate.Attributes{"quotation": "mixed"}
	n.change(n.wall, n.ben, annotate.Operation{Op: annotate.Put, Annotation: &recoded})
	asItWas := n.read(n.disputed).Claim
	n.change(n.wall, n.ben, annotate.Operation{Op: annotate.Put, Annotation: &asItWas})
	const versions = `SELECT string_agg(codebook::text, ',' ORDER BY id) FROM annotations`
	var was, learnt string
	if err := n.sql.QueryRow(t.Context(), versions).Scan(&was); err != nil {
		t.Fatal(err)
	}
	if strings.Count(was, "2") != 2 {
		t.Fatalf("they were made under %s", was)
	}
	n.exec(`UPDATE annotations SET codebook = 7`)
	url := n.sql.Config().ConnString()
	schema, err := store.MigrationStatus(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.MigrateDown(t.Context(), url, schema.Latest-codebookOfAnnotations+1); err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	if err := n.sql.QueryRow(t.Context(), versions).Scan(&learnt); err != nil || learnt != was {
		t.Errorf("they learn that they were made under %s, %v; want %s", learnt, err, was)
	}
}

// codebookOfAnnotations is the number of the migration.
const codebookOfAnnotations = 9
