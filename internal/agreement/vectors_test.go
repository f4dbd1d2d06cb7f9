package agreement_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"onrecord.dev/internal/agreement"
	"onrecord.dev/internal/annotate"
)

// vector is a worked example of the literature.
type vector struct {
	ID, Kind            string
	Data                json.RawMessage
	Published, Computed []any
	Tolerance           float64
}

func vectors(t *testing.T) []vector {
	t.Helper()
	var all []vector
	decode(t, fixture(t, "constructed/agreement-vectors.json"), &all)
	return all
}

func TestPublishedExamplesComeOutAsPublished(t *testing.T) {
	all := vectors(t)
	if len(all) != 27 {
		t.Errorf("got %d examples, want 27", len(all))
	}
	for _, v := range all {
		t.Run(v.ID, func(t *testing.T) {
			got := v.compute(t)
			within(t, "published", got, v.Published, max(v.Tolerance, 1e-9))
			within(t, "computed", got, v.Computed, 1e-9)
		})
	}
}

// within compares the numbers of want; null wants none, other things do not say.
func within(t *testing.T, what string, got []float64, want []any, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %v, want %s %v", got, what, want)
	}
	for i, w := range want {
		switch w := w.(type) {
		case float64:
			if !(math.Abs(got[i]-w) <= tolerance) {
				t.Errorf("got %v, want %s %v (within %v)", got, what, want, tolerance)
			}
		case nil:
			if !math.IsNaN(got[i]) {
				t.Errorf("got %v, want %s %v", got, what, want)
			}
		}
	}
}

func (v vector) compute(t *testing.T) []float64 {
	t.Helper()
	kind, _, _ := strings.Cut(v.Kind, "[")
	switch strings.TrimSpace(kind) {
	case "cohen":
		c := agreement.NewContingency()
		for _, u := range v.units(t) {
			c.Count(u.values[0], u.values[1], u.times)
		}
		s := agreement.Cohen(c)
		if s.Reason == agreement.OneValue {
			return []float64{1, 1, s.Value}
		}
		return parts(s)
	case "scott":
		return parts(agreement.Scott(v.coincidences(t)))
	case "fleiss":
		return parts(agreement.Fleiss(v.coincidences(t)))
	case "alpha nominal":
		return parts(agreement.Alpha(v.coincidences(t), agreement.Nominal))
	case "alpha ordinal":
		s := agreement.Alpha(v.coincidences(t), agreement.Ordinal([]string{"0", "1", "2", "3", "4", "5"}))
		return parts(s)
	case "alpha interval":
		return parts(agreement.Alpha(v.coincidences(t), agreement.IntervalScale(number)))
	case "alpha weighted":
		return parts(agreement.Alpha(v.coincidences(t), agreement.Weighted(func(a, b string) float64 {
			if a == "C" || b == "C" {
				return 0.5
			}
			return 1
		})))
	case "alpha_U":
		return v.unitized(t)
	case "pairwise span F1 exact":
		return v.spans(t, agreement.Exact)
	case "pairwise span F1 overlap":
		return v.spans(t, agreement.Overlap(0))
	}
	t.Fatalf("an example of kind %q", v.Kind)
	return nil
}

func number(v string) (float64, bool) {
	n, err := strconv.ParseFloat(v, 64)
	return n, err == nil
}

func parts(s agreement.Score) []float64 { return []float64{s.Observed, s.Expected, s.Value} }

type unit struct {
	values []string
	times  float64
}

// units reads both ways in which examples are written: a row of values for each
// unit, or how often there was which row.
func (v vector) units(t *testing.T) []unit {
	t.Helper()
	var rows [][]any
	decode(t, v.Data, &rows)
	var units []unit
	for _, row := range rows {
		if values, ok := row[0].([]any); ok {
			times, _ := row[1].(float64)
			units = append(units, unit{texts(values), times})
			continue
		}
		units = append(units, unit{texts(row), 1})
	}
	return units
}

func texts(values []any) []string {
	var found []string
	for _, v := range values {
		if v == nil {
			found = append(found, "")
			continue
		}
		found = append(found, fmt.Sprint(v))
	}
	return found
}

