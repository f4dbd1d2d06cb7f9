package adjudicate_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"onrecord.dev/internal/adjudicate"
	"onrecord.dev/internal/annotate"
)

// suite is INCEpTION's for curation. It is not ours to hand on: the test is
// skipped where it is not.
const suite = "../../../shared/fixtures/inception-misc/curation-testsuite"

// tagged is what a user of the suite tagged, one annotation a token, its label
// as an answer.
func tagged(t *testing.T, directory, user string) annotate.Work {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(suite, directory, user+".tsv"))
	if err != nil {
		t.Fatal(err)
	}
	w := annotate.Work{Analyst: annotate.ID(user)}
	for line := range strings.Lines(string(content)) {
		fields := strings.Split(strings.TrimRight(line, "\n"), "\t")
		if len(fields) < 4 || fields[3] == "_" || fields[3] == "" {
			continue
		}
		start, end, _ := strings.Cut(fields[1], "-")
		var f annotate.Fragment
		if f.Start, err = strconv.Atoi(start); err != nil {
			t.Fatal(err)
		}
		if f.End, err = strconv.Atoi(end); err != nil {
			t.Fatal(err)
		}
		w.Annotations = append(w.Annotations, annotate.Annotation{
			ID: annotate.ID(user + " " + fields[0]), Kind: annotate.Cue, Version: 1, Fragments: []annotate.Fragment{f},
			Attributes: annotate.Attributes{"label": strings.Join(fields[3:], " ")},
		})
	}
	return w
}

// What agrees in our eyes is what INCEpTION's curator takes over by itself.
func TestWhatAgreesIsWhatINCEpTIONMerges(t *testing.T) {
	directories, err := os.ReadDir(suite)
	if err != nil {
		t.Skip("the fixtures are not here")
	}
	spelled := func(a annotate.Annotation) string { return fmt.Sprint(a.Fragments, a.Attributes) }
	cases, merged := 0, 0
	for _, d := range directories {
		if !strings.HasPrefix(d.Name(), "simpleSpan") || strings.Contains(d.Name(), "Stacking") {
			continue // several on one token, of which INCEpTION merges none
		}
		cases++
		c := adjudicate.New(strings.Repeat("x", 200), []annotate.Work{tagged(t, d.Name(), "user1"), tagged(t, d.Name(), "user2")}, nil, annotate.Snapshot{})
		var got, want []string
		for _, p := range c.Points {
			if p.Standing == adjudicate.Agreed {
				got = append(got, spelled(p.First().Annotation))
			}
		}
		for _, a := range tagged(t, d.Name(), "curator").Annotations {
			want = append(want, spelled(a))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: agreed are %q, want %q", d.Name(), got, want)
		}
		merged += len(want)
	}
	if cases != 7 || merged == 0 {
		t.Errorf("%d cases with %d merged, want 7 with some", cases, merged)
	}
}
