package browsertest

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"onrecord.dev/web/language"
)

// pseudoTag is of a language that nobody speaks and that is not offered: the
// English, marked, written from right to left.
const pseudoTag = "ar-XB"

// pseudo marks every text of the catalogue, so that one can see which went
// through it, and has pages run from right to left.
func pseudo(tb testing.TB) *language.Language {
	tb.Helper()
	return language.New(pseudoTag, pseudoCatalogue(tb))
}

func pseudoCatalogue(tb testing.TB) language.Catalogue {
	tb.Helper()
	german, err := germanCatalogue()
	if err != nil {
		tb.Fatal(err)
	}
	marked := language.Catalogue{}
	for text, e := range german {
		_, text, _ := strings.Cut("|"+text, "|")
		marked[text] = language.Entry{Text: "\u200f⟦" + text + "⟧"}
		if e.Forms != nil {
			marked[text] = language.Entry{Forms: map[string]string{"other": marked[text].Text}}
		}
	}
	return marked
}

var germanCatalogue = sync.OnceValues(func() (language.Catalogue, error) {
	c, _, err := language.ReadCatalogue(os.DirFS("../../web/language"), "de")
	return c, err
})

// withPseudo are the assets and what scripts say in the pseudo language.
type withPseudo struct{ fs.FS }

const pseudoScript = "language/" + pseudoTag + ".js"

func (a withPseudo) Open(name string) (fs.File, error) {
	german, err := germanCatalogue()
	if err != nil {
		return nil, err
	}
	words := map[string]any{}
	for text, e := range german {
		words[text] = "⟦" + text + "⟧"
		if e.Forms != nil {
			words[text] = map[string]string{"other": "⟦" + text + "⟧"}
		}
	}
	content, err := json.Marshal(words)
	if err != nil {
		return nil, err
	}
	if name == pseudoScript {
		return fstest.MapFS{name: {Data: append([]byte("globalThis.words="), content...)}}.Open(name)
	}
	return a.FS.Open(name)
}

// ReadDir lists the pseudo language's script beside the others.
func (a withPseudo) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(a.FS, name)
	if err != nil || name != "language" {
		return entries, err
	}
	f, err := a.Open(pseudoScript)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return append(entries, fs.FileInfoToDirEntry(info)), nil
}

// reads has the person read Onrecord in a language: by their account, or by
// their browser where they have none.
func (p *person) reads(tag string) {
	p.tb.Helper()
	if p.id == "" {
		call(p, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": tag}})
		return
	}
	if err := p.app.store.ChooseLanguage(p.tb.Context(), p.id, tag); err != nil {
		p.tb.Fatal(err)
	}
}

// lookAt opens a scene of each page in a language, as whoever it is made for.
func (g *gallery) lookAt(t *testing.T, tag string, look func(p *person)) {
	t.Helper()
	for _, route := range slices.Sorted(maps.Keys(scenes)) {
		// What is done in most scenes is done by the English words.
		inAnyLanguage := func(s scene) bool { return s.then == nil }
		if route == "/projects/{project}/articles/{article}" {
			inAnyLanguage = func(s scene) bool { return s.state == "with an open claim" }
		}
		i := slices.IndexFunc(scenes[route], inAnyLanguage)
		if i < 0 {
			t.Errorf("%s has no scene that can be looked at in another language", route)
			continue
		}
		t.Run(strings.ReplaceAll(strings.Trim(route, "/"), "/", " "), func(t *testing.T) {
			s := scenes[route][i]
			p := s.by(g)
			p.during(t)
			p.reads(tag)
			if s.bears != "" {
				p.bears(s.bears)
			}
			p.open(s.path(g))
			if s.then != nil {
				s.then(p)
			}
			look(p)
		})
	}
}

// German words are the longest: no page may be wider for them than its window.
func TestEveryPageKeepsItsWidthInGerman(t *testing.T) {
	t.Parallel()
	g := newGallery(t)
	g.lookAt(t, "de", (*person).keepsItsWidth)
}

func TestEveryPageIsAccessibleFromRightToLeftAndInHighContrast(t *testing.T) {
	axe := axeCore(t)
	g := newGallery(t)
	g.lookAt(t, pseudoTag, func(p *person) {
		p.keepsItsWidth()
		p.lacksNothing(axe)
	})
}

// lacksNothing looks at a page in high contrast too, light and dark.
func (p *person) lacksNothing(axe string) {
	p.tb.Helper()
	p.do("bring axe-core", chromedp.Evaluate[chromedp.Void](axe))
	look := func(in string, rules []string) {
		p.tb.Helper()
		for _, violation := range run[[]string](p, lookForViolations, rules) {
			p.tb.Errorf("%s, %s: %s", p.path(), in, violation)
		}
	}
	look("as usual", []string{})
	for _, scheme := range []string{"light", "dark"} {
		p.prefers(map[string]string{"prefers-color-scheme": scheme, "prefers-contrast": "more", "prefers-reduced-motion": "reduce"})
		look("high contrast, "+scheme, append(slices.Clone(rulesOfColour), "color-contrast-enhanced"))
	}
	p.prefer("light")
}

// keepsItsWidth fails the test where a page is wider than the narrowest window
// there is to be room in: 320 pixels, which is also 1280 at 400 %.
func (p *person) keepsItsWidth() {
	p.tb.Helper()
	p.do("resize", chromedp.EmulateViewport(320, 640))
	for _, violation := range run[[]string](p, tooWide) {
		p.tb.Errorf("%s: %s", p.path(), violation)
	}
	p.do("resize", chromedp.EmulateViewport(1280, 900))
}

const tooWide = `async () => {
	await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
	const wide = document.documentElement.scrollWidth
	if (wide <= innerWidth) return []
	const out = [...document.body.querySelectorAll("*")].filter((e) => {
		const r = e.getBoundingClientRect()
		return (r.right > innerWidth + 1 || r.left < -1) && e.checkVisibility()
	})
	return ["the page is " + wide + " pixels wide in a window of " + innerWidth + ": " +
		out.slice(-3).map((e) => e.tagName + "." + e.className + " " + e.textContent.slice(0, 40)).join(" | ")]
}`

// prefers has the system ask for what its owner likes.
func (p *person) prefers(features map[string]string) {
	p.tb.Helper()
	var list []*emulation.MediaFeature
	for _, name := range slices.Sorted(maps.Keys(features)) {
		list = append(list, &emulation.MediaFeature{Name: name, Value: features[name]})
	}
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: list})
}
