package annotate

import "time"

// Membership is a project as one of its members sees it among others.
type Membership struct {
	Project    Project
	Role       Role
	Articles   int
	Unreviewed int // claims that wait for a decision
	Members    int
}

// Session is a browser in which somebody is signed in.
type Session struct {
	ID        ID
	UserAgent string
	CreatedAt time.Time
	SeenAt    time.Time // to the hour
	ExpiresAt time.Time
}

// APIToken lets a program act as the user who made it.
type APIToken struct {
	ID         ID
	Name       string
	CreatedAt  time.Time
	ExpiresAt  *time.Time // nil: does not expire
	LastUsedAt *time.Time // to the hour; nil: never
}

// Expired reports whether t no longer lets anybody in at the time at.
func (t APIToken) Expired(at time.Time) bool {
	return t.ExpiresAt != nil && !t.ExpiresAt.After(at)
}

// Invitation lets whoever holds its link join a project, once.
type Invitation struct {
	ID        ID
	Role      Role
	CreatedBy string // the name of who made it
	CreatedAt time.Time
	ExpiresAt time.Time
}

// Offer is what an invitation offers to whoever holds it.
type Offer struct {
	Slug      string
	Project   string // its name
	Role      Role
	InvitedBy string
}
