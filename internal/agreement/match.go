package agreement

import (
	"slices"

	"onrecord.dev/internal/annotate"
)

// Criterion says how well two annotations match: 0 or less if they do not. It
// gives the same whichever comes first.
type Criterion func(a, b annotate.Annotation) float64

// Exact matches annotations of the same fragments, in whatever order.
func Exact(a, b annotate.Annotation) float64 {
	if len(a.Fragments) > 0 && slices.Equal(ranges(a), ranges(b)) {
		return 1
	}
	return 0
}

// Overlap matches annotations that have at least one code point in common and
// at least share (from 0 to 1) of the longer one's.
func Overlap(share float64) Criterion {
	return func(a, b annotate.Annotation) float64 {
		both, longer := common(a, b), max(size(a), size(b))
		if both == 0 || float64(both) < share*float64(longer) {
			return 0
		}
		return float64(both) / float64(longer)
	}
}

func ranges(a annotate.Annotation) []Range {
	found := make([]Range, len(a.Fragments))
	for i, f := range a.Fragments {
		found[i] = Range{f.Start, f.End}
	}
	slices.SortFunc(found, func(x, y Range) int { return x.Start - y.Start })
	return found
}

// common is how many code points a and b have in common.
func common(a, b annotate.Annotation) int {
	n := 0
	for _, f := range a.Fragments {
		for _, g := range b.Fragments {
			n += max(0, min(f.End, g.End)-max(f.Start, g.Start))
		}
	}
	return n
}

func size(a annotate.Annotation) int {
	n := 0
	for _, f := range a.Fragments {
		n += f.End - f.Start
	}
	return n
}

// Pair is what two analysts made of the same thing: First and Second are what
// each has there, nil for nothing.
type Pair[T any] struct {
	First, Second *T
	// Agree says that the two match. A pair that is not empty on either side and
	// does not agree is about the same words, at least.
	Agree bool
	// FirstMet and SecondMet say, of a pair that does not agree, that First or
	// Second matches something of the other analyst's all the same, which is
	// paired with another: one split what the other did not.
	FirstMet, SecondMet bool
}

// MatchSpans pairs the annotations of two analysts that have the same label and
// match by criterion, each with one at most, so that as many as possible agree
// and those as well as possible. What is left is paired by overlap, whatever
// its label. Annotations without label or fragments are left out.
func MatchSpans(first, second []annotate.Annotation, label Label, criterion Criterion) []Pair[annotate.Annotation] {
	unmarked := func(a annotate.Annotation) bool { return label(a) == "" || len(a.Fragments) == 0 }
	first = slices.DeleteFunc(slices.Clone(first), unmarked)
	second = slices.DeleteFunc(slices.Clone(second), unmarked)
	pairs := match(first, second, func(a, b annotate.Annotation) float64 {
		if label(a) != label(b) {
			return 0
		}
		return criterion(a, b)
	}, Overlap(0))
	slices.SortStableFunc(pairs, func(p, q Pair[annotate.Annotation]) int { return p.either().Before(*q.either()) })
	return pairs
}

func (p Pair[T]) either() *T {
	if p.First != nil {
		return p.First
	}
	return p.Second
}

// match pairs by strict as well as possible, and what is left by loose.
func match[T any](first, second []T, strict, loose func(a, b T) float64) []Pair[T] {
	good := weights(first, second, strict)
	partner := assign(good.edges(), len(second))
	fair := weights(first, second, loose)
	fair.drop(partner)
	beside := assign(fair.edges(), len(second))
	var pairs []Pair[T]
	paired := make([]bool, len(second))
	for i := range first {
		p := Pair[T]{First: &first[i], Agree: partner[i] >= 0, FirstMet: partner[i] < 0 && good.row(i)}
		if j := max(partner[i], beside[i]); j >= 0 {
			paired[j] = true
			p.Second, p.SecondMet = &second[j], !p.Agree && good.column(j)
		}
		pairs = append(pairs, p)
	}
	for j := range second {
		if !paired[j] {
			pairs = append(pairs, Pair[T]{Second: &second[j], SecondMet: good.column(j)})
		}
	}
	return pairs
}

// table has how well each row matches each column: from 0, not at all, to 1.
type table [][]float64

func weights[T any](first, second []T, by func(a, b T) float64) table {
	t := make(table, len(first))
	for i := range first {
		t[i] = make([]float64, len(second))
		for j := range second {
			t[i][j] = by(first[i], second[j])
		}
	}
	return t
}

// edges values a match so that one more is worth more than any better ones.
func (t table) edges() [][]edge {
	edges := make([][]edge, len(t))
	for i, row := range t {
		for j, weight := range row {
			if weight > 0 {
				edges[i] = append(edges[i], edge{j, float64(len(t)+1) + weight})
			}
		}
	}
	return edges
}

// drop removes the rows and columns that have a partner.
func (t table) drop(partner []int) {
	for i, j := range partner {
		if j < 0 {
			continue
		}
		clear(t[i])
		for _, row := range t {
			row[j] = 0
		}
	}
}

// row reports whether anything matches row i.
func (t table) row(i int) bool {
	return slices.ContainsFunc(t[i], func(weight float64) bool { return weight > 0 })
}

// column reports whether anything matches column j.
func (t table) column(j int) bool {
	return slices.ContainsFunc(t, func(row []float64) bool { return row[j] > 0 })
}

// Matches count how much of what two analysts have matches. It is the sum
// behind [F1], [Precision], [Recall] and [Agr]. For more than two analysts, add
// up the pairs of them.
type Matches struct {
	agreed              float64
	first, second       float64
	firstMet, secondMet float64
}

// NewMatches is the sum over no pairs.
func NewMatches() *Matches { return &Matches{} }

// CountMatches counts pairs.
func CountMatches[T any](pairs []Pair[T]) *Matches {
	m := NewMatches()
	for _, p := range pairs {
		m.agreed += one(p.Agree)
		m.first += one(p.First != nil)
		m.second += one(p.Second != nil)
		m.firstMet += one(p.Agree || p.FirstMet)
		m.secondMet += one(p.Agree || p.SecondMet)
	}
	return m
}

func one(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// Add adds other, weight times.
func (m *Matches) Add(other *Matches, weight float64) {
	m.agreed += other.agreed * weight
	m.first += other.first * weight
	m.second += other.second * weight
	m.firstMet += other.firstMet * weight
	m.secondMet += other.secondMet * weight
}

// F1 is the share of what two analysts have that agrees, 2a/(f+s): the harmonic
// mean of [Precision] and [Recall], the same whichever analyst comes first. It
// is what kappa approaches for spans, where nobody can count what both left out
// (Hripcsak & Rothschild 2005, Journal of the American Medical Informatics
// Association 12, 296-298). It does not correct for chance. Not computable:
// [NothingCoded].
func F1(m *Matches) Score { return share(2*m.agreed, m.first+m.second) }

// Precision is the share of what the second analyst has that agrees with the
// first. Not computable: [NothingCoded] if the second has nothing.
func Precision(m *Matches) Score { return share(m.agreed, m.second) }

// Recall is the share of what the first analyst has that agrees with the second.
// Not computable: [NothingCoded] if the first has nothing.
func Recall(m *Matches) Score { return share(m.agreed, m.first) }

// Agr is the mean of two shares: of what the first analyst has that matches
// anything of the second's, and the other way round; one that matches two counts
// once on its side (agr of Wiebe, Wilson & Cardie 2005, Language Resources and
// Evaluation 39, 165-210, p. 188, as used for PARC and PolNeAR). Where one
// analyst has nothing, it is the other's share. Not computable: [NothingCoded].
func Agr(m *Matches) Score {
	forth, back := share(m.firstMet, m.first), share(m.secondMet, m.second)
	switch {
	case !forth.Computable():
		return back
	case !back.Computable():
		return forth
	}
	forth.Value = (forth.Value + back.Value) / 2
	return forth
}

func share(of, all float64) Score {
	if all == 0 {
		return none(NothingCoded)
	}
	return Score{Value: of / all, Interval: noInterval(FewArticles)}
}
