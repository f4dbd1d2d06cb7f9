package page

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/language"
	"onrecord.dev/web/ui"
)

// ClaimQuery says which part of the review queue a page shows. It stands in
// the page's address.
type ClaimQuery struct {
	// State is empty for all states. An address that says nothing of the state
	// means the unreviewed.
	State   annotate.ReviewState
	Speaker annotate.ID
	Source  annotate.ID
	Article annotate.ID
	Author  annotate.ID
	// Only is one of [OnlyClaims], or empty.
	Only  string
	Words string
}

// What a page of the queue may be narrowed down to.
const (
	OnlyUndecided = "undecided" // the reader has not decided on them as they are
	OnlyThreads   = "threads"   // they have a thread that is not resolved
)

// OnlyClaims lists them in the order they are offered in.
var OnlyClaims = []string{OnlyUndecided, OnlyThreads}

func onlyOptions(f Frame) []ui.Option {
	return []ui.Option{
		{Value: "", Label: f.T("All claims")},
		{Value: OnlyUndecided, Label: f.T("Not yet decided on by me")},
		{Value: OnlyThreads, Label: f.T("With an open thread")},
	}
}

// AllStates stands for every state in an address.
const AllStates = "all"

// Filtered reports whether q asks for more than a state.
func (q ClaimQuery) Filtered() bool {
	q.State = ""
	return q != ClaimQuery{}
}

// in is q with another state.
func (q ClaimQuery) in(state annotate.ReviewState) ClaimQuery {
	q.State = state
	return q
}

// StateParam is q's state as it stands in an address.
func (q ClaimQuery) StateParam() string {
	if q.State == "" {
		return AllStates
	}
	return string(q.State)
}

// address is path with q, and with more pairs of name and value.
func (q ClaimQuery) address(path string, more ...string) string {
	var all []string
	for name, value := range q.pairs() {
		all = append(all, name, value)
	}
	return addressWith(path, append(all, more...)...)
}

// pairs are q's names and values as they stand in an address.
func (q ClaimQuery) pairs() iter.Seq2[string, string] {
	state := q.StateParam()
	if q.State == annotate.Unreviewed {
		state = ""
	}
	return func(yield func(string, string) bool) {
		for _, pair := range [][2]string{
			{"state", state},
			{"speaker", string(q.Speaker)},
			{"source", string(q.Source)},
			{"article", string(q.Article)},
			{"author", string(q.Author)},
			{"only", q.Only},
			{"q", q.Words},
		} {
			if !yield(pair[0], pair[1]) {
				return
			}
		}
	}
}

// ClaimsQueryURL is the part of the review queue that q shows.
func ClaimsQueryURL(slug string, q ClaimQuery) string { return q.address(ClaimsURL(slug)) }

// ClaimsPageURL is a page of it, from cursor on.
func ClaimsPageURL(slug string, q ClaimQuery, cursor string) string {
	return q.address(ClaimsURL(slug), "cursor", cursor)
}

// ClaimQueryURL is a claim on the way through the part of the review queue
// that q shows.
func ClaimQueryURL(slug string, claim annotate.ID, q ClaimQuery) string {
	return q.address(ClaimURL(slug, claim))
}

// LaterCommentsURL is a claim with the comments from cursor on.
func LaterCommentsURL(slug string, claim annotate.ID, q ClaimQuery, cursor string) string {
	return q.address(ClaimURL(slug, claim), "comments", cursor) + "#comments"
}

// ClaimReviewsURL is where a claim is decided on.
func ClaimReviewsURL(slug string, claim annotate.ID, q ClaimQuery) string {
	return q.address(ClaimURL(slug, claim) + "/reviews")
}

// ClaimCommentsURL is where a claim is remarked on.
func ClaimCommentsURL(slug string, claim annotate.ID, q ClaimQuery) string {
	return q.address(ClaimURL(slug, claim) + "/comments")
}

// WorkbenchClaimURL is a claim in its article.
func WorkbenchClaimURL(slug string, article, claim annotate.ID) string {
	return ArticleURL(slug, article) + "#claim=" + string(claim)
}

// ClaimsView is what the review queue shows.
type ClaimsView struct {
	Query  ClaimQuery
	Claims []annotate.QueuedClaim
	// Counts has how many claims there are in each state; nil is not counted.
	Counts map[annotate.ReviewState]int
	// First and Next are addresses of pages, empty where there is none. More
	// says that the list goes on though this page is not full: its search
	// stopped among very many.
	First string
	Next  string
	More  bool
	// Speaker and Source are the names of the entities asked for, or what was
	// typed in their place. Article is the headline of the one asked for.
	Speaker string
	Source  string
	Article string
	// Authors are those one can ask for.
	Authors []annotate.Member
	// Complaints are about speaker, source and q.
	Complaints annotate.Invalid
	Codebook   *annotate.Codebook
}

// queueTitle says what is in the list, for the empty one.
func queueTitle(f Frame, q ClaimQuery) string {
	switch q.State {
	case "":
	case annotate.Unreviewed:
		return f.T("Nothing to review")
	case annotate.ChangesRequested:
		return f.T("No claim waits for changes")
	case annotate.Approved:
		return f.T("No claim is approved")
	case annotate.Disputed:
		return f.T("No claim is disputed")
	case annotate.Rejected:
		return f.T("No claim is rejected")
	}
	return f.T("No claims")
}

