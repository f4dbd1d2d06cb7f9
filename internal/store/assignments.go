package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// assignmentColumns are those of an assignment w.
const assignmentColumns = `w.article_id AS article, w.analyst_id AS analyst, w.state, coalesce(w.due_on::text, '') AS due_on, w.note,
	w.assigned_by, w.assigned_at, w.started_at, w.active_at, w.done_at`

// Assigning is articles that analysts are to annotate.
type Assigning struct {
	// Pairs are who gets what; only Article and Analyst of each count.
	Pairs []annotate.Assignment
	// DueOn is the last day, as YYYY-MM-DD, or empty.
	DueOn string
	At    time.Time
}

// maxAssigned is the most assignments that are made at once.
const maxAssigned = 100_000

// Assign assigns articles for a, and returns how many of the pairs are new:
// who has an article already keeps it as it is. It refuses, with an
// [annotate.Invalid], a day that is none, an article that is not there, and
// whoever may not annotate.
func (s *Store) Assign(ctx context.Context, a Asker, n Assigning) (int, error) {
	if err := validDay(n.DueOn); err != nil {
		return 0, err
	}
	if len(n.Pairs) > maxAssigned {
		return 0, annotate.Invalid{"articles": fmt.Sprintf("Assign at most %d articles at once.", maxAssigned)}
	}
	var added int
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if err := checkPairs(ctx, tx, a.Project.ID, n.Pairs); err != nil {
			return err
		}
		var err error
		added, err = assign(ctx, tx, a, n)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("assign articles of project %s: %w", a.Project.ID, err)
	}
	return added, nil
}

func validDay(day string) error {
	if day == "" {
		return nil
	}
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return annotate.Invalid{"due": "Give a day such as 2026-11-30, or leave it empty."}
	}
	return nil
}

// checkPairs locks the articles of pairs, and refuses what is not there.
func checkPairs(ctx context.Context, tx pgx.Tx, project annotate.ID, pairs []annotate.Assignment) error {
	articles, analysts := map[annotate.ID]bool{}, map[annotate.ID]bool{}
	for _, p := range pairs {
		articles[p.Article], analysts[p.Analyst] = true, true
	}
	var known int
	// Locked in one order, so that those who assign at once wait in line.
	err := tx.QueryRow(ctx, `
		SELECT count(*) FROM (
			SELECT FROM annotation_sets WHERE project_id = $1 AND article_id = ANY($2) AND hand = 'shared'
			ORDER BY article_id FOR NO KEY UPDATE) AS s`, project, slices.Sorted(maps.Keys(articles))).Scan(&known)
	if err == nil && known < len(articles) {
		err = annotate.Invalid{"articles": "One of these articles is not there any more. Choose again."}
	}
	if err != nil {
		return err
	}
	return checkAnalysts(ctx, tx, project, slices.Sorted(maps.Keys(analysts)))
}

// checkAnalysts refuses people who may not annotate, each of them given once.
func checkAnalysts(ctx context.Context, tx pgx.Tx, project annotate.ID, analysts []annotate.ID) error {
	var known int
	err := tx.QueryRow(ctx, `
		SELECT count(*) FROM members m JOIN users u ON u.id = m.user_id AND u.disabled_at IS NULL
		WHERE m.project_id = $1 AND m.user_id = ANY($2) AND m.role <> 'viewer'`, project, analysts).Scan(&known)
	if err == nil && known < len(analysts) {
		err = annotate.Invalid{"analysts": "Choose people who are analysts of this project at least."}
	}
	return err
}

// assign writes n, whose articles are locked.
func assign(ctx context.Context, tx pgx.Tx, a Asker, n Assigning) (int, error) {
	articles, analysts := columnsOf(n.Pairs)
	tag, err := tx.Exec(ctx, `
		INSERT INTO assignments (project_id, article_id, analyst_id, due_on, assigned_by, assigned_at)
		SELECT @project, n.article_id, n.analyst_id, nullif(@due, '')::date, @by, @at
		FROM unnest(@articles::uuid[], @analysts::uuid[]) AS n (article_id, analyst_id)
		ON CONFLICT (project_id, article_id, analyst_id) DO NOTHING`, pgx.NamedArgs{
		"project": a.Project.ID, "due": n.DueOn, "by": a.User.ID, "at": n.At, "articles": articles, "analysts": analysts,
	})
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, giveSets+`
		JOIN unnest($2::uuid[], $3::uuid[]) AS n (article_id, analyst_id) ON n.article_id = w.article_id AND n.analyst_id = w.analyst_id
		WHERE w.project_id = $1
		ON CONFLICT DO NOTHING`, a.Project.ID, articles, analysts)
	return int(tag.RowsAffected()), err
}

