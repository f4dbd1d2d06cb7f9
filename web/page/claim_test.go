package page

import (
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
)

func TestAClaimsTitleIsTheBeginningOfItsWords(t *testing.T) {
	t.Parallel()
	for quote, want := range map[string]string{
		"":                            "Claim",
		"the wall\n will  hold":       "“the wall will hold”",
		"that it was “finished”":      "“that it was “finished””",
		"“You,” … “and you.”":         "“You,” … “and you.”",
		strings.Repeat("ä", 61):       "“" + strings.Repeat("ä", 60) + "…”",
		"«" + strings.Repeat("ä", 60): "«" + strings.Repeat("ä", 59) + "…",
	} {
		if got := ClaimTitle(nil, annotate.QueuedClaim{Quote: quote}); got != want {
			t.Errorf("%q is called %q, want %q", quote, got, want)
		}
	}
}

func TestTextAroundAClaimBeginsAndEndsWithWholeWords(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("word ", 32) // 160 code points
	for name, tt := range map[string]struct{ before, after, wantBefore, wantAfter string }{
		"short":            {"He said ", ", twice.", "He said ", ", twice."},
		"other paragraphs": {"Headline\n\nHe said ", ", twice.\nMore.", "He said ", ", twice."},
		"cut off":          {"rd " + long, " " + long + "wo", "… " + long, " " + strings.TrimSpace(long) + " …"},
		"cut elsewhere":    {"rd " + long + "\nHe said ", long + "\nwo", "He said ", long},
		"no spaces":        {strings.Repeat("字", 160), strings.Repeat("字", 160), strings.Repeat("字", 160), strings.Repeat("字", 160)},
	} {
		c := annotate.QueuedClaim{Before: tt.before, After: tt.after}
		if got := before(c); got != tt.wantBefore {
			t.Errorf("%s: before it stands %q, want %q", name, got, tt.wantBefore)
		}
		if got := after(c); got != tt.wantAfter {
			t.Errorf("%s: after it stands %q, want %q", name, got, tt.wantAfter)
		}
	}
}

func TestAddressesOfTheQueueSayOnlyWhatIsAsked(t *testing.T) {
	t.Parallel()
	for want, q := range map[string]ClaimQuery{
		"/projects/p/claims":                              {State: annotate.Unreviewed},
		"/projects/p/claims?state=all":                    {},
		"/projects/p/claims?q=a+b&state=approved":         {State: annotate.Approved, Words: "a b"},
		"/projects/p/claims?article=x&author=y&speaker=z": {State: annotate.Unreviewed, Article: "x", Author: "y", Speaker: "z"},
	} {
		if got := ClaimsQueryURL("p", q); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestCodesAreToldInTheCodebooksWords(t *testing.T) {
	t.Parallel()
	got := answers(annotate.DefaultCodebook(), annotate.Attributes{
		"zz_gone": "kept", "not_stated": []string{"speaker", "source"}, "quotation": "mixed", "modality": "unheard_of",
	})
	want := []answered{{"Quotation", "Mixed"}, {"Modality", "unheard_of"}, {"Not stated", "Speaker, Source"}, {"zz_gone", "kept"}}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("answer %d is %v, want %v", i, got[i], want[i])
		}
	}
}
