package localdb_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"onrecord.dev/internal/localdb"
)

// appVariable makes the test binary an app that opens the directory it names,
// says so, and closes it when its standard input ends. Such an app can be killed.
const appVariable = "ONRECORD_TEST_APP"

func TestMain(m *testing.M) {
	if dir := os.Getenv(appVariable); dir != "" {
		os.Exit(app(dir, slices.Contains(os.Args, "server")))
	}
	os.Exit(runInMemory(m))
}

// runInMemory keeps the clusters in memory where there is enough: most of the
// time would otherwise go by in waiting for the disk.
func runInMemory(m *testing.M) int {
	const memory, enough = "/dev/shm", 1 << 30
	var fs syscall.Statfs_t
	if syscall.Statfs(memory, &fs) == nil && fs.Bavail*uint64(fs.Bsize) > enough {
		if dir, err := os.MkdirTemp(memory, "localdb"); err == nil {
			defer func() { _ = os.RemoveAll(dir) }()
			_ = os.Chmod(dir, 0o755) // others run here, too
			_ = os.Setenv("TMPDIR", dir)
		}
	}
	defer func() {
		if dir, _ := made(); dir != "" {
			_ = os.RemoveAll(dir)
		}
	}()
	return m.Run()
}

func app(dir string, server bool) int {
	cluster, err := localdb.Open(context.Background(), dir, localdb.Options{Server: server})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println("ready", cluster.URL())
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := cluster.Close(); err != nil {
		fmt.Println("error", err)
		return 1
	}
	return 0
}

// process is an app at work.
type process struct {
	cmd   *exec.Cmd
	stdin io.Closer
	url   string
	err   string // why it did not open the cluster
}

// startApp runs the app on dir and waits until it is ready or has failed.
// Each wrap may change the command before it starts.
func startApp(t *testing.T, dir string, server bool, wrap ...func(*exec.Cmd)) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	if server {
		cmd.Args = append(cmd.Args, "server")
	}
	cmd.Env = append(os.Environ(), appVariable+"="+dir)
	cmd.Stderr = os.Stderr
	for _, f := range wrap {
		f(cmd)
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: cmd, stdin: stdin}
	t.Cleanup(p.kill)
	line, _ := bufio.NewReader(stdout).ReadString('\n')
	word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	switch word {
	case "ready":
		p.url = rest
	case "error":
		p.err = rest
	default:
		t.Fatalf("app said %q", line)
	}
	return p
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// stop lets the app close the cluster and waits until it has exited.
func (p *process) stop(t *testing.T) {
	t.Helper()
	if err := p.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Fatalf("app: %v", err)
	}
}

func open(t *testing.T, dir string) *localdb.Cluster {
	t.Helper()
	cluster, err := localdb.Open(t.Context(), dir, localdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeCluster(t, cluster) })
	return cluster
}

func closeCluster(t *testing.T, cluster *localdb.Cluster) {
	t.Helper()
	if err := cluster.Close(); err != nil {
		t.Error(err)
	}
}

// insert writes a row and counts the rows there are.
func insert(t *testing.T, url string) (rows int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	_, err = conn.Exec(t.Context(), `
		CREATE TABLE IF NOT EXISTS facts (id bigint GENERATED ALWAYS AS IDENTITY);
		INSERT INTO facts DEFAULT VALUES;`)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM facts").Scan(&rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// postgresOf lists the PostgreSQL processes at work on dir.
func postgresOf(dir string) (pids []int) {
	links, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, link := range links {
		if cwd, err := os.Readlink(link); err == nil && cwd == filepath.Join(dir, "pg") {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(link)))
			pids = append(pids, pid)
		}
	}
	return pids
}

// keeperOf finds the keeper of dir.
func keeperOf(t *testing.T, dir string) int {
	t.Helper()
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		line, err := os.ReadFile(file)
		if err == nil && strings.HasPrefix(string(line), "onrecord-keeper\x00"+dir+"\x00") {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			return pid
		}
	}
	t.Fatalf("no keeper of %s", dir)
	return 0
}

