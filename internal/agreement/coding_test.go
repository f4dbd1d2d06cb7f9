package agreement_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"onrecord.dev/internal/agreement"
)

var order = []string{"a", "b", "c", "d"}

var metrics = map[string]agreement.Metric{
	"nominal":  agreement.Nominal,
	"ordinal":  agreement.Ordinal(order),
	"interval": agreement.IntervalScale(rank),
}

func rank(v string) (float64, bool) {
	i := slices.Index(order, v)
	return float64(i * i), i >= 0
}

// ratings are random judgements of units by analysts, some of them missing.
func ratings(random *rand.Rand, units, analysts int) [][]string {
	all := make([][]string, units)
	for u := range all {
		common := order[random.IntN(len(order))]
		for range analysts {
			v := common
			switch random.IntN(6) {
			case 0:
				v = ""
			case 1, 2:
				v = order[random.IntN(len(order))]
			}
			all[u] = append(all[u], v)
		}
	}
	return all
}

func counted(units [][]string) *agreement.Coincidences {
	c := agreement.NewCoincidences()
	for _, u := range units {
		c.Count(u, 1)
	}
	return c
}

// bruteAlpha is alpha by its definition, over all pairs there are.
func bruteAlpha(units [][]string, metric agreement.Metric) float64 {
	var pairable []string
	used := make([]float64, len(order))
	for _, u := range units {
		if present := slices.DeleteFunc(slices.Clone(u), func(v string) bool { return v == "" }); len(present) > 1 {
			pairable = append(pairable, present...)
		}
	}
	for _, v := range pairable {
		used[slices.Index(order, v)]++
	}
	distance := metric(order, used)
	d := func(a, b string) float64 { return distance(slices.Index(order, a), slices.Index(order, b)) }
	var observed, expected float64
	n := float64(len(pairable))
	for _, u := range units {
		present := slices.DeleteFunc(slices.Clone(u), func(v string) bool { return v == "" })
		for i := range present {
			for j := range present {
				if i != j {
					observed += d(present[i], present[j]) / float64(len(present)-1) / n
				}
			}
		}
	}
	for i := range pairable {
		for j := range pairable {
			if i != j {
				expected += d(pairable[i], pairable[j]) / n / (n - 1)
			}
		}
	}
	return 1 - observed/expected
}

func TestAlphaIsWhatItsDefinitionSays(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		units := ratings(random, 3+random.IntN(12), 2+random.IntN(4))
		for name, metric := range metrics {
			got, want := agreement.Alpha(counted(units), metric), bruteAlpha(units, metric)
			if got.Computable() && math.Abs(got.Value-want) > 1e-9 {
				t.Fatalf("%s: got %v, want %v for %v", name, got.Value, want, units)
			}
			if !got.Computable() && !math.IsNaN(want) && !math.IsInf(want, 0) {
				t.Fatalf("%s: not computable (%s), want %v for %v", name, got.Reason, want, units)
			}
		}
	}
}

// coefficients that take judgements, of two analysts if so said.
var coefficients = map[string]func([][]string) agreement.Score{
	"nominal alpha":  func(u [][]string) agreement.Score { return agreement.Alpha(counted(u), agreement.Nominal) },
	"ordinal alpha":  func(u [][]string) agreement.Score { return agreement.Alpha(counted(u), metrics["ordinal"]) },
	"interval alpha": func(u [][]string) agreement.Score { return agreement.Alpha(counted(u), metrics["interval"]) },
	"fleiss":         func(u [][]string) agreement.Score { return agreement.Fleiss(counted(u)) },
	"scott":          func(u [][]string) agreement.Score { return agreement.Scott(counted(u)) },
	"cohen":          func(u [][]string) agreement.Score { return agreement.Cohen(tabled(u)) },
	"bennett":        func(u [][]string) agreement.Score { return agreement.Bennett(tabled(u), 4) },
	"weighted kappa": func(u [][]string) agreement.Score { return agreement.WeightedKappa(tabled(u), metrics["interval"]) },
}

func tabled(units [][]string) *agreement.Contingency {
	c := agreement.NewContingency()
	for _, u := range units {
		c.Count(u[0], u[1], 1)
	}
	return c
}

