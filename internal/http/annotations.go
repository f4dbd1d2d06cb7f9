package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// ArticlePath is the part of an input that names an article.
type ArticlePath struct {
	ProjectPath
	Article string `path:"article" format:"uuid" doc:"The article's id."`
}

// SetQuery is the part of an input that says whose annotations are meant.
type SetQuery struct {
	Set string `query:"set" doc:"Whose annotations: shared, adjudicated, or the id of an analyst. If absent, the set that you work on: the shared one or, where each analyst has a set of their own, yours, else the adjudicated one as far as you may see it. Until you have finished an article you see no other analyst's set of it." example:"adjudicated"`
}

// hand is whose annotations are meant, empty for those that the asker works on.
func (q SetQuery) hand() (annotate.Hand, error) {
	if q.Set == "" {
		return "", nil
	}
	return annotate.ParseHand(q.Set)
}

// OffsetsQuery is the part of an input that says what offsets count.
type OffsetsQuery struct {
	Offsets string `query:"offsets" enum:"codepoint,utf16,utf8" default:"codepoint" doc:"What offsets count: Unicode code points, UTF-16 code units as browsers do, or bytes of UTF-8."`
}

// counted is what offsets count where that is not code points, else empty.
func (q OffsetsQuery) counted() string {
	if q.Offsets == "codepoint" {
		return ""
	}
	return q.Offsets
}

// changeSetBody is a change set as clients send it.
type changeSetBody struct {
	ID         annotate.ID                `json:"id" doc:"UUID, made by the client, best of version 7. Sending the same again returns the first answer." format:"uuid"`
	Operations []annotate.OperationRecord `json:"operations" nullable:"false" doc:"Applied all or nothing."`
}

// appendedBody is what became of a change set.
type appendedBody struct {
	Seq         int64                       `json:"seq" doc:"The change set's number in the article's log, from 1."`
	Replayed    bool                        `json:"replayed" doc:"The change set had been applied before; this is its first answer again."`
	Annotations []annotate.AnnotationRecord `json:"annotations" nullable:"false" doc:"Those put, and those whose version grew because what they lead to changed, as they are now."`
	Links       []annotate.LinkRecord       `json:"links" nullable:"false" doc:"Those put, as they are now."`
	Deleted     deletedBody                 `json:"deleted" doc:"What is no longer there, links deleted along with their annotations included."`
	Inverse     []annotate.OperationRecord  `json:"inverse" nullable:"false" doc:"The operations that undo this, as long as nothing has changed since."`
}

type deletedBody struct {
	Annotations []annotate.ID `json:"annotations" nullable:"false"`
	Links       []annotate.ID `json:"links" nullable:"false"`
}

type appendInput struct {
	ArticlePath
	SetQuery
	OffsetsQuery
	Body changeSetBody
}

type appendOutput struct{ Body appendedBody }

// apiAppend applies a change set to an article's annotations.
func (s *Server) apiAppend(ctx context.Context, in *appendInput) (*appendOutput, error) {
	who := asker(ctx)
	article, units, err := s.articleOf(ctx, in.ArticlePath, in.OffsetsQuery)
	if err != nil {
		return nil, err
	}
	operations, err := units.fromClient(annotate.Operations(in.Body.Operations))
	if err != nil {
		return nil, err
	}
	hand, err := in.hand()
	if err != nil {
		return nil, err
	}
	done, err := s.store.AppendAs(ctx, who, article, hand, annotate.ChangeSet{
		ID: in.Body.ID, At: s.now(), Operations: operations,
	})
	if err != nil {
		return nil, err
	}
	return &appendOutput{units.answer(done)}, nil
}

