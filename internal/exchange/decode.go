package exchange

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"onrecord.dev/internal/annotate"
)

// decoder reads the members of a file's one object, or of its header, in
// their order.
type decoder struct {
	*scanner
	key      string // of the member that comes next, once it has been read
	codebook int    // the version of the file's
	record   int    // the number of the newest article, from 1
	ended    bool   // a sequence has yielded an error
}

func newDecoder(r io.Reader) *decoder { return &decoder{scanner: newScanner(r)} }

// next reads the name of the next member of the object, empty at its end.
func (d *decoder) next(first bool) (string, error) {
	if ended, err := d.accept('}'); ended || err != nil {
		return "", err
	}
	if !first {
		if err := d.expect(','); err != nil {
			return "", err
		}
	}
	raw, err := d.value()
	if err != nil {
		return "", err
	}
	var key string
	if json.Unmarshal(raw, &key) != nil || key == "" {
		return "", d.bad("There is no name of a member where one belongs.")
	}
	return key, d.expect(':')
}

// headerJSON is what comes before what may be many.
type headerJSON struct {
	Format     string       `json:"format"`
	Version    int          `json:"version"`
	OffsetUnit string       `json:"offset_unit"`
	ExportedAt string       `json:"exported_at"`
	Project    originJSON   `json:"project"`
	Quorum     int          `json:"quorum"`
	Codebook   codebookJSON `json:"codebook"`
	Earlier    []codebookJSON
}

type originJSON struct {
	Slug string `json:"slug"`
	Name string `json:"name"`
}

type codebookJSON struct {
	Version int `json:"version"`
	annotate.Codebook
}

// corpus reads up to the entities. The articles are for the format to add.
func (d *decoder) corpus() (annotate.Corpus, error) {
	h, err := d.header()
	if err != nil {
		return annotate.Corpus{}, err
	}
	d.codebook = h.Codebook.Version
	return annotate.Corpus{
		Origin:          annotate.Origin(h.Project),
		Quorum:          h.Quorum,
		Codebook:        &h.Codebook.Codebook,
		CodebookVersion: h.Codebook.Version,
		Earlier:         h.earlier(),
		Entities:        list(d, "entities", d.entity),
		People:          list(d, "people", d.person),
		Line:            func() int { return d.line },
	}, nil
}

func (d *decoder) header() (headerJSON, error) {
	var h headerJSON
	members := map[string]any{
		"format": &h.Format, "version": &h.Version, "offset_unit": &h.OffsetUnit, "exported_at": &h.ExportedAt,
		"project": &h.Project, "quorum": &h.Quorum, "codebook": &h.Codebook,
		"earlier_codebooks": &h.Earlier,
	}
	if err := d.expect('{'); err != nil {
		return h, err
	}
	for first := true; ; first = false {
		key, err := d.next(first)
		if err != nil {
			return h, err
		}
		if key == "entities" {
			d.key = key
			return h, d.checkHeader(h, members)
		}
		into, ok := members[key]
		if !ok {
			return h, d.misplaced(key, "entities")
		}
		delete(members, key)
		if err := d.into(into); err != nil {
			return h, err
		}
	}
}

// misplaced complains about a member that is not the one that comes next.
func (d *decoder) misplaced(key, next string) error {
	switch key {
	case "":
		return d.bad("The object ends where %q belongs.", next)
	case "format", "version", "offset_unit", "exported_at", "project", "quorum", "codebook", "earlier_codebooks", "entities", "people", "articles":
		return d.bad("%q stands where %q belongs. The members must be in the order of the schema, each once.", key, next)
	default:
		return d.bad("There is no member %q in this format.", key)
	}
}

