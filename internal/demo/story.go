package demo

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"onrecord.dev/internal/annotate"
)

// parseStory reads an article in three parts, each after a line of three
// hyphens: what is known of it, its text, and notes on what is marked there.
//
//	publisher: The Tidewater Courier
//	published: 2026-11-03
//	---
//	Lock is safe
//
//	{c1 “It will hold,”} {u1 said} {s1 the harbour master}.
//	---
//	c1 quotation=direct
//	  speaker s1 certainty=CT+
//	  cue u1
//	  review approve by=reviewer
//	s1 is="Amara Oyelaran" on_record=on_record
//
// An article without notes is one that nobody has tagged yet.
//
// A label begins with the key of its kind in the default codebook. A note on a
// label gives its entity and its attributes; a note indented below it gives a
// link, by role and label, or something that was done to the claim: review,
// comment, or later, which changes attributes after what stands above it. A
// label with an entity and no place in the text is an entity that the text
// does not mention.
func parseStory(file string, cast []annotate.Entity, newID func() annotate.ID) (Story, error) {
	parts := strings.SplitN(file, "\n---\n", 3)
	if len(parts) < 3 {
		return Story{}, errors.New("there are not three parts")
	}
	story := Story{AddedBy: annotate.Analyst}
	if err := story.parseHead(parts[0]); err != nil {
		return Story{}, err
	}
	m, err := parseMarkup(strings.TrimSpace(parts[1]) + "\n")
	if err != nil {
		return Story{}, err
	}
	story.Text, story.Article.ID, story.Article.Headline = m.text, newID(), annotate.HeadlineOf(m.text)

	t := &tagging{cast: cast, newID: newID, by: story.AddedBy, codebook: annotate.DefaultCodebook(), tagged: map[string]*tagged{}}
	for _, label := range slices.Sorted(maps.Keys(m.spans)) {
		t.annotation(label).Fragments = m.spans[label]
	}
	for i, line := range strings.Split(parts[2], "\n") {
		if err := t.note(line); err != nil {
			before := strings.Count(parts[0], "\n") + strings.Count(parts[1], "\n") + 4
			return Story{}, fmt.Errorf("line %d: %w", before+i+1, err)
		}
	}
	story.Steps = t.steps()
	for _, label := range slices.Sorted(maps.Keys(t.tagged)) {
		if !t.tagged[label].put {
			return Story{}, fmt.Errorf("no claim leads to %s", label)
		}
	}
	return story, nil
}

func (s *Story) parseHead(head string) error {
	for line := range strings.SplitSeq(head, "\n") {
		name, value, _ := strings.Cut(line, ": ")
		switch name {
		case "url":
			s.Article.URL = value
		case "publisher":
			s.Article.Publisher = value
		case "author":
			s.Article.Author = value
		case "published":
			s.Article.DatePublished, s.Article.DatePublishedOrigin = value, "page"
		case "language":
			s.Article.InLanguage = value
		case "added by":
			s.AddedBy = annotate.Role(value)
		default:
			return fmt.Errorf("%q says nothing of the article", line)
		}
	}
	return nil
}

// tagging is what the notes say, as far as they have been read.
type tagging struct {
	cast     []annotate.Entity
	newID    func() annotate.ID
	by       annotate.Role
	codebook *annotate.Codebook
	tagged   map[string]*tagged // by label
	noted    []*tagged          // in the order of the notes
}

// tagged is an annotation, its links, and what was done to it afterwards.
type tagged struct {
	annotate.Annotation
	links []link
	after []Step
	put   bool // by one of the steps
}

type link struct {
	annotate.Link
	to *tagged
}

// annotation is what label stands for.
func (t *tagging) annotation(label string) *tagged {
	a, ok := t.tagged[label]
	if !ok {
		a = &tagged{Annotation: annotate.Annotation{ID: t.newID(), Attributes: annotate.Attributes{}}}
		for _, k := range t.codebook.Kinds {
			if strings.HasPrefix(label, cmp.Or(k.Key, "-")) {
				a.Kind = k.Name
			}
		}
		t.tagged[label] = a
	}
	return a
}

func (t *tagging) note(line string) error {
	words, err := splitWords(line)
	if err != nil || len(words) == 0 {
		return err
	}
	if !strings.HasPrefix(line, " ") {
		a := t.annotation(words[0].value)
		t.noted = append(t.noted, a)
		return t.describe(a, words[1:])
	}
	if len(t.noted) == 0 {
		return errors.New("there is nothing yet to add this to")
	}
	a := t.noted[len(t.noted)-1]
	switch words[0].value {
	case "review", "comment", "later":
		return t.afterwards(a, words)
	default:
		return t.link(a, words)
	}
}

