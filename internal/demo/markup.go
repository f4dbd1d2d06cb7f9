package demo

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"onrecord.dev/internal/annotate"
)

// marked is a text without its markup, and what was marked in it.
type marked struct {
	text  string
	spans map[string][]annotate.Fragment // by label, in the order of the text
}

// opening is what begins a span: a brace, a label and a space.
var opening = regexp.MustCompile(`^\{([a-z][0-9]+) `)

// parseMarkup takes the markup out of text: {c1 words} is a span labelled c1.
// Spans nest; a label that comes again is a further fragment.
func parseMarkup(text string) (marked, error) {
	m := marked{spans: map[string][]annotate.Fragment{}}
	type open struct {
		label     string
		start, at int // in code points, and in bytes of the plain text
	}
	var stack []open
	var plain strings.Builder
	offset := 0
	for i := 0; i < len(text); {
		switch text[i] {
		case '{':
			found := opening.FindStringSubmatch(text[i:])
			if found == nil {
				return m, fmt.Errorf("no label after the brace before %.30q", text[i+1:])
			}
			stack = append(stack, open{found[1], offset, plain.Len()})
			i += len(found[0])
		case '}':
			if len(stack) == 0 {
				return m, fmt.Errorf("nothing to close before %.30q", text[i+1:])
			}
			o := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			m.spans[o.label] = append(m.spans[o.label], annotate.Fragment{Start: o.start, End: offset, Exact: plain.String()[o.at:]})
			i++
		default:
			r, size := utf8.DecodeRuneInString(text[i:])
			plain.WriteRune(r)
			offset++
			i += size
		}
	}
	if len(stack) > 0 {
		return m, fmt.Errorf("%s is not closed", stack[len(stack)-1].label)
	}
	m.text = plain.String()
	return m, nil
}
