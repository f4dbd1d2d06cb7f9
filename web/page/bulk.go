package page

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/ui"
)

// FindURL is where words are sought in all texts of a project.
func FindURL(slug string) string { return ProjectURL(slug) + "/find" }

// FindPageURL is a page of what query finds.
func FindPageURL(slug, query string, whole bool, cursor string) string {
	part := ""
	if !whole {
		part = "yes"
	}
	return addressWith(FindURL(slug), "q", query, "part", part, "cursor", cursor)
}

// BulkListURL is a page of a project's bulk changes.
func BulkListURL(slug, cursor string) string {
	return addressWith(ProjectURL(slug)+"/bulk", "cursor", cursor)
}

// BulkURL is what a bulk change did.
func BulkURL(slug string, bulk annotate.ID) string { return ProjectURL(slug) + "/bulk/" + string(bulk) }

// BulkUndoURL is where a bulk change is undone in one article.
func BulkUndoURL(slug string, bulk, article annotate.ID) string {
	return BulkURL(slug, bulk) + "/articles/" + string(article) + "/undo"
}

// RecodeURL is where the claims that q leaves are answered for alike.
func RecodeURL(slug string, q ClaimQuery) string { return q.address(ProjectURL(slug) + "/recode") }

// PageURL is a page of them, with the answer that is thought of.
func (v RecodeView) PageURL(slug, cursor string) string {
	return v.Query.address(ProjectURL(slug)+"/recode", "answer", v.Answer, "text", v.Text, "cursor", cursor)
}

// FindView is what a search of the texts shows.
type FindView struct {
	Query string
	// Whole is whether only whole words are sought.
	Whole bool
	Hits  []annotate.Hit
	// Cursor is where the page begins, empty for the first.
	Cursor string
	// First and Next are addresses of pages, empty where there is none. More
	// says that the search goes on though this page is not full.
	First string
	Next  string
	More  bool
	// Kind and Entity are what the hits are to be tagged as.
	Kind       string
	Entity     string
	Checked    map[string]bool // by the value of a place; nil is all that is not tagged so
	Complaints annotate.Invalid
	Codebook   *annotate.Codebook
}

// hitsOf are the hits of one article, one after the other.
type hitsOf struct {
	article annotate.Article
	hits    []annotate.Hit
}

func byArticle(hits []annotate.Hit) []hitsOf {
	var groups []hitsOf
	for _, h := range hits {
		if last := len(groups) - 1; last >= 0 && groups[last].article.ID == h.Article.ID {
			groups[last].hits = append(groups[last].hits, h)
		} else {
			groups = append(groups, hitsOf{h.Article, []annotate.Hit{h}})
		}
	}
	return groups
}

// PlaceValue is a hit as a form sends it: article, start and end.
func PlaceValue(h annotate.Hit) string {
	return strings.Join([]string{string(h.Article.ID), strconv.Itoa(h.Fragment.Start), strconv.Itoa(h.Fragment.End)}, " ")
}

// checked reports whether a hit is to be tagged: all that are not tagged so
// already, until a person has said which.
func (v FindView) checked(h annotate.Hit) bool {
	if v.Checked != nil {
		return v.Checked[PlaceValue(h)]
	}
	return !slices.Contains(h.Kinds, v.Kind)
}

func (v FindView) kindOptions() []ui.Option {
	var options []ui.Option
	for _, k := range shownKinds(v.Codebook) {
		options = append(options, ui.Option{Value: k.Name, Label: k.Label})
	}
	return options
}

// lineBefore is what stands before a hit on its line, from the beginning of a
// word on, and lineAfter what stands behind it.
func lineBefore(h annotate.Hit) string {
	if i := strings.LastIndexByte(h.Before, '\n'); i >= 0 || h.Fragment.Start == utf8.RuneCountInString(h.Before) {
		return h.Before[i+1:]
	}
	return "…" + strings.TrimLeftFunc(h.Before, isNotSpace)
}

func lineAfter(h annotate.Hit) string {
	line, _, ends := strings.Cut(h.After, "\n")
	if ends || strings.HasSuffix(line, ".") {
		return line
	}
	return strings.TrimRightFunc(line, isNotSpace) + "…"
}

func isNotSpace(r rune) bool { return !unicode.IsSpace(r) }

func kindNamed(c *annotate.Codebook, name string) annotate.Kind {
	if k, ok := c.Kind(name); ok {
		return k
	}
	return annotate.Kind{Name: name, Label: name, Color: "slate"}
}

