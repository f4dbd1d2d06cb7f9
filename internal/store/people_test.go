package store_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/internal/store/storetest"
)

var morning = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

const longPassword = "a fine long password"

func addUser(tb testing.TB, s *store.Store, email string) annotate.User {
	tb.Helper()
	u, err := s.AddUser(tb.Context(), store.NewUser{Email: email, Name: "Ana Ruiz", Password: longPassword, At: morning})
	if err != nil {
		tb.Fatal(err)
	}
	return u
}

// invalid returns the complaints that err is, and fails the test if it is none.
func invalid(tb testing.TB, err error) annotate.Invalid {
	tb.Helper()
	bad, ok := errors.AsType[annotate.Invalid](err)
	if !ok {
		tb.Fatalf("got %v, want complaints", err)
	}
	return bad
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ana, err := s.AddUser(t.Context(), store.NewUser{Email: " Ana@example.org ", Name: " Ana Ruiz ", Password: longPassword, Admin: true, At: morning})
	if err != nil {
		t.Fatal(err)
	}
	want := annotate.User{ID: ana.ID, Email: "Ana@example.org", Name: "Ana Ruiz", Admin: true, CreatedAt: morning}
	for _, who := range []string{"ana@EXAMPLE.org", string(ana.ID), strings.ToUpper(string(ana.ID))} {
		got, err := s.User(t.Context(), who)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("User(%q): %v %s", who, err, diff)
		}
	}
	if _, err := s.User(t.Context(), "nobody@example.org"); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("an unknown account: %v", err)
	}
	if _, err := s.AddUser(t.Context(), store.NewUser{Email: "ANA@example.org", Name: "Other", Password: longPassword, At: morning}); !errors.Is(err, annotate.ErrExists) {
		t.Errorf("the address of another: %v", err)
	}
	_, err = s.AddUser(t.Context(), store.NewUser{Email: "Ana <a@example.org>", Name: " ", Password: "short", At: morning})
	if bad := invalid(t, err); bad["email"] == "" || bad["name"] == "" || bad["password"] == "" {
		t.Errorf("complaints: %v", bad)
	}
	ben := addUser(t, s, "ben@example.org")
	users, err := s.Users(t.Context())
	if diff := cmp.Diff([]annotate.User{want, ben}, users); err != nil || diff != "" {
		t.Errorf("Users: %v %s", err, diff)
	}
	if got, err := s.FirstAdmin(t.Context()); err != nil || got.ID != ana.ID {
		t.Errorf("FirstAdmin: %v %v", got, err)
	}
	if err := s.ChooseLanguage(t.Context(), ben.ID, "de"); err != nil {
		t.Fatal(err)
	}
	if got, err := s.User(t.Context(), string(ben.ID)); err != nil || got.Language != "de" {
		t.Errorf("the language of ben: %v %v", got, err)
	}
	if err := s.ChooseLanguage(t.Context(), store.NewID(), "de"); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("the language of nobody: %v", err)
	}
	if err := s.RenameUser(t.Context(), ben.ID, " Ben Okafor "); err != nil {
		t.Fatal(err)
	}
	if got, err := s.User(t.Context(), string(ben.ID)); err != nil || got.Name != "Ben Okafor" {
		t.Errorf("renamed: %v %v", got, err)
	}
	_ = invalid(t, s.RenameUser(t.Context(), ben.ID, " "))
	if err := s.RenameUser(t.Context(), store.NewID(), "Nobody"); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("renaming nobody: %v", err)
	}
}

