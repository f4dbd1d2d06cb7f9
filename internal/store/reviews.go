package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// Decided is a claim after a decision on it.
type Decided struct {
	annotate.Annotation
	// Recorded is the decision as it is kept.
	Recorded annotate.Review
	// Approvals is how many approvals of the claim as it is count, and Quorum
	// how many it takes.
	Approvals int
	Quorum    int
}

// Decide records r and puts its claim in the state that r decides, or does
// neither: see [annotate.Review.Decide] for what it refuses. The id of r is
// made here: of decisions made at once, the one that gets its turn last has
// the greatest id and is the one the claim's state follows.
func (s *Store) Decide(ctx context.Context, project annotate.ID, r annotate.Review) (Decided, error) {
	d, err := s.decide(ctx, project, r, annotate.Review.Decide)
	if err != nil {
		return Decided{}, fmt.Errorf("decide on claim %s: %w", r.Claim, err)
	}
	return d, nil
}

// judging is how a decision is looked at: [annotate.Review.Decide], or what is
// stricter.
type judging func(annotate.Review, annotate.Standing, annotate.Rules) (annotate.Verdict, error)

func (s *Store) decide(ctx context.Context, project annotate.ID, r annotate.Review, judge judging) (d Decided, err error) {
	var article annotate.ID
	err = s.inTx(ctx, func(tx pgx.Tx) (err error) {
		d, article, err = decide(ctx, tx, project, r, judge)
		return err
	})
	if err == nil {
		s.Announce(Note{Project: project, Article: article, Claim: r.Claim})
	}
	return d, err
}

// decide is Decide within a transaction. It also says in which article the
// claim is.
func decide(ctx context.Context, tx pgx.Tx, project annotate.ID, r annotate.Review, judge judging) (d Decided, article annotate.ID, err error) {
	r.CreatedAt = r.CreatedAt.UTC().Truncate(time.Microsecond) // what the database keeps
	d.Recorded = r
	if article, err = lockClaim(ctx, tx, project, r.Claim); err != nil {
		return d, article, err
	}
	found, rules, err := standing(ctx, tx, project, r.Claim)
	if err != nil {
		return d, article, err
	}
	d.Annotation = found.Claim
	verdict, err := judge(r, found, rules)
	if err != nil {
		return d, article, err
	}
	d.Review, d.Approvals, d.Quorum = verdict.State, len(verdict.Approvers), rules.Quorum
	if d.Recorded.ID, err = idAfterReviewsOf(ctx, tx, project, r.Claim); err != nil {
		return d, article, err
	}
	if err := insertReview(ctx, tx, project, d.Recorded, d.Review); err != nil {
		return d, article, err
	}
	var told concerned
	told.add(annotate.WasDecided, found.Claim.CreatedBy)
	return d, article, notify(ctx, tx, project, annotate.Notification{Claim: r.Claim, Review: d.Recorded.ID, Actor: r.Reviewer, CreatedAt: r.CreatedAt}, told)
}

// lockClaim waits for its turn to change what is known of a claim, and says
// in which article it is. The lock is on the claim's annotation set, for that
// is where change sets queue, and only then on the claim: the other way round
// the two could wait for each other.
func lockClaim(ctx context.Context, tx pgx.Tx, project, id annotate.ID) (article annotate.ID, err error) {
	err = tx.QueryRow(ctx, `
		SELECT s.article_id
		FROM annotations a
		JOIN annotation_sets s ON s.project_id = a.project_id AND s.id = a.set_id
		WHERE a.project_id = $1 AND a.id = $2 AND a.kind = 'claim' AND `+reviewable+`
		FOR NO KEY UPDATE OF s`, project, id).Scan(&article)
	return article, translate(err)
}

