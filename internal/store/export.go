package store

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// ExportFilter says what of a project to export. The zero value is all.
type ExportFilter struct {
	// Articles are the ids of the only articles to export, unless there are none.
	Articles []annotate.ID
	// State, unless it is empty, leaves of each article only the claims in that
	// state and all that links lead to from them, and no article without such
	// a claim.
	State annotate.ReviewState
	// Hand says whose annotations: no hand is what [Asker.ListHand] says.
	// Articles that have no set by it, or none that may be seen, are left out.
	Hand annotate.Hand

	reader *annotate.ID // whose own work decides what they may see, or nil
}

func (f ExportFilter) narrows() bool { return len(f.Articles) > 0 || f.State != "" }

// Export calls write with what is in a project, all of it as it was at one
// moment. The corpus can be walked until write returns, in its order; little
// of it is in memory at any time. Its attributes are shared and must not be
// changed. Export returns [annotate.ErrNotFound] if the project does not have
// one of f's articles, and what write returns.
//
// Whoever reads an export slowly keeps nobody else waiting.
func (s *Store) Export(ctx context.Context, a Asker, f ExportFilter, write func(annotate.Corpus) error) error {
	project := a.Project.ID
	if f.Hand == "" {
		f.Hand = a.ListHand()
	}
	if apart := a.Project.Mode == annotate.ModeIndependent; !apart && f.Hand != Shared || apart && !f.Hand.MaySee(a.User.ID, a.Role, true) {
		return fmt.Errorf("export the set %s of project %s: %w", f.Hand, project, annotate.ErrNotFound)
	}
	if f.Hand != annotate.Hand(a.User.ID) {
		f.reader = a.narrowed()
	}
	return s.inLongTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		x := &export{tx: tx, project: project, filter: f, rows: newRowReader()}
		c, err := x.corpus(ctx)
		if err != nil {
			return fmt.Errorf("export project %s: %w", project, translate(err))
		}
		return write(c)
	})
}

// export reads one project in one transaction.
type export struct {
	tx      pgx.Tx
	project annotate.ID
	filter  ExportFilter
	rows    *rowReader
}

// origin is what a project keeps of the export it was filled from.
type origin struct {
	Slug string `json:"slug"`
	Name string `json:"name"`
	// Codebook is the version the export's codebook had there; Stored is the
	// one it has here, which is another if that number was taken.
	Codebook int `json:"codebook"`
	Stored   int `json:"stored"`
}

func (x *export) corpus(ctx context.Context) (annotate.Corpus, error) {
	// Compiling queries takes longer than running them once.
	if _, err := x.tx.Exec(ctx, `SET LOCAL jit = off`); err != nil {
		return annotate.Corpus{}, err
	}
	if err := x.checkArticles(ctx); err != nil {
		return annotate.Corpus{}, err
	}
	var c annotate.Corpus
	var from *origin
	var content []byte
	err := x.tx.QueryRow(ctx, `
		SELECT p.slug, p.name, p.quorum, p.codebook, p.origin, c.content
		FROM projects p
		JOIN codebooks c ON c.project_id = p.id AND c.version = p.codebook
		WHERE p.id = $1`, x.project).Scan(&c.Origin.Slug, &c.Origin.Name, &c.Quorum, &c.CodebookVersion, &from, &content)
	if err != nil {
		return c, err
	}
	stored := c.CodebookVersion
	if from != nil {
		c.Origin = annotate.Origin{Slug: from.Slug, Name: from.Name}
		if from.Stored == c.CodebookVersion {
			c.CodebookVersion = from.Codebook
			x.rows.stored, x.rows.told = from.Stored, from.Codebook
		}
	}
	x.rows.home = c.Origin
	c.Codebook = &annotate.Codebook{}
	if err := json.Unmarshal(content, c.Codebook); err != nil {
		return c, fmt.Errorf("read the codebook: %w", err)
	}
	if c.Earlier, err = earlierCodebooks(ctx, x.tx, x.project, stored); err != nil {
		return c, err
	}
	if err := x.rows.readMerged(ctx, x.tx, x.project); err != nil {
		return c, err
	}
	c.Entities, c.People, c.Articles = x.entities(ctx), x.people(ctx), x.articles(ctx)
	return c, nil
}

