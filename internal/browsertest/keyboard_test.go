package browsertest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/chromedp/cdproto/input"

	"onrecord.dev/internal/annotate"
)

// bridge has a quote with its speaker behind it, one that goes on, a report,
// and characters of every sort.
const bridge = `The bridge is safe, says mayor

“The bridge is safe,” Konstantin Dreyhaupt said on Monday. “It will hold this winter.” He had walked over it.

Engineers suspect that salt got in. The fire brigade 👨🏻‍🚒 is worried: Zelénskiy's דוח is late.
`

// types writes text where the keyboard is.
func (p *person) types(text string) {
	p.tb.Helper()
	call(p, input.InsertText, input.InsertTextParams{Text: text})
}

// selectedText is what is selected of the article.
func (p *person) selectedText() string {
	p.tb.Helper()
	return run[string](p, `() => getSelection().toString()`)
}

// enterText goes into the article with the keyboard, to the beginning of what
// part is.
func (n *newsroom) enterText(p *person, part string) {
	p.tb.Helper()
	start, _ := span(p.tb, n.text, part)
	before := string([]rune(n.text)[:start])
	line := strings.LastIndexByte(before, '\n') + 1
	p.tabTo("#text")
	p.press("Control+Home")
	for block := range strings.Lines(before[:line]) {
		if strings.TrimSpace(block) != "" {
			p.press("Control+ArrowDown")
		}
	}
	for range p.characters(start-utf8.RuneCountInString(before[line:]), start) {
		p.press("ArrowRight")
	}
}

// selectPart selects a part of the article with the keyboard.
func (n *newsroom) selectPart(p *person, part string) {
	p.tb.Helper()
	n.enterText(p, part)
	start, end := span(p.tb, n.text, part)
	for range p.characters(start, end) {
		p.press("Shift+ArrowRight")
	}
	p.selected(start, end)
}

func TestTheCaretGoesThroughTheTextInEveryUnit(t *testing.T) {
	t.Parallel()
	n := atWork(t, bridge)
	p := n.ana
	quote := "“The bridge is safe,” Konstantin Dreyhaupt said on Monday. "
	tests := []struct {
		from string
		keys []string
		want string
	}{
		{"Konstantin", []string{"Shift+ArrowRight"}, "K"},
		{"👨🏻‍🚒 is", []string{"Shift+ArrowRight"}, "👨🏻‍🚒"},
		{"énskiy", []string{"Shift+ArrowRight"}, "é"},
		{"Konstantin", []string{"Control+Shift+ArrowRight"}, "Konstantin "},
		{"“The bridge", []string{"Alt+Shift+PageDown"}, quote},
		{"“It will", []string{"Alt+Shift+PageUp"}, quote},
		{"Engineers", []string{"Control+Shift+ArrowUp"}, quote + "“It will hold this winter.” He had walked over it.\n\n"},
		{"suspect that", []string{"Shift+End", "Shift+Home"}, ""},
		{"Konstantin", []string{"1"}, "Konstantin"},
		{"salt", []string{"2"}, "Engineers suspect that salt got in."},
		{"Konstantin", []string{"3"}, quote + "“It will hold this winter.” He had walked over it."},
		{"Dreyhaupt", []string{"Control+Shift+End"}, "Dreyhaupt" + strings.SplitN(bridge, "Dreyhaupt", 2)[1]},
	}
	for _, test := range tests {
		n.enterText(p, test.from)
		p.press(test.keys...)
		plain := func(s string) string { return strings.Join(strings.Fields(s), " ") }
		if got := p.selectedText(); test.want != "" && plain(got) != plain(test.want) {
			t.Errorf("from %q, %v selects %q, want %q", test.from, test.keys, got, test.want)
		}
	}
}