// Assignment reads whether and how an article is assigned to an analyst.
func (s *Store) Assignment(ctx context.Context, project, article, analyst annotate.ID) (annotate.Assignment, error) {
	w, err := assignment(ctx, s.pool, ``, project, article, analyst)
	if err != nil {
		return w, fmt.Errorf("read an assignment of article %s: %w", article, err)
	}
	return w, nil
}

func assignment(ctx context.Context, q querier, lock string, project, article, analyst annotate.ID) (annotate.Assignment, error) {
	rows, _ := q.Query(ctx, `SELECT `+assignmentColumns+` FROM assignments w WHERE w.project_id = $1 AND w.article_id = $2 AND w.analyst_id = $3`+lock, project, article, analyst)
	w, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[annotate.Assignment])
	return w, translate(err)
}

// AssignmentChange is how far an analyst has come with an article, or is put
// back to.
type AssignmentChange struct {
	Article annotate.ID
	Analyst annotate.ID
	State   annotate.AssignmentState
	// Note is why it is returned.
	Note string
	At   time.Time
}

// ChangeAssignment puts an assignment in another state for a, and returns it
// as it is then. It refuses what [annotate.AssignmentState.MayBecome] does not
// allow with an [annotate.Invalid] under state.
func (s *Store) ChangeAssignment(ctx context.Context, a Asker, c AssignmentChange) (annotate.Assignment, error) {
	if utf8.RuneCountInString(c.Note) > maxNote {
		return annotate.Assignment{}, annotate.Invalid{"note": "Use at most 2,000 characters."}
	}
	var w annotate.Assignment
	err := s.inTx(ctx, func(tx pgx.Tx) (err error) {
		if w, err = assignment(ctx, tx, ` FOR NO KEY UPDATE`, a.Project.ID, c.Article, c.Analyst); err != nil {
			return err
		}
		own, managing := c.Analyst == a.User.ID, a.Role.May(annotate.Manager)
		if !own && !managing {
			return annotate.ErrNotFound
		}
		if !w.State.MayBecome(c.State, a.Project.Mode, own, managing) {
			return refusedMove(w.State, c.State)
		}
		if w.State == c.State && c.Note == w.Note {
			return nil
		}
		w, err = moveAssignment(ctx, tx, a.Project.ID, c)
		return err
	})
	if err != nil {
		return annotate.Assignment{}, fmt.Errorf("change an assignment of article %s: %w", c.Article, err)
	}
	// Open pages show whose sets may be seen.
	s.Announce(Note{Project: a.Project.ID, Article: c.Article, Presence: true})
	return w, nil
}

const maxNote = 2000 // code points

func refusedMove(from, to annotate.AssignmentState) error {
	switch {
	case to == annotate.Returned:
		return annotate.Invalid{"state": "Only what is done can be returned, and only by a manager."}
	case from == annotate.Done:
		return annotate.Invalid{"state": "You have finished this article and may have seen the others' work. Ask a manager to return it."}
	default:
		return annotate.Invalid{"state": "Whose article it is says themselves that they have begun or are done."}
	}
}

func moveAssignment(ctx context.Context, tx pgx.Tx, project annotate.ID, c AssignmentChange) (annotate.Assignment, error) {
	rows, _ := tx.Query(ctx, `
		UPDATE assignments w SET
		    state = @state,
		    note = CASE WHEN @state = 'returned' THEN @note ELSE w.note END,
		    started_at = coalesce(w.started_at, @at),
		    active_at = @at,
		    done_at = CASE WHEN @state = 'done' THEN @at::timestamptz END
		WHERE w.project_id = @project AND w.article_id = @article AND w.analyst_id = @analyst
		RETURNING `+assignmentColumns, pgx.NamedArgs{
		"project": project, "article": c.Article, "analyst": c.Analyst, "state": c.State, "note": c.Note, "at": c.At,
	})
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[annotate.Assignment])
}