// earlierCodebooks reads the codebooks of a project before a version.
func earlierCodebooks(ctx context.Context, q querier, project annotate.ID, version int) ([]annotate.EarlierCodebook, error) {
	rows, _ := q.Query(ctx, `SELECT version, content AS codebook FROM codebooks WHERE project_id = $1 AND version < $2 ORDER BY version`, project, version)
	return pgx.CollectRows(rows, pgx.RowToStructByName[annotate.EarlierCodebook])
}

// checkArticles holds the project to have the articles that are asked for.
func (x *export) checkArticles(ctx context.Context) error {
	slices.Sort(x.filter.Articles)
	x.filter.Articles = slices.Compact(x.filter.Articles)
	if len(x.filter.Articles) == 0 {
		return nil
	}
	var n int
	err := x.tx.QueryRow(ctx, `SELECT count(*) FROM articles WHERE project_id = $1 AND id = ANY($2)`, x.project, x.filter.Articles).Scan(&n)
	if err == nil && n < len(x.filter.Articles) {
		return annotate.ErrNotFound
	}
	return err
}

func (x *export) args() pgx.NamedArgs {
	return pgx.NamedArgs{
		"project": x.project, "articles": x.filter.Articles, "state": x.filter.State, "hand": x.filter.Hand, "reader": x.filter.reader,
	}
}

// sets is a condition that holds for the annotation sets s to export.
func (f ExportFilter) sets() string {
	sql := `s.project_id = @project AND s.hand = 'shared'`
	if f.Hand != Shared {
		sql = `s.project_id = @project AND s.hand <> 'shared' AND coalesce(s.analyst_id::text, s.hand) = @hand AND ` + seenBy(`@reader`)
	}
	if len(f.Articles) > 0 {
		sql += ` AND s.article_id = ANY(@articles)`
	}
	if f.State != "" {
		sql += ` AND EXISTS (SELECT FROM annotations c
			WHERE c.project_id = s.project_id AND c.set_id = s.id AND c.kind = 'claim' AND c.review_state = @state AND NOT c.deleted)`
	}
	return sql
}

// selection is the rows of annotations a and links l to export from some sets.
type selection struct {
	with string // goes before a query
	in   string // a condition on a set's id, without the id
	only string // a condition on an annotation's id, without the id
}

// everywhere selects from all the sets there are to export. Its queries can
// use them as exported.
func (f ExportFilter) everywhere() selection {
	return f.selection(`WITH RECURSIVE exported AS (SELECT s.id, s.article_id FROM annotation_sets s WHERE `+f.sets()+`)`, `IN (SELECT id FROM exported)`)
}

// among selects from the sets @sets.
func (f ExportFilter) among() selection {
	return f.selection(``, `= ANY(@sets)`)
}

func (f ExportFilter) selection(with, in string) selection {
	if f.State == "" {
		return selection{with: with, in: in}
	}
	if with == "" {
		with = `WITH RECURSIVE`
	} else {
		with += `,`
	}
	return selection{in: in, only: `IN (SELECT id FROM included)`, with: with + ` included AS (
		SELECT c.id FROM annotations c
		WHERE c.project_id = @project AND c.set_id ` + in + ` AND c.kind = 'claim' AND c.review_state = @state AND NOT c.deleted
		UNION
		SELECT l.to_id FROM included i JOIN links l ON l.project_id = @project AND l.from_id = i.id AND NOT l.deleted
	)`}
}

func (s selection) annotations() string {
	return `a.project_id = @project AND a.set_id ` + s.in + ` AND NOT a.deleted` + s.but(`a.id`)
}

