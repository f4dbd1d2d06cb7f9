package exchange

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"onrecord.dev/internal/annotate"
)

// conllFormat is a token a line with its label in BIO: B- begins, I- goes on, O
// is none; also BIOES and BILOU. Ours has a column for each kind, and the text
// in a comment, which tools pass over.
var conllFormat = Format{
	Name: "conll", Title: "CoNLL (BIO)", Suffix: ".conll", MediaType: "text/plain; charset=utf-8",
	dialect: &dialect{
		suffixes: []string{".conll", ".bio", ".iob"}, unit: codePoints, whole: true,
		recognises: regexp.MustCompile(`(?m)^\S+[\t ](\S+[\t ])*[BS]-\S+\s*$`).MatchString,
		read:       readCoNLL, write: writeCoNLL,
	},
}

var bioTag = regexp.MustCompile(`^(?:O|_|[BIESLU]-\S+)$`)

// conllFile is a document of a file as far as it has been read.
type conllFile struct {
	*file
	d       document
	yield   func(document) bool
	stopped bool
	given   string   // the text, where a comment gives it
	at      int      // bytes of it that have been passed
	columns []string // the columns of tags, where a comment names them
	text    strings.Builder
	length  int            // of text, in code points
	open    map[int]string // by column: the mark that goes on, its label
	begun   bool           // there is a token in this sentence
	full    bool           // the document has been refused
}

func readCoNLL(in *file, yield func(document) bool) error {
	c := &conllFile{file: in, yield: yield}
	c.reset(1)
	var fault error
	for n, line := range lines(in.r, &fault) {
		c.line(n, line)
		if c.stopped {
			return nil
		}
	}
	c.flush(0)
	return fault
}

func (c *conllFile) reset(line int) {
	c.d = document{line: line}
	c.given, c.at, c.length, c.begun, c.full, c.open = "", 0, 0, false, false, map[int]string{}
	c.text.Reset()
}

// flush hands over the document that ends.
func (c *conllFile) flush(next int) {
	if !c.full && (c.length > 0 || c.given != "") {
		c.d.text = c.text.String()
		if c.given != "" {
			c.d.text = c.given
		}
		c.d.name = fmt.Sprintf("%s %d", c.name, c.d.line)
		c.stopped = !c.yield(c.d)
	}
	c.reset(next)
}

func (c *conllFile) line(n int, line string) {
	comment, ok := strings.CutPrefix(line, "# ")
	name, value, set := strings.Cut(comment, " = ")
	switch {
	case ok && set && name == "text" && json.Unmarshal([]byte(value), &c.given) == nil:
	case ok && set && name == "columns":
		c.columns = strings.Fields(value)
	case ok && strings.HasPrefix(comment, "newdoc"), strings.HasPrefix(line, "-DOCSTART-"):
		c.flush(n)
	case ok && set:
	case strings.TrimSpace(line) == "":
		c.begun, c.open = false, map[int]string{}
	case !c.full:
		c.token(n, line)
		if bad, ok := errors.AsType[refusal](overfull(n, len(c.d.marks), max(len(c.given), c.text.Len()))); ok {
			c.refused(bad.line, bad.message)
			c.d.marks, c.full = nil, true
		}
	}
}

func (c *conllFile) token(n int, line string) {
	fields := strings.Fields(line)
	if strings.Contains(line, "\t") {
		fields = strings.Split(line, "\t")
	}
	tags := fields[max(1, len(fields)-max(1, len(c.columns))):]
	if len(fields) < 2 || slices.ContainsFunc(tags, func(tag string) bool { return !bioTag.MatchString(tag) }) {
		c.refused(n, fmt.Sprintf("This is no line with a token and its label: %q.", excerpt(line)))
		return
	}
	start, end, ok := c.place(fields[0])
	if !ok {
		c.refused(n, fmt.Sprintf("The text has no %q where it should go on.", excerpt(fields[0])))
		return
	}
	for i, tag := range tags {
		c.tag(n, i, tag, start, end)
	}
}

