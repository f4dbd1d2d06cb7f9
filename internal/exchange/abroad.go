package exchange

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"onrecord.dev/internal/annotate"
)

// output is where documents are written to: one file, or a zip.
type output struct {
	w   io.Writer
	zip *zip.Writer
	at  time.Time
	// codebook and mapping say which words there are.
	codebook *annotate.Codebook
	mapping  *Mapping
}

// entry begins a file of the zip. What was begun before has ended.
func (o *output) entry(name string) (io.Writer, error) {
	return o.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: o.at.UTC()})
}

// json writes v as JSON on a line of its own, or over several if it is to be
// read by people.
func writeValue(w io.Writer, v any, indented bool) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	if indented {
		e.SetIndent("", "  ")
	}
	return e.Encode(v)
}

// writeForeign writes c in the words of the format's mapping.
func (f Format) writeForeign(w io.Writer, c annotate.Corpus, at time.Time) error {
	m := f.Mapping()
	names, err := entitiesByID(c)
	if err != nil {
		return err
	}
	out := &output{w: w, at: at, codebook: c.Codebook, mapping: m}
	if f.dialect.packed {
		out.zip = zip.NewWriter(w)
	}
	documents := func(yield func(document, error) bool) {
		taken := map[string]bool{}
		for d, err := range c.Articles {
			if err != nil {
				yield(document{}, err)
				return
			}
			abroad := m.abroad(d, names)
			if taken[abroad.name] {
				abroad.name = string(d.Article.ID)
			}
			taken[abroad.name] = true
			if !yield(abroad, nil) {
				return
			}
		}
	}
	if err := f.dialect.write(out, documents); err != nil {
		return err
	}
	if out.zip != nil {
		return out.zip.Close()
	}
	return nil
}

// entitiesByID walks what comes before the articles.
func entitiesByID(c annotate.Corpus) (map[annotate.ID]annotate.Entity, error) {
	names := map[annotate.ID]annotate.Entity{}
	for e, err := range c.Entities {
		if err != nil {
			return nil, err
		}
		names[e.ID] = e
	}
	for _, err := range c.People {
		if err != nil {
			return nil, err
		}
	}
	return names, nil
}

// abroad is an article in the words of another tool. Its offsets are code
// points, and fragments say what stands there.
func (m *Mapping) abroad(a annotate.AnnotatedArticle, names map[annotate.ID]annotate.Entity) document {
	text := annotate.NewText(a.Revision.Text)
	d := document{
		name: fileName(a.Article), headline: a.Article.Headline, metadata: a.Article.Metadata, text: a.Revision.Text, unit: codePoints,
	}
	numbers := make(map[annotate.ID]string, len(a.Annotations))
	for i, n := range a.Annotations {
		k := mark{id: strconv.Itoa(i + 1), label: m.kindLabel(n.Kind), attributes: m.attributesAbroad(n.Attributes)}
		numbers[n.ID] = k.id
		for _, f := range n.Fragments {
			f.Exact = text.Slice(f.Start, f.End)
			k.fragments = append(k.fragments, f)
		}
		if e, named := names[n.Entity]; named {
			k.entity = &e
		}
		d.marks = append(d.marks, k)
	}
	for _, l := range a.Links {
		d.ties = append(d.ties, tie{
			from: numbers[l.From], to: numbers[l.To], label: m.roleLabel(l.Role), attributes: m.attributesAbroad(l.Attributes),
		})
	}
	slices.SortStableFunc(d.ties, func(x, y tie) int { return byNumber(x.from, y.from, x.to, y.to) })
	return d
}

func byNumber(a, b, c, d string) int {
	n := func(s string) int { i, _ := strconv.Atoi(s); return i } // numbers of abroad's own
	if n(a) != n(b) {
		return n(a) - n(b)
	}
	return n(c) - n(d)
}

// fileName is a name for the article's files that people recognise and no
// system refuses.
func fileName(a annotate.Article) string {
	var b strings.Builder
	for _, r := range folded(a.Headline) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 48 {
			break
		}
	}
	id := string(a.ID)
	return strings.TrimLeft(fmt.Sprintf("%s-%s", strings.Trim(b.String(), "-"), id[max(0, len(id)-12):]), "-")
}

// value is an attribute's value as one string.
func valueOf(v any) string {
	if list, ok := v.([]string); ok {
		return strings.Join(list, ", ")
	}
	s, _ := v.(string)
	return s
}

// each document, in turn, is written by one.
func eachDocument(documents iter.Seq2[document, error], one func(document) error) error {
	for d, err := range documents {
		if err != nil {
			return err
		}
		if err := one(d); err != nil {
			return err
		}
	}
	return nil
}

func sortedKeys(a annotate.Attributes) []string { return slices.Sorted(maps.Keys(a)) }
