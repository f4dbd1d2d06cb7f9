package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/find"
)

// BulkTagging is a wish to tag places of many articles.
type BulkTagging struct {
	// Query is what was sought, and WholeWords how: each place must be one
	// where it stands.
	Query      string
	WholeWords bool
	// Places are ranges of code points, by article.
	Places map[annotate.ID][]annotate.Fragment
	Kind   string
	Entity annotate.ID // or none
	By     annotate.ID
	At     time.Time
}

// BulkRecoding is a wish to answer a question of the codebook alike for many
// claims.
type BulkRecoding struct {
	// Claims are versions of claims, as their author saw them, by id.
	Claims    map[annotate.ID]int
	Attribute string
	Value     []string // none takes the answers away
	By        annotate.ID
	At        time.Time
}

// maxBulk is the most places or claims one bulk change may have.
const maxBulk = 1000

// TagAll tags places of articles as t wishes, by one change set for each
// article, and returns the bulk change by whose id it can be read and undone.
// What cannot be done is left out and told there. It refuses a wish that could
// be done nowhere with an [annotate.Invalid] under kind, entity or places.
func (s *Store) TagAll(ctx context.Context, project annotate.ID, t BulkTagging) (annotate.ID, error) {
	if err := s.checkTagging(ctx, project, t); err != nil {
		return "", err
	}
	b := annotate.BulkChange{
		ID: NewID(), What: annotate.BulkTag, Wish: annotate.BulkWish{Query: t.Query, Kind: t.Kind, Entity: t.Entity},
		Author: t.By, CreatedAt: t.At,
	}
	err := s.bulk(ctx, project, b, sortedIDs(t.Places), func(doc annotate.AnnotatedArticle) planned {
		return planTagging(doc, t)
	})
	return b.ID, err
}

func (s *Store) checkTagging(ctx context.Context, project annotate.ID, t BulkTagging) error {
	n := 0
	for _, places := range t.Places {
		n += len(places)
	}
	if n == 0 || n > maxBulk {
		return annotate.Invalid{"places": fmt.Sprintf("Check between one and %d places.", maxBulk)}
	}
	codebook, err := s.currentCodebook(ctx, project)
	if err != nil {
		return err
	}
	kind, known := codebook.Kind(t.Kind)
	if !known || !kind.Active {
		return annotate.Invalid{"kind": "Choose one of the codebook's kinds."}
	}
	if t.Entity == "" {
		return nil
	}
	entity, err := s.Entity(ctx, project, t.Entity)
	switch {
	case errors.Is(err, annotate.ErrNotFound):
		return annotate.Invalid{"entity": "There is no such entity in this project."}
	case err == nil && !slices.Contains(kind.Entities, entity.Type):
		return annotate.Invalid{"entity": fmt.Sprintf("%s is of a type that this kind does not stand for.", entity.Name)}
	}
	return err
}

func (s *Store) currentCodebook(ctx context.Context, project annotate.ID) (*annotate.Codebook, error) {
	var version int
	if err := s.pool.QueryRow(ctx, `SELECT codebook FROM projects WHERE id = $1`, project).Scan(&version); err != nil {
		return nil, translate(err)
	}
	return s.Codebook(ctx, project, version)
}

// planned is what is to be done to an article, and what is left out. Words has
// what each operation is about.
type planned struct {
	operations []annotate.Operation
	words      []string
	leftOut    []annotate.LeftOut
}

func (p *planned) put(a annotate.Annotation, words string) {
	p.operations, p.words = append(p.operations, annotate.Operation{Op: annotate.Put, Annotation: &a}), append(p.words, words)
}

func (p *planned) leave(annotation annotate.ID, words, reason string) {
	p.leftOut = append(p.leftOut, annotate.LeftOut{Annotation: annotation, Words: words, Reason: reason})
}

func planTagging(doc annotate.AnnotatedArticle, t BulkTagging) planned {
	var p planned
	hits := find.New(t.Query, t.WholeWords).In(doc.Revision.Text)
	for _, place := range t.Places[doc.Article.ID] {
		i := slices.IndexFunc(hits, func(h annotate.Fragment) bool { return h.Start == place.Start && h.End == place.End })
		if i < 0 {
			p.leave("", place.Exact, "What was sought does not stand here. Search again.")
			continue
		}
		there := standingOn(doc, t.Kind, hits[i])
		switch {
		case there == nil:
			p.put(annotate.Annotation{ID: NewID(), Kind: t.Kind, Entity: t.Entity, Fragments: hits[i : i+1]}, hits[i].Exact)
		case t.Entity != "" && there.Entity == "":
			named := *there
			named.Entity = t.Entity
			p.put(named, hits[i].Exact)
		default:
			p.leave(there.ID, hits[i].Exact, "Tagged so already.")
		}
	}
	return p
}