func postmasterOf(t *testing.T, dir string) int {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, "pg", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(content), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

// eventually waits until condition holds.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !condition(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "data")
}

// made is a cluster to copy: making one takes long.
var made = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "localdb")
	if err != nil {
		return "", err
	}
	cluster, err := localdb.Open(context.Background(), filepath.Join(dir, "data"), localdb.Options{})
	if err != nil {
		return dir, err
	}
	return dir, cluster.Close()
})

// madeDir is a data directory with a cluster in it.
func madeDir(t *testing.T) string {
	t.Helper()
	from, err := made()
	if err != nil {
		t.Fatal(err)
	}
	dir := dataDir(t)
	if out, err := exec.Command("cp", "-a", filepath.Join(from, "data"), dir).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	return dir
}

func TestDataOutlivesTheProcesses(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	for want := 1; want <= 3; want++ {
		cluster, err := localdb.Open(t.Context(), dir, localdb.Options{Server: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := insert(t, cluster.URL()); got != want {
			t.Errorf("rows after opening %d times: %d", want, got)
		}
		closeCluster(t, cluster)
		if pids := postgresOf(dir); len(pids) > 0 {
			t.Errorf("PostgreSQL still runs after the last Close: %v", pids)
		}
	}
}

func TestDataIsSafeAndOutOfReach(t *testing.T) {
	t.Parallel()
	cluster, err := localdb.Open(t.Context(), dataDir(t), localdb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer closeCluster(t, cluster)
	conn, err := pgx.Connect(t.Context(), cluster.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	settings := map[string]string{
		"listen_addresses": "", "unix_socket_permissions": "0700", "data_checksums": "on",
		"server_encoding": "UTF8", "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
	}
	for name, want := range settings {
		var got string
		if err := conn.QueryRow(t.Context(), "SELECT current_setting($1)", name).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, %v, want %q", name, got, err, want)
		}
	}
	var lower string
	if err := conn.QueryRow(t.Context(), "SELECT lower('ÀÉŁ Ж')").Scan(&lower); err != nil || lower != "àéł ж" {
		t.Errorf("lower beyond ASCII: %q, %v", lower, err)
	}
}

func TestKillingTheAppStopsPostgreSQLAndLosesNothing(t *testing.T) {
	t.Parallel()
	dir := madeDir(t)
	for want := 1; want <= 3; want++ {
		p := startApp(t, dir, true)
		if got := insert(t, p.url); got != want {
			t.Fatalf("rows after %d kills: %d", want-1, got)
		}
		p.kill()
		if want == 2 {
			continue // and open again at once
		}
		eventually(t, "PostgreSQL has followed the app", func() bool { return len(postgresOf(dir)) == 0 })
	}
}

func TestARunningProcessSurvivesTheDeathOf(t *testing.T) {
	t.Parallel()
	victims := map[string]func(*testing.T, string){
		"PostgreSQL": func(t *testing.T, dir string) { t.Helper(); kill(t, postmasterOf(t, dir)) },
		"the keeper": func(t *testing.T, dir string) { t.Helper(); kill(t, keeperOf(t, dir)) },
		"all of them": func(t *testing.T, dir string) {
			t.Helper()
			pids := postgresOf(dir)
			kill(t, keeperOf(t, dir))
			for _, pid := range pids {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
		},
	}
	for name, murder := range victims {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := madeDir(t)
			cluster := open(t, dir)
			pool, err := pgxpool.New(t.Context(), cluster.URL())
			if err != nil {
				t.Fatal(err)
			}
			defer pool.Close()
			if got := insert(t, cluster.URL()); got != 1 {
				t.Fatalf("rows at first: %d", got)
			}
			murder(t, dir)
			var rows int
			eventually(t, "the same pool works again", func() bool {
				return pool.QueryRow(t.Context(), "SELECT count(*) FROM facts").Scan(&rows) == nil
			})
			if rows != 1 {
				t.Errorf("rows afterwards: %d", rows)
			}
		})
	}
}

func TestKillingEverythingAtOnceLosesNothing(t *testing.T) {
	t.Parallel()
	dir := madeDir(t)
	p := startApp(t, dir, true)
	insert(t, p.url)
	victims := append(postgresOf(dir), keeperOf(t, dir))
	p.kill()
	for _, pid := range victims {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
	if got := insert(t, open(t, dir).URL()); got != 2 {
		t.Errorf("rows afterwards: %d", got)
	}
}

func TestASecondServerIsRefusedAndTheFirstWorksOn(t *testing.T) {
	t.Parallel()
	dir := madeDir(t)
	server := startApp(t, dir, true)
	_, err := localdb.Open(t.Context(), dir, localdb.Options{Server: true})
	if !errors.Is(err, localdb.ErrServed) {
		t.Fatalf("second server: %v", err)
	}
	for _, want := range []string{strconv.Itoa(server.cmd.Process.Pid), dir} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	insert(t, server.url)
	server.stop(t)
	cluster, err := localdb.Open(t.Context(), dir, localdb.Options{Server: true})
	if err != nil {
		t.Fatalf("server after the first has stopped: %v", err)
	}
	closeCluster(t, cluster)
}

func TestAServerWaitsForOneThatIsAboutToStop(t *testing.T) {
	t.Parallel()
	dir := madeDir(t)
	old := startApp(t, dir, true)
	time.AfterFunc(time.Second, func() { _ = old.stdin.Close() })
	if next := startApp(t, dir, true); next.err != "" {
		t.Errorf("the next server: %s", next.err)
	}
}

func TestACommandWorksBesideAServerWhicheverCameFirst(t *testing.T) {
	t.Parallel()
	for name, commandFirst := range map[string]bool{"server first": false, "command first": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := madeDir(t)
			first := startApp(t, dir, !commandFirst)
			second := startApp(t, dir, commandFirst)
			if second.err != "" {
				t.Fatalf("the second: %s", second.err)
			}
			insert(t, first.url)
			first.stop(t)
			if got := insert(t, second.url); got != 2 {
				t.Errorf("rows seen by the second after the first has stopped: %d", got)
			}
			second.stop(t)
			if pids := postgresOf(dir); len(pids) > 0 {
				t.Errorf("PostgreSQL still runs after the last has stopped: %v", pids)
			}
		})
	}
}

func TestManyOpenTheSameEmptyDirectoryAtOnce(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			cluster, err := localdb.Open(t.Context(), dir, localdb.Options{})
			if err != nil {
				t.Error(err)
				return
			}
			conn, err := pgx.Connect(t.Context(), cluster.URL())
			if err != nil {
				t.Error(err)
			} else if err := conn.Close(t.Context()); err != nil {
				t.Error(err)
			}
			closeCluster(t, cluster)
		})
	}
	all.Wait()
}

