package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// WorkFilter says whose work on which articles is looked at. The zero value is
// all that two analysts or more have finished. Whoever is no reviewer sees of
// that only the articles they have finished themselves.
type WorkFilter struct {
	// Analysts are the only ones whose work counts, unless there are none.
	Analysts []annotate.ID
	// Article is the only article, unless it is empty.
	Article annotate.ID
	// After is the article after which to go on, unless it is empty.
	After annotate.ID
}

// finished are the articles a of a project of independent sets that two of f's
// analysts or more have done, each with them and their sets: no set is one in
// which nothing was tagged.
const finished = `
	finished AS (
		SELECT a.article_id,
		       array_agg(a.analyst_id ORDER BY a.analyst_id) AS analysts,
		       array_agg(s.id ORDER BY a.analyst_id) AS sets,
		       array_agg(coalesce(s.seq, 0) ORDER BY a.analyst_id) AS seqs
		FROM assignments a
		JOIN projects p ON p.id = a.project_id AND p.mode = 'independent'
		LEFT JOIN annotation_sets s ON s.project_id = a.project_id AND s.article_id = a.article_id AND s.analyst_id = a.analyst_id
		WHERE a.project_id = @project AND a.state = 'done'
		  AND (@article::uuid IS NULL OR a.article_id = @article)
		  AND (@after::uuid IS NULL OR a.article_id > @after)
		  AND (cardinality(@analysts::uuid[]) = 0 OR a.analyst_id = ANY(@analysts))
		  AND (@finished_by::uuid IS NULL OR EXISTS (
		          SELECT FROM assignments o
		          WHERE o.project_id = a.project_id AND o.article_id = a.article_id AND o.analyst_id = @finished_by AND o.state = 'done'))
		GROUP BY a.article_id
		HAVING count(*) >= 2
	)`

// args are what finished takes, or the refusal of who may not compare at all.
func (f WorkFilter) args(a Asker) (pgx.NamedArgs, error) {
	if !a.Role.May(annotate.Analyst) {
		return nil, annotate.ErrForbidden
	}
	var finishedBy *annotate.ID
	if !a.Role.May(annotate.Reviewer) {
		finishedBy = new(a.reader())
	}
	orNull := func(id annotate.ID) *annotate.ID {
		if id == "" {
			return nil
		}
		return &id
	}
	return pgx.NamedArgs{
		"project": a.Project.ID, "article": orNull(f.Article), "after": orNull(f.After),
		"analysts": append([]annotate.ID{}, f.Analysts...), "finished_by": finishedBy,
	}, nil
}

// WorkStamp tells whether finished work is still what it was: equal stamps,
// equal work, under the same codebook.
type WorkStamp struct {
	Articles int
	Work     string
	Codebook int
	Entities int64 // changes of them
}

// WorkStamp reads the stamp of what f is about.
func (s *Store) WorkStamp(ctx context.Context, a Asker, f WorkFilter) (WorkStamp, error) {
	args, err := f.args(a)
	if err != nil {
		return WorkStamp{}, err
	}
	rows, _ := s.pool.Query(ctx, `
		WITH `+finished+`
		SELECT (SELECT count(*) FROM finished) AS articles,
		       (SELECT coalesce(md5(string_agg(f.article_id || f.analysts::text || f.seqs::text, ' ' ORDER BY f.article_id)), '') FROM finished f) AS work,
		       p.codebook, p.entity_changes AS entities
		FROM projects p WHERE p.id = @project`, args)
	stamp, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[WorkStamp])
	if err != nil {
		return stamp, fmt.Errorf("look for finished work: %w", translate(err))
	}
	return stamp, nil
}

// worked is where an article's finished work is.
type worked struct {
	Article  annotate.ID
	Revision annotate.ID
	Analysts []annotate.ID
	Sets     []*annotate.ID
}

// workPage is how many articles are read at a time.
const workPage = 16

// Compare calls use with each article that two analysts or more have finished,
// the oldest first, as they all were at one moment, until there are no more or
// use returns false. Little of it is in memory at any time. Entities that were
// merged count as what they were merged into.
func (s *Store) Compare(ctx context.Context, a Asker, f WorkFilter, use func(annotate.WorkedArticle) bool) error {
	err := s.inLongTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		x := &export{tx: tx, project: a.Project.ID, rows: newRowReader()}
		if err := x.rows.readMerged(ctx, tx, x.project); err != nil {
			return err
		}
		for {
			page, err := x.worked(ctx, a, f, workPage)
			if err != nil {
				return err
			}
			articles, err := x.readWorks(ctx, page)
			if err != nil {
				return err
			}
			for _, article := range articles {
				if !use(article) {
					return nil
				}
			}
			if len(page) < workPage {
				return nil
			}
			f.After = page[len(page)-1].Article
		}
	})
	if err != nil {
		return fmt.Errorf("compare the work on project %s: %w", a.Project.ID, err)
	}
	return nil
}

