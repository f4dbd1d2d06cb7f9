package server

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/page"
)

// reviewManyOnPage is how many claims one decides on at a time.
const reviewManyOnPage = 100

// showReviewMany lists the claims of the queue and, once there is a decision,
// what it would do to each.
func (s *Server) showReviewMany(w http.ResponseWriter, r *http.Request) error {
	values := r.URL.Query()
	return s.reviewManyPage(w, r, page.ReviewManyView{Decision: annotate.Decision(values.Get("decision")), Reason: values.Get("reason")}, values.Get("cursor"))
}

// reviewManyPage fills in what v does not say already.
func (s *Server) reviewManyPage(w http.ResponseWriter, r *http.Request, v page.ReviewManyView, cursor string) error {
	values := r.URL.Query()
	if err := checkForm(values); err != nil {
		return err
	}
	a := asker(r.Context())
	v.Query = claimQuery(values)
	filter := s.filterBy(r.Context(), v.Query)
	filter.Cursor, filter.Limit = cursor, reviewManyOnPage
	found, err := s.store.Claims(r.Context(), a, filter)
	if err != nil {
		return err
	}
	v.Claims, v.Cursor = found.Items, cursor
	if cursor != "" {
		v.First = page.ReviewManyPageURL(a.Project.Slug, v.Query, v.Decision, v.Reason, "")
	}
	if found.Next != "" {
		v.Next = page.ReviewManyPageURL(a.Project.Slug, v.Query, v.Decision, v.Reason, found.Next)
	}
	if v.Decision != "" && len(v.Claims) > 0 && v.Complaints["decision"]+v.Complaints["reason"] == "" {
		wish := store.ManyReviews{Claims: map[annotate.ID]int{}, Decision: v.Decision, Reason: v.Reason, By: a.User.ID, At: s.now()}
		for _, c := range v.Claims {
			wish.Claims[c.Claim.ID] = c.Claim.Version
		}
		would, err := s.store.PreviewReviews(r.Context(), a, wish)
		if bad, ok := complaintsOf(err, "", ""); ok {
			v.Complaints, err = bad, nil
		}
		if err != nil {
			return err
		}
		if would != nil {
			v.Would = decidedByClaim(would)
		}
	}
	return s.renderReviewMany(w, r, v)
}

func (s *Server) renderReviewMany(w http.ResponseWriter, r *http.Request, v page.ReviewManyView) (err error) {
	p := asker(r.Context()).Project
	if v.Codebook, err = s.store.Codebook(r.Context(), p.ID, p.Codebook); err != nil {
		return err
	}
	status := http.StatusOK
	// A reason that is still to be written is not a mistake.
	if len(v.Complaints) > 0 && (v.Reason != "" || v.Sent) {
		status = http.StatusUnprocessableEntity
	}
	f := s.frame(w, r, s.language(r).T("Decide on many claims"))
	f.Active, f.Scripts = page.NavClaims, []string{"page/bulk.js"}
	return s.render(w, r, status, page.ReviewMany(f, v))
}

func decidedByClaim(all []annotate.ManyDecided) map[annotate.ID]annotate.ManyDecided {
	of := make(map[annotate.ID]annotate.ManyDecided, len(all))
	for _, d := range all {
		of[d.Claim] = d
	}
	return of
}

// reviewMany decides on the claims that were checked, and says what came of it.
func (s *Server) reviewMany(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	a := asker(r.Context())
	wish := store.ManyReviews{
		Claims: map[annotate.ID]int{}, Decision: annotate.Decision(r.PostForm.Get("decision")), Reason: r.PostForm.Get("reason"), By: a.User.ID, At: s.now(),
	}
	var ids []annotate.ID
	for _, value := range r.PostForm["claim"] {
		claim, version, _ := strings.Cut(value, " ")
		id, err := annotate.ParseID(claim)
		seen, numErr := strconv.Atoi(version)
		if err == nil && numErr == nil {
			wish.Claims[id] = seen
			ids = append(ids, id)
		}
	}
	v := page.ReviewManyView{Decision: wish.Decision, Reason: wish.Reason, Sent: true}
	done, err := s.store.DecideAll(r.Context(), a, wish)
	if bad, ok := complaintsOf(err, "", ""); ok {
		v.Complaints = under("reason", bad)
		return s.reviewManyPage(w, r, v, r.URL.Query().Get("cursor"))
	}
	if err != nil {
		return err
	}
	v.Query, v.Did = claimQuery(r.URL.Query()), decidedByClaim(done)
	if v.Claims, err = s.store.ClaimsByID(r.Context(), a, ids); err != nil {
		return err
	}
	return s.renderReviewMany(w, r, v)
}

