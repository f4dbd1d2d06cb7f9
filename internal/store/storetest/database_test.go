package storetest_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/store"
	"onrecord.dev/internal/store/storetest"
)

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func TestEachTestHasADatabaseOfItsOwnWithTheWholeSchema(t *testing.T) {
	t.Parallel()
	one, other := storetest.URL(t), storetest.URL(t)
	if schema, err := store.MigrationStatus(t.Context(), one); err != nil || !schema.Current() {
		t.Errorf("schema: %+v, %v", schema, err)
	}
	if _, err := connect(t, one).Exec(t.Context(), "CREATE TABLE mine ()"); err != nil {
		t.Fatal(err)
	}
	if _, err := connect(t, other).Exec(t.Context(), "SELECT FROM mine"); err == nil {
		t.Error("one test's table is in another's database")
	}
}

func TestTheDatabaseGoesWithTheTestEvenWhileConnected(t *testing.T) {
	t.Parallel()
	var url string
	t.Run("test", func(t *testing.T) {
		url = storetest.URL(t)
		if _, err := pgx.Connect(t.Context(), url); err != nil { // never closed
			t.Fatal(err)
		}
	})
	if _, err := pgx.Connect(t.Context(), url); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("afterwards: %v", err)
	}
}

// processVariable makes the test binary another test process: it prints which
// server it uses, and from when that runs.
const processVariable = "ONRECORD_TEST_PROCESS"

func TestMain(m *testing.M) {
	if os.Getenv(processVariable) != "" {
		os.Args = append(os.Args[:1], "-test.run=^TestPrintServer$", "-test.v")
	}
	os.Exit(m.Run())
}

func TestPrintServer(t *testing.T) {
	fmt.Println("server", serverOf(t))
}

func serverOf(t *testing.T) (server string) {
	t.Helper()
	err := connect(t, storetest.URL(t)).QueryRow(t.Context(),
		"SELECT concat(current_setting('data_directory'), ' ', pg_postmaster_start_time())").Scan(&server)
	if err != nil {
		t.Fatal(err)
	}
	return server
}

func TestTestProcessesShareOneServer(t *testing.T) {
	t.Parallel()
	server := serverOf(t)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), processVariable+"=1")
			out, err := cmd.CombinedOutput()
			if err != nil || !strings.Contains(string(out), "server "+server) {
				t.Errorf("another process: %v %s, want server %s", err, out, server)
			}
		})
	}
	all.Wait()
}
