package server

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/page"
)

type decideInput struct {
	ClaimPath
	Body struct {
		Decision annotate.Decision `json:"decision" enum:"approve,dispute,reject,request_changes"`
		Reason   string            `json:"reason,omitempty" doc:"Needed for all but approve. At most 10,000 characters."`
		Version  int               `json:"version" doc:"The version of the claim that is decided on. It must be the current one."`
	}
}

type decideOutput struct {
	Body struct {
		Review    reviewRecord         `json:"review"`
		State     annotate.ReviewState `json:"review_state" doc:"Where the claim stands now. With a quorum of more than one, an approval need not change that."`
		Approvals int                  `json:"approvals" doc:"How many approvals of this version count."`
		Quorum    int                  `json:"quorum" doc:"How many it takes."`
	}
}

// conflicting documents that a call may be refused because something changed.
func conflicting() option {
	return func(op *huma.Operation) { op.Errors = append(op.Errors, http.StatusConflict) }
}

// apiDecide records a decision on a claim.
func (s *Server) apiDecide(ctx context.Context, in *decideInput) (*decideOutput, error) {
	id, err := annotate.ParseID(in.Claim)
	if err != nil {
		return nil, err
	}
	done, err := s.decide(ctx, id, in.Body.Decision, in.Body.Reason, in.Body.Version)
	if err != nil {
		return nil, err
	}
	out := &decideOutput{}
	out.Body.Review, out.Body.State = recordOfReview(done.Recorded), done.Review
	out.Body.Approvals, out.Body.Quorum = done.Approvals, done.Quorum
	return out, nil
}

// decide has whoever asks decide on a claim.
func (s *Server) decide(ctx context.Context, claim annotate.ID, decision annotate.Decision, reason string, version int) (store.Decided, error) {
	who := asker(ctx)
	return s.store.Decide(ctx, who.Project.ID, annotate.Review{
		Claim: claim, Version: version, Decision: decision, Reason: reason, Reviewer: who.User.ID, CreatedAt: s.now(),
	})
}

// commentList is a stretch of the remarks on a claim.
type commentList struct {
	Items []commentRecord `json:"items" nullable:"false" doc:"The oldest first."`
	Next  string          `json:"next,omitempty" doc:"Send it back as cursor to read on; absent at the end."`
}

type commentsInput struct {
	ClaimPath
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string `query:"cursor" doc:"The next of an earlier answer."`
}

type commentsOutput struct{ Body commentList }

