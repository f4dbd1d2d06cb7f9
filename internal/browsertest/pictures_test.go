package browsertest

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"
)

var picturesIn = flag.String("pictures", "", "take the pictures for the documentation and put them into this folder")

// pictures are the scenes the documentation shows, with the names of their
// files. What changes the project comes last.
var pictures = []struct{ name, route, state string }{
	{"workbench", "/projects/{project}/articles/{article}", "with an open claim"},
	{"workbench-find", "/projects/{project}/articles/{article}", "with words found"},
	{"workbench-keys", "/projects/{project}/articles/{article}", "with the keys"},
	{"workbench-past", "/projects/{project}/articles/{article}", "in the past"},
	{"command-palette", "/projects/{project}/articles/{article}", "with the palette"},
	{"articles", "/projects/{project}/articles", "filled"},
	{"review-queue", "/projects/{project}/claims", "unreviewed"},
	{"claim", "/projects/{project}/claims/{claim}", "disputed"},
	{"entities", "/projects/{project}/entities", "filled"},
	{"dashboard", "/projects/{project}/dashboard", "with disagreement"},
	{"codebook", "/projects/{project}/codebook", "to change"},
	{"codebook-kind", "/projects/{project}/codebook/kinds/{kind}", "filled"},
	{"codebook-diff", "/projects/{project}/codebook/diff", "much"},
}

// TestPictures takes each picture light and dark, wide and narrow.
func TestPictures(t *testing.T) {
	if *picturesIn == "" {
		t.Skip("make pictures takes them")
	}
	if err := os.MkdirAll(*picturesIn, 0o755); err != nil {
		t.Fatal(err)
	}
	g := newGallery(t)
	for _, of := range pictures {
		t.Run(of.name, func(t *testing.T) {
			i := slices.IndexFunc(scenes[of.route], func(s scene) bool { return s.state == of.state })
			if i < 0 {
				t.Fatalf("no scene of %s is %q", of.route, of.state)
			}
			g.take(t, of.name, scenes[of.route][i])
		})
	}
}

// take takes the pictures of s. Each is of the page as it opens in a window of
// that size: a page may set itself up by it.
func (g *gallery) take(t *testing.T, name string, s scene) {
	t.Helper()
	p := s.by(g)
	p.during(t)
	for _, window := range []struct{ width, height int64 }{{1400, 900}, {390, 844}} {
		p.do("resize", chromedp.EmulateViewport(window.width, window.height))
		p.open(s.path(g))
		if s.then != nil {
			s.then(p)
		}
		for _, scheme := range []string{"light", "dark"} {
			p.prefer(scheme)
			run[bool](p, `() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`)
			shot, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
			if err != nil {
				t.Fatal(err)
			}
			file := name + "-" + scheme + "-" + strconv.FormatInt(window.width, 10) + ".png"
			if err := os.WriteFile(filepath.Join(*picturesIn, file), shot, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	p.do("resize", chromedp.EmulateViewport(1280, 900))
	p.prefer("light")
}
