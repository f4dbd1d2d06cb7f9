package annotate

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
)

// Corpus is annotated articles on their way out of a project or into one,
// with everything they refer to. Nothing is checked yet.
//
// It may be larger than memory, so its three sequences can be walked once
// only, in the order they stand here. A sequence that yields an error has
// ended.
type Corpus struct {
	// Origin is the project the articles were annotated in.
	Origin Origin
	// Quorum is how many reviewers had to approve a claim there; 0 is 1.
	Quorum          int
	Codebook        *Codebook
	CodebookVersion int
	// Earlier are the versions of the codebook before it, as far as there are
	// any to be read, by version.
	Earlier []EarlierCodebook
	// Entities are canonical, by id.
	Entities iter.Seq2[Entity, error]
	// People are all whom the articles name, by id; only ID and Name are set.
	People iter.Seq2[User, error]
	// Articles are by id. Their annotations name canonical entities.
	Articles iter.Seq2[AnnotatedArticle, error]
	// Undated says that the corpus comes from another tool, which names neither
	// the project, the codebook nor who made what and when: Codebook is nil, and
	// the articles say that whoever imports them made them at that moment.
	Undated bool
	// Line is the line, from 1, on which what was last yielded begins. It is
	// nil when the corpus does not come from a file.
	Line func() int
}

// EarlierCodebook is a version of a codebook that is no longer in force.
type EarlierCodebook struct {
	Version  int
	Codebook *Codebook
}

// Origin names the project a corpus comes from. A review in it that was made
// elsewhere says so: see [Review.Imported].
type Origin struct {
	Slug string
	Name string
}

// Admit returns an [Invalid] for what names no project.
func (o Origin) Admit() error {
	bad := Invalid{}
	bad.ValidateSlug(o.Slug)
	bad.ValidateName("name", o.Name)
	return bad.Err()
}

// BadRecord is one thing wrong with a file that was to be imported.
type BadRecord struct {
	// Line is where the record begins, from 1, or 0 when that is not known.
	Line int
	// Record is the number of the article in the file, from 1, or 0 for what
	// comes before the articles.
	Record int
	// Article is the article's id, empty when it could not be read.
	Article ID
	// Item is the annotation, link, review, comment, entity or person
	// concerned, with its id; both are empty when the whole record is.
	Item   string
	ItemID ID
	// Field is the path within the item, such as fragments[0].exact.
	Field string
	// Message says what is wrong and what to do about it.
	Message string
}

func (b BadRecord) Error() string {
	var where []string
	if b.Line > 0 {
		where = append(where, fmt.Sprintf("line %d", b.Line))
	}
	if b.Record > 0 {
		where = append(where, strings.TrimSpace(fmt.Sprintf("article %d %s", b.Record, b.Article)))
	}
	if b.Item != "" {
		where = append(where, strings.TrimSpace(b.Item+" "+string(b.ItemID)))
	}
	if b.Field != "" {
		where = append(where, b.Field)
	}
	if len(where) == 0 {
		return b.Message
	}
	return strings.Join(where, ", ") + ": " + b.Message
}

// BadFile is why a file was not imported: all that is wrong with the first
// record that has something wrong with it, up to [MaxComplaints]. Nothing of
// the file was taken.
type BadFile []BadRecord

// MaxComplaints is the most a [BadFile] lists.
const MaxComplaints = 20

func (b BadFile) Error() string {
	lines := make([]string, len(b))
	for i, r := range b {
		lines[i] = r.Error()
	}
	return strings.Join(lines, "\n")
}

// Complain is a [BadFile] of one complaint about the file as a whole.
func Complain(message string) BadFile { return BadFile{{Message: message}} }

