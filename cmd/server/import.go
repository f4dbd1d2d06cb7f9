package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/exchange"
	"onrecord.dev/internal/store"
)

type importCommand struct {
	Project string   `required:"" placeholder:"SLUG" help:"Project to import into."`
	Format  string   `placeholder:"FORMAT" help:"json or jsonl. By default what the name of each file says."`
	DryRun  bool     `help:"Check everything, and write nothing."`
	Email   string   `help:"Who imports; by default the first admin."`
	Files   []string `arg:"" name:"file" help:"Files to import, each whole or not at all. - is standard input."`
}

// Run imports file after file. It stops at the first that is refused.
func (i importCommand) Run(ctx context.Context, c *commands, s streams) error {
	return c.with(ctx, func(db *database) error {
		project, err := db.Project(ctx, i.Project)
		if err != nil {
			return err
		}
		by, err := i.by(ctx, db)
		if err != nil {
			return err
		}
		into := store.NewImport{Project: project.ID, By: by.ID, DryRun: i.DryRun}
		for _, name := range i.Files {
			if err := i.file(ctx, db, into, name, s); err != nil {
				return err
			}
		}
		return nil
	})
}

func (i importCommand) by(ctx context.Context, db *database) (annotate.User, error) {
	if i.Email != "" {
		return db.User(ctx, i.Email)
	}
	u, err := db.FirstAdmin(ctx)
	if err != nil {
		return u, fmt.Errorf("find an admin who imports: %w; name somebody with --email", err)
	}
	return u, nil
}

func (i importCommand) file(ctx context.Context, db *database, into store.NewImport, name string, s streams) error {
	format, err := i.format(name)
	if err != nil {
		return err
	}
	in, err := i.open(name, s)
	if err != nil {
		return err
	}
	defer in.Close()
	corpus, err := format.Read(in)
	if err != nil {
		return refused(name, err)
	}
	into.At = time.Now()
	done, err := db.Import(ctx, into, corpus)
	if err != nil {
		return refused(name, err)
	}
	fmt.Fprintln(s.out, i.report(name, done))
	return nil
}

func (i importCommand) format(name string) (exchange.Format, error) {
	if i.Format != "" || name == "-" {
		return exchange.ByName(i.Format)
	}
	return exchange.ByFile(name)
}

func (importCommand) open(name string, s streams) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(s.in), nil
	}
	return os.Open(name) //nolint:gosec // the operator names the file
}

// refused is err with the file's name before each complaint about it.
func refused(name string, err error) error {
	bad, ok := errors.AsType[annotate.BadFile](err)
	if !ok {
		return fmt.Errorf("import %s: %w", name, err)
	}
	lines := make([]string, len(bad))
	for i, b := range bad {
		lines[i] = name + ": " + b.Error()
	}
	return fmt.Errorf("nothing was imported:\n%s", strings.Join(lines, "\n"))
}

func (i importCommand) report(name string, n store.Imported) string {
	verb := "imported"
	if i.DryRun {
		verb = "would import"
	}
	return fmt.Sprintf("%s: %s %d articles, %d annotations, %d links, %d entities and %d people; %d articles were there already",
		name, verb, n.Articles, n.Annotations, n.Links, n.Entities, n.People, n.Unchanged)
}
