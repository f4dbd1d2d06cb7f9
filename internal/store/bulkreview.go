package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// ManyReviews is one decision on many claims.
type ManyReviews struct {
	// Claims are versions of claims, as who decides saw them, by id.
	Claims   map[annotate.ID]int
	Decision annotate.Decision
	Reason   string
	By       annotate.ID
	At       time.Time
}

// check returns an [annotate.Invalid] for what is wrong with m as a whole.
func (m ManyReviews) check() error {
	if len(m.Claims) == 0 || len(m.Claims) > maxBulk {
		return annotate.Invalid{"claims": fmt.Sprintf("Check between one and %d claims.", maxBulk)}
	}
	// What is wrong with the decision is so for every claim.
	alike := annotate.Review{Decision: m.Decision, Reason: m.Reason, Reviewer: m.By}
	claim := annotate.Annotation{Kind: annotate.Claim}
	_, err := alike.Decide(annotate.Standing{Claim: claim}, annotate.Rules{SelfApproval: true, Quorum: 1})
	return err
}

func (m ManyReviews) review(claim annotate.ID, version int) annotate.Review {
	return annotate.Review{Claim: claim, Version: version, Decision: m.Decision, Reason: m.Reason, Reviewer: m.By, CreatedAt: m.At}
}

// PreviewReviews says what [Store.DecideAll] would do, and does nothing. The
// answer is in the order of ids.
func (s *Store) PreviewReviews(ctx context.Context, a Asker, m ManyReviews) ([]annotate.ManyDecided, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	ids := slices.Sorted(maps.Keys(m.Claims))
	read, err := s.readClaims(ctx, a, ids)
	var reviews []annotate.Review
	var rules annotate.Rules
	if err == nil {
		b := &pgx.Batch{}
		b.Queue(selectReviews+` WHERE r.project_id = $1 AND r.claim_id = ANY($2) ORDER BY r.id`, a.Project.ID, ids).Query(func(rows pgx.Rows) (err error) {
			reviews, err = pgx.CollectRows(rows, pgx.RowToStructByName[annotate.Review])
			return err
		})
		b.Queue(`SELECT self_approval, quorum FROM projects WHERE id = $1`, a.Project.ID).QueryRow(func(row pgx.Row) error {
			return row.Scan(&rules.SelfApproval, &rules.Quorum)
		})
		err = translate(s.pool.SendBatch(ctx, b).Close())
	}
	if err != nil {
		return nil, fmt.Errorf("preview a decision on %d claims: %w", len(ids), err)
	}
	claims := make([]annotate.Annotation, len(read.claims))
	for i, c := range read.claims {
		claims[i] = c.Claim
	}
	standings := annotate.Standings(claims, read.annotations, read.links, reviews)
	return m.each(ids, func(id annotate.ID, version int) (annotate.ManyDecided, error) {
		found, there := standings[id]
		if !there {
			return annotate.ManyDecided{}, annotate.ErrNotFound
		}
		verdict, err := m.review(id, version).DecideAnew(found, rules)
		return annotate.ManyDecided{Claim: id, Version: version, State: verdict.State, Approvals: len(verdict.Approvers)}, err
	})
}

// DecideAll decides alike on many claims, each by itself and by the rules of
// [Store.Decide]; on what is refused, or has been decided so by the same
// reviewer already, it decides nothing and says why. It returns an
// [annotate.Invalid] for a decision that could be made on none. The answer is in
// the order of ids.
func (s *Store) DecideAll(ctx context.Context, a Asker, m ManyReviews) ([]annotate.ManyDecided, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	return m.each(slices.Sorted(maps.Keys(m.Claims)), func(id annotate.ID, version int) (annotate.ManyDecided, error) {
		done, err := s.decide(ctx, a.Project.ID, m.review(id, version), annotate.Review.DecideAnew)
		return annotate.ManyDecided{Claim: id, Version: done.Version, State: done.Review, Approvals: done.Approvals}, err
	})
}

// each has do for each claim, and turns refusals into words.
func (m ManyReviews) each(ids []annotate.ID, do func(id annotate.ID, version int) (annotate.ManyDecided, error)) ([]annotate.ManyDecided, error) {
	all := make([]annotate.ManyDecided, 0, len(ids))
	for _, id := range ids {
		done, err := do(id, m.Claims[id])
		if words, refused := annotate.Refusal(err); refused {
			done, err = annotate.ManyDecided{Claim: id, Version: m.Claims[id], Refused: words}, nil
		}
		if err != nil {
			return nil, fmt.Errorf("decide on claim %s: %w", id, err)
		}
		all = append(all, done)
	}
	return all, nil
}

// ClaimVersions are the claims that f lists, at most most of them, with their
// versions. More says that there are more.
func (s *Store) ClaimVersions(ctx context.Context, a Asker, f ClaimFilter, most int) (versions map[annotate.ID]int, more bool, err error) {
	versions = map[annotate.ID]int{}
	f.Limit = MaxLimit
	for {
		page, err := s.Claims(ctx, a, f)
		if err != nil {
			return nil, false, err
		}
		for _, c := range page.Items {
			if len(versions) == most {
				return versions, true, nil
			}
			versions[c.Claim.ID] = c.Claim.Version
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			return versions, false, nil
		}
	}
}

// MaxBulk is the most places or claims one bulk change, or one decision on
// many, may have.
const MaxBulk = maxBulk

// ClaimsByID reads claims that are there to be reviewed, in the order of ids.
func (s *Store) ClaimsByID(ctx context.Context, a Asker, ids []annotate.ID) ([]annotate.QueuedClaim, error) {
	read, err := s.readClaims(ctx, a, slices.Clone(ids))
	if err != nil {
		return nil, fmt.Errorf("read %d claims: %w", len(ids), err)
	}
	return read.claims, nil
}
