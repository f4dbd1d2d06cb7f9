package localdb

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	superuser = "onrecord"
	database  = "onrecord"
	port      = "5432" // names the socket; nothing listens on TCP

	// longestRun is how long the path of the sockets' directory may be: a
	// Unix socket's address holds 107 bytes, and PostgreSQL's socket has a
	// lock file beside it.
	longestRun = 107 - len("/.s.PGSQL."+port+".lock")
)

// postgres is a cluster on disk and the programs to run it.
type postgres struct {
	dir      string // the data directory given to Open
	run      string
	scratch  bool
	binaries binaries
	identity identity
	log      int64 // the size of the log before our time
}

func (p *postgres) pg() string {
	if p.scratch {
		return filepath.Join(p.dir, scratch)
	}
	return filepath.Join(p.dir, data)
}

func (p *postgres) pgNew() string { return p.pg() + ".new" }

// newPostgres finds the programs for the data in dir, and makes the data if
// there is none.
func newPostgres(ctx context.Context, dir, run string, isScratch bool) (*postgres, error) {
	p := &postgres{dir: dir, run: run, scratch: isScratch}
	p.log = p.logSize()
	if err := p.discard(ctx); err != nil {
		return nil, err
	}
	major, err := majorOf(p.pg())
	if err != nil {
		return nil, err
	}
	if p.binaries, err = binariesFor(ctx, major, p.pg()); err != nil {
		return nil, err
	}
	if p.identity, err = identify(ctx, p.binaries.path("initdb"), p.pg()); err != nil {
		return nil, err
	}
	if err := p.handOver(p.run); err != nil {
		return nil, err
	}
	if major != 0 {
		return p, p.handOver(p.pg())
	}
	return p, p.initialise(ctx)
}

// majorOf reads the major version of the data in pg, 0 if there is none. It
// takes nothing for a cluster that is not one, and nothing that is for empty.
func majorOf(pg string) (int, error) {
	version, err := os.ReadFile(filepath.Join(pg, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		entries, err := os.ReadDir(pg)
		if len(entries) > 0 {
			return 0, fmt.Errorf("%s holds something that is not a PostgreSQL cluster; move it away", pg)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, err
		}
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(version)))
	if err != nil {
		return 0, fmt.Errorf("version of the data in %s: %w", pg, err)
	}
	return major, nil
}

// initialise makes the cluster beside its place and moves it there when it is
// whole. A cluster cut short in the making would start, and miss things.
func (p *postgres) initialise(ctx context.Context) error {
	if err := p.clearLeftovers(ctx); err != nil {
		return err
	}
	if err := os.RemoveAll(p.pgNew()); err != nil {
		return err
	}
	if err := os.Mkdir(p.pgNew(), 0o700); err != nil {
		return err
	}
	if err := p.handOver(p.pgNew()); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, p.binaries.path("initdb"), p.initdbOptions()...)
	var output bytes.Buffer
	cmd.Dir, cmd.SysProcAttr = "/", p.identity.attributes(syscall.SIGKILL)
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		_, _ = os.Stderr.Write(output.Bytes())
		return fmt.Errorf("make a cluster with initdb: %w: %s", err, bytes.TrimSpace(output.Bytes()))
	}
	if err := os.Rename(p.pgNew(), p.pg()); err != nil {
		return err
	}
	return syncDir(p.dir)
}

// discard removes a scratch cluster, and never one with data.
func (p *postgres) discard(ctx context.Context) error {
	if !p.scratch {
		return nil
	}
	if err := p.clearLeftovers(ctx); err != nil {
		return err
	}
	return os.RemoveAll(filepath.Join(p.dir, scratch))
}

