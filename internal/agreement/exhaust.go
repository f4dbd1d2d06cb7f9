package agreement

import "slices"

const (
	mostExhausted = 16      // members of a group that is searched to the end
	mostSteps     = 200_000 // of such a search, after which the best found stays
)

// exhaust tries all ways to cluster the members of group that may be better than
// the one there is, and takes the best. It gives up after mostSteps.
func (a *aligner) exhaust(group []int) {
	s := &search{aligner: a, group: group, best: a.cost(group) - 1e-9, left: mostSteps}
	s.rest = make([]float64, len(group)+1)
	for at := len(group) - 1; at >= 0; at-- {
		s.rest[at] = s.rest[at+1] + s.least(at)
	}
	s.try(0, 0)
	a.proven[group[0]] = s.left > 0
	if s.found == nil {
		return
	}
	clusters := slices.DeleteFunc(a.clusters, func(c []int) bool { return slices.Contains(group, c[0]) })
	a.setClusters(append(clusters, s.found...))
}

// search goes through the ways to cluster a group, a member after the other.
type search struct {
	*aligner
	group    []int
	rest     []float64 // what the members from there on cost at least
	clusters [][]int
	best     float64
	found    [][]int
	left     int
}

// least is what the member at a place of the group adds to the cost at least:
// the costs of a cluster of its own, or what it may save in one with the best of
// the earlier members.
func (s *search) least(at int) float64 {
	saved := make([]float64, s.analysts)
	m := s.members[s.group[at]]
	for _, i := range s.group[:at] {
		if other := s.members[i].analyst; other != m.analyst {
			saved[other] = min(saved[other], s.between(i, s.group[at])-s.Empty)
		}
	}
	sum := 0.0
	for _, n := range saved {
		sum += n
	}
	return sum
}

// try clusters the members from at on, those before it costing cost.
func (s *search) try(at int, cost float64) {
	if s.left--; s.left <= 0 || cost+s.rest[at] >= s.best {
		return
	}
	if at == len(s.group) {
		s.best, s.found = cost, nil
		for _, c := range s.clusters {
			s.found = append(s.found, slices.Clone(c))
		}
		return
	}
	i := s.group[at]
	for c := range s.clusters {
		cluster := s.clusters[c] // as it is now: deeper steps may have moved them
		if slices.ContainsFunc(cluster, func(j int) bool { return s.members[j].analyst == s.members[i].analyst }) {
			continue
		}
		more := 0.0
		for _, j := range cluster {
			more += s.between(i, j) - s.Empty
		}
		s.clusters[c] = append(cluster, i)
		s.try(at+1, cost+more)
		s.clusters[c] = s.clusters[c][:len(cluster)]
	}
	s.clusters = append(s.clusters, []int{i})
	s.try(at+1, cost+s.single())
	s.clusters = s.clusters[:len(s.clusters)-1]
}
