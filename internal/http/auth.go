package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// errNobody says that the request shows nothing to be let in by.
var errNobody = fmt.Errorf("%w: no session and no token", annotate.ErrUnauthenticated)

// errSomebodyElse says that the page which asks was opened by somebody who is
// no longer the one signed in.
var errSomebodyElse = fmt.Errorf("%w: asked for another user", annotate.ErrUnauthenticated)

// userHeader names the user for whom a page asks. Another may have signed in
// in the same browser since it was opened: nothing of the first one's is to be
// done in the name of the second.
const userHeader = "Onrecord-User"

// asker is who asks. In the public group it may be nobody, the zero Asker.
func asker(ctx context.Context) store.Asker {
	a, _ := ctx.Value(askerKey).(store.Asker)
	return a
}

// anybody lets everyone through, and tells the handler who it is if they are
// signed in.
func (s *Server) anybody(next http.Handler) http.Handler {
	return s.handle(func(w http.ResponseWriter, r *http.Request) error {
		a, err := s.ask(r, "")
		if err != nil && !errors.Is(err, annotate.ErrUnauthenticated) {
			return err
		}
		next.ServeHTTP(w, as(r, a))
		return nil
	})
}

// signedIn lets through whoever is signed in.
func (s *Server) signedIn(next http.Handler) http.Handler {
	return s.handle(func(w http.ResponseWriter, r *http.Request) error {
		a, err := s.ask(r, "")
		if err != nil {
			return err
		}
		next.ServeHTTP(w, as(r, a))
		return nil
	})
}

// member lets through whoever has the role need, or one that includes it, in
// the project that the path names. Whoever is no member is told that there is
// no such project.
func (s *Server) member(need annotate.Role) func(http.Handler) http.Handler {
	return s.memberAs(s.store.Asker, need)
}

// rememberedMember is member by what is remembered of who asks: for handlers
// whose write asks again.
func (s *Server) rememberedMember(need annotate.Role) func(http.Handler) http.Handler {
	return s.memberAs(s.store.RememberedAsker, need)
}

func (s *Server) memberAs(find findAsker, need annotate.Role) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return s.handle(func(w http.ResponseWriter, r *http.Request) error {
			a, err := s.askBy(find, r, chi.URLParam(r, "project"))
			switch {
			case err != nil:
				return err
			case a.Project.ID == "":
				return annotate.ErrNotFound
			case !a.Role.May(need):
				return refusedRole{need}
			}
			next.ServeHTTP(w, as(r, a))
			return nil
		})
	}
}

// admin lets through the admins of the instance.
func (s *Server) admin(next http.Handler) http.Handler {
	return s.handle(func(w http.ResponseWriter, r *http.Request) error {
		a, err := s.ask(r, "")
		switch {
		case err != nil:
			return err
		case !a.User.Admin:
			return refusedRole{}
		}
		next.ServeHTTP(w, as(r, a))
		return nil
	})
}

// refusedRole is the [annotate.ErrForbidden] of a role that does not reach: it
// would take need, or an admin where that is empty.
type refusedRole struct{ need annotate.Role }

func (e refusedRole) Error() string { return "this needs " + cmp.Or(string(e.need), "an admin") }
func (refusedRole) Unwrap() error   { return annotate.ErrForbidden }

// words say what it takes.
func (e refusedRole) words() string {
	switch e.need {
	case annotate.Viewer:
		return "You need to be a viewer of this project to do this. Ask a manager, or an admin."
	case annotate.Analyst:
		return "You need to be an analyst of this project to do this. Ask a manager, or an admin."
	case annotate.Reviewer:
		return "You need to be a reviewer of this project to do this. Ask a manager, or an admin."
	case annotate.Manager:
		return "You need to be a manager of this project to do this. Ask a manager, or an admin."
	}
	return "You need to be an admin of this Onrecord to do this. Ask an admin."
}

// ask finds who asks, and what they may do in the project called slug, in one
// query.
func (s *Server) ask(r *http.Request, slug string) (store.Asker, error) {
	return s.askBy(s.store.Asker, r, slug)
}

type findAsker func(ctx context.Context, c store.Credential, slug string, at time.Time) (store.Asker, error)

func (s *Server) askBy(find findAsker, r *http.Request, slug string) (store.Asker, error) {
	c, err := s.credential(r)
	if err != nil {
		return store.Asker{}, err
	}
	if bad := (annotate.Invalid{}); slug != "" {
		if bad.ValidateSlug(slug); bad.Err() != nil {
			slug = "" // names no project
		}
	}
	a, err := find(r.Context(), c, slug, s.now())
	if want := r.Header.Get(userHeader); err == nil && want != "" && want != string(a.User.ID) {
		return store.Asker{}, errSomebodyElse
	}
	return a, err
}

func as(r *http.Request, a store.Asker) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), askerKey, a))
}

// credential is what r shows: a token if it has an Authorization header, else
// the cookie of a session.
func (s *Server) credential(r *http.Request) (store.Credential, error) {
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, token, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return store.Credential{}, errNobody
		}
		return store.Credential{Secret: store.Secret(strings.TrimSpace(token)), APIToken: true}, nil
	}
	cookie, err := r.Cookie(s.sessionCookie())
	if err != nil || cookie.Value == "" {
		return store.Credential{}, errNobody
	}
	return store.Credential{Secret: store.Secret(cookie.Value)}, nil
}

// sessionCookie is the name of the session's cookie. The prefix __Host- makes
// browsers refuse it from other hosts and over plain http, where it cannot be
// used for that reason.
func (s *Server) sessionCookie() string {
	if s.secure() {
		return "__Host-onrecord"
	}
	return "onrecord"
}

// setSession lets the browser in. The server knows when the session ends; the
// cookie lives as long as browsers allow, so that a session in use goes on.
func (s *Server) setSession(w http.ResponseWriter, secret store.Secret) {
	http.SetCookie(w, s.cookie(s.sessionCookie(), string(secret), 400*24*60*60))
}

func (s *Server) clearSession(w http.ResponseWriter) {
	http.SetCookie(w, s.cookie(s.sessionCookie(), "", -1))
}

func (s *Server) cookie(name, value string, maxAge int) *http.Cookie {
	return &http.Cookie{ //nolint:gosec // Secure wherever people come over https; a browser would drop it over http
		Name: name, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: s.secure(), SameSite: http.SameSiteLaxMode,
	}
}

// localPath is next if it is a path on this server, else the home page:
// nobody is to be sent on to another site from ours.
func localPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil ||
		!strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsRune(next, '\\') {
		return "/"
	}
	return next
}
