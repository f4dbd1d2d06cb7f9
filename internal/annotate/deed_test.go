package annotate_test

import (
	"reflect"
	"testing"
	"time"

	"onrecord.dev/internal/annotate"
)

func TestDeedsSayWhatAChangeSetDid(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	moved := tagged(claim, annotate.Claim, "“safe”")
	moved.Version = s.Annotations[claim].Version
	same := s.Links[heard]
	tests := map[string]struct {
		operations []annotate.Operation
		want       []annotate.Did
	}{
		"made":                           {[]annotate.Operation{put(tagged(id(10), annotate.Cue, "heard"))}, []annotate.Did{annotate.DidMake}},
		"changed, and what leads to it":  {[]annotate.Operation{put(moved)}, []annotate.Did{annotate.DidChange}},
		"removed with its links":         {[]annotate.Operation{remove(cue, 1)}, []annotate.Did{annotate.DidRemove, annotate.DidRemove}},
		"put as it was":                  {[]annotate.Operation{putLink(same), put(tagged(id(11), annotate.Cue, "heard"))}, []annotate.Did{annotate.DidMake}},
		"returned, with a link that was": {[]annotate.Operation{put(tagged(gone, annotate.Speaker, "Ben"))}, []annotate.Did{annotate.DidReturn}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			outcome, err := s.copy().apply(other, test.operations...)
			if err != nil {
				t.Fatal(err)
			}
			var got []annotate.Did
			for _, d := range annotate.Deeds(throughJSON(outcome), start.Add(time.Minute)) {
				got = append(got, d.Did)
				if (d.Subject() == nil) == (d.Tie() == nil) {
					t.Errorf("%+v is about both or neither", d)
				}
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestWhatIsPlannedIsToldLikeWhatWasDone(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	then := s.snapshot()
	moved := tagged(claim, annotate.Claim, "“safe”")
	moved.Version = s.Annotations[claim].Version
	s.must(t, author, put(moved), remove(cue, 1), put(tagged(id(10), annotate.Cue, "heard")))
	now := s.snapshot()
	got := map[annotate.ID]annotate.Did{}
	for _, d := range annotate.Planned(now, annotate.Restore(now, then)) {
		if a := d.Subject(); a != nil {
			got[a.ID] = d.Did
		} else {
			got[d.Tie().ID] = d.Did
		}
	}
	want := map[annotate.ID]annotate.Did{claim: annotate.DidChange, cue: annotate.DidReturn, signalled: annotate.DidReturn, id(10): annotate.DidRemove}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestOnlyWhatConcernsAClaimIsAboutIt(t *testing.T) {
	t.Parallel()
	s := newSet(t)
	outcome := s.must(t, author, remove(cue, 1), remove(alone, 1))
	deeds := annotate.About(annotate.Deeds(outcome, start.Add(time.Minute)), map[annotate.ID]bool{claim: true, cue: true})
	if len(deeds) != 2 || deeds[0].Subject().ID != cue || deeds[1].Tie().ID != signalled {
		t.Errorf("got %+v", deeds)
	}
}

func TestWhatCameWithAnImportWasBrought(t *testing.T) {
	t.Parallel()
	a := tagged(claim, annotate.Claim, "“safe”")
	a.Version, a.UpdatedAt = 1, start
	done := annotate.Outcome{Operations: []annotate.Operation{put(a)}, Inverse: []annotate.Operation{remove(claim, 1)}}
	if deeds := annotate.Deeds(done, start.Add(time.Hour)); len(deeds) != 1 || deeds[0].Did != annotate.DidBring || deeds[0].After.ID != claim {
		t.Errorf("got %+v", deeds)
	}
}

func TestPassagesTellBeforeAndAfterApart(t *testing.T) {
	t.Parallel()
	f := func(start, end int) annotate.Fragment { return annotate.Fragment{Start: start, End: end} }
	tests := map[string]struct {
		before, after []annotate.Fragment
		want          []annotate.Passage
	}{
		"the same":       {[]annotate.Fragment{f(1, 5)}, []annotate.Fragment{f(1, 5)}, []annotate.Passage{{1, 5, true, true}}},
		"longer":         {[]annotate.Fragment{f(1, 5)}, []annotate.Fragment{f(1, 9)}, []annotate.Passage{{1, 5, true, true}, {5, 9, false, true}}},
		"moved":          {[]annotate.Fragment{f(1, 5)}, []annotate.Fragment{f(3, 9)}, []annotate.Passage{{1, 3, true, false}, {3, 5, true, true}, {5, 9, false, true}}},
		"one more":       {[]annotate.Fragment{f(6, 8)}, []annotate.Fragment{f(1, 2), f(6, 8)}, []annotate.Passage{{1, 2, false, true}, {6, 8, true, true}}},
		"split, but all": {[]annotate.Fragment{f(1, 8)}, []annotate.Fragment{f(4, 8), f(1, 4)}, []annotate.Passage{{1, 8, true, true}}},
		"none":           {nil, nil, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := annotate.Passages(test.before, test.after); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestRecodingsListTheAnswersThatDiffer(t *testing.T) {
	t.Parallel()
	before := annotate.Attributes{"quotation": "direct", "not_stated": []string{"source"}, "note": "same"}
	after := annotate.Attributes{"quotation": "mixed", "topic": "harbour", "note": "same"}
	want := []annotate.Recoded{
		{"not_stated", []string{"source"}, nil}, {"quotation", "direct", "mixed"}, {"topic", nil, "harbour"},
	}
	if got := annotate.Recodings(before, after); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := annotate.Recodings(nil, nil); got != nil {
		t.Errorf("got %v of nothing", got)
	}
}

// TestWhatManyChangesComeTo has a claim moved twice, a cue made and removed
// again, and a speaker removed.
func TestWhatManyChangesComeTo(t *testing.T) {
	t.Parallel()
	at := func(id annotate.ID, start int) *annotate.Annotation {
		return &annotate.Annotation{ID: id, Kind: annotate.Claim, Fragments: []annotate.Fragment{{Start: start, End: start + 5}}}
	}
	tie := func(id, to annotate.ID) *annotate.Link {
		return &annotate.Link{ID: id, From: "claim", To: to, Role: annotate.RoleSpeaker}
	}
	newestFirst := [][]annotate.Deed{
		{{Did: annotate.DidRemove, Before: at("cue", 9)}, {Did: annotate.DidChange, Before: at("back", 8), After: at("back", 7)}},
		{{Did: annotate.DidChange, Before: at("claim", 2), After: at("claim", 3)}, {Did: annotate.DidRemove, LinkBefore: tie("old", "ana")}},
		{{Did: annotate.DidMake, After: at("cue", 9)}, {Did: annotate.DidChange, Before: at("claim", 1), After: at("claim", 2)}},
		{{Did: annotate.DidChange, Before: at("back", 7), After: at("back", 8)}, {Did: annotate.DidMake, LinkAfter: tie("new", "ben")}},
	}
	want := []annotate.Deed{
		{Did: annotate.DidMake, LinkAfter: tie("new", "ben")},
		{Did: annotate.DidChange, Before: at("claim", 1), After: at("claim", 3)},
		{Did: annotate.DidRemove, LinkBefore: tie("old", "ana")},
	}
	if got := annotate.Net(newestFirst); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
