package page

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func marked(runs []wordRun) string {
	var b strings.Builder
	for _, r := range runs {
		switch {
		case r.removed:
			fmt.Fprintf(&b, "[-%s-]", r.text)
		case r.added:
			fmt.Fprintf(&b, "{+%s+}", r.text)
		default:
			b.WriteString(r.text)
		}
	}
	return b.String()
}

func TestWordsThatDifferAreMarkedWhole(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ was, is, want string }{
		{"Tag a claim.", "Tag a claim.", "Tag a claim."},
		{"Tag a claim.", "Tag each claim.", "Tag [-a-]{+each+} claim."},
		{"Tag a claim.", "Tag a claim!", "Tag a claim[-.-]{+!+}"},
		{"", "New.", "{+New.+}"},
		{"Old.", "", "[-Old.-]"},
		{"שלום לך", "שלום לכם", "שלום [-לך-]{+לכם+}"},
		{"a\n\nb", "a\n\n- b", "a\n\n{+- +}b"},
	} {
		if got := marked(wordDiff(tt.was, tt.is)); got != tt.want {
			t.Errorf("%q to %q: got %q, want %q", tt.was, tt.is, got, tt.want)
		}
	}
}

// Of any two texts the difference holds both, however many words they have.
func TestADifferenceHoldsBothTexts(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	text := func(words int) string {
		var b strings.Builder
		for range words {
			fmt.Fprintf(&b, "w%d%c", random.IntN(words+1), " \n.,👩"[random.IntN(4)])
		}
		return b.String()
	}
	for _, n := range []int{0, 1, 5, 400, 70_000} {
		was, is := text(n), text(n)
		var before, after strings.Builder
		for _, r := range wordDiff(was, is) {
			if !r.added {
				before.WriteString(r.text)
			}
			if !r.removed {
				after.WriteString(r.text)
			}
		}
		if before.String() != was || after.String() != is {
			t.Errorf("of %d words it does not hold both texts", n)
		}
	}
}
