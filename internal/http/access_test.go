package server

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

func TestEachGroupRefusesWhoeverIsLess(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	stranger, viewer, reviewer, manager := s.as(""), s.as(annotate.Viewer), s.as(annotate.Reviewer), s.as(annotate.Manager)
	article := "/projects/harbour/articles/" + string(store.NewID())
	tests := map[string]struct {
		answer *answer
		status int
	}{
		"signed in, page":  {s.nobody().get("/account"), http.StatusSeeOther},
		"signed in, API":   {s.nobody().api("GET", "/me", nil), http.StatusUnauthorized},
		"viewer, page":     {stranger.get("/projects/harbour/codebook"), http.StatusNotFound},
		"viewer, API":      {stranger.api("GET", "/projects/harbour", nil), http.StatusNotFound},
		"analyst, API":     {viewer.api("POST", article+"/changes", map[string]any{"id": store.NewID(), "operations": []any{}}), http.StatusForbidden},
		"manager, page":    {reviewer.get("/projects/harbour/settings"), http.StatusForbidden},
		"manager, writing": {reviewer.post("/projects/harbour/settings", "name", "Mine"), http.StatusForbidden},
		"manager, API":     {reviewer.api("PUT", "/projects/harbour/members/"+string(stranger.user), map[string]string{"role": "manager"}), http.StatusForbidden},
		"admin, page":      {manager.get("/admin/users"), http.StatusForbidden},
		"admin, writing":   {manager.post("/admin/users/"+string(manager.user), "do", "promote"), http.StatusForbidden},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if test.answer.status != test.status {
				t.Errorf("%s: got %d, want %d", test.answer.what, test.answer.status, test.status)
			}
			test.answer.keepsQuietAbout("Harbour inquiry", "Vera viewer")
		})
	}
	s.as(annotate.Viewer).get("/projects/harbour/codebook").is(http.StatusOK).says("Harbour inquiry")
}

func TestARefusalSaysWhichRoleItTakes(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.as(annotate.Analyst).get("/projects/harbour/settings").is(http.StatusForbidden).says("You need to be a manager of this project")
	s.as(annotate.Viewer).get("/projects/harbour/new-article").is(http.StatusForbidden).says("You need to be an analyst of this project")
	p := s.as(annotate.Analyst).withToken().api("DELETE", "/projects/harbour/members/"+string(store.NewID()), nil).problem(http.StatusForbidden)
	if !strings.Contains(p.Detail, "a manager of this project") {
		t.Errorf("the problem says %q", p.Detail)
	}
}

func TestAdminsAreManagersEverywhere(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	admin := s.asAdmin()
	admin.get("/projects/harbour/settings").is(http.StatusOK)
	admin.get("/").is(http.StatusOK).says("Harbour inquiry", "Manager")
	var p projectJSON
	admin.api("GET", "/projects/harbour", nil).is(http.StatusOK).into(&p)
	if p.Role != annotate.Manager {
		t.Errorf("the admin's role is %q", p.Role)
	}
}

func TestWhoeverIsSignedOutIsLedToSignInAndBack(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.nobody().get("/projects/harbour/codebook?a=b").leadsTo("/sign-in?next=%2Fprojects%2Fharbour%2Fcodebook%3Fa%3Db")
	s.nobody().post("/projects/harbour/settings", "name", "x").leadsTo("/sign-in")
	p := s.nobody().api("GET", "/me", nil).problem(http.StatusUnauthorized)
	if !strings.Contains(p.Detail, "Authorization: Bearer") {
		t.Errorf("the problem says %q", p.Detail)
	}
}

func TestAnExpiredSessionIsToldSo(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	viewer := s.as(annotate.Viewer)
	viewer.get("/account").is(http.StatusOK)
	s.clock = s.clock.Add(31 * 24 * time.Hour)
	viewer.get("/account").leadsTo("/sign-in?next=%2Faccount")
	viewer.get("/sign-in?next=%2Faccount").is(http.StatusOK).says("Your session has ended", `value="/account"`)
	p := viewer.api("GET", "/me", nil).problem(http.StatusUnauthorized)
	if !strings.Contains(p.Detail, "expired") || !strings.HasSuffix(p.Type, "session-ended") {
		t.Errorf("the problem says %q (%s)", p.Detail, p.Type)
	}
}

func TestASessionInUseGoesOn(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	viewer := s.as(annotate.Viewer)
	for range 3 {
		s.clock = s.clock.Add(29 * 24 * time.Hour)
		viewer.get("/account").is(http.StatusOK)
	}
}

func TestADisabledAccountIsOut(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	admin, viewer := s.asAdmin(), s.as(annotate.Viewer)
	program := viewer.withToken()
	program.api("GET", "/me", nil).is(http.StatusOK)
	admin.post("/admin/users/"+string(viewer.user), "do", "disable").leadsTo("/admin/users")
	viewer.get("/account").is(http.StatusSeeOther)
	program.api("GET", "/me", nil).problem(http.StatusUnauthorized)
}