// standing reads what a decision on a claim has to know, and the rules it is
// under. The claim must be locked: what the lock waited for is seen only by
// statements after it, the rules included.
func standing(ctx context.Context, tx pgx.Tx, project, id annotate.ID) (annotate.Standing, annotate.Rules, error) {
	var rules annotate.Rules
	c, err := claim(ctx, tx, project, id)
	if err != nil {
		return annotate.Standing{}, rules, err
	}
	s := annotate.Standing{Claim: c}
	var read claimsRead
	b := &pgx.Batch{}
	b.Queue(selectLedTo, project, []annotate.ID{id}).Query(read.takeAnnotations)
	b.Queue(selectLinksToThem, project, []annotate.ID{id}).Query(read.takeLinks)
	b.Queue(selectReviews+` WHERE r.project_id = $1 AND r.claim_id = $2 ORDER BY r.id`, project, id).Query(func(rows pgx.Rows) (err error) {
		s.Reviews, err = pgx.CollectRows(rows, pgx.RowToStructByName[annotate.Review])
		return err
	})
	b.Queue(`SELECT self_approval, quorum FROM projects WHERE id = $1`, project).QueryRow(func(row pgx.Row) error {
		return row.Scan(&rules.SelfApproval, &rules.Quorum)
	})
	err = tx.SendBatch(ctx, b).Close()
	s.Annotations, s.Links = read.annotations, read.links
	return s, rules, translate(err)
}

// claim reads a claim, whether or not it has been deleted.
func claim(ctx context.Context, q querier, project, id annotate.ID) (annotate.Annotation, error) {
	rows, _ := q.Query(ctx, `SELECT a.set_id, `+annotationColumns+` FROM annotations a WHERE a.project_id = $1 AND a.id = $2 FOR NO KEY UPDATE`, project, id)
	row, err := pgx.CollectExactlyOneRow(rows, scanAnnotation)
	return row.Annotation, translate(err)
}

// idAfterReviewsOf makes an id that sorts after the claim's reviews, even if a
// server with a faster clock made those. The claim must be locked.
func idAfterReviewsOf(ctx context.Context, tx pgx.Tx, project, claim annotate.ID) (annotate.ID, error) {
	id := NewID()
	var last annotate.ID
	err := tx.QueryRow(ctx, `SELECT id FROM reviews WHERE project_id = $1 AND claim_id = $2 ORDER BY id DESC LIMIT 1`, project, claim).Scan(&last)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && last < id {
		return id, nil
	}
	if err != nil {
		return "", translate(err)
	}
	return successor(last)
}

// successor is the UUID after id.
func successor(id annotate.ID) (annotate.ID, error) {
	u, err := uuid.Parse(string(id))
	if err != nil {
		return "", fmt.Errorf("read the id of a review: %w", err)
	}
	for i := len(u) - 1; i >= 0; i-- {
		if u[i]++; u[i] != 0 {
			break
		}
	}
	return annotate.ID(u.String()), nil
}