func (d *decoder) checkHeader(h headerJSON, missing map[string]any) error {
	switch {
	case h.Format != formatName:
		return d.bad("This is no export of Onrecord: \"format\" is not %q.", formatName)
	case h.Version != formatVersion:
		return d.bad("This file is of version %d of the format, and only version %d can be read here.", h.Version, formatVersion)
	case h.OffsetUnit != offsetUnit:
		return d.bad("Offsets are in %q, and only %q can be read.", h.OffsetUnit, offsetUnit)
	}
	for _, name := range []string{"exported_at", "project", "codebook"} {
		if _, absent := missing[name]; absent {
			return d.bad("%q is missing. It comes before \"entities\".", name)
		}
	}
	if _, absent := missing["quorum"]; !absent && (h.Quorum < 1 || h.Quorum > annotate.MaxQuorum) {
		return d.bad("The quorum is %d: give 1 to %d, or leave it out.", h.Quorum, annotate.MaxQuorum)
	}
	if h.Codebook.Version < 1 {
		return d.bad("The codebook's version is %d: give 1 or more.", h.Codebook.Version)
	}
	if err := h.Codebook.Validate(); err != nil {
		return annotate.BadFile{{Item: "codebook", Message: err.Error()}}
	}
	return d.checkEarlier(h)
}

// checkEarlier holds the earlier codebooks to be some, each before the next.
func (d *decoder) checkEarlier(h headerJSON) error {
	before := 0
	for _, c := range h.Earlier {
		if c.Version <= before || c.Version >= h.Codebook.Version {
			return d.bad("The earlier codebooks must be in the order of their versions, before %d.", h.Codebook.Version)
		}
		if err := c.Validate(); err != nil {
			return annotate.BadFile{{Item: "codebook", Field: "earlier_codebooks", Message: err.Error()}}
		}
		before = c.Version
	}
	return nil
}

func (h headerJSON) earlier() []annotate.EarlierCodebook {
	var earlier []annotate.EarlierCodebook
	for _, c := range h.Earlier {
		earlier = append(earlier, annotate.EarlierCodebook{Version: c.Version, Codebook: &c.Codebook})
	}
	return earlier
}

// into decodes the next value, whose members must all be known.
func (d *decoder) into(v any) error {
	raw, err := d.value()
	if err != nil {
		return err
	}
	j := json.NewDecoder(bytes.NewReader(raw))
	j.DisallowUnknownFields()
	if err := j.Decode(v); err != nil {
		return annotate.BadFile{d.unreadable(err)}
	}
	return nil
}

// unreadable says in plain words why a value is not what it should be.
func (d *decoder) unreadable(err error) annotate.BadRecord {
	bad := annotate.BadRecord{Line: d.line, Record: d.record, Message: fmt.Sprintf("This is not JSON: %s.", err)}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		bad.Field, bad.Message = wrong.Field, fmt.Sprintf("There is a %s here, which does not belong.", wrong.Value)
	} else if wrong, ok := errors.AsType[*time.ParseError](err); ok {
		bad.Message = fmt.Sprintf("%q is not a time such as 2026-11-23T08:15:00.000000Z.", strings.Trim(wrong.Value, `"`))
	} else if field, unknown := strings.CutPrefix(err.Error(), "json: unknown field "); unknown {
		bad.Message = fmt.Sprintf("There is no member %s in this format.", field)
	}
	return bad
}

// list is the sequence of the items of the member called name, whose turn it
// must be.
func list[T any](d *decoder, name string, item func() (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		d.items(name, func() (bool, error) {
			v, err := item()
			return yield(v, err), err
		}, func(err error) {
			var none T
			yield(none, err)
		})
	}
}

// items walks a list: item takes one and says whether to go on; what else
// goes wrong goes to fail.
func (d *decoder) items(name string, item func() (more bool, err error), fail func(error)) {
	if d.ended {
		return
	}
	d.ended = true // unless it comes to its end
	ended, err := d.open(name)
	for first := true; err == nil && !ended; first = false {
		if !first {
			if err = d.expect(','); err != nil {
				break
			}
		}
		if more, bad := item(); bad != nil || !more {
			return
		}
		ended, err = d.accept(']')
	}
	if err == nil {
		d.key, err = d.next(false)
	}
	if err != nil {
		fail(err)
		return
	}
	d.ended = false
}

