package browsertest

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// Whatever comes and goes in the bar, the text does not move: somebody may be
// selecting in it.
func TestTheBarNeverMovesTheText(t *testing.T) {
	t.Parallel()
	n := atWork(t, ferryRow)
	n.ana.bears("ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED")
	var others []annotate.ID
	for _, name := range []string{"Bea", "Cem", "Dora", "Emil", "Fay"} {
		email, _ := n.app.join(n.project, annotate.Viewer, name)
		others = append(others, must(n.app.store.User(t.Context(), email))(t).ID)
	}
	for _, width := range []int64{1280, 390, 320} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			n.ana.during(t)
			n.rolf.during(t)
			n.article = n.app.article(n.project, n.ana.id, ferryRow)
			n.ana.do("resize", chromedp.EmulateViewport(width, 800))
			n.ana.bench(n.project, n.article)
			stays := n.ana.holdsStill()

			n.rolf.bench(n.project, n.article)
			n.ana.until("Rolf's avatar", `document.querySelector("#here .avatar")`)
			stays("with somebody else here")
			n.rolf.tags(n.project, n.article, annotate.Claim, unsure)
			n.ana.until("what Rolf did to be told", `document.querySelector("#heard").textContent !== "" && !document.querySelector("#unattributed").hidden`)
			stays("with news, and a claim that nobody says")

			n.ana.offline(true)
			for i, words := range []string{"The mayor", "her deputy", "The union", "The Daily Gull"} {
				n.ana.selectAnyhow(span(t, ferryRow, words))
				n.ana.press("u") // a cue asks for nothing
				n.ana.saving(fmt.Sprintf("Offline, %d waiting", i+1))
			}
			stays("with work that waits")
			n.ana.click("#save-status")
			n.ana.until("the whole of the words", `(() => {
				const words = document.querySelector("#save-status .words"), { left, right } = words.getBoundingClientRect()
				return words.scrollWidth <= words.clientWidth && left >= 0 && right <= innerWidth
			})()`)
			stays("with the words in full")
			n.ana.offline(false)
			n.ana.saving("Saved")

			for _, id := range others {
				there := store.Presence{Page: store.NewID(), User: id}
				if err := n.app.store.Look(t.Context(), n.project.ID, n.article, there); err != nil {
					t.Fatal(err)
				}
			}
			n.ana.until("those who have no place to be counted", `document.querySelector("#here .more")?.textContent.startsWith("+")`)
			stays("with many others here")
			n.ana.click("#legend button[data-kind=claim]")
			n.ana.until("something hidden", `document.querySelector("#filter-hidden").textContent !== ""`)
			stays("with a kind hidden")
			n.ana.click("#legend button[data-kind=claim]")
		})
	}
}

// holdsStill returns what fails the test once the text or the bar is not where
// it was, or once the bar has more in it than shows or can be scrolled to.
func (p *person) holdsStill() (stays func(when string)) {
	p.tb.Helper()
	const look = `() => {
		const [text, bar] = ["#text", "#bench-bar"].map((s) => document.querySelector(s).getBoundingClientRect())
		return [text.top + scrollY, text.height, bar.height, document.documentElement.scrollWidth]
	}`
	before := run[[]float64](p, look)
	return func(when string) {
		p.tb.Helper()
		if after := run[[]float64](p, look); fmt.Sprint(after) != fmt.Sprint(before) {
			p.tb.Errorf("%s the top and the height of the text, the height of the bar and the width of the page are %v, before %v", when, after, before)
		}
		for _, out := range run[[]string](p, outOfTheBar) {
			p.tb.Errorf("%s: %s", when, out)
		}
	}
}

// outOfTheBar are the controls of the bar that cannot be pressed where they
// are, or are too small for a finger.
const outOfTheBar = `() => {
	const bar = document.querySelector("#bench-bar")
	const legend = document.querySelector("#legend")
	const controls = [...bar.querySelectorAll("button, a, summary")].filter((e) => e.checkVisibility())
	const found = []
	for (const e of controls) {
		if (legend.contains(e)) e.scrollIntoView({ block: "nearest", inline: "nearest" })
		const { left, top, width, height } = e.getBoundingClientRect()
		const name = e.id || e.className || e.textContent
		const at = document.elementFromPoint(left + width / 2, top + height / 2)
		if (!e.contains(at)) found.push(name + " is covered by " + (at?.id || at?.className))
		if (width < 24 || height < 24) found.push(name + " is " + width + " by " + height + " pixels")
	}
	legend.scrollLeft = 0
	return found
}`
