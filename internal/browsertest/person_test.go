package browsertest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

const (
	password = "a fine long password"
	// patience is how long a page may take until it is what it is to become.
	// It is long because the machine may be busy with all other tests.
	patience = 40 * time.Second
)

// person is somebody at a browser. Others' browsers know nothing of theirs.
type person struct {
	tb      testing.TB
	app     *app
	name    string
	email   string
	id      annotate.ID // empty for a visitor
	session store.Secret

	ctx       context.Context // the tab
	downloads string

	mu         sync.Mutex
	complaints []string
	bearing    []*regexp.Regexp
}

// visitor is somebody who is not signed in.
func (a *app) visitor(name string) *person {
	a.tb.Helper()
	ctx, closeTab := chromedp.NewContext(browserFor(a.tb), chromedp.WithNewBrowserContext())
	p := &person{tb: a.tb, app: a, name: name, ctx: ctx, downloads: a.tb.TempDir()}
	p.settleIn(closeTab)
	_, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: p.downloads,
		BrowserContextID: chromedp.FromContext(ctx).BrowserContextID,
	})
	if err != nil {
		a.tb.Fatalf("say where downloads go: %v", err)
	}
	return p
}

// settleIn has the person look through their tab until the test is over.
func (p *person) settleIn(closeTab func()) {
	p.tb.Helper()
	p.tb.Cleanup(func() {
		p.lookBack()
		closeTab()
	})
	if err := chromedp.Listen(p.ctx, p.hear); err != nil {
		p.tb.Fatalf("open a tab: %v", err)
	}
	p.do("set up the tab", chromedp.EmulateViewport(1280, 900))
	call(p, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	p.prefer("light")
}

// tab is another tab of the person's browser.
func (p *person) tab() *person {
	p.tb.Helper()
	ctx, closeTab := chromedp.NewContext(p.ctx)
	other := &person{
		tb: p.tb, app: p.app, name: p.name + " in another tab", email: p.email, id: p.id, session: p.session,
		ctx: ctx, downloads: p.downloads, bearing: p.bearing,
	}
	other.settleIn(closeTab)
	return other
}

// member is somebody signed in, with a role in the project.
func (a *app) member(project annotate.Project, role annotate.Role, name string) *person {
	a.tb.Helper()
	p := a.visitor(name)
	p.email, p.session = a.join(project, role, name)
	p.id = must(a.store.User(a.tb.Context(), p.email))(a.tb).ID
	p.signedInAs(p.session)
	return p
}

// join has somebody belong to a project, and signs them in.
func (a *app) join(project annotate.Project, role annotate.Role, name string) (email string, session store.Secret) {
	a.tb.Helper()
	ctx := a.tb.Context()
	admin := must(a.store.FirstAdmin(ctx))(a.tb)
	invitation := must(a.store.Invite(ctx, store.NewInvitation{
		Project: project.ID, Role: role, By: admin.ID, At: time.Now(), Expires: time.Now().Add(time.Hour),
	}))(a.tb)
	email = strings.ToLower(strings.Fields(name)[0]) + "@example.org"
	session, _, err := a.store.Join(ctx, invitation, store.NewUser{Email: email, Name: name, Password: password, At: time.Now()}, "a test")
	if err != nil {
		a.tb.Fatal(err)
	}
	return email, session
}

// signedInAs has the person's browser hold a session.
func (p *person) signedInAs(session store.Secret) {
	p.tb.Helper()
	call(p, network.SetCookie, network.SetCookieParams{
		Name: "onrecord", Value: string(session), URL: p.app.url, HTTPOnly: new(true), SameSite: network.CookieSameSiteLax,
	})
}

// keepSession takes note of the session that the person's browser holds, so
// that they can ask past it too, and of who they are.
func (p *person) keepSession() {
	p.tb.Helper()
	cookies := call(p, network.GetCookies, network.GetCookiesParams{URLs: []string{p.app.url}}).Cookies
	for _, c := range cookies {
		if c.Name == "onrecord" {
			p.session = store.Secret(c.Value)
		}
	}
	p.id = must(p.app.store.User(p.tb.Context(), p.email))(p.tb).ID
}

// during has the person work for a subtest until that ends.
func (p *person) during(t *testing.T) {
	t.Helper()
	whole := p.tb
	p.tb = t
	t.Cleanup(func() { p.tb = whole })
}

// call sends a command to the person's tab.
func call[P, R any](p *person, command cdp.Command[P, R], params P) R {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	answer, err := chromedp.Call(ctx, command, params)
	if err != nil {
		p.fail("%s: %v", command.Method, err)
	}
	return answer
}

// do runs actions in the person's tab.
func (p *person) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.fail("%s: %v", what, err)
	}
}

