package annotate

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Admission checks articles that come with their annotations from elsewhere:
// nothing may enter that could not have been made here.
type Admission struct {
	// Codebook is the one in force where the articles go. What it has switched
	// off may come in.
	Codebook *Codebook
	// CodebookVersion is the version that the codebook of the corpus had there:
	// the latest an annotation can have been made under.
	CodebookVersion int
	// Quorum is how many reviewers had to approve a claim there.
	Quorum int
	// People are the ids the articles may name.
	People map[ID]bool
	// Entities has the entities the article may name, with their types.
	Entities map[ID]EntityType
	// Elsewhere has the ids that are taken, of annotations, links, reviews,
	// comments and revisions alike.
	Elsewhere map[ID]bool
}

// Check returns a [BadFile] of what is wrong with d, or nil. The records of
// it name neither line nor number, which only the file's reader knows.
func (ad *Admission) Check(d *AnnotatedArticle) error {
	c := &admitting{Admission: ad, d: d, claims: map[ID]Annotation{}}
	c.article()
	// What is tagged in another text is not worth looking at.
	if c.sound() {
		c.text = NewText(d.Revision.Text)
		c.blocks()
		c.history()
		c.rules()
		c.reviews()
		c.comments()
	}
	if len(c.bad) == 0 {
		return nil
	}
	return c.bad[:min(len(c.bad), MaxComplaints)]
}

// Admit returns a [BadFile] of what is wrong with an entity that comes from
// elsewhere, or nil.
func (e Entity) Admit() error { return admit("entity", e.ID, e.Validate()) }

// Admit returns a [BadFile] of what is wrong with a person, of whom only ID
// and Name are looked at, who comes from elsewhere, or nil.
func (u User) Admit() error {
	bad := Invalid{}
	bad.ValidateName("name", u.Name)
	return admit("person", u.ID, bad.Err())
}

func admit(item string, id ID, err error) error {
	var bad BadFile
	if parsed, err := ParseID(string(id)); err != nil || parsed != id {
		bad = append(bad, BadRecord{Item: item, ItemID: id, Field: "id", Message: notUUID})
	}
	if invalid, ok := errors.AsType[Invalid](err); ok {
		for _, field := range slices.Sorted(maps.Keys(invalid)) {
			bad = append(bad, BadRecord{Item: item, ItemID: id, Field: field, Message: invalid[field]})
		}
	}
	if len(bad) == 0 {
		return nil
	}
	return bad
}

const notUUID = "Give a UUID in lower case."

type admitting struct {
	*Admission
	d      *AnnotatedArticle
	text   *Text
	claims map[ID]Annotation
	bad    BadFile
}

func (c *admitting) complain(item string, id ID, field, message string) {
	c.bad = append(c.bad, BadRecord{Article: c.d.Article.ID, Item: item, ItemID: id, Field: field, Message: message})
}

// maxNumber is the largest version there is.
const maxNumber = math.MaxInt32

func (c *admitting) article() {
	a, r := c.d.Article, c.d.Revision
	c.id("", "", "id", a.ID)
	c.id("", "", "revision", r.ID)
	c.free("", "", "revision", r.ID)
	if invalid, ok := errors.AsType[Invalid](a.Validate()); ok {
		for _, field := range slices.Sorted(maps.Keys(invalid)) {
			c.complain("", "", field, invalid[field])
		}
	}
	c.made("", "", "created", a.CreatedBy, a.CreatedAt)
	for _, n := range r.Normalisations {
		if !slices.Contains([]Normalisation{CRLF, CR, BOM, NUL}, n) {
			c.complain("", "", "normalisations", "Use crlf, cr, bom and nul.")
		}
	}
	if c.d.Seq < 0 {
		c.complain("", "", "seq", "Give 0 or more.")
	}
	if c.d.Seq == 0 && len(c.d.Annotations) > 0 {
		c.complain("", "", "seq", "An article with annotations has had a change set: give 1 or more.")
	}
}

// sound checks the text itself.
func (c *admitting) sound() bool {
	r := c.d.Revision
	text, changed, err := Normalise(r.Text)
	switch invalid, ok := errors.AsType[Invalid](err); {
	case ok:
		c.complain("", "", "text", invalid["text"])
	case err != nil:
		c.complain("", "", "text", fmt.Sprintf("The text is longer than %d MiB.", MaxText>>20))
	case len(changed) > 0 || text != r.Text:
		c.complain("", "", "text", "The text has carriage returns, NULs or a byte order mark, and taking them out would move the offsets.")
	}
	if sum := sha256.Sum256([]byte(r.Text)); len(r.SHA256) > 0 && string(sum[:]) != string(r.SHA256) {
		c.complain("", "", "sha256", fmt.Sprintf("The text is not the one that was annotated: its SHA-256 is %x.", sum))
	}
	return !slices.ContainsFunc(c.bad, func(b BadRecord) bool { return b.Field == "text" || b.Field == "sha256" })
}

