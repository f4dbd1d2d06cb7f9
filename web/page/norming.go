package page

import (
	"slices"
	"strings"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/ui"
)

// NormingsURL lists the blind votes of a project, from cursor on.
func NormingsURL(slug, cursor string) string {
	return addressWith(ProjectURL(slug)+"/norming", "cursor", cursor)
}

// NormingURL is a blind vote on a claim.
func NormingURL(slug string, norming annotate.ID) string {
	return ProjectURL(slug) + "/norming/" + string(norming)
}

// NewNormingURL is where a claim is put to the vote.
func NewNormingURL(slug string, claim annotate.ID) string { return ClaimURL(slug, claim) + "/norming" }

// NormingsView is what the list of votes shows.
type NormingsView struct {
	Items    []annotate.ListedNorming
	Claims   map[annotate.ID]annotate.QueuedClaim
	Codebook *annotate.Codebook
	First    string
	Next     string
}

// NewNormingView is the form by which a claim is put to the vote.
type NewNormingView struct {
	Claim    annotate.DecidedClaim
	Codebook *annotate.Codebook
	// Members are those who may be asked.
	Members []annotate.Member
	// The form as it was sent, and complaints about attribute, note and asked.
	Attribute  string
	Note       string
	Asked      []annotate.ID
	Complaints annotate.Invalid
}

// NormingView is a vote as its reader may know it.
type NormingView struct {
	Norming  annotate.ListedNorming
	Claim    annotate.DecidedClaim
	Codebook *annotate.Codebook
	Comments []annotate.ListedComment
	Members  []annotate.Member
	// The forms as they were sent: Settling says which of the two that have an
	// answer. Complaints are about answer, reason, body, votes and apply.
	Answer     []string
	Reason     string
	Comment    string
	Settling   bool
	Complaints annotate.Invalid
}

// mayTurn reports whether the reader may reveal and settle.
func (v NormingView) mayTurn(f Frame) bool {
	return f.May(annotate.Manager) || f.May(annotate.Reviewer) && v.Norming.StartedBy == f.Asker.ID
}

// own is the reader's vote, the zero Vote if they are not asked.
func (v NormingView) own(f Frame) annotate.Vote {
	i := slices.IndexFunc(v.Norming.Votes, func(vote annotate.Vote) bool { return vote.Voter == f.Asker.ID })
	if i < 0 {
		return annotate.Vote{}
	}
	return v.Norming.Votes[i]
}

// given is the answer that a form begins with.
func (v NormingView) given(f Frame, settling bool) (answer []string, reason string) {
	switch {
	case len(v.Complaints) > 0 && v.Settling == settling:
		return v.Answer, v.Reason
	case settling:
		if ballots := annotate.Tally(v.Norming.Votes); len(ballots) > 0 {
			return ballots[0].Answer, ""
		}
		return nil, ""
	}
	own := v.own(f)
	return own.Answer, own.Reason
}

// question is what is voted on, as a question.
func question(f Frame, codebook *annotate.Codebook, n annotate.Norming) string {
	if n.Attribute == "" {
		return f.T("What to decide on this claim?")
	}
	if a, known := codebook.Attribute(n.Attribute); known {
		return f.T("%s: which answer is right?", a.Label)
	}
	return f.T("%s: which answer is right?", n.Attribute)
}

// choices are the answers one chooses from.
func choices(f Frame, codebook *annotate.Codebook, n annotate.Norming) (options []ui.Option, several bool) {
	if n.Attribute == "" {
		for _, d := range annotate.Decisions {
			options = append(options, ui.Option{Value: string(d), Label: decisionLabel(f, d)})
		}
		return options, false
	}
	a, _ := codebook.Attribute(n.Attribute)
	for _, v := range a.Values {
		if v.Active {
			options = append(options, ui.Option{Value: v.Value, Label: v.Label})
		}
	}
	return options, a.Type == annotate.Choices
}

// answerWords are an answer as people read it.
func answerWords(f Frame, codebook *annotate.Codebook, n annotate.Norming, answer []string) string {
	if n.Attribute == "" {
		if len(answer) == 0 {
			return ""
		}
		return decisionLabel(f, annotate.Decision(answer[0]))
	}
	a, _ := codebook.Attribute(n.Attribute)
	labels := make([]string, len(answer))
	for i, v := range answer {
		labels[i] = oneLabel(a, v)
	}
	return strings.Join(labels, ", ")
}

func questionOptions(f Frame, codebook *annotate.Codebook) []ui.Option {
	options := []ui.Option{{Value: "", Label: f.T("What to decide on this claim?")}}
	for _, a := range codebook.AttributesOf(annotate.Claim) {
		if a.Active && a.Type != annotate.Prose {
			options = append(options, ui.Option{Value: a.Name, Label: a.Label})
		}
	}
	return options
}
