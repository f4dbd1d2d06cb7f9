package store_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// What has been coded must stay what can be coded, or an export could not be
// imported again.
func TestACodebookKeepsWhatHasBeenCoded(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	with := func(change func(*annotate.Codebook)) *annotate.Codebook {
		c := annotate.DefaultCodebook()
		c.Kinds = append(c.Kinds, annotate.Kind{Name: "irony", Label: "Irony", Color: "teal", Entities: []annotate.EntityType{}, Active: true})
		change(c)
		return c
	}
	attribute := func(c *annotate.Codebook, name string) *annotate.Attribute {
		return &c.Attributes[slices.IndexFunc(c.Attributes, func(a annotate.Attribute) bool { return a.Name == name })]
	}
	without := func(name string) func(*annotate.Codebook) {
		return func(c *annotate.Codebook) {
			c.Attributes = slices.DeleteFunc(c.Attributes, func(a annotate.Attribute) bool { return a.Name == name })
		}
	}
	withoutValue := func(name, value string) func(*annotate.Codebook) {
		return func(c *annotate.Codebook) {
			a := attribute(c, name)
			a.Values = slices.DeleteFunc(a.Values, func(v annotate.Value) bool { return v.Value == value })
		}
	}
	withoutIrony := func(c *annotate.Codebook) { c.Kinds = c.Kinds[:len(c.Kinds)-1] }
	base := 1
	change := func(c *annotate.Codebook) error {
		_, err := n.ChangeCodebook(t.Context(), store.CodebookChange{Project: n.project, Base: base, Codebook: c, By: n.mara, At: n.later()})
		if err == nil {
			base++
		}
		return err
	}
	if err := change(with(func(*annotate.Codebook) {})); err != nil {
		t.Fatal(err)
	}
	article := n.article("Harbour", harbour)
	claim := n.tag(article, n.ana, annotate.Annotation{
		Kind: annotate.Claim, Fragments: n.fragments(article, "declined to comment"),
		Attributes: annotate.Attributes{"quotation": "indirect", "not_stated": []string{"source"}},
	})
	speaker := n.mention(article, annotate.Speaker, "Jan Vos", n.entity(annotate.Person, "Jan Vos"))
	n.change(article, n.ana, annotate.Operation{Op: annotate.Put, Link: &annotate.Link{
		ID: store.NewID(), From: claim, To: speaker, Role: annotate.RoleSpeaker, Attributes: annotate.Attributes{"certainty": "CT+"},
	}})
	gone := n.tag(article, n.ana, annotate.Annotation{Kind: "irony", Fragments: n.fragments(article, "a good deal")})
	n.change(article, n.ana, annotate.Operation{Op: annotate.Delete, Annotation: &annotate.Annotation{ID: gone, Version: 1}})

	for name, tt := range map[string]struct {
		change func(*annotate.Codebook)
		words  string
	}{
		"an attribute":               {without("quotation"), "attribute quotation"},
		"a value":                    {withoutValue("quotation", "indirect"), "indirect"},
		"a value of several":         {withoutValue("not_stated", "source"), "not_stated"},
		"the type":                   {func(c *annotate.Codebook) { attribute(c, "quotation").Type = annotate.Choices }, "quotation"},
		"whom it is asked of":        {func(c *annotate.Codebook) { attribute(c, "quotation").Kinds = []string{annotate.Speaker} }, "quotation"},
		"which links it is asked of": {func(c *annotate.Codebook) { attribute(c, "certainty").Roles = []annotate.LinkRole{annotate.RoleVia} }, "certainty"},
		"entities":                   {func(c *annotate.Codebook) { c.Kinds[1].Entities = nil }, "entities of the kind speaker"},
		"a kind that was undone":     {withoutIrony, "kind irony"},
	} {
		t.Run(name, func(t *testing.T) {
			err := change(with(tt.change))
			bad := invalid(t, err)
			if words := bad["attributes"] + bad["kinds"]; !strings.Contains(words, tt.words) || !strings.Contains(words, "Keep") {
				t.Errorf("it says %q, want %q", words, tt.words)
			}
		})
	}
	for name, free := range map[string]func(*annotate.Codebook){
		"an attribute nobody used": without("modality"),
		"a value nobody used":      withoutValue("quotation", "mixed"),
		"switching all off": func(c *annotate.Codebook) {
			for i := range c.Attributes {
				c.Attributes[i].Active = false
			}
			c.Kinds[len(c.Kinds)-1].Active = false
		},
	} {
		t.Run(name, func(t *testing.T) {
			if err := change(with(free)); err != nil {
				t.Error(err)
			}
		})
	}
	c := n.export(store.ExportFilter{})
	copied := n.newProject("copy")
	n.mustImport(copied, c)
	same(t, c, exported(t, n.Store, copied, store.ExportFilter{}))
}

