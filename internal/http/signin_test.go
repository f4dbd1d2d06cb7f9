package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

const password = "a fine long password"

// ana has an account with a password.
func (t *testServer) ana() annotate.User {
	t.tb.Helper()
	u, err := t.store.AddUser(t.tb.Context(), store.NewUser{Email: "ana@example.org", Name: "Ana Ruiz", Password: password, At: t.clock})
	if err != nil {
		t.tb.Fatal(err)
	}
	return u
}

func TestSigningInAndOut(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.ana()
	ana := s.nobody()
	ana.get("/sign-in").is(http.StatusOK).keepsQuietAbout("session has ended")
	ana.post("/sign-in", "email", " ANA@example.org ", "password", password, "next", "/account").leadsTo("/account")
	ana.get("/account").is(http.StatusOK).says("Ana Ruiz", "ana@example.org")
	ana.get("/sign-in").leadsTo("/")
	session := ana.cookies["onrecord"]
	out := ana.post("/sign-out").leadsTo("/sign-in")
	if got := out.header.Get("Clear-Site-Data"); got != `"cache"` {
		t.Errorf("Clear-Site-Data is %q", got)
	}
	ana.get("/sign-in").is(http.StatusOK).says("You are signed out.").keepsQuietAbout("session has ended")
	ana.get("/sign-in").is(http.StatusOK).keepsQuietAbout("You are signed out.")
	ana.cookies["onrecord"] = session
	ana.get("/account").is(http.StatusSeeOther)
}

func TestASessionCookieIsKeptFromScriptsAndOtherSites(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *Config) { c.BaseURL = "https://onrecord.example.org" })
	s.ana()
	w := s.nobody().post("/sign-in", "email", "ana@example.org", "password", password).is(http.StatusSeeOther)
	cookie := w.header.Get("Set-Cookie")
	for _, want := range []string{"__Host-onrecord=", "Path=/", "HttpOnly", "Secure", "SameSite=Lax"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie %q lacks %q", cookie, want)
		}
	}
	if w.header.Get("Strict-Transport-Security") == "" {
		t.Error("https is not held to")
	}
}

func TestAWrongPasswordAndAnUnknownAccountLookTheSame(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.ana()
	const complaint = "The e-mail address or the password is not right."
	for _, email := range []string{"ana@example.org", "nobody@example.org", "not an address", strings.Repeat("a", 5000)} {
		s.nobody().post("/sign-in", "email", email, "password", "wrong").is(http.StatusUnprocessableEntity).says(complaint)
	}
}

func TestTooManyWrongPasswordsLockTheAccountForAWhile(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.ana()
	ana := s.nobody()
	for range 10 {
		ana.post("/sign-in", "email", "ana@example.org", "password", "wrong").is(http.StatusUnprocessableEntity)
	}
	ana.post("/sign-in", "email", "Ana@example.org", "password", password).is(http.StatusTooManyRequests).says("Wait a quarter of an hour")
	s.clock = s.clock.Add(16 * time.Minute)
	ana.post("/sign-in", "email", "ana@example.org", "password", password).leadsTo("/")
}

