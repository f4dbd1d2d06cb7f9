package store_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// tagger is somebody who tags by a credential that is remembered.
type tagger struct {
	*desk
	id         annotate.ID
	session    annotate.ID
	token      annotate.ID
	credential store.Credential
}

// newTagger adds an analyst to the desk who signs in, or has an API token.
func newTagger(d *desk, apiToken bool) tagger {
	d.tb.Helper()
	ctx := d.tb.Context()
	u, err := d.AddUser(ctx, store.NewUser{Email: "tom@example.org", Name: "Tom", Password: "correct horse", At: monday})
	d.must(err)
	g := tagger{desk: d, id: u.ID}
	g.role(annotate.Analyst)
	if apiToken {
		token, secret, err := d.AddAPIToken(ctx, store.NewAPIToken{User: u.ID, Name: "script", At: monday})
		d.must(err)
		g.token, g.credential = token.ID, store.Credential{Secret: secret, APIToken: true}
		return g
	}
	secret, err := d.SignIn(ctx, store.SignIn{Email: "tom@example.org", Password: "correct horse", At: monday})
	d.must(err)
	sessions, err := d.Sessions(ctx, u.ID, monday)
	d.must(err)
	g.session, g.credential = sessions[0].ID, store.Credential{Secret: secret}
	return g
}

func (d *desk) must(err error) {
	d.tb.Helper()
	if err != nil {
		d.tb.Fatal(err)
	}
}

func (g tagger) role(r annotate.Role) {
	g.tb.Helper()
	_, err := g.SetMember(g.tb.Context(), store.NewMember{Project: g.project, Who: string(g.id), Role: r, At: monday})
	g.must(err)
}

// tag tags as one who is remembered by s.
func (g tagger) tag(s *store.Store) error {
	g.tb.Helper()
	a, err := s.RememberedAsker(g.tb.Context(), g.credential, "harbour", monday)
	if err != nil {
		return err
	}
	cs := g.changeSet(annotate.Operation{Op: annotate.Put, Annotation: &annotate.Annotation{
		ID: store.NewID(), Kind: annotate.Claim, Fragments: []annotate.Fragment{{Start: 0, End: 7}},
	}})
	_, err = s.AppendAs(g.tb.Context(), a, g.article, store.Shared, cs)
	return err
}

func (g tagger) seq() int64 {
	g.tb.Helper()
	stamp, err := g.Stamp(g.tb.Context(), in(g.project), g.article, store.Shared)
	g.must(err)
	return stamp.Seq
}

func TestWhoeverMayNoLongerTagIsRefusedAtTheWriteItself(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		apiToken bool
		change   func(g tagger) error
		want     error
	}{
		"signed out":          {change: func(g tagger) error { return g.EndSession(g.tb.Context(), g.id, g.session) }, want: annotate.ErrUnauthenticated},
		"signed out for good": {change: func(g tagger) error { return g.EndSessions(g.tb.Context(), g.id) }, want: annotate.ErrUnauthenticated},
		"token revoked": {
			apiToken: true,
			change:   func(g tagger) error { return g.RevokeAPIToken(g.tb.Context(), g.id, g.token) },
			want:     annotate.ErrUnauthenticated,
		},
		"disabled": {change: func(g tagger) error {
			_, err := g.AddUser(g.tb.Context(), store.NewUser{Email: "boss@example.org", Name: "Boss", Password: "correct horse", Admin: true, At: monday})
			g.must(err)
			return g.ChangeAccount(g.tb.Context(), store.AccountChange{User: g.id, Disabled: true, At: monday})
		}, want: annotate.ErrUnauthenticated},
		"no longer a member": {change: func(g tagger) error { return g.RemoveMember(g.tb.Context(), g.project, string(g.id)) }, want: annotate.ErrNotFound},
		"a viewer from now on": {change: func(g tagger) error {
			g.role(annotate.Viewer)
			return nil
		}, want: annotate.ErrForbidden},
		"a reviewer from now on": {change: func(g tagger) error {
			g.role(annotate.Reviewer)
			return nil
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newTagger(newDesk(t), test.apiToken)
			other := g.open() // another server process, which remembers for itself
			for _, s := range []*store.Store{g.Store, other} {
				g.must(g.tag(s))
			}
			g.must(test.change(g))
			before := g.seq()
			for _, s := range []*store.Store{other, g.Store, other} {
				if err := g.tag(s); !errors.Is(err, test.want) {
					t.Fatalf("got %v, want %v", err, test.want)
				}
			}
			if test.want != nil && g.seq() != before {
				t.Errorf("the log went on from %d to %d", before, g.seq())
			}
		})
	}
}

func TestWhoeverMayTagAgainIsLetInAtOnce(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		away func(g tagger)
		want error
	}{
		"a viewer":  {func(g tagger) { g.role(annotate.Viewer) }, annotate.ErrForbidden},
		"no member": {func(g tagger) { g.must(g.RemoveMember(g.tb.Context(), g.project, string(g.id))) }, annotate.ErrNotFound},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newTagger(newDesk(t), false)
			g.must(g.tag(g.Store))
			test.away(g)
			for range 3 {
				if err := g.tag(g.Store); !errors.Is(err, test.want) {
					t.Fatalf("got %v, want %v", err, test.want)
				}
			}
			g.role(annotate.Analyst)
			g.must(g.tag(g.Store))
		})
	}
}

func TestARememberedSessionEndsWhenItExpires(t *testing.T) {
	t.Parallel()
	g := newTagger(newDesk(t), false)
	g.must(g.tag(g.Store))
	if _, err := g.RememberedAsker(t.Context(), g.credential, "harbour", monday.AddDate(0, 0, 31)); !errors.Is(err, annotate.ErrUnauthenticated) {
		t.Errorf("after 31 days: got %v", err)
	}
}

func TestPeopleAreNeverDeleted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	conn, err := pgx.Connect(t.Context(), d.url)
	d.must(err)
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	if _, err := conn.Exec(t.Context(), `DELETE FROM users WHERE id = $1`, d.user); err == nil {
		t.Error("the database let a person be deleted")
	}
}

func TestAChangeSetBySomebodyUnknownIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	cs := d.changeSet(annotate.Operation{Op: annotate.Put, Annotation: &annotate.Annotation{
		ID: store.NewID(), Kind: annotate.Claim, Fragments: []annotate.Fragment{{Start: 0, End: 7}},
	}})
	cs.Author = store.NewID()
	if _, err := d.Append(t.Context(), d.project, d.article, store.Shared, cs); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

func TestTextThatLooksLikeAnArrayIsStoredAsItIs(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, words := range []string{`{a,"b"}`, `back\slash \" both`, "line\nend\ttab", "NULL", `\`, `"`, "« 👩‍🚒 »", "{}", ","} {
		id := store.NewID()
		_, err := d.do(annotate.Operation{Op: annotate.Put, Annotation: &annotate.Annotation{
			ID: id, Kind: annotate.Claim, Fragments: []annotate.Fragment{{Start: 0, End: 7}, {Start: 8, End: 12}},
			Attributes: annotate.Attributes{"time": words},
		}})
		if err != nil {
			t.Errorf("%q: %v", words, err)
			continue
		}
		annotations := d.read().Annotations
		a := annotations[slices.IndexFunc(annotations, func(a annotate.Annotation) bool { return a.ID == id })]
		if got := a.Attributes["time"]; got != words || len(a.Fragments) != 2 || a.Fragments[1].End != 12 {
			t.Errorf("%q came back as %q with %v", words, got, a.Fragments)
		}
	}
}
