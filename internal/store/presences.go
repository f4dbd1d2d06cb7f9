package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// Presence is a page of an article that somebody has open, and where they
// look.
type Presence struct {
	// Page is made by the page itself.
	Page     annotate.ID
	User     annotate.ID
	UserName string
	// Annotation is the one they have focused, or empty. It may be one that is
	// not saved yet.
	Annotation annotate.ID
	// Start is the code point of the text they look at, nil until told.
	Start *int
}

// presenceLife is how long somebody is taken to be there after they were last
// heard of: pages tell of themselves a few times as often.
const presenceLife = 45 * time.Second

// Arrive notes that a page has been opened, or has opened its stream of live
// events anew. It stays until that stream ends and is told to [Store.Leave],
// or nothing is heard of it.
func (s *Store) Arrive(ctx context.Context, project, article annotate.ID, p Presence, stream annotate.ID) error {
	batch := &pgx.Batch{}
	// The servers' clocks may differ: the database's counts.
	batch.Queue(`
		DELETE FROM presences
		WHERE (project_id, article_id, page_id) IN (
			SELECT project_id, article_id, page_id FROM presences WHERE seen_at < now() - $1::interval
			FOR UPDATE SKIP LOCKED)`, presenceLife)
	batch.Queue(`
		INSERT INTO presences (project_id, article_id, page_id, user_id, stream_id)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (project_id, article_id, page_id) DO UPDATE SET stream_id = excluded.stream_id, seen_at = now()
		WHERE presences.user_id = excluded.user_id`, project, article, p.Page, p.User, stream)
	if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
		return translate(err)
	}
	s.herald.announce(Note{Project: project, Article: article, Presence: true})
	return nil
}

// Look notes where on its article a page's reader looks, and that they are
// still there. A page that is somebody else's is not found.
func (s *Store) Look(ctx context.Context, project, article annotate.ID, p Presence) error {
	var news bool
	err := s.pool.QueryRow(ctx, `
		WITH was AS (
			SELECT annotation_id, start FROM presences
			WHERE project_id = @project AND article_id = @article AND page_id = @page AND seen_at > now() - @life::interval)
		INSERT INTO presences AS p (project_id, article_id, page_id, user_id, annotation_id, start)
		VALUES (@project, @article, @page, @user, nullif(@annotation, '')::uuid, @start)
		ON CONFLICT (project_id, article_id, page_id) DO UPDATE SET
			annotation_id = excluded.annotation_id, start = excluded.start, seen_at = now()
		WHERE p.user_id = excluded.user_id
		RETURNING NOT EXISTS (
			SELECT FROM was WHERE (was.annotation_id, was.start) IS NOT DISTINCT FROM (p.annotation_id, p.start))`,
		pgx.NamedArgs{
			"project": project, "article": article, "page": p.Page, "user": p.User, "annotation": string(p.Annotation), "start": p.Start,
			"life": presenceLife,
		}).Scan(&news)
	if err != nil {
		return translate(err)
	}
	if news {
		s.herald.announce(Note{Project: project, Article: article, Presence: true})
	}
	return nil
}

// Leave notes that a page's stream has ended, unless it has opened another.
func (s *Store) Leave(ctx context.Context, project, article, page, stream annotate.ID) error {
	gone, err := s.pool.Exec(ctx, `
		DELETE FROM presences WHERE project_id = $1 AND article_id = $2 AND page_id = $3 AND stream_id = $4`,
		project, article, page, stream)
	if err == nil && gone.RowsAffected() > 0 {
		s.herald.announce(Note{Project: project, Article: article, Presence: true})
	}
	return translate(err)
}

// Presences lists the pages of an article that are open and that a may know
// of, those opened first first. Where analysts work apart, one who has not
// finished does not see where another looks.
func (s *Store) Presences(ctx context.Context, a Asker, article annotate.ID) ([]Presence, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT p.page_id AS page, p.user_id AS "user", u.name AS user_name, coalesce(p.annotation_id::text, '') AS annotation, p.start
		FROM presences p
		JOIN users u ON u.id = p.user_id AND u.disabled_at IS NULL
		WHERE p.project_id = $1 AND p.article_id = $2 AND p.seen_at > now() - $3::interval AND ($4::uuid IS NULL OR p.user_id = $4 OR EXISTS (
		    SELECT FROM assignments w WHERE w.project_id = $1 AND w.article_id = $2 AND w.analyst_id = $4 AND w.state = 'done'))
		ORDER BY p.arrived_at, p.page_id
		LIMIT 200`, a.Project.ID, article, presenceLife, a.apart())
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[Presence])
	return found, translate(err)
}
