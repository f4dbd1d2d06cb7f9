package annotate

import "slices"

// raiseVersions gives what changed its new version, and so does it with every
// annotation from which links lead to what changed.
func (c *change) raiseVersions() {
	touched := map[ID]bool{} // whether the author of the change changed it
	for id, l := range c.links {
		was, existed := c.was.Links[id]
		if existed && was.Deleted == l.Deleted && was.sameContent(l) {
			c.links[id] = was
			continue
		}
		l.Version, l.UpdatedBy, l.UpdatedAt = was.Version+1, c.cs.Author, c.cs.At
		c.links[id] = l
		touched[l.From] = true
		if existed && !was.Deleted {
			touched[was.From] = true
		}
	}
	var changed []ID
	for id, a := range c.annotations {
		was, existed := c.was.Annotations[id]
		if existed && was.Deleted == a.Deleted && was.sameContent(a) {
			continue
		}
		a.Edited = was.Version + 1
		if !a.Deleted {
			a.Codebook = c.cs.Codebook
		}
		c.annotations[id] = a
		touched[id] = true
		changed = append(changed, id)
	}
	for id := range touched {
		changed = append(changed, id)
	}
	for _, id := range c.ancestors(changed) {
		if _, direct := touched[id]; !direct {
			touched[id] = false
		}
	}
	for id, byAuthor := range touched {
		c.raise(id, byAuthor)
	}
}

func (c *change) raise(id ID, byAuthor bool) {
	a, _ := c.annotation(id)
	a.Version = c.was.Annotations[id].Version + 1
	a.Review = Unreviewed
	if byAuthor {
		a.UpdatedBy, a.UpdatedAt = c.cs.Author, c.cs.At
	}
	c.annotations[id] = a
}

// ancestors are the annotations from which live links lead, over any number
// of steps, to one of ids.
func (c *change) ancestors(ids []ID) []ID {
	seen := map[ID]bool{}
	var found []ID
	for queue := slices.Clone(ids); len(queue) > 0; queue = queue[1:] {
		for _, l := range c.linksTo(queue[0]) {
			if !seen[l.From] {
				seen[l.From] = true
				found = append(found, l.From)
				queue = append(queue, l.From)
			}
		}
	}
	return found
}

// outcome is what was done, in the order it was asked for, and what undoes
// it, in the opposite order.
func (c *change) outcome() Outcome {
	var out Outcome
	for _, op := range c.cs.Operations {
		if op.Annotation != nil {
			out.annotation(op.Op, c.was.Annotations[op.Annotation.ID], c.annotations[op.Annotation.ID])
		} else {
			out.link(op.Op, c.was.Links[op.Link.ID], c.links[op.Link.ID])
		}
	}
	for _, id := range c.cascaded {
		out.link(Delete, c.was.Links[id], c.links[id])
	}
	var touched []ID
	for id := range c.annotations {
		if _, asked := c.asked[id]; !asked {
			touched = append(touched, id)
		}
	}
	slices.Sort(touched)
	for _, id := range touched {
		a := c.annotations[id]
		out.Operations = append(out.Operations, Operation{Op: Touch, Annotation: &a})
	}
	slices.Reverse(out.Inverse)
	return out
}

func (o *Outcome) annotation(op Op, was, now Annotation) {
	o.Operations = append(o.Operations, Operation{Op: op, Annotation: &now})
	switch {
	case was.Version == now.Version: // nothing changed
	case was.ID == "" || was.Deleted:
		o.Inverse = append(o.Inverse, Operation{Op: Delete, Annotation: &Annotation{ID: now.ID, Version: now.Version}})
	default:
		was.Version = seen(now.Version, now.Deleted)
		o.Inverse = append(o.Inverse, Operation{Op: Put, Annotation: &was})
	}
}

func (o *Outcome) link(op Op, was, now Link) {
	o.Operations = append(o.Operations, Operation{Op: op, Link: &now})
	switch {
	case was.Version == now.Version:
	case was.ID == "" || was.Deleted:
		o.Inverse = append(o.Inverse, Operation{Op: Delete, Link: &Link{ID: now.ID, Version: now.Version}})
	default:
		was.Version = seen(now.Version, now.Deleted)
		o.Inverse = append(o.Inverse, Operation{Op: Put, Link: &was})
	}
}

// seen is the version an operation names for what is at version: 0 once it is
// deleted.
func seen(version int, deleted bool) int {
	if deleted {
		return 0
	}
	return version
}
