package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// NewProject is a project to be made.
type NewProject struct {
	Slug    string
	Name    string
	Creator annotate.ID // becomes its manager
	// Codebook is what the project begins with; nil is the default one.
	Codebook *annotate.Codebook
	At       time.Time
}

// AddProject makes a project. It returns an
// [annotate.Invalid] for what is wrong with n, and [annotate.ErrExists] if
// the slug is taken.
func (s *Store) AddProject(ctx context.Context, n NewProject) (annotate.Project, error) {
	n.Name = strings.TrimSpace(n.Name)
	bad := annotate.Invalid{}
	bad.ValidateSlug(n.Slug)
	bad.ValidateName("name", n.Name)
	if err := bad.Err(); err != nil {
		return annotate.Project{}, err
	}
	if n.Codebook == nil {
		n.Codebook = annotate.DefaultCodebook()
	}
	if err := n.Codebook.Validate(); err != nil {
		return annotate.Project{}, err
	}
	codebook, err := json.Marshal(n.Codebook)
	if err != nil {
		return annotate.Project{}, fmt.Errorf("write a codebook: %w", err)
	}
	p := annotate.Project{ID: NewID(), Slug: n.Slug, Name: n.Name, Quorum: 1, Codebook: 1, CreatedAt: n.At}
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		args := pgx.NamedArgs{"id": p.ID, "slug": p.Slug, "name": p.Name, "user": n.Creator, "at": n.At, "codebook": codebook}
		b := &pgx.Batch{}
		b.Queue(`INSERT INTO projects (id, slug, name, codebook, created_at) VALUES (@id, @slug, @name, 1, @at)`, args)
		b.Queue(`INSERT INTO codebooks (project_id, version, content, created_by, created_at) VALUES (@id, 1, @codebook, @user, @at)`, args)
		b.Queue(`INSERT INTO members (project_id, user_id, role, created_at) VALUES (@id, @user, 'manager', @at)`, args)
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return annotate.Project{}, fmt.Errorf("add project %s: %w", n.Slug, err)
	}
	return p, nil
}

// Project finds a project by its slug, whoever asks. For those who ask over
// the web, [Store.Asker] has done it already.
func (s *Store) Project(ctx context.Context, slug string) (annotate.Project, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT id, slug, name, self_approval, quorum, codebook, created_at FROM projects WHERE slug = $1`, slug)
	p, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[annotate.Project])
	if err != nil {
		return annotate.Project{}, fmt.Errorf("find project %q: %w", slug, translate(err))
	}
	return p, nil
}

// Projects lists the projects that user is a member of, by name. An admin is
// a manager of all there are.
func (s *Store) Projects(ctx context.Context, user annotate.ID) ([]annotate.Membership, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT p.id, p.slug, p.name, p.self_approval, p.quorum, p.codebook, p.created_at,
		       CASE WHEN u.admin THEN 'manager' ELSE m.role END,
		       (SELECT count(*) FROM articles a WHERE a.project_id = p.id),
		       (SELECT count(*) FROM annotations a
		        WHERE a.project_id = p.id AND a.kind = 'claim' AND NOT a.deleted AND a.review_state = 'unreviewed'),
		       (SELECT count(*) FROM members o WHERE o.project_id = p.id)
		FROM users u
		CROSS JOIN projects p
		LEFT JOIN members m ON m.project_id = p.id AND m.user_id = u.id
		WHERE u.id = $1 AND (u.admin OR m.user_id IS NOT NULL)
		ORDER BY lower(p.name), p.slug`, user)
	projects, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m annotate.Membership, err error) {
		p := &m.Project
		err = row.Scan(&p.ID, &p.Slug, &p.Name, &p.SelfApproval, &p.Quorum, &p.Codebook, &p.CreatedAt,
			&m.Role, &m.Articles, &m.Unreviewed, &m.Members)
		return m, err
	})
	if err != nil {
		return nil, fmt.Errorf("list projects: %w", translate(err))
	}
	return projects, nil
}

// ProjectChange is what a manager changes of a project.
type ProjectChange struct {
	Project      annotate.ID
	Name         string
	SelfApproval bool
	Quorum       int
}

// ChangeProject changes a project's name and its rules for decisions. It
// returns an [annotate.Invalid] for a name or a quorum that will not do. With
// another quorum all claims are where their decisions then put them; see
// [Store.recount].
func (s *Store) ChangeProject(ctx context.Context, c ProjectChange) error {
	c.Name = strings.TrimSpace(c.Name)
	bad := annotate.Invalid{}
	bad.ValidateName("name", c.Name)
	if bad.ValidateQuorum(c.Quorum); bad.Err() != nil {
		return bad
	}
	// A renamed project is no longer the one it was imported from.
	err := affected(s.pool.Exec(ctx, `
		UPDATE projects
		SET name = $2, self_approval = $3, quorum = $4,
		    quorum_counted = CASE WHEN quorum = $4 THEN quorum_counted ELSE 0 END, origin = CASE WHEN name = $2 THEN origin END
		WHERE id = $1`, c.Project, c.Name, c.SelfApproval, c.Quorum))
	if err == nil {
		err = s.recount(ctx, c.Project)
	}
	if err != nil {
		return fmt.Errorf("change project %s: %w", c.Project, err)
	}
	return nil
}
