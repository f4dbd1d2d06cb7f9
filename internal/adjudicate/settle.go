package adjudicate

import (
	"cmp"
	"maps"
	"slices"

	"onrecord.dev/internal/annotate"
)

// Take is what an analyst has at the point, by their place.
func (p Point) Take(analyst int) (Part, bool) {
	if analyst < 0 || analyst >= len(p.Parts) || p.Parts[analyst] == nil {
		return Part{}, false
	}
	return *p.Parts[analyst], true
}

// Union stands for all variants together, where a field can have them all.
const Union = -1

// Merge is of what the parts have the variant that choice has for each field
// they differ in, by its place, or [Union]. A field without a choice has its
// first variant.
func (p Point) Merge(choice map[Field]int) Part {
	merged := *p.First()
	merged.Attributes, merged.Ties = maps.Clone(merged.Attributes), slices.Clone(merged.Ties)
	if merged.Attributes == nil {
		merged.Attributes = annotate.Attributes{}
	}
	for _, d := range p.Differences {
		chosen := d.Variants
		if at := choice[d.Field]; at >= 0 && at < len(d.Variants) {
			chosen = d.Variants[at : at+1]
		}
		from := make([]*Part, len(chosen))
		for i, variant := range chosen {
			from[i] = p.Parts[variant[0]]
		}
		merged.set(d.Field, from)
	}
	return merged
}

// Unites reports whether several variants of a field can stand together.
func (p Point) Unites(f Field) bool {
	if name, ok := f.Attribute(); ok {
		for _, part := range p.Parts {
			if part != nil && part.Attributes[name] != nil {
				_, several := part.Attributes[name].([]string)
				return several
			}
		}
	}
	return f != Entity
}

// set makes the field what all of from have of it.
func (p *Part) set(f Field, from []*Part) {
	if name, ok := f.Attribute(); ok {
		if value := unitedValue(name, from); value != nil {
			p.Attributes[name] = value
		} else {
			delete(p.Attributes, name)
		}
		return
	}
	if role, ok := f.Role(); ok {
		p.Ties = slices.DeleteFunc(p.Ties, func(t Tie) bool { return t.Role == role })
		for _, part := range from {
			for _, t := range part.Ties {
				if t.Role == role && !slices.ContainsFunc(p.Ties, func(other Tie) bool { return other.Role == role && other.say() == t.say() }) {
					p.Ties = append(p.Ties, t)
				}
			}
		}
		return
	}
	if f == Entity {
		p.Entity = from[0].Entity
		return
	}
	p.Fragments = unitedWords(from)
}

