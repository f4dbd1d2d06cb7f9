package server

import (
	"net/http"
	"testing"

	"onrecord.dev/internal/annotate"
)

func TestTheDashboardInTheAPI(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	r.reviewer.api("POST", r.path(0, "/reviews"), map[string]any{"decision": "approve", "version": r.claim(0).Claim.Version}).is(http.StatusCreated)
	var d dashboardBody
	r.viewer.api("GET", "/projects/harbour/dashboard?range=quarter", nil).is(http.StatusOK).into(&d)
	approved, unreviewed := d.Claims[annotate.Approved], d.Claims[annotate.Unreviewed]
	if len(approved) != 13 || approved[12] != 1 || len(unreviewed) != 13 || unreviewed[12] != 2 {
		t.Errorf("13 weeks end with approved claims %v and unreviewed %v, want 1 and 2", approved, unreviewed)
	}
	if len(d.Activity) != 2 || d.Activity[0].Person != r.analyst.user || annotate.Total(d.Activity[0].Tagged) != 3 || annotate.Total(d.Activity[1].Decided) != 1 {
		t.Errorf("activity is %+v, want 3 claims of the analyst and a decision of the reviewer", d.Activity)
	}
	r.viewer.api("GET", "/projects/harbour/dashboard?range=decade", nil).problem(http.StatusUnprocessableEntity)
	r.viewer.get("/projects/harbour/dashboard").is(http.StatusOK).says("Claims by state over time", "of 3")
}
