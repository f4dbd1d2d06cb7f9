package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// AssignmentFilter says which assignments to list. What is empty does not
// filter.
type AssignmentFilter struct {
	Analyst annotate.ID
	Article annotate.ID
	State   annotate.AssignmentState
	// DueBefore leaves what is not done and was due before this day, as
	// YYYY-MM-DD.
	DueBefore string
	// IdleSince leaves what has been begun or returned, is not done, and has had
	// nothing done about it since.
	IdleSince time.Time
	Limit     int
	Cursor    string
}

// lastActive is when an analyst last did something about an assignment w. In a
// shared set the log knows.
const lastActive = `
	SELECT greatest(w.active_at, (
	    SELECT max(c.created_at)
	    FROM annotation_sets s
	    JOIN change_sets c ON c.project_id = s.project_id AND c.set_id = s.id AND c.author_id = w.analyst_id
	    WHERE s.project_id = w.project_id AND s.article_id = w.article_id AND s.hand = 'shared' AND w.started_at IS NOT NULL)) AS at`

// narrow is the condition on assignments w of a project, and its arguments.
func (f AssignmentFilter) narrow(project annotate.ID) (where string, args pgx.NamedArgs, err error) {
	if f.State != "" && !slices.Contains(annotate.AssignmentStates, f.State) {
		return "", nil, annotate.Invalid{"state": "Use not_started, in_progress, returned or done."}
	}
	where, args = `w.project_id = @project`, pgx.NamedArgs{"project": project}
	for _, only := range []struct {
		set   bool
		where string
		name  string
		value any
	}{
		{f.Analyst != "", `w.analyst_id = @analyst`, "analyst", f.Analyst},
		{f.Article != "", `w.article_id = @article`, "article", f.Article},
		{f.State != "", `w.state = @state`, "state", f.State},
		{f.DueBefore != "", `w.state <> 'done' AND w.due_on < @due::date`, "due", f.DueBefore},
		{!f.IdleSince.IsZero(), `w.state IN ('in_progress', 'returned') AND (` + lastActive + `) < @idle`, "idle", f.IdleSince},
	} {
		if only.set {
			where += ` AND ` + only.where
			args[only.name] = only.value
		}
	}
	return where, args, nil
}

const selectListed = `
	SELECT ` + assignmentColumns + `, a.headline, coalesce(a.publisher, '') AS publisher, u.name, b.name AS by, s.annotations, active.at AS last_active
	FROM assignments w
	JOIN articles a ON a.project_id = w.project_id AND a.id = w.article_id
	JOIN users u ON u.id = w.analyst_id
	JOIN users b ON b.id = w.assigned_by
	CROSS JOIN LATERAL (` + lastActive + `) AS active
	CROSS JOIN LATERAL (
	    SELECT s.annotations FROM annotation_sets s
	    WHERE s.project_id = w.project_id AND s.article_id = w.article_id AND (s.hand = 'shared' OR s.analyst_id = w.analyst_id)
	    ORDER BY s.hand = 'shared'
	    LIMIT 1) AS s`

// Assignments lists the assignments of a project that a may know of, those made
// first first: reviewers know of all, others of their own.
func (s *Store) Assignments(ctx context.Context, a Asker, f AssignmentFilter) (Page[annotate.ListedAssignment], error) {
	var none Page[annotate.ListedAssignment]
	if !a.Role.May(annotate.Reviewer) {
		if f.Analyst != "" && f.Analyst != a.User.ID {
			return none, nil
		}
		f.Analyst = a.reader()
	}
	where, args, err := f.narrow(a.Project.ID)
	if err != nil {
		return none, err
	}
	if f.Cursor != "" {
		key, err := readCursor(f.Cursor, 3)
		if err != nil {
			return none, err
		}
		at, err := time.Parse(time.RFC3339Nano, key[0])
		_, articleErr := annotate.ParseID(key[1])
		_, analystErr := annotate.ParseID(key[2])
		if err != nil || articleErr != nil || analystErr != nil {
			return none, errCursor
		}
		where += ` AND (w.assigned_at, w.article_id, w.analyst_id) > (@after_at, @after_article::uuid, @after_analyst::uuid)`
		args["after_at"], args["after_article"], args["after_analyst"] = at, key[1], key[2]
	}
	limit := limited(f.Limit)
	args["limit"] = limit + 1
	found, err := s.assignments(ctx, where+` ORDER BY w.assigned_at, w.article_id, w.analyst_id LIMIT @limit`, args)
	if err != nil {
		return none, fmt.Errorf("list assignments: %w", err)
	}
	return pageOf(found, limit, func(w annotate.ListedAssignment) []string {
		return []string{w.AssignedAt.UTC().Format(time.RFC3339Nano), string(w.Article), string(w.Analyst)}
	}), nil
}