func TestItDoesNotMatterWhichAnalystComesFirst(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 1))
	for range 100 {
		units := ratings(random, 3+random.IntN(9), 2)
		swapped := make([][]string, len(units))
		for i, u := range units {
			swapped[i] = []string{u[1], u[0]}
		}
		for name, coefficient := range coefficients {
			same(t, name, coefficient(units), coefficient(swapped))
		}
	}
}

func TestItDoesNotMatterWhatValuesAreCalled(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 1))
	other := map[string]string{"": "", "a": "d", "b": "a", "c": "b", "d": "c"}
	for range 100 {
		units := ratings(random, 3+random.IntN(9), 2)
		renamed := make([][]string, len(units))
		for i, u := range units {
			for _, v := range u {
				renamed[i] = append(renamed[i], other[v])
			}
		}
		for _, name := range []string{"nominal alpha", "fleiss", "scott", "cohen", "bennett"} {
			same(t, name, coefficients[name](units), coefficients[name](renamed))
		}
	}
}

func same(t *testing.T, what string, a, b agreement.Score) {
	t.Helper()
	if a.Reason != b.Reason || a.Computable() && math.Abs(a.Value-b.Value) > 1e-9 {
		t.Fatalf("%s: %v (%s) and %v (%s)", what, a.Value, a.Reason, b.Value, b.Reason)
	}
}

func TestFullAgreementIsOne(t *testing.T) {
	units := [][]string{{"a", "a"}, {"b", "b"}, {"c", "c"}, {"a", "a"}}
	for name, coefficient := range coefficients {
		if got := coefficient(units); got.Value != 1 {
			t.Errorf("%s is %v (%s), want 1", name, got.Value, got.Reason)
		}
	}
}

func TestWhatCannotBeComputedSaysWhy(t *testing.T) {
	tests := map[string]struct {
		units [][]string
		only  []string // the coefficients it is about; all if empty
		want  agreement.Reason
	}{
		"no units":             {nil, nil, agreement.NothingCoded},
		"nothing coded":        {[][]string{{"", ""}}, nil, agreement.NothingCoded},
		"one analyst":          {[][]string{{"a", ""}, {"", "b"}}, nil, agreement.FewAnalysts},
		"one value":            {[][]string{{"a", "a"}, {"a", "a"}}, []string{"nominal alpha", "ordinal alpha", "interval alpha", "fleiss", "scott", "cohen", "weighted kappa"}, agreement.OneValue},
		"a value off scale":    {[][]string{{"a", "x"}, {"a", "b"}}, []string{"ordinal alpha", "interval alpha", "weighted kappa"}, agreement.OffScale},
		"uneven":               {[][]string{{"a", "b"}, {"a", ""}}, []string{"fleiss"}, agreement.Uneven},
		"three for two":        {[][]string{{"a", "b", "a"}}, []string{"scott"}, agreement.Uneven},
		"more than is offered": {[][]string{{"a", "b"}, {"c", "d"}, {"e", "e"}}, []string{"bennett"}, agreement.OffScale},
	}
	for name, test := range tests {
		for of, coefficient := range coefficients {
			if len(test.only) > 0 && !slices.Contains(test.only, of) {
				continue
			}
			got := coefficient(test.units)
			if got.Reason != test.want || !math.IsNaN(got.Value) || got.Interval.Reason != test.want {
				t.Errorf("%s of %s is %v (%q, interval %q), want none (%q)", of, name, got.Value, got.Reason, got.Interval.Reason, test.want)
			}
		}
	}
	if got := agreement.Bennett(tabled([][]string{{"a", "a"}}), 1); got.Reason != agreement.OneValue {
		t.Errorf("Bennett's S of one value on offer: %v (%s)", got.Value, got.Reason)
	}
}