// standingOn is the annotation of kind on exactly f, or nil.
func standingOn(doc annotate.AnnotatedArticle, kind string, f annotate.Fragment) *annotate.Annotation {
	for i, a := range doc.Annotations {
		if a.Kind == kind && len(a.Fragments) == 1 && a.Fragments[0].Start == f.Start && a.Fragments[0].End == f.End {
			return &doc.Annotations[i]
		}
	}
	return nil
}

// RecodeAll answers a question for claims as r wishes, by one change set for
// each article, and returns the bulk change; see [Store.TagAll]. A claim that
// somebody has changed since is left out.
func (s *Store) RecodeAll(ctx context.Context, project annotate.ID, r BulkRecoding) (annotate.ID, error) {
	if len(r.Claims) == 0 || len(r.Claims) > maxBulk {
		return "", annotate.Invalid{"claims": fmt.Sprintf("Check between one and %d claims.", maxBulk)}
	}
	codebook, err := s.currentCodebook(ctx, project)
	if err != nil {
		return "", err
	}
	value, err := codebook.Answer(annotate.Claim, r.Attribute, r.Value)
	if err != nil {
		return "", err
	}
	articles, err := s.articlesOf(ctx, project, sortedIDs(r.Claims))
	if err != nil {
		return "", err
	}
	b := annotate.BulkChange{
		ID: NewID(), What: annotate.BulkRecode, Wish: annotate.BulkWish{Attribute: r.Attribute, Value: r.Value}, Author: r.By, CreatedAt: r.At,
	}
	err = s.bulk(ctx, project, b, articles, func(doc annotate.AnnotatedArticle) planned {
		return planRecoding(doc, r, value)
	})
	return b.ID, err
}

// articlesOf are the articles that annotations are in, each once, by id.
func (s *Store) articlesOf(ctx context.Context, project annotate.ID, annotations []annotate.ID) ([]annotate.ID, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT DISTINCT s.article_id
		FROM annotations a
		JOIN annotation_sets s ON s.project_id = a.project_id AND s.id = a.set_id AND s.hand = 'shared'
		WHERE a.project_id = $1 AND a.id = ANY($2)
		ORDER BY s.article_id`, project, annotations)
	articles, err := pgx.CollectRows(rows, pgx.RowTo[annotate.ID])
	if err == nil && len(articles) == 0 {
		err = annotate.Invalid{"claims": "None of these claims is there any more."}
	}
	return articles, translate(err)
}

func planRecoding(doc annotate.AnnotatedArticle, r BulkRecoding, value any) planned {
	var p planned
	text := annotate.NewText(doc.Revision.Text)
	for _, a := range doc.Annotations {
		seen, asked := r.Claims[a.ID]
		if !asked || a.Kind != annotate.Claim {
			continue
		}
		words := wordsOf(text, a)
		if seen < a.Edited {
			p.leave(a.ID, words, "Somebody has changed it since you looked.")
			continue
		}
		recoded := a
		recoded.Attributes = annotate.Attributes{}
		for name, answer := range a.Attributes {
			if name != r.Attribute {
				recoded.Attributes[name] = answer
			}
		}
		if value != nil {
			recoded.Attributes[r.Attribute] = value
		}
		if recoded.Attributes.Equal(a.Attributes) {
			p.leave(a.ID, words, "It has this answer already.")
			continue
		}
		p.put(recoded, words)
	}
	return p
}

// wordsOf is the beginning of an annotation's text.
func wordsOf(text *annotate.Text, a annotate.Annotation) string {
	const most = 120
	if len(a.Fragments) == 0 {
		return ""
	}
	f := a.Fragments[0]
	if f.End-f.Start <= most && len(a.Fragments) == 1 {
		return text.Slice(f.Start, f.End)
	}
	return text.Slice(f.Start, text.Snap(min(f.End, f.Start+most))) + "…"
}

// bulk does what plan says to each of articles, and takes down what became of
// it.
func (s *Store) bulk(ctx context.Context, project annotate.ID, b annotate.BulkChange, articles []annotate.ID, plan func(annotate.AnnotatedArticle) planned) error {
	_, err := s.pool.Exec(ctx, `INSERT INTO bulk_changes (project_id, id, what, wish, author_id, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		project, b.ID, b.What, b.Wish, b.Author, b.CreatedAt)
	if err != nil {
		return fmt.Errorf("begin a bulk change: %w", translate(err))
	}
	for _, article := range articles {
		if err := s.bulkPart(ctx, project, b, article, plan); err != nil {
			return fmt.Errorf("change article %s in bulk: %w", article, err)
		}
	}
	return nil
}

