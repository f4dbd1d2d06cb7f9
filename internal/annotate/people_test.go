package annotate_test

import (
	"strings"
	"testing"
	"time"

	"onrecord.dev/internal/annotate"
)

func TestRolesIncludeThoseBeforeThem(t *testing.T) {
	order := []annotate.Role{annotate.Viewer, annotate.Analyst, annotate.Reviewer, annotate.Manager}
	for i, have := range order {
		if !have.Valid() {
			t.Errorf("%s is no role", have)
		}
		for j, need := range order {
			if got := have.May(need); got != (i >= j) {
				t.Errorf("a %s may what a %s may: %v", have, need, got)
			}
		}
	}
}

func TestWhatIsNoRoleMayNothing(t *testing.T) {
	for _, stranger := range []annotate.Role{"", "admin", "Manager"} {
		if stranger.Valid() {
			t.Errorf("%q is a role", stranger)
		}
		for _, role := range append(annotate.Roles, stranger) {
			if stranger.May(role) {
				t.Errorf("%q may what a %q may", stranger, role)
			}
			if role.May(stranger) {
				t.Errorf("a %q may what needs to be %q", role, stranger)
			}
		}
	}
}

func TestNamesEmailsPasswordsAndSlugs(t *testing.T) {
	name := func(s string) func(annotate.Invalid) {
		return func(i annotate.Invalid) { i.ValidateName("name", s) }
	}
	email := func(s string) func(annotate.Invalid) { return func(i annotate.Invalid) { i.ValidateEmail(s) } }
	password := func(s string) func(annotate.Invalid) { return func(i annotate.Invalid) { i.ValidatePassword(s) } }
	slug := func(s string) func(annotate.Invalid) { return func(i annotate.Invalid) { i.ValidateSlug(s) } }
	tests := map[string]struct {
		validate func(annotate.Invalid)
		field    string // empty: it is fine
	}{
		"a name":             {name("Ana Ruiz"), ""},
		"the longest name":   {name(strings.Repeat("é", 200)), ""},
		"an overlong name":   {name(strings.Repeat("é", 201)), "name"},
		"an empty name":      {name(""), "name"},
		"a blank name":       {name(" \u00a0\t"), "name"},
		"an address":         {email("ana@example.org"), ""},
		"one with a tag":     {email("ana+tips@news.example.org"), ""},
		"one with a name":    {email("Ana <ana@example.org>"), "email"},
		"one in brackets":    {email("<ana@example.org>"), "email"},
		"one without a host": {email("ana@"), "email"},
		"no address":         {email("ana"), "email"},
		"no address at all":  {email(""), "email"},
		"two addresses":      {email("ana@example.org, ben@example.org"), "email"},
		"a header":           {email("ana@example.org\nBcc: ben@example.org"), "email"},
		"an overlong one":    {email(strings.Repeat("a", 250) + "@example.org"), "email"},
		"a password of 10":   {password("pässwörter"), ""},
		"one of 9":           {password("passwords"), "password"},
		"one of 200":         {password(strings.Repeat("é", 200)), ""},
		"one of 201":         {password(strings.Repeat("é", 201)), "password"},
		"a slug":             {slug("peace-plan-2"), ""},
		"the longest slug":   {slug(strings.Repeat("a", 60)), ""},
		"an overlong slug":   {slug(strings.Repeat("a", 61)), "slug"},
		"an empty slug":      {slug(""), "slug"},
		"upper case":         {slug("Peace"), "slug"},
		"an accent":          {slug("paix-é"), "slug"},
		"a hyphen first":     {slug("-peace"), "slug"},
		"a hyphen last":      {slug("peace-"), "slug"},
		"two hyphens":        {slug("peace--plan"), "slug"},
		"a path":             {slug("../peace"), "slug"},
		"a space":            {slug("peace plan"), "slug"},
	}
	for what, tt := range tests {
		t.Run(what, func(t *testing.T) {
			bad := annotate.Invalid{}
			tt.validate(bad)
			if tt.field == "" {
				complains(t, bad.Err())
				return
			}
			complains(t, bad.Err(), tt.field)
		})
	}
}

func TestTokensExpire(t *testing.T) {
	at := time.Date(2026, 11, 23, 8, 15, 0, 0, time.UTC)
	before, after := at.Add(-time.Second), at.Add(time.Second)
	for expires, want := range map[*time.Time]bool{nil: false, &before: true, &at: true, &after: false} {
		if got := (annotate.APIToken{ExpiresAt: expires}).Expired(at); got != want {
			t.Errorf("a token until %v has expired: %v", expires, got)
		}
	}
}
