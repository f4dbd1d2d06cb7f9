// Package internal_test holds the house to its floor plan.
package internal_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "onrecord.dev/"

// floorplan says for each package which others of ours it may import. A new
// package fails the test until it has its line here; the line is where one
// thinks about whether it should.
var floorplan = map[string][]string{
	"cmd/server": {
		"internal/annotate", "internal/demo", "internal/exchange", "internal/http", "internal/localdb",
		"internal/mail", "internal/store", "web",
	},
	"internal":                 {}, // this test
	"internal/adjudicate":      {"internal/agreement", "internal/annotate"},
	"internal/agreement":       {"internal/annotate"},
	"internal/annotate":        {},
	"internal/browsertest":     {"internal/annotate", "internal/demo", "internal/http", "internal/store", "internal/store/storetest", "web", "web/language"},
	"internal/demo":            {"internal/annotate"},
	"internal/exchange":        {"internal/annotate"},
	"internal/find":            {"internal/annotate"},
	"internal/http":            {"internal/adjudicate", "internal/agreement", "internal/annotate", "internal/exchange", "internal/mail", "internal/store", "web", "web/language", "web/page"},
	"internal/localdb":         {},
	"internal/mail":            {},
	"internal/store":           {"internal/annotate", "internal/find", "migrations"},
	"internal/store/storetest": {"internal/annotate", "internal/localdb", "internal/store", "migrations"},
	"migrations":               {},
	"web":                      {},
	"web/build":                {},
	"web/language":             {},
	"web/page":                 {"internal/adjudicate", "internal/agreement", "internal/annotate", "web/language", "web/ui"},
	"web/ui":                   {"web/language"},
}

// testsMayAlso are imports that only a package's own tests have.
var testsMayAlso = []string{"internal/store/storetest", "internal/localdb", "internal/exchange", "internal/http", "internal/store", "web"}

// packageListing is what the test reads of go list's account of a package.
type packageListing struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
}

func TestPackagesImportOnlyWhatTheFloorplanAllows(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		may, known := floorplan[name]
		if !known {
			t.Errorf("%s has no line in the floor plan", name)
			continue
		}
		for _, imported := range ours(p.Imports) {
			if !slices.Contains(may, imported) {
				t.Errorf("%s imports %s, which the floor plan does not allow", name, imported)
			}
		}
		for _, imported := range ours(slices.Concat(p.TestImports, p.XTestImports)) {
			if imported != name && !slices.Contains(may, imported) && !slices.Contains(testsMayAlso, imported) {
				t.Errorf("the tests of %s import %s, which the floor plan does not allow", name, imported)
			}
		}
	}
}

// annotate is the domain: it does no I/O, reads no clock and makes no random
// choices, so it has no business with the packages that do.
func TestTheDomainNeedsLittle(t *testing.T) {
	for _, p := range packages(t) {
		if p.ImportPath != module+"internal/annotate" {
			continue
		}
		for _, imported := range p.Imports {
			if slices.Contains([]string{"os", "net/http", "database/sql", "log", "log/slog", "math/rand", "math/rand/v2", "crypto/rand"}, imported) {
				t.Errorf("annotate imports %s", imported)
			}
			if strings.Contains(imported, ".") && !strings.HasPrefix(imported, "github.com/clipperhouse/uax29/") {
				t.Errorf("annotate imports %s; it may use the standard library and uax29", imported)
			}
		}
	}
}

// agreement measures and does nothing else: chance is an argument.
func TestAgreementNeedsLittle(t *testing.T) {
	for _, p := range packages(t) {
		if p.ImportPath != module+"internal/agreement" {
			continue
		}
		for _, imported := range p.Imports {
			if slices.Contains([]string{"os", "io", "time", "net/http", "database/sql", "log", "log/slog", "crypto/rand"}, imported) {
				t.Errorf("agreement imports %s", imported)
			}
			if strings.Contains(imported, ".") && imported != module+"internal/annotate" {
				t.Errorf("agreement imports %s; it may use the standard library and annotate", imported)
			}
		}
	}
}

// The builder of assets is a tool: its 8 MB are not to be in the program.
func TestTheProgramDoesNotLinkEsbuild(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "../cmd/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), "github.com/evanw/esbuild") {
		t.Error("cmd links esbuild")
	}
}

func packages(t *testing.T) []packageListing {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports", "../...")
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var found []packageListing
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p packageListing
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, p)
	}
}

func ours(imports []string) []string {
	var found []string
	for _, path := range imports {
		if rest, ok := strings.CutPrefix(path, module); ok {
			found = append(found, rest)
		}
	}
	return found
}
