package server

import (
	"fmt"
	"net/http"
)

// showHealth says that the program runs.
func (*Server) showHealth(w http.ResponseWriter, _ *http.Request) error {
	return writeLine(w, "alive")
}

// showReadiness says that the database answers too, and has the schema this
// program expects.
func (s *Server) showReadiness(w http.ResponseWriter, r *http.Request) error {
	schema, err := s.store.MigrationStatus(r.Context())
	if err != nil {
		return fmt.Errorf("%w: %w", errNotReady, err)
	}
	// A newer schema is fine: a newer program is taking over from this one.
	if schema.Version < schema.Latest || schema.Interrupted {
		return fmt.Errorf("%w: the schema is at version %d of %d", errNotReady, schema.Version, schema.Latest)
	}
	return writeLine(w, fmt.Sprintf("ready, schema %d", schema.Version))
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
