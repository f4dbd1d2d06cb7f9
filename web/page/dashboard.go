package page

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"time"

	"onrecord.dev/internal/agreement"
	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/ui"
)

// DashboardView is how the work on a project goes.
type DashboardView struct {
	annotate.Dashboard
	Range string
	// Agreement is nil where analysts do not work apart, or not for this reader.
	Agreement *AgreementView
	Causes    []CauseCount
}

// disagreement is how far two analysts differ about something.
type disagreement struct {
	name  string
	color string // of the kind, or empty
	share float64
	units int
	href  string // of the sentences behind it, or empty
}

// sections are where the guidelines leave room: each kind and each question
// of the codebook that there is a number of, the least agreed on first. Of a
// kind it is the share of places without a counterpart, of a question that of
// answers which differ.
func (v DashboardView) sections(f Frame) []disagreement {
	var list []disagreement
	for _, found := range v.Agreement.Report.Findings {
		if !found.Score.Computable() {
			continue
		}
		d := disagreement{
			name: v.Agreement.subjectName(f, found.Subject), units: found.Units,
			href: AgreementCasesURL(f.Project.Slug, AgreementQuery{Subject: found.Subject, Measure: found.Measure, Only: OnlyDiffer}),
		}
		switch {
		case found.Kind != "" && found.Measure == agreement.MeasureOverlap:
			d.color, d.share = kindNamed(v.Agreement.Codebook, found.Kind).Color, 1-found.Score.Value
		case found.Attribute != "" && found.Measure == agreement.MeasureKrippendorff:
			d.share = found.Score.Observed
		default:
			continue
		}
		list = append(list, d)
	}
	slices.SortStableFunc(list, func(a, b disagreement) int { return cmp.Compare(b.share, a.share) })
	return list
}

// pairs are the claims of two analysts that the other has no counterpart of,
// the least agreed on first.
func (v DashboardView) pairs(f Frame) []disagreement {
	var list []disagreement
	for _, p := range v.Agreement.Report.Pairs {
		analysts := []annotate.ID{v.Agreement.Report.Analysts[p.First], v.Agreement.Report.Analysts[p.Second]}
		found, ok := agreement.Find(p.Findings, agreement.Subject{Kind: annotate.Claim}, agreement.MeasureOverlap)
		if ok && found.Score.Computable() {
			list = append(list, disagreement{
				name: f.T("%s and %s", v.Agreement.nameOf(analysts[0]), v.Agreement.nameOf(analysts[1])), share: 1 - found.Score.Value, units: found.Units,
				href: AgreementQueryURL(f.Project.Slug, AgreementQuery{Analysts: analysts}),
			})
		}
	}
	slices.SortStableFunc(list, func(a, b disagreement) int { return cmp.Compare(b.share, a.share) })
	return list
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
	for _, state := range doneFirst {
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

// portion is a share of the whole, as an SVG's width.
func portion(share float64) string { return strconv.FormatFloat(100*share, 'f', 2, 64) + "%" }

// ratio is n of all.
func ratio(n, all int) float64 { return float64(n) / float64(max(1, all)) }
