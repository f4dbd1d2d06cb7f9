package exchange

import (
	"fmt"
	"io"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"onrecord.dev/internal/annotate"
)

// bratFormat is brat's standoff: a text, and next to it an .ann file with a
// line for each thing tagged in it: T text, R relation and * equivalence, E
// event, A and M attribute, N name in a list of names, # note.
var bratFormat = Format{
	Name: "brat", Title: "brat", Suffix: ".zip", MediaType: "application/zip",
	dialect: &dialect{
		suffixes: []string{".ann"}, unit: codePoints, whole: true, names: true, packed: true,
		recognises: regexp.MustCompile(`(?m)^T\d+\t\S+ \d+ \d+`).MatchString,
		read:       readBrat, write: writeBrat,
	},
}

// bratFile is an .ann file as far as it has been read.
type bratFile struct {
	*file
	d      document
	at     map[string]int // of marks in d.marks, by their id
	events []bratEvent
	ties   []tie
	values []bratValue
	// stretches counts the fragments of all marks.
	stretches int
}

// bratEvent is a trigger, named by its label, and its arguments.
type bratEvent struct {
	line  int
	id    string
	label string
	roles []string
	ids   []string // of marks or events, of the same length
	on    []string // the trigger
}

// bratValue is an attribute of something.
type bratValue struct {
	line            int
	of, name, value string
}

func readBrat(in *file, yield func(document) bool) error {
	text, name, err := in.beside()
	if err != nil {
		return err
	}
	if name == "" {
		in.refused(0, "There is no text for this file: put it beside it, with the same name and .txt.")
		return nil
	}
	if !utf8.ValidString(text) {
		in.refused(0, "This is not valid UTF-8. Save the text as UTF-8 and try again.")
		return nil
	}
	b := &bratFile{file: in, d: document{name: in.name, text: text, line: 1}, at: map[string]int{}}
	var fault error
	for n, line := range lines(in.r, &fault) {
		if line != "" && !b.line(n, line) {
			in.refused(n, fmt.Sprintf("This is no line of brat: %q.", excerpt(line)))
		}
		if err := overfull(n, b.stretches+len(b.events)+len(b.ties)+len(b.values), 0); err != nil {
			return err
		}
	}
	if fault != nil {
		return fault
	}
	b.finish()
	yield(b.d)
	return nil
}

// line takes one line and reports whether it is one of brat's.
func (b *bratFile) line(n int, line string) bool {
	id, rest, ok := strings.Cut(line, "\t")
	if !ok || len(id) == 0 {
		return false
	}
	fields, quote, quoted := strings.Cut(rest, "\t")
	words := strings.Fields(fields)
	switch {
	case len(words) == 0:
		return id[0] == '#'
	case id[0] == 'T':
		return quoted && b.text(n, id, fields, quote)
	case id[0] == 'E':
		return b.event(n, id, words)
	case id[0] == 'R' && len(words) == 3:
		_, from, one := strings.Cut(words[1], ":")
		_, to, two := strings.Cut(words[2], ":")
		b.ties = append(b.ties, tie{line: n, from: from, to: to, label: words[0]})
		return one && two
	case id == "*" && len(words) > 2:
		for _, to := range words[2:] {
			b.ties = append(b.ties, tie{line: n, from: words[1], to: to, label: words[0]})
		}
		return true
	case (id[0] == 'A' || id[0] == 'M') && len(words) >= 2:
		value := "true"
		if len(words) > 2 {
			value = strings.Join(words[2:], " ")
		}
		b.values = append(b.values, bratValue{n, words[1], words[0], value})
		return true
	case id[0] == 'N' && len(words) == 3:
		return b.name(words, quote)
	case id[0] == '#' && len(words) >= 2:
		b.note(n, words, quote)
		return true
	}
	return false
}

func (b *bratFile) text(n int, id, fields, quote string) bool {
	label, offsets, ok := strings.Cut(fields, " ")
	m := mark{line: n, id: id, label: label, quote: quote, attributes: annotate.Attributes{}}
	for part := range strings.SplitSeq(offsets, ";") {
		from, to, cut := strings.Cut(part, " ")
		start, err1 := strconv.Atoi(from)
		end, err2 := strconv.Atoi(to)
		if !cut || err1 != nil || err2 != nil {
			return false
		}
		m.fragments = append(m.fragments, annotate.Fragment{Start: start, End: end})
	}
	b.at[id] = len(b.d.marks)
	b.stretches += len(m.fragments)
	b.d.marks = append(b.d.marks, m)
	return ok
}

