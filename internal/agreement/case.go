package agreement

import (
	"slices"
	"unicode/utf8"

	"onrecord.dev/internal/annotate"
)

// Likeness says how alike is what analysts made of the same words.
type Likeness string

// The likenesses, from the most to the least.
const (
	Alike     Likeness = "alike"     // all have it, in the same words, and answered the same
	Shifted   Likeness = "shifted"   // all have it, in other words
	Otherwise Likeness = "otherwise" // all have it, and not all say the same of it
	Partial   Likeness = "partial"   // somebody has nothing there
)

// Case is something that analysts made something of, alike or not: what stands
// behind a number.
type Case struct {
	// Spans has what each analyst has there, nil for nothing; Speakers, of
	// a claim, who says it according to them.
	Spans    []*annotate.Annotation
	Speakers [][]annotate.Annotation
	// Answers has each analyst's, where an attribute is asked about.
	Answers  []string
	Likeness Likeness
}

// Cases are what stands behind the numbers about subject in one article, as it
// stands in the text.
func Cases(c *annotate.Codebook, subject Subject, text string, works []annotate.Work) []Case {
	switch {
	case subject.Kind != "":
		return spanCases(subject.Kind, text, works)
	case subject.Attribute != "":
		attribute, _ := c.Attribute(subject.Attribute)
		return answerCases(attribute, text, works)
	}
	return attributionCases(works)
}

func spanCases(kind, text string, works []annotate.Work) []Case {
	var cases []Case
	for _, unit := range alignedIn(kind, text, works) {
		c := Case{Spans: spansAt(works, unit.Places)}
		c.Likeness = likenessOf(c.Spans)
		cases = append(cases, c)
	}
	return cases
}

func alignedIn(kind, text string, works []annotate.Work) []Aligned {
	sets := make([][]annotate.Annotation, len(works))
	for i, w := range works {
		sets[i] = w.Annotations
	}
	found, _ := Align(utf8.RuneCountInString(text), sets, Only(ByKind, kind), Standard)
	return found.Aligned
}

func spansAt(works []annotate.Work, places []int) []*annotate.Annotation {
	spans := make([]*annotate.Annotation, len(works))
	for i, at := range places {
		if at >= 0 {
			spans[i] = &works[i].Annotations[at]
		}
	}
	return spans
}

func likenessOf(spans []*annotate.Annotation) Likeness {
	switch {
	case slices.Contains(spans, nil):
		return Partial
	case slices.ContainsFunc(spans, func(s *annotate.Annotation) bool { return Exact(*s, *spans[0]) == 0 }):
		return Shifted
	}
	return Alike
}

// answerCases are those that an attribute is asked about, where two analysts
// answered.
func answerCases(attribute annotate.Attribute, text string, works []annotate.Work) []Case {
	a := &article{works: works, units: map[string][]Aligned{}}
	kinds := slices.Clone(attribute.Kinds)
	for _, role := range attribute.Roles {
		from, _, _ := role.Ends()
		kinds = append(kinds, from)
	}
	var units []Aligned
	for _, kind := range kinds {
		a.units[kind] = alignedIn(kind, text, works)
		units = append(units, a.units[kind]...)
	}
	var cases []Case
	for values := range a.answers(attribute) {
		if given(values) >= 2 {
			c := Case{Spans: spansAt(works, units[0].Places), Answers: values, Likeness: Alike}
			if differ(values) {
				c.Likeness = Otherwise
			}
			cases = append(cases, c)
		}
		units = units[1:] // the answers come in their order
	}
	slices.SortStableFunc(cases, Case.before)
	return cases
}

// differ reports whether two of those who answered did so otherwise.
func differ(values []string) bool {
	values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
	return slices.ContainsFunc(values, func(v string) bool { return v != values[0] })
}

func attributionCases(works []annotate.Work) []Case {
	attributions := make([][]annotate.Attribution, len(works))
	for i, w := range works {
		attributions[i] = w.Attributions()
	}
	var cases []Case
	for _, group := range GroupAttributions(attributions) {
		c := Case{Spans: make([]*annotate.Annotation, len(works)), Speakers: make([][]annotate.Annotation, len(works))}
		for i, a := range group {
			if a != nil {
				c.Spans[i], c.Speakers[i] = &a.Claim, a.Speakers
			}
		}
		c.Likeness = attributedAlike(group, c.Spans)
		cases = append(cases, c)
	}
	return cases
}

// attributedAlike is how alike the attributions of a group are: as counted for
// the agreement on links, each two of them by themselves.
func attributedAlike(group []*annotate.Attribution, spans []*annotate.Annotation) Likeness {
	if slices.Contains(group, nil) {
		return Partial
	}
	for i := range group {
		for j := range i {
			if !MatchAttributions([]annotate.Attribution{*group[j]}, []annotate.Attribution{*group[i]}, AttributionShare)[0].Agree {
				return Otherwise
			}
		}
	}
	return likenessOf(spans)
}

// GroupAttributions puts together what several analysts made of the same
// claims: each group has one attribution of each analyst, or nil. Of two
// analysts the groups are the pairs of [MatchAttributions]; a third's are paired
// with what the first of a group has, and so on.
func GroupAttributions(analysts [][]annotate.Attribution) [][]*annotate.Attribution {
	var groups [][]*annotate.Attribution
	for i, next := range analysts {
		leaders := make([]annotate.Attribution, len(groups))
		at := map[annotate.ID]int{}
		for g, group := range groups {
			leaders[g] = *leader(group)
			at[leaders[g].Claim.ID] = g
		}
		for _, p := range MatchAttributions(leaders, next, AttributionShare) {
			switch {
			case p.Second == nil:
			case p.First == nil:
				group := make([]*annotate.Attribution, len(analysts))
				group[i] = p.Second
				groups = append(groups, group)
			default:
				groups[at[p.First.Claim.ID]][i] = p.Second
			}
		}
	}
	slices.SortStableFunc(groups, func(a, b []*annotate.Attribution) int { return leader(a).Claim.Before(leader(b).Claim) })
	return groups
}

// leader is the first attribution of a group.
func leader(group []*annotate.Attribution) *annotate.Attribution {
	return group[slices.IndexFunc(group, func(a *annotate.Attribution) bool { return a != nil })]
}

// before orders cases as they stand in the text.
func (c Case) before(other Case) int { return c.First().Before(*other.First()) }

// First is what the first analyst who has anything has there.
func (c Case) First() *annotate.Annotation {
	return c.Spans[slices.IndexFunc(c.Spans, func(s *annotate.Annotation) bool { return s != nil })]
}
