package annotate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Op says what an operation does.
type Op string

// The operations. People ask for Put and Delete; Touch is only ever recorded,
// for an annotation whose version grew because what it leads to changed.
const (
	Put    Op = "put"
	Delete Op = "delete"
	Touch  Op = "touch"
)

// Operation puts or deletes one annotation or one link; exactly one of the
// two is set. What is put or deleted names the version its author saw: 0 for
// what is new.
type Operation struct {
	Op         Op
	Annotation *Annotation
	Link       *Link
}

// MaxOperations is the most operations a change set may have.
const MaxOperations = 20_000

// ChangeSet is the only way annotations change: operations applied all or
// nothing.
type ChangeSet struct {
	// ID is made by the client: the same ID is the same change set, sent again.
	ID     ID
	Author ID
	At     time.Time
	// Codebook is the version of the codebook the operations are made under.
	Codebook   int
	Operations []Operation
}

// State is an annotation set as change sets see and change it. Deleted
// annotations and links are among the others, so that versions go on.
// It is not safe for concurrent use.
type State struct {
	Annotations map[ID]Annotation
	Links       map[ID]Link
	// Elsewhere has ids known to belong to another annotation set.
	Elsewhere map[ID]bool
	// Entities has the ids known to be entities of the project, with their
	// types: at least those that operations name.
	Entities map[ID]EntityType

	// from and to have the ids of the live links of an annotation, by their
	// ends; they are nil until first asked for.
	from, to map[ID][]ID
}

// Outcome is what applying a change set did.
type Outcome struct {
	// Operations are those asked for, then the deletions of links and the
	// touches that follow from them, each with the whole record as it is now.
	Operations []Operation
	// Inverse undoes Operations, as long as nothing has changed since.
	Inverse []Operation
}

// Apply changes s as cs asks and says what was done, or changes nothing and
// returns a [Refused] that names each bad operation, or a [Conflict] with the
// current state of what has changed since its author looked.
func (s *State) Apply(cs ChangeSet, text *Text, codebook *Codebook) (Outcome, error) {
	c := &change{
		cs: cs, text: text, codebook: codebook, was: s,
		annotations: map[ID]Annotation{}, links: map[ID]Link{}, from: map[ID][]ID{}, to: map[ID][]ID{}, asked: map[ID]int{},
	}
	c.takeOperations()
	if len(c.problems) == 0 && len(c.clashes) == 0 {
		c.deleteDanglingLinks()
		c.checkLinks()
	}
	if len(c.problems) > 0 {
		slices.SortStableFunc(c.problems, func(a, b Problem) int {
			return cmp.Or(cmp.Compare(a.Operation, b.Operation), cmp.Compare(a.Field, b.Field))
		})
		return Outcome{}, c.problems
	}
	if len(c.clashes) > 0 {
		return Outcome{}, c.clashes
	}
	c.raiseVersions()
	outcome := c.outcome()
	maps.Copy(s.Annotations, c.annotations)
	for _, l := range c.links {
		s.putLink(l)
	}
	return outcome, nil
}

// change is a change set on its way through: what it has changed so far over
// the state as it was.
type change struct {
	cs       ChangeSet
	text     *Text
	codebook *Codebook
	was      *State

	annotations map[ID]Annotation
	links       map[ID]Link
	from, to    map[ID][]ID // the links that were put, by their ends
	asked       map[ID]int  // index of the operation that names an id
	cascaded    []ID        // links deleted because an end of theirs was
	problems    Refused
	clashes     Conflict
}

func (c *change) annotation(id ID) (Annotation, bool) {
	if a, ok := c.annotations[id]; ok {
		return a, true
	}
	a, ok := c.was.Annotations[id]
	return a, ok
}

func (c *change) refuse(operation int, field, message string) {
	c.problems = append(c.problems, Problem{operation, field, message})
}

func (c *change) takeOperations() {
	switch n := len(c.cs.Operations); {
	case n == 0:
		c.refuse(Whole, "", "Give at least one operation.")
	case n > MaxOperations:
		c.refuse(Whole, "", "Split this into change sets of at most 20,000 operations.")
		return
	}
	for i, op := range c.cs.Operations {
		switch {
		case op.Op != Put && op.Op != Delete:
			c.refuse(i, "op", "Use put or delete.")
		case (op.Annotation == nil) == (op.Link == nil):
			c.refuse(i, "", "Give either an annotation or a link.")
		case op.Annotation != nil:
			c.takeAnnotation(i, op.Op, *op.Annotation)
		default:
			c.takeLink(i, op.Op, *op.Link)
		}
	}
}

// mayName reports whether operation i may name id, which it does under field.
func (c *change) mayName(i int, field string, id ID) bool {
	canonical, err := ParseID(string(id))
	_, twice := c.asked[id]
	switch {
	case err != nil || canonical != id:
		c.refuse(i, field, "Give a UUID in lower case, best of version 7.")
	case twice:
		c.refuse(i, field, "An earlier operation names this id already. Name each once.")
	case c.was.Elsewhere[id]:
		c.refuse(i, field, "This id belongs to another article's annotations. Make a new one.")
	default:
		c.asked[id] = i
		return true
	}
	return false
}

