package language_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// names are the same in every language.
var names = []string{
	"Onrecord", "JSON", "JSON Lines", "CSV", "UTC", "A", "Authorization: Bearer",
	"Edge", "Edg/", "Opera", "Firefox", "Firefox/", "Chrome", "Chrome/", "Safari", "Safari/", "Android", "Windows", "Mac OS X", "ChromeOS", "CrOS", "Linux",
	"Backspace", "Home", "End", "Page ↑", "Page ↓", "Plus",
	"Control", "Control+K", "Control+Z", "Control+Shift+Z", "Ctrl", "Alt", "Shift", "Enter", "Escape", "Delete", "Tab", "Esc",
}

// wordy is what looks like words for people: a capital and small letters, or
// words with a space between.
var wordy = regexp.MustCompile(`^\p{Lu}\p{Ll}+([ ,.:;!?…–]|$)|^\p{Lu}\p{Ll}*[ ]\p{L}`)

func TestNoPageBypassesTheCatalogue(t *testing.T) {
	t.Parallel()
	for _, file := range filesIn(t, ".go", "web/page", "web/ui") {
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		complain := func(at token.Pos, words string) {
			where := strings.TrimPrefix(set.Position(at).String(), repository+"/")
			t.Errorf("%s: %q is shown in English whatever the reader's language: in the template write { f.T(%q) } in its place "+
				"(attributes too: title={ f.T(…) }), and its German into web/language/de; see doc/languages.md", where, words, words)
		}
		markup := &markupReader{found: complain}
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				name := called(n)
				if _, says := keyOfCall(name, nil); says || name == "Errorf" || name == "New" && len(n.Args) == 1 {
					return false
				}
				if name == "WriteString" && len(n.Args) == 3 {
					markup.read(n.Pos(), literal(n.Args[2]))
					return false
				}
			case *ast.FuncDecl:
				markup = &markupReader{found: complain}
			case *ast.ImportSpec, *ast.Field:
				return false
			case *ast.BasicLit:
				if text := literal(n); wordy.MatchString(text) && !slices.Contains(names, text) {
					complain(n.Pos(), text)
				}
			}
			return true
		})
	}
}

// markupReader reads the markup of a template, which comes in pieces: what
// stands between two pieces is filled in when the page is made.
type markupReader struct {
	found func(token.Pos, string)
	text  strings.Builder
	tag   strings.Builder // the one read last
	in    bool            // that tag
	quote bool            // the value of an attribute in it
}

// attributesRead are those whose values people see or hear.
var attributesRead = regexp.MustCompile(`(?:aria-label|title|placeholder|alt|data-confirm|data-label)="([^"]*)"`)

// letters are enough of them to be words.
var letters = regexp.MustCompile(`\p{L}{2}`)

func (m *markupReader) read(at token.Pos, piece string) {
	for _, r := range piece {
		switch {
		case m.quote:
			m.quote = r != '"'
			m.tag.WriteRune(r)
		case m.in && r == '>':
			m.endTag(at)
		case m.in:
			m.quote = r == '"'
			m.tag.WriteRune(r)
		case r == '<':
			m.endText(at)
			m.tag.Reset()
			m.in = true
		default:
			m.text.WriteRune(r)
		}
	}
	if !m.in {
		m.endText(at)
	}
}

func (m *markupReader) endText(at token.Pos) {
	text := strings.TrimSpace(m.text.String())
	m.text.Reset()
	element, _, _ := strings.Cut(m.tag.String(), " ")
	if letters.MatchString(text) && !slices.Contains(names, text) && !slices.Contains([]string{"code", "kbd"}, element) {
		m.found(at, text)
	}
}

func (m *markupReader) endTag(at token.Pos) {
	m.in = false
	for _, a := range attributesRead.FindAllStringSubmatch(m.tag.String(), -1) {
		if wordy.MatchString(a[1]) && !slices.Contains(names, a[1]) {
			m.found(at, a[1])
		}
	}
}

func TestTextInMarkupIsFound(t *testing.T) {
	t.Parallel()
	var found []string
	m := &markupReader{found: func(_ token.Pos, text string) { found = append(found, text) }}
	for _, piece := range []string{
		`<p class="Of No Matter">Text <b>in bold</b> and <code>code</code>`, ` after a value</p><a title="Open it" href="`, `">`, `</a><input placeholder="https://" aria-label="`, `">·`,
	} {
		m.read(token.NoPos, piece)
	}
	if want := []string{"Text", "in bold", "and", "after a value", "Open it"}; !slices.Equal(found, want) {
		t.Errorf("got %q, want %q", found, want)
	}
}

func TestNoScriptBypassesTheCatalogue(t *testing.T) {
	t.Parallel()
	for _, file := range sources(t, ".ts") {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		words, err := wordsOfScript(string(source))
		if err != nil {
			t.Fatal(err)
		}
		said := 0 // how deep in the parentheses of a call that says its texts
		for i, w := range words {
			switch {
			case said > 0 && w.kind == sign && strings.ContainsAny(w.text, "(["):
				said++
			case said > 0 && w.kind == sign && strings.ContainsAny(w.text, ")]"):
				said--
			case said == 0 && w.text == "(" && i > 0 && words[i-1].kind == name && slices.Contains([]string{"t", "n", "c", "key", "Error", "matchMedia"}, words[i-1].text):
				said = 1
			case said == 0 && (w.kind == text || w.kind == template) && wordy.MatchString(w.text) && !slices.Contains(names, w.text):
				t.Errorf("%s: %q is shown in English whatever the reader's language: write t(%q), and its German into web/language/de/scripts; see doc/languages.md",
					fmt.Sprintf("%s:%d", strings.TrimPrefix(file, repository+"/"), w.line), w.text, w.text)
			}
		}
	}
}
