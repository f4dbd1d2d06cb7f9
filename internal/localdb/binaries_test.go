package localdb_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"onrecord.dev/internal/localdb"
)

// programs makes a directory of programs that claim to be PostgreSQL.
func programs(t *testing.T, version string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"postgres", "initdb"} {
		script := "#!/bin/sh\necho '" + name + " (PostgreSQL) " + version + "'\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestTheGivenDirectoryIsTheOnlyOneSearched(t *testing.T) {
	for name, dir := range map[string]string{
		"empty":   t.TempDir(),
		"too old": programs(t, "14.2"),
		"broken":  programs(t, "devel"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("ONRECORD_PG_BIN", dir)
			_, err := localdb.Open(t.Context(), dataDir(t), localdb.Options{})
			if err == nil || !strings.Contains(err.Error(), "no PostgreSQL here: ONRECORD_PG_BIN is "+dir) {
				t.Errorf("got %v", err)
			}
			if !strings.Contains(err.Error(), "version 15 or later") {
				t.Errorf("does not say what would do: %v", err)
			}
		})
	}
}

func TestAnUnpackedPostgreSQLIsFoundFromAnywhereInTheCheckout(t *testing.T) {
	checkout := t.TempDir()
	bin := filepath.Join(checkout, ".tools", "postgresql", "bin")
	below := filepath.Join(checkout, "internal", "store")
	for _, dir := range []string{filepath.Dir(bin), below} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(checkout, "go.mod"), []byte("module checkout\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(programs(t, "99.1"), bin); err != nil {
		t.Fatal(err)
	}
	t.Chdir(below)
	data := dataDir(t)
	if err := os.MkdirAll(filepath.Join(data, "pg"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "pg", "PG_VERSION"), []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := localdb.Open(t.Context(), data, localdb.Options{})
	if err == nil || !strings.Contains(err.Error(), "PostgreSQL 99 in "+bin) {
		t.Errorf("the first PostgreSQL found is not the unpacked one: %v", err)
	}
}

func TestWithoutPostgreSQLTheErrorNamesThePackage(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/usr/lib/postgresql"); err != nil {
		t.Skip("nothing to hide")
	}
	hidden := []string{
		"unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
		`mount -t tmpfs none /usr/lib/postgresql && PATH=/usr/sbin:/usr/bin:/sbin:/bin exec "$@"`, "sh",
	}
	if out, err := exec.Command(hidden[0], append(hidden[1:], "true")...).CombinedOutput(); err != nil {
		t.Skipf("cannot hide PostgreSQL: %v %s", err, out)
	}
	p := startApp(t, dataDir(t), true, func(cmd *exec.Cmd) {
		path, err := exec.LookPath(hidden[0])
		if err != nil {
			t.Fatal(err)
		}
		cmd.Dir = t.TempDir() // away from a .tools that has one
		cmd.Path, cmd.Args = path, append(hidden, cmd.Args...)
	})
	for _, want := range []string{"no PostgreSQL here", "DATABASE_URL", "apt-get install postgresql"} {
		if !strings.Contains(p.err, want) {
			t.Errorf("%q does not say %q", p.err, want)
		}
	}
}
