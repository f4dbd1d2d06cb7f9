package page

import (
	"net/url"
	"strconv"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/ui"
)

// DashboardView is how the work on a project goes.
type DashboardView struct {
	annotate.Dashboard
	Range string
}

// Range is a time that the dashboard can look back on.
type Range struct {
	Name  string
	Days  int // of a step
	Steps int
}

// Ranges are those there are, the usual one first.
var Ranges = []Range{{"month", 1, 28}, {"quarter", 7, 13}, {"year", 7, 52}}

// DashboardURL is how the work on a project goes.
func DashboardURL(slug string) string { return ProjectURL(slug) + "/dashboard" }

// DashboardRangeURL looks back on one of [Ranges].
func DashboardRangeURL(slug, name string) string {
	return DashboardURL(slug) + "?" + url.Values{"range": {name}}.Encode()
}

func rangeName(f Frame, name string) string {
	switch name {
	case "month":
		return f.T("4 weeks")
	case "quarter":
		return f.T("13 weeks")
	default:
		return f.T("52 weeks")
	}
}

// steps are the names of the span's steps.
func (v DashboardView) steps(f Frame) []string {
	names := make([]string, v.Span.Steps)
	for i := range names {
		names[i] = f.Day(v.Span.At(i))
	}
	return names
}

// statesChart has the claims by state, those that need nothing more at the
// bottom.
func (v DashboardView) statesChart(f Frame) ui.Chart {
	c := ui.Chart{Label: f.T("How many claims were in each state, from %s to %s", f.Day(v.Span.Since), f.Day(v.Span.At(v.Span.Steps-1))), Steps: v.steps(f)}
	for _, state := range []annotate.ReviewState{annotate.Approved, annotate.Rejected, annotate.Disputed, annotate.ChangesRequested, annotate.Unreviewed} {
		c.Series = append(c.Series, ui.Series{Name: StateName(f, state), Tone: string(state), Values: v.States[state]})
	}
	return c
}

// activityChart has what all did.
func (v DashboardView) activityChart(f Frame) ui.Chart {
	tagged, decided := make([]int, v.Span.Steps), make([]int, v.Span.Steps)
	for _, a := range v.Activity {
		for i := range v.Span.Steps {
			tagged[i] += a.Tagged[i]
			decided[i] += a.Decided[i]
		}
	}
	return ui.Chart{
		Label: f.T("How many claims were tagged and how many decisions taken, from %s to %s", f.Day(v.Span.Since), f.Day(v.Span.At(v.Span.Steps-1))),
		Steps: v.steps(f),
		Series: []ui.Series{
			{Name: f.T("Claims tagged"), Tone: "tagged", Values: tagged},
			{Name: f.T("Decisions"), Tone: "decided", Values: decided},
		},
	}
}

// personChart is what one person did, on the scale of the busiest.
func (v DashboardView) personChart(f Frame, label, tone string, values []int) ui.Chart {
	most := 0
	for _, a := range v.Activity {
		for i := range v.Span.Steps {
			most = max(most, a.Tagged[i], a.Decided[i])
		}
	}
	return ui.Chart{Label: label, Steps: v.steps(f), Most: most, Series: []ui.Series{{Tone: tone, Values: values}}}
}

// claims is how many claims there are now, and decided how many of them need
// nothing more.
func (v DashboardView) claims() (all, decided int) {
	for state, n := range v.States {
		now := n[len(n)-1]
		all += now
		if state != annotate.Unreviewed && state != annotate.ChangesRequested {
			decided += now
		}
	}
	return all, decided
}

// duration says how long something took, roughly.
func duration(f Frame, d time.Duration) string {
	switch {
	case d < time.Hour:
		return f.N(max(1, int(d.Minutes())), "%d minute", "%d minutes")
	case d < 48*time.Hour:
		return f.N(int(d.Hours()), "%d hour", "%d hours")
	default:
		return f.N(int(d.Hours()/24), "%d day", "%d days")
	}
}

// portion is n of all, as an SVG's width.
func portion(n, all int) string {
	return strconv.FormatFloat(100*float64(n)/float64(max(1, all)), 'f', 2, 64) + "%"
}
