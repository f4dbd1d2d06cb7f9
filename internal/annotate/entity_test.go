package annotate_test

import (
	"errors"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
)

func TestEntitiesAreValidated(t *testing.T) {
	tests := map[string]struct {
		change func(*annotate.Entity)
		fields []string
	}{
		"a person":                {func(*annotate.Entity) {}, nil},
		"no name":                 {func(e *annotate.Entity) { e.Name = " " }, []string{"name"}},
		"an overlong name":        {func(e *annotate.Entity) { e.Name = strings.Repeat("é", 201) }, []string{"name"}},
		"no type":                 {func(e *annotate.Entity) { e.Type = "" }, []string{"type"}},
		"an unknown type":         {func(e *annotate.Entity) { e.Type = "ship" }, []string{"type"}},
		"a long description":      {func(e *annotate.Entity) { e.Description = strings.Repeat("é", 2000) }, nil},
		"an overlong description": {func(e *annotate.Entity) { e.Description = strings.Repeat("é", 2001) }, []string{"description"}},
		"names of every type": {func(e *annotate.Entity) {
			e.Names = []annotate.EntityName{{Name: "A. Ruiz", Type: annotate.Spelling}, {Name: "Ana", Type: annotate.Short}, {Name: "the mayor", Type: annotate.Title}}
		}, nil},
		"a blank alternative": {func(e *annotate.Entity) { e.Names = []annotate.EntityName{{Name: " ", Type: annotate.Short}} }, []string{"names"}},
		"an overlong alternative": {func(e *annotate.Entity) {
			e.Names = []annotate.EntityName{{Name: strings.Repeat("é", 201), Type: annotate.Short}}
		}, []string{"names"}},
		"an alternative untyped": {func(e *annotate.Entity) { e.Names = []annotate.EntityName{{Name: "Ana"}} }, []string{"names"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := annotate.Entity{Type: annotate.Person, Name: "Ana Ruiz"}
			tt.change(&e)
			complains(t, e.Validate(), tt.fields...)
		})
	}
	for _, kind := range annotate.EntityTypes {
		complains(t, annotate.Entity{Type: kind, Name: "Ana Ruiz"}.Validate())
	}
}

func TestAnEntityThatExistsSaysWhich(t *testing.T) {
	var err error = annotate.EntityExists{Entity: annotate.Entity{Type: annotate.Person, Name: "Ana Ruiz"}}
	if !errors.Is(err, annotate.ErrExists) || !strings.Contains(err.Error(), "Ana Ruiz") {
		t.Errorf("got %v", err)
	}
	for _, kind := range annotate.EntityTypes {
		words := annotate.EntityExists{Entity: annotate.Entity{Type: kind, Name: "Ana Ruiz"}}.Words()
		if !strings.Contains(words, string(kind)+" called “Ana Ruiz”") {
			t.Errorf("a %s: %s", kind, words)
		}
	}
}