func (v vector) coincidences(t *testing.T) *agreement.Coincidences {
	t.Helper()
	c := agreement.NewCoincidences()
	for _, u := range v.units(t) {
		c.Count(u.values, u.times)
	}
	return c
}

// continua says where the examples of alpha_U begin, how long they are and how
// much they are stretched.
var continua = map[string]struct{ begin, length, stretch int }{
	"krippendorff2004_p254_alphaU": {150, 300, 1},
	"dkpro_unitizing_nested":       {0, 10, 1},
	"krippendorff1995_A_stretched": {0, 24, 50_000},
	"krippendorff1995_C_stretched": {0, 24, 50_000},
}

// marked are the two analysts' spans of an example of alpha_U, stretched.
func (v vector) marked(t *testing.T, begin, stretch int) [][]annotate.Annotation {
	t.Helper()
	var rows [][]any
	decode(t, v.Data, &rows)
	sets := make([][]annotate.Annotation, 2)
	for _, row := range rows {
		rater, start, length := whole(row[0]), whole(row[1]), whole(row[2])
		kind := "unit"
		if len(row) > 3 {
			kind = fmt.Sprint(row[3])
		}
		start = (start - begin) * stretch
		sets[rater] = append(sets[rater], span(start, start+length*stretch, kind))
	}
	return sets
}

func whole(v any) int {
	n, _ := v.(float64)
	return int(n)
}

func (v vector) unitized(t *testing.T) []float64 {
	t.Helper()
	on := continua[v.ID]
	sets := v.marked(t, on.begin, on.stretch)
	var kinds []string
	for _, a := range slices.Concat(sets...) {
		if !slices.Contains(kinds, a.Kind) {
			kinds = append(kinds, a.Kind)
		}
	}
	slices.Sort(kinds)
	u := agreement.NewUnitizing(kinds)
	u.Count(on.length*on.stretch, sets, agreement.ByKind)
	var found []float64
	for _, kind := range kinds {
		found = append(found, parts(agreement.AlphaU(u, kind))...)
	}
	if len(kinds) > 1 {
		found = append(found, agreement.AlphaUOverall(u).Value)
	}
	return found
}

func (v vector) spans(t *testing.T, criterion agreement.Criterion) []float64 {
	t.Helper()
	var rows [2][][]any
	decode(t, v.Data, &rows)
	var sets [2][]annotate.Annotation
	for i := range rows {
		for _, row := range rows[i] {
			sets[i] = append(sets[i], span(whole(row[0]), whole(row[1]), fmt.Sprint(row[2])))
		}
	}
	pairs := agreement.MatchSpans(sets[0], sets[1], agreement.ByKind, criterion)
	agreed := 0.0
	for _, p := range pairs {
		if p.Agree {
			agreed++
		}
	}
	m := agreement.CountMatches(pairs)
	return []float64{agreed, agreement.Precision(m).Value, agreement.Recall(m).Value, agreement.F1(m).Value}
}

// Krippendorff (1995, p. 57) holds against the kappas that they see characters
// where there are units: his figures for example A, cut into characters.
func TestCodingCharactersGivesTheFiguresOfKrippendorff1995(t *testing.T) {
	for _, v := range vectors(t) {
		if v.ID != "krippendorff1995_A_stretched" {
			continue
		}
		passages := agreement.Passages(agreement.Characters(24), v.marked(t, 0, 1), agreement.ByKind, []string{"unit"})
		c, table := agreement.Coding(passages), agreement.NewContingency()
		for p := range passages {
			table.Count(p.Values[0], p.Values[1], float64(p.Places))
		}
		got := []float64{agreement.Cohen(table).Value, agreement.Scott(c).Value, agreement.Alpha(c, agreement.Nominal).Value}
		within(t, "published", got, []any{0.385, 0.314, 0.329}, 0.0006)
	}
}

func TestBennettsSTakesAllOfferedValuesForEquallyLikely(t *testing.T) {
	for _, v := range vectors(t) {
		if v.ID != "artstein_poesio2008_p558_kappa" {
			continue
		}
		c := agreement.NewContingency()
		for _, u := range v.units(t) {
			c.Count(u.values[0], u.values[1], u.times)
		}
		within(t, "published", parts(agreement.Bennett(c, 2)), []any{0.7, 0.5, 0.4}, 1e-9)
	}
}
