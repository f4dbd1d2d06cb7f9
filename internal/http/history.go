package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// pastArticle answers an article as it was.
func (s *Server) pastArticle(ctx context.Context, article annotate.ID, in *articleInput) (*huma.StreamResponse, error) {
	seq, err := strconv.ParseInt(in.Seq, 10, 64)
	if err != nil { // the pattern lets nothing else through
		return nil, fmt.Errorf("%w: %w", errBadRequest, err)
	}
	hand, err := in.hand()
	if err == nil {
		hand, err = s.store.HandFor(ctx, asker(ctx), article, hand)
	}
	if err != nil {
		return nil, err
	}
	past, err := s.store.AsOf(ctx, asker(ctx), article, hand, seq)
	if err != nil {
		return nil, err
	}
	names, err := s.store.NamesIn(ctx, asker(ctx).Project.ID, past.AnnotatedArticle)
	if err != nil {
		return nil, err
	}
	var u units
	if in.counted() != "" {
		u = units{annotate.NewText(past.Revision.Text), in.counted()}
	}
	body, err := json.Marshal(newArticleBody(past.AnnotatedArticle, hand, names, u))
	if err != nil {
		return nil, fmt.Errorf("encode article %s as of %d: %w", article, seq, err)
	}
	return &huma.StreamResponse{Body: func(c huma.Context) {
		c.SetHeader("Content-Type", "application/json")
		c.SetHeader("Cache-Control", "private, no-cache")
		c.SetStatus(http.StatusOK)
		_, _ = c.BodyWriter().Write(body) // fails only when the client has gone
	}}, nil
}

type restorationInput struct {
	ArticlePath
	SetQuery
	OffsetsQuery
	Seq   int64  `query:"seq" minimum:"0" required:"true" doc:"Back to what was after the change set of this number; 0 is before the first."`
	Claim string `query:"claim" format:"uuid" doc:"Only this claim, with the links from it and what has been deleted of what it leads to. All annotations if absent."`
}

type restorationOutput struct {
	Body struct {
		Seen       int64                      `json:"seen" doc:"The number of the newest change set when this was worked out."`
		Operations []annotate.OperationRecord `json:"operations" nullable:"false" doc:"Send them as a change set. They name the versions of now: what changes meanwhile is a conflict. None if nothing has changed."`
	}
}

// apiRestoration works out what would bring an article back to what it was.
// Nothing changes: whoever may do it sends the operations as a change set.
func (s *Server) apiRestoration(ctx context.Context, in *restorationInput) (*restorationOutput, error) {
	article, units, err := s.articleOf(ctx, in.ArticlePath, in.OffsetsQuery)
	if err != nil {
		return nil, err
	}
	hand, err := in.hand()
	if err != nil {
		return nil, err
	}
	r, err := s.store.Restoration(ctx, asker(ctx), article, hand, in.Seq, lower(in.Claim))
	if err != nil {
		return nil, err
	}
	out := &restorationOutput{}
	out.Body.Seen, out.Body.Operations = r.Seen, units.toClient(annotate.Records(r.Operations))
	return out, nil
}

