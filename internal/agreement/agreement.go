// Package agreement measures how far analysts agree who worked on the same
// articles without seeing each other's work. Its functions are pure: they read
// no clock and do no I/O, and chance comes in as an argument.
//
// Every measure is made in two steps. What an article says about it is counted
// into a sum (such as [Coincidences] or [Matches]) whose size does not depend
// on how many articles there were; a coefficient is then computed from the sum.
// So a project is read one article at a time, and [Bootstrap] gives an interval
// without going through it again. What is counted (a [Passage], a [Pair], an
// [Aligned]) is what one shows behind the number.
//
// Analysts are told apart by their place in a slice. Offsets are code points
// and ranges are half-open, as everywhere.
package agreement

import (
	"math"

	"onrecord.dev/internal/annotate"
)

// Score is a coefficient, or the reason why there is none.
type Score struct {
	// Value is 1 for perfect agreement, and 0 for what chance would give where
	// the coefficient corrects for chance. It is not a number unless the score is
	// [Score.Computable], so that nobody takes it for one.
	Value float64
	// Observed and Expected are what Value comes from: shares of agreement for
	// the kappas, disagreement for the alphas and gamma. They are 0 where the
	// coefficient has no such parts.
	Observed float64
	Expected float64
	// Reason says why there is no value; empty if there is one.
	Reason   Reason
	Interval Interval
}

// Computable reports whether there is a value.
func (s Score) Computable() bool { return s.Reason == "" }

// Reason says why something could not be computed.
type Reason string

// The reasons.
const (
	NothingCoded Reason = "nothing_coded" // there is nothing to compare
	FewAnalysts  Reason = "few_analysts"  // nothing was judged by two analysts
	OneValue     Reason = "one_value"     // everybody always chose the same: chance agrees, too
	Uneven       Reason = "uneven"        // not everything was judged by equally many analysts
	OffScale     Reason = "off_scale"     // a value has no place on the scale, or the scale no distance
	Overlapping  Reason = "overlapping"   // one analyst's spans of one label overlap
	OutsideText  Reason = "outside_text"  // a span is empty or not within the text
	FewArticles  Reason = "few_articles"  // an interval needs two articles
	Unstable     Reason = "unstable"      // too few of the resampled corpora had a value
)

// none is the score of what cannot be computed.
func none(why Reason) Score {
	return Score{Value: math.NaN(), Reason: why, Interval: noInterval(why)}
}

// kappa is the share of the agreement beyond chance that was reached.
func kappa(observed, expected float64) Score {
	if expected >= 1 {
		return none(OneValue)
	}
	return Score{Value: (observed - expected) / (1 - expected), Observed: observed, Expected: expected, Interval: noInterval(FewArticles)}
}

// alpha is the share of the disagreement by chance that was avoided.
func alpha(observed, expected float64) Score {
	switch {
	case math.IsNaN(observed + expected):
		return none(OffScale)
	case expected <= 0:
		return none(OneValue)
	}
	return Score{Value: 1 - observed/expected, Observed: observed, Expected: expected, Interval: noInterval(FewArticles)}
}

// Label says what an annotation counts as: its kind, an attribute's value, or
// anything else; empty leaves it out.
type Label func(annotate.Annotation) string

// ByKind labels an annotation with its kind.
func ByKind(a annotate.Annotation) string { return a.Kind }

// Only is label for what it gives value, and leaves everything else out: a measure
// of one kind alone.
func Only(label Label, value string) Label {
	return func(a annotate.Annotation) string {
		if label(a) == value {
			return value
		}
		return ""
	}
}

// Range is a half-open range of code points.
type Range struct{ Start, End int }
