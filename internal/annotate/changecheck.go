package annotate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// maxFragments is the most fragments an annotation may have.
const maxFragments = 1000

// checkFragments refuses what is not a list of disjoint ranges on grapheme
// boundaries, or does not hold the text it says it holds.
func (c *change) checkFragments(operation int, fragments []Fragment) {
	if len(fragments) > maxFragments {
		c.refuse(operation, "annotation.fragments", "Give at most 1,000 fragments.")
		return
	}
	for i, f := range fragments {
		field := fmt.Sprintf("annotation.fragments[%d]", i)
		switch n := c.text.Len(); {
		case f.Start < 0 || f.Start > n:
			c.refuse(operation, field+".start", fmt.Sprintf("The text has %d code points: give 0 to %d.", n, n))
		case f.End < 0 || f.End > n:
			c.refuse(operation, field+".end", fmt.Sprintf("The text has %d code points: give at most %d.", n, n))
		case f.End <= f.Start:
			c.refuse(operation, field+".end", "Give an end after the start: a fragment has at least one character.")
		case !c.text.Boundary(f.Start):
			c.refuse(operation, field+".start", fmt.Sprintf("Offset %d is inside a character. Use %d.", f.Start, c.text.Snap(f.Start)))
		case !c.text.Boundary(f.End):
			c.refuse(operation, field+".end", fmt.Sprintf("Offset %d is inside a character. Use %d.", f.End, c.text.next(f.End)))
		case f.Exact != "" && c.text.Slice(f.Start, f.End) != f.Exact:
			c.refuse(operation, field+".exact", fmt.Sprintf("The text has %q there. Offsets are code points of this revision.",
				excerpt(c.text.Slice(f.Start, f.End))))
		}
		for _, earlier := range fragments[:i] {
			if f.Start < earlier.End && earlier.Start < f.End {
				c.refuse(operation, field, "This overlaps an earlier fragment of the same annotation. Make them one.")
				break
			}
		}
	}
}

// next is the nearest boundary at or after offset.
func (t *Text) next(offset int) int {
	for !t.Boundary(offset) {
		offset++
	}
	return offset
}

// excerpt cuts s to what fits in a sentence.
func excerpt(s string) string {
	const most = 60
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}

// checkLinks holds every link that was put, or leads from or to an annotation
// that was, to its role: live ends of the right kinds, no two the same, and
// no way round to where it began.
func (c *change) checkLinks() {
	onward := func(from ID) (links []Link) { // where within and via lead
		for _, l := range c.linksFrom(from) {
			if l.Role == RoleWithin || l.Role == RoleVia {
				links = append(links, l)
			}
		}
		return links
	}
	c.checkTwins()
	var begin []ID
	sound := true
	for _, l := range c.concerned() {
		if !c.checkEnds(l) {
			sound = false
		} else if l.Role == RoleWithin || l.Role == RoleVia {
			begin = append(begin, l.From)
		}
	}
	if !sound { // what leads nowhere cannot be followed
		return
	}
	for _, circle := range circles(onward, begin) {
		c.refuse(c.blame(circle...), "link.to", "This closes a circle: following these links would lead back to where they began.")
	}
}

// concerned are the live links this change has to answer for, by id.
func (c *change) concerned() []Link {
	found := map[ID]Link{}
	for _, op := range c.cs.Operations {
		if op.Link != nil {
			if l := c.links[op.Link.ID]; !l.Deleted {
				found[l.ID] = l
			}
			continue
		}
		for _, l := range slices.Concat(c.linksFrom(op.Annotation.ID), c.linksTo(op.Annotation.ID)) {
			found[l.ID] = l
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b Link) int { return cmp.Compare(a.ID, b.ID) })
}

// checkTwins refuses two links that say the same.
func (c *change) checkTwins() {
	type line struct {
		to   ID
		role LinkRole
	}
	for from := range c.from {
		seen := map[line]Link{}
		for _, l := range c.linksFrom(from) {
			key := line{l.To, l.Role}
			if other, twice := seen[key]; twice {
				c.refuse(c.blame(l, other), "link", "These two are linked in this role already.")
			}
			seen[key] = l
		}
	}
}

// blame is the last operation that made one of the links what it is: the last
// to name one, or else the last to name an end of one.
func (c *change) blame(links ...Link) int {
	last := -1
	note := func(ids ...ID) {
		for _, id := range ids {
			if i, asked := c.asked[id]; asked {
				last = max(last, i)
			}
		}
	}
	for _, l := range links {
		note(l.ID)
	}
	if last >= 0 {
		return last
	}
	for _, l := range links {
		note(l.From, l.To)
	}
	return max(last, 0)
}

func (c *change) checkEnds(l Link) bool {
	fromKind, toKind, known := l.Role.Ends()
	i := c.blame(l)
	if !known {
		c.refuse(i, "link.role", l.Role.ends())
		return false
	}
	if l.From == l.To {
		c.refuse(i, "link.to", "A link leads from one annotation to another.")
		return false
	}
	return c.checkEnd(i, l, "link.from", l.From, fromKind) && c.checkEnd(i, l, "link.to", l.To, toKind)
}

func (c *change) checkEnd(i int, l Link, field string, id ID, kind string) bool {
	a, exists := c.annotation(id)
	switch {
	case !exists || a.Deleted:
		c.refuse(i, field, "This article has no such annotation.")
	case a.Kind != kind:
		c.refuse(i, field, l.Role.ends())
	default:
		return true
	}
	return false
}

// maxCircles is the most circles a refusal names: there can be as many as
// there are links, each as long.
const maxCircles = 20

// circles finds ways that lead back to where they began, among those that can
// be reached from begin: for each the links it consists of. It looks at every
// link once, so of circles that share links it may find only some.
func circles(onward func(ID) []Link, begin []ID) [][]Link {
	var found [][]Link
	var path []Link
	done := map[ID]bool{} // nothing more to find from here
	depth := map[ID]int{} // where on the path an annotation stands
	var walk func(from ID)
	walk = func(from ID) {
		depth[from] = len(path)
		for _, l := range onward(from) {
			path = append(path, l)
			if at, onPath := depth[l.To]; onPath && len(found) < maxCircles {
				found = append(found, slices.Clone(path[at:]))
			} else if !onPath && !done[l.To] {
				walk(l.To)
			}
			path = path[:len(path)-1]
		}
		delete(depth, from)
		done[from] = true
	}
	for _, id := range begin {
		if !done[id] {
			walk(id)
		}
	}
	return found
}
