// Command build makes the style sheets and scripts that the server serves.
//
//	go run ./build             builds dist from the folder web
//	go run ./build -watch      and again whenever something changes
//	go run ./build -tests DIR  bundles the *.test.ts into DIR, for node --test
//
// Every .ts and .svg file and every app.css is an entry point, except those
// whose name begins with an underscore and those in the folder workbench,
// which are imported by others. What the scripts say in each language, from
// language/de/scripts/*.json, becomes language/de.js.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/evanw/esbuild/pkg/api"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "build:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("build", flag.ContinueOnError)
	dir := flags.String("dir", ".", "the folder web")
	watch := flags.Bool("watch", false, "build again whenever something changes")
	tests := flags.String("tests", "", "bundle the tests into this folder instead")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch {
	case *tests != "":
		return buildTests(*dir, *tests)
	case *watch:
		return watchPages(ctx, *dir)
	default:
		return buildPages(*dir)
	}
}

func buildPages(dir string) error {
	options, err := pageOptions(dir)
	if err != nil {
		return err
	}
	if err := empty(options.Outdir); err != nil {
		return err
	}
	if err := failure(api.Build(options)); err != nil {
		return err
	}
	return buildWords(dir, options.Outdir)
}

// watchPages sees changes of the files there are. A new entry point, and new
// words, need a new start.
func watchPages(ctx context.Context, dir string) error {
	options, err := pageOptions(dir)
	if err != nil {
		return err
	}
	options.LogLevel = api.LogLevelInfo
	building, failed := api.Context(options)
	if failed != nil {
		return failed
	}
	defer building.Dispose()
	if err := buildWords(dir, options.Outdir); err != nil {
		return err
	}
	if err := building.Watch(api.WatchOptions{}); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

func pageOptions(dir string) (api.BuildOptions, error) {
	entries, err := find(dir, isPageEntry)
	return api.BuildOptions{
		EntryPoints:       entries,
		Outbase:           dir,
		Outdir:            filepath.Join(dir, "dist"),
		Bundle:            true,
		Write:             true,
		Format:            api.FormatESModule,
		Target:            api.ES2022,
		Sourcemap:         api.SourceMapLinked,
		Charset:           api.CharsetUTF8,
		Loader:            map[string]api.Loader{".svg": api.LoaderCopy, ".woff2": api.LoaderFile},
		AssetNames:        "[dir]/[name]-[hash]",
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		LogLevel:          api.LogLevelWarning,
	}, err
}

func buildTests(dir, out string) error {
	entries, err := find(dir, func(path string) bool { return strings.HasSuffix(path, ".test.ts") })
	if err != nil || len(entries) == 0 {
		return err
	}
	return failure(api.Build(api.BuildOptions{
		EntryPoints:  entries,
		Outbase:      dir,
		Outdir:       out,
		OutExtension: map[string]string{".js": ".mjs"},
		Bundle:       true,
		Write:        true,
		Platform:     api.PlatformNode,
		Format:       api.FormatESModule,
		Target:       api.ES2022,
		Sourcemap:    api.SourceMapInline,
		// Node 18, which Debian 12 has, does not yet make it a global.
		Banner:   map[string]string{"js": `globalThis.crypto ??= (await import("node:crypto")).webcrypto;`},
		LogLevel: api.LogLevelWarning,
	}))
}

func isPageEntry(path string) bool {
	folder, name := filepath.Base(filepath.Dir(path)), filepath.Base(path)
	switch {
	case folder == "workbench", strings.HasPrefix(name, "_"), strings.HasSuffix(name, ".test.ts"), strings.HasSuffix(name, ".d.ts"):
		return false
	default:
		return strings.HasSuffix(name, ".ts") || strings.HasSuffix(name, ".svg") || name == "app.css"
	}
}

func find(dir string, wanted func(path string) bool) ([]string, error) {
	var found []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == "dist"):
			return filepath.SkipDir
		case !d.IsDir() && wanted(path):
			found = append(found, path)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for entry points: %w", err)
	}
	return found, nil
}

// empty removes what an earlier build left in dir, but for .keep, which keeps
// the folder in git.
func empty(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("empty %s: %w", dir, err)
	}
	var errs []error
	for _, e := range entries {
		if e.Name() != ".keep" {
			errs = append(errs, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return errors.Join(errs...)
}

// failure is what a build complained about; esbuild has already printed it.
func failure(result api.BuildResult) error {
	if n := len(result.Errors); n > 0 {
		return fmt.Errorf("%d errors", n)
	}
	return nil
}
