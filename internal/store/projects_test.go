package store_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/internal/store/storetest"
)

// team is a project with a manager, and people who do not belong to it.
type team struct {
	*store.Store
	tb      testing.TB
	sql     *pgx.Conn
	manager annotate.ID
	project annotate.Project
}

func newTeam(tb testing.TB) *team {
	tb.Helper()
	url := storetest.URL(tb)
	s, err := store.Open(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(s.Close)
	t := &team{Store: s, tb: tb}
	if t.sql, err = pgx.Connect(tb.Context(), url); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = t.sql.Close(tb.Context()) })
	t.manager = t.person("mara@example.org", "Mara Lind")
	t.project, err = s.AddProject(tb.Context(), store.NewProject{Slug: "harbour", Name: " Harbour inquiry ", Creator: t.manager, At: morning})
	if err != nil {
		tb.Fatal(err)
	}
	return t
}

// person adds somebody without a password, which takes long to hash.
func (t *team) person(email, name string) annotate.ID {
	t.tb.Helper()
	id := store.NewID()
	_, err := t.sql.Exec(t.tb.Context(), `INSERT INTO users (id, email, name, created_at) VALUES ($1, $2, $3, $4)`, id, email, name, morning)
	if err != nil {
		t.tb.Fatal(err)
	}
	return id
}

func TestAProjectBeginsWithItsCreatorAndACodebook(t *testing.T) {
	t.Parallel()
	s := newTeam(t)
	want := annotate.Project{ID: s.project.ID, Slug: "harbour", Name: "Harbour inquiry", Quorum: 1, Mode: annotate.ModeShared, Codebook: 1, CreatedAt: morning}
	got, err := s.Project(t.Context(), "harbour")
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	members, err := s.Members(t.Context(), got.ID)
	wantMembers := []annotate.Member{{UserID: s.manager, Email: "mara@example.org", Name: "Mara Lind", Role: annotate.Manager, Since: morning}}
	if diff := cmp.Diff(wantMembers, members); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	codebook, err := s.Codebook(t.Context(), got.ID, 1)
	if diff := cmp.Diff(annotate.DefaultCodebook(), codebook); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	projects, err := s.Projects(t.Context(), s.manager)
	wantProjects := []annotate.Membership{{Project: want, Role: annotate.Manager, Members: 1}}
	if diff := cmp.Diff(wantProjects, projects); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if projects, err := s.Projects(t.Context(), s.person("ben@example.org", "Ben")); err != nil || len(projects) != 0 {
		t.Errorf("a stranger sees %v %v", projects, err)
	}
	if _, err := s.AddProject(t.Context(), store.NewProject{Slug: "harbour", Name: "Other", Creator: s.manager, At: morning}); !errors.Is(err, annotate.ErrExists) {
		t.Errorf("a slug that is taken: %v", err)
	}
	_, err = s.AddProject(t.Context(), store.NewProject{Slug: "-Harbour-", Creator: s.manager, At: morning})
	if bad := invalid(t, err); bad["slug"] == "" || bad["name"] == "" {
		t.Errorf("complaints: %v", bad)
	}
	if _, err := s.Project(t.Context(), "other"); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("no such project: %v", err)
	}
}

func TestARenamedProjectForgetsWhereItCameFrom(t *testing.T) {
	t.Parallel()
	s := newTeam(t)
	if _, err := s.sql.Exec(t.Context(), `UPDATE projects SET origin = '{"name": "Harbour inquiry"}'`); err != nil {
		t.Fatal(err)
	}
	origin := func() (there bool) {
		t.Helper()
		if err := s.sql.QueryRow(t.Context(), `SELECT origin IS NOT NULL FROM projects`).Scan(&there); err != nil {
			t.Fatal(err)
		}
		return there
	}
	if err := s.ChangeProject(t.Context(), store.ProjectChange{Project: s.project.ID, Name: "Harbour inquiry", SelfApproval: true, Quorum: 3}); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Project(t.Context(), "harbour"); err != nil || !p.SelfApproval || p.Quorum != 3 || !origin() {
		t.Errorf("the same name: %+v %v", p, err)
	}
	if err := s.ChangeProject(t.Context(), store.ProjectChange{Project: s.project.ID, Name: "Port inquiry", Quorum: 1}); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Project(t.Context(), "harbour"); err != nil || p.Name != "Port inquiry" || p.SelfApproval || origin() {
		t.Errorf("another name: %+v %v", p, err)
	}
	_ = invalid(t, s.ChangeProject(t.Context(), store.ProjectChange{Project: s.project.ID, Name: " ", Quorum: 1}))
}

