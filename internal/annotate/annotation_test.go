package annotate_test

import (
	"slices"
	"testing"

	"onrecord.dev/internal/annotate"
)

func TestAttributesAreEqualWhenTheySayTheSame(t *testing.T) {
	tests := map[string]struct {
		a, b annotate.Attributes
		want bool
	}{
		"none and nil":                {annotate.Attributes{}, nil, true},
		"the same text":               {annotate.Attributes{"time": "then"}, annotate.Attributes{"time": "then"}, true},
		"another text":                {annotate.Attributes{"time": "then"}, annotate.Attributes{"time": "now"}, false},
		"another name":                {annotate.Attributes{"time": "then"}, annotate.Attributes{"date": "then"}, false},
		"one more":                    {annotate.Attributes{"time": "then"}, annotate.Attributes{"time": "then", "date": "then"}, false},
		"the same list":               {annotate.Attributes{"who": []string{"a", "b"}}, annotate.Attributes{"who": []string{"a", "b"}}, true},
		"a list in another order":     {annotate.Attributes{"who": []string{"a", "b"}}, annotate.Attributes{"who": []string{"b", "a"}}, false},
		"a list and its only value":   {annotate.Attributes{"who": []string{"a"}}, annotate.Attributes{"who": "a"}, false},
		"a value and a list of it":    {annotate.Attributes{"who": "a"}, annotate.Attributes{"who": []string{"a"}}, false},
		"what is no attribute at all": {annotate.Attributes{"who": 1.0}, annotate.Attributes{"who": 1.0}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.a.Equal(tt.b); got != tt.want {
				t.Errorf("%v and %v: %v, want %v", tt.a, tt.b, got, tt.want)
			}
		})
	}
}

func TestAnnotationsStandAsInTheText(t *testing.T) {
	spans := func(id annotate.ID, offsets ...int) annotate.Annotation {
		a := annotate.Annotation{ID: id}
		for pair := range slices.Chunk(offsets, 2) {
			a.Fragments = append(a.Fragments, annotate.Fragment{Start: pair[0], End: pair[1]})
		}
		return a
	}
	want := []annotate.Annotation{
		spans("whole", 0, 90),
		spans("split, its end first", 60, 80, 0, 20), // from 0 to 80
		spans("start", 0, 10),
		spans("b", 5, 10),
		spans("c", 5, 10),
		spans("later", 6, 7),
		spans("not in the text, a"),
		spans("not in the text, b"),
	}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, annotate.Annotation.Before)
	for i := range want {
		if got[i].ID != want[i].ID {
			t.Errorf("%d is %s, want %s", i, got[i].ID, want[i].ID)
		}
		if want[i].Before(want[i]) != 0 {
			t.Errorf("%s stands before itself", want[i].ID)
		}
	}
}

func TestRolesLeadBetweenTheirKinds(t *testing.T) {
	want := map[annotate.LinkRole][2]string{
		annotate.RoleSpeaker:   {"claim", "speaker"},
		annotate.RoleAddressee: {"claim", "speaker"},
		annotate.RoleSource:    {"claim", "source"},
		annotate.RoleCue:       {"claim", "cue"},
		annotate.RoleWithin:    {"claim", "claim"},
		annotate.RoleVia:       {"source", "source"},
	}
	if len(annotate.LinkRoles) != len(want) {
		t.Errorf("there are %d roles, want %d", len(annotate.LinkRoles), len(want))
	}
	for _, role := range annotate.LinkRoles {
		from, to, ok := role.Ends()
		if !ok || want[role] != [2]string{from, to} {
			t.Errorf("%s leads from %q to %q, want %v", role, from, to, want[role])
		}
	}
	if _, _, ok := annotate.LinkRole("editor").Ends(); ok {
		t.Error("editor is no role and has ends")
	}
}
