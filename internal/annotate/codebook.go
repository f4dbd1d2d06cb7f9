package annotate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Codebook is what a project tags and how: its kinds, and the attributes with
// their closed lists. It is stored and exchanged as this JSON.
type Codebook struct {
	// Guidelines are what holds for the whole project, in Markdown.
	Guidelines string      `json:"guidelines" required:"false" maxLength:"20000" doc:"What holds for the whole project, in Markdown."`
	Kinds      []Kind      `json:"kinds"`
	Attributes []Attribute `json:"attributes"`
}

// Kind is a kind of annotation.
type Kind struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	// Color is one of [Colors], or an [OwnColor].
	Color string `json:"color"`
	// Key is the key that tags a selection with this kind: one lower-case
	// letter, or empty.
	Key string `json:"key"`
	// Entities are the types of entity such an annotation may stand for; none
	// means that it stands for no entity.
	Entities  []EntityType `json:"entities"`
	Guideline string       `json:"guideline"` // Markdown
	// Active says that new annotations may be of this kind.
	Active bool `json:"active"`
}

// Colors are the names of the colours a kind may have; the style sheet gives
// each a light and a dark form of sufficient contrast.
var Colors = []string{"amber", "blue", "green", "violet", "rose", "teal", "orange", "slate"}

// AttributeType says what the value of an attribute is.
type AttributeType string

// The types of attribute.
const (
	Choice  AttributeType = "choice"  // one value of a closed list
	Choices AttributeType = "choices" // one or more values of a closed list
	Prose   AttributeType = "text"    // up to 2000 characters
)

// Attribute is a question the codebook asks of an annotation of certain
// kinds, or of a link in certain roles.
type Attribute struct {
	Name      string        `json:"name"`
	Label     string        `json:"label"`
	Type      AttributeType `json:"type"`
	Kinds     []string      `json:"kinds"`
	Roles     []LinkRole    `json:"roles"`
	Values    []Value       `json:"values"`
	Guideline string        `json:"guideline"` // Markdown
	// Active says that the question is asked. Answers given before it was
	// switched off stay.
	Active bool `json:"active"`
}

// Value is one value of a closed list.
type Value struct {
	Value     string `json:"value"`
	Label     string `json:"label"`
	Guideline string `json:"guideline"`
	// Active says that the value may be chosen. Where it was chosen before it
	// was switched off it stays.
	Active bool `json:"active" required:"false" doc:"Whether it may be chosen; it may when this is left out."`
}

// UnmarshalJSON reads a value. One that does not say so is active: codebooks
// have been stored and exchanged that could not say otherwise.
func (v *Value) UnmarshalJSON(b []byte) error {
	type plain Value
	p := plain{Active: true}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	err := d.Decode(&p)
	*v = Value(p)
	return err
}

// Kind finds the kind called name.
func (c *Codebook) Kind(name string) (Kind, bool) {
	i := slices.IndexFunc(c.Kinds, func(k Kind) bool { return k.Name == name })
	if i < 0 {
		return Kind{}, false
	}
	return c.Kinds[i], true
}

// Attribute finds the attribute called name.
func (c *Codebook) Attribute(name string) (Attribute, bool) {
	i := slices.IndexFunc(c.Attributes, func(a Attribute) bool { return a.Name == name })
	if i < 0 {
		return Attribute{}, false
	}
	return c.Attributes[i], true
}

// AttributesOf lists the active attributes asked of annotations of kind.
func (c *Codebook) AttributesOf(kind string) []Attribute {
	return c.asked(func(a Attribute) bool { return slices.Contains(a.Kinds, kind) })
}

// AttributesOfLink lists the active attributes asked of links in role.
func (c *Codebook) AttributesOfLink(role LinkRole) []Attribute {
	return c.asked(func(a Attribute) bool { return slices.Contains(a.Roles, role) })
}

func (c *Codebook) asked(of func(Attribute) bool) []Attribute {
	var asked []Attribute
	for _, a := range c.Attributes {
		if a.Active && of(a) {
			asked = append(asked, a)
		}
	}
	return asked
}

const maxProse = 2000 // code points

// check complains about given, with a message for each attribute's name that
// may not have its value. What was so before may stay so: had holds the
// values before the change. Values of [Choices] become []string in given.
func (c *Codebook) check(given, had Attributes, asked func(Attribute) bool) map[string]string {
	bad := map[string]string{}
	for name, value := range given {
		a, known := c.Attribute(name)
		value = listed(value)
		given[name] = value
		switch {
		case had.has(name, value):
		case !known || !asked(a):
			bad[name] = "The codebook does not ask this here. Leave it out, or add it to the codebook."
		case !a.Active:
			bad[name] = "The codebook has this switched off. Leave it out, or ask a manager to switch it on."
		case !a.allows(value, had[name]):
			bad[name] = a.expectation()
		}
	}
	return bad
}

func (a Attributes) has(name string, value any) bool {
	had, ok := a[name]
	return ok && Attributes{name: had}.Equal(Attributes{name: value})
}

// listed is value with a list of strings as []string, however it came.
func listed(value any) any {
	items, ok := value.([]any)
	if !ok {
		return value
	}
	list := make([]string, len(items))
	for i, item := range items {
		if list[i], ok = item.(string); !ok {
			return value
		}
	}
	return list
}

// allows reports whether value is of the attribute's type and, where that is
// a closed list, among what it offers or was already in had.
func (a Attribute) allows(value, had any) bool {
	switch v := value.(type) {
	case string:
		return a.Type == Choice && a.offers(v) ||
			a.Type == Prose && strings.TrimSpace(v) != "" && utf8.RuneCountInString(v) <= maxProse
	case []string:
		before, _ := had.([]string)
		for i, s := range v {
			kept := a.lists(s) && slices.Contains(before, s)
			if !a.offers(s) && !kept || slices.Contains(v[:i], s) {
				return false
			}
		}
		return a.Type == Choices && len(v) > 0
	}
	return false
}

