package agreement_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"onrecord.dev/internal/agreement"
	"onrecord.dev/internal/annotate"
)

// column reads a column of INCEpTION's two tables of kappa, for each token.
func column(t *testing.T, name string, at int) []string {
	t.Helper()
	var values []string
	for line := range strings.Lines(string(fixture(t, "inception-misc/agreement/"+name))) {
		if fields := strings.Split(strings.TrimRight(line, "\n"), "\t"); len(fields) > at && strings.Contains(fields[0], "-") {
			values = append(values, fields[at])
		}
	}
	if len(values) != 9 {
		t.Fatalf("%s has %d tokens, want 9", name, len(values))
	}
	return values
}

func TestKappaIsThatOfINCEpTION(t *testing.T) {
	const tag, dependency = 2, 3
	tests := map[string]struct {
		second string
		column int
		want   float64
	}{
		"the same":                     {"kappatest.tsv", tag, 1},
		"one tag differs":              {"kappaspandiff.tsv", tag, 0.86153},
		"one dependency differs":       {"kappaarcdiff.tsv", dependency, 0.86153},
		"another one, and another tag": {"kappaspanarcdiff.tsv", dependency, 0.86153},
	}
	for name, test := range tests {
		first, second := column(t, "kappatest.tsv", test.column), column(t, test.second, test.column)
		c := agreement.NewContingency()
		for i := range first {
			c.Count(first[i], second[i], 1)
		}
		within(t, name, []float64{agreement.Cohen(c).Value}, []any{test.want}, 0.00001)
	}
}

// labels puts together what the columns say of each of the annotations that are
// stacked on a token.
func labels(columns []string) []string {
	var found []string
	for _, c := range columns {
		for i, value := range strings.Split(c, "|") {
			if value, _, _ = strings.Cut(value, "["); i < len(found) {
				found[i] += "/" + value
			} else {
				found = append(found, value)
			}
		}
	}
	return found
}

// tagged are the annotations of a user in INCEpTION's suite for curation, by
// their label.
func tagged(t *testing.T, directory, user string) []annotate.Annotation {
	t.Helper()
	var found []annotate.Annotation
	for line := range strings.Lines(string(fixture(t, filepath.Join("inception-misc/curation-testsuite", directory, user+".tsv")))) {
		fields := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(fields) < 4 || fields[3] == "_" || fields[3] == "" {
			continue
		}
		start, end, _ := strings.Cut(fields[1], "-")
		s, err := strconv.Atoi(start)
		if err != nil {
			t.Fatal(err)
		}
		e, err := strconv.Atoi(end)
		if err != nil {
			t.Fatal(err)
		}
		for _, label := range labels(fields[3:]) {
			found = append(found, span(s, e, label))
		}
	}
	return found
}

// What INCEpTION's suite calls a difference between two users is none that
// agrees here, and the other way round.
func TestDifferencesAreThoseOfINCEpTION(t *testing.T) {
	directories, err := os.ReadDir(filepath.Join(fixtures, "inception-misc/curation-testsuite"))
	if err != nil {
		t.Skip("the fixtures are not here")
	}
	cases := 0
	for _, d := range directories {
		if !strings.HasPrefix(d.Name(), "simpleSpan") || d.Name() == "simpleSpanDiffWithLabelStackingTest" {
			continue // the two users of the latter did the same, whatever its name says
		}
		cases++
		first, second := tagged(t, d.Name(), "user1"), tagged(t, d.Name(), "user2")
		pairs := agreement.MatchSpans(first, second, agreement.ByKind, agreement.Exact)
		differ := 0
		for _, p := range pairs {
			if !p.Agree {
				differ++
			}
		}
		if got, want := differ > 0, !strings.Contains(d.Name(), "NoDiff"); got != want {
			t.Errorf("%s: %d differences", d.Name(), differ)
		}
	}
	if cases != 8 {
		t.Errorf("%d cases, want 8", cases)
	}
}
