package annotate

import "maps"

// Snapshot is what of an annotation set is live at one moment, by id.
type Snapshot struct {
	Annotations map[ID]Annotation
	Links       map[ID]Link
}

// NewSnapshot is the snapshot of a set that has annotations and links.
// Deleted ones are left out.
func NewSnapshot(annotations []Annotation, links []Link) Snapshot {
	s := Snapshot{make(map[ID]Annotation, len(annotations)), make(map[ID]Link, len(links))}
	for _, a := range annotations {
		if !a.Deleted {
			s.Annotations[a.ID] = a
		}
	}
	for _, l := range links {
		if !l.Deleted {
			s.Links[l.ID] = l
		}
	}
	return s
}

// Clone is a copy of s that changes apart from it.
func (s Snapshot) Clone() Snapshot {
	return Snapshot{maps.Clone(s.Annotations), maps.Clone(s.Links)}
}

// Rewind takes a snapshot back through the log of its set, one change set
// after the other, the newest first. What comes of it is what the set was,
// versions and authors included, but for Edited and for the states of
// reviews, which the log does not tell.
type Rewind struct {
	Snapshot
	// unsettled are annotations that were touched: the log has no word of who
	// changed them last before that but where they were changed.
	unsettled map[ID]bool
}

// NewRewind begins with s, which it changes, as the set is after all its
// change sets.
func NewRewind(s Snapshot) *Rewind { return &Rewind{s, map[ID]bool{}} }

// Undo goes back to before a change set that did done.
func (r *Rewind) Undo(done Outcome) {
	undo := make(map[ID]Operation, len(done.Inverse))
	for _, op := range done.Inverse {
		undo[op.id()] = op
	}
	for _, op := range done.Operations {
		inverse, changed := undo[op.id()]
		switch {
		case op.Op == Touch:
			a := r.Annotations[op.id()]
			a.Version = op.Annotation.Version - 1
			r.Annotations[a.ID] = a
			r.unsettled[a.ID] = true
		case changed && op.Annotation != nil:
			r.undoAnnotation(op, inverse)
		case changed:
			r.undoLink(op, inverse)
		}
	}
}

func (r *Rewind) undoAnnotation(op, inverse Operation) {
	id := op.Annotation.ID
	delete(r.unsettled, id)
	if inverse.Op == Delete {
		delete(r.Annotations, id)
		return
	}
	a := *inverse.Annotation
	a.Version = op.Annotation.Version - 1
	r.Annotations[id] = a
}

func (r *Rewind) undoLink(op, inverse Operation) {
	if inverse.Op == Delete {
		delete(r.Links, op.Link.ID)
		return
	}
	l := *inverse.Link
	l.Version = op.Link.Version - 1
	r.Links[l.ID] = l
}

// Settled reports whether nothing is missing any more. As long as it is not,
// change sets further back have to be shown to [Rewind.Settle].
func (r *Rewind) Settled() bool { return len(r.unsettled) == 0 }

// Settle learns from a change set that is not undone, the newest first, who
// last changed what.
func (r *Rewind) Settle(operations []Operation) {
	for _, op := range operations {
		if op.Annotation == nil || op.Op == Delete || !r.unsettled[op.id()] {
			continue
		}
		a := r.Annotations[op.id()]
		a.UpdatedBy, a.UpdatedAt = op.Annotation.UpdatedBy, op.Annotation.UpdatedAt
		r.Annotations[a.ID] = a
		delete(r.unsettled, a.ID)
	}
}

// id is that of the annotation or link o is about.
func (o Operation) id() ID {
	if o.Annotation != nil {
		return o.Annotation.ID
	}
	return o.Link.ID
}
