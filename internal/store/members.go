package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// Members lists the members of a project by name.
func (s *Store) Members(ctx context.Context, project annotate.ID) ([]annotate.Member, error) {
	members, err := members(ctx, s.pool, project)
	if err != nil {
		return nil, fmt.Errorf("list members: %w", translate(err))
	}
	return members, nil
}

func members(ctx context.Context, q querier, project annotate.ID) ([]annotate.Member, error) {
	rows, _ := q.Query(ctx, selectMember+` WHERE m.project_id = $1 ORDER BY lower(u.name), u.id`, project)
	return pgx.CollectRows(rows, pgx.RowToStructByName[annotate.Member])
}

const selectMember = `
	SELECT m.user_id, coalesce(u.email, '') AS email, u.name, m.role, m.created_at AS since
	FROM members m JOIN users u ON u.id = m.user_id`

// NewMember is somebody's place in a project, new or changed.
type NewMember struct {
	Project annotate.ID
	// Who is the id or the e-mail address of an account.
	Who  string
	Role annotate.Role
	At   time.Time
}

var errLastManager = annotate.Invalid{"role": "A project needs a manager. Make somebody else manager first."}

// SetMember gives somebody a role in a project, whether or not they had one.
// It returns an [annotate.Invalid] if there is no such account or role, or if
// nobody would be left to manage the project.
func (s *Store) SetMember(ctx context.Context, n NewMember) (annotate.Member, error) {
	if !n.Role.Valid() {
		return annotate.Member{}, annotate.Invalid{"role": "Choose viewer, analyst, reviewer or manager."}
	}
	var m annotate.Member
	err := s.changeMembers(ctx, n.Project, func(tx pgx.Tx) error {
		u, err := user(ctx, tx, n.Who)
		if errors.Is(err, annotate.ErrNotFound) || err == nil && u.Email == "" {
			return annotate.Invalid{"email": "Nobody has an account with this address. Send them an invitation link instead."}
		}
		if err != nil {
			return err
		}
		m, err = setRole(ctx, tx, n.Project, u.ID, n.Role, n.At)
		return err
	})
	if err != nil {
		return annotate.Member{}, fmt.Errorf("set a member of project %s: %w", n.Project, err)
	}
	return m, nil
}

func setRole(ctx context.Context, tx pgx.Tx, project, user annotate.ID, role annotate.Role, at time.Time) (annotate.Member, error) {
	_, err := tx.Exec(ctx, `
		INSERT INTO members (project_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role`, project, user, role, at)
	if err != nil {
		return annotate.Member{}, err
	}
	return member(ctx, tx, project, user)
}

func member(ctx context.Context, q querier, project, user annotate.ID) (annotate.Member, error) {
	rows, _ := q.Query(ctx, selectMember+` WHERE m.project_id = $1 AND m.user_id = $2`, project, user)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[annotate.Member])
}

// RemoveMember ends somebody's membership; who is the id or the e-mail
// address. What they annotated stays. It returns an [annotate.Invalid] if
// nobody would be left to manage the project.
func (s *Store) RemoveMember(ctx context.Context, project annotate.ID, who string) error {
	err := s.changeMembers(ctx, project, func(tx pgx.Tx) error {
		u, err := user(ctx, tx, who)
		if err != nil {
			return err
		}
		return affected(tx.Exec(ctx, `DELETE FROM members WHERE project_id = $1 AND user_id = $2`, project, u.ID))
	})
	if err != nil {
		return fmt.Errorf("remove a member of project %s: %w", project, err)
	}
	return nil
}

// changeMembers makes changes of a project's members take turns, and undoes
// the one that would leave it without a manager who can sign in.
func (s *Store) changeMembers(ctx context.Context, project annotate.ID, change func(tx pgx.Tx) error) error {
	return s.inTx(ctx, func(tx pgx.Tx) error {
		before, err := managers(ctx, tx, project)
		if err != nil {
			return err
		}
		if err := change(tx); err != nil {
			return err
		}
		after, err := managers(ctx, tx, project)
		if err == nil && before > 0 && after == 0 {
			return errLastManager
		}
		return err
	})
}

// managers counts those who can manage the project, after its turn has come.
func managers(ctx context.Context, tx pgx.Tx, project annotate.ID) (n int, err error) {
	if err := affected(tx.Exec(ctx, `SELECT FROM projects WHERE id = $1 FOR NO KEY UPDATE`, project)); err != nil {
		return 0, err
	}
	err = tx.QueryRow(ctx, `
		SELECT count(*) FROM members m JOIN users u ON u.id = m.user_id
		WHERE m.project_id = $1 AND m.role = 'manager' AND u.disabled_at IS NULL`, project).Scan(&n)
	return n, err
}