func (s *Store) assignments(ctx context.Context, where string, args pgx.NamedArgs) ([]annotate.ListedAssignment, error) {
	rows, _ := s.pool.Query(ctx, selectListed+` WHERE `+where, pgx.QueryExecModeCacheDescribe, args)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[annotate.ListedAssignment])
	return found, translate(err)
}

// Work is what somebody has to do in a project.
type Work struct {
	// Open are their assignments that are not done, the most urgent first, and
	// Done the last that are: some of each.
	Open []annotate.ListedAssignment
	Done []annotate.ListedAssignment
	annotate.Workload
	// InPool is how many articles they could take.
	InPool int
}

// Work tells a what there is to do on the day today, as YYYY-MM-DD.
func (s *Store) Work(ctx context.Context, a Asker, today string) (Work, error) {
	var w Work
	args := pgx.NamedArgs{"project": a.Project.ID, "analyst": a.reader(), "limit": MaxLimit, "recent": 20}
	var err error
	w.Open, err = s.assignments(ctx, `w.project_id = @project AND w.analyst_id = @analyst AND w.state <> 'done'`+byUrgency+` LIMIT @limit`, args)
	if err == nil {
		w.Done, err = s.assignments(ctx, `w.project_id = @project AND w.analyst_id = @analyst AND w.state = 'done' ORDER BY w.done_at DESC, w.article_id LIMIT @recent`, args)
	}
	if err != nil {
		return w, fmt.Errorf("read what there is to do: %w", err)
	}
	loads, err := s.workloads(ctx, a.Project.ID, today, ` AND w.analyst_id = @analyst`, args)
	if err != nil {
		return w, err
	}
	if len(loads) > 0 {
		w.Workload = loads[0]
	}
	if a.Project.Pool == 0 {
		return w, nil
	}
	err = s.pool.QueryRow(ctx, `
		SELECT count(*)
		FROM annotation_sets s
		WHERE s.project_id = $1 AND s.hand = 'shared' AND s.assigned < $2 AND NOT EXISTS (
			SELECT FROM assignments w WHERE w.project_id = $1 AND w.article_id = s.article_id AND w.analyst_id = $3)`,
		a.Project.ID, a.Project.Pool, a.reader()).Scan(&w.InPool)
	return w, translate(err)
}

// Workloads tells how far each analyst of a project has come on the day today,
// by name.
func (s *Store) Workloads(ctx context.Context, project annotate.ID, today string) ([]annotate.Workload, error) {
	return s.workloads(ctx, project, today, ``, pgx.NamedArgs{})
}

func (s *Store) workloads(ctx context.Context, project annotate.ID, today, only string, args pgx.NamedArgs) ([]annotate.Workload, error) {
	args["project"], args["today"] = project, today
	rows, _ := s.pool.Query(ctx, `
		SELECT w.analyst_id AS analyst, u.name,
		       count(*) FILTER (WHERE state = 'not_started') AS not_started, count(*) FILTER (WHERE state = 'in_progress') AS in_progress,
		       count(*) FILTER (WHERE state = 'returned') AS returned, count(*) FILTER (WHERE state = 'done') AS done,
		       count(*) FILTER (WHERE state <> 'done' AND due_on < @today::date) AS overdue
		FROM assignments w
		JOIN users u ON u.id = w.analyst_id
		WHERE w.project_id = @project`+only+`
		GROUP BY w.analyst_id, u.name
		ORDER BY lower(u.name), w.analyst_id`, args)
	loads, err := pgx.CollectRows(rows, pgx.RowToStructByName[annotate.Workload])
	if err != nil {
		return nil, fmt.Errorf("count assignments: %w", translate(err))
	}
	return loads, nil
}
