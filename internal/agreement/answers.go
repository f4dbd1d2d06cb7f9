package agreement

import (
	"iter"
	"slices"
	"strings"

	"onrecord.dev/internal/annotate"
)

// Compared are the attributes whose answers can be compared: the active ones
// with a closed list.
func Compared(c *annotate.Codebook) []annotate.Attribute {
	return slices.DeleteFunc(slices.Clone(c.Attributes), func(a annotate.Attribute) bool { return !a.Active || a.Type == annotate.Prose })
}

// answers goes through the units that attribute is asked of, with what each
// analyst answered: empty for nothing. What is asked of links is answered by
// those that leave a unit in its roles.
func (a *article) answers(attribute annotate.Attribute) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for _, kind := range attribute.Kinds {
			for _, unit := range a.units[kind] {
				values := valuesOf(a.works, unit.Places, func(_ annotate.Work, span annotate.Annotation) string { return answer(span.Attributes[attribute.Name]) })
				if !yield(values) {
					return
				}
			}
		}
		for _, role := range attribute.Roles {
			from, _, _ := role.Ends()
			for _, unit := range a.units[from] {
				values := valuesOf(a.works, unit.Places, func(w annotate.Work, span annotate.Annotation) string {
					return answerOfLinks(w, span.ID, role, attribute.Name)
				})
				if !yield(values) {
					return
				}
			}
		}
	}
}

func valuesOf(works []annotate.Work, places []int, value func(annotate.Work, annotate.Annotation) string) []string {
	values := make([]string, len(works))
	for i, at := range places {
		if at >= 0 {
			values[i] = value(works[i], works[i].Annotations[at])
		}
	}
	return values
}

// between separates the values of an answer that has several.
const between = "\x1f"

// answer is the value of an attribute as one string, empty for none.
func answer(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case []string:
		return strings.Join(slices.Sorted(slices.Values(v)), between)
	}
	return ""
}

// SplitAnswer are the values of an answer, as [Case] has it.
func SplitAnswer(answer string) []string {
	if answer == "" {
		return nil
	}
	return strings.Split(answer, between)
}

// answerOfLinks is what w answers about the links from an annotation in role.
func answerOfLinks(w annotate.Work, from annotate.ID, role annotate.LinkRole, attribute string) string {
	var values []string
	for _, l := range w.Links {
		if l.From == from && l.Role == role {
			values = append(values, SplitAnswer(answer(l.Attributes[attribute]))...)
		}
	}
	slices.Sort(values)
	return strings.Join(slices.Compact(values), between)
}

// metricOf is how far apart two answers to a are: one value of a list differs
// from another wholly, several by the share they do not have in common
// (Jaccard's distance).
func metricOf(a annotate.Attribute) Metric {
	if a.Type == annotate.Choice && len(a.Roles) == 0 {
		return Nominal
	}
	return Weighted(func(x, y string) float64 {
		first, second := SplitAnswer(x), SplitAnswer(y)
		common := 0
		for _, v := range first {
			if slices.Contains(second, v) {
				common++
			}
		}
		return 1 - float64(common)/float64(len(first)+len(second)-common)
	})
}
