package annotate

import "time"

// LinkRole says what the annotation at the end of a link is to the one at its
// beginning.
type LinkRole string

// The roles.
const (
	RoleSpeaker   LinkRole = "speaker"   // claim -> who says it
	RoleSource    LinkRole = "source"    // claim -> through what it reached us
	RoleCue       LinkRole = "cue"       // claim -> the words that signal it
	RoleAddressee LinkRole = "addressee" // claim -> the speaker it is said to
	RoleWithin    LinkRole = "within"    // claim -> the claim it is said within
	RoleVia       LinkRole = "via"       // source -> the source that passed it on, outwards
)

// LinkRoles lists the roles in the order they are shown in.
var LinkRoles = []LinkRole{RoleSpeaker, RoleSource, RoleCue, RoleAddressee, RoleWithin, RoleVia}

// Ends gives the kinds a link of role r leads from and to, and whether r is
// one of the roles.
func (r LinkRole) Ends() (from, to string, ok bool) {
	switch r {
	case RoleSpeaker, RoleAddressee:
		return Claim, Speaker, true
	case RoleSource:
		return Claim, Source, true
	case RoleCue:
		return Claim, Cue, true
	case RoleWithin:
		return Claim, Claim, true
	case RoleVia:
		return Source, Source, true
	}
	return "", "", false
}

// ends says what Ends gives in words.
func (r LinkRole) ends() string {
	switch r {
	case RoleSpeaker:
		return "A speaker link leads from a claim to a speaker."
	case RoleSource:
		return "A source link leads from a claim to a source."
	case RoleCue:
		return "A cue link leads from a claim to a cue."
	case RoleAddressee:
		return "An addressee link leads from a claim to a speaker."
	case RoleWithin:
		return "A within link leads from a claim to the claim it is part of."
	case RoleVia:
		return "A via link leads from a source to the source it came by."
	}
	return "Use speaker, source, cue, addressee, within or via."
}

// Link is a directed role from one annotation to another of the same set.
type Link struct {
	ID         ID
	From       ID
	To         ID
	Role       LinkRole
	Attributes Attributes
	// Version is 1 when new and grows by 1 with every change.
	Version   int
	Deleted   bool
	CreatedBy ID
	CreatedAt time.Time
	UpdatedBy ID
	UpdatedAt time.Time
}

func (l Link) sameContent(o Link) bool {
	return l.From == o.From && l.To == o.To && l.Role == o.Role && l.Attributes.Equal(o.Attributes)
}
