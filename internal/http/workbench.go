package server

import (
	"context"
	"errors"
	"net/http"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/page"
)

// showWorkbench is an article's page. It brings the annotations of the text
// that first shows; the script reads the others while that shows already.
func (s *Server) showWorkbench(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "article")
	if err != nil {
		return err
	}
	project := asker(r.Context()).Project
	hand, err := handAsked(r)
	if err != nil {
		return err
	}
	v := page.WorkbenchView{Today: s.today()}
	if v.Article, v.Revision, err = s.store.Article(r.Context(), project.ID, id); err != nil {
		return err
	}
	if err := s.whoseSet(r.Context(), id, hand, &v); err != nil {
		return err
	}
	if v.Codebook, err = s.store.Codebook(r.Context(), project.ID, project.Codebook); err != nil {
		return err
	}
	if v.Members, err = s.store.Members(r.Context(), project.ID); err != nil {
		return err
	}
	if v.Opening, err = s.store.Opening(r.Context(), asker(r.Context()), id, v.Hand, page.OpeningLength); err != nil {
		return err
	}
	f := s.frame(w, r, v.Article.Headline)
	f.Active = page.NavArticles
	f.First = "page/workbench.js"
	f.Full = true
	return s.render(w, r, http.StatusOK, page.Workbench(f, v))
}

// whoseSet fills in whose annotations v shows, whether its reader may change
// them, and how far they have come with the article.
func (s *Server) whoseSet(ctx context.Context, article annotate.ID, asked annotate.Hand, v *page.WorkbenchView) error {
	a := asker(ctx)
	own, err := s.store.HandFor(ctx, a, article, "")
	if err != nil {
		return err
	}
	v.Hand = own
	if asked != "" {
		if v.Hand, err = s.store.HandFor(ctx, a, article, asked); err != nil {
			return err
		}
	}
	v.Asked = v.Hand != own
	w, err := s.store.Assignment(ctx, a.Project.ID, article, a.User.ID)
	switch {
	case err == nil:
		v.Assigned = &w
	case !errors.Is(err, annotate.ErrNotFound):
		return err
	}
	apart := a.Project.Mode == annotate.ModeIndependent
	v.MayTag = !v.Asked && v.Hand.MayChange(a.Project.Mode, a.User.ID, a.Role) && (v.Hand.Analyst() == "" || v.Assigned != nil && v.Assigned.State.Open())
	v.NotTheirs = apart && v.Assigned == nil && a.Role == annotate.Analyst
	v.CanTake = v.Assigned == nil && a.Project.Pool > 0 && a.Role.May(annotate.Analyst)
	v.HasNext = v.Assigned != nil || v.CanTake
	if apart {
		if v.Sets, err = s.store.Sets(ctx, a, article); err != nil {
			return err
		}
	}
	return s.beginning(ctx, v)
}

// beginning has an assignment in progress once its analyst opens the article.
func (s *Server) beginning(ctx context.Context, v *page.WorkbenchView) error {
	if v.Assigned == nil || v.Asked || v.Assigned.State != annotate.NotStarted {
		return nil
	}
	w, err := s.store.ChangeAssignment(ctx, asker(ctx), store.AssignmentChange{
		Article: v.Assigned.Article, Analyst: v.Assigned.Analyst, State: annotate.InProgress, At: s.now(),
	})
	v.Assigned = &w
	return err
}