// With hardly any variance, agreement is no better than chance however often
// analysts agree.
func TestHardlyAnyVarianceIsNoAgreement(t *testing.T) {
	units := slices.Repeat([][]string{{"a", "a"}}, 11)
	units = append(units, []string{"a", "b"}, []string{"a", "c"})
	within(t, "published", parts(agreement.Alpha(counted(units), agreement.Nominal)), []any{0.153, 0.150, -0.020}, 0.001)
	within(t, "published", parts(agreement.WeightedKappa(tabled(units), agreement.Nominal)), []any{0.153, 0.153, 0.0}, 0.001)
}

func TestArticlesAddUpToWhatTheyAreTogether(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 1))
	var all [][]string
	sum := agreement.NewBootstrap(random, 200, agreement.NewCoincidences)
	for range 30 {
		article := ratings(random, 10, 3)
		all = append(all, article...)
		sum.Add(counted(article))
	}
	nominal := func(c *agreement.Coincidences) agreement.Score { return agreement.Alpha(c, agreement.Nominal) }
	got, want := sum.Score(nominal), nominal(counted(all))
	same(t, "alpha", got, want)
	if i := got.Interval; i.Reason != "" || i.Low >= got.Value || i.High <= got.Value || i.High-i.Low > 0.4 {
		t.Errorf("the interval of %v is %+v", got.Value, i)
	}
}

// Of a hundred samples, the interval of about 95 is to hold the value of the
// population they are drawn from.
func TestIntervalsHoldWhatTheyAreToHold(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 1))
	nominal := func(c *agreement.Coincidences) agreement.Score { return agreement.Alpha(c, agreement.Nominal) }
	population := nominal(counted(ratings(random, 100_000, 2))).Value
	held := 0
	for range 200 {
		sample := agreement.NewBootstrap(random, 200, agreement.NewCoincidences)
		for _, u := range ratings(random, 80, 2) {
			sample.Add(counted([][]string{u}))
		}
		if i := sample.Score(nominal).Interval; i.Low <= population && population <= i.High {
			held++
		}
	}
	if held < 178 || held == 200 {
		t.Errorf("%d of 200 intervals hold the population's value, want about 190", held)
	}
}

func TestTheSameSeedGivesTheSameInterval(t *testing.T) {
	interval := func() agreement.Interval {
		sum := agreement.NewBootstrap(rand.New(rand.NewPCG(6, 1)), 100, agreement.NewCoincidences)
		for i := range 20 {
			sum.Add(counted([][]string{{order[i%4], order[i%3]}, {order[i%2], "a"}}))
		}
		return sum.Score(func(c *agreement.Coincidences) agreement.Score { return agreement.Alpha(c, agreement.Nominal) }).Interval
	}
	first := interval()
	for range 5 {
		if got := interval(); got != first {
			t.Fatalf("got %+v, then %+v", first, got)
		}
	}
}

func TestOneArticleHasNoInterval(t *testing.T) {
	sum := agreement.NewBootstrap(rand.New(rand.NewPCG(7, 1)), 100, agreement.NewCoincidences)
	sum.Add(counted([][]string{{"a", "a"}, {"b", "b"}}))
	got := sum.Score(func(c *agreement.Coincidences) agreement.Score { return agreement.Alpha(c, agreement.Nominal) })
	if got.Value != 1 || got.Interval.Reason != agreement.FewArticles || !math.IsNaN(got.Interval.Low) {
		t.Errorf("got %+v", got)
	}
}

func FuzzAlpha(f *testing.F) {
	f.Add([]byte("abab-abcd"), uint8(2))
	f.Fuzz(func(t *testing.T, b []byte, analysts uint8) {
		m := 1 + int(analysts%5)
		var units [][]string
		for row := range slices.Chunk(b, m) {
			u := make([]string, m)
			for i, v := range row {
				if v%5 < 4 {
					u[i] = order[v%5]
				}
			}
			units = append(units, u)
		}
		for name, metric := range metrics {
			got := agreement.Alpha(counted(units), metric)
			if got.Computable() != !math.IsNaN(got.Value) || got.Value > 1 {
				t.Errorf("%s: %+v", name, got)
			}
			if want := bruteAlpha(units, metric); got.Computable() && math.Abs(got.Value-want) > 1e-9*max(1, math.Abs(want)) {
				t.Errorf("%s: got %v, want %v", name, got.Value, want)
			}
		}
	})
}