func (c *change) takeAnnotation(i int, op Op, a Annotation) {
	if !c.mayName(i, "annotation.id", a.ID) {
		return
	}
	current, exists := c.was.Annotations[a.ID]
	live := exists && !current.Deleted
	if !live && a.Version != 0 || !live && op == Delete {
		c.clashes = append(c.clashes, Clash{Operation: i})
		return
	}
	// A put clashes only with a change of the annotation itself: that a link
	// was made from it meanwhile takes nothing from either author. A deletion
	// would take the link, so it must have seen everything.
	if live && (a.Version > current.Version || a.Version < current.Edited || op == Delete && a.Version != current.Version) {
		c.clashes = append(c.clashes, Clash{Operation: i, Annotation: &current})
		return
	}
	if op == Delete {
		current.Deleted = true
		c.annotations[a.ID] = current
		return
	}
	c.checkAnnotation(i, a, current)
	if !exists {
		current = Annotation{ID: a.ID, CreatedBy: c.cs.Author, CreatedAt: c.cs.At}
	}
	current.Kind, current.Entity, current.Attributes, current.Deleted = a.Kind, a.Entity, a.Attributes, false
	current.Fragments = make([]Fragment, len(a.Fragments))
	for i, f := range a.Fragments {
		current.Fragments[i] = Fragment{Start: f.Start, End: f.End}
	}
	c.annotations[a.ID] = current
}

func (c *change) checkAnnotation(i int, a, current Annotation) {
	kind, known := c.codebook.Kind(a.Kind)
	switch {
	case !known:
		c.refuse(i, "annotation.kind", fmt.Sprintf("The codebook has no kind %q.", a.Kind))
	case !kind.Active && current.Kind != a.Kind:
		c.refuse(i, "annotation.kind", fmt.Sprintf("The codebook has the kind %q switched off.", a.Kind))
	}
	c.checkFragments(i, a.Fragments)
	if a.Kind != current.Kind { // what it had it had as another kind
		current = Annotation{}
	}
	switch {
	case a.Entity == "" && len(a.Fragments) == 0:
		c.refuse(i, "annotation.fragments", "Give at least one fragment, or the entity that the text does not mention.")
	case a.Entity != "" && a.Entity != current.Entity && known:
		c.checkEntity(i, a.Entity, kind)
	}
	had := current.Attributes
	for name, complaint := range c.codebook.check(a.Attributes, had, func(q Attribute) bool { return slices.Contains(q.Kinds, a.Kind) }) {
		c.refuse(i, "annotation.attributes."+name, complaint)
	}
}

func (c *change) checkEntity(i int, id ID, kind Kind) {
	entity, exists := c.was.Entities[id]
	switch {
	case !exists:
		c.refuse(i, "annotation.entity", "The project has no such entity. Make it first.")
	case len(kind.Entities) == 0:
		c.refuse(i, "annotation.entity", "The codebook has no entities for this kind. Leave it out.")
	case !slices.Contains(kind.Entities, entity):
		c.refuse(i, "annotation.entity", "The codebook does not let this kind stand for an entity of that type. Choose another entity, or ask a manager to allow it.")
	}
}

// takeLink takes the operation; whether the link may be is for checkLinks,
// which sees all operations done.
func (c *change) takeLink(i int, op Op, l Link) {
	if !c.mayName(i, "link.id", l.ID) {
		return
	}
	current, exists := c.was.Links[l.ID]
	live := exists && !current.Deleted
	switch {
	case !live && (l.Version != 0 || op == Delete):
		c.clashes = append(c.clashes, Clash{Operation: i})
		return
	case live && l.Version != current.Version:
		c.clashes = append(c.clashes, Clash{Operation: i, Link: &current})
		return
	case op == Delete:
		current.Deleted = true
		c.links[l.ID] = current
		return
	}
	had := current.Attributes
	if l.Role != current.Role { // what it had it had in another role
		had = nil
	}
	asked := func(q Attribute) bool { return slices.Contains(q.Roles, l.Role) }
	for name, complaint := range c.codebook.check(l.Attributes, had, asked) {
		c.refuse(i, "link.attributes."+name, complaint)
	}
	if !exists {
		current = Link{ID: l.ID, CreatedBy: c.cs.Author, CreatedAt: c.cs.At}
	}
	current.From, current.To, current.Role, current.Attributes, current.Deleted = l.From, l.To, l.Role, l.Attributes, false
	c.links[l.ID] = current
	c.from[l.From] = append(c.from[l.From], l.ID)
	c.to[l.To] = append(c.to[l.To], l.ID)
}

// deleteDanglingLinks deletes the links of deleted annotations along with
// them.
func (c *change) deleteDanglingLinks() {
	for _, op := range c.cs.Operations {
		if op.Op != Delete || op.Annotation == nil {
			continue
		}
		for _, l := range slices.Concat(c.linksFrom(op.Annotation.ID), c.linksTo(op.Annotation.ID)) {
			if _, asked := c.asked[l.ID]; !asked && !c.links[l.ID].Deleted {
				l.Deleted = true
				c.links[l.ID] = l
				c.cascaded = append(c.cascaded, l.ID)
			}
		}
	}
	slices.Sort(c.cascaded)
}
