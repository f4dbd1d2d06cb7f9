package annotate_test

import (
	"errors"
	"testing"

	"onrecord.dev/internal/annotate"
)

func TestParseID(t *testing.T) {
	const canonical = "0198f0c2-7a4b-7c31-9d2e-0123456789ab"
	tests := map[string]struct {
		given string
		want  annotate.ID
		err   error
	}{
		"canonical":            {given: canonical, want: canonical},
		"upper case":           {given: "0198F0C2-7A4B-7C31-9D2E-0123456789AB", want: canonical},
		"empty":                {given: "", err: annotate.ErrNotFound},
		"too short":            {given: canonical[1:], err: annotate.ErrNotFound},
		"too long":             {given: canonical + "0", err: annotate.ErrNotFound},
		"without hyphens":      {given: "0198f0c27a4b7c319d2e0123456789ab0000", err: annotate.ErrNotFound},
		"in braces":            {given: "{0198f0c2-7a4b-7c31-9d2e-0123456789}", err: annotate.ErrNotFound},
		"not hexadecimal":      {given: "0198f0c2-7a4b-7c31-9d2e-0123456789ag", err: annotate.ErrNotFound},
		"a hyphen out of turn": {given: "0198f0c-27a4b-7c31-9d2e-0123456789ab", err: annotate.ErrNotFound},
		"letters with accents": {given: "0198f0c2-7a4b-7c31-9d2e-0123456789é", err: annotate.ErrNotFound},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := annotate.ParseID(tt.given)
			if got != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("got %q, %v, want %q, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

// complains holds err to be an [annotate.Invalid] that complains about fields
// and nothing else; about none, it must be nil.
func complains(t *testing.T, err error, fields ...string) {
	t.Helper()
	if err == nil {
		if len(fields) > 0 {
			t.Errorf("no complaint, want one about %v", fields)
		}
		return
	}
	bad, ok := errors.AsType[annotate.Invalid](err)
	if !ok {
		t.Fatalf("got %v, want complaints about fields", err)
	}
	for _, field := range fields {
		if bad[field] == "" {
			t.Errorf("no complaint about %s, but %v", field, bad)
		}
	}
	if len(bad) != len(fields) {
		t.Errorf("complaints are %v, want them about %v", bad, fields)
	}
}

func TestComplaintsReadInOneOrder(t *testing.T) {
	err := annotate.Invalid{"b": "Two.", "a": "One.", "c": "Three."}
	if got, want := err.Error(), "a: One.; b: Two.; c: Three."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if annotate.Invalid(nil).Err() != nil || (annotate.Invalid{}).Err() != nil {
		t.Error("no complaint is an error")
	}
}
