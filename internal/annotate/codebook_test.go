package annotate_test

import (
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
)

func TestCodebooksAreValidated(t *testing.T) {
	type codebook = annotate.Codebook
	last := func(c *codebook) *annotate.Attribute { return &c.Attributes[len(c.Attributes)-1] }
	kind := func(change func(*annotate.Kind)) func(*codebook) {
		return func(c *codebook) {
			c.Kinds = append(c.Kinds, annotate.Kind{Name: "mood", Label: "Mood", Color: "slate", Key: "m", Active: true})
			change(&c.Kinds[4])
		}
	}
	attribute := func(change func(*annotate.Attribute)) func(*codebook) {
		return func(c *codebook) {
			c.Attributes = []annotate.Attribute{
				{Name: "tone", Label: "Tone", Type: annotate.Choice, Kinds: []string{annotate.Cue}, Values: []annotate.Value{{Value: "dry", Label: "Dry"}}},
				{Name: "note", Label: "Note", Type: annotate.Prose, Roles: []annotate.LinkRole{annotate.RoleVia}},
			}
			change(last(c))
		}
	}
	tests := map[string]struct {
		change func(*codebook)
		fields []string
	}{
		"one more kind":               {kind(func(*annotate.Kind) {}), nil},
		"a kind without a key":        {kind(func(k *annotate.Kind) { k.Key = "" }), nil},
		"a kind switched off":         {kind(func(k *annotate.Kind) { k.Active = false }), nil},
		"no speaker":                  {func(c *codebook) { c.Kinds = append(c.Kinds[:1], c.Kinds[2:]...); c.Attributes = nil }, []string{"kinds"}},
		"claims switched off":         {func(c *codebook) { c.Kinds[0].Active = false }, []string{"kinds"}},
		"nothing at all":              {func(c *codebook) { *c = codebook{} }, []string{"kinds"}},
		"a kind's name taken":         {kind(func(k *annotate.Kind) { k.Name = annotate.Cue }), []string{"kinds[4].name"}},
		"a kind's name with a blank":  {kind(func(k *annotate.Kind) { k.Name = "my mood" }), []string{"kinds[4].name"}},
		"a kind's name in upper case": {kind(func(k *annotate.Kind) { k.Name = "Mood" }), []string{"kinds[4].name"}},
		"a kind's overlong name":      {kind(func(k *annotate.Kind) { k.Name = strings.Repeat("m", 41) }), []string{"kinds[4].name"}},
		"a kind without a label":      {kind(func(k *annotate.Kind) { k.Label = " " }), []string{"kinds[4].label"}},
		"a colour there is not":       {kind(func(k *annotate.Kind) { k.Color = "#ff0000" }), []string{"kinds[4].color"}},
		"a colour of its own":         {kind(func(k *annotate.Kind) { k.Color = "9a6700-e2b344" }), nil},
		"a colour too pale":           {kind(func(k *annotate.Kind) { k.Color = "e2b344-e2b344" }), []string{"kinds[4].color"}},
		"half a colour":               {kind(func(k *annotate.Kind) { k.Color = "9a6700" }), []string{"kinds[4].color"}},
		"overlong guidelines":         {func(c *codebook) { c.Guidelines = strings.Repeat("é", 20_001) }, []string{"guidelines"}},
		"a key that is taken":         {kind(func(k *annotate.Kind) { k.Key = "c" }), []string{"kinds[4].key"}},
		"a key in upper case":         {kind(func(k *annotate.Kind) { k.Key = "M" }), []string{"kinds[4].key"}},
		"a key of two letters":        {kind(func(k *annotate.Kind) { k.Key = "mm" }), []string{"kinds[4].key"}},
		"two kinds without a key": {func(c *codebook) {
			c.Kinds[2].Key, c.Kinds[3].Key = "", ""
		}, nil},
		"a type of entity there is not": {kind(func(k *annotate.Kind) { k.Entities = []annotate.EntityType{annotate.Person, "ship"} }), []string{"kinds[4].entities"}},
		"an overlong guideline":         {kind(func(k *annotate.Kind) { k.Guideline = strings.Repeat("é", 20_001) }), []string{"kinds[4].guideline"}},

		"two attributes":                       {attribute(func(*annotate.Attribute) {}), nil},
		"an attribute's name taken":            {attribute(func(a *annotate.Attribute) { a.Name = "tone" }), []string{"attributes[1].name"}},
		"an attribute's name with a hyphen":    {attribute(func(a *annotate.Attribute) { a.Name = "in-tone" }), []string{"attributes[1].name"}},
		"an attribute's name of digits":        {attribute(func(a *annotate.Attribute) { a.Name = "1st" }), []string{"attributes[1].name"}},
		"an attribute without a label":         {attribute(func(a *annotate.Attribute) { a.Label = "" }), []string{"attributes[1].label"}},
		"a type there is not":                  {attribute(func(a *annotate.Attribute) { a.Type = "number" }), []string{"attributes[1].type"}},
		"no type":                              {attribute(func(a *annotate.Attribute) { a.Type = "" }), []string{"attributes[1].type"}},
		"a choice of nothing":                  {attribute(func(a *annotate.Attribute) { a.Type = annotate.Choice }), []string{"attributes[1].values"}},
		"choices of nothing":                   {attribute(func(a *annotate.Attribute) { a.Type = annotate.Choices }), []string{"attributes[1].values"}},
		"text with a list":                     {attribute(func(a *annotate.Attribute) { a.Values = []annotate.Value{{Value: "a", Label: "A"}} }), []string{"attributes[1].values"}},
		"all values switched off":              {attribute(func(a *annotate.Attribute) { choice(annotate.Value{Value: "a", Label: "A"})(a); a.Active = true }), []string{"attributes[1].values"}},
		"an overlong guideline of a value":     {attribute(choice(annotate.Value{Value: "a", Label: "A", Guideline: strings.Repeat("é", 20_001)})), []string{"attributes[1].values[0].guideline"}},
		"a value without a label":              {attribute(choice(annotate.Value{Value: "a"})), []string{"attributes[1].values[0]"}},
		"a value without a name":               {attribute(choice(annotate.Value{Label: "A"})), []string{"attributes[1].values[0]"}},
		"a value twice":                        {attribute(choice(annotate.Value{Value: "a", Label: "A"}, annotate.Value{Value: "a", Label: "B"})), []string{"attributes[1].values[1]"}},
		"values that differ in case":           {attribute(choice(annotate.Value{Value: "CT+", Label: "A"}, annotate.Value{Value: "ct+", Label: "B"})), nil},
		"an attribute of an unknown kind":      {attribute(func(a *annotate.Attribute) { a.Kinds = []string{"mood"} }), []string{"attributes[1].kinds"}},
		"an attribute of an unknown role":      {attribute(func(a *annotate.Attribute) { a.Roles = []annotate.LinkRole{"editor"} }), []string{"attributes[1].roles"}},
		"an attribute of nothing":              {attribute(func(a *annotate.Attribute) { a.Roles = nil }), []string{"attributes[1].kinds"}},
		"an attribute's overlong guideline":    {attribute(func(a *annotate.Attribute) { a.Guideline = strings.Repeat("é", 20_001) }), []string{"attributes[1].guideline"}},
		"an attribute of a kind and of a role": {attribute(func(a *annotate.Attribute) { a.Kinds = []string{annotate.Cue} }), nil},
		"all at once": {func(c *codebook) {
			c.Kinds[0].Color, c.Kinds[3].Key = "", "1"
			c.Attributes[0].Label = ""
		}, []string{"kinds[0].color", "kinds[3].key", "attributes[0].label"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := annotate.DefaultCodebook()
			tt.change(c)
			complains(t, c.Validate(), tt.fields...)
		})
	}
}

func choice(values ...annotate.Value) func(*annotate.Attribute) {
	return func(a *annotate.Attribute) { a.Type, a.Values = annotate.Choice, values }
}

func TestCodebooksFindByName(t *testing.T) {
	c := annotate.DefaultCodebook()
	if k, ok := c.Kind(annotate.Cue); !ok || k.Label != "Cue" {
		t.Errorf("got %+v, %v", k, ok)
	}
	if a, ok := c.Attribute("certainty"); !ok || a.Label != "Certainty" {
		t.Errorf("got %+v, %v", a, ok)
	}
	if _, ok := c.Kind("rumour"); ok {
		t.Error("there is a kind rumour")
	}
	if _, ok := c.Attribute("rumour"); ok {
		t.Error("there is an attribute rumour")
	}
}