func TestWhatIsCodedIsCounted(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("Harbour", harbour)
	claim := n.tag(article, n.ana, annotate.Annotation{
		Kind: annotate.Claim, Fragments: n.fragments(article, "declined to comment"),
		Attributes: annotate.Attributes{"quotation": "indirect", "not_stated": []string{"source", "speaker"}, "time": "today"},
	})
	gone := n.tag(article, n.ana, annotate.Annotation{
		Kind: annotate.Claim, Fragments: n.fragments(article, "a good deal"), Attributes: annotate.Attributes{"not_stated": []string{"source"}},
	})
	n.change(article, n.ana, annotate.Operation{Op: annotate.Delete, Annotation: &annotate.Annotation{ID: gone, Version: 1}})
	speaker := n.mention(article, annotate.Speaker, "Jan Vos", n.entity(annotate.Person, "Jan Vos"))
	n.change(article, n.ana, annotate.Operation{Op: annotate.Put, Link: &annotate.Link{
		ID: store.NewID(), From: claim, To: speaker, Role: annotate.RoleSpeaker, Attributes: annotate.Attributes{"certainty": "CT+"},
	}})
	other := n.newProject("other")
	for kind, want := range map[string]store.KindUse{
		annotate.Claim: {Annotations: 2}, annotate.Speaker: {Annotations: 1, WithEntity: 1}, annotate.Cue: {}, "irony": {},
	} {
		if got, err := n.KindUse(t.Context(), n.project, kind); err != nil || got != want {
			t.Errorf("%s: %+v, %v, want %+v", kind, got, err, want)
		}
	}
	codebook := annotate.DefaultCodebook()
	for name, want := range map[string]store.AttributeUse{
		"quotation":  {Answers: 1, Values: map[string]int{"indirect": 1}},
		"not_stated": {Answers: 2, Values: map[string]int{"source": 2, "speaker": 1}},
		"certainty":  {Answers: 1, Values: map[string]int{"CT+": 1}},
		"time":       {Answers: 1, Values: map[string]int{}},
		"modality":   {Values: map[string]int{}},
	} {
		a, _ := codebook.Attribute(name)
		got, err := n.AttributeUse(t.Context(), n.project, a)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", name, err, diff)
		}
		if got, err := n.AttributeUse(t.Context(), other, a); err != nil || got.Answers != 0 {
			t.Errorf("%s in another project: %+v, %v", name, got, err)
		}
	}
}

func TestCodebookVersionsTellWhoMadeThem(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	made := []time.Time{n.now}
	for base := 1; base <= 3; base++ {
		c := annotate.DefaultCodebook().WithGuidelines(strings.Repeat("Read. ", base))
		if _, err := n.ChangeCodebook(t.Context(), store.CodebookChange{Project: n.project, Base: base, Codebook: c, By: n.ben, At: n.later()}); err != nil {
			t.Fatal(err)
		}
		made = append(made, n.now)
	}
	want := func(version int) store.CodebookVersion {
		v := store.CodebookVersion{Version: version, By: n.ben, Author: "Ben Okafor", At: made[version-1], Codebook: annotate.DefaultCodebook().WithGuidelines(strings.Repeat("Read. ", version-1))}
		if version == 1 {
			v.By, v.Author = n.mara, "Mara Lind"
		}
		return v
	}
	for _, tt := range []struct {
		before, limit int
		want          []store.CodebookVersion
	}{
		{0, 10, []store.CodebookVersion{want(4), want(3), want(2), want(1)}},
		{0, 2, []store.CodebookVersion{want(4), want(3)}},
		{3, 2, []store.CodebookVersion{want(2), want(1)}},
		{1, 2, []store.CodebookVersion{}},
	} {
		got, err := n.CodebookVersions(t.Context(), n.project, tt.before, tt.limit)
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
			t.Errorf("before %d: %v (-want +got):\n%s", tt.before, err, diff)
		}
	}
	got, err := n.CodebookVersion(t.Context(), n.project, 2)
	if diff := cmp.Diff(want(2), got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	for _, version := range []int{-1, 0, 5, 1 << 40} {
		if _, err := n.CodebookVersion(t.Context(), n.project, version); !errors.Is(err, annotate.ErrNotFound) {
			t.Errorf("version %d: %v", version, err)
		}
	}
}

func TestVersionsBeforeAnyNumberAreListed(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	for before, want := range map[int]int{0: 1, 1: 0, 2: 1, math.MaxInt: 1} {
		versions, err := n.CodebookVersions(t.Context(), n.project, before, 10)
		if err != nil || len(versions) != want {
			t.Errorf("before %d: %d versions, %v; want %d", before, len(versions), err, want)
		}
	}
}
