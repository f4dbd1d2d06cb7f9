package browsertest

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"onrecord.dev/internal/annotate"
)

// export is the part of an export that these tests look at.
type export struct {
	Format     string
	OffsetUnit string `json:"offset_unit"`
	Entities   []struct {
		ID    annotate.ID
		Name  string
		Names []struct{ Name string }
	}
	Articles []exportedArticle
}

type exportedArticle struct {
	ID            annotate.ID
	Text          string
	DatePublished *string
	Annotations   []exportedAnnotation
	Links         []annotate.LinkRecord
	Reviews       []struct{ Decision, Reason string }
	Comments      []struct{ Body string }
}

type exportedAnnotation struct {
	ID         annotate.ID
	Kind       string
	Attributes annotate.Attributes
	Entity     *annotate.ID
	Fragments  []exportedFragment
	Review     *struct{ State annotate.ReviewState }
}

type exportedFragment struct {
	Start, End            int
	Exact, Prefix, Suffix string
}

func (n *newsroom) export(t *testing.T) {
	t.Helper()
	n.ana.click(".tabs a", "Export")
	n.ana.at("/projects/grain-talks/export")
	n.ana.click("button", "Download")
	e := readExport(t, n.ana)
	if len(e.Articles) != 1 || e.Articles[0].ID != n.article {
		t.Fatalf("articles: %+v", e.Articles)
	}
	a := e.Articles[0]
	if len(a.Annotations) != 10 || len(a.Links) != 6 || len(a.Reviews) != 3 || len(a.Comments) != 2 {
		t.Errorf("%d annotations, %d links, %d reviews, %d comments", len(a.Annotations), len(a.Links), len(a.Reviews), len(a.Comments))
	}
	states := map[string]annotate.ReviewState{}
	for _, one := range a.Annotations {
		if one.Review != nil {
			states[one.Fragments[0].Exact] = one.Review.State
		}
	}
	for words, want := range map[string]annotate.ReviewState{talks: annotate.Approved, asked: annotate.Disputed, outer: annotate.Unreviewed, inner: annotate.Unreviewed} {
		if states[words] != want {
			t.Errorf("%q is exported as %q, want %q", words, states[words], want)
		}
	}
}

// readExport waits for the file that a page is sending, and reads it. It fails
// the test unless the file is as its schema says and each fragment's words
// stand where it says they do.
func readExport(t *testing.T, p *person) (e export) {
	t.Helper()
	content := p.download()
	if err := json.Unmarshal(content, &e); err != nil {
		t.Fatalf("%v in %.300s", err, content)
	}
	validate(t, p, content)
	if e.Format != "onrecord" || e.OffsetUnit != "codepoint" {
		t.Errorf("a file of format %q, offsets in %q", e.Format, e.OffsetUnit)
	}
	for _, a := range e.Articles {
		text := []rune(a.Text)
		for _, one := range a.Annotations {
			for _, f := range one.Fragments {
				if got := string(text[f.Start:f.End]); got != f.Exact {
					t.Errorf("exact is %q where %q stands", f.Exact, got)
				}
				if !strings.HasSuffix(string(text[:f.Start]), f.Prefix) || !strings.HasPrefix(string(text[f.End:]), f.Suffix) {
					t.Errorf("%q does not stand between %q and %q", f.Exact, f.Prefix, f.Suffix)
				}
			}
		}
	}
	return e
}

// download waits until a file has come whole, and returns it.
func (p *person) download() []byte {
	p.tb.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		files, err := filepath.Glob(filepath.Join(p.downloads, "*"))
		if err != nil {
			p.tb.Fatal(err)
		}
		if len(files) != 1 || strings.HasSuffix(files[0], ".crdownload") {
			continue
		}
		content, err := os.ReadFile(files[0])
		if err != nil {
			p.tb.Fatal(err)
		}
		if err := os.Remove(files[0]); err != nil {
			p.tb.Fatal(err)
		}
		return content
	}
	p.fail("no file came")
	return nil
}

// validate holds an export to the schema that the same server publishes.
func validate(t *testing.T, p *person, content []byte) {
	t.Helper()
	const address = "/schemas/export-1.json"
	published, err := jsonschema.UnmarshalJSON(bytes.NewReader(p.get(address)))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource(address, published); err != nil {
		t.Fatal(err)
	}
	schema := must(compiler.Compile(address))(t)
	file := must(jsonschema.UnmarshalJSON(bytes.NewReader(content)))(t)
	if err := schema.Validate(file); err != nil {
		t.Errorf("the export is not as its schema says: %v", err)
	}
}
