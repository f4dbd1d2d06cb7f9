package page

import (
	"slices"
	"strings"

	"onrecord.dev/internal/annotate"
)

// attributeGroup is the attributes asked of one kind, or of links in one role.
type attributeGroup struct {
	title      string
	attributes []annotate.Attribute
}

// attributeGroups puts each attribute with the first kind or role it is asked
// of, in the codebook's order.
func attributeGroups(f Frame, c *annotate.Codebook) []attributeGroup {
	var groups []attributeGroup
	for _, a := range c.Attributes {
		title := askedOf(f, c, a)
		i := slices.IndexFunc(groups, func(g attributeGroup) bool { return g.title == title })
		if i < 0 {
			i = len(groups)
			groups = append(groups, attributeGroup{title: title})
		}
		groups[i].attributes = append(groups[i].attributes, a)
	}
	return groups
}

func askedOf(f Frame, c *annotate.Codebook, a annotate.Attribute) string {
	if len(a.Kinds) > 0 {
		if k, ok := c.Kind(a.Kinds[0]); ok {
			return f.T("Asked of each %s", kindWithin(f, k))
		}
	}
	if len(a.Roles) > 0 {
		return f.T("Asked of each link in the role %s", roleOfLink(f, a.Roles[0]))
	}
	return f.T("Asked elsewhere")
}

func attributeTypeName(f Frame, t annotate.AttributeType) string {
	switch t {
	case annotate.Choice:
		return f.T("one of a list")
	case annotate.Choices:
		return f.T("any of a list")
	case annotate.Prose:
		return f.T("text")
	}
	return string(t)
}

// builtIn reports whether attribution cannot do without the kind called name.
func builtIn(name string) bool {
	return slices.Contains([]string{annotate.Claim, annotate.Speaker, annotate.Source, annotate.Cue}, name)
}

// anchor is an id made of a heading.
func anchor(heading string) string {
	return strings.ReplaceAll(strings.ToLower(heading), " ", "-")
}

// askedFirstOf are the active attributes that concern kind before any other,
// be it by links from it.
func askedFirstOf(c *annotate.Codebook, kind string) []annotate.Attribute {
	var asked []annotate.Attribute
	for _, a := range c.Attributes {
		if concerns := a.Concerns(); a.Active && len(concerns) > 0 && concerns[0] == kind {
			asked = append(asked, a)
		}
	}
	return asked
}
