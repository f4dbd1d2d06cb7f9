package browsertest

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"onrecord.dev/internal/annotate"
)

// article is an article as the API tells it.
type article struct {
	ID          annotate.ID
	Text        string
	SHA256      string `json:"sha256"`
	Seq         int64
	Annotations []annotate.AnnotationRecord
	Links       []annotate.LinkRecord
	Reviews     []struct {
		Claim    annotate.ID
		Version  int
		Decision string
		Reason   string
	}
	Comments []struct {
		Claim annotate.ID
		Body  string
	}
	Entities []struct {
		ID    annotate.ID
		Name  string
		Names []struct{ Name, Type string }
	}
}

// bench opens an article's page, and waits until it can be worked with.
func (p *person) bench(project annotate.Project, id annotate.ID) {
	p.tb.Helper()
	p.open("/projects/" + project.Slug + "/articles/" + string(id))
	p.until("the workbench to be ready", `document.documentElement.dataset.workbench === "ready"`)
}

// article reads an article past the browser.
func (p *person) article(project annotate.Project, id annotate.ID, query string) article {
	p.tb.Helper()
	var a article
	path := "/projects/" + project.Slug + "/articles/" + string(id) + query
	if status := p.api(http.MethodGet, path, nil, &a); status != http.StatusOK {
		p.tb.Fatalf("read %s: %d", path, status)
	}
	return a
}

// saves waits until the server has an article as ok says, and returns it.
func (p *person) saves(project annotate.Project, id annotate.ID, what string, ok func(article) bool) article {
	p.tb.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		a := p.article(project, id, "")
		if ok(a) {
			return a
		}
		if time.Now().After(end) {
			p.fail("the server does not have %s: annotations %+v, links %+v", what, a.Annotations, a.Links)
		}
	}
}

// exact is the text from start to end, in code points.
func (a article) exact(start, end int) string { return string([]rune(a.Text)[start:end]) }

// where says where an annotation stands, and what stands there.
func (a article) where(one annotate.AnnotationRecord) string {
	places := make([]string, len(one.Fragments))
	for i, f := range one.Fragments {
		places[i] = fmt.Sprintf("%d-%d %q", f.Start, f.End, a.exact(f.Start, f.End))
	}
	return strings.Join(places, " ")
}
