package browsertest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"onrecord.dev/internal/annotate"
)

// manyWords is a text of numbered words, each of which stands in it once.
func manyWords(n int) (text string, words []string) {
	var b strings.Builder
	b.WriteString("Many words\n")
	for i := range n {
		if i%8 == 0 {
			b.WriteString("\nIt was said:")
		}
		words = append(words, fmt.Sprintf("word%02d", i))
		b.WriteString(" " + words[i])
	}
	return b.String() + ".\n", words
}

// tags has a person tag words as a claim.
func (n *newsroom) tags(p *person, words string) {
	p.tb.Helper()
	n.drag(p, words)
	p.press("c")
}

// painted waits until so many claims are painted in the text.
func (p *person) painted(claims int) {
	p.tb.Helper()
	p.until(fmt.Sprintf("%d claims", claims), `(CSS.highlights.get("kind-claim")?.size ?? 0) === args[0]`, claims)
}

// Two people tag without a pause while the server is killed and started again,
// ten times. In the end both have everything that either did, once.
func TestNothingIsLostWhileTheServerIsKilledTenTimes(t *testing.T) {
	t.Parallel()
	const kills = 10
	text, words := manyWords(kills * 4)
	a, server := newProcessApp(t)
	n := &newsroom{app: a, text: text, project: a.project("kills", "Ten kills")}
	n.ana, n.rolf = a.member(n.project, annotate.Analyst, "Ana Analyst"), a.member(n.project, annotate.Reviewer, "Rolf Reviewer")
	n.article = a.article(n.project, n.ana.id, text)
	for _, p := range []*person{n.ana, n.rolf} {
		p.bearsOutage()
		p.bench(n.project, n.article)
	}
	for kill := range kills {
		mine := words[kill*4:]
		killed := make(chan struct{})
		go func() { // in the midst of what they do, later each time
			time.Sleep(time.Duration(kill*60) * time.Millisecond)
			server.kill()
			close(killed)
		}()
		n.tags(n.ana, mine[0])
		n.tags(n.rolf, mine[1])
		<-killed
		n.tags(n.rolf, mine[2])
		n.tags(n.ana, mine[3])
		server.start()
	}
	for _, p := range []*person{n.ana, n.rolf} {
		p.saving("Saved")
		p.painted(len(words))
	}
	n.hasAll(words)
}

// hasAll fails the test unless each of the words is tagged once, in a change
// set of its own.
func (n *newsroom) hasAll(words []string) {
	n.ana.tb.Helper()
	stored := n.ana.article(n.project, n.article, "")
	var tagged []string
	for _, one := range stored.Annotations {
		tagged = append(tagged, stored.exact(one.Fragments[0]))
	}
	slices.Sort(tagged)
	if !slices.Equal(tagged, words) {
		n.ana.tb.Errorf("stored are %q, want %q", tagged, words)
	}
	ids := n.changes(n.ana)
	if slices.Sort(ids); len(ids) != len(words) || len(slices.Compact(ids)) != len(words) {
		n.ana.tb.Errorf("the log has %d change sets, want %d", len(ids), len(words))
	}
}

// What waits outlasts the page: a tab that crashes, a browser that shows
// another page. Whatever page of Onrecord comes next sends it.
func TestUnsentWorkOutlastsACrash(t *testing.T) {
	t.Parallel()
	n := atWork(t, ferryRow)
	n.ana.bearsOutage()
	n.rolf.bearsOutage()
	n.app.stop()
	n.tags(n.ana, sails)
	n.drag(n.ana, "The mayor")
	n.ana.press("S")
	n.ana.saving("Offline, 2 waiting")
	n.ana.until("both to be on the disk", `dispatchEvent(new Event("beforeunload", { cancelable: true }))`)
	n.ana.crash()

	n.app.start()
	after := n.ana.tab()
	after.open("/projects/" + n.project.Slug + "/articles")
	stored := n.has("what was tagged before the crash", func(a article) bool { return len(a.Links) == 1 })
	if got := stored.linked(stored.find(t, annotate.Claim, sails), annotate.RoleSpeaker); !slices.Equal(got, []string{"The mayor"}) {
		t.Errorf("the claim is said by %q", got)
	}
	after.until("nothing more to be said of it", `document.querySelector(".unsent").hidden`)
	n.rolf.painted(1)
}

