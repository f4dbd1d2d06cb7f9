package browsertest

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"
)

// traced is something that the browser did, as its trace tells it.
type traced struct {
	Name     string
	Pid, Tid int
	TS       float64 // when it began, in microseconds
	Tdur     float64 // the processor time it took its thread, in microseconds
	Dur      float64 // and the time by the clock
	Args     struct {
		Data struct{ Type string }
	}
}

// trace records what the person's browser does meanwhile, in order.
func (p *person) trace(meanwhile func()) []traced {
	p.tb.Helper()
	ctx, cancel := context.WithCancel(p.ctx)
	defer cancel()
	var mu sync.Mutex
	var events []traced
	whole := make(chan bool)
	err := chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *tracing.EventDataCollected:
			mu.Lock()
			defer mu.Unlock()
			for _, v := range e.Value {
				var one traced
				if json.Unmarshal(v, &one) == nil { // some have data of another shape
					events = append(events, one)
				}
			}
		case *tracing.EventTracingComplete:
			close(whole)
		}
	})
	if err != nil {
		p.tb.Fatal(err)
	}
	call(p, tracing.Start, tracing.StartParams{TraceConfig: &tracing.TraceConfig{
		IncludedCategories: []string{"devtools.timeline", "toplevel", "blink.user_timing"}, ExcludedCategories: []string{"*"},
	}})
	meanwhile()
	call(p, tracing.End, cdp.Empty{})
	select {
	case <-whole:
	case <-time.After(patience):
		p.fail("waited for the trace in vain")
	}
	mu.Lock()
	defer mu.Unlock()
	slices.SortStableFunc(events, func(a, b traced) int { return int(a.TS - b.TS) })
	return events
}

// scripts are what the trace calls that which runs scripts. One may be within
// another.
var scripts = []string{"EventDispatch", "FunctionCall", "FireAnimationFrame", "TimerFire", "FireIdleCallback", "BlinkScheduler_PerformMicrotaskCheckpoint"}

// deed is what came of an event: the milliseconds of script up to the frame
// that showed it, and those of each frame after that, up to the next deed.
type deed struct {
	first float64
	later []float64
}

// deedsOf finds in a trace what came of each event of a type, or of each mark
// of that name.
func deedsOf(events []traced, begin string) (deeds []deed) {
	var thread, script traced
	var frames []float64 // of the last deed
	finish := func() {
		if len(frames) > 0 {
			deeds = append(deeds, deed{frames[0], frames[1:]})
		}
	}
	for _, e := range events {
		if e.Name == begin || e.Name == "EventDispatch" && e.Args.Data.Type == begin {
			finish()
			thread, frames = e, []float64{0}
			if script.on(thread) && e.TS < script.TS+script.Dur { // which the mark is in
				frames[0] = script.Tdur / 1000
			}
		}
		switch {
		case slices.Contains(scripts, e.Name):
			if script.on(e) && e.TS < script.TS+script.Dur {
				continue
			}
			script = e
			if e.on(thread) {
				frames[len(frames)-1] += e.Tdur / 1000
			}
		case e.Name == "Layerize" && e.on(thread): // the last a frame takes on this thread
			frames = append(frames, 0)
		}
	}
	finish()
	return deeds
}

func (e traced) on(thread traced) bool { return e.Pid == thread.Pid && e.Tid == thread.Tid }
