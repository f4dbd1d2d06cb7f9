package annotate_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onrecord.dev/internal/annotate"
)

func attributeIn(c *annotate.Codebook, name string) *annotate.Attribute {
	return &c.Attributes[slices.IndexFunc(c.Attributes, func(a annotate.Attribute) bool { return a.Name == name })]
}

func TestAmendmentsTellWhatIsOtherwise(t *testing.T) {
	type codebook = annotate.Codebook
	kind := annotate.Amendment{Part: annotate.PartKind, Name: "cue", Label: "Cue", Kinds: []string{"cue"}}
	attribute := annotate.Amendment{Part: annotate.PartAttribute, Name: "certainty", Label: "Certainty", Kinds: []string{"claim"}}
	value := annotate.Amendment{Part: annotate.PartValue, Name: "modality", Value: "future", Label: "Future", Kinds: []string{"claim"}}
	with := func(m annotate.Amendment, how annotate.AmendmentHow, field, was, is string, substantial bool) annotate.Amendment {
		m.How, m.Field, m.Was, m.Is, m.Substantial = how, field, was, is, substantial
		return m
	}
	for name, tt := range map[string]struct {
		change func(*codebook)
		want   []annotate.Amendment
	}{
		"nothing": {func(*codebook) {}, nil},
		"the guidelines": {func(c *codebook) { c.Guidelines = "Read first." }, []annotate.Amendment{
			with(annotate.Amendment{Part: annotate.PartGuidelines}, annotate.Changed, "guidelines", "", "Read first.", true),
		}},
		"how a kind is shown": {func(c *codebook) { c.Kinds[3].Color, c.Kinds[3].Key = "rose", "" }, []annotate.Amendment{
			with(kind, annotate.Changed, "color", "violet", "rose", false), with(kind, annotate.Changed, "key", "u", "", false),
		}},
		"what a kind stands for": {func(c *codebook) { c.Kinds[3].Entities = []annotate.EntityType{annotate.Person, annotate.Outlet} }, []annotate.Amendment{
			with(kind, annotate.Changed, "entities", "", "person, outlet", true),
		}},
		"a kind moved": {func(c *codebook) {
			c.Kinds[0], c.Kinds[3] = c.Kinds[3], c.Kinds[0]
			c.Kinds[1], c.Kinds[2], c.Kinds[3] = c.Kinds[3], c.Kinds[1], c.Kinds[2]
		}, []annotate.Amendment{with(kind, annotate.Moved, "", "", "", false)}},
		"a kind removed": {func(c *codebook) { *c = *c.WithoutKind("cue") }, []annotate.Amendment{
			with(kind, annotate.Removed, "", "", "", true),
			with(annotate.Amendment{Part: annotate.PartAttribute, Name: "cue_stance", Label: "Author's distance", Kinds: []string{"cue"}}, annotate.Changed, "kinds", "cue", "", true),
		}},
		"an attribute of links": {func(c *codebook) { attributeIn(c, "certainty").Active = false }, []annotate.Amendment{
			with(attribute, annotate.Changed, "active", "on", "off", true),
		}},
		"whom an attribute is asked of": {func(c *codebook) { attributeIn(c, "certainty").Roles = []annotate.LinkRole{annotate.RoleVia} }, []annotate.Amendment{
			with(annotate.Amendment{Part: annotate.PartAttribute, Name: "certainty", Label: "Certainty", Kinds: []string{"source", "claim"}}, annotate.Changed, "roles", "speaker, source", "via", true),
		}},
		"a value switched off": {func(c *codebook) { attributeIn(c, "modality").Values[1].Active = false }, []annotate.Amendment{
			with(value, annotate.Changed, "active", "on", "off", true),
		}},
		"a value removed": {func(c *codebook) {
			a := attributeIn(c, "modality")
			a.Values = slices.Delete(slices.Clone(a.Values), 1, 2)
		}, []annotate.Amendment{
			with(value, annotate.Removed, "", "", "", true),
		}},
		"a value moved": {func(c *codebook) { v := attributeIn(c, "modality").Values; v[0], v[1] = v[1], v[0] }, []annotate.Amendment{
			with(annotate.Amendment{Part: annotate.PartValue, Name: "modality", Value: "actual", Label: "Actual", Kinds: []string{"claim"}}, annotate.Moved, "", "", "", false),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c := annotate.DefaultCodebook()
			tt.change(c)
			got := c.Amendments(annotate.DefaultCodebook())
			if diff := cmp.Diff(tt.want, got); diff != "" && len(tt.want)+len(got) > 0 {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOnlySubstantialAmendmentsTouchAKind(t *testing.T) {
	c := annotate.DefaultCodebook()
	c.Kinds[0].Color = "rose"
	attributeIn(c, "certainty").Guideline = "Otherwise."
	found := c.Amendments(annotate.DefaultCodebook())
	if len(found) != 2 || found[0].Touches(annotate.Claim) || !found[1].Touches(annotate.Claim) || found[1].Touches(annotate.Speaker) {
		t.Errorf("got %+v", found)
	}
}

func TestPartsOfACodebookTakeTheirPlace(t *testing.T) {
	names := func(c *annotate.Codebook) (names []string) {
		for _, k := range c.Kinds {
			names = append(names, k.Name)
		}
		return names
	}
	c := annotate.DefaultCodebook()
	cue, _ := c.Kind(annotate.Cue)
	mood := annotate.Kind{Name: "mood", Label: "Mood", Color: "slate", Active: true}
	for name, tt := range map[string]struct {
		was, after string
		kind       annotate.Kind
		want       []string
	}{
		"new, first":            {"", "", mood, []string{"mood", "claim", "speaker", "source", "cue"}},
		"new, in between":       {"", "speaker", mood, []string{"claim", "speaker", "mood", "source", "cue"}},
		"new, after one gone":   {"", "irony", mood, []string{"claim", "speaker", "source", "cue", "mood"}},
		"where it was":          {"cue", "source", cue, []string{"claim", "speaker", "source", "cue"}},
		"moved up":              {"cue", "claim", cue, []string{"claim", "cue", "speaker", "source"}},
		"moved to the front":    {"cue", "", cue, []string{"cue", "claim", "speaker", "source"}},
		"renamed, in its place": {"cue", "source", mood, []string{"claim", "speaker", "source", "mood"}},
	} {
		t.Run(name, func(t *testing.T) {
			next := c.WithKind(tt.was, tt.kind, tt.after)
			if got := names(next); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if diff := cmp.Diff(annotate.DefaultCodebook(), c); diff != "" {
				t.Fatalf("it has changed the codebook it began with:\n%s", diff)
			}
		})
	}
	renamed := c.WithKind("cue", mood, "source")
	if got := attributeIn(renamed, "cue_stance").Kinds; !slices.Equal(got, []string{"mood"}) {
		t.Errorf("what was asked of the cue is asked of %v", got)
	}
	note := c.WithAttribute("", annotate.Attribute{Name: "note", Label: "Note", Type: annotate.Prose, Kinds: []string{"cue"}}, "quotation")
	if note.Attributes[1].Name != "note" || note.Validate() != nil {
		t.Errorf("the attribute is elsewhere: %v", note.Validate())
	}
	if diff := cmp.Diff(c, note.WithoutAttribute("note")); diff != "" {
		t.Errorf("without it the codebook is another:\n%s", diff)
	}
	if got := c.WithGuidelines("Read."); got.Guidelines != "Read." || c.Guidelines != "" {
		t.Errorf("the guidelines are %q", got.Guidelines)
	}
}

func TestValuesSayWhetherTheyMayBeChosen(t *testing.T) {
	var v []annotate.Value
	const written = `[{"value":"a","label":"A","guideline":""},{"value":"b","label":"B","guideline":"","active":false}]`
	if err := json.Unmarshal([]byte(written), &v); err != nil || !v[0].Active || v[1].Active {
		t.Errorf("got %+v, %v", v, err)
	}
	if err := json.Unmarshal([]byte(`[{"value":"a","meaning":"A"}]`), &v); err == nil {
		t.Error("a member that is none is taken")
	}
}

// A value that is switched off stays where it was chosen, and cannot be chosen
// anew.
func TestValuesSwitchedOffStayWhereTheyWere(t *testing.T) {
	coded := func(given annotate.Attributes) annotate.Annotation {
		a := tagged(claim, annotate.Claim, "The bridge is “safe”")
		a.Attributes = given
		return a
	}
	for name, tt := range map[string]struct {
		had, given annotate.Attributes
		refused    bool
	}{
		"chosen anew":         {annotate.Attributes{}, annotate.Attributes{"quotation": "mixed"}, true},
		"kept":                {annotate.Attributes{"quotation": "mixed"}, annotate.Attributes{"quotation": "mixed"}, false},
		"kept beside another": {annotate.Attributes{"not_stated": []string{"source"}}, annotate.Attributes{"not_stated": []string{"source", "speaker"}}, false},
		"added to another":    {annotate.Attributes{"not_stated": []string{"speaker"}}, annotate.Attributes{"not_stated": []string{"source", "speaker"}}, true},
		"given up":            {annotate.Attributes{"quotation": "mixed"}, annotate.Attributes{"quotation": "direct"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSet(t)
			first := coded(tt.had)
			first.Version = s.Annotations[claim].Version
			s.must(t, author, put(first))
			attributeIn(s.codebook, "quotation").Values[1].Active = false
			attributeIn(s.codebook, "not_stated").Values[1].Active = false
			again := coded(tt.given)
			again.Version = s.Annotations[claim].Version
			if _, err := s.apply(other, put(again)); (err != nil) != tt.refused {
				t.Errorf("got %v", err)
			}
		})
	}
}