// Covers reports, as a [BadFile], what can be said with o and not with c:
// kinds, attributes or values of closed lists that c does not have or that
// mean something else there. Labels, colours, keys, guidelines and what is
// switched off make no difference.
func (c *Codebook) Covers(o *Codebook) error {
	var bad BadFile
	complain := func(format string, args ...any) {
		bad = append(bad, BadRecord{Item: "codebook", Message: fmt.Sprintf(format, args...)})
	}
	for _, theirs := range o.Kinds {
		ours, ok := c.Kind(theirs.Name)
		switch {
		case !ok:
			complain("The project's codebook has no kind %q. Add it there first.", theirs.Name)
		case len(theirs.Entities) > 0 && len(ours.Entities) == 0:
			complain("The project's codebook has no entities for the kind %q, and the file's has.", theirs.Name)
		}
	}
	for _, theirs := range o.Attributes {
		ours, ok := c.Attribute(theirs.Name)
		if !ok {
			complain("The project's codebook has no attribute %q. Add it there first.", theirs.Name)
			continue
		}
		ours.covers(theirs, complain)
	}
	if len(bad) == 0 {
		return nil
	}
	return bad[:min(len(bad), MaxComplaints)]
}

func (a Attribute) covers(o Attribute, complain func(format string, args ...any)) {
	if a.Type != o.Type {
		complain("The attribute %q is a %s in the project's codebook and a %s in the file's.", a.Name, a.Type, o.Type)
	}
	for _, kind := range o.Kinds {
		if !slices.Contains(a.Kinds, kind) {
			complain("The project's codebook does not ask %q of a %s, and the file's does.", a.Name, kind)
		}
	}
	for _, role := range o.Roles {
		if !slices.Contains(a.Roles, role) {
			complain("The project's codebook does not ask %q of a link in the role %s, and the file's does.", a.Name, role)
		}
	}
	for _, v := range o.Values {
		if !a.lists(v.Value) {
			complain("The attribute %q has no value %q in the project's codebook. Add it there first.", a.Name, v.Value)
		}
	}
}

// whole is c with everything switched on and every type of entity allowed
// where there are any: what has been coded may stay when it is no longer
// asked, and so may what has been coded elsewhere.
func (c *Codebook) whole() *Codebook {
	w := &Codebook{Kinds: slices.Clone(c.Kinds), Attributes: slices.Clone(c.Attributes)}
	for i := range w.Kinds {
		w.Kinds[i].Active = true
		if len(w.Kinds[i].Entities) > 0 {
			w.Kinds[i].Entities = EntityTypes
		}
	}
	for i := range w.Attributes {
		a := &w.Attributes[i]
		a.Active, a.Values = true, slices.Clone(a.Values)
		for j := range a.Values {
			a.Values[j].Active = true
		}
	}
	return w
}

// Knows complains about what of an annotation c would not know: its kind, that
// it stands for an entity, its answers. What is switched off is known.
func (c *Codebook) Knows(a Annotation) error {
	bad := Invalid{}
	kind, known := c.Kind(a.Kind)
	switch {
	case !known:
		bad["kinds"] = fmt.Sprintf("Keep the kind %s: there are annotations of it, deleted ones perhaps. Switch it off instead.", a.Kind)
	case a.Entity != "" && len(kind.Entities) == 0:
		bad["kinds"] = fmt.Sprintf("Keep the entities of the kind %s: there are annotations with one.", a.Kind)
	}
	c.knows(bad, a.Attributes, func(q Attribute) bool { return slices.Contains(q.Kinds, a.Kind) })
	return bad.Err()
}

// KnowsLink complains about what of a link c would not know.
func (c *Codebook) KnowsLink(l Link) error {
	bad := Invalid{}
	c.knows(bad, l.Attributes, func(q Attribute) bool { return slices.Contains(q.Roles, l.Role) })
	return bad.Err()
}

func (c *Codebook) knows(bad Invalid, coded Attributes, asked func(Attribute) bool) {
	for name := range c.whole().check(maps.Clone(coded), nil, asked) {
		bad["attributes"] = fmt.Sprintf("Keep the attribute %s as it is, with the value %q: something is coded with it, something deleted perhaps. Switch it off instead.",
			name, fmt.Sprint(coded[name]))
	}
}

