package browsertest

import (
	"time"

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

// longPress holds a finger at a place until the browser selects the word there.
func (p *person) longPress(at place) {
	p.tb.Helper()
	p.touch("touchStart", at)
	time.Sleep(800 * time.Millisecond) // what browsers take for long
	p.touch("touchEnd")
}

// tap touches what a selector names for a moment.
func (p *person) tap(selector string) {
	p.tb.Helper()
	at := waitFor[place](p, selector+" to touch", locate, selector, "")
	p.touch("touchStart", at)
	p.touch("touchEnd")
}
