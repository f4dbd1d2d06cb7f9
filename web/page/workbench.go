package page

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"onrecord.dev/internal/annotate"
)

// articleText renders the text in blocks. The text nodes of the page, one
// after the other, are the text exactly: what stands between blocks is there
// too, as white space that does not show. Each block says at which code point
// it begins.
func articleText(a annotate.Article, r annotate.Revision) templ.Component {
	titled := beginsWithHeadline(a, r)
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		rest := cursor{text: r.Text}
		for i, block := range r.Blocks {
			b.WriteString(html.EscapeString(rest.upTo(block.Start)))
			tag, class := blockElement(block.Type)
			if i == 0 && titled {
				tag = "h1"
			} else if i == 0 && class == "heading" {
				tag, class = "p", "paragraph"
			}
			text := rest.upTo(block.End)
			fmt.Fprintf(&b, `<%s class="%s" data-start="%d" dir="%s">%s</%s>`,
				tag, class+spaced(text), block.Start, direction(a.InLanguage, text), html.EscapeString(text), tag)
		}
		b.WriteString(html.EscapeString(rest.text))
		_, err := io.WriteString(w, b.String())
		return err
	})
}

// spaced marks a block whose white space would be lost if the browser did with
// it as usual. Elsewhere the usual is better: a line's last space is not shown.
func spaced(text string) string {
	if strings.ContainsAny(text, "\t\v\f") || strings.Contains(text, "  ") || strings.TrimSpace(text) != text {
		return " spaced"
	}
	return ""
}

// beginsWithHeadline reports whether the headline is the first block of the
// text. The API takes a headline that is no part of it.
func beginsWithHeadline(a annotate.Article, r annotate.Revision) bool {
	oneLine := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	return len(r.Blocks) > 0 && oneLine(annotate.HeadlineOf(r.Text)) == oneLine(a.Headline)
}

// cursor takes a text apart from its beginning to its end.
type cursor struct {
	text string
	at   int // code points taken
}

// upTo takes the text up to a code point, which is not before one taken.
func (c *cursor) upTo(offset int) string {
	for i := range c.text {
		if c.at >= offset {
			taken := c.text[:i]
			c.text = c.text[i:]
			return taken
		}
		c.at++
	}
	taken := c.text
	c.text = ""
	return taken
}

// blockElement is the element and class that show a block. A list's items
// keep the marks they have in the text, so they make no list of ours.
func blockElement(t annotate.BlockType) (tag, class string) {
	switch t {
	case annotate.Heading:
		return "h2", "heading"
	case annotate.Quote:
		return "blockquote", "quotation"
	case annotate.ListItem:
		return "p", "item"
	case annotate.Caption:
		return "p", "caption"
	case annotate.Paragraph:
	}
	return "p", "paragraph"
}

// benchFacts is what the script needs to begin.
type benchFacts struct {
	Project string `json:"project"`
	Article string `json:"article"`
	// Codebook is the one in force.
	Codebook *annotate.Codebook `json:"codebook"`
	Version  int                `json:"codebook_version"`
	Me       benchPerson        `json:"me"`
	Members  []benchPerson      `json:"members"`
	MayTag   bool               `json:"may_tag"`
	// Set is whose annotations to read, empty for those the reader works on.
	Set      annotate.Hand `json:"set"`
	Language string        `json:"language"`
	// Opening is painted in the first frame, before the annotations are read.
	Opening benchOpening `json:"opening"`
}

// benchOpening is the tags that begin before the code point End.
type benchOpening struct {
	End         int        `json:"end"`
	Annotations []benchTag `json:"annotations"`
}

// benchTag is as much of an annotation as it takes to paint it.
type benchTag struct {
	ID        annotate.ID               `json:"id"`
	Kind      string                    `json:"kind"`
	Fragments []annotate.FragmentRecord `json:"fragments"`
}

// OpeningLength is how many code points of the text count as its opening: what
// a tall window shows of it.
const OpeningLength = 6000

type benchPerson struct {
	ID   annotate.ID `json:"id"`
	Name string      `json:"name"`
}

func benchData(f Frame, v WorkbenchView) benchFacts {
	facts := benchFacts{
		Project: f.Project.Slug, Article: string(v.Article.ID), Codebook: v.Codebook, Version: f.Project.Codebook,
		Me: benchPerson{f.Asker.ID, f.Asker.Name}, Members: make([]benchPerson, len(v.Members)),
		MayTag: v.MayTag, Language: v.Article.InLanguage, Opening: openingOf(v.Opening),
	}
	if v.Asked {
		facts.Set = v.Hand
	}
	for i, m := range v.Members {
		facts.Members[i] = benchPerson{m.UserID, m.Name}
	}
	return facts
}

func openingOf(annotations []annotate.Annotation) benchOpening {
	opening := benchOpening{OpeningLength, make([]benchTag, len(annotations))}
	for i, a := range annotations {
		opening.Annotations[i] = benchTag{ID: a.ID, Kind: a.Kind}
		for _, f := range a.Fragments {
			opening.Annotations[i].Fragments = append(opening.Annotations[i].Fragments, annotate.FragmentRecord{Start: f.Start, End: f.End})
		}
	}
	return opening
}

// apiArticle is the address from which the script reads the annotations. The
// browser is told at once, for the script comes later.
func apiArticle(f Frame, v WorkbenchView) string {
	address := "/api/v1" + ArticleURL(f.Project.Slug, v.Article.ID)
	if v.Asked {
		address += "?set=" + string(v.Hand)
	}
	return address
}

func mayTag(v WorkbenchView) string {
	if v.MayTag {
		return "yes"
	}
	return "no"
}

// shownKinds are those the legend lists: the active ones. Others may be in the
// text still, from when they were.
func shownKinds(c *annotate.Codebook) []annotate.Kind {
	return slices.DeleteFunc(slices.Clone(c.Kinds), func(k annotate.Kind) bool { return !k.Active })
}

// lines are how kinds other than the claim are drawn, in the order of the
// codebook; the script draws the text by the same list.
var lines = []string{"solid", "double", "dotted", "dashed", "wavy"}

// sampleClass is the way a kind is drawn in the text.
func sampleClass(c *annotate.Codebook, kind string) string {
	if kind == annotate.Claim {
		return "wash"
	}
	underlined := 0
	for _, k := range c.Kinds {
		if k.Name == kind {
			break
		}
		if k.Name != annotate.Claim {
			underlined++
		}
	}
	return lines[underlined%len(lines)]
}

// provenanceOf is what is known of where an article came from.
func provenanceOf(f Frame, a annotate.Article) []string {
	var parts []string
	for _, part := range []string{a.Publisher, a.Author, dateInWords(f, a.DatePublished)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return strings.TrimPrefix(u.Host, "www.")
}
