package server

import (
	"net/http"
)

// showHealth says that the program runs.
func (*Server) showHealth(w http.ResponseWriter, _ *http.Request) error {
	return writeLine(w, "alive")
}

// showReadiness says that the database answers too.
func (s *Server) showReadiness(w http.ResponseWriter, r *http.Request) error {
	if err := s.store.Ping(r.Context()); err != nil {
		return err
	}
	return writeLine(w, "ready")
}

func writeLine(w http.ResponseWriter, line string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(line + "\n")) // fails only when the client has gone
	return nil
}

func (s *Server) showFavicon(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, s.assets.URL("icon.svg"), http.StatusSeeOther)
	return nil
}
