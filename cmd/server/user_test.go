package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/internal/store/storetest"
)

func TestANewPasswordForWhoeverForgotTheirs(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t)
	mustRun(t, url, strings.NewReader("correct horse battery\n"), "user", "add", "--email", "Ana@example.org", "--name", "Ana")
	s, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	now := time.Now()
	signIn := func(password string) (store.Secret, error) {
		return s.SignIn(t.Context(), store.SignIn{Email: "ana@example.org", Password: password, At: now})
	}
	before, err := signIn("correct horse battery")
	if err != nil {
		t.Fatal(err)
	}
	for err = nil; !errors.Is(err, store.ErrTooManyTries); {
		if _, err = signIn("forgotten entirely"); err == nil {
			t.Fatal("a wrong password let somebody in")
		}
	}

	mustRun(t, url, strings.NewReader("a staple from now on\n"), "user", "password", "--email", "ana@example.org")
	if _, err := signIn("a staple from now on"); err != nil {
		t.Errorf("with the new password: %v", err)
	}
	if _, err := signIn("correct horse battery"); !errors.Is(err, store.ErrWrongPassword) {
		t.Errorf("with the old password: %v", err)
	}
	if _, err := s.Asker(t.Context(), store.Credential{Secret: before}, "", now); !errors.Is(err, annotate.ErrUnauthenticated) {
		t.Errorf("a session from before: %v", err)
	}
	for email, password := range map[string]string{"ana@example.org": "short", "nobody@example.org": "a staple from now on"} {
		if _, err := onrecord(t, url, strings.NewReader(password+"\n"), "user", "password", "--email", email); err == nil {
			t.Errorf("%s was given the password %q", email, password)
		}
	}
}
