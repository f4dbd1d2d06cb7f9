package exchange

import (
	"fmt"
	"iter"
	"regexp"
	"strconv"
	"strings"

	"onrecord.dev/internal/annotate"
)

// casFormat is UIMA CAS JSON, which INCEpTION and DKPro speak: a text and
// feature structures, some of which are annotations of it.
var casFormat = Format{
	Name: "cas", Title: "UIMA CAS JSON", Suffix: ".zip", MediaType: "application/zip",
	dialect: &dialect{
		suffixes: []string{".json"}, unit: utf16Units, whole: true, names: true, packed: true,
		recognises: regexp.MustCompile(`"%(TYPES|FEATURE_STRUCTURES)"`).MatchString,
		read:       readCAS, write: writeCAS,
	},
}

const (
	casSpan = "onrecord.Span" // of ours: one fragment
	casLink = "onrecord.Link"
)

// feature is a feature structure: its own %ID and %TYPE, values, and under @
// references to others.
type feature map[string]any

func (f feature) number(name string) (int, bool) {
	n, ok := f[name].(float64)
	return int(n), ok
}

func (f feature) words(name string) string {
	s, _ := f[name].(string)
	return s
}

// casFile is a file as far as it has been read.
type casFile struct {
	*file
	all   map[int]feature
	order []int
	lines map[int]int
}

func readCAS(in *file, yield func(document) bool) error {
	c := &casFile{file: in, all: map[int]feature{}, lines: map[int]int{}}
	var full error
	err := in.values("%FEATURE_STRUCTURES", func(line int, raw []byte) bool {
		var f feature
		if !in.decode(line, raw, &f) {
			return true
		}
		if t := last(f.words("%TYPE")); t == "Token" || t == "Sentence" { // most of a file, and nothing that is tagged
			return true
		}
		id, ok := f.number("%ID")
		if _, twice := c.all[id]; !ok || twice && f.words("%TYPE") == "uima.cas.Sofa" {
			in.refused(line, fmt.Sprintf("The id %q is given twice: the second was left out.", fmt.Sprint(id)))
			return true
		}
		if _, twice := c.all[id]; twice { // of an annotation and a text: seen in files of tools
			return true
		}
		c.all[id], c.lines[id] = f, line
		c.order = append(c.order, id)
		full = overfull(line, len(c.order), len(f.words("sofaString")))
		return full == nil
	})
	if err == nil {
		err = full
	}
	if err != nil {
		return err
	}
	for _, id := range c.order {
		if f := c.all[id]; f.words("%TYPE") == "uima.cas.Sofa" {
			if f.words("sofaString") == "" {
				c.refused(c.lines[id], "There is no text here.")
			} else if !yield(c.document(id)) {
				break
			}
		}
	}
	return nil
}

// document is a text with what refers to it.
func (c *casFile) document(sofa int) document {
	d := document{line: c.lines[sofa], name: c.name + " " + c.all[sofa].words("sofaID"), text: c.all[sofa].words("sofaString")}
	var ties []tie
	for _, id := range c.order {
		f := c.all[id]
		of, tied := f.number("@sofa")
		begin, begins := f.number("begin")
		end, ends := f.number("end")
		if t, ok := c.tie(id); ok && (!tied || of == sofa) {
			ties = append(ties, t)
			continue
		}
		if of != sofa || !begins || !ends {
			continue
		}
		switch last(f.words("%TYPE")) {
		case "DocumentAnnotation":
			continue
		case "DocumentMetaData":
			d.headline = f.words("documentTitle")
			if uri := f.words("documentUri"); strings.HasPrefix(uri, "http") {
				d.metadata.URL = uri
			}
			continue
		}
		attributes := c.attributes(f)
		m := mark{
			line: c.lines[id], id: strconv.Itoa(id), entity: entityNamed(f.words("entity")), fragments: []annotate.Fragment{{Start: begin, End: end}},
			label: c.label(f.words("%TYPE"), attributes), attributes: attributes,
		}
		d.marks = append(d.marks, m)
	}
	together := parts{d: &d}
	for _, t := range ties {
		if together.find(t.from) >= 0 || together.find(t.to) >= 0 {
			together.tie(t)
		}
	}
	return d
}

// tie reads a relation: what refers to a governor and a dependent, or from one
// to another.
func (c *casFile) tie(id int) (tie, bool) {
	f := c.all[id]
	for _, ends := range [][2]string{{"@Governor", "@Dependent"}, {"@from", "@to"}, {"@source", "@target"}} {
		from, begins := f.number(ends[0])
		to, finishes := f.number(ends[1])
		if begins && finishes {
			a := c.attributes(f)
			return tie{line: c.lines[id], from: strconv.Itoa(from), to: strconv.Itoa(to), label: c.label(f.words("%TYPE"), a), attributes: a}, true
		}
	}
	return tie{}, false
}

