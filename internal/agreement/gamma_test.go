package agreement_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"onrecord.dev/internal/agreement"
	"onrecord.dev/internal/annotate"
)

type gammaUnit struct {
	Annotator  string
	Start, End int
	Category   string
}

type gammaFixture struct {
	Params    struct{ Alpha, Beta, DeltaEmpty float64 }
	Continuum []gammaUnit
	Tier1     struct {
		PairDissimilarities []struct {
			AnnotatorA, AnnotatorB            string
			UnitIndexA, UnitIndexB            int
			Positional, Categorical, Combined float64
		}
		BestAlignmentDisorder float64
	}
	Tier2 struct {
		SampledContinua []struct {
			Scaled struct {
				Units                 []gammaUnit
				BestAlignmentDisorder float64
			}
		}
	}
}

// sets are units by annotator, and how long the text is at least. Units that
// were drawn to begin before the text are moved along with all others.
func sets(units []gammaUnit) (all [][]annotate.Annotation, length int) {
	var names []string
	first := 0
	for _, u := range units {
		first = min(first, u.Start)
	}
	for _, u := range units {
		i := slices.Index(names, u.Annotator)
		if i < 0 {
			i = len(names)
			names = append(names, u.Annotator)
			all = append(all, nil)
		}
		all[i] = append(all[i], span(u.Start-first, u.End-first, u.Category))
		length = max(length, u.End-first)
	}
	return all, length
}

func TestGammaAlignsAsTheReferenceDoes(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(fixtures, "agreement-gamma-fixtures", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Skip("the fixtures are not here")
	}
	if len(names) != 6 {
		t.Errorf("%d fixtures, want 6", len(names))
	}
	continua := 0
	for _, name := range names {
		var f gammaFixture
		decode(t, fixture(t, filepath.Join("agreement-gamma-fixtures", filepath.Base(name))), &f)
		d := agreement.Dissimilarity{Position: f.Params.Alpha, Label: f.Params.Beta, Empty: f.Params.DeltaEmpty}
		alignsTo(t, name, f.Continuum, d, f.Tier1.BestAlignmentDisorder)
		for _, sample := range f.Tier2.SampledContinua {
			continua++
			alignsTo(t, name, sample.Scaled.Units, d, sample.Scaled.BestAlignmentDisorder)
		}
		units := map[string][]gammaUnit{}
		for _, u := range f.Continuum {
			units[u.Annotator] = append(units[u.Annotator], u)
		}
		for _, p := range f.Tier1.PairDissimilarities {
			a, b := units[p.AnnotatorA][p.UnitIndexA], units[p.AnnotatorB][p.UnitIndexB]
			got := d.Between(asUnit(a), asUnit(b))
			if math.Abs(got-p.Combined) > 1e-5*max(1, p.Combined) {
				t.Errorf("%s: %v and %v are %v apart, want %v", name, a, b, got, p.Combined)
			}
		}
	}
	if continua != 60 {
		t.Errorf("%d sampled continua, want 60", continua)
	}
}

func asUnit(u gammaUnit) agreement.Unit {
	return agreement.Unit{Range: agreement.Range{Start: u.Start, End: u.End}, Label: u.Category}
}

func alignsTo(t *testing.T, name string, units []gammaUnit, d agreement.Dissimilarity, want float64) {
	t.Helper()
	all, length := sets(units)
	found, why := agreement.Align(length, all, agreement.ByKind, d)
	if why != "" || math.Abs(found.Disorder-want) >= 1e-6 {
		t.Errorf("%s: the best alignment has disorder %v (%s), want %v", filepath.Base(name), found.Disorder, why, want)
	}
	if found.Bound < found.Disorder-1e-9 {
		t.Errorf("%s: the alignment is not proven the best: %v to %v", filepath.Base(name), found.Bound, found.Disorder)
	}
}

