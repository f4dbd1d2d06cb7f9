package server

import (
	"net/http"

	"onrecord.dev/web/language"
)

const languageCookie = "language"

// language is what r is answered in: what the asker chose, else what was
// chosen in this browser, else what the browser asks for.
func (s *Server) language(r *http.Request) *language.Language {
	if l, ok := s.spoken.Called(asker(r.Context()).User.Language); ok {
		return l
	}
	if c, err := r.Cookie(languageCookie); err == nil {
		if l, ok := s.spoken.Called(c.Value); ok {
			return l
		}
	}
	return s.spoken.Accepted(r.Header.Get("Accept-Language"))
}

// wordsFor is the name of the script with what the others say in l.
func (s *Server) wordsFor(l *language.Language) string {
	if name := "language/" + l.Tag() + ".js"; s.assets.Has(name) {
		return name
	}
	return ""
}

// chooseLanguage keeps the reader's choice of a language in the browser, and
// in their account where they are signed in. No language is whatever the
// browser asks for.
func (s *Server) chooseLanguage(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	tag := r.PostForm.Get("language")
	if _, ok := s.spoken.Called(tag); !ok {
		tag = ""
	}
	if user := asker(r.Context()).User.ID; user != "" {
		if err := s.store.ChooseLanguage(r.Context(), user, tag); err != nil {
			return err
		}
	}
	if tag == "" {
		http.SetCookie(w, s.cookie(languageCookie, "", -1))
	} else {
		http.SetCookie(w, s.cookie(languageCookie, tag, choiceLife))
	}
	http.Redirect(w, r, localPath(r.PostForm.Get("next")), http.StatusSeeOther)
	return nil
}