// Reloading the page in the midst of it changes nothing: the work is painted,
// counted, and sent with the versions that were seen when it was done.
func TestUnsentWorkIsThereAfterAReload(t *testing.T) {
	t.Parallel()
	n := atWork(t, ferryRow)
	n.tags(n.ana, sails)
	n.has("the claim", func(a article) bool { return len(a.Annotations) == 1 })
	n.rolf.painted(1)
	n.ana.bears("status of 409")
	n.ana.unheard(true)
	n.focus(n.ana, sails)
	n.ana.press("Alt+ArrowRight")
	n.tags(n.ana, unsure)
	n.ana.saving("Offline, 2 waiting")
	n.focus(n.rolf, sails)
	n.rolf.unfold("Coding")
	n.rolf.click(`fieldset[data-attribute="quotation"] label`, "Mixed")
	n.has("what another did meanwhile", func(a article) bool { return a.find(t, annotate.Claim, sails).Attributes["quotation"] == "mixed" })

	n.ana.reload()
	n.ana.painted(2)
	n.ana.saving("Offline, 2 waiting")
	n.ana.unheard(false)
	stored := n.has("all of it", func(a article) bool { return a.has(annotate.Claim, unsure) && a.has(annotate.Claim, sails+",") })
	if got := stored.find(t, annotate.Claim, sails+",").Attributes["quotation"]; got != "mixed" {
		t.Errorf("merged with what was done meanwhile, the quotation is %q", got)
	}
	n.ana.saving("Saved")
}

// Two tabs of one article share what waits: both show it, it is sent once and
// in the order in which it was done.
func TestTwoTabsShareWhatWaits(t *testing.T) {
	t.Parallel()
	text, words := manyWords(6)
	n := atWork(t, text)
	tab := n.ana.tab()
	tab.bench(n.project, n.article)
	n.ana.unheard(true)
	tab.unheard(true)
	for i, word := range words {
		n.tags([]*person{n.ana, tab}[i%2], word)
		n.ana.saving(fmt.Sprintf("Offline, %d waiting", i+1))
		tab.saving(fmt.Sprintf("Offline, %d waiting", i+1))
	}
	n.ana.painted(len(words))
	tab.painted(len(words))
	n.ana.unheard(false)
	tab.unheard(false)
	n.ana.saving("Saved")
	tab.saving("Saved")
	n.hasAll(words)
	if got := n.tagged(n.ana); !slices.Equal(got, words) {
		t.Errorf("tagged were %q, want them in the order in which they were: %q", got, words)
	}
}

// tagged are the words that each change set of the log tags, in its order.
func (n *newsroom) tagged(p *person) []string {
	p.tb.Helper()
	var log struct {
		Items []struct {
			Operations []struct{ Annotation annotate.AnnotationRecord }
		}
	}
	p.api(http.MethodGet, "/projects/"+n.project.Slug+"/articles/"+string(n.article)+"/changes", nil, &log)
	stored := p.article(n.project, n.article, "")
	var words []string
	for _, entry := range log.Items {
		words = append(words, stored.exact(entry.Operations[0].Annotation.Fragments[0]))
	}
	return words
}

// Another who signs in in the same browser neither sees nor sends what the
// first has not sent. It waits until the first is back.
func TestNobodySendsTheWorkOfAnother(t *testing.T) {
	t.Parallel()
	n := atWork(t, ferryRow)
	n.ana.bears("status of 401")
	n.ana.unheard(true)
	n.tags(n.ana, sails)
	n.ana.saving("Offline, 1 waiting")

	n.ana.signedInAs(n.rolf.session)
	n.ana.unheard(false)
	n.ana.saving("Somebody else is signed in here. 1 of yours waiting until you sign in again.")
	rolf := n.ana.tab()
	rolf.bench(n.project, n.article)
	rolf.painted(0)
	rolf.open("/projects/" + n.project.Slug + "/articles")
	time.Sleep(3 * time.Second) // he would have sent it by then
	if run[bool](rolf, `() => !document.querySelector(".unsent").hidden`) {
		t.Error("the second is told of the first one's work")
	}
	if got := n.rolf.article(n.project, n.article, ""); len(got.Annotations) != 0 {
		t.Fatalf("stored are %+v, want nothing", got.Annotations)
	}

	n.ana.signedInAs(n.ana.session)
	back := n.ana.tab()
	back.open("/projects/" + n.project.Slug + "/articles")
	stored := n.has("the first one's claim", func(a article) bool { return len(a.Annotations) == 1 })
	if by := stored.Annotations[0].CreatedBy; by != n.ana.id {
		t.Errorf("the claim was made by %s, want Ana, who is %s", by, n.ana.id)
	}
}

// Whoever signs out with work that is not saved is told so first.
func TestSigningOutWithUnsentWorkWarns(t *testing.T) {
	t.Parallel()
	n := atWork(t, ferryRow)
	n.ana.bears(`One change of yours is not saved yet`)
	asked := n.ana.asked()
	n.ana.unheard(true)
	n.tags(n.ana, sails)
	n.ana.saving("Offline, 1 waiting")
	n.ana.click("summary", "Account of")
	n.ana.click("button", "Sign out")
	n.ana.at("/sign-in")
	if words := asked(); len(words) != 1 || !strings.Contains(words[0], "One change of yours is not saved yet") {
		t.Errorf("asked was %q", words)
	}
	n.ana.signIn(n.ana.email)
	n.ana.at("/")
	n.ana.keepSession()
	n.ana.says("1 change not saved")
	n.ana.unheard(false)
	n.ana.open("/")
	n.has("what waited", func(a article) bool { return a.has(annotate.Claim, sails) })
}

