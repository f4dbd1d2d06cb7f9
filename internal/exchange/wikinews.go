package exchange

import (
	"iter"
	"regexp"
	"slices"
	"strconv"

	"onrecord.dev/internal/annotate"
)

// wikinewsFormat is the JSON of the German quotation corpora: an article with
// quotes, each with its speaker, addressee, cue and frame.
var wikinewsFormat = Format{
	Name: "wikinews", Title: "Wikinews-Zitate JSON", Suffix: ".zip", MediaType: "application/zip",
	dialect: &dialect{
		suffixes: []string{".json"}, unit: codePoints, packed: true,
		recognises: regexp.MustCompile(`"(hasNested|isNested|addressee)"`).MatchString,
		read:       readWikinews, write: writeWikinews,
	},
}

type wikinewsJSON struct {
	DocumentName string          `json:"documentName,omitempty"`
	Text         string          `json:"originalText"`
	Annotations  []wikinewsQuote `json:"annotations"`
}

type wikinewsQuote struct {
	ID        int          `json:"id"`
	Type      string       `json:"type"`
	Medium    string       `json:"medium,omitempty"`
	IsNested  bool         `json:"isNested"`
	HasNested bool         `json:"hasNested"`
	Quote     wikinewsRole `json:"quote"`
	Speaker   wikinewsRole `json:"speaker"`
	Addressee wikinewsRole `json:"addressee"`
	Cue       wikinewsRole `json:"cue"`
	Frame     wikinewsRole `json:"frame"`
}

type wikinewsRole struct {
	Spans []wikinewsSpan `json:"spans"`
	Text  string         `json:"text"`
}

type wikinewsSpan struct {
	CharBegin int `json:"charBegin"`
	CharEnd   int `json:"charEnd"`
}

func (q wikinewsQuote) roles() map[string]wikinewsRole {
	return map[string]wikinewsRole{"speaker": q.Speaker, "addressee": q.Addressee, "cue": q.Cue, "frame": q.Frame}
}

func readWikinews(in *file, yield func(document) bool) error {
	return in.values("", func(line int, raw []byte) bool {
		var j wikinewsJSON
		if !in.decode(line, raw, &j) {
			return true
		}
		name := j.DocumentName
		if name == "" {
			name = in.name
		}
		d := document{line: line, name: name, text: j.Text}
		for _, q := range j.Annotations {
			d.quote(q)
		}
		d.nest(j.Annotations)
		return yield(d)
	})
}

// quote adds q with its roles. A role that stands where another of the same
// name stands is the same mark.
func (d *document) quote(q wikinewsQuote) {
	id := "quote " + strconv.Itoa(q.ID)
	d.marks = append(d.marks, mark{
		line: d.line, id: id, label: "quote", fragments: q.Quote.fragments(), quote: q.Quote.Text,
		attributes: attributesOf(map[string]any{"type": known(q.Type), "medium": known(q.Medium)}),
	})
	roles := q.roles()
	for _, name := range []string{"speaker", "addressee", "cue", "frame"} {
		fragments := roles[name].fragments()
		if len(fragments) == 0 {
			continue
		}
		same := slices.IndexFunc(d.marks, func(m mark) bool { return m.label == name && slices.Equal(m.fragments, fragments) })
		if same < 0 {
			same = len(d.marks)
			d.marks = append(d.marks, mark{
				line: d.line, id: name + " " + strconv.Itoa(same), label: name, fragments: fragments, quote: roles[name].Text,
			})
		}
		if name != "frame" {
			d.ties = append(d.ties, tie{line: d.line, from: id, to: d.marks[same].id, label: name})
		}
	}
}

