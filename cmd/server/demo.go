package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/demo"
	"onrecord.dev/internal/store"
)

type demoCommand struct{}

// Run makes the demonstration project, unless it is there, and says how to
// look at it.
func (demoCommand) Run(ctx context.Context, c *commands, s streams) error {
	base, err := c.localURL()
	if err != nil {
		return err
	}
	base = cmp.Or(c.BaseURL, base)
	return c.with(ctx, func(db *database) error {
		project, err := demo.New(store.NewID)
		if err != nil {
			return fmt.Errorf("read the demonstration: %w", err)
		}
		p := &performance{db: db.Store, script: project, out: s, people: map[annotate.Role]annotate.ID{}}
		switch _, err := db.Project(ctx, project.Slug); {
		case err == nil:
			fmt.Fprintf(s.out, "The demonstration is there already:\n\n  %s/projects/%s\n", base, project.Slug)
			return nil
		case !errors.Is(err, annotate.ErrNotFound):
			return err
		}
		if err := p.perform(ctx); err != nil {
			return fmt.Errorf("make the demonstration: %w", err)
		}
		fmt.Fprintf(s.out, "\nLook at it where the server is (onrecord serve, if it does not run yet):\n\n  %s/projects/%s\n", base, project.Slug)
		return nil
	})
}

// performance is the demonstration project on its way into the store.
type performance struct {
	db     *store.Store
	script *demo.Project
	out    streams
	id     annotate.ID
	people map[annotate.Role]annotate.ID
	clock  time.Time
}

// stepTime is how long people take for a step. The last is done now.
const stepTime = 11 * time.Minute

func (p *performance) perform(ctx context.Context) error {
	steps := 0
	for _, story := range p.script.Stories {
		steps += 1 + len(story.Steps)
	}
	p.clock = time.Now().Add(-time.Duration(steps+1) * stepTime)
	if err := p.addPeople(ctx); err != nil {
		return err
	}
	if err := p.addProject(ctx); err != nil {
		return err
	}
	claims := 0
	for _, story := range p.script.Stories {
		tagged, err := p.tell(ctx, story)
		if err != nil {
			return fmt.Errorf("%q: %w", story.Article.Headline, err)
		}
		claims += tagged
	}
	fmt.Fprintf(p.out.out, "\n%q has %d articles with %d claims, reviewed in part.\n", p.script.Name, len(p.script.Stories), claims)
	return nil
}

// addPeople makes the accounts and says how to use them. One that is there
// already keeps its password.
func (p *performance) addPeople(ctx context.Context) error {
	table := tabwriter.NewWriter(p.out.out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "Sign in as any of these. The passwords are not shown again.\n\n  role\te-mail\tpassword\tname")
	for _, person := range p.script.People {
		password := newPassword()
		u, err := p.db.AddUser(ctx, store.NewUser{Email: person.Email, Name: person.Name, Password: password, At: p.clock})
		if errors.Is(err, annotate.ErrExists) {
			password = "(as it was)"
			u, err = p.db.User(ctx, person.Email)
		}
		if err != nil {
			return err
		}
		p.people[person.Role] = u.ID
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", person.Role, person.Email, password, person.Name)
	}
	return table.Flush()
}

// newPassword makes a password of 80 random bits that can be typed.
func newPassword() string {
	s := strings.ToLower(rand.Text())
	return s[0:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:16]
}

func (p *performance) addProject(ctx context.Context) error {
	project, err := p.db.AddProject(ctx, store.NewProject{Slug: p.script.Slug, Name: p.script.Name, Creator: p.people[annotate.Manager], At: p.clock})
	if err != nil {
		return err
	}
	p.id = project.ID
	for role, id := range p.people {
		if _, err := p.db.SetMember(ctx, store.NewMember{Project: p.id, Who: string(id), Role: role, At: p.clock}); err != nil {
			return err
		}
	}
	for _, e := range p.script.Entities {
		e.CreatedBy = p.people[annotate.Manager]
		if _, err := p.db.AddEntity(ctx, p.id, e, p.clock); err != nil {
			return err
		}
	}
	return nil
}

// later moves the clock on by a step and reads it.
func (p *performance) later() time.Time {
	p.clock = p.clock.Add(stepTime)
	return p.clock
}

// tell adds a story and takes its steps. It returns the number of its claims.
func (p *performance) tell(ctx context.Context, story demo.Story) (claims int, err error) {
	story.Article.CreatedBy = p.people[story.AddedBy]
	if _, err := p.db.AddArticle(ctx, p.id, story.Article, story.Text, p.later()); err != nil {
		return 0, err
	}
	seen := map[annotate.ID]annotate.Annotation{}
	for i, step := range story.Steps {
		if err := p.take(ctx, story.Article.ID, step, seen); err != nil {
			return 0, fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	for _, a := range seen {
		if a.Kind == annotate.Claim {
			claims++
		}
	}
	return claims, nil
}

// take takes a step on what was seen to be there, and sees what it has done.
func (p *performance) take(ctx context.Context, article annotate.ID, step demo.Step, seen map[annotate.ID]annotate.Annotation) error {
	by, at := p.people[step.By], p.later()
	switch {
	case step.Review != nil:
		r := *step.Review
		r.Reviewer, r.CreatedAt, r.Version = by, at, seen[r.Claim].Version
		_, err := p.db.Decide(ctx, p.id, r)
		return err
	case step.Comment != nil:
		m := *step.Comment
		m.Author, m.CreatedAt = by, at
		_, err := p.db.AddComment(ctx, store.Operator(annotate.Project{ID: p.id}), m)
		return err
	}
	cs := annotate.ChangeSet{ID: store.NewID(), Author: by, At: at, Operations: step.Operations}
	for _, op := range cs.Operations {
		if op.Annotation != nil {
			op.Annotation.Version = seen[op.Annotation.ID].Version
		}
	}
	done, err := p.db.Append(ctx, p.id, article, store.Shared, cs)
	if err != nil {
		return err
	}
	for _, op := range done.Operations {
		if op.Annotation != nil {
			seen[op.Annotation.ID] = *op.Annotation
		}
	}
	return nil
}
