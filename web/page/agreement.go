package page

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"onrecord.dev/internal/agreement"
	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/ui"
)

// AgreementQuery says what of the agreement a page shows. It stands in the
// page's address.
type AgreementQuery struct {
	// Analysts are the only ones compared, unless there are none.
	Analysts []annotate.ID
	// Subject and Measure are what the matrix of pairs shows, or what the cases
	// are those of.
	Subject agreement.Subject
	Measure agreement.Measure
	// Only keeps to cases that are alike or that differ; empty is both.
	Only string
	// After is the article after which cases go on, or empty.
	After annotate.ID
}

// The cases one may keep to.
const (
	OnlyAlike  = "alike"
	OnlyDiffer = "differ"
)

// address is path with q.
func (q AgreementQuery) address(path string) string {
	var pairs []string
	for _, id := range q.Analysts {
		pairs = append(pairs, "analyst", string(id))
	}
	return addressWith(path, append(pairs,
		"kind", q.Subject.Kind, "attribute", q.Subject.Attribute, "measure", string(q.Measure), "only", q.Only, "after", string(q.After))...)
}

// only is q with other cases, from the first on.
func (q AgreementQuery) only(what string) AgreementQuery {
	q.Only, q.After = what, ""
	return q
}

// AgreementURL is how far analysts agree in a project.
func AgreementURL(slug string) string { return ProjectURL(slug) + "/agreement" }

// AgreementQueryURL is the part of it that q shows.
func AgreementQueryURL(slug string, q AgreementQuery) string { return q.address(AgreementURL(slug)) }

// AgreementCasesURL is the sentences behind a number.
func AgreementCasesURL(slug string, q AgreementQuery) string {
	return q.address(AgreementURL(slug) + "/cases")
}

// AgreementFileURL is all numbers as a file.
func AgreementFileURL(slug, format string, q AgreementQuery) string {
	return addressWith(AgreementQuery{Analysts: q.Analysts}.address(AgreementURL(slug)+"/file"), "format", format)
}

// AgreementView is what the page of agreement shows.
type AgreementView struct {
	Query    AgreementQuery
	Codebook *annotate.Codebook
	// Analysts are those with finished work, by name.
	Analysts []annotate.User
	// Report is nil as long as it is being computed. Read of Articles are read
	// then.
	Report   *agreement.Report
	Read     int
	Articles int
	Took     time.Duration
	// Independent says that the project has a set for each analyst.
	Independent bool
}

// nameOf is what an analyst is called.
func (v AgreementView) nameOf(id annotate.ID) string {
	i := slices.IndexFunc(v.Analysts, func(u annotate.User) bool { return u.ID == id })
	if i < 0 {
		return "?"
	}
	return v.Analysts[i].Name
}

// names are the names of the only analysts compared.
func (v AgreementView) names() string {
	names := make([]string, len(v.Query.Analysts))
	for i, id := range v.Query.Analysts {
		names[i] = v.nameOf(id)
	}
	return strings.Join(names, ", ")
}

// byName is the report's analysts by name, as their places in it.
func (v AgreementView) byName() []int {
	places := make([]int, len(v.Report.Analysts))
	for i := range places {
		places[i] = i
	}
	slices.SortFunc(places, func(a, b int) int {
		return cmp.Compare(v.nameOf(v.Report.Analysts[a]), v.nameOf(v.Report.Analysts[b]))
	})
	return places
}

// pair is what is known of two analysts, by their places in the report.
func (v AgreementView) pair(a, b int) (agreement.PairReport, bool) {
	i := slices.IndexFunc(v.Report.Pairs, func(p agreement.PairReport) bool {
		return p.First == min(a, b) && p.Second == max(a, b)
	})
	if i < 0 {
		return agreement.PairReport{}, false
	}
	return v.Report.Pairs[i], true
}

// of are the findings about a subject, in their order.
func (v AgreementView) of(subject agreement.Subject) []agreement.Finding {
	return slices.DeleteFunc(slices.Clone(v.Report.Findings), func(f agreement.Finding) bool { return f.Subject != subject })
}

// answered are the attributes that somebody answered for.
func (v AgreementView) answered() []annotate.Attribute {
	return slices.DeleteFunc(agreement.Compared(v.Codebook), func(a annotate.Attribute) bool {
		found := v.of(agreement.Subject{Attribute: a.Name})
		return len(found) == 0 || found[0].Units == 0
	})
}

