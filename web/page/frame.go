// Package page holds the pages and the fragments they share, in the words of
// the domain. Nothing here decides anything: the server hands each page what
// it shows.
package page

import (
	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/language"
)

// Frame is what every page needs beside its own content.
type Frame struct {
	// Language is what the page is written in: f.T("Sign in").
	*language.Language
	// Languages are those there are to choose from.
	Languages []*language.Language
	// Title is the page's name, in the window and the history.
	Title string
	// Asker is who is signed in; the zero User is nobody.
	Asker annotate.User
	// Project is the project the page belongs to, the zero Project elsewhere,
	// and Role is the asker's there.
	Project annotate.Project
	Role    annotate.Role
	// Active is the entry of the navigation the page belongs to.
	Active Nav
	// Flash tells what the request before this one did.
	Flash string
	// Path is the page's own address, which the theme switch returns to.
	Path string
	// Theme is light, dark or contrast where the reader chose, else empty.
	Theme string
	// Reading is how the reader has text that is worth reading.
	Reading Reading
	// Asset is the address of a style sheet, a script or a font.
	Asset func(name string) string
	// Words is the name of the script with the words of the others, empty
	// where they say what stands in them.
	Words string
	// First is a script of the page that has a part in its first frame: nothing
	// shows before it has run.
	First string
	// Colors is the style sheet of the project's own colours, or empty.
	Colors string
	// Scripts are the page's own scripts, such as page/workbench.js.
	Scripts []string
	// Unread is how much the asker has been notified of and has not read.
	Unread int
	// Full is for pages that take the whole window. Their header is not kept
	// in sight.
	Full bool
}

// Reading is how somebody has text that is worth reading.
type Reading struct {
	TextSize  string // one of [TextSizes]; empty is the usual
	LineWidth string // one of [LineWidths]; empty is the usual
}

// TextSizes and LineWidths are what a reader chooses from, in their order.
var (
	TextSizes  = []string{"small", "", "large", "largest"}
	LineWidths = []string{"narrow", "", "wide"}
)

// Nav is an entry of the navigation.
type Nav string

// The entries of the navigation.
const (
	NavProjects  Nav = "projects"
	NavArticles  Nav = "articles"
	NavWork      Nav = "work"
	NavClaims    Nav = "claims"
	NavEntities  Nav = "entities"
	NavCodebook  Nav = "codebook"
	NavDashboard Nav = "dashboard"
	NavAgreement Nav = "agreement"
	NavExport    Nav = "export"
	NavSettings  Nav = "settings"
	NavAccount   Nav = "account"
	NavUsers     Nav = "users"

	NavNotifications Nav = "notifications"
)

// May reports whether the asker's role in the project includes need.
func (f Frame) May(need annotate.Role) bool { return f.Role.May(need) }

// SignedIn reports whether somebody is signed in.
func (f Frame) SignedIn() bool { return f.Asker.ID != "" }

// windowTitle is the page's name first, for it is what tells tabs apart.
func (f Frame) windowTitle() string {
	switch {
	case f.Project.ID != "" && f.Title != f.Project.Name:
		return f.Title + " · " + f.Project.Name + " · Onrecord"
	default:
		return f.Title + " · Onrecord"
	}
}

// colorScheme tells the browser how to paint before the style sheet is there.
func (f Frame) colorScheme() string {
	if f.Theme == "light" || f.Theme == "dark" {
		return f.Theme
	}
	return "light dark"
}
