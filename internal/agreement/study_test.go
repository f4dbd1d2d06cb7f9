package agreement_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"onrecord.dev/internal/agreement"
	"onrecord.dev/internal/annotate"
)

// texted is an article with what analysts made of it.
type texted struct {
	text  string
	works []annotate.Work
}

// studied are articles of length code points with about as many marks of each
// analyst, whose claims are answered for and attributed at random.
func studied(random *rand.Rand, articles, analysts, marks, length int) []texted {
	all := make([]texted, articles)
	for i := range all {
		all[i].text = strings.Repeat("word ", length/5)
		for n, set := range markup(random, analysts, marks, length) {
			all[i].works = append(all[i].works, work(random, fmt.Sprint("analyst ", n), set))
		}
	}
	return all
}

// work gives the annotations of set ids of their own, answers and links.
func work(random *rand.Rand, analyst string, set []annotate.Annotation) annotate.Work {
	w := annotate.Work{Analyst: annotate.ID(analyst), Annotations: set}
	speaker := annotate.ID("")
	for i := range set {
		a := &set[i]
		a.ID = annotate.ID(fmt.Sprint(analyst, " ", i))
		switch a.Kind {
		case annotate.Speaker:
			speaker = a.ID
		case annotate.Claim:
			a.Attributes = annotate.Attributes{"quotation": []string{"direct", "indirect"}[random.IntN(8)/7]}
			if speaker != "" {
				w.Links = append(w.Links, annotate.Link{ID: "link from " + a.ID, From: a.ID, To: speaker, Role: annotate.RoleSpeaker})
			}
		}
	}
	return w
}

func study(articles []texted) agreement.Report {
	s := agreement.NewStudy(annotate.DefaultCodebook(), len(articles), fixed(9))
	for _, a := range articles {
		s.Add(a.text, a.works)
	}
	return s.Report()
}

func TestAStudyFindsWhatTheMeasuresSay(t *testing.T) {
	articles := studied(fixed(1), 12, 2, 20, 600)
	exact, tokens, unitizing := agreement.NewMatches(), agreement.NewCoincidences(), agreement.NewUnitizing([]string{annotate.Claim})
	claims := agreement.Only(agreement.ByKind, annotate.Claim)
	attributed := agreement.NewMatches()
	for _, a := range articles {
		sets := [][]annotate.Annotation{a.works[0].Annotations, a.works[1].Annotations}
		exact.Add(agreement.CountMatches(agreement.MatchSpans(sets[0], sets[1], claims, agreement.Exact)), 1)
		tokens.Add(agreement.Coding(agreement.Passages(agreement.Tokens(a.text), sets, claims, []string{annotate.Claim})), 1)
		unitizing.Count(600, sets, claims)
		attributed.Add(agreement.CountMatches(agreement.MatchAttributions(a.works[0].Attributions(), a.works[1].Attributions(), agreement.AttributionShare)), 1)
	}
	r := study(articles)
	claim := agreement.Subject{Kind: annotate.Claim}
	for _, want := range []struct {
		agreement.Subject
		agreement.Measure
		agreement.Score
	}{
		{claim, agreement.MeasureExact, agreement.F1(exact)},
		{claim, agreement.MeasureTokens, agreement.Alpha(tokens, agreement.Nominal)},
		{claim, agreement.MeasureUnitizing, agreement.AlphaU(unitizing, annotate.Claim)},
		{agreement.Subject{}, agreement.MeasureAttributions, agreement.F1(attributed)},
	} {
		for _, findings := range [][]agreement.Finding{r.Findings, r.Pairs[0].Findings} {
			got, ok := agreement.Find(findings, want.Subject, want.Measure)
			if !ok && want.Measure == agreement.MeasureUnitizing {
				continue // of all analysts only
			}
			if !ok || got.Score.Value != want.Value || got.Units == 0 {
				t.Errorf("%v %s is %+v, want %v", want.Subject, want.Measure, got, want.Value)
			}
			if i := got.Score.Interval; i.Reason != "" || i.Low > want.Value || i.High < want.Value {
				t.Errorf("%v %s is %v, and its interval %+v", want.Subject, want.Measure, want.Value, i)
			}
		}
	}
	if r.Articles != 12 || r.Pairs[0].Articles != 12 || !slices.Equal(r.Analysts, []annotate.ID{"analyst 0", "analyst 1"}) {
		t.Errorf("the report is about %d articles of %v", r.Articles, r.Analysts)
	}
}

func TestAStudyOfOneHandIsAllAgreement(t *testing.T) {
	articles := studied(fixed(2), 5, 1, 20, 600)
	for i, a := range articles {
		for n := range 2 {
			again := a.works[0]
			again.Analyst = annotate.ID(fmt.Sprint("again ", n))
			articles[i].works = append(articles[i].works, again)
		}
	}
	for _, f := range study(articles).Findings {
		if f.Score.Computable() && f.Score.Value < 1-1e-12 {
			t.Errorf("%v %s is %v", f.Subject, f.Measure, f.Score.Value)
		}
		if nothing := f.Kind == annotate.Source; nothing == f.Score.Computable() && f.Attribute == "" {
			t.Errorf("%v %s: %s", f.Subject, f.Measure, f.Score.Reason)
		}
	}
}

