package annotate

import (
	"fmt"
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

// Review is a decision on a claim as it stood at a version.
type Review struct {
	ID        ID
	Claim     ID
	Version   int
	Decision  Decision
	Reason    string
	Reviewer  ID
	CreatedAt time.Time
}

// Comment is a remark on a claim.
type Comment struct {
	ID        ID
	Claim     ID
	Author    ID
	Body      string
	CreatedAt time.Time
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

// Decide says what r makes of claim, or why it may not be: an [Invalid] for
// an unknown decision or a missing reason, [ErrNotFound] for what is no claim,
// [ClaimChanged] for a version that is not the current one, and
// [ErrOwnClaim] when whoever made or last changed the claim approves it and
// the project does not allow that.
func (r Review) Decide(claim Annotation, selfApproval bool) (ReviewState, error) {
	state, ok := r.Decision.State()
	if !ok {
		return "", Invalid{"decision": "Choose approve, dispute, reject or request_changes."}
	}
	if r.Decision != Approve && strings.TrimSpace(r.Reason) == "" {
		return "", Invalid{"reason": "Say why, so that the author can act on it."}
	}
	if utf8.RuneCountInString(r.Reason) > maxRemark {
		return "", Invalid{"reason": "Use at most 10,000 characters."}
	}
	if claim.Kind != Claim || claim.Deleted {
		return "", ErrNotFound
	}
	if r.Version != claim.Version {
		return "", ClaimChanged{claim}
	}
	own := r.Reviewer == claim.CreatedBy || r.Reviewer == claim.UpdatedBy
	if r.Decision == Approve && own && !selfApproval {
		return "", ErrOwnClaim
	}
	return state, nil
}
