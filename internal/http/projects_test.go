package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onrecord.dev/internal/annotate"
)

func TestAProjectIsMadeOnAPage(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	ana := s.as("")
	ana.get("/").is(http.StatusOK).says("No project yet").keepsQuietAbout("Harbour inquiry")
	ana.get("/new-project").is(http.StatusOK)
	ana.post("/new-project", "name", "Côte d’Ivoire, 2026", "slug", "").leadsTo("/projects/cote-d-ivoire-2026")
	ana.get("/").is(http.StatusOK).says("Côte d’Ivoire, 2026", "Manager", "The project is made.")
	ana.post("/new-project", "name", "Other", "slug", "harbour").is(http.StatusUnprocessableEntity).says("Another project has this address", `value="Other"`, `aria-invalid="true"`)
	ana.post("/new-project", "name", " ", "slug", "").is(http.StatusUnprocessableEntity).says("Give a name").keepsQuietAbout("slug-complaint")
	ana.post("/new-project", "name", "Київ", "slug", "").is(http.StatusUnprocessableEntity).says("lower-case letters")
}

func TestAnAddressIsMadeOfAName(t *testing.T) {
	for name, want := range map[string]string{
		"Peace plan":                     "peace-plan",
		"  Côte d’Ivoire, 2026! ":        "cote-d-ivoire-2026",
		"Київ":                           "",
		strings.Repeat("a", 59) + " b":   strings.Repeat("a", 59),
		strings.Repeat("é", 70) + "tude": strings.Repeat("e", 60),
	} {
		if got := slugOf(name); got != want {
			t.Errorf("slugOf(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestProjectsInTheAPI(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	ana := s.as("").withToken()
	made := ana.api("POST", "/projects", map[string]string{"slug": "port", "name": "Port"}).is(http.StatusCreated)
	if got := made.header.Get("Location"); got != "/api/v1/projects/port" {
		t.Errorf("Location is %q", got)
	}
	var p, shown projectJSON
	made.into(&p)
	ana.api("GET", "/projects/port", nil).is(http.StatusOK).into(&shown)
	want := projectJSON{
		ID: p.ID, Slug: "port", Name: "Port", Role: annotate.Manager, Quorum: 1, Mode: annotate.ModeShared, Codebook: 1, CreatedAt: s.clock,
	}
	if diff := cmp.Diff(want, shown); p.ID == "" || diff != "" {
		t.Error(diff)
	}
	var list struct{ Items []projectJSON }
	ana.api("GET", "/projects", nil).is(http.StatusOK).into(&list)
	if diff := cmp.Diff([]projectJSON{want}, list.Items); diff != "" {
		t.Error(diff)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	manager := s.as(annotate.Manager)
	manager.post("/projects/harbour/settings", "name", "Port inquiry", "self-approval", "yes").leadsTo("/projects/harbour/settings")
	manager.get("/projects/harbour/settings").is(http.StatusOK).says("Port inquiry", "checked", "Settings saved.")
	manager.post("/projects/harbour/settings", "name", " ").is(http.StatusUnprocessableEntity).says("Give a name", `aria-describedby="name-complaint"`)

	s.user("ben@example.org", "Ben Okafor", false)
	manager.post("/projects/harbour/members", "email", "ben@example.org", "role", "analyst").leadsTo("/projects/harbour/settings")
	manager.get("/projects/harbour/settings").is(http.StatusOK).says("Ben Okafor now has the role Analyst.")
	manager.post("/projects/harbour/members", "email", "nobody@example.org", "role", "analyst").is(http.StatusUnprocessableEntity).says("Nobody has an account with this address", `value="nobody@example.org"`)
}

func TestTheLastManagerStays(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	manager := s.as(annotate.Manager)
	owner := "/projects/harbour/members/" + manager.get("/projects/harbour/settings").between(`action="/projects/harbour/members/`, `"`)
	manager.post(owner + "/remove").leadsTo("/projects/harbour/settings")
	me := "/projects/harbour/members/" + string(manager.user)
	manager.post(me, "role", "viewer").is(http.StatusUnprocessableEntity).says("A project needs a manager")
	manager.post(me + "/remove").is(http.StatusUnprocessableEntity).says("A project needs a manager")
	p := manager.api("DELETE", me, nil).problem(http.StatusUnprocessableEntity)
	if len(p.Errors) != 1 || p.Errors[0].Field != "role" {
		t.Errorf("the problem says %+v", p.Errors)
	}
	manager.get("/projects/harbour/settings").is(http.StatusOK)
}

func TestMembersInTheAPI(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	manager := s.as(annotate.Manager).withToken()
	ben := s.user("ben@example.org", "Ben Okafor", false)
	for _, who := range []string{"ben@example.org", string(ben)} {
		var m memberJSON
		manager.api("PUT", "/projects/harbour/members/"+who, map[string]string{"role": "reviewer"}).is(http.StatusOK).into(&m)
		want := memberJSON{ID: ben, Email: "ben@example.org", Name: "Ben Okafor", Role: annotate.Reviewer, Since: s.clock}
		if diff := cmp.Diff(want, m); diff != "" {
			t.Error(diff)
		}
	}
	s.as(annotate.Viewer).api("GET", "/projects/harbour/members", nil).is(http.StatusOK).says("Ben Okafor", "Olga Owner")
	manager.api("PUT", "/projects/harbour/members/ben@example.org", map[string]string{"role": "emperor"}).problem(http.StatusUnprocessableEntity)
	manager.api("DELETE", "/projects/harbour/members/ben@example.org", nil).is(http.StatusNoContent)
	manager.api("DELETE", "/projects/harbour/members/ben@example.org", nil).problem(http.StatusNotFound)
	s.as(annotate.Viewer).api("GET", "/projects/harbour/members", nil).is(http.StatusOK).keepsQuietAbout("Ben Okafor")
}

func TestAManagerSwitchesPartsOfTheCodebook(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	manager, viewer := s.as(annotate.Manager), s.as(annotate.Viewer)
	viewer.get("/projects/harbour/codebook").is(http.StatusOK).says("Claim", "Quotation", "Version 1.").keepsQuietAbout("Save the codebook")
	manager.get("/projects/harbour/codebook").is(http.StatusOK).says("Save the codebook")
	form := []string{"version", "1", "kind", "claim", "kind", "speaker", "kind", "source", "kind", "cue", "attribute", "attitude"}
	manager.post("/projects/harbour/codebook", form...).leadsTo("/projects/harbour/codebook")
	var c codebookJSON
	viewer.api("GET", "/projects/harbour/codebook", nil).is(http.StatusOK).into(&c)
	for _, a := range c.Attributes {
		if a.Active != (a.Name == "attitude") {
			t.Errorf("attribute %s: active is %v", a.Name, a.Active)
		}
	}
	if c.Version != 2 || len(c.Attributes) != len(annotate.DefaultCodebook().Attributes) {
		t.Errorf("version %d with %d attributes", c.Version, len(c.Attributes))
	}
	manager.post("/projects/harbour/codebook", form...).is(http.StatusConflict).says("Somebody changed the codebook")
	manager.post("/projects/harbour/codebook", "version", "2", "kind", "claim").is(http.StatusUnprocessableEntity).says("Keep the kinds")
	manager.post("/projects/harbour/codebook", "version", "x").is(http.StatusUnprocessableEntity)
}

func TestTheCodebookInTheAPI(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	manager := s.as(annotate.Manager).withToken()
	var c codebookJSON
	manager.api("GET", "/projects/harbour/codebook", nil).is(http.StatusOK).into(&c)
	if diff := cmp.Diff(*annotate.DefaultCodebook(), c.Codebook); c.Version != 1 || diff != "" {
		t.Errorf("version %d: %s", c.Version, diff)
	}
	c.Kinds = append(c.Kinds, annotate.Kind{Name: "place", Label: "Place", Color: "teal", Key: "p", Entities: []annotate.EntityType{}, Active: true})
	manager.api("PUT", "/projects/harbour/codebook", c).is(http.StatusOK).says(`"version":2`)
	manager.api("PUT", "/projects/harbour/codebook", c).problem(http.StatusConflict)
	c.Version, c.Kinds[4].Color = 2, "pink"
	p := manager.api("PUT", "/projects/harbour/codebook", c).problem(http.StatusUnprocessableEntity)
	if len(p.Errors) != 1 || p.Errors[0].Location != "body.kinds[4].color" {
		t.Errorf("the problem says %+v", p.Errors)
	}
}

func TestAdminsAddAccounts(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	admin := s.asAdmin()
	form := []string{"name", "Ben Okafor", "email", "ben@example.org", "password"}
	admin.post("/admin/users", append(form, "short")...).is(http.StatusUnprocessableEntity).says("at least 10", `value="ben@example.org"`)
	admin.post("/admin/users", append(form, password)...).leadsTo("/admin/users")
	admin.get("/admin/users").is(http.StatusOK).says("Ben Okafor can sign in now.", "ben@example.org")
	admin.post("/admin/users", append(form, password)...).is(http.StatusUnprocessableEntity).says("There is an account with this address already")
	ben := s.nobody()
	ben.post("/sign-in", "email", "ben@example.org", "password", password).leadsTo("/")
	ben.get("/admin/users").is(http.StatusForbidden)
	u, err := s.store.User(t.Context(), "ben@example.org")
	if err != nil {
		t.Fatal(err)
	}
	admin.post("/admin/users/"+string(u.ID), "do", "promote").leadsTo("/admin/users")
	ben.get("/admin/users").is(http.StatusOK)
	admin.post("/admin/users/"+string(u.ID), "do", "crown").is(http.StatusUnprocessableEntity)
}

func TestTheThemeIsKeptInTheBrowser(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	reader := s.nobody()
	reader.get("/sign-in").keepsQuietAbout("data-theme")
	reader.post("/theme", "theme", "dark", "next", "/sign-in").leadsTo("/sign-in")
	reader.get("/sign-in").says(`data-theme="dark"`)
	reader.post("/theme", "theme", "", "next", "/sign-in").leadsTo("/sign-in")
	reader.get("/sign-in").keepsQuietAbout("data-theme")
	reader.cookies[themeCookie] = "x-onload"
	reader.get("/sign-in").keepsQuietAbout("data-theme")
}

func TestProxiesAreBelievedIfTrusted(t *testing.T) {
	t.Parallel()
	if _, err := New(Config{Assets: testAssets, TrustedProxies: []string{"nginx"}}); err == nil {
		t.Error("a name is taken for an address")
	}
	s := newServer(t, func(c *Config) { c.TrustedProxies = []string{"10.0.0.0/8", "192.0.2.1"} })
	knock := func(peer, client string) int {
		r := httptest.NewRequest(http.MethodPost, "/sign-in", strings.NewReader("%zz"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Forwarded-For", client)
		r.RemoteAddr = peer + ":1234"
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		return w.Code
	}
	for range 30 {
		knock("192.0.2.1", "198.51.100.7")
	}
	if got := knock("10.1.2.3", "198.51.100.7"); got != http.StatusTooManyRequests {
		t.Errorf("the same client through another proxy: got %d", got)
	}
	if got := knock("192.0.2.1", "198.51.100.8"); got != http.StatusBadRequest {
		t.Errorf("another client: got %d", got)
	}
	if got := knock("203.0.113.9", "198.51.100.7"); got != http.StatusBadRequest {
		t.Errorf("somebody who only says so: got %d", got)
	}
}

func TestTheAPIIsDescribed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	var document struct {
		OpenAPI string
		Paths   map[string]map[string]struct{ OperationID string }
	}
	s.nobody().get("/api/v1/openapi.json").is(http.StatusOK).keepsQuietAbout("$schema").into(&document)
	if !strings.HasPrefix(document.OpenAPI, "3.1") {
		t.Errorf("OpenAPI %s", document.OpenAPI)
	}
	seen := map[string]bool{}
	for path, methods := range document.Paths {
		for method, operation := range methods {
			if operation.OperationID == "" || seen[operation.OperationID] {
				t.Errorf("%s %s has no name of its own: %q", method, path, operation.OperationID)
			}
			seen[operation.OperationID] = true
		}
	}
	for _, want := range []string{"show-me", "add-project", "set-member", "show-codebook"} {
		if !seen[want] {
			t.Errorf("%s is not described", want)
		}
	}
}