func TestTwoAdminsCannotDemoteEachOther(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	admins := make([]annotate.ID, 2)
	for i, email := range []string{"ada@example.org", "abe@example.org"} {
		u, err := s.AddUser(t.Context(), store.NewUser{Email: email, Name: "Admin", Password: longPassword, Admin: true, At: morning})
		if err != nil {
			t.Fatal(err)
		}
		admins[i] = u.ID
	}
	var tries sync.WaitGroup
	results := make([]error, len(admins))
	for i, id := range admins {
		tries.Go(func() { results[i] = s.ChangeAccount(t.Context(), store.AccountChange{User: id, At: morning}) })
	}
	tries.Wait()
	if (results[0] == nil) == (results[1] == nil) {
		t.Errorf("one is to be refused, got %v and %v", results[0], results[1])
	}
	if _, err := s.FirstAdmin(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ana := addUser(t, s, "ana@example.org")
	signIn := func(at time.Time) store.Credential {
		t.Helper()
		secret, err := s.SignIn(t.Context(), store.SignIn{Email: "ana@example.org", Password: longPassword, UserAgent: "Browser\x00\xff", At: at})
		if err != nil {
			t.Fatal(err)
		}
		return store.Credential{Secret: secret}
	}
	first, second := signIn(morning), signIn(morning.Add(time.Minute))
	asker, err := s.Asker(t.Context(), first, "", morning)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ana, asker.User); diff != "" || asker.Session == "" || asker.Role != "" {
		t.Errorf("asker %+v: %s", asker, diff)
	}
	sessions, err := s.Sessions(t.Context(), ana.ID, morning.Add(time.Hour))
	if err != nil || len(sessions) != 2 {
		t.Fatalf("Sessions: %v %v", sessions, err)
	}
	want := annotate.Session{
		ID: asker.Session, UserAgent: "Browser",
		CreatedAt: morning, SeenAt: morning, ExpiresAt: morning.Add(30 * 24 * time.Hour),
	}
	if diff := cmp.Diff(want, sessions[1]); diff != "" {
		t.Error(diff)
	}

	// In use, a session goes on; the next use is noted an hour later at the earliest.
	later := morning.Add(29 * 24 * time.Hour)
	for _, at := range []time.Time{later, later.Add(time.Minute)} {
		if _, err := s.Asker(t.Context(), first, "", at); err != nil {
			t.Fatal(err)
		}
	}
	sessions, err = s.Sessions(t.Context(), ana.ID, later)
	if err != nil || !sessions[0].SeenAt.Equal(later) || !sessions[0].ExpiresAt.Equal(later.Add(30*24*time.Hour)) {
		t.Errorf("the session in use: %+v %v", sessions, err)
	}
	if _, err := s.Asker(t.Context(), second, "", later.Add(2*24*time.Hour)); !errors.Is(err, annotate.ErrUnauthenticated) {
		t.Errorf("the session not in use: %v", err)
	}
	if err := s.EndSession(t.Context(), store.NewID(), asker.Session); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("ending somebody else's session: %v", err)
	}
	if err := s.EndSession(t.Context(), ana.ID, asker.Session); err != nil {
		t.Error(err)
	}
	if _, err := s.Asker(t.Context(), first, "", later); !errors.Is(err, annotate.ErrUnauthenticated) {
		t.Errorf("the session that was ended: %v", err)
	}
	third := signIn(later)
	if err := s.EndSessions(t.Context(), ana.ID); err != nil {
		t.Error(err)
	}
	if _, err := s.Asker(t.Context(), third, "", later); !errors.Is(err, annotate.ErrUnauthenticated) {
		t.Errorf("after signing out everywhere: %v", err)
	}
}

func TestExpiredSessionsAreForgotten(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ana := addUser(t, s, "ana@example.org")
	if _, err := s.SignIn(t.Context(), store.SignIn{Email: ana.Email, Password: longPassword, At: morning}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		days, left int
	}{{29, 1}, {31, 0}} {
		if err := s.ForgetExpired(t.Context(), morning.AddDate(0, 0, test.days)); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Sessions(t.Context(), ana.ID, morning); err != nil || len(got) != test.left {
			t.Errorf("after %d days: %v %v", test.days, got, err)
		}
	}
}

