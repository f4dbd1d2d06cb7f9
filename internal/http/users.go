package server

import (
	"errors"
	"net/http"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/page"
)

func (s *Server) listUsers(w http.ResponseWriter, r *http.Request) error {
	return s.usersPage(w, r, http.StatusOK, page.UsersView{})
}

// usersPage fills in what v does not say already.
func (s *Server) usersPage(w http.ResponseWriter, r *http.Request, status int, v page.UsersView) error {
	var err error
	if v.Users, err = s.store.Users(r.Context()); err != nil {
		return err
	}
	f := s.frame(w, r, s.language(r).T("Accounts"))
	f.Active = page.NavUsers
	return s.render(w, r, status, page.Users(f, v))
}

func (s *Server) addUser(w http.ResponseWriter, r *http.Request) error {
	wish, form, err := s.newUser(r)
	if err != nil {
		return err
	}
	u, err := s.store.AddUser(r.Context(), wish)
	if bad, ok := complaintsOf(err, "email", "There is an account with this address already."); ok {
		return s.usersPage(w, r, http.StatusUnprocessableEntity, page.UsersView{Form: form, Complaints: bad})
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.UsersURL, s.language(r).T("%s can sign in now.", u.Name))
}

// errNoSuchChange says that a button was pressed that the page does not have.
var errNoSuchChange = annotate.Invalid{"do": "Choose promote, demote, enable or disable."}

func (s *Server) changeUser(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "user")
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	u, err := s.store.User(r.Context(), string(id))
	if err != nil {
		return err
	}
	change := store.AccountChange{User: u.ID, Admin: u.Admin, Disabled: u.Disabled, At: s.now()}
	l, done := s.language(r), ""
	switch r.PostForm.Get("do") {
	case "promote":
		change.Admin, done = true, l.T("%s is now an admin.", u.Name)
	case "demote":
		change.Admin, done = false, l.T("%s is no longer an admin.", u.Name)
	case "enable":
		change.Disabled, done = false, l.T("%s can sign in again.", u.Name)
	case "disable":
		change.Disabled, done = true, l.T("%s can no longer sign in.", u.Name)
	default:
		return errNoSuchChange
	}
	err = s.store.ChangeAccount(r.Context(), change)
	if bad, ok := errors.AsType[annotate.Invalid](err); ok {
		return s.usersPage(w, r, http.StatusUnprocessableEntity, page.UsersView{Complaints: bad})
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.UsersURL, done)
}
