package annotate_test

import (
	"testing"
	"time"

	"onrecord.dev/internal/annotate"
)

func TestMailIsDue(t *testing.T) {
	t.Parallel()
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, time.UTC) }
	tests := map[string]struct {
		choice    annotate.MailChoice
		at, wants time.Time
	}{
		"at once":               {annotate.MailEach, at(23, 9, 30), at(23, 9, 30)},
		"before six":            {annotate.MailDaily, at(23, 5, 59), at(23, 6, 0)},
		"at six, the next day":  {annotate.MailDaily, at(23, 6, 0), at(24, 6, 0)},
		"at the end of a month": {annotate.MailDaily, at(30, 18, 0), time.Date(2026, 12, 1, 6, 0, 0, 0, time.UTC)},
		"in another zone":       {annotate.MailDaily, at(23, 5, 0).In(time.FixedZone("", 9*3600)), at(23, 6, 0)},
	}
	for name, tt := range tests {
		if got := tt.choice.Due(tt.at); !got.Equal(tt.wants) {
			t.Errorf("%s: got %v, want %v", name, got, tt.wants)
		}
	}
}

func TestMailIsTriedAgain(t *testing.T) {
	t.Parallel()
	created := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	for attempts, want := range map[int]time.Duration{0: time.Minute, 1: time.Minute, 2: 2 * time.Minute, 5: 16 * time.Minute, 9: 4 * time.Hour, 100: 4 * time.Hour} {
		again, ok := annotate.MailRetry(created, created, attempts)
		if got := again.Sub(created); got != want || !ok {
			t.Errorf("after %d attempts it waits %v, goes on %v; want %v", attempts, got, ok, want)
		}
	}
	if _, ok := annotate.MailRetry(created, created.Add(5*24*time.Hour), 40); ok {
		t.Error("after five days it is still tried")
	}
}
