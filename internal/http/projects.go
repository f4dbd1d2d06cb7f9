package server

import (
	"context"
	"net/http"
	"strings"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/page"
)

func (s *Server) listProjects(w http.ResponseWriter, r *http.Request) error {
	projects, err := s.store.Projects(r.Context(), asker(r.Context()).User.ID)
	if err != nil {
		return err
	}
	f := s.frame(w, r, s.language(r).T("Projects"))
	f.Active = page.NavProjects
	return s.render(w, r, http.StatusOK, page.Projects(f, projects))
}

func (s *Server) showNewProject(w http.ResponseWriter, r *http.Request) error {
	return s.newProjectPage(w, r, http.StatusOK, page.NewProjectForm{Codebook: s.language(r).Tag()}, nil)
}

func (s *Server) newProjectPage(w http.ResponseWriter, r *http.Request, status int, form page.NewProjectForm, bad annotate.Invalid) error {
	return s.render(w, r, status, page.NewProject(s.frame(w, r, s.language(r).T("New project")), form, bad))
}

func (s *Server) addProject(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	form := page.NewProjectForm{Name: r.PostForm.Get("name"), Slug: r.PostForm.Get("slug"), Codebook: r.PostForm.Get("codebook")}
	if form.Slug == "" {
		form.Slug = slugOf(form.Name)
	}
	codebook, err := s.defaultCodebook(form.Codebook)
	if err != nil {
		return err
	}
	p, err := s.store.AddProject(r.Context(), store.NewProject{
		Slug:     form.Slug,
		Name:     form.Name,
		Creator:  asker(r.Context()).User.ID,
		Codebook: codebook,
		At:       s.now(),
	})
	if bad, ok := complaintsOf(err, "slug", "Another project has this address. Choose a different one."); ok {
		if bad["name"] != "" && form.Slug == "" {
			delete(bad, "slug") // it will be made of the name
		}
		return s.newProjectPage(w, r, http.StatusUnprocessableEntity, form, bad)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.ProjectURL(p.Slug), s.language(r).T("The project is made."))
}

// showProject leads to what people come to a project for.
func (*Server) showProject(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, page.ArticlesURL(asker(r.Context()).Project.Slug), http.StatusFound)
	return nil
}

// projectJSON is a project in the API.
type projectJSON struct {
	ID           annotate.ID   `json:"id"`
	Slug         string        `json:"slug" doc:"Names the project in addresses."`
	Name         string        `json:"name"`
	Role         annotate.Role `json:"role" doc:"Yours: viewer, analyst, reviewer or manager."`
	SelfApproval bool          `json:"self_approval" doc:"Authors may approve their own claims."`
	Quorum       int           `json:"quorum" doc:"How many reviewers have to approve a claim before it is approved: 1 to 5."`
	Mode         annotate.Mode `json:"mode" doc:"shared: each article has one annotation set. independent: each analyst has a set of their own, which others see when they have finished theirs."`
	Pool         int           `json:"pool" doc:"How many analysts an article may have of those who take it themselves; 0 if managers alone assign articles."`
	Codebook     int           `json:"codebook" doc:"The version of the codebook in force."`
	CreatedAt    time.Time     `json:"created_at"`
}

func projectRecord(p annotate.Project, role annotate.Role) projectJSON {
	return projectJSON{
		ID: p.ID, Slug: p.Slug, Name: p.Name, Role: role,
		SelfApproval: p.SelfApproval, Quorum: p.Quorum, Mode: p.Mode, Pool: p.Pool, Codebook: p.Codebook, CreatedAt: p.CreatedAt.UTC(),
	}
}

type projectAnswer struct{ Body projectJSON }

type projectList struct {
	Body struct {
		Items []projectJSON `json:"items" nullable:"false"`
		Next  string        `json:"next,omitempty" doc:"Absent: the list is whole."`
	}
}

func (s *Server) apiListProjects(ctx context.Context, _ *struct{}) (*projectList, error) {
	projects, err := s.store.Projects(ctx, asker(ctx).User.ID)
	if err != nil {
		return nil, err
	}
	list := &projectList{}
	list.Body.Items = make([]projectJSON, len(projects))
	for i, m := range projects {
		list.Body.Items[i] = projectRecord(m.Project, m.Role)
	}
	return list, nil
}

type newProjectCall struct {
	Body struct {
		Slug string `json:"slug" doc:"1 to 60 of a to z, 0 to 9 and single hyphens." example:"peace-plan"`
		Name string `json:"name" example:"Peace plan"`
	}
}

type projectCreated struct {
	Location string `header:"Location"`
	Body     projectJSON
}

func (s *Server) apiAddProject(ctx context.Context, in *newProjectCall) (*projectCreated, error) {
	p, err := s.store.AddProject(ctx, store.NewProject{
		Slug:    in.Body.Slug,
		Name:    in.Body.Name,
		Creator: asker(ctx).User.ID,
		At:      s.now(),
	})
	if err != nil {
		return nil, err
	}
	return &projectCreated{Location: "/api/v1" + page.ProjectURL(p.Slug), Body: projectRecord(p, annotate.Manager)}, nil
}

func (*Server) apiShowProject(ctx context.Context, _ *ProjectPath) (*projectAnswer, error) {
	a := asker(ctx)
	return &projectAnswer{Body: projectRecord(a.Project, a.Role)}, nil
}

type changeProjectCall struct {
	ProjectPath
	Body struct {
		Name         *string        `json:"name,omitempty"`
		SelfApproval *bool          `json:"self_approval,omitempty" doc:"Authors may approve their own claims."`
		Quorum       *int           `json:"quorum,omitempty" minimum:"1" maximum:"5" doc:"How many reviewers have to approve a claim before it is approved."`
		Mode         *annotate.Mode `json:"mode,omitempty" enum:"shared,independent" doc:"Whose annotations articles have. It can be changed as long as nothing has been annotated."`
		Pool         *int           `json:"pool,omitempty" minimum:"0" maximum:"20" doc:"How many analysts an article may have of those who take it themselves; 0 if managers alone assign articles."`
	}
}

// apiChangeProject changes what is given of a project's settings.
func (s *Server) apiChangeProject(ctx context.Context, in *changeProjectCall) (*projectAnswer, error) {
	a := asker(ctx)
	p := a.Project
	set(&p.Name, in.Body.Name)
	set(&p.SelfApproval, in.Body.SelfApproval)
	set(&p.Quorum, in.Body.Quorum)
	set(&p.Mode, in.Body.Mode)
	set(&p.Pool, in.Body.Pool)
	p.Name = strings.TrimSpace(p.Name)
	err := s.store.ChangeProject(ctx, store.ProjectChange{Project: p.ID, Name: p.Name, SelfApproval: p.SelfApproval, Quorum: p.Quorum, Mode: p.Mode, Pool: p.Pool})
	if err != nil {
		return nil, err
	}
	return &projectAnswer{Body: projectRecord(p, a.Role)}, nil
}

// set changes field to what was given, if anything was.
func set[T any](field, given *T) {
	if given != nil {
		*field = *given
	}
}
