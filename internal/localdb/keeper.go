package localdb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A keeper is a process that runs PostgreSQL for as long as anybody holds a
// connection to it. It has no command line of its own: any program that links
// this package becomes one when it is started under this name.
const keeperName = "onrecord-keeper"

const (
	lockFile     = "postgres.lock"
	logFile      = "postgres.log"
	keeperSocket = "keeper.sock"

	// The keeper's inherited files.
	lockFD  = 3
	firstFD = 4

	// What there is to keep, the second argument. Both name directories.
	data    = "pg"
	scratch = "scratch"
)

// greeting is the first and only thing a user says to the keeper.
type greeting struct {
	Server  bool // it serves, and wants to be the only one to
	Scratch bool // it wants a cluster without a future
	PID     int
}

// answer is the only thing the keeper says, once PostgreSQL is ready or cannot be.
type answer struct {
	Run      string // the directory of PostgreSQL's socket
	Refusal  string // why there is none
	ServedBy int    // the process that serves already
}

func send(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) }

func receive[T any](r io.Reader) (v T, err error) {
	err = json.NewDecoder(r).Decode(&v)
	return v, err
}

func init() {
	if os.Args[0] == keeperName && len(os.Args) == 3 {
		os.Exit(keep(os.Args[1], os.Args[2] == scratch))
	}
}

// spawnKeeper starts a keeper, hands it the lock, and returns a connection to
// it that existed before it did: a keeper is never without a user.
func spawnKeeper(dir string, lock *os.File, isScratch bool) (*net.UnixConn, error) {
	ours, theirs, err := connectedPair()
	if err != nil {
		return nil, err
	}
	defer func() { _ = theirs.Close() }()
	log, err := openLog(dir)
	if err != nil {
		return nil, errors.Join(err, ours.Close())
	}
	defer func() { _ = log.Close() }()

	what := data
	if isScratch {
		what = scratch
	}
	cmd := &exec.Cmd{
		Path:       executable(),
		Args:       []string{keeperName, dir, what},
		Env:        append(os.Environ(), unpackedVariable+"="+unpacked()),
		Dir:        "/",
		Stderr:     log,
		ExtraFiles: []*os.File{lock, theirs},
		// A session of its own: Ctrl-C is for the server, which may still
		// need the database to finish what it is doing.
		SysProcAttr: &syscall.SysProcAttr{Setsid: true, Credential: ownerOf(dir)},
	}
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start database keeper: %w", err), ours.Close())
	}
	go func() { _ = cmd.Wait() }() // it tells us itself how it fares; this only buries it
	return ours, nil
}

// connectedPair returns the two ends of a socket, one as a file to be inherited.
func connectedPair() (*net.UnixConn, *os.File, error) {
	syscall.ForkLock.RLock()
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fds[0])
		syscall.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, fmt.Errorf("socket to database keeper: %w", err)
	}
	theirs := os.NewFile(uintptr(fds[1]), "keeper")
	ours, err := connOf(os.NewFile(uintptr(fds[0]), "user"))
	if err != nil {
		return nil, nil, errors.Join(err, theirs.Close())
	}
	return ours, theirs, nil
}

// connOf turns an open socket into a connection and closes the file.
func connOf(file *os.File) (*net.UnixConn, error) {
	defer func() { _ = file.Close() }()
	conn, err := net.FileConn(file)
	if err != nil {
		return nil, err
	}
	unix, ok := conn.(*net.UnixConn)
	if !ok {
		return nil, errors.Join(errors.New("not a Unix socket"), conn.Close())
	}
	return unix, nil
}

// openLog opens the log to append to, with a fresh one from time to time.
func openLog(dir string) (*os.File, error) {
	path := filepath.Join(dir, logFile)
	const enough = 8 << 20
	if info, err := os.Stat(path); err == nil && info.Size() > enough {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, err
		}
	}
	return openOwned(path, os.O_APPEND|os.O_WRONLY)
}

