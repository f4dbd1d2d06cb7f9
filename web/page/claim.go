package page

import (
	"context"
	"html"
	"io"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/language"
)

// ClaimView is what a claim's page shows.
type ClaimView struct {
	Query    ClaimQuery
	Claim    annotate.DecidedClaim
	Codebook *annotate.Codebook
	// Amended is what of the codebook has changed since the claim was made that
	// may make a difference to it.
	Amended []annotate.Amendment
	// Before and After are its neighbours in the queue, empty where there are
	// none.
	Before annotate.ID
	After  annotate.ID
	// Comments are a stretch of those there are; LaterComments is the address
	// of the next.
	Comments      []annotate.ListedComment
	LaterComments string
	// Members are those whom a comment may name.
	Members []annotate.Member
	// Normings are the blind votes on it, as the reader may know them.
	Normings []annotate.ListedNorming
	// Since is what has changed since a decision.
	Since SinceView
	// History is what has lately happened to the claim.
	History ClaimHistoryView
	// Stale says that the claim has changed since the reader looked at it and
	// tried to decide.
	Stale bool
	// The forms as they were sent, and complaints about decision, reason and
	// body.
	Reason     string
	Decision   annotate.Decision
	Comment    string
	ReplyTo    annotate.ID
	Complaints annotate.Invalid
}

// SinceView is what has changed of a claim since a decision.
type SinceView struct {
	// Review is the decision; nil where there is none to compare with.
	Review *annotate.Review
	// Whole says that Deeds are all that has changed.
	Whole bool
	Deeds []annotate.Deed
	Told  Told
}

// was is where the claim stood in the text then, none where it stands there
// still.
func (v SinceView) was(claim annotate.ID) []annotate.Fragment {
	for _, d := range v.Deeds {
		if d.Before == nil || d.After == nil || d.After.ID != claim {
			continue
		}
		for _, p := range annotate.Passages(d.Before.Fragments, d.After.Fragments) {
			if p.Before != p.After {
				return d.Before.Fragments
			}
		}
	}
	return nil
}

// approvers are the names of those whose approval of the claim counts.
func (v ClaimView) approvers(f Frame) []string {
	verdict := annotate.Conclude(v.Claim.Reviews, v.Claim.Claim.Version, f.Project.Quorum)
	names := make([]string, len(verdict.Approvers))
	for i, id := range verdict.Approvers {
		names[i] = v.Claim.People[id]
	}
	return names
}

// youDidInWords heads what has changed since the reader decided, and
// theyDidInWords what has since somebody else did.
func youDidInWords(f Frame, d annotate.Decision, version int) string {
	switch d {
	case annotate.Approve:
		return f.T("Changed since you approved version %d", version)
	case annotate.Dispute:
		return f.T("Changed since you disputed version %d", version)
	case annotate.Reject:
		return f.T("Changed since you rejected version %d", version)
	case annotate.RequestChanges:
	}
	return f.T("Changed since you asked for changes to version %d", version)
}

func theyDidInWords(f Frame, who string, d annotate.Decision, version int) string {
	switch d {
	case annotate.Approve:
		return f.T("Changed since %s approved version %d", who, version)
	case annotate.Dispute:
		return f.T("Changed since %s disputed version %d", who, version)
	case annotate.Reject:
		return f.T("Changed since %s rejected version %d", who, version)
	case annotate.RequestChanges:
	}
	return f.T("Changed since %s asked for changes to version %d", who, version)
}

// remark is a comment's text with those it names marked.
func remark(text string, members []annotate.Member) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		at := 0
		for _, m := range annotate.Mentions(text, members) {
			b.WriteString(html.EscapeString(text[at:m.Start]) + `<span class="mention">` + html.EscapeString(text[m.Start:m.End]) + `</span>`)
			at = m.End
		}
		b.WriteString(html.EscapeString(text[at:]))
		_, err := io.WriteString(w, b.String())
		return err
	})
}

// names are those of members, a line each, for the completion of a mention.
func names(members []annotate.Member) string {
	list := make([]string, len(members))
	for i, m := range members {
		list[i] = m.Name
	}
	return strings.Join(list, "\n")
}

// CommentURL is where the thread that a comment begins is resolved.
func CommentURL(slug string, claim, comment annotate.ID, q ClaimQuery) string {
	return q.address(ClaimURL(slug, claim) + "/comments/" + string(comment))
}

// own reports whether the reader may not approve the claim, having made or
// last changed it or what it leads to.
func own(f Frame, v ClaimView) bool {
	return !f.Project.SelfApproval && v.Claim.Standing().OwnedBy(f.Asker.ID)
}

// claimTitle is the beginning of what is claimed, in quote marks unless it
// begins with one.
func claimTitle(l *language.Language, quote string) string {
	letters := []rune(strings.Join(strings.Fields(quote), " "))
	if len(letters) == 0 {
		return l.T("Claim")
	}
	title := string(letters)
	if len(letters) > 60 {
		title = string(letters[:60]) + "…"
	}
	if strings.ContainsRune("\"“”„«»‘’'‹›「『", letters[0]) {
		return title
	}
	return l.T("“%s”", title)
}