func queueText(f Frame, q ClaimQuery) string {
	switch {
	case q.Filtered():
		return f.T("No claim fits what is asked for above. Take a filter away, or look in another state.")
	case q.State == annotate.Unreviewed:
		return f.T("Every claim has been decided on. Claims that are tagged or changed from now on come here by themselves.")
	case q.State == "":
		return f.T("Claims come here as soon as they are tagged in an article.")
	default:
		return f.T("Claims come here when a reviewer decides so.")
	}
}

// stateCount is the number in a tab.
func stateCount(f Frame, counts map[annotate.ReviewState]int, state annotate.ReviewState) string {
	if counts == nil {
		return ""
	}
	if state != "" {
		return f.Number(counts[state])
	}
	all := 0
	for _, n := range counts {
		all += n
	}
	return f.Number(all)
}

func authorOptions(f Frame, members []annotate.Member) []ui.Option {
	options := []ui.Option{{Value: "", Label: f.T("Anybody")}}
	for _, m := range members {
		options = append(options, ui.Option{Value: string(m.UserID), Label: m.Name})
	}
	return options
}

// The text around a claim is cut off at about 160 code points. This much is
// of a text that was not cut off.
const uncut = 150

// before is what stands before a claim in its own paragraph. Where the text
// was cut off, it begins with a whole word.
func before(c annotate.QueuedClaim) string {
	if at := strings.LastIndexByte(c.Before, '\n'); at >= 0 {
		return c.Before[at+1:]
	}
	_, rest, found := strings.Cut(c.Before, " ")
	if utf8.RuneCountInString(c.Before) <= uncut || !found {
		return c.Before
	}
	return "… " + rest
}

// after is what stands after it, to the end of a whole word.
func after(c annotate.QueuedClaim) string {
	line, _, ends := strings.Cut(c.After, "\n")
	at := strings.LastIndexByte(line, ' ')
	if ends || utf8.RuneCountInString(line) <= uncut || at < 0 {
		return line
	}
	return line[:at] + " …"
}

// said is who said a claim, and rest how it reached us, as a sentence that
// begins with a capital.
func said(f Frame, c annotate.QueuedClaim, codebook *annotate.Codebook) (who, rest string) {
	parts := c.Attribution.Parts(codebook, c.NameOf, f.T)
	who = capital(parts[0])
	if len(parts) > 1 {
		rest = ", " + strings.Join(parts[1:], ", ")
	}
	return who, rest
}

// sentence spells a claim's attribution out.
func sentence(f Frame, c annotate.QueuedClaim, codebook *annotate.Codebook) string {
	return strings.Join(c.Attribution.Parts(codebook, c.NameOf, f.T), ", ")
}

// answered is an attribute that has been coded, as people read it.
type answered struct {
	label string
	value string
}

// answers are the attributes of something in the codebook's order, in its
// words. What the codebook no longer knows is shown as it is kept.
func answers(codebook *annotate.Codebook, given annotate.Attributes) []answered {
	var list []answered
	for _, a := range codebook.Attributes {
		if value, ok := given[a.Name]; ok {
			list = append(list, answered{a.Label, valueLabel(a, value)})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if a, known := codebook.Attribute(name); !known {
			list = append(list, answered{name, valueLabel(a, given[name])})
		}
	}
	return list
}

func valueLabel(a annotate.Attribute, value any) string {
	switch v := value.(type) {
	case string:
		return oneLabel(a, v)
	case []string:
		labels := make([]string, len(v))
		for i, s := range v {
			labels[i] = oneLabel(a, s)
		}
		return strings.Join(labels, ", ")
	}
	return ""
}

func oneLabel(a annotate.Attribute, value string) string {
	for _, v := range a.Values {
		if v.Value == value {
			return v.Label
		}
	}
	return value
}

// didInWords says who decided what, with a place for who, as a text for
// [Frame.HTML].
func didInWords(d annotate.Decision) string {
	switch d {
	case annotate.Approve:
		return language.Key("<strong>%s</strong> approved")
	case annotate.Dispute:
		return language.Key("<strong>%s</strong> disputed")
	case annotate.Reject:
		return language.Key("<strong>%s</strong> rejected")
	case annotate.RequestChanges:
	}
	return language.Key("<strong>%s</strong> asked for changes")
}

// didEarlierInWords is the same of a version that is no longer the claim's.
func didEarlierInWords(d annotate.Decision) string {
	switch d {
	case annotate.Approve:
		return language.Key("<strong>%s</strong> approved an earlier version")
	case annotate.Dispute:
		return language.Key("<strong>%s</strong> disputed an earlier version")
	case annotate.Reject:
		return language.Key("<strong>%s</strong> rejected an earlier version")
	case annotate.RequestChanges:
	}
	return language.Key("<strong>%s</strong> asked for changes to an earlier version")
}

// Done says what a decision did to a claim: Approved: “The bridge is safe”.
func Done(l *language.Language, d annotate.Decision, c annotate.QueuedClaim, quorum int) string {
	title := ClaimTitle(l, c)
	switch d {
	case annotate.Approve:
		if c.Claim.Review != annotate.Approved {
			return l.T("Approved by you, %d of %d: %s", c.Approvals, quorum, title)
		}
		return l.T("Approved: %s", title)
	case annotate.Dispute:
		return l.T("Disputed: %s", title)
	case annotate.Reject:
		return l.T("Rejected: %s", title)
	case annotate.RequestChanges:
	}
	return l.T("Sent back for changes: %s", title)
}

// capital is s with a capital first letter.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// kindColor is the class of the colour that a kind has.
func kindColor(codebook *annotate.Codebook, name string) string {
	k, _ := codebook.Kind(name)
	return colorClass(k.Color)
}
