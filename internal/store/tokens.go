package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// NewAPIToken is an API token to be made.
type NewAPIToken struct {
	User      annotate.ID
	Name      string
	ExpiresAt *time.Time
	At        time.Time
}

// AddAPIToken makes an API token and returns its secret, which nobody can read
// again. It returns an [annotate.Invalid] for what is wrong with t.
func (s *Store) AddAPIToken(ctx context.Context, t NewAPIToken) (annotate.APIToken, Secret, error) {
	t.Name = strings.TrimSpace(t.Name)
	bad := annotate.Invalid{}
	bad.ValidateName("name", t.Name)
	if t.ExpiresAt != nil && !t.ExpiresAt.After(t.At) {
		bad["expires"] = "Choose a day in the future."
	}
	if err := bad.Err(); err != nil {
		return annotate.APIToken{}, "", err
	}
	secret := Secret(apiTokenPrefix) + newSecret()
	made := annotate.APIToken{ID: NewID(), Name: t.Name, CreatedAt: t.At, ExpiresAt: t.ExpiresAt}
	_, err := s.pool.Exec(ctx, `
		INSERT INTO api_tokens (id, token_hash, user_id, name, created_at, expires_at)
		VALUES (@id, @hash, @user, @name, @at, @expires)`,
		pgx.NamedArgs{"id": made.ID, "hash": secret.hash(), "user": t.User, "name": t.Name, "at": t.At, "expires": t.ExpiresAt})
	if err != nil {
		return annotate.APIToken{}, "", fmt.Errorf("add an API token: %w", translate(err))
	}
	return made, secret, nil
}

// APITokens lists the tokens of user, the newest first, expired ones included.
func (s *Store) APITokens(ctx context.Context, user annotate.ID) ([]annotate.APIToken, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT id, name, created_at, expires_at, last_used_at FROM api_tokens
		WHERE user_id = $1
		ORDER BY created_at DESC, id DESC`, user)
	tokens, err := pgx.CollectRows(rows, pgx.RowToStructByName[annotate.APIToken])
	if err != nil {
		return nil, fmt.Errorf("list API tokens: %w", translate(err))
	}
	return tokens, nil
}

// RevokeAPIToken ends a token of user. One that is not there, or not theirs,
// is [annotate.ErrNotFound].
func (s *Store) RevokeAPIToken(ctx context.Context, user, token annotate.ID) error {
	if err := affected(s.pool.Exec(ctx, `DELETE FROM api_tokens WHERE user_id = $1 AND id = $2`, user, token)); err != nil {
		return fmt.Errorf("revoke API token %s: %w", token, err)
	}
	return nil
}
