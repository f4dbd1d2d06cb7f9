package main

import (
	"context"
	"errors"
	"fmt"

	"onrecord.dev/internal/localdb"
	"onrecord.dev/internal/store"
)

type migrateCommand struct {
	Up     migrateUpCommand     `cmd:"" help:"Apply what is missing. The server does this when it starts."`
	Down   migrateDownCommand   `cmd:"" help:"Take the last migrations back. What only they hold is lost."`
	Status migrateStatusCommand `cmd:"" help:"Say which migration the database is at."`
}

// reached runs f on the database, whatever schema it has.
func (c *commands) reached(ctx context.Context, f func(url string) error) error {
	db, err := c.reach(ctx, localdb.Options{})
	if err != nil {
		return err
	}
	return errors.Join(f(db.url), db.close())
}

type migrateUpCommand struct{}

// Run brings the schema up to date.
func (migrateUpCommand) Run(ctx context.Context, c *commands, s streams) error {
	return c.reached(ctx, func(url string) error {
		if err := store.Migrate(ctx, url); err != nil {
			return err
		}
		return printStatus(ctx, url, s)
	})
}

type migrateDownCommand struct {
	Steps int `default:"1" help:"How many to take back."`
}

// Run takes migrations back.
func (m migrateDownCommand) Run(ctx context.Context, c *commands, s streams) error {
	return c.reached(ctx, func(url string) error {
		if err := store.MigrateDown(ctx, url, m.Steps); err != nil {
			return err
		}
		return printStatus(ctx, url, s)
	})
}

type migrateStatusCommand struct{}

// Run says where the schema is.
func (migrateStatusCommand) Run(ctx context.Context, c *commands, s streams) error {
	return c.reached(ctx, func(url string) error { return printStatus(ctx, url, s) })
}

func printStatus(ctx context.Context, url string, s streams) error {
	schema, err := store.MigrationStatus(ctx, url)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "The database is at migration %d of %d.\n", schema.Version, schema.Latest)
	if schema.Interrupted {
		fmt.Fprintln(s.out, "That migration was interrupted; onrecord migrate up mends it.")
	}
	return nil
}
