package agreement

import (
	"iter"
	"maps"
	"slices"

	"onrecord.dev/internal/annotate"
)

// Unitizing counts how far apart analysts marked the units of a text, by label.
// It is the sum behind [AlphaU] and [AlphaUOverall]. Every fragment is a unit.
//
// Several articles are one continuum, one article after the other; units and
// gaps end where an article does. The sum's size depends on how many different
// lengths there are, and so on the length of the longest article alone.
type Unitizing struct {
	layers map[string]*sections
	// length is that of all articles, in code points.
	length  float64
	refused Reason
	hands
}

// sections are the units of one label and the gaps between them.
type sections struct {
	// apart is the sum of the distances over all pairs of analysts.
	apart float64
	// units and gaps are how many there are of each length, over all analysts.
	units, gaps map[int]float64
}

// NewUnitizing is the sum over no articles, of the units that have one of the
// labels layers.
func NewUnitizing(layers []string) *Unitizing {
	u := &Unitizing{layers: map[string]*sections{}}
	for _, layer := range layers {
		u.layers[layer] = &sections{units: map[int]float64{}, gaps: map[int]float64{}}
	}
	return u
}

// Count counts an article of length code points that each of sets is one
// analyst's work on. No alpha can be computed any more after an article in which
// one analyst's units of the same label overlap, or in which a unit is empty or
// not within the article.
func (u *Unitizing) Count(length int, sets [][]annotate.Annotation, label Label) {
	u.length += float64(length)
	u.judgedBy(len(sets), len(sets))
	for layer, s := range u.layers {
		units := make([][]Range, len(sets))
		for i, set := range sets {
			units[i] = unitsOf(set, label, layer)
			if why := unsound(units[i], length); why != "" {
				u.refused = why
				return
			}
			s.measure(units[i], length)
		}
		for i := range units {
			for j := range i {
				s.apart += apart(units[i], units[j])
			}
		}
	}
}

// Add adds other, which is about the same layers, weight times.
func (u *Unitizing) Add(other *Unitizing, weight float64) {
	for layer, s := range other.layers {
		mine := u.layers[layer]
		mine.apart += s.apart * weight
		for length, n := range s.units {
			mine.units[length] += n * weight
		}
		for length, n := range s.gaps {
			mine.gaps[length] += n * weight
		}
	}
	u.length += other.length * weight
	u.judgedBy(other.fewest, other.most)
	if other.refused != "" {
		u.refused = other.refused
	}
}

// unitsOf are the fragments in set of what is labelled layer, in the order of
// the text.
func unitsOf(set []annotate.Annotation, label Label, layer string) []Range {
	var units []Range
	for _, a := range set {
		if label(a) != layer {
			continue
		}
		for _, f := range a.Fragments {
			units = append(units, Range{f.Start, f.End})
		}
	}
	slices.SortFunc(units, func(a, b Range) int { return a.Start - b.Start })
	return units
}

// unsound is why units, in the order of the text, cannot be measured, if so.
func unsound(units []Range, length int) Reason {
	at := 0
	for _, unit := range units {
		switch {
		case unit.Start < 0 || unit.End > length || unit.Start >= unit.End:
			return OutsideText
		case unit.Start < at:
			return Overlapping
		}
		at = unit.End
	}
	return ""
}

// measure notes how long one analyst's units are, and the gaps around them.
func (s *sections) measure(units []Range, length int) {
	at := 0
	for _, unit := range units {
		s.units[unit.End-unit.Start]++
		if unit.Start > at {
			s.gaps[unit.Start-at]++
		}
		at = unit.End
	}
	if length > at {
		s.gaps[length-at]++
	}
}

// apart is the distance of two analysts' units: for two that overlap the sum of
// the squares of what lies between their beginnings and between their ends, for
// one that lies in the other's gap the square of its length (Krippendorff 2004,
// p. 254).
func apart(first, second []Range) float64 {
	sum := alone(first, second) + alone(second, first)
	for i, j := 0, 0; i < len(first) && j < len(second); {
		a, b := first[i], second[j]
		if a.Start < b.End && b.Start < a.End {
			sum += square(a.Start-b.Start) + square(a.End-b.End)
		}
		if a.End <= b.End {
			i++
		}
		if b.End <= a.End {
			j++
		}
	}
	return sum
}

// alone is the sum of the squared lengths of those units that meet none of
// others.
func alone(units, others []Range) float64 {
	sum, j := 0.0, 0
	for _, unit := range units {
		for j < len(others) && others[j].End <= unit.Start {
			j++
		}
		if j == len(others) || others[j].Start >= unit.End {
			sum += square(unit.End - unit.Start)
		}
	}
	return sum
}

func square(n int) float64 { return float64(n) * float64(n) }

// AlphaU is Krippendorff's unitizing alpha of one label, for any number of
// analysts: 1 - Do/De, where De is what all ways to place the observed units
// and gaps would give (Krippendorff 2004, Content Analysis, 2nd ed., pp. 251-256;
// Krippendorff 1995, Sociological Methodology 25, 47-76). Observed and Expected
// are Do and De. Not computable: [NothingCoded] if there is no unit,
// [FewAnalysts], [Uneven] if articles had different numbers of analysts,
// [Overlapping], [OutsideText], [OneValue].
func AlphaU(u *Unitizing, label string) Score { return unitized(u, label) }

// AlphaUOverall is [AlphaU] over all labels: their Do are added up, and their
// De.
func AlphaUOverall(u *Unitizing) Score {
	return unitized(u, slices.Sorted(maps.Keys(u.layers))...)
}

func unitized(u *Unitizing, labels ...string) Score {
	m, l := float64(u.most), u.length
	var observed, expected, units float64
	for _, label := range labels {
		if s, known := u.layers[label]; known {
			observed += s.apart * 2 / (m * (m - 1) * l * l)
			expected += s.chance() * 2 / l / (m*l*(m*l-1) - s.within())
			units += s.count()
		}
	}
	if why := u.missing(units); why != "" {
		return none(why)
	}
	return alpha(observed, expected)
}

func (u *Unitizing) missing(units float64) Reason {
	switch {
	case u.refused != "":
		return u.refused
	case units == 0:
		return NothingCoded
	case u.most < 2:
		return FewAnalysts
	case u.fewest != u.most:
		return Uneven
	}
	return ""
}

// inOrder goes through counts by their keys: the same counts are to give the
// same sum to the last bit.
func inOrder(counts map[int]float64) iter.Seq2[int, float64] {
	return func(yield func(int, float64) bool) {
		for _, k := range slices.Sorted(maps.Keys(counts)) {
			if !yield(k, counts[k]) {
				return
			}
		}
	}
}

func (s *sections) count() float64 {
	n := 0.0
	for _, units := range inOrder(s.units) {
		n += units
	}
	return n
}

// chance is the sum of the distances of every unit from every way to place each
// unit over it, and to place it in each gap that is long enough.
func (s *sections) chance() float64 {
	n, sum := s.count(), 0.0
	gaps := slices.Sorted(maps.Keys(s.gaps))
	for length, units := range inOrder(s.units) {
		l := float64(length)
		ways := 0.0
		for _, gap := range gaps {
			if gap >= length {
				ways += s.gaps[gap] * float64(gap-length+1)
			}
		}
		sum += units * ((n-1)/3*(2*l*l*l-3*l*l+l) + l*l*ways)
	}
	return sum
}

// within is how many pairs of places lie within one unit.
func (s *sections) within() float64 {
	sum := 0.0
	for length, units := range inOrder(s.units) {
		sum += units * float64(length) * float64(length-1)
	}
	return sum
}
