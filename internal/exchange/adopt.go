package exchange

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"onrecord.dev/internal/annotate"
)

// adoption makes of the documents of other tools articles that a project can
// take in, and reports what had to be repaired or refused for that.
type adoption struct {
	Input
	dialect *dialect
	mapping *Mapping
	report  *Report
	line    int
	seen    map[annotate.ID]int
}

// articles are the documents as articles.
func (a *adoption) articles(f Format) iter.Seq2[annotate.AnnotatedArticle, error] {
	return func(yield func(annotate.AnnotatedArticle, error) bool) {
		a.seen = map[annotate.ID]int{}
		stopped := false
		err := a.documents(a.report, func(in *file, d document) bool {
			a.line = d.line
			article, ok := a.adopt(in, d)
			if !ok {
				return true
			}
			now := a.report.current()
			now.Articles++
			now.Annotations += len(article.Annotations)
			now.Links += len(article.Links)
			stopped = !yield(article, nil)
			return !stopped
		})
		if err == nil && !stopped && len(a.report.Files) == 0 {
			err = annotate.Complain(fmt.Sprintf("There is no file of the format %s here: their names end in %s.", f.Title, strings.Join(a.dialect.suffixes, ", ")))
		}
		if err != nil && !stopped {
			yield(annotate.AnnotatedArticle{}, err)
		}
	}
}

// entities are those that marks name, each once. The files are read an extra
// time for them: they come before the articles.
func (a *adoption) entities() iter.Seq2[annotate.Entity, error] {
	return func(yield func(annotate.Entity, error) bool) {
		if !a.dialect.names {
			return
		}
		found := map[annotate.ID]annotate.Entity{}
		err := a.documents(&Report{}, func(_ *file, d document) bool {
			for _, m := range d.marks {
				kind, _ := a.mapping.kind(m.label, a.Codebook)
				if e, ok := a.entity(m, kind); ok {
					found[e.ID] = e
				}
			}
			return true
		})
		if err != nil {
			yield(annotate.Entity{}, err)
			return
		}
		for _, id := range slices.Sorted(maps.Keys(found)) {
			if !yield(found[id], nil) {
				return
			}
		}
	}
}

// entity is the one m names, if it is one that an annotation of kind may have.
func (a *adoption) entity(m mark, kind string) (annotate.Entity, bool) {
	if m.entity == nil {
		return annotate.Entity{}, false
	}
	k, ok := a.Codebook.Kind(kind)
	if !ok || len(k.Entities) == 0 {
		return annotate.Entity{}, false
	}
	e := *m.entity
	if !slices.Contains(annotate.EntityTypes, e.Type) {
		e.Type = k.Entities[0]
	}
	e.ID = identity("entity", string(e.Type), folded(e.Name))
	return e, e.Validate() == nil
}

// identity is an id that what is told apart by parts has whenever it is
// imported: a UUID of version 8.
func identity(parts ...string) annotate.ID {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80
	return annotate.ID(fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16]))
}

// adopting is one document on its way to being an article.
type adopting struct {
	*adoption
	in    *file
	d     document
	text  *annotate.Text // as it will be stored
	read  *annotate.Text // as the file has it
	moved []int          // from offsets in read to those in text; nil where they are the same
	ids   map[string]annotate.Annotation
	lines map[annotate.ID]int
	made  annotate.AnnotatedArticle
}

// adopt makes an article of d, or reports why it does not.
func (a *adoption) adopt(in *file, d document) (annotate.AnnotatedArticle, bool) {
	p := &adopting{adoption: a, in: in, d: d, ids: map[string]annotate.Annotation{}, lines: map[annotate.ID]int{}}
	if !p.article() {
		return annotate.AnnotatedArticle{}, false
	}
	p.annotations()
	p.links()
	if !p.admit() {
		return annotate.AnnotatedArticle{}, false
	}
	slices.SortFunc(p.made.Annotations, annotate.Annotation.Before)
	slices.SortFunc(p.made.Links, func(x, y annotate.Link) int { return cmp.Compare(x.ID, y.ID) })
	p.made.Seq = int64(min(1, len(p.made.Annotations))) // a text alone has no change set
	return p.made, true
}

// article takes the text.
func (p *adopting) article() bool {
	text, done, err := annotate.Normalise(p.d.text)
	if invalid, ok := errors.AsType[annotate.Invalid](err); ok {
		p.in.refused(p.d.line, invalid["text"])
		return false
	}
	if err != nil {
		p.in.refused(p.d.line, fmt.Sprintf("The text is longer than %d MiB.", annotate.MaxText>>20))
		return false
	}
	p.text = annotate.NewText(text)
	if p.read = p.text; len(done) > 0 {
		p.read = annotate.NewText(p.d.text)
		p.moved = moves(p.d.text)
		p.in.repaired(p.d.line, "Line ends became line feeds, and marks that are no text went. The offsets moved along.")
	}
	id := identity("article", p.d.name, text)
	if p.seen[id]++; p.seen[id] > 1 {
		id = identity(string(id), fmt.Sprint(p.seen[id]))
	}
	sum := sha256.Sum256([]byte(text))
	headline := strings.TrimSpace(p.d.headline)
	if headline == "" {
		headline = annotate.HeadlineOf(text)
	}
	p.made = annotate.AnnotatedArticle{
		Article: annotate.Article{ID: id, Headline: headline, Metadata: p.d.metadata, CreatedBy: p.By.ID, CreatedAt: utc(p.At)},
		Revision: annotate.Revision{
			ID: identity(string(id), "revision"), Article: id, Number: 1, Text: text, SHA256: sum[:], Normalisations: done,
			Blocks: annotate.SplitBlocks(text), CreatedAt: utc(p.At),
		},
	}
	p.metadata()
	return true
}