func TestThePaletteDoesWhatIsFoundInItAndKeepsTheSelection(t *testing.T) {
	t.Parallel()
	n := atWork(t, bridge)
	p := n.ana
	n.enterText(p, "Konstantin")
	p.press("Control+Shift+ArrowRight", "Control+Shift+ArrowRight", "Control+k")
	p.until("the palette", `document.activeElement?.closest("#palette")`)
	p.types("tag sp")
	p.until("what is meant to be first", `document.querySelector('#palette [role=option][aria-selected=true] .name')?.textContent === "Tag as speaker"`)
	p.until("its key to be told", `document.querySelector('#palette [aria-selected=true] kbd')?.textContent === "S"`)
	p.press("Enter")
	p.saves(n.project, n.article, "a speaker", func(a article) bool { return a.has(annotate.Speaker, "Konstantin Dreyhaupt") })
	p.press("Escape", "Escape", "Control+k")
	p.types("engineers suspect")
	p.until("a paragraph", `document.querySelector('#palette [aria-selected=true]')?.textContent.includes("Engineers suspect")`)
	p.press("Enter", "Shift+ArrowRight")
	p.until("the caret in that paragraph", `getSelection().toString() === "E"`)
	p.press("Escape", "Control+k")
	p.types("zzzz")
	p.until("nothing", `document.querySelectorAll("#palette [role=option]").length === 0`)
	p.press("Escape")
	p.until("the palette to close", `!document.querySelector("#palette").open`)
}

// What the sheet says is read from the table by which keys are understood: each
// line of it is tried.
func TestTheSheetListsEveryKey(t *testing.T) {
	t.Parallel()
	n := atWork(t, bridge)
	n.ana.press("?")
	lines := waitFor[[]string](n.ana, "the sheet", `() => {
		const lines = [...document.querySelectorAll("#keys[open] .key-list dl > div")].map((d) => d.textContent.replace(/\s+/g, " "))
		return lines.length > 0 && lines
	}`)
	for _, want := range []string{
		"CTag as claim", "CtrlKAll commands", ".,Next, previous claim", "Alt.,Next, previous tag of any kind", "AltPgUpPgDnBy a sentence",
		"123Select the whole word, sentence, paragraph", "ShiftEnterThe same speaker as last time", "CtrlEnterGo on with the quote",
	} {
		if !slices.ContainsFunc(lines, func(line string) bool {
			return strings.Contains(strings.ReplaceAll(line, " ", ""), strings.ReplaceAll(want, " ", ""))
		}) {
			t.Errorf("the sheet does not say %q: %q", want, lines)
		}
	}
	n.rolf.press("?")
	n.rolf.until("the sheet", `document.querySelectorAll("#keys[open] dl > div").length > 0`)
}

func TestTagsOfEveryKindAreWalkedAlong(t *testing.T) {
	t.Parallel()
	n := atWork(t, bridge)
	p := n.ana
	for _, one := range [][2]string{{"“The bridge is safe,”", "c"}, {"Konstantin Dreyhaupt", "s"}, {"suspect", "u"}} {
		n.selectPart(p, one[0])
		p.press(one[1])
		p.saves(n.project, n.article, one[0], func(a article) bool {
			return slices.ContainsFunc(a.Annotations, func(r annotate.AnnotationRecord) bool { return a.exact(r.Fragments[0]) == one[0] })
		})
		p.press("Escape", "Escape", "Escape")
	}
	p.press("Control+Home")
	open := func(words string) {
		t.Helper()
		p.until("the card of "+words, `document.querySelector('#cards .card[data-form="open"] blockquote')?.textContent === args[0]`, words)
	}
	p.press("Alt+.")
	open("“The bridge is safe,”")
	p.press("Alt+.")
	open("Konstantin Dreyhaupt")
	p.press("Alt+.")
	open("suspect")
	p.press("Alt+,", ",")
	open("“The bridge is safe,”")
}

