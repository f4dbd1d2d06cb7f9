package browsertest

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"onrecord.dev/internal/annotate"
)

// grainTalks is an article with what articles demand: a mixed quotation, one
// split by its cue, speech within speech, a source that came through several
// hands, and one man under two spellings.
const grainTalks = `Grain talks will go on, says president

President Zelensky told reporters on Monday that the talks "will go on" 🌾, according to a recording obtained by The Daily Gull. The agency Seamark transcribed it first.

"We have not been asked," Zelenskiy added, "and we will not wait."

His spokeswoman Dana Orlov said the envoy would tell the council that "the road is open". The ministry declined to comment.
`

// newsroom is the main job under way: an article, the analyst who tags it, and
// the reviewer who checks her work.
type newsroom struct {
	app     *app
	ana     *person
	rolf    *person
	project annotate.Project
	article annotate.ID
	text    string
}

// TestTheMainJob is the whole of it, by two people in two browsers: from the
// set-up link to an export that proves its own offsets.
func TestTheMainJob(t *testing.T) {
	t.Parallel()
	n := &newsroom{app: newApp(t), text: grainTalks}
	n.ana, n.rolf = n.app.visitor("Ana Admin"), n.app.visitor("Rolf Reviewer")
	for _, step := range []struct {
		name string
		do   func(*newsroom, *testing.T)
	}{
		{"the first admin sets up", (*newsroom).setUp},
		{"a project is made", (*newsroom).makeProject},
		{"a reviewer is invited and joins", (*newsroom).invite},
		{"an article is pasted", (*newsroom).paste},
		{"a claim is selected and tagged", (*newsroom).tagClaim},
		{"its speaker and source are tagged and linked", (*newsroom).tagAttribution},
		{"the source is chained", (*newsroom).chain},
		{"a question of the codebook is answered", (*newsroom).code},
		{"a split quotation is one claim", (*newsroom).addFragment},
		{"two spellings end as one person", (*newsroom).identify},
		{"speech within speech is nested", (*newsroom).nest},
		{"what was done is undone and redone", (*newsroom).undo},
		{"a tag is deleted", (*newsroom).remove},
		{"the other sees it without reloading", (*newsroom).follow},
		{"the reviewer approves", (*newsroom).approve},
		{"the reviewer disputes, with a reason", (*newsroom).dispute},
		{"both comment", (*newsroom).comment},
		{"an edit makes the approved claim unreviewed", (*newsroom).edit},
		{"authors do not approve their own", (*newsroom).selfApprove},
		{"the export proves itself", (*newsroom).export},
	} {
		if !t.Run(step.name, func(t *testing.T) {
			n.ana.during(t)
			n.rolf.during(t)
			step.do(n, t)
		}) {
			return // what follows builds on it
		}
	}
}

// span is where part stands in a text, in code points. It stands there once.
func span(tb testing.TB, text, part string) (start, end int) {
	tb.Helper()
	before, after, ok := strings.Cut(text, part)
	if !ok || strings.Contains(after, part) {
		tb.Fatalf("%q does not stand in the text exactly once", part)
	}
	start = utf8.RuneCountInString(before)
	return start, start + utf8.RuneCountInString(part)
}

// drag selects part of the article with the mouse.
func (n *newsroom) drag(p *person, part string) {
	p.tb.Helper()
	start, end := span(p.tb, n.text, part)
	p.selectText(start, end)
}

// has waits until the article is stored as ok says.
func (n *newsroom) has(what string, ok func(article) bool) article {
	n.ana.tb.Helper()
	return n.ana.saves(n.project, n.article, what, ok)
}

func (n *newsroom) setUp(t *testing.T) {
	t.Helper()
	secret := must(n.app.store.SetupLink(t.Context(), time.Now()))(t)
	n.ana.open("/setup/" + string(secret))
	n.ana.fillAccount("ana@example.org")
	n.ana.at("/")
	n.ana.says("Onrecord is set up")
}

// fillAccount fills in the form of a new account and sends it.
func (p *person) fillAccount(email string) {
	p.tb.Helper()
	p.email = email
	p.fill("#name", p.name)
	p.fill("#email", email)
	p.fill("#password", password)
	p.press("Enter")
}

func (n *newsroom) makeProject(t *testing.T) {
	t.Helper()
	n.ana.click("a", "New project")
	n.ana.at("/new-project")
	n.ana.fill("#name", "Grain talks")
	n.ana.until("the address to be proposed", `document.querySelector("#slug").value === "grain-talks"`)
	n.ana.click("button", "Make the project")
	n.ana.at("/projects/grain-talks/articles")
	n.ana.keepSession()
	n.project = must(n.app.store.Project(t.Context(), "grain-talks"))(t)
}

