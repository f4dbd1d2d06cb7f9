package exchange

import (
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"regexp"
	"strings"

	"onrecord.dev/internal/annotate"
)

// w3cFormat is the Web Annotation data model in JSON-LD: annotations in one
// list, one object or a collection, next to a .txt with the text they are
// about.
var w3cFormat = Format{
	Name: "w3c", Title: "W3C Web Annotation", Suffix: ".zip", MediaType: "application/zip",
	dialect: &dialect{
		suffixes: []string{".jsonld", ".json"}, unit: codePoints, whole: true, names: true, packed: true,
		recognises: regexp.MustCompile(`www\.w3\.org/ns/anno\.jsonld`).MatchString,
		read:       readW3C, write: writeW3C,
	},
}

const w3cContext = "http://www.w3.org/ns/anno.jsonld"

type w3cAnnotation struct {
	Context    any             `json:"@context,omitempty"`
	ID         string          `json:"id"`
	Type       string          `json:"type"`
	Motivation any             `json:"motivation,omitempty"`
	Body       many[w3cBody]   `json:"body,omitempty"`
	BodyValue  string          `json:"bodyValue,omitempty"`
	Target     many[w3cTarget] `json:"target"`
}

type w3cBody struct {
	ID      string `json:"id,omitempty"`
	Type    any    `json:"type,omitempty"`
	Purpose string `json:"purpose,omitempty"`
	Value   any    `json:"value,omitempty"`
}

type w3cTarget struct {
	ID       string             `json:"id,omitempty"`
	Source   any                `json:"source,omitempty"`
	Selector many[textSelector] `json:"selector,omitempty"`
}

// textSelector is a TextQuoteSelector or a TextPositionSelector.
type textSelector struct {
	Type   string `json:"type"`
	Exact  string `json:"exact,omitempty"`
	Prefix string `json:"prefix,omitempty"`
	Suffix string `json:"suffix,omitempty"`
	Start  *int   `json:"start,omitempty"`
	End    *int   `json:"end,omitempty"`
}

// many is one of something or a list of them. An address stands for what has
// it as its id.
type many[T any] []T

// UnmarshalJSON reads one or a list.
func (m *many[T]) UnmarshalJSON(raw []byte) error {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		list = []json.RawMessage{raw}
	}
	for _, item := range list {
		var id string
		if json.Unmarshal(item, &id) == nil {
			item, _ = json.Marshal(map[string]string{"id": id}) // strings can be encoded
		}
		var v T
		if err := json.Unmarshal(item, &v); err != nil {
			return err
		}
		*m = append(*m, v)
	}
	return nil
}

func readW3C(in *file, yield func(document) bool) error {
	text, _, err := in.beside()
	if err != nil {
		return err
	}
	w := &w3cFile{file: in, d: document{line: 1, name: in.name, text: text}}
	var full error
	err = in.values("", func(line int, raw []byte) bool {
		for _, part := range w3cParts(raw) {
			w.annotation(line, part.raw, part.within)
		}
		full = overfull(line, len(w.d.marks)+len(w.d.ties), 0)
		return full == nil
	})
	if err == nil {
		err = full
	}
	if err != nil || len(w.d.marks)+len(w.d.ties) == 0 {
		return err
	}
	if text == "" {
		in.refused(0, "There is no text for this file: put it beside it, with the same name and .txt.")
		return nil
	}
	yield(w.d)
	return nil
}

type w3cPart struct {
	raw    json.RawMessage
	within bool // a collection, which gives the context
}

