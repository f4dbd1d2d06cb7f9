package browsertest

import (
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"onrecord.dev/internal/store"
	"onrecord.dev/internal/store/storetest"
)

// theProgram is the program as it is built for people, once for all tests.
var theProgram = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "onrecord-program-")
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, "onrecord")
	build := exec.Command("go", "build", "-o", program, "onrecord.dev/cmd/server")
	build.Stderr = os.Stderr
	return program, build.Run()
})

// process is a server in a process of its own, which can be killed.
type process struct {
	tb       testing.TB
	database string
	address  string
	running  *exec.Cmd
	log      logged
}

// newProcessApp is an Onrecord whose server is a process. The app itself
// serves nothing, and looks after the database and the people.
func newProcessApp(tb testing.TB) (*app, *process) {
	tb.Helper()
	browserFor(tb)
	database := storetest.URL(tb)
	db := must(store.Open(tb.Context(), database))(tb)
	tb.Cleanup(db.Close)
	p := &process{tb: tb, database: database, address: freeAddress(tb)}
	tb.Cleanup(p.end)
	a := &app{tb: tb, store: db, address: p.address, url: "http://" + p.address}
	p.start()
	return a, p
}

// freeAddress is one that nobody listens on, and that stays the same.
func freeAddress(tb testing.TB) string {
	tb.Helper()
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func (p *process) start() {
	p.tb.Helper()
	p.running = exec.Command(must(theProgram())(p.tb))
	p.running.Env = append(os.Environ(), "DATABASE_URL="+p.database, "ONRECORD_ADDR="+p.address, "ONRECORD_DATA="+p.tb.TempDir())
	p.running.Stdout, p.running.Stderr = &p.log, &p.log
	if err := p.running.Start(); err != nil {
		p.tb.Fatal(err)
	}
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if p.answers() {
			return
		}
		if time.Now().After(end) {
			p.tb.Fatal("the server does not answer")
		}
	}
}

func (p *process) answers() bool {
	ctx, cancel := context.WithTimeout(p.tb.Context(), time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.address+"/readyz", http.NoBody)
	if err != nil {
		p.tb.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// kill ends the process at once: it has no say in it.
func (p *process) kill() {
	if p.running == nil {
		return
	}
	_ = p.running.Process.Kill()
	_ = p.running.Wait() // says that it was killed
	p.running = nil
}

// end kills the process for good. What it has logged as broken fails the test.
func (p *process) end() {
	p.kill()
	for _, fault := range p.log.faults() {
		p.tb.Errorf("the server logged a fault: %s", fault)
	}
}

// another is a second server on the same database, with an app to reach it by.
func (p *process) another() *app {
	p.tb.Helper()
	second := &process{tb: p.tb, database: p.database, address: freeAddress(p.tb)}
	p.tb.Cleanup(second.end)
	second.start()
	db := must(store.Open(p.tb.Context(), p.database))(p.tb)
	p.tb.Cleanup(db.Close)
	return &app{tb: p.tb, store: db, address: second.address, url: "http://" + second.address}
}
