// Package adjudicate settles what stands of what several analysts made of an
// article without seeing each other's work. It puts together what is about the
// same words, says where they differ, and makes the change set of what was
// decided. Its functions are pure.
package adjudicate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"onrecord.dev/internal/agreement"
	"onrecord.dev/internal/annotate"
)

// Part is an annotation with what its links lead to, over any number of steps.
type Part struct {
	annotate.Annotation
	Ties []Tie
}

// Tie is a link to a part. A claim that another is said within comes without
// ties of its own.
type Tie struct {
	annotate.Link
	To Part
}

// Standing says how alike is what the analysts of an article have.
type Standing string

// The standings.
const (
	Agreed    Standing = "agreed"    // all have the same
	Differing Standing = "differing" // all have it, not all alike
	Partial   Standing = "partial"   // somebody has nothing there
)

// Point is something to be settled: what analysts made of the same words.
type Point struct {
	// Parts has what each analyst has there, nil for nothing.
	Parts       []*Part
	Standing    Standing
	Differences []Difference
	// Ruling is the newest on what is here, nil if there is none; Settled says
	// that it is on just what is here now, and that its result still stands.
	Ruling  *annotate.Ruling
	Settled bool
	// Result is the annotation that stands in the adjudicated set, nil if none
	// does.
	Result *Part
}

// Field names what parts can differ in: words, entity, an attribute as
// attribute NAME, or what its links in a role lead to as role ROLE.
type Field string

// The fields that every part has.
const (
	Words  Field = "words"
	Entity Field = "entity"
)

const (
	attributeField = "attribute "
	roleField      = "role "
)

// OfAttribute is the field of an attribute.
func OfAttribute(name string) Field { return Field(attributeField + name) }

// OfRole is the field of what links in a role lead to.
func OfRole(role annotate.LinkRole) Field { return Field(roleField + string(role)) }

// Attribute is the attribute that f is of, if it is of one.
func (f Field) Attribute() (string, bool) { return strings.CutPrefix(string(f), attributeField) }

// Role is the role that f is of, if it is of one.
func (f Field) Role() (annotate.LinkRole, bool) {
	role, ok := strings.CutPrefix(string(f), roleField)
	return annotate.LinkRole(role), ok
}

// Difference is a field in which parts differ, with the different ways.
type Difference struct {
	Field Field
	// Variants are the analysts that have each way, by their places; all of one
	// variant have the same.
	Variants [][]int
}

// Case is an article with all that is to be settled in it.
type Case struct {
	Points []Point
	// Beside is what stands in the adjudicated set and is no point's result, nor
	// what one leads to: somebody wrote it there.
	Beside []annotate.Annotation
}

// Open has how many points are not settled.
func (c Case) Open() int {
	n := 0
	for _, p := range c.Points {
		if !p.Settled {
			n++
		}
	}
	return n
}

// PointOf is the point that an analyst's annotation is at.
func (c Case) PointOf(annotation annotate.ID) (Point, bool) {
	for _, p := range c.Points {
		for _, part := range p.Parts {
			if part != nil && part.ID == annotation {
				return p, true
			}
		}
	}
	return Point{}, false
}

// New puts together what analysts made of a text, with what was settled of it so
// far: rulings, the oldest first, and the adjudicated set. Claims are paired as
// [agreement.GroupAttributions] has them, and what no claim of anybody's leads to
// as [agreement.Align] does, by kind.
func New(text string, works []annotate.Work, rulings []annotate.Ruling, adjudicated annotate.Snapshot) Case {
	parts := make([]map[annotate.ID]*Part, len(works))
	for i, w := range works {
		parts[i] = partsOf(annotate.NewSnapshot(w.Annotations, w.Links))
	}
	points := append(claimPoints(works, parts), otherPoints(text, works, parts)...)
	standing := partsOf(adjudicated)
	for i := range points {
		points[i].compare()
		points[i].rule(rulings, standing)
	}
	slices.SortStableFunc(points, func(a, b Point) int { return a.First().Before(b.First().Annotation) })
	return Case{Points: points, Beside: beside(points, adjudicated)}
}

// First is what the first analyst who has anything has there.
func (p Point) First() *Part {
	return p.Parts[slices.IndexFunc(p.Parts, func(part *Part) bool { return part != nil })]
}

// Version is what some analysts have alike, by their places.
type Version struct {
	Analysts []int
	Part     *Part
}

// Versions are the different ones of the point, and the analysts that have
// nothing there.
func (p Point) Versions() (versions []Version, lacking []int) {
	for i, part := range p.Parts {
		if part == nil {
			lacking = append(lacking, i)
			continue
		}
		same := slices.IndexFunc(versions, func(v Version) bool { return v.Part.say() == part.say() })
		if same < 0 {
			versions = append(versions, Version{Part: part})
			same = len(versions) - 1
		}
		versions[same].Analysts = append(versions[same].Analysts, i)
	}
	return versions, lacking
}

