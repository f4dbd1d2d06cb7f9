package annotate

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// EntityType says what an entity is.
type EntityType string

// The types of entity.
const (
	Person       EntityType = "person"
	Organisation EntityType = "organisation"
	Group        EntityType = "group"
	Outlet       EntityType = "outlet"
	Document     EntityType = "document"
	Recording    EntityType = "recording"
	Event        EntityType = "event"
	Place        EntityType = "place"
)

// EntityTypes lists the types in the order they are offered in.
var EntityTypes = []EntityType{Person, Organisation, Group, Outlet, Document, Recording, Event, Place}

// NameType says what an alternative name is.
type NameType string

// The types of alternative name.
const (
	Spelling NameType = "spelling"
	Short    NameType = "short"
	Title    NameType = "title"
)

// NameTypes lists the types of alternative name.
var NameTypes = []NameType{Spelling, Short, Title}

// EntityName is another name an entity goes by.
type EntityName struct {
	Name string
	Type NameType
}

// Entity is a canonical person, organisation, outlet, document or the like,
// whatever it is called in one text or another.
type Entity struct {
	ID          ID
	Type        EntityType
	Name        string
	Description string
	// Names are its alternative names, by name.
	Names []EntityName
	// MergedInto is the entity this one was found to be the same as, or empty.
	MergedInto ID
	CreatedBy  ID
	CreatedAt  time.Time
}

// Validate returns an [Invalid] naming what cannot be kept.
func (e Entity) Validate() error {
	bad := Invalid{}
	bad.ValidateName("name", e.Name)
	if !slices.Contains(EntityTypes, e.Type) {
		bad["type"] = "Choose person, organisation, group, outlet, document, recording, event or place."
	}
	if utf8.RuneCountInString(e.Description) > 2000 {
		bad["description"] = "Use at most 2000 characters."
	}
	for _, n := range e.Names {
		if strings.TrimSpace(n.Name) == "" || utf8.RuneCountInString(n.Name) > MaxName || !slices.Contains(NameTypes, n.Type) {
			bad["names"] = "Give each alternative name 1 to 200 characters, and a type: spelling, short or title."
		}
	}
	return bad.Err()
}
