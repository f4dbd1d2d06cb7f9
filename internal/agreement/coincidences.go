package agreement

import (
	"maps"
	"slices"
)

// pair is two values, in the order in which they were given.
type pair [2]string

// Coincidences count how often two values met on the same unit: on one
// attribute of one annotation, one token, one character. It is the sum behind
// [Alpha], [Fleiss] and [Scott]; its size depends on the values alone.
type Coincidences struct {
	met map[pair]float64
	// lone is how many values met no other.
	lone float64
	hands
}

// hands are how many analysts, at the fewest and at the most, judged one unit.
type hands struct{ fewest, most int }

func (h *hands) judgedBy(fewest, most int) {
	if h.fewest == 0 || fewest != 0 && fewest < h.fewest {
		h.fewest = fewest
	}
	h.most = max(h.most, most)
}

// NewCoincidences is the sum over no units.
func NewCoincidences() *Coincidences { return &Coincidences{met: map[pair]float64{}} }

// Count counts a unit: the value each analyst gave it, empty where an analyst
// gave none. Times is how many units were judged just so.
func (c *Coincidences) Count(values []string, times float64) {
	m := 0
	for _, v := range values {
		if v != "" {
			m++
		}
	}
	switch m {
	case 0:
		return
	case 1:
		c.lone += times
	default:
		c.meet(values, times/float64(m-1))
	}
	c.judgedBy(m, m)
}

// meet lets each value meet the other analysts', which count so much that every
// value counts once in all.
func (c *Coincidences) meet(values []string, weight float64) {
	for i, a := range values {
		for j, b := range values {
			if i != j && a != "" && b != "" {
				c.met[pair{a, b}] += weight
			}
		}
	}
}

// Add adds other, weight times.
func (c *Coincidences) Add(other *Coincidences, weight float64) {
	for values, n := range other.met {
		c.met[values] += n * weight
	}
	c.lone += other.lone * weight
	c.judgedBy(other.fewest, other.most)
}

// marginals are the values that met others, sorted, and how often each did.
func (c *Coincidences) marginals() (values []string, used []float64, total float64) {
	sums := map[string]float64{}
	for _, p := range sortedPairs(c.met) {
		sums[p[0]] += c.met[p]
		total += c.met[p]
	}
	values = slices.Sorted(maps.Keys(sums))
	used = make([]float64, len(values))
	for i, v := range values {
		used[i] = sums[v]
	}
	return values, used, total
}

// sortedPairs are the keys of counts in an order of their own: the same counts
// are to give the same result to the last bit.
func sortedPairs(counts map[pair]float64) []pair {
	return slices.SortedFunc(maps.Keys(counts), func(a, b pair) int { return slices.Compare(a[:], b[:]) })
}

// missing is why nothing can be computed from c, if so.
func (c *Coincidences) missing() Reason { return lacking(c.met, c.lone) }

// lacking is why nothing can be computed from pairs of values, beside that many
// values that are in none, if so.
func lacking(pairs map[pair]float64, lone float64) Reason {
	switch {
	case len(pairs) > 0:
		return ""
	case lone > 0:
		return FewAnalysts
	}
	return NothingCoded
}

// Alpha is Krippendorff's alpha for any number of analysts, any metric and
// missing values: 1 - Do/De, where Do is the mean distance of two values that
// met, and De that of any two of the values that met others (Krippendorff 2004,
// Content Analysis, 2nd ed., ch. 11, pp. 219-250). Observed and Expected are Do
// and De. A unit that one analyst alone judged does not count. Not computable:
// [NothingCoded], [FewAnalysts], [OneValue], [OffScale].
func Alpha(c *Coincidences, metric Metric) Score {
	if why := c.missing(); why != "" {
		return none(why)
	}
	values, used, total := c.marginals()
	distance := metric(values, used)
	var observed, expected float64
	for i := range values {
		for j := range values {
			d := distance(i, j)
			observed += c.met[pair{values[i], values[j]}] * d
			expected += used[i] * used[j] * d
		}
	}
	if total <= 1 {
		return none(FewAnalysts)
	}
	return alpha(observed/total, expected/(total*(total-1)))
}

// Fleiss is Fleiss' kappa: (Po - Pe)/(1 - Pe), where Po is the share of pairs of
// judgements of one unit that agree, and Pe the chance that two judgements drawn
// from all of them, with replacement, do (Fleiss 1971, Psychological Bulletin
// 76, 378-382). Observed and Expected are Po and Pe. Not computable:
// [NothingCoded], [FewAnalysts], [OneValue], and [Uneven] where a unit was judged
// by fewer analysts than another: use [Alpha] there.
func Fleiss(c *Coincidences) Score {
	if c.missing() == "" && c.fewest != c.most {
		return none(Uneven)
	}
	return pooled(c)
}

// Scott is Scott's pi, which is [Fleiss] for two analysts (Scott 1955, Public
// Opinion Quarterly 19, 321-325). Units with only one analyst's value do not
// count; more than two are refused as [Uneven].
func Scott(c *Coincidences) Score {
	if c.most > 2 {
		return none(Uneven)
	}
	return pooled(c)
}

// pooled takes chance from the values all analysts used together.
func pooled(c *Coincidences) Score {
	if why := c.missing(); why != "" {
		return none(why)
	}
	values, used, total := c.marginals()
	var observed, expected float64
	for i, v := range values {
		observed += c.met[pair{v, v}]
		share := used[i] / total
		expected += share * share
	}
	if len(values) == 1 {
		expected = 1
	}
	return kappa(observed/total, expected)
}
