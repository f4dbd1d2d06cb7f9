package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// DealWay is a way to deal articles out.
type DealWay string

// The ways to deal articles out: see [annotate.Dealing].
const (
	DealAll    DealWay = "all"
	DealEven   DealWay = "even"
	DealRandom DealWay = "random"
)

// Deal says which articles are dealt out to whom.
type Deal struct {
	Way DealWay
	// Articles are all that have fewer analysts than Each, if there are none.
	Articles []annotate.ID
	Analysts []annotate.ID
	// Each is how many analysts each article is to have, for all ways but
	// DealAll.
	Each int
	// Seed is what chance begins with.
	Seed uint64
	// DueOn is the last day, as YYYY-MM-DD, or empty.
	DueOn string
	At    time.Time
	// DryRun deals nothing out, and tells what would be.
	DryRun bool
}

// Dealt is how many articles each analyst got.
type Dealt map[annotate.ID]int

// All is how many assignments were made.
func (d Dealt) All() int {
	n := 0
	for _, one := range d {
		n += one
	}
	return n
}

func (d Deal) validate() error {
	bad := annotate.Invalid{}
	switch d.Way {
	case DealAll:
		if len(d.Articles) == 0 {
			bad["articles"] = "Choose at least one article."
		}
	case DealEven, DealRandom:
		if d.Each < 1 || d.Each > annotate.MaxAnalysts {
			bad["each"] = "Give a number from 1 to 20."
		}
	default:
		bad["way"] = "Use all, even or random."
	}
	if len(d.Analysts) == 0 {
		bad["analysts"] = "Choose at least one analyst."
	}
	if validDay(d.DueOn) != nil {
		bad["due"] = "Give a day such as 2026-11-30, or leave it empty."
	}
	if len(d.Articles)*len(d.Analysts) > maxAssigned {
		bad["articles"] = fmt.Sprintf("Assign at most %d articles at once.", maxAssigned)
	}
	return bad.Err()
}

// Deal deals articles out for a. Who has an article already keeps it, and
// counts. It refuses as [Store.Assign] does.
func (s *Store) Deal(ctx context.Context, a Asker, d Deal) (Dealt, error) {
	if err := d.validate(); err != nil {
		return nil, err
	}
	dealt := Dealt{}
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		d.Analysts = slices.Compact(slices.Sorted(slices.Values(d.Analysts)))
		if err := checkAnalysts(ctx, tx, a.Project.ID, d.Analysts); err != nil {
			return err
		}
		dealing, err := readDealing(ctx, tx, a.Project.ID, d)
		if err != nil {
			return err
		}
		pairs := d.pairs(dealing)
		if len(pairs) > maxAssigned {
			return annotate.Invalid{"articles": fmt.Sprintf("Assign at most %d articles at once.", maxAssigned)}
		}
		for _, p := range pairs {
			dealt[p.Analyst]++
		}
		if d.DryRun || len(pairs) == 0 {
			return nil
		}
		_, err = assign(ctx, tx, a, Assigning{Pairs: pairs, DueOn: d.DueOn, At: d.At})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("deal out articles of project %s: %w", a.Project.ID, err)
	}
	return dealt, nil
}

func (d Deal) pairs(dealing annotate.Dealing) []annotate.Assignment {
	switch d.Way {
	case DealAll:
		return dealing.All()
	case DealRandom:
		return dealing.Random(rand.New(rand.NewPCG(d.Seed, 0)).Shuffle) //nolint:gosec // fair and repeatable, not secret
	case DealEven:
	}
	return dealing.Even()
}