func (s selection) links() string {
	return `l.project_id = @project AND l.set_id ` + s.in + ` AND NOT l.deleted` + s.but(`l.from_id`)
}

func (s selection) but(id string) string {
	if s.only == "" {
		return ""
	}
	return ` AND ` + id + ` ` + s.only
}

// entityPage is how many entities are read at a time.
const entityPage = 1000

// entities are all canonical ones, or those that what is exported refers to.
func (x *export) entities(ctx context.Context) iter.Seq2[annotate.Entity, error] {
	return func(yield func(annotate.Entity, error) bool) {
		fail := func(err error) { yield(annotate.Entity{}, fmt.Errorf("export entities: %w", translate(err))) }
		named, err := x.namedEntities(ctx)
		if err != nil {
			fail(err)
			return
		}
		for after := annotate.ID("00000000-0000-0000-0000-000000000000"); ; {
			page, err := x.entitiesAfter(ctx, after, named)
			if err != nil {
				fail(err)
				return
			}
			for _, e := range page {
				if !yield(e, nil) {
					return
				}
			}
			if len(page) < entityPage {
				return
			}
			after = page[len(page)-1].ID
		}
	}
}

// namedEntities are the entities that what is exported refers to, or nil
// when all are to be exported.
func (x *export) namedEntities(ctx context.Context) ([]annotate.ID, error) {
	if !x.filter.narrows() {
		return nil, nil
	}
	from := x.filter.everywhere()
	rows, _ := x.tx.Query(ctx, from.with+`
		SELECT DISTINCT coalesce(e.merged_into, e.id) AS id
		FROM annotations a
		JOIN entities e ON e.project_id = a.project_id AND e.id = a.entity_id
		WHERE `+from.annotations()+`
		ORDER BY id`, x.args())
	return pgx.CollectRows(rows, pgx.RowTo[annotate.ID])
}

// entitiesAfter reads the next page of canonical entities, of those in named
// unless it is nil.
func (x *export) entitiesAfter(ctx context.Context, after annotate.ID, named []annotate.ID) ([]annotate.Entity, error) {
	rows, _ := x.tx.Query(ctx, `
		SELECT e.id, e.type, e.name, e.description,
		       ARRAY(SELECT ROW(n.name, n.type) FROM entity_names n
		             WHERE n.project_id = e.project_id AND n.entity_id = e.id
		             ORDER BY n.name COLLATE "C")
		FROM entities e
		WHERE e.project_id = @project AND e.merged_into IS NULL AND e.id > @after AND (@named::uuid[] IS NULL OR e.id = ANY(@named))
		ORDER BY e.id
		LIMIT @limit`, pgx.NamedArgs{"project": x.project, "after": after, "named": named, "limit": entityPage})
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e annotate.Entity, err error) {
		return e, row.Scan(&e.ID, &e.Type, &e.Name, &e.Description, &e.Names)
	})
}

// people are all whom what is exported names. Those who made entities are not
// among them, for an export does not say who did.
func (x *export) people(ctx context.Context) iter.Seq2[annotate.User, error] {
	return func(yield func(annotate.User, error) bool) {
		from := x.filter.everywhere()
		rows, _ := x.tx.Query(ctx, from.with+`
			SELECT u.id, u.name FROM users u
			WHERE u.id IN (
				SELECT ar.created_by FROM articles ar WHERE ar.project_id = @project AND ar.id IN (SELECT article_id FROM exported)
				UNION
				SELECT unnest(ARRAY[by.created_by, by.updated_by])
				FROM (SELECT DISTINCT a.created_by, a.updated_by FROM annotations a WHERE `+from.annotations()+`) by
				UNION
				SELECT unnest(ARRAY[by.created_by, by.updated_by])
				FROM (SELECT DISTINCT l.created_by, l.updated_by FROM links l WHERE `+from.links()+`) by
				UNION
				SELECT r.reviewer_id FROM reviews r JOIN annotations a ON a.project_id = r.project_id AND a.id = r.claim_id
				WHERE a.kind = 'claim' AND `+from.annotations()+`
				UNION
				SELECT unnest(ARRAY[m.author_id, m.resolved_by]) FROM comments m JOIN annotations a ON a.project_id = m.project_id AND a.id = m.claim_id
				WHERE a.kind = 'claim' AND `+from.annotations()+`)
			ORDER BY u.id`, x.args())
		people, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (u annotate.User, err error) {
			return u, row.Scan(&u.ID, &u.Name)
		})
		if err != nil {
			yield(annotate.User{}, fmt.Errorf("export people: %w", translate(err)))
			return
		}
		for _, u := range people {
			if !yield(u, nil) {
				return
			}
		}
	}
}

