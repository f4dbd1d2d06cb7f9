// Package find finds words in texts, whatever their case, accents, quotation
// marks, dashes and white space: as the workbench does in one article, for the
// articles of a project.
package find

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"onrecord.dev/internal/annotate"
)

// Words are what is sought.
type Words struct {
	folded string
	whole  bool
}

// New makes ready to seek query; whole words are found only where a word
// begins and ends.
func New(query string, whole bool) Words {
	return Words{folded: strings.TrimSpace(fold(query)), whole: whole}
}

// Empty reports whether there is nothing to seek.
func (w Words) Empty() bool { return w.folded == "" }

// In is where w stands in text: ranges of code points made of whole
// characters, in the order of the text, none over another, each with the words
// that stand there.
func (w Words) In(text string) []annotate.Fragment {
	if w.Empty() {
		return nil
	}
	if !strings.Contains(fold(text), w.folded) {
		return nil
	}
	hay, indexed := foldWithOrigin(text), annotate.NewText(text)
	var found []annotate.Fragment
	after := 0 // of the last that was found
	for at := 0; ; {
		i := strings.Index(hay.text[at:], w.folded)
		if i < 0 {
			return found
		}
		start, end := at+i, at+i+len(w.folded)
		at = end
		if w.whole && !standsAlone(hay.text, start, end) {
			continue
		}
		if f := hay.whole(indexed, start, end); f.Start >= after {
			found, after = append(found, f), f.End
		}
	}
}

// folded is a text as it is searched, with the code point of the text that
// each byte of it comes from.
type folded struct {
	text string
	from []int32
}

// whole is the characters of the text that a stretch of the folded one comes
// from.
func (f folded) whole(text *annotate.Text, start, end int) annotate.Fragment {
	from, to := text.Snap(int(f.from[start])), int(f.from[end-1])+1
	for !text.Boundary(to) {
		to++
	}
	return annotate.Fragment{Start: from, End: to, Exact: text.Slice(from, to)}
}

// fold is text as it is searched. Most texts do not have what is sought:
// where their characters come from is worked out for those that do.
func fold(text string) string {
	b := make([]byte, 0, len(text))
	space := false
	for _, r := range text {
		b, space = appendFolded(b, r, space)
	}
	return string(b)
}

func foldWithOrigin(text string) folded {
	f := folded{from: make([]int32, 0, len(text))}
	b := make([]byte, 0, len(text))
	space := false
	var offset int32
	for _, r := range text {
		b, space = appendFolded(b, r, space)
		for len(f.from) < len(b) {
			f.from = append(f.from, offset)
		}
		offset++
	}
	f.text = string(b)
	return f
}

// appendFolded appends what r is folded to; space says whether b ends with
// white space, of which there is one at a time.
func appendFolded(b []byte, r rune, space bool) ([]byte, bool) {
	if r < utf8.RuneSelf {
		c := ascii[r]
		if c != ' ' || !space {
			b = append(b, c)
		}
		return b, c == ' '
	}
	one := ""
	if r < usual {
		one = table()[r]
	} else {
		one = foldedRune(r)
	}
	switch one {
	case "":
		return b, space
	case " ":
		if space {
			return b, true
		}
		return append(b, ' '), true
	}
	return append(b, one...), false
}

// ascii has what each ASCII character is folded to: one as well.
var ascii = func() (table [utf8.RuneSelf]byte) {
	for r := range rune(utf8.RuneSelf) {
		table[r] = foldedRune(r)[0]
	}
	return table
}()

// usual is past the characters that are folded once and for all.
const usual = 0x2100

var table = sync.OnceValue(func() *[usual]string {
	var t [usual]string
	for r := range rune(usual) {
		t[r] = foldedRune(r)
	}
	return &t
})

var signs = func() map[rune]string {
	table := map[rune]string{}
	for sign, all := range map[string]string{"'": "‘’‚‛ʼ′", `"`: "“”„‟«»″", "-": "‐‑‒–—−"} {
		for _, r := range all {
			table[r] = sign
		}
	}
	return table
}()

func foldedRune(r rune) string {
	if unicode.IsSpace(r) {
		return " "
	}
	if sign, ok := signs[r]; ok {
		return sign
	}
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.M, unicode.Cf) {
			return -1
		}
		return r
	}, norm.NFKD.String(cases.Fold().String(norm.NFKD.String(string(r)))))
}

// standsAlone reports whether no word goes on beyond either end.
func standsAlone(text string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	after, _ := utf8.DecodeRuneInString(text[end:])
	return (start == 0 || !partOfWord(before)) && (end == len(text) || !partOfWord(after))
}

func partOfWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) }
