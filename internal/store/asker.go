package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// sessionLife is how long a session lasts after it was last used.
const sessionLife = 30 * 24 * time.Hour

// touchEvery spares the database a write per request: a session's end moves
// only when it was last noted longer ago than this.
const touchEvery = time.Hour

// Credential is what a request shows to say who is asking.
type Credential struct {
	Secret   Secret
	APIToken bool // else it is a session's
}

// Asker is who is asking, and what they may do where they ask.
type Asker struct {
	User annotate.User
	// Session is the session that asks, empty with an API token.
	Session annotate.ID
	// Project is the project asked about, if there is one and the user may
	// know of it, else the zero Project.
	Project annotate.Project
	// Role is the user's in Project. Admins are managers everywhere.
	Role annotate.Role

	shown  shown
	access int64     // grows with every change of what the user may do
	until  time.Time // when the credential has to be looked at again
}

// shown is what an asker came with.
type shown struct {
	Credential
	slug string
}

// askerRow is what selectAsker reads. What belongs to the project is null
// where there is none, and the role where the user has none.
type askerRow struct {
	UserID        annotate.ID
	Email         string
	UserName      string
	Admin         bool
	Language      string
	UserCreatedAt time.Time
	Access        int64
	CredentialID  annotate.ID
	SeenAt        *time.Time
	ExpiresAt     *time.Time
	Role          *annotate.Role
	ID            *annotate.ID
	Slug          *string
	Name          *string
	SelfApproval  *bool
	Quorum        *int
	Mode          *annotate.Mode
	Pool          *int
	Codebook      *int
	CreatedAt     *time.Time
}

const (
	selectAsker = `
		SELECT u.id AS user_id, coalesce(u.email, '') AS email, u.name AS user_name, u.admin,
		       coalesce(u.language, '') AS language, u.created_at AS user_created_at, u.access,
		       c.id AS credential_id, c.seen_at, c.expires_at,
		       CASE WHEN u.admin THEN 'manager' ELSE m.role END AS role,
		       p.id, p.slug, p.name, p.self_approval, p.quorum, p.mode, p.pool, p.codebook, p.created_at
		FROM credential c
		JOIN users u ON u.id = c.user_id AND u.disabled_at IS NULL
		LEFT JOIN projects p ON p.slug = @slug
		LEFT JOIN members m ON m.project_id = p.id AND m.user_id = u.id`

	withSession = `
		WITH credential AS (
			SELECT id, user_id, seen_at, expires_at FROM sessions WHERE token_hash = @hash AND expires_at > @at
		)` + selectAsker

	withAPIToken = `
		WITH credential AS (
			SELECT id, user_id, last_used_at AS seen_at, expires_at FROM api_tokens
			WHERE token_hash = @hash AND (expires_at IS NULL OR expires_at > @at)
		)` + selectAsker
)

// Asker finds who shows c at the time at, and what they may do in the project
// called slug, in one query. It returns [annotate.ErrUnauthenticated] when c
// is not or no longer good, or its user is disabled.
func (s *Store) Asker(ctx context.Context, c Credential, slug string, at time.Time) (Asker, error) {
	sql := withSession
	if c.APIToken {
		sql = withAPIToken
	}
	rows, _ := s.pool.Query(ctx, sql, pgx.NamedArgs{"hash": c.Secret.hash(), "slug": slug, "at": at})
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[askerRow])
	if errors.Is(err, pgx.ErrNoRows) {
		return Asker{}, annotate.ErrUnauthenticated
	}
	if err != nil {
		return Asker{}, fmt.Errorf("find who is asking: %w", translate(err))
	}
	if row.SeenAt == nil || at.Sub(*row.SeenAt) > touchEvery {
		if err := s.touch(ctx, c, at); err != nil {
			return Asker{}, fmt.Errorf("note that a credential was used: %w", err)
		}
	}
	a := row.asker(c.APIToken)
	a.shown, a.access, a.until = shown{c, slug}, row.Access, at.Add(touchEvery)
	if row.ExpiresAt != nil && row.ExpiresAt.Before(a.until) {
		a.until = *row.ExpiresAt
	}
	return a, nil
}

// keptAskers is how many askers are remembered: the people at work at once.
const keptAskers = 1024

// RememberedAsker is Asker, but may answer what was so a while ago. It is for
// [Store.AppendAs], which finds out if it no longer is. Whoever may not tag is
// not remembered: nothing would find out that they now may.
func (s *Store) RememberedAsker(ctx context.Context, c Credential, slug string, at time.Time) (Asker, error) {
	if a, ok := s.askers.Get(shown{c, slug}); ok && at.Before(a.until) {
		return a, nil
	}
	a, err := s.Asker(ctx, c, slug, at)
	if err == nil && a.mayTag() == nil {
		s.askers.Add(a.shown, a)
	}
	return a, err
}

// askedAgain is a as it is now.
func (s *Store) askedAgain(ctx context.Context, a Asker, at time.Time) (Asker, error) {
	s.askers.Remove(a.shown)
	return s.Asker(ctx, a.shown.Credential, a.shown.slug, at)
}

// mayTag returns the refusal of an asker who may not change annotations.
func (a Asker) mayTag() error {
	switch {
	case a.Project.ID == "":
		return annotate.ErrNotFound
	case !a.Role.May(annotate.Analyst):
		return annotate.ErrForbidden
	}
	return nil
}

func (s *Store) touch(ctx context.Context, c Credential, at time.Time) error {
	sql := `UPDATE sessions SET seen_at = $2, expires_at = $2::timestamptz + $3::interval WHERE token_hash = $1`
	args := []any{c.Secret.hash(), at, sessionLife}
	if c.APIToken {
		sql = `UPDATE api_tokens SET last_used_at = $2 WHERE token_hash = $1`
		args = args[:2]
	}
	_, err := s.pool.Exec(ctx, sql, args...)
	return translate(err)
}

func (r askerRow) asker(apiToken bool) Asker {
	a := Asker{User: annotate.User{ID: r.UserID, Email: r.Email, Name: r.UserName, Admin: r.Admin, Language: r.Language, CreatedAt: r.UserCreatedAt}}
	if !apiToken {
		a.Session = r.CredentialID
	}
	if r.ID != nil && r.Role != nil {
		a.Project = annotate.Project{
			ID: *r.ID, Slug: *r.Slug, Name: *r.Name,
			SelfApproval: *r.SelfApproval, Quorum: *r.Quorum, Mode: *r.Mode, Pool: *r.Pool, Codebook: *r.Codebook, CreatedAt: *r.CreatedAt,
		}
		a.Role = *r.Role
	}
	return a
}
