package page

import (
	"fmt"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/ui"
)

// ExportView is what the page of exports and imports shows.
type ExportView struct {
	// Articles are those to choose from, the newest first. There are More.
	Articles []annotate.Article
	More     bool
	// Address is where programs get the export.
	Address string
	// Example is an article as an export has it.
	Example string
	// Import is what became of the file that was just sent, if one was.
	Import *ImportReport
}

// ImportReport tells what an import made, or would make, or why it was
// refused.
type ImportReport struct {
	File string
	// Complaints are about the file. If there are any, nothing was written.
	Complaints []string
	// Refused says why it was not looked into at all.
	Refused string
	// The counts of what the import would make.
	Articles    int
	Annotations int
	Links       int
	Entities    int
	People      int
	Unchanged   int
}

// accepted reports whether the file can be imported.
func (r *ImportReport) accepted() bool {
	return r != nil && r.Refused == "" && len(r.Complaints) == 0
}

func (r *ImportReport) title() string {
	switch {
	case r.accepted() && r.Articles == 0:
		return "There is nothing new in " + r.name()
	case r.accepted():
		return upperFirst(r.name()) + " can be imported"
	default:
		return upperFirst(r.name()) + " cannot be imported"
	}
}

func (r *ImportReport) name() string {
	if r.File == "" {
		return "the file"
	}
	return r.File
}

func upperFirst(s string) string {
	if s == "the file" {
		return "The file"
	}
	return s
}

// importCount is a line of the report.
type importCount struct {
	what string
	n    int
	note string
}

func (r *ImportReport) counts() []importCount {
	return []importCount{
		{"New articles", r.Articles, ""},
		{"Annotations", r.Annotations, ""},
		{"Links", r.Links, ""},
		{"New people and sources", r.Entities, "that annotations name"},
		{"People not known here", r.People, "who annotated or reviewed; they cannot sign in"},
		{"Articles left as they are", r.Unchanged, "here already, just as they are in the file"},
	}
}

// ImportedFlash tells what an import made.
func ImportedFlash(r *ImportReport) string {
	if r.Articles == 0 {
		return "Nothing was new: all articles of the file are here already."
	}
	return fmt.Sprintf("Imported %s with %s and %s.", count(r.Articles, "article", "articles"),
		count(r.Annotations, "annotation", "annotations"), count(r.Links, "link", "links"))
}

func exportStates() []ui.Option {
	options := []ui.Option{{Value: "", Label: "Everything that is tagged"}}
	for _, state := range annotate.ReviewStates {
		options = append(options, ui.Option{Value: string(state), Label: "Only claims that are " + stateWord(state)})
	}
	return options
}

// stateWord is how a claim in state is called within a sentence.
func stateWord(state annotate.ReviewState) string {
	switch state {
	case annotate.Approved:
		return "approved"
	case annotate.Disputed:
		return "disputed"
	case annotate.Rejected:
		return "rejected"
	case annotate.ChangesRequested:
		return "waiting for changes"
	case annotate.Unreviewed:
	}
	return "not reviewed"
}

// articleDay is when an article was published, or was added if that is not
// known.
func articleDay(a annotate.Article) string {
	if a.DatePublished != "" {
		return a.DatePublished[:min(len(a.DatePublished), len("2006-01-02"))]
	}
	return "added " + a.CreatedAt.UTC().Format("2006-01-02")
}
