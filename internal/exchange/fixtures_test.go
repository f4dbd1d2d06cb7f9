package exchange_test

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/exchange"
)

// fixture is what other projects publish to test with; it is not part of this
// one.
func fixture(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "fixtures", filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Skipf("there is no %s here", path)
	}
	return path
}

func fixtures(t *testing.T, pattern string) []string {
	t.Helper()
	dir, rest, _ := strings.Cut(pattern, "/")
	files, err := filepath.Glob(filepath.Join(fixture(t, dir), filepath.FromSlash(rest)))
	if err != nil || len(files) == 0 {
		t.Fatalf("there is nothing like %s: %v", pattern, err)
	}
	return files
}

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func has(report *exchange.Report, words string) bool {
	for _, n := range report.Notes {
		if strings.Contains(n.Message, words) {
			return true
		}
	}
	return false
}

const notW3C = "This is no annotation of the W3C"

func TestTheW3CsAnnotationsAreTakenForWhatTheyAre(t *testing.T) {
	t.Parallel()
	for kind, want := range map[string]int{"correct": 45, "incorrect": 39} {
		files := fixtures(t, "w3c-web-annotation/"+kind+"/*.json")
		if len(files) < want-1 {
			t.Errorf("there are %d %s ones", len(files), kind)
		}
		for _, file := range files {
			t.Run(kind+" "+filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				_, report := foreign(t, named(t, "w3c"), inMemory(t, "a.json", readFile(t, file)))
				bad := has(report, notW3C) || has(report, "JSON") || has(report, "not whole") || has(report, "belongs")
				if bad != (kind == "incorrect") {
					t.Errorf("it is %s, and the report is %+v\n%s", kind, report.Notes, readFile(t, file))
				}
			})
		}
	}
}

// An offset that does not fit the quote is mended by it, and it says so.
func TestTheQuoteDecides(t *testing.T) {
	t.Parallel()
	file := readFile(t, fixture(t, "inception-misc/recogito-annotations.w3c.json"))
	text := []rune(strings.Repeat("x ", 700))
	put := func(at int, s string) { copy(text[at:], []rune(s)) }
	for at, s := range map[int]string{124: "Troy", 646: "death in battle", 963: "Ithaca"} {
		put(at, s)
	}
	mapping := &exchange.Mapping{Kinds: []exchange.MappedKind{{Label: "A Tag", Kind: "claim"}, {Label: "", Kind: "cue"}}}
	h, report := foreign(t, named(t, "w3c").With(mapping), inMemory(t, "a.zip", pack(t, "a.json", string(file), "a.txt", string(text))))
	if !has(report, `"Ithaca" stands from 963 to 969 in the text, and the file says 963 to 970. The quote decides.`) {
		t.Errorf("the report is %+v", report.Notes)
	}
	if all := strings.Join(told(h), "\n"); !strings.Contains(all, "cue [Ithaca]") || !strings.Contains(all, "claim [Troy]") {
		t.Errorf("what is tagged: %s", all)
	}
}

// Every tutorial of brat is read; what is not about attribution is refused
// with its label.
func TestBratsTutorialsAreRead(t *testing.T) {
	t.Parallel()
	files, err := exchange.OpenFiles(fixture(t, "brat-tutorial-news/news"))
	if err != nil {
		t.Fatal(err)
	}
	mapping := &exchange.Mapping{Kinds: []exchange.MappedKind{{Label: "Person", Kind: "speaker"}, {Label: "Organization", Kind: "speaker"}}}
	h, report := foreign(t, named(t, "brat").With(mapping), files)
	if len(h.Articles) != 13 || report.Total().Annotations == 0 || has(report, "no line of brat") || has(report, "quotes") {
		t.Errorf("%d articles, %+v", len(h.Articles), report)
	}
	for _, want := range []string{`No kind is called "GPE"`, "No role is called"} {
		if !has(report, want) {
			t.Errorf("the report does not say %s", want)
		}
	}
}

// Quotes in several parts, within one another, and whom they are said to.
func TestGermanQuotationsAreKept(t *testing.T) {
	t.Parallel()
	files, err := exchange.OpenFiles(fixture(t, "german-wikinews-quotes/dev"))
	if err != nil {
		t.Fatal(err)
	}
	f := named(t, "wikinews")
	h, report := foreign(t, f, files)
	within, parts, addressed := 0, 0, 0
	for _, d := range h.Articles {
		for _, l := range d.Links {
			if l.Role == annotate.RoleWithin {
				within++
			}
			if l.Role == annotate.RoleAddressee {
				addressed++
			}
		}
		for _, a := range d.Annotations {
			if a.Kind == annotate.Claim && len(a.Fragments) > 1 {
				parts++
			}
		}
	}
	if total := report.Total(); total.Articles < 30 || total.Refused > 0 || within == 0 || parts == 0 || addressed == 0 {
		t.Errorf("%+v, %d within, %d in parts, %d addressed: %+v", total, within, parts, addressed, report.Notes)
	}
	got, _ := again(t, f, h)
	compare(t, told(h), told(got))
}

func TestFilesOfToolsAreReadOrRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	mapping := &exchange.Mapping{}
	for _, label := range []string{
		"ORG", "DATE", "PERSON", "PER", "LOC", "MISC", "CLAIM", "PREMISE", "MAJOR_CLAIM", "LINKER", "Annotation", "Span",
	} {
		mapping.Kinds = append(mapping.Kinds, exchange.MappedKind{Label: label, Kind: "speaker"})
	}
	for _, c := range []struct {
		format, file          string
		articles, annotations int
		refuses               string
	}{
		{"doccano", "doccano/data_export__pipeline__examples__relation_extraction__example.jsonl", 1, 4, "No role"},
		{"doccano", "doccano/data_export__pipeline__examples__sequence_labeling__example.jsonl", 3, 4, ""},
		{"doccano", "doccano/data_import__tests__data__sequence_labeling__example.jsonl", 2, 1, "There is no text here."},
		{"doccano", "doccano/data_import__tests__data__sequence_labeling__example_overlapping.jsonl", 1, 2, ""},
		{"prodigy", "prodigy-relations/intra_oscar.jsonl", 44, 225, "No role"},
		{"prodigy", "prodigy-relations/test.jsonl", 116, 96, "No role"},
		{"conll", "doccano/data_import__tests__data__sequence_labeling__example.conll", 1, 2, ""},
		{"conll", "doccano/data_import__tests__data__sequence_labeling__labeling.invalid.conll", 1, 5, "no line with a token"},
		{"conll", "doccano/data_import__tests__data__sequence_labeling__labeling.trailing.conll", 1, 2, ""},
		{"cas", "uima-cas-json/fs_as_array/ser-ref/casWithEmojiUnicodeTextAndAnnotations/data.json", 1, 9, ""},
		{"cas", "uima-cas-json/fs_as_array/ser-ref/casWithText/data.json", 1, 0, ""},
		{"cas", "uima-cas-json/fs_as_array/ser-ref/casWithTraditionalChineseTextAndAnnotations/data.json", 1, 4, ""},
		{"cas", "uima-cas-json/fs_as_array/ser-ref/casWithoutTextButWithAnnotations/data.json", 0, 0, "no text here"},
		{"cas", "uima-cas-json/fs_as_array/ser-ref/casWithFloatingPointSpecialValues/data.json", 0, 0, "no text here"},
		{"cas", "uima-cas-json/fs_as_array/ser-ref/emptyCas/data.json", 0, 0, ""},
	} {
		t.Run(fmt.Sprint(c.format, " ", c.file), func(t *testing.T) {
			t.Parallel()
			path := fixture(t, c.file)
			files := inMemory(t, filepath.Base(path), readFile(t, path))
			f, err := exchange.Detect(files)
			if err == nil && f.Name != c.format && c.annotations > 0 {
				t.Errorf("it is taken for %s", f.Name)
			}
			h, report := foreign(t, named(t, c.format).With(mapping), files)
			if total := report.Total(); total.Articles != c.articles || total.Annotations != c.annotations || c.refuses != "" && !has(report, c.refuses) {
				t.Errorf("%+v: %+v", total, report.Notes)
			}
			for _, d := range h.Articles {
				text := annotate.NewText(d.Revision.Text)
				for _, a := range d.Annotations {
					for _, f := range a.Fragments {
						if text.Slice(f.Start, f.End) != f.Exact {
							t.Errorf("%q is not at %d to %d", f.Exact, f.Start, f.End)
						}
					}
				}
			}
		})
	}
}

// Each case of WebAnno's own suite is read; what has no place here is refused
// with the reason.
func TestWebAnnosCasesAreRead(t *testing.T) {
	t.Parallel()
	mapping := &exchange.Mapping{Roles: []exchange.MappedRole{{Label: "Relation", Role: "via"}, {Label: "p1", Role: "via"}}}
	for _, label := range []string{"Span", "PERSON", "SimpleSpan", "SimpleLinkHost", "ComplexLinkHost", "val1", "val2"} {
		mapping.Kinds = append(mapping.Kinds, exchange.MappedKind{Label: label, Kind: "source"})
	}
	want := map[string][3]int{ // annotations, links, refused
		"testSentenceWithEmoji":                                 {1, 0, 0},
		"testCrossSentenceSpanWithFeatureValue":                 {1, 0, 1},
		"testSimpleSameRoleSlotFeature":                         {3, 2, 0},
		"testSimpleChain":                                       {0, 0, 1},
		"testZeroLengthSpansWithoutFeatureValues":               {0, 0, 2},
		"testSingleStackedNonTokenRelationWithoutFeatureValue3": {3, 1, 0},
	}
	for _, file := range fixtures(t, "inception-webanno-tsv3/*/reference.tsv") {
		name := filepath.Base(filepath.Dir(file))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, report := foreign(t, named(t, "webanno").With(mapping), inMemory(t, "a.tsv", readFile(t, file)))
			if len(h.Articles) != 1 || has(report, "no line with a token") {
				t.Fatalf("%d articles: %+v", len(h.Articles), report.Notes)
			}
			total := report.Total()
			got := [3]int{total.Annotations, total.Links, total.Refused}
			if w, known := want[name]; known && got != w {
				t.Errorf("annotations, links, refused: %v, want %v: %+v", got, w, report.Notes)
			}
			xmi, err := os.ReadFile(filepath.Join(filepath.Dir(file), "reference.xmi"))
			if err != nil {
				return // some cases have none
			}
			_, sofa, _ := strings.Cut(string(xmi), `sofaString="`)
			sofa, _, _ = strings.Cut(sofa, `"`)
			sofa = strings.TrimSpace(html.UnescapeString(sofa))
			if text := h.Articles[0].Revision.Text; strings.TrimSpace(text) != sofa && strings.ReplaceAll(strings.TrimSpace(text), "\n", " ") != strings.ReplaceAll(sofa, "\n", " ") {
				t.Errorf("the text is %q and should be %q", text, sofa)
			}
		})
	}
}
