package annotate_test

import (
	"reflect"
	"testing"
	"time"

	"onrecord.dev/internal/annotate"
)

// FuzzRewind has a set changed at random, walks back through its log to every
// moment it was recorded at, and restores it from there:
//   - the way back gives what was recorded, to the last version and author;
//   - what restores a moment makes the set say what it said then;
//   - what restores a claim makes the claim say what it said then, and changes
//     nothing that is there and that it does not lead from.
func FuzzRewind(f *testing.F) {
	f.Add([]byte("tag a claim, link it, delete the speaker, put it back, and the claim too"))
	for seed := range byte(16) {
		var b []byte
		for i := range 400 {
			b = append(b, byte(i*i)*seed+byte(i/5)^seed)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := &recorded{set: newSet(t)}
		s.record()
		m := &monkey{data: data, set: s.set}
		for round := 0; len(m.data) > 0 && round < 25; round++ {
			if outcome, err := s.applyAt([]annotate.ID{author, other}[m.below(2)], m.operations()); err == nil {
				s.log = append(s.log, throughJSON(outcome))
				s.record()
			}
		}
		for seq := range s.moments {
			s.checkRewind(t, seq)
			s.checkRestore(t, seq)
		}
		for id := range s.Annotations {
			s.checkRestoreClaim(t, m.below(len(s.moments)), id)
		}
	})
}

// recorded is a set with what it was after each change set, and the log.
type recorded struct {
	*set
	moments []annotate.Snapshot
	log     []annotate.Outcome
}

func (s *recorded) applyAt(by annotate.ID, operations []annotate.Operation) (annotate.Outcome, error) {
	at := start.Add(time.Duration(2+len(s.log)) * time.Minute)
	return s.Apply(annotate.ChangeSet{ID: id(999), Author: by, At: at, Operations: operations}, s.text, s.codebook)
}

func (s *recorded) record() { s.moments = append(s.moments, s.snapshot()) }

func (s *set) snapshot() annotate.Snapshot {
	now := annotate.Snapshot{Annotations: map[annotate.ID]annotate.Annotation{}, Links: map[annotate.ID]annotate.Link{}}
	for id, a := range s.Annotations {
		if a.Edited, a.Review = 0, ""; !a.Deleted {
			now.Annotations[id] = a
		}
	}
	for id, l := range s.Links {
		if !l.Deleted {
			now.Links[id] = l
		}
	}
	return now
}

// throughJSON is an outcome as the log gives it back.
func throughJSON(o annotate.Outcome) annotate.Outcome {
	return annotate.Outcome{
		Operations: annotate.Operations(annotate.Records(o.Operations)), Inverse: annotate.Operations(annotate.Records(o.Inverse)),
	}
}

func (s *recorded) back(seq int) annotate.Snapshot {
	r := annotate.NewRewind(s.moments[len(s.moments)-1].Clone())
	for i := len(s.log) - 1; i >= 0; i-- {
		if i >= seq {
			r.Undo(s.log[i])
		} else {
			r.Settle(s.log[i].Operations)
		}
	}
	for id, a := range r.Annotations {
		a.Review = ""
		r.Annotations[id] = a
	}
	return r.Snapshot
}

