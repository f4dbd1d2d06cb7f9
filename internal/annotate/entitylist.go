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
	return fmt.Sprintf("there is %s called “%s” already", e.Entity.Type.one(), e.Entity.Name)
}

// one is t with its article.
func (t EntityType) one() string {
	switch t {
	case Organisation, Outlet, Event:
		return "an " + string(t)
	case Person, Group, Document, Recording, Place:
	}
	return "a " + string(t)
}

// Unwrap makes EntityExists an [ErrExists].
func (EntityExists) Unwrap() error { return ErrExists }