func (a Attribute) lists(value string) bool {
	return slices.ContainsFunc(a.Values, func(v Value) bool { return v.Value == value })
}

// offers reports whether value may be chosen.
func (a Attribute) offers(value string) bool {
	return slices.ContainsFunc(a.Values, func(v Value) bool { return v.Value == value && v.Active })
}

func (a Attribute) expectation() string {
	var values []string
	for _, v := range a.Values {
		if v.Active {
			values = append(values, v.Value)
		}
	}
	list := strings.Join(values, ", ")
	switch a.Type {
	case Choice:
		return fmt.Sprintf("Give one of: %s.", list)
	case Choices:
		return fmt.Sprintf("Give a list of one or more, without repeats, of: %s.", list)
	case Prose:
	}
	return "Give 1 to 2000 characters of text, or leave it out."
}

var codeName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// Validate returns an [Invalid] naming what is wrong by its path, such as
// kinds[2].color. The four kinds attribution is made of must be there and
// active.
func (c *Codebook) Validate() error {
	bad := Invalid{}
	for _, name := range []string{Claim, Speaker, Source, Cue} {
		if k, ok := c.Kind(name); !ok || !k.Active {
			bad["kinds"] = "Keep the kinds claim, speaker, source and cue, and keep them active."
		}
	}
	if utf8.RuneCountInString(c.Guidelines) > maxGuideline {
		bad["guidelines"] = "Use at most 20,000 characters."
	}
	for i, k := range c.Kinds {
		k.validate(bad, fmt.Sprintf("kinds[%d]", i), c.Kinds[:i])
	}
	for i, a := range c.Attributes {
		a.validate(bad, fmt.Sprintf("attributes[%d]", i), c, c.Attributes[:i])
	}
	return bad.Err()
}

func (k Kind) validate(bad Invalid, path string, before []Kind) {
	if !codeName.MatchString(k.Name) || slices.ContainsFunc(before, func(b Kind) bool { return b.Name == k.Name }) {
		bad[path+".name"] = "Use a name of its own of lower-case letters, digits and underscores."
	}
	bad.ValidateName(path+".label", k.Label)
	if complaint := complaintOfColor(k.Color); complaint != "" {
		bad[path+".color"] = complaint
	}
	taken := slices.ContainsFunc(before, func(b Kind) bool { return b.Key == k.Key })
	if k.Key != "" && (len(k.Key) != 1 || k.Key[0] < 'a' || k.Key[0] > 'z' || taken) {
		bad[path+".key"] = "Choose a letter a to z that no other kind has."
	}
	for _, e := range k.Entities {
		if !slices.Contains(EntityTypes, e) {
			bad[path+".entities"] = "Choose among the types of entity there are."
		}
	}
	validateGuideline(bad, path, k.Guideline)
}

func complaintOfColor(color string) string {
	if slices.Contains(Colors, color) {
		return ""
	}
	own, ok := ParseOwnColor(color)
	if !ok {
		return fmt.Sprintf("Choose one of: %s. Or give a colour for light pages and one for dark pages, such as 9a6700-e2b344.", strings.Join(Colors, ", "))
	}
	return own.complaint()
}

func (a Attribute) validate(bad Invalid, path string, c *Codebook, before []Attribute) {
	if !codeName.MatchString(a.Name) || slices.ContainsFunc(before, func(b Attribute) bool { return b.Name == a.Name }) {
		bad[path+".name"] = "Use a name of its own of lower-case letters, digits and underscores."
	}
	bad.ValidateName(path+".label", a.Label)
	switch a.Type {
	case Choice, Choices:
		if len(a.Values) == 0 {
			bad[path+".values"] = "Give the closed list at least one value."
		} else if a.Active && !slices.ContainsFunc(a.Values, func(v Value) bool { return v.Active }) {
			bad[path+".values"] = "Leave at least one value switched on, or switch the attribute off."
		}
	case Prose:
		if len(a.Values) > 0 {
			bad[path+".values"] = "Text has no closed list."
		}
	default:
		bad[path+".type"] = "Choose choice, choices or text."
	}
	for i, v := range a.Values {
		repeated := slices.ContainsFunc(a.Values[:i], func(b Value) bool { return b.Value == v.Value })
		if strings.TrimSpace(v.Value) == "" || strings.TrimSpace(v.Label) == "" || len(v.Value) > MaxName || repeated {
			bad[fmt.Sprintf("%s.values[%d]", path, i)] = "Give each value a name of its own and a label."
		}
		validateGuideline(bad, fmt.Sprintf("%s.values[%d]", path, i), v.Guideline)
	}
	for _, kind := range a.Kinds {
		if _, ok := c.Kind(kind); !ok {
			bad[path+".kinds"] = fmt.Sprintf("There is no kind %s.", kind)
		}
	}
	for _, role := range a.Roles {
		if !slices.Contains(LinkRoles, role) {
			bad[path+".roles"] = fmt.Sprintf("There is no role %s.", role)
		}
	}
	if len(a.Kinds) == 0 && len(a.Roles) == 0 {
		bad[path+".kinds"] = "Say which kinds or roles this is asked of."
	}
	validateGuideline(bad, path, a.Guideline)
}

const maxGuideline = 20_000 // code points

func validateGuideline(bad Invalid, path, guideline string) {
	if utf8.RuneCountInString(guideline) > maxGuideline {
		bad[path+".guideline"] = "Use at most 20,000 characters."
	}
}