func TestWhoSaysAClaimIsProposedAndTakenByEnter(t *testing.T) {
	t.Parallel()
	n := atWork(t, bridge)
	p := n.ana
	n.selectPart(p, "“The bridge is safe,”")
	p.press("c")
	p.until("a proposal", `document.querySelector("#cards .proposal")?.textContent.includes("Konstantin Dreyhaupt") && document.activeElement?.closest(".role-field")`)
	a := p.saves(n.project, n.article, "the claim alone", func(a article) bool { return len(a.Annotations) == 1 })
	if len(a.Links) != 0 {
		t.Fatalf("something is linked that nobody has said yes to: %+v", a.Links)
	}
	p.press("Enter")
	a = p.saves(n.project, n.article, "the attribution", func(a article) bool { return len(a.Links) == 2 })
	claim := a.find(t, annotate.Claim, "“The bridge is safe,”")
	if got := a.linked(claim, annotate.RoleSpeaker); !slices.Equal(got, []string{"Konstantin Dreyhaupt"}) {
		t.Errorf("it is said by %q", got)
	}
	if got := a.linked(claim, annotate.RoleCue); !slices.Equal(got, []string{"said"}) {
		t.Errorf("it is signalled by %q", got)
	}
	p.press("Escape", "Control+z")
	p.saves(n.project, n.article, "the claim alone again", func(a article) bool { return len(a.Annotations) == 1 && len(a.Links) == 0 })
}

func TestAQuoteGoesOnAndTheSameSpeakerSpeaksAgain(t *testing.T) {
	t.Parallel()
	n := atWork(t, bridge)
	p := n.ana
	n.selectPart(p, "“The bridge is safe,”")
	p.press("c")
	p.until("a proposal", `document.querySelector("#cards .proposal .take") && document.activeElement?.closest(".role-field")`)
	p.press("Enter")
	p.saves(n.project, n.article, "the attribution", func(a article) bool { return len(a.Links) == 2 })
	p.press("Control+Enter")
	a := p.saves(n.project, n.article, "a second fragment", func(a article) bool {
		return len(a.find(t, annotate.Claim, "“The bridge is safe,”").Fragments) == 2
	})
	if got := a.exact(a.find(t, annotate.Claim, "“The bridge is safe,”").Fragments[1]); got != "“It will hold this winter.”" {
		t.Errorf("it goes on with %q", got)
	}
	p.press("Escape", "Escape")
	n.selectPart(p, "that salt got in")
	p.press("Shift+Enter")
	p.saves(n.project, n.article, "a claim of the same speaker", func(a article) bool {
		return slices.Equal(a.linked(a.find(t, annotate.Claim, "that salt got in"), annotate.RoleSpeaker), []string{"Konstantin Dreyhaupt"})
	})
}

func TestAChainIsBuiltInOnePlaceByTheKeyboard(t *testing.T) {
	t.Parallel()
	n := atWork(t, bridge)
	p := n.ana
	for _, name := range []string{"The tape", "Meridian Wire", "The Courier"} {
		e := annotate.Entity{Type: annotate.Recording, Name: name, CreatedBy: p.id}
		must(n.app.store.AddEntity(t.Context(), n.project.ID, e, time.Now()))(t)
	}
	n.selectPart(p, "“The bridge is safe,”")
	p.press("c")
	p.until("the card", `document.activeElement?.closest("#cards .role-field")`)
	p.tabTo("#cards [data-role=source] input")
	pick := func(typed, name string) {
		t.Helper()
		p.types(typed)
		p.until(name, `document.activeElement?.closest(".picker")?.querySelector("[role=option] .name")?.textContent === args[0]`, name)
		p.press("ArrowDown", "Enter")
	}
	pick("tape", "The tape")
	p.saves(n.project, n.article, "a source", func(a article) bool { return len(a.Links) == 1 })
	p.tabTo("#cards .onward button")
	p.press("Enter")
	pick("meridian", "Meridian Wire")
	p.until("the keyboard where the chain goes on", `document.activeElement?.matches("#cards .onward button[aria-label^='Meridian Wire']")`)
	p.press("Enter")
	pick("courier", "The Courier")
	p.until("the chain, in its order", `[...document.querySelectorAll("#cards .chain .hop .name")].map((h) => h.textContent.replace("∅ ", "")).join(" > ") === "The tape > Meridian Wire > The Courier"`)
	a := p.saves(n.project, n.article, "the chain", func(a article) bool { return len(a.Links) == 3 })
	via := 0
	for _, l := range a.Links {
		if l.Role == annotate.RoleVia {
			via++
		}
	}
	if via != 2 {
		t.Errorf("the links are %+v", a.Links)
	}
}

