package annotate

import "slices"

// Everything here leaves c as it is: codebooks are shared.

// WithKind is c with k in the place of the kind called was, or as a new one
// when was is empty, standing after the kind called after, or first when after
// is empty. An attribute asked of a kind that is renamed goes with it.
func (c *Codebook) WithKind(was string, k Kind, after string) *Codebook {
	k.Entities = append([]EntityType{}, k.Entities...)
	next := &Codebook{Guidelines: c.Guidelines, Attributes: c.Attributes}
	next.Kinds = placed(c.Kinds, Kind.code, was, k, after)
	if was != "" && was != k.Name {
		next.Attributes = askedOfKind(c.Attributes, was, k.Name)
	}
	return next
}

// WithoutKind is c without the kind called name, of which nothing is asked any
// more.
func (c *Codebook) WithoutKind(name string) *Codebook {
	return &Codebook{
		Guidelines: c.Guidelines,
		Kinds:      slices.DeleteFunc(slices.Clone(c.Kinds), func(k Kind) bool { return k.Name == name }),
		Attributes: askedOfKind(c.Attributes, name, ""),
	}
}

// WithAttribute is c with a in the place of the attribute called was, as
// [Codebook.WithKind] does it with kinds.
func (c *Codebook) WithAttribute(was string, a Attribute, after string) *Codebook {
	a.Kinds, a.Roles, a.Values = append([]string{}, a.Kinds...), append([]LinkRole{}, a.Roles...), append([]Value{}, a.Values...)
	return &Codebook{Guidelines: c.Guidelines, Kinds: c.Kinds, Attributes: placed(c.Attributes, Attribute.code, was, a, after)}
}

// WithoutAttribute is c without the attribute called name.
func (c *Codebook) WithoutAttribute(name string) *Codebook {
	return &Codebook{
		Guidelines: c.Guidelines,
		Kinds:      c.Kinds,
		Attributes: slices.DeleteFunc(slices.Clone(c.Attributes), func(a Attribute) bool { return a.Name == name }),
	}
}

// WithGuidelines is c with other guidelines for the whole project.
func (c *Codebook) WithGuidelines(guidelines string) *Codebook {
	return &Codebook{Guidelines: guidelines, Kinds: c.Kinds, Attributes: c.Attributes}
}

// placed is list with item in it, at the end when nothing is called after.
func placed[T any](list []T, code func(T) string, was string, item T, after string) []T {
	next := slices.DeleteFunc(slices.Clone(list), func(t T) bool { return was != "" && code(t) == was })
	at := 0
	if after != "" {
		at = len(next)
		if i := slices.IndexFunc(next, func(t T) bool { return code(t) == after }); i >= 0 {
			at = i + 1
		}
	}
	return slices.Insert(next, at, item)
}

// askedOfKind is attributes with the kind called was under another name, or
// asked of it no more when that is empty.
func askedOfKind(attributes []Attribute, was, name string) []Attribute {
	next := slices.Clone(attributes)
	for i := range next {
		at := slices.Index(next[i].Kinds, was)
		if at < 0 {
			continue
		}
		kinds := slices.Clone(next[i].Kinds)
		if name == "" {
			kinds = slices.Delete(kinds, at, at+1)
		} else {
			kinds[at] = name
		}
		next[i].Kinds = kinds
	}
	return next
}