// A browser that keeps nothing, as in private windows of some, says so and
// goes on.
func TestABrowserThatKeepsNothingSaysSo(t *testing.T) {
	t.Parallel()
	n := atWork(t, ferryRow)
	n.ana.onEveryPage(`IDBObjectStore.prototype.add = () => { throw new DOMException("full", "QuotaExceededError") }`)
	n.ana.reload()
	n.ana.unheard(true)
	n.tags(n.ana, sails)
	n.tags(n.ana, unsure)
	n.ana.saving("Offline, 2 waiting. This browser keeps nothing: leave the page open until it is saved.")
	if run[bool](n.ana, `() => dispatchEvent(new Event("beforeunload", { cancelable: true }))`) {
		t.Error("the page would be left with work that nobody keeps")
	}
	n.ana.unheard(false)
	n.ana.saving("Saved")
	n.has("both claims, all the same", func(a article) bool { return len(a.Annotations) == 2 })
}

// Where both changed several things of one claim, each is chosen for itself,
// and what waits for the choice is told of on every page.
func TestEachDifferenceIsChosenForItself(t *testing.T) {
	t.Parallel()
	n := atWork(t, ferryRow)
	n.tags(n.ana, sails)
	n.has("the claim", func(a article) bool { return len(a.Annotations) == 1 })
	n.rolf.painted(1)
	n.rolf.bears("status of 409")
	n.rolf.unheard(true)
	n.coded(n.rolf, "Direct")
	n.focus(n.rolf, sails)
	n.rolf.press("Alt+Shift+ArrowRight")
	n.rolf.saving("Offline, 2 waiting")
	n.coded(n.ana, "Mixed")
	n.focus(n.ana, sails)
	n.ana.press("Alt+ArrowRight")
	n.has("Ana's boundary", func(a article) bool { return a.has(annotate.Claim, sails+",") })
	n.rolf.unheard(false)
	n.rolf.says("Ana Analyst changed this while you did.", "1 to decide")

	n.rolf.open("/projects/" + n.project.Slug + "/articles")
	n.rolf.click("button.unsent", "not saved")
	n.rolf.says("The ferry row", "1 to decide")
	n.rolf.looksRight(axeCore(t))
	n.rolf.click("#unsent-articles a", "The ferry row")
	n.rolf.ready()
	n.rolf.says("Ana Analyst changed this while you did.", "Quotation", "Text")
	n.rolf.looksRight(axeCore(t))
	n.rolf.click("#held label", "Direct")
	n.rolf.click("#held tbody tr:nth-child(2) td:last-child label")
	n.rolf.click("#held button", "Keep what is chosen")
	n.has("Rolf's answer, within Ana's boundary", func(a article) bool {
		return a.has(annotate.Claim, sails+",") && a.find(t, annotate.Claim, sails+",").Attributes["quotation"] == "direct"
	})
	n.rolf.saving("Saved")
}

// coded answers the question how the claim is quoted.
func (n *newsroom) coded(p *person, answer string) {
	p.tb.Helper()
	n.focus(p, sails)
	p.unfold("Coding")
	p.click(`fieldset[data-attribute="quotation"] label`, answer)
}

// Whoever has the article open is seen by the others through any server, with
// where they look, and what they do is there within a second.
func TestWhoIsHereIsSeenOnEveryServer(t *testing.T) {
	t.Parallel()
	a, here := newProcessApp(t)
	elsewhere := here.another()
	text, words := manyWords(200)
	n := &newsroom{app: a, text: text, project: a.project("two", "Two servers")}
	n.ana, n.rolf = a.member(n.project, annotate.Analyst, "Ana Analyst"), elsewhere.member(n.project, annotate.Reviewer, "Rolf Reviewer")
	n.article = a.article(n.project, n.ana.id, text)
	n.ana.bench(n.project, n.article)
	n.rolf.bench(n.project, n.article)
	n.ana.until("Rolf", `document.querySelector("#here button")?.dataset.initials === "RR"`)
	n.rolf.until("Ana", `document.querySelector("#here button")?.dataset.initials === "AA"`)

	n.tags(n.rolf, words[150])
	began := time.Now()
	n.ana.painted(1)
	if took := time.Since(began); took > time.Second {
		t.Errorf("what another does is there after %v", took)
	}
	n.ana.until("where Rolf looks", `document.querySelector("#here button").ariaLabel.includes(args[0])`, words[150])
	n.ana.until("a mark in the margin", `document.querySelector("#whereabouts .avatar")?.textContent === "RR"`)
	n.ana.looksRight(axeCore(t))
	n.ana.click("#here button")
	n.ana.until("the card of what Rolf looks at", `document.querySelector('#cards .card[data-form="open"] .quote')?.textContent.includes(args[0])`, words[150])

	n.rolf.crash()
	n.ana.until("Rolf to be gone", `document.querySelector("#here").childElementCount === 0 && document.querySelector("#whereabouts").childElementCount === 0`)
}
