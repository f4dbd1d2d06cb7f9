package browsertest

import (
	"slices"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// scenes are how each page is seen, by route. Those of the empty route are of
// pages that stand at no address of their own.
var scenes = map[string][]scene{
	"/sign-in": {
		{state: "signed out", by: anybody, path: at("/sign-in")},
		{state: "refused", by: anybody, path: at("/sign-in"), then: func(p *person) {
			p.signIn("nobody@example.org")
			p.says("is not right")
		}, bears: "422"},
	},
	"/setup/{token}": {{state: "at first", by: func(g *gallery) *person { return g.setup }, path: func(g *gallery) string {
		return "/setup/" + string(must(g.setup.app.store.SetupLink(g.tb.Context(), time.Now()))(g.tb))
	}}},
	"/invitations/{token}": {
		{state: "signed out", by: anybody, path: invitation},
		{state: "signed in", by: theAdmin, path: invitation},
	},
	"/": {
		{state: "empty", by: theNewcomer, path: at("/")},
		{state: "filled", by: theAdmin, path: at("/")},
		{state: "with the menus open", by: theAdmin, path: at("/"), then: func(p *person) {
			p.click("summary", "Account of")
			p.says("Sign out")
		}},
	},
	"/new-project": {
		{state: "as it is", by: theAdmin, path: at("/new-project")},
		{state: "refused", by: theAdmin, path: at("/new-project"), then: func(p *person) {
			p.fill("#name", "Harbour")
			p.fill("#slug", "papers")
			p.press("Enter")
			p.says("Another project has this address")
		}, bears: "422"},
	},
	"/account": {
		{state: "as it is", by: theAdmin, path: at("/account")},
		{state: "with a new token", by: theAdmin, path: at("/account"), then: func(p *person) {
			p.fill("#token-name", "nightly export")
			p.press("Enter")
			p.says("Your new token")
		}},
	},
	"/notifications": {
		{state: "empty", by: theNewcomer, path: at("/notifications")},
		{state: "filled", by: by(annotate.Analyst), path: func(g *gallery) string {
			g.talk()
			return "/notifications"
		}},
	},
	"/admin/users": {{state: "filled", by: theAdmin, path: at("/admin/users")}},

	"/projects/{project}":          {{state: "leads on", by: by(annotate.Viewer), path: at("/projects/papers")}},
	"/projects/{project}/articles": articleScenes,
	"/projects/{project}/new-article": {
		{state: "as it is", by: by(annotate.Analyst), path: at("/projects/papers/new-article")},
		{state: "refused", by: by(annotate.Analyst), path: at("/projects/papers/new-article"), then: func(p *person) {
			p.fill("#datePublished", "last month")
			p.click("button", "Add the article")
			p.until("a complaint", `document.querySelector("[aria-invalid=true]")`)
		}, bears: "422"},
	},
	"/projects/{project}/articles/{article}":          workbenchScenes,
	"/projects/{project}/articles/{article}/metadata": {{state: "filled", by: by(annotate.Analyst), path: underArticle("/metadata")}},
	"/projects/{project}/articles/{article}/delete":   {{state: "asks", by: by(annotate.Manager), path: underArticle("/delete")}},

	"/projects/{project}/work": {
		{state: "nothing", by: by(annotate.Reviewer), path: at("/projects/papers/work")},
		{state: "something", by: by(annotate.Analyst), path: assigned("/projects/papers/work")},
	},
	"/projects/{project}/assignments": {
		{state: "filled", by: by(annotate.Manager), path: assigned("/projects/papers/assignments")},
		{state: "refused", by: by(annotate.Manager), path: at("/projects/papers/assignments"), then: func(p *person) {
			p.click("button", "Assign")
			p.until("a complaint", `document.querySelector(".complaint")`)
		}, bears: "422"},
	},
	"/projects/{project}/dashboard": {
		{state: "filled", by: by(annotate.Viewer), path: at("/projects/papers/dashboard")},
		{state: "with the numbers", by: by(annotate.Viewer), path: at("/projects/papers/dashboard?range=quarter"), then: func(p *person) {
			p.click(".chart summary")
		}},
		{state: "with disagreement", by: theApartReviewer, path: measured("/projects/apart/dashboard")},
	},

	"/projects/{project}/find": {
		{state: "at first", by: by(annotate.Analyst), path: at("/projects/papers/find")},
		{state: "with what was found", by: by(annotate.Analyst), path: at("/projects/papers/find?q=renn")},
		{state: "with what was found, to read", by: by(annotate.Viewer), path: at("/projects/papers/find?q=renn")},
		{state: "nothing found", by: by(annotate.Analyst), path: at("/projects/papers/find?q=zzzz")},
		{state: "refused", by: by(annotate.Analyst), path: at("/projects/papers/find?q=renn"), then: func(p *person) {
			p.fill("#entity", "Nobody Known")
			p.click("button", "Tag what is checked")
			p.until("the complaint", `document.querySelector("#entity")?.getAttribute("aria-invalid") === "true"`)
		}, bears: "422"},
	},
	"/projects/{project}/bulk": {
		{state: "with some", by: by(annotate.Analyst), path: func(g *gallery) string {
			bulkChange(annotate.Cue)(g)
			return "/projects/papers/bulk"
		}},
		{state: "to read", by: by(annotate.Viewer), path: at("/projects/papers/bulk")},
	},
	"/projects/{project}/bulk/{bulk}": {
		{state: "done", by: by(annotate.Analyst), path: bulkChange(annotate.Cue)},
		{state: "with nothing left to do, to read", by: by(annotate.Viewer), path: bulkChange(annotate.Cue)},
		{state: "undone, in part", by: by(annotate.Analyst), path: bulkChange(annotate.Source), then: func(p *person) {
			p.click("li button", "Undo")
			p.says("Undone")
		}},
	},
	"/projects/{project}/recode": {
		{state: "at first", by: by(annotate.Analyst), path: at("/projects/papers/recode?state=all")},
		{state: "with what it would change", by: by(annotate.Analyst), path: at("/projects/papers/recode?state=all&answer=modality%3Dactual")},
		{state: "filtered to nothing", by: by(annotate.Analyst), path: at("/projects/papers/recode?q=zzzz")},
	},
	"/projects/{project}/articles/{article}/history": {
		{state: "as it is", by: by(annotate.Viewer), path: underArticle("/history")},
		{state: "in the past", by: by(annotate.Analyst), path: underArticle("/history?seq=20")},
		{state: "before the first", by: by(annotate.Analyst), path: underArticle("/history?seq=0")},
	},
	"/projects/{project}/articles/{article}/restore": {
		{state: "planned", by: by(annotate.Analyst), path: underArticle("/restore?seq=20")},
		{state: "nothing to restore", by: by(annotate.Analyst), path: underArticle("/restore")},
	},
	"/projects/{project}/articles/{article}/print": {{state: "with comments", by: by(annotate.Viewer), path: underArticle("/print")}},

	"/projects/{project}/claims":         claimsScenes,
	"/projects/{project}/claims/{claim}": claimScenes,
	"/projects/{project}/claims/{claim}/norming": {{state: "as it is", by: by(annotate.Reviewer), path: func(g *gallery) string {
		return claimIn(annotate.Unreviewed)(g) + "/norming"
	}}},
	"/projects/{project}/review": {
		{state: "at first", by: by(annotate.Reviewer), path: at("/projects/papers/review?state=all")},
		{state: "with what it would do", by: by(annotate.Reviewer), path: at("/projects/papers/review?state=all&decision=approve")},
		{state: "for want of a reason", by: by(annotate.Reviewer), path: at("/projects/papers/review?decision=dispute")},
	},
	"/projects/{project}/norming": {
		{state: "empty", by: theStarter, path: at("/projects/empty/norming")},
		{state: "filled", by: by(annotate.Viewer), path: func(g *gallery) string {
			g.vote(false)
			return "/projects/papers/norming"
		}},
	},
	"/projects/{project}/norming/{norming}": {
		{state: "to vote", by: by(annotate.Analyst), path: func(g *gallery) string { return g.vote(false) }},
		{state: "to reveal", by: by(annotate.Reviewer), path: func(g *gallery) string { return g.vote(false) }},
		{state: "to settle", by: by(annotate.Reviewer), path: func(g *gallery) string { return g.vote(true) }},
	},
	"/projects/{project}/claims/{claim}/history": {{state: "filled", by: by(annotate.Analyst), path: func(g *gallery) string {
		return claimIn(annotate.Approved)(g) + "/history"
	}}},

	"/projects/{project}/entities": {
		{state: "empty", by: theStarter, path: at("/projects/empty/entities")},
		{state: "filled", by: by(annotate.Analyst), path: at("/projects/papers/entities")},
		{state: "nothing found", by: by(annotate.Analyst), path: at("/projects/papers/entities?q=zzzz")},
	},
	"/projects/{project}/new-entity": {{state: "as it is", by: by(annotate.Analyst), path: at("/projects/papers/new-entity")}},
	"/projects/{project}/entities/{entity}": {
		{state: "to read", by: by(annotate.Viewer), path: underEntity("")},
		{state: "to change", by: by(annotate.Analyst), path: underEntity("")},
	},
	"/projects/{project}/entities/{entity}/edit": {{state: "filled", by: by(annotate.Analyst), path: underEntity("/edit")}},
	"/projects/{project}/entities/{entity}/merge": {
		{state: "choosing", by: by(annotate.Analyst), path: underEntity("/merge")},
		{state: "chosen", by: by(annotate.Analyst), path: func(g *gallery) string {
			return underEntity("/merge")(g) + "?into=" + string(g.entity("Konstantin Dreyhaupt"))
		}},
	},
	"/projects/{project}/duplicates": {
		{state: "empty", by: theStarter, path: at("/projects/empty/duplicates")},
		{state: "filled", by: by(annotate.Analyst), path: at("/projects/papers/duplicates")},
	},

	"/projects/{project}/codebook": {
		{state: "to read", by: by(annotate.Viewer), path: at("/projects/papers/codebook")},
		{state: "to change", by: by(annotate.Manager), path: at("/projects/papers/codebook")},
	},
	"/projects/{project}/codebook/guidelines": {
		{state: "as it is", by: by(annotate.Manager), path: at("/projects/papers/codebook/guidelines")},
		{state: "previewed", by: by(annotate.Manager), path: at("/projects/papers/codebook/guidelines"), then: func(p *person) {
			p.fill("#guidelines", "Only **today's** news.")
			p.click("button", "Preview")
			p.until("the preview", `document.querySelector(".preview strong")`)
		}},
	},
	"/projects/{project}/codebook/new-kind": {
		{state: "as it is", by: by(annotate.Manager), path: at("/projects/papers/codebook/new-kind")},
		{state: "refused", by: by(annotate.Manager), path: at("/projects/papers/codebook/new-kind"), then: func(p *person) {
			p.fill("#label", "Mood")
			p.fill("#key", "c")
			p.click("input[value=own]")
			run[bool](p, `() => Boolean(document.querySelector("[name=dark]").value = "#ffffff")`)
			p.click("#save")
			p.says("no other kind has", "has to by 4.5 to 1")
		}, bears: "422"},
	},
	"/projects/{project}/codebook/kinds/{kind}":  {{state: "filled", by: by(annotate.Manager), path: at("/projects/papers/codebook/kinds/speaker")}},
	"/projects/{project}/codebook/new-attribute": {{state: "as it is", by: by(annotate.Manager), path: at("/projects/papers/codebook/new-attribute")}},
	"/projects/{project}/codebook/attributes/{attribute}": {
		{state: "filled", by: by(annotate.Manager), path: at("/projects/papers/codebook/attributes/modality")},
		{state: "refused", by: by(annotate.Manager), path: at("/projects/papers/codebook/attributes/modality"), then: func(p *person) {
			p.click("button", "Add a value")
			p.until("another value", `document.activeElement?.id === "label-4"`)
			p.click("#save")
			p.says("Give each value a name of its own and a label")
		}, bears: "422"},
	},
	"/projects/{project}/codebook/versions": {{state: "filled", by: by(annotate.Manager), path: versions("")}},
	"/projects/{project}/codebook/versions/{version}": {
		{state: "to read", by: by(annotate.Viewer), path: versions("/1")},
		{state: "to restore", by: by(annotate.Manager), path: versions("/1")},
	},
	"/projects/{project}/codebook/diff": {
		{state: "much", by: by(annotate.Viewer), path: func(g *gallery) string { return versions("")(g) + "/../diff?from=1&to=2" }},
		{state: "nothing", by: by(annotate.Viewer), path: at("/projects/papers/codebook/diff?from=1&to=1")},
	},
	"/projects/{project}/agreement": {
		{state: "filled", by: theApartReviewer, path: measured("/projects/apart/agreement")},
		{state: "of a shared project", by: by(annotate.Manager), path: at("/projects/papers/agreement")},
		{state: "with the meanings", by: theApartReviewer, path: at("/projects/apart/agreement?show=kind+claim+token_alpha"), then: func(p *person) {
			p.measured()
			p.click(".meanings summary")
			p.until("the meanings", `document.querySelector(".meanings[open]")`)
		}},
		{state: "of two", by: theApartReviewer, path: func(g *gallery) string {
			return "/projects/apart/agreement?analyst=" + string(g.apart.analysts[0].id) + "&analyst=" + string(g.apart.analysts[1].id)
		}, then: (*person).measured},
	},
	"/projects/{project}/agreement/cases": {
		{state: "where spans differ", by: theApartReviewer, path: measured("/projects/apart/agreement/cases?kind=claim&measure=f1_exact&only=differ")},
		{state: "what all answered", by: theApartReviewer, path: measured("/projects/apart/agreement/cases?attribute=quotation&measure=fleiss_kappa")},
		{state: "who said what", by: theApartReviewer, path: measured("/projects/apart/agreement/cases?measure=f1_attributions&only=differ")},
		{state: "nothing there", by: theApartReviewer, path: measured("/projects/apart/agreement/cases?kind=cue&measure=f1_overlap&only=differ")},
	},
	"/projects/{project}/adjudication": {
		{state: "filled", by: theApartReviewer, path: at("/projects/apart/adjudication")},
		{state: "of a shared project", by: by(annotate.Reviewer), path: at("/projects/papers/adjudication")},
	},
	"/projects/{project}/articles/{article}/adjudicate": {
		{state: "at first", by: theApartReviewer, path: adjudicating},
		{state: "with a merge", by: theApartReviewer, path: adjudicating, then: func(p *person) {
			p.adjudicating()
			p.press("u")
			p.until("a point that differs", `document.activeElement.matches(".point-card.differing")`)
			p.press("m")
			p.until("the merge", `document.activeElement.closest("[data-merge][open]")`)
		}},
	},
	"/projects/{project}/export": {
		{state: "empty", by: theStarter, path: at("/projects/empty/export")},
		{state: "filled, with the import", by: by(annotate.Manager), path: at("/projects/papers/export")},
	},
	"/projects/{project}/settings": {
		{state: "as it is", by: by(annotate.Manager), path: at("/projects/papers/settings")},
		{state: "with an invitation", by: by(annotate.Manager), path: at("/projects/papers/settings"), then: func(p *person) {
			p.click("button", "Make a link")
			p.says("The invitation link")
		}},
	},

	"": {
		{state: "nothing there", by: anybody, path: at("/nothing/here"), bears: "404"},
		{state: "refused", by: by(annotate.Viewer), path: at("/projects/papers/settings"), bears: "403"},
	},
}

var articleScenes = []scene{
	{state: "empty, to read", by: theAdmin, path: at("/projects/empty/articles")},
	{state: "empty, to fill", by: theStarter, path: at("/projects/empty/articles")},
	{state: "filled", by: by(annotate.Manager), path: at("/projects/papers/articles")},
	{state: "searched", by: by(annotate.Viewer), path: at("/projects/papers/articles?q=harbour")},
	{state: "nothing found", by: by(annotate.Analyst), path: at("/projects/papers/articles?q=zzzz")},
}

var workbenchScenes = []scene{
	{state: "to read", by: by(annotate.Viewer), path: underArticle(""), then: (*person).ready},
	{state: "to tag", by: by(annotate.Analyst), path: underArticle(""), then: (*person).ready},
	{state: "with an open claim", by: by(annotate.Analyst), path: underArticle(""), then: openClaim},
	{state: "with an open claim, to read", by: by(annotate.Viewer), path: underArticle(""), then: openClaim},
	{state: "with everything unfolded", by: by(annotate.Analyst), path: underArticle(""), then: func(p *person) {
		openClaim(p)
		p.unfold("Coding")
		p.unfold("Text and kind")
		p.unfold("Cue, addressee, nesting")
	}},
	{state: "with the codebook", by: by(annotate.Analyst), path: underArticle(""), then: func(p *person) {
		openClaim(p)
		p.press("F1")
		p.until("the codebook at the kind", `document.activeElement?.id === "about-kind-claim"`)
	}},
	{state: "with a selection", by: by(annotate.Analyst), path: underArticle(""), then: func(p *person) {
		openClaim(p)
		p.selectText(0, 5)
		p.until("the toolbar", `!document.querySelector("#selection-tools").hidden`)
	}},
	{state: "filtered", by: by(annotate.Analyst), path: underArticle(""), then: func(p *person) {
		p.ready()
		p.click("#filter summary")
		p.click("#filter-states label", "Approved")
		p.until("something hidden", `document.querySelector("#filter-hidden").textContent.endsWith(" hidden")`)
	}},
	{state: "with the menu of a narrow bar", by: by(annotate.Analyst), path: underArticle(""), then: func(p *person) {
		p.ready()
		p.do("resize", chromedp.EmulateViewport(390, 900))
		p.click("#more summary")
		p.until("the menu", `document.querySelector("#more[open] #further")`)
	}},
	{state: "in the past", by: by(annotate.Analyst), path: underArticle(""), then: func(p *person) {
		p.ready()
		p.press("[", "[")
		p.until("the step marked", `!document.querySelector("#past-bar").hidden && ["new", "gone", "same"].some((mark) => CSS.highlights.get("step-" + mark)?.size > 0)`)
	}},
	{state: "with words found", by: by(annotate.Analyst), path: underArticle(""), then: func(p *person) {
		p.ready()
		p.press("/")
		p.fill("#find-query", "the")
		p.until("what is found", `document.querySelector("#find-count").textContent.startsWith("1 of ")`)
	}},
	{state: "with all that was found", by: by(annotate.Analyst), path: underArticle(""), then: func(p *person) {
		p.ready()
		p.press("/")
		p.types("renn")
		p.press("Control+Enter")
		p.until("the list", `document.querySelector("#tag-hits[open] .hit")`)
	}},
	{state: "with the palette", by: by(annotate.Analyst), path: underArticle(""), then: func(p *person) {
		openClaim(p)
		p.press("Control+k")
		p.until("the palette", `document.querySelector("#palette[open] [role=option]")`)
	}},
	{state: "with the keys", by: by(annotate.Analyst), path: underArticle(""), then: func(p *person) {
		p.ready()
		p.press("?")
		p.until("the sheet of keys", `document.querySelector("#keys").open`)
	}},
}

// openClaim focuses the first claim, by the key for that.
func openClaim(p *person) {
	p.tb.Helper()
	p.ready()
	p.press(".")
	p.until("an open card", `document.querySelector('#cards .card[data-form="open"]')`)
}

// changed has the analyst shorten a claim that was approved, and answer a
// question otherwise.
func (g *gallery) changed() annotate.ID {
	g.tb.Helper()
	c := must(g.store.Claim(g.tb.Context(), store.Operator(g.papers.Project), g.claim(annotate.Approved)))(g.tb)
	changed := c.Claim
	changed.Fragments = slices.Clone(changed.Fragments)
	changed.Fragments[0].Start, changed.Fragments[0].Exact = changed.Fragments[0].Start+4, ""
	changed.Attributes = annotate.Attributes{"quotation": "indirect"}
	must(g.store.Append(g.tb.Context(), g.papers.ID, c.Article.ID, store.Shared, annotate.ChangeSet{
		ID: store.NewID(), Author: g.papers.people[annotate.Analyst].id, At: time.Now(),
		Operations: []annotate.Operation{{Op: annotate.Put, Annotation: &changed}},
	}))(g.tb)
	return c.Claim.ID
}

// talk has the reviewer begin a thread that names the analyst, and resolve
// another.
func (g *gallery) talk() annotate.ID {
	g.tb.Helper()
	claim, reviewer := g.claim(annotate.Disputed), g.papers.people[annotate.Reviewer]
	say := func(replyTo annotate.ID, by *person, body string) annotate.ID {
		c := annotate.Comment{Claim: claim, ReplyTo: replyTo, Author: by.id, Body: body, CreatedAt: time.Now()}
		return must(g.store.AddComment(g.tb.Context(), store.Operator(g.papers.Project), c))(g.tb).ID
	}
	thread := say("", reviewer, "@"+g.papers.people[annotate.Analyst].name+", who is meant by “we” here? The minutes name two people.")
	say(thread, g.papers.people[annotate.Analyst], "The board. It says so in the paragraph before.")
	done := say("", reviewer, "A comma is missing.")
	must(g.store.ResolveThread(g.tb.Context(), store.Operator(g.papers.Project), store.ThreadResolution{Claim: claim, Thread: done, Resolved: true, By: reviewer.id, At: time.Now()}))(g.tb)
	return claim
}

// vote has the reviewer put a claim to the vote and vote, and perhaps all is
// revealed and discussed.
func (g *gallery) vote(revealed bool) string {
	g.tb.Helper()
	ctx, reviewer, analyst := g.tb.Context(), g.papers.people[annotate.Reviewer].id, g.papers.people[annotate.Analyst].id
	id := must(g.store.StartNorming(ctx, store.Operator(g.papers.Project), store.NewNorming{
		Claim: g.claim(annotate.Disputed), Attribute: "modality", Note: "We disagreed on this one last week.",
		Asked: []annotate.ID{analyst, reviewer}, By: reviewer, At: time.Now(),
	}))(g.tb)
	check := func(err error) {
		if err != nil {
			g.tb.Fatal(err)
		}
	}
	check(g.store.Vote(ctx, store.Operator(g.papers.Project), store.NewVote{Norming: id, Voter: reviewer, Answer: []string{"actual"}, Reason: "It is said as a fact.", At: time.Now()}))
	if revealed {
		check(g.store.RevealNorming(ctx, store.Operator(g.papers.Project), store.Chair{Norming: id, By: reviewer, At: time.Now()}))
		must(g.store.DiscussNorming(ctx, store.Operator(g.papers.Project), id, annotate.Comment{Author: analyst, Body: "The sentence after it says otherwise.", CreatedAt: time.Now()}))(g.tb)
	}
	return "/projects/papers/norming/" + string(id)
}

var claimsScenes = []scene{
	{state: "empty", by: theStarter, path: at("/projects/empty/claims")},
	{state: "unreviewed", by: by(annotate.Reviewer), path: at("/projects/papers/claims")},
	{state: "all", by: by(annotate.Reviewer), path: at("/projects/papers/claims?state=all")},
	{state: "filtered to nothing", by: by(annotate.Viewer), path: at("/projects/papers/claims?q=zzzz")},
}

var claimScenes = []scene{
	{state: "unreviewed, to decide", by: by(annotate.Reviewer), path: claimIn(annotate.Unreviewed)},
	{state: "one's own", by: by(annotate.Analyst), path: claimIn(annotate.Unreviewed)},
	{state: "approved, to read", by: by(annotate.Viewer), path: claimIn(annotate.Approved)},
	{state: "disputed", by: by(annotate.Reviewer), path: claimIn(annotate.Disputed)},
	{state: "changed since it was decided on", by: by(annotate.Reviewer), path: func(g *gallery) string { return "/projects/papers/claims/" + string(g.changed()) }},
	{state: "discussed", by: by(annotate.Reviewer), path: func(g *gallery) string { return "/projects/papers/claims/" + string(g.talk()) }},
	{state: "refused for want of a reason", by: by(annotate.Reviewer), path: claimIn(annotate.Unreviewed), then: func(p *person) {
		p.click("button[name=decision]", "Dispute")
		p.until("the complaint", `document.querySelector("#reason")?.getAttribute("aria-invalid") === "true"`)
	}, bears: "422"},
}

// versions is a page about the versions of the codebook, of which there is
// more than one.
func versions(path string) func(*gallery) string {
	return func(g *gallery) string {
		p := must(g.store.Project(g.tb.Context(), "papers"))(g.tb)
		if p.Codebook == 1 {
			c := must(g.store.Codebook(g.tb.Context(), p.ID, 1))(g.tb).WithGuidelines("Only **today's** news.")
			mood := annotate.Kind{Name: "mood", Label: "Mood", Color: "9a6700-e2b344", Key: "m", Active: true}
			c = c.WithKind("", mood, annotate.Cue)
			cue, _ := c.Kind(annotate.Cue)
			cue.Guideline, cue.Color = strings.Replace(cue.Guideline, "fewest words", "least", 1), "slate"
			c = c.WithKind(annotate.Cue, cue, annotate.Claim)
			must(g.store.ChangeCodebook(g.tb.Context(), store.CodebookChange{
				Project: p.ID, Base: 1, Codebook: c, By: g.papers.people[annotate.Manager].id, At: time.Now(),
			}))(g.tb)
		}
		return "/projects/papers/codebook/versions" + path
	}
}

func underArticle(path string) func(*gallery) string {
	return func(g *gallery) string { return "/projects/papers/articles/" + string(g.article()) + path }
}

func underEntity(path string) func(*gallery) string {
	return func(g *gallery) string { return "/projects/papers/entities/" + string(g.entity("Tobias Renn")) + path }
}

// bulkChange is one that tags places as a kind, and of which something was left
// out.
func bulkChange(kind string) func(*gallery) string {
	return func(g *gallery) string {
		ctx := g.tb.Context()
		page := must(g.store.FindText(ctx, store.Operator(g.papers.Project), store.TextQuery{Query: "Dreyhaupt", Limit: 6}))(g.tb)
		places := map[annotate.ID][]annotate.Fragment{g.article(): {{Start: 0, End: 1}}}
		for _, hit := range page.Items {
			places[hit.Article.ID] = append(places[hit.Article.ID], hit.Fragment)
		}
		done := must(g.store.TagAll(ctx, store.Operator(g.papers.Project), store.BulkTagging{
			Query: "Dreyhaupt", Places: places, Kind: kind, By: g.papers.people[annotate.Analyst].id, At: time.Now(),
		}))(g.tb)
		return "/projects/papers/bulk/" + string(done.ID)
	}
}

// measured waits until agreement has been computed.
func (p *person) measured() {
	p.tb.Helper()
	p.until("the numbers", `document.querySelector(".agreement")`)
}

// measured is a path that shows agreement once that has been computed.
func measured(path string) func(*gallery) string {
	return func(g *gallery) string {
		g.apart.reviewer.open("/projects/apart/agreement")
		g.apart.reviewer.measured()
		return path
	}
}

func adjudicating(g *gallery) string {
	return "/projects/apart/articles/" + string(g.apart.articles[0]) + "/adjudicate"
}

// adjudicating waits for the script, and for the first point to have the
// keyboard.
func (p *person) adjudicating() {
	p.tb.Helper()
	p.until("the first open point", `document.documentElement.dataset.adjudicate === "ready" && document.activeElement.matches(".point-card")`)
}

func claimIn(state annotate.ReviewState) func(*gallery) string {
	return func(g *gallery) string { return "/projects/papers/claims/" + string(g.claim(state)) }
}

func invitation(g *gallery) string {
	admin := must(g.store.FirstAdmin(g.tb.Context()))(g.tb)
	secret := must(g.store.Invite(g.tb.Context(), store.NewInvitation{
		Project: g.empty.ID, Role: annotate.Analyst, By: admin.ID, At: time.Now(), Expires: time.Now().Add(time.Hour),
	}))(g.tb)
	return "/invitations/" + string(secret)
}

// assigned is an address that is looked at when articles are assigned.
func assigned(path string) func(*gallery) string {
	return func(g *gallery) string {
		g.tb.Helper()
		manager := store.Asker{Project: g.papers.Project, User: annotate.User{ID: g.papers.people[annotate.Manager].id}, Role: annotate.Manager}
		must(g.store.Deal(g.tb.Context(), manager, store.Deal{
			Way: store.DealEven, Each: 1, Analysts: []annotate.ID{g.papers.people[annotate.Analyst].id}, DueOn: "2026-11-01", At: time.Now(),
		}))(g.tb)
		return path
	}
}
