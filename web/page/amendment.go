package page

import (
	"slices"
	"strings"

	"onrecord.dev/internal/annotate"
)

// amendmentWords tells of an amendment in a sentence. in is the later
// codebook.
func amendmentWords(f Frame, m annotate.Amendment, in *annotate.Codebook) string {
	subject := amended(f, m, in)
	switch m.How {
	case annotate.Added:
		return f.T("%s was added.", subject)
	case annotate.Removed:
		return f.T("%s was removed.", subject)
	case annotate.Moved:
		return f.T("%s has another place.", subject)
	case annotate.Changed:
	}
	return changedWords(f, m, subject)
}

// amended names what an amendment is of.
func amended(f Frame, m annotate.Amendment, in *annotate.Codebook) string {
	switch m.Part {
	case annotate.PartGuidelines:
		return f.T("The guidelines of the project")
	case annotate.PartKind:
		return f.T("The kind “%s”", m.Label)
	case annotate.PartAttribute:
		return f.T("The attribute “%s”", m.Label)
	case annotate.PartValue:
		return f.T("The value “%s” of “%s”", m.Label, attributeLabel(in, m.Name))
	}
	return m.Name
}

func changedWords(f Frame, m annotate.Amendment, subject string) string {
	switch m.Field {
	case "active":
		if m.Is == "on" {
			return f.T("%s was switched on.", subject)
		}
		return f.T("%s was switched off.", subject)
	case "guideline":
		return f.T("%s has another guideline.", subject)
	case "guidelines":
		return f.T("%s have changed.", subject)
	case "label":
		return f.T("%s was called “%s”.", subject, m.Was)
	case "key":
		return f.T("%s has the key %s, and had %s.", subject, orNone(f, strings.ToUpper(m.Is)), orNone(f, strings.ToUpper(m.Was)))
	case "color":
		return f.T("%s has the colour %s, and had %s.", subject, colorName(f, m.Is), colorName(f, m.Was))
	case "type":
		return f.T("%s is answered with %s, and was with %s.", subject, attributeTypeName(f, annotate.AttributeType(m.Is)), attributeTypeName(f, annotate.AttributeType(m.Was)))
	case "entities":
		return f.T("%s may stand for: %s. Before for: %s.", subject, orNone(f, m.Is), orNone(f, m.Was))
	case "kinds":
		return f.T("%s is asked of the kinds: %s. Before of: %s.", subject, orNone(f, m.Is), orNone(f, m.Was))
	case "roles":
		return f.T("%s is asked of links in the roles: %s. Before of: %s.", subject, orNone(f, m.Is), orNone(f, m.Was))
	}
	return f.T("%s was changed.", subject)
}

func orNone(f Frame, words string) string {
	if words == "" {
		return f.T("none")
	}
	return words
}

// isText reports whether an amendment is of text that people wrote to be read,
// which is best shown with what differs marked in it.
func isText(m annotate.Amendment) bool {
	return m.How == annotate.Changed && slices.Contains([]string{"guideline", "guidelines"}, m.Field)
}