// tryLock returns the locked file, or nil when another process has the lock.
func tryLock(path string) (*os.File, error) {
	file, err := openOwned(path, os.O_RDWR)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return file, nil
	}
	_ = file.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, nil //nolint:nilnil // no file is the answer "locked", not a failure
	}
	return nil, fmt.Errorf("lock %s: %w", path, err)
}

// openOwned opens a file, making it if need be. Root, visiting a directory of
// somebody else's, leaves nothing there that its owner could not open.
func openOwned(path string, flag int) (*os.File, error) {
	file, err := os.OpenFile(path, flag|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	if owner := ownerOf(filepath.Dir(path)); owner != nil {
		if err := file.Chown(int(owner.Uid), int(owner.Gid)); err != nil {
			return nil, errors.Join(err, file.Close())
		}
	}
	return file, nil
}

// ownerOf says as whom a keeper of dir must run: as dir's owner, when we are
// root and the owner is not. Otherwise nil, which is as ourselves.
func ownerOf(dir string) *syscall.Credential {
	if os.Geteuid() != 0 {
		return nil
	}
	return credentialOf(dir)
}

// credentialOf is path's owner, or nil if that is root or there is no path.
func credentialOf(path string) *syscall.Credential {
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || stat.Uid == 0 {
		return nil
	}
	return &syscall.Credential{Uid: stat.Uid, Gid: stat.Gid}
}

// keeper counts the users of one PostgreSQL.
type keeper struct {
	lock     *os.File           // held open, and so locked, until the end
	run      string             // the sockets' directory
	scratch  bool               // the cluster goes when we do
	stop     context.CancelFunc // ends PostgreSQL
	ready    chan struct{}      // closed when PostgreSQL runs, or never will
	failure  error              // why it never will
	answered sync.WaitGroup

	mu        sync.Mutex
	listener  *net.UnixListener // for those who join
	users     int
	stopping  bool
	server    *net.UnixConn // the user that serves, if one does
	serverPID int
}

// keep is the keeper's whole life. It runs on the main thread, from init, and
// stays there: PostgreSQL is told to stop when the thread that started it ends.
func keep(dir string, isScratch bool) (status int) {
	runtime.LockOSThread()
	signal.Ignore(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE)
	setProcessName(keeperName)
	forgetEnvironment()

	ctx, stop := context.WithCancel(context.Background()) //nolint:forbidigo // the keeper is a program: there is no caller's context
	defer stop()
	k := &keeper{stop: stop, scratch: isScratch, ready: make(chan struct{}), lock: os.NewFile(lockFD, lockFile)}
	first, err := connOf(os.NewFile(firstFD, "first user"))
	if err != nil {
		fmt.Fprintln(os.Stderr, "keeper:", err)
		return 1
	}
	k.join(first)
	if err := k.keep(ctx, dir); err != nil {
		fmt.Fprintln(os.Stderr, "keeper:", err)
		return 1
	}
	return 0
}

// keep listens, runs PostgreSQL until nobody needs it, and reports to those
// who wait in vain.
func (k *keeper) keep(ctx context.Context, dir string) error {
	p, err := k.open(ctx, dir)
	if k.run != filepath.Join(dir, "run") {
		defer func() { _ = os.Remove(k.run) }() // else the temporary files' directory would fill up
	}
	if err == nil {
		err = p.keepRunning(ctx, func() { close(k.ready) })
	}
	if !k.isReady() && ctx.Err() == nil {
		k.refuse(err)
	}
	return err
}

// refuse tells everybody who waits that they wait in vain.
func (k *keeper) refuse(err error) {
	k.mu.Lock()
	k.close()
	k.mu.Unlock()
	k.failure = err
	close(k.ready)
	k.answered.Wait()
}

// close turns newcomers away. The caller holds mu.
func (k *keeper) close() {
	k.stopping = true
	if k.listener != nil {
		_ = k.listener.Close()
	}
}

func (k *keeper) isReady() bool {
	select {
	case <-k.ready:
		return true
	default:
		return false
	}
}

// open makes the sockets' directory, tells others where it is, and finds out
// which PostgreSQL to run.
func (k *keeper) open(ctx context.Context, dir string) (*postgres, error) {
	var err error
	if k.run, err = runDir(dir); err != nil {
		return nil, err
	}
	if err := k.listen(); err != nil {
		return nil, err
	}
	return newPostgres(ctx, dir, k.run, k.scratch)
}

// listen lets others join. We have the lock, so a socket that lies there
// already is nobody's.
func (k *keeper) listen() error {
	path := filepath.Join(k.run, keeperSocket)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: path})
	if err != nil {
		return fmt.Errorf("listen for users of the database: %w", err)
	}
	k.mu.Lock()
	k.listener = listener
	k.mu.Unlock()
	if err := k.lock.Truncate(0); err != nil {
		return err
	}
	if _, err := k.lock.WriteAt([]byte(k.run), 0); err != nil {
		return err
	}
	go k.accept(listener)
	return nil
}