// BulkListView is the bulk changes of a project.
type BulkListView struct {
	Changes  []annotate.BulkChange
	Codebook *annotate.Codebook
	// First and Next are addresses of pages, empty where there is none.
	First string
	Next  string
}

// BulkView is what a bulk change did.
type BulkView struct {
	Bulk     annotate.BulkChange
	Codebook *annotate.Codebook
	Back     string // where it was asked for
}

// bulkTitle says what was done.
func bulkTitle(f Frame, c *annotate.Codebook, b annotate.BulkChange) string {
	w := b.Wish
	if b.What == annotate.BulkRecode {
		if len(w.Value) == 0 {
			return f.T("Took away the answers to “%s”", attributeLabel(c, w.Attribute))
		}
		return f.T("Answered “%s” with “%s”", attributeLabel(c, w.Attribute), strings.Join(valueLabels(c, w.Attribute, w.Value), ", "))
	}
	kind := kindNamed(c, w.Kind).Label
	if b.Entity != "" {
		return f.T("Tagged “%s” as %s, %s", w.Query, kind, b.Entity)
	}
	return f.T("Tagged “%s” as %s", w.Query, kind)
}

func attributeLabel(c *annotate.Codebook, name string) string {
	if a, ok := c.Attribute(name); ok {
		return a.Label
	}
	return name
}

func valueLabels(c *annotate.Codebook, attribute string, values []string) []string {
	a, _ := c.Attribute(attribute)
	labels := slices.Clone(values)
	for i, value := range values {
		if at := slices.IndexFunc(a.Values, func(v annotate.Value) bool { return v.Value == value }); at >= 0 {
			labels[i] = a.Values[at].Label
		}
	}
	return labels
}

// RecodeView is claims that are to be answered for alike.
type RecodeView struct {
	Query  ClaimQuery
	Claims []annotate.QueuedClaim
	// Answer is the attribute and the value that are thought of, as
	// [AnswerValue] has them, empty at first. Text is the text of a
	// [TextAnswer].
	Answer string
	Text   string
	// Cursor is where the page begins, empty for the first.
	Cursor     string
	First      string
	Next       string
	Complaints annotate.Invalid
	Codebook   *annotate.Codebook
}

// AnswerValue is an answer to a question as a form sends it.
func AnswerValue(attribute, value string) string { return attribute + "=" + value }

// TextAnswer is a text, sent in a field of its own, as answer to a question.
func TextAnswer(attribute string) string { return attribute + textSign }

const textSign = "~"

// ReadAnswer takes an [AnswerValue], or a [TextAnswer] with its text, apart; no
// value takes the answer away.
func ReadAnswer(answer, text string) (attribute string, value []string) {
	if attribute, ok := strings.CutSuffix(answer, textSign); ok {
		return attribute, []string{text}
	}
	attribute, one, _ := strings.Cut(answer, "=")
	if one == "" {
		return attribute, nil
	}
	return attribute, []string{one}
}

// writes reports whether the answer is a text.
func (v RecodeView) writes() bool { return strings.HasSuffix(v.Answer, textSign) }

// complaint is what is wrong with the answer.
func (v RecodeView) complaint() string { return v.Complaints["value"] + v.Complaints["attribute"] }

// Chosen reports whether there is an answer to be applied.
func (v RecodeView) Chosen() bool {
	return v.Answer != "" && v.complaint() == "" && (!v.writes() || v.Text != "")
}

// now is the answer a claim has.
func (v RecodeView) now(c annotate.QueuedClaim) string {
	attribute, _ := ReadAnswer(v.Answer, v.Text)
	return strings.Join(valueLabels(v.Codebook, attribute, answersIn(c.Claim.Attributes[attribute])), ", ")
}

// then is the answer it would have.
func (v RecodeView) then() string {
	attribute, value := ReadAnswer(v.Answer, v.Text)
	return strings.Join(valueLabels(v.Codebook, attribute, value), ", ")
}

// same reports whether a claim has the answer already.
func (v RecodeView) same(c annotate.QueuedClaim) bool {
	attribute, value := ReadAnswer(v.Answer, v.Text)
	return slices.Equal(answersIn(c.Claim.Attributes[attribute]), value)
}

func answersIn(value any) []string {
	switch value := value.(type) {
	case string:
		return []string{value}
	case []string:
		return value
	}
	return nil
}

// ClaimValue is a claim as a form sends it: its id, and the version that was
// seen.
func ClaimValue(c annotate.QueuedClaim) string {
	return string(c.Claim.ID) + " " + strconv.Itoa(c.Claim.Version)
}

// or is text, or instead where that is empty.
func or(text, instead string) string {
	if text == "" {
		return instead
	}
	return text
}