// metadata leaves out what cannot be kept of it.
func (p *adopting) metadata() {
	m := &p.made.Article.Metadata
	invalid, _ := errors.AsType[annotate.Invalid](p.made.Article.Validate())
	for field, value := range map[string]*string{
		"url": &m.URL, "publisher": &m.Publisher, "author": &m.Author, "datePublished": &m.DatePublished,
		"datePublishedOrigin": &m.DatePublishedOrigin, "inLanguage": &m.InLanguage, "headline": &p.made.Article.Headline,
	} {
		if invalid[field] != "" {
			p.in.repaired(p.d.line, invalid[field])
			*value = ""
		}
	}
	if p.made.Article.Headline == "" {
		p.made.Article.Headline = annotate.HeadlineOf(p.made.Revision.Text)
	}
	if m.DatePublished == "" {
		m.DatePublishedOrigin = ""
	}
}

// moves says where each offset of s, in code points, is once s is normalised.
func moves(s string) []int {
	at, to := make([]int, 0, utf8.RuneCountInString(s)+1), 0
	begun := false
	for i, r := range s {
		at = append(at, to)
		switch {
		case r == 0, r == '\ufeff' && !begun, r == '\r' && strings.HasPrefix(s[i+1:], "\n"):
		default:
			begun, to = true, to+1
		}
	}
	return append(at, to)
}

// annotations takes the marks.
func (p *adopting) annotations() {
	u := p.d.unit
	if u == "" {
		u = p.dialect.unit
	}
	if found := detect(p.read, p.d.marks, u); found != u {
		p.in.repaired(p.d.line, fmt.Sprintf("Offsets count %s here, not %s: what is quoted shows it.", found, u))
		u = found
	}
	for _, m := range p.d.marks {
		p.annotation(m, u)
	}
}

func (p *adopting) annotation(m mark, u unit) {
	kind, known := p.mapping.kind(m.label, p.Codebook)
	if !known {
		p.in.refused(m.line, fmt.Sprintf("No kind is called %q. Say in the mapping which one it is, or add it to the codebook.", excerpt(m.label)))
		return
	}
	if kind == "" {
		return
	}
	fragments, err := p.place(m, u)
	if err != nil {
		p.in.refused(m.line, err.Error())
		return
	}
	a := annotate.Annotation{
		ID: identity(string(p.made.Article.ID), "annotation", m.id), Kind: kind, Fragments: fragments,
		Attributes: p.attributes(m.line, m.attributes, func(q annotate.Attribute) bool { return slices.Contains(q.Kinds, kind) }), Version: 1, Edited: 1, Codebook: 1,
		CreatedBy: p.By.ID, CreatedAt: utc(p.At), UpdatedBy: p.By.ID, UpdatedAt: utc(p.At),
	}
	if kind == annotate.Claim {
		a.Review = annotate.Unreviewed
	}
	if e, ok := p.entity(m, kind); ok {
		a.Entity = e.ID
	} else if m.entity != nil {
		p.in.refused(m.line, fmt.Sprintf("An annotation of the kind %s does not stand for %q: the name was left out.", kind, excerpt(m.entity.Name)))
	}
	if _, twice := p.ids[m.id]; twice {
		p.in.refused(m.line, fmt.Sprintf("The id %q is given twice: the second was left out.", excerpt(m.id)))
		return
	}
	p.ids[m.id], p.lines[a.ID] = a, m.line
	p.made.Annotations = append(p.made.Annotations, a)
}

// attributes are those of the codebook that are asked here, with their values.
func (p *adopting) attributes(line int, theirs annotate.Attributes, here func(annotate.Attribute) bool) annotate.Attributes {
	ours := annotate.Attributes{}
	for _, label := range sortedKeys(theirs) {
		name, value := p.mapping.attribute(label, theirs[label])
		if name == "" {
			continue
		}
		asked, known := p.Codebook.Attribute(name)
		if s, one := value.(string); one && asked.Type == annotate.Choices {
			value = []string{s}
		}
		if !known || !here(asked) || !fits(asked, value) {
			p.in.refused(line, fmt.Sprintf("The attribute %q was left out: the codebook does not ask it here, or not with the value %q.", name, excerpt(valueOf(value))))
			continue
		}
		ours[name] = value
	}
	return ours
}