func (b *bratFile) event(n int, id string, words []string) bool {
	e := bratEvent{line: n, id: id}
	for i, word := range words {
		role, of, ok := strings.Cut(word, ":")
		if !ok {
			return false
		}
		if i == 0 {
			e.label, e.on = role, []string{of}
			continue
		}
		// Content2 is another Content.
		e.roles, e.ids = append(e.roles, strings.TrimRight(role, "0123456789")), append(e.ids, of)
	}
	b.events = append(b.events, e)
	return true
}

// name takes what a mark is called in a list of names.
func (b *bratFile) name(words []string, name string) bool {
	i, ok := b.at[words[1]]
	if !ok {
		return false
	}
	e := &annotate.Entity{Name: strings.TrimSpace(name)}
	if kind, list, typed := strings.Cut(words[2], ":"); typed && kind == "onrecord" {
		e.Type = annotate.EntityType(list)
	} else {
		e.Description = words[2]
	}
	if e.Name == "" {
		e.Name = words[2]
	}
	b.d.marks[i].entity = e
	return true
}

// note takes a remark on something.
func (b *bratFile) note(n int, words []string, text string) {
	b.values = append(b.values, bratValue{n, words[1], "note", text})
}

// finish turns events into ties that begin at the claim.
func (b *bratFile) finish() {
	heads := map[string]string{} // of events
	triggers := map[string]bool{}
	for _, e := range b.events {
		heads[e.id] = b.head(e)
		if _, attribution := b.mapping.event(e.label); attribution {
			triggers[e.on[0]] = true
		}
	}
	for _, e := range b.events {
		b.tieUp(e, heads)
	}
	for _, t := range b.ties {
		t.from, t.to = resolve(t.from, heads), resolve(t.to, heads)
		b.d.ties = append(b.d.ties, t)
	}
	for _, v := range b.values {
		i, ok := b.at[resolve(v.of, heads)]
		if !ok {
			b.refused(v.line, fmt.Sprintf("There is no %q in this file.", excerpt(v.of)))
			continue
		}
		add(b.d.marks[i].attributes, v.name, v.value)
	}
	// A trigger that stands for the attribution is no mark of its own.
	b.d.marks = slices.DeleteFunc(b.d.marks, func(m mark) bool { return triggers[m.id] })
}

// add gives a a further value under a name.
func add(a annotate.Attributes, name, value string) {
	switch had := a[name].(type) {
	case string:
		a[name] = []string{had, value}
	case []string:
		a[name] = append(had, value)
	default:
		a[name] = value
	}
}

func resolve(id string, heads map[string]string) string {
	if head, ok := heads[id]; ok {
		return head
	}
	return id
}

// claims are the marks among the arguments of e, and its trigger, that are
// claims.
func (b *bratFile) claims(e bratEvent) []string {
	var claims []string
	for _, id := range append(slices.Clone(e.ids), e.on...) {
		if i, ok := b.at[id]; ok {
			if kind, _ := b.mapping.kind(b.d.marks[i].label, b.codebook); kind == annotate.Claim {
				claims = append(claims, id)
			}
		}
	}
	return claims
}

// head is the mark that stands for e.
func (b *bratFile) head(e bratEvent) string {
	if claims := b.claims(e); len(claims) > 0 {
		return claims[0]
	}
	return e.on[0]
}

func (b *bratFile) tieUp(e bratEvent, heads map[string]string) {
	claims := b.claims(e)
	says, attribution := b.mapping.event(e.label)
	roles, ids := e.roles, e.ids
	if !attribution && len(claims) > 0 && !slices.Contains(claims, e.on[0]) {
		roles, ids = append(roles, e.label), append(ids, e.on[0])
	}
	if len(claims) == 0 {
		if attribution {
			b.refused(e.line, "There is no claim in this event: what it holds together was left apart.")
			return
		}
		claims = e.on
	}
	for _, claim := range claims {
		if i, ok := b.at[claim]; ok {
			for name, value := range says.Attributes {
				b.d.marks[i].attributes[name] = value
			}
		}
		for k, id := range ids {
			if !slices.Contains(claims, id) {
				b.d.ties = append(b.d.ties, tie{line: e.line, from: claim, to: resolve(id, heads), label: roles[k]})
			}
		}
	}
}