// open begins the list that is the value of the member called name and says
// whether it is empty.
func (d *decoder) open(name string) (empty bool, err error) {
	if d.key != name {
		return false, d.misplaced(d.key, name)
	}
	if err := d.expect('['); err != nil {
		return false, err
	}
	return d.accept(']')
}

type nameJSON struct {
	Name string            `json:"name"`
	Type annotate.NameType `json:"type"`
}

type entityJSON struct {
	ID          annotate.ID         `json:"id"`
	Type        annotate.EntityType `json:"type"`
	Name        string              `json:"name"`
	Description string              `json:"description"`
	Names       []nameJSON          `json:"names"`
}

func (d *decoder) entity() (annotate.Entity, error) {
	var j entityJSON
	if err := d.into(&j); err != nil {
		return annotate.Entity{}, err
	}
	n := annotate.Entity{ID: j.ID, Type: j.Type, Name: j.Name, Description: j.Description}
	for _, name := range j.Names {
		n.Names = append(n.Names, annotate.EntityName(name))
	}
	return n, nil
}

type personJSON struct {
	ID   annotate.ID `json:"id"`
	Name string      `json:"name"`
}

func (d *decoder) person() (annotate.User, error) {
	var j personJSON
	err := d.into(&j)
	return annotate.User{ID: j.ID, Name: j.Name}, err
}

type articleJSON struct {
	ID                  annotate.ID              `json:"id"`
	Headline            string                   `json:"headline"`
	URL                 string                   `json:"url"`
	Publisher           string                   `json:"publisher"`
	Author              string                   `json:"author"`
	DatePublished       string                   `json:"datePublished"`
	DatePublishedOrigin string                   `json:"datePublishedOrigin"`
	InLanguage          string                   `json:"inLanguage"`
	CreatedBy           annotate.ID              `json:"created_by"`
	CreatedAt           time.Time                `json:"created_at"`
	Revision            annotate.ID              `json:"revision"`
	Normalisations      []annotate.Normalisation `json:"normalisations"`
	Text                string                   `json:"text"`
	SHA256              string                   `json:"sha256"`
	Blocks              []annotate.Block         `json:"blocks"`
	Seq                 int64                    `json:"seq"`
	Annotations         []annotationJSON         `json:"annotations"`
	Links               []linkJSON               `json:"links"`
	Reviews             []reviewJSON             `json:"reviews"`
	Comments            []commentJSON            `json:"comments"`
}

type fragmentJSON struct {
	Start  int    `json:"start"`
	End    int    `json:"end"`
	Exact  string `json:"exact"`
	Prefix string `json:"prefix"`
	Suffix string `json:"suffix"`
}

type annotationJSON struct {
	ID         annotate.ID         `json:"id"`
	Kind       string              `json:"kind"`
	Fragments  []fragmentJSON      `json:"fragments"`
	Attributes annotate.Attributes `json:"attributes"`
	Entity     annotate.ID         `json:"entity"`
	Version    int                 `json:"version"`
	Codebook   *int                `json:"codebook"`
	CreatedBy  annotate.ID         `json:"created_by"`
	CreatedAt  time.Time           `json:"created_at"`
	UpdatedBy  annotate.ID         `json:"updated_by"`
	UpdatedAt  time.Time           `json:"updated_at"`
	Review     *struct {
		State annotate.ReviewState `json:"state"`
	} `json:"review"`
}

type linkJSON struct {
	ID         annotate.ID         `json:"id"`
	From       annotate.ID         `json:"from"`
	To         annotate.ID         `json:"to"`
	Role       annotate.LinkRole   `json:"role"`
	Attributes annotate.Attributes `json:"attributes"`
	Version    int                 `json:"version"`
	CreatedBy  annotate.ID         `json:"created_by"`
	CreatedAt  time.Time           `json:"created_at"`
	UpdatedBy  annotate.ID         `json:"updated_by"`
	UpdatedAt  time.Time           `json:"updated_at"`
}