func (n *newsroom) invite(*testing.T) {
	n.ana.click("a", "Settings")
	n.ana.choose("#invite-role", string(annotate.Reviewer))
	n.ana.click("button", "Make a link")
	link := waitFor[string](n.ana, "the link", `() => document.querySelector("#new-link")?.value`)
	n.rolf.open(strings.TrimPrefix(link, n.app.url))
	n.rolf.says("Join Grain talks", "invites you to be a reviewer")
	n.rolf.fillAccount("rolf@example.org")
	n.rolf.at("/projects/grain-talks/articles")
	n.rolf.says("Welcome to the project", "No article yet")
	n.rolf.keepSession()
}

func (n *newsroom) paste(*testing.T) {
	n.ana.click("a", "Articles")
	n.ana.click("a", "Add the first article")
	n.ana.fill("#text", grainTalks)
	n.ana.fill("#publisher", "The Daily Gull")
	n.ana.click("button", "Add the article")
	n.ana.ready()
	n.ana.says("Article added")
	n.article = annotate.ID(n.ana.path()[strings.LastIndex(n.ana.path(), "/")+1:])
	if got := n.ana.article(n.project, n.article, "").Text; got != n.text {
		n.ana.fail("the text is stored as %q", got)
	}
	n.rolf.bench(n.project, n.article)
}

const talks = `the talks "will go on" 🌾`

func (n *newsroom) tagClaim(t *testing.T) {
	t.Helper()
	run[bool](n.ana, `() => {
		window.heard = []
		const region = document.querySelector("#announcements")
		new MutationObserver(() => heard.push(region.textContent)).observe(region, { childList: true, characterData: true, subtree: true })
		return true
	}`)
	n.drag(n.ana, talks)
	n.ana.press("c")
	n.ana.until("those who hear the page to be told", `heard.some((words) => words.includes("Claim tagged"))`)
	n.ana.until("the highlight", `CSS.highlights.get("kind-claim")?.size === 1`)
	n.ana.says("Who says this?")
	a := n.has("one claim", func(a article) bool { return len(a.Annotations) == 1 })
	start, end := span(t, n.text, talks)
	claim := a.Annotations[0]
	if f := claim.Fragments; claim.Kind != annotate.Claim || len(f) != 1 || f[0].Start != start || f[0].End != end || claim.CreatedBy == "" {
		t.Errorf("tagged %+v", claim)
	}
}

func (n *newsroom) tagAttribution(t *testing.T) {
	t.Helper()
	n.drag(n.ana, "President Zelensky")
	n.ana.press("S")
	n.drag(n.ana, "a recording obtained by The Daily Gull")
	n.ana.press("O")
	n.drag(n.ana, "told reporters")
	n.ana.press("U")
	a := n.has("speaker, source and cue, linked", func(a article) bool { return len(a.Links) == 3 })
	for role, words := range map[annotate.LinkRole]string{
		annotate.RoleSpeaker: "President Zelensky", annotate.RoleSource: "a recording obtained by The Daily Gull", annotate.RoleCue: "told reporters",
	} {
		if got := a.linked(a.find(t, annotate.Claim, talks), role); !slices.Equal(got, []string{words}) {
			t.Errorf("%s: the claim leads to %q", role, got)
		}
	}
	n.ana.says("President Zelensky", "The Daily Gull")
}

// The chain goes outwards: a recording, transcribed by an agency.
func (n *newsroom) chain(t *testing.T) {
	t.Helper()
	n.ana.click("#cards .chip button.name", "a recording obtained")
	n.ana.says("Passed on by")
	n.drag(n.ana, "The agency Seamark")
	n.ana.press("O")
	a := n.has("a chain", func(a article) bool { return len(a.Links) == 4 })
	if got := a.linked(a.find(t, annotate.Source, "a recording obtained by The Daily Gull"), annotate.RoleVia); !slices.Equal(got, []string{"The agency Seamark"}) {
		t.Errorf("the recording came via %q", got)
	}
}

func (n *newsroom) code(t *testing.T) {
	t.Helper()
	n.focus(n.ana, talks)
	n.ana.unfold("Coding")
	n.ana.click(`fieldset[data-attribute="quotation"] label`, "Mixed")
	n.has("the answer", func(a article) bool { return a.find(t, annotate.Claim, talks).Attributes["quotation"] == "mixed" })
	n.ana.choose(`.chain select[data-attribute="certainty"]`, "CT+")
	n.has("the answer on the link", func(a article) bool {
		return slices.ContainsFunc(a.Links, func(l annotate.LinkRecord) bool {
			return l.Role == annotate.RoleSource && l.Attributes["certainty"] == "CT+"
		})
	})
}