func (s *recorded) checkRewind(t *testing.T, seq int) {
	t.Helper()
	got, want := s.back(seq), s.moments[seq]
	for id, a := range got.Annotations {
		// The log of these tests begins after the set has: what was touched
		// before that is known to nobody.
		if w := want.Annotations[id]; a.Version == w.Version && !w.UpdatedAt.After(start.Add(time.Minute)) {
			a.UpdatedBy, a.UpdatedAt = w.UpdatedBy, w.UpdatedAt
			got.Annotations[id] = a
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("walked back to %d, the set is\n%+v\nand was\n%+v", seq, got, want)
	}
}

func (s *recorded) checkRestore(t *testing.T, seq int) {
	t.Helper()
	then := s.back(seq)
	restored := s.copy()
	operations := annotate.Restore(s.snapshot(), then)
	if len(operations) > 0 {
		if _, err := restored.apply(other, operations...); err != nil {
			t.Fatalf("restore what was after %d: %v", seq, err)
		}
	}
	if again := annotate.Restore(restored.snapshot(), then); len(again) > 0 {
		t.Fatalf("restored to %d, the set still differs by %+v", seq, again)
	}
}

func (s *recorded) checkRestoreClaim(t *testing.T, seq int, claim annotate.ID) {
	t.Helper()
	then, now := s.back(seq), s.snapshot()
	operations := annotate.RestoreClaim(now, then, claim)
	if len(operations) == 0 {
		return
	}
	restored := s.copy()
	if _, err := restored.apply(other, operations...); err != nil {
		// Others may have made what it led to something else, or closed a circle.
		checkRefusal(t, err)
		return
	}
	after := restored.snapshot()
	was, existed := then.Annotations[claim]
	is, exists := after.Annotations[claim]
	if existed != exists || existed && !sameContent(was, is) {
		t.Fatalf("restored to %d, claim %s is %+v, and was %+v", seq, claim, is, was)
	}
	for id, l := range then.Links {
		if existed && l.From == claim && !sameLink(after.Links[id], l) {
			t.Fatalf("restored to %d, link %s from claim %s is %+v, and was %+v", seq, id, claim, after.Links[id], l)
		}
	}
	for id, l := range after.Links {
		if _, there := then.Links[id]; existed && l.From == claim && !there {
			t.Fatalf("restored to %d, claim %s has link %s still, made since", seq, claim, id)
		}
	}
	for id, a := range now.Annotations {
		if id != claim && !sameContent(a, after.Annotations[id]) {
			t.Fatalf("restored to %d, claim %s took %s along: %+v is %+v", seq, claim, id, a, after.Annotations[id])
		}
	}
}

func TestRestoringNamesTheVersionsThatAreSeen(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	then := s.snapshot()
	moved := tagged(claim, annotate.Claim, "“safe”")
	moved.Version = s.Annotations[claim].Version
	s.must(t, author, put(moved), remove(speaker, 1))
	operations := annotate.Restore(s.snapshot(), then)
	want := map[annotate.ID]int{claim: s.Annotations[claim].Version, speaker: 0, said: 0}
	if len(operations) != len(want) {
		t.Fatalf("%d operations, want %d: %+v", len(operations), len(want), annotate.Records(operations))
	}
	for _, r := range annotate.Records(operations) {
		id, version := annotate.ID(""), 0
		if r.Annotation != nil {
			id, version = r.Annotation.ID, r.Annotation.Version
		} else {
			id, version = r.Link.ID, r.Link.Version
		}
		if w, named := want[id]; !named || version != w {
			t.Errorf("%s of %s names version %d, want %d", r.Op, id, version, w)
		}
	}
}

func TestRestoringAClaimPutsBackWhatWasDeletedWithIt(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	then := s.snapshot()
	s.must(t, author, remove(claim, s.Annotations[claim].Version), remove(tape, s.Annotations[tape].Version), remove(alone, 1))
	s.must(t, author, annotate.RestoreClaim(s.snapshot(), then, claim)...)
	for _, id := range []annotate.ID{claim, tape} {
		if s.Annotations[id].Deleted {
			t.Errorf("%s is still deleted", id)
		}
	}
	for _, id := range []annotate.ID{said, heard, signalled, passed, nested} {
		if s.Links[id].Deleted {
			t.Errorf("link %s is still deleted", id)
		}
	}
	if !s.Annotations[alone].Deleted {
		t.Error("another claim came back as well")
	}
}

func TestRestoringAClaimToBeforeItWasMadeDeletesIt(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	operations := annotate.RestoreClaim(s.snapshot(), annotate.NewSnapshot(nil, nil), claim)
	if len(operations) != 1 || operations[0].Op != annotate.Delete || operations[0].Annotation.ID != claim {
		t.Errorf("got %+v, want the claim deleted", annotate.Records(operations))
	}
}

func TestNothingIsRestoredWhereNothingHasChanged(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	if operations := annotate.Restore(s.snapshot(), s.snapshot()); operations != nil {
		t.Errorf("got %+v", operations)
	}
}
