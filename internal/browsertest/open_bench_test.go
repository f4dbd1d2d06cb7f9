package browsertest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
)

// rival is a page that shows the long article, and how it can be told that
// what is first seen of it is there.
type rival struct {
	name string
	path string
	// shown is JavaScript: true once all that first shows is in place.
	shown string
	// slow is for what takes so long that it is opened in one turn of five.
	slow bool
}

// firstShown is how many annotations the window shows at least, before it is
// scrolled.
const firstShown = 32

// rivals are the bare page, with nothing to show in the text, ours, and what
// it is compared with.
func (l *longread) rivals(b *testing.B) []rival {
	b.Helper()
	l.addMarks()
	l.addRecogito(b)
	painted := fmt.Sprintf(`[...CSS.highlights.values()].reduce((n, h) => n + h.size, 0) >= %d`, firstShown)
	elements := func(selector string) string {
		return fmt.Sprintf(`document.querySelectorAll(%q).length >= %d`, selector, firstShown)
	}
	return []rival{
		{name: "bare", path: l.path(l.bare), shown: fmt.Sprintf(`document.querySelectorAll("#text > *").length > %d`, firstShown/sentencesPerParagraph)},
		{name: "ours", path: l.path(l.tagged), shown: painted},
		{name: "marks", path: marksPath, shown: elements("#text mark")},
		{name: "recogito-highlights", path: recogitoPath + "?renderer=CSS_HIGHLIGHTS", shown: painted, slow: true},
		{name: "recogito-spans", path: recogitoPath + "?renderer=SPANS", shown: elements(".r6o-span-highlight-layer .r6o-annotation"), slow: true},
	}
}

// whenShown keeps the time of the first frame in which a condition held, in
// milliseconds from the beginning of the navigation. Its callback runs before
// a frame is painted, the message comes after.
const whenShown = `(() => {
	const after = new MessageChannel()
	after.port1.onmessage = () => (globalThis.shownAt = performance.now())
	const look = () => {
		if (%s) after.port2.postMessage(null)
		else requestAnimationFrame(look)
	}
	requestAnimationFrame(look)
})()`

// turns is how often each page is opened.
const turns = 15

// BenchmarkHighlights opens an article of 20,000 words with 5,000 annotations
// in a browser, and reports how long it takes until those that first show are
// painted, beside the same page without any.
func BenchmarkHighlights(b *testing.B) {
	l := newLongread(b)
	rivals := l.rivals(b)
	for _, visit := range []struct {
		name  string
		first bool
	}{{"first visit", true}, {"again", false}} {
		b.Run(visit.name, func(b *testing.B) {
			took := map[string][]float64{}
			for b.Loop() {
				for turn := range turns {
					for i := range rivals { // each is the first as often as any other
						r := rivals[(turn+i)%len(rivals)]
						if !r.slow || turn%5 == 0 {
							took[r.name] = append(took[r.name], l.ana.timeToShow(r, visit.first))
						}
					}
				}
			}
			b.ReportMetric(0, "ns/op") // says nothing here
			floor := quantile(took["bare"], 0.5)
			b.ReportMetric(floor, "ms-bare")
			for _, r := range rivals[1:] {
				b.ReportMetric(quantile(took[r.name], 0.5)/floor, "x-"+r.name)
			}
		})
	}
}

// timeToShow opens a page and returns the milliseconds until it is shown.
func (p *person) timeToShow(r rival, first bool) float64 {
	p.tb.Helper()
	p.leave()
	if first {
		call(p, network.ClearBrowserCache, cdp.Empty{})
	}
	watch := call(p, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: fmt.Sprintf(whenShown, r.shown)})
	p.do("open "+r.name, chromedp.Navigate(p.app.url+r.path))
	ctx, cancel := context.WithTimeout(p.ctx, 5*patience) // some take very long, and answer nothing meanwhile
	defer cancel()
	var at float64
	for at == 0 {
		var err error
		if at, err = tryRun[float64](ctx, `() => globalThis.shownAt ?? 0`); err != nil {
			p.fail("%s shows nothing: %v", r.name, err)
		}
	}
	call(p, page.RemoveScriptToEvaluateOnNewDocument, page.RemoveScriptToEvaluateOnNewDocumentParams(watch))
	return at
}

// leave goes away from a page, so that its end is not part of what comes next.
func (p *person) leave() {
	p.tb.Helper()
	p.do("leave", chromedp.Navigate("about:blank"))
}

// BenchmarkMemory reports the memory that the scripts of each page hold once
// it is shown.
func BenchmarkMemory(b *testing.B) {
	l := newLongread(b)
	for _, r := range l.rivals(b) {
		b.Run(r.name, func(b *testing.B) {
			var held []float64
			for b.Loop() {
				l.ana.timeToShow(r, false)
				if r.name == "ours" {
					l.ana.ready()
				}
				held = append(held, l.ana.heap())
			}
			b.ReportMetric(0, "ns/op") // says nothing here
			b.ReportMetric(quantile(held, 0.5)/1e6, "MB")
		})
	}
}

// heap is the bytes that the page's scripts hold.
func (p *person) heap() float64 {
	p.tb.Helper()
	call(p, performance.Enable, performance.EnableParams{})
	call(p, heapprofiler.CollectGarbage, cdp.Empty{})
	for _, m := range call(p, performance.GetMetrics, cdp.Empty{}).Metrics {
		if m.Name == "JSHeapUsedSize" {
			return m.Value
		}
	}
	p.fail("the browser does not tell the size of the heap")
	return 0
}

func quantile(of []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(of))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}
