package annotate

// Mode says whose annotations the articles of a project have.
type Mode string

// The modes.
const (
	// ModeShared is one set for each article, which all members see and all
	// analysts work on.
	ModeShared Mode = "shared"
	// ModeIndependent is a set of their own for each analyst of an article,
	// which other analysts see when they have finished theirs, and one that is
	// adjudicated from these.
	ModeIndependent Mode = "independent"
)

// Valid reports whether m is one of the modes.
func (m Mode) Valid() bool { return m == ModeShared || m == ModeIndependent }

// Hand says whose an annotation set is: [Shared], [Adjudicated], or the id of
// the analyst whose own it is.
type Hand string

// The hands that are not one analyst's.
const (
	Shared      Hand = "shared"
	Adjudicated Hand = "adjudicated"
)

// ParseHand reads a hand, or returns an [Invalid] under set.
func ParseHand(s string) (Hand, error) {
	if h := Hand(s); h == Shared || h == Adjudicated {
		return h, nil
	}
	id, err := ParseID(s)
	if err != nil {
		return "", Invalid{"set": "Use shared, adjudicated, or the id of an analyst."}
	}
	return Hand(id), nil
}

// Analyst is whose own the set is, or empty.
func (h Hand) Analyst() ID {
	if h == Shared || h == Adjudicated {
		return ""
	}
	return ID(h)
}

// MaySee reports whether somebody in a role may see the set by h of an article
// of which they have finished their own part or not. Reviewers see all, for
// they adjudicate. Analysts see their own, and the others' once that can no
// longer sway them. Viewers see what the team stands by.
func (h Hand) MaySee(who ID, role Role, finished bool) bool {
	switch {
	case h == Shared || role.May(Reviewer):
		return role.May(Viewer)
	case h == Hand(who):
		return true
	case role.May(Analyst):
		return finished
	default:
		return h == Adjudicated && role.May(Viewer)
	}
}

// MayChange reports whether somebody in a role may change the set by h in a
// project of mode m. Their own they may change as long as it is assigned to
// them and not done.
func (h Hand) MayChange(m Mode, who ID, role Role) bool {
	if m != ModeIndependent {
		return h == Shared && role.May(Analyst)
	}
	return h == Hand(who) && role.May(Analyst) || h == Adjudicated && role.May(Reviewer)
}

// ListedSet is an annotation set of an article, without its annotations.
type ListedSet struct {
	ID   ID
	Hand Hand
	// Name is the analyst's, empty for a set that is not one analyst's.
	Name string
	// State is that of the analyst's assignment, empty where there is none.
	State AssignmentState
	// Seq is the number of the newest change set, 0 before the first.
	Seq         int64
	Annotations int
}