func TestAnySpanIsTaggedAndChosenAmongThoseThatOverlap(t *testing.T) {
	t.Parallel()
	n := atWork(t, bridge)
	p := n.ana
	parts := []struct{ words, key, kind string }{
		{"It will hold this winter.” He had walked over it.\n\nEngineers suspect", "c", annotate.Claim}, // across paragraphs
		{"walked over", "c", annotate.Claim}, // within it
		{"over it.", "s", annotate.Speaker},  // over its end
		{"👨🏻‍🚒", "u", annotate.Cue},
		{"é", "s", annotate.Speaker},
		{"דוח", "o", annotate.Source},
	}
	for _, part := range parts {
		if strings.Contains(part.words, "\n") {
			n.enterText(p, "It will hold")
			p.press("Control+Shift+ArrowDown", "Control+Shift+ArrowRight", "Control+Shift+ArrowRight")
		} else {
			n.selectPart(p, part.words)
		}
		p.press(part.key)
		p.saves(n.project, n.article, part.words, func(a article) bool { return a.has(part.kind, part.words) })
		p.press("Escape", "Escape", "Escape")
	}
	n.enterText(p, "over it.")
	p.press("ArrowRight", "Enter")
	p.until("a choice", `document.querySelectorAll("#chooser:not([hidden]) button").length === 3 && document.activeElement?.closest("#chooser")`)
	p.press("ArrowDown")
	words := run[string](p, `() => document.activeElement.querySelector(".quote").textContent`)
	p.press("Enter")
	p.until("its card", `document.querySelector('#cards .card[data-form="open"] blockquote')?.textContent.startsWith(args[0].replace("…", ""))`, words)
}

func TestABoundaryIsMovedByItsHandle(t *testing.T) {
	t.Parallel()
	n := atWork(t, bridge)
	p := n.ana
	start, end := span(t, n.text, "fire brigade")
	p.selectText(start, end)
	p.press("s")
	is := func(words string) {
		t.Helper()
		p.saves(n.project, n.article, words, func(a article) bool { return a.has(annotate.Speaker, words) })
	}
	is("fire brigade")
	// With the keyboard, by characters as readers see them and by words.
	p.tabTo("#boundary-handles .end")
	p.press("ArrowRight", "ArrowRight")
	is("fire brigade 👨🏻‍🚒")
	p.press("ArrowLeft", "ArrowLeft")
	is("fire brigade")
	p.press("Shift+ArrowRight")
	is("fire brigade 👨🏻‍🚒 is")
	p.until("where it is to be heard", `document.activeElement.getAttribute("aria-valuetext").includes("is")`)
	// With the mouse; Escape gives up.
	handle := waitFor[place](p, "the handle", locate, "#boundary-handles .end", "")
	_, to := span(t, n.text, "fire brigade 👨🏻‍🚒")
	_, at := p.placesOf(start, to)
	p.do("drag the handle", mouse(input.DispatchMouseEventTypeMousePressed, handle), mouse(input.DispatchMouseEventTypeMouseMoved, at))
	p.press("Escape")
	p.do("let go", mouse(input.DispatchMouseEventTypeMouseReleased, at))
	is("fire brigade 👨🏻‍🚒 is")
	handle = waitFor[place](p, "the handle", locate, "#boundary-handles .end", "")
	lift := run[float64](p, `() => { const h = document.querySelector("#boundary-handles .end").getBoundingClientRect(); return h.top + h.height / 2 }`)
	at.Y += lift - at.Y // the pointer stays as far below the line as it took hold
	p.do("drag the handle", mouse(input.DispatchMouseEventTypeMousePressed, handle), mouse(input.DispatchMouseEventTypeMouseMoved, at), mouse(input.DispatchMouseEventTypeMouseReleased, at))
	is("fire brigade 👨🏻‍🚒")
	p.press("Control+z")
	is("fire brigade 👨🏻‍🚒 is")
}

