package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// concerned are people, each with what happened to them.
type concerned struct {
	who  []annotate.ID
	what []annotate.Happening
}

// add has who be told of what, but for those who are told of something already.
func (c *concerned) add(what annotate.Happening, who ...annotate.ID) {
	for _, id := range who {
		if id != "" && !slices.Contains(c.who, id) {
			c.who, c.what = append(c.who, id), append(c.what, what)
		}
	}
}

// notify tells those of c who are members of the project of n, but for its
// actor, and has mail sent to those who want that.
func notify(ctx context.Context, tx pgx.Tx, project annotate.ID, n annotate.Notification, c concerned) error {
	if len(c.who) == 0 {
		return nil
	}
	ids := make([]annotate.ID, len(c.who))
	for i := range ids {
		ids[i] = NewID()
	}
	rows, _ := tx.Query(ctx, `
		WITH told AS (
			INSERT INTO notifications (project_id, id, user_id, what, actor_id, claim_id, comment_id, review_id, norming_id, created_at)
			SELECT @project, t.id, u.id, t.what, @actor, @claim, nullif(@comment, '')::uuid, nullif(@review, '')::uuid, nullif(@norming, '')::uuid, @at
			FROM unnest(@ids::uuid[], @who::uuid[], @what::text[]) AS t (id, user_id, what)
			JOIN users u ON u.id = t.user_id AND u.email IS NOT NULL AND u.disabled_at IS NULL AND u.id <> @actor
			JOIN members m ON m.project_id = @project AND m.user_id = u.id
			RETURNING user_id
		)
		SELECT u.id, u.mail FROM told JOIN users u ON u.id = told.user_id WHERE u.mail <> 'off' ORDER BY u.id`, pgx.NamedArgs{
		"project": project, "ids": ids, "who": c.who, "what": c.what, "actor": n.Actor, "claim": n.Claim,
		"comment": string(n.Comment), "review": string(n.Review), "norming": string(n.Norming), "at": n.CreatedAt,
	})
	var user annotate.ID
	var choice annotate.MailChoice
	b := &pgx.Batch{}
	_, err := pgx.ForEachRow(rows, []any{&user, &choice}, func() error {
		queueMail(b, user, n.CreatedAt, choice.Due(n.CreatedAt))
		return nil
	})
	if err != nil || b.Len() == 0 {
		return err
	}
	return tx.SendBatch(ctx, b).Close()
}

// notifyOfComment tells whom c names, whose thread it is in, and whose claim it
// is about: each of them once, of the first of these.
func notifyOfComment(ctx context.Context, tx pgx.Tx, project annotate.ID, c annotate.Comment, author annotate.ID) error {
	members, err := members(ctx, tx, project)
	if err != nil {
		return err
	}
	var told concerned
	for _, m := range annotate.Mentions(c.Body, members) {
		told.add(annotate.WasMentioned, m.Who...)
	}
	if c.ReplyTo != "" {
		rows, _ := tx.Query(ctx, `SELECT DISTINCT author_id FROM comments WHERE project_id = $1 AND (id = $2 OR reply_to = $2) ORDER BY author_id`, project, c.ReplyTo)
		others, err := pgx.CollectRows(rows, pgx.RowTo[annotate.ID])
		if err != nil {
			return err
		}
		told.add(annotate.WasReplied, others...)
	}
	told.add(annotate.WasCommented, author)
	return notify(ctx, tx, project, annotate.Notification{Claim: c.Claim, Comment: c.ID, Actor: c.Author, CreatedAt: c.CreatedAt}, told)
}

// selectNotifications reads what somebody may still see: of projects they are
// in, or of all if they are an admin.
const selectNotifications = `
	SELECT n.id, n.what, n.claim_id AS claim, coalesce(n.comment_id::text, '') AS comment, coalesce(n.review_id::text, '') AS review,
	       coalesce(n.norming_id::text, '') AS norming, n.actor_id AS actor, n.created_at, n.read_at IS NOT NULL AS read,
	       by.name AS by, p.slug, p.name AS project, a.deleted, coalesce(r.decision, '') AS decision,
	       CASE WHEN a.deleted THEN '' ELSE ar.headline END AS headline,
	       CASE WHEN a.deleted THEN '' ELSE (
	           SELECT coalesce(string_agg(substring(v.text FROM lower(f) + 1 FOR least(upper(f) - lower(f), 200)), ' … '), '') FROM unnest(a.fragments) AS f) END AS quote
	FROM notifications n
	JOIN users me ON me.id = n.user_id
	JOIN users by ON by.id = n.actor_id
	JOIN projects p ON p.id = n.project_id
	JOIN annotations a ON a.project_id = n.project_id AND a.id = n.claim_id
	JOIN annotation_sets s ON s.project_id = a.project_id AND s.id = a.set_id
	JOIN revisions v ON v.project_id = s.project_id AND v.id = s.revision_id
	JOIN articles ar ON ar.project_id = s.project_id AND ar.id = s.article_id
	LEFT JOIN reviews r ON r.project_id = n.project_id AND r.id = n.review_id
	WHERE ` + maySee