// articles are read a group ahead of their use, so that the database works
// while the reader does.
func (x *export) articles(ctx context.Context) iter.Seq2[annotate.AnnotatedArticle, error] {
	return func(yield func(annotate.AnnotatedArticle, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		groups := make(chan []annotate.AnnotatedArticle)
		var reading sync.WaitGroup
		var err error
		reading.Go(func() {
			defer close(groups)
			err = x.readGroups(ctx, func(group []annotate.AnnotatedArticle) bool {
				select {
				case groups <- group:
					return true
				case <-ctx.Done():
					return false
				}
			})
		})
		// Nobody may be reading from the connection when this returns.
		defer reading.Wait()
		defer stop()
		for group := range groups {
			for _, d := range group {
				if !yield(d, nil) {
					return
				}
			}
		}
		if err != nil { // set before groups was closed
			yield(annotate.AnnotatedArticle{}, fmt.Errorf("export articles: %w", translate(err)))
		}
	}
}

// A group of articles is read together: at least one, and as many more as
// keep it within these bounds.
const (
	articlePage      = 256     // articles
	groupAnnotations = 4_000   // annotations
	groupText        = 1 << 20 // bytes
)

// place is where an article stands in an export, and how much of it there is.
type place struct {
	article     annotate.ID
	set         annotate.ID
	revision    annotate.ID
	seq         int64
	annotations int
	text        int // bytes
}

// readGroups calls use with group after group for as long as it returns true.
func (x *export) readGroups(ctx context.Context, use func([]annotate.AnnotatedArticle) bool) error {
	after := annotate.ID("00000000-0000-0000-0000-000000000000")
	for {
		page, err := x.places(ctx, after)
		if err != nil {
			return err
		}
		full := len(page) == articlePage
		for len(page) > 0 {
			n := groupOf(page)
			group, err := x.read(ctx, page[:n])
			if err != nil {
				return err
			}
			if !use(group) {
				return ctx.Err()
			}
			after, page = page[n-1].article, page[n:]
		}
		if !full {
			return nil
		}
	}
}

// groupOf is how many of places, from the first, make a group.
func groupOf(places []place) int {
	annotations, text := 0, 0
	for i, p := range places {
		annotations += p.annotations
		text += p.text
		if i > 0 && (annotations > groupAnnotations || text > groupText) {
			return i
		}
	}
	return len(places)
}

// places reads the places of the next articles.
func (x *export) places(ctx context.Context, after annotate.ID) ([]place, error) {
	args := x.args()
	args["after"], args["limit"] = after, articlePage
	rows, _ := x.tx.Query(ctx, `
		SELECT s.article_id, s.id, s.revision_id, s.seq, s.annotations, octet_length(r.text)
		FROM annotation_sets s
		JOIN revisions r ON r.project_id = s.project_id AND r.id = s.revision_id
		WHERE s.article_id > @after AND `+x.filter.sets()+`
		ORDER BY s.article_id
		LIMIT @limit`, args)
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (p place, err error) {
		return p, row.Scan(&p.article, &p.set, &p.revision, &p.seq, &p.annotations, &p.text)
	})
}

