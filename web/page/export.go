package page

import (
	"strings"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/language"
	"onrecord.dev/web/ui"
)

// ExportView is what the page of exports and imports shows.
type ExportView struct {
	// Formats are those there are, ours first.
	Formats []FileFormat
	// Articles are those to choose from, the newest first. There are More.
	Articles []annotate.Article
	More     bool
	// Sets are whose annotations one may choose, by hand; none where all work on
	// one set.
	Sets []ui.Option
	// Address is where programs get the export.
	Address string
	// Example is an article as an export has it.
	Example string
	// Import is what became of the file that was just sent, if one was.
	Import *ImportReport
}

// FileFormat is a format of files to choose.
type FileFormat struct {
	Name  string
	Title string
	Ours  bool // carries everything
	Reads bool // can be imported
}

// ImportReport tells what an import made, or would make, or why it was
// refused.
type ImportReport struct {
	File string
	// Complaints are about the file. If there are any, nothing was written.
	Complaints []string
	// The counts of what the import would make.
	Articles    int
	Annotations int
	Links       int
	Entities    int
	People      int
	Unchanged   int
	// Files are those of another tool, and Notes what became of lines in them.
	// There are MoreNotes.
	Files     []ImportedFile
	Notes     []ImportNote
	MoreNotes int
}

// ImportedFile tells what became of one file.
type ImportedFile struct {
	Name        string
	Articles    int
	Annotations int
	Links       int
	Repaired    int
	Refused     int
}

// ImportNote tells what became of a line of a file.
type ImportNote struct {
	File    string
	Line    int // 0 is the file as a whole
	Refused bool
	Message string
}

// where is the line a note is about.
func (n ImportNote) where(f Frame) string {
	if n.Line == 0 {
		return n.File
	}
	return f.T("%s, line %d", n.File, n.Line)
}

// outcome says what became of it.
func (n ImportNote) outcome(f Frame) string {
	if n.Refused {
		return f.T("left out")
	}
	return f.T("repaired")
}

// notesTitle sums up what there is to tell of the files.
func (r *ImportReport) notesTitle(f Frame) string {
	repaired, refused := 0, 0
	for _, file := range r.Files {
		repaired, refused = repaired+file.Repaired, refused+file.Refused
	}
	return f.T("%s repaired, %s left out", f.Number(repaired), f.Number(refused))
}

// foreign are the formats of other tools, ours those of this one.
func (v ExportView) foreign() []ui.Option {
	return v.options(func(o FileFormat) bool { return !o.Ours })
}

func (v ExportView) options(of func(FileFormat) bool) []ui.Option {
	var options []ui.Option
	for _, o := range v.Formats {
		if of(o) {
			options = append(options, ui.Option{Value: o.Name, Label: o.Title})
		}
	}
	return options
}

func (v ExportView) importOptions(f Frame) []ui.Option {
	return append([]ui.Option{{Value: "", Label: f.T("As the file shows")}}, v.options(func(o FileFormat) bool { return o.Reads })...)
}

// BadRecord says in a language what is wrong with a file, and where in it.
func BadRecord(l *language.Language, b annotate.BadRecord) string {
	var where []string
	if b.Line > 0 {
		where = append(where, l.T("line %d", b.Line))
	}
	if b.Record > 0 {
		where = append(where, strings.TrimSpace(l.T("article %d", b.Record)+" "+string(b.Article)))
	}
	if b.Item != "" {
		where = append(where, strings.TrimSpace(itemOfFile(l, b.Item)+" "+string(b.ItemID)))
	}
	if b.Field != "" {
		where = append(where, b.Field)
	}
	if len(where) == 0 {
		return l.Say(b.Message)
	}
	return l.T("%s: %s", strings.Join(where, ", "), l.Say(b.Message))
}

// itemOfFile is what the item of a [annotate.BadRecord] is called.
func itemOfFile(l *language.Language, item string) string {
	switch item {
	case "annotation":
		return l.T("annotation")
	case "link":
		return l.T("link")
	case "review":
		return l.T("review")
	case "comment":
		return l.T("comment")
	case "entity":
		return l.T("entity")
	case "person":
		return l.T("person")
	case "codebook":
		return l.T("codebook")
	}
	return item
}

