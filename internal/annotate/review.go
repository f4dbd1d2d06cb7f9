package annotate

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Decision is what a reviewer says of a claim.
type Decision string

// The decisions.
const (
	Approve        Decision = "approve"
	Dispute        Decision = "dispute"
	Reject         Decision = "reject"
	RequestChanges Decision = "request_changes"
)

// Decisions lists the decisions in the order they are offered in.
var Decisions = []Decision{Approve, Dispute, Reject, RequestChanges}

// ReviewState is where a claim stands: what was last decided about it as it
// is now.
type ReviewState string

// The states.
const (
	Unreviewed       ReviewState = "unreviewed"
	Approved         ReviewState = "approved"
	Disputed         ReviewState = "disputed"
	Rejected         ReviewState = "rejected"
	ChangesRequested ReviewState = "changes_requested"
)

// ReviewStates lists the states in the order they are shown in.
var ReviewStates = []ReviewState{Unreviewed, Approved, Disputed, Rejected, ChangesRequested}

// State is the state a decision puts a claim in; ok is false for what is no
// decision.
func (d Decision) State() (state ReviewState, ok bool) {
	switch d {
	case Approve:
		return Approved, true
	case Dispute:
		return Disputed, true
	case Reject:
		return Rejected, true
	case RequestChanges:
		return ChangesRequested, true
	}
	return "", false
}

// MaxQuorum is the most approvals a project may ask for.
const MaxQuorum = 5

// ValidateQuorum complains, under quorum, about a number of approvals that no
// project may ask for.
func (i Invalid) ValidateQuorum(n int) {
	if n < 1 || n > MaxQuorum {
		i["quorum"] = "Ask for 1 to 5 approvals."
	}
}

// Rules are what a project asks of decisions.
type Rules struct {
	// SelfApproval allows authors to approve their own claims.
	SelfApproval bool
	// Quorum is how many reviewers have to approve a claim.
	Quorum int
}

// Rules are those of p.
func (p Project) Rules() Rules { return Rules{SelfApproval: p.SelfApproval, Quorum: p.Quorum} }

// Verdict is what the decisions on one version of a claim come to.
type Verdict struct {
	State ReviewState
	// Approvers are those whose approval counts, by when they gave it.
	Approvers []ID
}

// Conclude says what the decisions on a version of a claim come to where
// quorum reviewers have to approve it. Reviews are in the order they were made
// in; those on other versions say nothing.
//
// Only the last word of each reviewer counts. The newest of the objections
// that still are somebody's last word stands, and with it the state it gives:
// until a quorum has approved the claim since, knowing of it. What was approved
// before it does not count.
func Conclude(reviews []Review, version, quorum int) Verdict {
	last := map[ID]int{}
	for i, r := range reviews {
		if r.Version == version {
			last[r.Reviewer] = i
		}
	}
	v := Verdict{State: Unreviewed}
	for i, r := range reviews {
		if r.Version != version || last[r.Reviewer] != i {
			continue
		}
		if r.Decision == Approve {
			v.Approvers = append(v.Approvers, r.Reviewer)
			continue
		}
		v.Approvers = nil
		if state, ok := r.Decision.State(); ok {
			v.State = state
		}
	}
	if len(v.Approvers) > 0 && len(v.Approvers) >= quorum {
		v.State = Approved
	}
	return v
}

// ReviewsByClaim sorts decisions by their claims, in the order they came in.
func ReviewsByClaim(reviews []Review) map[ID][]Review {
	of := map[ID][]Review{}
	for _, r := range reviews {
		of[r.Claim] = append(of[r.Claim], r)
	}
	return of
}

// Review is a decision on a claim as it stood at a version.
type Review struct {
	ID        ID
	Claim     ID
	Version   int
	Decision  Decision
	Reason    string
	Reviewer  ID
	CreatedAt time.Time
	// Imported is nil for a decision that was made here.
	Imported *Import
}

// Import says how something came from elsewhere: from which project, and who
// brought it when. Who did it there is known from the file alone.
type Import struct {
	From Origin
	By   ID
	At   time.Time
}

