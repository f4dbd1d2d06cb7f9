package exchange

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"onrecord.dev/internal/annotate"
)

// webannoFormat is WebAnno TSV 3, which INCEpTION reads and writes: a token a
// line, with a column for each feature of each layer of spans, relations,
// slots and chains. It counts UTF-16 code units.
var webannoFormat = Format{
	Name: "webanno", Title: "WebAnno TSV 3", Suffix: ".zip", MediaType: "application/zip",
	dialect: &dialect{
		suffixes: []string{".tsv"}, unit: utf16Units, whole: true, names: true, packed: true,
		recognises: regexp.MustCompile(`^#FORMAT=WebAnno TSV 3`).MatchString,
		read:       readWebAnno, write: writeWebAnno,
	},
}

// layer is a layer's line in the head of a file.
type layer struct {
	kind     string // SP for spans, RL for relations, CH for chains
	name     string
	features []string // its columns
}

// webannoFile is a file as far as it has been read.
type webannoFile struct {
	*file
	d       document
	layers  []layer
	text    []uint16
	length  int               // bytes of all sentences
	waiting []string          // the lines of the sentence whose tokens come next
	marks   map[string]int    // in d.marks, by layer and number or place
	at      map[string]string // ids of marks by where they begin, layer and number
	missing bool              // it has been said that chains are left out
	slots   []slot
}

// slot is a relation whose ends are looked up once all is read: by the first
// unit, the layer, which may be any, and the number in it.
type slot struct {
	tie
	from, to [3]string
}

func readWebAnno(in *file, yield func(document) bool) error {
	w := &webannoFile{file: in, d: document{line: 1, name: in.name}, marks: map[string]int{}, at: map[string]string{}}
	var fault error
	for n, line := range lines(in.r, &fault) {
		if n == 1 && !strings.HasPrefix(line, "#FORMAT=WebAnno TSV 3") {
			in.refused(n, "This is no WebAnno TSV of version 3.")
			return nil
		}
		w.line(n, line)
		if err := overfull(n, len(w.marks)+len(w.slots), max(len(w.text), w.length)); err != nil {
			return err
		}
	}
	if fault != nil {
		return fault
	}
	w.d.text = string(utf16.Decode(w.text))
	for _, s := range w.slots {
		s.tie.from, s.tie.to = w.find(s.from), w.find(s.to)
		w.d.ties = append(w.d.ties, s.tie)
	}
	together := parts{d: &w.d}
	ties := w.d.ties
	w.d.ties = nil
	for _, t := range ties {
		together.tie(t)
	}
	yield(w.d)
	return nil
}

func (w *webannoFile) line(n int, line string) {
	if text, ok := strings.CutPrefix(line, "#Text="); ok {
		w.waiting = append(w.waiting, unescape(text))
		w.length += len(text) + 1
		return
	}
	if headline, ok := strings.CutPrefix(line, "#Headline="); ok {
		w.d.headline = unescape(headline)
		return
	}
	if strings.HasPrefix(line, "#T_") {
		kind, rest, _ := strings.Cut(line[len("#T_"):], "=")
		columns := strings.Split(rest, "|")
		w.layers = append(w.layers, layer{kind, columns[0], columns[1:]})
		return
	}
	if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
		return
	}
	w.unit(n, strings.Split(line, "\t"))
}

// unit takes the line of a token or of part of one.
func (w *webannoFile) unit(n int, cells []string) {
	if len(cells) < 3 {
		w.refused(n, fmt.Sprintf("This is no line with a token: %q.", excerpt(strings.Join(cells, " "))))
		return
	}
	from, to, _ := strings.Cut(cells[1], "-")
	start, err1 := strconv.Atoi(from)
	end, err2 := strconv.Atoi(to)
	if err1 != nil || err2 != nil || start < 0 || end < start || end > annotate.MaxText {
		w.refused(n, fmt.Sprintf("This is no line with a token: %q.", excerpt(strings.Join(cells, " "))))
		return
	}
	if w.waiting != nil {
		w.sentence(start, unescape(cells[2]))
	}
	u := webannoUnit{webannoFile: w, line: n, address: cells[0], f: annotate.Fragment{Start: start, End: end, Exact: unescape(cells[2])}}
	cells = cells[3:]
	for _, l := range w.layers {
		columns := cells[:min(len(l.features), len(cells))]
		cells = cells[len(columns):]
		u.layer(l, columns)
	}
}

// sentence puts the text of a sentence to where its first token stands.
func (w *webannoFile) sentence(start int, token string) {
	text := strings.Join(w.waiting, "\n")
	w.waiting = nil
	before := max(0, strings.Index(text, token))
	start -= len(utf16.Encode([]rune(text[:before])))
	for len(w.text) < start {
		w.text = append(w.text, '\n')
	}
	w.text = append(w.text, utf16.Encode([]rune(text))...)
}

// webannoUnit is a token or a part of one.
type webannoUnit struct {
	*webannoFile
	line    int
	address string
	f       annotate.Fragment
}

// layer takes the columns of one layer: in each the values of what is stacked.
func (u webannoUnit) layer(l layer, columns []string) {
	stacks := make([][]string, len(columns))
	height := 0
	for i, c := range columns {
		if c != "_" && c != "" {
			stacks[i] = splitPlain(c, '|')
			height = max(height, len(stacks[i]))
		}
	}
	for k := range height {
		values, number := make([]string, len(columns)), ""
		for i, stack := range stacks {
			if k < len(stack) {
				value, of := numbered(stack[k])
				if values[i] = value; of != "" && (l.kind != "RL" || i+1 < len(columns)) && !strings.HasPrefix(l.features[max(0, i-1)], "ROLE_") {
					number = of
				}
			}
		}
		switch l.kind {
		case "SP":
			u.span(l, values, number, k)
		case "RL":
			u.relation(l, values, stacks, k)
		default:
			if !u.missing {
				u.refused(u.line, fmt.Sprintf("Chains such as those of the layer %q are left out.", excerpt(l.name)))
				u.missing = true
			}
		}
	}
}