func writeBrat(out *output, documents iter.Seq2[document, error]) error {
	err := eachDocument(documents, func(d document) error {
		w, err := out.entry(d.name + ".txt")
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, d.text); err != nil {
			return err
		}
		if w, err = out.entry(d.name + ".ann"); err != nil {
			return err
		}
		_, err = io.WriteString(w, annFile(d, out.mapping))
		return err
	})
	if err != nil {
		return err
	}
	w, err := out.entry("annotation.conf")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, bratConf(out))
	return err
}

// annWriter makes the lines of an .ann file.
type annWriter struct {
	strings.Builder
	mapping              *Mapping
	t, e, a, r, n, notes int
	ids                  map[string]string // T by mark
}

func annFile(d document, m *Mapping) string {
	w := &annWriter{mapping: m, ids: map[string]string{}}
	marks := map[string]mark{}
	for _, k := range d.marks {
		if len(k.fragments) > 0 {
			marks[k.id] = k
			w.ids[k.id] = w.text(k.label, k.fragments)
		}
	}
	claim := m.kindLabel(annotate.Claim)
	cued := map[string]string{} // the event a cue is of
	for _, k := range d.marks {
		if k.label == claim && len(k.fragments) > 0 && len(m.Events) > 0 && cued[k.id] == "" {
			w.event(k, d, marks, cued)
		}
	}
	for _, t := range d.ties {
		_, begins := w.ids[t.from]
		_, ends := w.ids[t.to]
		if begins && ends && (len(m.Events) == 0 || marks[t.from].label != claim || marks[t.to].label == claim) {
			w.r++
			fmt.Fprintf(w, "R%d\t%s Arg1:%s Arg2:%s\n", w.r, t.label, w.ids[t.from], w.ids[t.to])
		}
	}
	for _, k := range d.marks {
		if id := w.ids[k.id]; id != "" {
			w.attributes(id, k)
		}
	}
	return w.String()
}

func (w *annWriter) text(label string, fragments []annotate.Fragment) string {
	w.t++
	id := fmt.Sprintf("T%d", w.t)
	var offsets, quotes []string
	for _, f := range fragments {
		offsets = append(offsets, fmt.Sprintf("%d %d", f.Start, f.End))
		quotes = append(quotes, strings.NewReplacer("\n", " ", "\r", " ", "\t", " ").Replace(f.Exact))
	}
	fmt.Fprintf(w, "%s\t%s %s\t%s\n", id, label, strings.Join(offsets, ";"), strings.Join(quotes, " "))
	return id
}

// event writes the attribution of a claim, and of those that share its cue.
func (w *annWriter) event(claim mark, d document, marks map[string]mark, done map[string]string) {
	cue := w.mapping.roleLabel(annotate.RoleCue)
	label, _ := w.mapping.eventOf(w.ours(claim))
	trigger, together := claim, []mark{claim}
	for _, t := range d.ties {
		if t.from == claim.id && t.label == cue && w.ids[t.to] != "" {
			trigger = marks[t.to]
		}
	}
	for _, t := range d.ties {
		other := marks[t.from]
		if trigger.id != claim.id && t.to == trigger.id && t.from != claim.id && t.label == cue && done[other.id] == "" {
			if same, _ := w.mapping.eventOf(w.ours(other)); same == label && slices.Equal(leads(d, other.id, claim.label, marks), leads(d, claim.id, claim.label, marks)) {
				together = append(together, other)
			}
		}
	}
	w.e++
	event := fmt.Sprintf("E%d", w.e)
	line := fmt.Sprintf("%s\t%s:%s", event, label, w.text(label, trigger.fragments))
	roles, seen := map[string]int{}, map[string]bool{}
	arg := func(role, id string) {
		if w.ids[id] == "" || seen[role+" "+id] {
			return
		}
		seen[role+" "+id] = true
		if roles[role]++; roles[role] > 1 {
			role += strconv.Itoa(roles[role])
		}
		line += fmt.Sprintf(" %s:%s", role, w.ids[id])
	}
	for _, c := range together {
		done[c.id] = event
		arg(c.label, c.id)
	}
	for _, t := range d.ties {
		if slices.ContainsFunc(together, func(c mark) bool { return c.id == t.from }) && marks[t.to].label != claim.label {
			arg(t.label, t.to)
		}
	}
	fmt.Fprintln(w, line)
}

