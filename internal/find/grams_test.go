package find_test

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"unicode/utf8"

	"onrecord.dev/internal/find"
)

// Whatever is found in a text, the text has its grams.
func TestATextHasTheGramsOfAllWordsThatStandInIt(t *testing.T) {
	t.Parallel()
	pieces := []string{"Zoë", "ZOE", "Straße ", " ", "\n", "\u00ad", "e\u0301", "“x”", "–", "👨🏻‍🚒", "אמש", "ΟΔΟΣ", "said that", "ﬁ", "a"}
	random := rand.New(rand.NewPCG(1, 2))
	someOf := func(n int) string {
		var s string
		for range n {
			s += pieces[random.IntN(len(pieces))]
		}
		return s
	}
	found := 0
	for range 3000 {
		text, query := someOf(12), someOf(1+random.IntN(3))
		has := slices.Sorted(slices.Values(find.Grams(text)))
		words := find.New(query, false)
		if len(words.In(text)) == 0 {
			continue
		}
		found++
		for _, gram := range words.Grams() {
			if _, ok := slices.BinarySearch(has, gram); !ok {
				t.Fatalf("%q stands in %q, which has not all of its grams", query, text)
			}
		}
	}
	if found < 100 {
		t.Errorf("only %d queries stand anywhere: the test sees little", found)
	}
}

func TestFewTextsHaveTheGramsOfWordsThatDoNotStandThere(t *testing.T) {
	t.Parallel()
	has := slices.Sorted(slices.Values(find.Grams("The bridge is safe, Konstantin Dreyhaupt said on Monday. The engineers suspect that salt got in.")))
	for _, query := range []string{"Tobias", "harbour", "winter", "ferry", "minister"} {
		all := true
		for _, gram := range find.New(query, false).Grams() {
			_, ok := slices.BinarySearch(has, gram)
			all = all && ok
		}
		if all {
			t.Errorf("the text has all grams of %q", query)
		}
	}
	if got := find.New("ab", false).Grams(); len(got) != 0 {
		t.Errorf("two letters have the grams %v", got)
	}
}

// Grams are stored: see [find.Grams] for what has to be done before this test
// is given another sum.
func TestTextsAreFoldedAsThoseThatAreStored(t *testing.T) {
	t.Parallel()
	sum := sha256.New()
	for r := range rune(0x20000) {
		if utf8.ValidRune(r) {
			_, _ = fmt.Fprintln(sum, find.Fold("<"+string(r)+">"))
		}
	}
	_, _ = fmt.Fprintln(sum, find.Grams("The bridge is safe."))
	if got, want := fmt.Sprintf("%x", sum.Sum(nil)[:8]), "80f9546f99b026f5"; got != want {
		t.Errorf("the sum over all characters is %s, and was %s", got, want)
	}
}
