package exchange

import (
	"fmt"
	"strings"
	"unicode"

	"onrecord.dev/internal/annotate"
)

// unit is what the offsets of a file count.
type unit string

// The units tools count in.
const (
	codePoints unit = "code points"
	utf16Units unit = "UTF-16"
	utf8Bytes  unit = "UTF-8"
)

// units are all of them, the likeliest first.
var units = []unit{codePoints, utf16Units, utf8Bytes}

// codePoint turns an offset of unit u into code points.
func (u unit) codePoint(t *annotate.Text, offset int) (int, error) {
	switch u {
	case utf16Units:
		return t.FromUTF16(offset)
	case utf8Bytes:
		return t.FromUTF8(offset)
	case codePoints:
	}
	if offset < 0 || offset > t.Len() {
		return 0, annotate.BadOffset(fmt.Sprintf("Offset %d is outside the text, which has %d code points.", offset, t.Len()))
	}
	return offset, nil
}

// fragment is f of unit u in code points.
func (u unit) fragment(t *annotate.Text, f annotate.Fragment) (annotate.Fragment, error) {
	var err error
	if f.Start, err = u.codePoint(t, f.Start); err != nil {
		return f, err
	}
	f.End, err = u.codePoint(t, f.End)
	return f, err
}

// detect finds the unit in which most of what is quoted stands where it should:
// usual, unless another is better.
func detect(t *annotate.Text, marks []mark, usual unit) unit {
	best, fewest := usual, wrong(t, marks, usual)
	for _, u := range units {
		if fewest == 0 {
			break
		}
		if n := wrong(t, marks, u); n < fewest {
			best, fewest = u, n
		}
	}
	return best
}

// wrong counts the quotes that do not stand where they should.
func wrong(t *annotate.Text, marks []mark, u unit) int {
	n := 0
	for _, m := range marks {
		var there []string
		quoted := m.quote
		for _, f := range m.fragments {
			if f, err := u.fragment(t, f); err == nil && f.Start <= f.End {
				there = append(there, t.Slice(f.Start, f.End))
			}
			if f.Exact != "" {
				quoted = join(quoted, f.Exact)
			}
		}
		if quoted != "" && !alike(strings.Join(there, " "), quoted) {
			n++
		}
	}
	return n
}

func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + " " + b
}

// alike reports whether a and b are the same but for white space within them,
// which tools do not quote as it stands.
func alike(a, b string) bool {
	return a == b || bare(a) == bare(b) && edges(a) == edges(b)
}

// edges says whether there is white space before and after s.
func edges(s string) (edges [2]bool) {
	return [2]bool{strings.TrimLeftFunc(s, unicode.IsSpace) != s, strings.TrimRightFunc(s, unicode.IsSpace) != s}
}

func bare(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '\ufeff' || r == 0 {
			return -1
		}
		return r
	}, s)
}

// nearest finds where quote stands in the text, nearest to an offset in code
// points, by its code points or else but for how much white space is where.
func nearest(t *annotate.Text, quote string, near int) (start, end int, ok bool) {
	quote = strings.TrimSpace(quote)
	if quote == "" {
		return 0, 0, false
	}
	s, best := t.String(), -1
	for at := 0; ; {
		i := strings.Index(s[at:], quote)
		if i < 0 {
			break
		}
		found, err := t.FromUTF8(at + i)
		if err == nil && (best < 0 || abs(found-near) < abs(best-near)) {
			best = found
		}
		at += i + 1
		if err == nil && found > near {
			break // those that follow are farther
		}
	}
	if best < 0 {
		return 0, 0, false
	}
	end, err := t.FromUTF8(t.UTF8(best) + len(quote))
	return best, end, err == nil
}

func abs(n int) int { return max(n, -n) }
