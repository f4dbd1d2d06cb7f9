package agreement

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"onrecord.dev/internal/annotate"
)

// Aligned is what the analysts are taken to have made of the same thing: a
// unitary alignment.
type Aligned struct {
	// Places has for each analyst the place of the annotation in their set, or -1
	// where they have nothing.
	Places []int
	// Disorder is the mean dissimilarity of two analysts here, where one who has
	// nothing is [Dissimilarity].Empty away from everybody.
	Disorder float64
}

// Alignment is a way to align all units of a text, each once.
type Alignment struct {
	// Aligned are in the order of the text.
	Aligned []Aligned
	// Disorder is the sum of the disorders over the mean number of units an
	// analyst has.
	Disorder float64
	// Bound is what no alignment's disorder is below. The alignment is proven to be
	// the best where Disorder is not above it.
	Bound float64
}

// Align finds the best alignment of the annotations of two or more analysts on a
// text of length code points: that of the least disorder (Mathet et al. 2015,
// section 4). For two analysts it is exact. For more, finding it is NP-hard: all
// ways are tried for up to 16 units that have to do with each other, as far as
// that goes; more are improved until no division of the analysts into two camps
// can be aligned better. Bound says how much might be missing: about a thousandth
// on ordinary texts, up to a third where dozens of spans lie upon each other.
//
// Annotations without label or fragments are left out; those that overlap or
// nest are welcome. Refused: [FewAnalysts], [NothingCoded], [OutsideText].
func Align(length int, sets [][]annotate.Annotation, label Label, d Dissimilarity) (Alignment, Reason) {
	units, places := unitsIn(sets, label)
	if why := units.missing(length); why != "" {
		return Alignment{}, why
	}
	a := newAligner(units, d)
	a.solve()
	found := a.alignment(places)
	found.Bound = a.bound() / a.mean()
	return found, ""
}

// member is one analyst's unit.
type member struct {
	Unit
	analyst, place int // place is among the analyst's units
	near           []int
}

// aligner aligns members, which are in the order of the text. A cluster holds
// the members that are aligned with each other, one of an analyst at most. With
// n analysts and P = n(n-1)/2 pairs of them it costs P x Empty, and for each pair
// of its members their dissimilarity less Empty; disorder is cost over P.
type aligner struct {
	Dissimilarity
	analysts int
	members  []member
	longest  int     // unit
	cluster  []int   // of each member
	clusters [][]int // members
	// proven has the first members of the groups that were searched to the end.
	proven map[int]bool
}

func newAligner(c continuum, d Dissimilarity) *aligner {
	a := &aligner{Dissimilarity: d, analysts: len(c), proven: map[int]bool{}}
	for analyst, units := range c {
		for place, u := range units {
			a.members = append(a.members, member{Unit: u, analyst: analyst, place: place})
			a.longest = max(a.longest, u.End-u.Start)
		}
	}
	slices.SortStableFunc(a.members, func(x, y member) int { return cmp.Compare(x.Start, y.Start) })
	for i := range a.members {
		a.cluster = append(a.cluster, i)
		a.clusters = append(a.clusters, []int{i})
	}
	a.meet()
	return a
}

// single is what a cluster costs whatever is in it.
func (a *aligner) single() float64 {
	return float64(a.analysts*(a.analysts-1)/2) * a.Empty
}

func (a *aligner) mean() float64 { return float64(len(a.members)) / float64(a.analysts) }

func (a *aligner) between(i, j int) float64 {
	return a.Between(a.members[i].Unit, a.members[j].Unit)
}

// meet finds out which members are near each other. No cluster of the best
// alignment can be divided in two that have no near members: dividing it costs
// single, and saves more than that.
func (a *aligner) meet() {
	limit := a.single() + a.Empty
	for j, m := range a.members {
		reach := a.reach(m, limit)
		for i := j - 1; i >= 0 && float64(m.Start-a.members[i].Start) <= reach; i-- {
			if a.members[i].analyst != m.analyst && a.between(i, j) < limit {
				a.members[i].near = append(a.members[i].near, j)
				a.members[j].near = append(a.members[j].near, i)
			}
		}
	}
}