func TestAScratchClusterStartsEmptyAndGoes(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	for range 2 {
		cluster, err := localdb.Open(t.Context(), dir, localdb.Options{Scratch: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := insert(t, cluster.URL()); got != 1 {
			t.Errorf("rows: %d", got)
		}
		if _, err := localdb.Open(t.Context(), dir, localdb.Options{}); err == nil {
			t.Error("opened it as data")
		}
		closeCluster(t, cluster)
		if left, err := filepath.Glob(filepath.Join(dir, "scratch*")); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
}

func TestAScratchClusterDoesNotTouchData(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	for want := 1; want <= 2; want++ {
		cluster := open(t, dir)
		if got := insert(t, cluster.URL()); got != want {
			t.Errorf("rows: %d, want %d", got, want)
		}
		closeCluster(t, cluster)
		cluster, err := localdb.Open(t.Context(), dir, localdb.Options{Scratch: true})
		if err != nil {
			t.Fatal(err)
		}
		closeCluster(t, cluster)
	}
}

func TestALongPathStillGetsASocket(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(dataDir(t), strings.Repeat("long/", 30), "data, \"quoted\" und größer")
	cluster := open(t, dir)
	if got := insert(t, cluster.URL()); got != 1 {
		t.Errorf("rows: %d", got)
	}
	if p := startApp(t, dir, true); p.url != cluster.URL() {
		t.Errorf("another process got %q %s, want %q", p.url, p.err, cluster.URL())
	}
}

func TestOddCharactersInThePath(t *testing.T) {
	t.Parallel()
	for _, name := range []string{`a b+c "q" 100% ü`, "a,b"} {
		cluster := open(t, filepath.Join(dataDir(t), name))
		if got := insert(t, cluster.URL()); got != 1 {
			t.Errorf("rows in %s: %d", name, got)
		}
		// libpq reads addresses a little differently from pgx.
		psql, err := exec.LookPath("psql")
		if err != nil {
			t.Skip("no psql to try the address with")
		}
		if out, err := exec.Command(psql, "-Xtc", "SELECT 1", cluster.URL()).CombinedOutput(); err != nil {
			t.Errorf("psql in %s: %v %s", name, err, out)
		}
	}
}

func TestForeignDataIsRefusedAndLeftAlone(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		file, content string
		words         []string
	}{
		"another major version": {"PG_VERSION", "9\n", []string{"PostgreSQL 9", "this machine has PostgreSQL 1", "postgresql-9"}},
		"not a cluster":         {"thesis.txt", "two years of work", []string{"not a PostgreSQL cluster"}},
		"no version at all":     {"PG_VERSION", "", []string{"version of the data"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := dataDir(t)
			file := filepath.Join(dir, "pg", test.file)
			if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := localdb.Open(t.Context(), dir, localdb.Options{})
			if err == nil {
				t.Fatal("opened it")
			}
			for _, want := range test.words {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			if got, err := os.ReadFile(file); err != nil || string(got) != test.content {
				t.Errorf("afterwards the file holds %q, %v", got, err)
			}
		})
	}
}

func TestAClusterCutShortInTheMakingIsMadeAgain(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	var before os.FileInfo // of the cluster cut short the last time
	for range 3 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), appVariable+"="+dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "initdb is at work", func() bool {
			now, err := os.Stat(filepath.Join(dir, "pg.new", "PG_VERSION"))
			if err != nil || before != nil && before.ModTime().Equal(now.ModTime()) {
				return false
			}
			before = now
			return true
		})
		kill(t, keeperOf(t, dir))
		kill(t, cmd.Process.Pid)
		_ = cmd.Wait()
		if _, err := os.Stat(filepath.Join(dir, "pg")); err == nil {
			t.Skip("initdb was quicker than us")
		}
	}
	if got := insert(t, open(t, dir).URL()); got != 1 {
		t.Errorf("rows: %d", got)
	}
}

