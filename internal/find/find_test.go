package find_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/find"
)

func TestWordsAreFoundHoweverTheyAreWritten(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		text, query string
		whole       bool
		want        []string
	}{
		"any case":                    {text: "Renn said. RENN, renn.", query: "renn", want: []string{"Renn", "RENN", "renn"}},
		"accents in the text":         {text: "Señor Müller", query: "muller", want: []string{"Müller"}},
		"accents in the query":        {text: "Senor Muller", query: "Müller", want: []string{"Muller"}},
		"combining marks":             {text: "Zele\u0301nskiy", query: "zelen", want: []string{"Zele\u0301n"}},
		"a mark at the end comes too": {text: "Cafe\u0301 noir", query: "cafe", want: []string{"Cafe\u0301"}},
		"quote marks":                 {text: "a “useful” plan", query: `"useful"`, want: []string{"“useful”"}},
		"dashes":                      {text: "Renn–Dreyhaupt", query: "renn-dreyhaupt", want: []string{"Renn–Dreyhaupt"}},
		"space over a line's end":     {text: "Tobias\n  Renn", query: "Tobias Renn", want: []string{"Tobias\n  Renn"}},
		"a soft hyphen":               {text: "Drey\u00adhaupt", query: "Dreyhaupt", want: []string{"Drey\u00adhaupt"}},
		"sharp s":                     {text: "STRASSE, Straße", query: "straße", want: []string{"STRASSE", "Straße"}},
		"final sigma":                 {text: "ΟΔΟΣ οδος", query: "οδός", want: []string{"ΟΔΟΣ", "οδος"}},
		"within words":                {text: "Ana, Anarchy, banana", query: "ana", want: []string{"Ana", "Ana", "ana"}},
		"whole words alone":           {text: "Ana, Anarchy, banana", query: "ana", whole: true, want: []string{"Ana"}},
		"whole words beside signs":    {text: "(Renn)’s Renn_x", query: "renn", whole: true, want: []string{"Renn"}},
		"an emoji":                    {text: "a 👨🏻‍🚒 b", query: "👨🏻‍🚒", want: []string{"👨🏻‍🚒"}},
		"part of an emoji is all":     {text: "a 👨🏻‍🚒 b", query: "🚒", want: []string{"👨🏻‍🚒"}},
		"right to left":               {text: "אמר Trump אמש", query: "אמש", want: []string{"אמש"}},
		"not there":                   {text: "Renn", query: "Rennt"},
		"nothing":                     {text: "Renn", query: "  "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := annotate.NewText(test.text)
			var got []string
			for _, f := range find.New(test.query, test.whole).In(test.text) {
				got = append(got, f.Exact)
				if text.Slice(f.Start, f.End) != f.Exact {
					t.Errorf("%d to %d is %q, not %q", f.Start, f.End, text.Slice(f.Start, f.End), f.Exact)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func FuzzWhatIsFoundCanBeTagged(f *testing.F) {
	f.Add("Tobias\n Renn said “yes” 👨🏻‍🚒", "renn", false)
	f.Add("e\u0301e\u0301", "e", true)
	f.Add("ﬁﬁ", "i", false)
	f.Fuzz(func(t *testing.T, text, query string, whole bool) {
		if !utf8.ValidString(text) || !utf8.ValidString(query) || text == "" {
			t.Skip()
		}
		indexed, after := annotate.NewText(text), 0
		for _, hit := range find.New(query, whole).In(text) {
			if hit.Start < after || hit.End <= hit.Start || !indexed.Boundary(hit.Start) || !indexed.Boundary(hit.End) {
				t.Fatalf("%+v after %d in %q", hit, after, text)
			}
			after = hit.End
		}
	})
}

func BenchmarkIn(b *testing.B) {
	text := strings.Repeat("The ferry is late, said Tobias Renn – “very late”. ", 2000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		find.New("nobody here", true).In(text)
	}
}
