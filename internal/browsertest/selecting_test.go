package browsertest

import (
	"fmt"

	"github.com/chromedp/chromedp"
)

// Offsets in these helpers are code points, as everywhere but in the browser.
// They are counted here anew, from the text as it stands on the page: nothing
// of the page's own script is asked.

// places is JavaScript that knows the article's text on the page.
const places = `
	const root = document.querySelector("#text")
	const nodes = []
	for (let walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), node; (node = walker.nextNode());) nodes.push(node)
	const text = nodes.map((n) => n.data).join("")
	const unitOf = (offset) => [...text].slice(0, offset).join("").length
	const offsetOf = (unit) => [...text.slice(0, unit)].length
	const pointOf = (unit, end) => {
		let at = 0
		for (const node of nodes) {
			if (unit < at + node.length || (end && unit === at + node.length)) return [node, unit - at]
			at += node.length
		}
		return [nodes.at(-1), nodes.at(-1).length]
	}
	const unitAt = (node, offset) => {
		if (node.nodeType !== Node.TEXT_NODE) {
			const range = document.createRange()
			range.setStart(root, 0)
			range.setEnd(node, offset)
			return range.toString().length
		}
		let at = 0
		for (const n of nodes) {
			if (n === node) return at + offset
			at += n.length
		}
		return -1
	}
	const rangeOf = (from, to) => {
		const range = document.createRange()
		range.setStart(...pointOf(from, false))
		range.setEnd(...pointOf(to, true))
		return range
	}
	const characters = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)]
`

// placesOf returns the points of the window at which a press begins at one
// offset and ends at another, having scrolled them into the window, or nil if
// they do not fit or move.
const placesOf = `async (start, end) => {` + places + `
	const [from, to] = [unitOf(start), unitOf(end)]
	const whole = rangeOf(from, to).getBoundingClientRect()
	if (whole.top < 140 || whole.bottom > innerHeight - 60) scrollBy({ top: whole.top - innerHeight * 0.3, behavior: "instant" })
	// Signs between letters run as these do; between two kinds, as the block.
	const strength = (c) => c && (/[\p{Script=Hebrew}\p{Script=Arabic}]/u.test(c.segment) ? "left" : /\p{L}/u.test(c.segment) ? "right" : undefined)
	const runsLeft = (character) => {
		if (/\p{N}/u.test(character.segment)) return false
		const at = characters.indexOf(character)
		const before = strength(characters.slice(0, at + 1).findLast(strength))
		const after = strength(characters.slice(at).find(strength))
		return before === after ? before === "left" : getComputedStyle(pointOf(character.index, false)[0].parentElement).direction === "rtl"
	}
	const edge = (unit, side) => {
		const character = characters.find((c) => side === "start" ? c.index === unit : c.index + c.segment.length === unit)
		if (!character) return null
		const rects = rangeOf(character.index, character.index + character.segment.length).getClientRects()
		const rect = side === "start" ? rects[0] : rects[rects.length - 1]
		if (!rect || rect.top < 60 || rect.bottom > innerHeight) return null
		const leftward = runsLeft(character)
		const inside = Math.min(1, rect.width / 4)
		return { X: (side === "start") === leftward ? rect.right - inside : rect.left + inside, Y: rect.top + rect.height / 2 }
	}
	const ends = () => {
		const [begin, finish] = [edge(from, "start"), edge(to, "end")]
		return begin && finish && [begin, finish]
	}
	const before = ends()
	await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
	const now = ends()
	return before && now && now.every((end, i) => end.X === before[i].X && end.Y === before[i].Y) ? now : null
}`

// selectedRange is what of the text is selected, as two offsets.
const selectedRange = `() => {` + places + `
	const selection = getSelection()
	if (selection.rangeCount === 0 || selection.isCollapsed || !root.contains(selection.anchorNode)) return null
	const range = selection.getRangeAt(0)
	return [offsetOf(unitAt(range.startContainer, range.startOffset)), offsetOf(unitAt(range.endContainer, range.endOffset))]
}`

// selectText selects a stretch of the article by dragging the mouse over it.
func (p *person) selectText(start, end int) {
	p.tb.Helper()
	p.deselect()
	from, to := p.placesOf(start, end)
	between := place{(from.X + to.X) / 2, (from.Y + to.Y) / 2}
	p.do("drag over the text",
		mouse(chromedp.MousePressed, from), mouse(chromedp.MouseMoved, between), mouse(chromedp.MouseMoved, to), mouse(chromedp.MouseReleased, to))
	p.selected(start, end)
}

// selectByKeys selects without the mouse: Tab into the text, arrows to the
// beginning, arrows with Shift to the end, all the way the text runs.
func (p *person) selectByKeys(start, end int) {
	p.tb.Helper()
	p.tabTo("#text")
	p.press("Control+Home")
	forward := "ArrowRight"
	if run[bool](p, `() => document.querySelector("#text").dir === "rtl"`) {
		forward = "ArrowLeft"
	}
	for range p.characters(0, start) {
		p.press(forward)
	}
	for range p.characters(start, end) {
		p.press("Shift+" + forward)
	}
	p.selected(start, end)
}

// tabTo presses Tab until the keyboard is where a selector says.
func (p *person) tabTo(selector string) {
	p.tb.Helper()
	for range 100 {
		if run[bool](p, `(selector) => document.activeElement?.matches(selector) ?? false`, selector) {
			return
		}
		p.press("Tab")
	}
	p.fail("Tab does not lead to %s", selector)
}

// selectAnyhow selects code units, as no mouse would but as extensions and
// the browser's own search may: within a character, too.
func (p *person) selectAnyhow(startUnit, endUnit int) {
	p.tb.Helper()
	run[bool](p, `(from, to) => {`+places+`
		getSelection().setBaseAndExtent(...pointOf(from, false), ...pointOf(to, true))
		return true
	}`, startUnit, endUnit)
}

func (p *person) placesOf(start, end int) (from, to place) {
	p.tb.Helper()
	found := waitFor[[]place](p, fmt.Sprintf("a place to select %d to %d", start, end), placesOf, start, end)
	return found[0], found[1]
}

// characters is how many characters, as readers see them, lie between two
// offsets.
func (p *person) characters(start, end int) int {
	p.tb.Helper()
	return run[int](p, `(start, end) => {`+places+`
		const [from, to] = [unitOf(start), unitOf(end)]
		return characters.filter((c) => from <= c.index && c.index < to).length
	}`, start, end)
}

// selected waits until exactly that is selected.
func (p *person) selected(start, end int) {
	p.tb.Helper()
	p.until(fmt.Sprintf("%d to %d to be selected", start, end), `(() => {
		const range = (`+selectedRange+`)()
		return range?.[0] === args[0] && range[1] === args[1]
	})()`, start, end)
}

// deselect gives up what is selected: a press on it would begin to drag it.
func (p *person) deselect() {
	p.tb.Helper()
	if run[bool](p, `() => getSelection().isCollapsed`) {
		return
	}
	p.press("Escape")
	p.until("nothing to be selected", `getSelection().isCollapsed`)
}
