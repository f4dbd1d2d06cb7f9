package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// NewUser is an account to be made.
type NewUser struct {
	Email    string
	Name     string
	Password string
	Admin    bool
	At       time.Time
}

func (u *NewUser) validate() error {
	u.Email, u.Name = strings.TrimSpace(u.Email), strings.TrimSpace(u.Name)
	bad := annotate.Invalid{}
	bad.ValidateEmail(u.Email)
	bad.ValidateName("name", u.Name)
	bad.ValidatePassword(u.Password)
	return bad.Err()
}

const selectUser = `
	SELECT u.id, coalesce(u.email, '') AS email, u.name, u.admin, u.disabled_at IS NOT NULL AS disabled,
	       coalesce(u.language, '') AS language, u.created_at
	FROM users u`

// AddUser makes an account. It returns an [annotate.Invalid] for what is wrong
// with u, and [annotate.ErrExists] if the e-mail address has an account.
func (s *Store) AddUser(ctx context.Context, u NewUser) (annotate.User, error) {
	return s.addUser(ctx, u, func(pgx.Tx, annotate.ID) error { return nil })
}

// addUser makes an account and does whatever else must come or fail with it.
func (s *Store) addUser(ctx context.Context, u NewUser, also func(tx pgx.Tx, user annotate.ID) error) (annotate.User, error) {
	if err := u.validate(); err != nil {
		return annotate.User{}, err
	}
	hash, err := hashPassword(ctx, u.Password)
	if err != nil {
		return annotate.User{}, err
	}
	user := annotate.User{ID: NewID(), Email: u.Email, Name: u.Name, Admin: u.Admin, CreatedAt: u.At}
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO users (id, email, name, password_hash, admin, created_at)
			VALUES (@id, @email, @name, @hash, @admin, @at)`,
			pgx.NamedArgs{"id": user.ID, "email": u.Email, "name": u.Name, "hash": hash, "admin": u.Admin, "at": u.At})
		if err != nil {
			return err
		}
		return also(tx, user.ID)
	})
	if err != nil {
		return annotate.User{}, fmt.Errorf("add an account: %w", err)
	}
	return user, nil
}

// Users lists everyone who can sign in, by name.
func (s *Store) Users(ctx context.Context) ([]annotate.User, error) {
	rows, _ := s.pool.Query(ctx, selectUser+` WHERE u.email IS NOT NULL ORDER BY lower(u.name), u.id`)
	users, err := pgx.CollectRows(rows, pgx.RowToStructByName[annotate.User])
	if err != nil {
		return nil, fmt.Errorf("list accounts: %w", translate(err))
	}
	return users, nil
}

// User finds an account by its id or its e-mail address.
func (s *Store) User(ctx context.Context, who string) (annotate.User, error) {
	u, err := user(ctx, s.pool, who)
	if err != nil {
		return annotate.User{}, fmt.Errorf("find an account: %w", err)
	}
	return u, nil
}

func user(ctx context.Context, q querier, who string) (annotate.User, error) {
	sql, arg := ` WHERE lower(u.email) = lower($1)`, strings.TrimSpace(who)
	if id, err := annotate.ParseID(arg); err == nil {
		sql, arg = ` WHERE u.id = $1`, string(id)
	}
	rows, _ := q.Query(ctx, selectUser+sql, arg)
	u, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[annotate.User])
	return u, translate(err)
}

// FirstAdmin finds the admin whose account is the oldest.
func (s *Store) FirstAdmin(ctx context.Context) (annotate.User, error) {
	rows, _ := s.pool.Query(ctx, selectUser+` WHERE u.admin AND u.disabled_at IS NULL ORDER BY u.created_at, u.id LIMIT 1`)
	u, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[annotate.User])
	if err != nil {
		return annotate.User{}, fmt.Errorf("find the first admin: %w", translate(err))
	}
	return u, nil
}

// RenameUser changes a person's name.
func (s *Store) RenameUser(ctx context.Context, id annotate.ID, name string) error {
	name = strings.TrimSpace(name)
	bad := annotate.Invalid{}
	if bad.ValidateName("name", name); bad.Err() != nil {
		return bad
	}
	if err := affected(s.pool.Exec(ctx, `UPDATE users SET name = $2 WHERE id = $1`, id, name)); err != nil {
		return fmt.Errorf("rename account %s: %w", id, err)
	}
	return nil
}

// ChooseLanguage keeps the language, by its BCP 47 tag, in which a person
// reads Onrecord; the empty tag is whatever their browser asks for.
func (s *Store) ChooseLanguage(ctx context.Context, id annotate.ID, tag string) error {
	if err := affected(s.pool.Exec(ctx, `UPDATE users SET language = nullif($2, '') WHERE id = $1`, id, tag)); err != nil {
		return fmt.Errorf("choose the language of %s: %w", id, err)
	}
	return nil
}

// AccountChange is what an admin changes of an account.
type AccountChange struct {
	User     annotate.ID
	Admin    bool
	Disabled bool
	At       time.Time
}

// ChangeAccount makes somebody an admin or no longer one, and lets them in or
// keeps them out. Whoever is kept out is signed out at once, everywhere. It
// returns an [annotate.Invalid] if nobody would be left to be admin.
func (s *Store) ChangeAccount(ctx context.Context, c AccountChange) error {
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		// Two admins who would demote each other take turns.
		if _, err := tx.Exec(ctx, `SELECT FROM users WHERE admin ORDER BY id FOR UPDATE`); err != nil {
			return err
		}
		err := affected(tx.Exec(ctx, `
			UPDATE users SET admin = $2, disabled_at = CASE WHEN $3 THEN coalesce(disabled_at, $4) END
			WHERE id = $1 AND email IS NOT NULL`, c.User, c.Admin, c.Disabled, c.At))
		if err != nil {
			return err
		}
		var left bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM users WHERE admin AND disabled_at IS NULL)`).Scan(&left); err != nil {
			return err
		}
		if !left {
			return annotate.Invalid{"admin": "Somebody must remain admin. Make another account admin first."}
		}
		if !c.Disabled {
			return nil
		}
		_, err = tx.Exec(ctx, `DELETE FROM sessions WHERE user_id = $1`, c.User)
		return err
	})
	if err != nil {
		return fmt.Errorf("change account %s: %w", c.User, err)
	}
	return nil
}

