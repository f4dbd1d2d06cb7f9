package agreement_test

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"onrecord.dev/internal/agreement"
	"onrecord.dev/internal/annotate"
)

func fixed(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 5)) }

// measured are all sums that a page of agreement needs but gamma's.
type measured struct {
	coding     *agreement.Bootstrap[*agreement.Coincidences]
	spans      *agreement.Bootstrap[*agreement.Matches]
	unitizing  *agreement.Bootstrap[*agreement.Unitizing]
	attributed *agreement.Bootstrap[*agreement.Matches]
}

func newMeasured(resamples int) measured {
	return measured{
		coding:     agreement.NewBootstrap(fixed(1), resamples, agreement.NewCoincidences),
		spans:      agreement.NewBootstrap(fixed(2), resamples, agreement.NewMatches),
		unitizing:  agreement.NewBootstrap(fixed(3), resamples/5, func() *agreement.Unitizing { return agreement.NewUnitizing(kinds) }),
		attributed: agreement.NewBootstrap(fixed(4), resamples, agreement.NewMatches),
	}
}

// add measures an article of length code points with about as many marks of
// each of three analysts.
func (m measured) add(random *rand.Rand, length, marks int) {
	sets := markup(random, 3, marks, length)
	m.coding.Add(agreement.Coding(agreement.Passages(agreement.Characters(length), sets, agreement.ByKind, kinds)))
	u := agreement.NewUnitizing(kinds)
	u.Count(length, sets, agreement.ByKind)
	m.unitizing.Add(u)
	spans, attributed := agreement.NewMatches(), agreement.NewMatches()
	for i := range sets {
		for j := range i {
			spans.Add(agreement.CountMatches(agreement.MatchSpans(sets[j], sets[i], agreement.ByKind, agreement.Overlap(0))), 1)
			attributed.Add(agreement.CountMatches(agreement.MatchAttributions(attributions(sets[j]), attributions(sets[i]), 0.3)), 1)
		}
	}
	m.spans.Add(spans)
	m.attributed.Add(attributed)
}

// attributions let each speaker say the claim after it.
func attributions(set []annotate.Annotation) []annotate.Attribution {
	var found []annotate.Attribution
	var speakers []annotate.Annotation
	for _, a := range set {
		switch a.Kind {
		case annotate.Speaker:
			speakers = []annotate.Annotation{a}
		case annotate.Claim:
			found = append(found, annotate.Attribution{Claim: a, Speakers: speakers})
		}
	}
	return found
}

func (m measured) scores() []agreement.Score {
	return []agreement.Score{
		m.coding.Score(func(c *agreement.Coincidences) agreement.Score { return agreement.Alpha(c, agreement.Nominal) }),
		m.spans.Score(agreement.F1), m.unitizing.Score(agreement.AlphaUOverall), m.attributed.Score(agreement.F1),
	}
}

// heap is what the sums of short articles take, in bytes: the longer articles are
// the more lengths there are, and the later have units had each of them.
func heap(articles int) (measured, float64) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	m, random := newMeasured(50), fixed(5)
	for range articles {
		m.add(random, 120, 6)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	return m, float64(after.HeapAlloc) - float64(before.HeapAlloc)
}

func TestMoreArticlesTakeNoMoreMemory(t *testing.T) {
	few, small := heap(2000)
	many, large := heap(8000)
	t.Logf("2000 articles take %.0f bytes, 8000 take %.0f", small, large)
	if large > small*1.5 {
		t.Errorf("2000 articles take %.0f bytes, 8000 take %.0f", small, large)
	}
	for _, m := range []measured{few, many} {
		for i, s := range m.scores() {
			if !s.Computable() || s.Interval.Reason != "" || s.Interval.Low > s.Value || s.Interval.High < s.Value {
				t.Errorf("score %d is %+v", i, s)
			}
		}
	}
}

func BenchmarkThousandArticlesOfThreeAnalysts(b *testing.B) {
	for b.Loop() {
		m, random := newMeasured(1000), fixed(5)
		for range 1000 {
			m.add(random, 6000, 40)
		}
		for _, s := range m.scores() {
			if !s.Computable() {
				b.Fatal(s.Reason)
			}
		}
		runtime.GC()
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		runtime.KeepAlive(m)
		b.ReportMetric(float64(memory.HeapAlloc)/(1<<20), "MiB-heap")
	}
}
