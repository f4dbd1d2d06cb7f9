package exchange_test

import (
	"os"
	"strings"
	"testing"

	"onrecord.dev/internal/exchange"
)

// TestPolNeAR reads the corpus at ONRECORD_POLNEAR, if it is there.
func TestPolNeAR(t *testing.T) {
	t.Parallel()
	root := os.Getenv("ONRECORD_POLNEAR")
	if root == "" {
		t.Skip("ONRECORD_POLNEAR names no folder")
	}
	files, err := exchange.OpenFiles(root)
	if err != nil {
		t.Fatal(err)
	}
	h, report := foreign(t, named(t, "brat"), files)
	t.Logf("%+v", report.Total())
	for i, n := range report.Notes {
		if i < 40 {
			t.Logf("%s:%d %s %s", n.File[max(0, len(n.File)-30):], n.Line, n.Outcome, n.Message)
		}
	}
	got, _ := again(t, named(t, "brat"), h)
	a, b := told(h), told(got)
	if strings.Join(a, "\n") != strings.Join(b, "\n") {
		t.Errorf("differs: %d %d", len(a), len(b))
	}
}
