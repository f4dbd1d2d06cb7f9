package agreement_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"onrecord.dev/internal/agreement"
	"onrecord.dev/internal/annotate"
)

var kinds = []string{annotate.Claim, annotate.Speaker, annotate.Cue}

// markup is what analysts who see about the same mark in a text of length code
// points. Spans of one kind do not overlap within a set.
func markup(random *rand.Rand, analysts, spans, length int) [][]annotate.Annotation {
	sets := make([][]annotate.Annotation, analysts)
	each := length / spans
	for at := range spans {
		kind := kinds[random.IntN(len(kinds))]
		for i := range sets {
			if random.IntN(8) == 0 {
				continue
			}
			start := at*each + random.IntN(each/2)
			end := start + 1 + random.IntN(each/2)
			if random.IntN(6) == 0 {
				kind = kinds[random.IntN(len(kinds))]
			}
			sets[i] = append(sets[i], span(start, end, kind))
		}
	}
	return sets
}

func f1(sets [][]annotate.Annotation, criterion agreement.Criterion) agreement.Score {
	return agreement.F1(agreement.CountMatches(agreement.MatchSpans(sets[0], sets[1], agreement.ByKind, criterion)))
}

// measures take the spans of two analysts on a text of 400 code points.
var measures = map[string]func([][]annotate.Annotation) agreement.Score{
	"exact F1":   func(sets [][]annotate.Annotation) agreement.Score { return f1(sets, agreement.Exact) },
	"overlap F1": func(sets [][]annotate.Annotation) agreement.Score { return f1(sets, agreement.Overlap(0)) },
	"agr": func(sets [][]annotate.Annotation) agreement.Score {
		return agreement.Agr(agreement.CountMatches(agreement.MatchSpans(sets[0], sets[1], agreement.ByKind, agreement.Overlap(0))))
	},
	"alpha_U": func(sets [][]annotate.Annotation) agreement.Score {
		u := agreement.NewUnitizing(kinds)
		u.Count(400, sets, agreement.ByKind)
		return agreement.AlphaUOverall(u)
	},
	"character alpha": func(sets [][]annotate.Annotation) agreement.Score {
		return agreement.Alpha(agreement.Coding(agreement.Passages(agreement.Characters(400), sets, agreement.ByKind, kinds)), agreement.Nominal)
	},
	"best alignment": func(sets [][]annotate.Annotation) agreement.Score {
		found, why := agreement.Align(400, sets, agreement.ByKind, agreement.Standard)
		return agreement.Score{Value: 1 - found.Disorder, Reason: why}
	},
}

func TestItDoesNotMatterWhoseSpansComeFirst(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 3))
	for range 60 {
		sets := markup(random, 2, 12, 400)
		for name, measure := range measures {
			same(t, name, measure(sets), measure([][]annotate.Annotation{sets[1], sets[0]}))
		}
	}
}

func TestItDoesNotMatterInWhatOrderSpansCome(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 3))
	for range 60 {
		sets := markup(random, 2, 12, 400)
		mixed := [][]annotate.Annotation{slices.Clone(sets[0]), slices.Clone(sets[1])}
		for _, set := range mixed {
			random.Shuffle(len(set), func(i, j int) { set[i], set[j] = set[j], set[i] })
		}
		for name, measure := range measures {
			same(t, name, measure(sets), measure(mixed))
		}
	}
}

func TestTheSameSpansAreFullAgreement(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	for range 30 {
		set := markup(random, 1, 12, 400)[0]
		for name, measure := range measures {
			if got := measure([][]annotate.Annotation{set, set}); math.Abs(got.Value-1) > 1e-12 {
				t.Fatalf("%s is %v (%s), want 1", name, got.Value, got.Reason)
			}
		}
	}
}

func TestSpansThatCannotBeMeasuredSayWhy(t *testing.T) {
	one := []annotate.Annotation{span(0, 10, annotate.Claim)}
	twice := []annotate.Annotation{span(0, 10, annotate.Claim), span(5, 15, annotate.Claim)}
	outside := []annotate.Annotation{span(395, 401, annotate.Claim)}
	tests := map[string]struct {
		sets [][]annotate.Annotation
		of   []string
		want agreement.Reason
	}{
		"no spans":               {make([][]annotate.Annotation, 2), []string{"exact F1", "overlap F1", "agr", "alpha_U", "best alignment"}, agreement.NothingCoded},
		"no spans, by character": {make([][]annotate.Annotation, 2), []string{"character alpha"}, agreement.OneValue},
		"one analyst":            {[][]annotate.Annotation{one}, []string{"alpha_U", "best alignment", "character alpha"}, agreement.FewAnalysts},
		"no analysts":            {nil, []string{"alpha_U", "character alpha"}, agreement.NothingCoded},
		"overlapping":            {[][]annotate.Annotation{one, twice}, []string{"alpha_U"}, agreement.Overlapping},
		"outside the text":       {[][]annotate.Annotation{one, outside}, []string{"alpha_U", "best alignment"}, agreement.OutsideText},
	}
	for name, test := range tests {
		for _, of := range test.of {
			if got := measures[of](test.sets); got.Reason != test.want {
				t.Errorf("%s of %s is %v (%q), want none (%q)", of, name, got.Value, got.Reason, test.want)
			}
		}
	}
}