func (k *keeper) accept(listener *net.UnixListener) {
	for {
		conn, err := listener.AcceptUnix()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(100 * time.Millisecond) // out of files, most likely: others must close first
			continue
		}
		k.join(conn)
	}
}

// join counts a new user in, unless it comes too late.
func (k *keeper) join(conn *net.UnixConn) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.stopping {
		_ = conn.Close()
		return
	}
	k.users++
	k.answered.Add(1)
	go k.serve(conn)
}

// leave counts a user out. It reports whether that was the last one, with
// whom PostgreSQL stops.
func (k *keeper) leave() (last bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.users--
	if k.users > 0 {
		return false
	}
	k.close()
	k.stop()
	return true
}

// serve looks after one user until it goes. The last one's connection is not
// closed here but ends with this process, after PostgreSQL: that is what its
// Close waits for.
func (k *keeper) serve(conn *net.UnixConn) {
	hello, gone := k.hear(conn)
	k.answer(conn, hello, gone)
	k.answered.Done()
	<-gone
	k.dismiss(conn)
	if !k.leave() {
		_ = conn.Close()
	}
}

// hear reads the greeting, and reports when the user is gone.
func (k *keeper) hear(conn *net.UnixConn) (greeting, <-chan struct{}) {
	gone := make(chan struct{})
	_ = conn.SetReadDeadline(time.Now().Add(handover)) // a user says hello at once, or is not one of ours
	hello, err := receive[greeting](conn)
	if err != nil {
		close(gone)
		return hello, gone
	}
	_ = conn.SetReadDeadline(time.Time{})
	go func() {
		_, _ = io.Copy(io.Discard, conn)
		close(gone)
	}()
	return hello, gone
}

// answer waits for PostgreSQL and tells the user where it is.
func (k *keeper) answer(conn *net.UnixConn, hello greeting, gone <-chan struct{}) {
	select {
	case <-k.ready:
	case <-gone:
		return
	}
	reply := answer{Run: k.run}
	if k.failure != nil {
		reply = answer{Refusal: k.failure.Error()}
	} else if hello.Scratch != k.scratch {
		reply = answer{Refusal: "a scratch cluster and one with data cannot share a directory"}
	} else if other := k.admit(conn, hello); other != 0 {
		reply = answer{ServedBy: other}
	}
	_ = send(conn, reply) // a user that no longer listens is as good as gone
}

// admit notes who serves, or returns the process that serves already.
func (k *keeper) admit(conn *net.UnixConn, hello greeting) (other int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !hello.Server {
		return 0
	}
	if k.server != nil {
		return k.serverPID
	}
	k.server, k.serverPID = conn, hello.PID
	return 0
}

// dismiss makes room for another server when this user was the one.
func (k *keeper) dismiss(conn *net.UnixConn) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.server == conn {
		k.server, k.serverPID = nil, 0
	}
}

// forgetEnvironment drops what would change how PostgreSQL and its client
// library behave: PGDATA, PGPORT, PGOPTIONS, PGSERVICE and the rest.
func forgetEnvironment() {
	for _, entry := range os.Environ() {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, "PG") {
			_ = os.Unsetenv(name)
		}
	}
}