// reach is how far from m's beginning others can begin that are less than most
// apart from it.
func (a *aligner) reach(m member, most float64) float64 {
	if a.Position == 0 {
		return math.Inf(1)
	}
	return math.Sqrt(most/a.Empty/a.Position) * float64(m.End-m.Start+a.longest)
}

// solve aligns the members as well as it can.
func (a *aligner) solve() {
	a.improve()
	for _, group := range a.groups() {
		if len(group) <= mostExhausted && !a.twoAnalysts(group) {
			a.exhaust(group)
		}
	}
}

// improve aligns one analyst after the other with those before, and then divides
// the analysts in two camps and aligns these, until no division makes it better.
func (a *aligner) improve() {
	for analyst := 1; analyst < a.analysts; analyst++ {
		a.rematch(func(of int) bool { return of < analyst }, func(of int) bool { return of == analyst })
	}
	camps := a.camps()
	for last, i := 0, 0; i < len(camps); i++ {
		camp := camps[(last+i)%len(camps)]
		in := func(of int) bool { return camp>>of&1 == 1 }
		if a.rematch(in, func(of int) bool { return !in(of) }) {
			last, i = (last+i)%len(camps), 0
		}
	}
}

// camps are the ways to divide the analysts in two that are tried: all, or for
// more than six analysts one or two against the others.
func (a *aligner) camps() []uint64 {
	var camps []uint64
	for camp := uint64(1); a.analysts <= 6 && camp < 1<<(a.analysts-1); camp++ {
		camps = append(camps, camp)
	}
	for i := range a.analysts {
		for j := 0; a.analysts > 6 && j <= i; j++ {
			camps = append(camps, 1<<i|1<<j)
		}
	}
	slices.SortStableFunc(camps, func(x, y uint64) int { return bits.OnesCount64(x) - bits.OnesCount64(y) })
	return camps
}

// rematch parts each cluster into what is of one camp and what is of the other,
// matches all the parts again as well as possible, and reports whether that is
// better. Clusters with an analyst of neither camp stay as they are.
func (a *aligner) rematch(one, other func(analyst int) bool) bool {
	var rows, columns [][]int
	var rest [][]int
	before := 0.0
	column := slices.Repeat([]int{-1}, len(a.members))
	for _, c := range a.clusters {
		row, col := a.part(c, one), a.part(c, other)
		if len(row)+len(col) < len(c) {
			rest = append(rest, c)
			continue
		}
		if len(row) > 0 {
			rows = append(rows, row)
		}
		for _, i := range col {
			column[i] = len(columns)
		}
		if len(col) > 0 {
			columns = append(columns, col)
		}
		if len(row) > 0 && len(col) > 0 {
			before += a.gain(row, col)
		}
	}
	edges := a.edges(rows, columns, column)
	matched := assign(edges, len(columns))
	if gained(edges, matched) <= before+1e-9 {
		return false
	}
	a.regroup(rest, rows, columns, matched)
	return true
}

func (a *aligner) part(cluster []int, of func(analyst int) bool) []int {
	var part []int
	for _, i := range cluster {
		if of(a.members[i].analyst) {
			part = append(part, i)
		}
	}
	return part
}

// gain is how much cheaper one cluster is than two.
func (a *aligner) gain(one, other []int) float64 {
	sum := a.single()
	for _, i := range one {
		for _, j := range other {
			sum += a.Empty - a.between(i, j)
		}
	}
	return sum
}

