package language_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"onrecord.dev/web/language"
)

// The rule for whoever writes a page: what people read goes through f.T or
// its kin in Go and templates, t or its kin in scripts, and its German into
// web/language/de. These tests say where that was forgotten.

func TestEveryTextHasItsGerman(t *testing.T) {
	t.Parallel()
	pages, scripts := german(t)
	told := map[string]bool{}
	for _, k := range keysOf(t) {
		if told[k.text] {
			continue
		}
		told[k.text] = true
		_, inPages := pages[k.text]
		_, inScripts := scripts[k.text]
		switch {
		case k.script && inPages:
			t.Errorf("%s: %q is said by a script: move its entry to a file in web/language/de/scripts", k.where, k.text)
		case !inPages && !inScripts:
			folder := "web/language/de"
			if k.script {
				folder += "/scripts"
			}
			t.Errorf("%s: %q has no German: add it to a file in %s", k.where, k.text, folder)
		}
	}
}

func TestATextIsTranslatedOnce(t *testing.T) {
	t.Parallel()
	_, twice, err := language.ReadCatalogue(os.DirFS("."), "de")
	if err != nil {
		t.Fatal(err)
	}
	for _, complaint := range twice {
		t.Error(complaint)
	}
}

func TestNoTextIsTranslatedForNothing(t *testing.T) {
	t.Parallel()
	said, byScripts := map[string]bool{}, map[string]bool{}
	for _, k := range keysOf(t) {
		said[k.text] = true
		byScripts[k.text] = byScripts[k.text] || k.script
	}
	for text := range sentencesOf(t) {
		said[text] = true
	}
	pages, scripts := german(t)
	for text := range pages {
		if !said[text] {
			t.Errorf("nobody says %q any more: delete its entry in web/language/de", text)
		}
	}
	for text := range scripts {
		if !byScripts[text] {
			t.Errorf("no script says %q: move its entry from web/language/de/scripts to web/language/de, or delete it", text)
		}
	}
}

func TestEveryTranslationFitsItsText(t *testing.T) {
	t.Parallel()
	c := all(t)
	for _, k := range keysOf(t) {
		e, ok := c[k.text]
		if !ok {
			continue // another test says so
		}
		if k.plural != (e.Forms != nil) {
			t.Errorf("%s: %q is a text with a number in it on one side and not on the other: give an object of the forms one and other exactly where f.N or n says it", k.where, k.text)
			continue
		}
		if !k.plural {
			if got, want := places(e.Text), places(k.text); !slices.Equal(got, want) {
				t.Errorf("%q has the places %q, and its German %q", k.text, want, got)
			}
		}
		for _, category := range []string{"one", "other"} {
			if k.plural && e.Forms[category] == "" {
				t.Errorf("the German of %q lacks the form %s", k.text, category)
			}
		}
		for category, form := range e.Forms {
			// The number itself may be left out of any form.
			for _, place := range places(form) {
				if !slices.Contains(append(places(k.text), "1 d"), place) && !slices.Contains(places(k.one), place) {
					t.Errorf("the form %s of %q has the place %q, which the English does not", category, k.text, place)
				}
			}
		}
		if got, want := tags(e.Text), tags(k.text); !k.plural && !slices.Equal(got, want) {
			t.Errorf("%q has the markup %q, and its German %q", k.text, want, got)
		}
	}
}

var placeIn = regexp.MustCompile(`%(?:\[(\d+)\])?(?:\.\d)?([a-z])`)

// places are the verbs of a text with the numbers of their arguments, sorted.
func places(text string) []string {
	var found []string
	next := 0
	for _, m := range placeIn.FindAllStringSubmatch(text, -1) {
		next++
		if m[1] != "" {
			_, _ = fmt.Sscan(m[1], &next)
		}
		found = append(found, fmt.Sprintf("%d %s", next, m[2]))
	}
	slices.Sort(found)
	return slices.Compact(found)
}

var tagIn = regexp.MustCompile(`</?[a-z]+[^>]*>`)

func tags(text string) []string {
	found := tagIn.FindAllString(text, -1)
	for i := range found {
		found[i] = placeIn.ReplaceAllString(found[i], "%")
	}
	slices.Sort(found)
	return found
}