func (t *tagging) describe(a *tagged, words []word) error {
	for _, w := range words {
		if w.name != "is" {
			a.Attributes[w.name] = t.value(w)
			continue
		}
		i := slices.IndexFunc(t.cast, func(e annotate.Entity) bool { return e.Name == w.value })
		if i < 0 {
			return fmt.Errorf("%q is not in the cast", w.value)
		}
		a.Entity = t.cast[i].ID
	}
	return nil
}

// value is what w says, as the attribute's type has it.
func (t *tagging) value(w word) any {
	if a, ok := t.codebook.Attribute(w.name); ok && a.Type == annotate.Choices {
		return strings.Split(w.value, ",")
	}
	return w.value
}

func (t *tagging) link(from *tagged, words []word) error {
	if len(words) < 2 {
		return errors.New("a link has a role and a label")
	}
	if _, ok := t.tagged[words[1].value]; !ok {
		return fmt.Errorf("%s is neither in the text nor in a note above", words[1].value)
	}
	to := t.annotation(words[1].value)
	l := link{annotate.Link{ID: t.newID(), From: from.ID, To: to.ID, Role: annotate.LinkRole(words[0].value), Attributes: annotate.Attributes{}}, to}
	for _, w := range words[2:] {
		l.Attributes[w.name] = t.value(w)
	}
	from.links = append(from.links, l)
	return nil
}

// afterwards notes what was done to the claim once it was there.
func (t *tagging) afterwards(claim *tagged, words []word) error {
	step := Step{By: t.by}
	var reason string
	edited := annotate.Attributes{}
	for _, w := range words[1:] {
		switch w.name {
		case "by":
			step.By = annotate.Role(w.value)
		case "reason":
			reason = w.value
		case "":
		default:
			edited[w.name] = t.value(w)
		}
	}
	switch words[0].value {
	case "review":
		step.Review = &annotate.Review{Claim: claim.ID, Decision: annotate.Decision(words[1].value), Reason: reason}
	case "comment":
		step.Comment = &annotate.Comment{Claim: claim.ID, Body: words[1].value}
	default:
		now := claim.Annotation
		now.Attributes = claim.editedTo(edited)
		step.Operations = []annotate.Operation{{Op: annotate.Put, Annotation: &now}}
	}
	claim.after = append(claim.after, step)
	return nil
}

// editedTo are the attributes as the last change left them, changed once more.
func (a *tagged) editedTo(changes annotate.Attributes) annotate.Attributes {
	now := maps.Clone(a.Attributes)
	for _, step := range a.after {
		for _, op := range step.Operations {
			now = maps.Clone(op.Annotation.Attributes)
		}
	}
	maps.Copy(now, changes)
	return now
}

// steps has each claim tagged in one change set, with everything it leads to
// that is not there yet, and then what was done to the claims afterwards.
func (t *tagging) steps() []Step {
	var tagging, after []Step
	for _, a := range t.noted {
		if a.Kind == annotate.Claim && !a.put {
			tagging = append(tagging, Step{By: t.by, Operations: a.operations()})
		}
		after = append(after, a.after...)
	}
	return append(tagging, after...)
}

// operations put a and what it leads to, unless they have been put.
func (a *tagged) operations() []annotate.Operation {
	if a.put {
		return nil
	}
	a.put = true
	operations := []annotate.Operation{{Op: annotate.Put, Annotation: &a.Annotation}}
	for _, l := range a.links {
		operations = append(operations, l.to.operations()...)
		operations = append(operations, annotate.Operation{Op: annotate.Put, Link: &l.Link})
	}
	return operations
}

// word is name=value, or a value alone. A value with blanks in it is quoted as
// in Go.
type word struct{ name, value string }

func splitWords(line string) ([]word, error) {
	var words []word
	for rest := strings.TrimSpace(line); rest != ""; rest = strings.TrimSpace(rest) {
		var w word
		if i := strings.IndexAny(rest, `= "`); i > 0 && rest[i] == '=' {
			w.name, rest = rest[:i], rest[i+1:]
		}
		if quoted, err := strconv.QuotedPrefix(rest); err == nil {
			if w.value, err = strconv.Unquote(quoted); err != nil {
				return nil, err
			}
			rest = rest[len(quoted):]
		} else {
			w.value, rest, _ = strings.Cut(rest, " ")
		}
		words = append(words, w)
	}
	return words, nil
}