const asked, wait = `"We have not been asked,"`, `"and we will not wait."`

func (n *newsroom) addFragment(t *testing.T) {
	t.Helper()
	n.drag(n.ana, asked)
	n.ana.press("c")
	n.drag(n.ana, wait)
	n.ana.press("+")
	a := n.has("a claim of two fragments", func(a article) bool { return len(a.find(t, annotate.Claim, asked).Fragments) == 2 })
	if got := a.exact(a.find(t, annotate.Claim, asked).Fragments[1]); got != wait {
		t.Errorf("the second fragment is %q", got)
	}
	n.ana.says("Text is now")
}

// The first spelling makes the person, the second is offered him.
func (n *newsroom) identify(t *testing.T) {
	t.Helper()
	n.drag(n.ana, "Zelenskiy")
	n.ana.press("S")
	n.focus(n.ana, "President Zelensky")
	n.ana.fill(`[data-role="entity"] input`, "Volodymyr Zelensky")
	n.ana.click(`[role="option"]`, "new person")
	n.has("the person", func(a article) bool { return a.find(t, annotate.Speaker, "President Zelensky").Entity != nil })
	n.focus(n.ana, "Zelenskiy")
	n.ana.click(`[data-role="entity"] button.offer`, "Volodymyr Zelensky")
	a := n.has("the same person", func(a article) bool { return a.find(t, annotate.Speaker, "Zelenskiy").Entity != nil })
	if one, other := a.find(t, annotate.Speaker, "President Zelensky").Entity, a.find(t, annotate.Speaker, "Zelenskiy").Entity; *one != *other {
		t.Errorf("the two spellings are %s and %s", *one, *other)
	}
	n.ana.click(`[data-action="spelling"]`)
	n.has("the spelling", func(a article) bool {
		return len(a.Entities) == 1 && slices.ContainsFunc(a.Entities[0].Names, func(n struct{ Name, Type string }) bool { return n.Name == "Zelenskiy" })
	})
	n.ana.until("the name of the person on both claims", `[...document.querySelectorAll("#cards .card")].filter((c) => c.textContent.includes("Volodymyr Zelensky")).length >= 2`)
}

const outer, inner = `the envoy would tell the council that "the road is open"`, `"the road is open"`

func (n *newsroom) nest(t *testing.T) {
	t.Helper()
	n.drag(n.ana, outer)
	n.ana.press("c")
	n.drag(n.ana, inner)
	n.ana.press("C")
	a := n.has("a claim within another", func(a article) bool { return len(a.linked(a.find(t, annotate.Claim, inner), annotate.RoleWithin)) == 1 })
	if got := a.linked(a.find(t, annotate.Claim, inner), annotate.RoleWithin)[0]; got != outer {
		t.Errorf("the inner claim is said within %q", got)
	}
	n.ana.until("the inner wash", `CSS.highlights.get("inner-claim")?.size === 1`)
}

func (n *newsroom) undo(t *testing.T) {
	t.Helper()
	within := func(want int) func(article) bool {
		return func(a article) bool {
			claims := 0
			for _, l := range a.Links {
				if l.Role == annotate.RoleWithin {
					claims++
				}
			}
			return claims == want
		}
	}
	n.ana.press("Escape", "Control+z")
	n.ana.says("Undone")
	n.has("the nesting undone", within(0))
	n.ana.press("Control+Z")
	n.ana.says("Redone")
	n.has("the nesting redone", within(1))
	n.ana.click("#undo")
	n.has("the nesting undone by the button", within(0))
	n.ana.press("Control+y")
	a := n.has("the nesting redone again", within(1))
	if got := a.linked(a.find(t, annotate.Claim, inner), annotate.RoleWithin); !slices.Equal(got, []string{outer}) {
		t.Errorf("redone, the inner claim is said within %q", got)
	}
}

func (n *newsroom) remove(t *testing.T) {
	t.Helper()
	n.drag(n.ana, "The ministry declined to comment")
	n.ana.press("c")
	n.has("a claim too many", func(a article) bool { return a.has(annotate.Claim, "The ministry declined to comment") })
	n.ana.until("the keyboard to be in its card", `document.querySelector('#cards .card[data-form="open"]')?.contains(document.activeElement)`)
	n.ana.press("Escape", "Delete")
	n.ana.says("Claim deleted")
	a := n.has("the claim gone", func(a article) bool { return !a.has(annotate.Claim, "The ministry declined to comment") })
	if !a.has(annotate.Claim, talks) {
		t.Error("another claim went with it")
	}
}