// fits reports whether value is of the type of a, and in its closed list.
func fits(a annotate.Attribute, value any) bool {
	listed := func(s string) bool {
		return slices.ContainsFunc(a.Values, func(v annotate.Value) bool { return v.Value == s })
	}
	switch v := value.(type) {
	case string:
		return a.Type == annotate.Prose || listed(v)
	case []string:
		return a.Type == annotate.Choices && !slices.ContainsFunc(v, func(s string) bool { return !listed(s) })
	}
	return false
}

// links takes the ties.
func (p *adopting) links() {
	for _, t := range p.d.ties {
		from, begins := p.ids[t.from]
		to, ends := p.ids[t.to]
		if !begins || !ends {
			p.in.refused(t.line, fmt.Sprintf("The relation %q leads from or to something that was not taken in.", excerpt(t.label)))
			continue
		}
		role, known := p.mapping.role(t.label)
		if t.label == "" {
			role, known = between(from.Kind, to.Kind)
		}
		if known && role == "" {
			continue
		}
		if !known {
			p.in.refused(t.line, fmt.Sprintf("No role is called %q. Say in the mapping which one it is.", excerpt(t.label)))
			continue
		}
		if start, end, _ := role.Ends(); start != end && from.Kind == end && to.Kind == start {
			from, to = to, from
			p.in.repaired(t.line, fmt.Sprintf("The relation %q led the other way: links begin at the claim.", excerpt(t.label)))
		}
		id := identity(string(p.made.Article.ID), "link", string(from.ID), string(to.ID), string(role))
		if _, twice := p.lines[id]; twice {
			p.in.repaired(t.line, "These two are linked in this role already: once is enough.")
			continue
		}
		p.lines[id] = t.line
		p.made.Links = append(p.made.Links, annotate.Link{
			ID: id, From: from.ID, To: to.ID, Role: role, Version: 1,
			Attributes: p.attributes(t.line, t.attributes, func(q annotate.Attribute) bool { return slices.Contains(q.Roles, role) }),
			CreatedBy:  p.By.ID, CreatedAt: utc(p.At), UpdatedBy: p.By.ID, UpdatedAt: utc(p.At),
		})
	}
}

// between is the role of a relation without a label, where its ends allow one
// only.
func between(from, to string) (role annotate.LinkRole, known bool) {
	for _, role := range []annotate.LinkRole{annotate.RoleSpeaker, annotate.RoleCue, annotate.RoleSource, annotate.RoleVia} {
		if begin, end, _ := role.Ends(); from == begin && to == end || from == end && to == begin {
			return role, true
		}
	}
	return "", false
}

// admit leaves out, item by item, what the rules of a project do not let in.
func (p *adopting) admit() bool {
	rules := annotate.Admission{
		Codebook: p.Codebook, CodebookVersion: 1, Quorum: 1, People: map[annotate.ID]bool{p.By.ID: true},
		Entities: map[annotate.ID]annotate.EntityType{},
	}
	for _, m := range p.d.marks {
		if a, ok := p.ids[m.id]; ok && a.Entity != "" {
			e, _ := p.entity(m, a.Kind)
			rules.Entities[a.Entity] = e.Type
		}
	}
	p.made.Seq = 1
	for {
		bad, ok := errors.AsType[annotate.BadFile](rules.Check(&p.made))
		if !ok {
			return true
		}
		for _, b := range bad {
			if !p.leaveOut(b) {
				p.in.refused(p.d.line, b.Message)
				return false
			}
		}
	}
}

// leaveOut takes out of the article what b complains about: an attribute, or
// else the annotation or link. It reports false where there is nothing to take
// out.
func (p *adopting) leaveOut(b annotate.BadRecord) bool {
	i := slices.IndexFunc(p.made.Annotations, func(a annotate.Annotation) bool { return a.ID == b.ItemID })
	j := slices.IndexFunc(p.made.Links, func(l annotate.Link) bool { return l.ID == b.ItemID })
	name, attribute := strings.CutPrefix(b.Field, "attributes.")
	line, known := p.lines[b.ItemID]
	var value any
	switch {
	case i >= 0 && attribute:
		value = p.made.Annotations[i].Attributes[name]
		delete(p.made.Annotations[i].Attributes, name)
	case j >= 0 && attribute:
		value = p.made.Links[j].Attributes[name]
		delete(p.made.Links[j].Attributes, name)
	case i >= 0:
		p.made.Annotations = slices.Delete(p.made.Annotations, i, i+1)
		p.made.Links = slices.DeleteFunc(p.made.Links, func(l annotate.Link) bool {
			if led := l.From == b.ItemID || l.To == b.ItemID; led {
				p.in.refused(p.lines[l.ID], "This leads from or to something that was not taken in.")
				return true
			}
			return false
		})
	case j >= 0:
		p.made.Links = slices.Delete(p.made.Links, j, j+1)
	default:
		return known // has been taken out for another complaint
	}
	if attribute {
		p.in.refused(line, fmt.Sprintf("The attribute %q was left out: the codebook does not ask it here, or not with the value %q.", name, excerpt(valueOf(value))))
	} else {
		p.in.refused(line, b.Message)
	}
	return true
}
