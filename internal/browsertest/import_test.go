package browsertest

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/chromedp/chromedp"

	"onrecord.dev/internal/annotate"
)

// A file is checked before anything is written, and imported after: into
// another Onrecord, which then exports the same bytes.
func TestAFileIsCheckedThenImportedOnThePage(t *testing.T) {
	t.Parallel()
	papers := newApp(t).demonstration()
	sender := papers.people[annotate.Viewer]
	for format, label := range map[string]string{"json": "JSON", "jsonl": "JSON Lines"} {
		t.Run(format, func(t *testing.T) {
			sender.during(t)
			sent := sender.exportsFrom("papers", label)
			receiving := newApp(t)
			copied := receiving.project("copy", "A copy")
			mona := receiving.member(copied, annotate.Manager, "Mona Manager")

			mona.open("/projects/" + copied.Slug + "/export")
			mona.bears("status of 422")
			mona.chooses("papers."+format, bytes.Replace(sent, []byte(`"exact":"`), []byte(`"exact":"not `), 1))
			mona.click("button", "Check the file")
			mona.says("papers."+format+" cannot be imported", "Nothing was written", "fragments[0].exact")

			mona.chooses("papers."+format, sent)
			mona.until("the report of the other file to go", `document.querySelector("#import-report").childElementCount === 0`)
			mona.click("button", "Check the file")
			mona.says("papers."+format+" can be imported", "New articles 6", "People not known here")
			if n := mona.articles(copied); n != 0 {
				t.Errorf("the check has made %d articles", n)
			}

			mona.click("#import-report button", "Import")
			mona.at("/projects/" + copied.Slug + "/articles")
			mona.says("Imported 6 articles")
			if n := mona.articles(copied); n != 6 {
				t.Errorf("%d articles were imported, want 6", n)
			}
			if got := mona.exportsFrom(copied.Slug, label); !bytes.Equal(undated(got), undated(sent)) {
				t.Error("what was imported is exported as something else")
			}
			mona.isPainted(copied, papers.script.Stories[0].Article.ID)
		})
	}
}

// exportsFrom takes a project's file from its page.
func (p *person) exportsFrom(project, format string) []byte {
	p.tb.Helper()
	p.open("/projects/" + project + "/export")
	p.click(".export-choice:has(input[name=format])", format+" ")
	p.click("button", "Download")
	return p.download()
}

// chooses has a file for the form on the page.
func (p *person) chooses(name string, content []byte) {
	p.tb.Helper()
	path := filepath.Join(p.tb.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		p.tb.Fatal(err)
	}
	p.do("choose "+name, chromedp.SetUploadFiles("#file", []string{path}))
}

// articles is how many articles a project has.
func (p *person) articles(project annotate.Project) int {
	p.tb.Helper()
	var list struct{ Items []struct{ ID annotate.ID } }
	if status := p.api(http.MethodGet, "/projects/"+project.Slug+"/articles", nil, &list); status != http.StatusOK {
		p.tb.Fatalf("list the articles: %d", status)
	}
	return len(list.Items)
}

// isPainted waits until an article's claims show in its text.
func (p *person) isPainted(project annotate.Project, article annotate.ID) {
	p.tb.Helper()
	p.bench(project, article)
	p.until("the claims", `CSS.highlights.get("kind-claim")?.size > 0`)
}

var exportedAt = regexp.MustCompile(`"exported_at":"[^"]*"`)

// undated is an export without the time at which it was made.
func undated(content []byte) []byte {
	return exportedAt.ReplaceAll(content, []byte(`"exported_at":""`))
}