func (s *Store) bulkPart(ctx context.Context, project annotate.ID, b annotate.BulkChange, article annotate.ID, plan func(annotate.AnnotatedArticle) planned) error {
	doc, _, err := s.AnnotatedArticle(ctx, project, article, Shared)
	if errors.Is(err, annotate.ErrNotFound) {
		return nil // it has been deleted
	}
	if err != nil {
		return err
	}
	p := plan(doc)
	cs := annotate.ChangeSet{ID: NewID(), Author: b.Author, At: b.CreatedAt}
	_, err = s.pool.Exec(ctx, `INSERT INTO bulk_parts (project_id, bulk_id, article_id, change_set) VALUES ($1, $2, $3, $4)`, project, b.ID, article, cs.ID)
	if err != nil {
		return translate(err)
	}
	done, err := s.appendWhatGoes(ctx, project, article, cs, &p)
	if err != nil {
		return err
	}
	_, err = s.pool.Exec(ctx, `UPDATE bulk_parts SET done = $4, left_out = $5 WHERE project_id = $1 AND bulk_id = $2 AND article_id = $3`,
		project, b.ID, article, done, emptyNotNull(p.leftOut))
	return translate(err)
}

// appendWhatGoes appends what p plans, without what is refused or clashes with
// what others have done in this moment, and returns how many operations that
// were.
func (s *Store) appendWhatGoes(ctx context.Context, project, article annotate.ID, cs annotate.ChangeSet, p *planned) (int, error) {
	for len(p.operations) > 0 {
		cs.Operations = p.operations
		_, err := s.Append(ctx, project, article, Shared, cs)
		if err == nil {
			return len(p.operations), nil
		}
		bad := inTheWay(err)
		if bad == nil {
			return 0, err
		}
		p.without(bad)
	}
	return 0, nil
}