// from is the project that something was imported from, or none.
func (i *Import) from() Origin {
	if i == nil {
		return Origin{}
	}
	return i.From
}

// Comment is a remark on a claim.
type Comment struct {
	ID        ID
	Claim     ID
	Author    ID
	Body      string
	CreatedAt time.Time
	// ReplyTo is the comment that begins its thread, empty for that itself:
	// only that can be resolved.
	ReplyTo    ID
	ResolvedBy ID
	ResolvedAt time.Time // the zero time while it is not
}

// maxRemark is the longest reason or comment in code points.
const maxRemark = 10_000

// Validate returns an [Invalid] for a comment with nothing or too much in it.
func (c Comment) Validate() error {
	if n := utf8.RuneCountInString(c.Body); strings.TrimSpace(c.Body) == "" || n > maxRemark {
		return Invalid{"body": "Write a comment of at most 10,000 characters."}
	}
	return nil
}

// ClaimChanged says that a review names a version of the claim that is no
// longer the current one: what it was about to decide on has changed.
type ClaimChanged struct{ Current Annotation }

func (r ClaimChanged) Error() string {
	return fmt.Sprintf("the claim is now at version %d", r.Current.Version)
}

// Standing is a claim as a decision finds it.
type Standing struct {
	Claim Annotation
	// Annotations and Links are what the claim's links lead to, over any number
	// of steps, and those links. The claim may be among them.
	Annotations []Annotation
	Links       []Link
	// Reviews are the decisions so far.
	Reviews []Review
}

// OwnedBy reports whether who has their own work in s before them: whether
// they tagged the claim, or were the last to change it, or something its links
// lead to, or one of the links, after it was tagged and since somebody else
// approved it. An approval vouches for all of these, so it must not come from
// one who made them; and what somebody else approved has been seen by two.
func (s Standing) OwnedBy(who ID) bool {
	since := s.Claim.CreatedAt
	for _, r := range s.Reviews {
		if r.Decision == Approve && r.Reviewer != who && r.CreatedAt.After(since) {
			since = r.CreatedAt
		}
	}
	hand := func(by ID, at time.Time) bool { return by == who && !at.Before(since) }
	return who == s.Claim.CreatedBy || hand(s.Claim.UpdatedBy, s.Claim.UpdatedAt) ||
		slices.ContainsFunc(s.Annotations, func(a Annotation) bool { return hand(a.UpdatedBy, a.UpdatedAt) }) ||
		slices.ContainsFunc(s.Links, func(l Link) bool { return hand(l.UpdatedBy, l.UpdatedAt) })
}

// Decide says what the claim in s comes to with r, or why r may not be: an
// [Invalid] for an unknown decision or a missing reason, [ErrNotFound] for what
// is no claim, [ClaimChanged] for a version that is not the current one, and
// [ErrOwnClaim] for an approval by whom [Standing.OwnedBy] names, unless the
// project allows that.
func (r Review) Decide(s Standing, rules Rules) (Verdict, error) {
	claim := s.Claim
	if _, ok := r.Decision.State(); !ok {
		return Verdict{}, Invalid{"decision": "Choose approve, dispute, reject or request_changes."}
	}
	if r.Decision != Approve && strings.TrimSpace(r.Reason) == "" {
		return Verdict{}, Invalid{"reason": "Say why, so that the author can act on it."}
	}
	if utf8.RuneCountInString(r.Reason) > maxRemark {
		return Verdict{}, Invalid{"reason": "Use at most 10,000 characters."}
	}
	if claim.Kind != Claim || claim.Deleted {
		return Verdict{}, ErrNotFound
	}
	if r.Version != claim.Version {
		return Verdict{}, ClaimChanged{claim}
	}
	if r.Decision == Approve && !rules.SelfApproval && s.OwnedBy(r.Reviewer) {
		return Verdict{}, ErrOwnClaim
	}
	return Conclude(append(slices.Clone(s.Reviews), r), claim.Version, rules.Quorum), nil
}