// attributes are the values of f that are no offsets, and lists of strings it
// refers to.
func (c *casFile) attributes(f feature) annotate.Attributes {
	a := attributesOf(f, "begin", "end", "%ID", "%TYPE", "@sofa", "entity")
	for name := range f {
		if id, ok := f.number(name); ok && strings.HasPrefix(name, "@") {
			delete(a, name)
			if list, ok := c.all[id]["%ELEMENTS"].([]any); ok && c.all[id].words("%TYPE") == "uima.cas.StringArray" {
				a[name[1:]] = listed(list)
			}
		}
	}
	return a
}

// label is what a layer calls something: the last part of its type if that
// means something here, or else its value, which is then no attribute of it.
func (f *file) label(kind string, a annotate.Attributes) string {
	name := last(kind)
	_, isKind := f.mapping.kind(name, f.codebook)
	_, isRole := f.mapping.role(name)
	if isKind || isRole {
		return name
	}
	for _, feature := range []string{"label", "value", "kind", "role"} {
		if s, ok := a[feature].(string); ok {
			delete(a, feature)
			return s
		}
	}
	return name
}

// last is the last part of a name with dots.
func last(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

func writeCAS(out *output, documents iter.Seq2[document, error]) error {
	types := casTypes(out)
	return eachDocument(documents, func(d document) error {
		w, err := out.entry(d.name + ".json")
		if err != nil {
			return err
		}
		structures, members := casOf(d)
		return writeValue(w, map[string]any{
			"%TYPES": types, "%FEATURE_STRUCTURES": structures,
			"%VIEWS": map[string]any{"_InitialView": map[string]any{"%SOFA": 1, "%MEMBERS": members}},
		}, true)
	})
}

// casOf is d as feature structures, and the ids of those that are annotations.
func casOf(d document) (structures []feature, members []int) {
	text := annotate.NewText(d.text)
	put := func(f feature) int {
		f["%ID"] = len(structures) + 1
		structures = append(structures, f)
		return len(structures)
	}
	said := func(f feature, a annotate.Attributes) {
		for _, name := range sortedKeys(a) {
			if list, many := a[name].([]string); many {
				f["@"+name] = put(feature{"%TYPE": "uima.cas.StringArray", "%ELEMENTS": list})
			} else {
				f[name] = a[name]
			}
		}
	}
	put(feature{"%TYPE": "uima.cas.Sofa", "sofaNum": 1, "sofaID": "_InitialView", "mimeType": "text", "sofaString": d.text})
	members = append(members, put(feature{
		"%TYPE": "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData", "@sofa": 1, "begin": 0, "end": text.UTF16(text.Len()),
		"documentTitle": d.headline, "documentUri": d.metadata.URL, "documentId": d.name,
	}))
	ids := map[int]int{}
	cut(d, func(n int, m mark, f annotate.Fragment) {
		s := feature{"%TYPE": casSpan, "@sofa": 1, "begin": text.UTF16(f.Start), "end": text.UTF16(f.End), "label": m.label}
		if m.entity != nil {
			s["entity"] = entityName(m.entity)
		}
		said(s, m.attributes)
		ids[n] = put(s)
		members = append(members, ids[n])
	}, func(from, to int, t tie) {
		s := feature{"%TYPE": casLink, "@from": ids[from], "@to": ids[to], "label": t.label}
		said(s, t.attributes)
		put(s)
	})
	return structures, members
}

// casTypes declare what casOf uses.
func casTypes(out *output) map[string]any {
	ranged := func(name, of string) map[string]any { return map[string]any{"%NAME": name, "%RANGE": of} }
	const words = "uima.cas.String"
	span := map[string]any{
		"%NAME": casSpan, "%SUPER_TYPE": "uima.tcas.Annotation", "label": ranged("label", words), "entity": ranged("entity", words),
	}
	link := map[string]any{
		"%NAME": casLink, "%SUPER_TYPE": "uima.cas.TOP", "label": ranged("label", words),
		"from": ranged("from", casSpan), "to": ranged("to", casSpan),
	}
	for _, a := range out.codebook.Attributes {
		name, of := out.mapping.attributeLabel(a.Name), words
		if a.Type == annotate.Choices {
			of = "uima.cas.StringArray"
		}
		if len(a.Kinds) > 0 {
			span[name] = ranged(name, of)
		}
		if len(a.Roles) > 0 {
			link[name] = ranged(name, of)
		}
	}
	meta := map[string]any{
		"%NAME": "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.DocumentMetaData", "%SUPER_TYPE": "uima.tcas.DocumentAnnotation",
	}
	for _, name := range []string{"documentTitle", "documentUri", "documentId"} {
		meta[name] = ranged(name, words)
	}
	types := map[string]any{}
	for _, t := range []map[string]any{span, link, meta} {
		types[fmt.Sprint(t["%NAME"])] = t
	}
	return types
}
