package annotate

import (
	"fmt"
	"time"
)

// ListedEntity is an entity as lists show it.
type ListedEntity struct {
	Entity
	// Matched is the name by which a search found it, or empty.
	Matched string
	// Mentions counts the annotations that mean the entity, up to
	// [MostCounted].
	Mentions int
	// Claims counts the claims that these make it a speaker or a source of,
	// wherever it stands in the chain by which they reached us.
	Claims int
}

// MostCounted is how far the uses of an entity are counted: that there are as
// many is known then, and counting on would keep people waiting.
const MostCounted = 1000

// Merger is an entity that was merged into another.
type Merger struct {
	Entity
	// With is what it was merged into at the time, which may have been merged
	// into a third since.
	With ID
	By   User // ID and Name alone
	At   time.Time
}

// Alike are two entities with names so much alike that they may be one.
type Alike struct {
	One   ListedEntity
	Other ListedEntity
}

// EntityExists says that there is an entity of the same type by that name
// already. It is an [ErrExists].
type EntityExists struct{ Entity Entity }

func (e EntityExists) Error() string {
	return fmt.Sprintf("entity %s, a %s, has the name %q already", e.Entity.ID, e.Entity.Type, e.Entity.Name)
}

// Words say it to a person.
func (e EntityExists) Words() string {
	name := e.Entity.Name
	switch e.Entity.Type {
	case Person:
		return fmt.Sprintf("There is a person called “%s” already.", name)
	case Organisation:
		return fmt.Sprintf("There is an organisation called “%s” already.", name)
	case Group:
		return fmt.Sprintf("There is a group called “%s” already.", name)
	case Outlet:
		return fmt.Sprintf("There is an outlet called “%s” already.", name)
	case Document:
		return fmt.Sprintf("There is a document called “%s” already.", name)
	case Recording:
		return fmt.Sprintf("There is a recording called “%s” already.", name)
	case Event:
		return fmt.Sprintf("There is an event called “%s” already.", name)
	case Place:
		return fmt.Sprintf("There is a place called “%s” already.", name)
	}
	return fmt.Sprintf("There is something called “%s” already.", name)
}

// Unwrap makes EntityExists an [ErrExists].
func (EntityExists) Unwrap() error { return ErrExists }
