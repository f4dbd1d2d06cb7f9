package agreement_test

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"onrecord.dev/internal/agreement"
	"onrecord.dev/internal/annotate"
)

// PolNeAR's annotators, and its words for our kinds.
var (
	annotators   = []string{"4b22", "4e07", "5fec", "6b86", "d473", "ef2d"}
	polnearKinds = map[string]string{"Content": annotate.Claim, "Source": annotate.Speaker, "Cue": annotate.Cue}
)

// brat reads the spans of a brat file; lines that are no spans, broken ones among
// them, do not count.
func brat(t *testing.T, name string) ([]annotate.Annotation, bool) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, false
	}
	var found []annotate.Annotation
	for line := range strings.Lines(string(b)) {
		fields := strings.SplitN(line, "\t", 3)
		if !strings.HasPrefix(fields[0], "T") || len(fields) < 2 {
			continue
		}
		kind, places, _ := strings.Cut(fields[1], " ")
		a := annotate.Annotation{ID: annotate.ID(fields[0]), Kind: polnearKinds[kind]}
		for place := range strings.SplitSeq(places, ";") {
			start, end, _ := strings.Cut(place, " ")
			s, err := strconv.Atoi(start)
			if err != nil {
				t.Fatal(err)
			}
			e, err := strconv.Atoi(end)
			if err != nil {
				t.Fatal(err)
			}
			a.Fragments = append(a.Fragments, annotate.Fragment{Start: s, End: e})
		}
		found = append(found, a)
	}
	return found, true
}

// polnear calls each with the articles of PolNeAR's core that several annotators
// worked on. ONRECORD_POLNEAR is where github.com/networkdynamics/PolNeAR is; its
// texts are their publishers', so it is nowhere in here.
func polnear(t *testing.T, each func(text string, sets [][]annotate.Annotation)) {
	t.Helper()
	root := os.Getenv("ONRECORD_POLNEAR")
	if root == "" {
		t.Skip("ONRECORD_POLNEAR does not say where PolNeAR is")
	}
	for _, compartment := range []string{"train", "dev", "test"} {
		texts, err := filepath.Glob(filepath.Join(root, "data", compartment, "text", "*.txt"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range texts {
			var sets [][]annotate.Annotation
			stem := strings.TrimSuffix(filepath.Base(name), ".txt")
			for _, annotator := range annotators {
				if set, there := brat(t, filepath.Join(root, "data", compartment, "attributions", stem+"_"+annotator+".ann")); there {
					sets = append(sets, set)
				}
			}
			if len(sets) < 2 {
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			each(string(text), sets)
		}
	}
}

func TestTheTokenAlphaOfPolNeARIsAsMeasuredBefore(t *testing.T) {
	articles, tokens := 0, 0
	sum := agreement.NewBootstrap(fixed(1), 1000, agreement.NewCoincidences)
	polnear(t, func(text string, sets [][]annotate.Annotation) {
		places := agreement.Tokens(text)
		articles++
		tokens += len(places)
		sum.Add(agreement.Coding(agreement.Passages(places, sets, agreement.ByKind, kinds)))
	})
	got := sum.Score(func(c *agreement.Coincidences) agreement.Score { return agreement.Alpha(c, agreement.Nominal) })
	t.Logf("%d articles, %d tokens: alpha %.4f (%.4f to %.4f)", articles, tokens, got.Value, got.Interval.Low, got.Interval.High)
	if articles != 20 || tokens != 21_769 || math.Abs(got.Value-0.774) > 0.005 {
		t.Errorf("%d articles, %d tokens: alpha %v, want 20, 21769 and 0.774", articles, tokens, got.Value)
	}
}

func TestTheSpanF1OfPolNeARIsThatOfPairsOfPeople(t *testing.T) {
	found := map[string]float64{}
	for _, kind := range kinds {
		only := agreement.Only(agreement.ByKind, kind)
		for name, criterion := range map[string]agreement.Criterion{"exact": agreement.Exact, "overlap": agreement.Overlap(0)} {
			sum := agreement.NewMatches()
			polnear(t, func(_ string, sets [][]annotate.Annotation) {
				for i := range sets {
					for j := range i {
						sum.Add(agreement.CountMatches(agreement.MatchSpans(distinct(sets[j]), distinct(sets[i]), only, criterion)), 1)
					}
				}
			})
			found[kind+" "+name] = agreement.F1(sum).Value
			t.Logf("%s %s: F1 %.3f, agr %.3f", kind, name, agreement.F1(sum).Value, agreement.Agr(sum).Value)
		}
	}
	for kind, want := range map[string]float64{"claim exact": 0.654, "speaker exact": 0.765, "cue exact": 0.704} {
		if math.Abs(found[kind]-want) > 0.02 {
			t.Errorf("%s: F1 %.3f, want about %v", kind, found[kind], want)
		}
	}
}

// distinct drops spans that a set has twice: PolNeAR repeats a source for each
// of its attributions.
func distinct(set []annotate.Annotation) []annotate.Annotation {
	var found []annotate.Annotation
	for _, a := range set {
		if !slices.ContainsFunc(found, func(b annotate.Annotation) bool { return a.Kind == b.Kind && agreement.Exact(a, b) == 1 }) {
			found = append(found, a)
		}
	}
	return found
}

func TestGammaOfPolNeARIsComputable(t *testing.T) {
	sum := agreement.NewBootstrap(fixed(2), 1000, agreement.NewDisorders)
	polnear(t, func(text string, sets [][]annotate.Annotation) {
		for i := range sets {
			sets[i] = distinct(sets[i])
		}
		counted, _ := agreement.CountDisorders(fixed(3), len([]rune(text)), sets, agreement.ByKind, agreement.Standard, agreement.Usual)
		sum.Add(counted)
	})
	got := sum.Score(agreement.Gamma)
	t.Logf("gamma %.3f (%.3f to %.3f)", got.Value, got.Interval.Low, got.Interval.High)
	if !got.Computable() || got.Value < 0.3 || got.Value > 1 {
		t.Errorf("got %+v", got)
	}
}
