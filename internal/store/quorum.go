package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// recount has the state of each claim follow from the project's quorum, unless
// it does already. It goes annotation set by annotation set and holds the lock
// of no more than one: whoever saves or decides meanwhile waits for a moment
// and no longer. What it did not come to, in a crash, it does the next time.
func (s *Store) recount(ctx context.Context, project annotate.ID) error {
	var quorum, counted int
	if err := s.pool.QueryRow(ctx, `SELECT quorum, quorum_counted FROM projects WHERE id = $1`, project).Scan(&quorum, &counted); err != nil {
		return translate(err)
	}
	if quorum == counted {
		return nil
	}
	sets, err := s.setsToRecount(ctx, project, quorum)
	if err != nil {
		return fmt.Errorf("find the claims that a quorum of %d makes a difference to: %w", quorum, err)
	}
	for _, set := range sets {
		if err := s.recountSet(ctx, project, set); err != nil {
			return fmt.Errorf("derive the states in annotation set %s: %w", set, err)
		}
	}
	_, err = s.pool.Exec(ctx, `UPDATE projects SET quorum_counted = $2 WHERE id = $1 AND quorum = $2`, project, quorum)
	return translate(err)
}

// decidedNow are the decisions on claims as they are, of those claims that
// somebody has approved: for the others a quorum makes no difference.
const decidedNow = `
	SELECT a.set_id, a.review_state, a.version, ` + reviewColumns + `
	FROM annotations a
	JOIN reviews r ON r.project_id = a.project_id AND r.claim_id = a.id AND r.version = a.version
	WHERE a.project_id = @project AND a.kind = 'claim' AND NOT a.deleted AND (@set::uuid IS NULL OR a.set_id = @set)
	  AND EXISTS (SELECT FROM reviews y WHERE y.project_id = a.project_id AND y.claim_id = a.id AND y.version = a.version AND y.decision = 'approve')
	ORDER BY a.set_id, a.id, r.id`

// tallied is a claim with the decisions on it as it is.
type tallied struct {
	set, claim annotate.ID
	state      annotate.ReviewState
	version    int
	reviews    []annotate.Review
}

// tallies calls f for each claim of rows, which are those of decidedNow.
func tallies(rows pgx.Rows, f func(tallied)) error {
	var now, row tallied
	var r annotate.Review
	_, err := pgx.ForEachRow(rows, []any{
		&row.set, &row.state, &row.version,
		&r.ID, &r.Claim, &r.Version, &r.Decision, &r.Reason, &r.Reviewer, &r.CreatedAt, &r.Imported,
	}, func() error {
		if r.Claim != now.claim {
			if now.claim != "" {
				f(now)
			}
			now = tallied{set: row.set, claim: r.Claim, state: row.state, version: row.version}
		}
		now.reviews = append(now.reviews, r)
		return nil
	})
	if err == nil && now.claim != "" {
		f(now)
	}
	return err
}

// under is where t's claim stands under quorum.
func (t tallied) under(quorum int) annotate.ReviewState {
	return annotate.Conclude(t.reviews, t.version, quorum).State
}

func (s *Store) setsToRecount(ctx context.Context, project annotate.ID, quorum int) (sets []annotate.ID, err error) {
	err = s.inLongTx(ctx, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, decidedNow, pgx.NamedArgs{"project": project, "set": nil})
		return tallies(rows, func(t tallied) {
			if t.under(quorum) != t.state {
				sets = append(sets, t.set)
			}
		})
	})
	return slices.Compact(sets), err
}

// recountSet derives the states of a set's claims, and has those who keep its
// article's page read it again.
func (s *Store) recountSet(ctx context.Context, project, set annotate.ID) error {
	return s.inTx(ctx, func(tx pgx.Tx) error {
		var there annotate.ID
		err := tx.QueryRow(ctx, `SELECT id FROM annotation_sets WHERE project_id = $1 AND id = $2 FOR NO KEY UPDATE`, project, set).Scan(&there)
		if err != nil {
			return err
		}
		var quorum int
		if err := tx.QueryRow(ctx, `SELECT quorum FROM projects WHERE id = $1`, project).Scan(&quorum); err != nil {
			return err
		}
		claims, states := []annotate.ID{}, []annotate.ReviewState{}
		rows, _ := tx.Query(ctx, decidedNow, pgx.NamedArgs{"project": project, "set": set})
		err = tallies(rows, func(t tallied) {
			if state := t.under(quorum); state != t.state {
				claims, states = append(claims, t.claim), append(states, state)
			}
		})
		if err != nil || len(claims) == 0 {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(`UPDATE annotations a SET review_state = u.state FROM unnest($2::uuid[], $3::text[]) AS u (id, state)
			WHERE a.project_id = $1 AND a.id = u.id`, project, claims, states).Exec(hit(len(claims)))
		b.Queue(`UPDATE annotation_sets SET remarks = remarks + 1 WHERE project_id = $1 AND id = $2`, project, set)
		return tx.SendBatch(ctx, b).Close()
	})
}
