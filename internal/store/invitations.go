package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// NewInvitation is an invitation to be made.
type NewInvitation struct {
	Project annotate.ID
	Role    annotate.Role
	By      annotate.ID
	Expires time.Time
	At      time.Time
}

// Invite makes an invitation and returns its secret, which nobody can read
// again. It returns an [annotate.Invalid] for what is wrong with n.
func (s *Store) Invite(ctx context.Context, n NewInvitation) (Secret, error) {
	bad := annotate.Invalid{}
	if !n.Role.Valid() {
		bad["role"] = "Choose viewer, analyst, reviewer or manager."
	}
	if !n.Expires.After(n.At) {
		bad["expires"] = "Choose a day in the future."
	}
	if err := bad.Err(); err != nil {
		return "", err
	}
	secret := newSecret()
	_, err := s.pool.Exec(ctx, `
		INSERT INTO invitations (project_id, id, token_hash, role, created_by, created_at, expires_at)
		VALUES (@project, @id, @hash, @role, @by, @at, @expires)`,
		pgx.NamedArgs{
			"project": n.Project, "id": NewID(), "hash": secret.hash(), "role": n.Role,
			"by": n.By, "at": n.At, "expires": n.Expires,
		})
	if err != nil {
		return "", fmt.Errorf("invite to project %s: %w", n.Project, translate(err))
	}
	return secret, nil
}

// Invitations lists those invitations to a project that can still be
// accepted at the time at, the newest first.
func (s *Store) Invitations(ctx context.Context, project annotate.ID, at time.Time) ([]annotate.Invitation, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT i.id, i.role, u.name AS created_by, i.created_at, i.expires_at
		FROM invitations i JOIN users u ON u.id = i.created_by
		WHERE i.project_id = $1 AND i.used_at IS NULL AND i.expires_at > $2
		ORDER BY i.created_at DESC, i.id DESC`, project, at)
	invitations, err := pgx.CollectRows(rows, pgx.RowToStructByName[annotate.Invitation])
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", translate(err))
	}
	return invitations, nil
}

// RevokeInvitation takes back an invitation that nobody has accepted yet.
func (s *Store) RevokeInvitation(ctx context.Context, project, id annotate.ID) error {
	err := affected(s.pool.Exec(ctx, `
		DELETE FROM invitations WHERE project_id = $1 AND id = $2 AND used_at IS NULL`, project, id))
	if err != nil {
		return fmt.Errorf("revoke invitation %s: %w", id, err)
	}
	return nil
}

// Offer finds what an invitation offers. One that is used, revoked or expired
// is [annotate.ErrNotFound].
func (s *Store) Offer(ctx context.Context, invitation Secret, at time.Time) (annotate.Offer, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT p.slug, p.name AS project, i.role, u.name AS invited_by
		FROM invitations i JOIN projects p ON p.id = i.project_id JOIN users u ON u.id = i.created_by
		WHERE i.token_hash = $1 AND i.used_at IS NULL AND i.expires_at > $2`, invitation.hash(), at)
	o, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[annotate.Offer])
	if err != nil {
		return annotate.Offer{}, fmt.Errorf("find an invitation: %w", translate(err))
	}
	return o, nil
}

// Accept makes user a member as the invitation says, and uses it up. A member
// whose role is greater already keeps it. One that is used, revoked or
// expired is [annotate.ErrNotFound]. It returns the project's slug.
func (s *Store) Accept(ctx context.Context, invitation Secret, user annotate.ID, at time.Time) (slug string, err error) {
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		slug, err = accept(ctx, tx, invitation, user, at)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("accept an invitation: %w", err)
	}
	return slug, nil
}

// Join makes an account for whoever holds the invitation, accepts it and
// signs them in. It refuses what [Store.AddUser] and [Store.Accept] refuse.
func (s *Store) Join(ctx context.Context, invitation Secret, u NewUser, userAgent string) (session Secret, slug string, err error) {
	session = newSecret()
	u.Admin = false
	_, err = s.addUser(ctx, u, func(tx pgx.Tx, user annotate.ID) error {
		if slug, err = accept(ctx, tx, invitation, user, u.At); err != nil {
			return err
		}
		return beginSession(ctx, tx, user, session, userAgent, u.At)
	})
	if err != nil {
		return "", "", err
	}
	return session, slug, nil
}

func accept(ctx context.Context, tx pgx.Tx, invitation Secret, user annotate.ID, at time.Time) (slug string, err error) {
	var project annotate.ID
	var role annotate.Role
	err = tx.QueryRow(ctx, `
		UPDATE invitations i SET used_by = $2, used_at = $3
		FROM projects p
		WHERE p.id = i.project_id AND i.token_hash = $1 AND i.used_at IS NULL AND i.expires_at > $3
		RETURNING i.project_id, i.role, p.slug`, invitation.hash(), user, at).Scan(&project, &role, &slug)
	if err != nil {
		return "", translate(err)
	}
	m, err := member(ctx, tx, project, user)
	if err == nil && m.Role.May(role) {
		return slug, nil
	}
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", err
	}
	_, err = setRole(ctx, tx, project, user, role, at)
	return slug, err
}