func TestArticlesWithDifferentNumbersOfAnalystsHaveNoAlphaU(t *testing.T) {
	u := agreement.NewUnitizing(kinds)
	for _, analysts := range []int{2, 3} {
		u.Count(400, markup(rand.New(rand.NewPCG(4, 3)), analysts, 12, 400), agreement.ByKind)
	}
	if got := agreement.AlphaUOverall(u); got.Reason != agreement.Uneven {
		t.Errorf("got %v (%q)", got.Value, got.Reason)
	}
}

// An article many times over says the same as the article once, but for the
// rounding that a finite text brings.
func TestManyArticlesAreOneContinuum(t *testing.T) {
	sets := markup(rand.New(rand.NewPCG(5, 3)), 3, 12, 40_000)
	once, often := agreement.NewUnitizing(kinds), agreement.NewUnitizing(kinds)
	once.Count(40_000, sets, agreement.ByKind)
	often.Add(once, 3)
	often.Count(40_000, sets, agreement.ByKind)
	a, b := agreement.AlphaUOverall(once), agreement.AlphaUOverall(often)
	if math.Abs(a.Value-b.Value) > 0.05 || a.Value == 1 {
		t.Errorf("once %v, four times %v", a.Value, b.Value)
	}
}

func TestWhatDoesNotAgreeIsPairedByItsWords(t *testing.T) {
	first := []annotate.Annotation{
		span(0, 10, annotate.Claim), span(20, 40, annotate.Claim), span(50, 60, annotate.Claim), span(70, 75, annotate.Cue),
	}
	second := []annotate.Annotation{
		span(0, 10, annotate.Claim), span(21, 30, annotate.Claim), span(31, 40, annotate.Claim), span(50, 60, annotate.Speaker),
	}
	pairs := agreement.MatchSpans(first, second, agreement.ByKind, agreement.Overlap(0))
	type outcome struct {
		first, second annotate.ID
		agree, met    bool
	}
	id := func(a *annotate.Annotation) annotate.ID {
		if a == nil {
			return ""
		}
		return a.ID
	}
	var got []outcome
	for _, p := range pairs {
		got = append(got, outcome{id(p.First), id(p.Second), p.Agree, p.FirstMet || p.SecondMet})
	}
	want := []outcome{
		{"0-10-claim", "0-10-claim", true, false},
		{"20-40-claim", "21-30-claim", true, false},
		{"", "31-40-claim", false, true},
		{"50-60-claim", "50-60-speaker", false, false},
		{"70-75-cue", "", false, false},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	m := agreement.CountMatches(pairs)
	if got := agreement.F1(m).Value; got != 0.5 {
		t.Errorf("F1 is %v, want 0.5", got)
	}
	if got := agreement.Agr(m).Value; got != (2.0/4+3.0/4)/2 {
		t.Errorf("agr is %v", got)
	}
}

func TestOverlapAsksForAShareOfTheLonger(t *testing.T) {
	a, b := span(0, 10, annotate.Claim), span(7, 17, annotate.Claim)
	for share, want := range map[float64]bool{0: true, 0.3: true, 0.31: false} {
		if got := agreement.Overlap(share)(a, b) > 0; got != want {
			t.Errorf("3 of 10 code points at %v: %v", share, got)
		}
	}
	if agreement.Overlap(0)(a, span(10, 20, annotate.Claim)) > 0 {
		t.Error("neighbours overlap")
	}
}

func TestFragmentsMatchInAnyOrder(t *testing.T) {
	a := annotate.Annotation{Kind: annotate.Claim, Fragments: []annotate.Fragment{{Start: 0, End: 5}, {Start: 9, End: 12}}}
	b := annotate.Annotation{Kind: annotate.Claim, Fragments: []annotate.Fragment{{Start: 9, End: 12}, {Start: 0, End: 5}}}
	whole := span(0, 12, annotate.Claim)
	if agreement.Exact(a, b) != 1 || agreement.Exact(a, whole) != 0 {
		t.Error("the same fragments are to match, and what lies between them is not part of them")
	}
}

func TestPassagesShowWhereAnalystsDiffer(t *testing.T) {
	const text = "He said: “No.” Then he left."
	sets := [][]annotate.Annotation{
		{span(0, 2, annotate.Speaker), span(3, 7, annotate.Cue), span(9, 14, annotate.Claim)},
		{span(0, 2, annotate.Speaker), span(9, 14, annotate.Claim), span(9, 10, annotate.Cue)},
	}
	var differ []agreement.Passage
	places := 0
	for p := range agreement.Passages(agreement.Tokens(text), sets, agreement.ByKind, kinds) {
		places += p.Places
		if !p.Agree() {
			differ = append(differ, p)
		}
	}
	if places != 11 {
		t.Errorf("%d tokens, want 11", places)
	}
	if len(differ) != 1 || differ[0].Range != (agreement.Range{Start: 3, End: 7}) || !slices.Equal(differ[0].Values, []string{annotate.Cue, agreement.Unmarked}) {
		t.Errorf("they differ at %+v", differ)
	}
}

func TestTokensAreThoseOfTheStatedExpression(t *testing.T) {
	tests := map[string][]string{
		"":                          nil,
		"Don’t say “no” – he_said.": {"Don", "’", "t", "say", "“", "no", "”", "–", "he_said", "."},
		"3.5 m²\u00a0é 東京...":       {"3", ".", "5", "m²", "é", "東京", ".", ".", "."},
		"e\u0301a😀b\x1c\u200bc":     {"e", "\u0301", "a", "😀", "b", "\u200b", "c"},
	}
	for text, want := range tests {
		runes := []rune(text)
		var got []string
		for _, r := range agreement.Tokens(text) {
			got = append(got, string(runes[r.Start:r.End]))
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func FuzzTokens(f *testing.F) {
	f.Add("He said: “No.”\u00a0Then… e\u0301 😀")
	f.Fuzz(func(t *testing.T, text string) {
		runes, at := []rune(text), 0
		for _, r := range agreement.Tokens(text) {
			if r.Start < at || r.End <= r.Start || r.End > utf8.RuneCountInString(text) {
				t.Fatalf("token %v after %d", r, at)
			}
			if between := string(runes[at:r.Start]); strings.TrimFunc(between, func(r rune) bool { return unicode.IsSpace(r) || r < 0x20 }) != "" {
				t.Fatalf("%q is in no token", between)
			}
			at = r.End
		}
	})
}

// said is the attribution of a claim to speakers.
func said(claim annotate.Annotation, speakers ...annotate.Annotation) annotate.Attribution {
	return annotate.Attribution{Claim: claim, Speakers: speakers}
}

func known(entity annotate.ID) annotate.Annotation {
	return annotate.Annotation{Kind: annotate.Speaker, Entity: entity}
}

func TestTheSameSpeakerIsTheSameEntityOrTheSameWords(t *testing.T) {
	claim := span(0, 10, annotate.Claim)
	mayor := span(20, 29, annotate.Speaker)
	named := mayor
	named.Entity = "m"
	other := mayor
	other.Entity = "o"
	tests := map[string]struct {
		a, b annotate.Attribution
		want bool
	}{
		"nobody":                    {said(claim), said(claim), true},
		"somebody and nobody":       {said(claim, mayor), said(claim), false},
		"the same words":            {said(claim, mayor), said(claim, span(24, 29, annotate.Speaker)), true},
		"other words":               {said(claim, mayor), said(claim, span(40, 42, annotate.Speaker)), false},
		"the same entity elsewhere": {said(claim, known("m")), said(claim, named), true},
		"other entity, same words":  {said(claim, named), said(claim, other), false},
		"named by one of them":      {said(claim, named), said(claim, mayor), true},
		"one of several":            {said(claim, known("x"), known("m")), said(claim, named), true},
		"not stated":                {said(claim, known("")), said(claim, known("")), true},
		"not stated and in text":    {said(claim, known("")), said(claim, mayor), false},
	}
	for name, test := range tests {
		if agreement.SameSpeaker(test.a, test.b) != test.want || agreement.SameSpeaker(test.b, test.a) != test.want {
			t.Errorf("%s: want %v", name, test.want)
		}
	}
}

func TestAttributionsAgreeOnClaimAndSpeaker(t *testing.T) {
	first := []annotate.Attribution{said(span(0, 10, annotate.Claim), known("a")), said(span(20, 30, annotate.Claim), known("b")), said(span(40, 50, annotate.Claim))}
	second := []annotate.Attribution{said(span(22, 30, annotate.Claim), known("c")), said(span(0, 9, annotate.Claim), known("a"))}
	pairs := agreement.MatchAttributions(first, second, 0.8)
	if len(pairs) != 3 || !pairs[0].Agree || pairs[1].Agree || pairs[1].Second == nil || pairs[2].Second != nil {
		t.Errorf("got %+v", pairs)
	}
	if got := agreement.F1(agreement.CountMatches(pairs)).Value; got != 2.0/5 {
		t.Errorf("F1 is %v, want 0.4", got)
	}
	if got := agreement.F1(agreement.CountMatches(agreement.MatchAttributions(first, second, 0.95))); got.Value != 0 {
		t.Errorf("at 95 %% F1 is %v, want 0", got.Value)
	}
}