// known is a value, or nothing where it is empty.
func known(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (r wikinewsRole) fragments() []annotate.Fragment {
	var fragments []annotate.Fragment
	for _, s := range r.Spans {
		fragments = append(fragments, annotate.Fragment{Start: s.CharBegin, End: s.CharEnd})
	}
	return fragments
}

// nest ties each quote that is said to be nested to the smallest that holds
// it: the format says only that there is one.
func (d *document) nest(quotes []wikinewsQuote) {
	for _, inner := range quotes {
		if !inner.IsNested {
			continue
		}
		best, size := "", 0
		for _, outer := range quotes {
			if n := outer.size(); outer.HasNested && outer.ID != inner.ID && outer.holds(inner) && (best == "" || n < size) {
				best, size = "quote "+strconv.Itoa(outer.ID), n
			}
		}
		if best != "" {
			d.ties = append(d.ties, tie{line: d.line, from: "quote " + strconv.Itoa(inner.ID), to: best, label: "within"})
		}
	}
}

func (q wikinewsQuote) size() int {
	n := 0
	for _, s := range q.Quote.Spans {
		n += s.CharEnd - s.CharBegin
	}
	return n
}

// holds reports whether all of o lies between the first and the last of q.
func (q wikinewsQuote) holds(o wikinewsQuote) bool {
	if len(q.Quote.Spans) == 0 || len(o.Quote.Spans) == 0 || q.size() <= o.size() {
		return false
	}
	qs, qe := q.extent()
	os, oe := o.extent()
	return qs <= os && oe <= qe
}

func (q wikinewsQuote) extent() (start, end int) {
	start, end = q.Quote.Spans[0].CharBegin, q.Quote.Spans[0].CharEnd
	for _, s := range q.Quote.Spans {
		start, end = min(start, s.CharBegin), max(end, s.CharEnd)
	}
	return start, end
}

func writeWikinews(out *output, documents iter.Seq2[document, error]) error {
	return eachDocument(documents, func(d document) error {
		w, err := out.entry(d.name + ".json")
		if err != nil {
			return err
		}
		return writeValue(w, wikinewsOf(d, out.mapping), true)
	})
}

func wikinewsOf(d document, m *Mapping) wikinewsJSON {
	j := wikinewsJSON{DocumentName: d.name, Text: d.text, Annotations: []wikinewsQuote{}}
	marks, number := map[string]mark{}, map[string]int{}
	for _, k := range d.marks {
		marks[k.id] = k
		if k.label == m.kindLabel(annotate.Claim) && len(k.fragments) > 0 {
			number[k.id] = len(j.Annotations)
			kind, _ := k.attributes["type"].(string)
			j.Annotations = append(j.Annotations, wikinewsQuote{ID: len(j.Annotations), Type: kind, Quote: wikinewsRoleOf(k)})
		}
	}
	for _, t := range d.ties {
		from, begins := number[t.from]
		if !begins {
			continue
		}
		q := &j.Annotations[from]
		switch role, _ := m.role(t.label); role {
		case annotate.RoleSpeaker:
			q.Speaker = first(q.Speaker, marks[t.to])
		case annotate.RoleAddressee:
			q.Addressee = first(q.Addressee, marks[t.to])
		case annotate.RoleCue:
			q.Cue = first(q.Cue, marks[t.to])
		case annotate.RoleWithin:
			if to, ends := number[t.to]; ends {
				q.IsNested, j.Annotations[to].HasNested = true, true
			}
		case annotate.RoleSource, annotate.RoleVia: // it has none
		}
	}
	for i := range j.Annotations {
		q := &j.Annotations[i]
		for _, r := range []*wikinewsRole{&q.Speaker, &q.Addressee, &q.Cue, &q.Frame} {
			if r.Spans == nil {
				r.Spans = []wikinewsSpan{}
			}
		}
	}
	return j
}

// first is the role as it is, or m where there is none yet: there is room for
// one.
func first(r wikinewsRole, m mark) wikinewsRole {
	if len(r.Spans) > 0 {
		return r
	}
	return wikinewsRoleOf(m)
}

func wikinewsRoleOf(m mark) wikinewsRole {
	r := wikinewsRole{Spans: []wikinewsSpan{}}
	for _, f := range m.fragments {
		r.Spans = append(r.Spans, wikinewsSpan{f.Start, f.End})
		r.Text = join(r.Text, f.Exact)
	}
	return r
}
