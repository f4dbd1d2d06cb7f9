package agreement

import (
	"iter"
	"slices"
	"sort"
	"unicode"

	"onrecord.dev/internal/annotate"
)

// Unmarked is the value of a place at which an analyst marked nothing.
const Unmarked = "-"

// Passage is a run of places that every analyst marked in the same way.
type Passage struct {
	Range
	// Places is how many tokens, or code points, the passage has.
	Places int
	// Values has for each analyst the layer marked there, or [Unmarked].
	Values []string
}

// Agree reports whether all analysts marked the passage alike.
func (p Passage) Agree() bool {
	return !slices.ContainsFunc(p.Values, func(v string) bool { return v != p.Values[0] })
}

// Passages goes through places, which are in the order of the text and do not
// overlap, with what each analyst marked there. An analyst marked a place if a
// fragment of theirs shares a code point with it. Layers are the labels that
// count. Where one analyst's layers overlap the first of them in layers counts:
// measure layers that overlap much one by one, or by [Align].
func Passages(places []Range, sets [][]annotate.Annotation, label Label, layers []string) iter.Seq[Passage] {
	marked := make([][]string, len(sets))
	for i, set := range sets {
		marked[i] = mark(places, set, label, layers)
	}
	return func(yield func(Passage) bool) {
		for begin := 0; begin < len(places); {
			end := begin + 1
			for end < len(places) && alike(marked, begin, end) {
				end++
			}
			p := Passage{Range: Range{places[begin].Start, places[end-1].End}, Places: end - begin, Values: make([]string, len(sets))}
			for i := range marked {
				p.Values[i] = marked[i][begin]
			}
			if !yield(p) {
				return
			}
			begin = end
		}
	}
}

// alike reports whether each analyst marked places i and j the same.
func alike(marked [][]string, i, j int) bool {
	for _, values := range marked {
		if values[i] != values[j] {
			return false
		}
	}
	return true
}

// mark is what one analyst marked at each of places.
func mark(places []Range, set []annotate.Annotation, label Label, layers []string) []string {
	values := slices.Repeat([]string{Unmarked}, len(places))
	for _, layer := range slices.Backward(layers) {
		for _, a := range set {
			if label(a) != layer {
				continue
			}
			for _, f := range a.Fragments {
				paint(values, places, f, layer)
			}
		}
	}
	return values
}

// paint gives value to each of places that shares a code point with f.
func paint(values []string, places []Range, f annotate.Fragment, value string) {
	first := sort.Search(len(places), func(i int) bool { return places[i].End > f.Start })
	for i := first; i < len(places) && places[i].Start < f.End; i++ {
		values[i] = value
	}
}

// Coding counts the values of passages, a place at a time. By [Alpha] it gives
// the character or token alpha, by whether places are [Characters] or
// [Tokens].
func Coding(passages iter.Seq[Passage]) *Coincidences {
	c := NewCoincidences()
	for p := range passages {
		c.Count(p.Values, float64(p.Places))
	}
	return c
}

// Characters are the code points of a text of that many, one place each.
func Characters(length int) []Range {
	places := make([]Range, length)
	for i := range places {
		places[i] = Range{i, i + 1}
	}
	return places
}

// Tokens are the places that the expression \w+|[^\w\s] finds: runs of letters,
// digits and underscores, and any other code point that is not white space, each
// alone. \w and \s are Python's for text, which published figures use: \w is
// every letter, number and the underscore, in any script, but no combining mark.
func Tokens(text string) []Range {
	var places []Range
	at, inWord := 0, false
	for _, r := range text {
		word := r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r)
		switch {
		case word && inWord:
			places[len(places)-1].End++
		case word || !space(r):
			places = append(places, Range{at, at + 1})
		}
		inWord = word
		at++
	}
	return places
}

// space reports whether \s matches r: Python counts the four information
// separators.
func space(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }
