package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

const (
	// bulkTime is how long a bulk change is worked on at a stretch, whether or
	// not whoever asked for it still waits.
	bulkTime = 90 * time.Second
	// restTime is how long it may take to note that the work has ended.
	restTime = 5 * time.Second
)

// ErrUnderWay says that somebody is at it at the moment.
var ErrUnderWay = errors.New("under way")

// begin takes down all that b is to do, and does it.
func (s *Store) begin(ctx context.Context, project annotate.ID, b annotate.BulkChange, work map[annotate.ID]todo) error {
	articles, changeSets, todos := slices.Sorted(maps.Keys(work)), make([]annotate.ID, len(work)), make([]string, len(work))
	for i, article := range articles {
		content, err := json.Marshal(work[article])
		if err != nil {
			return fmt.Errorf("write down what is to be done: %w", err)
		}
		changeSets[i], todos[i] = NewID(), string(content)
	}
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO bulk_changes (project_id, id, what, wish, author_id, created_at, hand, worked_on_until) VALUES ($1, $2, $3, $4, $5, $6, $7, now() + $8::interval)`,
			project, b.ID, b.What, b.Wish, b.Author, b.CreatedAt, b.Hand, bulkTime)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO bulk_parts (project_id, bulk_id, article_id, change_set, todo)
			SELECT $1, $2, w.article_id, w.change_set, w.todo::json
			FROM unnest($3::uuid[], $4::uuid[], $5::text[]) AS w (article_id, change_set, todo)
			JOIN articles a ON a.project_id = $1 AND a.id = w.article_id`, project, b.ID, articles, changeSets, todos)
		return err
	})
	if err != nil {
		return fmt.Errorf("begin a bulk change: %w", err)
	}
	return s.workOn(ctx, project, b)
}

// BulkTurn is a wish to go on with a bulk change, or to take it back.
type BulkTurn struct {
	Bulk annotate.ID
	By   annotate.ID
	At   time.Time
}

// ResumeBulk does what a bulk change has left to do, because its time was up or
// the server it was done by went down. It returns [ErrUnderWay] while somebody
// works on it.
func (s *Store) ResumeBulk(ctx context.Context, a Asker, t BulkTurn) error {
	b, err := s.takeBulk(ctx, a, t)
	if err != nil {
		return err
	}
	return s.workOn(ctx, a.Project.ID, b)
}

// takeBulk makes sure that nobody else works on a bulk change for a while. The
// change it returns is by whoever goes on with it.
func (s *Store) takeBulk(ctx context.Context, a Asker, t BulkTurn) (annotate.BulkChange, error) {
	b := annotate.BulkChange{ID: t.Bulk, Author: t.By, CreatedAt: t.At}
	project := a.Project.ID
	var free bool
	var err error
	if b.Hand, err = s.turning(ctx, a, t.Bulk); err != nil {
		return b, fmt.Errorf("take up bulk change %s: %w", t.Bulk, err)
	}
	err = s.pool.QueryRow(ctx, `
		WITH was AS (
			SELECT worked_on_until IS NULL OR worked_on_until < now() AS free FROM bulk_changes WHERE project_id = $1 AND id = $2 FOR UPDATE
		)
		UPDATE bulk_changes b SET worked_on_until = CASE WHEN was.free THEN now() + $3::interval ELSE b.worked_on_until END
		FROM was
		WHERE b.project_id = $1 AND b.id = $2
		RETURNING b.what, b.wish, was.free`, project, t.Bulk, bulkTime).Scan(&b.What, &b.Wish, &free)
	if err == nil && !free {
		err = ErrUnderWay
	}
	if err != nil {
		return b, fmt.Errorf("take up bulk change %s: %w", t.Bulk, translate(err))
	}
	return b, nil
}

// turning is whose sets a bulk change is about, if a may change them.
func (s *Store) turning(ctx context.Context, a Asker, bulk annotate.ID) (annotate.Hand, error) {
	var hand annotate.Hand
	err := s.pool.QueryRow(ctx, `SELECT hand FROM bulk_changes WHERE project_id = $1 AND id = $2`, a.Project.ID, bulk).Scan(&hand)
	if err == nil && !hand.MayChange(a.Project.Mode, a.User.ID, a.Role) {
		err = annotate.ErrForbidden
	}
	return hand, translate(err)
}

// workOn does what is left of b to do, article by article, until its time is
// up. That is no error: what is left stays taken down.
func (s *Store) workOn(ctx context.Context, project annotate.ID, b annotate.BulkChange) error {
	return s.whileWorking(ctx, project, b.ID, func(ctx context.Context) error {
		plan, err := s.planner(ctx, project, b)
		if err != nil {
			return err
		}
		parts, err := s.partsToDo(ctx, project, b.ID)
		if err != nil {
			return err
		}
		for _, p := range parts {
			if err := s.doPart(ctx, project, b, p, plan); err != nil {
				return fmt.Errorf("change article %s in bulk: %w", p.article, err)
			}
		}
		return nil
	})
}

