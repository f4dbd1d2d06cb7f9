package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
)

// program is the built server, which tests run as an operator would and kill
// as a machine would.
type program struct {
	tb   testing.TB
	path string
	env  []string
	addr string

	mu      sync.Mutex
	running *exec.Cmd
}

func newProgram(tb testing.TB) *program {
	tb.Helper()
	p := &program{tb: tb, path: filepath.Join(tb.TempDir(), "onrecord"), addr: freeAddress(tb)}
	build := exec.CommandContext(tb.Context(), "go", "build", "-o", p.path, ".")
	if out, err := build.CombinedOutput(); err != nil {
		tb.Fatalf("build: %v\n%s", err, out)
	}
	p.env = append(os.Environ(), "DATABASE_URL=", "ONRECORD_DATA="+tb.TempDir(), "ONRECORD_ADDR="+p.addr,
		"ONRECORD_BASE_URL=", "ONRECORD_ADMIN_EMAIL=admin@example.org", "ONRECORD_ADMIN_PASSWORD=correct horse")
	tb.Cleanup(func() { p.stop(syscall.SIGTERM) })
	return p
}

func freeAddress(tb testing.TB) string {
	tb.Helper()
	l, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// start starts the server and waits until it says where it is.
func (p *program) start() {
	p.tb.Helper()
	cmd := exec.Command(p.path)
	cmd.Env = p.env
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		p.tb.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		p.tb.Fatal(err)
	}
	p.mu.Lock()
	p.running = cmd
	p.mu.Unlock()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.Contains(line, p.addr) {
		_ = cmd.Wait()
		p.tb.Fatalf("the server said %q and %v, with\n%s", line, err, said.String())
	}
	go io.Copy(io.Discard, out) //nolint:errcheck // ends with the process
}

// stop sends the server a signal and waits for its end.
func (p *program) stop(signal syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running == nil {
		return
	}
	_ = p.running.Process.Signal(signal)
	_ = p.running.Wait() // killed is an error
	p.running = nil
}

// command runs a subcommand and returns what it printed.
func (p *program) command(stdin string, args ...string) string {
	p.tb.Helper()
	cmd := exec.CommandContext(p.tb.Context(), p.path, args...)
	cmd.Env = p.env
	cmd.Stdin = strings.NewReader(stdin)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		p.tb.Fatalf("onrecord %s: %v\n%s", strings.Join(args, " "), err, said.String())
	}
	return strings.TrimSpace(string(out))
}

// call asks the API, and fails with errDown while nobody answers.
func (p *program) call(ctx context.Context, token, method, path string, body any) (status int, answer map[string]any, err error) {
	sent, err := json.Marshal(body)
	if err != nil {
		return 0, nil, err
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://"+p.addr+"/api/v1"+path, bytes.NewReader(sent))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, errors.Join(errDown, err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return 0, nil, errors.Join(errDown, err)
	}
	if response.StatusCode >= http.StatusInternalServerError {
		return 0, nil, errors.Join(errDown, fmt.Errorf("%s: %v", response.Status, answer))
	}
	return response.StatusCode, answer, nil
}

var errDown = errors.New("no answer")

// TestNothingAcknowledgedIsLostWhenTheServerIsKilled has 32 writers append
// 10,000 change sets to one article while the server is killed and started
// again, three times.
func TestNothingAcknowledgedIsLostWhenTheServerIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	p := newProgram(t)
	p.start()
	token := p.command("", "token", "create", "--email", "admin@example.org", "--name", "trial")
	p.command("", "project", "create", "trial", "--name", "Trial")
	status, article, err := p.call(t.Context(), token, http.MethodPost, "/projects/trial/articles", map[string]any{"text": strings.Repeat("Nobody said a word. ", 100)})
	if err != nil || status != http.StatusCreated {
		t.Fatalf("add article: %d %v %v", status, article, err)
	}
	changes := fmt.Sprintf("/projects/trial/articles/%s/changes", article["id"])

	const writers, changeSets, kills = 32, 10_000, 3
	var sent, acknowledged atomic.Int64
	var mu sync.Mutex
	numbers := map[string]int64{} // seq by change set
	var over sync.WaitGroup
	for w := range writers {
		over.Go(func() {
			for sent.Add(1) <= changeSets {
				id := uuid.Must(uuid.NewV7()).String()
				seq := p.insist(t, token, changes, id, w)
				mu.Lock()
				numbers[id] = seq
				mu.Unlock()
				acknowledged.Add(1)
			}
		})
	}
	for kill := range kills {
		for acknowledged.Load() < int64(changeSets*(kill+1)/(kills+1)) {
			time.Sleep(time.Millisecond)
		}
		p.stop(syscall.SIGKILL)
		p.start()
	}
	over.Wait()
	p.checkLog(t, token, changes, numbers)
}

// insist appends a change set until it is acknowledged, as browsers do.
func (p *program) insist(t *testing.T, token, changes, id string, writer int) int64 {
	t.Helper()
	body := map[string]any{"id": id, "operations": []any{map[string]any{"op": "put", "annotation": map[string]any{
		"id": uuid.Must(uuid.NewV7()).String(), "version": 0, "kind": "claim",
		"fragments": []any{map[string]any{"start": writer * 20, "end": writer*20 + 19}},
	}}}}
	for {
		status, answer, err := p.call(context.WithoutCancel(t.Context()), token, http.MethodPost, changes, body)
		switch {
		case errors.Is(err, errDown):
			time.Sleep(5 * time.Millisecond)
		case err != nil || status != http.StatusOK:
			t.Errorf("append: %d %v %v", status, answer, err)
			return 0
		default:
			seq, _ := answer["seq"].(float64)
			return int64(seq)
		}
	}
}

// checkLog holds the log to have every acknowledged change set once, under
// its number, and no gap.
func (p *program) checkLog(t *testing.T, token, changes string, numbers map[string]int64) {
	t.Helper()
	last := int64(0)
	for {
		_, answer, err := p.call(t.Context(), token, http.MethodGet, fmt.Sprintf("%s?limit=1000&after=%d", changes, last), nil)
		if err != nil {
			t.Fatal(err)
		}
		items, _ := answer["items"].([]any)
		if len(items) == 0 {
			break
		}
		for _, item := range items {
			entry, _ := item.(map[string]any)
			seq, _ := entry["seq"].(float64)
			id, _ := entry["id"].(string)
			if int64(seq) != last+1 {
				t.Fatalf("after number %d comes %d", last, int64(seq))
			}
			if numbers[id] != int64(seq) {
				t.Errorf("change set %s was acknowledged as %d and is %d", id, numbers[id], int64(seq))
			}
			last++
		}
	}
	if last != int64(len(numbers)) {
		t.Errorf("%d change sets were acknowledged and %d are in the log", len(numbers), last)
	}
}
