package annotate

import (
	"slices"
	"strings"
)

// Amendment is one thing in which a codebook is not as an earlier one was.
type Amendment struct {
	Part Part
	// Name is that of the kind or attribute; the guidelines have none. Value is
	// that of the closed list, where Part is [PartValue].
	Name  string
	Value string
	// Label is what people call it: in the later codebook, or in the earlier
	// one if it is gone.
	Label string
	How   AmendmentHow
	// Field is the member that was changed, as it is called in JSON, with what
	// it was and is in words of the codebook.
	Field   string
	Was, Is string
	// Kinds are the kinds of annotation it concerns, and Substantial says that
	// it may make a difference to how they are coded, and not only to how that
	// is shown.
	Kinds       []string
	Substantial bool
}

// Part is a part of a codebook.
type Part string

// The parts of a codebook.
const (
	PartGuidelines Part = "guidelines"
	PartKind       Part = "kind"
	PartAttribute  Part = "attribute"
	PartValue      Part = "value"
)

// AmendmentHow says what happened to a part.
type AmendmentHow string

// What happens to parts.
const (
	Added   AmendmentHow = "added"
	Removed AmendmentHow = "removed"
	Changed AmendmentHow = "changed"
	Moved   AmendmentHow = "moved" // to another place among its like
)

// Touches reports whether m may make a difference to an annotation of kind.
func (m Amendment) Touches(kind string) bool { return m.Substantial && slices.Contains(m.Kinds, kind) }

// Amendments are the ways in which c is not as was: of the guidelines, of the
// kinds, of the attributes with their values, in the order of c, and each
// list's removals last.
func (c *Codebook) Amendments(was *Codebook) []Amendment {
	found := []Amendment{}
	if c.Guidelines != was.Guidelines {
		found = append(found, Amendment{Part: PartGuidelines, How: Changed, Field: "guidelines", Was: was.Guidelines, Is: c.Guidelines, Substantial: true})
	}
	found = append(found, amendments(was.Kinds, c.Kinds, Kind.code, Kind.amendment, Kind.changes)...)
	return append(found, amendments(was.Attributes, c.Attributes, Attribute.code, Attribute.amendment, Attribute.changes)...)
}

// amendments compares two lists of which code tells the names. An amendment
// begins as about says, and changes lists those of what is in both.
func amendments[T any](was, is []T, code func(T) string, about func(T) Amendment, changes func(is, was T) []Amendment) []Amendment {
	var found []Amendment
	moved := displaced(was, is, code)
	for _, item := range is {
		i := slices.IndexFunc(was, func(w T) bool { return code(w) == code(item) })
		m := about(item)
		if i < 0 {
			m.How, m.Substantial = Added, true
			found = append(found, m)
			continue
		}
		if moved[code(item)] {
			m.How = Moved
			found = append(found, m)
		}
		found = append(found, changes(item, was[i])...)
	}
	for _, item := range was {
		if !slices.ContainsFunc(is, func(o T) bool { return code(o) == code(item) }) {
			m := about(item)
			m.How, m.Substantial = Removed, true
			found = append(found, m)
		}
	}
	return found
}

// displaced are the fewest names whose moving makes the order of was that of
// is, of the names in both.
func displaced[T any](was, is []T, code func(T) string) map[string]bool {
	var names []string
	var at []int // in was, in the order of is
	for _, item := range is {
		if i := slices.IndexFunc(was, func(w T) bool { return code(w) == code(item) }); i >= 0 {
			names, at = append(names, code(item)), append(at, i)
		}
	}
	// The longest run of places that only grow stays, the others have moved.
	length, before, last := make([]int, len(at)), make([]int, len(at)), -1
	for i := range at {
		length[i], before[i] = 1, -1
		for j := range i {
			if at[j] < at[i] && length[j] >= length[i] {
				length[i], before[i] = length[j]+1, j
			}
		}
		if last < 0 || length[i] > length[last] {
			last = i
		}
	}
	moved := map[string]bool{}
	for _, name := range names {
		moved[name] = true
	}
	for ; last >= 0; last = before[last] {
		delete(moved, names[last])
	}
	return moved
}

// field is a member of a part, as it was and is.
type field struct {
	name        string
	was, is     string
	substantial bool
}

func (m Amendment) of(fields []field) []Amendment {
	var found []Amendment
	for _, f := range fields {
		if f.was != f.is {
			c := m
			c.How, c.Field, c.Was, c.Is, c.Substantial = Changed, f.name, f.was, f.is, f.substantial
			found = append(found, c)
		}
	}
	return found
}

func (k Kind) code() string { return k.Name }

func (k Kind) amendment() Amendment {
	return Amendment{Part: PartKind, Name: k.Name, Label: k.Label, Kinds: []string{k.Name}}
}

func (k Kind) changes(was Kind) []Amendment {
	return k.amendment().of([]field{
		{"label", was.Label, k.Label, false},
		{"color", was.Color, k.Color, false},
		{"key", was.Key, k.Key, false},
		{"entities", joined(was.Entities), joined(k.Entities), true},
		{"active", onOff(was.Active), onOff(k.Active), true},
		{"guideline", was.Guideline, k.Guideline, true},
	})
}

func (a Attribute) code() string { return a.Name }

func (a Attribute) amendment() Amendment {
	return Amendment{Part: PartAttribute, Name: a.Name, Label: a.Label, Kinds: a.Concerns()}
}

// Concerns are the kinds a is asked of, be it of links from them.
func (a Attribute) Concerns() []string {
	kinds := slices.Clone(a.Kinds)
	for _, role := range a.Roles {
		if from, _, ok := role.Ends(); ok && !slices.Contains(kinds, from) {
			kinds = append(kinds, from)
		}
	}
	return kinds
}

func (a Attribute) changes(was Attribute) []Amendment {
	about := a.amendment()
	for _, kind := range was.Concerns() {
		if !slices.Contains(about.Kinds, kind) {
			about.Kinds = append(about.Kinds, kind)
		}
	}
	found := about.of([]field{
		{"label", was.Label, a.Label, false},
		{"type", string(was.Type), string(a.Type), true},
		{"kinds", joined(was.Kinds), joined(a.Kinds), true},
		{"roles", joined(was.Roles), joined(a.Roles), true},
		{"active", onOff(was.Active), onOff(a.Active), true},
		{"guideline", was.Guideline, a.Guideline, true},
	})
	value := func(v Value) Amendment {
		m := about
		m.Part, m.Value, m.Label = PartValue, v.Value, v.Label
		return m
	}
	return append(found, amendments(was.Values, a.Values, func(v Value) string { return v.Value }, value, func(is, was Value) []Amendment {
		return value(is).of([]field{
			{"label", was.Label, is.Label, false},
			{"active", onOff(was.Active), onOff(is.Active), true},
			{"guideline", was.Guideline, is.Guideline, true},
		})
	})...)
}

func joined[T ~string](list []T) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = string(s)
	}
	return strings.Join(words, ", ")
}

func onOff(active bool) string {
	if active {
		return "on"
	}
	return "off"
}
