package browsertest

import (
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/demo"
	"onrecord.dev/internal/store"
)

// demonstration plays the demonstration project into one of the app's, by
// members of its own: everything that pages can show is in it somewhere.
type demonstration struct {
	annotate.Project
	script *demo.Project
	people map[annotate.Role]*person
	clock  time.Time
}

func (a *app) demonstration() *demonstration {
	a.tb.Helper()
	d := &demonstration{
		Project: a.project("papers", "The Harbour Papers"), people: map[annotate.Role]*person{},
		script: must(demo.New(store.NewID))(a.tb), clock: time.Now().Add(-240 * time.Hour),
	}
	for _, role := range annotate.Roles {
		d.people[role] = a.member(d.Project, role, map[annotate.Role]string{
			annotate.Viewer: "Vera Viewer", annotate.Analyst: "Ana Analyst", annotate.Reviewer: "Rolf Reviewer", annotate.Manager: "Mona Manager",
		}[role])
	}
	for _, e := range d.script.Entities {
		e.CreatedBy = d.people[annotate.Manager].id
		must(a.store.AddEntity(a.tb.Context(), d.ID, e, d.later()))(a.tb)
	}
	for _, story := range d.script.Stories {
		d.tell(a, story)
	}
	return d
}

func (d *demonstration) later() time.Time {
	d.clock = d.clock.Add(time.Minute)
	return d.clock
}

func (d *demonstration) tell(a *app, story demo.Story) {
	a.tb.Helper()
	story.Article.CreatedBy = d.people[story.AddedBy].id
	must(a.store.AddArticle(a.tb.Context(), d.ID, story.Article, story.Text, d.later()))(a.tb)
	versions := map[annotate.ID]int{}
	for _, step := range story.Steps {
		by, at := d.people[step.By].id, d.later()
		switch {
		case step.Review != nil:
			r := *step.Review
			r.Reviewer, r.CreatedAt, r.Version = by, at, versions[r.Claim]
			must(a.store.Decide(a.tb.Context(), d.ID, r))(a.tb)
		case step.Comment != nil:
			c := *step.Comment
			c.Author, c.CreatedAt = by, at
			must(a.store.AddComment(a.tb.Context(), store.Operator(d.Project), c))(a.tb)
		default:
			for _, op := range step.Operations {
				if op.Annotation != nil {
					op.Annotation.Version = versions[op.Annotation.ID]
				}
			}
			done := must(a.store.Append(a.tb.Context(), d.ID, story.Article.ID, store.Shared,
				annotate.ChangeSet{ID: store.NewID(), Author: by, At: at, Operations: step.Operations}))(a.tb)
			for _, op := range done.Operations {
				if op.Annotation != nil {
					versions[op.Annotation.ID] = op.Annotation.Version
				}
			}
		}
	}
}
