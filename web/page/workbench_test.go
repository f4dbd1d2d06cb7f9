package page

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"

	"onrecord.dev/internal/annotate"
)

// The script takes a place in the page for the same place in the text: not a
// character may be missing, and none may be added.
func TestTheTextNodesOfThePageAreTheText(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		"a line":                           "Ferry back by spring",
		"blank lines of all kinds":         "\n\n Ferry back \n\u00a0\n\t\nby spring\n\u2003\n",
		"what HTML would take for its own": "<script>alert(1)</script>\n&amp; &lt; <b>\"it's\"</b> </div> <!-- -->",
		"white space within":               "two  spaces\n\tindented\nform\ffeed and v\vtab\ntrailing  ",
		"emoji and marks":                  "😊 said\n👨🏻‍🚒 Zele\u0301nskiy\nאמר Trump אמש",
		"lists and quotes":                 "Head\n- one\n- two\n> said\n* three\nplain",
		"separators":                       "a\u2028b\n\u0085\nc\ufeffd",
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := renderText(t, annotate.HeadlineOf(text), text)
			if got := textOf(root); got != text {
				t.Errorf("got %q, want %q", got, text)
			}
			starts := 0
			for block := range root.ChildNodes() {
				if block.Type != html.ElementNode {
					continue
				}
				starts++
				start, err := strconv.Atoi(valueOf(block, "data-start"))
				if err != nil {
					t.Fatal(err)
				}
				content := textOf(block)
				if runes := []rune(text); string(runes[start:start+utf8.RuneCountInString(content)]) != content {
					t.Errorf("the block %q does not begin at code point %d", content, start)
				}
			}
			if want := len(annotate.SplitBlocks(text)); starts != want {
				t.Errorf("got %d blocks, want %d", starts, want)
			}
		})
	}
}

func TestTheHeadlineIsTheOneFirstHeading(t *testing.T) {
	t.Parallel()
	if got := firstElement(renderText(t, "Ferry  back", "Ferry back\nIt runs.")).Data; got != "h1" {
		t.Errorf("a headline in the text is a %s, want h1", got)
	}
	if got := firstElement(renderText(t, "Given apart", "Ferry back\nIt runs.")).Data; got != "p" {
		t.Errorf("a first line that is not the headline is a %s, want p", got)
	}
}

func TestOnlyUnusualWhiteSpaceIsKeptFromTheBrowser(t *testing.T) {
	t.Parallel()
	if class := valueOf(firstElement(renderText(t, "", "plain text")), "class"); strings.Contains(class, "spaced") {
		t.Errorf("plain text has the class %q", class)
	}
	if class := valueOf(firstElement(renderText(t, "", "two  spaces")), "class"); !strings.Contains(class, "spaced") {
		t.Errorf("two spaces have the class %q", class)
	}
}

func TestKindsAreDrawnInTheOrderOfTheCodebook(t *testing.T) {
	t.Parallel()
	c := annotate.DefaultCodebook()
	var got []string
	for _, k := range c.Kinds {
		got = append(got, sampleClass(c, k.Name))
	}
	if want := "wash solid double dotted"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func renderText(tb testing.TB, headline, text string) *html.Node {
	tb.Helper()
	var b strings.Builder
	b.WriteString("<!DOCTYPE html><div>")
	revision := annotate.Revision{Text: text, Blocks: annotate.SplitBlocks(text)}
	if err := articleText(annotate.Article{Headline: headline}, revision).Render(tb.Context(), &b); err != nil {
		tb.Fatal(err)
	}
	b.WriteString("</div>")
	document, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		tb.Fatal(err)
	}
	for n := range document.Descendants() {
		if n.Data == "div" {
			return n
		}
	}
	tb.Fatal("no div")
	return nil
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func firstElement(n *html.Node) *html.Node {
	for c := range n.ChildNodes() {
		if c.Type == html.ElementNode {
			return c
		}
	}
	return &html.Node{}
}

func valueOf(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
