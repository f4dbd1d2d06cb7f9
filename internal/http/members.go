package server

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/page"
)

// invitationLife is how long an invitation can be accepted.
const invitationLife = 7 * 24 * time.Hour

func (s *Server) showSettings(w http.ResponseWriter, r *http.Request) error {
	return s.settingsPage(w, r, http.StatusOK, page.SettingsView{})
}

// settingsPage fills in what v does not say already.
func (s *Server) settingsPage(w http.ResponseWriter, r *http.Request, status int, v page.SettingsView) error {
	p := asker(r.Context()).Project
	if v.Mode == "" { // the form has not been sent
		v.Name, v.SelfApproval, v.Mode, v.Pool = p.Name, p.SelfApproval, p.Mode, strconv.Itoa(p.Pool)
	}
	if v.Quorum == 0 {
		v.Quorum = p.Quorum
	}
	if v.Role == "" {
		v.Role = annotate.Analyst
	}
	var err error
	if v.Complaints["causes"] == "" {
		if v.Causes, err = s.causesInWords(r); err != nil {
			return err
		}
	}
	if v.Members, err = s.store.Members(r.Context(), p.ID); err != nil {
		return err
	}
	if v.Invitations, err = s.store.Invitations(r.Context(), p.ID, s.now()); err != nil {
		return err
	}
	f := s.frame(w, r, s.language(r).T("Settings"))
	f.Active = page.NavSettings
	return s.render(w, r, status, page.Settings(f, v))
}

func (s *Server) changeProject(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	p := asker(r.Context()).Project
	change := store.ProjectChange{
		Project:      p.ID,
		Name:         r.PostForm.Get("name"),
		SelfApproval: r.PostForm.Get("self-approval") == "yes",
		Quorum:       p.Quorum,
		Mode:         annotate.Mode(cmp.Or(r.PostForm.Get("mode"), string(p.Mode))),
	}
	if given := r.PostForm.Get("quorum"); given != "" {
		change.Quorum, _ = strconv.Atoi(given) // 0 is refused with the rest
	}
	var err error
	if change.Pool, err = strconv.Atoi(cmp.Or(r.PostForm.Get("pool"), strconv.Itoa(p.Pool))); err != nil {
		change.Pool = -1 // which is refused with the rest
	}
	err = s.store.ChangeProject(r.Context(), change)
	if bad, ok := complaintsOf(err, "", ""); ok {
		v := page.SettingsView{
			Name: change.Name, SelfApproval: change.SelfApproval, Quorum: change.Quorum, Mode: change.Mode, Pool: r.PostForm.Get("pool"),
			Complaints: bad,
		}
		return s.settingsPage(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.SettingsURL(p.Slug), s.language(r).T("Settings saved."))
}

// causesInWords are the project's causes of disagreement, one a line: ours in
// the reader's language.
func (s *Server) causesInWords(r *http.Request) (string, error) {
	causes, err := s.store.Causes(r.Context(), asker(r.Context()).Project.ID)
	l := s.language(r)
	for i, c := range causes {
		causes[i] = l.Say(c)
	}
	return strings.Join(causes, "\n"), err
}

// changeCauses says why analysts of the project may disagree. The list that
// comes with Onrecord, in whatever language it was shown, stays that list.
func (s *Server) changeCauses(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	lines := r.PostForm.Get("causes")
	causes, err := annotate.ParseCauses(lines)
	if bad, ok := complaintsOf(err, "", ""); ok {
		return s.settingsPage(w, r, http.StatusUnprocessableEntity, page.SettingsView{Causes: lines, Complaints: bad})
	}
	if err != nil {
		return err
	}
	l := s.language(r)
	ours := annotate.DefaultCauses()
	for i, c := range ours {
		ours[i] = l.Say(c)
	}
	if slices.Equal(causes, ours) {
		causes = nil
	}
	project := asker(r.Context()).Project
	if err := s.store.ChangeCauses(r.Context(), project.ID, causes); err != nil {
		return err
	}
	return s.redirect(w, r, page.SettingsURL(project.Slug), l.T("The causes are saved."))
}

func (s *Server) addMember(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	return s.setMember(w, r, r.PostForm.Get("email"))
}

func (s *Server) changeMember(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "user")
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	return s.setMember(w, r, string(id))
}

