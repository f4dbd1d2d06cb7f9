package exchange

import (
	"fmt"
	"iter"
	"regexp"
	"strconv"

	"onrecord.dev/internal/annotate"
)

// prodigyFormat is what Prodigy writes: a text a line, with spans, and
// relations between them.
var prodigyFormat = Format{
	Name: "prodigy", Title: "Prodigy JSONL", Suffix: ".jsonl", MediaType: "application/x-ndjson",
	dialect: &dialect{
		suffixes: []string{".jsonl"}, unit: codePoints, names: true,
		recognises: regexp.MustCompile(`"_input_hash"|"_view_id"|"spans"\s*:\s*\[`).MatchString,
		read:       readProdigy, write: writeProdigy,
	},
}

type prodigyJSON struct {
	Text      *string           `json:"text"`
	Meta      prodigyMeta       `json:"meta,omitzero"`
	Spans     []prodigySpan     `json:"spans"`
	Relations []prodigyRelation `json:"relations"`
	ViewID    string            `json:"_view_id,omitempty"`
	Answer    string            `json:"answer,omitempty"`
	InputHash any               `json:"_input_hash,omitempty"`
}

type prodigyMeta struct {
	Headline string `json:"headline,omitempty"`
	metaJSON
}

type prodigySpan struct {
	Start      int            `json:"start"`
	End        int            `json:"end"`
	Text       string         `json:"text,omitempty"`
	Label      string         `json:"label"`
	ID         string         `json:"id,omitempty"`
	Attributes map[string]any `json:"attributes,omitempty"`
	Entity     string         `json:"entity,omitempty"`
}

type prodigyRelation struct {
	Label      string         `json:"label"`
	HeadSpan   prodigySpan    `json:"head_span"`
	ChildSpan  prodigySpan    `json:"child_span"`
	Attributes map[string]any `json:"attributes,omitempty"`
}

// id is what a span is called: where it is and as what, for Prodigy gives none.
func (s prodigySpan) id() string { return fmt.Sprintf("%d-%d-%s", s.Start, s.End, s.Label) }

func readProdigy(in *file, yield func(document) bool) error {
	return in.values("", func(line int, raw []byte) bool {
		var j prodigyJSON
		if !in.decode(line, raw, &j) {
			return true
		}
		switch {
		case j.Text == nil:
			in.refused(line, "There is no text here.")
			return true
		case j.Answer == "reject" || j.Answer == "ignore":
			in.refused(line, fmt.Sprintf("Whoever annotated this answered %q: it was left out.", j.Answer))
			return true
		}
		d := document{line: line, name: idOf(j.InputHash), text: *j.Text, headline: j.Meta.Headline, metadata: j.Meta.metadata()}
		together, seen := parts{d: &d}, map[string]string{}
		for i, s := range j.Spans {
			id := s.ID
			if id == "" {
				id = strconv.Itoa(i)
			}
			if _, twice := seen[s.id()]; !twice {
				seen[s.id()] = id
			}
			together.add(mark{
				line: line, id: id, label: s.Label, attributes: attributesOf(s.Attributes), entity: entityNamed(s.Entity),
				fragments: []annotate.Fragment{{Start: s.Start, End: s.End, Exact: s.Text}},
			})
		}
		end := func(s prodigySpan) string {
			if s.ID != "" {
				return s.ID
			}
			return seen[s.id()]
		}
		for _, r := range j.Relations {
			together.tie(tie{line: line, from: end(r.HeadSpan), to: end(r.ChildSpan), label: r.Label, attributes: attributesOf(r.Attributes)})
		}
		return yield(d)
	})
}

func writeProdigy(out *output, documents iter.Seq2[document, error]) error {
	return eachDocument(documents, func(d document) error {
		j := prodigyJSON{
			Text: &d.text, Meta: prodigyMeta{d.headline, metaOf(d.metadata)}, Spans: []prodigySpan{}, Relations: []prodigyRelation{},
			ViewID: "relations", Answer: "accept",
		}
		cut(d, func(id int, m mark, f annotate.Fragment) {
			s := prodigySpan{Start: f.Start, End: f.End, Text: f.Exact, Label: m.label, ID: strconv.Itoa(id), Attributes: m.attributes}
			if m.entity != nil {
				s.Entity = entityName(m.entity)
			}
			j.Spans = append(j.Spans, s)
		}, func(from, to int, t tie) {
			j.Relations = append(j.Relations, prodigyRelation{t.label, j.Spans[from], j.Spans[to], t.attributes})
		})
		return writeValue(out.w, j, false)
	})
}