func (p *postgres) initdbOptions() []string {
	options := []string{
		"--pgdata=" + p.pgNew(), "--username=" + superuser, "--auth=trust",
		"--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions",
	}
	if p.binaries.major >= 17 {
		// Does not change with the C library, as the other C.UTF-8 might.
		options = append(options, "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
	}
	if p.scratch {
		options = append(options, "--no-sync")
	}
	return options
}

func (p *postgres) serverOptions() []string {
	options := []string{
		"-D", p.pg(), "-p", port,
		"-c", "listen_addresses=",
		"-c", "unix_socket_directories=" + quoteList(p.run),
		"-c", "unix_socket_permissions=0700",
		"-c", "cluster_name=onrecord",
		"-c", "max_connections=200",
		"-c", "timezone=UTC",
		"-c", "log_timezone=UTC",
		"-c", "logging_collector=off",
		"-c", "log_destination=stderr",
		"-c", "log_checkpoints=off",
		"-c", "jit=off", // pays for long analytical queries, of which there are none
	}
	if p.scratch {
		options = append(options, "-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off",
			"-c", "wal_level=minimal", "-c", "max_wal_senders=0", "-c", "max_wal_size=128MB")
	}
	return options
}

// quoteList quotes one path for a setting that takes a list of them.
func quoteList(path string) string { return `"` + strings.ReplaceAll(path, `"`, `""`) + `"` }

// keepRunning runs PostgreSQL until ctx ends, and starts it again should it
// end before. It calls ready when the database onrecord can first be used.
func (p *postgres) keepRunning(ctx context.Context, ready func()) error {
	defer func() { _ = p.discard(context.WithoutCancel(ctx)) }() // the next one does it if this does not
	for first := true; ; first = false {
		exited, stop, err := p.start(ctx)
		if err != nil {
			return err
		}
		if err := p.await(ctx, exited, first); err != nil {
			stop()
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
		if first {
			ready()
		}
		select {
		case <-ctx.Done():
			stop()
			return nil
		case <-exited:
			fmt.Fprintln(os.Stderr, "keeper: PostgreSQL ended by itself; starting it again")
		}
	}
}

// start starts PostgreSQL. exited closes when it has ended, stop ends it.
func (p *postgres) start(ctx context.Context) (exited <-chan struct{}, stop func(), err error) {
	if err := p.clearLeftovers(ctx); err != nil {
		return nil, nil, err
	}
	cmd := exec.Command(p.binaries.path("postgres"), p.serverOptions()...) //nolint:noctx // ended by a signal that lets it write everything out
	cmd.Dir = "/"
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	cmd.SysProcAttr = p.identity.attributes(syscall.SIGINT)
	if err := cmd.Start(); err != nil {
		return nil, nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	done := make(chan struct{})
	go func() {
		_ = cmd.Wait() // how it ended stands in the log
		close(done)
	}()
	return done, func() { end(cmd.Process, done) }, nil
}

// end stops PostgreSQL the fast way, which rolls back and writes everything
// out, and only if that takes for ever the immediate one, which the next start
// makes good again.
func end(process *os.Process, done <-chan struct{}) {
	_ = process.Signal(syscall.SIGINT)
	select {
	case <-done:
		return
	case <-time.After(shutdown / 2):
	}
	_ = process.Signal(syscall.SIGQUIT)
	<-done
}

// await waits until PostgreSQL takes connections, and makes the database if
// this is the first time.
func (p *postgres) await(ctx context.Context, exited <-chan struct{}, create bool) error {
	for {
		err := p.connectable(ctx, create)
		if err == nil {
			return nil
		}
		if refusal, ok := errors.AsType[*pgconn.PgError](err); ok && refusal.Code != "57P03" { // starting up
			return fmt.Errorf("connect to PostgreSQL: %w", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-exited:
			return fmt.Errorf("PostgreSQL did not start: %s", p.lastWords())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (p *postgres) connectable(ctx context.Context, create bool) (err error) {
	conn, err := pgx.Connect(ctx, socketURL(p.run, "postgres"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if !create {
		return nil
	}
	var exists bool
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", database).Scan(&exists)
	if err != nil || exists {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+database)
	return err
}

// clearLeftovers waits until no process of an earlier PostgreSQL is at work on
// the data, then removes what a killed one left behind: its pid file names a
// process that is gone or, worse, a stranger.
func (p *postgres) clearLeftovers(ctx context.Context) error {
	const patience = 30 * time.Second
	for begun := time.Now(); ; {
		pids := backends(p.pg(), p.pgNew())
		if len(pids) == 0 {
			break
		}
		if time.Since(begun) > patience {
			return fmt.Errorf("PostgreSQL already runs on %s (process %d), started by somebody else; stop it first", p.pg(), pids[0])
		}
		if postmaster := p.postmaster(); time.Since(begun) > time.Second && !slices.Contains(pids, postmaster) {
			// Nobody is left to read what these compute, and the log
			// holds what they have committed.
			signalAll(pids, syscall.SIGQUIT)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	if !canSeeBackends {
		return nil
	}
	socket := filepath.Join(p.run, ".s.PGSQL."+port)
	return removeAll(filepath.Join(p.pg(), "postmaster.pid"), socket, socket+".lock")
}

// postmaster is the process that the pid file names, 0 if there is none.
func (p *postgres) postmaster() int {
	content, err := os.ReadFile(filepath.Join(p.pg(), "postmaster.pid"))
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(content), "\n")
	pid, _ := strconv.Atoi(line)
	return pid
}

func signalAll(pids []int, signal syscall.Signal) {
	for _, pid := range pids {
		_ = syscall.Kill(pid, signal)
	}
}

func removeAll(paths ...string) error {
	for _, path := range paths {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// handOver makes path and all below it belong to the user PostgreSQL runs as,
// if that is not ourselves.
func (p *postgres) handOver(path string) error {
	owner := p.identity.credential
	if owner == nil {
		return nil
	}
	if now := credentialOf(path); now != nil && now.Uid == owner.Uid {
		return nil
	}
	return filepath.WalkDir(path, func(name string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(name, int(owner.Uid), int(owner.Gid))
	})
}

// runDir makes the directory of the sockets: in dir, or if that cannot be part
// of a socket's address, in the directory for temporary files. It cannot when
// it is too long, or has a comma, which separates addresses.
func runDir(dir string) (string, error) {
	run := filepath.Join(dir, "run")
	if len(run) <= longestRun && !strings.Contains(run, ",") {
		return run, mkdir(run)
	}
	sum := sha256.Sum256([]byte(dir))
	run = filepath.Join(os.TempDir(), fmt.Sprintf("onrecord-%d-%x", os.Geteuid(), sum[:6]))
	if len(run) > longestRun {
		return "", fmt.Errorf("the path %s is too long for a Unix socket; set TMPDIR to a shorter one", run)
	}
	if err := mkdir(run); err != nil {
		return "", err
	}
	return run, private(run, filepath.Join(dir, "pg"))
}

// mkdir makes a directory unless it is there.
func mkdir(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// private makes sure that a directory in a place where everybody may write is
// ours, or PostgreSQL's, and not bait laid out by somebody else.
func private(dir, pg string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	mine := ok && int(stat.Uid) == os.Geteuid()
	if owner := credentialOf(pg); ok && os.Geteuid() == 0 && owner != nil {
		mine = mine || stat.Uid == owner.Uid
	}
	if !info.IsDir() || !mine || info.Mode().Perm() != 0o700 {
		return fmt.Errorf("%s is not a private directory of ours; remove it, or set TMPDIR to another place", dir)
	}
	return nil
}

func syncDir(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (p *postgres) logSize() int64 {
	info, err := os.Stat(filepath.Join(p.dir, logFile))
	if err != nil {
		return 0
	}
	return info.Size()
}

// lastWords is what PostgreSQL has logged since we started.
func (p *postgres) lastWords() string {
	log, err := os.Open(filepath.Join(p.dir, logFile))
	if err != nil {
		return "see " + logFile
	}
	defer func() { _ = log.Close() }()
	const enough = 2000
	if _, err := log.Seek(p.log, io.SeekStart); err != nil {
		return "see " + log.Name()
	}
	words, _ := io.ReadAll(io.LimitReader(log, enough))
	return strings.TrimSpace(string(words))
}
