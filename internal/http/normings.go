package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/page"
)

// normingsOnPage is how many votes a page lists.
const normingsOnPage = 50

func (s *Server) listNormings(w http.ResponseWriter, r *http.Request) error {
	a := asker(r.Context())
	cursor := r.URL.Query().Get("cursor")
	list, err := s.store.Normings(r.Context(), a, "", cursor, normingsOnPage)
	if err != nil {
		return err
	}
	v := page.NormingsView{Items: list.Items}
	if cursor != "" {
		v.First = page.NormingsURL(a.Project.Slug, "")
	}
	if list.Next != "" {
		v.Next = page.NormingsURL(a.Project.Slug, list.Next)
	}
	ids := make([]annotate.ID, len(list.Items))
	for i, n := range list.Items {
		ids[i] = n.Claim
	}
	claims, err := s.store.ClaimsByID(r.Context(), a, ids)
	if err != nil {
		return err
	}
	v.Claims = map[annotate.ID]annotate.QueuedClaim{}
	for _, c := range claims {
		v.Claims[c.Claim.ID] = c
	}
	if v.Codebook, err = s.store.Codebook(r.Context(), a.Project.ID, a.Project.Codebook); err != nil {
		return err
	}
	f := s.frame(w, r, s.language(r).T("Norming"))
	f.Active = page.NavClaims
	return s.render(w, r, http.StatusOK, page.Normings(f, v))
}

func (s *Server) showNewNorming(w http.ResponseWriter, r *http.Request) error {
	return s.newNormingPage(w, r, http.StatusOK, page.NewNormingView{})
}

// newNormingPage fills in what v does not say already: everybody who may tag is
// asked.
func (s *Server) newNormingPage(w http.ResponseWriter, r *http.Request, status int, v page.NewNormingView) error {
	id, err := pathID(r, "claim")
	if err != nil {
		return err
	}
	p := asker(r.Context()).Project
	if v.Claim, err = s.store.Claim(r.Context(), asker(r.Context()), id); err != nil {
		return err
	}
	if v.Codebook, err = s.store.Codebook(r.Context(), p.ID, p.Codebook); err != nil {
		return err
	}
	members, err := s.store.Members(r.Context(), p.ID)
	if err != nil {
		return err
	}
	for _, m := range members {
		if m.Role.May(annotate.Analyst) {
			v.Members = append(v.Members, m)
			if len(v.Complaints) == 0 {
				v.Asked = append(v.Asked, m.UserID)
			}
		}
	}
	f := s.frame(w, r, s.language(r).T("A blind vote"))
	f.Active = page.NavClaims
	return s.render(w, r, status, page.NewNorming(f, v))
}