type reviewJSON struct {
	ID        annotate.ID       `json:"id"`
	Claim     annotate.ID       `json:"claim"`
	Version   int               `json:"version"`
	Decision  annotate.Decision `json:"decision"`
	Reason    string            `json:"reason"`
	Reviewer  annotate.ID       `json:"reviewer"`
	CreatedAt time.Time         `json:"created_at"`
	From      *struct {
		Slug string `json:"slug"`
		Name string `json:"name"`
	} `json:"imported_from"`
}

type commentJSON struct {
	ID         annotate.ID `json:"id"`
	Claim      annotate.ID `json:"claim"`
	Author     annotate.ID `json:"author"`
	Body       string      `json:"body"`
	CreatedAt  time.Time   `json:"created_at"`
	ReplyTo    annotate.ID `json:"reply_to"`
	ResolvedBy annotate.ID `json:"resolved_by"`
	ResolvedAt time.Time   `json:"resolved_at"`
}

func (d *decoder) article() (annotate.AnnotatedArticle, error) {
	d.record++
	var j articleJSON
	if err := d.into(&j); err != nil {
		if bad, ok := errors.AsType[annotate.BadFile](err); ok {
			bad[0].Record = d.record
		}
		return annotate.AnnotatedArticle{}, err
	}
	if bad := j.prove(); len(bad) > 0 {
		for i := range bad {
			bad[i].Line, bad[i].Record, bad[i].Article = d.line, d.record, j.ID
		}
		return annotate.AnnotatedArticle{}, bad[:min(len(bad), annotate.MaxComplaints)]
	}
	return j.annotated(d.codebook), nil
}

// prove checks the text against its hash, and what is quoted against the
// text. Whether a fragment may be where it is, is not for here.
func (j *articleJSON) prove() annotate.BadFile {
	sum := sha256.Sum256([]byte(j.Text))
	if given, err := hex.DecodeString(j.SHA256); err != nil || !bytes.Equal(given, sum[:]) {
		return annotate.BadFile{{Field: "sha256", Message: fmt.Sprintf(
			"The text is not the one that was annotated: its SHA-256 is %x, and the file says %q.", sum, j.SHA256)}}
	}
	var bad annotate.BadFile
	text := annotate.NewText(j.Text)
	for _, a := range j.Annotations {
		for i, f := range a.Fragments {
			for _, m := range f.prove(text) {
				m.Item, m.ItemID, m.Field = "annotation", a.ID, fmt.Sprintf("fragments[%d].%s", i, m.Field)
				bad = append(bad, m)
			}
		}
	}
	return bad
}

func (f fragmentJSON) prove(text *annotate.Text) annotate.BadFile {
	if f.Start < 0 || f.End < f.Start || f.End > text.Len() {
		return annotate.BadFile{{Field: "end", Message: fmt.Sprintf(
			"%d to %d is not within the text, which has %d code points.", f.Start, f.End, text.Len())}}
	}
	var bad annotate.BadFile
	if there := text.Slice(f.Start, f.End); f.Exact != there {
		bad = append(bad, annotate.BadRecord{Field: "exact", Message: fmt.Sprintf(
			"The text has %q from %d to %d, and the file says %q. Offsets are code points.", excerpt(there), f.Start, f.End, excerpt(f.Exact))})
	}
	// Whatever their length, they have to be what stands there.
	before, after := text.Around(f.Start, f.End, max(contextLength, len(f.Prefix), len(f.Suffix)))
	if !strings.HasSuffix(before, f.Prefix) {
		bad = append(bad, annotate.BadRecord{Field: "prefix", Message: fmt.Sprintf("This is not what the text has before %d.", f.Start)})
	}
	if !strings.HasPrefix(after, f.Suffix) {
		bad = append(bad, annotate.BadRecord{Field: "suffix", Message: fmt.Sprintf("This is not what the text has after %d.", f.End)})
	}
	return bad
}

