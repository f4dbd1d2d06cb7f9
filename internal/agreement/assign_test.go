package agreement

import (
	"math"
	"math/rand/v2"
	"testing"
)

// bruteAssign is what the best matching of rows from r on gains.
func bruteAssign(gains [][]float64, r int, taken []bool) float64 {
	if r == len(gains) {
		return 0
	}
	best := bruteAssign(gains, r+1, taken)
	for c, gain := range gains[r] {
		if gain > 0 && !taken[c] {
			taken[c] = true
			best = max(best, gain+bruteAssign(gains, r+1, taken))
			taken[c] = false
		}
	}
	return best
}

func TestAssignGainsAsMuchAsPossible(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		rows, columns := 1+random.IntN(6), 1+random.IntN(6)
		gains := make([][]float64, rows)
		edges := make([][]edge, rows)
		for i := range gains {
			gains[i] = make([]float64, columns)
			for j := range gains[i] {
				if random.IntN(3) > 0 {
					gains[i][j] = float64(1 + random.IntN(9))
					edges[i] = append(edges[i], edge{j, gains[i][j]})
				}
			}
		}
		matched := assign(edges, columns)
		taken := make([]bool, columns)
		for _, j := range matched {
			if j >= 0 && taken[j] {
				t.Fatalf("column %d is matched twice: %v", j, matched)
			}
			if j >= 0 {
				taken[j] = true
			}
		}
		got, want := gained(edges, matched), bruteAssign(gains, 0, make([]bool, columns))
		if math.Abs(got-want) > 1e-9 {
			t.Fatalf("got %v, want %v of %v", got, want, gains)
		}
	}
}