// inTheWay are the operations, by their index, that an append failed for, each
// with the reason. It is nil if the append failed for anything else.
func inTheWay(err error) map[int]string {
	bad := map[int]string{}
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

// sortedIDs are the keys of m, in order.
func sortedIDs[V any](m map[annotate.ID]V) []annotate.ID {
	ids := make([]annotate.ID, 0, len(m))
	for id := range m {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// BulkChange reads what a bulk change did and what has been undone of it.
func (s *Store) BulkChange(ctx context.Context, project, id annotate.ID) (annotate.BulkChange, error) {
	var b annotate.BulkChange
	batch := &pgx.Batch{}
	batch.Queue(`
		SELECT b.id, b.what, b.wish, b.author_id, u.name, b.created_at
		FROM bulk_changes b JOIN users u ON u.id = b.author_id
		WHERE b.project_id = $1 AND b.id = $2`, project, id).QueryRow(func(row pgx.Row) error {
		return row.Scan(&b.ID, &b.What, &b.Wish, &b.Author, &b.By, &b.CreatedAt)
	})
	batch.Queue(`
		SELECT p.article_id, a.headline, CASE WHEN did.seq IS NULL THEN NULL ELSE p.change_set END, p.done, p.left_out,
		       CASE WHEN undid.seq IS NULL THEN NULL ELSE p.undone END, p.kept
		FROM bulk_parts p
		JOIN articles a ON a.project_id = p.project_id AND a.id = p.article_id
		LEFT JOIN change_sets did ON did.project_id = p.project_id AND did.client_id = p.change_set
		LEFT JOIN change_sets undid ON undid.project_id = p.project_id AND undid.client_id = p.undone
		WHERE p.project_id = $1 AND p.bulk_id = $2
		ORDER BY a.created_at DESC, a.id DESC`, project, id).Query(func(rows pgx.Rows) (err error) {
		b.Parts, err = pgx.CollectRows(rows, scanBulkPart)
		return err
	})
	if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
		return annotate.BulkChange{}, fmt.Errorf("read bulk change %s: %w", id, translate(err))
	}
	return b, nil
}

func scanBulkPart(row pgx.CollectableRow) (annotate.BulkPart, error) {
	var p annotate.BulkPart
	var changeSet, undone *annotate.ID
	err := row.Scan(&p.Article, &p.Headline, &changeSet, &p.Done, &p.LeftOut, &undone, &p.Kept)
	if changeSet != nil {
		p.ChangeSet = *changeSet
	}
	if undone != nil {
		p.Undone = *undone
	}
	return p, err
}

// BulkUndoing is a wish to take back what a bulk change did to one article.
type BulkUndoing struct {
	Bulk    annotate.ID
	Article annotate.ID
	By      annotate.ID
	At      time.Time
}

// UndoBulk takes back what a bulk change did to an article, by a change set of
// its own, and returns how many annotations stayed as they are because others
// have changed them or linked them since, or because the codebook no longer
// lets them be as they were. Undoing twice is undoing once.
func (s *Store) UndoBulk(ctx context.Context, project annotate.ID, u BulkUndoing) (kept int, err error) {
	if kept, err = s.undoBulk(ctx, project, u); err != nil {
		return 0, fmt.Errorf("undo bulk change %s: %w", u.Bulk, err)
	}
	return kept, nil
}

func (s *Store) undoBulk(ctx context.Context, project annotate.ID, u BulkUndoing) (int, error) {
	// Two who undo at once name the same change set, which is taken once.
	var undone annotate.ID
	var kept int
	var inverse json.RawMessage
	err := s.pool.QueryRow(ctx, `
		UPDATE bulk_parts p SET undone = coalesce(p.undone, $4)
		FROM change_sets c
		WHERE p.project_id = $1 AND p.bulk_id = $2 AND p.article_id = $3 AND c.project_id = p.project_id AND c.client_id = p.change_set
		RETURNING p.undone, p.kept, c.inverse`, project, u.Bulk, u.Article, NewID()).Scan(&undone, &kept, &inverse)
	if err != nil {
		return 0, translate(err)
	}
	var records []annotate.OperationRecord
	if err := json.Unmarshal(inverse, &records); err != nil {
		return 0, err
	}
	operations := annotate.Operations(records)
	all := len(operations)
	if operations, err = s.withoutLinked(ctx, project, operations); err != nil {
		return 0, err
	}
	done, replayed, err := s.undoWhatGoes(ctx, project, u, undone, operations)
	if err != nil || replayed {
		return kept, err
	}
	_, err = s.pool.Exec(ctx, `
		UPDATE bulk_parts SET kept = $4, undone = CASE WHEN $5 THEN undone END
		WHERE project_id = $1 AND bulk_id = $2 AND article_id = $3`,
		project, u.Bulk, u.Article, all-done, done > 0)
	return all - done, translate(err)
}

// withoutLinked leaves out deletions of what others have linked since: the
// links would go with it.
func (s *Store) withoutLinked(ctx context.Context, project annotate.ID, operations []annotate.Operation) ([]annotate.Operation, error) {
	var ids []annotate.ID
	for _, op := range operations {
		if op.Op == annotate.Delete && op.Annotation != nil {
			ids = append(ids, op.Annotation.ID)
		}
	}
	rows, _ := s.pool.Query(ctx, `SELECT DISTINCT to_id FROM links WHERE project_id = $1 AND to_id = ANY($2) AND NOT deleted ORDER BY to_id`, project, emptyNotNull(ids))
	linked, err := pgx.CollectRows(rows, pgx.RowTo[annotate.ID])
	if err != nil {
		return nil, translate(err)
	}
	return slices.DeleteFunc(operations, func(op annotate.Operation) bool {
		return op.Op == annotate.Delete && op.Annotation != nil && slices.Contains(linked, op.Annotation.ID)
	}), nil
}

// undoWhatGoes appends those of operations that nothing is in the way of, and
// returns how many that were, or that it had been done before.
func (s *Store) undoWhatGoes(
	ctx context.Context, project annotate.ID, u BulkUndoing, id annotate.ID, operations []annotate.Operation,
) (done int, replayed bool, err error) {
	for len(operations) > 0 {
		appended, err := s.Append(ctx, project, u.Article, Shared, annotate.ChangeSet{ID: id, Author: u.By, At: u.At, Operations: operations})
		bad := inTheWay(err)
		if bad == nil {
			return len(operations), appended.Replayed, err
		}
		var rest []annotate.Operation
		for i, op := range operations {
			if _, out := bad[i]; !out {
				rest = append(rest, op)
			}
		}
		operations = rest
	}
	return 0, false, nil
}