// prefer sets the system's colour scheme, light or dark. Nothing moves for
// people in tests: there would be waiting for it to end.
func (p *person) prefer(scheme string) {
	p.tb.Helper()
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
}

// hear takes note of what the page complains of. It runs between any two
// messages of the browser.
func (p *person) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		words := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			words = e.ExceptionDetails.Exception.Description
		}
		p.complain("uncaught: " + words)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			words, _ := json.Marshal(e.Args)
			p.complain("console: " + string(words))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			p.complain(fmt.Sprintf("log: %s %s", e.Entry.Text, e.Entry.URL))
		}
	case *page.EventJavascriptDialogOpening:
		p.complain(fmt.Sprintf("stopped to ask (%s): %s", e.Type, e.Message))
		go p.agree() // else nothing would ever go on
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, p.app.url+"/") && !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "blob:") {
			p.complain("asked another site: " + u)
		}
	}
}

// agree presses OK in a dialog of the browser's own.
func (p *person) agree() {
	_, _ = chromedp.Call(p.ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
}

func (p *person) complain(words string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, expected := range p.bearing {
		if expected.MatchString(words) {
			return
		}
	}
	p.complaints = append(p.complaints, words)
}

// bears with complaints from here on that match a pattern, as the browser's
// own of an answer that the test provokes.
func (p *person) bears(pattern string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bearing = append(p.bearing, regexp.MustCompile(pattern))
}

// lookBack ends the person's part: complaints fail the test, and a failure
// leaves a picture of what they saw.
func (p *person) lookBack() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, words := range p.complaints {
		p.tb.Errorf("%s's page: %s", p.name, words)
	}
	if p.tb.Failed() {
		p.picture()
	}
}

func (p *person) picture() {
	ctx, cancel := context.WithTimeout(p.ctx, 10*time.Second)
	defer cancel()
	shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.tb.Logf("no picture of what %s saw: %v", p.name, err)
		return
	}
	name := filepath.Join(pictureDir(p.tb), strings.Join(strings.Fields(p.name), "-")+".png")
	if err := os.WriteFile(name, shot, 0o600); err == nil {
		p.tb.Logf("what %s saw: %s", p.name, name)
	}
}

// pictureDir is where pictures outlive the test: where go test -artifacts
// keeps them, else among the temporary files.
func pictureDir(tb testing.TB) string {
	tb.Helper()
	if kept, ok := tb.(interface{ ArtifactDir() string }); ok && artifactsAreKept() {
		return kept.ArtifactDir()
	}
	dir, err := os.MkdirTemp("", "onrecord-browsertest-") //nolint:usetesting // outlives the test
	if err != nil {
		tb.Log(err)
	}
	return dir
}

// fail ends the test with what the page shows.
func (p *person) fail(format string, args ...any) {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	seen, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.pathname + "\n" + document.body.innerText.slice(0, 1500)`))
	if err != nil {
		seen = err.Error()
	}
	p.tb.Fatalf("%s: %s\nThe page: %s", p.name, fmt.Sprintf(format, args...), seen)
}

// api asks the API as the person, past the browser, and reads the answer into
// v unless that is nil.
func (p *person) api(method, path string, body, v any) (status int) {
	p.tb.Helper()
	status, answer := p.send(method, "/api/v1"+path, body)
	if v != nil && status < 300 {
		if err := json.Unmarshal(answer, v); err != nil {
			p.tb.Fatalf("%s %s: %v in %.500s", method, path, err, answer)
		}
	}
	return status
}

// get reads a path as the person, past the browser.
func (p *person) get(path string) []byte {
	p.tb.Helper()
	status, answer := p.send(http.MethodGet, path, nil)
	if status != http.StatusOK {
		p.tb.Fatalf("read %s: %d", path, status)
	}
	return answer
}

func (p *person) send(method, path string, body any) (status int, answer []byte) {
	p.tb.Helper()
	content, err := json.Marshal(body)
	if err != nil {
		p.tb.Fatal(err)
	}
	request, err := http.NewRequestWithContext(p.tb.Context(), method, p.app.url+path, bytes.NewReader(content))
	if err != nil {
		p.tb.Fatal(err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	request.AddCookie(&http.Cookie{Name: "onrecord", Value: string(p.session)})
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		p.tb.Fatal(err)
	}
	defer response.Body.Close()
	if answer, err = io.ReadAll(response.Body); err != nil {
		p.tb.Fatal(err)
	}
	return response.StatusCode, answer
}