func (x *export) worked(ctx context.Context, a Asker, f WorkFilter, limit int) ([]worked, error) {
	args, err := f.args(a)
	if err != nil {
		return nil, err
	}
	args["limit"] = limit
	rows, _ := x.tx.Query(ctx, `
		WITH `+finished+`
		SELECT f.article_id AS article, s.revision_id AS revision, f.analysts, f.sets
		FROM finished f
		JOIN annotation_sets s ON s.project_id = @project AND s.article_id = f.article_id AND s.hand = 'shared'
		ORDER BY f.article_id
		LIMIT @limit`, args)
	return pgx.CollectRows(rows, pgx.RowToStructByName[worked])
}

// readWorks reads what stands at page.
func (x *export) readWorks(ctx context.Context, page []worked) ([]annotate.WorkedArticle, error) {
	places, revisions := make([]place, len(page)), make([]annotate.ID, len(page))
	var sets []annotate.ID
	for i, w := range page {
		places[i], revisions[i] = place{article: w.Article}, w.Revision
		for _, set := range w.Sets {
			if set != nil {
				sets = append(sets, *set)
			}
		}
	}
	articles := make([]annotate.AnnotatedArticle, len(page))
	if err := x.readArticles(ctx, places, revisions, articles); err != nil {
		return nil, err
	}
	bySet, err := x.readSets(ctx, sets)
	if err != nil {
		return nil, err
	}
	found := make([]annotate.WorkedArticle, len(page))
	for i, w := range page {
		found[i] = annotate.WorkedArticle{Article: articles[i].Article, Revision: articles[i].Revision}
		for j, analyst := range w.Analysts {
			work := annotate.Work{Analyst: analyst}
			if set := w.Sets[j]; set != nil {
				work.Annotations, work.Links = bySet[*set].Annotations, bySet[*set].Links
			}
			found[i].Works = append(found[i].Works, work)
		}
	}
	return found, nil
}

// readSets reads the annotations and links of sets.
func (x *export) readSets(ctx context.Context, sets []annotate.ID) (map[annotate.ID]*annotate.AnnotatedArticle, error) {
	docs := make([]annotate.AnnotatedArticle, len(sets))
	x.rows.begin(docs)
	bySet := make(map[annotate.ID]*annotate.AnnotatedArticle, len(sets))
	for i, set := range sets {
		bySet[set] = &docs[i]
		if err := x.rows.place(set, i); err != nil {
			return nil, err
		}
	}
	args := pgx.NamedArgs{"project": x.project, "sets": sets}
	from := ExportFilter{}.among()
	if err := x.each(ctx, `SELECT a.set_id, `+rawAnnotation+` FROM annotations a WHERE `+from.annotations()+` ORDER BY a.set_id, a.id`, args, x.rows.annotation); err != nil {
		return nil, err
	}
	if err := x.each(ctx, `SELECT l.set_id, `+rawLink+` FROM links l WHERE `+from.links()+` ORDER BY l.set_id, l.id`, args, x.rows.link); err != nil {
		return nil, err
	}
	for i := range docs {
		slices.SortFunc(docs[i].Annotations, annotate.Annotation.Before)
	}
	return bySet, nil
}

// Finishers reads who has finished work that f is about, by name.
func (s *Store) Finishers(ctx context.Context, a Asker, f WorkFilter) ([]annotate.User, error) {
	args, err := f.args(a)
	if err != nil {
		return nil, err
	}
	rows, _ := s.pool.Query(ctx, `
		WITH `+finished+`
		SELECT u.id, u.name FROM users u
		WHERE u.id IN (SELECT unnest(analysts) FROM finished)
		ORDER BY u.name, u.id`, args)
	people, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (u annotate.User, err error) {
		return u, row.Scan(&u.ID, &u.Name)
	})
	if err != nil {
		return nil, fmt.Errorf("look for who finished: %w", translate(err))
	}
	return people, nil
}
