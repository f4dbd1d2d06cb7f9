package page

import (
	"strings"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/ui"
)

// NewEntityURL is the page on which an entity is added.
func NewEntityURL(slug string) string { return ProjectURL(slug) + "/new-entity" }

// DuplicatesURL lists entities that may be the same.
func DuplicatesURL(slug string) string { return ProjectURL(slug) + "/duplicates" }

// EditEntityURL is the form of an entity.
func EditEntityURL(slug string, entity annotate.ID) string { return EntityURL(slug, entity) + "/edit" }

// MergeURL is where an entity is merged into another; into may be empty, to be
// chosen.
func MergeURL(slug string, entity, into annotate.ID) string {
	return addressWith(EntityURL(slug, entity)+"/merge", "into", string(into))
}

// UnmergeURL is where a merge is undone.
func UnmergeURL(slug string, entity annotate.ID) string { return EntityURL(slug, entity) + "/unmerge" }

// TellApartURL is where two entities are said not to be the same.
func TellApartURL(slug string, entity annotate.ID) string {
	return EntityURL(slug, entity) + "/tell-apart"
}

// EntitiesView is what the list of entities shows.
type EntitiesView struct {
	Query    string
	Type     annotate.EntityType
	Cursor   string
	Next     string
	Entities []annotate.ListedEntity
	// Complaints are about what stands in the address.
	Complaints annotate.Invalid
}

func (v EntitiesView) filtered() bool { return v.Query != "" || v.Type != "" }

func (v EntitiesView) url(slug string, t annotate.EntityType, cursor string) string {
	return addressWith(EntitiesURL(slug), "q", v.Query, "type", string(t), "cursor", cursor)
}

func (v EntitiesView) firstURL(slug string) string {
	if v.Cursor == "" {
		return ""
	}
	return v.url(slug, v.Type, "")
}

func (v EntitiesView) nextURL(slug string) string {
	if v.Next == "" {
		return ""
	}
	return v.url(slug, v.Type, v.Next)
}

// EntityForm is the form by which an entity is added or changed, as it was
// sent.
type EntityForm struct {
	Type        annotate.EntityType
	Name        string
	Description string
	Names       []annotate.EntityName
	// Exists is the entity that has the name already, if one does.
	Exists *annotate.Entity
}

// blankNames is how many empty rows for names a form has: without its script,
// saving is what brings more.
const blankNames = 2

// rows are the names of the form, with empty ones to fill in.
func (f EntityForm) rows() []annotate.EntityName {
	return append(append([]annotate.EntityName{}, f.Names...), make([]annotate.EntityName, blankNames)...)
}

// EntityView is what the page of an entity shows.
type EntityView struct {
	Entity annotate.ListedEntity
	// Into is what it was merged into. Where it was, the rest is empty.
	Into     annotate.Entity
	Said     EntityClaims
	Through  EntityClaims
	Mergers  []annotate.Merger
	Like     []annotate.ListedEntity
	Codebook *annotate.Codebook
}

// EntityClaims are claims an entity has a part in, and how many there are in
// each state.
type EntityClaims struct {
	Claims []annotate.QueuedClaim
	More   bool
	Counts map[annotate.ReviewState]int // nil is not counted
}

// total is the number of claims in words, or nothing where it is not known.
func (c EntityClaims) total(f Frame) string {
	if c.Counts == nil {
		return ""
	}
	n := 0
	for _, of := range c.Counts {
		n += of
	}
	return f.Number(n)
}

// MergeView is what the page of a merge shows.
type MergeView struct {
	From annotate.ListedEntity
	// Into is the other, once it is chosen; before, Found are those to choose
	// from, for Query.
	Into       *annotate.ListedEntity
	Query      string
	Found      []annotate.ListedEntity
	Complaints annotate.Invalid
}

// DuplicatesView is what the list of possible duplicates shows.
type DuplicatesView struct {
	Pairs      []annotate.Alike
	Cursor     string
	Next       string
	Complaints annotate.Invalid
}

