package exchange

import (
	"encoding/json"
	"iter"
	"regexp"
	"strconv"

	"onrecord.dev/internal/annotate"
)

// doccanoFormat is doccano's JSON Lines: a text a line, with labels, or with
// entities and relations between them.
var doccanoFormat = Format{
	Name: "doccano", Title: "doccano JSONL", Suffix: ".jsonl", MediaType: "application/x-ndjson",
	dialect: &dialect{
		suffixes: []string{".jsonl", ".json"}, unit: utf16Units, names: true,
		recognises: regexp.MustCompile(`"start_offset"|"labels?"\s*:\s*\[\s*\[`).MatchString,
		read:       readDoccano, write: writeDoccano,
	},
}

type doccanoJSON struct {
	ID        any               `json:"id,omitempty"`
	Text      *string           `json:"text"`
	Label     json.RawMessage   `json:"label,omitempty"`
	Labels    json.RawMessage   `json:"labels,omitempty"`
	Entities  []doccanoEntity   `json:"entities"`
	Relations []doccanoRelation `json:"relations"`
	Meta      doccanoMeta       `json:"meta,omitzero"`
}

// doccanoMeta is ours: doccano shows what else it finds in a line and writes
// it back.
type doccanoMeta struct {
	Headline string `json:"headline,omitempty"`
	metaJSON
}

// metaJSON is what is known about where an article came from.
type metaJSON struct {
	URL           string `json:"url,omitempty"`
	Publisher     string `json:"publisher,omitempty"`
	Author        string `json:"author,omitempty"`
	DatePublished string `json:"datePublished,omitempty"`
	InLanguage    string `json:"inLanguage,omitempty"`
}

func metaOf(m annotate.Metadata) metaJSON {
	return metaJSON{m.URL, m.Publisher, m.Author, m.DatePublished, m.InLanguage}
}

func (m metaJSON) metadata() annotate.Metadata {
	d := annotate.Metadata{URL: m.URL, Publisher: m.Publisher, Author: m.Author, DatePublished: m.DatePublished, InLanguage: m.InLanguage}
	if d.DatePublished != "" {
		d.DatePublishedOrigin = "unknown"
	}
	return d
}

type doccanoEntity struct {
	ID         int            `json:"id"`
	Start      int            `json:"start_offset"`
	End        int            `json:"end_offset"`
	Label      string         `json:"label"`
	Attributes map[string]any `json:"attributes,omitempty"`
	Entity     string         `json:"entity,omitempty"`
}

type doccanoRelation struct {
	ID         int            `json:"id"`
	From       int            `json:"from_id"`
	To         int            `json:"to_id"`
	Type       string         `json:"type"`
	Attributes map[string]any `json:"attributes,omitempty"`
}

func readDoccano(in *file, yield func(document) bool) error {
	return in.values("", func(line int, raw []byte) bool {
		var j doccanoJSON
		if !in.decode(line, raw, &j) {
			return true
		}
		if j.Text == nil {
			in.refused(line, "There is no text here.")
			return true
		}
		d := document{line: line, name: idOf(j.ID), text: *j.Text, headline: j.Meta.Headline, metadata: j.Meta.metadata()}
		labels := j.Label
		if labels == nil {
			labels = j.Labels
		}
		if labels != nil && !j.labels(in, &d, labels) {
			return true
		}
		parts := parts{d: &d}
		for _, e := range j.Entities {
			parts.add(mark{
				line: line, id: strconv.Itoa(e.ID), label: e.Label, attributes: attributesOf(e.Attributes), entity: entityNamed(e.Entity),
				fragments: []annotate.Fragment{{Start: e.Start, End: e.End}},
			})
		}
		for _, r := range j.Relations {
			parts.tie(tie{line: line, from: strconv.Itoa(r.From), to: strconv.Itoa(r.To), label: r.Type, attributes: attributesOf(r.Attributes)})
		}
		return yield(d)
	})
}

// idOf is an id that may be a number or a string.
func idOf(id any) string {
	switch v := id.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// labels takes labels as [start, end, label].
func (doccanoJSON) labels(in *file, d *document, raw json.RawMessage) bool {
	var labels [][3]any
	if !in.decode(d.line, raw, &labels) {
		return false
	}
	for i, l := range labels {
		start, one := l[0].(float64)
		end, two := l[1].(float64)
		label, three := l[2].(string)
		if !one || !two || !three {
			in.refused(d.line, "A label is a start, an end and a name.")
			continue
		}
		d.marks = append(d.marks, mark{
			line: d.line, id: "label " + strconv.Itoa(i), label: label, fragments: []annotate.Fragment{{Start: int(start), End: int(end)}},
		})
	}
	return true
}

func writeDoccano(out *output, documents iter.Seq2[document, error]) error {
	return eachDocument(documents, func(d document) error {
		text := annotate.NewText(d.text)
		j := doccanoJSON{
			ID: d.name, Text: &d.text, Meta: doccanoMeta{d.headline, metaOf(d.metadata)},
			Entities: []doccanoEntity{}, Relations: []doccanoRelation{},
		}
		cut(d, func(id int, m mark, f annotate.Fragment) {
			e := doccanoEntity{
				ID: id, Start: text.UTF16(f.Start), End: text.UTF16(f.End), Label: m.label, Attributes: m.attributes,
			}
			if m.entity != nil {
				e.Entity = entityName(m.entity)
			}
			j.Entities = append(j.Entities, e)
		}, func(from, to int, t tie) {
			j.Relations = append(j.Relations, doccanoRelation{len(j.Relations), from, to, t.label, t.attributes})
		})
		return writeValue(out.w, j, false)
	})
}