func TestTheLastAdminStays(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	admin := s.asAdmin()
	for _, do := range []string{"demote", "disable"} {
		admin.post("/admin/users/"+string(admin.user), "do", do).is(http.StatusUnprocessableEntity).says("Somebody must remain admin")
	}
	admin.get("/admin/users").is(http.StatusOK)
}

func TestOtherSitesCannotWrite(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	manager := s.as(annotate.Manager)
	manager.header.Set("Sec-Fetch-Site", "cross-site")
	manager.header.Set("Origin", "https://elsewhere.example")
	manager.post("/projects/harbour/settings", "name", "Taken over").is(http.StatusForbidden).says("another site")
	manager.api("PUT", "/projects/harbour/members/"+string(manager.user), map[string]string{"role": "viewer"}).problem(http.StatusForbidden)
	manager.header = http.Header{}
	manager.get("/projects/harbour/settings").is(http.StatusOK).keepsQuietAbout("Taken over")
}

func TestTokensAreRevokedAndExpire(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	viewer := s.as(annotate.Viewer)
	shown := viewer.post("/account/tokens", "token-name", "weekly backup", "token-expires", "30").is(http.StatusOK).says("not shown again")
	program := s.nobody()
	program.header.Set("Authorization", "Bearer "+shown.between(`id="new-token" value="`, `"`))
	program.api("GET", "/me", nil).is(http.StatusOK).says("Vera viewer")
	program.api("GET", "/projects/harbour", nil).is(http.StatusOK)

	listed := viewer.get("/account").is(http.StatusOK).says("weekly backup").keepsQuietAbout("not shown again")
	s.clock = s.clock.Add(29 * 24 * time.Hour)
	program.api("GET", "/me", nil).is(http.StatusOK)
	viewer.get("/account").is(http.StatusOK).keepsQuietAbout("Expired")
	s.clock = s.clock.Add(25 * time.Hour)
	viewer.get("/account").is(http.StatusOK).says("Expired")
	program.api("GET", "/me", nil).problem(http.StatusUnauthorized)

	revoke := "/account/tokens/" + listed.between(`action="/account/tokens/`, `/revoke"`) + "/revoke"
	s.as(annotate.Viewer).post(revoke).is(http.StatusNotFound)
	viewer.post(revoke).leadsTo("/account")
	viewer.get("/account").keepsQuietAbout("weekly backup")
	viewer.post("/account/tokens", "token-name", " ", "token-expires", "30").is(http.StatusUnprocessableEntity).says("Give a name")
	viewer.post("/account/tokens", "token-name", "x", "token-expires", "soon").is(http.StatusUnprocessableEntity)
}

func TestAnAuthorizationHeaderCountsAlone(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	viewer := s.as(annotate.Viewer)
	for _, header := range []string{"Bearer nonsense", "Basic dXNlcjpwYXNz", "Bearer", "Bearer "} {
		viewer.header.Set("Authorization", header)
		viewer.api("GET", "/me", nil).problem(http.StatusUnauthorized)
	}
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	viewer, other := s.as(annotate.Viewer), s.as(annotate.Viewer)
	second := "second-session"
	s.exec(`INSERT INTO sessions (token_hash, id, user_id, user_agent, created_at, seen_at, expires_at)
		VALUES (sha256($1::text::bytea), $2, $3, 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', $4, $4, $5)`,
		second, store.NewID(), viewer.user, s.clock, s.clock.Add(time.Hour))
	elsewhere := s.nobody()
	elsewhere.cookies[s.sessionCookie()] = second
	elsewhere.get("/account").is(http.StatusOK)

	listed := viewer.get("/account").is(http.StatusOK).says("Firefox on Linux", "This one")
	end := "/account/sessions/" + listed.between(`action="/account/sessions/`, `/end"`) + "/end"
	other.post(end).is(http.StatusNotFound)
	viewer.post(end).leadsTo("/account")
	elsewhere.get("/account").is(http.StatusSeeOther)
	viewer.post("/account/sessions/end").leadsTo("/sign-in")
	viewer.get("/account").is(http.StatusSeeOther)
	other.get("/account").is(http.StatusOK)
}

func TestNobodyActsInTheNameOfAnother(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	article := s.article("Nobody said a word.")
	ana, ben := s.as(annotate.Analyst), s.as(annotate.Analyst)
	ben.header.Set(userHeader, string(ana.user)) // Ana's page, after Ben has signed in
	p := ben.api(http.MethodPost, article+"/changes", tagging(annotate.Claim, 0, 6, "")).problem(http.StatusUnauthorized)
	if !strings.HasSuffix(p.Type, ":somebody-else") {
		t.Errorf("the problem is %s", p.Type)
	}
	ben.header.Set(userHeader, string(ben.user))
	ben.api(http.MethodPost, article+"/changes", tagging(annotate.Claim, 0, 6, "")).is(http.StatusOK)
	var read articleBody
	ana.api(http.MethodGet, article, nil).is(http.StatusOK).into(&read)
	if len(read.Annotations) != 1 || read.Annotations[0].CreatedBy != ben.user {
		t.Errorf("the article has %+v, want one annotation, by Ben", read.Annotations)
	}
}
