package annotate_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"onrecord.dev/internal/annotate"
)

func TestSplitBlocks(t *testing.T) {
	tests := map[string]struct {
		text string
		want []string // type and text of each
	}{
		"nothing":                      {"", nil},
		"white space":                  {"\n \n\t\n", nil},
		"a headline":                   {"Bridge is safe", []string{"heading Bridge is safe"}},
		"a headline after empty lines": {"\n\n Bridge\n", []string{"heading  Bridge"}},
		"paragraphs, close and apart":  {"H\nOne.\n\n\nTwo.\n", []string{"heading H", "paragraph One.", "paragraph Two."}},
		"lists":                        {"H\n- one\n* two\n• three\n-four", []string{"heading H", "list_item - one", "list_item * two", "list_item • three", "paragraph -four"}},
		"a quotation":                  {"H\n> No.\n>No.", []string{"heading H", "quote > No.", "paragraph >No."}},
		"a headline like a list":       {"- H\n- one", []string{"heading - H", "list_item - one"}},
		"space at the edges stays":     {"H\n  One. \t\n", []string{"heading H", "paragraph   One. \t"}},
		"emoji and accents":            {"👩‍🚒 Zele\u0301n\nאמר 🇫🇷\n", []string{"heading 👩‍🚒 Zele\u0301n", "paragraph אמר 🇫🇷"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			runes := []rune(tt.text)
			var got []string
			for _, b := range annotate.SplitBlocks(tt.text) {
				got = append(got, fmt.Sprint(b.Type, " ", string(runes[b.Start:b.End])))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// FuzzSplitBlocks holds that blocks are in order and leave out nothing but
// white space.
func FuzzSplitBlocks(f *testing.F) {
	for _, s := range texts {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		runes := []rune(strings.ToValidUTF8(s, "?"))
		at := 0
		for _, b := range annotate.SplitBlocks(string(runes)) {
			if b.Start < at || b.End <= b.Start || b.End > len(runes) {
				t.Fatalf("block %+v after %d in %d code points", b, at, len(runes))
			}
			if between := string(runes[at:b.Start]); strings.TrimSpace(between) != "" {
				t.Fatalf("%q is in no block", between)
			}
			if strings.Contains(string(runes[b.Start:b.End]), "\n") {
				t.Fatalf("block %+v has a line break in it", b)
			}
			at = b.End
		}
		if after := string(runes[at:]); strings.TrimSpace(after) != "" {
			t.Fatalf("%q is in no block", after)
		}
	})
}

func TestHeadlineOf(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"nothing":              {"", ""},
		"white space":          {"\n \n", ""},
		"the first line":       {"Bridge is safe\nSaid Ana.", "Bridge is safe"},
		"the first with words": {"\n\t\n  Bridge \n", "Bridge"},
		"the longest":          {strings.Repeat("é", 500), strings.Repeat("é", 500)},
		"one too long":         {strings.Repeat("é", 501), strings.Repeat("é", 499) + "…"},
		"no character cut":     {strings.Repeat("a", 498) + "👩‍🚒 and more", strings.Repeat("a", 498) + "…"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := annotate.HeadlineOf(tt.text)
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if got != "" {
				complains(t, annotate.Article{Headline: got}.Validate())
			}
		})
	}
}

func TestArticlesAreValidated(t *testing.T) {
	tests := map[string]struct {
		change func(*annotate.Article)
		fields []string
	}{
		"all there is": {func(a *annotate.Article) {
			a.Metadata = annotate.Metadata{
				URL: "https://courier.example/2026/bridge?page=1", Publisher: "Courier", Author: "Lea Roth",
				DatePublished: "2026-11-23", DatePublishedOrigin: "page", InLanguage: "en",
			}
		}, nil},
		"a headline alone":       {func(*annotate.Article) {}, nil},
		"no headline":            {func(a *annotate.Article) { a.Headline = " \t" }, []string{"headline"}},
		"the longest headline":   {func(a *annotate.Article) { a.Headline = strings.Repeat("é", 500) }, nil},
		"an overlong headline":   {func(a *annotate.Article) { a.Headline = strings.Repeat("é", 501) }, []string{"headline"}},
		"an overlong publisher":  {func(a *annotate.Article) { a.Publisher = strings.Repeat("é", 501) }, []string{"publisher"}},
		"an overlong author":     {func(a *annotate.Article) { a.Author = strings.Repeat("é", 501) }, []string{"author"}},
		"an address without TLS": {func(a *annotate.Article) { a.URL = "http://courier.example" }, nil},
		"an address to run":      {func(a *annotate.Article) { a.URL = "javascript:alert(1)" }, []string{"url"}},
		"an address of a file":   {func(a *annotate.Article) { a.URL = "file:///etc/passwd" }, []string{"url"}},
		"an address nowhere":     {func(a *annotate.Article) { a.URL = "https://" }, []string{"url"}},
		"an address with breaks": {func(a *annotate.Article) { a.URL = "https://courier.example/\nb" }, []string{"url"}},
		"an overlong address": {
			func(a *annotate.Article) { a.URL = "https://courier.example/" + strings.Repeat("a", 2000) },
			[]string{"url"},
		},
		"an origin without a date": {func(a *annotate.Article) { a.DatePublishedOrigin = "page" }, []string{"datePublishedOrigin"}},
		"a date without an origin": {func(a *annotate.Article) { a.DatePublished = "2026" }, nil},
		"an unknown origin": {
			func(a *annotate.Article) { a.DatePublished, a.DatePublishedOrigin = "2026", "hearsay" },
			[]string{"datePublishedOrigin"},
		},
		"a language with a region": {func(a *annotate.Article) { a.InLanguage = "pt-BR" }, nil},
		"a language with a script": {func(a *annotate.Article) { a.InLanguage = "zh-Hant-TW" }, nil},
		"a language in words":      {func(a *annotate.Article) { a.InLanguage = "English" }, []string{"inLanguage"}},
		"several": {
			func(a *annotate.Article) { a.Headline, a.InLanguage, a.DatePublished = "", "e", "soon" },
			[]string{"headline", "inLanguage", "datePublished"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a := annotate.Article{Headline: "Bridge is safe"}
			tt.change(&a)
			complains(t, a.Validate(), tt.fields...)
		})
	}
}

func TestDatesHaveThePrecisionTheyAreGivenIn(t *testing.T) {
	for date, fits := range map[string]bool{
		"2026": true, "2026-11": true, "2026-11-23": true, "2024-02-29": true,
		"2026-11-23T08:15Z": true, "2026-11-23T08:15:00Z": true, "2026-11-23T08:15:00.123456Z": true, "2026-11-23T08:15:00+05:30": true,
		"26": false, "2026-13": false, "2026-11-31": false, "2025-02-29": false, "2026-1-2": false, "23.11.2026": false, "2026-11-23 08:15": false,
		"2026-11-23T08:15:00": false, "2026-11-23T25:00Z": false, "2026-11-23T08:61Z": false, "2026/2027": false, "2026-11-23T08:15:00+99:99": false,
		"today": false, " 2026": false, "2026\n": false,
	} {
		fields := []string{"datePublished"}
		if fits {
			fields = nil
		}
		t.Run(date, func(t *testing.T) {
			complains(t, annotate.Article{Headline: "H", Metadata: annotate.Metadata{DatePublished: date}}.Validate(), fields...)
		})
	}
}

func TestAHeadlineFitsWhateverTheText(t *testing.T) {
	for name, s := range texts {
		if headline := annotate.HeadlineOf(s); utf8.RuneCountInString(headline) > 500 || !utf8.ValidString(headline) {
			t.Errorf("%s has the headline %q", name, headline)
		}
	}
}