func TestAFingerDragsAHandleAndFindsTheToolbarAtTheThumb(t *testing.T) {
	t.Parallel()
	n := atWork(t, bridge)
	p := n.ana
	p.asOnAPhone()
	p.open("/projects/" + n.project.Slug + "/articles/" + string(n.article))
	p.ready()
	start, end := span(t, n.text, "Dreyhaupt")
	at, _ := p.placesOf(start, end)
	at.X += 12
	p.longPress(at)
	p.until("a word to be selected", `getSelection().toString() === "Dreyhaupt"`)
	p.until("the toolbar at the thumb", `(() => {
		const box = document.querySelector("#selection-tools:not([hidden])")?.getBoundingClientRect()
		return box && box.left === 0 && box.width >= innerWidth - 1 && box.top > innerHeight * 0.6
	})()`)
	p.tap("#selection-tools button[data-kind=speaker]")
	p.saves(n.project, n.article, "a speaker", func(a article) bool { return a.has(annotate.Speaker, "Dreyhaupt") })
	first, _ := span(t, n.text, "Konstantin")
	to, _ := p.placesOf(first, end) // which may scroll
	word, _ := p.placesOf(start, end)
	handle := waitFor[place](p, "the handle", locate, "#boundary-handles .start", "")
	to.Y += handle.Y - word.Y // the finger stays as far from the line as it took hold
	p.touch("touchStart", handle)
	p.touch("touchMove", place{(handle.X + to.X) / 2, (handle.Y + to.Y) / 2})
	p.touch("touchMove", to)
	p.touch("touchEnd")
	p.saves(n.project, n.article, "the whole name", func(a article) bool { return a.has(annotate.Speaker, "Konstantin Dreyhaupt") })
}

