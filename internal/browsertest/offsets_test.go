package browsertest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// offsetCase is a text in which offsets are easily got wrong.
type offsetCase struct {
	ID      string
	Text    string
	Exact   string
	Offsets struct {
		Codepoint [2]int
		UTF16     [2]int
		UTF8      [2]int
	}
}

// asStored is the case once its text has been brought in: CRLF has become LF.
func (c offsetCase) asStored() offsetCase {
	gone := strings.Count(c.Text[:c.Offsets.UTF8[0]], "\r")
	c.Text = strings.ReplaceAll(c.Text, "\r\n", "\n")
	for _, o := range []*[2]int{&c.Offsets.Codepoint, &c.Offsets.UTF16, &c.Offsets.UTF8} {
		o[0], o[1] = o[0]-gone, o[1]-gone
	}
	return c
}

func offsetCases(tb testing.TB) []offsetCase {
	tb.Helper()
	var cases []offsetCase
	if err := json.Unmarshal(shared(tb, "fixtures", "constructed", "offset-cases.json"), &cases); err != nil {
		tb.Fatal(err)
	}
	if len(cases) != 12 {
		tb.Fatalf("%d cases, want 12", len(cases))
	}
	return cases
}

func TestOffsetsAreTheSameInBrowserAndAPIInEveryUnit(t *testing.T) {
	t.Parallel()
	cases := offsetCases(t)
	a := newApp(t)
	project := a.project("offsets", "Offsets")
	ana := a.member(project, annotate.Analyst, "Ana Analyst")
	for _, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			ana.during(t)
			stored := c.asStored()
			start, end := stored.Offsets.Codepoint[0], stored.Offsets.Codepoint[1]

			inBrowser := a.article(project, ana.id, c.Text)
			ana.bench(project, inBrowser)
			ana.selectText(start, end)
			ana.press("c")
			stored.isTagged(ana, project, inBrowser)

			inCodePoints := a.article(project, ana.id, c.Text)
			stored.tag(ana, project, inCodePoints, "", stored.Offsets.Codepoint)
			stored.isTagged(ana, project, inCodePoints)

			inUTF16 := a.article(project, ana.id, c.Text)
			stored.tag(ana, project, inUTF16, "?offsets=utf16", stored.Offsets.UTF16)
			stored.isTagged(ana, project, inUTF16)

			inUTF8 := a.article(project, ana.id, c.Text)
			stored.tag(ana, project, inUTF8, "?offsets=utf8", stored.Offsets.UTF8)
			stored.isTagged(ana, project, inUTF8)
		})
	}
}

// tag tags the case's text as a claim by the API, in the units of query.
func (c offsetCase) tag(p *person, project annotate.Project, id annotate.ID, query string, at [2]int) {
	p.tb.Helper()
	path := "/projects/" + project.Slug + "/articles/" + string(id) + "/changes" + query
	if status := p.api(http.MethodPost, path, changeSet(claimAt(at[0], at[1], c.Exact)), nil); status != http.StatusOK {
		p.tb.Errorf("tag %s by the API %s: %d", c.ID, query, status)
	}
}

// isTagged fails the test unless that is all that is tagged, in each unit.
func (c offsetCase) isTagged(p *person, project annotate.Project, id annotate.ID) {
	p.tb.Helper()
	want := fmt.Sprintf("%d-%d %q", c.Offsets.Codepoint[0], c.Offsets.Codepoint[1], c.Exact)
	a := p.saves(project, id, "one annotation", func(a article) bool { return len(a.Annotations) == 1 })
	if got := a.where(a.Annotations[0]); got != want || a.Annotations[0].Kind != annotate.Claim {
		p.tb.Errorf("in code points: a %s at %s, want a claim at %s", a.Annotations[0].Kind, got, want)
	}
	if got := a.Text; got != c.Text {
		p.tb.Errorf("the text is %q, want %q", got, c.Text)
	}
	for unit, want := range map[string][2]int{"utf16": c.Offsets.UTF16, "utf8": c.Offsets.UTF8} {
		f := p.article(project, id, "?offsets="+unit).Annotations[0].Fragments[0]
		if got := [2]int{f.Start, f.End}; got != want {
			p.tb.Errorf("in %s: %v, want %v", unit, got, want)
		}
	}
	if got := c.Text[c.Offsets.UTF8[0]:c.Offsets.UTF8[1]]; got != c.Exact {
		p.tb.Errorf("in bytes: %q, want %q", got, c.Exact)
	}
}

