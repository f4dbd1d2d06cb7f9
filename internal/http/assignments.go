package server

import (
	"context"
	"errors"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// AssignmentJSON is an assignment in the API. Exported, as huma passes over
// embedded types that are not.
type AssignmentJSON struct {
	Article    annotate.ID              `json:"article" format:"uuid"`
	Analyst    annotate.ID              `json:"analyst" format:"uuid"`
	State      annotate.AssignmentState `json:"state" doc:"not_started, in_progress, returned or done."`
	Due        string                   `json:"due,omitempty" doc:"The last day; absent if there is none." example:"2026-11-30"`
	Note       string                   `json:"note,omitempty" doc:"Why it was returned."`
	AssignedBy annotate.ID              `json:"assigned_by" doc:"The analyst, if they took it from the pool."`
	AssignedAt time.Time                `json:"assigned_at"`
	StartedAt  *time.Time               `json:"started_at,omitempty"`
	DoneAt     *time.Time               `json:"done_at,omitempty"`
}

func newAssignmentJSON(w annotate.Assignment) AssignmentJSON {
	return AssignmentJSON{
		Article: w.Article, Analyst: w.Analyst, State: w.State, Due: w.DueOn, Note: w.Note, AssignedBy: w.AssignedBy,
		AssignedAt: w.AssignedAt.UTC(), StartedAt: inUTC(w.StartedAt), DoneAt: inUTC(w.DoneAt),
	}
}

func inUTC(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	return new(t.UTC())
}

type listedAssignmentJSON struct {
	AssignmentJSON
	Headline    string     `json:"headline" doc:"The article's."`
	Name        string     `json:"name" doc:"The analyst's."`
	Annotations int        `json:"annotations" doc:"Those of the analyst's own set, or of the shared one."`
	LastActive  *time.Time `json:"last_active,omitempty" doc:"When the analyst last did something about it; absent before they began."`
}

// today is the day on which something is due or overdue.
func (s *Server) today() string { return s.now().UTC().Format(time.DateOnly) }

type assignmentsInput struct {
	ProjectPath
	Analyst string `query:"analyst" format:"uuid" doc:"Those of this person. Below a reviewer one is told of one's own alone."`
	Article string `query:"article" format:"uuid" doc:"Those of this article."`
	State   string `query:"state" enum:"not_started,in_progress,returned,done"`
	Overdue bool   `query:"overdue" doc:"Those that are not done and whose last day is over."`
	Idle    int    `query:"idle_days" minimum:"1" maximum:"3650" doc:"Those begun or returned and not done, about which nothing was done for so many days."`
	Limit   int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor  string `query:"cursor" doc:"The next of an earlier answer."`
}

func (s *Server) assignmentFilter(overdue bool, idleDays int) store.AssignmentFilter {
	var f store.AssignmentFilter
	if overdue {
		f.DueBefore = s.today()
	}
	if idleDays > 0 {
		f.IdleSince = s.now().AddDate(0, 0, -idleDays)
	}
	return f
}

type assignmentsOutput struct {
	Body struct {
		Items []listedAssignmentJSON `json:"items" nullable:"false" doc:"Those made first first."`
		Next  string                 `json:"next,omitempty" doc:"Send it back as cursor to read on; absent at the end."`
	}
}

// apiListAssignments lists who is to annotate what.
func (s *Server) apiListAssignments(ctx context.Context, in *assignmentsInput) (*assignmentsOutput, error) {
	f := s.assignmentFilter(in.Overdue, in.Idle)
	f.Analyst, f.Article, f.State, f.Limit, f.Cursor = lower(in.Analyst), lower(in.Article), annotate.AssignmentState(in.State), in.Limit, in.Cursor
	found, err := s.store.Assignments(ctx, asker(ctx), f)
	if err != nil {
		return nil, err
	}
	out := &assignmentsOutput{}
	out.Body.Items, out.Body.Next = make([]listedAssignmentJSON, len(found.Items)), found.Next
	for i, w := range found.Items {
		out.Body.Items[i] = listedAssignmentJSON{newAssignmentJSON(w.Assignment), w.Headline, w.Name, w.Annotations, inUTC(w.LastActive)}
	}
	return out, nil
}

type workloadJSON struct {
	Analyst    annotate.ID `json:"analyst"`
	Name       string      `json:"name"`
	NotStarted int         `json:"not_started"`
	InProgress int         `json:"in_progress"`
	Returned   int         `json:"returned"`
	Done       int         `json:"done"`
	Overdue    int         `json:"overdue" doc:"Of those that are not done."`
}

type workloadsOutput struct {
	Body struct {
		Items []workloadJSON `json:"items" nullable:"false" doc:"Everybody to whom something is assigned, by name."`
	}
}

// apiListWorkloads tells how far everybody has come.
func (s *Server) apiListWorkloads(ctx context.Context, _ *ProjectPath) (*workloadsOutput, error) {
	loads, err := s.store.Workloads(ctx, asker(ctx).Project.ID, s.today())
	if err != nil {
		return nil, err
	}
	out := &workloadsOutput{}
	out.Body.Items = make([]workloadJSON, len(loads))
	for i, l := range loads {
		out.Body.Items[i] = workloadJSON(l)
	}
	return out, nil
}

type nextInput struct {
	ProjectPath
	Body struct {
		But annotate.ID `json:"but,omitempty" format:"uuid" doc:"The article that is open: another one is wanted."`
	}
}

type nextOutput struct {
	Body struct {
		Assignment *AssignmentJSON `json:"assignment,omitempty" doc:"What to annotate next, which is in progress now. Absent if there is nothing left, or if the pool waits for what you have begun."`
		Unfinished bool            `json:"unfinished" doc:"The pool has nothing for you until you have finished what you have begun."`
	}
}

// apiNext finds the article to annotate next.
func (s *Server) apiNext(ctx context.Context, in *nextInput) (*nextOutput, error) {
	w, err := s.store.Next(ctx, asker(ctx), lower(string(in.Body.But)), s.now())
	out := &nextOutput{}
	switch {
	case errors.Is(err, store.ErrUnfinished):
		out.Body.Unfinished = true
	case errors.Is(err, annotate.ErrNotFound):
	case err != nil:
		return nil, err
	default:
		out.Body.Assignment = new(newAssignmentJSON(w))
	}
	return out, nil
}

type dealInput struct {
	ProjectPath
	DryRun bool `query:"dry_run" doc:"Tell what would be assigned, and assign nothing."`
	Body   struct {
		Way      store.DealWay `json:"way" enum:"all,even,random" doc:"all: each of the articles to each of the analysts. even: in the order of the articles to those who have least to do and have met least often. random: likewise, in an order that chance gives."`
		Articles []annotate.ID `json:"articles,omitempty" maxItems:"10000" doc:"All that have fewer analysts than each, if absent. For all, name them."`
		Analysts []annotate.ID `json:"analysts" minItems:"1" maxItems:"1000" nullable:"false" doc:"Members from analyst up."`
		Each     int           `json:"each,omitempty" minimum:"1" maximum:"20" doc:"How many analysts each article is to have, those it has counted. Not for all."`
		Due      string        `json:"due,omitempty" doc:"The last day." example:"2026-11-30"`
		Seed     uint64        `json:"seed,omitempty" doc:"For random: the same seed deals the same."`
	}
}

type dealOutput struct {
	Body struct {
		Assigned int         `json:"assigned" doc:"How many assignments were made. Whoever had an article already keeps it."`
		Analysts []dealtJSON `json:"analysts" nullable:"false"`
	}
}

type dealtJSON struct {
	Analyst  annotate.ID `json:"analyst"`
	Articles int         `json:"articles"`
}

// apiDeal deals articles out.
func (s *Server) apiDeal(ctx context.Context, in *dealInput) (*dealOutput, error) {
	d := store.Deal{Way: in.Body.Way, Each: in.Body.Each, Seed: in.Body.Seed, DueOn: in.Body.Due, At: s.now(), DryRun: in.DryRun}
	for _, id := range in.Body.Articles {
		d.Articles = append(d.Articles, lower(string(id)))
	}
	for _, id := range in.Body.Analysts {
		d.Analysts = append(d.Analysts, lower(string(id)))
	}
	dealt, err := s.store.Deal(ctx, asker(ctx), d)
	if err != nil {
		return nil, err
	}
	out := &dealOutput{}
	out.Body.Assigned, out.Body.Analysts = dealt.All(), []dealtJSON{}
	for _, id := range d.Analysts {
		if n, ok := dealt[id]; ok {
			out.Body.Analysts = append(out.Body.Analysts, dealtJSON{id, n})
		}
	}
	return out, nil
}

type reclaimInput struct {
	ProjectPath
	Body struct {
		Idle    int  `json:"idle_days,omitempty" minimum:"1" maximum:"3650" doc:"What was begun or returned, and nothing was done about for so many days."`
		Overdue bool `json:"overdue,omitempty" doc:"What is not done and whose last day is over."`
	}
}

type reclaimOutput struct {
	Body struct {
		Reclaimed int `json:"reclaimed" doc:"How many assignments were taken back. What was annotated stays."`
	}
}

// apiReclaim takes back what was abandoned.
func (s *Server) apiReclaim(ctx context.Context, in *reclaimInput) (*reclaimOutput, error) {
	n, err := s.store.Reclaim(ctx, asker(ctx), s.assignmentFilter(in.Body.Overdue, in.Body.Idle))
	if err != nil {
		return nil, err
	}
	out := &reclaimOutput{}
	out.Body.Reclaimed = n
	return out, nil
}

// AssignmentPath names an assignment in the path.
type AssignmentPath struct {
	ArticlePath
	Analyst string `path:"analyst" format:"uuid" doc:"The analyst's id."`
}

type changeAssignmentInput struct {
	AssignmentPath
	Body struct {
		State annotate.AssignmentState `json:"state,omitempty" enum:"in_progress,done,returned" doc:"in_progress and done say analysts of their own, returned says a manager of what is done. Where each analyst has a set of their own, only a manager takes done back: it opens the others' sets."`
		Note  string                   `json:"note,omitempty" doc:"Why it is returned."`
		Due   *string                  `json:"due,omitempty" doc:"Another last day, set by a manager; empty for none." example:"2026-11-30"`
	}
}

type assignmentOutput struct{ Body AssignmentJSON }

// apiChangeAssignment puts an assignment in another state, or gives it another
// last day.
func (s *Server) apiChangeAssignment(ctx context.Context, in *changeAssignmentInput) (*assignmentOutput, error) {
	a, pair := asker(ctx), annotate.Assignment{Article: lower(in.Article), Analyst: lower(in.Analyst)}
	if in.Body.Due != nil {
		if !a.Role.May(annotate.Manager) {
			return nil, refusedRole{annotate.Manager}
		}
		if _, err := s.store.SetDue(ctx, a, []annotate.Assignment{pair}, *in.Body.Due); err != nil {
			return nil, err
		}
	}
	if in.Body.State != "" {
		w, err := s.store.ChangeAssignment(ctx, a, store.AssignmentChange{
			Article: pair.Article, Analyst: pair.Analyst, State: in.Body.State, Note: in.Body.Note, At: s.now(),
		})
		return &assignmentOutput{newAssignmentJSON(w)}, err
	}
	if pair.Analyst != a.User.ID && !a.Role.May(annotate.Reviewer) {
		return nil, annotate.ErrNotFound
	}
	w, err := s.store.Assignment(ctx, a.Project.ID, pair.Article, pair.Analyst)
	return &assignmentOutput{newAssignmentJSON(w)}, err
}

// apiWithdraw takes an assignment back.
func (s *Server) apiWithdraw(ctx context.Context, in *AssignmentPath) (*struct{}, error) {
	n, err := s.store.Withdraw(ctx, asker(ctx), []annotate.Assignment{{Article: lower(in.Article), Analyst: lower(in.Analyst)}})
	if err == nil && n == 0 {
		err = annotate.ErrNotFound
	}
	return nil, err
}

type takeOutput struct{ Body AssignmentJSON }

// apiTake takes an article of the pool.
func (s *Server) apiTake(ctx context.Context, in *ArticlePath) (*takeOutput, error) {
	w, err := s.store.Take(ctx, asker(ctx), lower(in.Article), s.now())
	return &takeOutput{newAssignmentJSON(w)}, err
}
