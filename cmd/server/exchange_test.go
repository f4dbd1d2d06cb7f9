package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"onrecord.dev/internal/store"
	"onrecord.dev/internal/store/storetest"
)

// onrecord runs a command on the database at url.
func onrecord(t *testing.T, url string, in io.Reader, args ...string) (string, error) {
	t.Helper()
	env := map[string]string{"DATABASE_URL": url}
	var out bytes.Buffer
	err := run(t.Context(), args, func(name string) string { return env[name] }, streams{in, &out, io.Discard})
	return out.String(), err
}

func mustRun(t *testing.T, url string, in io.Reader, args ...string) string {
	t.Helper()
	out, err := onrecord(t, url, in, args...)
	if err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	return out
}

// withProjects is a database with the demonstration and two empty projects.
func withProjects(t *testing.T) (url string) {
	t.Helper()
	url = storetest.URL(t)
	runDemo(t, url)
	s, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	manager, err := s.User(t.Context(), "manager@demo.example")
	if err != nil {
		t.Fatal(err)
	}
	for _, slug := range []string{"first", "second"} {
		if _, err := s.AddProject(t.Context(), store.NewProject{Slug: slug, Name: slug, Creator: manager.ID, At: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	return url
}

var exportedAt = regexp.MustCompile(`"exported_at":"[^"]*"`)

func timeless(file string) string { return exportedAt.ReplaceAllString(file, "") }

func TestAProjectGoesThroughAFileAndComesOutTheSame(t *testing.T) {
	t.Parallel()
	url := withProjects(t)
	file := filepath.Join(t.TempDir(), "papers.jsonl")
	if said := mustRun(t, url, nil, "export", "--project", "demo", "--output", file); said != "" {
		t.Errorf("it says %q", said)
	}
	lines, err := os.ReadFile(file)
	articles := bytes.Count(lines, []byte("\n")) - 1
	if err != nil || !bytes.HasPrefix(lines, []byte(`{"format":"onrecord"`)) || articles < 2 {
		t.Fatalf("the name says which format it is, and the file is %.80s, %v", lines, err)
	}
	imports := func(project string, in io.Reader, args ...string) string {
		return mustRun(t, url, in, append([]string{"import", "--project", project, "--email", "manager@demo.example"}, args...)...)
	}
	if said := imports("first", nil, "--dry-run", file); !strings.Contains(said, fmt.Sprintf("papers.jsonl: would import %d articles", articles)) {
		t.Errorf("the dry run says %q", said)
	}
	if said := imports("first", nil, file); !strings.Contains(said, fmt.Sprintf("papers.jsonl: imported %d articles", articles)) || !strings.Contains(said, " 0 articles were there already") {
		t.Errorf("the import says %q", said)
	}
	object := mustRun(t, url, nil, "export", "--project", "first")
	if want := mustRun(t, url, nil, "export", "--project", "demo"); timeless(object) != timeless(want) {
		t.Error("what was imported is exported differently")
	}
	if said := imports("second", strings.NewReader(object), "-"); !strings.Contains(said, fmt.Sprintf("imported %d articles", articles)) {
		t.Errorf("from standard input it says %q", said)
	}
}

func TestAnExportThatFailsLeavesNoFile(t *testing.T) {
	t.Parallel()
	url := withProjects(t)
	dir := t.TempDir()
	for name, args := range map[string][]string{
		"no such project": {"--project", "nowhere"},
		"no such article": {"--project", "demo", "--article", string(store.NewID())},
		"no article":      {"--project", "demo", "--article", "first"},
		"no such state":   {"--project", "demo", "--state", "open"},
		"no such format":  {"--project", "demo", "--format", "xml"},
	} {
		if _, err := onrecord(t, url, nil, append([]string{"export", "--output", filepath.Join(dir, "out.json")}, args...)...); err == nil {
			t.Errorf("%s: there is no error", name)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("there is %v, %v", left, err)
	}
	broken := errors.New("the pipe is broken")
	err := run(t.Context(), []string{"export", "--project", "demo"}, func(name string) string {
		return map[string]string{"DATABASE_URL": url}[name]
	}, streams{nil, failing{broken}, io.Discard})
	if !errors.Is(err, broken) {
		t.Errorf("a broken pipe gives %v", err)
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestARefusedFileIsNamedWithWhatIsWrong(t *testing.T) {
	t.Parallel()
	url := withProjects(t)
	good := mustRun(t, url, nil, "export", "--project", "demo")
	file := filepath.Join(t.TempDir(), "bad.json")
	if err := os.WriteFile(file, []byte(strings.Replace(good, `"exact":"`, `"exact":"x`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(t.TempDir(), "bad.txt")
	if err := os.WriteFile(text, []byte("It holds, Brandt said."), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, words := range [][]string{{file, "bad.json: line ", "article 1 ", "annotation ", "fragments[0].exact"}, {"nothing.json", "no such file"}, {text, "which format"}} {
		_, err := onrecord(t, url, nil, "import", "--project", "first", "--email", "manager@demo.example", words[0])
		if err == nil {
			t.Errorf("%s is imported", words[0])
			continue
		}
		for _, w := range words[1:] {
			if !strings.Contains(plain(err), w) {
				t.Errorf("%q does not say %q", plain(err), w)
			}
		}
	}
	if strings.Contains(mustRun(t, url, nil, "export", "--project", "first"), `"exact"`) {
		t.Error("something was imported")
	}
}
