package page

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"onrecord.dev/internal/adjudicate"
	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/language"
	"onrecord.dev/web/ui"
)

// AdjudicationsURL lists the articles that are to be adjudicated, from the one
// after an article on.
func AdjudicationsURL(slug string, after annotate.ID) string {
	return addressWith(ProjectURL(slug)+"/adjudication", "after", string(after))
}

// AdjudicateURL is where an article is adjudicated.
func AdjudicateURL(slug string, article annotate.ID) string {
	return ArticleURL(slug, article) + "/adjudicate"
}

// AdjudicatePointURL is one point there, by its number from 1.
func AdjudicatePointURL(slug string, article annotate.ID, number int) string {
	return AdjudicateURL(slug, article) + "#" + noteID(number)
}

// AdjudicatedClaimURL is a claim of the adjudicated set in the workbench.
func AdjudicatedClaimURL(slug string, article, claim annotate.ID) string {
	return ArticleURL(slug, article) + "?set=" + string(annotate.Adjudicated) + "#claim=" + string(claim)
}

// AdjudicateView is an article with all that is to be settled in it.
type AdjudicateView struct {
	annotate.WorkedArticle
	Case     adjudicate.Case
	Codebook *annotate.Codebook
	Entities map[annotate.ID]annotate.Entity
	// People are the names of analysts and of who settled something.
	People map[annotate.ID]string
	Causes []string
	// Complaints are about the point whose number is At.
	At         int
	Complaints annotate.Invalid
	// Next is the next article with something open, empty if there is none.
	Next annotate.ID

	text *annotate.Text
}

// agreed is how many points all agree on and are open.
func (v AdjudicateView) agreed() int {
	n := 0
	for _, p := range v.Case.Points {
		if p.Standing == adjudicate.Agreed && !p.Settled {
			n++
		}
	}
	return n
}

func (v AdjudicateView) settled() int { return len(v.Case.Points) - v.Case.Open() }

// names are those of analysts, by their places.
func (v AdjudicateView) names(analysts []int) string {
	names := make([]string, len(analysts))
	for i, at := range analysts {
		names[i] = v.People[v.Works[at].Analyst]
	}
	return strings.Join(names, ", ")
}

// read is the article as it is read, with a number at each point.
func (v AdjudicateView) read() (AnnotatedView, []note) {
	article := AnnotatedView{
		AnnotatedArticle: annotate.AnnotatedArticle{Article: v.Article, Revision: v.Revision}, Codebook: v.Codebook,
	}
	var notes []note
	for i, p := range v.Case.Points {
		whole := annotate.Annotation{}
		for _, part := range p.Parts {
			if part != nil {
				whole.Fragments = append(whole.Fragments, part.Fragments...)
			}
		}
		notes = append(notes, note{Number: i + 1, Annotation: whole})
	}
	return article, notes
}

// inks mark each point in the text: a ground for how it stands, and above it a
// line for each analyst, the first nearest to the words.
func (v AdjudicateView) inks() []ink {
	var grounds, lines []ink
	for i, p := range v.Case.Points {
		about := fmt.Sprintf("point point-%d %s", i+1, standingClass(p))
		for analyst, part := range p.Parts {
			if part == nil {
				continue
			}
			for _, f := range part.Fragments {
				grounds = append(grounds, ink{f.Start, f.End, about})
				lines = append(lines, ink{f.Start, f.End, fmt.Sprintf("lane lane-%d %s", analyst%maxLanes, standingClass(p))})
			}
		}
	}
	longest := func(a, b ink) int { return (b.end - b.start) - (a.end - a.start) }
	slices.SortStableFunc(grounds, longest)
	slices.SortStableFunc(lines, func(a, b ink) int { return strings.Compare(b.class, a.class) })
	return append(grounds, lines...)
}

// maxLanes is how many analysts have a line of their own: a text has no room
// for more.
const maxLanes = 6

// standingClass says how a point stands, for its look.
func standingClass(p adjudicate.Point) string {
	if p.Settled {
		return "settled"
	}
	return string(p.Standing)
}

