package annotate

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Attribution is who said a claim, to whom, in what words it is signalled and
// through what it reached us: what its links lead to.
type Attribution struct {
	Claim      Annotation
	Speakers   []Annotation
	Addressees []Annotation
	Cues       []Annotation
	// Chains are the ways by which the claim reached us, each from the source
	// nearest to the speaker outwards. None is empty.
	Chains [][]Hop
	// Within are the claims this one is said within, each with its own
	// attribution.
	Within []Attribution
}

// Hop is one source of a chain and the link that led to it: a source link for
// the first, a via link for those after it.
type Hop struct {
	Link   Link
	Source Annotation
}

// mostHops bounds what one attribution may unfold into. Sources that share
// what they pass on to would else have exponentially many ways outwards.
const mostHops = 200

// Attributions follows links from claims.
type Attributions struct {
	annotations map[ID]Annotation
	from        map[ID][]Link // in the order in which the text has their ends
}

// NewAttributions prepares to follow links to annotations. A link that leads to
// none of annotations leads nowhere; circles there are none.
func NewAttributions(annotations []Annotation, links []Link) *Attributions {
	a := &Attributions{annotations: make(map[ID]Annotation, len(annotations)), from: map[ID][]Link{}}
	for _, annotation := range annotations {
		if !annotation.Deleted {
			a.annotations[annotation.ID] = annotation
		}
	}
	for _, l := range links {
		if _, there := a.annotations[l.To]; there && !l.Deleted {
			a.from[l.From] = append(a.from[l.From], l)
		}
	}
	for _, led := range a.from {
		slices.SortFunc(led, func(x, y Link) int { return a.annotations[x.To].Before(a.annotations[y.To]) })
	}
	return a
}

// Of is the attribution of claim.
func (a *Attributions) Of(claim Annotation) Attribution {
	follow := attributor{Attributions: a, left: mostHops}
	return follow.attribute(claim)
}

type attributor struct {
	*Attributions
	left int
}

func (a *attributor) attribute(claim Annotation) Attribution {
	found := Attribution{Claim: claim}
	for _, l := range a.from[claim.ID] {
		to := a.annotations[l.To]
		switch l.Role {
		case RoleSpeaker:
			found.Speakers = append(found.Speakers, to)
		case RoleAddressee:
			found.Addressees = append(found.Addressees, to)
		case RoleCue:
			found.Cues = append(found.Cues, to)
		case RoleSource:
			found.Chains = append(found.Chains, a.chains(nil, l)...)
		case RoleWithin:
			if a.left--; a.left >= 0 {
				found.Within = append(found.Within, a.attribute(to))
			}
		case RoleVia: // leads from sources only
		}
	}
	return found
}

// chains are the ways outwards that begin with before and go on along l.
func (a *attributor) chains(before []Hop, l Link) [][]Hop {
	a.left--
	chain := append(slices.Clip(before), Hop{l, a.annotations[l.To]})
	var found [][]Hop
	for _, next := range a.from[l.To] {
		if next.Role == RoleVia && a.left > 0 {
			found = append(found, a.chains(chain, next)...)
		}
	}
	if found == nil {
		return [][]Hop{chain}
	}
	return found
}

// All goes through the annotations of a, the claim first. One that stands in
// several places comes several times.
func (a Attribution) All() iter.Seq[Annotation] {
	return func(yield func(Annotation) bool) { a.each(yield) }
}

// each calls yield until it says to stop, and reports whether it did not.
func (a Attribution) each(yield func(Annotation) bool) bool {
	for _, list := range [][]Annotation{{a.Claim}, a.Speakers, a.Addressees, a.Cues} {
		for _, annotation := range list {
			if !yield(annotation) {
				return false
			}
		}
	}
	for _, chain := range a.Chains {
		for _, hop := range chain {
			if !yield(hop.Source) {
				return false
			}
		}
	}
	for _, outer := range a.Within {
		if !outer.each(yield) {
			return false
		}
	}
	return true
}

// Sentence spells a out for reading above the claim, such as "Ana Ruiz, to the
// council, through a recording, transcribed by the Courier". Name says what an
// annotation is called. The codebook's word for what a source did with the
// one before it is used where it has been coded.
func (a Attribution) Sentence(codebook *Codebook, name func(Annotation) string) string {
	return strings.Join(a.Parts(codebook, name, fmt.Sprintf), ", ")
}

// Say says an English text in some language, with args in the places of its
// verbs; [fmt.Sprintf] says it in English.
type Say func(text string, args ...any) string

// Parts are the parts of the sentence, in the language that say speaks. The
// first says who said it.
func (a Attribution) Parts(codebook *Codebook, name func(Annotation) string, say Say) []string {
	parts := []string{a.spokenBy(name, say)}
	for _, outer := range a.Within {
		parts = append(parts, say("as told by %s", outer.spokenBy(name, say)))
	}
	if len(a.Addressees) > 0 {
		parts = append(parts, say("to %s", namesOf(a.Addressees, name, say)))
	}
	for i, chain := range a.Ways() {
		for j, hop := range chain {
			part := hop.Means(codebook, say) + " " + name(hop.Source)
			if i > 0 && j == 0 {
				part = say("and %s", part)
			}
			parts = append(parts, part)
		}
	}
	return parts
}

// Ways are the claim's own chains or, where it has none, those of what it is
// said within.
func (a Attribution) Ways() [][]Hop {
	if len(a.Chains) > 0 || len(a.Within) == 0 {
		return a.Chains
	}
	return a.Within[0].Ways()
}

func (a Attribution) spokenBy(name func(Annotation) string, say Say) string {
	stated, _ := a.Claim.Attributes["not_stated"].([]string)
	switch {
	case len(a.Speakers) > 0:
		return namesOf(a.Speakers, name, say)
	case slices.Contains(stated, "speaker"):
		return say("speaker not stated")
	default:
		return say("no speaker yet")
	}
}

func namesOf(annotations []Annotation, name func(Annotation) string, say Say) string {
	names := make([]string, len(annotations))
	for i, a := range annotations {
		names[i] = name(a)
	}
	if last := len(names) - 1; last > 0 {
		return say("%s and %s", strings.Join(names[:last], ", "), names[last])
	}
	return names[0]
}

// Means says by what means the hop leads to its source, in lower case: the
// codebook's label for how it was passed on, or "through".
func (h Hop) Means(codebook *Codebook, say Say) string {
	relation, _ := h.Link.Attributes["relation"].(string)
	asked, _ := codebook.Attribute("relation")
	for _, v := range asked.Values {
		if v.Value == relation {
			first, size := utf8.DecodeRuneInString(v.Label)
			return string(unicode.ToLower(first)) + v.Label[size:]
		}
	}
	return say("through")
}