// bruteDisorder is that of the best alignment by trying all, by the definition of
// Mathet et al.
func bruteDisorder(all [][]annotate.Annotation, d agreement.Dissimilarity) float64 {
	type owned struct {
		analyst int
		unit    agreement.Unit
	}
	var units []owned
	for i, set := range all {
		for _, a := range set {
			units = append(units, owned{i, agreement.Unit{Range: agreement.Range{Start: a.Fragments[0].Start, End: a.Fragments[0].End}, Label: a.Kind}})
		}
	}
	unitary := func(cluster []owned) float64 {
		sum := 0.0
		of := func(analyst int) *owned {
			for i := range cluster {
				if cluster[i].analyst == analyst {
					return &cluster[i]
				}
			}
			return nil
		}
		for i := range all {
			for j := range i {
				if a, b := of(i), of(j); a != nil && b != nil {
					sum += d.Between(a.unit, b.unit)
				} else {
					sum += d.Empty
				}
			}
		}
		return sum / float64(len(all)*(len(all)-1)/2)
	}
	best := math.Inf(1)
	var try func(at int, clusters [][]owned)
	try = func(at int, clusters [][]owned) {
		if at == len(units) {
			sum := 0.0
			for _, c := range clusters {
				sum += unitary(c)
			}
			best = min(best, sum)
			return
		}
		for c := range clusters {
			if !slices.ContainsFunc(clusters[c], func(o owned) bool { return o.analyst == units[at].analyst }) {
				next := slices.Clone(clusters)
				next[c] = append(slices.Clone(clusters[c]), units[at])
				try(at+1, next)
			}
		}
		try(at+1, append(slices.Clone(clusters), []owned{units[at]}))
	}
	try(0, nil)
	return best / (float64(len(units)) / float64(len(all)))
}

// crowd are spans of analysts that overlap and nest as they like.
func crowd(random *rand.Rand, analysts, units, length int) [][]annotate.Annotation {
	all := make([][]annotate.Annotation, analysts)
	for range units {
		start := random.IntN(length - 1)
		end := start + 1 + random.IntN(min(length-start-1, 12)+1)
		i := random.IntN(analysts)
		all[i] = append(all[i], span(start, min(end, length), kinds[random.IntN(len(kinds))]))
	}
	return all
}

func TestTheBestAlignmentIsTheBestOfAll(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 4))
	for range 400 {
		all := crowd(random, 2+random.IntN(4), 1+random.IntN(8), 40)
		d := agreement.Dissimilarity{Position: float64(random.IntN(4)), Label: float64(random.IntN(3)), Empty: 0.5 + random.Float64()}
		found, why := agreement.Align(40, all, agreement.ByKind, d)
		want := bruteDisorder(all, d)
		if why != "" || math.Abs(found.Disorder-want) > 1e-9 || math.Abs(found.Bound-want) > 1e-9 {
			t.Fatalf("got %v (bound %v, %s), want %v for %v at %+v", found.Disorder, found.Bound, why, want, all, d)
		}
	}
}

func TestAnAlignmentHasEverySpanOnce(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 4))
	for range 50 {
		all := crowd(random, 4, 60, 400)
		found, _ := agreement.Align(400, all, agreement.ByKind, agreement.Standard)
		seen := map[string]int{}
		for _, a := range found.Aligned {
			for i, place := range a.Places {
				if place >= 0 {
					seen[fmt.Sprint(i, place)]++
				}
			}
		}
		for i, set := range all {
			for place := range set {
				if n := seen[fmt.Sprint(i, place)]; n != 1 {
					t.Fatalf("span %d of analyst %d stands %d times", place, i, n)
				}
			}
		}
		if found.Bound > found.Disorder+1e-9 {
			t.Fatalf("disorder %v is below the bound %v", found.Disorder, found.Bound)
		}
	}
}

// sixBy300 are six analysts' 300 spans on a long article.
func sixBy300() (all [][]annotate.Annotation, length int) {
	return markup(rand.New(rand.NewPCG(3, 4)), 6, 300*8/7, 60_000), 60_000
}

func TestTheAlignmentOfSixAnalystsIsNearItsBound(t *testing.T) {
	all, length := sixBy300()
	found, why := agreement.Align(length, all, agreement.ByKind, agreement.Standard)
	gap := (found.Disorder - found.Bound) / found.Disorder
	t.Logf("disorder %.6f, bound %.6f, gap %.2f %%", found.Disorder, found.Bound, gap*100)
	if why != "" || found.Bound > found.Disorder+1e-9 || gap > 0.1 {
		t.Errorf("disorder %v, bound %v (%s)", found.Disorder, found.Bound, why)
	}
}

