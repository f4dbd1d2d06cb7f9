package page

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"onrecord.dev/internal/annotate"
)

// drawn writes passages down: claims in [], outer claims in {}, parts as
// <kind words>, text left out as … on its own.
func drawn(passages []passage) string {
	var b strings.Builder
	for _, p := range passages {
		if p.skipped {
			b.WriteString("…\n")
		}
		for _, r := range p.runs {
			text := r.text
			for _, part := range r.parts {
				text = fmt.Sprintf("<%s %s>", part.kind, text)
			}
			if r.claim {
				text = "[" + text + "]"
			}
			if r.outer {
				text = "{" + text + "}"
			}
			b.WriteString(text)
		}
		if len(p.runs) > 0 {
			b.WriteString("\n")
		}
	}
	return b.String()
}

func TestAnExcerptShowsTheClaimAndItsParts(t *testing.T) {
	t.Parallel()
	const text = "Harbour 🌊 wall\nFirst.\n\nBefore it.\n“It will hold,” Ana said, “this winter.”\nAfter it.\nMore.\nFrom a tape.\nThe end."
	at := func(kind string, words ...string) annotate.Annotation {
		a := annotate.Annotation{ID: annotate.ID(kind + words[0]), Kind: kind}
		for _, w := range words {
			before, _, _ := strings.Cut(text, w)
			start := utf8.RuneCountInString(before)
			a.Fragments = append(a.Fragments, annotate.Fragment{Start: start, End: start + utf8.RuneCountInString(w)})
		}
		return a
	}
	claim := at(annotate.Claim, "It will hold,", "this winter.")
	tests := map[string]struct {
		others []annotate.Annotation
		want   string
	}{
		"alone": {
			want: "…\nBefore it.\n“[It will hold,]” Ana said, “[this winter.]”\nAfter it.\n…\n",
		},
		"with what leads elsewhere": {
			others: []annotate.Annotation{at(annotate.Speaker, "Ana"), at(annotate.Cue, "said"), at(annotate.Source, "a tape")},
			want:   "…\nBefore it.\n“[It will hold,]” <speaker Ana> <cue said>, “[this winter.]”\nAfter it.\n…\nFrom <source a tape>.\n…\n",
		},
		"overlapping": {
			others: []annotate.Annotation{at(annotate.Claim, "hold,” Ana said"), at(annotate.Source, "It will")},
			want:   "…\nBefore it.\n“[<source It will>][ ]{[hold,]}{” Ana said}, “[this winter.]”\nAfter it.\n…\n",
		},
		"across blocks": {
			others: []annotate.Annotation{at(annotate.Source, "wall\nFirst")},
			want:   "Harbour 🌊 <source wall>\n<source First>.\nBefore it.\n“[It will hold,]” Ana said, “[this winter.]”\nAfter it.\n…\n",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := annotate.DecidedClaim{
				QueuedClaim: annotate.QueuedClaim{Claim: claim},
				Revision:    annotate.Revision{Text: text, Blocks: annotate.SplitBlocks(text)},
				Annotations: append([]annotate.Annotation{claim}, tt.others...),
			}
			if got := drawn(excerpt(c, nil)); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestAnExcerptOfALongBlockIsShort(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 1000)
	text := long + "CLAIM " + long + "CUE " + long
	claim := annotate.Annotation{ID: "c", Kind: annotate.Claim, Fragments: []annotate.Fragment{{Start: 5000, End: 5005}}}
	cue := annotate.Annotation{ID: "u", Kind: annotate.Cue, Fragments: []annotate.Fragment{{Start: 10006, End: 10009}}}
	got := drawn(excerpt(annotate.DecidedClaim{
		QueuedClaim: annotate.QueuedClaim{Claim: claim},
		Revision:    annotate.Revision{Text: text}, Annotations: []annotate.Annotation{claim, cue},
	}, nil))
	if len(got) > 1500 {
		t.Errorf("it has %d bytes", len(got))
	}
	for _, want := range []string{"… word word", "word [CLAIM] word", "word … … word", "word <cue CUE> word", "word …"} {
		if !strings.Contains(got, want) {
			t.Errorf("it does not have %q: %s", want, got)
		}
	}
}

// TestAnExcerptShowsWhatTheClaimHasGainedAndLost writes + before what is new of
// the claim, and - before what is no longer of it.
func TestAnExcerptShowsWhatTheClaimHasGainedAndLost(t *testing.T) {
	t.Parallel()
	const text = "It will hold this winter, she said."
	claim := annotate.Annotation{ID: "c", Kind: annotate.Claim, Fragments: []annotate.Fragment{{Start: 3, End: 24}}}
	c := annotate.DecidedClaim{
		QueuedClaim: annotate.QueuedClaim{Claim: claim},
		Revision:    annotate.Revision{Text: text}, Annotations: []annotate.Annotation{claim},
	}
	var got strings.Builder
	for _, r := range excerpt(c, []annotate.Fragment{{Start: 0, End: 12}})[0].runs {
		switch {
		case r.added:
			got.WriteString("+")
		case r.gone:
			got.WriteString("-")
		}
		got.WriteString(r.text + "|")
	}
	if want := "-It |will hold|+ this winter|, she said.|"; got.String() != want {
		t.Errorf("got %s, want %s", got.String(), want)
	}
}

func TestAClaimThatStandsNowhereHasNoExcerpt(t *testing.T) {
	t.Parallel()
	claim := annotate.Annotation{ID: "c", Kind: annotate.Claim, Entity: "e"}
	got := excerpt(annotate.DecidedClaim{
		QueuedClaim: annotate.QueuedClaim{Claim: claim},
		Revision:    annotate.Revision{Text: "Text.", Blocks: annotate.SplitBlocks("Text.")}, Annotations: []annotate.Annotation{claim},
	}, nil)
	if len(got) != 0 {
		t.Errorf("got %q", drawn(got))
	}
}