// accepted reports whether the file can be imported.
func (r *ImportReport) accepted() bool {
	return r != nil && len(r.Complaints) == 0
}

func (r *ImportReport) title(f Frame) string {
	switch {
	case r.accepted() && r.Articles == 0 && r.File == "":
		return f.T("There is nothing new in the file")
	case r.accepted() && r.Articles == 0:
		return f.T("There is nothing new in %s", r.File)
	case r.accepted() && r.File == "":
		return f.T("The file can be imported")
	case r.accepted():
		return f.T("%s can be imported", r.File)
	case r.File == "":
		return f.T("The file cannot be imported")
	default:
		return f.T("%s cannot be imported", r.File)
	}
}

// importCount is a line of the report.
type importCount struct {
	what string
	n    int
	note string
}

func (r *ImportReport) counts(f Frame) []importCount {
	return []importCount{
		{f.T("New articles"), r.Articles, ""},
		{f.T("Annotations"), r.Annotations, ""},
		{f.T("Links"), r.Links, ""},
		{f.T("New people and sources"), r.Entities, f.T("that annotations name")},
		{f.T("People not known here"), r.People, f.T("who annotated or reviewed; they cannot sign in")},
		{f.T("Articles left as they are"), r.Unchanged, f.T("here already, just as they are in the file")},
	}
}

// ImportedFlash tells what an import made.
func ImportedFlash(l *language.Language, r *ImportReport) string {
	if r.Articles == 0 {
		return l.T("Nothing was new: all articles of the file are here already.")
	}
	return l.T("Imported %s with %s and %s.", l.N(r.Articles, "%d article", "%d articles"),
		l.N(r.Annotations, "%d annotation", "%d annotations"), l.N(r.Links, "%d link", "%d links"))
}

func exportStates(f Frame) []ui.Option {
	options := []ui.Option{{Value: "", Label: f.T("Everything that is tagged")}}
	for _, state := range annotate.ReviewStates {
		options = append(options, ui.Option{Value: string(state), Label: onlyClaims(f, state)})
	}
	return options
}

// ExportSets are the sets that one may export where analysts work apart: what
// is adjudicated, and beside it one's own, or for a reviewer everybody's.
func ExportSets(f Frame, members []annotate.Member) []ui.Option {
	adjudicated := ui.Option{Value: string(annotate.Adjudicated), Label: f.T("What is adjudicated")}
	switch {
	case f.Project.Mode != annotate.ModeIndependent:
		return nil
	case !f.May(annotate.Analyst):
		return []ui.Option{adjudicated}
	case !f.May(annotate.Reviewer):
		return []ui.Option{{Value: string(f.Asker.ID), Label: f.T("What I have tagged")}, adjudicated}
	}
	options := []ui.Option{adjudicated}
	for _, m := range members {
		if m.Role.May(annotate.Analyst) {
			options = append(options, ui.Option{Value: string(m.UserID), Label: f.T("What %s has tagged", m.Name)})
		}
	}
	return options
}

func onlyClaims(f Frame, state annotate.ReviewState) string {
	switch state {
	case annotate.Approved:
		return f.T("Only claims that are approved")
	case annotate.Disputed:
		return f.T("Only claims that are disputed")
	case annotate.Rejected:
		return f.T("Only claims that are rejected")
	case annotate.ChangesRequested:
		return f.T("Only claims that are waiting for changes")
	case annotate.Unreviewed:
	}
	return f.T("Only claims that are not reviewed")
}

// articleDay is when an article was published, or was added if that is not
// known.
func articleDay(f Frame, a annotate.Article) string {
	if a.DatePublished != "" {
		return a.DatePublished[:min(len(a.DatePublished), len("2006-01-02"))]
	}
	return f.T("added %s", a.CreatedAt.UTC().Format(time.DateOnly))
}