// answer is what clients are told of a change set.
func (u units) answer(done store.Appended) appendedBody {
	body := appendedBody{
		Seq: done.Seq, Replayed: done.Replayed, Annotations: []annotate.AnnotationRecord{}, Links: []annotate.LinkRecord{},
		Deleted: deletedBody{Annotations: []annotate.ID{}, Links: []annotate.ID{}},
		Inverse: u.toClient(annotate.Records(done.Inverse)),
	}
	for _, r := range u.toClient(annotate.Records(done.Operations)) {
		switch {
		case r.Annotation != nil && r.Op == annotate.Delete:
			body.Deleted.Annotations = append(body.Deleted.Annotations, r.Annotation.ID)
		case r.Annotation != nil:
			body.Annotations = append(body.Annotations, *r.Annotation)
		case r.Op == annotate.Delete:
			body.Deleted.Links = append(body.Deleted.Links, r.Link.ID)
		default:
			body.Links = append(body.Links, *r.Link)
		}
	}
	return body
}

// logEntryBody is a change set as the log keeps it.
type logEntryBody struct {
	Seq        int64           `json:"seq"`
	ID         annotate.ID     `json:"id"`
	Author     annotate.ID     `json:"author"`
	CreatedAt  time.Time       `json:"created_at"`
	Codebook   int             `json:"codebook" doc:"The version of the codebook it was made under."`
	Operations json.RawMessage `json:"operations" doc:"Those asked for, then the deletions and touches that followed, each with the whole record as it became."`
	Inverse    json.RawMessage `json:"inverse" doc:"The operations that undid it then."`
}

