package browsertest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"onrecord.dev/internal/annotate"
)

// ferryRow is an article with a few claims, each of words that stand in it once.
const ferryRow = `The ferry row

The mayor said that "the ferry will sail", and her deputy agreed. The union doubts it.

A letter seen by The Daily Gull says that the crew was never asked.
`

// atWork is two analysts of one project, both of whom have an article open.
func atWork(tb testing.TB, text string) *newsroom {
	tb.Helper()
	n := &newsroom{app: newApp(tb), text: text}
	n.project = n.app.project("ferry", "The ferry")
	n.ana, n.rolf = n.app.member(n.project, annotate.Analyst, "Ana Analyst"), n.app.member(n.project, annotate.Reviewer, "Rolf Reviewer")
	n.article = n.app.article(n.project, n.ana.id, text)
	n.ana.bench(n.project, n.article)
	n.rolf.bench(n.project, n.article)
	return n
}

// changes are the change sets of an article, in their order.
func (n *newsroom) changes(p *person) []annotate.ID {
	p.tb.Helper()
	var log struct {
		Items []struct {
			Seq int
			ID  annotate.ID
		}
	}
	path := "/projects/" + n.project.Slug + "/articles/" + string(n.article) + "/changes"
	if status := p.api(http.MethodGet, path, nil, &log); status != http.StatusOK {
		p.tb.Fatalf("read the log: %d", status)
	}
	var ids []annotate.ID
	for i, entry := range log.Items {
		if entry.Seq != i+1 {
			p.tb.Errorf("entry %d of the log has number %d", i+1, entry.Seq)
		}
		ids = append(ids, entry.ID)
	}
	return ids
}

// saving waits until the page says how things stand with the saving.
func (p *person) saving(words string) {
	p.tb.Helper()
	p.until("the saving to be “"+words+"”", `document.querySelector("#save-status .words").textContent === args[0]`, words)
}

// bearsOutage bears with what the browser says of a server that is gone.
func (p *person) bearsOutage() {
	p.bears(`ERR_CONNECTION_(REFUSED|RESET|CLOSED)|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_SOCKET_NOT_CONNECTED`)
}

const sails, unsure, unasked = `"the ferry will sail"`, "The union doubts it", "the crew was never asked"

// What is tagged while the server is gone waits on the page, can be undone
// there, and is saved once the server is back: all of it, once.
func TestTaggingGoesOnWhileTheServerIsGone(t *testing.T) {
	t.Parallel()
	n := atWork(t, ferryRow)
	n.ana.bearsOutage()
	n.rolf.bearsOutage()
	n.drag(n.ana, sails)
	n.ana.press("c")
	n.has("the first claim", func(a article) bool { return len(a.Annotations) == 1 })
	n.ana.saving("Saved")

	n.app.stop()
	n.drag(n.ana, "The mayor")
	n.ana.press("S")
	n.ana.saving("Offline, 1 waiting")
	n.drag(n.ana, unsure)
	n.ana.press("c")
	n.drag(n.ana, unasked)
	n.ana.press("c")
	n.ana.saving("Offline, 3 waiting")
	n.ana.press("Escape", "Control+z")
	n.ana.saving("Offline, 4 waiting")
	n.ana.until("the claims to be painted, unsaved as they are", `CSS.highlights.get("kind-claim")?.size === 2 && CSS.highlights.get("kind-speaker")?.size === 1`)
	if run[bool](n.ana, "() => "+mayLeave) {
		t.Error("the page would be left with work that is not saved")
	}

	n.app.start()
	n.ana.saving("Saved")
	n.isSavedOnce(t)
	n.rolf.until("what was tagged meanwhile", `CSS.highlights.get("kind-claim")?.size === 2 && CSS.highlights.get("kind-speaker")?.size === 1`)
	late := n.app.member(n.project, annotate.Viewer, "Vera Viewer")
	late.bench(n.project, n.article)
	late.until("what was tagged meanwhile", `CSS.highlights.get("kind-claim")?.size === 2 && CSS.highlights.get("kind-speaker")?.size === 1`)
	late.says("The mayor")
}

// isSavedOnce fails the test unless the five change sets made are stored, in
// their order, and what they say is there once.
func (n *newsroom) isSavedOnce(t *testing.T) {
	t.Helper()
	a := n.ana.article(n.project, n.article, "")
	if got := a.linked(a.find(t, annotate.Claim, sails), annotate.RoleSpeaker); !slices.Equal(got, []string{"The mayor"}) {
		t.Errorf("the claim is said by %q", got)
	}
	if !a.has(annotate.Speaker, "The mayor") || !a.has(annotate.Claim, unsure) || len(a.Annotations) != 3 || len(a.Links) != 1 || a.has(annotate.Claim, unasked) {
		t.Errorf("annotations %+v, links %+v", a.Annotations, a.Links)
	}
	if ids := n.changes(n.ana); len(ids) != 5 || len(slices.Compact(slices.Sorted(slices.Values(ids)))) != 5 {
		t.Errorf("the log has %q, want five change sets", ids)
	}
}

// An answer that is lost on its way leaves the page not knowing whether it was
// heard. It asks again, and the server does nothing twice.
func TestAnAnswerThatIsLostIsAskedForAgain(t *testing.T) {
	t.Parallel()
	n := atWork(t, ferryRow)
	n.ana.bearsOutage()
	n.rolf.bearsOutage()
	lost := n.app.losesAnswers(2)
	n.drag(n.ana, sails)
	n.ana.press("c")
	n.drag(n.ana, unsure)
	n.ana.press("c")
	n.has("both claims", func(a article) bool { return len(a.Annotations) == 2 })
	n.ana.saving("Saved")
	if left := lost(); left != 0 {
		t.Errorf("%d answers still to be lost", left)
	}
	a := n.ana.article(n.project, n.article, "")
	if ids := n.changes(n.ana); len(a.Annotations) != 2 || len(ids) != 2 {
		t.Errorf("annotations %s, log %q", fmt.Sprint(a.Annotations), ids)
	}
	n.rolf.until("each once", `CSS.highlights.get("kind-claim")?.size === 2`)
}

// losesAnswers has the server do what the next change sets say, and cut the
// connections before it answers. It returns how many are still to come.
func (a *app) losesAnswers(n int) (left func() int) {
	a.tb.Helper()
	a.stop()
	var toLose atomic.Int64
	toLose.Store(int64(n))
	a.front = func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, "/changes") || r.Method != http.MethodPost || toLose.Add(-1) < 0 {
				next.ServeHTTP(w, r)
				return
			}
			next.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		})
	}
	a.start()
	return func() int { return int(max(toLose.Load(), 0)) }
}