func changeSet(operations ...annotate.OperationRecord) map[string]any {
	return map[string]any{"id": store.NewID(), "operations": operations}
}

func claimAt(start, end int, exact string) annotate.OperationRecord {
	return annotate.OperationRecord{Op: annotate.Put, Annotation: &annotate.AnnotationRecord{
		ID: store.NewID(), Kind: annotate.Claim, Attributes: annotate.Attributes{},
		Fragments: []annotate.FragmentRecord{{Start: start, End: end, Exact: exact}},
	}}
}

// What a reader sees as one character is tagged whole, however it came to be
// selected: by keys that move character by character, or cut in half by
// something other than the mouse.
func TestASelectionHasWholeCharacters(t *testing.T) {
	t.Parallel()
	const (
		firefighter = "👨🏻\u200d🚒" // four code points, seven UTF-16 units
		accented    = "e\u0301"   // two of each
		flag        = "🇺🇦"        // two code points, four units
		text        = "Z" + accented + "! " + firefighter + " says " + flag + " yes."
	)
	unit := func(before string) int { return len(utf16.Encode([]rune(before))) }
	upTo := func(s string) string { before, _, _ := strings.Cut(text, s); return before }
	tests := map[string]struct {
		from, to string // the text up to either end, as cut
		want     string
	}{
		"an accent without its letter":     {"Ze", upTo("!"), accented},
		"a letter without its accent":      {"Z", "Ze", accented},
		"half of a joined emoji":           {upTo(firefighter) + "👨", upTo(firefighter) + "👨🏻", firefighter},
		"from within one emoji to another": {upTo(firefighter) + "👨🏻\u200d", upTo(flag) + "🇺", firefighter + " says " + flag},
		"with the white space around":      {upTo(" " + firefighter), upTo("says"), firefighter},
	}
	a := newApp(t)
	project := a.project("characters", "Characters")
	ana := a.member(project, annotate.Analyst, "Ana Analyst")
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			ana.during(t)
			id := a.article(project, ana.id, text)
			ana.bench(project, id)
			ana.selectAnyhow(unit(test.from), unit(test.to))
			ana.press("c")
			isOnly(ana, project, id, text, test.want)
		})
	}
	t.Run("by the keyboard, character by character", func(t *testing.T) {
		ana.during(t)
		id := a.article(project, ana.id, text)
		ana.bench(project, id)
		at := utf8.RuneCountInString(upTo(firefighter))
		ana.selectByKeys(at, at+utf8.RuneCountInString(firefighter))
		ana.press("c")
		isOnly(ana, project, id, text, firefighter)
	})
	t.Run("the API refuses half a character", func(t *testing.T) {
		id := a.article(project, ana.id, text)
		path := "/projects/characters/articles/" + string(id) + "/changes"
		for _, cut := range [][2]int{{2, 3}, {1, 2}, {5, 6}, {1, 900}} {
			if status := ana.api(http.MethodPost, path, changeSet(claimAt(cut[0], cut[1], "")), nil); status != http.StatusUnprocessableEntity {
				t.Errorf("a claim at %v: %d, want 422", cut, status)
			}
		}
	})
}

// isOnly fails the test unless want, which stands in text once, is all that
// is tagged.
func isOnly(p *person, project annotate.Project, id annotate.ID, text, want string) {
	p.tb.Helper()
	a := p.saves(project, id, "one annotation", func(a article) bool { return len(a.Annotations) == 1 })
	before, _, _ := strings.Cut(text, want)
	start := utf8.RuneCountInString(before)
	expected := fmt.Sprintf("%d-%d %q", start, start+utf8.RuneCountInString(want), want)
	if got := a.where(a.Annotations[0]); got != expected {
		p.tb.Errorf("tagged %s, want %s", got, expected)
	}
}