// read reads what is at places.
func (x *export) read(ctx context.Context, places []place) ([]annotate.AnnotatedArticle, error) {
	docs := make([]annotate.AnnotatedArticle, len(places))
	x.rows.begin(docs)
	sets, revisions := make([]annotate.ID, len(places)), make([]annotate.ID, len(places))
	for i, p := range places {
		docs[i].Seq = p.seq
		docs[i].Annotations = make([]annotate.Annotation, 0, p.annotations)
		sets[i], revisions[i] = p.set, p.revision
		if err := x.rows.place(p.set, i); err != nil {
			return nil, err
		}
	}
	if err := x.readArticles(ctx, places, revisions, docs); err != nil {
		return nil, err
	}
	args := x.args()
	args["sets"] = sets
	from := x.filter.among()
	for _, q := range []struct {
		sql  string
		read func(row [][]byte) error
	}{
		{`SELECT a.set_id, ` + rawAnnotation + ` FROM annotations a WHERE ` + from.annotations() + ` ORDER BY a.set_id, a.id`, x.rows.annotation},
		{`SELECT l.set_id, ` + rawLink + ` FROM links l WHERE ` + from.links() + ` ORDER BY l.set_id, l.id`, x.rows.link},
		{`SELECT a.set_id, r.id, r.claim_id, r.version, r.decision, r.reason, r.reviewer_id, r.created_at, r.imported_from
			FROM reviews r JOIN annotations a ON a.project_id = r.project_id AND a.id = r.claim_id
			WHERE a.kind = 'claim' AND ` + from.annotations() + ` ORDER BY a.set_id, r.id`, x.rows.review},
		{`SELECT a.set_id, m.id, m.claim_id, m.author_id, m.body, m.created_at, m.reply_to, m.resolved_by, m.resolved_at
			FROM comments m JOIN annotations a ON a.project_id = m.project_id AND a.id = m.claim_id
			WHERE a.kind = 'claim' AND ` + from.annotations() + ` ORDER BY a.set_id, m.id`, x.rows.comment},
	} {
		if err := x.each(ctx, from.with+q.sql, args, q.read); err != nil {
			return nil, err
		}
	}
	for i := range docs {
		slices.SortFunc(docs[i].Annotations, annotate.Annotation.Before)
	}
	return docs, nil
}

func (x *export) each(ctx context.Context, sql string, args pgx.NamedArgs, read func(row [][]byte) error) error {
	rows, err := x.tx.Query(ctx, sql, pgx.QueryResultFormats{pgx.BinaryFormatCode}, args)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := read(rows.RawValues()); err != nil {
			return err
		}
	}
	return rows.Err()
}

// readArticles reads what is not annotation at places.
func (x *export) readArticles(ctx context.Context, places []place, revisions []annotate.ID, docs []annotate.AnnotatedArticle) error {
	ids := make([]annotate.ID, len(places))
	for i, p := range places {
		ids[i] = p.article
	}
	// Both come in the order of places, which is that of ids.
	rows, _ := x.tx.Query(ctx, selectArticle+` WHERE a.project_id = $1 AND a.id = ANY($2) ORDER BY a.id`, x.project, ids)
	i := 0
	if err := forEach(rows, func() error { i++; return scanArticle(rows, &docs[i-1].Article) }); err != nil {
		return err
	}
	rows, _ = x.tx.Query(ctx, selectRevision+` WHERE r.project_id = $1 AND r.id = ANY($2) ORDER BY r.article_id`, x.project, revisions)
	i = 0
	return forEach(rows, func() error { i++; return scanRevision(rows, &docs[i-1].Revision) })
}

func forEach(rows pgx.Rows, f func() error) error {
	defer rows.Close()
	for rows.Next() {
		if err := f(); err != nil {
			return err
		}
	}
	return rows.Err()
}