func TestWhatNobodyDidHasNoNumber(t *testing.T) {
	r := study([]texted{{"Nobody said a word.", []annotate.Work{{Analyst: "ana"}, {Analyst: "ben"}}}})
	if len(r.Findings) == 0 {
		t.Fatal("nothing was measured")
	}
	for _, f := range r.Findings {
		if f.Score.Computable() || f.Score.Reason != agreement.NothingCoded || f.Units != 0 {
			t.Errorf("%v %s of nothing is %+v", f.Subject, f.Measure, f.Score)
		}
	}
	if r := study([]texted{{"Nobody said a word.", []annotate.Work{{Analyst: "ana"}}}}); r.Articles != 0 || len(r.Pairs) != 0 {
		t.Errorf("one analyst alone makes a study of %d articles", r.Articles)
	}
}

func TestPairsAreThoseWhoSharedArticles(t *testing.T) {
	articles := studied(fixed(3), 6, 3, 12, 400)
	for i := range articles {
		articles[i].works = slices.Delete(articles[i].works, i%2, i%2+1) // the third worked with each, these two never with each other
	}
	r := study(articles)
	if len(r.Pairs) != 2 {
		t.Fatalf("there are %d pairs, want 2", len(r.Pairs))
	}
	for _, p := range r.Pairs {
		if p.Articles != 3 || r.Analysts[p.First] != "analyst 2" && r.Analysts[p.Second] != "analyst 2" {
			t.Errorf("%s and %s shared %d articles", r.Analysts[p.First], r.Analysts[p.Second], p.Articles)
		}
	}
}

// Ana's answers come first in the study, and so in every pair of hers, in
// whatever order an article brings them.
func TestTheOrderOfAnArticlesAnalystsDoesNotMatter(t *testing.T) {
	articles := studied(fixed(4), 8, 2, 20, 600)
	straight := study(articles)
	for i := 1; i < len(articles); i += 2 {
		slices.Reverse(articles[i].works)
	}
	turned := study(articles)
	for i, f := range straight.Pairs[0].Findings {
		same(t, fmt.Sprint(f.Subject, f.Measure), f.Score, turned.Pairs[0].Findings[i].Score)
	}
}

func TestAnswersAreComparedWhereSpansAreAligned(t *testing.T) {
	claim := func(id annotate.ID, start, end int, quotation string, notStated ...string) annotate.Annotation {
		a := span(start, end, annotate.Claim)
		a.ID, a.Attributes = id, annotate.Attributes{"quotation": quotation}
		if len(notStated) > 0 {
			a.Attributes["not_stated"] = notStated
		}
		return a
	}
	source := span(80, 90, annotate.Source)
	tied := func(w annotate.Work, from annotate.ID, certainty string) annotate.Work {
		s := source
		s.ID = "source of " + from
		w.Annotations = append(w.Annotations, s)
		w.Links = append(w.Links, annotate.Link{ID: "link of " + from, From: from, To: s.ID, Role: annotate.RoleSource, Attributes: annotate.Attributes{"certainty": certainty}})
		return w
	}
	ana := tied(annotate.Work{Analyst: "ana", Annotations: []annotate.Annotation{
		claim("a1", 0, 10, "direct", "speaker"), claim("a2", 20, 30, "direct"), claim("a3", 40, 50, "mixed"),
	}}, "a1", "CT+")
	ben := tied(annotate.Work{Analyst: "ben", Annotations: []annotate.Annotation{
		claim("b1", 1, 10, "direct", "source", "speaker"), claim("b2", 22, 30, "indirect"), claim("b4", 60, 70, "mixed"),
	}}, "b1", "PR+")
	text := strings.Repeat("x", 100)
	counts := map[string][2]int{} // by attribute, how many were answered alike and otherwise
	for _, attribute := range []string{"quotation", "not_stated", "certainty"} {
		n := counts[attribute]
		for _, c := range agreement.Cases(annotate.DefaultCodebook(), agreement.Subject{Attribute: attribute}, text, []annotate.Work{ana, ben}) {
			if c.Likeness == agreement.Alike {
				n[0]++
			} else {
				n[1]++
			}
		}
		counts[attribute] = n
	}
	want := map[string][2]int{"quotation": {1, 1}, "not_stated": {0, 1}, "certainty": {0, 1}}
	if fmt.Sprint(counts) != fmt.Sprint(want) {
		t.Errorf("answered alike and otherwise: %v, want %v", counts, want)
	}
	r := study([]texted{{text, []annotate.Work{ana, ben}}})
	for attribute, n := range want {
		got, _ := agreement.Find(r.Findings, agreement.Subject{Attribute: attribute}, agreement.MeasureKrippendorff)
		if got.Units != n[0]+n[1] {
			t.Errorf("%s was compared on %d spans, want %d", attribute, got.Units, n[0]+n[1])
		}
	}
	// Half of what they say is not stated they both say: half the distance.
	both, _ := agreement.Find(r.Findings, agreement.Subject{Attribute: "not_stated"}, agreement.MeasureKrippendorff)
	if both.Score.Observed != 0.5 {
		t.Errorf("one value of two in common is %v apart, want 0.5", both.Score.Observed)
	}
}

