package annotate

import "time"

// AssignmentState is how far an analyst has come with an article.
type AssignmentState string

// The states of an assignment.
const (
	NotStarted AssignmentState = "not_started"
	InProgress AssignmentState = "in_progress"
	// Done is what the analyst says; their own set can then no longer be
	// changed.
	Done AssignmentState = "done"
	// Returned is done, and given back to be worked on again.
	Returned AssignmentState = "returned"
)

// AssignmentStates lists the states in the order they are shown in.
var AssignmentStates = []AssignmentState{NotStarted, InProgress, Returned, Done}

// MayBecome reports whether an assignment in state s may be put in state to in
// a project of mode m: by the analyst, whose own it is, or by who manages it.
// In independent sets done is the moment from which one sees the others' work,
// so only a manager takes it back.
func (s AssignmentState) MayBecome(to AssignmentState, m Mode, own, managing bool) bool {
	switch to {
	case InProgress:
		return own && (s != Done || m != ModeIndependent)
	case Done:
		return own
	case Returned:
		return managing && (s == Done || s == Returned)
	case NotStarted:
	}
	return false
}

// MaxAnalysts is the most analysts the pool lets have an article.
const MaxAnalysts = 20

// Assignment is an article that an analyst is to annotate.
type Assignment struct {
	Article ID
	Analyst ID
	State   AssignmentState
	// DueOn is the last day, as YYYY-MM-DD, or empty.
	DueOn string
	// Note is why it was returned.
	Note string
	// AssignedBy is the analyst, if they took it from the pool.
	AssignedBy ID
	AssignedAt time.Time
	// StartedAt, ActiveAt and DoneAt are nil as long as it has not come to that.
	StartedAt *time.Time
	ActiveAt  *time.Time
	DoneAt    *time.Time
}

// Open reports whether there is something left to do.
func (s AssignmentState) Open() bool { return s != Done }

// ListedAssignment is an assignment as lists show it.
type ListedAssignment struct {
	Assignment
	Headline  string
	Publisher string
	Name      string // the analyst's
	By        string // the name of who assigned it
	// Annotations counts those of the analyst's own set, or of the shared one.
	Annotations int
	// LastActive is when the analyst last did something about it.
	LastActive *time.Time
}

// Overdue reports whether the last day is over on the day today, as
// YYYY-MM-DD.
func (a Assignment) Overdue(today string) bool {
	return a.State.Open() && a.DueOn != "" && a.DueOn < today
}

// Workload is how far an analyst has come with what is assigned to them.
type Workload struct {
	Analyst    ID
	Name       string
	NotStarted int
	InProgress int
	Returned   int
	Done       int
	Overdue    int
}

// In is how many assignments are in a state.
func (w Workload) In(state AssignmentState) int {
	switch state {
	case NotStarted:
		return w.NotStarted
	case InProgress:
		return w.InProgress
	case Returned:
		return w.Returned
	case Done:
		return w.Done
	}
	return 0
}

// All is how many assignments there are.
func (w Workload) All() int { return w.NotStarted + w.InProgress + w.Returned + w.Done }
