package main

import (
	"context"
	"fmt"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

type projectCommand struct {
	Create projectCreateCommand `cmd:"" help:"Make a project."`
}

type projectCreateCommand struct {
	Slug  string `arg:"" help:"Its name in addresses, such as peace-plan."`
	Name  string `required:"" help:"Its name."`
	Email string `help:"Who becomes its manager; by default the first admin."`
}

// Run makes the project.
func (p projectCreateCommand) Run(ctx context.Context, c *commands, s streams) error {
	return c.with(ctx, func(db *database) error {
		manager, err := p.manager(ctx, db)
		if err != nil {
			return err
		}
		project, err := db.AddProject(ctx, store.NewProject{Slug: p.Slug, Name: p.Name, Creator: manager.ID, At: time.Now()})
		if err != nil {
			return fmt.Errorf("make project %s: %w", p.Slug, err)
		}
		fmt.Fprintln(s.out, project.ID)
		return nil
	})
}

func (p projectCreateCommand) manager(ctx context.Context, db *database) (annotate.User, error) {
	if p.Email != "" {
		u, err := db.User(ctx, p.Email)
		if err != nil {
			return u, fmt.Errorf("find %s: %w", p.Email, err)
		}
		return u, nil
	}
	u, err := db.FirstAdmin(ctx)
	if err != nil {
		return u, fmt.Errorf("find an admin to manage the project: %w; add one with: onrecord user add --admin", err)
	}
	return u, nil
}