func (u webannoUnit) span(l layer, values []string, number string, k int) {
	place := number
	if number == "" {
		place = fmt.Sprintf("%s/%d", u.address, k)
	}
	key := l.name + " " + place
	if i, goesOn := u.marks[key]; goesOn {
		f := &u.d.marks[i].fragments[0]
		f.Start, f.End, f.Exact = min(f.Start, u.f.Start), max(f.End, u.f.End), ""
		return
	}
	a := annotate.Attributes{}
	for i, value := range values {
		if strings.HasPrefix(l.features[i], "ROLE_") {
			continue
		}
		if i > 0 && strings.HasPrefix(l.features[i-1], "ROLE_") {
			u.roles(l, values[i-1], value, number)
			continue
		}
		a = put(a, l.features[i], value)
	}
	entity, _ := a["entity"].(string)
	delete(a, "entity")
	m := mark{line: u.line, id: key, entity: entityNamed(entity), fragments: []annotate.Fragment{u.f}, attributes: a}
	m.label = u.label(l.name, a)
	u.marks[key] = len(u.d.marks)
	u.d.marks = append(u.d.marks, m)
	for _, name := range []string{l.name, ""} {
		for _, n := range []string{number, ""} {
			if _, taken := u.at[u.address+" "+name+" "+n]; !taken {
				u.at[u.address+" "+name+" "+n] = key
			}
		}
	}
}

// put adds a feature's value. Several values of ours stand in one cell.
func put(a annotate.Attributes, name, value string) annotate.Attributes {
	if value == "*" || value == "_" || value == "" || name == "" {
		return a
	}
	list := splitPlain(value, ';')
	for i := range list {
		list[i] = unescape(list[i])
	}
	if len(list) == 1 {
		a[name] = list[0]
	} else {
		a[name] = list
	}
	return a
}

// roles ties what fills the slots of a span to it.
func (u webannoUnit) roles(l layer, roles, targets, number string) {
	names := splitPlain(roles, ';')
	for i, target := range splitPlain(targets, ';') {
		if target == "*" || target == "_" || target == "" || i >= len(names) {
			continue
		}
		address, of := numbered(target)
		label := unescape(names[i])
		if label == "*" {
			label = ""
		}
		u.slots = append(u.slots, slot{
			tie: tie{line: u.line, label: label}, from: [3]string{u.address, l.name, number}, to: [3]string{address, "", of},
		})
	}
}

// relation ties what begins at the unit that the last column names to what
// begins here.
func (u webannoUnit) relation(l layer, values []string, stacks [][]string, k int) {
	last := len(values) - 1
	if last < 0 || k >= len(stacks[last]) {
		return
	}
	address, numbers := numbered(stacks[last][k])
	from, to, _ := strings.Cut(numbers, "_")
	a := annotate.Attributes{}
	for i, value := range values[:last] {
		a = put(a, l.features[i], value)
	}
	base := strings.TrimPrefix(l.features[last], "BT_")
	u.slots = append(u.slots, slot{
		tie:  tie{line: u.line, label: u.label(l.name, a), attributes: a},
		from: [3]string{address, base, from}, to: [3]string{u.address, base, to},
	})
}

// find is the id of what begins at a unit, in a layer or any, under a number
// or the only one there.
func (w *webannoFile) find(what [3]string) string {
	if what[2] == "0" {
		what[2] = ""
	}
	for _, name := range []string{what[1], ""} {
		if id, ok := w.at[what[0]+" "+name+" "+what[2]]; ok {
			return id
		}
	}
	return ""
}

// numbered cuts the number in brackets off the end of a value.
func numbered(value string) (rest, number string) {
	open := strings.LastIndexByte(value, '[')
	if open < 0 || !strings.HasSuffix(value, "]") || strings.HasSuffix(value, `\]`) {
		return value, ""
	}
	return value[:open], value[open+1 : len(value)-1]
}

// splitPlain cuts s at each separator that is not escaped.
func splitPlain(s string, separator byte) []string {
	var list []string
	from := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case separator:
			list, from = append(list, s[from:i]), i+1
		}
	}
	return append(list, s[from:])
}

func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	escaped := false
	for _, r := range s {
		switch {
		case !escaped && r == '\\':
			escaped = true
			continue
		case escaped && r == 't':
			r = '\t'
		case escaped && r == 'n':
			r = '\n'
		case escaped && r == 'r':
			r = '\r'
		}
		escaped = false
		b.WriteRune(r)
	}
	return b.String()
}

var webannoEscapes = strings.NewReplacer(
	`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`, "[", `\[`, "]", `\]`, "|", `\|`, "_", `\_`, ";", `\;`, "->", `\->`, "*", `\*`,
)

var webannoText = strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\r", `\r`)

// sentences are the lines of a text that have tokens, each with the lines
// after it that have none; the first has those before it too.
func sentences(text *annotate.Text, list [][2]int) (starts []int) {
	for i, t := range list {
		if i == 0 {
			starts = append(starts, 0)
		} else if between := text.Slice(list[i-1][1], t[0]); strings.Contains(between, "\n") {
			line := between[:strings.LastIndexByte(between, '\n')+1]
			starts = append(starts, list[i-1][1]+runes(line))
		}
	}
	return slices.Compact(starts)
}