// whileWorking runs work in the time that a bulk change is taken for, and lets
// go of it.
func (s *Store) whileWorking(ctx context.Context, project, bulk annotate.ID, work func(context.Context) error) error {
	ctx = context.WithoutCancel(ctx)
	working, cancel := context.WithTimeout(ctx, bulkTime)
	defer cancel()
	err := work(working)
	if working.Err() != nil {
		err = nil // the time is up
	}
	resting, stop := context.WithTimeout(ctx, restTime)
	defer stop()
	_, restErr := s.pool.Exec(resting, `UPDATE bulk_changes SET worked_on_until = NULL WHERE project_id = $1 AND id = $2`, project, bulk)
	return errors.Join(err, translate(restErr))
}

// partToDo is a part of a bulk change that is not known to be done. Logged says
// that its change set is in the log all the same, with that many annotations.
type partToDo struct {
	article   annotate.ID
	changeSet annotate.ID
	todo      todo
	logged    *int
}

func (s *Store) partsToDo(ctx context.Context, project, bulk annotate.ID) ([]partToDo, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT p.article_id, p.change_set, p.todo,
		       CASE WHEN c.seq IS NOT NULL THEN (SELECT count(*) FROM json_array_elements(c.operations) AS o WHERE o ->> 'op' = 'put') END
		FROM bulk_parts p
		LEFT JOIN change_sets c ON c.project_id = p.project_id AND c.client_id = p.change_set
		WHERE p.project_id = $1 AND p.bulk_id = $2 AND p.todo IS NOT NULL
		ORDER BY p.article_id`, project, bulk)
	parts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (partToDo, error) {
		var p partToDo
		err := row.Scan(&p.article, &p.changeSet, &p.todo, &p.logged)
		return p, err
	})
	return parts, translate(err)
}

func (s *Store) doPart(
	ctx context.Context, project annotate.ID, b annotate.BulkChange, part partToDo, plan func(annotate.AnnotatedArticle, todo) planned,
) error {
	var p planned
	if part.logged == nil {
		doc, err := s.bulkArticle(ctx, setKey{project, part.article, b.Hand})
		if errors.Is(err, annotate.ErrNotFound) {
			return nil // it has been deleted
		}
		if err != nil {
			return err
		}
		p = plan(doc, part.todo)
		done, err := s.appendWhatGoes(ctx, setKey{project, part.article, b.Hand}, annotate.ChangeSet{ID: part.changeSet, Author: b.Author, At: b.CreatedAt}, &p)
		if errors.Is(err, annotate.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		part.logged = &done
	}
	_, err := s.pool.Exec(ctx, `UPDATE bulk_parts SET done = $4, left_out = $5, todo = NULL WHERE project_id = $1 AND bulk_id = $2 AND article_id = $3`,
		project, b.ID, part.article, *part.logged, emptyNotNull(p.leftOut))
	return translate(err)
}

// appendWhatGoes appends what p plans, without what is refused or clashes with
// what others have done in this moment, and returns how many operations that
// were.
func (s *Store) appendWhatGoes(ctx context.Context, in setKey, cs annotate.ChangeSet, p *planned) (int, error) {
	for len(p.operations) > 0 {
		cs.Operations = p.operations
		_, err := s.Append(ctx, in.project, in.article, in.hand, cs)
		if err == nil {
			return len(p.operations), nil
		}
		bad := inTheWay(err, len(p.operations))
		if bad == nil {
			return 0, err
		}
		p.without(bad)
	}
	return 0, nil
}

// inTheWay are the operations of n, by their index, that an append failed for,
// each with the reason. It is nil if the append failed for anything else.
func inTheWay(err error, n int) map[int]string {
	bad := map[int]string{}
	if invalid, ok := errors.AsType[annotate.Invalid](err); ok && invalid["set"] != "" {
		for i := range n {
			bad[i] = invalid["set"]
		}
		return bad
	}
	refused, isRefused := errors.AsType[annotate.Refused](err)
	conflict, isConflict := errors.AsType[annotate.Conflict](err)
	switch {
	case isRefused:
		for _, problem := range refused {
			if problem.Operation == annotate.Whole {
				return nil
			}
			bad[problem.Operation] = problem.Message
		}
	case isConflict:
		for _, clash := range conflict {
			bad[clash.Operation] = "Somebody has changed it in this moment."
		}
	default:
		return nil
	}
	return bad
}

// without leaves operations out, by their index, each for a reason.
func (p *planned) without(bad map[int]string) {
	was := *p
	p.operations, p.words = nil, nil
	for i, op := range was.operations {
		if reason, out := bad[i]; out {
			p.leave(op.Annotation.ID, was.words[i], reason)
		} else {
			p.put(*op.Annotation, was.words[i])
		}
	}
}
