package annotate

import (
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Role is what a member may do in a project. Each role may do all that the
// one before it may.
type Role string

// The roles, from the least to the most.
const (
	Viewer   Role = "viewer"
	Analyst  Role = "analyst"
	Reviewer Role = "reviewer"
	Manager  Role = "manager"
)

// Roles lists the roles from the least to the most.
var Roles = []Role{Viewer, Analyst, Reviewer, Manager}

// May reports whether r includes what need may do. No role at all includes
// nothing, and what is no role is included in none.
func (r Role) May(need Role) bool {
	have, want := slices.Index(Roles, r), slices.Index(Roles, need)
	return want >= 0 && have >= want
}

// Valid reports whether r is one of [Roles].
func (r Role) Valid() bool { return slices.Contains(Roles, r) }

// User is a person with an account. Email is empty for a person known only
// from an imported file, who cannot sign in.
type User struct {
	ID       ID
	Email    string
	Name     string
	Admin    bool
	Disabled bool
	// Language is the tag of the language they chose to read Onrecord in,
	// such as de; empty is whatever their browser asks for.
	Language  string
	CreatedAt time.Time
}

// Member is a person's place in a project.
type Member struct {
	UserID ID
	Email  string
	Name   string
	Role   Role
	Since  time.Time
}

// Project is one team's workspace.
type Project struct {
	ID   ID
	Slug string
	Name string
	// SelfApproval allows authors to approve their own claims.
	SelfApproval bool
	// Quorum is how many reviewers have to approve a claim: 1 to [MaxQuorum].
	Quorum int
	// Mode says whose annotations its articles have.
	Mode Mode
	// Pool is how many analysts an article may have of those who take it
	// themselves; 0 is that managers alone assign articles.
	Pool int
	// Codebook is the version in force.
	Codebook  int
	CreatedAt time.Time
}

// Limits on what people write about themselves and their projects.
const (
	MinPassword = 10  // code points
	MaxPassword = 200 // code points; argon2id reads all of it, so it must end
	MaxName     = 200 // code points
)

// ValidateName complains about an empty or overlong name under field.
func (i Invalid) ValidateName(field, name string) {
	switch n := utf8.RuneCountInString(name); {
	case strings.TrimSpace(name) == "":
		i[field] = "Give a name."
	case n > MaxName:
		i[field] = "Use at most 200 characters."
	}
}

// ValidateEmail complains, under email, about what is not a plain address.
func (i Invalid) ValidateEmail(email string) {
	a, err := mail.ParseAddress(email)
	if err != nil || a.Address != email || len(email) > 254 {
		i["email"] = "Give an e-mail address such as ana@example.org."
	}
}

// ValidatePassword complains, under password, about a length outside
// [MinPassword] to [MaxPassword].
func (i Invalid) ValidatePassword(password string) {
	switch n := utf8.RuneCountInString(password); {
	case n < MinPassword:
		i["password"] = "Use at least 10 characters."
	case n > MaxPassword:
		i["password"] = "Use at most 200 characters."
	}
}

// ValidateSlug complains, under slug, about what cannot stand in an address:
// a slug is 1 to 60 of a to z, 0 to 9 and single hyphens between them.
func (i Invalid) ValidateSlug(slug string) {
	ok := slug != "" && len(slug) <= 60 && slug[0] != '-' && slug[len(slug)-1] != '-' && !strings.Contains(slug, "--")
	for _, r := range slug {
		ok = ok && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-')
	}
	if !ok {
		i["slug"] = "Use 1 to 60 lower-case letters a to z, digits and single hyphens, such as peace-plan."
	}
}
