package browsertest

import (
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// deedsAtATime is how often each thing is done while the browser is watched.
const deedsAtATime = 40

// BenchmarkFrames works on an article of 20,000 words with 5,000 annotations,
// and reports the milliseconds of script up to the frame that shows what was
// done, and those of the frames after it. It counts processor time, which the
// machine's other work does not lengthen. A frame has 16 ms.
func BenchmarkFrames(b *testing.B) {
	l := newLongread(b)
	rolf := l.member(l.project, annotate.Analyst, "Rolf Reviewer")
	call(l.ana, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: markIncoming})
	l.ana.bench(l.project, l.tagged)
	time.Sleep(2 * time.Second) // until it has done what it does when it has nothing to do
	b.Run("tag", func(b *testing.B) {
		l.frames(b, "keydown", 1, func(i int) {
			l.ana.selectQuickly(l.tags[160+4*i].Fragments[0].Start+3, 20+i)
			l.ana.press("c")
			l.ana.saved()
		})
	})
	b.Run("undo", func(b *testing.B) {
		l.frames(b, "keydown", -1, func(int) {
			run[bool](l.ana, `() => document.querySelector("#text").focus() === undefined`)
			l.ana.press("Control+z")
			l.ana.saved()
		})
	})
	b.Run("incoming", func(b *testing.B) {
		l.frames(b, incoming, 1, func(i int) {
			at := l.tags[160+4*i].Fragments[0].Start + 2
			claim := annotate.Annotation{ID: store.NewID(), Kind: annotate.Claim, Fragments: []annotate.Fragment{{Start: at, End: at + 20}}}
			body := map[string]any{"id": store.NewID(), "operations": annotate.Records([]annotate.Operation{{Op: annotate.Put, Annotation: &claim}})}
			l.ana.toSee(at)
			if status := rolf.api(http.MethodPost, l.path(l.tagged)+"/changes", body, nil); status != http.StatusOK {
				b.Fatalf("rolf's change set: %d", status)
			}
			l.ana.until("what Rolf did to be told", `document.querySelector("#heard").textContent !== ""`)
			l.ana.settled()
			run[bool](l.ana, `() => (document.querySelector("#heard").textContent = "") === ""`)
		})
	})
}

// incoming is the mark that each change of somebody else's begins with.
const incoming = "incoming"

// markIncoming marks when a live event reaches the page.
const markIncoming = `(() => {
	const { addEventListener } = EventSource.prototype
	EventSource.prototype.addEventListener = function (type, listener) {
		addEventListener.call(this, type, (event) => {
			if (type === "change") performance.mark("` + incoming + `")
			listener(event)
		})
	}
})()`

// frames has do done again and again and reports what came of it.
// Each time there are to be more annotations, or fewer, by a number.
func (l *longread) frames(b *testing.B, event string, more int, do func(i int)) {
	b.Helper()
	var first, later []float64
	for b.Loop() {
		before := len(l.ana.article(l.project, l.tagged, "").Annotations)
		deeds := deedsOf(l.ana.trace(func() {
			for i := range deedsAtATime {
				do(i)
			}
		}), event)
		if now := len(l.ana.article(l.project, l.tagged, "").Annotations); now != before+more*deedsAtATime {
			b.Fatalf("%d annotations have become %d", before, now)
		}
		if len(deeds) != deedsAtATime {
			b.Fatalf("the trace has %d of %d deeds", len(deeds), deedsAtATime)
		}
		for _, d := range deeds {
			first, later = append(first, d.first), append(later, d.later...)
		}
	}
	b.ReportMetric(0, "ns/op") // says nothing here
	b.ReportMetric(quantile(first, 0.5), "ms-median")
	b.ReportMetric(quantile(first, 0.99), "ms-p99")
	b.ReportMetric(quantile(later, 0.99), "ms-later-p99")
}

// selectQuickly selects some code points within a paragraph, in sight.
func (p *person) selectQuickly(start, length int) {
	p.tb.Helper()
	p.toSee(start)
	run[bool](p, `(start, length) => {
		const block = [...document.querySelectorAll("#text > [data-start]")].findLast((b) => Number(b.dataset.start) <= start)
		document.querySelector("#text").focus()
		const from = start - Number(block.dataset.start)
		getSelection().setBaseAndExtent(block.firstChild, from, block.firstChild, from + length)
		return true
	}`, start, length)
	p.settled()
}

// toSee scrolls to where an offset is.
func (p *person) toSee(offset int) {
	p.tb.Helper()
	run[bool](p, `(offset) => {
		const block = [...document.querySelectorAll("#text > [data-start]")].findLast((b) => Number(b.dataset.start) <= offset)
		block.scrollIntoView({ block: "center", behavior: "instant" })
		return true
	}`, offset)
	p.settled()
}

// saved waits until all is saved, and nothing more happens.
func (p *person) saved() {
	p.tb.Helper()
	p.settled()
	p.until("all to be saved", mayLeave)
	p.settled()
}

// settled waits until a few frames have been shown.
func (p *person) settled() {
	p.tb.Helper()
	run[bool](p, `async () => {
		for (let i = 0; i < 4; i++) await new Promise((next) => requestAnimationFrame(() => setTimeout(next)))
		return true
	}`)
}
