package browsertest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

const (
	longSentences         = 1250
	sentencesPerParagraph = 4
	// longWords and longAnnotations are what so many sentences make.
	longWords       = 16 * longSentences
	longAnnotations = 4 * longSentences
)

// longread is the article that the benchmarks open: long, full of tags, and
// beside it the same text without any.
type longread struct {
	*app
	project annotate.Project
	ana     *person
	tagged  annotate.ID
	bare    annotate.ID
	pages   *http.ServeMux // that the benchmarks add their own pages to
	text    *annotate.Text
	tags    []annotate.Annotation
}

func newLongread(b *testing.B) *longread {
	b.Helper()
	l := &longread{app: newApp(b), pages: http.NewServeMux()}
	l.pages.Handle("/", l.server.Handler())
	front := httptest.NewServer(l.pages)
	b.Cleanup(front.Close)
	l.url = front.URL
	l.project = l.app.project("long", "Long reads")
	l.ana = l.member(l.project, annotate.Analyst, "Ana Analyst")
	text, operations := longArticle()
	l.text, l.tags = annotate.NewText(text), tagsOf(operations)
	if words := len(strings.Fields(text)); words < longWords || len(l.tags) != longAnnotations {
		b.Fatalf("%d words with %d annotations, want %d with %d", words, len(l.tags), longWords, longAnnotations)
	}
	l.bare, l.tagged = l.article(l.project, l.ana.id, text), l.article(l.project, l.ana.id, text)
	must(l.store.Append(b.Context(), l.project.ID, l.tagged, store.Shared,
		annotate.ChangeSet{ID: store.NewID(), Author: l.ana.id, At: time.Now(), Operations: operations}))(b)
	return l
}

// path is where an article stands.
func (l *longread) path(article annotate.ID) string {
	return "/projects/" + l.project.Slug + "/articles/" + string(article)
}

// longArticle is a text of sentences that each make a claim, with a cue, a
// speaker and a source for it. Every fifth claim goes on in the next sentence,
// in a second fragment, and has the claim made there within it.
func longArticle() (text string, operations []annotate.Operation) {
	sayings := []string{
		"nobody at the harbour was told before the barrier failed", "the council has had the inspection report since early spring",
		"ferries will run again once the new ramp is tested", "no other bidder was asked to price the second contract",
	}
	var b strings.Builder
	offset := 0 // code points
	write := func(s string) annotate.Fragment {
		from := offset
		b.WriteString(s)
		offset += utf8.RuneCountInString(s)
		return annotate.Fragment{Start: from, End: offset}
	}
	link := func(from annotate.ID, role annotate.LinkRole, to annotate.ID) {
		l := &annotate.Link{ID: store.NewID(), From: from, To: to, Role: role, Attributes: annotate.Attributes{}}
		operations = append(operations, annotate.Operation{Op: annotate.Put, Link: l})
	}
	put := func(kind string, fragments ...annotate.Fragment) annotate.ID {
		a := &annotate.Annotation{ID: store.NewID(), Kind: kind, Fragments: fragments, Attributes: annotate.Attributes{}}
		operations = append(operations, annotate.Operation{Op: annotate.Put, Annotation: a})
		return a.ID
	}
	var open *annotate.Annotation // a claim that goes on
	write("Points made at the harbour inquiry\n\n")
	for i := range longSentences {
		quote := write(fmt.Sprintf("“Point %d: %s,” ", i+1, sayings[i%len(sayings)]))
		quote.End -= 2
		if open != nil {
			open.Fragments = append(open.Fragments, quote)
		}
		claim := put(annotate.Claim, quote)
		open = nil
		if i%5 == 0 {
			open = operations[len(operations)-1].Annotation
		}
		link(claim, annotate.RoleCue, put(annotate.Cue, write("said")))
		write(" ")
		link(claim, annotate.RoleSpeaker, put(annotate.Speaker, write(fmt.Sprintf("Ruiz%d", i%60))))
		write(" to ")
		link(claim, annotate.RoleSource, put(annotate.Source, write(fmt.Sprintf("Gull%d", i%25))))
		if i%sentencesPerParagraph == sentencesPerParagraph-1 {
			write(".\n\n")
		} else {
			write(". ")
		}
	}
	return b.String(), operations
}

func tagsOf(operations []annotate.Operation) (tags []annotate.Annotation) {
	for _, op := range operations {
		if op.Annotation != nil {
			tags = append(tags, *op.Annotation)
		}
	}
	return tags
}