// edges are the gains of rows with those columns that hold something near.
// Column says in which column a member is.
func (a *aligner) edges(rows, columns [][]int, column []int) [][]edge {
	edges := make([][]edge, len(rows))
	seen := slices.Repeat([]int{-1}, len(columns))
	for r, row := range rows {
		for _, i := range row {
			for _, near := range a.members[i].near {
				c := column[near]
				if c < 0 || seen[c] == r {
					continue
				}
				seen[c] = r
				if gain := a.gain(row, columns[c]); gain > 0 {
					edges[r] = append(edges[r], edge{c, gain})
				}
			}
		}
	}
	return edges
}

// gained is what a matching of rows and columns gains.
func gained(edges [][]edge, matched []int) float64 {
	sum := 0.0
	for i, j := range matched {
		for _, e := range edges[i] {
			if e.to == j {
				sum += e.gain
			}
		}
	}
	return sum
}

// regroup makes clusters of rest and of the matched rows and columns.
func (a *aligner) regroup(rest, rows, columns [][]int, matched []int) {
	clusters := rest
	taken := make([]bool, len(columns))
	for r, row := range rows {
		if c := matched[r]; c >= 0 {
			taken[c] = true
			row = append(row, columns[c]...)
		}
		clusters = append(clusters, row)
	}
	for c, column := range columns {
		if !taken[c] {
			clusters = append(clusters, column)
		}
	}
	a.setClusters(clusters)
}

func (a *aligner) setClusters(clusters [][]int) {
	a.clusters = clusters
	for c, members := range clusters {
		for _, i := range members {
			a.cluster[i] = c
		}
	}
}

// cost is what the clusters in which members are cost.
func (a *aligner) cost(members []int) float64 {
	sum := 0.0
	seen := map[int]bool{}
	for _, i := range members {
		if c := a.cluster[i]; !seen[c] {
			seen[c] = true
			sum += a.costOf(a.clusters[c])
		}
	}
	return sum
}

func (a *aligner) costOf(cluster []int) float64 {
	sum := a.single()
	for at, i := range cluster {
		for _, j := range cluster[:at] {
			sum += a.between(i, j) - a.Empty
		}
	}
	return sum
}

// groups are the members that have to do with each other, by way of others or
// directly: clusters lie within one.
func (a *aligner) groups() [][]int {
	var groups [][]int
	seen := make([]bool, len(a.members))
	for i := range a.members {
		if seen[i] {
			continue
		}
		seen[i] = true
		group := []int{i}
		for at := 0; at < len(group); at++ {
			for _, j := range a.members[group[at]].near {
				if !seen[j] {
					seen[j] = true
					group = append(group, j)
				}
			}
		}
		slices.Sort(group)
		groups = append(groups, group)
	}
	return groups
}

// twoAnalysts reports whether a group has members of two analysts at most: then
// one matching of the two is the best.
func (a *aligner) twoAnalysts(group []int) bool {
	analysts := map[int]bool{}
	for _, i := range group {
		analysts[a.members[i].analyst] = true
	}
	return len(analysts) <= 2
}

// alignment is what has been found. Places has the place in the analyst's set
// for each of their units.
func (a *aligner) alignment(places [][]int) Alignment {
	pairs := float64(a.analysts * (a.analysts - 1) / 2)
	slices.SortFunc(a.clusters, func(x, y []int) int { return slices.Min(x) - slices.Min(y) })
	a.setClusters(a.clusters)
	var found Alignment
	for _, c := range a.clusters {
		aligned := Aligned{Places: slices.Repeat([]int{-1}, a.analysts), Disorder: a.costOf(c) / pairs}
		for _, i := range c {
			m := a.members[i]
			aligned.Places[m.analyst] = places[m.analyst][m.place]
		}
		found.Aligned = append(found.Aligned, aligned)
		found.Disorder += aligned.Disorder
	}
	found.Disorder /= a.mean()
	return found
}

// disorder is that of the clusters, per unit an analyst has.
func (a *aligner) disorder() float64 {
	sum := 0.0
	for _, c := range a.clusters {
		sum += a.costOf(c)
	}
	return sum / float64(a.analysts*(a.analysts-1)/2) / a.mean()
}