type changesInput struct {
	ArticlePath
	SetQuery
	OffsetsQuery
	After  int64 `query:"after" minimum:"0" doc:"Entries after this number, in order."`
	Before int64 `query:"before" minimum:"1" doc:"Entries before this number instead, the newest first."`
	Limit  int   `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type changesOutput struct {
	Body struct {
		Items []logEntryBody `json:"items" nullable:"false"`
		Next  string         `json:"next,omitempty" doc:"What to give as after, or as before, to read on; absent at the end."`
	}
}

// apiChanges reads an article's log.
func (s *Server) apiChanges(ctx context.Context, in *changesInput) (*changesOutput, error) {
	article, units, err := s.articleOf(ctx, in.ArticlePath, in.OffsetsQuery)
	if err != nil {
		return nil, err
	}
	hand, err := in.hand()
	if err != nil {
		return nil, err
	}
	if _, err := s.store.Stamp(ctx, asker(ctx), article, hand); err != nil { // an empty log is not a missing article
		return nil, err
	}
	entries, err := s.changes(ctx, article, hand, in)
	if err != nil {
		return nil, err
	}
	out := &changesOutput{}
	out.Body.Items = make([]logEntryBody, len(entries))
	for i, e := range entries {
		if out.Body.Items[i], err = units.entry(e); err != nil {
			return nil, err
		}
	}
	if len(entries) == in.Limit {
		out.Body.Next = strconv.FormatInt(entries[len(entries)-1].Seq, 10)
	}
	return out, nil
}

func (s *Server) changes(ctx context.Context, article annotate.ID, hand annotate.Hand, in *changesInput) ([]store.LogEntry, error) {
	if in.Before == 0 {
		return s.store.Changes(ctx, asker(ctx), article, hand, in.After, in.Limit)
	}
	log, err := s.store.LogBefore(ctx, asker(ctx), article, hand, in.Before, in.Limit)
	return log.Entries, err
}

// entry is a log entry as clients get it.
func (u units) entry(e store.LogEntry) (logEntryBody, error) {
	body := logEntryBody{
		Seq: e.Seq, ID: e.ID, Author: e.Author, CreatedAt: e.CreatedAt.UTC(), Codebook: e.Codebook,
		Operations: e.Operations, Inverse: e.Inverse,
	}
	if u.text == nil {
		return body, nil
	}
	for _, list := range []*json.RawMessage{&body.Operations, &body.Inverse} {
		var records []annotate.OperationRecord
		if err := json.Unmarshal(*list, &records); err != nil {
			return body, fmt.Errorf("read log entry %d: %w", e.Seq, err)
		}
		b, err := json.Marshal(u.toClient(records))
		if err != nil {
			return body, fmt.Errorf("write log entry %d: %w", e.Seq, err)
		}
		*list = b
	}
	return body, nil
}

// units converts offsets between what a client counts and code points. With
// no text the two are the same.
type units struct {
	text    *annotate.Text
	counted string // utf16 or utf8
}

// articleOf reads which article a call is about, and how it counts offsets.
func (s *Server) articleOf(ctx context.Context, in ArticlePath, q OffsetsQuery) (annotate.ID, units, error) {
	article, err := annotate.ParseID(in.Article)
	if err != nil {
		return "", units{}, err
	}
	u, err := s.units(ctx, asker(ctx).Project.ID, article, q)
	return article, u, err
}

func (s *Server) units(ctx context.Context, project, article annotate.ID, q OffsetsQuery) (units, error) {
	if q.counted() == "" {
		return units{}, nil
	}
	text, err := s.store.TextOf(ctx, project, article)
	return units{text, q.counted()}, err
}

// fromClient turns the client's offsets into code points, in place. It refuses
// offsets that are no place in the text.
func (u units) fromClient(operations []annotate.Operation) ([]annotate.Operation, error) {
	if u.text == nil {
		return operations, nil
	}
	var refused annotate.Refused
	for i, op := range operations {
		if op.Annotation == nil {
			continue
		}
		for j := range op.Annotation.Fragments {
			f := &op.Annotation.Fragments[j]
			for name, offset := range map[string]*int{"start": &f.Start, "end": &f.End} {
				at, err := u.codePoints(*offset)
				if err != nil {
					refused = append(refused, annotate.Problem{
						Operation: i, Field: fmt.Sprintf("annotation.fragments[%d].%s", j, name), Message: err.Error(),
					})
				}
				*offset = at
			}
		}
	}
	if refused != nil {
		return nil, refused
	}
	return operations, nil
}

// toClient turns code points into what the client counts, in place.
func (u units) toClient(records []annotate.OperationRecord) []annotate.OperationRecord {
	if u.text != nil {
		for _, r := range records {
			if r.Annotation != nil {
				u.annotation(*r.Annotation)
			}
		}
	}
	return records
}

func (u units) annotation(r annotate.AnnotationRecord) {
	for i := range r.Fragments {
		r.Fragments[i].Start, r.Fragments[i].End = u.offset(r.Fragments[i].Start), u.offset(r.Fragments[i].End)
	}
}

func (u units) offset(at int) int {
	switch {
	case u.text == nil:
		return at
	case u.counted == "utf8":
		return u.text.UTF8(at)
	default:
		return u.text.UTF16(at)
	}
}

// codePoints turns an offset of the client's into code points.
func (u units) codePoints(offset int) (int, error) {
	if u.text == nil {
		return offset, nil
	}
	if u.counted == "utf8" {
		return u.text.FromUTF8(offset)
	}
	return u.text.FromUTF16(offset)
}

// articleBody is an article with all that is said about it.
type articleBody struct {
	ID                  annotate.ID                 `json:"id"`
	Headline            string                      `json:"headline"`
	URL                 string                      `json:"url"`
	Publisher           string                      `json:"publisher"`
	Author              string                      `json:"author"`
	DatePublished       string                      `json:"datePublished" doc:"EDTF; its length is its precision."`
	DatePublishedOrigin string                      `json:"datePublishedOrigin"`
	InLanguage          string                      `json:"inLanguage"`
	CreatedBy           annotate.ID                 `json:"created_by"`
	CreatedAt           time.Time                   `json:"created_at"`
	Revision            annotate.ID                 `json:"revision"`
	SHA256              string                      `json:"sha256" doc:"Of the text in UTF-8, in hexadecimal."`
	Normalisations      []annotate.Normalisation    `json:"normalisations" nullable:"false" doc:"What was changed in the text when it came: crlf, cr, bom, nul."`
	Text                string                      `json:"text"`
	Blocks              []annotate.Block            `json:"blocks" nullable:"false"`
	Set                 annotate.Hand               `json:"set" doc:"Whose annotations these are: shared, adjudicated, or the id of an analyst."`
	Seq                 int64                       `json:"seq" doc:"The number of the newest change set."`
	Annotations         []annotate.AnnotationRecord `json:"annotations" nullable:"false" doc:"As they stand in the text."`
	Links               []annotate.LinkRecord       `json:"links" nullable:"false"`
	Reviews             []reviewRecord              `json:"reviews" nullable:"false"`
	Comments            []commentRecord             `json:"comments" nullable:"false"`
	Entities            []entityRecord              `json:"entities" nullable:"false" doc:"Those the annotations name. What was merged into another is listed under its own id with the other's name."`
	People              []personRecord              `json:"people" nullable:"false" doc:"Those who made what is here."`
}

type reviewRecord struct {
	ID        annotate.ID       `json:"id"`
	Claim     annotate.ID       `json:"claim"`
	Version   int               `json:"version" doc:"The version of the claim that was decided on."`
	Decision  annotate.Decision `json:"decision"`
	Reason    string            `json:"reason"`
	Reviewer  annotate.ID       `json:"reviewer"`
	CreatedAt time.Time         `json:"created_at"`
	Imported  *importRecord     `json:"imported,omitempty" doc:"How the decision came here from another project; absent if it was made here."`
}

// importRecord vouches for what a file says was done elsewhere.
type importRecord struct {
	From projectName `json:"from" doc:"The project it was made in."`
	By   annotate.ID `json:"by" doc:"Who imported it, and vouches for it."`
	At   time.Time   `json:"at"`
}

type projectName struct {
	Slug string `json:"slug"`
	Name string `json:"name"`
}

type commentRecord struct {
	ID        annotate.ID `json:"id"`
	Claim     annotate.ID `json:"claim"`
	Author    annotate.ID `json:"author"`
	Body      string      `json:"body"`
	CreatedAt time.Time   `json:"created_at"`
	ReplyTo   annotate.ID `json:"reply_to,omitempty" doc:"The comment that begins the thread it belongs to; absent when it begins one."`
	// A thread is resolved by its first comment.
	Resolved *resolvedRecord `json:"resolved,omitempty" doc:"By whom and when the thread that it begins was resolved; absent while it is open."`
}

type resolvedRecord struct {
	By annotate.ID `json:"by"`
	At time.Time   `json:"at"`
}

type entityRecord struct {
	ID     annotate.ID         `json:"id"`
	Type   annotate.EntityType `json:"type"`
	Name   string              `json:"name"`
	Names  []nameRecord        `json:"names" nullable:"false"`
	Merged annotate.ID         `json:"merged_into,omitempty" doc:"The entity this one turned out to be."`
}

type nameRecord struct {
	Name string            `json:"name"`
	Type annotate.NameType `json:"type"`
}

type personRecord struct {
	ID   annotate.ID `json:"id"`
	Name string      `json:"name"`
}

type articleInput struct {
	ArticlePath
	SetQuery
	OffsetsQuery
	Seq         string `query:"seq" pattern:"^[0-9]{1,18}$" doc:"As it was after the change set of this number and before the next, reviews and comments included; 0 is before the first. Metadata and names are those of now. As it is now if absent."`
	IfNoneMatch string `header:"If-None-Match"`
	Encoding    string `header:"Accept-Encoding"`
}

// apiArticle answers an article with its annotations. What was encoded once is
// kept: opening an article that has not changed costs one row.
func (s *Server) apiArticle(ctx context.Context, in *articleInput) (*huma.StreamResponse, error) {
	article, err := annotate.ParseID(in.Article)
	if err != nil {
		return nil, err
	}
	if in.Seq != "" {
		return s.pastArticle(ctx, article, in)
	}
	hand, err := in.hand()
	if err != nil {
		return nil, err
	}
	doc, err := s.articleJSON(ctx, article, hand, in.OffsetsQuery)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("ETag", doc.etag)
		c.SetHeader("Cache-Control", "private, no-cache")
		c.AppendHeader("Vary", "Accept-Encoding")
		if in.IfNoneMatch == doc.etag {
			c.SetStatus(http.StatusNotModified)
			return
		}
		c.SetHeader("Content-Type", "application/json")
		body := doc.plain
		if strings.Contains(in.Encoding, "gzip") {
			c.SetHeader("Content-Encoding", "gzip")
			body = doc.gzipped()
		}
		c.SetHeader("Content-Length", strconv.Itoa(len(body)))
		c.SetStatus(http.StatusOK)
		_, _ = c.BodyWriter().Write(body) // fails only when the client has gone
	}}, nil
}

// newArticleBody puts together what the store read.
func newArticleBody(doc annotate.AnnotatedArticle, hand annotate.Hand, names store.Names, u units) articleBody {
	a, r := doc.Article, doc.Revision
	body := articleBody{
		ID: a.ID, Headline: a.Headline, URL: a.URL, Publisher: a.Publisher, Author: a.Author, DatePublished: a.DatePublished,
		DatePublishedOrigin: a.DatePublishedOrigin, InLanguage: a.InLanguage, CreatedBy: a.CreatedBy, CreatedAt: a.CreatedAt.UTC(),
		Revision: r.ID, SHA256: fmt.Sprintf("%x", r.SHA256), Normalisations: emptyNotNull(r.Normalisations),
		Text: r.Text, Blocks: slices.Clone(emptyNotNull(r.Blocks)), Set: hand, Seq: doc.Seq,
		Annotations: make([]annotate.AnnotationRecord, len(doc.Annotations)), Links: make([]annotate.LinkRecord, len(doc.Links)),
		Reviews: make([]reviewRecord, len(doc.Reviews)), Comments: make([]commentRecord, len(doc.Comments)),
		Entities: make([]entityRecord, len(names.Entities)), People: make([]personRecord, len(names.People)),
	}
	for i, b := range body.Blocks {
		body.Blocks[i].Start, body.Blocks[i].End = u.offset(b.Start), u.offset(b.End)
	}
	for i, a := range doc.Annotations {
		body.Annotations[i] = a.Record()
		u.annotation(body.Annotations[i])
	}
	for i, l := range doc.Links {
		body.Links[i] = l.Record()
	}
	for i, r := range doc.Reviews {
		body.Reviews[i] = recordOfReview(r)
	}
	for i, c := range doc.Comments {
		body.Comments[i] = recordOfComment(c)
	}
	for i, e := range names.Entities {
		body.Entities[i] = entityRecord{ID: e.ID, Type: e.Type, Name: e.Name, Names: make([]nameRecord, len(e.Names)), Merged: e.MergedInto}
		for j, n := range e.Names {
			body.Entities[i].Names[j] = nameRecord(n)
		}
	}
	for i, p := range names.People {
		body.People[i] = personRecord{ID: p.ID, Name: p.Name}
	}
	return body
}

func recordOfReview(r annotate.Review) reviewRecord {
	record := reviewRecord{r.ID, r.Claim, r.Version, r.Decision, r.Reason, r.Reviewer, r.CreatedAt.UTC(), nil}
	if i := r.Imported; i != nil {
		record.Imported = &importRecord{projectName(i.From), i.By, i.At.UTC()}
	}
	return record
}

func recordOfComment(c annotate.Comment) commentRecord {
	record := commentRecord{c.ID, c.Claim, c.Author, c.Body, c.CreatedAt.UTC(), c.ReplyTo, nil}
	if c.Resolved() {
		record.Resolved = &resolvedRecord{c.ResolvedBy, c.ResolvedAt.UTC()}
	}
	return record
}

// emptyNotNull is list, for JSON that has [] and never null.
func emptyNotNull[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
