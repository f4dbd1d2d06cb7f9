package browsertest

import (
	"context"
	"encoding/json"
	"flag"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func artifactsAreKept() bool {
	f := flag.Lookup("test.artifacts")
	return f != nil && f.Value.String() == "true"
}

// open goes to a path of the server and waits for the page. Whatever is being
// saved is saved first: a page that is left with work undone stops to ask.
func (p *person) open(path string) {
	p.tb.Helper()
	p.until("the page to let one go", mayLeave)
	p.do("open "+path, chromedp.Navigate(p.app.url+path))
}

// mayLeave holds when everything is saved and nothing would be lost by leaving
// the page.
const mayLeave = `!document.querySelector("#save-status[data-waiting]") && dispatchEvent(new Event("beforeunload", { cancelable: true }))`

// run calls a function of JavaScript, written as an expression, in the page.
func run[T any](p *person, function string, args ...any) T {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := tryRun[T](ctx, function, args...)
	if err != nil {
		p.fail("%s: %v", function, err)
	}
	return v
}

func tryRun[T any](ctx context.Context, function string, args ...any) (T, error) {
	written := make([]string, len(args))
	for i, arg := range args {
		js, err := json.Marshal(arg)
		if err != nil {
			var none T
			return none, err
		}
		written[i] = string(js)
	}
	return chromedp.Run(ctx, chromedp.Evaluate[T]("("+function+")("+strings.Join(written, ", ")+")", chromedp.EvalAwaitPromise))
}

// waitFor waits until a function of JavaScript returns something true, and
// returns that. Between two tries the page may be another one.
func waitFor[T any](p *person, what, function string, args ...any) T {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	var last error
	for {
		v, err := tryRun[*T](ctx, "async (...args) => { const v = await ("+function+")(...args); return v ? v : null }", args...)
		switch {
		case err == nil && v != nil:
			return *v
		case err != nil && ctx.Err() == nil:
			last = err // a page that is going, or one that is not there yet
		}
		select {
		case <-ctx.Done():
			p.fail("waited for %s in vain (%s) %v", what, function, last)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// until waits until a condition in JavaScript holds.
func (p *person) until(what, condition string, args ...any) {
	p.tb.Helper()
	waitFor[bool](p, what, "(...args) => Boolean("+condition+")", args...)
}

// says waits until the page shows all the words, as people read them.
func (p *person) says(words ...string) {
	p.tb.Helper()
	for _, w := range words {
		p.until("the words “"+w+"”", `document.body.innerText.replace(/\s+/g, " ").toLowerCase().includes(args[0].toLowerCase())`, w)
	}
}

// at waits for the page at a path, fragment and query left aside.
func (p *person) at(path string) {
	p.tb.Helper()
	p.until("the page at "+path, `location.pathname === args[0] && document.readyState === "complete"`, path)
}

// path is where the person is.
func (p *person) path() string {
	p.tb.Helper()
	return run[string](p, `() => location.pathname`)
}

// place is a point of the window, in CSS pixels.
type place struct{ X, Y float64 }

// locate finds the middle of the first thing that a selector names, that has
// the words in its text or name, that shows, that nothing covers and that
// does not move.
const locate = `async (selector, words) => {
	if (document.readyState !== "complete") return null // nothing may hear the press yet
	const named = (e) => [e.textContent, e.getAttribute("aria-label"), e.value, e.title].some((t) => t?.replace(/\s+/g, " ").includes(words))
	const element = Array.from(document.querySelectorAll(selector)).find((e) => e.checkVisibility({ visibilityProperty: true }) && named(e))
	if (!element) return null
	const box = () => element.getClientRects()[0]
	if (!box() || box().top < 80 || box().bottom > innerHeight - 20) element.scrollIntoView({ block: "center", behavior: "instant" })
	const before = box()
	await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
	const now = box()
	if (!before || !now || before.top !== now.top || before.left !== now.left) return null
	const [x, y] = [now.left + now.width / 2, now.top + now.height / 2]
	const hit = document.elementFromPoint(x, y)
	return hit && (element.contains(hit) || hit.closest("label")?.control === element) ? { X: x, Y: y } : null
}`

// click presses the mouse on what a selector names; words, if given, must
// stand in its text or name.
func (p *person) click(selector string, words ...string) {
	p.tb.Helper()
	at := waitFor[place](p, selector+" "+strings.Join(words, " ")+" to press", locate, selector, strings.Join(words, " "))
	p.do("press "+selector, chromedp.MouseClickXY(at.X, at.Y))
}

// fill types text into a field, in the place of what stands there.
func (p *person) fill(selector, text string) {
	p.tb.Helper()
	p.click(selector)
	p.press("Control+a")
	if text == "" {
		p.press("Delete")
		return
	}
	call(p, input.InsertText, input.InsertTextParams{Text: text})
}

// choose picks the option of that value in a menu.
func (p *person) choose(selector, value string) {
	p.tb.Helper()
	p.until("the option "+value+" of "+selector, `(() => {
		const menu = document.querySelector(args[0])
		if (!menu || ![...menu.options].some((o) => o.value === args[1])) return false
		menu.value = args[1]
		menu.dispatchEvent(new Event("input", { bubbles: true }))
		menu.dispatchEvent(new Event("change", { bubbles: true }))
		return true
	})()`, selector, value)
}

var namedKeys = map[string]string{
	"Enter": kb.Enter, "Escape": kb.Escape, "Tab": kb.Tab, "Delete": kb.Delete, "Backspace": kb.Backspace, "Space": " ",
	"ArrowLeft": kb.ArrowLeft, "ArrowRight": kb.ArrowRight, "ArrowUp": kb.ArrowUp, "ArrowDown": kb.ArrowDown,
	"F1": kb.F1, "F7": kb.F7, "F8": kb.F8, "F9": kb.F9, "Home": kb.Home, "End": kb.End, "PageUp": kb.PageUp, "PageDown": kb.PageDown,
}

var modifiers = map[string]chromedp.Modifier{
	"Control": chromedp.ModifierCtrl, "Shift": chromedp.ModifierShift, "Alt": chromedp.ModifierAlt,
}

// press presses keys one after the other, each such as c, S, Enter or
// Control+Z. A capital letter is pressed with Shift. They are pressed on a page
// whose scripts have run: until then nothing may hear them.
func (p *person) press(keys ...string) {
	p.tb.Helper()
	p.until("the page's scripts to have run", `document.readyState === "complete"`)
	for _, key := range keys {
		down, up := stroke(key)
		call(p, input.DispatchKeyEvent, down)
		call(p, input.DispatchKeyEvent, up)
	}
}

// stroke is what the browser gets of a key. The key that goes down brings its
// text along: sent apart, it would be typed even if the page has taken the key.
func stroke(name string) (down, up input.DispatchKeyEventParams) {
	var held chromedp.Modifier
	for {
		before, rest, more := strings.Cut(name, "+")
		modifier, known := modifiers[before]
		if !more || !known || rest == "" {
			break
		}
		held, name = held|modifier, rest
	}
	if named, ok := namedKeys[name]; ok {
		name = named
	}
	key := kb.Keys[[]rune(name)[0]]
	if key.Shift {
		held |= chromedp.ModifierShift
	}
	up = input.DispatchKeyEventParams{
		Type: input.DispatchKeyEventTypeKeyUp, Modifiers: int64(held), Key: key.Key, Code: key.Code,
		WindowsVirtualKeyCode: key.Windows, NativeVirtualKeyCode: key.Native,
	}
	down = up
	down.Type = input.DispatchKeyEventTypeRawKeyDown
	if key.Print && held&^chromedp.ModifierShift == 0 {
		down.Type, down.Text, down.UnmodifiedText = input.DispatchKeyEventTypeKeyDown, key.Text, key.Unmodified
	}
	return down, up
}

// mouse moves, presses or releases the left button of the mouse.
func mouse(kind input.DispatchMouseEventType, at place) chromedp.Action[chromedp.Void] {
	return chromedp.MouseEvent(kind, at.X, at.Y, chromedp.ButtonLeft, chromedp.ClickCount(1),
		func(e *input.DispatchMouseEventParams) {
			if kind != chromedp.MouseReleased {
				e.Buttons = 1
			}
		})
}

// reload loads the page anew, whatever is unsaved, and waits for the workbench.
func (p *person) reload() {
	p.tb.Helper()
	run[bool](p, `() => { delete document.documentElement.dataset.workbench; location.reload(); return true }`)
	p.ready()
}

// unheard has the server not hear of what the page changes, or hear it again.
func (p *person) unheard(unheard bool) {
	p.tb.Helper()
	var patterns []*network.BlockPattern
	if unheard {
		p.bears("ERR_BLOCKED_BY_CLIENT")
		patterns = append(patterns, &network.BlockPattern{URLPattern: p.app.url + "/*/changes", Block: true})
	}
	call(p, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: patterns})
	if !unheard { // the page need not wait for its next try
		run[bool](p, `() => dispatchEvent(new Event("online"))`)
	}
}

// crash ends the page's process at once. The page has no say in it.
func (p *person) crash() {
	p.tb.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, time.Second)
	defer cancel()
	_, _ = chromedp.Call(ctx, page.Crash, cdp.Empty{}) // nobody is left to answer
}

// asked takes note of what the browser stops to ask from here on.
func (p *person) asked() (words func() []string) {
	p.tb.Helper()
	var heard []string
	err := chromedp.Listen(p.ctx, func(event any) {
		if e, ok := event.(*page.EventJavascriptDialogOpening); ok {
			p.mu.Lock()
			heard = append(heard, e.Message)
			p.mu.Unlock()
		}
	})
	if err != nil {
		p.fail("listen for questions: %v", err)
	}
	return func() []string {
		p.mu.Lock()
		defer p.mu.Unlock()
		return slices.Clone(heard)
	}
}

// onEveryPage runs a script before those of every page that is opened from
// here on.
func (p *person) onEveryPage(script string) {
	p.tb.Helper()
	call(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
}