// unitedValue is the value of an attribute, or all values together of one that
// takes several.
func unitedValue(name string, from []*Part) any {
	var all []string
	for _, part := range from {
		switch v := part.Attributes[name].(type) {
		case string:
			return v
		case []string:
			all = append(all, v...)
		}
	}
	if all == nil {
		return nil
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// unitedWords are the words that any of from has, in the order of the text. One
// alone keeps its own order.
func unitedWords(from []*Part) []annotate.Fragment {
	if len(from) == 1 {
		return from[0].Fragments
	}
	var all []annotate.Fragment
	for _, part := range from {
		all = append(all, part.Fragments...)
	}
	slices.SortFunc(all, func(a, b annotate.Fragment) int { return cmp.Or(a.Start-b.Start, a.End-b.End) })
	var united []annotate.Fragment
	for _, f := range all {
		if last := len(united) - 1; last >= 0 && f.Start <= united[last].End {
			united[last].End = max(united[last].End, f.End)
			continue
		}
		united = append(united, annotate.Fragment{Start: f.Start, End: f.End})
	}
	return united
}

// Settlement is what is to stand at a point.
type Settlement struct {
	Point Point
	// Stands is nil if nothing does.
	Stands *Part
	// Result is the id of what stands: that of the point's result, or a new one.
	Result annotate.ID
}

// Operations are those of the change set that makes settlements of c stand in
// the adjudicated set as it is. What was settled before at a point changes; what
// it led to goes if nothing else leads there. New ids come from newID.
func (c Case) Operations(settlements []Settlement, adjudicated annotate.Snapshot, newID func() annotate.ID) []annotate.Operation {
	s := &settler{now: adjudicated, then: adjudicated.Clone(), became: map[annotate.ID]annotate.ID{}, newID: newID}
	for _, p := range c.Points {
		if p.Result != nil {
			s.remember(p, p.Result.ID)
		}
	}
	for _, one := range settlements {
		if one.Stands != nil {
			s.remember(one.Point, one.Result)
		}
	}
	for _, one := range settlements {
		s.settle(one)
	}
	for _, one := range settlements {
		s.tieInner(c, one)
	}
	s.sweep()
	return s.operations()
}

// settler turns the adjudicated set from what it is now into what it is to be.
type settler struct {
	now, then annotate.Snapshot
	// became has for analysts' claims what stands for them.
	became map[annotate.ID]annotate.ID
	newID  func() annotate.ID
	// loose are annotations that lost a link.
	loose []annotate.ID
}

func (s *settler) remember(p Point, result annotate.ID) {
	for _, part := range p.Parts {
		if part != nil {
			s.became[part.ID] = result
		}
	}
}

func (s *settler) settle(one Settlement) {
	if one.Stands == nil {
		if one.Point.Result != nil {
			s.remove(one.Point.Result.ID)
		}
		return
	}
	a := s.then.Annotations[one.Result]
	a.ID, a.Kind, a.Fragments, a.Attributes, a.Entity = one.Result, one.Stands.Kind, one.Stands.Fragments, one.Stands.Attributes, one.Stands.Entity
	s.then.Annotations[one.Result] = a
	s.tie(one.Result, one.Stands.Ties, true)
}

// tie has just these ties lead from an annotation, or, unless they are all, these
// too.
func (s *settler) tie(from annotate.ID, ties []Tie, all bool) {
	wanted := map[annotate.ID]bool{}
	for _, t := range ties {
		to, known := s.part(t)
		if !known || to == from {
			continue
		}
		wanted[s.link(from, to, t.Role, t.Attributes)] = true
	}
	for id, l := range s.then.Links {
		if all && l.From == from && !wanted[id] {
			delete(s.then.Links, id)
			s.loose = append(s.loose, l.To)
		}
	}
}

// part is the id of what stands for the end of a tie. A claim that is not settled
// yet does not stand for anything.
func (s *settler) part(t Tie) (annotate.ID, bool) {
	if t.Role == annotate.RoleWithin {
		id, known := s.became[t.To.ID]
		_, there := s.then.Annotations[id]
		return id, known && there
	}
	id := s.same(t.To)
	if id == "" {
		id = s.newID()
		s.then.Annotations[id] = annotate.Annotation{ID: id, Kind: t.To.Kind, Fragments: t.To.Fragments, Attributes: t.To.Attributes, Entity: t.To.Entity}
	}
	s.tie(id, t.To.Ties, false)
	return id, true
}

// same is the annotation that says of the same words the same already, or
// empty.
func (s *settler) same(p Part) annotate.ID {
	for _, id := range slices.Sorted(maps.Keys(s.then.Annotations)) {
		a := s.then.Annotations[id]
		if a.Kind == p.Kind && a.Kind != annotate.Claim && a.Entity == p.Entity && sayWords(a.Fragments) == sayWords(p.Fragments) && sayAttributes(a.Attributes) == sayAttributes(p.Attributes) {
			return id
		}
	}
	return ""
}

// link is the link from one annotation to another in a role, with attributes.
func (s *settler) link(from, to annotate.ID, role annotate.LinkRole, attributes annotate.Attributes) annotate.ID {
	for id, l := range s.then.Links {
		if l.From == from && l.To == to && l.Role == role {
			l.Attributes = attributes
			s.then.Links[id] = l
			return id
		}
	}
	id := s.newID()
	s.then.Links[id] = annotate.Link{ID: id, From: from, To: to, Role: role, Attributes: attributes}
	return id
}

// tieInner links to what one settled from the claims that stand already and that
// are said within it, in the words of the analyst whose they are.
func (s *settler) tieInner(c Case, one Settlement) {
	if one.Stands == nil {
		return
	}
	for _, p := range c.Points {
		for _, part := range p.Parts {
			if part == nil || p.Result == nil || p.Ruling == nil || !p.Settled {
				continue
			}
			for _, t := range part.Ties {
				inner := p.Result.ID
				_, there := s.then.Annotations[inner]
				if t.Role == annotate.RoleWithin && there && s.became[t.To.ID] == one.Result && inner != one.Result {
					s.link(inner, one.Result, t.Role, t.Attributes)
				}
			}
		}
	}
}

func (s *settler) remove(id annotate.ID) {
	delete(s.then.Annotations, id)
	for link, l := range s.then.Links {
		if l.From == id || l.To == id {
			delete(s.then.Links, link)
			if l.From == id {
				s.loose = append(s.loose, l.To)
			}
		}
	}
}

// sweep removes what lost its last link, claims aside.
func (s *settler) sweep() {
	for len(s.loose) > 0 {
		id := s.loose[0]
		s.loose = s.loose[1:]
		a, there := s.then.Annotations[id]
		if !there || a.Kind == annotate.Claim || s.led(id) || slices.Contains(slices.Collect(maps.Values(s.became)), id) {
			continue
		}
		s.remove(id)
	}
}

func (s *settler) led(to annotate.ID) bool {
	for _, l := range s.then.Links {
		if l.To == to {
			return true
		}
	}
	return false
}

// operations are what it takes from now to then, in an order that is the same
// each time.
func (s *settler) operations() []annotate.Operation {
	var operations []annotate.Operation
	for _, id := range slices.Sorted(maps.Keys(s.then.Annotations)) {
		a, was := s.then.Annotations[id], s.now.Annotations[id]
		if !sameAnnotation(a, was) {
			operations = append(operations, annotate.Operation{Op: annotate.Put, Annotation: &a})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.then.Links)) {
		l, was := s.then.Links[id], s.now.Links[id]
		if l.From != was.From || l.To != was.To || l.Role != was.Role || !l.Attributes.Equal(was.Attributes) {
			operations = append(operations, annotate.Operation{Op: annotate.Put, Link: &l})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.now.Links)) {
		l := s.now.Links[id]
		_, stays := s.then.Links[id]
		_, from := s.then.Annotations[l.From]
		_, to := s.then.Annotations[l.To]
		if !stays && from && to { // else it goes with its end
			operations = append(operations, annotate.Operation{Op: annotate.Delete, Link: &annotate.Link{ID: id, Version: l.Version}})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.now.Annotations)) {
		if _, stays := s.then.Annotations[id]; !stays {
			operations = append(operations, annotate.Operation{Op: annotate.Delete, Annotation: &annotate.Annotation{ID: id, Version: s.now.Annotations[id].Version}})
		}
	}
	return operations
}

func sameAnnotation(a, b annotate.Annotation) bool {
	return a.Kind == b.Kind && a.Entity == b.Entity && a.Attributes.Equal(b.Attributes) && sayWords(a.Fragments) == sayWords(b.Fragments)
}
