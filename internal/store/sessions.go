package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// Refusals of a sign-in. Neither tells whether there is such an account.
var (
	// ErrWrongPassword says that no account has this address and password.
	ErrWrongPassword = errors.New("e-mail address or password is wrong")
	// ErrTooManyTries says that too many sign-ins to this account have failed
	// lately; for a while even the right password is refused.
	ErrTooManyTries = errors.New("too many sign-ins have failed")
)

// An account takes maxAttempts wrong passwords in attemptWindow after the first.
const (
	maxAttempts   = 10
	attemptWindow = 15 * time.Minute
)

// SignIn is somebody's wish to be let in.
type SignIn struct {
	Email     string
	Password  string
	UserAgent string
	At        time.Time
}

// SignIn begins a session and returns its secret. It returns
// [ErrWrongPassword] or [ErrTooManyTries].
func (s *Store) SignIn(ctx context.Context, in SignIn) (Secret, error) {
	user, err := s.checkPassword(ctx, in.Email, in.Password, in.At)
	if err != nil {
		return "", err
	}
	secret := newSecret()
	if err := beginSession(ctx, s.pool, user, secret, in.UserAgent, in.At); err != nil {
		return "", fmt.Errorf("sign in: %w", translate(err))
	}
	return secret, nil
}

// checkPassword finds whose the e-mail address and password are. It takes as
// long for an address without an account.
func (s *Store) checkPassword(ctx context.Context, email, password string, at time.Time) (annotate.ID, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	if len(email) > 254 || utf8.RuneCountInString(password) > annotate.MaxPassword {
		return "", ErrWrongPassword // no account has these
	}
	if err := s.countAttempt(ctx, email, at); err != nil {
		return "", err
	}
	var user annotate.ID
	hash := nobodysHash
	err := s.pool.QueryRow(ctx, `
		SELECT id, password_hash FROM users
		WHERE lower(email) = $1 AND password_hash IS NOT NULL AND disabled_at IS NULL`, email).Scan(&user, &hash)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("find an account by its address: %w", translate(err))
	}
	fits, err := passwordFits(ctx, password, hash)
	if err != nil {
		return "", err
	}
	if !fits || user == "" {
		return "", ErrWrongPassword
	}
	if _, err := s.pool.Exec(ctx, `DELETE FROM sign_in_attempts WHERE email = $1`, email); err != nil {
		return "", fmt.Errorf("forget failed sign-ins: %w", translate(err))
	}
	return user, nil
}

// countAttempt counts an attempt before it is made: of many at once no more get
// through than of many in turn. The count begins anew after a while, however
// many are refused until then: whoever keeps trying must not keep the account's
// owner out for ever.
func (s *Store) countAttempt(ctx context.Context, email string, at time.Time) error {
	var n int
	err := s.pool.QueryRow(ctx, `
		INSERT INTO sign_in_attempts AS a (email, attempts, since) VALUES ($1, 1, $2)
		ON CONFLICT (email) DO UPDATE
		SET attempts = CASE WHEN a.since > $3 THEN a.attempts + 1 ELSE 1 END,
		    since = CASE WHEN a.since > $3 THEN a.since ELSE $2 END
		RETURNING attempts`, email, at, at.Add(-attemptWindow)).Scan(&n)
	if err != nil {
		return fmt.Errorf("count sign-ins: %w", translate(err))
	}
	if n > maxAttempts {
		return ErrTooManyTries
	}
	return nil
}

func beginSession(ctx context.Context, q querier, user annotate.ID, secret Secret, userAgent string, at time.Time) error {
	_, err := q.Exec(ctx, `
		INSERT INTO sessions (token_hash, id, user_id, user_agent, created_at, seen_at, expires_at)
		VALUES (@hash, @id, @user, @agent, @at, @at, @expires)`,
		pgx.NamedArgs{
			"hash": secret.hash(), "id": NewID(), "user": user, "agent": shortened(userAgent, 400),
			"at": at, "expires": at.Add(sessionLife),
		})
	return err
}

// shortened keeps what others wrote, and nobody checked, within n bytes of
// text that can be stored.
func shortened(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
}

// Sessions lists where user is signed in at the time at, the one used last
// first.
func (s *Store) Sessions(ctx context.Context, user annotate.ID, at time.Time) ([]annotate.Session, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT id, user_agent, created_at, seen_at, expires_at FROM sessions
		WHERE user_id = $1 AND expires_at > $2
		ORDER BY seen_at DESC, id DESC`, user, at)
	sessions, err := pgx.CollectRows(rows, pgx.RowToStructByName[annotate.Session])
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", translate(err))
	}
	return sessions, nil
}

// EndSession signs user out in one session. One that is not there, or not
// theirs, is [annotate.ErrNotFound].
func (s *Store) EndSession(ctx context.Context, user, session annotate.ID) error {
	if err := affected(s.pool.Exec(ctx, `DELETE FROM sessions WHERE user_id = $1 AND id = $2`, user, session)); err != nil {
		return fmt.Errorf("end session %s: %w", session, err)
	}
	return nil
}

// EndSessions signs user out everywhere.
func (s *Store) EndSessions(ctx context.Context, user annotate.ID) error {
	if _, err := s.pool.Exec(ctx, `DELETE FROM sessions WHERE user_id = $1`, user); err != nil {
		return fmt.Errorf("end all sessions: %w", translate(err))
	}
	return nil
}

// ForgetExpired removes the sessions, invitations and attempts to sign in that
// were over at the time at.
func (s *Store) ForgetExpired(ctx context.Context, at time.Time) error {
	b := &pgx.Batch{}
	b.Queue(`DELETE FROM sessions WHERE expires_at <= $1`, at)
	b.Queue(`DELETE FROM sign_in_attempts WHERE since <= $1`, at.Add(-attemptWindow))
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("forget what has expired: %w", translate(err))
	}
	return nil
}