func TestAskersKnowOfTheirProjectsOnly(t *testing.T) {
	t.Parallel()
	s := newTeam(t)
	analyst, stranger, admin := s.person("ana@example.org", "Ana"), s.person("eve@example.org", "Eve"), s.person("ada@example.org", "Ada")
	if _, err := s.sql.Exec(t.Context(), `UPDATE users SET admin = true WHERE id = $1`, admin); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SetMember(t.Context(), store.NewMember{Project: s.project.ID, Who: string(analyst), Role: annotate.Analyst, At: morning}); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		user annotate.ID
		slug string
		role annotate.Role // none: no project
	}{
		"member":                {analyst, "harbour", annotate.Analyst},
		"manager":               {s.manager, "harbour", annotate.Manager},
		"admin":                 {admin, "harbour", annotate.Manager},
		"stranger":              {stranger, "harbour", ""},
		"nowhere in particular": {analyst, "", ""},
		"no such project":       {admin, "port", ""},
	} {
		_, secret, err := s.AddAPIToken(t.Context(), store.NewAPIToken{User: test.user, Name: name, At: morning})
		if err != nil {
			t.Fatal(err)
		}
		asker, err := s.Asker(t.Context(), store.Credential{Secret: secret, APIToken: true}, test.slug, morning)
		if err != nil || asker.User.ID != test.user || asker.Role != test.role {
			t.Errorf("%s: %+v %v", name, asker, err)
		}
		want := annotate.Project{}
		if test.role != "" {
			want = s.project
		}
		if diff := cmp.Diff(want, asker.Project); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	s := newTeam(t)
	s.person("ana@example.org", "Ana Ruiz")
	set := func(who string, role annotate.Role) error {
		_, err := s.SetMember(t.Context(), store.NewMember{Project: s.project.ID, Who: who, Role: role, At: morning})
		return err
	}
	roles := func() (roles []string) {
		t.Helper()
		members, err := s.Members(t.Context(), s.project.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range members {
			roles = append(roles, m.Name+" "+string(m.Role))
		}
		return roles
	}
	for _, role := range []annotate.Role{annotate.Analyst, annotate.Reviewer} {
		if err := set("ANA@example.org", role); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := roles(), []string{"Ana Ruiz reviewer", "Mara Lind manager"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if bad := invalid(t, set("nobody@example.org", annotate.Viewer)); bad["email"] == "" {
		t.Errorf("complaints: %v", bad)
	}
	if bad := invalid(t, set("ana@example.org", "emperor")); bad["role"] == "" {
		t.Errorf("complaints: %v", bad)
	}
	if err := s.RemoveMember(t.Context(), s.project.ID, "ana@example.org"); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveMember(t.Context(), s.project.ID, "ana@example.org"); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("removing nobody: %v", err)
	}
	if got, want := roles(), []string{"Mara Lind manager"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestTheLastManagerStays(t *testing.T) {
	t.Parallel()
	s := newTeam(t)
	ana := s.person("ana@example.org", "Ana Ruiz")
	set := func(who annotate.ID, role annotate.Role) error {
		_, err := s.SetMember(t.Context(), store.NewMember{Project: s.project.ID, Who: string(who), Role: role, At: morning})
		return err
	}
	if bad := invalid(t, set(s.manager, annotate.Viewer)); bad["role"] == "" {
		t.Errorf("complaints: %v", bad)
	}
	_ = invalid(t, s.RemoveMember(t.Context(), s.project.ID, string(s.manager)))

	// Two managers who would go at the same moment cannot both.
	for range 5 {
		for _, id := range []annotate.ID{ana, s.manager} {
			if err := set(id, annotate.Manager); err != nil {
				t.Fatal(err)
			}
		}
		var goes sync.WaitGroup
		var one, other error
		goes.Go(func() { one = set(s.manager, annotate.Viewer) })
		goes.Go(func() { other = s.RemoveMember(t.Context(), s.project.ID, string(ana)) })
		goes.Wait()
		if (one == nil) == (other == nil) {
			t.Fatalf("one is to be refused, got %v and %v", one, other)
		}
		if err := set(ana, annotate.Manager); err != nil { // somebody must be, to go on
			t.Fatal(err)
		}
	}
}

func TestInvitations(t *testing.T) {
	t.Parallel()
	s := newTeam(t)
	ana := s.person("ana@example.org", "Ana Ruiz")
	week := morning.Add(7 * 24 * time.Hour)
	invite := func(role annotate.Role) store.Secret {
		t.Helper()
		secret, err := s.Invite(t.Context(), store.NewInvitation{Project: s.project.ID, Role: role, By: s.manager, Expires: week, At: morning})
		if err != nil {
			t.Fatal(err)
		}
		return secret
	}
	analyst := invite(annotate.Analyst)
	offer, err := s.Offer(t.Context(), analyst, morning)
	if diff := cmp.Diff(annotate.Offer{Slug: "harbour", Project: "Harbour inquiry", Role: annotate.Analyst, InvitedBy: "Mara Lind"}, offer); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	open, err := s.Invitations(t.Context(), s.project.ID, morning)
	if err != nil || len(open) != 1 {
		t.Fatalf("%v %v", open, err)
	}
	want := annotate.Invitation{ID: open[0].ID, Role: annotate.Analyst, CreatedBy: "Mara Lind", CreatedAt: morning, ExpiresAt: week}
	if diff := cmp.Diff(want, open[0]); diff != "" {
		t.Error(diff)
	}

	// Once, even when taken up by many at once.
	var tries sync.WaitGroup
	people := []annotate.ID{ana, s.person("ben@example.org", "Ben"), s.person("cleo@example.org", "Cleo")}
	results := make([]error, len(people))
	for i, id := range people {
		tries.Go(func() { _, results[i] = s.Accept(t.Context(), analyst, id, morning) })
	}
	tries.Wait()
	accepted := 0
	for _, err := range results {
		switch {
		case err == nil:
			accepted++
		case !errors.Is(err, annotate.ErrNotFound):
			t.Error(err)
		}
	}
	members, err := s.Members(t.Context(), s.project.ID)
	if err != nil || accepted != 1 || len(members) != 2 {
		t.Errorf("%d accepted: %v %v", accepted, members, err)
	}

	late, revoked := invite(annotate.Viewer), invite(annotate.Viewer)
	if _, err := s.Accept(t.Context(), late, ana, week); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("too late: %v", err)
	}
	open, err = s.Invitations(t.Context(), s.project.ID, morning)
	if err != nil || len(open) != 2 {
		t.Fatalf("%v %v", open, err)
	}
	if err := s.RevokeInvitation(t.Context(), store.NewID(), open[0].ID); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("from another project: %v", err)
	}
	for _, i := range open {
		if err := s.RevokeInvitation(t.Context(), s.project.ID, i.ID); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Offer(t.Context(), revoked, morning); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("revoked: %v", err)
	}
	_, err = s.Invite(t.Context(), store.NewInvitation{Project: s.project.ID, Role: "emperor", By: s.manager, Expires: morning, At: morning})
	if bad := invalid(t, err); bad["role"] == "" || bad["expires"] == "" {
		t.Errorf("complaints: %v", bad)
	}
}

func TestAnInvitationDemotesNobody(t *testing.T) {
	t.Parallel()
	s := newTeam(t)
	secret, err := s.Invite(t.Context(), store.NewInvitation{Project: s.project.ID, Role: annotate.Viewer, By: s.manager, Expires: morning.Add(time.Hour), At: morning})
	if err != nil {
		t.Fatal(err)
	}
	slug, err := s.Accept(t.Context(), secret, s.manager, morning)
	if err != nil || slug != "harbour" {
		t.Errorf("%q %v", slug, err)
	}
	if members, err := s.Members(t.Context(), s.project.ID); err != nil || members[0].Role != annotate.Manager {
		t.Errorf("%v %v", members, err)
	}
}

func TestWhoCannotJoinLeavesNoAccount(t *testing.T) {
	t.Parallel()
	s := newTeam(t)
	u := store.NewUser{Email: "ben@example.org", Name: "Ben", Password: longPassword, Admin: true, At: morning}
	if _, _, err := s.Join(t.Context(), "made up", u, "a test"); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("a made up invitation: %v", err)
	}
	if _, err := s.User(t.Context(), u.Email); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("there is an account all the same: %v", err)
	}
	secret, err := s.Invite(t.Context(), store.NewInvitation{Project: s.project.ID, Role: annotate.Reviewer, By: s.manager, Expires: morning.Add(time.Hour), At: morning})
	if err != nil {
		t.Fatal(err)
	}
	session, slug, err := s.Join(t.Context(), secret, u, "a test")
	if err != nil || slug != "harbour" {
		t.Fatalf("%q %v", slug, err)
	}
	asker, err := s.Asker(t.Context(), store.Credential{Secret: session}, slug, morning)
	if err != nil || asker.User.Email != u.Email || asker.User.Admin || asker.Role != annotate.Reviewer {
		t.Errorf("%+v %v", asker, err)
	}
}