// readDealing reads what dealing out has to know, under the lock of the articles.
func readDealing(ctx context.Context, tx pgx.Tx, project annotate.ID, d Deal) (annotate.Dealing, error) {
	dealing := annotate.Dealing{Analysts: d.Analysts, Each: d.Each, Has: map[annotate.ID][]annotate.ID{}, Load: map[annotate.ID]int{}}
	args := pgx.NamedArgs{"project": project, "articles": emptyNotNull(d.Articles), "all": len(d.Articles) == 0, "each": d.Each, "most": maxAssigned}
	rows, _ := tx.Query(ctx, `
		SELECT s.article_id
		FROM annotation_sets s
		WHERE s.project_id = @project AND s.hand = 'shared' AND CASE WHEN @all THEN s.assigned < @each ELSE s.article_id = ANY(@articles::uuid[]) END
		ORDER BY s.article_id
		LIMIT @most
		FOR NO KEY UPDATE`, args)
	var err error
	if dealing.Articles, err = pgx.CollectRows(rows, pgx.RowTo[annotate.ID]); err != nil {
		return dealing, err
	}
	if asked := slices.Compact(slices.Sorted(slices.Values(d.Articles))); len(asked) > len(dealing.Articles) {
		return dealing, annotate.Invalid{"articles": "One of these articles is not there any more. Choose again."}
	}
	var article, analyst annotate.ID
	rows, _ = tx.Query(ctx, `SELECT article_id, analyst_id FROM assignments WHERE project_id = $1 AND article_id = ANY($2) ORDER BY article_id, analyst_id`,
		project, dealing.Articles)
	if _, err := pgx.ForEachRow(rows, []any{&article, &analyst}, func() error {
		dealing.Has[article] = append(dealing.Has[article], analyst)
		return nil
	}); err != nil {
		return dealing, err
	}
	var n int
	rows, _ = tx.Query(ctx, `
		SELECT analyst_id, count(*) FROM assignments
		WHERE project_id = $1 AND analyst_id = ANY($2) AND state <> 'done'
		GROUP BY analyst_id
		ORDER BY analyst_id`, project, d.Analysts)
	_, err = pgx.ForEachRow(rows, []any{&analyst, &n}, func() error {
		dealing.Load[analyst] = n
		return nil
	})
	return dealing, err
}

// Withdraw takes assignments back, and returns how many there were. What was
// annotated stays, and is there again if the article is assigned anew.
func (s *Store) Withdraw(ctx context.Context, a Asker, pairs []annotate.Assignment) (int, error) {
	articles, analysts := columnsOf(pairs)
	return s.withdraw(ctx, a, `w.project_id = @project AND (w.article_id, w.analyst_id) IN (
		SELECT * FROM unnest(@articles::uuid[], @analysts::uuid[]))`, pgx.NamedArgs{"project": a.Project.ID, "articles": articles, "analysts": analysts})
}

// Reclaim takes back what f leaves of the assignments that are not done, so
// that others can have the articles, and returns how many that were. A filter
// that says neither how long nothing was done nor which day is over takes back
// nothing.
func (s *Store) Reclaim(ctx context.Context, a Asker, f AssignmentFilter) (int, error) {
	if f.IdleSince.IsZero() && f.DueBefore == "" {
		return 0, annotate.Invalid{"idle": "Say for how many days nothing was done, or that what is overdue is to be reclaimed."}
	}
	where, args, err := f.narrow(a.Project.ID)
	if err != nil {
		return 0, err
	}
	return s.withdraw(ctx, a, where+` AND w.state <> 'done'`, args)
}

func (s *Store) withdraw(ctx context.Context, a Asker, where string, args pgx.NamedArgs) (int, error) {
	var taken []annotate.ID
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		// Articles are locked in one order before any is changed, and what is
		// taken back is looked at again under the lock.
		if _, err := tx.Exec(ctx, `
			SELECT FROM annotation_sets
			WHERE project_id = @project AND hand = 'shared' AND article_id IN (SELECT w.article_id FROM assignments w WHERE `+where+`)
			ORDER BY article_id
			FOR NO KEY UPDATE`, args); err != nil {
			return err
		}
		rows, _ := tx.Query(ctx, `DELETE FROM assignments w WHERE `+where+` RETURNING w.article_id`, args)
		var err error
		taken, err = pgx.CollectRows(rows, pgx.RowTo[annotate.ID])
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("take back assignments of project %s: %w", a.Project.ID, err)
	}
	return len(taken), nil
}

// SetDue gives assignments another last day, as YYYY-MM-DD, or none, and
// returns how many there were.
func (s *Store) SetDue(ctx context.Context, a Asker, pairs []annotate.Assignment, day string) (int, error) {
	if err := validDay(day); err != nil {
		return 0, err
	}
	articles, analysts := columnsOf(pairs)
	tag, err := s.pool.Exec(ctx, `
		UPDATE assignments w SET due_on = nullif(@due, '')::date
		WHERE w.project_id = @project AND (w.article_id, w.analyst_id) IN (SELECT * FROM unnest(@articles::uuid[], @analysts::uuid[]))`,
		pgx.NamedArgs{"project": a.Project.ID, "due": day, "articles": articles, "analysts": analysts})
	if err != nil {
		return 0, fmt.Errorf("set the last day of assignments: %w", translate(err))
	}
	return int(tag.RowsAffected()), nil
}

func columnsOf(pairs []annotate.Assignment) (articles, analysts []annotate.ID) {
	articles, analysts = make([]annotate.ID, len(pairs)), make([]annotate.ID, len(pairs))
	for i, p := range pairs {
		articles[i], analysts[i] = p.Article, p.Analyst
	}
	return articles, analysts
}
