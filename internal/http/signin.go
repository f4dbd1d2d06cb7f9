package server

import (
	"errors"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/httprate"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/page"
)

// slowDown bounds how often a client address may try to be let in. What one
// account takes is counted by the store, over all servers.
func (s *Server) slowDown() func(http.Handler) http.Handler {
	return httprate.LimitBy(30, time.Minute,
		func(r *http.Request) (string, error) {
			return httprate.CanonicalizeIP(middleware.GetClientIP(r.Context())), nil
		},
		httprate.WithLimitHandler(s.handle(func(http.ResponseWriter, *http.Request) error { return errTooManyRequests })))
}

func (s *Server) showSignIn(w http.ResponseWriter, r *http.Request) error {
	next := localPath(r.URL.Query().Get("next"))
	if asker(r.Context()).User.ID != "" {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return nil
	}
	_, err := r.Cookie(s.sessionCookie())
	form := page.SignInForm{Next: next, Ended: err == nil}
	return s.render(w, r, http.StatusOK, page.SignIn(s.frame(w, r, s.language(r).T("Sign in")), form))
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	form := page.SignInForm{Email: r.PostForm.Get("email"), Next: localPath(r.PostForm.Get("next"))}
	secret, err := s.store.SignIn(r.Context(), store.SignIn{
		Email:     form.Email,
		Password:  r.PostForm.Get("password"),
		UserAgent: r.UserAgent(),
		At:        s.now(),
	})
	switch {
	case errors.Is(err, store.ErrWrongPassword):
		form.Complaint = "The e-mail address or the password is not right."
		return s.render(w, r, http.StatusUnprocessableEntity, page.SignIn(s.frame(w, r, s.language(r).T("Sign in")), form))
	case errors.Is(err, store.ErrTooManyTries):
		form.Complaint = "Too many wrong passwords for this account. Wait a quarter of an hour, then try again."
		return s.render(w, r, http.StatusTooManyRequests, page.SignIn(s.frame(w, r, s.language(r).T("Sign in")), form))
	case err != nil:
		return err
	}
	s.setSession(w, secret)
	http.Redirect(w, r, form.Next, http.StatusSeeOther)
	return nil
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	a := asker(r.Context())
	if a.Session != "" {
		err := s.store.EndSession(r.Context(), a.User.ID, a.Session)
		if err != nil && !errors.Is(err, annotate.ErrNotFound) {
			return err
		}
	}
	return s.signedOut(w, r, s.language(r).T("You are signed out."))
}

// signedOut leads back to the sign-in page and has the browser forget the
// pages it keeps for its back button.
func (s *Server) signedOut(w http.ResponseWriter, r *http.Request, done string) error {
	s.clearSession(w)
	w.Header().Set("Clear-Site-Data", `"cache"`)
	return s.redirect(w, r, page.SignInURL, done)
}

// newUser reads the form of a new account.
func (s *Server) newUser(r *http.Request) (store.NewUser, page.NewAccountForm, error) {
	if err := readForm(r); err != nil {
		return store.NewUser{}, page.NewAccountForm{}, err
	}
	form := page.NewAccountForm{Email: r.PostForm.Get("email"), Name: r.PostForm.Get("name")}
	return store.NewUser{Email: form.Email, Name: form.Name, Password: r.PostForm.Get("password"), At: s.now()}, form, nil
}

// complaintsOf is what a person can mend of err: complaints by field, or
// false for anything else. Something that exists already is taken to be what
// the field called unique names.
func complaintsOf(err error, unique, taken string) (annotate.Invalid, bool) {
	if bad, ok := errors.AsType[annotate.Invalid](err); ok {
		return bad, true
	}
	if unique != "" && errors.Is(err, annotate.ErrExists) {
		return annotate.Invalid{unique: taken}, true
	}
	return nil, false
}

const emailTaken = "There is an account with this address already. Sign in with it instead."

func secretParam(r *http.Request) store.Secret { return store.Secret(chi.URLParam(r, "token")) }

func (s *Server) showSetup(w http.ResponseWriter, r *http.Request) error {
	link := secretParam(r)
	if err := s.store.CheckSetupLink(r.Context(), link); err != nil {
		return err
	}
	return s.setupPage(w, r, http.StatusOK, page.NewAccountForm{}, nil)
}

func (s *Server) setupPage(w http.ResponseWriter, r *http.Request, status int, form page.NewAccountForm, bad annotate.Invalid) error {
	return s.render(w, r, status, page.SetUp(s.frame(w, r, s.language(r).T("Set up")), string(secretParam(r)), form, bad))
}

func (s *Server) setUp(w http.ResponseWriter, r *http.Request) error {
	user, form, err := s.newUser(r)
	if err != nil {
		return err
	}
	secret, err := s.store.SetUp(r.Context(), secretParam(r), user, r.UserAgent())
	if bad, ok := complaintsOf(err, "email", emailTaken); ok {
		return s.setupPage(w, r, http.StatusUnprocessableEntity, form, bad)
	}
	if err != nil {
		return err
	}
	s.setSession(w, secret)
	return s.redirect(w, r, page.HomeURL, s.language(r).T("Onrecord is set up. Begin with a project."))
}

func (s *Server) showInvitation(w http.ResponseWriter, r *http.Request) error {
	return s.invitationPage(w, r, http.StatusOK, page.NewAccountForm{}, nil)
}

func (s *Server) invitationPage(w http.ResponseWriter, r *http.Request, status int, form page.NewAccountForm, bad annotate.Invalid) error {
	offer, err := s.store.Offer(r.Context(), secretParam(r), s.now())
	if err != nil {
		return err
	}
	return s.render(w, r, status, page.Invitation(s.frame(w, r, s.language(r).T("Join %s", offer.Project)), string(secretParam(r)), offer, form, bad))
}

// acceptInvitation takes up an invitation, with the account of whoever is
// signed in, or with a new one.
func (s *Server) acceptInvitation(w http.ResponseWriter, r *http.Request) error {
	if user := asker(r.Context()).User.ID; user != "" {
		slug, err := s.store.Accept(r.Context(), secretParam(r), user, s.now())
		if err != nil {
			return err
		}
		return s.redirect(w, r, page.ProjectURL(slug), s.language(r).T("Welcome to the project."))
	}
	user, form, err := s.newUser(r)
	if err != nil {
		return err
	}
	secret, slug, err := s.store.Join(r.Context(), secretParam(r), user, r.UserAgent())
	if bad, ok := complaintsOf(err, "email", emailTaken); ok {
		return s.invitationPage(w, r, http.StatusUnprocessableEntity, form, bad)
	}
	if err != nil {
		return err
	}
	s.setSession(w, secret)
	return s.redirect(w, r, page.ProjectURL(slug), s.language(r).T("Welcome to the project."))
}