func insertReview(ctx context.Context, tx pgx.Tx, project annotate.ID, r annotate.Review, state annotate.ReviewState) error {
	b := &pgx.Batch{}
	b.Queue(`INSERT INTO reviews (project_id, id, claim_id, version, decision, reason, reviewer_id, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		project, r.ID, r.Claim, r.Version, r.Decision, r.Reason, r.Reviewer, r.CreatedAt)
	b.Queue(`UPDATE annotations SET review_state = $3 WHERE project_id = $1 AND id = $2`, project, r.Claim, state)
	return translate(tx.SendBatch(ctx, b).Close())
}

// Reviews lists the decisions on a claim from the first to the last, those on
// earlier versions included.
func (s *Store) Reviews(ctx context.Context, project, claim annotate.ID) ([]annotate.Review, error) {
	rows, _ := s.pool.Query(ctx, selectReviews+` WHERE r.project_id = $1 AND r.claim_id = $2 ORDER BY r.id`, project, claim)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[annotate.Review])
	if err != nil {
		return nil, fmt.Errorf("list the reviews of claim %s: %w", claim, translate(err))
	}
	return found, nil
}

// commentColumns are those of a comment c, in the order of [annotate.Comment].
const commentColumns = `c.id, c.claim_id AS claim, c.author_id AS author, c.body, c.created_at,
	coalesce(c.reply_to::text, '') AS reply_to, coalesce(c.resolved_by::text, '') AS resolved_by,
	coalesce(c.resolved_at, '0001-01-01 00:00:00Z') AS resolved_at`

// AddComment adds a remark to a claim that is there to be reviewed. The id of
// c is made here. An answer to an answer belongs to the thread of both, and
// opens it again if it was resolved; [annotate.Invalid] under reply_to says that
// there is no such comment on the claim. Whom it names, whom it answers and
// whose claim it is about are notified.
func (s *Store) AddComment(ctx context.Context, a Asker, c annotate.Comment) (annotate.Comment, error) {
	if err := c.Validate(); err != nil {
		return annotate.Comment{}, err
	}
	c.ID, c.CreatedAt = NewID(), c.CreatedAt.UTC().Truncate(time.Microsecond)
	c.ResolvedBy, c.ResolvedAt = "", time.Time{}
	var article annotate.ID
	err := s.inTx(ctx, func(tx pgx.Tx) (err error) {
		article, err = addComment(ctx, tx, a, &c)
		return err
	})
	if err != nil {
		return annotate.Comment{}, fmt.Errorf("comment on claim %s: %w", c.Claim, err)
	}
	s.Announce(Note{Project: a.Project.ID, Article: article, Claim: c.Claim, Comment: c.ID})
	return c, nil
}

// addComment writes c, and says in which article its claim is.
func addComment(ctx context.Context, tx pgx.Tx, a Asker, c *annotate.Comment) (article annotate.ID, err error) {
	project := a.Project.ID
	var author annotate.ID
	err = tx.QueryRow(ctx, `
		SELECT s.article_id, a.created_by
		FROM annotations a
		JOIN annotation_sets s ON s.project_id = a.project_id AND s.id = a.set_id
		WHERE a.project_id = $1 AND a.id = $2 AND a.kind = 'claim' AND NOT a.deleted AND `+reviewable+` AND `+seenBy("$3"),
		project, c.Claim, a.narrowed()).Scan(&article, &author)
	if err != nil {
		return "", err
	}
	if c.ReplyTo != "" {
		if err := joinThread(ctx, tx, project, c); err != nil {
			return "", err
		}
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO comments (project_id, id, claim_id, author_id, body, created_at, reply_to)
		VALUES ($1, $2, $3, $4, $5, $6, nullif($7, '')::uuid)`,
		project, c.ID, c.Claim, c.Author, c.Body, c.CreatedAt, string(c.ReplyTo))
	if err != nil {
		return "", err
	}
	return article, notifyOfComment(ctx, tx, project, *c, author)
}

// joinThread has c answer the comment that begins the thread, opens that again,
// and gives c an id that sorts after those in it, whatever the clocks.
func joinThread(ctx context.Context, tx pgx.Tx, project annotate.ID, c *annotate.Comment) error {
	err := tx.QueryRow(ctx, `
		UPDATE comments f SET resolved_by = NULL, resolved_at = NULL
		FROM comments c
		WHERE c.project_id = $1 AND c.id = $2 AND c.claim_id = $3 AND f.project_id = $1 AND f.id = coalesce(c.reply_to, c.id)
		RETURNING f.id`, project, c.ReplyTo, c.Claim).Scan(&c.ReplyTo)
	if errors.Is(err, pgx.ErrNoRows) {
		return annotate.Invalid{"reply_to": "There is no such comment on this claim."}
	}
	if err != nil {
		return err
	}
	var last annotate.ID
	err = tx.QueryRow(ctx, `SELECT id FROM comments WHERE project_id = $1 AND (id = $2 OR reply_to = $2) ORDER BY id DESC LIMIT 1`, project, c.ReplyTo).Scan(&last)
	if err == nil && last >= c.ID {
		c.ID, err = successor(last)
	}
	return err
}

