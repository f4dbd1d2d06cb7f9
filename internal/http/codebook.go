package server

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/language"
	"onrecord.dev/web/page"
)

func (s *Server) showCodebook(w http.ResponseWriter, r *http.Request) error {
	p := asker(r.Context()).Project
	c, err := s.store.Codebook(r.Context(), p.ID, p.Codebook)
	if err != nil {
		return err
	}
	return s.codebookPage(w, r, http.StatusOK, c, "")
}

func (s *Server) codebookPage(w http.ResponseWriter, r *http.Request, status int, c *annotate.Codebook, complaint string) error {
	f := s.frame(w, r, s.language(r).T("Codebook"))
	f.Active = page.NavCodebook
	return s.render(w, r, status, page.Codebook(f, c, complaint))
}

// showCodebookBeside is the codebook for the panel beside a text.
func (s *Server) showCodebookBeside(w http.ResponseWriter, r *http.Request) error {
	p := asker(r.Context()).Project
	c, err := s.store.Codebook(r.Context(), p.ID, p.Codebook)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, page.CodebookBeside(s.frame(w, r, ""), c))
}

// switchCodebook switches on what the form names and all else off.
func (s *Server) switchCodebook(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	a := asker(r.Context())
	inForce, err := s.store.Codebook(r.Context(), a.Project.ID, a.Project.Codebook)
	if err != nil {
		return err
	}
	base, err := strconv.Atoi(r.PostForm.Get("version"))
	if err != nil {
		return annotate.Invalid{"version": "Give the version this is based on."}
	}
	_, err = s.store.ChangeCodebook(r.Context(), store.CodebookChange{
		Project:  a.Project.ID,
		Base:     base,
		Codebook: switched(inForce, r.PostForm["kind"], r.PostForm["attribute"]),
		By:       a.User.ID,
		At:       s.now(),
	})
	if errors.Is(err, store.ErrStale) {
		return s.codebookPage(w, r, http.StatusConflict, inForce,
			"Somebody changed the codebook since you opened it. This is how it is now: make your change again.")
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.CodebookURL(a.Project.Slug), s.language(r).T("The codebook is saved."))
}

// switched is a copy of c in which exactly the kinds and attributes named are
// active.
func switched(c *annotate.Codebook, kinds, attributes []string) *annotate.Codebook {
	out := &annotate.Codebook{Guidelines: c.Guidelines, Kinds: slices.Clone(c.Kinds), Attributes: slices.Clone(c.Attributes)}
	for i := range out.Kinds {
		out.Kinds[i].Active = slices.Contains(kinds, out.Kinds[i].Name)
	}
	for i := range out.Attributes {
		out.Attributes[i].Active = slices.Contains(attributes, out.Attributes[i].Name)
	}
	return out
}

// codebookJSON is a version of a codebook in the API.
type codebookJSON struct {
	Version int `json:"version" doc:"Grows by 1 with each change. Send back the one you looked at."`
	annotate.Codebook
}

type codebookAnswer struct{ Body codebookJSON }

func (s *Server) apiShowCodebook(ctx context.Context, _ *ProjectPath) (*codebookAnswer, error) {
	p := asker(ctx).Project
	c, err := s.store.Codebook(ctx, p.ID, p.Codebook)
	if err != nil {
		return nil, err
	}
	return &codebookAnswer{Body: codebookJSON{Version: p.Codebook, Codebook: *c}}, nil
}

type changeCodebookCall struct {
	ProjectPath
	Body codebookJSON
}

func (s *Server) apiChangeCodebook(ctx context.Context, in *changeCodebookCall) (*codebookAnswer, error) {
	a := asker(ctx)
	version, err := s.store.ChangeCodebook(ctx, store.CodebookChange{
		Project:  a.Project.ID,
		Base:     in.Body.Version,
		Codebook: &in.Body.Codebook,
		By:       a.User.ID,
		At:       s.now(),
	})
	if err != nil {
		return nil, err
	}
	return &codebookAnswer{Body: codebookJSON{Version: version, Codebook: in.Body.Codebook}}, nil
}

// defaultCodebook is what a project begins with, its labels and guidelines in
// the language with that tag where there is one.
func (s *Server) defaultCodebook(tag string) (*annotate.Codebook, error) {
	c := annotate.DefaultCodebook()
	l, ok := s.spoken.Called(tag)
	if !ok {
		return c, nil
	}
	text, err := l.Codebook()
	if err != nil {
		return nil, err
	}
	for i := range c.Kinds {
		k := &c.Kinds[i]
		inWords(text.Kinds[k.Name], &k.Label, &k.Guideline)
	}
	for i := range c.Attributes {
		a := &c.Attributes[i]
		t := text.Attributes[a.Name]
		inWords(t.Labelled, &a.Label, &a.Guideline)
		for j := range a.Values {
			v := &a.Values[j]
			inWords(t.Values[v.Value], &v.Label, &v.Guideline)
		}
	}
	return c, nil
}

// inWords puts a text in the place of another, if there is one.
func inWords(t language.Labelled, label, guideline *string) {
	if t.Label != "" {
		*label, *guideline = t.Label, string(t.Guideline)
	}
}