// VariantOf is the place of the variant that an analyst has of a field, given the
// places of analysts, if parts differ in it and the analyst has one.
func (p Point) VariantOf(f Field, places map[annotate.ID]int, analyst annotate.ID) (int, bool) {
	place, known := places[analyst]
	for _, d := range p.Differences {
		if d.Field == f && known {
			at := slices.IndexFunc(d.Variants, func(variant []int) bool { return slices.Contains(variant, place) })
			return at, at >= 0
		}
	}
	return 0, false
}

// On is what the point is about, as it is now.
func (p Point) On() []annotate.SeenAnnotation {
	var on []annotate.SeenAnnotation
	for _, part := range p.Parts {
		if part != nil {
			on = append(on, annotate.SeenAnnotation{ID: part.ID, Version: part.Version})
		}
	}
	slices.SortFunc(on, func(a, b annotate.SeenAnnotation) int { return cmp.Compare(a.ID, b.ID) })
	return on
}

// Stamp tells whether the point is still what somebody saw.
func (p Point) Stamp() string {
	var b strings.Builder
	for _, on := range p.On() {
		fmt.Fprintf(&b, "%s %d ", on.ID, on.Version)
	}
	if p.Ruling != nil {
		b.WriteString(string(p.Ruling.ID))
	}
	if p.Result != nil {
		fmt.Fprintf(&b, " %d", p.Result.Version)
	}
	return b.String()
}

// partsOf are all annotations of a set with what they lead to.
func partsOf(s annotate.Snapshot) map[annotate.ID]*Part {
	from := map[annotate.ID][]annotate.Link{}
	for _, l := range s.Links {
		from[l.From] = append(from[l.From], l)
	}
	parts := make(map[annotate.ID]*Part, len(s.Annotations))
	for id := range s.Annotations {
		part := partOf(s, from, id, mostSteps)
		parts[id] = &part
	}
	return parts
}

// mostSteps bounds how far links are followed: sources that share what they pass
// on would else have exponentially many ways.
const mostSteps = 6

func partOf(s annotate.Snapshot, from map[annotate.ID][]annotate.Link, id annotate.ID, steps int) Part {
	part := Part{Annotation: s.Annotations[id]}
	if steps == 0 {
		return part
	}
	for _, l := range from[id] {
		if _, there := s.Annotations[l.To]; !there {
			continue
		}
		tie := Tie{Link: l, To: Part{Annotation: s.Annotations[l.To]}}
		if l.Role != annotate.RoleWithin {
			tie.To = partOf(s, from, l.To, steps-1)
		}
		part.Ties = append(part.Ties, tie)
	}
	slices.SortFunc(part.Ties, func(a, b Tie) int {
		return cmp.Or(cmp.Compare(slices.Index(annotate.LinkRoles, a.Role), slices.Index(annotate.LinkRoles, b.Role)), a.To.Before(b.To.Annotation))
	})
	return part
}

func claimPoints(works []annotate.Work, parts []map[annotate.ID]*Part) []Point {
	attributions := make([][]annotate.Attribution, len(works))
	for i, w := range works {
		attributions[i] = w.Attributions()
	}
	var points []Point
	for _, group := range agreement.GroupAttributions(attributions) {
		p := Point{Parts: make([]*Part, len(works))}
		for i, a := range group {
			if a != nil {
				p.Parts[i] = parts[i][a.Claim.ID]
			}
		}
		points = append(points, p)
	}
	return points
}

// otherPoints are about what no claim leads to, of anybody's: the words that one
// analyst tagged as the speaker of a claim are settled with that claim, for
// those, too, who tagged them and not the claim.
func otherPoints(text string, works []annotate.Work, parts []map[annotate.ID]*Part) []Point {
	told := map[string]bool{}
	tagging := func(a annotate.Annotation) string { return a.Kind + " " + sayWords(a.Fragments) }
	for i, w := range works {
		for _, l := range w.Links {
			if to := parts[i][l.To]; to != nil {
				told[tagging(to.Annotation)] = true
			}
		}
	}
	loose := make([][]annotate.Annotation, len(works))
	var kinds []string
	for i, w := range works {
		for _, a := range w.Annotations {
			if a.Kind != annotate.Claim && !told[tagging(a)] {
				loose[i] = append(loose[i], a)
				kinds = append(kinds, a.Kind)
			}
		}
	}
	slices.Sort(kinds)
	var points []Point
	for _, kind := range slices.Compact(kinds) {
		found, _ := agreement.Align(utf8.RuneCountInString(text), loose, agreement.Only(agreement.ByKind, kind), agreement.Standard)
		for _, unit := range found.Aligned {
			p := Point{Parts: make([]*Part, len(works))}
			for i, at := range unit.Places {
				if at >= 0 {
					p.Parts[i] = parts[i][loose[i][at].ID]
				}
			}
			points = append(points, p)
		}
	}
	return points
}