type claimVersion struct {
	ID      annotate.ID `json:"id" format:"uuid"`
	Version int         `json:"version" minimum:"1" doc:"The version that is decided on. It must be the current one."`
}

type claimFilterJSON struct {
	State       annotate.ReviewState `json:"state,omitempty" enum:"unreviewed,approved,disputed,rejected,changes_requested"`
	Speaker     string               `json:"speaker,omitempty" format:"uuid"`
	Source      string               `json:"source,omitempty" format:"uuid"`
	Article     string               `json:"article,omitempty" format:"uuid"`
	Author      string               `json:"author,omitempty" format:"uuid"`
	UndecidedBy string               `json:"undecided_by,omitempty" format:"uuid"`
	OpenThreads bool                 `json:"open_threads,omitempty"`
	Q           string               `json:"q,omitempty"`
}

type decideManyCall struct {
	ProjectPath
	Body struct {
		Decision annotate.Decision `json:"decision" enum:"approve,dispute,reject,request_changes"`
		Reason   string            `json:"reason,omitempty" doc:"Needed for all but approve. At most 10,000 characters."`
		Claims   []claimVersion    `json:"claims,omitempty" nullable:"false" maxItems:"1000" doc:"What to decide on."`
		Filter   *claimFilterJSON  `json:"filter,omitempty" doc:"Instead of claims: all that the queue lists so, as they are now, if they are at most 1,000."`
		DryRun   bool              `json:"dry_run,omitempty" doc:"Only say what would be decided."`
	}
}

type decideManyOutput struct {
	Body struct {
		Items   []manyDecidedJSON `json:"items" nullable:"false" doc:"By the ids of the claims."`
		Decided int               `json:"decided" doc:"On how many something was decided, or would be."`
		Refused int               `json:"refused"`
	}
}

type manyDecidedJSON struct {
	Claim     annotate.ID          `json:"claim"`
	Version   int                  `json:"version"`
	Refused   string               `json:"refused,omitempty" doc:"Why nothing was decided on it, in English; absent if something was."`
	State     annotate.ReviewState `json:"review_state,omitempty" doc:"Where it stands afterwards."`
	Approvals int                  `json:"approvals" doc:"How many approvals of it count afterwards."`
}

// apiDecideMany decides alike on many claims, or says what that would do.
func (s *Server) apiDecideMany(ctx context.Context, in *decideManyCall) (*decideManyOutput, error) {
	a := asker(ctx)
	wish := store.ManyReviews{Claims: map[annotate.ID]int{}, Decision: in.Body.Decision, Reason: in.Body.Reason, By: a.User.ID, At: s.now()}
	for _, c := range in.Body.Claims {
		wish.Claims[lower(string(c.ID))] = c.Version
	}
	if f := in.Body.Filter; f != nil {
		if len(in.Body.Claims) > 0 {
			return nil, annotate.Invalid{"filter": "Give claims or a filter, not both."}
		}
		found, more, err := s.store.ClaimVersions(ctx, a, store.ClaimFilter{
			State: f.State, Speaker: lower(f.Speaker), Source: lower(f.Source), Article: lower(f.Article), Author: lower(f.Author),
			UndecidedBy: lower(f.UndecidedBy), OpenThreads: f.OpenThreads, Query: f.Q,
		}, store.MaxBulk)
		switch {
		case err != nil:
			return nil, err
		case more:
			return nil, annotate.Invalid{"filter": "It leaves more than 1,000 claims. Narrow it down."}
		}
		wish.Claims = found
	}
	decide := s.store.DecideAll
	if in.Body.DryRun {
		decide = s.store.PreviewReviews
	}
	done, err := decide(ctx, a, wish)
	if err != nil {
		return nil, err
	}
	out := &decideManyOutput{}
	out.Body.Items = make([]manyDecidedJSON, len(done))
	for i, d := range done {
		out.Body.Items[i] = manyDecidedJSON{d.Claim, d.Version, d.Refused, d.State, d.Approvals}
	}
	out.Body.Refused = len(slices.DeleteFunc(slices.Clone(done), func(d annotate.ManyDecided) bool { return d.Refused == "" }))
	out.Body.Decided = len(done) - out.Body.Refused
	return out, nil
}
