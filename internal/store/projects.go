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
	p := annotate.Project{ID: NewID(), Slug: n.Slug, Name: n.Name, Quorum: 1, Mode: annotate.ModeShared, Codebook: 1, CreatedAt: n.At}
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
		SELECT id, slug, name, self_approval, quorum, mode, pool, codebook, created_at FROM projects WHERE slug = $1`, slug)
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
		SELECT p.id, p.slug, p.name, p.self_approval, p.quorum, p.mode, p.pool, p.codebook, p.created_at,
		       CASE WHEN u.admin THEN 'manager' ELSE m.role END,
		       (SELECT count(*) FROM articles a WHERE a.project_id = p.id),
		       (SELECT coalesce(sum(s.claims_unreviewed), 0) FROM annotation_sets s
		        WHERE s.project_id = p.id AND `+reviewable+` AND (p.mode = 'shared' OR u.admin OR m.role <> 'analyst' OR EXISTS (
		            SELECT FROM assignments w
		            WHERE w.project_id = s.project_id AND w.article_id = s.article_id AND w.analyst_id = u.id AND w.state = 'done'))),
		       (SELECT count(*) FROM members o WHERE o.project_id = p.id)
		FROM users u
		CROSS JOIN projects p
		LEFT JOIN members m ON m.project_id = p.id AND m.user_id = u.id
		WHERE u.id = $1 AND (u.admin OR m.user_id IS NOT NULL)
		ORDER BY lower(p.name), p.slug`, user)
	projects, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m annotate.Membership, err error) {
		p := &m.Project
		err = row.Scan(&p.ID, &p.Slug, &p.Name, &p.SelfApproval, &p.Quorum, &p.Mode, &p.Pool, &p.Codebook, &p.CreatedAt,
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
	// Mode and Pool are those of [annotate.Project]. An empty Mode stays what
	// it is.
	Mode annotate.Mode
	Pool int
}

// ChangeProject changes what a manager can set of a project. It returns an
// [annotate.Invalid] for what will not do, and under mode to change that once
// something has been annotated: what was made under one mode would mean
// something else under the other. With another quorum all claims are where
// their decisions then put them; see [Store.recount].
func (s *Store) ChangeProject(ctx context.Context, c ProjectChange) error {
	c.Name = strings.TrimSpace(c.Name)
	bad := annotate.Invalid{}
	bad.ValidateName("name", c.Name)
	bad.ValidateQuorum(c.Quorum)
	if c.Mode != "" && !c.Mode.Valid() {
		bad["mode"] = "Choose shared or independent."
	}
	if c.Pool < 0 || c.Pool > annotate.MaxAnalysts {
		bad["pool"] = "Give a number from 0 to 20."
	}
	if err := bad.Err(); err != nil {
		return err
	}
	// Claims are counted anew to the end, though whoever asked has gone.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longQueryTime)
	defer cancel()
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if err := changeMode(ctx, tx, c); err != nil {
			return err
		}
		// A renamed project is no longer the one it was imported from.
		return affected(tx.Exec(ctx, `
			UPDATE projects
			SET name = $2, self_approval = $3, quorum = $4, pool = $5,
			    quorum_counted = CASE WHEN quorum = $4 THEN quorum_counted ELSE 0 END, origin = CASE WHEN name = $2 THEN origin END
			WHERE id = $1`, c.Project, c.Name, c.SelfApproval, c.Quorum, c.Pool))
	})
	if err == nil {
		err = s.recount(ctx, c.Project)
	}
	if err != nil {
		return fmt.Errorf("change project %s: %w", c.Project, err)
	}
	return nil
}

// changeMode changes a project's mode if that is wished for and nothing in it
// has been annotated, deleted things included. Nobody annotates until tx ends.
func changeMode(ctx context.Context, tx pgx.Tx, c ProjectChange) error {
	var is annotate.Mode
	err := tx.QueryRow(ctx, `SELECT mode FROM projects WHERE id = $1 FOR NO KEY UPDATE`, c.Project).Scan(&is)
	if err != nil || c.Mode == "" || c.Mode == is {
		return err
	}
	// Whoever appends a change set writes to this table first.
	if _, err := tx.Exec(ctx, `LOCK TABLE annotation_sets IN SHARE ROW EXCLUSIVE MODE`); err != nil {
		return err
	}
	var begun bool
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM annotation_sets WHERE project_id = $1 AND seq > 0)`, c.Project).Scan(&begun)
	switch {
	case err != nil:
		return err
	case begun:
		return annotate.Invalid{"mode": "This project has annotations, and they would mean something else then. Make another project, and import the articles there."}
	}
	b := &pgx.Batch{}
	b.Queue(`UPDATE projects SET mode = $2 WHERE id = $1`, c.Project, c.Mode)
	// Whoever is remembered to work here is to be asked about again.
	b.Queue(`UPDATE users SET access = access + 1
		WHERE admin OR id IN (SELECT user_id FROM members WHERE project_id = $1)`, c.Project)
	b.Queue(`DELETE FROM annotation_sets WHERE project_id = $1 AND hand <> 'shared'`, c.Project) // which are empty
	b.Queue(giveSets+` WHERE w.project_id = $1 ON CONFLICT DO NOTHING`, c.Project)
	return tx.SendBatch(ctx, b).Close()
}

// giveSets gives the analysts of assignments w their own sets, where there are
// such, as long as a condition on w follows.
const giveSets = `
	INSERT INTO annotation_sets (project_id, id, article_id, revision_id, hand, analyst_id)
	SELECT w.project_id, gen_random_uuid(), w.article_id, s.revision_id, 'independent', w.analyst_id
	FROM assignments w
	JOIN projects p ON p.id = w.project_id AND p.mode = 'independent'
	JOIN annotation_sets s ON s.project_id = w.project_id AND s.article_id = w.article_id AND s.hand = 'shared'`