// compare finds out how the parts differ.
func (p *Point) compare() {
	p.Standing = Agreed
	for _, f := range p.Fields() {
		d := Difference{Field: f}
		var said []string
		for i, part := range p.Parts {
			if part == nil {
				p.Standing = Partial
				continue
			}
			says := part.says(f)
			at := slices.Index(said, says)
			if at < 0 {
				at = len(said)
				said, d.Variants = append(said, says), append(d.Variants, nil)
			}
			d.Variants[at] = append(d.Variants[at], i)
		}
		if len(d.Variants) > 1 {
			p.Differences = append(p.Differences, d)
		}
	}
	if p.Standing == Agreed && len(p.Differences) > 0 {
		p.Standing = Differing
	}
}

// Fields are all that the parts say something about.
func (p Point) Fields() []Field {
	fields := []Field{Words, Entity}
	var attributes []string
	roles := map[annotate.LinkRole]bool{}
	for _, part := range p.Parts {
		if part == nil {
			continue
		}
		for name := range part.Attributes {
			attributes = append(attributes, name)
		}
		for _, tie := range part.Ties {
			roles[tie.Role] = true
		}
	}
	for _, role := range annotate.LinkRoles {
		if roles[role] {
			fields = append(fields, OfRole(role))
		}
	}
	slices.Sort(attributes)
	for _, name := range slices.Compact(attributes) {
		fields = append(fields, OfAttribute(name))
	}
	return fields
}

// says is all that a part says about a field: the same words for the same.
func (p *Part) says(f Field) string {
	if name, ok := f.Attribute(); ok {
		return sayAttributes(annotate.Attributes{name: p.Attributes[name]})
	}
	if role, ok := f.Role(); ok {
		var all []string
		for _, tie := range p.Ties {
			if tie.Role == role {
				all = append(all, tie.say())
			}
		}
		slices.Sort(all)
		return strings.Join(all, "; ")
	}
	if f == Entity {
		return string(p.Entity)
	}
	return sayWords(p.Fragments)
}

// say is all that a tie says: a claim that another is said within is known by
// its words.
func (t Tie) say() string {
	if t.Role == annotate.RoleWithin {
		return sayWords(t.To.Fragments)
	}
	return sayAttributes(t.Attributes) + " " + t.To.say()
}

func (p Part) say() string {
	ties := make([]string, len(p.Ties))
	for i, t := range p.Ties {
		ties[i] = string(t.Role) + " " + t.say()
	}
	slices.Sort(ties)
	return fmt.Sprintf("%s %s %s %s (%s)", p.Kind, sayWords(p.Fragments), p.Entity, sayAttributes(p.Attributes), strings.Join(ties, "; "))
}

func sayWords(fragments []annotate.Fragment) string {
	words := make([]string, len(fragments))
	for i, f := range fragments {
		words[i] = fmt.Sprintf("%d-%d", f.Start, f.End)
	}
	return strings.Join(words, ",")
}

// sayAttributes takes several values of one for a set: their order says
// nothing.
func sayAttributes(a annotate.Attributes) string {
	var all []string
	for name, value := range a {
		switch v := value.(type) {
		case string:
			all = append(all, fmt.Sprintf("%s=%q", name, v))
		case []string:
			all = append(all, fmt.Sprintf("%s=%q", name, slices.Sorted(slices.Values(v))))
		}
	}
	slices.Sort(all)
	return strings.Join(all, ",")
}

// rule finds what was settled about the point. Rulings are the oldest first,
// standing are the parts of the adjudicated set.
func (p *Point) rule(rulings []annotate.Ruling, standing map[annotate.ID]*Part) {
	on := p.On()
	for _, r := range slices.Backward(rulings) {
		if !slices.ContainsFunc(r.On, func(seen annotate.SeenAnnotation) bool {
			return slices.ContainsFunc(on, func(now annotate.SeenAnnotation) bool { return now.ID == seen.ID })
		}) {
			continue
		}
		p.Ruling = &r
		p.Result = standing[r.Result]
		same := slices.Equal(on, slices.SortedFunc(slices.Values(r.On), func(a, b annotate.SeenAnnotation) int { return cmp.Compare(a.ID, b.ID) }))
		p.Settled = same && (r.Way == annotate.RuleDrop || p.Result != nil)
		return
	}
}

// beside is what stands in the adjudicated set by itself.
func beside(points []Point, adjudicated annotate.Snapshot) []annotate.Annotation {
	accounted := map[annotate.ID]bool{}
	var account func(p *Part)
	account = func(p *Part) {
		accounted[p.ID] = true
		for _, t := range p.Ties {
			if t.Role != annotate.RoleWithin {
				account(&t.To)
			}
		}
	}
	for _, p := range points {
		if p.Result != nil {
			account(p.Result)
		}
	}
	for _, l := range adjudicated.Links {
		if l.Role != annotate.RoleWithin {
			accounted[l.To] = true
		}
	}
	var found []annotate.Annotation
	for id, a := range adjudicated.Annotations {
		if !accounted[id] {
			found = append(found, a)
		}
	}
	slices.SortFunc(found, annotate.Annotation.Before)
	return found
}