func (s *Server) startNorming(w http.ResponseWriter, r *http.Request) error {
	claim, err := pathID(r, "claim")
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	a := asker(r.Context())
	v := page.NewNormingView{Attribute: r.PostForm.Get("attribute"), Note: r.PostForm.Get("note")}
	for _, raw := range r.PostForm["asked"] {
		v.Asked = append(v.Asked, lower(raw))
	}
	id, err := s.store.StartNorming(r.Context(), a, store.NewNorming{
		Claim: claim, Attribute: v.Attribute, Note: v.Note, Asked: v.Asked, By: a.User.ID, At: s.now(),
	})
	if bad, ok := complaintsOf(err, "", ""); ok {
		v.Complaints = under("note", bad)
		return s.newNormingPage(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.NormingURL(a.Project.Slug, id), s.language(r).T("Everybody who is asked has been told."))
}

func (s *Server) showNorming(w http.ResponseWriter, r *http.Request) error {
	return s.normingPage(w, r, http.StatusOK, page.NormingView{})
}

// normingPage fills in what v does not say already.
func (s *Server) normingPage(w http.ResponseWriter, r *http.Request, status int, v page.NormingView) error {
	id, err := pathID(r, "norming")
	if err != nil {
		return err
	}
	a := asker(r.Context())
	if v.Norming, err = s.store.Norming(r.Context(), a, id); err != nil {
		return err
	}
	if v.Claim, err = s.store.Claim(r.Context(), a, v.Norming.Claim); err != nil {
		return err
	}
	if v.Codebook, err = s.store.Codebook(r.Context(), a.Project.ID, a.Project.Codebook); err != nil {
		return err
	}
	if v.Members, err = s.store.Members(r.Context(), a.Project.ID); err != nil {
		return err
	}
	if v.Norming.Thread != "" {
		if v.Comments, err = s.store.Thread(r.Context(), a.Project.ID, v.Norming.Thread); err != nil {
			return err
		}
	}
	f := s.frame(w, r, s.language(r).T("A blind vote"))
	f.Active, f.Scripts = page.NavClaims, []string{"page/claim.js"}
	return s.render(w, r, status, page.Norming(f, v))
}

// turnNorming does something to the norming that the path names, and shows it,
// with what was refused.
func (s *Server) turnNorming(w http.ResponseWriter, r *http.Request, done string, turn func(ctx context.Context, norming annotate.ID, v *page.NormingView) error) error {
	id, err := pathID(r, "norming")
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	var v page.NormingView
	err = turn(r.Context(), id, &v)
	if bad, ok := complaintsOf(err, "", ""); ok {
		v.Complaints = bad
		return s.normingPage(w, r, http.StatusUnprocessableEntity, v)
	}
	if words, refused := annotate.Refusal(err); refused && !errors.Is(err, annotate.ErrNotFound) {
		v.Complaints = annotate.Invalid{"apply": words}
		return s.normingPage(w, r, http.StatusConflict, v)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.NormingURL(asker(r.Context()).Project.Slug, id), s.language(r).T(done))
}

func (s *Server) vote(w http.ResponseWriter, r *http.Request) error {
	a := asker(r.Context())
	return s.turnNorming(w, r, "Your vote is kept. Nobody else sees it before all are revealed.", func(ctx context.Context, id annotate.ID, v *page.NormingView) error {
		v.Answer, v.Reason = r.PostForm["answer"], r.PostForm.Get("reason")
		return s.store.Vote(ctx, a, store.NewVote{Norming: id, Voter: a.User.ID, Answer: v.Answer, Reason: v.Reason, At: s.now()})
	})
}

func (s *Server) revealNorming(w http.ResponseWriter, r *http.Request) error {
	return s.turnNorming(w, r, "The votes are revealed.", func(ctx context.Context, id annotate.ID, _ *page.NormingView) error {
		return s.store.RevealNorming(ctx, asker(ctx), s.chair(ctx, id))
	})
}

func (s *Server) discussNorming(w http.ResponseWriter, r *http.Request) error {
	a := asker(r.Context())
	return s.turnNorming(w, r, "Comment added.", func(ctx context.Context, id annotate.ID, v *page.NormingView) error {
		v.Comment = r.PostForm.Get("body")
		_, err := s.store.DiscussNorming(ctx, a, id, annotate.Comment{Author: a.User.ID, Body: v.Comment, CreatedAt: s.now()})
		return err
	})
}

func (s *Server) settleNorming(w http.ResponseWriter, r *http.Request) error {
	return s.turnNorming(w, r, "The vote is settled.", func(ctx context.Context, id annotate.ID, v *page.NormingView) error {
		v.Settling = true
		v.Answer, v.Reason = r.PostForm["answer"], r.PostForm.Get("reason")
		return s.store.SettleNorming(ctx, asker(ctx), store.NewSettlement{
			Chair: s.chair(ctx, id), Answer: v.Answer, Reason: v.Reason, Apply: r.PostForm.Get("apply") == "yes",
		})
	})
}

// chair is whoever asks, turning a norming.
func (s *Server) chair(ctx context.Context, norming annotate.ID) store.Chair {
	a := asker(ctx)
	return store.Chair{Norming: norming, By: a.User.ID, Manager: a.Role.May(annotate.Manager), At: s.now()}
}

// NormingPath names a norming in the path.
type NormingPath struct {
	ProjectPath
	Norming string `path:"norming" format:"uuid" doc:"The norming's id."`
}

// normingJSON is a norming in the API.
type normingJSON struct {
	ID         annotate.ID     `json:"id"`
	Claim      annotate.ID     `json:"claim"`
	Version    int             `json:"version" doc:"The claim's version, as it was put to the vote."`
	Attribute  string          `json:"attribute,omitempty" doc:"The question of the codebook that is voted on; absent where it is what to decide on the claim."`
	Note       string          `json:"note,omitempty"`
	StartedBy  personRecord    `json:"started_by"`
	StartedAt  time.Time       `json:"started_at"`
	RevealedAt *time.Time      `json:"revealed_at,omitempty" doc:"Absent while the vote is blind."`
	Thread     annotate.ID     `json:"thread,omitempty" doc:"The comment on the claim that begins the discussion."`
	Votes      []voteJSON      `json:"votes" nullable:"false" doc:"Of all who are asked. While the vote is blind, what others say is not there."`
	Settled    *settlementJSON `json:"settled,omitempty"`
}

type voteJSON struct {
	Voter   personRecord `json:"voter"`
	Voted   bool         `json:"voted"`
	Answer  []string     `json:"answer,omitempty" nullable:"false"`
	Reason  string       `json:"reason,omitempty"`
	VotedAt *time.Time   `json:"voted_at,omitempty"`
}

type settlementJSON struct {
	Answer  []string         `json:"answer" nullable:"false"`
	Reason  string           `json:"reason"`
	By      personRecord     `json:"by"`
	At      time.Time        `json:"at"`
	Applied annotate.Applied `json:"applied,omitempty" doc:"review if it became a decision on the claim, change if it became its answer, absent if neither."`
}

func normingRecord(n annotate.ListedNorming) normingJSON {
	j := normingJSON{
		ID: n.ID, Claim: n.Claim, Version: n.Version, Attribute: n.Attribute, Note: n.Note, Thread: n.Thread,
		StartedBy: personRecord{ID: n.StartedBy, Name: n.Starter}, StartedAt: n.StartedAt.UTC(), RevealedAt: timeOrAbsent(n.RevealedAt),
		Votes: make([]voteJSON, len(n.Votes)),
	}
	for i, v := range n.Votes {
		j.Votes[i] = voteJSON{personRecord{ID: v.Voter, Name: v.Name}, v.Voted, v.Answer, v.Reason, timeOrAbsent(v.At)}
	}
	if set := n.Settled; set != nil {
		j.Settled = &settlementJSON{set.Answer, set.Reason, personRecord{ID: set.By, Name: n.Settler}, set.At.UTC(), set.Applied}
	}
	return j
}

func timeOrAbsent(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

type normingsInput struct {
	ProjectPath
	Claim  string `query:"claim" format:"uuid" doc:"Only those on this claim."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" doc:"The next of an earlier answer."`
}

type normingsOutput struct {
	Body struct {
		Items []normingJSON `json:"items" nullable:"false" doc:"The newest first."`
		Next  string        `json:"next,omitempty" doc:"Send it back as cursor to read on; absent at the end."`
	}
}

func (s *Server) apiListNormings(ctx context.Context, in *normingsInput) (*normingsOutput, error) {
	a := asker(ctx)
	list, err := s.store.Normings(ctx, a, lower(in.Claim), in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &normingsOutput{}
	out.Body.Items, out.Body.Next = make([]normingJSON, len(list.Items)), list.Next
	for i, n := range list.Items {
		out.Body.Items[i] = normingRecord(n)
	}
	return out, nil
}

type normingAnswer struct{ Body normingJSON }

func (s *Server) apiShowNorming(ctx context.Context, in *NormingPath) (*normingAnswer, error) {
	return s.norming(ctx, lower(in.Norming))
}

// norming is a norming as whoever asks may know it.
func (s *Server) norming(ctx context.Context, id annotate.ID) (*normingAnswer, error) {
	a := asker(ctx)
	n, err := s.store.Norming(ctx, a, id)
	if err != nil {
		return nil, err
	}
	return &normingAnswer{normingRecord(n)}, nil
}

type startNormingCall struct {
	ClaimPath
	Body struct {
		Attribute string   `json:"attribute,omitempty" doc:"A question of the codebook with a list of answers that is asked of claims. Absent: what to decide on the claim."`
		Note      string   `json:"note,omitempty" doc:"What it is about, for those who are asked. At most 10,000 characters."`
		Asked     []string `json:"asked" format:"uuid" nullable:"false" doc:"The ids of those who are asked: two or more who may tag."`
	}
}

func (s *Server) apiStartNorming(ctx context.Context, in *startNormingCall) (*normingAnswer, error) {
	a := asker(ctx)
	n := store.NewNorming{Claim: lower(in.Claim), Attribute: in.Body.Attribute, Note: in.Body.Note, By: a.User.ID, At: s.now()}
	for _, raw := range in.Body.Asked {
		n.Asked = append(n.Asked, lower(raw))
	}
	id, err := s.store.StartNorming(ctx, a, n)
	if err != nil {
		return nil, err
	}
	return s.norming(ctx, id)
}

type voteCall struct {
	NormingPath
	Body struct {
		Answer []string `json:"answer" nullable:"false" doc:"approve, dispute, reject or request_changes; or values of the attribute."`
		Reason string   `json:"reason,omitempty" doc:"At most 10,000 characters."`
	}
}

func (s *Server) apiVote(ctx context.Context, in *voteCall) (*normingAnswer, error) {
	a := asker(ctx)
	err := s.store.Vote(ctx, a, store.NewVote{Norming: lower(in.Norming), Voter: a.User.ID, Answer: in.Body.Answer, Reason: in.Body.Reason, At: s.now()})
	if err != nil {
		return nil, err
	}
	return s.norming(ctx, lower(in.Norming))
}

func (s *Server) apiRevealNorming(ctx context.Context, in *NormingPath) (*normingAnswer, error) {
	if err := s.store.RevealNorming(ctx, asker(ctx), s.chair(ctx, lower(in.Norming))); err != nil {
		return nil, err
	}
	return s.norming(ctx, lower(in.Norming))
}

type discussNormingCall struct {
	NormingPath
	Body struct {
		Body string `json:"body" doc:"At most 10,000 characters. @ and the name of a member notifies them."`
	}
}

func (s *Server) apiDiscussNorming(ctx context.Context, in *discussNormingCall) (*addCommentOutput, error) {
	a := asker(ctx)
	c, err := s.store.DiscussNorming(ctx, a, lower(in.Norming), annotate.Comment{Author: a.User.ID, Body: in.Body.Body, CreatedAt: s.now()})
	if err != nil {
		return nil, err
	}
	return &addCommentOutput{recordOfComment(c)}, nil
}

type settleNormingCall struct {
	NormingPath
	Body struct {
		Answer []string `json:"answer" nullable:"false"`
		Reason string   `json:"reason,omitempty" doc:"At most 10,000 characters."`
		Apply  bool     `json:"apply,omitempty" doc:"Carry it over to the claim, if that is still what was voted on: as your decision on it, by the same rules as any other, or as its answer, by a change set."`
	}
}

func (s *Server) apiSettleNorming(ctx context.Context, in *settleNormingCall) (*normingAnswer, error) {
	err := s.store.SettleNorming(ctx, asker(ctx), store.NewSettlement{
		Chair: s.chair(ctx, lower(in.Norming)), Answer: in.Body.Answer, Reason: in.Body.Reason, Apply: in.Body.Apply,
	})
	if err != nil {
		return nil, err
	}
	return s.norming(ctx, lower(in.Norming))
}