// apiListComments lists the remarks on a claim.
func (s *Server) apiListComments(ctx context.Context, in *commentsInput) (*commentsOutput, error) {
	id, err := annotate.ParseID(in.Claim)
	if err != nil {
		return nil, err
	}
	list, err := s.comments(ctx, id, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return &commentsOutput{list}, nil
}

func (s *Server) comments(ctx context.Context, claim annotate.ID, cursor string, limit int) (commentList, error) {
	page, err := s.store.Comments(ctx, asker(ctx), claim, cursor, limit)
	if err != nil {
		return commentList{}, err
	}
	list := commentList{Items: make([]commentRecord, len(page.Items)), Next: page.Next}
	for i, c := range page.Items {
		list.Items[i] = recordOfComment(c.Comment)
	}
	return list, nil
}

type addCommentInput struct {
	ClaimPath
	Body struct {
		Body    string `json:"body" doc:"At most 10,000 characters. @ and the name of a member notifies them."`
		ReplyTo string `json:"reply_to,omitempty" format:"uuid" doc:"A comment on the same claim that this answers; it belongs to its thread, and opens that again."`
	}
}

type addCommentOutput struct{ Body commentRecord }

// apiAddComment adds a remark to a claim.
func (s *Server) apiAddComment(ctx context.Context, in *addCommentInput) (*addCommentOutput, error) {
	id, err := annotate.ParseID(in.Claim)
	if err != nil {
		return nil, err
	}
	c, err := s.comment(ctx, id, lower(in.Body.ReplyTo), in.Body.Body)
	if err != nil {
		return nil, err
	}
	return &addCommentOutput{recordOfComment(c)}, nil
}

// comment has whoever asks remark on a claim.
func (s *Server) comment(ctx context.Context, claim, replyTo annotate.ID, body string) (annotate.Comment, error) {
	who := asker(ctx)
	return s.store.AddComment(ctx, who, annotate.Comment{Claim: claim, ReplyTo: replyTo, Author: who.User.ID, Body: body, CreatedAt: s.now()})
}

// decideOnClaim takes the decision form and leads on to the next claim of the
// queue.
func (s *Server) decideOnClaim(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "claim")
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	version, err := strconv.Atoi(r.PostForm.Get("version"))
	if err != nil {
		return annotate.Invalid{"version": "Give the version of the claim that you looked at."}
	}
	form := page.ClaimView{Decision: annotate.Decision(r.PostForm.Get("decision")), Reason: r.PostForm.Get("reason")}
	_, err = s.decide(r.Context(), id, form.Decision, form.Reason, version)
	if _, changed := errors.AsType[annotate.ClaimChanged](err); changed {
		form.Stale = true
		return s.claimPage(w, r, http.StatusConflict, form)
	}
	if errors.Is(err, annotate.ErrOwnClaim) {
		form.Complaints = annotate.Invalid{"decision": "You tagged or last changed this claim or what it leads to, so you may not approve it. Ask another reviewer."}
		return s.claimPage(w, r, http.StatusForbidden, form)
	}
	if bad, ok := complaintsOf(err, "", ""); ok {
		form.Complaints = under("reason", bad)
		return s.claimPage(w, r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	return s.toNextClaim(w, r, id, form.Decision)
}

// under moves a complaint about text that cannot be stored to the field it
// was typed in.
func under(field string, bad annotate.Invalid) annotate.Invalid {
	if complaint, ok := bad["text"]; ok {
		return annotate.Invalid{field: complaint}
	}
	return bad
}

// toNextClaim leads from a claim that was decided on to the next one in the
// queue, from the last to the first, and back to the queue when it is empty.
func (s *Server) toNextClaim(w http.ResponseWriter, r *http.Request, claim annotate.ID, decision annotate.Decision) error {
	p := asker(r.Context()).Project
	c, err := s.store.Claim(r.Context(), asker(r.Context()), claim)
	if err != nil {
		return err
	}
	done := page.Done(s.language(r), decision, c.QueuedClaim, p.Quorum)
	query := claimQuery(r.URL.Query())
	filter := s.filterBy(r.Context(), query)
	if filter.State == annotate.Unreviewed {
		filter.UndecidedBy = asker(r.Context()).User.ID // with a quorum it may still be unreviewed
	}
	_, next, err := s.store.Neighbours(r.Context(), asker(r.Context()), filter, claim)
	if err != nil {
		return err
	}
	if next == "" {
		filter.Limit = 1
		first, err := s.store.Claims(r.Context(), asker(r.Context()), filter)
		if err != nil {
			return err
		}
		if len(first.Items) > 0 && first.Items[0].Claim.ID != claim {
			next = first.Items[0].Claim.ID
		}
	}
	if next == "" {
		return s.redirect(w, r, page.ClaimsQueryURL(p.Slug, query), done)
	}
	return s.redirect(w, r, page.ClaimQueryURL(p.Slug, next, query), done)
}

// CommentPath names a comment in the path.
type CommentPath struct {
	ClaimPath
	Comment string `path:"comment" format:"uuid" doc:"The comment's id."`
}

type resolveThreadCall struct {
	CommentPath
	Body struct {
		Resolved bool `json:"resolved" doc:"False opens the thread again."`
	}
}

// apiResolveThread resolves the thread a comment begins, or opens it again.
func (s *Server) apiResolveThread(ctx context.Context, in *resolveThreadCall) (*addCommentOutput, error) {
	who := asker(ctx)
	c, err := s.store.ResolveThread(ctx, who, store.ThreadResolution{
		Claim: lower(in.Claim), Thread: lower(in.Comment), Resolved: in.Body.Resolved, By: who.User.ID, At: s.now(),
	})
	if err != nil {
		return nil, err
	}
	return &addCommentOutput{recordOfComment(c)}, nil
}

// resolveThread takes the form by which a thread is resolved or opened again.
func (s *Server) resolveThread(w http.ResponseWriter, r *http.Request) error {
	claim, err := pathID(r, "claim")
	if err != nil {
		return err
	}
	thread, err := pathID(r, "comment")
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	who := asker(r.Context())
	resolved := r.PostForm.Get("resolved") == "yes"
	_, err = s.store.ResolveThread(r.Context(), who, store.ThreadResolution{Claim: claim, Thread: thread, Resolved: resolved, By: who.User.ID, At: s.now()})
	if err != nil {
		return err
	}
	done := s.language(r).T("Opened again.")
	if resolved {
		done = s.language(r).T("Resolved.")
	}
	return s.redirect(w, r, page.ClaimQueryURL(who.Project.Slug, claim, claimQuery(r.URL.Query()))+"#comment-"+string(thread), done)
}

// commentOnClaim takes the comment form.
func (s *Server) commentOnClaim(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "claim")
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	form := page.ClaimView{Comment: r.PostForm.Get("body"), ReplyTo: lower(r.PostForm.Get("reply_to"))}
	c, err := s.comment(r.Context(), id, form.ReplyTo, form.Comment)
	if bad, ok := complaintsOf(err, "", ""); ok {
		form.Complaints = under("body", bad)
		return s.claimPage(w, r, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	address := page.ClaimQueryURL(asker(r.Context()).Project.Slug, id, claimQuery(r.URL.Query()))
	return s.redirect(w, r, address+"#comment-"+string(c.ID), s.language(r).T("Comment added."))
}