func TestCasesShowWhereSpansDiffer(t *testing.T) {
	ana := annotate.Work{Analyst: "ana", Annotations: []annotate.Annotation{span(0, 10, annotate.Claim), span(20, 30, annotate.Claim), span(40, 50, annotate.Claim)}}
	ben := annotate.Work{Analyst: "ben", Annotations: []annotate.Annotation{span(0, 10, annotate.Claim), span(22, 30, annotate.Claim), span(60, 70, annotate.Claim)}}
	var got []agreement.Likeness
	for _, c := range agreement.Cases(annotate.DefaultCodebook(), agreement.Subject{Kind: annotate.Claim}, strings.Repeat("x", 100), []annotate.Work{ana, ben}) {
		got = append(got, c.Likeness)
	}
	if want := []agreement.Likeness{agreement.Alike, agreement.Shifted, agreement.Partial, agreement.Partial}; !slices.Equal(got, want) {
		t.Errorf("the cases are %v, want %v", got, want)
	}
}

func TestTheCasesOfAttributionsAreWhatWasCounted(t *testing.T) {
	for _, a := range studied(fixed(6), 20, 2, 20, 600) {
		pairs := agreement.MatchAttributions(a.works[0].Attributions(), a.works[1].Attributions(), agreement.AttributionShare)
		cases := agreement.Cases(annotate.DefaultCodebook(), agreement.Subject{}, a.text, a.works)
		if len(cases) != len(pairs) {
			t.Fatalf("%d cases of %d pairs", len(cases), len(pairs))
		}
		agreed, alike := 0, 0
		for i, p := range pairs {
			if p.Agree {
				agreed++
			}
			if l := cases[i].Likeness; l == agreement.Alike || l == agreement.Shifted {
				alike++
			}
		}
		if agreed != alike {
			t.Errorf("%d cases are alike, and %d pairs agree", alike, agreed)
		}
	}
}

func TestGroupsHaveEachAttributionOnce(t *testing.T) {
	for _, a := range studied(fixed(7), 20, 4, 16, 600) {
		all := make([][]annotate.Attribution, len(a.works))
		seen := map[annotate.ID]int{}
		n := 0
		for i, w := range a.works {
			all[i] = w.Attributions()
			n += len(all[i])
		}
		for _, group := range agreement.GroupAttributions(all) {
			for i, one := range group {
				if one == nil {
					continue
				}
				seen[one.Claim.ID]++
				if !slices.ContainsFunc(all[i], func(x annotate.Attribution) bool { return x.Claim.ID == one.Claim.ID }) {
					t.Fatalf("%s stands with another analyst", one.Claim.ID)
				}
			}
		}
		if len(seen) != n {
			t.Fatalf("%d attributions are in groups, of %d", len(seen), n)
		}
		for id, times := range seen {
			if times != 1 {
				t.Fatalf("%s is in %d groups", id, times)
			}
		}
	}
}

func TestAStudyOfMoreArticlesTakesNoMoreMemory(t *testing.T) {
	size := func(articles int) float64 {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		s, random := agreement.NewStudy(annotate.DefaultCodebook(), articles, fixed(9)), fixed(8)
		for range articles {
			a := studied(random, 1, 3, 6, 120)[0]
			s.Add(a.text, a.works)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(s)
		return float64(after.HeapAlloc) - float64(before.HeapAlloc)
	}
	few, many := size(400), size(1600)
	t.Logf("400 articles take %.0f bytes, 1600 take %.0f", few, many)
	if many > few*1.5 {
		t.Errorf("400 articles take %.0f bytes, 1600 take %.0f", few, many)
	}
}

func BenchmarkStudyOfThousandArticlesOfThreeAnalysts(b *testing.B) {
	for b.Loop() {
		s, random := agreement.NewStudy(annotate.DefaultCodebook(), 1000, fixed(9)), fixed(8)
		for range 1000 {
			a := studied(random, 1, 3, 40, 6000)[0]
			s.Add(a.text, a.works)
		}
		if r := s.Report(); r.Articles != 1000 {
			b.Fatal(r.Articles)
		}
		var memory runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&memory)
		runtime.KeepAlive(s)
		b.ReportMetric(float64(memory.HeapAlloc)/(1<<20), "MiB-heap")
	}
}