func gamma(length int, all [][]annotate.Annotation) agreement.Score {
	random := rand.New(rand.NewPCG(1, 4))
	counted, _ := agreement.CountDisorders(random, length, all, agreement.ByKind, agreement.Standard, agreement.Usual)
	return agreement.Gamma(counted)
}

func TestGammaIsOneForTheSameSpansAndFallsWithDifference(t *testing.T) {
	set := markup(rand.New(rand.NewPCG(4, 4)), 1, 20, 2000)[0]
	if got := gamma(2000, [][]annotate.Annotation{set, set, set}); got.Value != 1 || got.Expected <= 0 {
		t.Errorf("of the same spans gamma is %v (%s)", got.Value, got.Reason)
	}
	before := 1.0
	for _, by := range []int{2, 10, 40} {
		moved := slices.Clone(set)
		for i, a := range moved {
			f := a.Fragments[0]
			moved[i] = span(max(0, f.Start-by), max(1, f.End-by), a.Kind)
		}
		got := gamma(2000, [][]annotate.Annotation{set, moved})
		if got.Value >= before {
			t.Errorf("moved by %d gamma is %v, not less than %v", by, got.Value, before)
		}
		before = got.Value
	}
}

func TestGammaOfChanceIsAboutNought(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 4))
	sum := agreement.NewBootstrap(random, 200, agreement.NewDisorders)
	for range 40 {
		all := [][]annotate.Annotation{markup(random, 1, 20, 2000)[0], markup(random, 1, 20, 2000)[0]}
		counted, _ := agreement.CountDisorders(random, 2000, all, agreement.ByKind, agreement.Standard, agreement.Usual)
		sum.Add(counted)
	}
	if got := sum.Score(agreement.Gamma); math.Abs(got.Value) > 0.15 || got.Interval.Low > got.Value || got.Interval.High < got.Value {
		t.Errorf("gamma of unrelated spans is %+v", got)
	}
}

func TestGammaThatCannotBeComputedSaysWhy(t *testing.T) {
	one := []annotate.Annotation{span(0, 10, annotate.Claim)}
	tests := map[agreement.Reason][][]annotate.Annotation{
		agreement.NothingCoded: {nil, nil},
		agreement.FewAnalysts:  {one},
		agreement.OutsideText:  {one, {span(90, 101, annotate.Claim)}},
	}
	for want, all := range tests {
		if got := gamma(100, all); got.Reason != want || !math.IsNaN(got.Value) {
			t.Errorf("got %v (%q), want none (%q)", got.Value, got.Reason, want)
		}
	}
}

// A single continuum says nothing of the spread, so no more are made.
func TestOneContinuumOfChanceIsEnoughIfSoAsked(t *testing.T) {
	all := markup(fixed(6), 3, 20, 2000)
	counted, _ := agreement.CountDisorders(fixed(7), 2000, all, agreement.ByKind, agreement.Standard, agreement.Sampling{Fewest: 1, Most: 9, Precision: 0.05})
	if got := agreement.Gamma(counted); !got.Computable() || got.Value <= 0 || got.Value >= 1 {
		t.Errorf("got %+v", got)
	}
}

func BenchmarkGammaOfSixAnalystsWith300Spans(b *testing.B) {
	all, length := sixBy300()
	for b.Loop() {
		got := gamma(length, all)
		b.ReportMetric(got.Value, "gamma")
	}
}

func FuzzAlign(f *testing.F) {
	f.Add([]byte{2, 0, 5, 1, 1, 3, 6, 0, 0, 9, 2, 1}, uint8(1))
	f.Fuzz(func(t *testing.T, b []byte, analysts uint8) {
		all := make([][]annotate.Annotation, 2+int(analysts%4))
		for u := range slices.Chunk(b[:min(len(b), 28)/4*4], 4) {
			start := int(u[1]) % 60
			i := int(u[0]) % len(all)
			all[i] = append(all[i], span(start, start+1+int(u[2])%20, kinds[u[3]%3]))
		}
		found, why := agreement.Align(80, all, agreement.ByKind, agreement.Standard)
		if why != "" {
			return
		}
		if want := bruteDisorder(all, agreement.Standard); math.Abs(found.Disorder-want) > 1e-9 {
			t.Errorf("got %v, want %v", found.Disorder, want)
		}
	})
}
