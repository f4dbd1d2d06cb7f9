package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// Claim reads a claim that is there to be reviewed, with its attribution and
// the decisions on it.
func (s *Store) Claim(ctx context.Context, a Asker, id annotate.ID) (annotate.DecidedClaim, error) {
	var d annotate.DecidedClaim
	project := a.Project.ID
	read, err := s.readClaims(ctx, a, []annotate.ID{id})
	if err == nil && len(read.claims) == 0 {
		err = annotate.ErrNotFound
	}
	if err != nil {
		return d, fmt.Errorf("read claim %s: %w", id, err)
	}
	d.QueuedClaim, d.Annotations, d.Links = read.claims[0], read.annotations, read.links
	b := &pgx.Batch{}
	b.Queue(selectRevision+` WHERE r.project_id = $1 AND r.id = $2`, project, d.RevisionID).
		QueryRow(func(row pgx.Row) error { return scanRevision(row, &d.Revision) })
	b.Queue(selectReviews+` WHERE r.project_id = $1 AND r.claim_id = $2 ORDER BY r.id`, project, id).
		Query(func(rows pgx.Rows) (err error) {
			d.Reviews, err = pgx.CollectRows(rows, pgx.RowToStructByName[annotate.Review])
			return err
		})
	b.Queue(`SELECT DISTINCT u.id, u.name FROM reviews r JOIN users u ON u.id IN (r.reviewer_id, r.imported_by) WHERE r.project_id = $1 AND r.claim_id = $2 ORDER BY u.id`, project, id).
		Query(func(rows pgx.Rows) (err error) {
			d.People, err = namesByID(rows)
			return err
		})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return annotate.DecidedClaim{}, fmt.Errorf("read claim %s: %w", id, translate(err))
	}
	return d, nil
}

// claimsRead is what was read of some claims.
type claimsRead struct {
	claims      []annotate.QueuedClaim
	annotations []annotate.Annotation // the claims, and what their links lead to
	links       []annotate.Link
	entities    map[annotate.ID]annotate.Entity
}

// ledTo are the claims $2 and what their links lead to, over any number of
// steps.
const ledTo = `
	WITH RECURSIVE led_to AS (
		SELECT unnest($2::uuid[]) AS id
		UNION
		SELECT l.to_id FROM led_to t
		CROSS JOIN LATERAL (SELECT l.to_id FROM links l WHERE l.project_id = $1 AND l.from_id = t.id AND NOT l.deleted OFFSET 0) AS l
	)`

const (
	selectLedTo = ledTo + ` SELECT a.set_id, ` + annotationColumns + `
		FROM led_to t JOIN annotations a ON a.project_id = $1 AND a.id = t.id WHERE NOT a.deleted ORDER BY a.id`
	selectLinksToThem = ledTo + ` SELECT l.set_id, ` + linkColumns + `
		FROM led_to t JOIN links l ON l.project_id = $1 AND l.from_id = t.id WHERE NOT l.deleted ORDER BY l.id`
)

const selectClaims = `
	SELECT a.set_id, ` + annotationColumns + `,
	       s.revision_id, ar.id, ar.headline, coalesce(ar.url, ''), coalesce(ar.publisher, ''), coalesce(ar.author, ''),
	       coalesce(ar.date_published, ''), coalesce(ar.date_published_origin, ''), coalesce(ar.in_language, ''), ar.created_by, ar.created_at,
	       u.name, (SELECT count(*) FROM comments c WHERE c.project_id = a.project_id AND c.claim_id = a.id)
	FROM annotations a
	JOIN annotation_sets s ON s.project_id = a.project_id AND s.id = a.set_id
	JOIN articles ar ON ar.project_id = s.project_id AND ar.id = s.article_id
	JOIN users u ON u.id = a.created_by
	WHERE a.project_id = $1 AND a.id = ANY($2) AND a.kind = 'claim' AND NOT a.deleted AND ` + reviewable + ` AND `

