package server

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/page"
)

// render writes a page. It is made whole first, so that an error half-way
// through it can still become an answer of its own.
func (*Server) render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	var b bytes.Buffer
	if err := c.Render(r.Context(), &b); err != nil {
		return fmt.Errorf("render: %w", err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "private, no-cache")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // fails only when the client has gone
	return nil
}

// frame is what the page around a handler's own content needs. It takes the
// flash out of the browser: what it says is shown once.
func (s *Server) frame(w http.ResponseWriter, r *http.Request, title string) page.Frame {
	a := asker(r.Context())
	l := s.language(r)
	f := page.Frame{
		Language: l, Languages: s.spoken.All(), Words: s.wordsFor(l),
		Title: title, Asker: a.User, Project: a.Project, Role: a.Role,
		Flash: s.takeFlash(w, r), Path: r.URL.RequestURI(), Asset: s.assets.URL,
	}
	if a.Project.ID != "" {
		// A page is better without its colours than not at all.
		if codebook, err := s.store.Codebook(r.Context(), a.Project.ID, a.Project.Codebook); err == nil {
			f.Colors = page.CodebookColorsURL(codebook)
		}
	}
	if a.User.ID != "" {
		// A page is better without the number on its bell than not at all.
		if n, err := s.store.Unread(r.Context(), a.User.ID); err == nil {
			f.Unread = n
		}
	}
	if c, err := r.Cookie(themeCookie); err == nil && slices.Contains(themes, c.Value) {
		f.Theme = c.Value
	}
	if c, err := r.Cookie(readingCookie); err == nil {
		f.Reading = readingOf(c.Value)
	}
	if r.Method != http.MethodGet {
		f.Path = page.HomeURL
	}
	return f
}

const (
	flashCookie = "flash"
	themeCookie = "theme"
	// readingCookie holds the size of the text and the width of the lines.
	readingCookie = "reading"
)

// themes are those a reader chooses from, beside that of their system.
var themes = []string{"light", "dark", "contrast"}

// choiceLife is how long a browser keeps what its reader chose, in seconds.
const choiceLife = 400 * 24 * 60 * 60

// redirect leads on to path, where the next page says what was done.
func (s *Server) redirect(w http.ResponseWriter, r *http.Request, path, done string) error {
	if done != "" {
		http.SetCookie(w, s.cookie(flashCookie, base64.RawURLEncoding.EncodeToString([]byte(done)), 60))
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

func (s *Server) takeFlash(w http.ResponseWriter, r *http.Request) string {
	c, err := r.Cookie(flashCookie)
	if err != nil {
		return ""
	}
	http.SetCookie(w, s.cookie(flashCookie, "", -1))
	text, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil || !utf8.Valid(text) {
		return ""
	}
	return string(text)
}

// readForm reads a form sent by POST into r.PostForm. Text that is not UTF-8
// is refused: it cannot be stored as it came.
func readForm(r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fmt.Errorf("%w: %w", errBadRequest, err)
	}
	return checkForm(r.PostForm)
}

func checkForm(form url.Values) error {
	for name, values := range form {
		for _, v := range values {
			if !utf8.ValidString(v) {
				return annotate.Invalid{strings.ToValidUTF8(name, "?"): "This is not UTF-8. Send the text as UTF-8."}
			}
		}
	}
	return nil
}

// switchTheme keeps the reader's choice of a light, a dark or a high-contrast
// page in the browser.
func (s *Server) switchTheme(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	theme := r.PostForm.Get("theme")
	if !slices.Contains(themes, theme) {
		http.SetCookie(w, s.cookie(themeCookie, "", -1))
	} else {
		http.SetCookie(w, s.cookie(themeCookie, theme, choiceLife))
	}
	http.Redirect(w, r, localPath(r.PostForm.Get("next")), http.StatusSeeOther)
	return nil
}

// setReading keeps in the browser how its reader has text that is worth
// reading. The form sends what was chosen, and how the rest is now.
func (s *Server) setReading(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	chosen := func(name string) string {
		if values, sent := r.PostForm[name]; sent {
			return values[0]
		}
		return r.PostForm.Get(name + "-now")
	}
	reading := readingOf(chosen("text-size") + "." + chosen("line-width"))
	http.SetCookie(w, s.cookie(readingCookie, reading.TextSize+"."+reading.LineWidth, choiceLife))
	http.Redirect(w, r, localPath(r.PostForm.Get("next")), http.StatusSeeOther)
	return nil
}

// readingOf reads what setReading keeps, and passes over what it does not know.
func readingOf(kept string) page.Reading {
	size, width, _ := strings.Cut(kept, ".")
	var reading page.Reading
	if slices.Contains(page.TextSizes, size) {
		reading.TextSize = size
	}
	if slices.Contains(page.LineWidths, width) {
		reading.LineWidth = width
	}
	return reading
}