// Rolf has had the article open since before anything was tagged.
func (n *newsroom) follow(*testing.T) {
	n.rolf.until("Ana's claims", `CSS.highlights.get("kind-claim")?.size === 4 && CSS.highlights.get("kind-speaker")?.size === 2`)
	n.rolf.until("their cards", `document.querySelectorAll("#cards .card").length === 4`)
	n.rolf.says("Volodymyr Zelensky")
	n.drag(n.ana, "Dana Orlov")
	n.ana.press("s")
	n.rolf.until("one more speaker", `CSS.highlights.get("kind-speaker")?.size === 3`)
	n.rolf.says("Ana Admin")
}

func (n *newsroom) approve(*testing.T) {
	n.rolf.click(".tabs a", "Claims")
	n.rolf.at("/projects/grain-talks/claims")
	n.rolf.click(".claim-card a", "Volodymyr Zelensky")
	n.rolf.says("the talks", "Said by", "a recording obtained by The Daily Gull", "Seamark")
	n.rolf.click("button[name=decision]", "Approve")
	n.reviewed(talks, annotate.Approved)
	n.ana.until("the state on Ana's page", `document.querySelector('#cards [data-state="approved"]') !== null`)
}

// reviewed waits until a claim is stored in a state.
func (n *newsroom) reviewed(words string, state annotate.ReviewState) {
	n.ana.tb.Helper()
	n.has(words+" "+string(state), func(a article) bool { return a.find(n.ana.tb, annotate.Claim, words).Review == state })
}

func (n *newsroom) dispute(t *testing.T) {
	t.Helper()
	id := n.ana.article(n.project, n.article, "").find(t, annotate.Claim, asked).ID
	n.rolf.open("/projects/grain-talks/claims/" + string(id))
	n.rolf.bears("422")
	n.rolf.click("button[name=decision]", "Dispute")
	n.rolf.until("the complaint", `document.querySelector("#reason")?.getAttribute("aria-invalid") === "true"`)
	n.reviewed(asked, annotate.Unreviewed)
	n.rolf.fill("#reason", "He was asked in May.")
	n.rolf.click("button[name=decision]", "Dispute")
	n.reviewed(asked, annotate.Disputed)
	n.focus(n.ana, asked)
	n.ana.says("Rolf Reviewer", "He was asked in May.")
}

func (n *newsroom) comment(t *testing.T) {
	t.Helper()
	id := n.ana.article(n.project, n.article, "").find(t, annotate.Claim, asked).ID
	n.rolf.open("/projects/grain-talks/claims/" + string(id))
	n.rolf.fill("#body", "See the letter of 3 May.")
	n.rolf.click("button", "Comment")
	n.rolf.says("Comment added", "See the letter of 3 May.")
	n.ana.click("a.review-link", "1 comment")
	n.ana.says("See the letter of 3 May.")
	n.ana.fill("#body", "I shall look it up.")
	n.ana.click("button", "Comment")
	a := n.has("two comments", func(a article) bool { return len(a.Comments) == 2 })
	if a.Comments[0].Body != "See the letter of 3 May." || a.Comments[1].Body != "I shall look it up." || a.Comments[0].Claim != id {
		t.Errorf("comments: %+v", a.Comments)
	}
}

func (n *newsroom) edit(*testing.T) {
	n.ana.bench(n.project, n.article)
	n.focus(n.ana, talks)
	n.ana.press("Alt+Shift+ArrowRight")
	n.reviewed(talks+", according", annotate.Unreviewed)
	n.ana.press("Alt+Shift+ArrowLeft", "Alt+ArrowLeft")
	n.reviewed(talks, annotate.Unreviewed)
	n.rolf.open("/projects/grain-talks/claims")
	n.rolf.says("the talks")
	n.rolf.click(".claim-card a", "Volodymyr Zelensky")
	n.rolf.says("the claim has changed since")
	n.rolf.click("button[name=decision]", "Approve")
	n.reviewed(talks, annotate.Approved)
}

func (n *newsroom) selfApprove(t *testing.T) {
	t.Helper()
	claim := n.ana.article(n.project, n.article, "").find(t, annotate.Claim, outer)
	n.ana.open("/projects/grain-talks/claims/" + string(claim.ID))
	n.ana.says("somebody else has to approve it")
	if run[bool](n.ana, `() => document.querySelector('button[name=decision][value=approve]') !== null`) {
		t.Error("the author is offered to approve")
	}
	decision := map[string]any{"decision": "approve", "reason": "", "version": claim.Version}
	if status := n.ana.api(http.MethodPost, "/projects/grain-talks/claims/"+string(claim.ID)+"/reviews", decision, nil); status != http.StatusForbidden {
		t.Errorf("approving one's own claim past the page: %d, want 403", status)
	}
	n.reviewed(outer, annotate.Unreviewed)
}