func (c *admitting) id(item string, id ID, field string, given ID) {
	if parsed, err := ParseID(string(given)); err != nil || parsed != given {
		c.complain(item, id, field, notUUID)
	}
}

func (c *admitting) free(item string, id ID, field string, given ID) {
	if c.Elsewhere[given] {
		c.complain(item, id, field, "This id belongs to another article. Make a new one.")
	}
}

// made checks who did something and when.
func (c *admitting) made(item string, id ID, what string, by ID, at time.Time) {
	if !c.People[by] {
		c.complain(item, id, what+"_by", fmt.Sprintf("The people of the file do not list %q.", by))
	}
	if at.IsZero() || at.Year() < 1 || at.Year() > 9999 {
		c.complain(item, id, what+"_at", "Give the time, as 2026-11-23T08:15:00.000000Z.")
	}
}

func (c *admitting) blocks() {
	after := 0
	for i, b := range c.d.Revision.Blocks {
		field := fmt.Sprintf("blocks[%d]", i)
		if !slices.Contains([]BlockType{Heading, Paragraph, ListItem, Quote, Caption}, b.Type) {
			c.complain("", "", field+".type", "Use heading, paragraph, list_item, quote or caption.")
		}
		if b.Start < after || b.End <= b.Start || b.End > c.text.Len() {
			c.complain("", "", field, "Blocks are ranges within the text, one after the other.")
		}
		after = max(after, b.End)
	}
}

// history checks what [State.Apply] gives and so does not look at.
func (c *admitting) history() {
	for _, a := range c.d.Annotations {
		if a.Kind == Claim {
			c.claims[a.ID] = a
		}
		c.version("annotation", a.ID, a.Version)
		if a.Codebook < 1 || a.Codebook > c.CodebookVersion {
			c.complain("annotation", a.ID, "codebook", fmt.Sprintf("Give the version of the codebook it was made under: 1 to %d.", c.CodebookVersion))
		}
		c.made("annotation", a.ID, "created", a.CreatedBy, a.CreatedAt)
		c.made("annotation", a.ID, "updated", a.UpdatedBy, a.UpdatedAt)
		if a.Kind != Claim && a.Review != "" && a.Review != Unreviewed {
			c.complain("annotation", a.ID, "review", "Only claims are reviewed.")
		}
	}
	for _, l := range c.d.Links {
		c.version("link", l.ID, l.Version)
		c.made("link", l.ID, "created", l.CreatedBy, l.CreatedAt)
		c.made("link", l.ID, "updated", l.UpdatedBy, l.UpdatedAt)
	}
}

func (c *admitting) version(item string, id ID, version int) {
	if version < 1 || version > maxNumber {
		c.complain(item, id, "version", "Give 1 or more.")
	}
}

// rules applies all annotations, then all links, as somebody would have to
// who made them anew.
func (c *admitting) rules() {
	state := NewState(nil, nil)
	state.Elsewhere, state.Entities = c.Elsewhere, c.Entities
	operations := c.d.Operations()
	for i := range operations {
		operations[i] = operations[i].anew()
	}
	codebook := c.Codebook.whole()
	for part := range slices.Chunk(operations, MaxOperations) {
		_, err := state.Apply(ChangeSet{Operations: part}, c.text, codebook)
		if refused, ok := errors.AsType[Refused](err); ok {
			for _, p := range refused {
				c.refused(part[p.Operation], p)
			}
			return
		}
		if err != nil { // an id given twice, in two parts
			c.complain("", "", "annotations", "An id is given twice.")
			return
		}
	}
}

func (c *admitting) refused(o Operation, p Problem) {
	if o.Annotation != nil {
		c.complain("annotation", o.Annotation.ID, strings.TrimPrefix(p.Field, "annotation."), p.Message)
		return
	}
	c.complain("link", o.Link.ID, strings.TrimPrefix(p.Field, "link."), p.Message)
}