func TestCodebookVersions(t *testing.T) {
	t.Parallel()
	s := newTeam(t)
	codebook := annotate.DefaultCodebook()
	codebook.Kinds[3].Label = "Reporting words"
	change := store.CodebookChange{Project: s.project.ID, Base: 1, Codebook: codebook, By: s.manager, At: morning}
	version, err := s.ChangeCodebook(t.Context(), change)
	if err != nil || version != 2 {
		t.Fatalf("%d %v", version, err)
	}
	if p, err := s.Project(t.Context(), "harbour"); err != nil || p.Codebook != 2 {
		t.Errorf("%+v %v", p, err)
	}
	got, err := s.Codebook(t.Context(), s.project.ID, 2)
	if diff := cmp.Diff(codebook, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if before, err := s.Codebook(t.Context(), s.project.ID, 1); err != nil || before.Kinds[3].Label == "Reporting words" {
		t.Errorf("the version before: %v %v", before, err)
	}
	if _, err := s.ChangeCodebook(t.Context(), change); !errors.Is(err, store.ErrStale) {
		t.Errorf("based on a version of before: %v", err)
	}
	codebook.Kinds[0].Color = "pink"
	change.Base = 2
	_, err = s.ChangeCodebook(t.Context(), change)
	if bad := invalid(t, err); bad["kinds[0].color"] == "" {
		t.Errorf("complaints: %v", bad)
	}
	if _, err := s.Codebook(t.Context(), s.project.ID, 3); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("a version nobody made: %v", err)
	}
}
