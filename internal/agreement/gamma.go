package agreement

import (
	"math"
	"math/rand/v2"

	"onrecord.dev/internal/annotate"
)

// Sampling says how often chance is tried.
type Sampling struct {
	// Fewest continua are made, and more until the mean of their disorders is
	// known to within Precision (a share of it, with 95 % certainty), or Most are
	// made.
	Fewest, Most int
	Precision    float64
}

// Usual is 30 continua, and up to 300 for a precision of 5 %.
var Usual = Sampling{Fewest: 30, Most: 300, Precision: 0.05}

// Disorders add up how disordered the best alignments of articles are, and how
// disordered those of chance would be. It is the sum behind [Gamma].
type Disorders struct {
	observed, expected float64
	units              float64 // an analyst has
	missing            Reason
}

// NewDisorders is the sum over no articles.
func NewDisorders() *Disorders { return &Disorders{missing: NothingCoded} }

// CountDisorders aligns an article as [Align] does and finds out what chance
// would do: random decides about that alone. An article without units counts
// nothing, nor does one with a single analyst. It answers with the alignment,
// too.
func CountDisorders(random *rand.Rand, length int, sets [][]annotate.Annotation, label Label, d Dissimilarity, s Sampling) (*Disorders, Alignment) {
	found, why := Align(length, sets, label, d)
	if why != "" {
		return &Disorders{missing: why}, found
	}
	units, _ := unitsIn(sets, label)
	mean := float64(units.size()) / float64(len(sets))
	return &Disorders{
		observed: found.Disorder * mean,
		expected: chance(random, length, units, d, s) * mean,
		units:    mean,
	}, found
}

// chance is the mean disorder of continua shuffled from units.
func chance(random *rand.Rand, length int, units continuum, d Dissimilarity, s Sampling) float64 {
	var n, mean, squares float64 // Welford's running mean and squared deviations
	for need := max(1, s.Fewest); int(n) < need; {
		shuffled := units.shuffled(random, length)
		if shuffled.size() == 0 {
			continue // of analysts who marked nothing: there is nothing to align
		}
		disorder := leastDisorder(shuffled, d)
		n++
		delta := disorder - mean
		mean += delta / n
		squares += delta * (disorder - mean)
		if int(n) == s.Fewest && n > 1 && mean > 0 && s.Precision > 0 {
			spread := math.Sqrt(squares/(n-1)) / mean
			root := 1.96 * spread / s.Precision
			need = min(max(s.Fewest, int(math.Ceil(root*root))), s.Most)
		}
	}
	return mean
}

func leastDisorder(c continuum, d Dissimilarity) float64 {
	a := newAligner(c, d)
	a.solve()
	return a.disorder()
}

// Add adds other, weight times.
func (o *Disorders) Add(other *Disorders, weight float64) {
	o.observed += other.observed * weight
	o.expected += other.expected * weight
	o.units += other.units * weight
	if o.missing == NothingCoded || other.missing == OutsideText {
		o.missing = other.missing
	}
}

// Gamma is Mathet, Widlöcher & Métivier's gamma: 1 - observed/expected disorder,
// for spans that may overlap and nest, of any number of analysts (2015,
// Computational Linguistics 41, 437-479). Over several articles, disorders are
// weighted by the mean number of units an analyst has. Observed and Expected are
// the disorders. Not computable: [NothingCoded], [FewAnalysts], [OutsideText],
// [OneValue] if chance has no disorder.
func Gamma(o *Disorders) Score {
	switch {
	case o.missing == OutsideText:
		return none(OutsideText)
	case o.units == 0:
		return none(o.missing)
	}
	return alpha(o.observed/o.units, o.expected/o.units)
}
