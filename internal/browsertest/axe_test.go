package browsertest

import (
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/go-chi/chi/v5"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// gallery is an Onrecord with everything there is to look at.
type gallery struct {
	*app
	papers  *demonstration
	empty   annotate.Project
	visitor *person // not signed in
	admin   *person
	// newcomer has an account and belongs to no project.
	newcomer *person
	setup    *person // at an Onrecord that nobody has set up
}

// scene is a page as one of them sees it.
type scene struct {
	// state tells it from the other scenes of its route.
	state string
	by    func(*gallery) *person
	path  func(*gallery) string
	// then is what is done on the page before it is looked at.
	then func(*person)
	// bears is a pattern of the browser's complaints that belong to the scene.
	bears string
}

func TestEveryPageIsAccessible(t *testing.T) {
	axe := axeCore(t)
	g := newGallery(t)
	for _, route := range slices.Sorted(maps.Keys(scenes)) {
		for _, s := range scenes[route] {
			t.Run(strings.Trim(strings.ReplaceAll(route, "/", " "), " ")+" "+s.state, func(t *testing.T) {
				p := s.by(g)
				p.during(t)
				if s.bears != "" {
					p.bears(s.bears)
				}
				p.open(s.path(g))
				if s.then != nil {
					s.then(p)
				}
				p.looksRight(axe)
			})
		}
	}
}

// A page that has no scene is a page that nobody has looked at.
func TestEveryPageHasAScene(t *testing.T) {
	t.Parallel()
	pages := map[string]bool{}
	for _, route := range pageRoutes(t, newApp(t)) {
		pages[route] = true
		if len(scenes[route]) == 0 {
			t.Errorf("%s has no scene", route)
		}
	}
	for route := range scenes {
		if !pages[route] && route != "" {
			t.Errorf("the scenes of %s are of no page", route)
		}
	}
}

// notPages answer GET with something that is not read as a page.
var notPages = []string{"/api/", "/assets/", "/schemas/", "/healthz", "/readyz", "/favicon.ico"}

func pageRoutes(tb testing.TB, a *app) []string {
	tb.Helper()
	routes, ok := a.server.Handler().(chi.Routes)
	if !ok {
		tb.Fatal("the server does not tell its routes")
	}
	found := map[string]bool{}
	err := chi.Walk(routes, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		is := func(prefix string) bool { return strings.HasPrefix(route, prefix) }
		if method == http.MethodGet && !slices.ContainsFunc(notPages, is) {
			found[route] = true
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return slices.Sorted(maps.Keys(found))
}

func newGallery(tb testing.TB) *gallery {
	tb.Helper()
	g := &gallery{app: newApp(tb)}
	g.papers = g.demonstration()
	g.empty = g.project("empty", "Nothing yet")
	g.visitor = g.app.visitor("Victor Visitor")
	g.admin = g.app.visitor("Ada Admin")
	g.admin.open("/sign-in")
	g.admin.signIn("admin@example.org")
	g.admin.at("/")
	g.newcomer = g.member(g.empty, annotate.Viewer, "Nuria Newcomer")
	if err := g.store.RemoveMember(tb.Context(), g.empty.ID, string(g.newcomer.id)); err != nil {
		tb.Fatal(err)
	}
	g.setup = newApp(tb).visitor("Petra Pioneer")
	return g
}

func (g *gallery) article(i int) annotate.ID { return g.papers.script.Stories[i].Article.ID }

// claim is the first claim of the demonstration in that state of review.
func (g *gallery) claim(state annotate.ReviewState) annotate.ID {
	g.tb.Helper()
	page := must(g.store.Claims(g.tb.Context(), g.papers.ID, store.ClaimFilter{State: state, Limit: 1}))(g.tb)
	if len(page.Items) == 0 {
		g.tb.Fatalf("no claim of the demonstration is %s", state)
	}
	return page.Items[0].Claim.ID
}

func by(role annotate.Role) func(*gallery) *person {
	return func(g *gallery) *person { return g.papers.people[role] }
}

func anybody(g *gallery) *person { return g.visitor }

func theAdmin(g *gallery) *person { return g.admin }

func theNewcomer(g *gallery) *person { return g.newcomer }

func at(path string) func(*gallery) string { return func(*gallery) string { return path } }

// axeCore is the script that looks for violations.
func axeCore(tb testing.TB) string {
	tb.Helper()
	script, err := os.ReadFile("../../web/node_modules/axe-core/axe.min.js")
	if os.IsNotExist(err) {
		lacking(tb, "axe-core is not installed: run npm ci in web")
	}
	if err != nil {
		tb.Fatal(err)
	}
	return string(script)
}

const lookForViolations = `async () => {
	const { violations } = await axe.run(document, { resultTypes: ["violations"], preload: false })
	const found = violations.map(({ id, help, nodes }) => id + ": " + help + ": " +
		nodes.slice(0, 4).map((n) => n.target.join(" ") + " (" + n.failureSummary.split("\n").slice(1).join("; ").trim() + ")").join(" | "))
	const wide = document.documentElement.scrollWidth
	if (wide > innerWidth) found.push("the page is " + wide + " pixels wide in a window of " + innerWidth)
	return found
}`

// looksRight fails the test for what axe-core finds, light and dark, wide and
// narrow.
func (p *person) looksRight(axe string) {
	p.tb.Helper()
	p.do("bring axe-core", chromedp.Evaluate[chromedp.Void](axe))
	for _, width := range []int64{1280, 390} {
		p.do("resize", chromedp.EmulateViewport(width, 900))
		for _, scheme := range []string{"light", "dark"} {
			p.prefer(scheme)
			for _, violation := range run[[]string](p, lookForViolations) {
				p.tb.Errorf("%s, %d wide, %s: %s", p.path(), width, scheme, violation)
			}
		}
	}
	p.do("resize", chromedp.EmulateViewport(1280, 900))
	p.prefer("light")
}

// scenes are how each page is seen, by route.
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
	},
	"/new-project": {{by: theAdmin, path: at("/new-project")}, {state: "refused", by: theAdmin, path: at("/new-project"), then: func(p *person) {
		p.fill("#name", "Harbour")
		p.fill("#slug", "papers")
		p.press("Enter")
		p.says("taken")
	}, bears: "422"}},
	"/account": {{state: "as it is", by: theAdmin, path: at("/account")}, {state: "with a new token", by: theAdmin, path: at("/account"), then: func(p *person) {
		p.fill("#token-name", "nightly export")
		p.press("Enter")
		p.says("Your new token")
	}}},
	"/admin/users": {{state: "filled", by: theAdmin, path: at("/admin/users")}},
	"/projects/{project}/codebook": {
		{state: "to read", by: by(annotate.Viewer), path: at("/projects/papers/codebook")},
		{state: "to change", by: by(annotate.Manager), path: at("/projects/papers/codebook")},
	},
	"/projects/{project}/settings": {
		{state: "as it is", by: by(annotate.Manager), path: at("/projects/papers/settings")},
		{state: "with an invitation", by: by(annotate.Manager), path: at("/projects/papers/settings"), then: func(p *person) {
			p.click("button", "Make a link")
			p.says("The invitation link")
		}},
	},
	"/projects/{project}": {{state: "leads on", by: by(annotate.Viewer), path: at("/projects/papers")}},
	"": {
		{state: "nothing there", by: anybody, path: at("/nothing/here"), bears: "404"},
		{state: "refused", by: by(annotate.Viewer), path: at("/projects/papers/settings"), bears: "403"},
	},
}

func invitation(g *gallery) string {
	admin := must(g.store.FirstAdmin(g.tb.Context()))(g.tb)
	secret := must(g.store.Invite(g.tb.Context(), store.NewInvitation{
		Project: g.empty.ID, Role: annotate.Analyst, By: admin.ID, At: time.Now(), Expires: time.Now().Add(time.Hour),
	}))(g.tb)
	return "/invitations/" + string(secret)
}