// unanswered are the labels of the others.
func (v AgreementView) unanswered() string {
	var labels []string
	answered := v.answered()
	for _, a := range agreement.Compared(v.Codebook) {
		if !slices.ContainsFunc(answered, func(b annotate.Attribute) bool { return a.Name == b.Name }) {
			labels = append(labels, a.Label)
		}
	}
	return strings.Join(labels, ", ")
}

// matrixChoices are what the matrix of pairs can show, in words.
func (v AgreementView) matrixChoices(f Frame) []ui.Option {
	var options []ui.Option
	if len(v.Report.Pairs) > 0 {
		for _, found := range v.Report.Pairs[0].Findings {
			options = append(options, ui.Option{Value: FindingValue(found.Subject, found.Measure), Label: f.T("%s: %s", v.subjectName(f, found.Subject), measureName(f, found.Measure))})
		}
	}
	return options
}

// FindingValue is a subject and a measure as one choice of a form.
func FindingValue(s agreement.Subject, m agreement.Measure) string {
	switch {
	case s.Kind != "":
		return "kind " + s.Kind + " " + string(m)
	case s.Attribute != "":
		return "attribute " + s.Attribute + " " + string(m)
	}
	return "links " + string(m)
}

// ParseFinding reads what FindingValue writes; what it does not know is the
// agreement on links.
func ParseFinding(value string) (agreement.Subject, agreement.Measure) {
	switch parts := strings.Split(value, " "); {
	case len(parts) == 3 && parts[0] == "kind":
		return agreement.Subject{Kind: parts[1]}, agreement.Measure(parts[2])
	case len(parts) == 3 && parts[0] == "attribute":
		return agreement.Subject{Attribute: parts[1]}, agreement.Measure(parts[2])
	}
	return agreement.Subject{}, agreement.MeasureAttributions
}

func (v AgreementView) subjectName(f Frame, s agreement.Subject) string {
	switch {
	case s.Kind != "":
		return kindNamed(v.Codebook, s.Kind).Label
	case s.Attribute != "":
		a, _ := v.Codebook.Attribute(s.Attribute)
		return or(a.Label, s.Attribute)
	}
	return f.T("Who said what")
}

// measureName is what a measure is called.
func measureName(f Frame, m agreement.Measure) string {
	switch m {
	case agreement.MeasureUnitizing:
		return f.T("Unitizing alpha")
	case agreement.MeasureCharacters:
		return f.T("Character alpha")
	case agreement.MeasureTokens:
		return f.T("Token alpha")
	case agreement.MeasureExact:
		return f.T("F1, the same words")
	case agreement.MeasureOverlap:
		return f.T("F1, overlapping")
	case agreement.MeasureGamma:
		return f.T("Gamma")
	case agreement.MeasureAttributions:
		return f.T("F1, claim and speaker")
	case agreement.MeasureCohen:
		return f.T("Cohen’s kappa")
	case agreement.MeasureFleiss:
		return f.T("Fleiss’ kappa")
	case agreement.MeasureKrippendorff:
		return f.T("Krippendorff’s alpha")
	}
	return string(m)
}

// measureMeaning says what a measure is.
func measureMeaning(f Frame, m agreement.Measure) string {
	switch m {
	case agreement.MeasureUnitizing:
		return f.T("How much less the spans differ than spans of the same lengths thrown at random on the text (Krippendorff 1995). 1 is no difference, 0 is chance. Spans of one analyst must not overlap.")
	case agreement.MeasureCharacters:
		return f.T("Each character is either within a span or not; Krippendorff’s alpha over all characters. Long spans weigh more.")
	case agreement.MeasureTokens:
		return f.T("The same over words and punctuation marks.")
	case agreement.MeasureExact:
		return f.T("The share of spans that another analyst has with exactly the same words. Not corrected for chance.")
	case agreement.MeasureOverlap:
		return f.T("The share of spans that overlap a span of another analyst, each paired once. Not corrected for chance.")
	case agreement.MeasureGamma:
		return f.T("How much less disordered the best alignment of all spans is than that of shuffled ones (Mathet 2015). For spans that overlap or nest, too.")
	case agreement.MeasureAttributions:
		return f.T("The share of claims for which another analyst has a claim that overlaps by %d%% of the longer one and has the same speaker: the same entry, or overlapping words.", int(agreement.AttributionShare*100))
	case agreement.MeasureCohen:
		return f.T("How often two analysts answer the same, beyond what their own habits would give by chance (Cohen 1960).")
	case agreement.MeasureFleiss:
		return f.T("The same for any number of analysts, over what all of them answered (Fleiss 1971).")
	case agreement.MeasureKrippendorff:
		return f.T("The same where some answers are missing (Krippendorff 2004). Of several answers to one question, the share not in common counts.")
	}
	return ""
}

