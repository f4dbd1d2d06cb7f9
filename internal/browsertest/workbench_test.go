package browsertest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

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
	p.ready()
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

// exact is the text of a fragment.
func (a article) exact(f annotate.FragmentRecord) string {
	return string([]rune(a.Text)[f.Start:f.End])
}

// where says where an annotation stands, and what stands there.
func (a article) where(one annotate.AnnotationRecord) string {
	places := make([]string, len(one.Fragments))
	for i, f := range one.Fragments {
		places[i] = fmt.Sprintf("%d-%d %q", f.Start, f.End, a.exact(f))
	}
	return strings.Join(places, " ")
}

// find is the annotation of a kind whose first fragment is words, or an empty
// one if there is none. There must not be two.
func (a article) find(tb testing.TB, kind, words string) (found annotate.AnnotationRecord) {
	tb.Helper()
	for _, one := range a.Annotations {
		if one.Kind != kind || len(one.Fragments) == 0 || a.exact(one.Fragments[0]) != words {
			continue
		}
		if found.ID != "" {
			tb.Fatalf("%q is tagged twice as a %s", words, kind)
		}
		found = one
	}
	return found
}

// has reports whether words are tagged as a kind.
func (a article) has(kind, words string) bool {
	return slices.ContainsFunc(a.Annotations, func(one annotate.AnnotationRecord) bool {
		return one.Kind == kind && len(one.Fragments) > 0 && a.exact(one.Fragments[0]) == words
	})
}

// count is how many are tagged as a kind.
func (a article) count(kind string) (n int) {
	for _, one := range a.Annotations {
		if one.Kind == kind {
			n++
		}
	}
	return n
}

// linked is what an annotation leads to in a role: the words there.
func (a article) linked(from annotate.AnnotationRecord, role annotate.LinkRole) []string {
	var words []string
	for _, l := range a.Links {
		for _, to := range a.Annotations {
			if l.From == from.ID && l.Role == role && l.To == to.ID && len(to.Fragments) > 0 {
				words = append(words, a.exact(to.Fragments[0]))
			}
		}
	}
	return words
}

// ready waits until the workbench can be worked with.
func (p *person) ready() {
	p.tb.Helper()
	p.until("the workbench to be ready", `document.documentElement.dataset.workbench === "ready"`)
}

// focus presses on an annotation in the text, and on the smaller of two.
func (n *newsroom) focus(p *person, words string) {
	p.tb.Helper()
	p.deselect()
	start, end := span(p.tb, n.text, words)
	from, _ := p.placesOf(start, end)
	from.X += 2
	p.do("press on "+words, mouse(chromedp.MousePressed, from), mouse(chromedp.MouseReleased, from))
	p.until("the card of "+words, `document.querySelector('#cards .card[data-form="open"] .quote')?.textContent.startsWith(args[0])`, words)
}

// unfold opens a folded part of the open card.
func (p *person) unfold(label string) {
	p.tb.Helper()
	if !run[bool](p, `(label) => [...document.querySelectorAll("#cards details[open] .label")].some((l) => l.textContent === label)`, label) {
		p.click("#cards details summary", label)
	}
}