// leads are the ties from a claim to what is no claim.
func leads(d document, claim, label string, marks map[string]mark) []string {
	var leads []string
	for _, t := range d.ties {
		if t.from == claim && marks[t.to].label != label {
			leads = append(leads, t.label+" "+t.to)
		}
	}
	slices.Sort(leads)
	return leads
}

// ours are the attributes of a mark in our words, as the events of the mapping
// have them.
func (w *annWriter) ours(m mark) annotate.Attributes {
	ours := annotate.Attributes{}
	for label, value := range m.attributes {
		name, value := w.mapping.attribute(label, value)
		ours[name] = value
	}
	return ours
}

func (w *annWriter) attributes(id string, m mark) {
	left := w.ours(m)
	if m.label == w.mapping.kindLabel(annotate.Claim) && len(w.mapping.Events) > 0 {
		_, left = w.mapping.eventOf(left)
	}
	left = w.mapping.attributesAbroad(left)
	for _, name := range sortedKeys(left) {
		if name == "note" {
			w.notes++
			fmt.Fprintf(w, "#%d\tAnnotatorNotes %s\t%s\n", w.notes, id, oneLine(valueOf(left[name])))
			continue
		}
		list, many := left[name].([]string)
		if !many {
			list = []string{valueOf(left[name])}
		}
		for _, v := range list {
			w.a++
			if v == "true" {
				fmt.Fprintf(w, "A%d\t%s %s\n", w.a, name, id)
			} else {
				fmt.Fprintf(w, "A%d\t%s %s %s\n", w.a, name, id, oneLine(v))
			}
		}
	}
	if m.entity != nil {
		w.n++
		fmt.Fprintf(w, "N%d\tReference %s onrecord:%s\t%s\n", w.n, id, m.entity.Type, oneLine(m.entity.Name))
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// bratConf is the annotation.conf that has brat show what was written.
func bratConf(out *output) string {
	var b strings.Builder
	b.WriteString("[entities]\n")
	for _, k := range out.codebook.Kinds {
		fmt.Fprintln(&b, out.mapping.kindLabel(k.Name))
	}
	b.WriteString("\n[relations]\n")
	for _, r := range annotate.LinkRoles {
		from, to, _ := r.Ends()
		fmt.Fprintf(&b, "%s\tArg1:%s, Arg2:%s\n", out.mapping.roleLabel(r), out.mapping.kindLabel(from), out.mapping.kindLabel(to))
	}
	b.WriteString("\n[events]\n")
	claim := out.mapping.kindLabel(annotate.Claim)
	for _, e := range out.mapping.Events {
		fmt.Fprintf(&b, "%s\t%s:%s+", e.Label, claim, claim)
		for _, r := range annotate.LinkRoles {
			if from, to, _ := r.Ends(); from == annotate.Claim && to != annotate.Claim {
				fmt.Fprintf(&b, ", %s*:%s", out.mapping.roleLabel(r), out.mapping.kindLabel(to))
			}
		}
		b.WriteString("\n")
	}
	b.WriteString("\n[attributes]\n")
	for _, a := range out.codebook.Attributes {
		if len(a.Kinds) == 0 || a.Type == annotate.Prose {
			continue
		}
		var values []string
		for _, v := range a.Values {
			values = append(values, valueOf(out.mapping.attributesAbroad(annotate.Attributes{a.Name: v.Value})[out.mapping.attributeLabel(a.Name)]))
		}
		fmt.Fprintf(&b, "%s\tArg:<ANY>, Value:%s\n", out.mapping.attributeLabel(a.Name), strings.Join(values, "|"))
	}
	return b.String()
}