// measures are all, in the order they are explained in.
var measures = []agreement.Measure{
	agreement.MeasureAttributions, agreement.MeasureUnitizing, agreement.MeasureCharacters, agreement.MeasureTokens, agreement.MeasureExact,
	agreement.MeasureOverlap, agreement.MeasureGamma, agreement.MeasureCohen, agreement.MeasureFleiss, agreement.MeasureKrippendorff,
}

// reasonInWords says why there is no number.
func reasonInWords(f Frame, why agreement.Reason) string {
	switch why {
	case agreement.NothingCoded:
		return f.T("there is nothing to compare")
	case agreement.FewAnalysts:
		return f.T("nothing was judged by two analysts")
	case agreement.OneValue:
		return f.T("everybody always chose the same, so chance would agree, too")
	case agreement.Uneven:
		return f.T("articles had different numbers of analysts")
	case agreement.OffScale:
		return f.T("a value has no place on the scale")
	case agreement.Overlapping:
		return f.T("spans of one analyst overlap")
	case agreement.OutsideText:
		return f.T("a span does not lie within the text")
	case agreement.FewArticles:
		return f.T("it takes two articles")
	case agreement.Unstable:
		return f.T("too few articles for it to be stable")
	}
	return string(why)
}

// score is a number in the language, with two decimals.
func score(f Frame, value float64) string { return f.Decimal(value, 2) }

// intervalInWords are the limits of an interval, or why there is none.
func intervalInWords(f Frame, i agreement.Interval) string {
	if i.Reason != "" {
		return f.T("none: %s", reasonInWords(f, i.Reason))
	}
	return f.T("%s to %s", score(f, i.Low), score(f, i.High))
}

// scoreInWords is a score for those who hear the plot.
func scoreInWords(f Frame, s agreement.Score) string {
	if !s.Computable() {
		return f.T("Not computable: %s", reasonInWords(f, s.Reason))
	}
	if s.Interval.Reason != "" {
		return score(f, s.Value)
	}
	return f.T("%s, between %s and %s", score(f, s.Value), score(f, s.Interval.Low), score(f, s.Interval.High))
}

// shade is how strong the ground of a number in the matrix is, from 0 to 4.
func shade(s agreement.Score) string {
	switch {
	case s.Value >= 0.8:
		return "shade-4"
	case s.Value >= 2.0/3:
		return "shade-3"
	case s.Value >= 0.4:
		return "shade-2"
	case s.Value >= 0.2:
		return "shade-1"
	}
	return "shade-0"
}

// The plot goes from plotFrom to 1. What lies below is drawn at its edge.
const plotFrom = -0.25

// across is where a value stands in the plot.
func across(value float64) string {
	share := (max(plotFrom, min(1, value)) - plotFrom) / (1 - plotFrom)
	return strconv.FormatFloat(4+share*92, 'f', 2, 64) + "%"
}

// ticks are the values that the plot has lines at.
var ticks = []float64{0, 0.5, 0.8, 1}

// seconds is a duration in seconds, in words.
func seconds(f Frame, d time.Duration) string { return f.T("%s s", f.Decimal(d.Seconds(), 1)) }

// CasesView is the sentences behind a number.
type CasesView struct {
	AgreementView
	Score    agreement.Score
	Articles []CaseArticle
	// Next is the address of the next page, empty at the end.
	Next string
}

// CaseArticle is an article with the cases in it that are shown.
type CaseArticle struct {
	annotate.WorkedArticle
	Text     *annotate.Text
	Cases    []agreement.Case
	Entities map[annotate.ID]annotate.Entity
}

// Shows reports whether q keeps to a case like c.
func (q AgreementQuery) Shows(c agreement.Case) bool {
	alike := c.Likeness == agreement.Alike || c.Likeness == agreement.Shifted && q.Measure != agreement.MeasureExact
	switch q.Only {
	case OnlyAlike:
		return alike
	case OnlyDiffer:
		return !alike
	}
	return true
}

