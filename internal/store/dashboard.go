package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// Dashboard tells how the work on a project went during span, as far as a may
// see it. Claims that are nobody's but one analyst's count for what was tagged,
// and for nothing else.
func (s *Store) Dashboard(ctx context.Context, a Asker, span annotate.Span) (annotate.Dashboard, error) {
	project := a.Project.ID
	d := annotate.Dashboard{Span: span}
	var err error
	if d.Articles, err = s.CountArticles(ctx, a); err != nil {
		return d, err
	}
	b := &pgx.Batch{}
	b.Queue(claimMoves, project, span.Since, span.Step.Seconds(), a.narrowed()).Query(func(rows pgx.Rows) error { return readMoves(rows, &d) })
	b.Queue(activity, project, span.Since, span.Step.Seconds(), span.End(), a.apart(), a.narrowed()).Query(func(rows pgx.Rows) error { return readActivity(rows, &d) })
	b.Queue(firstDecisions, project, span.Since, span.End(), a.narrowed()).QueryRow(func(row pgx.Row) error {
		var seconds float64
		err := row.Scan(&d.Decided, &seconds)
		d.Waited = time.Duration(seconds * float64(time.Second))
		return err
	})
	b.Queue(oldestUnreviewed, project, a.narrowed()).QueryRow(func(row pgx.Row) error {
		var at *time.Time
		err := row.Scan(&at)
		if at != nil {
			d.Oldest = *at
		}
		return err
	})
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return d, fmt.Errorf("read the dashboard: %w", translate(err))
	}
	return d, nil
}

// claimMoves counts the claims that went from one state to another, by the
// step in which they did, or -1 before the first. A claim comes from none into
// the state it had before its first move.
var claimMoves = `
	WITH moves AS (
		SELECT a.created_at AS at, NULL AS was,
		       coalesce(first.was, CASE WHEN first.claim_id IS NULL AND a.kind = 'claim' AND NOT a.deleted THEN a.review_state END) AS became
		FROM annotations a
		JOIN annotation_sets s ON s.project_id = a.project_id AND s.id = a.set_id AND ` + reviewable + ` AND ` + seenBy("$4") + `
		LEFT JOIN (SELECT DISTINCT ON (claim_id) claim_id, was FROM claim_states WHERE project_id = $1 ORDER BY claim_id, at) AS first
		       ON first.claim_id = a.id
		WHERE a.project_id = $1 AND (a.kind = 'claim' OR first.claim_id IS NOT NULL)
		UNION ALL
		SELECT m.at, m.was, m.became
		FROM claim_states m
		JOIN annotations a ON a.project_id = m.project_id AND a.id = m.claim_id
		JOIN annotation_sets s ON s.project_id = a.project_id AND s.id = a.set_id AND ` + reviewable + ` AND ` + seenBy("$4") + `
		WHERE m.project_id = $1
	)
	SELECT greatest(-1, floor(extract(epoch FROM at - $2::timestamptz) / $3::float8))::int AS step,
	       coalesce(was, ''), coalesce(became, ''), count(*)
	FROM moves
	GROUP BY 1, 2, 3`

func readMoves(rows pgx.Rows, d *annotate.Dashboard) error {
	d.States = map[annotate.ReviewState][]int{}
	for _, state := range annotate.ReviewStates {
		d.States[state] = make([]int, d.Span.Steps)
	}
	var step, n int
	var was, became annotate.ReviewState
	_, err := pgx.ForEachRow(rows, []any{&step, &was, &became, &n}, func() error {
		step = min(step, d.Span.Steps-1) // the database's clock may be ahead
		for i := max(0, step); i < d.Span.Steps; i++ {
			if left := d.States[was]; left != nil {
				left[i] -= n
			}
			if entered := d.States[became]; entered != nil {
				entered[i] += n
			}
		}
		return nil
	})
	return err
}

var activity = `
	SELECT who, u.name, floor(extract(epoch FROM at - $2::timestamptz) / $3::float8)::int AS step,
	       count(*) FILTER (WHERE tagged) AS tagged, count(*) FILTER (WHERE NOT tagged) AS decided
	FROM (
		SELECT a.created_by AS who, a.created_at AS at, true AS tagged
		FROM annotations a
		JOIN annotation_sets s ON s.project_id = a.project_id AND s.id = a.set_id AND s.hand <> 'adjudicated'
		     AND ($5::uuid IS NULL OR s.analyst_id IS NULL OR s.analyst_id = $5)
		WHERE a.project_id = $1 AND a.kind = 'claim' AND NOT a.deleted
		UNION ALL
		SELECT r.reviewer_id, r.created_at, false
		FROM reviews r
		JOIN annotations a ON a.project_id = r.project_id AND a.id = r.claim_id
		JOIN annotation_sets s ON s.project_id = a.project_id AND s.id = a.set_id AND ` + seenBy("$6") + `
		WHERE r.project_id = $1 AND r.imported_at IS NULL
	) AS done JOIN users u ON u.id = who
	WHERE at >= $2 AND at < $4
	GROUP BY 1, 2, 3`

func readActivity(rows pgx.Rows, d *annotate.Dashboard) error {
	people := map[annotate.ID]*annotate.Activity{}
	var who annotate.ID
	var name string
	var step, tagged, decided int
	_, err := pgx.ForEachRow(rows, []any{&who, &name, &step, &tagged, &decided}, func() error {
		if people[who] == nil {
			people[who] = &annotate.Activity{Person: who, Name: name, Tagged: make([]int, d.Span.Steps), Decided: make([]int, d.Span.Steps)}
		}
		people[who].Tagged[step], people[who].Decided[step] = tagged, decided
		return nil
	})
	for _, one := range people {
		d.Activity = append(d.Activity, *one)
	}
	all := func(a annotate.Activity) int { return annotate.Total(a.Tagged) + annotate.Total(a.Decided) }
	slices.SortFunc(d.Activity, func(a, b annotate.Activity) int {
		return cmp.Or(cmp.Compare(all(b), all(a)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Person, b.Person))
	})
	return err
}

var firstDecisions = `
	SELECT count(*), coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM f.at - a.created_at)::float8), 0)
	FROM (SELECT claim_id, min(created_at) AS at FROM reviews WHERE project_id = $1 AND imported_at IS NULL GROUP BY claim_id) AS f
	JOIN annotations a ON a.project_id = $1 AND a.id = f.claim_id
	JOIN annotation_sets s ON s.project_id = a.project_id AND s.id = a.set_id AND ` + seenBy("$4") + `
	WHERE f.at >= $2 AND f.at < $3`

var oldestUnreviewed = `
	SELECT min(a.created_at)
	FROM annotations a
	JOIN annotation_sets s ON s.project_id = a.project_id AND s.id = a.set_id AND ` + reviewable + ` AND ` + seenBy("$2") + `
	WHERE a.project_id = $1 AND a.kind = 'claim' AND NOT a.deleted AND a.review_state = 'unreviewed'`
