package annotate

import "slices"

// NewState is the state of an annotation set that has annotations and links,
// deleted ones among them.
func NewState(annotations []Annotation, links []Link) *State {
	s := &State{
		Annotations: make(map[ID]Annotation, len(annotations)), Links: make(map[ID]Link, len(links)),
		Elsewhere: map[ID]bool{}, Entities: map[ID]EntityType{},
	}
	for _, a := range annotations {
		s.Annotations[a.ID] = a
	}
	for _, l := range links {
		s.Links[l.ID] = l
	}
	return s
}

// Replay makes s what it was after operations of an [Outcome], as the log
// keeps them, had been done to it.
func (s *State) Replay(operations []Operation) {
	for _, op := range operations {
		switch a, l := op.Annotation, op.Link; {
		case a != nil && op.Op == Delete:
			was := s.Annotations[a.ID]
			was.Version, was.Edited, was.Deleted = a.Version, a.Version, true
			s.Annotations[a.ID] = was
		case a != nil:
			was, now := s.Annotations[a.ID], *a
			now.Edited = was.Edited
			// A put may have changed nothing, or only the links from it.
			if was.Deleted || !was.sameContent(now) {
				now.Edited = now.Version
			}
			s.Annotations[a.ID] = now
		case op.Op == Delete:
			was := s.Links[l.ID]
			was.Version, was.Deleted = l.Version, true
			s.putLink(was)
		default:
			s.putLink(*l)
		}
	}
}

func (s *State) putLink(l Link) {
	s.index()
	if was, ok := s.Links[l.ID]; ok && !was.Deleted {
		s.from[was.From] = without(s.from[was.From], l.ID)
		s.to[was.To] = without(s.to[was.To], l.ID)
	}
	s.Links[l.ID] = l
	if !l.Deleted {
		s.from[l.From] = append(s.from[l.From], l.ID)
		s.to[l.To] = append(s.to[l.To], l.ID)
	}
}

func without(ids []ID, id ID) []ID {
	return slices.DeleteFunc(ids, func(i ID) bool { return i == id })
}

// index makes from and to, unless they are there.
func (s *State) index() {
	if s.from != nil {
		return
	}
	s.from, s.to = map[ID][]ID{}, map[ID][]ID{}
	for id, l := range s.Links {
		if !l.Deleted {
			s.from[l.From] = append(s.from[l.From], id)
			s.to[l.To] = append(s.to[l.To], id)
		}
	}
}

// linksFrom lists the live links from id, as the change has them so far.
func (c *change) linksFrom(id ID) []Link {
	c.was.index()
	return c.live(c.was.from[id], c.from[id])
}

// linksTo lists the live links to id, as the change has them so far.
func (c *change) linksTo(id ID) []Link {
	c.was.index()
	return c.live(c.was.to[id], c.to[id])
}

func (c *change) live(was, put []ID) []Link {
	var links []Link
	for _, id := range was {
		if _, changed := c.links[id]; !changed {
			links = append(links, c.was.Links[id])
		}
	}
	for _, id := range put {
		if l := c.links[id]; !l.Deleted {
			links = append(links, l)
		}
	}
	return links
}
