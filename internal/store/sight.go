package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// Shared and Adjudicated are the hands of the sets that are not one analyst's.
const (
	Shared      = annotate.Shared
	Adjudicated = annotate.Adjudicated
)

// errWorkApart refuses what could be done to a shared set only.
var errWorkApart = annotate.Invalid{"set": "In this project each analyst has a set of their own: there is no shared one to change."}

// errNotTheirs refuses to change a set that is not open to its analyst.
var errNotTheirs = annotate.Invalid{"set": "This article is not assigned to you, or you have finished it. Take it first, or ask a manager to give it back."}

// HandFor finds the set of an article that a means by hand, and holds a to
// what they may see. No hand at all is the set they would work on: the shared
// one or, where analysts work apart, their own, else the adjudicated one, and
// as long as there is neither, the shared one, which is empty.
func (s *Store) HandFor(ctx context.Context, a Asker, article annotate.ID, hand annotate.Hand) (annotate.Hand, error) {
	if a.Project.Mode != annotate.ModeIndependent {
		if hand == "" || hand == Shared {
			return Shared, nil
		}
		return "", annotate.ErrNotFound
	}
	var own, adjudicated, finished bool
	err := s.pool.QueryRow(ctx, `
		SELECT coalesce(bool_or(s.analyst_id = $3), false), coalesce(bool_or(s.hand = 'adjudicated'), false),
		       EXISTS (SELECT FROM assignments w WHERE w.project_id = $1 AND w.article_id = $2 AND w.analyst_id = $3 AND w.state = 'done')
		FROM annotation_sets s
		WHERE s.project_id = $1 AND s.article_id = $2`, a.Project.ID, article, a.reader()).Scan(&own, &adjudicated, &finished)
	switch {
	case err != nil:
		return "", translate(err)
	case hand == "" && own:
		hand = annotate.Hand(a.User.ID)
	case hand == "" && adjudicated && Adjudicated.MaySee(a.User.ID, a.Role, finished):
		hand = Adjudicated
	case hand == "":
		hand = Shared
	}
	if !hand.MaySee(a.User.ID, a.Role, finished) {
		return "", annotate.ErrNotFound
	}
	return hand, nil
}

// Operator is whoever runs the server, as one who asks about a project: they
// see all of it.
func Operator(p annotate.Project) Asker { return Asker{Project: p, Role: annotate.Manager} }

// reader is the id of who asks, or of nobody.
func (a Asker) reader() annotate.ID {
	if a.User.ID == "" {
		return nobody
	}
	return a.User.ID
}

// changing is the set of an article by hand, or the one that a works on, if a
// may change it.
func (s *Store) changing(ctx context.Context, a Asker, article annotate.ID, hand annotate.Hand) (annotate.Hand, error) {
	if err := a.mayTag(); err != nil {
		return "", err
	}
	if hand == "" {
		var err error
		if hand, err = s.HandFor(ctx, a, article, ""); err != nil {
			return "", err
		}
		if hand == Shared && a.Project.Mode == annotate.ModeIndependent {
			return "", errNotTheirs
		}
	}
	if !hand.MayChange(a.Project.Mode, a.User.ID, a.Role) {
		return "", annotate.ErrForbidden
	}
	return hand, nil
}

// ListHand is the set that lists tell of: the shared one or, where analysts
// work apart, an analyst's own, and the adjudicated one for everybody else.
func (a Asker) ListHand() annotate.Hand {
	switch {
	case a.Project.Mode != annotate.ModeIndependent:
		return Shared
	case a.Role == annotate.Analyst:
		return annotate.Hand(a.reader())
	default:
		return Adjudicated
	}
}

// narrowed is the analyst who sees of others' work only that on articles they
// have finished, or nil for who sees it all.
func (a Asker) narrowed() *annotate.ID {
	if a.Role == annotate.Analyst {
		return a.apart()
	}
	return nil
}

// apart is who, below a reviewer, asks where analysts work apart, else nil.
func (a Asker) apart() *annotate.ID {
	if a.Project.Mode == annotate.ModeIndependent && !a.Role.May(annotate.Reviewer) {
		return new(a.reader())
	}
	return nil
}

// seenBy is the condition that the annotation set s, which is not a single
// analyst's, may be seen by the reader in the parameter called reader, as
// [Asker.narrowed] gives it.
func seenBy(reader string) string {
	return `(` + reader + `::uuid IS NULL OR s.hand = 'shared' OR EXISTS (
		SELECT FROM assignments w
		WHERE w.project_id = s.project_id AND w.article_id = s.article_id AND w.analyst_id = ` + reader + ` AND w.state = 'done'))`
}

// Sets lists the annotation sets of an article that a may see, with whose they
// are, how far that analyst has come and the number of their newest change
// set: the analysts' by name, then the adjudicated one if there is one. In a
// project that works on shared sets it is that one. [Store.AnnotatedArticle]
// reads one by its hand.
func (s *Store) Sets(ctx context.Context, a Asker, article annotate.ID) ([]annotate.ListedSet, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT s.id, coalesce(s.analyst_id::text, s.hand) AS hand, coalesce(u.name, '') AS name, coalesce(w.state, '') AS state, s.seq, s.annotations,
		       EXISTS (SELECT FROM assignments m WHERE m.project_id = $1 AND m.article_id = $2 AND m.analyst_id = $3 AND m.state = 'done') AS finished
		FROM annotation_sets s
		LEFT JOIN users u ON u.id = s.analyst_id
		LEFT JOIN assignments w ON w.project_id = s.project_id AND w.article_id = s.article_id AND w.analyst_id = s.analyst_id
		WHERE s.project_id = $1 AND s.article_id = $2 AND (s.hand = 'shared') = $4
		ORDER BY s.hand DESC, lower(u.name), s.analyst_id`,
		a.Project.ID, article, a.reader(), a.Project.Mode != annotate.ModeIndependent)
	type row struct {
		annotate.ListedSet
		Finished bool
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[row])
	if err != nil {
		return nil, fmt.Errorf("list the sets of article %s: %w", article, translate(err))
	}
	var sets []annotate.ListedSet
	for _, r := range found {
		if r.Hand.MaySee(a.User.ID, a.Role, r.Finished) {
			sets = append(sets, r.ListedSet)
		}
	}
	return sets, nil
}
