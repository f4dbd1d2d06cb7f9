package annotate_test

import (
	"fmt"
	"testing"

	"onrecord.dev/internal/annotate"
)

func TestAnAttributionReadsAsASentence(t *testing.T) {
	t.Parallel()
	named := func(a annotate.Annotation) string { return string(a.ID) }
	link := func(from string, role annotate.LinkRole, to string) annotate.Link {
		return annotate.Link{ID: annotate.ID(from + to), From: annotate.ID(from), To: annotate.ID(to), Role: role}
	}
	transcribed := link("a tape", annotate.RoleVia, "the Courier")
	transcribed.Attributes = annotate.Attributes{"relation": "transcribed_by"}
	gone := link("claim", annotate.RoleSpeaker, "Ben")
	gone.Deleted = true

	tests := map[string]struct {
		attributes annotate.Attributes
		links      []annotate.Link
		want       string
	}{
		"nothing linked":      {want: "no speaker yet"},
		"speaker not stated":  {attributes: annotate.Attributes{"not_stated": []string{"speaker"}}, want: "speaker not stated"},
		"one speaker":         {links: []annotate.Link{link("claim", annotate.RoleSpeaker, "Ana")}, want: "Ana"},
		"deleted link":        {links: []annotate.Link{gone}, want: "no speaker yet"},
		"end that is missing": {links: []annotate.Link{link("claim", annotate.RoleSpeaker, "nobody")}, want: "no speaker yet"},
		"three speakers, in the order of the text": {
			links: []annotate.Link{
				link("claim", annotate.RoleSpeaker, "Cem"), link("claim", annotate.RoleSpeaker, "Ana"), link("claim", annotate.RoleSpeaker, "Ben"),
			},
			want: "Ana, Ben and Cem",
		},
		"addressee": {
			links: []annotate.Link{link("claim", annotate.RoleSpeaker, "Ana"), link("claim", annotate.RoleAddressee, "Ben")},
			want:  "Ana, to Ben",
		},
		"chain outwards": {
			links: []annotate.Link{
				link("claim", annotate.RoleSpeaker, "Ana"), link("claim", annotate.RoleSource, "a tape"), transcribed,
				link("the Courier", annotate.RoleVia, "the Post"),
			},
			want: "Ana, through a tape, transcribed by the Courier, through the Post",
		},
		"two ways": {
			links: []annotate.Link{
				link("claim", annotate.RoleSpeaker, "Ana"), link("claim", annotate.RoleSource, "a tape"),
				link("claim", annotate.RoleSource, "the Post"),
			},
			want: "Ana, through a tape, and through the Post",
		},
		"speech within speech reached us the way the outer claim did": {
			links: []annotate.Link{
				link("claim", annotate.RoleSpeaker, "Ana"), link("claim", annotate.RoleWithin, "outer"),
				link("outer", annotate.RoleSpeaker, "Ben"), link("outer", annotate.RoleSource, "a tape"),
			},
			want: "Ana, as told by Ben, through a tape",
		},
	}
	var annotations []annotate.Annotation
	for i, id := range []annotate.ID{"Ana", "Ben", "Cem", "a tape", "the Courier", "the Post", "outer"} {
		annotations = append(annotations, annotate.Annotation{ID: id, Fragments: []annotate.Fragment{{Start: i, End: i + 1}}})
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			claim := annotate.Annotation{ID: "claim", Kind: annotate.Claim, Attributes: tt.attributes}
			got := annotate.NewAttributions(annotations, tt.links).Of(claim).Sentence(annotate.DefaultCodebook(), named)
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestManyWaysOutwardsStayBounded links twenty-four sources so that there are
// 4,096 ways from the first to the last.
func TestManyWaysOutwardsStayBounded(t *testing.T) {
	t.Parallel()
	annotations := []annotate.Annotation{{ID: "s0"}}
	links := []annotate.Link{{From: "claim", To: "s0", Role: annotate.RoleSource}}
	for i := range 12 {
		from, to := annotate.ID(fmt.Sprint("s", i)), annotate.ID(fmt.Sprint("s", i+1))
		for _, side := range []annotate.ID{from + "l", from + "r"} {
			annotations = append(annotations, annotate.Annotation{ID: side})
			links = append(links,
				annotate.Link{From: from, To: side, Role: annotate.RoleVia},
				annotate.Link{From: side, To: to, Role: annotate.RoleVia})
		}
		annotations = append(annotations, annotate.Annotation{ID: to})
	}
	got := annotate.NewAttributions(annotations, links).Of(annotate.Annotation{ID: "claim"})
	if n := len(got.Chains); n == 0 || n > 200 {
		t.Errorf("got %d chains, want 1 to 200", n)
	}
	if got, want := len(got.Chains[0]), 25; got != want {
		t.Errorf("the first chain has %d sources, want all %d", got, want)
	}
}
