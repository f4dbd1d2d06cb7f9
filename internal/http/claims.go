package server

import (
	"cmp"
	"context"
	"slices"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// ClaimPath is the part of an input that names a claim.
type ClaimPath struct {
	ProjectPath
	Claim string `path:"claim" format:"uuid" doc:"The claim's id."`
}

// ClaimJSON is a claim in the API, as the review queue has it. Exported, as
// huma passes over embedded types that are not.
type ClaimJSON struct {
	ID          annotate.ID               `json:"id"`
	Version     int                       `json:"version" doc:"Grows with every change of the claim, of its links and of what they lead to. A review names it."`
	State       annotate.ReviewState      `json:"review_state" doc:"unreviewed, approved, disputed, rejected or changes_requested."`
	Article     claimArticle              `json:"article"`
	Quote       string                    `json:"quote" doc:"The text of its fragments, joined with an ellipsis."`
	Prefix      string                    `json:"prefix" doc:"What stands before it."`
	Suffix      string                    `json:"suffix" doc:"What stands after it."`
	Fragments   []annotate.FragmentRecord `json:"fragments" nullable:"false"`
	Attributes  annotate.Attributes       `json:"attributes" nullable:"false"`
	Attribution string                    `json:"attribution" doc:"Who said it, according to whom, in words."`
	Speakers    []PartJSON                `json:"speakers" nullable:"false"`
	Addressees  []PartJSON                `json:"addressees" nullable:"false"`
	Sources     [][]hopJSON               `json:"sources" nullable:"false" doc:"The ways by which it reached the article, each from the source nearest to the speaker outwards."`
	Within      []annotate.ID             `json:"within" nullable:"false" doc:"The claims it is said within."`
	Author      personRecord              `json:"author" doc:"Who tagged it."`
	CreatedAt   time.Time                 `json:"created_at"`
	UpdatedAt   time.Time                 `json:"updated_at"`
	Approvals   int                       `json:"approvals" doc:"How many reviewers have approved this version since the newest objection that stands. The project's quorum says how many it takes."`
	LastReview  *reviewRecord             `json:"last_review,omitempty" doc:"The newest decision; on an earlier version if the claim has changed since. Absent if there is none."`
	Remarks     int                       `json:"comment_count"`
}

type claimArticle struct {
	ID       annotate.ID `json:"id"`
	Headline string      `json:"headline"`
}

// PartJSON is an annotation's part in an attribution. It is exported for the
// same reason.
type PartJSON struct {
	Annotation annotate.ID `json:"annotation"`
	Entity     annotate.ID `json:"entity,omitempty" doc:"The entity that is meant; if it was merged into another, the other."`
	Name       string      `json:"name" doc:"The entity's name, or else the words that were tagged."`
	Exact      string      `json:"exact" doc:"The words that were tagged; empty if the text does not mention it."`
}

type hopJSON struct {
	PartJSON
	Attributes annotate.Attributes `json:"attributes" nullable:"false" doc:"Those of the link that leads here, such as relation."`
}

// newClaimJSON is c as clients get it, with offsets as they count them.
func newClaimJSON(c annotate.QueuedClaim, codebook *annotate.Codebook, u units) ClaimJSON {
	record := c.Claim.Record()
	u.annotation(record)
	j := ClaimJSON{
		ID: c.Claim.ID, Version: c.Claim.Version, State: c.Claim.Review, Article: claimArticle{c.Article.ID, c.Article.Headline},
		Quote: c.Quote, Prefix: c.Before, Suffix: c.After, Fragments: record.Fragments, Attributes: record.Attributes,
		Attribution: c.Attribution.Sentence(codebook, c.NameOf),
		Speakers:    partsJSON(c, c.Attribution.Speakers), Addressees: partsJSON(c, c.Attribution.Addressees),
		Sources: make([][]hopJSON, len(c.Attribution.Chains)), Within: make([]annotate.ID, len(c.Attribution.Within)),
		Author: personRecord{ID: c.Claim.CreatedBy, Name: c.Author}, CreatedAt: c.Claim.CreatedAt.UTC(), UpdatedAt: c.Claim.UpdatedAt.UTC(),
		Approvals: c.Approvals, Remarks: c.Comments,
	}
	for i, chain := range c.Attribution.Chains {
		for _, hop := range chain {
			j.Sources[i] = append(j.Sources[i], hopJSON{newPartJSON(c, hop.Source), hop.Link.Record().Attributes})
		}
	}
	for i, outer := range c.Attribution.Within {
		j.Within[i] = outer.Claim.ID
	}
	if c.Last != nil {
		last := recordOfReview(*c.Last)
		j.LastReview = &last
	}
	return j
}

func partsJSON(c annotate.QueuedClaim, annotations []annotate.Annotation) []PartJSON {
	parts := make([]PartJSON, len(annotations))
	for i, a := range annotations {
		parts[i] = newPartJSON(c, a)
	}
	return parts
}

func newPartJSON(c annotate.QueuedClaim, a annotate.Annotation) PartJSON {
	return PartJSON{Annotation: a.ID, Entity: c.Entities[a.Entity].ID, Name: c.NameOf(a), Exact: c.Words[a.ID]}
}

// unitsIn are the units for the offsets of a claim.
func (s *Server) unitsIn(ctx context.Context, c annotate.QueuedClaim, q OffsetsQuery) (units, error) {
	if q.counted() == "" {
		return units{}, nil
	}
	text, err := s.store.Text(ctx, asker(ctx).Project.ID, c.RevisionID)
	return units{text, q.counted()}, err
}

type claimsInput struct {
	ProjectPath
	OffsetsQuery
	State       string `query:"state" enum:"unreviewed,approved,disputed,rejected,changes_requested" doc:"Claims in this state; all if absent."`
	Speaker     string `query:"speaker" format:"uuid" doc:"Claims of this entity. What was merged into it, or it into, is the same."`
	Source      string `query:"source" format:"uuid" doc:"Claims that reached us through this entity, wherever it stands in the chain."`
	Article     string `query:"article" format:"uuid" doc:"Claims of this article, as they stand in it. Others come by age, the oldest first."`
	Author      string `query:"author" format:"uuid" doc:"Claims tagged by this person."`
	UndecidedBy string `query:"undecided_by" format:"uuid" doc:"Claims about which this person has decided nothing as they are now."`
	OpenThreads bool   `query:"open_threads" doc:"Claims with a thread that is not resolved."`
	Q           string `query:"q" doc:"Words of the claim or of its article's headline. The last may be the beginning of one."`
	Limit       int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor      string `query:"cursor" doc:"The next of an earlier answer."`
}

type claimsOutput struct {
	Body struct {
		Items  []ClaimJSON                  `json:"items" nullable:"false" doc:"A search among very many claims ends a page after some thousands were looked at: it may have few items, or none, and still not be the last."`
		Counts map[annotate.ReviewState]int `json:"counts,omitempty" doc:"How many claims there are in each state, whatever state is asked for. Absent where that would take too long to count."`
		Next   string                       `json:"next,omitempty" doc:"Send it back as cursor to read on; absent at the end."`
	}
}

// apiListClaims lists the review queue.
func (s *Server) apiListClaims(ctx context.Context, in *claimsInput) (*claimsOutput, error) {
	p := asker(ctx).Project
	page, err := s.store.Claims(ctx, asker(ctx), store.ClaimFilter{
		State: annotate.ReviewState(in.State), Speaker: lower(in.Speaker), Source: lower(in.Source), Article: lower(in.Article),
		Author: lower(in.Author), UndecidedBy: lower(in.UndecidedBy), OpenThreads: in.OpenThreads, Query: in.Q, Limit: in.Limit, Cursor: in.Cursor,
	})
	if err != nil {
		return nil, err
	}
	codebook, err := s.store.Codebook(ctx, p.ID, p.Codebook)
	if err != nil {
		return nil, err
	}
	out := &claimsOutput{}
	out.Body.Items = make([]ClaimJSON, len(page.Items))
	for i, c := range page.Items {
		u, err := s.unitsIn(ctx, c, in.OffsetsQuery)
		if err != nil {
			return nil, err
		}
		out.Body.Items[i] = newClaimJSON(c, codebook, u)
	}
	out.Body.Counts, out.Body.Next = page.Counts, page.Next
	return out, nil
}

// lower is an id that has been checked to be one, or nothing, as ids are kept.
func lower(id string) annotate.ID {
	parsed, err := annotate.ParseID(id)
	if err != nil {
		return ""
	}
	return parsed
}

type claimInput struct {
	ClaimPath
	OffsetsQuery
}

type claimOutput struct {
	Body struct {
		ClaimJSON
		Annotations []annotate.AnnotationRecord `json:"annotations" nullable:"false" doc:"The claim and what its links lead to, over any number of steps."`
		Links       []annotate.LinkRecord       `json:"links" nullable:"false"`
		Reviews     []reviewRecord              `json:"reviews" nullable:"false" doc:"All decisions from the first on, each with the version it was made on."`
		People      []personRecord              `json:"people" nullable:"false" doc:"Those who decided, and who imported decisions."`
		Comments    commentList                 `json:"comments" doc:"The first of them."`
	}
}

// apiShowClaim shows a claim with its attribution and all that was said of it.
func (s *Server) apiShowClaim(ctx context.Context, in *claimInput) (*claimOutput, error) {
	id, err := annotate.ParseID(in.Claim)
	if err != nil {
		return nil, err
	}
	p := asker(ctx).Project
	c, err := s.store.Claim(ctx, asker(ctx), id)
	if err != nil {
		return nil, err
	}
	codebook, err := s.store.Codebook(ctx, p.ID, p.Codebook)
	if err != nil {
		return nil, err
	}
	u, err := s.unitsIn(ctx, c.QueuedClaim, in.OffsetsQuery)
	if err != nil {
		return nil, err
	}
	comments, err := s.comments(ctx, id, "", store.DefaultLimit)
	if err != nil {
		return nil, err
	}
	out := &claimOutput{}
	b := &out.Body
	b.ClaimJSON, b.Comments = newClaimJSON(c.QueuedClaim, codebook, u), comments
	b.Annotations, b.Links, b.Reviews, b.People = []annotate.AnnotationRecord{}, []annotate.LinkRecord{}, []reviewRecord{}, []personRecord{}
	for _, a := range c.Annotations {
		record := a.Record()
		u.annotation(record)
		b.Annotations = append(b.Annotations, record)
	}
	for _, l := range c.Links {
		b.Links = append(b.Links, l.Record())
	}
	for _, r := range c.Reviews {
		b.Reviews = append(b.Reviews, recordOfReview(r))
	}
	for id, name := range c.People {
		b.People = append(b.People, personRecord{ID: id, Name: name})
	}
	slices.SortFunc(b.People, func(x, y personRecord) int { return cmp.Compare(x.ID, y.ID) })
	return out, nil
}
