package page

import (
	"strings"
	"time"
	"unicode"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// wordRun is a stretch of a text as it was, as it is, or as both.
type wordRun struct {
	text    string
	removed bool
	added   bool
}

// diffTime bounds the search for the smallest difference between two texts;
// past it what is found is right and may be larger than it had to be.
const diffTime = 200 * time.Millisecond

// wordDiff is how text was and is, word by word.
func wordDiff(was, is string) []wordRun {
	index := map[string]rune{}
	var words []string
	coded := func(text string) []rune {
		var runes []rune
		for _, w := range wordsOf(text) {
			r, known := index[w]
			if !known {
				// Runes stand for words; those of the surrogates cannot.
				if r = rune(len(words) + 1); r >= 0xD800 { //nolint:gosec // a text has fewer words than there are runes
					r += 0x800
				}
				index[w] = r
				words = append(words, w)
			}
			runes = append(runes, r)
		}
		return runes
	}
	d := diffmatchpatch.New()
	d.DiffTimeout = diffTime
	var runs []wordRun
	for _, part := range d.DiffMainRunes(coded(was), coded(is), false) {
		var b strings.Builder
		for _, r := range part.Text {
			if r >= 0xE000 {
				r -= 0x800
			}
			b.WriteString(words[r-1])
		}
		runs = append(runs, wordRun{b.String(), part.Type == diffmatchpatch.DiffDelete, part.Type == diffmatchpatch.DiffInsert})
	}
	return runs
}

// wordsOf takes text apart into words, and what stands between them: joined
// they are the text.
func wordsOf(text string) []string {
	var words []string
	var b strings.Builder
	inWord := false
	for _, r := range text {
		letter := unicode.In(r, unicode.L, unicode.M, unicode.N)
		if b.Len() > 0 && (letter != inWord || !letter) {
			words = append(words, b.String())
			b.Reset()
		}
		inWord = letter
		b.WriteRune(r)
	}
	if b.Len() > 0 {
		words = append(words, b.String())
	}
	return words
}