// standingBadge says how a point stands, in a word, a shape and a colour.
func standingBadge(f Frame, p adjudicate.Point) templ.Component {
	switch p.Standing {
	case adjudicate.Agreed:
		return ui.Badge(ui.Good, "check", f.T("All agree"))
	case adjudicate.Differing:
		return ui.Badge(ui.Warn, "split", f.T("Different"))
	case adjudicate.Partial:
	}
	return ui.Badge(ui.Info, "ring", f.T("Not everybody"))
}

// kind is the kind of a point: that of what the first analyst has.
func (v AdjudicateView) kind(p adjudicate.Point) annotate.Kind {
	return kindNamed(v.Codebook, p.First().Kind)
}

// quote is the text of a part, or the name of what it stands for.
func (v AdjudicateView) quote(f Frame, p adjudicate.Part) string {
	if len(p.Fragments) == 0 {
		return or(v.Entities[p.Entity].Name, f.T("not stated"))
	}
	return quoteOf(v.text, p.Annotation)
}

// fieldSaid is a field of a part, with what it says of it in words.
type fieldSaid struct{ label, words string }

// differences is what a part says about what the parts of its point differ in,
// beside its words.
func (v AdjudicateView) differences(f Frame, p adjudicate.Point, part adjudicate.Part) []fieldSaid {
	var all []fieldSaid
	for _, d := range p.Differences {
		if d.Field != adjudicate.Words {
			all = append(all, fieldSaid{v.fieldName(f, d.Field), or(v.fieldInWords(f, part, d.Field), f.T("none"))})
		}
	}
	return all
}

// common is what a part says about all that the parts of its point have in
// common, beside its words.
func (v AdjudicateView) common(f Frame, p adjudicate.Point, part adjudicate.Part) []fieldSaid {
	var all []fieldSaid
	for _, field := range p.Fields() {
		words := v.fieldInWords(f, part, field)
		differs := slices.ContainsFunc(p.Differences, func(d adjudicate.Difference) bool { return d.Field == field })
		if field != adjudicate.Words && !differs && words != "" {
			all = append(all, fieldSaid{v.fieldName(f, field), words})
		}
	}
	return all
}

// fieldName is what a field is called.
func (v AdjudicateView) fieldName(f Frame, field adjudicate.Field) string {
	if name, ok := field.Attribute(); ok {
		a, _ := v.Codebook.Attribute(name)
		return or(a.Label, name)
	}
	if role, ok := field.Role(); ok {
		return roleOfLink(f, role)
	}
	if field == adjudicate.Entity {
		return f.T("Stands for")
	}
	return f.T("Words")
}

// fieldInWords is what a part says about a field, empty for nothing.
func (v AdjudicateView) fieldInWords(f Frame, part adjudicate.Part, field adjudicate.Field) string {
	if name, ok := field.Attribute(); ok {
		return v.answerInWords(name, part.Attributes[name])
	}
	if role, ok := field.Role(); ok {
		var names []string
		for _, tie := range part.Ties {
			if tie.Role == role {
				names = append(names, v.tieInWords(f, tie))
			}
		}
		return strings.Join(names, "; ")
	}
	if field == adjudicate.Entity {
		return v.Entities[part.Entity].Name
	}
	return v.quote(f, part)
}

func (v AdjudicateView) answerInWords(name string, value any) string {
	a, _ := v.Codebook.Attribute(name)
	switch value := value.(type) {
	case string:
		return labelOf(a, value)
	case []string:
		labels := make([]string, len(value))
		for i, one := range value {
			labels[i] = labelOf(a, one)
		}
		return strings.Join(labels, ", ")
	}
	return ""
}

// tieInWords names what a tie leads to, with what else is known of it.
func (v AdjudicateView) tieInWords(f Frame, t adjudicate.Tie) string {
	words := v.quote(f, t.To)
	var more []string
	if name := v.Entities[t.To.Entity].Name; name != "" && name != words {
		more = append(more, name)
	}
	for _, attributes := range []annotate.Attributes{t.Attributes, t.To.Attributes} {
		for _, a := range v.Codebook.Attributes {
			if answer := v.answerInWords(a.Name, attributes[a.Name]); answer != "" {
				more = append(more, answer)
			}
		}
	}
	for _, next := range t.To.Ties {
		more = append(more, f.T("via %s", v.tieInWords(f, next)))
	}
	if len(more) > 0 {
		words += " (" + strings.Join(more, ", ") + ")"
	}
	return words
}

