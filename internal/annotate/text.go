package annotate

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// Text is the text of a revision, indexed so that code-point offsets turn
// into bytes and UTF-16 code units without reading from the start. It is
// immutable and safe for concurrent use.
type Text struct {
	s string
	// n and units are the lengths in code points and UTF-16 code units.
	n, units int
	// marks holds the position of every markEvery-th code point.
	marks []mark
	// inside has a bit for each code-point offset that lies within a grapheme
	// cluster; it is nil when there is none.
	inside []uint64
}

type mark struct{ bytes, units int32 }

const markEvery = 64

// NewText indexes s, which must be valid UTF-8 of at most 1 GiB.
func NewText(s string) *Text {
	t := &Text{s: s}
	for i, r := range s {
		if t.n%markEvery == 0 {
			t.marks = append(t.marks, mark{int32(i), int32(t.units)}) //nolint:gosec // a text is far below 2 GiB
		}
		t.n++
		t.units += int(utf16Width(r))
	}
	t.findGraphemes()
	return t
}

// findGraphemes notes the offsets inside grapheme clusters of more than one
// code point.
func (t *Text) findGraphemes() {
	at := 0
	for clusters := graphemes.FromString(t.s); clusters.Next(); {
		n := utf8.RuneCountInString(clusters.Value())
		for i := at + 1; i < at+n; i++ {
			if t.inside == nil {
				t.inside = make([]uint64, t.n/64+1)
			}
			t.inside[i/64] |= 1 << (i % 64)
		}
		at += n
	}
}

func utf16Width(r rune) int32 {
	if r >= 0x10000 {
		return 2
	}
	return 1
}

// String is the text itself.
func (t *Text) String() string { return t.s }

// Len is the length in code points.
func (t *Text) Len() int { return t.n }

// Boundary reports whether offset, in code points, is within the text and not
// inside a grapheme cluster.
func (t *Text) Boundary(offset int) bool {
	if offset < 0 || offset > t.n {
		return false
	}
	return t.inside == nil || t.inside[offset/64]&(1<<(offset%64)) == 0
}

// Snap is the nearest boundary at or before offset, in code points, which
// must be within the text.
func (t *Text) Snap(offset int) int {
	for !t.Boundary(offset) {
		offset--
	}
	return offset
}

// position is the byte and UTF-16 position of a code-point offset within the
// text.
func (t *Text) position(offset int) mark {
	if offset == t.n {
		return mark{int32(len(t.s)), int32(t.units)} //nolint:gosec // a text is far below 2 GiB
	}
	p := t.marks[offset/markEvery]
	for range offset % markEvery {
		r, size := utf8.DecodeRuneInString(t.s[p.bytes:])
		p.bytes += int32(size) //nolint:gosec // at most 4
		p.units += utf16Width(r)
	}
	return p
}

// Slice is the text of the half-open range from start to end, in code points.
// The range must be within the text.
func (t *Text) Slice(start, end int) string {
	return t.s[t.position(start).bytes:t.position(end).bytes]
}

// Around is up to n code points before start and after end, cut so that no
// grapheme cluster is split: the prefix and suffix of a W3C TextQuoteSelector.
func (t *Text) Around(start, end, n int) (prefix, suffix string) {
	from, to := max(0, start-n), min(t.n, end+n)
	for from < start && !t.Boundary(from) {
		from++
	}
	return t.Slice(from, start), t.Slice(end, max(end, t.Snap(to)))
}

// UTF16 turns an offset in code points, within the text, into UTF-16 code
// units, which browsers count in.
func (t *Text) UTF16(offset int) int { return int(t.position(offset).units) }

// UTF8 turns an offset in code points, within the text, into bytes of UTF-8.
func (t *Text) UTF8(offset int) int { return int(t.position(offset).bytes) }

// BadOffset says in plain words why a number is no place in a text.
type BadOffset string

func (b BadOffset) Error() string { return string(b) }