func (v DuplicatesView) firstURL(slug string) string {
	if v.Cursor == "" {
		return ""
	}
	return DuplicatesURL(slug)
}

func (v DuplicatesView) nextURL(slug string) string {
	if v.Next == "" {
		return ""
	}
	return addressWith(DuplicatesURL(slug), "cursor", v.Next)
}

// intoTheGreater orders a pair so that what is used less is merged into what
// is used more.
func intoTheGreater(a annotate.Alike) (from, into annotate.ListedEntity) {
	if a.One.Mentions > a.Other.Mentions {
		return a.Other, a.One
	}
	return a.One, a.Other
}

func entityTypeName(f Frame, t annotate.EntityType) string {
	switch t {
	case annotate.Person:
		return f.T("Person")
	case annotate.Organisation:
		return f.T("Organisation")
	case annotate.Group:
		return f.T("Group")
	case annotate.Outlet:
		return f.T("Outlet")
	case annotate.Document:
		return f.T("Document")
	case annotate.Recording:
		return f.T("Recording")
	case annotate.Event:
		return f.T("Event")
	case annotate.Place:
		return f.T("Place")
	}
	return f.T("All")
}

// entityTypesName is the name of many of a type.
func entityTypesName(f Frame, t annotate.EntityType) string {
	switch t {
	case annotate.Person:
		return f.T("People")
	case "":
	case annotate.Organisation:
		return f.T("Organisations")
	case annotate.Group:
		return f.T("Groups")
	case annotate.Outlet:
		return f.T("Outlets")
	case annotate.Document:
		return f.T("Documents")
	case annotate.Recording:
		return f.T("Recordings")
	case annotate.Event:
		return f.T("Events")
	case annotate.Place:
		return f.T("Places")
	}
	return f.T("All")
}

func entityTypeIcon(t annotate.EntityType) string {
	switch t {
	case annotate.Person:
		return "user"
	case annotate.Organisation, annotate.Group:
		return "users"
	case annotate.Outlet:
		return "article"
	case annotate.Document:
		return "source"
	case annotate.Recording:
		return "speaker"
	case annotate.Event:
		return "clock"
	case annotate.Place:
		return "ring"
	}
	return "info"
}

func entityTypeOptions(f Frame) []ui.Option {
	options := make([]ui.Option, len(annotate.EntityTypes))
	for i, t := range annotate.EntityTypes {
		options[i] = ui.Option{Value: string(t), Label: entityTypeName(f, t)}
	}
	return options
}

// nameTypeName says what an alternative name is.
func nameTypeName(f Frame, t annotate.NameType) string {
	switch t {
	case annotate.Short:
		return f.T("Short name")
	case annotate.Title:
		return f.T("Title or office")
	case annotate.Spelling:
	}
	return f.T("Full name, other spelling")
}

// otherNames lists the other names of e, at most some of them.
func otherNames(e annotate.Entity) string {
	const some = 4
	var names []string
	for i, n := range e.Names {
		if i == some {
			names = append(names, "…")
			break
		}
		names = append(names, n.Name)
	}
	return strings.Join(names, " · ")
}

// uses is a number of uses in words: counting ends at [annotate.MostCounted].
func uses(f Frame, n int, capped bool) string {
	if capped {
		return f.T("%d or more", n)
	}
	return f.Number(n)
}

func mentionsInWords(f Frame, e annotate.ListedEntity) string {
	return uses(f, e.Mentions, e.Mentions >= annotate.MostCounted)
}

func claimsInWords(f Frame, e annotate.ListedEntity) string {
	return uses(f, e.Claims, e.Mentions >= annotate.MostCounted)
}

// mentioned is the number of an entity's mentions as part of a sentence.
func mentioned(f Frame, e annotate.ListedEntity) string {
	return f.N(e.Mentions, "%d mention", "%[2]s mentions", mentionsInWords(f, e))
}

// claimed is the same for its claims.
func claimed(f Frame, e annotate.ListedEntity) string {
	return f.N(e.Claims, "%d claim", "%[2]s claims", claimsInWords(f, e))
}
