package annotate

import (
	"maps"
	"slices"
)

// Restore lists the operations that make a set say again what it said then,
// each with the version that is seen now, or nothing where it does. What was
// made since is deleted, what was deleted is put back, and what was changed is
// what it was. They are for [State.Apply], as any others.
func Restore(now, then Snapshot) []Operation {
	r := restoring{now: now, then: then}
	for id, l := range now.Links {
		if _, kept := then.Links[id]; !kept {
			r.deleteLink(l)
		}
	}
	for id, a := range now.Annotations {
		if _, kept := then.Annotations[id]; !kept {
			r.deleteAnnotation(a)
		}
	}
	for _, a := range then.Annotations {
		r.putAnnotation(a)
	}
	for _, l := range then.Links {
		r.putLink(l)
	}
	return r.operations()
}

// RestoreClaim lists the operations that make one claim what it was then: its
// text and answers and the links from it. What those lead to, and the claims
// said within it, are left as they are now; only what has been deleted of it
// is put back. A claim that was not there then is deleted.
func RestoreClaim(now, then Snapshot, claim ID) []Operation {
	r := restoring{now: now, then: then}
	was, existed := then.Annotations[claim]
	is, exists := now.Annotations[claim]
	switch {
	case !existed && exists:
		r.deleteAnnotation(is)
	case existed:
		for id, l := range now.Links {
			if _, kept := then.Links[id]; !kept && l.From == claim {
				r.deleteLink(l)
			}
		}
		r.from, r.to = byEnds(then.Links)
		r.putAnnotation(was)
		for _, l := range r.from[claim] {
			r.putLink(l)
			r.putBack(l.To)
		}
		if !exists {
			r.nest(claim)
		}
	}
	return r.operations()
}

// restoring gathers operations.
type restoring struct {
	now, then Snapshot
	from, to  map[ID][]Link // of then, by their ends

	deletedLinks, deletedAnnotations, annotations, links map[ID]Operation
}

func (r *restoring) deleteAnnotation(a Annotation) {
	add(&r.deletedAnnotations, Operation{Op: Delete, Annotation: &Annotation{ID: a.ID, Version: a.Version}})
}

func (r *restoring) deleteLink(l Link) {
	add(&r.deletedLinks, Operation{Op: Delete, Link: &Link{ID: l.ID, Version: l.Version}})
}

func (r *restoring) putAnnotation(a Annotation) {
	is, exists := r.now.Annotations[a.ID]
	if exists && is.sameContent(a) {
		return
	}
	a.Version = is.Version // 0 for what is not there
	add(&r.annotations, Operation{Op: Put, Annotation: &a})
}

func (r *restoring) putLink(l Link) {
	is, exists := r.now.Links[l.ID]
	if exists && is.sameContent(l) {
		return
	}
	l.Version = is.Version
	add(&r.links, Operation{Op: Put, Link: &l})
}

// putBack puts back an annotation that has been deleted, with the links from
// it and whatever those lead to.
func (r *restoring) putBack(id ID) {
	_, exists := r.now.Annotations[id]
	if _, done := r.annotations[id]; exists || done {
		return
	}
	r.putAnnotation(r.then.Annotations[id])
	for _, l := range r.from[id] {
		r.putLink(l)
		r.putBack(l.To)
	}
}

// nest puts back the links to a claim that went with it.
func (r *restoring) nest(claim ID) {
	for _, l := range r.to[claim] {
		if _, exists := r.now.Annotations[l.From]; exists {
			r.putLink(l)
		}
	}
}

// operations are those gathered, each sort by id.
func (r *restoring) operations() []Operation {
	var all []Operation
	for _, sort := range []map[ID]Operation{r.deletedLinks, r.deletedAnnotations, r.annotations, r.links} {
		for _, id := range slices.Sorted(maps.Keys(sort)) {
			all = append(all, sort[id])
		}
	}
	return all
}

func add(to *map[ID]Operation, op Operation) {
	if *to == nil {
		*to = map[ID]Operation{}
	}
	(*to)[op.id()] = op
}

func byEnds(links map[ID]Link) (from, to map[ID][]Link) {
	from, to = map[ID][]Link{}, map[ID][]Link{}
	for _, l := range links {
		from[l.From], to[l.To] = append(from[l.From], l), append(to[l.To], l)
	}
	return from, to
}
