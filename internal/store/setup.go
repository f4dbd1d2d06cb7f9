package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// SetupLink makes the secret of a link by which the first admin comes in, in
// place of any earlier one. It returns [annotate.ErrExists] if there is an
// admin already.
func (s *Store) SetupLink(ctx context.Context, at time.Time) (Secret, error) {
	secret := newSecret()
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if err := mostAdmins(ctx, tx, 0); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM setup_links`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO setup_links (token_hash, created_at) VALUES ($1, $2)`, secret.hash(), at)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("make a set-up link: %w", err)
	}
	return secret, nil
}

// CheckSetupLink returns [annotate.ErrNotFound] for a link that is used up, or
// that a later one took the place of.
func (s *Store) CheckSetupLink(ctx context.Context, link Secret) error {
	err := affected(s.pool.Exec(ctx, `
		SELECT FROM setup_links
		WHERE token_hash = $1 AND used_at IS NULL AND NOT EXISTS (SELECT FROM users WHERE admin)`, link.hash()))
	if err != nil {
		return fmt.Errorf("find a set-up link: %w", err)
	}
	return nil
}

// SetUp makes the first admin's account and signs them in. A link works once:
// after that it is [annotate.ErrNotFound].
func (s *Store) SetUp(ctx context.Context, link Secret, u NewUser, userAgent string) (Secret, error) {
	session := newSecret()
	u.Admin = true
	_, err := s.addUser(ctx, u, func(tx pgx.Tx, user annotate.ID) error {
		if err := mostAdmins(ctx, tx, 1); errors.Is(err, annotate.ErrExists) {
			return annotate.ErrNotFound
		} else if err != nil {
			return err
		}
		err := affected(tx.Exec(ctx, `
			UPDATE setup_links SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL`, link.hash(), u.At))
		if err != nil {
			return err
		}
		return beginSession(ctx, tx, user, session, userAgent, u.At)
	})
	if err != nil {
		return "", err
	}
	return session, nil
}

// AddFirstAdmin makes the first admin's account without a link. It returns
// [annotate.ErrExists] if there is an admin already, whatever u is: an
// operator may leave it in the environment, or part of it.
func (s *Store) AddFirstAdmin(ctx context.Context, u NewUser) (annotate.User, error) {
	if _, err := s.FirstAdmin(ctx); err == nil {
		return annotate.User{}, annotate.ErrExists
	} else if !errors.Is(err, annotate.ErrNotFound) {
		return annotate.User{}, err
	}
	u.Admin = true
	return s.addUser(ctx, u, func(tx pgx.Tx, _ annotate.ID) error { return mostAdmins(ctx, tx, 1) })
}

// mostAdmins returns [annotate.ErrExists] if there are more than n admins.
// Accounts of others do not count: the command line may have made them, and
// the demonstration. Those who would be first take turns here: the second
// finds the first's account beside its own.
func mostAdmins(ctx context.Context, tx pgx.Tx, n int) error {
	if _, err := tx.Exec(ctx, `LOCK TABLE setup_links IN EXCLUSIVE MODE`); err != nil {
		return err
	}
	var admins int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM users WHERE admin`).Scan(&admins)
	if err == nil && admins > n {
		return annotate.ErrExists
	}
	return err
}
