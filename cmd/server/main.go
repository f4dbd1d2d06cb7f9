// Command server is Onrecord: the web server, and the commands an operator
// needs beside it. Without arguments it serves.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/exchange"
	"onrecord.dev/internal/localdb"
	"onrecord.dev/internal/store"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, streams{os.Stdin, os.Stdout, os.Stderr}); err != nil {
		fmt.Fprintln(os.Stderr, "onrecord:", plain(err))
		stop()
		os.Exit(1) //nolint:gocritic // stop has run
	}
}

// streams are what a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// commands is the whole command line.
type commands struct {
	Serve       serveCommand       `cmd:"" default:"withargs" help:"Serve the web pages and the API (the default)."`
	Migrate     migrateCommand     `cmd:"" help:"Bring the database's schema up to date, or take it back."`
	User        userCommand        `cmd:"" help:"Work on accounts."`
	Token       tokenCommand       `cmd:"" help:"Work on API tokens."`
	Project     projectCommand     `cmd:"" help:"Work on projects."`
	Demo        demoCommand        `cmd:"" help:"Make a project to look around in, with articles that are tagged and reviewed."`
	Import      importCommand      `cmd:"" help:"Import files into a project."`
	Export      exportCommand      `cmd:"" help:"Export a project."`
	Mapping     mappingCommand     `cmd:"" help:"Write the mapping file of a format, to begin one's own with."`
	Healthcheck healthcheckCommand `cmd:"" help:"Ask the running server whether it is ready; exit 1 if it is not."`

	DatabaseURL string `name:"database-url" env:"DATABASE_URL" help:"PostgreSQL to use. Unset: a private one, kept in --data."`
	Data        string `env:"ONRECORD_DATA" default:"./data" type:"path" help:"Folder of the private PostgreSQL."`
	Addr        string `env:"ONRECORD_ADDR" default:"127.0.0.1:8080" help:"Address to serve on."`
	BaseURL     string `name:"base-url" env:"ONRECORD_BASE_URL" help:"Address people use, such as https://onrecord.example.org."`
	// Proxies in front say whom they ask for in X-Forwarded-For.
	TrustedProxies []string `env:"ONRECORD_TRUSTED_PROXIES" help:"Addresses or ranges of proxies in front, such as 10.0.0.0/8: they are believed when they say for whom they ask."`
	MailFrom       string   `name:"smtp-from" env:"ONRECORD_SMTP_FROM" help:"Whom mail comes from, such as Onrecord <onrecord@example.org>."`
	AdminEmail     string   `env:"ONRECORD_ADMIN_EMAIL" help:"First admin, made while there is none."`
	// Not a flag: it would be seen in the list of processes.
	AdminPassword string `kong:"-"`
	// Nor this, for the same reason: its address has a password.
	MailServer string `kong:"-"`
}

// run is the program, for main and for tests. It returns when the command is
// done or ctx ends.
func run(ctx context.Context, args []string, getenv func(string) string, s streams) error {
	var c commands
	exit := -1
	parser, err := kong.New(&c,
		kong.Name("onrecord"),
		kong.Description("Who said what, according to whom: a web app for annotating news."),
		kong.UsageOnError(),
		kong.Vars{"formats": strings.Join(exchange.Names(), ", ")},
		kong.Writers(s.out, s.err),
		kong.Exit(func(code int) { exit = code }),
		kong.Resolvers(environment(getenv)),
	)
	if err != nil {
		return err
	}
	parsed, err := parser.Parse(args)
	if exit >= 0 { // the help was asked for
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w; see onrecord --help", err)
	}
	c.AdminPassword = getenv("ONRECORD_ADMIN_PASSWORD")
	c.MailServer = getenv("ONRECORD_SMTP_URL")
	parsed.BindTo(ctx, (*context.Context)(nil))
	return parsed.Run(&c, s)
}

// environment has kong ask getenv, which a test may replace, where it would
// ask the process.
func environment(getenv func(string) string) kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		for _, name := range flag.Envs {
			if value := getenv(name); value != "" {
				return value, nil
			}
		}
		return nil, nil //nolint:nilnil // kong's way to say that there is none
	})
}

// database is a database ready for use.
type database struct {
	*store.Store
	url     string
	cluster *localdb.Cluster // nil with --database-url
}

// open opens the database and brings its schema up to date.
func (c *commands) open(ctx context.Context, options localdb.Options) (*database, error) {
	db, err := c.reach(ctx, options)
	if err != nil {
		return nil, err
	}
	if err := store.Migrate(ctx, db.url); err != nil {
		return nil, errors.Join(err, db.close())
	}
	if db.Store, err = store.Open(ctx, db.url); err != nil {
		return nil, errors.Join(err, db.close())
	}
	return db, nil
}

// reach finds the database, and starts the private one if there is no other.
func (c *commands) reach(ctx context.Context, options localdb.Options) (*database, error) {
	if c.DatabaseURL != "" {
		return &database{url: c.DatabaseURL}, nil
	}
	cluster, err := localdb.Open(ctx, c.Data, options)
	if err != nil {
		return nil, err
	}
	return &database{url: cluster.URL(), cluster: cluster}, nil
}

func (d *database) close() error {
	if d.Store != nil {
		d.Close()
	}
	if d.cluster == nil {
		return nil
	}
	return d.cluster.Close()
}

// with runs f on the database, for commands.
func (c *commands) with(ctx context.Context, f func(*database) error) error {
	db, err := c.open(ctx, localdb.Options{})
	if err != nil {
		return err
	}
	return errors.Join(f(db), db.close())
}

// plain is err in words for the operator.
func plain(err error) string {
	if bad, ok := errors.AsType[annotate.Invalid](err); ok {
		return bad.Error()
	}
	return err.Error()
}
