package exchange

import (
	"iter"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"onrecord.dev/internal/annotate"
)

// labelStudioFormat is Label Studio's JSON: a list of tasks, each a text with
// annotations or, where nobody has annotated it, predictions.
var labelStudioFormat = Format{
	Name: "labelstudio", Title: "Label Studio JSON", Suffix: ".json", MediaType: "application/json",
	dialect: &dialect{
		suffixes: []string{".json"}, unit: codePoints, names: true,
		recognises: regexp.MustCompile(`"data"\s*:\s*\{[\s\S]*"(annotations|predictions)"\s*:|"(annotations|predictions)"\s*:[\s\S]*"data"\s*:\s*\{`).MatchString,
		read:       readLabelStudio, write: writeLabelStudio,
	},
}

type labelStudioTask struct {
	ID          any                 `json:"id,omitempty"`
	Data        map[string]any      `json:"data"`
	Annotations []labelStudioResult `json:"annotations,omitempty"`
	Predictions []labelStudioResult `json:"predictions,omitempty"`
}

type labelStudioResult struct {
	Result    []labelStudioItem `json:"result"`
	Cancelled bool              `json:"was_cancelled,omitempty"`
}

type labelStudioItem struct {
	ID        string           `json:"id,omitempty"`
	FromName  string           `json:"from_name,omitempty"`
	ToName    string           `json:"to_name,omitempty"`
	Type      string           `json:"type"`
	Value     labelStudioValue `json:"value,omitzero"`
	Meta      map[string]any   `json:"meta,omitempty"`
	FromID    string           `json:"from_id,omitempty"`
	ToID      string           `json:"to_id,omitempty"`
	Direction string           `json:"direction,omitempty"`
	Labels    []string         `json:"labels,omitempty"`
}

type labelStudioValue struct {
	Start   any      `json:"start,omitempty"`
	End     any      `json:"end,omitempty"`
	Text    any      `json:"text,omitempty"`
	Labels  []string `json:"labels,omitempty"`
	Choices []string `json:"choices,omitempty"`
}

func readLabelStudio(in *file, yield func(document) bool) error {
	return in.values("", func(line int, raw []byte) bool {
		var j labelStudioTask
		if !in.decode(line, raw, &j) {
			return true
		}
		name, text := labelStudioText(j)
		if name == "" {
			in.refused(line, "There is no text here.")
			return true
		}
		say := func(key string) string { s, _ := j.Data[key].(string); return s }
		d := document{
			line: line, name: idOf(j.ID), text: text, headline: say("headline"),
			metadata: metaJSON{say("url"), say("publisher"), say("author"), say("datePublished"), say("inLanguage")}.metadata(),
		}
		if result, ok := labelStudioChosen(j); ok {
			in.labelStudio(&d, result)
		}
		return yield(d)
	})
}

// labelStudioText is the member of the data that is the text: the one the
// annotations name, or the one called text, or else the longest.
func labelStudioText(j labelStudioTask) (name, text string) {
	if text, ok := j.Data["text"].(string); ok {
		return "text", text
	}
	for _, key := range slices.Sorted(maps.Keys(j.Data)) {
		if s, ok := j.Data[key].(string); ok && len(s) > len(text) {
			name, text = key, s
		}
	}
	return name, text
}

// labelStudioChosen is the newest annotation of a task, or else its newest
// prediction.
func labelStudioChosen(j labelStudioTask) (labelStudioResult, bool) {
	for _, list := range [][]labelStudioResult{j.Annotations, j.Predictions} {
		for _, r := range slices.Backward(list) {
			if !r.Cancelled {
				return r, true
			}
		}
	}
	return labelStudioResult{}, false
}

func (f *file) labelStudio(d *document, r labelStudioResult) {
	together := parts{d: d}
	at := map[string]bool{}
	for i, item := range r.Result {
		start, begins := offsetOf(item.Value.Start)
		end, ends := offsetOf(item.Value.End)
		if len(item.Value.Labels) == 0 || !begins || !ends {
			continue
		}
		id := item.ID
		if id == "" {
			id = strconv.Itoa(i)
		}
		for k, label := range item.Value.Labels {
			if k > 0 {
				id += "+"
			}
			quote, _ := item.Value.Text.(string)
			m := mark{
				line: d.line, id: id, label: label, attributes: attributesOf(item.Meta, "entity"),
				fragments: []annotate.Fragment{{Start: start, End: end, Exact: quote}},
			}
			name, _ := item.Meta["entity"].(string)
			m.entity = entityNamed(name)
			at[id] = true
			together.add(m)
		}
	}
	for _, item := range r.Result {
		switch {
		case item.Type == "relation":
			label := ""
			if len(item.Labels) > 0 {
				label = item.Labels[0]
			}
			from, to := item.FromID, item.ToID
			if item.Direction == "left" {
				from, to = to, from
			}
			together.tie(tie{line: d.line, from: from, to: to, label: label})
		case len(item.Value.Choices) > 0 && at[item.ID]: // an answer about a stretch
			i := together.find(item.ID)
			if i < 0 { // it has become part of another
				continue
			}
			for _, c := range item.Value.Choices {
				add(d.marks[i].attributes, item.FromName, c)
			}
		}
	}
}

// offsetOf is an offset that may be a number or, in old exports, a string.
func offsetOf(v any) (int, bool) {
	switch v := v.(type) {
	case float64:
		return int(v), true
	case int:
		return v, true
	case string:
		n, err := strconv.Atoi(v)
		return n, err == nil
	}
	return 0, false
}

func writeLabelStudio(out *output, documents iter.Seq2[document, error]) error {
	separator := "["
	err := eachDocument(documents, func(d document) error {
		if _, err := out.w.Write([]byte(separator + "\n")); err != nil {
			return err
		}
		separator = ","
		return writeValue(out.w, labelStudioOf(d), false)
	})
	if err != nil {
		return err
	}
	end := "]\n"
	if separator == "[" {
		end = "[]\n"
	}
	_, err = out.w.Write([]byte(end))
	return err
}

func labelStudioOf(d document) labelStudioTask {
	data := map[string]any{"text": d.text, "headline": d.headline}
	for name, value := range map[string]string{
		"url": d.metadata.URL, "publisher": d.metadata.Publisher, "author": d.metadata.Author, "datePublished": d.metadata.DatePublished,
		"inLanguage": d.metadata.InLanguage,
	} {
		if value != "" {
			data[name] = value
		}
	}
	items := []labelStudioItem{}
	cut(d, func(id int, m mark, f annotate.Fragment) {
		meta := map[string]any(maps.Clone(m.attributes))
		if m.entity != nil {
			if meta == nil {
				meta = map[string]any{}
			}
			meta["entity"] = entityName(m.entity)
		}
		items = append(items, labelStudioItem{
			ID: strconv.Itoa(id), FromName: "label", ToName: "text", Type: "labels", Meta: meta,
			Value: labelStudioValue{Start: f.Start, End: f.End, Text: f.Exact, Labels: []string{m.label}},
		})
	}, func(from, to int, t tie) {
		items = append(items, labelStudioItem{
			Type: "relation", FromID: strconv.Itoa(from), ToID: strconv.Itoa(to), Direction: "right", Labels: []string{t.label},
		})
	})
	return labelStudioTask{Data: data, Annotations: []labelStudioResult{{Result: items}}}
}