func (s *Server) setMember(w http.ResponseWriter, r *http.Request, who string) error {
	p := asker(r.Context()).Project
	wish := store.NewMember{Project: p.ID, Who: who, Role: annotate.Role(r.PostForm.Get("role")), At: s.now()}
	m, err := s.store.SetMember(r.Context(), wish)
	if bad, ok := complaintsOf(err, "", ""); ok {
		v := page.SettingsView{Email: r.PostForm.Get("email"), Role: wish.Role, Complaints: bad}
		return s.settingsPage(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.SettingsURL(p.Slug), page.NowHasRole(s.language(r), m))
}

func (s *Server) removeMember(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "user")
	if err != nil {
		return err
	}
	a := asker(r.Context())
	err = s.store.RemoveMember(r.Context(), a.Project.ID, string(id))
	if bad, ok := complaintsOf(err, "", ""); ok {
		return s.settingsPage(w, r, http.StatusUnprocessableEntity, page.SettingsView{Complaints: bad})
	}
	if err != nil {
		return err
	}
	if id == a.User.ID && !a.User.Admin {
		return s.redirect(w, r, page.HomeURL, s.language(r).T("You have left the project."))
	}
	return s.redirect(w, r, page.SettingsURL(a.Project.Slug), s.language(r).T("Removed from the project."))
}

func (s *Server) invite(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	a := asker(r.Context())
	secret, err := s.store.Invite(r.Context(), store.NewInvitation{
		Project: a.Project.ID,
		Role:    annotate.Role(r.PostForm.Get("role")),
		By:      a.User.ID,
		Expires: s.now().Add(invitationLife),
		At:      s.now(),
	})
	if bad, ok := complaintsOf(err, "", ""); ok {
		v := page.SettingsView{Complaints: annotate.Invalid{"invitation": bad["role"]}}
		return s.settingsPage(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	// No redirect: this answer is the only one that can show the link.
	link := s.absolute(r, page.InvitationURL(string(secret)))
	return s.settingsPage(w, r, http.StatusOK, page.SettingsView{NewLink: link})
}

func (s *Server) revokeInvitation(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "invitation")
	if err != nil {
		return err
	}
	p := asker(r.Context()).Project
	if err := s.store.RevokeInvitation(r.Context(), p.ID, id); err != nil {
		return err
	}
	return s.redirect(w, r, page.SettingsURL(p.Slug), s.language(r).T("Invitation revoked."))
}

// memberJSON is a member in the API.
type memberJSON struct {
	ID    annotate.ID   `json:"id"`
	Email string        `json:"email" doc:"Empty for a person known only from an import."`
	Name  string        `json:"name"`
	Role  annotate.Role `json:"role" doc:"viewer, analyst, reviewer or manager."`
	Since time.Time     `json:"since"`
}

func memberRecord(m annotate.Member) memberJSON {
	return memberJSON{ID: m.UserID, Email: m.Email, Name: m.Name, Role: m.Role, Since: m.Since.UTC()}
}

type memberList struct {
	Body struct {
		Items []memberJSON `json:"items" nullable:"false"`
		Next  string       `json:"next,omitempty" doc:"Absent: the list is whole."`
	}
}

func (s *Server) apiListMembers(ctx context.Context, _ *ProjectPath) (*memberList, error) {
	members, err := s.store.Members(ctx, asker(ctx).Project.ID)
	if err != nil {
		return nil, err
	}
	list := &memberList{}
	list.Body.Items = make([]memberJSON, len(members))
	for i, m := range members {
		list.Body.Items[i] = memberRecord(m)
	}
	return list, nil
}

// MemberPath names a member in the path.
type MemberPath struct {
	ProjectPath
	Member string `path:"member" doc:"The id or the e-mail address of an account." example:"ana@example.org"`
}

type setMemberCall struct {
	MemberPath
	Body struct {
		Role annotate.Role `json:"role" enum:"viewer,analyst,reviewer,manager"`
	}
}

type memberAnswer struct{ Body memberJSON }

func (s *Server) apiSetMember(ctx context.Context, in *setMemberCall) (*memberAnswer, error) {
	m, err := s.store.SetMember(ctx, store.NewMember{
		Project: asker(ctx).Project.ID,
		Who:     in.Member,
		Role:    in.Body.Role,
		At:      s.now(),
	})
	if err != nil {
		return nil, err
	}
	return &memberAnswer{Body: memberRecord(m)}, nil
}

func (s *Server) apiRemoveMember(ctx context.Context, in *MemberPath) (*struct{}, error) {
	return nil, s.store.RemoveMember(ctx, asker(ctx).Project.ID, in.Member)
}
