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
		if weak := a.pairwise(all(a)); bound > best+1e-9 || weak > best+1e-9 || weak <= 0 {
			t.Fatalf("the bounds %v and %v are not below the best cost %v", bound, weak, best)
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

// Where everything overlaps, a bound and an alignment still come in seconds.
func TestADenseTextHasABound(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 6))
	c := make(continuum, 6)
	for i := range c {
		for range 60 {
			start := random.IntN(1000)
			c[i] = append(c[i], Unit{Range{start, start + 1 + random.IntN(200)}, "a"})
		}
	}
	a := newAligner(c, Standard)
	a.solve()
	if _, few := a.columns(a.groups()[0]); few {
		t.Error("the text is not dense enough for what is to be tested")
	}
	if bound, cost := a.bound()*15, a.cost(all(a)); bound > cost+1e-9 || bound < cost/3 {
		t.Errorf("the bound is %v, the cost %v", bound, cost)
	}
}
