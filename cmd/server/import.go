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
	Format  string   `placeholder:"FORMAT" help:"Of all files: ${formats}. By default what each shows or its name says."`
	Mapping string   `placeholder:"FILE" type:"path" help:"What the labels of another tool mean; see the command mapping."`
	DryRun  bool     `help:"Check everything, and write nothing."`
	Email   string   `help:"Who imports; by default the first admin."`
	Files   []string `arg:"" name:"file" help:"Files, zips and folders to import. - is standard input."`
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
		codebook, err := db.Codebook(ctx, project.ID, project.Codebook)
		if err != nil {
			return err
		}
		into := store.NewImport{Project: project.ID, By: by.ID, DryRun: i.DryRun}
		for _, name := range i.Files {
			if err := i.file(ctx, db, into, by, codebook, name, s); err != nil {
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

func (i importCommand) file(ctx context.Context, db *database, into store.NewImport, by annotate.User, codebook *annotate.Codebook, name string, s streams) error {
	files, err := i.open(name, s)
	if err != nil {
		return refused(name, err)
	}
	defer func() { _ = files.Close() }() // only read
	format, err := i.format(name, files)
	if err != nil {
		return fmt.Errorf("import %s: %w", name, err)
	}
	into.At = time.Now()
	corpus, report, err := format.Import(exchange.Input{Files: files, Codebook: codebook, By: by, At: into.At})
	if err != nil {
		return refused(name, err)
	}
	done, err := db.Import(ctx, into, corpus)
	if err != nil {
		return refused(name, err)
	}
	tell(s.out, report)
	fmt.Fprintln(s.out, i.report(name, done))
	return nil
}

// tell writes what became of files of another tool, a line each as compilers
// do.
func tell(out io.Writer, r *exchange.Report) {
	for _, n := range r.Notes {
		fmt.Fprintf(out, "%s:%d: %s: %s\n", n.File, n.Line, n.Outcome, n.Message)
	}
	if r.More > 0 {
		fmt.Fprintf(out, "and %d more of these\n", r.More)
	}
	for _, f := range r.Files {
		fmt.Fprintf(out, "%s: %d articles, %d annotations and %d links; %d repaired, %d refused\n", f.Name, f.Articles, f.Annotations, f.Links, f.Repaired, f.Refused)
	}
}

func (i importCommand) format(name string, files *exchange.Files) (exchange.Format, error) {
	format, err := exchange.ByName(i.Format)
	if i.Format == "" {
		format, err = exchange.Detect(files)
	}
	if err != nil && i.Format == "" && name == "-" {
		format, err = exchange.ByName("") // of standard input no name says more
	}
	if err != nil || i.Mapping == "" {
		return format, err
	}
	return withMapping(format, i.Mapping)
}

// withMapping is the format in the words of a mapping file.
func withMapping(f exchange.Format, name string) (exchange.Format, error) {
	file, err := os.ReadFile(name) //nolint:gosec // the operator names the file
	if err != nil {
		return f, err
	}
	m, err := exchange.ReadMapping(file)
	return f.With(m), err
}

// open opens a file, folder or zip. Standard input, which may be a zip too, is
// kept in a temporary file.
func (importCommand) open(name string, s streams) (*exchange.Files, error) {
	if name != "-" {
		return exchange.OpenFiles(name)
	}
	file, err := os.CreateTemp("", "onrecord-import-")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(file.Name()) // where an open file must have a name, it stays behind
	size, err := io.Copy(file, s.in)
	if err != nil {
		return nil, err
	}
	return exchange.NewFiles("", file, size)
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
