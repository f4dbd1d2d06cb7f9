package page

import (
	"strconv"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/ui"
)

// ListedVersion is a version of a codebook in the list of them.
type ListedVersion struct {
	Version int
	// By made it, under the name Author.
	By     annotate.ID
	Author string
	At     time.Time
	// Codebook is what it says, and Amendments how that differs from the version
	// Before; First says that there is none.
	Codebook   *annotate.Codebook
	Amendments []annotate.Amendment
	Before     int
	First      bool
}

// VersionsView is the versions of a codebook.
type VersionsView struct {
	Versions []ListedVersion
	// All are the numbers of versions there are to choose from.
	All []int
	// Earlier is the address of those before, or empty.
	Earlier string
}

// DiffView is what differs between two versions.
type DiffView struct {
	From, To    int
	Was, Is     *annotate.Codebook
	Amendments  []annotate.Amendment
	All         []int
	ColorsOfOld string
}

// shownAmendments is how many of a version's amendments the list tells.
const shownAmendments = 5

func versionOptions(f Frame, all []int) []ui.Option {
	options := make([]ui.Option, len(all))
	for i, v := range all {
		options[i] = ui.Option{Value: strconv.Itoa(v), Label: f.T("Version %d", v)}
	}
	return options
}

// amendmentGroup is the amendments of one part of a codebook.
type amendmentGroup struct {
	title      string
	amendments []annotate.Amendment
}

// amendmentGroups are amendments by the part they are of; values are with
// their attribute.
func amendmentGroups(f Frame, v DiffView) []amendmentGroup {
	var groups []amendmentGroup
	for _, m := range v.Amendments {
		title := groupTitle(f, m, v)
		if len(groups) == 0 || groups[len(groups)-1].title != title {
			groups = append(groups, amendmentGroup{title: title})
		}
		last := &groups[len(groups)-1]
		last.amendments = append(last.amendments, m)
	}
	return groups
}

func groupTitle(f Frame, m annotate.Amendment, v DiffView) string {
	switch m.Part {
	case annotate.PartGuidelines:
		return f.T("Guidelines")
	case annotate.PartKind:
		return m.Label
	case annotate.PartAttribute, annotate.PartValue:
		if a, ok := v.Is.Attribute(m.Name); ok {
			return a.Label
		}
		return attributeLabel(v.Was, m.Name)
	}
	return m.Name
}

func moreAmendments(f Frame, n int) string {
	return f.N(n, "And %d more change.", "And %d more changes.")
}

// reading is f for somebody who only reads.
func reading(f Frame) Frame {
	f.Role = annotate.Viewer
	return f
}

func inForce(f Frame, version, now int) string {
	if version == now {
		return f.T("It is in force.")
	}
	return f.T("Version %d is in force.", now)
}