// Same reports whether d and o are the same article with the same
// annotations, history and remarks, down to the versions. The order of what
// is in them makes no difference.
func (d *AnnotatedArticle) Same(o *AnnotatedArticle) bool {
	a, b := d.Article, o.Article
	return a.ID == b.ID && a.Headline == b.Headline && a.Metadata == b.Metadata && a.CreatedBy == b.CreatedBy && a.CreatedAt.Equal(b.CreatedAt) &&
		d.Revision.ID == o.Revision.ID && d.Revision.Text == o.Revision.Text &&
		slices.Equal(d.Revision.Blocks, o.Revision.Blocks) && slices.Equal(d.Revision.Normalisations, o.Revision.Normalisations) &&
		d.Seq == o.Seq &&
		sameBy(d.Annotations, o.Annotations, func(a Annotation) ID { return a.ID }, Annotation.same) &&
		sameBy(d.Links, o.Links, func(l Link) ID { return l.ID }, Link.same) &&
		sameBy(d.Reviews, o.Reviews, func(r Review) ID { return r.ID }, Review.same) &&
		sameBy(d.Comments, o.Comments, func(c Comment) ID { return c.ID }, Comment.same)
}

// MadeLike has d and all that is in it made by whom and when it was in o, under
// the same codebook.
func (d *AnnotatedArticle) MadeLike(o *AnnotatedArticle) {
	d.Article.CreatedBy, d.Article.CreatedAt = o.Article.CreatedBy, o.Article.CreatedAt
	d.Revision.CreatedAt = o.Revision.CreatedAt
	annotations, links := map[ID]Annotation{}, map[ID]Link{}
	for _, a := range o.Annotations {
		annotations[a.ID] = a
	}
	for _, l := range o.Links {
		links[l.ID] = l
	}
	for i := range d.Annotations {
		a := &d.Annotations[i]
		was := annotations[a.ID]
		a.CreatedBy, a.CreatedAt, a.UpdatedBy, a.UpdatedAt = was.CreatedBy, was.CreatedAt, was.UpdatedBy, was.UpdatedAt
	}
	for i := range d.Links {
		l := &d.Links[i]
		was := links[l.ID]
		l.CreatedBy, l.CreatedAt, l.UpdatedBy, l.UpdatedAt = was.CreatedBy, was.CreatedAt, was.UpdatedBy, was.UpdatedAt
	}
}

func sameBy[T any](a, b []T, id func(T) ID, same func(T, T) bool) bool {
	byID := func(x, y T) int { return strings.Compare(string(id(x)), string(id(y))) }
	return slices.EqualFunc(slices.SortedFunc(slices.Values(a), byID), slices.SortedFunc(slices.Values(b), byID), same)
}

func (a Annotation) same(b Annotation) bool {
	return a.ID == b.ID && a.sameContent(b) && a.Version == b.Version && (a.Kind != Claim || a.Review == b.Review) &&
		a.CreatedBy == b.CreatedBy && a.CreatedAt.Equal(b.CreatedAt) && a.UpdatedBy == b.UpdatedBy && a.UpdatedAt.Equal(b.UpdatedAt)
}

func (l Link) same(o Link) bool {
	return l.ID == o.ID && l.sameContent(o) && l.Version == o.Version &&
		l.CreatedBy == o.CreatedBy && l.CreatedAt.Equal(o.CreatedAt) && l.UpdatedBy == o.UpdatedBy && l.UpdatedAt.Equal(o.UpdatedAt)
}

// same leaves out who brought them and when.
func (r Review) same(o Review) bool {
	at, imported := o.CreatedAt, o.Imported
	o.CreatedAt, o.Imported = r.CreatedAt, r.Imported
	return r == o && r.CreatedAt.Equal(at) && r.Imported.from() == imported.from()
}

func (c Comment) same(o Comment) bool {
	at, resolved := o.CreatedAt, o.ResolvedAt
	o.CreatedAt, o.ResolvedAt = c.CreatedAt, c.ResolvedAt
	return c == o && c.CreatedAt.Equal(at) && c.ResolvedAt.Equal(resolved)
}