// Operations are what makes d's annotations and links out of nothing, each
// with the whole record.
func (d *AnnotatedArticle) Operations() []Operation {
	operations := make([]Operation, 0, len(d.Annotations)+len(d.Links))
	for i := range d.Annotations {
		operations = append(operations, Operation{Op: Put, Annotation: &d.Annotations[i]})
	}
	for i := range d.Links {
		operations = append(operations, Operation{Op: Put, Link: &d.Links[i]})
	}
	return operations
}

// anew is o as it is asked for the first time.
func (o Operation) anew() Operation {
	if o.Annotation != nil {
		a := *o.Annotation
		a.Version = 0
		return Operation{Op: o.Op, Annotation: &a}
	}
	l := *o.Link
	l.Version = 0
	return Operation{Op: o.Op, Link: &l}
}

func (c *admitting) reviews() {
	decided := map[ID][]Review{} // of claims as they are now
	seen := map[ID]bool{}
	for _, r := range c.d.Reviews {
		c.remark("review", r.ID, r.Claim, seen)
		c.made("review", r.ID, "created", r.Reviewer, r.CreatedAt)
		if _, known := r.Decision.State(); !known {
			c.complain("review", r.ID, "decision", "Use approve, dispute, reject or request_changes.")
		}
		if n := utf8.RuneCountInString(r.Reason); n > maxRemark || r.Decision != Approve && strings.TrimSpace(r.Reason) == "" {
			c.complain("review", r.ID, "reason", "Give a reason of at most 10,000 characters.")
		}
		if r.Imported != nil && r.Imported.From.Admit() != nil {
			c.complain("review", r.ID, "imported_from", "Name the project by its slug and its name, or leave this out.")
		}
		claim := c.claims[r.Claim]
		if r.Version < 1 || r.Version > claim.Version {
			c.complain("review", r.ID, "version", fmt.Sprintf("A review is of a version the claim has had: 1 to %d.", claim.Version))
		}
		if r.Version == claim.Version {
			decided[r.Claim] = append(decided[r.Claim], r)
		}
	}
	for _, a := range c.d.Annotations {
		if a.Kind != Claim {
			continue
		}
		if !follows(a.Review, decided[a.ID], a.Version, c.Quorum) {
			c.complain("annotation", a.ID, "review", fmt.Sprintf("The state %q does not follow from the reviews of version %d.", a.Review, a.Version))
		}
	}
}

// follows reports whether a claim may be in a state after the decisions on it
// as it is, in whatever order a file lists those.
func follows(state ReviewState, reviews []Review, version, quorum int) bool {
	inOrder := slices.SortedFunc(slices.Values(reviews), func(a, b Review) int { return cmp.Compare(a.ID, b.ID) })
	if Conclude(inOrder, version, quorum).State == state {
		return true
	}
	// One decision is enough, and of those made at once each may be the last.
	return quorum <= 1 && slices.ContainsFunc(reviews, func(r Review) bool {
		decided, _ := r.Decision.State()
		return decided == state
	})
}

// remark checks what reviews and comments have in common.
func (c *admitting) remark(item string, id, claim ID, seen map[ID]bool) {
	c.id(item, id, "id", id)
	c.free(item, id, "id", id)
	if seen[id] {
		c.complain(item, id, "id", "This id is given twice.")
	}
	seen[id] = true
	if _, ok := c.claims[claim]; !ok {
		c.complain(item, id, "claim", fmt.Sprintf("The article has no claim %q.", claim))
	}
}

// thread checks what m answers and whether it is resolved. Begun are the
// threads before it, with their claims.
func (c *admitting) thread(m Comment, begun map[ID]ID) {
	if m.ReplyTo == "" {
		begun[m.ID] = m.Claim
	} else if claim, ok := begun[m.ReplyTo]; !ok || claim != m.Claim {
		c.complain("comment", m.ID, "reply_to", "Name a comment on the same claim that comes before this and answers none itself.")
	}
	switch {
	case m.ResolvedBy == "" && !m.Resolved():
	case m.ReplyTo != "":
		c.complain("comment", m.ID, "resolved_by", "Only the comment that begins a thread is resolved.")
	default:
		c.made("comment", m.ID, "resolved", m.ResolvedBy, m.ResolvedAt)
	}
}

func (c *admitting) comments() {
	seen, begun := map[ID]bool{}, map[ID]ID{}
	for _, m := range c.d.Comments {
		c.remark("comment", m.ID, m.Claim, seen)
		c.made("comment", m.ID, "created", m.Author, m.CreatedAt)
		if invalid, ok := errors.AsType[Invalid](m.Validate()); ok {
			c.complain("comment", m.ID, "body", invalid["body"])
		}
		c.thread(m, begun)
	}
}
