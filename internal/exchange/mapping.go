package exchange

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"onrecord.dev/internal/annotate"
)

// Mapping says what the words of another tool are called here, and the other
// way round: of several labels for one thing the first is written. Case makes
// no difference. A label that is not listed means the kind, role or attribute
// of the same name.
type Mapping struct {
	Kinds []MappedKind `json:"kinds"`
	Roles []MappedRole `json:"roles"`
	// Events are labels that stand for an attribution as a whole, where a
	// format has such a thing. The first whose attributes a claim has is
	// written for it.
	Events     []MappedEvent     `json:"events,omitempty"`
	Attributes []MappedAttribute `json:"attributes"`
}

// MappedKind is what a label on a stretch of text means. Without a kind it is
// left out.
type MappedKind struct {
	Label string `json:"label"`
	Kind  string `json:"kind,omitempty"`
}

// MappedRole is what a label of a relation means. Without a role it is left out.
type MappedRole struct {
	Label string            `json:"label"`
	Role  annotate.LinkRole `json:"role,omitempty"`
}

// MappedEvent is what a label of an event says of the claim in it.
type MappedEvent struct {
	Label string `json:"label"`
	// Attributes are those of ours that it stands for.
	Attributes annotate.Attributes `json:"attributes,omitempty"`
}

// MappedAttribute is what an attribute and its values mean. Without an
// attribute it is left out.
type MappedAttribute struct {
	Label     string        `json:"label"`
	Attribute string        `json:"attribute,omitempty"`
	Values    []MappedValue `json:"values,omitempty"`
}

// MappedValue is what a value means.
type MappedValue struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

//go:embed mappings
var mappings embed.FS

// MappingFile is the mapping that comes with the format, as a file to begin
// one's own with; nil for our own formats, which need none.
func (f Format) MappingFile() []byte {
	if f.dialect == nil {
		return nil
	}
	file, err := mappings.ReadFile("mappings/" + f.Name + ".json")
	if err != nil {
		file, _ = mappings.ReadFile("mappings/default.json") // is there: see the tests
	}
	return file
}

// With is the format in the words of m.
func (f Format) With(m *Mapping) Format {
	f.mapping = m
	return f
}

// Mapping is what the format's words mean.
func (f Format) Mapping() *Mapping {
	if f.mapping != nil {
		return f.mapping
	}
	m, err := ReadMapping(f.MappingFile())
	if err != nil {
		panic("mappings: " + err.Error()) // of ours, and tested
	}
	return m
}

// ReadMapping reads a mapping file. It refuses a bad one with an
// [annotate.Invalid] under mapping.
func ReadMapping(file []byte) (*Mapping, error) {
	m := &Mapping{}
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	if err := d.Decode(m); err != nil {
		return nil, annotate.Invalid{"mapping": fmt.Sprintf("The mapping is not JSON as the one of the format is: %s.", err)}
	}
	for i := range m.Events {
		for name, value := range m.Events[i].Attributes {
			m.Events[i].Attributes[name] = listed(value)
		}
	}
	return m, nil
}

// listed is value with a list of strings as []string.
func listed(value any) any {
	items, ok := value.([]any)
	if !ok {
		return value
	}
	list := make([]string, 0, len(items))
	for _, item := range items {
		list = append(list, fmt.Sprint(item))
	}
	return list
}

// kind is what a label means: a kind of c, nothing on purpose, or not known.
func (m *Mapping) kind(label string, c *annotate.Codebook) (kind string, known bool) {
	for _, k := range m.Kinds {
		if strings.EqualFold(k.Label, label) {
			return k.Kind, true
		}
	}
	for _, k := range c.Kinds {
		if strings.EqualFold(k.Name, label) || strings.EqualFold(k.Label, label) || k.Name == code(label) {
			return k.Name, true
		}
	}
	return "", false
}

// code is a label as a name in a codebook would be.
func code(label string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return '_'
		}
		return r
	}, strings.ToLower(label))
}

func (m *Mapping) kindLabel(kind string) string {
	for _, k := range m.Kinds {
		if k.Kind == kind {
			return k.Label
		}
	}
	return kind
}

func (m *Mapping) role(label string) (role annotate.LinkRole, known bool) {
	for _, r := range m.Roles {
		if strings.EqualFold(r.Label, label) {
			return r.Role, true
		}
	}
	role = annotate.LinkRole(code(label))
	return role, slices.Contains(annotate.LinkRoles, role)
}

func (m *Mapping) roleLabel(role annotate.LinkRole) string {
	for _, r := range m.Roles {
		if r.Role == role {
			return r.Label
		}
	}
	return string(role)
}

// event finds what a label of an event says of its claim.
func (m *Mapping) event(label string) (MappedEvent, bool) {
	i := slices.IndexFunc(m.Events, func(e MappedEvent) bool { return strings.EqualFold(e.Label, label) })
	if i < 0 {
		return MappedEvent{}, false
	}
	return m.Events[i], true
}

// eventOf is the event to write for a claim with these attributes of ours, and
// what of them it does not say.
func (m *Mapping) eventOf(a annotate.Attributes) (label string, rest annotate.Attributes) {
	for _, e := range m.Events {
		left := make(annotate.Attributes, len(a))
		for name, value := range a {
			left[name] = value
		}
		says := true
		for name, value := range e.Attributes {
			says = says && annotate.Attributes{name: value}.Equal(annotate.Attributes{name: a[name]})
			delete(left, name)
		}
		if says {
			return e.Label, left
		}
	}
	return "", a
}

// attribute is what an attribute of a mark or tie is called and how its value
// reads here. With no name it is left out on purpose.
func (m *Mapping) attribute(label string, value any) (name string, ours any) {
	for _, a := range m.Attributes {
		if strings.EqualFold(a.Label, label) {
			return a.Attribute, mapped(value, a.value)
		}
	}
	return code(label), value
}

func (a MappedAttribute) value(label string) string {
	for _, v := range a.Values {
		if strings.EqualFold(v.Label, label) {
			return v.Value
		}
	}
	return label
}

func (a MappedAttribute) label(value string) string {
	for _, v := range a.Values {
		if v.Value == value {
			return v.Label
		}
	}
	return value
}

func (m *Mapping) attributeLabel(name string) string {
	for _, a := range m.Attributes {
		if a.Attribute == name {
			return a.Label
		}
	}
	return name
}

// attributesAbroad are attributes of ours in the other tool's words.
func (m *Mapping) attributesAbroad(ours annotate.Attributes) annotate.Attributes {
	theirs := make(annotate.Attributes, len(ours))
	for name, value := range ours {
		label := name
		for _, a := range m.Attributes {
			if a.Attribute == name {
				label, value = a.Label, mapped(value, a.label)
				break
			}
		}
		theirs[label] = value
	}
	return theirs
}

// mapped is value with each string in it replaced.
func mapped(value any, replaced func(string) string) any {
	switch v := value.(type) {
	case string:
		return replaced(v)
	case []string:
		list := make([]string, len(v))
		for i, s := range v {
			list[i] = replaced(s)
		}
		return list
	}
	return value
}
