package browsertest

import (
	"slices"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"onrecord.dev/internal/annotate"
)

// Where the system sets the colours, kinds are told apart by their lines, in
// the text and in the legend alike, and what is chosen is seen to be.
func TestKindsAreToldApartWhereTheSystemSetsTheColours(t *testing.T) {
	t.Parallel()
	n := atWork(t, ferryRow)
	p := n.ana
	const look = `() => {
		const lines = (s) => [s.textDecorationLine, s.textDecorationStyle].join(" ")
		const text = document.querySelector("#text")
		return [...document.querySelectorAll("#legend button")].map((button) => {
			const sample = getComputedStyle(button.querySelector(".sample"))
			return [
				button.dataset.kind + ": " + lines(getComputedStyle(text, "::highlight(kind-" + button.dataset.kind + ")")),
				button.dataset.kind + ": " + [sample.borderTopStyle, sample.borderBottomStyle, sample.borderBottomWidth].join(" "),
			]
		}).flat()
	}`
	for _, scheme := range []string{"light", "dark"} {
		p.prefers(map[string]string{"forced-colors": "active", "prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"})
		want := []string{
			"claim: underline overline solid", "claim: solid solid 1px",
			"speaker: underline solid", "speaker: none solid 2px",
			"source: underline double", "source: none double 4px",
			"cue: underline dotted", "cue: none dotted 2px",
		}
		if got := run[[]string](p, look); !slices.Equal(got, want) {
			t.Errorf("%s: the kinds are drawn as %q, want %q", scheme, got, want)
		}
	}
	n.drag(p, sails)
	p.press("c")
	p.until("the keyboard in the card", `document.activeElement?.closest("#cards .role-field")`)
	p.types("The")
	p.press("ArrowDown")
	p.until("what is chosen to be outlined", `(() => {
		const option = document.querySelector('#cards [role=option][aria-selected="true"]')
		return option && getComputedStyle(option).outlineStyle === "solid"
	})()`)
}

// Somebody sees little, and has a browser show everything twice as large: all
// of it, or only the letters.
func TestTheWorkbenchWorksTwiceAsLarge(t *testing.T) {
	tests := map[string]func(p *person){
		"the page": func(p *person) { p.do("zoom", chromedp.EmulateViewport(640, 450, chromedp.EmulateScale(2))) },
		"the text": func(p *person) {
			call(p, page.SetFontSizes, page.SetFontSizesParams{FontSizes: &page.FontSizes{Standard: 32, Fixed: 26}})
		},
	}
	for name, enlarge := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := atWork(t, ferryRow)
			p := n.ana
			enlarge(p)
			p.bench(n.project, n.article)
			p.until("the text to be large", `parseFloat(getComputedStyle(document.querySelector("#text")).fontSize) * devicePixelRatio >= 36`)
			n.drag(p, sails)
			p.press("c")
			p.saves(n.project, n.article, "a claim", func(a article) bool { return a.has(annotate.Claim, sails) })
			p.cutsNothing("with the claim's card open")
			p.until("its card to be read", `(() => {
				const quote = document.querySelector('#cards .card[data-form="open"] blockquote')?.getBoundingClientRect()
				return quote && quote.top >= 0 && quote.bottom <= innerHeight && quote.left >= 0 && quote.right <= innerWidth
			})()`)
			p.press("Escape", "Escape")
			p.press("?")
			p.until("the sheet of keys", `document.querySelector("#keys[open] .key-list dl")`)
			p.cutsNothing("with the sheet of keys")
			p.press("Escape", "[")
			p.until("the past", `!document.querySelector("#past-bar").hidden`)
			p.cutsNothing("in the past")
			p.press("Escape")
			p.until("the present", `document.querySelector("#past-bar").hidden`)
			p.press("Control+z")
			p.saves(n.project, n.article, "nothing", func(a article) bool { return len(a.Annotations) == 0 })
		})
	}
}

// cutsNothing fails the test for a page that is wider than its window, and for
// words of it that are cut off and cannot be scrolled to.
func (p *person) cutsNothing(when string) {
	p.tb.Helper()
	for _, cut := range append(run[[]string](p, tooWide), run[[]string](p, cutOff)...) {
		p.tb.Errorf("%s, %s: %s", p.path(), when, cut)
	}
}

// cutOff are the elements that hide some of their words, but for those that
// say so with an ellipsis and those that only screen readers are to read.
const cutOff = `() => [...document.body.querySelectorAll("*")].filter((e) => {
	const style = getComputedStyle(e)
	const hides = (overflow) => overflow === "hidden" || overflow === "clip"
	if (!e.checkVisibility() || e.clientWidth <= 1 || !e.innerText?.trim()) return false
	const wide = hides(style.overflowX) && style.textOverflow !== "ellipsis" && e.scrollWidth > e.clientWidth + 1
	const high = hides(style.overflowY) && e.scrollHeight > e.clientHeight + 3
	return wide || high
}).map((e) => e.tagName + "#" + e.id + "." + e.className + " cuts off some of “" + e.innerText.trim().slice(0, 60) + "”")`

// Nothing moves for whoever has asked their system for that, whatever they do.
func TestNothingMovesForWhomItWouldDisturb(t *testing.T) {
	t.Parallel()
	n := atWork(t, ferryRow)
	p := n.ana
	p.tags(n.project, n.article, annotate.Claim, sails)
	p.tags(n.project, n.article, annotate.Claim, unasked)
	moves := func(motion string) []string {
		t.Helper()
		p.prefers(map[string]string{"prefers-color-scheme": "light", "prefers-reduced-motion": motion})
		p.bench(n.project, n.article)
		run[bool](p, `() => {
			window.moved = new Set()
			const look = () => {
				for (const one of document.getAnimations()) moved.add((one.transitionProperty ?? one.animationName) + " of " + (one.effect.target.id || one.effect.target.className))
				requestAnimationFrame(look)
			}
			look()
			return true
		}`)
		p.press("F7")
		p.until("the caret", `!document.querySelector("#caret").hidden`)
		p.press(".")
		p.until("an open card", `document.querySelector('#cards .card[data-form="open"]')`)
		p.press(".", "Escape", "Escape", "Control+k")
		p.until("the palette", `document.querySelector("#palette[open] [role=option]")`)
		p.press("Escape", "[")
		p.until("the past", `!document.querySelector("#past-bar").hidden`)
		p.press("Escape")
		p.until("the present", `document.querySelector("#past-bar").hidden`)
		p.click("#filter summary")
		p.click("#legend button[data-kind=claim]")
		p.click("#legend button[data-kind=claim]")
		p.do("narrow", chromedp.EmulateViewport(390, 844))
		p.click("#grip")
		p.until("the sheet", `document.querySelector("#rail.up")`)
		run[bool](p, `() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`)
		p.do("widen", chromedp.EmulateViewport(1280, 900))
		return run[[]string](p, `() => [...moved]`)
	}
	if still := moves("reduce"); len(still) > 0 {
		t.Errorf("these move: %q", still)
	}
	if moving := moves("no-preference"); len(moving) < 2 {
		t.Errorf("only %q move where that disturbs nobody: the test would see nothing", moving)
	}
}