// PasswordChange is a new password in place of the current one.
type PasswordChange struct {
	User    annotate.ID
	Session annotate.ID // stays signed in
	Current string
	New     string
	At      time.Time
}

// ChangePassword changes a person's password and signs them out everywhere
// but in the session in which they changed it. It returns an
// [annotate.Invalid] if the new one will not do or the current one is wrong,
// and [ErrTooManyTries] like [Store.SignIn].
func (s *Store) ChangePassword(ctx context.Context, c PasswordChange) error {
	bad := annotate.Invalid{}
	if bad.ValidatePassword(c.New); bad.Err() != nil {
		return bad
	}
	u, err := user(ctx, s.pool, string(c.User))
	if err != nil {
		return fmt.Errorf("change the password of %s: %w", c.User, err)
	}
	_, err = s.checkPassword(ctx, u.Email, c.Current, c.At)
	if errors.Is(err, ErrWrongPassword) {
		return annotate.Invalid{"current": "This is not your current password."}
	}
	if err != nil {
		return err
	}
	return s.putPassword(ctx, u, c.New, &c.Session)
}

// SetPassword gives the account of email a new password, signs it out
// everywhere and forgets its failed sign-ins: for whoever runs this Onrecord,
// when somebody has forgotten theirs. It returns an [annotate.Invalid] if the
// password will not do, and [annotate.ErrNotFound] if there is no such account.
func (s *Store) SetPassword(ctx context.Context, email, password string) error {
	bad := annotate.Invalid{}
	if bad.ValidatePassword(password); bad.Err() != nil {
		return bad
	}
	u, err := user(ctx, s.pool, email)
	if err != nil {
		return fmt.Errorf("set the password of %s: %w", email, err)
	}
	return s.putPassword(ctx, u, password, nil)
}

// putPassword ends all of the user's sessions but keep.
func (s *Store) putPassword(ctx context.Context, u annotate.User, password string, keep *annotate.ID) error {
	hash, err := hashPassword(ctx, password)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		if err := affected(tx.Exec(ctx, `UPDATE users SET password_hash = $2 WHERE id = $1`, u.ID, hash)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM sign_in_attempts WHERE email = lower($1)`, u.Email); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM sessions WHERE user_id = $1 AND id IS DISTINCT FROM $2`, u.ID, keep)
		return err
	})
	if err != nil {
		return fmt.Errorf("put the password of %s: %w", u.ID, err)
	}
	return nil
}
