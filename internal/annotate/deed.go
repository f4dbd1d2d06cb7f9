package annotate

import (
	"maps"
	"slices"
	"time"
)

// Did says what a change set did to an annotation or a link.
type Did string

// What can be done.
const (
	DidMake   Did = "made"
	DidBring  Did = "brought" // came with an article that was imported
	DidChange Did = "changed"
	DidRemove Did = "removed"
	DidReturn Did = "returned" // had been removed
)

// Deed is one thing that a change set did: an annotation or a link, as it was
// before and is after. There is no before of what was made, and no after of
// what was removed.
type Deed struct {
	Did    Did
	Before *Annotation
	After  *Annotation
	// LinkBefore and LinkAfter are set instead where a link is concerned.
	LinkBefore *Link
	LinkAfter  *Link
}

// Deeds lists what a change set of the time at did, as the log tells it, in
// the order in which it was done. What came to the same, and what was only
// touched, is left out.
func Deeds(done Outcome, at time.Time) []Deed {
	undo := make(map[ID]Operation, len(done.Inverse))
	for _, op := range done.Inverse {
		undo[op.id()] = op
	}
	var deeds []Deed
	for _, op := range done.Operations {
		inverse, changed := undo[op.id()]
		if op.Op == Touch || !changed {
			continue
		}
		deeds = append(deeds, deed(op, inverse, at))
	}
	return deeds
}

func deed(op, inverse Operation, at time.Time) Deed {
	var d Deed
	if op.Op != Delete {
		d.After, d.LinkAfter = op.Annotation, op.Link
	}
	if inverse.Op != Delete {
		d.Before, d.LinkBefore = inverse.Annotation, inverse.Link
	}
	d.Did = d.did(at)
	return d
}

func (d Deed) did(at time.Time) Did {
	var version int
	var updated time.Time
	switch {
	case d.After == nil && d.LinkAfter == nil:
		return DidRemove
	case d.Before != nil || d.LinkBefore != nil:
		return DidChange
	case d.After != nil:
		version, updated = d.After.Version, d.After.UpdatedAt
	default:
		version, updated = d.LinkAfter.Version, d.LinkAfter.UpdatedAt
	}
	switch {
	case !updated.Equal(at):
		return DidBring
	case version > 1:
		return DidReturn
	}
	return DidMake
}

// Subject is the annotation concerned, as it is after or, once removed, was
// before; nil for a link.
func (d Deed) Subject() *Annotation {
	if d.After != nil {
		return d.After
	}
	return d.Before
}

// Tie is the link concerned, as it is after or, once removed, was before; nil
// for an annotation.
func (d Deed) Tie() *Link {
	if d.LinkAfter != nil {
		return d.LinkAfter
	}
	return d.LinkBefore
}

// Versions are those of the annotations that are there after o and that it
// put or touched.
func (o Outcome) Versions() map[ID]int {
	versions := map[ID]int{}
	for _, op := range o.Operations {
		if op.Annotation != nil && op.Op != Delete {
			versions[op.Annotation.ID] = op.Annotation.Version
		}
	}
	return versions
}

// Planned lists what operations that [Restore] or [RestoreClaim] gave would do
// to a set that is as it is now.
func Planned(now Snapshot, operations []Operation) []Deed {
	deeds := make([]Deed, len(operations))
	for i, op := range operations {
		d := Deed{Did: DidReturn}
		if a, there := now.Annotations[op.id()]; there {
			d.Did, d.Before = DidChange, &a
		}
		if l, there := now.Links[op.id()]; there {
			d.Did, d.LinkBefore = DidChange, &l
		}
		if op.Op == Delete {
			d.Did = DidRemove
		} else {
			d.After, d.LinkAfter = op.Annotation, op.Link
		}
		deeds[i] = d
	}
	return deeds
}

// Net is what the deeds of some change sets, the newest set first, come to
// together: each annotation and link that is not what it was before them.
func Net(sets [][]Deed) []Deed {
	var net []Deed
	at := map[ID]int{}
	for _, deeds := range slices.Backward(sets) {
		for _, d := range deeds {
			id := d.id()
			if i, known := at[id]; known {
				net[i].After, net[i].LinkAfter = d.After, d.LinkAfter
				continue
			}
			at[id] = len(net)
			net = append(net, d)
		}
	}
	for i := range net {
		d := &net[i]
		switch {
		case d.After == nil && d.LinkAfter == nil:
			d.Did = DidRemove
		case d.Before != nil || d.LinkBefore != nil:
			d.Did = DidChange
		default:
			d.Did = DidMake
		}
	}
	return slices.DeleteFunc(net, Deed.nothing)
}

// id is that of the annotation or link concerned.
func (d Deed) id() ID {
	if l := d.Tie(); l != nil {
		return l.ID
	}
	return d.Subject().ID
}

// nothing reports whether d leaves what it concerns as it was.
func (d Deed) nothing() bool {
	switch {
	case d.Subject() == nil && d.Tie() == nil:
		return true
	case d.Before != nil && d.After != nil:
		return d.Before.sameContent(*d.After)
	case d.LinkBefore != nil && d.LinkAfter != nil:
		return d.LinkBefore.sameContent(*d.LinkAfter)
	}
	return false
}

// About leaves of deeds those that concern a claim: attribution has the claim
// and all that it ever led to.
func About(deeds []Deed, attribution map[ID]bool) []Deed {
	return slices.DeleteFunc(slices.Clone(deeds), func(d Deed) bool {
		if l := d.Tie(); l != nil {
			return !attribution[l.From]
		}
		return !attribution[d.Subject().ID]
	})
}

// Passage is a stretch of the text, in code points, half-open, that an
// annotation stood on before, after, or both.
type Passage struct {
	Start, End    int
	Before, After bool
}

// Passages tells before and after apart: the stretches that either stands on,
// in the order of the text, each as long as it can be.
func Passages(before, after []Fragment) []Passage {
	edges := map[int]bool{}
	for _, f := range slices.Concat(before, after) {
		edges[f.Start], edges[f.End] = true, true
	}
	at := slices.Sorted(maps.Keys(edges))
	var passages []Passage
	for i := range at[:max(0, len(at)-1)] {
		p := Passage{at[i], at[i+1], covers(before, at[i]), covers(after, at[i])}
		if !p.Before && !p.After {
			continue
		}
		last := len(passages) - 1
		if last >= 0 && passages[last].End == p.Start && passages[last].Before == p.Before && passages[last].After == p.After {
			passages[last].End = p.End
			continue
		}
		passages = append(passages, p)
	}
	return passages
}

func covers(fragments []Fragment, offset int) bool {
	return slices.ContainsFunc(fragments, func(f Fragment) bool { return f.Start <= offset && offset < f.End })
}

// Recoded is an answer that is not what it was; nil stands for none.
type Recoded struct {
	Attribute     string
	Before, After any
}

// Recodings lists the answers that differ, by the attribute's name.
func Recodings(before, after Attributes) []Recoded {
	names := maps.Clone(before)
	if names == nil {
		names = Attributes{}
	}
	maps.Copy(names, after)
	var recoded []Recoded
	for _, name := range slices.Sorted(maps.Keys(names)) {
		was, is := before[name], after[name]
		if !(Attributes{name: was}).Equal(Attributes{name: is}) {
			recoded = append(recoded, Recoded{name, was, is})
		}
	}
	return recoded
}