func TestWrongPasswords(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	addUser(t, s, "ana@example.org")
	try := func(email, password string, at time.Time) error {
		_, err := s.SignIn(t.Context(), store.SignIn{Email: email, Password: password, At: at})
		return err
	}
	for name, email := range map[string]string{"known": "ana@example.org", "unknown": "nobody@example.org", "endless": strings.Repeat("a", 1000)} {
		if err := try(email, "wrong", morning); !errors.Is(err, store.ErrWrongPassword) {
			t.Errorf("%s account: %v", name, err)
		}
	}
	if err := try("ana@example.org", longPassword, morning); err != nil {
		t.Fatal(err) // which also forgives what came before
	}

	// Many at once get through no more often than many in turn.
	var tries sync.WaitGroup
	results := make([]error, 30)
	for i := range results {
		tries.Go(func() { results[i] = try("ANA@example.org", "wrong", morning) })
	}
	tries.Wait()
	looked := 0
	for _, err := range results {
		switch {
		case errors.Is(err, store.ErrWrongPassword):
			looked++
		case !errors.Is(err, store.ErrTooManyTries):
			t.Error(err)
		}
	}
	if looked != 10 {
		t.Errorf("%d of 30 passwords were looked at, want 10", looked)
	}
	if err := try("ana@example.org", longPassword, morning); !errors.Is(err, store.ErrTooManyTries) {
		t.Errorf("the right password after too many wrong ones: %v", err)
	}
	if err := try("nobody@example.org", "wrong", morning); !errors.Is(err, store.ErrWrongPassword) {
		t.Errorf("another account: %v", err)
	}
	if err := try("ana@example.org", longPassword, morning.Add(16*time.Minute)); err != nil {
		t.Errorf("a quarter of an hour later: %v", err)
	}
}

