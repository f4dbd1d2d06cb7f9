package page

import (
	"slices"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/ui"
)

// WorkURL is what its reader has to do in a project.
func WorkURL(slug string) string { return ProjectURL(slug) + "/work" }

// NextURL is where the next article is asked for.
func NextURL(slug string) string { return ProjectURL(slug) + "/next" }

// AssignmentsURL is where a project's articles are assigned.
func AssignmentsURL(slug string) string { return ProjectURL(slug) + "/assignments" }

// AssignmentURL is where an article's assignment is changed.
func AssignmentURL(slug string, article annotate.ID) string {
	return ArticleURL(slug, article) + "/assignment"
}

// SetURL is an article with the annotations of a hand.
func SetURL(slug string, article annotate.ID, hand annotate.Hand) string {
	return ArticleURL(slug, article) + "?set=" + string(hand)
}

// WorkView is what there is to do.
type WorkView struct {
	Open   []annotate.ListedAssignment
	Done   []annotate.ListedAssignment
	Load   annotate.Workload
	InPool int
	Today  string
}

// AssignmentsView is the assignments of a project.
type AssignmentsView struct {
	Loads       []annotate.Workload
	Assignments []annotate.ListedAssignment
	Next        string
	Members     []annotate.Member
	Articles    []annotate.ListedArticle
	Today       string
	// What the list is narrowed to.
	Analyst annotate.ID
	State   annotate.AssignmentState
	Overdue bool
	Idle    string // days
	// The form as it was sent.
	Way        string
	Each       string
	Due        string
	Complaints annotate.Invalid
}

func (v AssignmentsView) analysts() []annotate.Member {
	return slices.DeleteFunc(slices.Clone(v.Members), func(m annotate.Member) bool { return !m.Role.May(annotate.Analyst) })
}

// stateName is a state of an assignment in words.
func stateName(f Frame, s annotate.AssignmentState) string {
	switch s {
	case annotate.NotStarted:
		return f.T("Not started")
	case annotate.InProgress:
		return f.T("In progress")
	case annotate.Returned:
		return f.T("Returned")
	case annotate.Done:
		return f.C("assignment", "Done")
	}
	return ""
}

func analystOptions(f Frame, v AssignmentsView) []ui.Option {
	options := []ui.Option{{Value: "", Label: f.T("Everybody")}}
	for _, m := range v.analysts() {
		options = append(options, ui.Option{Value: string(m.UserID), Label: m.Name})
	}
	return options
}

func assignmentStateOptions(f Frame) []ui.Option {
	options := []ui.Option{{Value: "", Label: f.T("All states")}}
	for _, s := range annotate.AssignmentStates {
		options = append(options, ui.Option{Value: string(s), Label: stateName(f, s)})
	}
	return options
}

func wayOptions(f Frame) []ui.Option {
	return []ui.Option{
		{Value: "even", Label: f.T("Evenly")},
		{Value: "random", Label: f.T("At random")},
		{Value: "all", Label: f.T("To everybody chosen")},
	}
}

// handName is whose a set is, in words.
func handName(f Frame, s annotate.ListedSet) string {
	switch {
	case s.Hand == annotate.Adjudicated:
		return f.T("Adjudicated")
	case s.Hand == annotate.Shared:
		return f.T("Shared")
	case s.Hand == annotate.Hand(f.Asker.ID):
		return f.T("Mine")
	}
	return s.Name
}

// workInWords says how much there is to do.
func workInWords(f Frame, v WorkView) string {
	open := v.Load.NotStarted + v.Load.InProgress + v.Load.Returned
	said := f.N(open, "%d article to do", "%d articles to do") + " · " + f.N(v.Load.Done, "%d done", "%d done")
	if v.Load.Overdue > 0 {
		said += " · " + f.N(v.Load.Overdue, "%d overdue", "%d overdue")
	}
	return said
}

// ofSet is an address of the article with the annotations that are shown.
func ofSet(address string, v WorkbenchView) string {
	if v.Asked {
		address += "?set=" + string(v.Hand)
	}
	return address
}
