package agreement

import (
	"maps"
	"slices"
)

// Contingency counts how often the first of two analysts chose one value where
// the second chose another. It is the sum behind [Cohen], [WeightedKappa] and
// [Bennett]; its size depends on the values alone.
type Contingency struct {
	chosen map[pair]float64
	lone   float64
}

// NewContingency is the sum over no units.
func NewContingency() *Contingency { return &Contingency{chosen: map[pair]float64{}} }

// Count counts a unit: what each of the two analysts chose, empty where one
// chose nothing; such a unit is left out. Times is how many units were judged
// just so.
func (c *Contingency) Count(first, second string, times float64) {
	switch {
	case first != "" && second != "":
		c.chosen[pair{first, second}] += times
	case first != "" || second != "":
		c.lone += times
	}
}

// Add adds other, weight times.
func (c *Contingency) Add(other *Contingency, weight float64) {
	for values, n := range other.chosen {
		c.chosen[values] += n * weight
	}
	c.lone += other.lone * weight
}

// marginals are the values chosen, sorted, and how often each analyst chose
// each.
func (c *Contingency) marginals() (values []string, first, second []float64, total float64) {
	used := map[string][2]float64{}
	for _, p := range sortedPairs(c.chosen) {
		n := c.chosen[p]
		a := used[p[0]]
		used[p[0]] = [2]float64{a[0] + n, a[1]}
		b := used[p[1]]
		used[p[1]] = [2]float64{b[0], b[1] + n}
		total += n
	}
	values = slices.Sorted(maps.Keys(used))
	for _, v := range values {
		first, second = append(first, used[v][0]), append(second, used[v][1])
	}
	return values, first, second, total
}

func (c *Contingency) missing() Reason { return lacking(c.chosen, c.lone) }

// Cohen is Cohen's kappa for two analysts: (Po - Pe)/(1 - Pe), where Po is the
// share of units on which they agree and Pe the share on which they would if
// each chose by chance as often as they did (Cohen 1960, Educational and
// Psychological Measurement 20, 37-46, p. 40). Observed and Expected are Po and
// Pe. Units with only one analyst's value do not count. Not computable:
// [NothingCoded], [FewAnalysts], [OneValue].
func Cohen(c *Contingency) Score {
	if why := c.missing(); why != "" {
		return none(why)
	}
	values, first, second, total := c.marginals()
	var observed, expected float64
	for i, v := range values {
		observed += c.chosen[pair{v, v}]
		expected += first[i] * second[i]
	}
	if len(values) == 1 {
		return none(OneValue)
	}
	return kappa(observed/total, expected/(total*total))
}

// WeightedKappa is Cohen's weighted kappa for two analysts: 1 - Do/De, where Do
// is the mean distance of what they chose for a unit, and De the mean if each
// chose by chance as often as they did (Cohen 1968, Psychological Bulletin 70,
// 213-220). Observed and Expected are Do and De in the metric's own unit. Not
// computable: [NothingCoded], [FewAnalysts], [OneValue], [OffScale].
func WeightedKappa(c *Contingency, metric Metric) Score {
	if why := c.missing(); why != "" {
		return none(why)
	}
	values, first, second, total := c.marginals()
	used := make([]float64, len(values))
	for i := range values {
		used[i] = first[i] + second[i]
	}
	distance := metric(values, used)
	var observed, expected float64
	for i := range values {
		for j := range values {
			d := distance(i, j)
			observed += c.chosen[pair{values[i], values[j]}] * d
			expected += first[i] * second[j] * d
		}
	}
	return alpha(observed/total, expected/(total*total))
}

// Bennett is Bennett's S for two analysts: as [Cohen], but chance chooses each
// of the offered values equally often (Bennett, Alpert & Goldstein 1954, Public
// Opinion Quarterly 18, 303-308). Offered is how many values there were to choose
// from, used or not. Not computable: [NothingCoded], [FewAnalysts], [OneValue] if
// fewer than two were offered, [OffScale] if more were used than offered.
func Bennett(c *Contingency, offered int) Score {
	if why := c.missing(); why != "" {
		return none(why)
	}
	values, _, _, total := c.marginals()
	switch {
	case offered < 2:
		return none(OneValue)
	case len(values) > offered:
		return none(OffScale)
	}
	var observed float64
	for _, v := range values {
		observed += c.chosen[pair{v, v}]
	}
	return kappa(observed/total, 1/float64(offered))
}