// ClaimTitle is the name of a claim's page: the beginning of what is claimed.
func ClaimTitle(l *language.Language, c annotate.QueuedClaim) string { return claimTitle(l, c.Quote) }

// step is one step of the way a claim came.
type step struct {
	label      string
	name       string
	words      string // those of the text, where they are not the name
	unnamed    bool   // the text does not mention it
	entity     annotate.ID
	icon       string
	kind       string
	attributes []answered
}

// speech is who said it to whom.
func speech(f Frame, v ClaimView) []step {
	a := v.Claim.Attribution
	var steps []step
	for _, s := range a.Speakers {
		steps = append(steps, newStep(v, s, f.T("Said by"), "speaker", linkAnswers(v, annotate.RoleSpeaker, s.ID)))
	}
	for _, s := range a.Addressees {
		steps = append(steps, newStep(v, s, f.T("Said to"), "users", nil))
	}
	for _, s := range a.Cues {
		steps = append(steps, newStep(v, s, f.T("Signalled by"), "quote", linkAnswers(v, annotate.RoleCue, s.ID)))
	}
	return steps
}

// way is one chain of sources.
func way(f Frame, v ClaimView, chain []annotate.Hop) []step {
	var steps []step
	for _, hop := range chain {
		steps = append(steps, newStep(v, hop.Source, capital(hop.Means(v.Codebook, f.T)), "source", linkedAnswers(v, hop.Link)))
	}
	return steps
}

func newStep(v ClaimView, a annotate.Annotation, label, icon string, ofLink []answered) step {
	c := v.Claim
	s := step{
		label: label, name: c.NameOf(a), entity: c.Entities[a.Entity].ID, icon: icon, kind: a.Kind,
		attributes: append(answers(v.Codebook, a.Attributes), ofLink...),
	}
	if words := c.Words[a.ID]; words != s.name {
		s.words, s.unnamed = words, words == ""
	}
	return s
}

func linkAnswers(v ClaimView, role annotate.LinkRole, to annotate.ID) []answered {
	for _, l := range v.Claim.Links {
		if l.From == v.Claim.Claim.ID && l.To == to && l.Role == role {
			return linkedAnswers(v, l)
		}
	}
	return nil
}

// linkedAnswers are a link's attributes, without the one that is the step's
// label.
func linkedAnswers(v ClaimView, l annotate.Link) []answered {
	given := annotate.Attributes{}
	for name, value := range l.Attributes {
		if name != "relation" {
			given[name] = value
		}
	}
	return answers(v.Codebook, given)
}

// kindsShown are the kinds that an excerpt marks, in the codebook's order.
func kindsShown(v ClaimView, passages []passage) []annotate.Kind {
	marked := map[string]bool{}
	for _, p := range passages {
		for _, r := range p.runs {
			if r.claim {
				marked[annotate.Claim] = true
			}
			for _, part := range r.parts {
				marked[part.kind] = true
			}
		}
	}
	var kinds []annotate.Kind
	for _, k := range v.Codebook.Kinds {
		if marked[k.Name] {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// decisionLabel is what a decision's button says, and decisionKey the key
// that stands for it.
func decisionLabel(f Frame, d annotate.Decision) string {
	switch d {
	case annotate.Approve:
		return f.T("Approve")
	case annotate.Dispute:
		return f.T("Dispute")
	case annotate.Reject:
		return f.T("Reject")
	case annotate.RequestChanges:
		return f.T("Request changes")
	}
	return string(d)
}

func decisionKey(d annotate.Decision) string {
	switch d {
	case annotate.Approve:
		return "a"
	case annotate.Dispute:
		return "d"
	case annotate.Reject:
		return "r"
	case annotate.RequestChanges:
		return "c"
	}
	return ""
}

// queueName says which part of the queue one comes from.
func queueName(f Frame, q ClaimQuery) string {
	name := f.T("All claims")
	switch q.State {
	case "":
	case annotate.ChangesRequested:
		name = f.T("Claims sent back")
	case annotate.Unreviewed:
		name = f.T("Unreviewed claims")
	case annotate.Approved:
		name = f.T("Approved claims")
	case annotate.Disputed:
		name = f.T("Disputed claims")
	case annotate.Rejected:
		name = f.T("Rejected claims")
	}
	if q.Filtered() {
		return f.T("%s, filtered", name)
	}
	return name
}

// notStated reports whether the claim says that the text does not state what.
func notStated(c annotate.Annotation, what string) bool {
	stated, _ := c.Attributes["not_stated"].([]string)
	return slices.Contains(stated, what)
}

// spokenOuter is who says what the claim is said within.
func spokenOuter(f Frame, v ClaimView, outer annotate.Attribution) string {
	return outer.Parts(v.Codebook, v.Claim.NameOf, f.T)[0]
}