// reviewColumns are those of a review r, in the order of [annotate.Review].
const reviewColumns = `r.id, r.claim_id AS claim, r.version, r.decision, r.reason, r.reviewer_id AS reviewer, r.created_at,
	CASE WHEN r.imported_at IS NOT NULL THEN json_build_object('from', r.imported_from, 'by', r.imported_by, 'at', r.imported_at) END AS imported`

const selectReviews = `SELECT ` + reviewColumns + ` FROM reviews r`

// selectReviewsNow are the decisions on claims as they are.
const selectReviewsNow = selectReviews + `
	JOIN annotations a ON a.project_id = r.project_id AND a.id = r.claim_id AND a.version = r.version
	WHERE r.project_id = $1 AND r.claim_id = ANY($2)
	ORDER BY r.id`

const selectLastReviews = `
	SELECT ` + reviewColumns + `, u.name
	FROM unnest($2::uuid[]) AS c (id)
	CROSS JOIN LATERAL (SELECT * FROM reviews r WHERE r.project_id = $1 AND r.claim_id = c.id ORDER BY r.id DESC LIMIT 1) AS r
	JOIN users u ON u.id = r.reviewer_id
	ORDER BY r.id`

// readClaims reads the claims called ids, in that order and as they were at one
// moment. One that went meanwhile is left out.
func (s *Store) readClaims(ctx context.Context, a Asker, ids []annotate.ID) (claimsRead, error) {
	read := claimsRead{entities: map[annotate.ID]annotate.Entity{}}
	project := a.Project.ID
	if len(ids) == 0 {
		return read, nil
	}
	last := map[annotate.ID]decision{}
	b := &pgx.Batch{}
	b.Queue(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`)
	b.Queue(selectClaims+seenBy("$3"), project, ids, a.narrowed()).Query(func(rows pgx.Rows) (err error) {
		read.claims, err = pgx.CollectRows(rows, scanClaim)
		return err
	})
	b.Queue(selectLedTo, project, ids).Query(read.takeAnnotations)
	b.Queue(selectLinksToThem, project, ids).Query(read.takeLinks)
	b.Queue(ledTo+`
		SELECT DISTINCT e.id, c.id, c.type, c.name, c.description
		FROM led_to t
		JOIN annotations a ON a.project_id = $1 AND a.id = t.id
		JOIN entities e ON e.project_id = $1 AND e.id = a.entity_id
		JOIN entities c ON c.project_id = $1 AND c.id = coalesce(e.merged_into, e.id)
		ORDER BY e.id`, project, ids).Query(read.takeEntities)
	b.Queue(selectLastReviews, project, ids).Query(func(rows pgx.Rows) error {
		decisions, err := pgx.CollectRows(rows, scanDecision)
		for _, d := range decisions {
			last[d.Claim] = d
		}
		return err
	})
	var decided map[annotate.ID][]annotate.Review
	b.Queue(selectReviewsNow, project, ids).Query(func(rows pgx.Rows) error {
		reviews, err := pgx.CollectRows(rows, pgx.RowToStructByName[annotate.Review])
		decided = annotate.ReviewsByClaim(reviews)
		return err
	})
	b.Queue(`COMMIT`)
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return read, translate(err)
	}
	place := make(map[annotate.ID]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	slices.SortFunc(read.claims, func(x, y annotate.QueuedClaim) int { return place[x.Claim.ID] - place[y.Claim.ID] })
	attributions := annotate.NewAttributions(read.annotations, read.links)
	for i := range read.claims {
		c := &read.claims[i]
		c.Attribution = attributions.Of(c.Claim)
		c.Approvals = len(annotate.Conclude(decided[c.Claim.ID], c.Claim.Version, annotate.MaxQuorum).Approvers)
		if d, decided := last[c.Claim.ID]; decided {
			c.Last, c.Reviewer = &d.Review, d.reviewer
		}
		if err := s.readOut(ctx, project, c, read.entities); err != nil {
			return read, err
		}
	}
	return read, nil
}

// decision is a review with the name of who made it.
type decision struct {
	annotate.Review
	reviewer string
}

func scanDecision(row pgx.CollectableRow) (decision, error) {
	var d decision
	err := row.Scan(&d.ID, &d.Claim, &d.Version, &d.Decision, &d.Reason, &d.Reviewer, &d.CreatedAt, &d.Imported, &d.reviewer)
	return d, err
}

// scanClaim reads a row of selectClaims.
func scanClaim(row pgx.CollectableRow) (annotate.QueuedClaim, error) {
	var c annotate.QueuedClaim
	a := &c.Article
	found, err := scanAnnotation(withMore{row, []any{
		&c.RevisionID, &a.ID, &a.Headline, &a.URL, &a.Publisher, &a.Author, &a.DatePublished, &a.DatePublishedOrigin, &a.InLanguage,
		&a.CreatedBy, &a.CreatedAt, &c.Author, &c.Comments,
	}})
	c.Claim = found.Annotation
	return c, err
}

// withMore is a row of which the last columns go to more.
type withMore struct {
	pgx.CollectableRow
	more []any
}

// Scan reads the row into dest and then into more.
func (w withMore) Scan(dest ...any) error {
	return w.CollectableRow.Scan(append(slices.Clip(dest), w.more...)...)
}

func (r *claimsRead) takeAnnotations(rows pgx.Rows) error {
	found, err := pgx.CollectRows(rows, scanAnnotation)
	for _, a := range found {
		r.annotations = append(r.annotations, a.Annotation)
	}
	return err
}

func (r *claimsRead) takeLinks(rows pgx.Rows) error {
	found, err := pgx.CollectRows(rows, scanLink)
	for _, l := range found {
		r.links = append(r.links, l.Link)
	}
	return err
}

func (r *claimsRead) takeEntities(rows pgx.Rows) error {
	var id annotate.ID
	var e annotate.Entity
	_, err := pgx.ForEachRow(rows, []any{&id, &e.ID, &e.Type, &e.Name, &e.Description}, func() error {
		r.entities[id] = e
		return nil
	})
	return err
}

// aroundQuote is how much of the text is shown on either side of a claim, in
// code points.
const aroundQuote = 160

// readOut fills in what the text says where c is, and what the annotations of
// its attribution are called.
func (s *Store) readOut(ctx context.Context, project annotate.ID, c *annotate.QueuedClaim, entities map[annotate.ID]annotate.Entity) error {
	text, err := s.text(ctx, s.pool, project, c.RevisionID)
	if err != nil {
		return err
	}
	c.Words, c.Entities = map[annotate.ID]string{}, map[annotate.ID]annotate.Entity{}
	for a := range c.Attribution.All() {
		c.Words[a.ID] = quote(text, a.Fragments)
		if e, ok := entities[a.Entity]; ok {
			c.Entities[a.Entity] = e
		}
	}
	c.Quote = quote(text, c.Claim.Fragments)
	if len(c.Claim.Fragments) > 0 {
		start, end := extent(c.Claim.Fragments)
		c.Before, c.After = text.Around(start, end, aroundQuote)
	}
	return nil
}

// extent is from the first code point of fragments to after the last, wherever
// they lie.
func extent(fragments []annotate.Fragment) (start, end int) {
	start = fragments[0].Start
	for _, f := range fragments {
		start, end = min(start, f.Start), max(end, f.End)
	}
	return start, end
}

// quote is the text of fragments, joined with an ellipsis.
func quote(text *annotate.Text, fragments []annotate.Fragment) string {
	parts := make([]string, len(fragments))
	for i, f := range fragments {
		parts[i] = text.Slice(f.Start, f.End)
	}
	return strings.Join(parts, " … ")
}

func namesByID(rows pgx.Rows) (map[annotate.ID]string, error) {
	names := map[annotate.ID]string{}
	var id annotate.ID
	var name string
	_, err := pgx.ForEachRow(rows, []any{&id, &name}, func() error {
		names[id] = name
		return nil
	})
	return names, err
}