// lane is what some analysts made of the same words, alike.
type lane struct {
	names string
	span  *annotate.Annotation // nil: nothing
	says  []string             // answers, or speakers
}

// lanes are those of a case. Analysts who did the same share one.
func (v CasesView) lanes(f Frame, a CaseArticle, c agreement.Case) []lane {
	var lanes []lane
	for i, w := range a.Works {
		one := lane{names: v.nameOf(w.Analyst), span: c.Spans[i], says: v.says(f, a, c, i)}
		same := slices.IndexFunc(lanes, func(other lane) bool { return other.same(one) })
		if same < 0 {
			lanes = append(lanes, one)
			continue
		}
		lanes[same].names += ", " + one.names
	}
	return lanes
}

func (l lane) same(other lane) bool {
	if !slices.Equal(l.says, other.says) || (l.span == nil) != (other.span == nil) {
		return false
	}
	return l.span == nil || slices.EqualFunc(l.span.Fragments, other.span.Fragments, func(a, b annotate.Fragment) bool {
		return a.Start == b.Start && a.End == b.End
	})
}

// says is what an analyst says of a case beside the words themselves.
func (v CasesView) says(f Frame, a CaseArticle, c agreement.Case, analyst int) []string {
	var said []string
	if c.Answers != nil {
		attribute, _ := v.Codebook.Attribute(v.Query.Subject.Attribute)
		for _, value := range agreement.SplitAnswer(c.Answers[analyst]) {
			said = append(said, labelOf(attribute, value))
		}
		if said == nil && c.Spans[analyst] != nil {
			return []string{f.T("no answer")}
		}
	}
	if c.Speakers != nil && c.Spans[analyst] != nil {
		for _, s := range c.Speakers[analyst] {
			said = append(said, or(a.Entities[s.Entity].Name, quoteOf(a.Text, s)))
		}
		if said == nil {
			return []string{f.T("no speaker")}
		}
	}
	return said
}

func labelOf(a annotate.Attribute, value string) string {
	for _, v := range a.Values {
		if v.Value == value {
			return v.Label
		}
	}
	return value
}

// aroundCase is how much of the text is shown on either side of a case, in
// code points.
const aroundCase = 70

// caseText shows the words around a case with what one analyst marked.
func caseText(text *annotate.Text, spans []*annotate.Annotation, one *annotate.Annotation, color string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		start, end := extentOf(spans)
		before, after := text.Around(start, end, aroundCase)
		around := annotate.Hit{Fragment: annotate.Fragment{Start: start, End: end}, Before: before, After: after}
		var b strings.Builder
		b.WriteString(html.EscapeString(lineBefore(around)))
		at := start
		for _, f := range inOrder(one.Fragments) {
			b.WriteString(html.EscapeString(text.Slice(at, f.Start)))
			fmt.Fprintf(&b, `<mark class="claimed %s">%s</mark>`, color, html.EscapeString(text.Slice(f.Start, f.End)))
			at = f.End
		}
		b.WriteString(html.EscapeString(text.Slice(at, end) + lineAfter(around)))
		_, err := io.WriteString(w, b.String())
		return err
	})
}

// extentOf is from the first code point of what analysts marked to the last.
func extentOf(spans []*annotate.Annotation) (start, end int) {
	start = -1
	for _, s := range spans {
		if s == nil {
			continue
		}
		for _, f := range s.Fragments {
			if start < 0 || f.Start < start {
				start = f.Start
			}
			end = max(end, f.End)
		}
	}
	return max(start, 0), end
}

func inOrder(fragments []annotate.Fragment) []annotate.Fragment {
	return slices.SortedFunc(slices.Values(fragments), func(a, b annotate.Fragment) int { return a.Start - b.Start })
}

func likenessBadge(f Frame, l agreement.Likeness) templ.Component {
	switch l {
	case agreement.Alike:
		return ui.Badge(ui.Good, "check", f.T("The same"))
	case agreement.Shifted:
		return ui.Badge(ui.Info, "sliders", f.T("Other words"))
	case agreement.Otherwise:
		return ui.Badge(ui.Warn, "split", f.T("Different"))
	case agreement.Partial:
	}
	return ui.Badge(ui.Open, "ring", f.T("Not everybody"))
}
