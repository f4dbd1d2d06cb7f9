package store_test

import (
	"slices"
	"strings"
	"testing"

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
