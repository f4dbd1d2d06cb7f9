package agreement

import (
	"math"
	"slices"
)

// Metric says how far apart two values are. It is given all values there are
// and how often each was used, and answers with the distance of the i-th from
// the j-th: 0 for the same, symmetric, not a number where a value has no place
// on the scale.
type Metric func(values []string, used []float64) func(i, j int) float64

// Nominal is 1 between any two different values.
func Nominal(_ []string, _ []float64) func(i, j int) float64 {
	return func(i, j int) float64 {
		if i == j {
			return 0
		}
		return 1
	}
}

// Ordinal is for values that have an order, the lowest first: the square of how
// many uses lie between two values, half of their own included (Krippendorff
// 2011, "Computing Krippendorff's alpha-reliability", p. 6).
func Ordinal(order []string) Metric {
	return func(values []string, used []float64) func(i, j int) float64 {
		uses := make([]float64, len(order))
		rank := make([]int, len(values))
		for i, v := range values {
			if rank[i] = slices.Index(order, v); rank[i] >= 0 {
				uses[rank[i]] = used[i]
			}
		}
		return func(i, j int) float64 {
			low, high := min(rank[i], rank[j]), max(rank[i], rank[j])
			if low < 0 {
				return math.NaN()
			}
			between := -(uses[low] + uses[high]) / 2
			for _, n := range uses[low : high+1] {
				between += n
			}
			return between * between
		}
	}
}

// IntervalScale is the square of the difference of two numbers; number says
// what a value amounts to, and whether it is a number at all.
func IntervalScale(number func(value string) (float64, bool)) Metric {
	return func(values []string, _ []float64) func(i, j int) float64 {
		numbers := make([]float64, len(values))
		for i, v := range values {
			n, ok := number(v)
			if !ok {
				n = math.NaN()
			}
			numbers[i] = n
		}
		return func(i, j int) float64 {
			d := numbers[i] - numbers[j]
			return d * d
		}
	}
}

// Weighted is a table of distances of one's own: weight gives that of two
// different values and is asked in both orders; it must give the same.
func Weighted(weight func(a, b string) float64) Metric {
	return func(values []string, _ []float64) func(i, j int) float64 {
		return func(i, j int) float64 {
			if i == j {
				return 0
			}
			return weight(values[i], values[j])
		}
	}
}