func TestAnAddressThatTriesTooOftenIsSlowedDown(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	// Not form data: it is refused before any password is hashed.
	knock := func(address string) int {
		r := httptest.NewRequest(http.MethodPost, "/sign-in", strings.NewReader("%zz"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = address
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		return w.Code
	}
	for range 30 {
		if got := knock("192.0.2.7:1234"); got != http.StatusBadRequest {
			t.Fatalf("got %d, want 400", got)
		}
	}
	if got := knock("192.0.2.7:1235"); got != http.StatusTooManyRequests {
		t.Errorf("the 31st try: got %d, want 429", got)
	}
	if got := knock("192.0.2.8:1234"); got != http.StatusBadRequest {
		t.Errorf("another address: got %d, want 400", got)
	}
}

func TestSigningInLeadsToThisSiteOnly(t *testing.T) {
	for next, want := range map[string]string{
		"/projects/harbour/articles?q=a%20b": "/projects/harbour/articles?q=a%20b",
		"/":                                  "/",
		"":                                   "/",
		"https://elsewhere.example/":         "/",
		"//elsewhere.example":                "/",
		"/\\elsewhere.example":               "/",
		"/a\\..\\b":                          "/",
		"\\\\elsewhere.example":              "/",
		"elsewhere.example":                  "/",
		"javascript:alert(1)":                "/",
		"/\t/elsewhere.example":              "/",
		"/\n//elsewhere.example":             "/",
		"\x20//elsewhere.example":            "/",
	} {
		if got := localPath(next); got != want {
			t.Errorf("localPath(%q) = %q, want %q", next, got, want)
		}
	}
	t.Parallel()
	s := newServer(t)
	s.ana()
	s.nobody().post("/sign-in", "email", "ana@example.org", "password", password, "next", "//elsewhere.example").leadsTo("/")
	s.as(annotate.Viewer).get("/sign-in?next=https://elsewhere.example").leadsTo("/")
	s.nobody().post("/theme", "theme", "dark", "next", "//elsewhere.example").leadsTo("/")
}

func TestChangingThePasswordSignsOutTheOthers(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.ana()
	here, there := s.nobody(), s.nobody()
	for _, v := range []*visitor{here, there} {
		v.post("/sign-in", "email", "ana@example.org", "password", password).leadsTo("/")
	}
	here.post("/account/password", "current", "wrong", "password", "another long one").is(http.StatusUnprocessableEntity).says("not your current password")
	here.post("/account/password", "current", password, "password", "short").is(http.StatusUnprocessableEntity).says("at least 10")
	here.post("/account/password", "current", password, "password", "another long one").leadsTo("/account")
	here.get("/account").is(http.StatusOK)
	there.get("/account").is(http.StatusSeeOther)
	there.post("/sign-in", "email", "ana@example.org", "password", password).is(http.StatusUnprocessableEntity)
	there.post("/sign-in", "email", "ana@example.org", "password", "another long one").leadsTo("/")
}

func TestTheSetupLinkWorksOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.exec(`DELETE FROM members`)
	s.exec(`UPDATE users SET email = NULL`) // known from an import, perhaps
	first, err := s.store.SetupLink(t.Context(), s.clock)
	if err != nil {
		t.Fatal(err)
	}
	link, err := s.store.SetupLink(t.Context(), s.clock)
	if err != nil {
		t.Fatal(err)
	}
	s.nobody().get("/setup/" + string(first)).is(http.StatusNotFound)
	s.nobody().get("/setup/" + string(link)).is(http.StatusOK).says("Set up Onrecord")
	form := []string{"name", "Ada Admin", "email", "ada@example.org", "password"}
	ada := s.nobody()
	ada.post("/setup/"+string(link), append(form, "short")...).is(http.StatusUnprocessableEntity).says("at least 10", `value="ada@example.org"`)
	ada.post("/setup/"+string(link), append(form, password)...).leadsTo("/")
	ada.get("/admin/users").is(http.StatusOK).says("Ada Admin")
	s.nobody().get("/setup/" + string(link)).is(http.StatusNotFound)
	s.nobody().post("/setup/"+string(link), "name", "Eve", "email", "eve@example.org", "password", password).is(http.StatusNotFound)
}

func TestAnInvitationIsForOne(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	manager := s.as(annotate.Manager)
	shown := manager.post("/projects/harbour/invitations", "role", "reviewer").is(http.StatusOK).says("works once")
	link := shown.between(`id="new-link" value="`, `"`)
	path, ok := strings.CutPrefix(link, "http://example.com")
	if !ok {
		t.Fatalf("the link is %s", link)
	}
	manager.get("/projects/harbour/settings").is(http.StatusOK).says("a reviewer").keepsQuietAbout(path)

	ben := s.nobody()
	ben.get(path).is(http.StatusOK).says("Join Harbour inquiry", "Vera manager", "a reviewer")
	ben.post(path, "name", "", "email", "ben@example.org", "password", password).is(http.StatusUnprocessableEntity).says("Give a name")
	ben.post(path, "name", "Ben Okafor", "email", "owner@example.org", "password", password).is(http.StatusUnprocessableEntity).says("There is an account with this address")
	ben.post(path, "name", "Ben Okafor", "email", "ben@example.org", "password", password).leadsTo("/projects/harbour")
	var p projectJSON
	ben.api("GET", "/projects/harbour", nil).is(http.StatusOK).into(&p)
	if p.Role != annotate.Reviewer {
		t.Errorf("who joined is %q", p.Role)
	}
	s.nobody().get(path).is(http.StatusNotFound)
	s.nobody().post(path, "name", "Eve", "email", "eve@example.org", "password", password).is(http.StatusNotFound)
	s.as("").post(path).is(http.StatusNotFound)
}

func TestAnInvitationIsAcceptedByWhoeverIsSignedIn(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	manager, stranger := s.as(annotate.Manager), s.as("")
	invite := func(role string) string {
		link := manager.post("/projects/harbour/invitations", "role", role).is(http.StatusOK).between(`id="new-link" value="`, `"`)
		return strings.TrimPrefix(link, "http://example.com")
	}
	path := invite("analyst")
	stranger.get(path).is(http.StatusOK).says("You are signed in as")
	stranger.post(path).leadsTo("/projects/harbour")
	stranger.get("/projects/harbour/codebook").is(http.StatusOK)

	manager.post(invite("viewer")).leadsTo("/projects/harbour")
	manager.get("/projects/harbour/settings").is(http.StatusOK) // not made a viewer by it

	late := invite("viewer")
	s.clock = s.clock.Add(8 * 24 * time.Hour)
	s.nobody().get(late).is(http.StatusNotFound)

	revoked := invite("viewer")
	id := manager.get("/projects/harbour/settings").between(`action="/projects/harbour/invitations/`, `/revoke"`)
	manager.post("/projects/harbour/invitations/" + id + "/revoke").leadsTo("/projects/harbour/settings")
	s.nobody().get(revoked).is(http.StatusNotFound)
	manager.post("/projects/harbour/invitations", "role", "emperor").is(http.StatusUnprocessableEntity).says("Choose viewer")
}
