package agreement

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Interval is a percentile bootstrap interval of 95 %.
type Interval struct {
	Low, High float64
	// Resamples is how many resampled corpora had a value.
	Resamples int
	// Reason says why there is no interval; empty if there is one.
	Reason Reason
}

func noInterval(why Reason) Interval {
	return Interval{Low: math.NaN(), High: math.NaN(), Reason: why}
}

// Sum is what a coefficient is computed from: what articles contribute, added
// up.
type Sum[S any] interface {
	// Add adds other to the sum, weight times. It keeps nothing of other.
	Add(other S, weight float64)
}

// groups is how many sums a bootstrap keeps.
const groups = 100

// Bootstrap adds up what articles contribute and says how sure one can be of the
// coefficient: by drawing articles from those there are, with replacement, as
// many as there are (Efron & Tibshirani 1993, An Introduction to the Bootstrap,
// ch. 13). It keeps a hundred sums: from the 101st article on they are about
// several articles each, dealt out in turn, and drawn together. So its memory does
// not grow, and the interval stays what it is but for a little more chance.
//
// Where a coefficient is about separate judgements and not about texts, what is
// drawn may be a judgement as well as an article; the interval is then too narrow
// if judgements of one article resemble each other.
type Bootstrap[S Sum[S]] struct {
	groups    []S
	articles  int
	empty     func() S
	random    *rand.Rand
	resamples int
}

// NewBootstrap prepares to add up, and to draw resamples times. Empty makes an
// empty sum; random alone decides what is drawn.
func NewBootstrap[S Sum[S]](random *rand.Rand, resamples int, empty func() S) *Bootstrap[S] {
	return &Bootstrap[S]{empty: empty, random: random, resamples: resamples}
}

// Add adds what one more article contributes.
func (b *Bootstrap[S]) Add(article S) {
	if b.articles < groups {
		b.groups = append(b.groups, b.empty())
	}
	b.groups[b.articles%groups].Add(article, 1)
	b.articles++
}

// Total is the sum over the articles as they are.
func (b *Bootstrap[S]) Total() S {
	total := b.empty()
	for _, group := range b.groups {
		total.Add(group, 1)
	}
	return total
}

// drawn is the sum over groups drawn with replacement, as many as there are.
func (b *Bootstrap[S]) drawn() S {
	times := make([]float64, len(b.groups))
	for range b.groups {
		times[b.random.IntN(len(times))]++
	}
	sum := b.empty()
	for i, group := range b.groups {
		if times[i] > 0 {
			sum.Add(group, times[i])
		}
	}
	return sum
}

// Score computes the coefficient over all articles, with its interval. The
// interval is refused for fewer than two articles, and where more than one in
// ten resampled corpora has no value.
func (b *Bootstrap[S]) Score(coefficient func(S) Score) Score {
	score := coefficient(b.Total())
	if score.Computable() {
		score.Interval = b.interval(coefficient)
	}
	return score
}

func (b *Bootstrap[S]) interval(coefficient func(S) Score) Interval {
	if b.articles < 2 {
		return noInterval(FewArticles)
	}
	var values []float64
	for range b.resamples {
		if s := coefficient(b.drawn()); s.Computable() {
			values = append(values, s.Value)
		}
	}
	if len(values) == 0 || len(values)*10 < b.resamples*9 {
		return noInterval(Unstable)
	}
	slices.Sort(values)
	return Interval{Low: quantile(values, 0.025), High: quantile(values, 0.975), Resamples: len(values)}
}

// quantile interpolates between the two of the sorted values next to share q.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	below := int(at)
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (at-float64(below))*(sorted[above]-sorted[below])
}
