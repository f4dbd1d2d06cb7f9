package agreement

import (
	"math/rand/v2"
	"slices"

	"onrecord.dev/internal/annotate"
)

// Unit is what gamma aligns: an annotation from its first code point to its
// last, whatever lies between its fragments.
type Unit struct {
	Range
	Label string
}

// Dissimilarity weighs what sets two units apart.
type Dissimilarity struct {
	// Position and Label are the weights of the two (Mathet's alpha and beta).
	Position, Label float64
	// Empty is what having no counterpart costs (delta-empty); it is above 0.
	Empty float64
}

// Standard weighs place and label alike.
var Standard = Dissimilarity{Position: 1, Label: 1, Empty: 1}

// Between is Mathet, Widlöcher & Métivier's combined dissimilarity of two units
// (2015, Computational Linguistics 41, 437-479, section 4.3.4): that in position
// is the square of (|difference of beginnings| + |difference of ends|) / (sum of
// lengths), that in label is 1 for different ones; both are multiplied by Empty.
func (d Dissimilarity) Between(a, b Unit) float64 {
	apart := max(a.Start-b.Start, b.Start-a.Start) + max(a.End-b.End, b.End-a.End)
	share := float64(apart) / float64(a.End-a.Start+b.End-b.Start)
	sum := d.Position * share * share
	if a.Label != b.Label {
		sum += d.Label
	}
	return sum * d.Empty
}

// continuum are the units of each analyst on one text, in the order of their
// sets.
type continuum [][]Unit

// unitsIn are the units of each analyst, and for each its place in their set.
func unitsIn(sets [][]annotate.Annotation, label Label) (continuum, [][]int) {
	units, places := make(continuum, len(sets)), make([][]int, len(sets))
	for i, set := range sets {
		for at, a := range set {
			if l := label(a); l != "" && len(a.Fragments) > 0 {
				units[i] = append(units[i], Unit{whole(a), l})
				places[i] = append(places[i], at)
			}
		}
	}
	return units, places
}

// whole is from a's first code point to its last.
func whole(a annotate.Annotation) Range {
	r := Range{a.Fragments[0].Start, a.Fragments[0].End}
	for _, f := range a.Fragments {
		r.Start, r.End = min(r.Start, f.Start), max(r.End, f.End)
	}
	return r
}

// missing is why c cannot be aligned, if so. Length is the text's.
func (c continuum) missing(length int) Reason {
	for _, units := range c {
		for _, u := range units {
			if u.Start < 0 || u.Start >= u.End || u.End > length {
				return OutsideText
			}
		}
	}
	switch {
	case len(c) < 2:
		return FewAnalysts
	case c.size() == 0:
		return NothingCoded
	}
	return ""
}

func (c continuum) size() int {
	n := 0
	for _, units := range c {
		n += len(units)
	}
	return n
}

// shuffled is what c might have been by chance: for each analyst the units of
// one drawn at random, moved along by a random distance, those that would begin
// behind the text at its beginning. The distances of different analysts differ
// by half a mean unit at least, where the text has room for that, lest the same
// analyst's units come to lie upon themselves (Mathet et al. 2015, section 5.2).
func (c continuum) shuffled(random *rand.Rand, length int) continuum {
	apart := c.meanLength() / 2
	moved := make(continuum, len(c))
	var pivots []int
	for i := range c {
		pivot := pickPivot(random, pivots, apart, length)
		pivots = append(pivots, pivot)
		moved[i] = slices.Clone(c[random.IntN(len(c))])
		for j := range moved[i] {
			moved[i][j].move(pivot, length)
		}
	}
	return moved
}

func (c continuum) meanLength() float64 {
	sum := 0
	for _, units := range c {
		for _, u := range units {
			sum += u.End - u.Start
		}
	}
	return float64(sum) / float64(c.size())
}

// pickPivot draws a distance that is at least apart from all pivots, or any
// if a hundred drawn were not.
func pickPivot(random *rand.Rand, pivots []int, apart float64, length int) int {
	pivot := 0
	for range 100 {
		pivot = random.IntN(length)
		near := func(p int) bool { return float64(max(p-pivot, pivot-p)) < apart }
		if !slices.ContainsFunc(pivots, near) {
			break
		}
	}
	return pivot
}

// move moves u along by distance in a text of length code points.
func (u *Unit) move(distance, length int) {
	if u.Start+distance >= length {
		distance -= length
	}
	u.Start += distance
	u.End += distance
}
