package annotate_test

import (
	"testing"
	"time"

	"onrecord.dev/internal/annotate"
)

func TestASpanEndsWithTheDayOfNow(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 23, 30, 0, 0, time.FixedZone("UTC+9", 9*60*60)) // 14:30 in UTC
	tests := []struct {
		days, steps int
		since       string
	}{
		{1, 1, "2026-03-01"},
		{1, 28, "2026-02-02"},
		{7, 2, "2026-02-16"},
	}
	for _, test := range tests {
		span := annotate.NewSpan(now, test.days, test.steps)
		if got := span.Since.Format(time.DateOnly); got != test.since {
			t.Errorf("%d steps of %d days begin on %s, want %s", test.steps, test.days, got, test.since)
		}
		if got := span.End().Format(time.RFC3339); got != "2026-03-02T00:00:00Z" {
			t.Errorf("%d steps of %d days end at %s", test.steps, test.days, got)
		}
	}
}