func TestAPidFileThatNamesAStrangerIsNoObstacle(t *testing.T) {
	t.Parallel()
	dir := madeDir(t)
	p := startApp(t, dir, true)
	insert(t, p.url)
	pidFile := filepath.Join(dir, "pg", "postmaster.pid")
	content, err := os.ReadFile(pidFile)
	if err != nil {
		t.Fatal(err)
	}
	p.stop(t)
	_, rest, _ := strings.Cut(string(content), "\n")
	if err := os.WriteFile(pidFile, []byte(strconv.Itoa(os.Getpid())+"\n"+rest), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := insert(t, open(t, dir).URL()); got != 2 {
		t.Errorf("rows: %d", got)
	}
}

func TestOpenGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := localdb.Open(ctx, dir, localdb.Options{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if got := insert(t, open(t, dir).URL()); got != 1 {
		t.Errorf("rows: %d", got)
	}
}

func TestAFailedStartSaysWhatPostgreSQLSaid(t *testing.T) {
	t.Parallel()
	dir := madeDir(t)
	config := filepath.Join(dir, "pg", "postgresql.conf")
	if err := os.WriteFile(config, []byte("nonsense = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := localdb.Open(t.Context(), dir, localdb.Options{})
	if err == nil || !strings.Contains(err.Error(), `unrecognized configuration parameter "nonsense"`) {
		t.Errorf("got %v", err)
	}
}
