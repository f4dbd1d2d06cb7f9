package exchange

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"onrecord.dev/internal/annotate"
)

const (
	webannoSpan = "webanno.custom.OnrecordSpan"
	webannoLink = "webanno.custom.OnrecordLink"
)

func writeWebAnno(out *output, documents iter.Seq2[document, error]) error {
	spans, links := []string{"label", "entity"}, []string{"label"}
	for _, a := range out.codebook.Attributes {
		name := out.mapping.attributeLabel(a.Name)
		if len(a.Kinds) > 0 && !slices.Contains(spans, name) {
			spans = append(spans, name)
		}
		if len(a.Roles) > 0 && !slices.Contains(links, name) {
			links = append(links, name)
		}
	}
	return eachDocument(documents, func(d document) error {
		w, err := out.entry(d.name + ".tsv")
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, webannoOf(d, spans, links))
		return err
	})
}

// webannoTable is a document as it is written: a cell for each token and
// column, what is stacked one after the other.
type webannoTable struct {
	tokens [][2]int
	names  []string // of the tokens: sentence and place in it
	spans  [][]string
	links  [][]string
	first  map[int]int // the token a stretch begins at
}

func webannoOf(d document, spans, links []string) string {
	text := annotate.NewText(d.text)
	t := &webannoTable{tokens: tokens(d), first: map[int]int{}}
	starts := sentences(text, t.tokens)
	t.name(starts)
	t.spans, t.links = columns(len(t.tokens), len(spans)), columns(len(t.tokens), len(links)+1)
	t.fill(d, spans, links)
	var b strings.Builder
	fmt.Fprintf(&b, "#FORMAT=WebAnno TSV 3.3\n#T_SP=%s|%s\n#T_RL=%s|%s|BT_%s\n", webannoSpan, strings.Join(spans, "|"),
		webannoLink, strings.Join(links, "|"), webannoSpan)
	fmt.Fprintf(&b, "#Headline=%s\n\n", webannoText.Replace(d.headline))
	next := 0
	for i, start := range starts {
		end := text.Len()
		if i+1 < len(starts) {
			end = starts[i+1] - 1 // the line feed between
		}
		b.WriteString("\n")
		for line := range strings.SplitSeq(text.Slice(start, end), "\n") {
			b.WriteString("#Text=" + webannoText.Replace(line) + "\n")
		}
		for ; next < len(t.tokens) && t.tokens[next][0] < end; next++ {
			at := t.tokens[next]
			fmt.Fprintf(&b, "%s\t%d-%d\t%s\t", t.names[next], text.UTF16(at[0]), text.UTF16(at[1]), webannoText.Replace(text.Slice(at[0], at[1])))
			for _, cell := range slices.Concat(t.spans[next], t.links[next]) {
				b.WriteString(filled(cell) + "\t")
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func filled(cell string) string {
	if cell == "" {
		return "_"
	}
	return cell
}

func columns(rows, width int) [][]string {
	cells := make([][]string, rows)
	for i := range cells {
		cells[i] = make([]string, width)
	}
	return cells
}

// name gives each token its sentence and its place in it.
func (t *webannoTable) name(starts []int) {
	sentence, place := 0, 0
	for _, at := range t.tokens {
		if sentence < len(starts) && at[0] >= starts[sentence] {
			sentence, place = sentence+1, 0
		}
		place++
		t.names = append(t.names, fmt.Sprintf("%d-%d", sentence, place))
	}
}

// fill writes marks and ties into the cells, each under a number of its own.
func (t *webannoTable) fill(d document, spans, links []string) {
	cut(d, func(n int, m mark, f annotate.Fragment) {
		t.first[n] = -1
		for row, at := range t.tokens {
			if at[0] < f.Start || at[1] > f.End {
				continue
			}
			if t.first[n] < 0 {
				t.first[n] = row
			}
			for i, feature := range spans {
				value := webannoValue(m.attributes[feature])
				switch {
				case feature == "label":
					value = webannoEscapes.Replace(m.label)
				case feature == "entity" && m.entity != nil:
					value = webannoEscapes.Replace(entityName(m.entity))
				}
				stack(&t.spans[row][i], fmt.Sprintf("%s[%d]", value, n+1))
			}
		}
	}, func(from, to int, l tie) {
		if t.first[from] < 0 || t.first[to] < 0 {
			return
		}
		row := t.first[to]
		for i, feature := range links {
			value := webannoValue(l.attributes[feature])
			if feature == "label" {
				value = webannoEscapes.Replace(l.label)
			}
			stack(&t.links[row][i], value)
		}
		stack(&t.links[row][len(links)], fmt.Sprintf("%s[%d_%d]", t.names[t.first[from]], from+1, to+1))
	})
}

func stack(cell *string, value string) {
	if *cell != "" {
		*cell += "|"
	}
	*cell += value
}

func webannoValue(v any) string {
	switch v := v.(type) {
	case string:
		return webannoEscapes.Replace(v)
	case []string:
		list := make([]string, len(v))
		for i, s := range v {
			list[i] = webannoEscapes.Replace(s)
		}
		return strings.Join(list, ";")
	}
	return "*"
}
