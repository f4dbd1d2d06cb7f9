package server

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/page"
)

// versionsPage is how many versions a page lists.
const versionsPage = 20

// listCodebookVersions lists who changed the codebook, when, and what.
func (s *Server) listCodebookVersions(w http.ResponseWriter, r *http.Request) error {
	p := asker(r.Context()).Project
	before, err := strconv.Atoi(r.URL.Query().Get("before"))
	if err != nil || before < 0 {
		before = 0
	}
	versions, err := s.listedVersions(r.Context(), p.ID, before, versionsPage)
	if err != nil {
		return err
	}
	v := page.VersionsView{Versions: versions, All: versionNumbers(versions)}
	if last := len(versions) - 1; last >= 0 && !versions[last].First {
		v.Earlier = page.CodebookVersionsURL(p.Slug) + "?before=" + strconv.Itoa(versions[last].Version)
	}
	f := s.frame(w, r, s.language(r).T("Versions of the codebook"))
	f.Active = page.NavCodebook
	return s.render(w, r, http.StatusOK, page.CodebookVersions(f, v))
}

// listedVersions reads versions with what each changed. The one before the
// last of them is read too, for that.
func (s *Server) listedVersions(ctx context.Context, project annotate.ID, before, limit int) ([]page.ListedVersion, error) {
	found, err := s.store.CodebookVersions(ctx, project, before, limit+1)
	if err != nil {
		return nil, err
	}
	listed := make([]page.ListedVersion, min(len(found), limit))
	for i := range listed {
		listed[i] = listedVersion(found[i])
		if listed[i].First = i+1 >= len(found); !listed[i].First {
			listed[i].Amendments = found[i].Codebook.Amendments(found[i+1].Codebook)
			listed[i].Before = found[i+1].Version
		}
	}
	return listed, nil
}

func listedVersion(v store.CodebookVersion) page.ListedVersion {
	return page.ListedVersion{Version: v.Version, Author: v.Author, By: v.By, At: v.At, Codebook: v.Codebook}
}

func versionNumbers(versions []page.ListedVersion) []int {
	numbers := make([]int, len(versions))
	for i, v := range versions {
		numbers[i] = v.Version
	}
	return numbers
}

// codebookVersion reads the version that the path names.
func (s *Server) codebookVersion(r *http.Request) (store.CodebookVersion, error) {
	version, err := strconv.Atoi(chi.URLParam(r, "version"))
	if err != nil {
		return store.CodebookVersion{}, annotate.ErrNotFound
	}
	return s.store.CodebookVersion(r.Context(), asker(r.Context()).Project.ID, version)
}

func (s *Server) showCodebookVersion(w http.ResponseWriter, r *http.Request) error {
	v, err := s.codebookVersion(r)
	if err != nil {
		return err
	}
	return s.versionPage(w, r, http.StatusOK, v, "")
}

func (s *Server) versionPage(w http.ResponseWriter, r *http.Request, status int, v store.CodebookVersion, complaint string) error {
	f := s.frame(w, r, s.language(r).T("Codebook, version %d", v.Version))
	f.Active = page.NavCodebook
	return s.render(w, r, status, page.CodebookVersion(f, listedVersion(v), complaint))
}

// restoreCodebook makes what an earlier version says the codebook again, as a
// new version.
func (s *Server) restoreCodebook(w http.ResponseWriter, r *http.Request) error {
	v, err := s.codebookVersion(r)
	if err != nil {
		return err
	}
	form, err := s.codebookForm(r, "")
	if err != nil {
		return err
	}
	a := asker(r.Context())
	version, err := s.store.ChangeCodebook(r.Context(), store.CodebookChange{
		Project: a.Project.ID, Base: form.Base, Codebook: v.Codebook, By: a.User.ID, At: s.now(),
	})
	if errors.Is(err, store.ErrStale) {
		return s.versionPage(w, r, http.StatusConflict, v, "Somebody changed the codebook since you opened this page, so nothing was restored. Look at what differs from today, and restore it again.")
	}
	if bad, ok := complaintsOf(err, "", ""); ok {
		l := s.language(r)
		_, complaint := ofPart(l, bad, "")
		return s.versionPage(w, r, http.StatusUnprocessableEntity, v, l.T("This version cannot be restored as it is. %s", complaint))
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.CodebookURL(a.Project.Slug), s.language(r).T("Version %d is restored, as version %d.", v.Version, version))
}

// showCodebookDiff is what differs between any two versions.
func (s *Server) showCodebookDiff(w http.ResponseWriter, r *http.Request) error {
	p := asker(r.Context()).Project
	from, err1 := strconv.Atoi(r.URL.Query().Get("from"))
	to, err2 := strconv.Atoi(r.URL.Query().Get("to"))
	if err1 != nil || err2 != nil {
		return annotate.ErrNotFound
	}
	d, err := s.codebookDiff(r.Context(), p.ID, from, to)
	if err != nil {
		return err
	}
	versions, err := s.listedVersions(r.Context(), p.ID, 0, 100)
	if err != nil {
		return err
	}
	d.All, d.ColorsOfOld = versionNumbers(versions), page.CodebookColorsURL(d.Was, d.Is)
	f := s.frame(w, r, s.language(r).T("Versions of the codebook"))
	f.Active = page.NavCodebook
	return s.render(w, r, http.StatusOK, page.CodebookDiff(f, d))
}