// w3cParts are the annotations of a collection or page, or of an object that
// is one itself.
func w3cParts(raw []byte) []w3cPart {
	var j struct {
		Type  any               `json:"type"`
		Items []json.RawMessage `json:"items"`
		First json.RawMessage   `json:"first"`
	}
	_ = json.Unmarshal(raw, &j) // what is none of these is looked at as an annotation
	switch j.Type {
	case "AnnotationCollection":
		return w3cParts(j.First)
	case "AnnotationPage":
		parts := make([]w3cPart, len(j.Items))
		for i, item := range j.Items {
			parts[i] = w3cPart{item, true}
		}
		return parts
	}
	if len(raw) == 0 || raw[0] == '"' { // the address of a page
		return nil
	}
	return []w3cPart{{raw, false}}
}

// w3cFile is a file as far as it has been read.
type w3cFile struct {
	*file
	d      document
	source string
}

func (w *w3cFile) annotation(line int, raw json.RawMessage, within bool) {
	if complaint := checkW3C(raw, within); complaint != "" {
		w.refused(line, complaint)
		return
	}
	var j w3cAnnotation
	if json.Unmarshal(raw, &j) != nil {
		w.refused(line, "This annotation is not of a stretch of text: it was left out.")
		return
	}
	label, attributes, entity := w.bodies(j)
	if len(j.Target) == 2 && (j.motivated("linking") || len(j.Target[0].Selector) == 0 && strings.HasPrefix(j.Target[0].ID, "#")) {
		w.d.ties = append(w.d.ties, tie{line: line, from: j.Target[0].ID, to: j.Target[1].ID, label: label, attributes: attributes})
		return
	}
	m := mark{line: line, id: j.ID, label: label, attributes: attributes, entity: entity}
	if m.id == "" {
		m.id = fmt.Sprint("annotation ", len(w.d.marks))
	}
	for _, t := range j.Target {
		f, ok := anchor(w.d.text, t.Selector)
		source, _ := t.Source.(string)
		switch {
		case !ok:
			continue
		case w.source == "":
			w.source = source
			w.d.metadata.URL = source
		case source != w.source:
			w.refused(line, fmt.Sprintf("This is about another text, %q: put each with its text beside it.", excerpt(source)))
			return
		}
		m.fragments = append(m.fragments, f)
	}
	if len(m.fragments) == 0 {
		w.refused(line, "This annotation is not of a stretch of text: it was left out.")
		return
	}
	w.d.marks = append(w.d.marks, m)
}

func (j w3cAnnotation) motivated(by string) bool {
	list, _ := j.Motivation.([]any)
	for _, m := range append(list, j.Motivation) {
		if m == by {
			return true
		}
	}
	return false
}

// bodies reads what is said of the target: a class or tag that is the name of
// a kind, tags such as quotation=direct, who is meant, or a remark.
func (w *w3cFile) bodies(j w3cAnnotation) (label string, a annotate.Attributes, e *annotate.Entity) {
	var tags []string
	a = annotate.Attributes{}
	for _, b := range j.Body {
		value, _ := b.Value.(string)
		switch {
		case value == "":
		case b.Purpose == "identifying":
			e = entityNamed(value)
		case b.Purpose == "classifying":
			label = value
		case b.Purpose == "tagging":
			tags = append(tags, value)
		default:
			a["comment"] = value
		}
	}
	if j.BodyValue != "" {
		a["comment"] = j.BodyValue
	}
	label = w.tags(tags, label, a)
	if label == "" {
		label, _ = j.Motivation.(string)
	}
	return label, a, e
}

// tags puts tags of the form name=value into a, and takes the first other for
// the label if there is none: one that means something before one that does
// not.
func (f *file) tags(tags []string, label string, a annotate.Attributes) string {
	first := ""
	for _, tag := range tags {
		name, value, ok := strings.Cut(tag, "=")
		if ok {
			add(a, name, value)
			continue
		}
		_, kind := f.mapping.kind(tag, f.codebook)
		_, role := f.mapping.role(tag)
		if label == "" && (kind || role) {
			label = tag
		} else if first == "" {
			first = tag
		}
	}
	if label == "" {
		return first
	}
	return label
}

