package exchange

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"onrecord.dev/internal/annotate"
)

// place finds where a mark stands in the text that will be stored: where its
// offsets say, unless what it quotes stands elsewhere. The quote decides.
func (p *adopting) place(m mark, u unit) ([]annotate.Fragment, error) {
	quotes := quoted(m)
	placed := make([]annotate.Fragment, 0, len(m.fragments))
	whole := true // what is quoted of all of them stands there
	var there []string
	for i, f := range m.fragments {
		at, err := u.fragment(p.read, f)
		if err == nil && at.Start < at.End {
			there = append(there, p.read.Slice(at.Start, at.End))
			if quotes == nil || quotes[i] == "" || alike(quotes[i], there[len(there)-1]) {
				placed = append(placed, p.snapped(m.line, at))
				continue
			}
		}
		whole = false
		if quotes == nil || quotes[i] == "" {
			if err == nil {
				err = annotate.BadOffset(fmt.Sprintf("There is nothing from %d to %d.", f.Start, f.End))
			}
			return nil, err
		}
		start, end, ok := nearest(p.text, quotes[i], p.near(f.Start))
		if !ok {
			return nil, annotate.BadOffset(fmt.Sprintf("The text has no %q, which the file quotes from %d to %d.", excerpt(quotes[i]), f.Start, f.End))
		}
		p.in.repaired(m.line, fmt.Sprintf("%q stands from %d to %d in the text, and the file says %d to %d. The quote decides.",
			excerpt(quotes[i]), start, end, f.Start, f.End))
		placed = append(placed, p.snapped(m.line, annotate.Fragment{Start: p.unmoved(start), End: p.unmoved(end)}))
	}
	if whole && m.quote != "" && quotes == nil && !alike(m.quote, strings.Join(there, " ")) {
		return nil, annotate.BadOffset(fmt.Sprintf("The text has %q there, and the file quotes %q.", excerpt(strings.Join(there, " ")), excerpt(m.quote)))
	}
	return placed, nil
}

// quoted is what a mark quotes for each of its fragments; nil where that
// cannot be told.
func quoted(m mark) []string {
	quotes, each := make([]string, len(m.fragments)), false
	for i, f := range m.fragments {
		quotes[i] = f.Exact
		each = each || f.Exact != ""
	}
	if each {
		return quotes
	}
	if m.quote == "" {
		return nil
	}
	if len(quotes) == 1 {
		return []string{m.quote}
	}
	// Their lengths cut the quote, if they fit.
	rest := []rune(m.quote)
	for i, f := range m.fragments {
		n := f.End - f.Start
		if n < 0 || n > len(rest) {
			return nil
		}
		quotes[i], rest = string(rest[:n]), rest[n:]
		if len(rest) > 0 {
			rest = rest[1:]
		}
	}
	if len(rest) > 0 {
		return nil
	}
	return quotes
}

// near is about where an offset of a file may be meant, in code points.
func (p *adopting) near(offset int) int { return min(max(0, offset), p.text.Len()) }

// unmoved is an offset in the text as it was read that moves to offset.
func (p *adopting) unmoved(offset int) int {
	for i := offset; i < len(p.moved); i++ {
		if p.moved[i] == offset {
			return i
		}
	}
	return offset
}

// snapped is a fragment of the text as it was read in that which will be
// stored, widened to whole characters.
func (p *adopting) snapped(line int, f annotate.Fragment) annotate.Fragment {
	if p.moved != nil {
		f.Start, f.End = p.moved[f.Start], p.moved[f.End]
	}
	start, end := p.text.Snap(f.Start), f.End
	for !p.text.Boundary(end) {
		end++
	}
	if start != f.Start || end != f.End {
		p.in.repaired(line, fmt.Sprintf("%d to %d cuts a character in pieces: it was widened to %d to %d.", f.Start, f.End, start, end))
	}
	return annotate.Fragment{Start: start, End: end, Exact: p.text.Slice(start, end)}
}

// runes counts the code points of s.
func runes(s string) int { return utf8.RuneCountInString(s) }
