package main

import (
	"context"
	"fmt"
	"time"

	"onrecord.dev/internal/store"
)

type tokenCommand struct {
	Create tokenCreateCommand `cmd:"" help:"Make an API token and print it, and nothing else."`
}

type tokenCreateCommand struct {
	Email string `required:"" help:"Whose token it is."`
	Name  string `required:"" help:"What it is for."`
}

// Run makes the token.
func (t tokenCreateCommand) Run(ctx context.Context, c *commands, s streams) error {
	return c.with(ctx, func(db *database) error {
		user, err := db.User(ctx, t.Email)
		if err != nil {
			return fmt.Errorf("find %s: %w", t.Email, err)
		}
		_, secret, err := db.AddAPIToken(ctx, store.NewAPIToken{User: user.ID, Name: t.Name, At: time.Now()})
		if err != nil {
			return fmt.Errorf("make a token for %s: %w", t.Email, err)
		}
		fmt.Fprintln(s.out, secret)
		return nil
	})
}
