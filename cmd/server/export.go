package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/exchange"
	"onrecord.dev/internal/store"
)

type exportCommand struct {
	Project string   `required:"" placeholder:"SLUG" help:"Project to export."`
	Format  string   `placeholder:"FORMAT" help:"One of ${formats}. By default json or jsonl, as the name of --output says, or json."`
	Mapping string   `placeholder:"FILE" type:"path" help:"What our kinds and roles are called in another tool; see the command mapping."`
	Article []string `placeholder:"ID" help:"Only this article; may be repeated."`
	State   string   `placeholder:"STATE" help:"Only claims in this state, and what they lead to: unreviewed, approved, disputed, rejected or changes_requested."`
	Set     string   `placeholder:"SET" help:"Whose annotations, where analysts have sets of their own: adjudicated, which it is by default, or the id of an analyst."`
	Output  string   `short:"o" placeholder:"FILE" type:"path" help:"Write to this file, which is there only once it is whole. By default to standard output."`
}

// Run writes the export.
func (e exportCommand) Run(ctx context.Context, c *commands, s streams) error {
	format, err := e.format()
	if err == nil && e.Mapping != "" {
		format, err = withMapping(format, e.Mapping)
	}
	if err != nil {
		return err
	}
	filter, err := e.filter()
	if err != nil {
		return err
	}
	return c.with(ctx, func(db *database) error {
		project, err := db.Project(ctx, e.Project)
		if err != nil {
			return err
		}
		return e.to(s.out, func(w io.Writer) error {
			err := db.Export(ctx, store.Operator(project), filter, func(corpus annotate.Corpus) error { return format.Write(w, corpus, time.Now()) })
			if errors.Is(err, annotate.ErrNotFound) {
				return fmt.Errorf("the project %s has no such article: %w", e.Project, err)
			}
			return err
		})
	})
}

func (e exportCommand) format() (exchange.Format, error) {
	if e.Format == "" && e.Output != "" {
		if f, err := exchange.ByFile(e.Output); err == nil {
			return f, nil
		}
	}
	return exchange.ByName(e.Format)
}

func (e exportCommand) filter() (f store.ExportFilter, err error) {
	f.State = annotate.ReviewState(e.State)
	if f.State != "" && !slices.Contains(annotate.ReviewStates, f.State) {
		return f, fmt.Errorf("there is no state %q; use unreviewed, approved, disputed, rejected or changes_requested", e.State)
	}
	if e.Set != "" {
		if f.Hand, err = annotate.ParseHand(e.Set); err != nil {
			return f, fmt.Errorf("%q is no set; use shared, adjudicated, or the id of an analyst", e.Set)
		}
	}
	for _, raw := range e.Article {
		id, err := annotate.ParseID(raw)
		if err != nil {
			return f, fmt.Errorf("%q is not the id of an article", raw)
		}
		f.Articles = append(f.Articles, id)
	}
	return f, nil
}

// to has write write to the output, which gets its name only when all of it
// is there.
func (e exportCommand) to(standard io.Writer, write func(io.Writer) error) (err error) {
	if e.Output == "" || e.Output == "-" {
		return write(standard)
	}
	file, err := os.CreateTemp(filepath.Dir(e.Output), "."+filepath.Base(e.Output)+"-")
	if err != nil {
		return fmt.Errorf("write %s: %w", e.Output, err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	if err := errors.Join(write(file), file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), e.Output)
}
