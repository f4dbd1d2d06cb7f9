package page

import (
	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/ui"
)

// ReviewManyURL is where the claims that q leaves are decided on alike.
func ReviewManyURL(slug string, q ClaimQuery) string { return q.address(ProjectURL(slug) + "/review") }

// ReviewManyPageURL is a page of them, with the decision that is thought of.
func ReviewManyPageURL(slug string, q ClaimQuery, d annotate.Decision, reason, cursor string) string {
	return q.address(ProjectURL(slug)+"/review", "decision", string(d), "reason", reason, "cursor", cursor)
}

// ReviewManyView is claims that are to be decided on alike, or were.
type ReviewManyView struct {
	Query    ClaimQuery
	Claims   []annotate.QueuedClaim
	Codebook *annotate.Codebook
	Decision annotate.Decision // empty at first
	Reason   string
	// Would is what the decision would do to each, and Did what it has done; nil
	// before that.
	Would map[annotate.ID]annotate.ManyDecided
	Did   map[annotate.ID]annotate.ManyDecided
	// Sent says that the decision was to be made.
	Sent   bool
	Cursor string
	First  string
	Next   string
	// Complaints are about decision, reason and claims.
	Complaints annotate.Invalid
}

// refused is how many claims were left out, or would be.
func refused(all map[annotate.ID]annotate.ManyDecided) (n int) {
	for _, d := range all {
		if d.Refused != "" {
			n++
		}
	}
	return n
}

func decisionOptions(f Frame) []ui.Option {
	options := []ui.Option{{Value: "", Label: f.T("Choose a decision")}}
	for _, d := range annotate.Decisions {
		options = append(options, ui.Option{Value: string(d), Label: decisionLabel(f, d)})
	}
	return options
}

// becomes says where a claim stands after the decision.
func becomes(f Frame, d annotate.ManyDecided) string {
	if f.Project.Quorum > 1 && d.State != annotate.Approved && d.Approvals > 0 {
		return f.T("%s, %d of %d approvals", StateName(f, d.State), d.Approvals, f.Project.Quorum)
	}
	return StateName(f, d.State)
}