// maySee holds for a notification n of the user me while they are in the
// project and may see the claim: where analysts work apart, one who has finished
// its article.
const maySee = `(me.admin OR EXISTS (
	SELECT FROM members m
	JOIN projects mp ON mp.id = m.project_id
	WHERE m.project_id = n.project_id AND m.user_id = me.id AND (m.role <> 'analyst' OR mp.mode = 'shared' OR EXISTS (
		SELECT FROM annotations c
		JOIN annotation_sets cs ON cs.project_id = c.project_id AND cs.id = c.set_id
		JOIN assignments w ON w.project_id = cs.project_id AND w.article_id = cs.article_id AND w.analyst_id = me.id AND w.state = 'done'
		WHERE c.project_id = n.project_id AND c.id = n.claim_id))))`

// Notifications lists what somebody was notified of, the newest first, or only
// what they have not read.
func (s *Store) Notifications(ctx context.Context, user annotate.ID, unread bool, cursor string, limit int) (Page[annotate.ListedNotification], error) {
	before := annotate.ID("")
	if cursor != "" {
		key, err := readCursor(cursor, 1)
		if err != nil {
			return Page[annotate.ListedNotification]{}, err
		}
		if before, err = annotate.ParseID(key[0]); err != nil {
			return Page[annotate.ListedNotification]{}, errCursor
		}
	}
	limit = limited(limit)
	rows, _ := s.pool.Query(ctx, selectNotifications+`
		AND n.user_id = @user AND (NOT @unread OR n.read_at IS NULL) AND (@before = '' OR n.id < nullif(@before, '')::uuid)
		ORDER BY n.id DESC
		LIMIT @limit`, pgx.NamedArgs{"user": user, "unread": unread, "before": string(before), "limit": limit + 1})
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[annotate.ListedNotification])
	if err != nil {
		return Page[annotate.ListedNotification]{}, fmt.Errorf("list the notifications of %s: %w", user, translate(err))
	}
	return pageOf(found, limit, func(n annotate.ListedNotification) []string { return []string{string(n.ID)} }), nil
}

// Notification reads one of somebody's notifications.
func (s *Store) Notification(ctx context.Context, user, id annotate.ID) (annotate.ListedNotification, error) {
	rows, _ := s.pool.Query(ctx, selectNotifications+` AND n.user_id = $1 AND n.id = $2`, user, id)
	n, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[annotate.ListedNotification])
	if err != nil {
		return n, fmt.Errorf("read notification %s: %w", id, translate(err))
	}
	return n, nil
}

// mostUnread is as far as unread notifications are counted.
const mostUnread = 100

// Unread counts somebody's notifications that they have not read, up to 100.
func (s *Store) Unread(ctx context.Context, user annotate.ID) (n int, err error) {
	err = s.pool.QueryRow(ctx, `
		SELECT count(*) FROM (
			SELECT FROM notifications n JOIN users me ON me.id = n.user_id
			WHERE n.user_id = $1 AND n.read_at IS NULL AND `+maySee+`
			LIMIT $2) AS u`, user, mostUnread).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count the notifications of %s: %w", user, translate(err))
	}
	return n, nil
}

// MarkRead notes that somebody has seen some of their notifications, or all of
// them that they may see where ids is nil.
func (s *Store) MarkRead(ctx context.Context, user annotate.ID, ids []annotate.ID, at time.Time) error {
	_, err := s.pool.Exec(ctx, `
		UPDATE notifications n SET read_at = $3 FROM users me
		WHERE n.user_id = $1 AND me.id = n.user_id AND n.read_at IS NULL AND ($2::uuid[] IS NULL OR n.id = ANY($2)) AND `+maySee, user, ids, at)
	if err != nil {
		return fmt.Errorf("mark notifications of %s as read: %w", user, translate(err))
	}
	return nil
}