// german are the texts of pages and those of scripts.
func german(tb testing.TB) (pages, scripts language.Catalogue) {
	tb.Helper()
	pages = all(tb)
	scripts, _, err := language.ReadCatalogue(os.DirFS("."), "de/scripts")
	if err != nil {
		tb.Fatal(err)
	}
	maps.DeleteFunc(pages, func(text string, _ language.Entry) bool { _, ok := scripts[text]; return ok })
	return pages, scripts
}

func all(tb testing.TB) language.Catalogue {
	tb.Helper()
	c, _, err := language.ReadCatalogue(os.DirFS("."), "de")
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// codebookFile has the default codebook, which is translated as a whole.
const codebookFile = "annotate/codebook_default.go"

// sentencesForPrograms only describe the API.
var sentencesForPrograms = []string{
	"An API token, made on the account page.",
	"An export, as the schema at /schemas/export-1.json has it.",
	"As the schema at /schemas/export-1.json has it.",
	"Offsets are Unicode code points and ranges are half-open. Lists are paged: send next back as cursor.",
	"The cookie of a browser that is signed in.",
	"The same in lines: the header, then one article a line.",
}

func TestEverySentenceOfTheDomainThatPeopleReadHasItsGerman(t *testing.T) {
	t.Parallel()
	c := all(t)
	for _, k := range keysOf(t) {
		c[k.one] = language.Entry{} // has its German under the text for many
	}
	for text, where := range sentencesOf(t) {
		forPrograms := slices.Contains(sentencesForPrograms, text) || strings.Contains(where, codebookFile)
		if _, ok := c[text]; !ok && !forPrograms {
			t.Errorf("%s: %q has no German: add it to web/language/de/complaints.json, or to sentencesForPrograms if nobody is told it", where, text)
		}
	}
}

func TestASentenceOfTheDomainIsRecognisedByItsText(t *testing.T) {
	t.Parallel()
	german := language.New("de", all(t))
	for english, want := range map[string]string{
		"Give a name.": "Geben Sie einen Namen an.",
		"What was sent is over the limit of 12 MiB. Send it in smaller parts.": "Das Gesendete überschreitet die Grenze von 12 MiB. Senden Sie es in kleineren Teilen.",
		"Nobody ever said this.": "Nobody ever said this.",
	} {
		if got := german.Say(english); got != want {
			t.Errorf("%q is %q, want %q", english, got, want)
		}
	}
}

// sentencesOf are those that the domain says, in English, and pages say in
// the reader's language by [language.Language.Say].
func sentencesOf(tb testing.TB) map[string]string {
	tb.Helper()
	found := map[string]string{}
	for _, file := range goFiles(tb, "internal/annotate", "internal/exchange", "internal/store", "internal/http") {
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
		if err != nil {
			tb.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			e, ok := n.(ast.Expr)
			if !ok {
				return true
			}
			text := literal(e)
			if sentence.MatchString(text) {
				found[text] = set.Position(e.Pos()).String()
			}
			return text == "" // not into the parts of a sum
		})
	}
	return found
}

// What is glued together is in no catalogue, and in no other language is it
// said in that order.
func TestNoSentenceOfTheDomainIsGlued(t *testing.T) {
	t.Parallel()
	for _, file := range goFiles(t, "internal/annotate", "internal/exchange", "internal/store", "internal/http") {
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			e, ok := n.(*ast.BinaryExpr)
			if !ok || e.Op != token.ADD {
				return true
			}
			if glued := gluedText(e); sentence.MatchString(glued) && strings.Contains(glued, "…") {
				t.Errorf("%s: %q is made of pieces: say it with fmt.Sprintf, so that it can be said in other languages", set.Position(e.Pos()), glued)
			}
			return false
		})
	}
}

// gluedText is a sum of strings, with an ellipsis for each that is no literal.
func gluedText(e ast.Expr) string {
	if sum, ok := e.(*ast.BinaryExpr); ok && sum.Op == token.ADD {
		return gluedText(sum.X) + gluedText(sum.Y)
	}
	if text := literal(e); text != "" {
		return text
	}
	return "…"
}

// sentence is what people are told: it begins with a capital or a place, and
// ends with a dot.
var sentence = regexp.MustCompile(`^[A-Z%][^\n]* [^\n]*\.$`)
