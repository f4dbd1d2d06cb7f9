package server

import (
	"net/http"

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
	article, revision, err := s.store.Article(r.Context(), project.ID, id)
	if err != nil {
		return err
	}
	codebook, err := s.store.Codebook(r.Context(), project.ID, project.Codebook)
	if err != nil {
		return err
	}
	members, err := s.store.Members(r.Context(), project.ID)
	if err != nil {
		return err
	}
	opening, err := s.store.Opening(r.Context(), asker(r.Context()), id, hand, page.OpeningLength)
	if err != nil {
		return err
	}
	f := s.frame(w, r, article.Headline)
	f.Active = page.NavArticles
	f.First = "page/workbench.js"
	f.Full = true
	return s.render(w, r, http.StatusOK, page.Workbench(f, page.WorkbenchView{
		Article: article, Revision: revision, Codebook: codebook, Members: members, Opening: opening,
	}))
}
