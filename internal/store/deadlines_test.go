package store_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/internal/store/storetest"
)

// TestADatabaseThatSaysNothingIsGivenUp freezes the database under whatever
// reads and writes, and then lets it go on.
func TestADatabaseThatSaysNothingIsGivenUp(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("Harbour", harbour)
	claim := n.claim(article, "The wall will hold this winter")
	line := storetest.NewLine(t, n.sql.Config().ConnString())
	const patience = 2 * time.Second
	s, err := store.OpenWithin(t.Context(), line.URL, patience, patience)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	does := map[string]func() error{
		"reading": func() error { _, err := s.Claim(t.Context(), in(n.project), claim); return err },
		"listing": func() error { _, err := s.Claims(t.Context(), in(n.project), store.ClaimFilter{}); return err },
		"a transaction": func() error {
			_, err := s.Decide(t.Context(), n.project, annotate.Review{Claim: claim, Version: 1, Decision: annotate.Reject, Reason: "No.", Reviewer: n.ben, CreatedAt: n.now})
			return err
		},
		"a change set": func() error {
			_, err := s.Append(t.Context(), n.project, article, store.Shared, annotate.ChangeSet{ID: store.NewID(), Author: n.ana, At: n.now, Operations: []annotate.Operation{
				{Op: annotate.Put, Annotation: &annotate.Annotation{ID: store.NewID(), Kind: annotate.Cue, Fragments: n.fragments(article, "told")}},
			}})
			return err
		},
		"an export": func() error {
			return s.Export(t.Context(), in(n.project), store.ExportFilter{}, func(annotate.Corpus) error { return nil })
		},
	}
	for name, do := range does {
		if err := do(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}

	line.Freeze()
	done := make(chan error)
	for name, do := range does {
		go func() {
			if err := do(); !store.Away(err) {
				done <- fmt.Errorf("%s of a frozen database gives %w", name, err)
				return
			}
			done <- nil
		}()
	}
	for range does {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(time.Minute):
			t.Fatal("somebody still waits for a frozen database")
		}
	}

	line.Thaw()
	for name, do := range does {
		if err := do(); err != nil {
			t.Errorf("%s once the database goes on: %v", name, err)
		}
	}
}

func TestADatabaseThatWasGoneIsFoundAgain(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	claim := n.claim(n.article("Harbour", harbour), "The wall will hold this winter")
	line := storetest.NewLine(t, n.sql.Config().ConnString())
	s, err := store.Open(t.Context(), line.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	if _, err := s.Claim(t.Context(), in(n.project), claim); err != nil {
		t.Fatal(err)
	}
	line.Cut()
	for range 5 {
		if _, err := s.Claim(t.Context(), in(n.project), claim); !store.Away(err) {
			t.Errorf("reading from a database that is gone gives %v", err)
		}
	}
	line.Restore(t)
	if _, err := s.Claim(t.Context(), in(n.project), claim); err != nil {
		t.Errorf("reading from a database that is back: %v", err)
	}
}

func TestWhatSaysThatTheDatabaseIsAway(t *testing.T) {
	tests := map[string]struct {
		err  error
		away bool
	}{
		"cannot connect":        {&pgconn.ConnectError{}, true},
		"starting up":           {&pgconn.PgError{Code: "57P03"}, true},
		"shut down":             {&pgconn.PgError{Code: "57P01"}, true},
		"a standby":             {&pgconn.PgError{Code: "25006"}, true},
		"connection lost":       {&pgconn.PgError{Code: "08006"}, true},
		"cut off":               {io.ErrUnexpectedEOF, true},
		"network":               {&net.OpError{Op: "write", Err: errors.New("broken pipe")}, true},
		"too slow":              {context.DeadlineExceeded, true},
		"nothing":               {nil, false},
		"the asker went":        {errors.Join(context.Canceled, &net.OpError{Op: "read", Err: errors.New("timeout")}), false},
		"a constraint":          {&pgconn.PgError{Code: "23514"}, false},
		"a mistake in a query":  {&pgconn.PgError{Code: "42601"}, false},
		"a refusal":             {annotate.ErrNotFound, false},
		"a disk that is full":   {&pgconn.PgError{Code: "53100"}, false},
		"two who wait for each": {&pgconn.PgError{Code: "40P01"}, false},
	}
	for name, tt := range tests {
		err := tt.err
		if err != nil {
			err = fmt.Errorf("read claim: %w", err)
		}
		if got := store.Away(err); got != tt.away {
			t.Errorf("%s: %v", name, got)
		}
	}
}