// excerpt cuts s to what fits in a sentence.
func excerpt(s string) string {
	const most = 60
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}

// annotated is j as the domain has it. What does not say under which codebook
// it was made was made under the file's, of that version.
func (j *articleJSON) annotated(codebook int) annotate.AnnotatedArticle {
	sum := sha256.Sum256([]byte(j.Text))
	a := annotate.AnnotatedArticle{
		Article: annotate.Article{
			ID: j.ID, Headline: j.Headline,
			Metadata: annotate.Metadata{
				URL: j.URL, Publisher: j.Publisher, Author: j.Author, DatePublished: j.DatePublished,
				DatePublishedOrigin: j.DatePublishedOrigin, InLanguage: j.InLanguage,
			},
			CreatedBy: j.CreatedBy, CreatedAt: utc(j.CreatedAt),
		},
		Revision: annotate.Revision{
			ID: j.Revision, Article: j.ID, Number: 1, Text: j.Text, SHA256: sum[:],
			Normalisations: j.Normalisations, Blocks: j.Blocks, CreatedAt: utc(j.CreatedAt),
		},
		Seq:         j.Seq,
		Annotations: make([]annotate.Annotation, len(j.Annotations)),
		Links:       make([]annotate.Link, len(j.Links)),
		Reviews:     make([]annotate.Review, len(j.Reviews)),
		Comments:    make([]annotate.Comment, len(j.Comments)),
	}
	for i, n := range j.Annotations {
		a.Annotations[i] = n.annotation()
		if a.Annotations[i].Codebook = codebook; n.Codebook != nil {
			a.Annotations[i].Codebook = *n.Codebook
		}
	}
	for i, l := range j.Links {
		a.Links[i] = l.link()
	}
	for i, r := range j.Reviews {
		a.Reviews[i] = r.review()
	}
	for i, m := range j.Comments {
		m.CreatedAt, m.ResolvedAt = utc(m.CreatedAt), utc(m.ResolvedAt)
		a.Comments[i] = annotate.Comment(m)
	}
	slices.SortFunc(a.Annotations, annotate.Annotation.Before)
	return a
}

func (j annotationJSON) annotation() annotate.Annotation {
	a := annotate.Annotation{
		ID: j.ID, Kind: j.Kind, Attributes: given(j.Attributes), Entity: j.Entity, Version: j.Version, Edited: j.Version,
		CreatedBy: j.CreatedBy, CreatedAt: utc(j.CreatedAt), UpdatedBy: j.UpdatedBy, UpdatedAt: utc(j.UpdatedAt),
	}
	if j.Review != nil {
		a.Review = j.Review.State
	} else if j.Kind == annotate.Claim {
		a.Review = annotate.Unreviewed
	}
	for _, f := range j.Fragments {
		a.Fragments = append(a.Fragments, annotate.Fragment{Start: f.Start, End: f.End, Exact: f.Exact})
	}
	return a
}

func (j reviewJSON) review() annotate.Review {
	r := annotate.Review{
		ID: j.ID, Claim: j.Claim, Version: j.Version, Decision: j.Decision, Reason: j.Reason, Reviewer: j.Reviewer, CreatedAt: utc(j.CreatedAt),
	}
	if j.From != nil {
		r.Imported = &annotate.Import{From: annotate.Origin(*j.From)}
	}
	return r
}

func (j linkJSON) link() annotate.Link {
	return annotate.Link{
		ID: j.ID, From: j.From, To: j.To, Role: j.Role, Attributes: given(j.Attributes), Version: j.Version,
		CreatedBy: j.CreatedBy, CreatedAt: utc(j.CreatedAt), UpdatedBy: j.UpdatedBy, UpdatedAt: utc(j.UpdatedAt),
	}
}

func given(a annotate.Attributes) annotate.Attributes {
	if a == nil {
		return annotate.Attributes{}
	}
	return a
}

// utc is t as the database keeps it.
func utc(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
