package agreement

import (
	"math"
	"slices"
)

const (
	mostTried  = 2_000_000 // clusters and parts of clusters that a bound considers
	mostRounds = 150       // of improving a bound
)

// bound is what no alignment has less disorder than, times the mean number of
// units.
func (a *aligner) bound() float64 {
	sum := 0.0
	for _, group := range a.groups() {
		cost := a.cost(group)
		if !a.twoAnalysts(group) && !a.proven[group[0]] {
			cost = min(cost, a.relaxed(group, cost))
		}
		sum += cost
	}
	return sum / float64(a.analysts*(a.analysts-1)/2)
}

// column is a cluster that the best alignment may have.
type column struct {
	members []int
	cost    float64
}

// relaxed is what clustering a group costs at least.
//
// The best clustering has every member once. Let that go, and have members pay
// for it: whatever prices they are given, the sum of the prices and of the least
// (cost - prices of its members) below 0 of the clusters that begin with each
// member is a bound, for a clustering has one cluster at most that begins with it
// (Lagrange; Fisher 1981, Management Science 27, 1-18). Prices are improved by
// subgradient steps; upper is a cost that has been reached. Where there are too
// many clusters, it is the weaker bound by [aligner.pairwise].
func (a *aligner) relaxed(group []int, upper float64) float64 {
	columns, all := a.columns(group)
	if !all {
		return a.pairwise(group)
	}
	price := make([]float64, len(a.members))
	for _, i := range group {
		c := a.clusters[a.cluster[i]]
		price[i] = a.costOf(c) / float64(len(c))
	}
	best, step := math.Inf(-1), 1.0
	taken := make([]float64, len(a.members))
	for round := 0; round < mostRounds && upper-best > 1e-9; round++ {
		bound := cheapest(columns, group, price, taken)
		if bound <= best+1e-6*upper {
			step *= 0.9
		}
		best = max(best, bound)
		norm := 0.0
		for _, i := range group {
			norm += (1 - taken[i]) * (1 - taken[i])
		}
		if norm == 0 {
			break
		}
		for _, i := range group {
			price[i] += step * (upper - bound) / norm * (1 - taken[i])
		}
	}
	return best
}

// cheapest is the bound at some prices, and how often it takes each member.
func cheapest(columns [][]column, group []int, price, taken []float64) float64 {
	clear(taken)
	bound := 0.0
	for at, i := range group {
		bound += price[i]
		least, with := 0.0, -1
		for c, col := range columns[at] {
			reduced := col.cost
			for _, j := range col.members {
				reduced -= price[j]
			}
			if reduced < least {
				least, with = reduced, c
			}
		}
		bound += least
		if with >= 0 {
			for _, j := range columns[at][with].members {
				taken[j]++
			}
		}
	}
	return bound
}

// columns are the clusters that begin with each member of the group, but for
// those that are better without one of their members: the best alignment has none
// of these. It reports whether they are not too many.
func (a *aligner) columns(group []int) (columns [][]column, all bool) {
	g := &gatherer{aligner: a, group: group}
	for at := range group {
		g.found = nil
		g.gather(at, []int{group[at]}, []float64{0})
		columns = append(columns, g.found)
		if g.tried > mostTried {
			return nil, false
		}
	}
	return columns, true
}

type gatherer struct {
	*aligner
	group []int
	found []column
	tried int
}

// gather finds the clusters that have members and perhaps some of the group after
// at. Apart says how far each of members is from all the others together.
func (g *gatherer) gather(at int, members []int, apart []float64) {
	if k := float64(len(members)); slices.Max(apart) <= g.single()+(k-1)*g.Empty {
		g.found = append(g.found, column{slices.Clone(members), g.costOf(members)})
	}
	most := g.single() + float64(g.analysts-1)*g.Empty
	for next := at + 1; next < len(g.group) && g.within(members[0], g.group[next], most); next++ {
		if g.tried++; g.tried > mostTried {
			return
		}
		if more, ok := g.further(members, apart, g.group[next], most); ok {
			g.gather(next, append(members, g.group[next]), more)
		}
	}
}

// within reports whether j, or one that begins after it, can be less than most
// apart from i.
func (g *gatherer) within(i, j int, most float64) bool {
	return float64(g.members[j].Start-g.members[i].Start) <= g.reach(g.members[i], most)
}

// further is how far apart members are from the others once j is among them. It
// reports whether j may be: nobody can be more than most apart.
func (g *gatherer) further(members []int, apart []float64, j int, most float64) ([]float64, bool) {
	more := make([]float64, len(members)+1)
	for at, i := range members {
		if g.members[i].analyst == g.members[j].analyst {
			return nil, false
		}
		d := g.between(i, j)
		more[at] = apart[at] + d
		more[len(members)] += d
		if more[at] > most || more[len(members)] > most {
			return nil, false
		}
	}
	return more, true
}

// pairwise is what clustering a group costs at least, as every two analysts are
// aligned as if there were no others: a member costs Empty if it is alone, and
// nothing is asked for what neither has.
func (a *aligner) pairwise(group []int) float64 {
	of := make([][]int, a.analysts)
	for _, i := range group {
		of[a.members[i].analyst] = append(of[a.members[i].analyst], i)
	}
	sum := 0.0
	for i := range of {
		for j := range i {
			sum += a.couple(of[i], of[j])
		}
	}
	return sum
}

// couple is what the best alignment of one analyst's members with another's
// costs.
func (a *aligner) couple(rows, columns []int) float64 {
	edges := make([][]edge, len(rows))
	for r, i := range rows {
		for c, j := range columns {
			if gain := 2*a.Empty - a.between(i, j); gain > 0 {
				edges[r] = append(edges[r], edge{c, gain})
			}
		}
	}
	alone := a.Empty * float64(len(rows)+len(columns))
	return alone - gained(edges, assign(edges, len(columns)))
}
