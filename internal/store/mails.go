package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// queueMail has a mail sent to user, unless one waits already.
func queueMail(b *pgx.Batch, user annotate.ID, at, due time.Time) {
	b.Queue(`INSERT INTO mails (id, user_id, created_at, due_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (user_id) WHERE attempts = 0 AND done_at IS NULL DO NOTHING`, NewID(), user, at, due)
}

// MailChoice is when mail tells user of notifications.
func (s *Store) MailChoice(ctx context.Context, user annotate.ID) (c annotate.MailChoice, err error) {
	if err = s.pool.QueryRow(ctx, `SELECT mail FROM users WHERE id = $1`, user).Scan(&c); err != nil {
		return "", fmt.Errorf("read when %s wants mail: %w", user, translate(err))
	}
	return c, nil
}

// ChooseMail sets when mail tells user of notifications. What waits already is
// sent when c says, seen from at.
func (s *Store) ChooseMail(ctx context.Context, user annotate.ID, c annotate.MailChoice, at time.Time) error {
	if !slices.Contains(annotate.MailChoices, c) {
		return annotate.Invalid{"mail": "Choose off, each or daily."}
	}
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if err := affected(tx.Exec(ctx, `UPDATE users SET mail = $2 WHERE id = $1`, user, c)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE mails SET due_at = $2 WHERE user_id = $1 AND attempts = 0 AND done_at IS NULL`, user, c.Due(at))
		return err
	})
	if err != nil {
		return fmt.Errorf("set when %s wants mail: %w", user, err)
	}
	return nil
}

// Mail is a mail that is to be sent now, by whoever leased it.
type Mail struct {
	ID       annotate.ID
	To       annotate.User
	Attempts int // this one included
	Created  time.Time
	// Items are what it tells of, the oldest first: never none.
	Items []annotate.ListedNotification
}

// mailLease is for how long a mail is one process's to send. It is several
// times as long as sending may take: only a process that stands still for
// longer sends a mail that another sends too.
const mailLease = 5 * time.Minute

// LeaseMail takes the next mail that is due at a time; nobody else gets it
// before the lease is over. It returns [annotate.ErrNotFound] if there is none.
func (s *Store) LeaseMail(ctx context.Context, at time.Time) (Mail, error) {
	for {
		var m Mail
		var wanted annotate.MailChoice
		err := s.inTx(ctx, func(tx pgx.Tx) error {
			err := tx.QueryRow(ctx, `
				SELECT m.id, m.created_at, m.attempts + 1, u.id, coalesce(u.email, ''), u.name, coalesce(u.language, ''), u.disabled_at IS NOT NULL, u.mail
				FROM mails m
				JOIN users u ON u.id = m.user_id
				WHERE m.done_at IS NULL AND m.due_at <= $1 AND (m.leased_until IS NULL OR m.leased_until <= $1)
				ORDER BY m.due_at, m.id
				LIMIT 1
				FOR NO KEY UPDATE OF m SKIP LOCKED`, at).
				Scan(&m.ID, &m.Created, &m.Attempts, &m.To.ID, &m.To.Email, &m.To.Name, &m.To.Language, &m.To.Disabled, &wanted)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE mails SET attempts = $2, leased_until = $3 WHERE id = $1`, m.ID, m.Attempts, at.Add(mailLease)); err != nil {
				return err
			}
			if m.Attempts == 1 {
				_, err := tx.Exec(ctx, `
					UPDATE notifications n SET mail_id = $1 FROM users me
					WHERE n.user_id = $2 AND me.id = n.user_id AND n.mail_id IS NULL AND n.read_at IS NULL AND `+maySee, m.ID, m.To.ID)
				if err != nil {
					return err
				}
			}
			rows, _ := tx.Query(ctx, selectNotifications+` AND n.mail_id = $1 AND n.read_at IS NULL ORDER BY n.id`, m.ID)
			if m.Items, err = pgx.CollectRows(rows, pgx.RowToStructByName[annotate.ListedNotification]); err != nil {
				return err
			}
			if len(m.Items) == 0 || m.To.Disabled || m.To.Email == "" || wanted == annotate.MailOff {
				m.Items = nil
				_, err := tx.Exec(ctx, `UPDATE mails SET done_at = $2, leased_until = NULL WHERE id = $1`, m.ID, at)
				return err
			}
			return nil
		})
		switch {
		case errors.Is(err, annotate.ErrNotFound):
			return Mail{}, annotate.ErrNotFound
		case err != nil:
			return Mail{}, fmt.Errorf("take a mail to send: %w", err)
		case len(m.Items) > 0:
			return m, nil
		}
	}
}

// MailSent notes that a mail was taken by the mail server.
func (s *Store) MailSent(ctx context.Context, id annotate.ID, at time.Time) error {
	if _, err := s.pool.Exec(ctx, `UPDATE mails SET done_at = $2, leased_until = NULL, failure = NULL WHERE id = $1 AND done_at IS NULL`, id, at); err != nil {
		return fmt.Errorf("note that mail %s was sent: %w", id, translate(err))
	}
	return nil
}

// MailFailed notes why a mail was not taken. It is tried again later, unless
// it is refused for good or has been tried for days: then it reports that it is
// given up.
func (s *Store) MailFailed(ctx context.Context, m Mail, failure string, forGood bool, at time.Time) (givenUp bool, err error) {
	again, goesOn := annotate.MailRetry(m.Created, at, m.Attempts)
	var done *time.Time
	if forGood || !goesOn {
		done = &at
	}
	_, err = s.pool.Exec(ctx, `UPDATE mails SET due_at = $2, leased_until = NULL, failure = $3, done_at = $4 WHERE id = $1 AND done_at IS NULL`, m.ID, again, failure, done)
	if err != nil {
		return false, fmt.Errorf("note that mail %s was not sent: %w", m.ID, translate(err))
	}
	return done != nil, nil
}
