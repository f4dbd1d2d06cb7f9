// Package browsertest uses Onrecord as people do: in a browser, with mouse and
// keyboard, on a real server and a real database. It holds tests only.
//
// All tests share one headless Chromium. Each [person] has a browser context
// of their own in it, so that several can be signed in at once. A person's
// page may write no error to the console and ask nothing of any other site;
// if it does, the test fails.
package browsertest

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

func TestMain(m *testing.M) {
	code := m.Run()
	stopBrowser()
	os.Exit(code)
}

// errNoBrowser says how to get what these tests need.
var errNoBrowser = errors.New("these tests need Chromium (Debian, Ubuntu: apt install chromium)")

// stopBrowser ends the browser, if one was started.
var stopBrowser = func() {}

// theBrowser starts the browser that all tests share. Nothing tells which test
// is the last, so TestMain ends it.
var theBrowser = sync.OnceValues(func() (context.Context, error) {
	path, err := chromium()
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // which root cannot have
	}
	allocated, release := chromedp.NewExecAllocator(context.Background(), options...)
	browser, _ := chromedp.NewContext(allocated)
	stopBrowser = func() {
		ending, cancel := context.WithTimeout(browser, 10*time.Second)
		defer cancel()
		_ = chromedp.Cancel(ending) // the process is killed in any case
		release()
	}
	return browser, chromedp.Do(browser)
})

func chromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errNoBrowser
}

// browserFor returns the shared browser. Without one installed the test is
// skipped, or fails where CI is set: there nothing may go untested unseen.
func browserFor(tb testing.TB) context.Context {
	tb.Helper()
	browser, err := theBrowser()
	if errors.Is(err, errNoBrowser) {
		lacking(tb, err.Error())
	}
	if err != nil {
		tb.Fatalf("start the browser: %v", err)
	}
	return browser
}

// lacking skips a test for want of something, and fails it where CI is set.
func lacking(tb testing.TB, words string) {
	tb.Helper()
	if os.Getenv("CI") != "" {
		tb.Fatal(words)
	}
	tb.Skip(words)
}