// rulingInWords says how a point was settled.
func (v AdjudicateView) rulingInWords(f Frame, p adjudicate.Point) string {
	who := v.People[p.Ruling.By]
	switch p.Ruling.Way {
	case annotate.RuleTake:
		return f.T("%s took it over", who)
	case annotate.RuleMerge:
		return f.T("%s merged it", who)
	case annotate.RuleWrite:
		return f.T("%s wrote it anew", who)
	case annotate.RuleKeep:
		return f.T("%s kept it after new work", who)
	case annotate.RuleDrop:
	}
	return f.T("%s left it out", who)
}

// stale says why a point that was settled is open again, if it is.
func (v AdjudicateView) stale(f Frame, p adjudicate.Point) string {
	switch {
	case p.Ruling == nil || p.Settled:
		return ""
	case p.Ruling.Way != annotate.RuleDrop && p.Result == nil:
		return f.T("What was settled has been taken back since.")
	}
	return f.T("Somebody has worked on it since it was settled. What was settled stands until you settle it again.")
}

func (v AdjudicateView) causeOptions(f Frame, p adjudicate.Point) []ui.Option {
	options := []ui.Option{{Value: "", Label: f.T("No cause given")}}
	causes := v.Causes
	if p.Ruling != nil && p.Ruling.Cause != "" && !slices.Contains(causes, p.Ruling.Cause) {
		causes = append(slices.Clip(causes), p.Ruling.Cause)
	}
	for _, c := range causes {
		options = append(options, ui.Option{Value: c, Label: f.Say(c)})
	}
	return options
}

func (v AdjudicateView) cause(p adjudicate.Point) string {
	if p.Ruling == nil {
		return ""
	}
	return p.Ruling.Cause
}

func (v AdjudicateView) noteOf(p adjudicate.Point) string {
	if p.Ruling == nil {
		return ""
	}
	return p.Ruling.Note
}

const choiceName = "choose "

// ChosenField is the field whose choice a field of the form is, if it is one.
func ChosenField(name string) (adjudicate.Field, bool) {
	field, ok := strings.CutPrefix(name, choiceName)
	return adjudicate.Field(field), ok
}

// UnionChoice stands for all variants together.
const UnionChoice = "all"

func choiceID(point int, f adjudicate.Field, choice string) string {
	return fmt.Sprintf("choose-%d-%s-%s", point, strings.ReplaceAll(string(f), " ", "-"), choice)
}

// takeKey is the key that takes the n-th version, from 0, or nothing.
func takeKey(n int) string {
	if n > 8 {
		return ""
	}
	return strconv.Itoa(n + 1)
}

// causes are said in the reader's language where they are ours.
var _ = []string{
	language.Key("Overlooked"), language.Key("Slip"), language.Key("The guideline is unclear"), language.Key("The guideline was not followed"),
	language.Key("The codebook has no answer that fits"), language.Key("The text is ambiguous"), language.Key("Matter of judgement"),
}

// AdjudicationsView lists articles that are to be adjudicated.
type AdjudicationsView struct {
	Articles []AdjudicationRow
	People   map[annotate.ID]string
	First    string
	Next     string
	// Causes are how often each was given as the cause.
	Causes []CauseCount
	// Independent says that the project has a set for each analyst.
	Independent bool
}

// AdjudicationRow is how far an article is adjudicated.
type AdjudicationRow struct {
	annotate.WorkedArticle
	Case adjudicate.Case
}

// count is how many points stand like that.
func (r AdjudicationRow) count(s adjudicate.Standing) int {
	n := 0
	for _, p := range r.Case.Points {
		if p.Standing == s {
			n++
		}
	}
	return n
}

// CauseCount is how often a cause was given.
type CauseCount struct {
	Cause string
	Count int
}
