package agreement_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"onrecord.dev/internal/annotate"
)

// fixtures are published examples that are not ours to hand on: tests that need
// them are skipped where they are not.
const fixtures = "../../../shared/fixtures"

// fixture reads a file of fixtures.
func fixture(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(fixtures, name))
	if os.IsNotExist(err) {
		t.Skip("the fixtures are not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decode(t *testing.T, b []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

// span is an annotation of kind from start to end.
func span(start, end int, kind string) annotate.Annotation {
	return annotate.Annotation{
		ID: annotate.ID(fmt.Sprintf("%d-%d-%s", start, end, kind)), Kind: kind,
		Fragments: []annotate.Fragment{{Start: start, End: end}},
	}
}