// FromUTF16 turns an offset in UTF-16 code units into code points. It refuses
// an offset past the end and one between the halves of a surrogate pair, with
// a [BadOffset].
func (t *Text) FromUTF16(units int) (offset int, err error) {
	if units < 0 || units > t.units {
		return 0, BadOffset(fmt.Sprintf("Offset %d is outside the text, which has %d UTF-16 code units.", units, t.units))
	}
	offset, exactly := t.seek(units, t.units, func(p mark) int32 { return p.units })
	if !exactly {
		return 0, BadOffset(fmt.Sprintf("Offset %d is between the halves of a surrogate pair.", units))
	}
	return offset, nil
}

// FromUTF8 turns an offset in bytes of UTF-8 into code points. It refuses an
// offset past the end and one between the bytes of a code point, with a
// [BadOffset].
func (t *Text) FromUTF8(bytes int) (offset int, err error) {
	if bytes < 0 || bytes > len(t.s) {
		return 0, BadOffset(fmt.Sprintf("Offset %d is outside the text, which has %d bytes of UTF-8.", bytes, len(t.s)))
	}
	offset, exactly := t.seek(bytes, len(t.s), func(p mark) int32 { return p.bytes })
	if !exactly {
		return 0, BadOffset(fmt.Sprintf("Offset %d is between the bytes of a character.", bytes))
	}
	return offset, nil
}

// seek is the first code-point offset at which as much has been counted as is
// wanted of all there is, and whether it is exactly that.
func (t *Text) seek(wanted, all int, counted func(mark) int32) (offset int, exactly bool) {
	if wanted == all {
		return t.n, true
	}
	i := sort.Search(len(t.marks), func(i int) bool { return int(counted(t.marks[i])) > wanted }) - 1
	offset, p := i*markEvery, t.marks[i]
	for int(counted(p)) < wanted {
		r, size := utf8.DecodeRuneInString(t.s[p.bytes:])
		p.bytes += int32(size) //nolint:gosec // at most 4
		p.units += utf16Width(r)
		offset++
	}
	return offset, int(counted(p)) == wanted
}

// Normalisation names a change made to an article's text on its way in.
type Normalisation string

// All that is ever changed in a text.
const (
	CRLF Normalisation = "crlf" // CR LF became LF
	CR   Normalisation = "cr"   // a lone CR became LF
	BOM  Normalisation = "bom"  // byte order marks at the start went
	NUL  Normalisation = "nul"  // U+0000 went: PostgreSQL cannot hold it
)

// MaxText is the longest text an article may have, in bytes of UTF-8.
const MaxText = 4 << 20

// Normalise makes s a text that can be stored and says what it changed: line
// ends become LF, byte order marks at the start and NULs go. Nothing else is touched: no
// Unicode normalisation and no trimming, which would move offsets.
//
// It refuses, with [Invalid] under text, what is not UTF-8 or has nothing but
// white space in it, and with [ErrTooLarge] what is longer than [MaxText].
func Normalise(s string) (text string, done []Normalisation, err error) {
	if len(s) > MaxText {
		return "", nil, fmt.Errorf("text of %d bytes: %w", len(s), ErrTooLarge)
	}
	if !utf8.ValidString(s) {
		return "", nil, Invalid{"text": "This is not valid UTF-8. Save the text as UTF-8 and try again."}
	}
	replace := func(n Normalisation, old, with string) {
		if strings.Contains(s, old) {
			s, done = strings.ReplaceAll(s, old, with), append(done, n)
		}
	}
	replace(NUL, "\x00", "")
	// All of them, so that a text once normalised stays as it is.
	if rest := strings.TrimLeft(s, "\ufeff"); rest != s {
		s, done = rest, append(done, BOM)
	}
	replace(CRLF, "\r\n", "\n")
	replace(CR, "\r", "\n")
	if strings.TrimSpace(s) == "" {
		return "", nil, Invalid{"text": "Give the article's text."}
	}
	return s, done, nil
}
