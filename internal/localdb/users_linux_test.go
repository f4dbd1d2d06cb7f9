package localdb_test

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"onrecord.dev/internal/localdb"
)

// These tests need root, to become other users.

// forEveryone copies the test binary to where every user can run it, and makes
// a directory that belongs to uid.
func forEveryone(t *testing.T, uid int) (binary, dir string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root, to become other users")
	}
	parent, err := os.MkdirTemp("", "localdb") //nolint:usetesting // t.TempDir is too long a path for another user's socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(parent) })
	programs, err := os.MkdirTemp("/tmp", "localdb") //nolint:usetesting // where t.TempDir is, programs may not be run
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(programs) })
	binary, dir = filepath.Join(programs, "app"), filepath.Join(parent, "home")
	source, err := os.Open(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = source.Close() }()
	target, err := os.OpenFile(binary, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(target, source); err != nil {
		t.Fatal(err)
	}
	if err := target.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{parent, programs, binary} {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chown(dir, uid, uid); err != nil {
		t.Fatal(err)
	}
	return binary, filepath.Join(dir, "data")
}

// as runs an app as another user, from the given copy of it.
func as(uid uint32, binary string) func(*exec.Cmd) {
	return func(cmd *exec.Cmd) {
		cmd.Path, cmd.Dir = binary, "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
	}
}

func TestEveryKindOfUserGetsADatabase(t *testing.T) {
	t.Parallel()
	for name, uid := range map[string]uint32{
		"an ordinary user":                 65534,
		"a user without a passwd entry":    54321,
		"root in a place for itself alone": 0,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			binary, dir := forEveryone(t, int(uid))
			for want := 1; want <= 2; want++ {
				p := startApp(t, dir, true, as(uid, binary))
				if p.err != "" {
					t.Fatal(p.err)
				}
				if got := insert(t, p.url); got != want {
					t.Errorf("rows: %d, want %d", got, want)
				}
				p.kill()
			}
			eventually(t, "PostgreSQL has followed the app", func() bool { return len(postgresOf(dir)) == 0 })
			sameOwner(t, dir, uid)
		})
	}
}

// sameOwner fails unless everything under dir belongs to uid.
func sameOwner(t *testing.T, dir string, uid uint32) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if stat, ok := info.Sys().(*syscall.Stat_t); !ok || stat.Uid != uid {
			t.Errorf("%s belongs to uid %d, not %d", path, stat.Uid, uid)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRootVisitsAUsersDataAndLeavesItTheUsers(t *testing.T) {
	t.Parallel()
	const uid = 65534
	binary, dir := forEveryone(t, uid)
	startApp(t, dir, true, as(uid, binary)).stop(t)

	cluster, err := localdb.Open(t.Context(), dir, localdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	beside := startApp(t, dir, true, as(uid, binary))
	if beside.err != "" {
		t.Errorf("its owner, while root visits: %s", beside.err)
	}
	insert(t, cluster.URL())
	beside.stop(t)
	closeCluster(t, cluster)
	sameOwner(t, dir, uid)
	if p := startApp(t, dir, true, as(uid, binary)); p.err != "" {
		t.Errorf("its owner, after root's visit: %s", p.err)
	}
}

// withoutUserNamespaces runs an app as root of a machine that grants none, as
// many containers do not: in one namespace that maps every user to itself, and
// in which there may be no other.
func withoutUserNamespaces(binary string) func(*exec.Cmd) {
	return func(cmd *exec.Cmd) {
		cmd.Path = "/bin/sh"
		cmd.Args = append([]string{"sh", "-c", `echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"`, "sh", binary}, cmd.Args[1:]...)
		everybody := []syscall.SysProcIDMap{{Size: 65536}}
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER,
			UidMappings: everybody, GidMappings: everybody, GidMappingsEnableSetgroups: true,
		}
	}
}

func TestRootWithoutUserNamespacesRunsPostgreSQLAsAnother(t *testing.T) {
	t.Parallel()
	binary, dir := forEveryone(t, 0)
	closed := withoutUserNamespaces(binary)

	p := startApp(t, dir, true, closed)
	if !strings.Contains(p.err, "cannot get into") || !strings.Contains(p.err, "ONRECORD_DATA") {
		t.Errorf("in a directory for root alone: %q", p.err)
	}
	p.kill()

	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	for want := 1; want <= 2; want++ {
		p := startApp(t, dir, true, closed)
		if p.err != "" {
			t.Fatal(p.err)
		}
		if got := insert(t, p.url); got != want {
			t.Errorf("rows: %d, want %d", got, want)
		}
		p.kill()
		eventually(t, "PostgreSQL has followed the app", func() bool { return len(postgresOf(dir)) == 0 })
	}
	// The same data with user namespaces, as after a move to another machine.
	if got := insert(t, open(t, dir).URL()); got != 3 {
		t.Errorf("rows with user namespaces: %d", got)
	}
}
