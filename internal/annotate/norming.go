package annotate

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Norming is a blind vote on one claim: everybody who is asked answers without
// knowing what the others say; then it is revealed, discussed and settled.
type Norming struct {
	ID    ID
	Claim ID
	// Version is the claim's, as it was put to the vote.
	Version int
	// Attribute is the question of the codebook that is voted on; empty is what
	// to decide on the claim.
	Attribute string
	// Note says what it is about, for those who are asked.
	Note      string
	StartedBy ID
	StartedAt time.Time
	// RevealedAt and SettledAt are the zero time before that.
	RevealedBy ID
	RevealedAt time.Time
	// Thread is the comment that begins its discussion, or empty.
	Thread ID
	// Settled is what was settled on, and nil before that.
	Settled *Settlement
}

// Revealed reports whether those who are asked know what the others say.
func (n Norming) Revealed() bool { return !n.RevealedAt.IsZero() }

// Applied says how what was settled on was carried over to the claim.
type Applied string

// The ways. An empty one is that it was not.
const (
	AppliedReview Applied = "review" // as a decision on it
	AppliedChange Applied = "change" // as its answer, by a change set
)

// Settlement is what a norming came to.
type Settlement struct {
	Answer  []string
	Reason  string
	By      ID
	At      time.Time
	Applied Applied
}

// Vote is what somebody says in a norming.
type Vote struct {
	Voter ID
	Name  string // the voter's
	// Voted says that they have answered. What is empty as long as it is not
	// the reader's to know.
	Voted  bool
	Answer []string
	Reason string
	At     time.Time
}

// ListedNorming is a norming as one of those who may read it sees it.
type ListedNorming struct {
	Norming
	Starter string // names
	Settler string
	// Votes are of all who are asked, by name.
	Votes []Vote
}

// Voted is how many have answered.
func (n ListedNorming) Voted() (voted int) {
	for _, v := range n.Votes {
		if v.Voted {
			voted++
		}
	}
	return voted
}

// Asks reports whether who is asked.
func (n ListedNorming) Asks(who ID) bool {
	return slices.ContainsFunc(n.Votes, func(v Vote) bool { return v.Voter == who })
}

// Ballot is an answer with those who gave it.
type Ballot struct {
	Answer []string
	Votes  []Vote
}

// Tally gathers votes by their answers, the most frequent first. What is not
// revealed counts for nothing.
func Tally(votes []Vote) []Ballot {
	var ballots []Ballot
	for _, v := range votes {
		if len(v.Answer) == 0 {
			continue
		}
		answer := slices.Sorted(slices.Values(v.Answer))
		i := slices.IndexFunc(ballots, func(b Ballot) bool { return slices.Equal(b.Answer, answer) })
		if i < 0 {
			i, ballots = len(ballots), append(ballots, Ballot{Answer: answer})
		}
		ballots[i].Votes = append(ballots[i].Votes, v)
	}
	slices.SortStableFunc(ballots, func(a, b Ballot) int {
		return cmp.Or(len(b.Votes)-len(a.Votes), slices.Compare(a.Answer, b.Answer))
	})
	return ballots
}

// CheckAnswer returns an [Invalid] under answer or attribute for what is no
// answer to the question of n.
func (n Norming) CheckAnswer(codebook *Codebook, answer []string) error {
	if n.Attribute == "" {
		if len(answer) != 1 || !slices.Contains(Decisions, Decision(answer[0])) {
			return Invalid{"answer": "Choose approve, dispute, reject or request_changes."}
		}
		return nil
	}
	if len(answer) == 0 {
		return Invalid{"answer": "Choose an answer."}
	}
	if _, err := codebook.Answer(Claim, n.Attribute, answer); err != nil {
		return Invalid{"answer": "Choose an answer that the codebook has."}
	}
	return nil
}

// CheckQuestion returns an [Invalid] under attribute for what cannot be voted
// on: only questions with a list of answers can.
func (n Norming) CheckQuestion(codebook *Codebook) error {
	if n.Attribute == "" {
		return nil
	}
	a, known := codebook.Attribute(n.Attribute)
	if !known || !a.Active || a.Type == Prose || !slices.Contains(a.Kinds, Claim) {
		return Invalid{"attribute": "Choose one of the questions of the codebook that have a list of answers."}
	}
	return nil
}

// CheckRemark returns an [Invalid] under field for text that is too long.
func CheckRemark(field, text string) error {
	if utf8.RuneCountInString(strings.TrimSpace(text)) > maxRemark {
		return Invalid{field: "Use at most 10,000 characters."}
	}
	return nil
}