// ResolveThread resolves the thread that a comment on a claim begins, or opens
// it again. What is so already stays.
func (s *Store) ResolveThread(ctx context.Context, a Asker, r ThreadResolution) (annotate.Comment, error) {
	project := a.Project.ID
	var c annotate.Comment
	var article annotate.ID
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `
			UPDATE comments c SET resolved_by = CASE WHEN $4 THEN coalesce(c.resolved_by, $5) END, resolved_at = CASE WHEN $4 THEN coalesce(c.resolved_at, $6) END
			FROM annotations a
			JOIN annotation_sets s ON s.project_id = a.project_id AND s.id = a.set_id
			WHERE c.project_id = $1 AND c.claim_id = $2 AND c.id = $3 AND c.reply_to IS NULL
			  AND a.project_id = c.project_id AND a.id = c.claim_id AND NOT a.deleted AND `+reviewable+` AND `+seenBy("$7"),
			project, r.Claim, r.Thread, r.Resolved, r.By, r.At.UTC().Truncate(time.Microsecond), a.narrowed())
		if err := affected(tag, err); err != nil {
			return err
		}
		rows, _ := tx.Query(ctx, `SELECT `+commentColumns+` FROM comments c WHERE c.project_id = $1 AND c.id = $2`, project, r.Thread)
		if c, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[annotate.Comment]); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT s.article_id FROM annotations a JOIN annotation_sets s ON s.project_id = a.project_id AND s.id = a.set_id
			WHERE a.project_id = $1 AND a.id = $2`, project, r.Claim).Scan(&article)
	})
	if err != nil {
		return c, fmt.Errorf("resolve thread %s: %w", r.Thread, err)
	}
	s.Announce(Note{Project: project, Article: article, Claim: r.Claim, Comment: r.Thread})
	return c, nil
}

// ThreadResolution is a wish to resolve a thread, or to open it again.
type ThreadResolution struct {
	Claim    annotate.ID
	Thread   annotate.ID // the comment that begins it
	Resolved bool
	By       annotate.ID
	At       time.Time
}

// Comments lists the remarks on a claim that is there to be reviewed, the
// oldest first.
func (s *Store) Comments(ctx context.Context, a Asker, claim annotate.ID, cursor string, limit int) (Page[annotate.ListedComment], error) {
	after := annotate.ID("")
	if cursor != "" {
		key, err := readCursor(cursor, 1)
		if err != nil {
			return Page[annotate.ListedComment]{}, err
		}
		if after, err = annotate.ParseID(key[0]); err != nil {
			return Page[annotate.ListedComment]{}, errCursor
		}
	}
	limit = limited(limit)
	var found []annotate.ListedComment
	b := &pgx.Batch{}
	b.Queue(`SELECT true FROM annotations a
		JOIN annotation_sets s ON s.project_id = a.project_id AND s.id = a.set_id
		WHERE a.project_id = $1 AND a.id = $2 AND a.kind = 'claim' AND NOT a.deleted AND `+reviewable+` AND `+seenBy("$3"), a.Project.ID, claim, a.narrowed()).
		QueryRow(func(row pgx.Row) error {
			var there bool
			return row.Scan(&there)
		})
	b.Queue(`SELECT `+commentColumns+`, u.name AS by, coalesce(r.name, '') AS resolver
		FROM comments c
		JOIN users u ON u.id = c.author_id
		LEFT JOIN users r ON r.id = c.resolved_by
		WHERE c.project_id = @project AND c.claim_id = @claim AND (@after = '' OR c.id > nullif(@after, '')::uuid)
		ORDER BY c.id
		LIMIT @limit`, pgx.NamedArgs{"project": a.Project.ID, "claim": claim, "after": after, "limit": limit + 1}).
		Query(func(rows pgx.Rows) (err error) {
			found, err = pgx.CollectRows(rows, pgx.RowToStructByName[annotate.ListedComment])
			return err
		})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return Page[annotate.ListedComment]{}, fmt.Errorf("list the comments on claim %s: %w", claim, translate(err))
	}
	return pageOf(found, limit, func(c annotate.ListedComment) []string { return []string{string(c.ID)} }), nil
}
