package ui

import (
	"context"
	"html"
	"io"
	"regexp"
	"strings"

	"github.com/a-h/templ"
)

// Prose shows the little of Markdown that guidelines are written in:
// paragraphs, lists of lines that begin with a hyphen, **strong**, *emphasis*
// and `code`. All else is shown as it is written.
func Prose(markdown string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, proseHTML(markdown))
		return err
	})
}

func proseHTML(markdown string) string {
	var b strings.Builder
	b.WriteString(`<div class="prose">`)
	for block := range strings.SplitSeq(strings.ReplaceAll(markdown, "\r\n", "\n"), "\n\n") {
		writeBlock(&b, strings.TrimSpace(block))
	}
	b.WriteString(`</div>`)
	return b.String()
}

// writeBlock writes what stands between empty lines: a paragraph, a list, or
// a paragraph that leads into a list.
func writeBlock(b *strings.Builder, block string) {
	if block == "" {
		return
	}
	lead, items := splitList(block)
	if lead != "" {
		b.WriteString("<p>" + spans(lead) + "</p>")
	}
	if len(items) == 0 {
		return
	}
	b.WriteString("<ul>")
	for _, item := range items {
		b.WriteString("<li>" + spans(item) + "</li>")
	}
	b.WriteString("</ul>")
}

// splitList takes the items from the end of a block. Lines that begin with no
// hyphen go on with what is before them.
func splitList(block string) (lead string, items []string) {
	for line := range strings.SplitSeq(block, "\n") {
		line = strings.TrimSpace(line)
		item, isItem := strings.CutPrefix(line, "- ")
		switch {
		case isItem:
			items = append(items, item)
		case len(items) > 0:
			items[len(items)-1] += " " + line
		default:
			lead = strings.TrimSpace(lead + " " + line)
		}
	}
	return lead, items
}

var (
	code     = regexp.MustCompile("`([^`]+)`")
	strong   = regexp.MustCompile(`\*\*([^*]+(?:\*[^*]+\*[^*]*)*)\*\*`)
	emphasis = regexp.MustCompile(`\*([^*]+)\*`)
)

// spans escapes text before it marks anything up: what people write can make
// nothing but these elements.
func spans(text string) string {
	text = html.EscapeString(text)
	text = code.ReplaceAllString(text, "<code>$1</code>")
	text = strong.ReplaceAllString(text, "<strong>$1</strong>")
	return emphasis.ReplaceAllString(text, "<em>$1</em>")
}
