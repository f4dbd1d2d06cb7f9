package annotate_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"onrecord.dev/internal/annotate"
)

func ids(prefix string, n int) []annotate.ID {
	list := make([]annotate.ID, n)
	for i := range list {
		list[i] = annotate.ID(fmt.Sprintf("%s%02d", prefix, i))
	}
	return list
}

func seeded(seed uint64) func(n int, swap func(i, j int)) {
	return rand.New(rand.NewPCG(seed, 0)).Shuffle
}

func TestArticlesAreDealtOutFairly(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		dealing annotate.Dealing
		each    []int // how many analysts articles have in the end, the fewest first
		load    []int // how many new articles analysts have, the fewest first
	}{
		"one each":             {annotate.Dealing{Articles: ids("a", 6), Analysts: ids("p", 3), Each: 1}, []int{1, 1, 1, 1, 1, 1}, []int{2, 2, 2}},
		"two each":             {annotate.Dealing{Articles: ids("a", 6), Analysts: ids("p", 4), Each: 2}, []int{2, 2, 2, 2, 2, 2}, []int{3, 3, 3, 3}},
		"it does not come out": {annotate.Dealing{Articles: ids("a", 4), Analysts: ids("p", 3), Each: 2}, []int{2, 2, 2, 2}, []int{2, 3, 3}},
		"fewer than wished":    {annotate.Dealing{Articles: ids("a", 2), Analysts: ids("p", 2), Each: 5}, []int{2, 2}, []int{2, 2}},
		"nobody":               {annotate.Dealing{Articles: ids("a", 2), Each: 1}, []int{0, 0}, nil},
		"some have somebody": {
			annotate.Dealing{Articles: ids("a", 2), Analysts: ids("p", 2), Each: 2, Has: map[annotate.ID][]annotate.ID{"a00": {"p00"}, "a01": {"x", "y"}}},
			[]int{2, 2},
			[]int{0, 1},
		},
		"one has much to do": {
			annotate.Dealing{Articles: ids("a", 4), Analysts: ids("p", 2), Each: 1, Load: map[annotate.ID]int{"p00": 2}},
			[]int{1, 1, 1, 1},
			[]int{1, 3},
		},
	}
	for name, test := range tests {
		for way, deal := range map[string]func() []annotate.Assignment{
			"even":   test.dealing.Even,
			"random": func() []annotate.Assignment { return test.dealing.Random(seeded(7)) },
		} {
			each, load := map[annotate.ID]int{}, map[annotate.ID]int{}
			seen := map[annotate.Assignment]bool{}
			for _, a := range test.dealing.Articles {
				each[a] = len(test.dealing.Has[a])
			}
			for _, p := range test.dealing.Analysts {
				load[p] = 0
			}
			for _, w := range deal() {
				if seen[w] || slices.Contains(test.dealing.Has[w.Article], w.Analyst) {
					t.Errorf("%s, %s: %s has %s twice", name, way, w.Analyst, w.Article)
				}
				seen[w] = true
				each[w.Article]++
				load[w.Analyst]++
			}
			if got := slices.Sorted(maps.Values(each)); !slices.Equal(got, test.each) {
				t.Errorf("%s, %s: articles have %v analysts, want %v", name, way, got, test.each)
			}
			if got := slices.Sorted(maps.Values(load)); !slices.Equal(got, test.load) {
				t.Errorf("%s, %s: analysts have %v articles, want %v", name, way, got, test.load)
			}
		}
	}
}

func TestEachPairOfAnalystsMeets(t *testing.T) {
	t.Parallel()
	d := annotate.Dealing{Articles: ids("a", 12), Analysts: ids("p", 4), Each: 2}
	on, met := map[annotate.ID][]annotate.ID{}, map[string]int{}
	for _, w := range d.Even() {
		on[w.Article] = append(on[w.Article], w.Analyst)
	}
	for _, pair := range on {
		slices.Sort(pair)
		met[string(pair[0]+pair[1])]++
	}
	if len(met) != 6 || slices.Max(slices.Collect(maps.Values(met))) != 2 {
		t.Errorf("of 6 pairs on 12 articles, these have met: %v; want each twice", met)
	}
}

func TestASeedDealsTheSameAgain(t *testing.T) {
	t.Parallel()
	d := annotate.Dealing{Articles: ids("a", 20), Analysts: ids("p", 5), Each: 2}
	if !slices.Equal(d.Random(seeded(1)), d.Random(seeded(1))) {
		t.Error("the same seed has dealt differently")
	}
	if slices.Equal(d.Random(seeded(1)), d.Random(seeded(2))) || slices.Equal(d.Random(seeded(1)), d.Even()) {
		t.Error("two seeds have dealt the same")
	}
}

func TestAllGetAllButWhatTheyHave(t *testing.T) {
	t.Parallel()
	d := annotate.Dealing{Articles: ids("a", 2), Analysts: ids("p", 2), Has: map[annotate.ID][]annotate.ID{"a01": {"p00"}}}
	want := []annotate.Assignment{{Article: "a00", Analyst: "p00"}, {Article: "a00", Analyst: "p01"}, {Article: "a01", Analyst: "p01"}}
	if got := d.All(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWhoMayPutAnAssignmentInWhichState(t *testing.T) {
	t.Parallel()
	const shared, independent = annotate.ModeShared, annotate.ModeIndependent
	for name, test := range map[string]struct {
		from, to      annotate.AssignmentState
		mode          annotate.Mode
		own, managing bool
		may           bool
	}{
		"beginning":                          {annotate.NotStarted, annotate.InProgress, independent, true, false, true},
		"beginning another's":                {annotate.NotStarted, annotate.InProgress, independent, false, true, false},
		"finishing":                          {annotate.InProgress, annotate.Done, independent, true, false, true},
		"finishing what has nothing in it":   {annotate.NotStarted, annotate.Done, independent, true, false, true},
		"finishing another's":                {annotate.InProgress, annotate.Done, shared, false, true, false},
		"going on with what is done":         {annotate.Done, annotate.InProgress, shared, true, false, true},
		"the same, after seeing the others'": {annotate.Done, annotate.InProgress, independent, true, false, false},
		"returning":                          {annotate.Done, annotate.Returned, independent, false, true, true},
		"returning one's own":                {annotate.Done, annotate.Returned, independent, true, false, false},
		"returning what is not done":         {annotate.InProgress, annotate.Returned, independent, false, true, false},
		"never having begun":                 {annotate.InProgress, annotate.NotStarted, shared, true, true, false},
	} {
		if got := test.from.MayBecome(test.to, test.mode, test.own, test.managing); got != test.may {
			t.Errorf("%s: %t, want %t", name, got, test.may)
		}
	}
}