func (s *Server) codebookDiff(ctx context.Context, project annotate.ID, from, to int) (page.DiffView, error) {
	was, err := s.store.CodebookVersion(ctx, project, from)
	if err != nil {
		return page.DiffView{}, err
	}
	is, err := s.store.CodebookVersion(ctx, project, to)
	if err != nil {
		return page.DiffView{}, err
	}
	return page.DiffView{From: from, To: to, Was: was.Codebook, Is: is.Codebook, Amendments: is.Codebook.Amendments(was.Codebook)}, nil
}

// amendmentJSON is one thing in which a codebook is not as an earlier one was.
type amendmentJSON struct {
	Part        annotate.Part         `json:"part" enum:"guidelines,kind,attribute,value"`
	Name        string                `json:"name" doc:"Of the kind or attribute; the guidelines have none."`
	Value       string                `json:"value,omitempty" doc:"The value of the closed list, where the part is one."`
	Label       string                `json:"label"`
	How         annotate.AmendmentHow `json:"how" enum:"added,removed,changed,moved"`
	Field       string                `json:"field,omitempty" doc:"The member that was changed."`
	Was         string                `json:"was,omitempty"`
	Is          string                `json:"is,omitempty"`
	Kinds       []string              `json:"kinds" nullable:"false" doc:"The kinds of annotation it concerns."`
	Substantial bool                  `json:"substantial" doc:"Whether it may make a difference to how they are coded, and not only to how that is shown."`
}

func amendmentsJSON(found []annotate.Amendment) []amendmentJSON {
	list := make([]amendmentJSON, len(found))
	for i, m := range found {
		list[i] = amendmentJSON(m)
		list[i].Kinds = emptyNotNull(m.Kinds)
	}
	return list
}

type codebookVersionJSON struct {
	Version    int             `json:"version"`
	CreatedBy  *annotate.ID    `json:"created_by" doc:"Who made it, or null."`
	CreatedAt  time.Time       `json:"created_at"`
	Amendments []amendmentJSON `json:"amendments" nullable:"false" doc:"What it changed of the version before."`
}

type codebookVersionsInput struct {
	ProjectPath
	Limit  int `query:"limit" minimum:"1" maximum:"100" default:"20"`
	Cursor int `query:"cursor" minimum:"0" doc:"The next of an earlier answer."`
}

type codebookVersionsOutput struct {
	Body struct {
		Items []codebookVersionJSON `json:"items" nullable:"false" doc:"The latest first."`
		Next  string                `json:"next,omitempty" doc:"Send it back as cursor to read on; absent at the end."`
	}
}

func (s *Server) apiListCodebookVersions(ctx context.Context, in *codebookVersionsInput) (*codebookVersionsOutput, error) {
	versions, err := s.listedVersions(ctx, asker(ctx).Project.ID, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &codebookVersionsOutput{}
	out.Body.Items = make([]codebookVersionJSON, len(versions))
	for i, v := range versions {
		out.Body.Items[i] = codebookVersionJSON{Version: v.Version, CreatedAt: v.At.UTC(), Amendments: amendmentsJSON(v.Amendments)}
		if v.By != "" {
			out.Body.Items[i].CreatedBy = &v.By
		}
	}
	if last := len(versions) - 1; last >= 0 && !versions[last].First {
		out.Body.Next = strconv.Itoa(versions[last].Version)
	}
	return out, nil
}

// CodebookVersionPath is the part of an input that names a version.
type CodebookVersionPath struct {
	ProjectPath
	Version int `path:"version" minimum:"1"`
}

func (s *Server) apiShowCodebookVersion(ctx context.Context, in *CodebookVersionPath) (*codebookAnswer, error) {
	v, err := s.store.CodebookVersion(ctx, asker(ctx).Project.ID, in.Version)
	if err != nil {
		return nil, err
	}
	return &codebookAnswer{Body: codebookJSON{Version: v.Version, Codebook: *v.Codebook}}, nil
}

type restoreCodebookCall struct {
	CodebookVersionPath
	Body struct {
		Version int `json:"version" doc:"The version in force that you looked at."`
	}
}

func (s *Server) apiRestoreCodebook(ctx context.Context, in *restoreCodebookCall) (*codebookAnswer, error) {
	a := asker(ctx)
	v, err := s.store.CodebookVersion(ctx, a.Project.ID, in.Version)
	if err != nil {
		return nil, err
	}
	version, err := s.store.ChangeCodebook(ctx, store.CodebookChange{
		Project: a.Project.ID, Base: in.Body.Version, Codebook: v.Codebook, By: a.User.ID, At: s.now(),
	})
	if err != nil {
		return nil, err
	}
	return &codebookAnswer{Body: codebookJSON{Version: version, Codebook: *v.Codebook}}, nil
}

type codebookDiffInput struct {
	ProjectPath
	From int `query:"from" required:"true" minimum:"1"`
	To   int `query:"to" required:"true" minimum:"1"`
}

type codebookDiffOutput struct {
	Body struct {
		From       int             `json:"from"`
		To         int             `json:"to"`
		Amendments []amendmentJSON `json:"amendments" nullable:"false" doc:"The ways in which the one is not as the other was."`
	}
}

func (s *Server) apiShowCodebookDiff(ctx context.Context, in *codebookDiffInput) (*codebookDiffOutput, error) {
	d, err := s.codebookDiff(ctx, asker(ctx).Project.ID, in.From, in.To)
	if err != nil {
		return nil, err
	}
	out := &codebookDiffOutput{}
	out.Body.From, out.Body.To, out.Body.Amendments = in.From, in.To, amendmentsJSON(d.Amendments)
	return out, nil
}
