package page

import (
	"slices"
	"strconv"
	"strings"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/ui"
)

// CodebookForm is what the forms that change a codebook have in common.
type CodebookForm struct {
	// Base is the version the form changes, and Codebook what it says.
	Base     int
	Codebook *annotate.Codebook
	// Was is the name of the part that is changed, or empty for a new one.
	Was string
	// Complaints are by field; Complaint is about the form as a whole.
	Complaints annotate.Invalid
	Complaint  string
	// Stale says that the codebook has changed since the form was opened, Since
	// what, and Rival who changed it last, where that is known.
	Stale bool
	Since []annotate.Amendment
	Rival string
	// Preview asks to see what the form says as it will be shown.
	Preview bool
	// Focus is the id of what the keyboard is in after the form was redrawn.
	Focus string
}

// KindForm is a kind to be changed or made.
type KindForm struct {
	CodebookForm
	Kind annotate.Kind
	// Light and Dark are the colours of its own, such as #9a6700.
	Light, Dark string
	After       string
	// Annotations and WithEntity count what is coded as the kind.
	Annotations int
	WithEntity  int
}

// AttributeForm is an attribute to be changed or made.
type AttributeForm struct {
	CodebookForm
	Attribute annotate.Attribute
	Values    []ValueRow
	After     string
	// Answers counts what is coded with the attribute.
	Answers int
}

// ValueRow is a value of a closed list in the form of its attribute.
type ValueRow struct {
	annotate.Value
	// Was is the name it has in the codebook, empty for a new one, and Used how
	// often it was chosen.
	Was  string
	Used int
	// Complaint is about the value.
	Complaint string
}

// GuidelinesForm is the guidelines of a project.
type GuidelinesForm struct {
	CodebookForm
	Guidelines string
}

// focus has what has the id take the keyboard.
func (v CodebookForm) focus(id string) bool { return v.Focus == id }

// OwnColor is what the radio button sends for a colour of the project's own.
const OwnColor = "own"

// OwnColor is the colour that the form's two fields make.
func (v KindForm) OwnColor() string {
	return strings.TrimPrefix(v.Light, "#") + "-" + strings.TrimPrefix(v.Dark, "#")
}

func (v KindForm) own() bool { return !slices.Contains(annotate.Colors, v.Kind.Color) }

// places are the places an item may take: first, or after another.
func places(f Frame, names, labels []string, was string) []ui.Option {
	options := []ui.Option{{Value: "", Label: f.T("First")}}
	for i, name := range names {
		if name != was || was == "" {
			options = append(options, ui.Option{Value: name, Label: f.T("After %s", labels[i])})
		}
	}
	return options
}

func kindPlaces(f Frame, v KindForm) []ui.Option {
	var names, labels []string
	for _, k := range v.Codebook.Kinds {
		names, labels = append(names, k.Name), append(labels, k.Label)
	}
	return places(f, names, labels, v.Was)
}

func attributePlaces(f Frame, v AttributeForm) []ui.Option {
	var names, labels []string
	for _, a := range v.Codebook.Attributes {
		names, labels = append(names, a.Name), append(labels, a.Label)
	}
	return places(f, names, labels, v.Was)
}

// codeNameHint says what a part's name in code is for, and why it stays.
func codeNameHint(f Frame, used int, things string, fixed bool) string {
	switch {
	case fixed:
		return f.T("Attribution is made of this kind, so its name stays. Its label may change.")
	case used > 0:
		return f.T("In use: %s, deleted ones included. The name stays; the label may change.", things)
	}
	return f.T("How exports and the API call it. Leave it empty to have it made of the label. Once something is coded with it, it stays.")
}

// colorName is what a named colour is called; one of the project's own goes by
// its numbers.
func colorName(f Frame, color string) string {
	switch color {
	case "amber":
		return f.T("amber")
	case "blue":
		return f.T("blue")
	case "green":
		return f.T("green")
	case "violet":
		return f.T("violet")
	case "rose":
		return f.T("rose")
	case "teal":
		return f.T("teal")
	case "orange":
		return f.T("orange")
	case "slate":
		return f.T("slate")
	}
	return color
}

// rowField is the name and id of a field of the value at i.
func rowField(field string, i int) string { return field + "-" + strconv.Itoa(i) }

func times(f Frame, n int) string { return f.N(n, "%d time", "%d times") }

// partTitle is the title of the page on which a part is changed or made.
func partTitle(f Frame, was, part string, c *annotate.Codebook) string {
	if k, ok := c.Kind(was); ok && part == "kind" {
		return f.T("Kind: %s", k.Label)
	}
	if a, ok := c.Attribute(was); ok && part == "attribute" {
		return f.T("Attribute: %s", a.Label)
	}
	if part == "kind" {
		return f.T("A new kind")
	}
	return f.T("A new attribute")
}

// describedBy lists what a screen reader reads out after a group's name.
func describedBy(id, complaint string) string {
	if complaint != "" {
		return id + "-hint " + id + "-complaint"
	}
	return id + "-hint"
}

func valueHint(f Frame, row ValueRow) string {
	if row.Used > 0 {
		return f.T("Chosen %s, so it stays.", times(f, row.Used))
	}
	return f.T("Made of the label if empty.")
}

func entitiesHint(f Frame, v KindForm) string {
	if v.WithEntity > 0 {
		return f.N(v.WithEntity, "%d annotation stands for an entity, so at least one type stays.", "%d annotations stand for an entity, so at least one type stays.")
	}
	return f.T("The types of entity such an annotation may mean. With none it means no entity.")
}

func typeHint(f Frame, v AttributeForm) string {
	if v.Answers > 0 {
		return f.T("It has been answered %s, so this stays.", times(f, v.Answers))
	}
	return f.T("Once it has been answered, this stays.")
}

func rivalWords(f Frame, v CodebookForm) string {
	if v.Rival == "" {
		return f.T("The codebook has changed since you opened this page, so nothing was saved.")
	}
	return f.T("%s changed the codebook since you opened this page, so nothing was saved.", v.Rival)
}