// tagged are a label and attributes as tags.
func tagged(a annotate.Attributes) []string {
	var tags []string
	for _, name := range sortedKeys(a) {
		list, many := a[name].([]string)
		if !many {
			list = []string{valueOf(a[name])}
		}
		for _, v := range list {
			tags = append(tags, name+"="+v)
		}
	}
	return tags
}

// anchor is the fragment that selectors mean: what is quoted, at the position
// if there is one, or else where it stands between what is around it.
func anchor(text string, selectors []textSelector) (f annotate.Fragment, ok bool) {
	var quote textSelector
	placed := false
	for _, s := range selectors {
		switch {
		case s.Type == "TextQuoteSelector" && s.Exact != "":
			quote, f.Exact = s, s.Exact
		case s.Type == "TextPositionSelector" && s.Start != nil && s.End != nil:
			f.Start, f.End, placed = *s.Start, *s.End, true
		}
	}
	if placed || quote.Exact == "" {
		return f, placed
	}
	at := strings.Index(text, quote.Prefix+quote.Exact+quote.Suffix)
	if at < 0 {
		at = max(0, strings.Index(text, quote.Exact)-len(quote.Prefix))
	}
	f.Start = runes(text[:min(len(text), at+len(quote.Prefix))])
	f.End = f.Start + runes(quote.Exact)
	return f, true
}

func writeW3C(out *output, documents iter.Seq2[document, error]) error {
	return eachDocument(documents, func(d document) error {
		w, err := out.entry(d.name + ".txt")
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, d.text); err != nil {
			return err
		}
		if w, err = out.entry(d.name + ".jsonld"); err != nil {
			return err
		}
		return writeValue(w, w3cOf(d), true)
	})
}

// w3cOf is d as a list of annotations.
func w3cOf(d document) []w3cAnnotation {
	text := annotate.NewText(d.text)
	source := d.metadata.URL
	if source == "" {
		source = "urn:x-onrecord:" + d.name
	}
	list, there := []w3cAnnotation{}, map[string]bool{}
	for _, m := range d.marks {
		if len(m.fragments) == 0 {
			continue
		}
		there[m.id] = true
		a := w3cAnnotation{
			Context: w3cContext, ID: "#" + m.id, Type: "Annotation", Motivation: "classifying",
			Body: append(many[w3cBody]{textBody("classifying", m.label)}, tagBodies(m.attributes)...),
		}
		if m.entity != nil {
			a.Body = append(a.Body, textBody("identifying", entityName(m.entity)))
		}
		for _, f := range m.fragments {
			a.Target = append(a.Target, w3cTarget{Source: source, Selector: selectors(text, f)})
		}
		list = append(list, a)
	}
	for i, t := range d.ties {
		if there[t.from] && there[t.to] {
			list = append(list, w3cAnnotation{
				Context: w3cContext, ID: fmt.Sprintf("#link-%d", i+1), Type: "Annotation", Motivation: "linking",
				Body:   append(many[w3cBody]{textBody("classifying", t.label)}, tagBodies(t.attributes)...),
				Target: many[w3cTarget]{{ID: "#" + t.from}, {ID: "#" + t.to}},
			})
		}
	}
	return list
}

func textBody(purpose, value string) w3cBody {
	return w3cBody{Type: "TextualBody", Purpose: purpose, Value: value}
}

func tagBodies(a annotate.Attributes) []w3cBody {
	var bodies []w3cBody
	for _, tag := range tagged(a) {
		bodies = append(bodies, textBody("tagging", tag))
	}
	return bodies
}

// selectors say where f is in both ways.
func selectors(text *annotate.Text, f annotate.Fragment) []textSelector {
	prefix, suffix := text.Around(f.Start, f.End, contextLength)
	return []textSelector{
		{Type: "TextQuoteSelector", Exact: f.Exact, Prefix: prefix, Suffix: suffix},
		{Type: "TextPositionSelector", Start: &f.Start, End: &f.End},
	}
}