func TestMouseSelectionsSnapOnlyWhenAskedTo(t *testing.T) {
	t.Parallel()
	n := atWork(t, bridge)
	p := n.ana
	part := strings.Index(bridge, "nstantin Drey")
	start := len([]rune(bridge[:part]))
	p.selectText(start, start+len("nstantin Drey"))
	p.press("?")
	p.click("#keys input[name=snap][value=word]")
	p.press("Escape")
	p.deselect()
	from, to := p.placesOf(start, start+len("nstantin Drey"))
	p.do("drag over the text", mouse(input.DispatchMouseEventTypeMousePressed, from), mouse(input.DispatchMouseEventTypeMouseMoved, to), mouse(input.DispatchMouseEventTypeMouseReleased, to))
	p.until("whole words", `getSelection().toString() === "Konstantin Dreyhaupt"`)
	p.deselect()
	p.press("Control+k")
	p.types("whole sentences")
	p.press("Enter")
	p.do("drag over the text", mouse(input.DispatchMouseEventTypeMousePressed, from), mouse(input.DispatchMouseEventTypeMouseMoved, to), mouse(input.DispatchMouseEventTypeMouseReleased, to))
	p.until("a whole sentence", `getSelection().toString() === "“The bridge is safe,” Konstantin Dreyhaupt said on Monday."`)
	p.deselect()
	p.press("Tab") // the mouse has been in the text: it is to be entered anew
	n.enterText(p, "nstantin Drey")
	p.press("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "s")
	p.saves(n.project, n.article, "what the keys selected", func(a article) bool { return a.has(annotate.Speaker, "nst") })
}

func TestAllThatIsFoundInAnArticleIsTaggedAtOnce(t *testing.T) {
	t.Parallel()
	n := atWork(t, bridge)
	p := n.ana
	p.press("/")
	p.types("bridge")
	p.until("hits", `document.querySelector("#find-count").textContent.includes("of 2")`)
	p.press("Control+Enter")
	p.until("the list", `document.querySelectorAll("#tag-hits[open] .hit").length === 2 && document.activeElement?.closest("#tag-hits .hit")`)
	p.press("Space", "Control+Enter")
	a := p.saves(n.project, n.article, "one of them", func(a article) bool { return len(a.Annotations) == 1 })
	if second := len([]rune(bridge[:strings.LastIndex(bridge, "bridge is")])); a.Annotations[0].Fragments[0].Start != second {
		t.Errorf("what was unchecked is tagged: %s", a.where(a.Annotations[0]))
	}
	p.press("Escape", "Control+z")
	p.saves(n.project, n.article, "nothing", func(a article) bool { return len(a.Annotations) == 0 })
}

// TestManyArticlesAreTaggedTogetherAndUndone goes by the keyboard alone.
func TestManyArticlesAreTaggedTogetherAndUndone(t *testing.T) {
	t.Parallel()
	n := atWork(t, bridge)
	p := n.ana
	other := n.app.article(n.project, p.id, "Second day\nDreyhaupt walked. Dreyhaupt said it again.")
	p.open("/projects/ferry/find")
	p.until("the field", `document.activeElement?.id === "q"`)
	p.types("dreyhaupt")
	p.press("Enter")
	p.until("what is found", `document.querySelectorAll(".hit").length === 3`)
	p.press("j", "Space")
	p.until("one to be unchecked", `document.querySelector("[data-checked]").textContent === "(2)"`)
	p.tabTo(".bulk-do .primary")
	p.press("Enter")
	p.says("Tagged “dreyhaupt” as Speaker", "2 places changed", "in 2 articles")
	if a := p.article(n.project, other, ""); len(a.Annotations) != 1 || a.exact(a.Annotations[0].Fragments[0]) != "Dreyhaupt" {
		t.Errorf("the second article has %+v", a.Annotations)
	}
	p.tabTo(`button[aria-label^="Undo in Second day"]`)
	p.press("Enter")
	p.says("Undone")
	if a := p.article(n.project, other, ""); len(a.Annotations) != 0 {
		t.Errorf("after undoing, the second article has %+v", a.Annotations)
	}
	if a := p.article(n.project, n.article, ""); len(a.Annotations) != 1 {
		t.Errorf("undoing in one article changed the other: %+v", a.Annotations)
	}
	p.tabTo(`a[href="/projects/ferry/bulk"]`)
	p.press("Enter")
	p.at("/projects/ferry/bulk")
	p.says("Bulk changes", "Tagged “dreyhaupt” as Speaker", "undone in 1 article")
	p.tabTo(`button[aria-label^="Undo all"]`)
	p.bears("Undo all of this")
	p.press("Enter") // and says yes
	p.until("the change to be undone", `location.pathname.startsWith("/projects/ferry/bulk/") && !document.querySelector('button[aria-label^="Undo"]')`)
	if a := p.article(n.project, n.article, ""); len(a.Annotations) != 0 {
		t.Errorf("after undoing all, the first article has %+v", a.Annotations)
	}
}

// TestOnePersonWithoutAMouse signs in, tags, links, undoes, and decides on a
// claim: not once does anybody touch a mouse.
func TestOnePersonWithoutAMouse(t *testing.T) {
	t.Parallel()
	n := atWork(t, bridge)
	p := n.app.visitor("Karla Keys")
	p.email = "rolf@example.org" // a reviewer, who may tag too
	p.open("/sign-in")
	p.tabTo("#email")
	p.types(p.email)
	p.press("Tab")
	p.types(password)
	p.press("Enter")
	p.at("/")
	p.keepSession()
	p.tabTo(`main a[href^="/projects/ferry"]`)
	p.press("Enter")
	p.at("/projects/ferry/articles")
	p.tabTo(fmt.Sprintf(`a[href="/projects/ferry/articles/%s"]`, n.article))
	p.press("Enter")
	p.ready()

	// Tag and link.
	n.enterText(p, "“The bridge is safe,”")
	p.press("Alt+Shift+PageDown", "c")
	p.until("the card, and the keyboard in it", `document.activeElement?.closest("#cards .role-field")`)
	sentence := "“The bridge is safe,” Konstantin Dreyhaupt said on Monday."
	p.saves(n.project, n.article, "a claim", func(a article) bool { return a.has(annotate.Claim, sentence) })
	p.press("Escape", "Alt+Shift+ArrowLeft", "Alt+Shift+ArrowLeft", "Alt+Shift+ArrowLeft", "Alt+Shift+ArrowLeft", "Alt+Shift+ArrowLeft")
	p.press("Enter")
	words := "“The bridge is safe,”"
	p.saves(n.project, n.article, "a shorter claim", func(a article) bool { return a.has(annotate.Claim, words) })
	n.enterText(p, "Konstantin")
	p.press("Control+Shift+ArrowRight", "Control+Shift+ArrowRight", "S")
	p.saves(n.project, n.article, "its speaker", func(a article) bool {
		return slices.Equal(a.linked(a.find(t, annotate.Claim, words), annotate.RoleSpeaker), []string{"Konstantin Dreyhaupt"})
	})
	n.enterText(p, "said on")
	p.press("Control+Shift+ArrowRight", "U")
	p.saves(n.project, n.article, "its cue", func(a article) bool {
		return slices.Equal(a.linked(a.find(t, annotate.Claim, words), annotate.RoleCue), []string{"said"})
	})

	// Undo and redo.
	p.press("Control+z")
	p.saves(n.project, n.article, "no cue", func(a article) bool { return !a.has(annotate.Cue, "said") })
	p.press("Control+Shift+z")
	p.saves(n.project, n.article, "the cue again", func(a article) bool { return a.has(annotate.Cue, "said") })

	// Code, in the card.
	p.press("Escape", "Escape", ".")
	p.press("Enter")
	p.tabTo("#cards .coding summary")
	for !run[bool](p, `() => document.activeElement.textContent.includes("Coding")`) {
		p.press("Tab")
		p.tabTo("#cards .coding summary")
	}
	p.press("Enter")
	p.tabTo("#cards input[name$=quotation]")
	p.press("Space")
	p.saves(n.project, n.article, "an answer", func(a article) bool {
		return a.find(t, annotate.Claim, words).Attributes["quotation"] != nil
	})

	// Review what Ana has tagged.
	start, _ := span(t, n.text, "that salt got in")
	status := n.ana.api(http.MethodPost, fmt.Sprintf("/projects/ferry/articles/%s/changes", n.article),
		changeSet(claimAt(start, start+len("that salt got in"), "that salt got in")), nil)
	if status != http.StatusOK {
		t.Fatalf("Ana's claim: %d", status)
	}
	p.open("/projects/ferry/claims")
	p.press("j", "j", "Enter")
	p.says("that salt got in", "Review")
	p.press("a")
	reviewed := p.saves(n.project, n.article, "a decision", func(a article) bool { return len(a.Reviews) == 1 })
	if reviewed.Reviews[0].Decision != "approve" {
		t.Errorf("the decision is %+v", reviewed.Reviews[0])
	}
}

// Arrows scroll a fresh page, as everywhere; a key of its own puts the caret
// where one reads.
func TestAKeyPutsTheCaretAtTheFirstLineThatShows(t *testing.T) {
	t.Parallel()
	text, _ := manyWords(400)
	n := atWork(t, text)
	p := n.ana
	p.press("ArrowDown")
	p.until("the page to scroll", `scrollY > 0`)
	if run[bool](p, `() => !document.querySelector("#caret").hidden`) {
		t.Error("an arrow shows a caret before the text is entered")
	}
	run[bool](p, `() => { scrollTo({ top: 900, behavior: "instant" }); return true }`)
	caretAtTheTop := `(() => {
		const caret = document.querySelector("#caret:not([hidden])")?.getBoundingClientRect()
		const top = document.querySelector("#bench-bar").getBoundingClientRect().bottom
		return caret && document.activeElement.id === "text" && caret.top >= top && caret.top < top + 2.5 * caret.height
	})()`
	p.press("F7")
	p.until("the caret at the first line that shows", caretAtTheTop)
	p.press("Control+Shift+ArrowRight")
	p.until("a word of that line", `/^\w+:?$/.test(getSelection().toString().trim())`)
	p.press("Escape", "Control+Home", "Tab")
	run[bool](p, `() => { scrollTo({ top: 900, behavior: "instant" }); getSelection().removeAllRanges(); document.activeElement.blur(); return true }`)
	p.press("Enter")
	p.until("the same by Enter, which has nothing else to open", caretAtTheTop)
}
