package server

import (
	"github.com/go-chi/chi/v5"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/page"
)

// routes is all that this server answers to. The groups are the permission
// outline: whoever reaches a route is at least what its group asks for.
// Methods and paths are the same words for pages and API.
func (s *Server) routes(r chi.Router) {
	s.routesForAnybody(r)
	s.routesForTheSignedIn(r)
	s.routesForViewers(r)
	s.routesForAnalysts(r)
	s.routesForReviewers(r)
	s.routesForManagers(r)
	s.routesForAdmins(r)
	r.NotFound(s.anybody(s.handle(s.notFound)).ServeHTTP)
	r.MethodNotAllowed(s.anybody(s.handle(s.methodNotAllowed)).ServeHTTP)
}

func (s *Server) routesForAnybody(r chi.Router) {
	r.Get("/healthz", s.handle(s.showHealth))
	r.Get("/readyz", s.handle(s.showReadiness))
	r.Get("/assets/*", s.assets.ServeHTTP)
	r.Get("/favicon.ico", s.handle(s.showFavicon))
	r.Get("/api/v1/openapi.json", s.handle(s.showOpenAPI))
	r.Post(page.ThemeURL, s.handle(s.switchTheme))
}

func (s *Server) routesForTheSignedIn(r chi.Router) {
	r = r.With(s.signedIn)
	r.Get("/", s.handle(s.listProjects))
	api := s.api(r)
	get(api, "/me", "Show me", s.apiMe)
}

func (s *Server) routesForViewers(r chi.Router) {
	r = r.With(s.member(annotate.Viewer))
	r.Get("/api/v1/projects/{project}/articles/{article}/events", s.handle(s.streamEvents))
	api := s.api(r)
	get(api, "/projects/{project}/articles/{article}", "Show article", s.apiArticle, answeringWith[articleBody]())
	get(api, "/projects/{project}/articles/{article}/changes", "List changes", s.apiChanges)
}

func (s *Server) routesForAnalysts(r chi.Router) {
	r = r.With(s.member(annotate.Analyst))
	api := s.api(r)
	post(api, "/projects/{project}/articles/{article}/changes", "Apply change set", s.apiAppend, bodyUpTo(largeBodyLimit))
}

func (s *Server) routesForReviewers(r chi.Router) {
	r = r.With(s.member(annotate.Reviewer))
	_ = s.api(r)
}

func (s *Server) routesForManagers(r chi.Router) {
	r = r.With(s.member(annotate.Manager))
	_ = s.api(r)
}

func (s *Server) routesForAdmins(r chi.Router) {
	r = r.With(s.admin)
	_ = r
}
