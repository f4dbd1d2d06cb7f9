package exchange

import (
	"io"
	"iter"
	"path"
	"regexp"

	"onrecord.dev/internal/annotate"
)

// hypothesisFormat is what Hypothesis exports: annotations of a page, with its
// text in a .txt beside it. Tags say what is tagged; there are no relations.
var hypothesisFormat = Format{
	Name: "hypothesis", Title: "Hypothesis JSON", Suffix: ".zip", MediaType: "application/zip",
	dialect: &dialect{
		suffixes: []string{".json"}, unit: utf16Units, whole: true, names: true, packed: true,
		recognises: regexp.MustCompile(`"export_userid"|"TextQuoteSelector"[\s\S]*"tags"|"tags"[\s\S]*"TextQuoteSelector"`).MatchString,
		read:       readHypothesis, write: writeHypothesis,
	},
}

type hypothesisJSON struct {
	ExportDate    string                 `json:"export_date"`
	ExportUserID  string                 `json:"export_userid"`
	ClientVersion string                 `json:"client_version"`
	Annotations   []hypothesisAnnotation `json:"annotations"`
}

type hypothesisAnnotation struct {
	ID         string             `json:"id"`
	URI        string             `json:"uri"`
	Text       string             `json:"text"`
	Tags       []string           `json:"tags"`
	References []string           `json:"references,omitempty"`
	Target     []hypothesisTarget `json:"target"`
	Document   struct {
		Title []string `json:"title,omitempty"`
	} `json:"document,omitzero"`
}

type hypothesisTarget struct {
	Source   string         `json:"source"`
	Selector []textSelector `json:"selector"`
}

func readHypothesis(in *file, yield func(document) bool) error {
	text, _, err := in.beside()
	if err != nil {
		return err
	}
	d := document{line: 1, name: path.Base(in.name), text: text}
	var full error
	err = in.values("annotations", func(line int, raw []byte) bool {
		var j hypothesisAnnotation
		if in.decode(line, raw, &j) {
			in.hypothesis(&d, line, j)
		}
		full = overfull(line, len(d.marks), 0)
		return full == nil
	})
	if err == nil {
		err = full
	}
	switch {
	case err != nil:
		return err
	case text == "":
		in.refused(0, "There is no text for this file: put it beside it, with the same name and .txt.")
		return nil
	}
	yield(d)
	return nil
}

func (f *file) hypothesis(d *document, line int, j hypothesisAnnotation) {
	if len(j.References) > 0 {
		f.refused(line, "This is an answer to another annotation: it was left out.")
		return
	}
	m := mark{line: line, id: j.ID, attributes: annotate.Attributes{}}
	m.label = f.tags(j.Tags, "", m.attributes)
	name, _ := m.attributes["entity"].(string)
	m.entity = entityNamed(name)
	delete(m.attributes, "entity")
	if j.Text != "" {
		m.attributes["comment"] = j.Text
	}
	for _, t := range j.Target {
		if at, ok := anchor(d.text, t.Selector); ok {
			m.fragments = append(m.fragments, at)
		}
	}
	if len(m.fragments) == 0 {
		f.refused(line, "This annotation is not of a stretch of text: it was left out.")
		return
	}
	if d.metadata.URL == "" {
		d.metadata.URL = j.URI
	}
	if len(j.Document.Title) > 0 && d.headline == "" {
		d.headline = j.Document.Title[0]
	}
	d.marks = append(d.marks, m)
}

func writeHypothesis(out *output, documents iter.Seq2[document, error]) error {
	return eachDocument(documents, func(d document) error {
		w, err := out.entry(d.name + ".txt")
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, d.text); err != nil {
			return err
		}
		if w, err = out.entry(d.name + ".json"); err != nil {
			return err
		}
		j := hypothesisOf(d)
		j.ExportDate = out.at.UTC().Format("2006-01-02T15:04:05.000Z")
		return writeValue(w, j, true)
	})
}

func hypothesisOf(d document) hypothesisJSON {
	text := annotate.NewText(d.text)
	j := hypothesisJSON{ClientVersion: "onrecord", Annotations: []hypothesisAnnotation{}}
	for _, m := range d.marks {
		if len(m.fragments) == 0 {
			continue
		}
		a := hypothesisAnnotation{ID: m.id, URI: d.metadata.URL, Tags: append([]string{m.label}, tagged(m.attributes)...)}
		a.Document.Title = []string{d.headline}
		if m.entity != nil {
			a.Tags = append(a.Tags, "entity="+entityName(m.entity))
		}
		for _, f := range m.fragments {
			s := selectors(text, f)
			start, end := text.UTF16(f.Start), text.UTF16(f.End)
			s[1].Start, s[1].End = &start, &end
			a.Target = append(a.Target, hypothesisTarget{Source: d.metadata.URL, Selector: s})
		}
		j.Annotations = append(j.Annotations, a)
	}
	return j
}
