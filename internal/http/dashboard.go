package server

import (
	"context"
	"net/http"
	"slices"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/page"
)

// span is what the dashboard looks back on, by its name among [page.Ranges];
// the first of them if there is none of that name.
func (s *Server) span(name string) (annotate.Span, string) {
	i := max(0, slices.IndexFunc(page.Ranges, func(r page.Range) bool { return r.Name == name }))
	r := page.Ranges[i]
	return annotate.NewSpan(s.now(), r.Days, r.Steps), r.Name
}

func (s *Server) showDashboard(w http.ResponseWriter, r *http.Request) error {
	span, name := s.span(r.URL.Query().Get("range"))
	d, err := s.store.Dashboard(r.Context(), asker(r.Context()), span)
	if err != nil {
		return err
	}
	v := page.DashboardView{Dashboard: d, Range: name}
	if err := s.readDisagreement(r.Context(), &v); err != nil {
		return err
	}
	f := s.frame(w, r, s.language(r).T("Dashboard"))
	f.Active = page.NavDashboard
	return s.render(w, r, http.StatusOK, page.Dashboard(f, v))
}

// readDisagreement reads where analysts who work apart differ, for those who
// see the work of all.
func (s *Server) readDisagreement(ctx context.Context, v *page.DashboardView) error {
	who := asker(ctx)
	if who.Project.Mode != annotate.ModeIndependent || !who.Role.May(annotate.Reviewer) {
		return nil
	}
	a, err := s.agreementView(ctx, page.AgreementQuery{})
	if err != nil {
		return err
	}
	v.Agreement = &a
	v.Causes, err = s.causeCounts(ctx)
	return err
}

type dashboardInput struct {
	ProjectPath
	Range string `query:"range" enum:"month,quarter,year" default:"month" doc:"How far to look back: 28 days, or 13 or 52 weeks. They end with today, in UTC."`
}

type dashboardOutput struct{ Body dashboardBody }

// dashboardBody is how the work goes. Lists by step have one number a step.
type dashboardBody struct {
	Since    time.Time                      `json:"since" doc:"When the first step begins."`
	StepDays int                            `json:"step_days" doc:"How many days a step has."`
	Articles map[annotate.ArticleState]int  `json:"articles" doc:"How many are in each state now. One with a disputed claim is open or done as well."`
	Claims   map[annotate.ReviewState][]int `json:"claims" doc:"How many were in each state at the end of each step."`
	Activity []activityBody                 `json:"activity" nullable:"false" doc:"Who tagged or decided within the time, the busiest first."`
	// FirstDecisions is about claims that had their first decision.
	FirstDecisions struct {
		Claims        int `json:"claims" doc:"How many claims had their first decision within the time."`
		MedianSeconds int `json:"median_seconds" doc:"The median time from being tagged until then."`
	} `json:"first_decisions"`
	OldestUnreviewed *time.Time `json:"oldest_unreviewed,omitempty" doc:"When the claim was tagged that has waited for longest; absent if none waits."`
}

type activityBody struct {
	Person  annotate.ID `json:"person"`
	Name    string      `json:"name"`
	Tagged  []int       `json:"tagged" nullable:"false" doc:"Claims, by step."`
	Decided []int       `json:"decided" nullable:"false" doc:"Decisions, by step, imported ones aside."`
}

// apiDashboard tells how the work on a project goes.
func (s *Server) apiDashboard(ctx context.Context, in *dashboardInput) (*dashboardOutput, error) {
	span, _ := s.span(in.Range)
	d, err := s.store.Dashboard(ctx, asker(ctx), span)
	if err != nil {
		return nil, err
	}
	body := dashboardBody{
		Since: span.Since, StepDays: int(span.Step / (24 * time.Hour)), Articles: map[annotate.ArticleState]int{},
		Claims: d.States, Activity: make([]activityBody, len(d.Activity)),
	}
	for _, state := range annotate.ArticleStates {
		body.Articles[state] = d.Articles.In(state)
	}
	for i, a := range d.Activity {
		body.Activity[i] = activityBody(a)
	}
	body.FirstDecisions.Claims, body.FirstDecisions.MedianSeconds = d.Decided, int(d.Waited.Seconds())
	if !d.Oldest.IsZero() {
		body.OldestUnreviewed = &d.Oldest
	}
	return &dashboardOutput{body}, nil
}
