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
	apart   *apart
	visitor *person // not signed in
	admin   *person
	// starter is an analyst of the project in which there is nothing yet.
	starter *person
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
	t.Parallel()
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
var notPages = []string{"/api/", "/assets/", "/schemas/", "/healthz", "/readyz", "/favicon.ico", "/projects/{project}/export/file", "/projects/{project}/agreement/file", "/colors/", "/projects/{project}/codebook/beside"}

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
	g.haveDuplicates()
	g.empty = g.project("empty", "Nothing yet")
	g.apart = g.apartFrom(4)
	g.starter = g.member(g.empty, annotate.Analyst, "Stella Starter")
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

// article is the first of the demonstration.
func (g *gallery) article() annotate.ID { return g.papers.script.Stories[0].Article.ID }

// claim is the first claim of the demonstration in that state of review.
func (g *gallery) claim(state annotate.ReviewState) annotate.ID {
	g.tb.Helper()
	page := must(g.store.Claims(g.tb.Context(), store.Operator(g.papers.Project), store.ClaimFilter{State: state, Limit: 1}))(g.tb)
	if len(page.Items) == 0 {
		g.tb.Fatalf("no claim of the demonstration is %s", state)
	}
	return page.Items[0].Claim.ID
}

// entity is one of the demonstration's.
func (g *gallery) entity(name string) annotate.ID {
	g.tb.Helper()
	for _, e := range g.papers.script.Entities {
		if e.Name == name {
			return e.ID
		}
	}
	g.tb.Fatalf("%q is not in the demonstration", name)
	return ""
}

// haveDuplicates makes one entity that is merged into another of its kind, and
// one that only looks as if it were the same.
func (g *gallery) haveDuplicates() {
	g.tb.Helper()
	manager := g.papers.people[annotate.Manager].id
	for _, name := range []string{"Tobias Ren", "T. Renn"} {
		e := annotate.Entity{ID: store.NewID(), Type: annotate.Person, Name: name, CreatedBy: manager}
		e = must(g.store.AddEntity(g.tb.Context(), g.papers.ID, e, time.Now()))(g.tb)
		if name == "T. Renn" {
			must(g.store.MergeEntity(g.tb.Context(), g.papers.ID, store.Merge{From: e.ID, Into: g.entity("Tobias Renn"), By: manager, At: time.Now()}))(g.tb)
		}
	}
}

func by(role annotate.Role) func(*gallery) *person {
	return func(g *gallery) *person { return g.papers.people[role] }
}

func theApartReviewer(g *gallery) *person { return g.apart.reviewer }

func anybody(g *gallery) *person { return g.visitor }

func theAdmin(g *gallery) *person { return g.admin }

func theStarter(g *gallery) *person { return g.starter }

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

const lookForViolations = `async (rules) => {
	const only = rules.length > 0 ? { runOnly: { type: "rule", values: rules } } : {}
	const { violations } = await axe.run(document, { resultTypes: ["violations"], preload: false, ...only })
	const found = violations.map(({ id, help, nodes }) => id + ": " + help + ": " +
		nodes.slice(0, 4).map((n) => n.target.join(" ") + " (" + n.failureSummary.split("\n").slice(1).join("; ").trim() + ")").join(" | "))
	const wide = document.documentElement.scrollWidth
	if (wide > innerWidth) {
		const out = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && e.checkVisibility())
		found.push("the page is " + wide + " pixels wide in a window of " + innerWidth + ": " +
			out.slice(-3).map((e) => e.tagName + "." + e.className + " " + e.textContent.slice(0, 40)).join(" | "))
	}
	return found
}`

// rulesOfColour are all that can tell dark from light: nothing else changes.
var rulesOfColour = []string{"color-contrast", "link-in-text-block"}

// looksRight fails the test for what axe-core finds, light and dark, wide and
// narrow.
func (p *person) looksRight(axe string) {
	p.tb.Helper()
	p.do("bring axe-core", chromedp.Evaluate[chromedp.Void](axe))
	for _, width := range []int64{1280, 390} {
		p.do("resize", chromedp.EmulateViewport(width, 900))
		for scheme, rules := range map[string][]string{"light": {}, "dark": rulesOfColour} {
			p.prefer(scheme)
			run[bool](p, `() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`)
			for _, violation := range run[[]string](p, lookForViolations, rules) {
				p.tb.Errorf("%s, %d wide, %s: %s", p.path(), width, scheme, violation)
			}
		}
	}
	p.do("resize", chromedp.EmulateViewport(1280, 900))
	p.prefer("light")
}
