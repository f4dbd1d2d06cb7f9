// Package server is the web server: pages, the JSON API and live events. The
// folder is called http for its subject; the package is not, so that net/http
// keeps its name in every file.
//
// Handlers decode, call the store once, and render or redirect. Every route
// is in routes.go, inside the group of those who may use it.
package server

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"
	lru "github.com/hashicorp/golang-lru/v2"

	"onrecord.dev/internal/mail"
	"onrecord.dev/internal/store"
	"onrecord.dev/web"
	"onrecord.dev/web/language"
)

// Config is what a server needs from outside.
type Config struct {
	Store *store.Store
	// Assets are the built style sheets and scripts; see [web.Dist].
	Assets fs.FS
	Log    *slog.Logger
	Now    func() time.Time
	// BaseURL is the address people use, such as https://onrecord.example.org.
	// With https, cookies travel over https only. Empty means that the server
	// is reached at whatever address the request names, over plain http.
	BaseURL string
	// TrustedProxies are addresses, or ranges such as 10.0.0.0/8, of proxies
	// in front: only they are believed when they say for whom they ask.
	TrustedProxies []string
	// Mail sends mail; nil where none is to be sent. It needs a BaseURL, for
	// the links.
	Mail *mail.Sender
	// Languages are those the pages are offered in; nil are all there are.
	Languages *language.Languages
}

// Server answers requests. Make one with [New].
type Server struct {
	store   *store.Store
	assets  *web.Assets
	log     *slog.Logger
	now     func() time.Time
	base    *url.URL
	spoken  *language.Languages
	mail    *mail.Sender
	openapi *huma.OpenAPI
	router  chi.Router

	encoded  *lru.Cache[encodedKey, *encodedArticle]
	studies  *studies
	hub      *hub
	draining chan struct{} // closed when live events are to end
	drain    sync.Once
}

// New makes a server. It refuses assets that are not built, with
// [web.ErrNotBuilt], and a base URL that is no plain http or https address.
func New(c Config) (*Server, error) {
	assets, err := web.NewAssets(c.Assets, "/assets/")
	if err != nil {
		return nil, err
	}
	base, err := parseBaseURL(c.BaseURL)
	if err != nil {
		return nil, err
	}
	if c.Mail != nil && base.Host == "" {
		return nil, errors.New("mail needs the base URL, for its links: set ONRECORD_BASE_URL")
	}
	s := &Server{
		store:   c.Store,
		assets:  assets,
		log:     c.Log,
		now:     c.Now,
		base:    base,
		spoken:  cmp.Or(c.Languages, language.Offered()),
		mail:    c.Mail,
		openapi: newOpenAPI(),
		router:  chi.NewRouter(),

		encoded:  newEncoded(),
		studies:  newStudies(),
		hub:      newHub(),
		draining: make(chan struct{}),
	}
	clientIP, err := clientIP(c.TrustedProxies)
	if err != nil {
		return nil, err
	}
	if err := s.protect(s.router, clientIP); err != nil {
		return nil, err
	}
	s.routes(s.router)
	return s, nil
}

// Drain ends the live events, which would otherwise keep a server from
// shutting down. Browsers come back to whichever process answers then.
func (s *Server) Drain() { s.drain.Do(func() { close(s.draining) }) }

// Handler is the server's root handler.
func (s *Server) Handler() http.Handler { return s.router }

// parseBaseURL also accepts the empty string, for a server that goes by the
// address each request names.
func parseBaseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("read the base URL: %w", err)
	}
	plain := u.User == nil && (u.Path == "" || u.Path == "/") && u.RawQuery == "" && u.Fragment == ""
	if raw != "" && (u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || !plain) {
		return nil, fmt.Errorf("the base URL %q is not of the form https://onrecord.example.org", raw)
	}
	u.Path = ""
	return u, nil
}

// secure reports whether people reach the server over https.
func (s *Server) secure() bool { return s.base.Scheme == "https" }

// absolute is path with the scheme and host by which people reach the server.
func (s *Server) absolute(r *http.Request, path string) string {
	if s.base.Host != "" {
		return s.base.String() + path
	}
	return "http://" + r.Host + path
}
