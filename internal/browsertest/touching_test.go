package browsertest

import (
	"context"
	"sync"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// asOnAPhone makes the tab a phone's: narrow, and touched with a finger.
func (p *person) asOnAPhone() {
	p.tb.Helper()
	p.do("be a phone", chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile))
	call(p, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true})
}

// touch puts a finger down at a place, moves it there, or lifts it.
func (p *person) touch(kind input.DispatchTouchEventType, at ...place) {
	p.tb.Helper()
	points := make([]*input.TouchPoint, len(at))
	for i, one := range at {
		points[i] = &input.TouchPoint{X: one.X, Y: one.Y}
	}
	call(p, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: points})
}

// longPress holds a finger at a place until the browser takes that for a long
// press. Injected touches know no time: only a mouse that the tab takes for a
// finger can be held. The browser does what its events say, and never answers.
func (p *person) longPress(at place) {
	p.tb.Helper()
	finger := emulation.SetEmitTouchEventsForMouseParams{Enabled: true, Configuration: emulation.SetEmitTouchEventsForMouseConfigurationMobile}
	call(p, emulation.SetEmitTouchEventsForMouse, finger)
	ctx, cancel := context.WithCancel(p.ctx)
	var unanswered sync.WaitGroup
	send := func(kind input.DispatchMouseEventType) {
		unanswered.Go(func() { _ = chromedp.Do(ctx, mouse(kind, at)) })
	}
	run[bool](p, `() => {
		for (const name of ["contextmenu", "touchend"]) addEventListener(name, () => (document.documentElement.dataset.press = name), { capture: true, once: true })
		return true
	}`)
	send(input.DispatchMouseEventTypeMousePressed)
	p.until("the press to be a long one", `document.documentElement.dataset.press === "contextmenu"`)
	send(input.DispatchMouseEventTypeMouseReleased)
	p.until("the finger to be lifted", `document.documentElement.dataset.press === "touchend"`)
	cancel()
	unanswered.Wait()
	finger.Enabled = false
	call(p, emulation.SetEmitTouchEventsForMouse, finger)
}

// tap touches what a selector names for a moment.
func (p *person) tap(selector string) {
	p.tb.Helper()
	at := waitFor[place](p, selector+" to touch", locate, selector, "")
	p.touch("touchStart", at)
	p.touch("touchEnd")
}
