package server

import (
	"net/http"

	"onrecord.dev/web/page"
)

func (s *Server) listProjects(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, http.StatusOK, page.Projects(s.frame(w, r, "Projects")))
}