type claimHistoryInput struct {
	ClaimPath
	OffsetsQuery
	Before int64 `query:"before" minimum:"1" doc:"Change sets before this number."`
	Limit  int   `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type claimHistoryOutput struct {
	Body struct {
		Article annotate.ID    `json:"article"`
		Items   []claimChange  `json:"items" nullable:"false" doc:"The newest first."`
		People  []personRecord `json:"people" nullable:"false" doc:"Those who made the changes."`
		Next    string         `json:"next,omitempty" doc:"What to give as before to read on; absent at the end."`
	}
}

// claimChange is what of a change set concerns one claim.
type claimChange struct {
	Seq       int64       `json:"seq" doc:"The change set's number in the article's log."`
	Author    annotate.ID `json:"author"`
	CreatedAt time.Time   `json:"created_at"`
	Version   int         `json:"version,omitempty" doc:"The claim's version since then; absent if this deleted it."`
	Did       []deedJSON  `json:"did" nullable:"false" doc:"To the claim, to the links from it, and to what those lead to."`
}

type deedJSON struct {
	Did        annotate.Did              `json:"did" enum:"made,brought,changed,removed,returned" doc:"brought: it came with an article that was imported. returned: it had been removed."`
	Annotation *beforeAndAfterAnnotation `json:"annotation,omitempty"`
	Link       *beforeAndAfterLink       `json:"link,omitempty"`
}

type beforeAndAfterAnnotation struct {
	Before *annotate.AnnotationRecord `json:"before,omitempty"`
	After  *annotate.AnnotationRecord `json:"after,omitempty"`
}

type beforeAndAfterLink struct {
	Before *annotate.LinkRecord `json:"before,omitempty"`
	After  *annotate.LinkRecord `json:"after,omitempty"`
}

// apiClaimHistory lists the change sets that changed a claim, its links or what
// they lead to.
func (s *Server) apiClaimHistory(ctx context.Context, in *claimHistoryInput) (*claimHistoryOutput, error) {
	claim, err := annotate.ParseID(in.Claim)
	if err != nil {
		return nil, err
	}
	project := asker(ctx).Project.ID
	log, err := s.store.ClaimLog(ctx, asker(ctx), claim, in.Before, in.Limit)
	if err != nil {
		return nil, err
	}
	units, err := s.units(ctx, project, log.Article, in.OffsetsQuery)
	if err != nil {
		return nil, err
	}
	out := &claimHistoryOutput{}
	out.Body.Article, out.Body.Items, out.Body.People = log.Article, []claimChange{}, []personRecord{}
	for _, e := range log.Entries {
		change, err := newClaimChange(e, claim, log.Attribution, units)
		if err != nil {
			return nil, err
		}
		if change.Version > 0 || len(change.Did) > 0 { // not only named by another's link
			out.Body.Items = append(out.Body.Items, change)
		}
	}
	for _, p := range log.Names.People {
		out.Body.People = append(out.Body.People, personRecord{ID: p.ID, Name: p.Name})
	}
	if len(log.Entries) == in.Limit {
		out.Body.Next = strconv.FormatInt(log.Entries[in.Limit-1].Seq, 10)
	}
	return out, nil
}

type claimSinceInput struct {
	ClaimPath
	OffsetsQuery
	Version int `query:"version" minimum:"1" required:"true" doc:"A version the claim has had, such as the one that a review names."`
}

type claimSinceOutput struct {
	Body struct {
		Version int            `json:"version" doc:"The claim's version now."`
		Whole   bool           `json:"whole" doc:"Whether did is all: the history of what was imported begins with the import."`
		Did     []deedJSON     `json:"did" nullable:"false" doc:"What all changes since come to together, for the claim, for the links from it, and for what those lead to. What is again as it was is left out."`
		People  []personRecord `json:"people" nullable:"false" doc:"Those who made the changes."`
	}
}

// apiClaimSince tells how a claim differs from what it was at a version.
func (s *Server) apiClaimSince(ctx context.Context, in *claimSinceInput) (*claimSinceOutput, error) {
	id, err := annotate.ParseID(in.Claim)
	if err != nil {
		return nil, err
	}
	project := asker(ctx).Project.ID
	claim, err := s.store.Claim(ctx, asker(ctx), id)
	if err != nil {
		return nil, err
	}
	log, whole, err := s.store.ClaimSince(ctx, asker(ctx), id, in.Version)
	if err != nil {
		return nil, err
	}
	units, err := s.units(ctx, project, log.Article, in.OffsetsQuery)
	if err != nil {
		return nil, err
	}
	deeds, err := netDeeds(log)
	if err != nil {
		return nil, err
	}
	out := &claimSinceOutput{}
	out.Body.Version, out.Body.Whole = claim.Claim.Version, whole
	out.Body.Did, out.Body.People = []deedJSON{}, []personRecord{}
	for _, d := range deeds {
		out.Body.Did = append(out.Body.Did, newDeedJSON(d, units))
	}
	for _, p := range log.Names.People {
		out.Body.People = append(out.Body.People, personRecord{ID: p.ID, Name: p.Name})
	}
	return out, nil
}

// netDeeds are what the entries of log come to together for its claim.
func netDeeds(log store.ClaimLog) ([]annotate.Deed, error) {
	changes, err := changesOf(log.Entries)
	if err != nil {
		return nil, err
	}
	sets := make([][]annotate.Deed, len(changes))
	for i, c := range changes {
		sets[i] = annotate.About(c.Deeds, log.Attribution)
	}
	return annotate.Net(sets), nil
}

func newClaimChange(e store.LogEntry, claim annotate.ID, attribution map[annotate.ID]bool, u units) (claimChange, error) {
	change := claimChange{Seq: e.Seq, Author: e.Author, CreatedAt: e.CreatedAt.UTC(), Did: []deedJSON{}}
	done, err := e.Outcome()
	if err != nil {
		return change, err
	}
	change.Version = done.Versions()[claim]
	for _, d := range annotate.About(annotate.Deeds(done, e.CreatedAt), attribution) {
		change.Did = append(change.Did, newDeedJSON(d, u))
	}
	return change, nil
}

func newDeedJSON(d annotate.Deed, u units) deedJSON {
	j := deedJSON{Did: d.Did}
	if d.Subject() != nil {
		j.Annotation = &beforeAndAfterAnnotation{annotationJSON(d.Before, u), annotationJSON(d.After, u)}
		return j
	}
	j.Link = &beforeAndAfterLink{linkJSON(d.LinkBefore), linkJSON(d.LinkAfter)}
	return j
}

func annotationJSON(a *annotate.Annotation, u units) *annotate.AnnotationRecord {
	if a == nil {
		return nil
	}
	r := a.Record()
	u.annotation(r)
	return &r
}

func linkJSON(l *annotate.Link) *annotate.LinkRecord {
	if l == nil {
		return nil
	}
	r := l.Record()
	return &r
}