// place puts a token after the last, or finds it there.
func (c *conllFile) place(token string) (start, end int, ok bool) {
	if c.given != "" {
		i := strings.Index(c.given[c.at:], token)
		if i < 0 {
			return 0, 0, false
		}
		start = c.length + runes(c.given[c.at:c.at+i])
		c.at += i + len(token)
		c.length = start + runes(token)
		return start, c.length, true
	}
	separator := " "
	switch {
	case c.length == 0:
		separator = ""
	case !c.begun:
		separator = "\n"
	}
	c.begun = true
	c.text.WriteString(separator + token)
	start = c.length + len(separator)
	c.length = start + runes(token)
	return start, c.length, true
}

func (c *conllFile) tag(n, column int, tag string, start, end int) {
	position, label, tagged := strings.Cut(tag, "-")
	if !tagged {
		delete(c.open, column)
		return
	}
	goesOn := (position == "I" || position == "E" || position == "L") && c.open[column] == label
	if goesOn {
		for i := range slices.Backward(c.d.marks) {
			if m := &c.d.marks[i]; strings.HasPrefix(m.id, fmt.Sprintf("%d/", column)) {
				m.fragments[0].End = end
				break
			}
		}
	} else {
		c.d.marks = append(c.d.marks, mark{
			line: n, id: fmt.Sprintf("%d/%d", column, len(c.d.marks)), label: label, fragments: []annotate.Fragment{{Start: start, End: end}},
		})
	}
	c.open[column] = label
}

// tokens are where the words and signs of a text are, in code points, cut
// where fragments begin and end.
func tokens(d document) [][2]int {
	bounds := map[int]bool{}
	for _, m := range d.marks {
		for _, f := range m.fragments {
			bounds[f.Start], bounds[f.End] = true, true
		}
	}
	var found [][2]int
	start, at, before := -1, 0, ' '
	text := annotate.NewText(d.text)
	for _, r := range d.text {
		whole := text.Boundary(at) && (unicode.IsSpace(r) || !word(r) || !word(before))
		if start >= 0 && (bounds[at] || whole) {
			found, start = append(found, [2]int{start, at}), -1
		}
		if start < 0 && !unicode.IsSpace(r) {
			start = at
		}
		at, before = at+1, r
	}
	if start >= 0 {
		found = append(found, [2]int{start, at})
	}
	return found
}

func word(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

func writeCoNLL(out *output, documents iter.Seq2[document, error]) error {
	var kinds []string
	for _, k := range out.codebook.Kinds {
		kinds = append(kinds, out.mapping.kindLabel(k.Name))
	}
	if _, err := fmt.Fprintf(out.w, "# columns = %s\n", strings.Join(kinds, " ")); err != nil {
		return err
	}
	return eachDocument(documents, func(d document) error {
		var b strings.Builder
		given, err := json.Marshal(d.text)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "# newdoc id = %s\n# text = %s\n", d.name, given)
		conllTokens(&b, d, kinds)
		_, err = io.WriteString(out.w, b.String()+"\n")
		return err
	})
}

// conllTokens writes the tokens. Of two stretches of one kind that overlap
// there is room for the first.
func conllTokens(b *strings.Builder, d document, kinds []string) {
	text := annotate.NewText(d.text)
	list := tokens(d)
	tags := make([][]string, len(list))
	for i := range tags {
		tags[i] = slices.Repeat([]string{"O"}, len(kinds))
	}
	for _, m := range d.marks {
		column := slices.Index(kinds, m.label)
		for _, f := range m.fragments {
			prefix := "B-"
			for i, t := range list {
				if t[0] >= f.Start && t[1] <= f.End && tags[i][column] == "O" {
					tags[i][column] = prefix + m.label
					prefix = "I-"
				}
			}
		}
	}
	for i, t := range list {
		if i > 0 && strings.Contains(text.Slice(list[i-1][1], t[0]), "\n") && !slices.ContainsFunc(tags[i], func(tag string) bool { return tag[0] == 'I' }) {
			b.WriteString("\n")
		}
		fmt.Fprintf(b, "%s\t%s\n", text.Slice(t[0], t[1]), strings.Join(tags[i], "\t"))
	}
}
