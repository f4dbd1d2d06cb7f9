package annotate

import (
	"fmt"
	"strconv"
)

func quoted(s string) string { return strconv.Quote(s) }

// checkFragments refuses what is not an ordered list of disjoint ranges on
// grapheme boundaries, or does not hold the text it says it holds.
func (c *change) checkFragments(operation int, fragments []Fragment) {
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
			c.refuse(operation, field+".exact", fmt.Sprintf("The text has %s there. Offsets are code points of this revision.",
				quoted(excerpt(c.text.Slice(f.Start, f.End)))))
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
	type line struct {
		from, to ID
		role     LinkRole
	}
	seen := map[line]ID{}
	onward := map[ID][]ID{} // where within and via lead
	c.eachLink(func(l Link) {
		if l.Role == RoleWithin || l.Role == RoleVia {
			onward[l.From] = append(onward[l.From], l.To)
		}
		key := line{l.From, l.To, l.Role}
		if other, twice := seen[key]; twice {
			c.refuse(c.blame(l, c.links[other]), "link", "These two are linked in this role already.")
		}
		seen[key] = l.ID
	})
	c.eachLink(func(l Link) {
		if c.concerns(l) && c.checkEnds(l) && (l.Role == RoleWithin || l.Role == RoleVia) && reaches(onward, l.To, l.From) {
			c.refuse(c.blame(l), "link.to", "This closes a circle: following "+string(l.Role)+" links would lead back to where they began.")
		}
	})
}

// concerns reports whether this change has to answer for l.
func (c *change) concerns(l Link) bool {
	for _, id := range []ID{l.ID, l.From, l.To} {
		if _, asked := c.asked[id]; asked {
			return true
		}
	}
	return false
}

// blame is the operation that made one of the links what it is.
func (c *change) blame(links ...Link) int {
	for _, l := range links {
		for _, id := range []ID{l.ID, l.From, l.To} {
			if i, asked := c.asked[id]; asked {
				return i
			}
		}
	}
	return 0
}

func (c *change) checkEnds(l Link) bool {
	fromKind, toKind, known := l.Role.Ends()
	i := c.blame(l)
	if !known {
		c.refuse(i, "link.role", "Use speaker, source, cue, addressee, within or via.")
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
		c.refuse(i, field, fmt.Sprintf("A %s link needs a %s there, and this is a %s.", l.Role, kind, a.Kind))
	default:
		return true
	}
	return false
}

// reaches reports whether one can come from one end to the other.
func reaches(onward map[ID][]ID, from, to ID) bool {
	seen := map[ID]bool{}
	for queue := []ID{from}; len(queue) > 0; queue = queue[1:] {
		if queue[0] == to {
			return true
		}
		if !seen[queue[0]] {
			seen[queue[0]] = true
			queue = append(queue, onward[queue[0]]...)
		}
	}
	return false
}
