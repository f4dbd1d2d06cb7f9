package page

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"

	"onrecord.dev/internal/annotate"
)

// taggedWords is an annotation of a test's text, standing on words.
func taggedWords(t *testing.T, text string, id annotate.ID, kind string, words ...string) annotate.Annotation {
	t.Helper()
	a := annotate.Annotation{ID: id, Kind: kind, Version: 1}
	for _, w := range words {
		before, _, found := strings.Cut(text, w)
		if !found {
			t.Fatalf("the text has no %q", w)
		}
		start := utf8.RuneCountInString(before)
		a.Fragments = append(a.Fragments, annotate.Fragment{Start: start, End: start + utf8.RuneCountInString(w)})
	}
	return a
}

func viewOf(text string, annotations ...annotate.Annotation) AnnotatedView {
	return AnnotatedView{Codebook: annotate.DefaultCodebook(), AnnotatedArticle: annotate.AnnotatedArticle{
		Revision: annotate.Revision{Text: text, Blocks: annotate.SplitBlocks(text)}, Annotations: annotations,
	}}
}

// rendered is the marked text, and what of it each kind of mark is on.
func rendered(t *testing.T, v AnnotatedView, over ...ink) (*html.Node, string) {
	t.Helper()
	var b strings.Builder
	if err := annotatedText(Frame{}, v, notesOf(Frame{}, v), over).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return root, b.String()
}

// inClass is the text within elements of a class, joined.
func inClass(root *html.Node, class string) string {
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type != html.TextNode {
			continue
		}
		for up := n.Parent; up != nil; up = up.Parent {
			if strings.Contains(" "+valueOf(up, "class")+" ", " "+class+" ") {
				b.WriteString(n.Data)
				break
			}
		}
	}
	return b.String()
}

func TestMarksMayOverlapNestAndLeapOverParagraphs(t *testing.T) {
	t.Parallel()
	const text = "Head\nOne two three four five.\nSix <seven> eight."
	v := viewOf(text,
		taggedWords(t, text, "a", annotate.Claim, "two three four"),
		taggedWords(t, text, "b", annotate.Claim, "four five.\nSix"),
		taggedWords(t, text, "c", annotate.Speaker, "three"),
		taggedWords(t, text, "d", annotate.Claim, "eight", "One"),
	)
	root, source := rendered(t, v)
	if got, want := inClass(root, "claimed"), "Onetwo three four five.Sixeight"; got != want {
		t.Errorf("marked as claims: %q, want %q", got, want)
	}
	if got := inClass(root, "role-mark"); got != "three" {
		t.Errorf("marked with a line: %q", got)
	}
	plain := strings.NewReplacer("1", "", "2", "", "3", "", "4", "").Replace(textOf(root))
	if got := strings.Fields(plain); strings.Join(got, " ") != strings.Join(strings.Fields(text), " ") {
		t.Errorf("the text has become %q", plain)
	}
	if !strings.Contains(source, "&lt;seven&gt;") {
		t.Errorf("the text is not escaped: %s", source)
	}
}

func TestTheNumberStandsAfterTheLastWordOfWhatItIsAbout(t *testing.T) {
	t.Parallel()
	const text = "Head\nOne two three.\n\nFour five."
	v := viewOf(text,
		taggedWords(t, text, "a", annotate.Claim, "Four", "One"), // out of the text's order
		taggedWords(t, text, "b", annotate.Claim, "three.\n\n"),  // ends between paragraphs
		annotate.Annotation{ID: "c", Kind: annotate.Speaker, Version: 1, Entity: "e"},
	)
	_, source := rendered(t, v)
	text2 := stripTags(source)
	for _, want := range []string{"Four1 five.", "three.2"} {
		if !strings.Contains(text2, want) {
			t.Errorf("%q does not stand in %q", want, text2)
		}
	}
	if strings.Contains(text2, "3") {
		t.Errorf("what the text does not mention has a number in it: %q", text2)
	}
}

func stripTags(source string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(source))
	for z.Next() != html.ErrorToken {
		if token := z.Token(); token.Type == html.TextToken {
			b.WriteString(token.Data)
		}
	}
	return b.String()
}

func TestTextFromRightToLeftIsShownSo(t *testing.T) {
	t.Parallel()
	const text = "כותרת\nאמר ראש העיר Jan Vos אתמול.\nAnd in English."
	root, _ := rendered(t, viewOf(text, taggedWords(t, text, "a", annotate.Claim, "ראש העיר Jan")))
	var directions []string
	for n := range root.Descendants() {
		if dir := valueOf(n, "dir"); n.Type == html.ElementNode && dir != "" {
			directions = append(directions, dir)
		}
	}
	if strings.Join(directions, " ") != "rtl rtl ltr" {
		t.Errorf("the blocks run %v", directions)
	}
	if got := inClass(root, "claimed"); got != "ראש העיר Jan" {
		t.Errorf("marked: %q", got)
	}
}

func TestWhatAChangeDidIsMarkedOverTheRest(t *testing.T) {
	t.Parallel()
	const text = "Head\nOne two three."
	was, is := taggedWords(t, text, "a", annotate.Claim, "One two"), taggedWords(t, text, "a", annotate.Claim, "two three")
	root, _ := rendered(t, viewOf(text, is), stepMarks([]annotate.Deed{{Did: annotate.DidChange, Before: &was, After: &is}}, nil)...)
	for class, want := range map[string]string{"gone": "One ", "same": "two", "new": " three", "claimed": "two three"} {
		if got := inClass(root, class); got != want {
			t.Errorf("%s: %q, want %q", class, got, want)
		}
	}
}

func TestChangesAtOneGoStandTogether(t *testing.T) {
	t.Parallel()
	at := func(seq int64, author annotate.ID, minutes int) Change {
		return Change{Seq: seq, Author: author, At: time.Unix(0, 0).Add(time.Duration(minutes) * time.Minute)}
	}
	got := sittings([]Change{at(5, "ana", 100), at(4, "ana", 95), at(3, "ben", 94), at(2, "ana", 93), at(1, "ana", 10)})
	var sizes []int
	for _, s := range got {
		sizes = append(sizes, len(s.changes))
	}
	if len(sizes) != 4 || sizes[0] != 2 {
		t.Errorf("got sittings of %v changes, want 2, 1, 1 and 1: another person and a long pause part them", sizes)
	}
}
