package exchange

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"onrecord.dev/internal/annotate"
)

// csvFormat is a table for a spreadsheet: a line for each claim, with who said
// it, to whom, in what words, through what, and what became of it.
var csvFormat = Format{
	Name: "csv", Title: "CSV", Suffix: ".csv", MediaType: "text/csv; charset=utf-8", write: writeCSV,
}

func writeCSV(w io.Writer, c annotate.Corpus, _ time.Time) error {
	names, err := entitiesByID(c)
	if err != nil {
		return err
	}
	// With a byte order mark spreadsheets take it for UTF-8.
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return err
	}
	var asked []string
	for _, a := range c.Codebook.Attributes {
		if slices.Contains(a.Kinds, annotate.Claim) {
			asked = append(asked, a.Name)
		}
	}
	out := csv.NewWriter(w)
	head := []string{
		"article", "headline", "publisher", "url", "published", "claim", "text", "start", "end",
		"speakers", "speakers_as_written", "addressees", "cues", "sources", "said_within", "state",
	}
	if err := out.Write(append(head, asked...)); err != nil {
		return err
	}
	for d, err := range c.Articles {
		if err != nil {
			return err
		}
		t := table{names: names, text: annotate.NewText(d.Revision.Text), asked: asked}
		if err := out.WriteAll(t.rows(d)); err != nil {
			return err
		}
	}
	return out.Error()
}

// table makes the lines of one article.
type table struct {
	names map[annotate.ID]annotate.Entity
	text  *annotate.Text
	asked []string
}

func (t table) rows(d annotate.AnnotatedArticle) [][]string {
	links := annotate.NewAttributions(d.Annotations, d.Links)
	var rows [][]string
	for _, a := range d.Annotations {
		if a.Kind != annotate.Claim {
			continue
		}
		of := links.Of(a)
		var sources, within []string
		for _, chain := range of.Chains {
			var hops []string
			for _, hop := range chain {
				hops = append(hops, t.name(hop.Source))
			}
			sources = append(sources, strings.Join(hops, " > "))
		}
		for _, w := range of.Within {
			within = append(within, t.quote(w.Claim))
		}
		start, end := "", ""
		if n := len(a.Fragments); n > 0 {
			start, end = strconv.Itoa(a.Fragments[0].Start), strconv.Itoa(a.Fragments[n-1].End)
		}
		row := []string{
			string(d.Article.ID), d.Article.Headline, d.Article.Publisher, d.Article.URL, d.Article.DatePublished, string(a.ID), t.quote(a), start, end,
			t.list(of.Speakers, t.name), t.list(of.Speakers, t.quote), t.list(of.Addressees, t.name), t.list(of.Cues, t.quote),
			strings.Join(sources, "; "), strings.Join(within, "; "), string(a.Review),
		}
		for _, name := range t.asked {
			row = append(row, valueOf(a.Attributes[name]))
		}
		for i := range row {
			row[i] = harmless(row[i])
		}
		rows = append(rows, row)
	}
	return rows
}

// name is who or what an annotation stands for, or else its words.
func (t table) name(a annotate.Annotation) string {
	if e, ok := t.names[a.Entity]; ok {
		return e.Name
	}
	return t.quote(a)
}

// quote is the words of an annotation.
func (t table) quote(a annotate.Annotation) string {
	var parts []string
	for _, f := range a.Fragments {
		parts = append(parts, t.text.Slice(f.Start, f.End))
	}
	return strings.Join(parts, " … ")
}

func (table) list(of []annotate.Annotation, say func(annotate.Annotation) string) string {
	said := make([]string, len(of))
	for i, a := range of {
		said[i] = say(a)
	}
	return strings.Join(said, "; ")
}

// harmless keeps a spreadsheet from taking what somebody wrote for a formula.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
