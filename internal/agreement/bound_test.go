package agreement

import (
	"math/rand/v2"
	"testing"
)

// tangle is a continuum in which everything is near everything.
func tangle(random *rand.Rand, analysts, units int) continuum {
	c := make(continuum, analysts)
	for range units {
		start := random.IntN(50)
		i := random.IntN(analysts)
		c[i] = append(c[i], Unit{Range{start, start + 1 + random.IntN(15)}, string(rune('a' + random.IntN(2)))})
	}
	return c
}

func all(a *aligner) []int {
	every := make([]int, len(a.members))
	for i := range every {
		every[i] = i
	}
	return every
}

// What is found without trying everything is almost always the best there is,
// and the bound says so without trying everything, either.
func TestImprovingAlignsAlmostAsWellAsTryingEverything(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 6))
	var improved, exhausted, bounds, missed float64
	const continua = 100
	for range continua {
		a := newAligner(tangle(random, 3+random.IntN(3), 12), Standard)
		a.improve()
		before := a.cost(all(a))
		bound := a.relaxed(all(a), before)
		a.exhaust(all(a))
		best := a.cost(all(a))
		if bound > best+1e-9 {
			t.Fatalf("the bound %v is above the best cost %v", bound, best)
		}
		if before > best+1e-9 {
			missed++
		}
		improved, exhausted, bounds = improved+before, exhausted+best, bounds+bound
	}
	t.Logf("missed %v of %v; mean cost %.4f improved, %.4f the best, %.4f the bound", missed, continua, improved/continua, exhausted/continua, bounds/continua)
	if missed > 0.1*continua || improved > 1.01*exhausted || bounds < 0.97*exhausted {
		t.Errorf("missed %v of %v; costs %v, at best %v, at least %v", missed, continua, improved, exhausted, bounds)
	}
}
