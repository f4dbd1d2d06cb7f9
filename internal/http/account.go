package server

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/page"
)

func (s *Server) showAccount(w http.ResponseWriter, r *http.Request) error {
	return s.accountPage(w, r, http.StatusOK, page.AccountView{})
}

// accountPage fills in what v does not say already.
func (s *Server) accountPage(w http.ResponseWriter, r *http.Request, status int, v page.AccountView) error {
	a := asker(r.Context())
	v.Now, v.Current = s.now(), a.Session
	if v.Complaints["name"] == "" {
		v.Name = a.User.Name
	}
	v.MailOffered = s.mail != nil
	var err error
	if v.Mail, err = s.store.MailChoice(r.Context(), a.User.ID); err != nil {
		return err
	}
	if v.Sessions, err = s.store.Sessions(r.Context(), a.User.ID, v.Now); err != nil {
		return err
	}
	if v.Tokens, err = s.store.APITokens(r.Context(), a.User.ID); err != nil {
		return err
	}
	f := s.frame(w, r, s.language(r).T("Account"))
	f.Active = page.NavAccount
	return s.render(w, r, status, page.Account(f, v))
}

func (s *Server) renameAccount(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	name := r.PostForm.Get("name")
	err := s.store.RenameUser(r.Context(), asker(r.Context()).User.ID, name)
	if bad, ok := complaintsOf(err, "", ""); ok {
		return s.accountPage(w, r, http.StatusUnprocessableEntity, page.AccountView{Name: name, Complaints: bad})
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.AccountURL, s.language(r).T("Name saved."))
}

func (s *Server) changePassword(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	a := asker(r.Context())
	err := s.store.ChangePassword(r.Context(), store.PasswordChange{
		User:    a.User.ID,
		Session: a.Session,
		Current: r.PostForm.Get("current"),
		New:     r.PostForm.Get("password"),
		At:      s.now(),
	})
	if bad, ok := complaintsOf(err, "", ""); ok {
		return s.accountPage(w, r, http.StatusUnprocessableEntity, page.AccountView{Complaints: bad})
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.AccountURL, s.language(r).T("Password changed. You are signed out in all other browsers."))
}

func (s *Server) endSession(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "session")
	if err != nil {
		return err
	}
	if err := s.store.EndSession(r.Context(), asker(r.Context()).User.ID, id); err != nil {
		return err
	}
	return s.redirect(w, r, page.AccountURL, s.language(r).T("Signed out there."))
}

func (s *Server) endSessions(w http.ResponseWriter, r *http.Request) error {
	if err := s.store.EndSessions(r.Context(), asker(r.Context()).User.ID); err != nil {
		return err
	}
	return s.signedOut(w, r, s.language(r).T("You are signed out everywhere."))
}

func (s *Server) addToken(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	name := r.PostForm.Get("token-name")
	wish := store.NewAPIToken{User: asker(r.Context()).User.ID, Name: name, At: s.now()}
	if expires := r.PostForm.Get("token-expires"); expires != "never" {
		days, err := strconv.Atoi(expires)
		if err != nil || days < 1 || days > 3650 {
			bad := annotate.Invalid{"token-expires": "Choose when the token ends."}
			return s.accountPage(w, r, http.StatusUnprocessableEntity, page.AccountView{TokenName: name, Complaints: bad})
		}
		end := s.now().Add(time.Duration(days) * 24 * time.Hour)
		wish.ExpiresAt = &end
	}
	_, secret, err := s.store.AddAPIToken(r.Context(), wish)
	if bad, ok := complaintsOf(err, "", ""); ok {
		bad = annotate.Invalid{"token-name": bad["name"]}
		return s.accountPage(w, r, http.StatusUnprocessableEntity, page.AccountView{TokenName: name, Complaints: bad})
	}
	if err != nil {
		return err
	}
	// No redirect: this answer is the only one that can show the secret.
	return s.accountPage(w, r, http.StatusOK, page.AccountView{NewToken: string(secret)})
}

func (s *Server) revokeToken(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "token")
	if err != nil {
		return err
	}
	if err := s.store.RevokeAPIToken(r.Context(), asker(r.Context()).User.ID, id); err != nil {
		return err
	}
	return s.redirect(w, r, page.AccountURL, s.language(r).T("Token revoked."))
}

type meAnswer struct {
	Body struct {
		ID    annotate.ID `json:"id"`
		Email string      `json:"email"`
		Name  string      `json:"name"`
		Admin bool        `json:"admin" doc:"Admins are managers of every project."`
	}
}

func (*Server) apiShowMe(ctx context.Context, _ *struct{}) (*meAnswer, error) {
	u := asker(ctx).User
	answer := &meAnswer{}
	answer.Body.ID, answer.Body.Email, answer.Body.Name, answer.Body.Admin = u.ID, u.Email, u.Name, u.Admin
	return answer, nil
}