func TestPasswordChange(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ana := addUser(t, s, "ana@example.org")
	secret, err := s.SignIn(t.Context(), store.SignIn{Email: ana.Email, Password: longPassword, At: morning})
	if err != nil {
		t.Fatal(err)
	}
	asker, err := s.Asker(t.Context(), store.Credential{Secret: secret}, "", morning)
	if err != nil {
		t.Fatal(err)
	}
	change := store.PasswordChange{User: ana.ID, Session: asker.Session, Current: "wrong", New: "another long password", At: morning}
	if bad := invalid(t, s.ChangePassword(t.Context(), change)); bad["current"] == "" {
		t.Errorf("complaints: %v", bad)
	}
	change.Current, change.New = longPassword, "short"
	if bad := invalid(t, s.ChangePassword(t.Context(), change)); bad["password"] == "" {
		t.Errorf("complaints: %v", bad)
	}
	change.New = "another long password"
	if err := s.ChangePassword(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SignIn(t.Context(), store.SignIn{Email: ana.Email, Password: longPassword, At: morning}); !errors.Is(err, store.ErrWrongPassword) {
		t.Errorf("the old password: %v", err)
	}
	if _, err := s.SignIn(t.Context(), store.SignIn{Email: ana.Email, Password: "another long password", At: morning}); err != nil {
		t.Errorf("the new password: %v", err)
	}
}

func TestAPITokens(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ana := addUser(t, s, "ana@example.org")
	end := morning.Add(48 * time.Hour)
	made, secret, err := s.AddAPIToken(t.Context(), store.NewAPIToken{User: ana.ID, Name: " export ", ExpiresAt: &end, At: morning})
	if err != nil || !strings.HasPrefix(string(secret), "onrecord_") {
		t.Fatalf("%q: %v", secret, err)
	}
	credential := store.Credential{Secret: secret, APIToken: true}
	asker, err := s.Asker(t.Context(), credential, "", morning.Add(time.Hour))
	if err != nil || asker.User.ID != ana.ID || asker.Session != "" {
		t.Fatalf("asker %+v: %v", asker, err)
	}
	used := morning.Add(time.Hour)
	want := []annotate.APIToken{{ID: made.ID, Name: "export", CreatedAt: morning, ExpiresAt: &end, LastUsedAt: &used}}
	tokens, err := s.APITokens(t.Context(), ana.ID)
	if diff := cmp.Diff(want, tokens); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	for name, c := range map[string]struct {
		credential store.Credential
		at         time.Time
	}{
		"expired":      {credential, end},
		"as a session": {store.Credential{Secret: secret}, morning},
		"made up":      {store.Credential{Secret: "onrecord_x", APIToken: true}, morning},
	} {
		if _, err := s.Asker(t.Context(), c.credential, "", c.at); !errors.Is(err, annotate.ErrUnauthenticated) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.RevokeAPIToken(t.Context(), store.NewID(), made.ID); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("revoking somebody else's token: %v", err)
	}
	if err := s.RevokeAPIToken(t.Context(), ana.ID, made.ID); err != nil {
		t.Error(err)
	}
	if _, err := s.Asker(t.Context(), credential, "", morning); !errors.Is(err, annotate.ErrUnauthenticated) {
		t.Errorf("revoked: %v", err)
	}
	past := morning.Add(-time.Hour)
	_, _, err = s.AddAPIToken(t.Context(), store.NewAPIToken{User: ana.ID, Name: "", ExpiresAt: &past, At: morning})
	if bad := invalid(t, err); bad["name"] == "" || bad["expires"] == "" {
		t.Errorf("complaints: %v", bad)
	}
}

func TestSecretsStayOutOfTheDatabaseAndTheLog(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	ana := addUser(t, s, "ana@example.org")
	_, one, err := s.AddAPIToken(t.Context(), store.NewAPIToken{User: ana.ID, Name: "one", At: morning})
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := s.AddAPIToken(t.Context(), store.NewAPIToken{User: ana.ID, Name: "other", At: morning})
	if err != nil {
		t.Fatal(err)
	}
	if one == other || len(one) < len("onrecord_")+26 {
		t.Errorf("secrets %q and %q", one, other)
	}
	if got := one.LogValue().String(); strings.Contains(got, string(one)) {
		t.Errorf("the log gets %q", got)
	}
}

func TestTheFirstAdminIsMadeOnce(t *testing.T) {
	t.Parallel()
	s := storetest.New(t)
	link, err := s.SetupLink(t.Context(), morning)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.CheckSetupLink(t.Context(), link); err != nil {
		t.Error(err)
	}
	if err := s.CheckSetupLink(t.Context(), "made up"); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("a made up link: %v", err)
	}
	var tries sync.WaitGroup
	results := make([]error, 4)
	for i, email := range []string{"a@example.org", "b@example.org", "c@example.org", "d@example.org"} {
		tries.Go(func() {
			u := store.NewUser{Email: email, Name: "First", Password: longPassword, At: morning}
			if i%2 == 0 {
				_, results[i] = s.SetUp(t.Context(), link, u, "a test")
			} else {
				_, results[i] = s.AddFirstAdmin(t.Context(), u)
			}
		})
	}
	tries.Wait()
	made := 0
	for _, err := range results {
		switch {
		case err == nil:
			made++
		case !errors.Is(err, annotate.ErrNotFound) && !errors.Is(err, annotate.ErrExists):
			t.Error(err)
		}
	}
	users, err := s.Users(t.Context())
	if err != nil || made != 1 || len(users) != 1 || !users[0].Admin {
		t.Errorf("%d were made: %v %v", made, users, err)
	}
	if err := s.CheckSetupLink(t.Context(), link); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("the link afterwards: %v", err)
	}
	if _, err := s.SetupLink(t.Context(), morning); !errors.Is(err, annotate.ErrExists) {
		t.Errorf("another link: %v", err)
	}
	if _, err := s.AddFirstAdmin(t.Context(), store.NewUser{Email: "left over"}); !errors.Is(err, annotate.ErrExists) {
		t.Errorf("what is left in the environment: %v", err)
	}
}
