package store

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"onrecord.dev/internal/annotate"
)

// NewImport says where a corpus goes and who brings it.
type NewImport struct {
	Project annotate.ID
	By      annotate.ID
	At      time.Time
	// DryRun does all that an import does, and undoes it.
	DryRun bool
}

// Imported counts what an import made, or would have.
type Imported struct {
	Articles    int
	Annotations int
	Links       int
	Entities    int
	// People who were not known before. They have no e-mail address and cannot
	// sign in.
	People int
	// Unchanged counts articles that are there already, just as they are in
	// the corpus.
	Unchanged int
}

// Import takes a corpus into a project, all of it or nothing. Ids, versions,
// numbers of change sets, reviews, comments, people and times stay what they
// are: exported again, the project gives the same. The log of each annotation
// set begins with one change set that makes it what it is.
//
// A project with neither articles nor entities takes the corpus's codebook
// and quorum over and remembers where it came from. Any other must have a
// codebook that covers the corpus's, and what was decided on claims comes to
// what its own quorum makes of it. An entity that the project has under another id is
// merged into that one.
//
// Where the corpus comes from another tool, the project keeps its codebook, and
// an article that is there already with the same annotations is left alone,
// whoever brought it and when.
//
// A review is marked as imported, with who brought it, when, and the project
// it was made in.
//
// Import refuses, with an [annotate.BadFile], whatever could not have been
// made here, and an article that is there already but is not the same.
func (s *Store) Import(ctx context.Context, n NewImport, c annotate.Corpus) (Imported, error) {
	m := &importing{NewImport: n, corpus: c, rows: newRowReader()}
	m.At = n.At.UTC().Truncate(time.Microsecond)
	err := s.inLongTx(ctx, pgx.TxOptions{}, func(tx pgx.Tx) error {
		m.tx = tx
		if err := m.all(ctx); err != nil {
			return err
		}
		if n.DryRun {
			return errDryRun
		}
		return nil
	})
	if errors.Is(err, errDryRun) {
		return m.done, nil
	}
	if err != nil {
		return Imported{}, fmt.Errorf("import into project %s: %w", n.Project, err)
	}
	s.Announce(Note{Project: n.Project})
	return m.done, nil
}

// errDryRun undoes a dry run.
var errDryRun = errors.New("dry run")

// importing is an import under way.
type importing struct {
	NewImport
	tx     pgx.Tx
	corpus annotate.Corpus
	done   Imported

	version   int  // of the codebook in force
	apart     bool // analysts have sets of their own
	quorum    int
	madeUnder func(codebook int) int
	admission annotate.Admission
	record    int        // number of the article in the corpus, from 1
	rows      *rowReader // for articles that are there already
}

func (m *importing) all(ctx context.Context) error {
	empty, err := m.lock(ctx)
	if err != nil {
		return err
	}
	m.corpus.Quorum = max(1, m.corpus.Quorum)
	m.admission.CodebookVersion, m.admission.Quorum = m.corpus.CodebookVersion, m.corpus.Quorum
	switch {
	case m.corpus.Undated:
		m.admission.CodebookVersion = m.version
		m.madeUnder = func(int) int { return m.version }
	case empty:
		err = m.takeOver(ctx)
	default:
		err = m.cover(ctx)
	}
	if err != nil {
		return err
	}
	if m.rows.home, err = m.home(ctx); err != nil {
		return err
	}
	if err := m.entities(ctx); err != nil {
		return m.located(err)
	}
	if err := m.people(ctx); err != nil {
		return m.located(err)
	}
	if err := m.rows.readMerged(ctx, m.tx, m.Project); err != nil {
		return err
	}
	for d, err := range m.corpus.Articles {
		if err != nil {
			return err // knows where it is
		}
		m.record++
		if err := m.article(ctx, &d); err != nil {
			return m.located(err)
		}
	}
	return nil
}

// located says of a complaint where in the file it belongs.
func (m *importing) located(err error) error {
	bad, ok := errors.AsType[annotate.BadFile](err)
	if !ok {
		return err
	}
	for i := range bad {
		if bad[i].Line > 0 {
			continue
		}
		bad[i].Record = m.record
		if m.corpus.Line != nil {
			bad[i].Line = m.corpus.Line()
		}
	}
	return bad
}

// lock waits until nobody else imports into the project or changes its
// codebook, and says whether the project is empty. If it is, nobody adds
// anything until the import is over.
func (m *importing) lock(ctx context.Context) (empty bool, err error) {
	for _, lock := range []string{`FOR NO KEY UPDATE`, `FOR UPDATE`} {
		if err := m.tx.QueryRow(ctx, `SELECT codebook, quorum, mode = 'independent' FROM projects WHERE id = $1 `+lock, m.Project).Scan(&m.version, &m.quorum, &m.apart); err != nil {
			return false, err
		}
		err := m.tx.QueryRow(ctx, `
			SELECT NOT EXISTS (SELECT FROM articles WHERE project_id = $1) AND NOT EXISTS (SELECT FROM entities WHERE project_id = $1)`,
			m.Project).Scan(&empty)
		if err != nil {
			return false, err
		}
		if !empty {
			break
		}
	}
	var content []byte
	err = m.tx.QueryRow(ctx, `SELECT content FROM codebooks WHERE project_id = $1 AND version = $2`, m.Project, m.version).Scan(&content)
	if err != nil {
		return false, err
	}
	m.admission.Codebook = &annotate.Codebook{}
	return empty, json.Unmarshal(content, m.admission.Codebook)
}

// cover holds the codebook in force to cover the corpus's. Where the two are
// one version of one codebook, with the same before it, annotations keep the
// version they were made under; elsewhere their numbers would name versions of
// another codebook.
func (m *importing) cover(ctx context.Context) error {
	same, err := m.sameCodebooks(ctx)
	if err != nil {
		return err
	}
	m.madeUnder = func(codebook int) int {
		if same {
			return codebook
		}
		return m.version
	}
	return m.admission.Codebook.Covers(m.corpus.Codebook)
}

// sameCodebooks reports whether the codebook in force is the corpus's, and the
// earlier versions that both have are the same.
func (m *importing) sameCodebooks(ctx context.Context) (bool, error) {
	if m.version != m.corpus.CodebookVersion {
		return false, nil
	}
	ours, err := earlierCodebooks(ctx, m.tx, m.Project, m.version)
	if err != nil {
		return false, err
	}
	known := map[int]*annotate.Codebook{m.version: m.admission.Codebook}
	for _, c := range ours {
		known[c.Version] = c.Codebook
	}
	for _, theirs := range append(slices.Clone(m.corpus.Earlier), annotate.EarlierCodebook{Version: m.version, Codebook: m.corpus.Codebook}) {
		if c, ok := known[theirs.Version]; ok {
			if same, err := sameJSON(c, theirs.Codebook); err != nil || !same {
				return false, err
			}
		}
	}
	return true, nil
}

// maxCodebookVersion leaves room for the versions that come after.
const maxCodebookVersion = 1_000_000_000

// takeOver gives the empty project the corpus's codebook and origin. Versions
// of a codebook never change, so if the number it had is taken here, it gets
// another. Annotations keep the version they were made under, and the earlier
// ones that come with the corpus take the place of ours, which nobody has coded
// with.
func (m *importing) takeOver(ctx context.Context) error {
	if err := m.corpus.Codebook.Validate(); err != nil {
		return annotate.BadFile{{Item: "codebook", Message: err.Error()}}
	}
	if m.corpus.CodebookVersion > maxCodebookVersion {
		return annotate.BadFile{{Item: "codebook", Field: "version", Message: "Give a version of at most 1,000,000,000."}}
	}
	from := origin{Slug: m.corpus.Origin.Slug, Name: m.corpus.Origin.Name, Codebook: m.corpus.CodebookVersion, Stored: m.version}
	same, err := sameJSON(m.corpus.Codebook, m.admission.Codebook)
	if err != nil {
		return err
	}
	if !same || m.version != m.corpus.CodebookVersion {
		if m.version, err = m.addCodebook(ctx); err != nil {
			return err
		}
		from.Stored = m.version
	}
	if bad := (annotate.Invalid{}); m.corpus.Quorum > annotate.MaxQuorum {
		bad.ValidateQuorum(m.corpus.Quorum)
		return annotate.BadFile{{Field: "quorum", Message: bad["quorum"]}}
	}
	m.quorum = m.corpus.Quorum
	m.admission.Codebook = m.corpus.Codebook
	m.madeUnder = func(codebook int) int {
		if codebook == m.corpus.CodebookVersion {
			return m.version
		}
		return codebook
	}
	if _, err = m.tx.Exec(ctx, `UPDATE projects SET codebook = $2, origin = $3, quorum = $4, quorum_counted = $4 WHERE id = $1`,
		m.Project, m.version, from, m.quorum); err != nil {
		return err
	}
	if _, err = m.tx.Exec(ctx, `DELETE FROM codebooks WHERE project_id = $1 AND version < $2`, m.Project, m.version); err != nil {
		return err
	}
	return m.addEarlier(ctx)
}

// addEarlier adds the earlier codebooks of the corpus, under their numbers.
func (m *importing) addEarlier(ctx context.Context) error {
	b := &pgx.Batch{}
	for _, c := range m.corpus.Earlier {
		content, err := json.Marshal(c.Codebook)
		if err != nil {
			return fmt.Errorf("write a codebook: %w", err)
		}
		b.Queue(`INSERT INTO codebooks (project_id, version, content, created_by, created_at) VALUES ($1, $2, $3, $4, $5)`, m.Project, c.Version, content, m.By, m.At)
	}
	return m.tx.SendBatch(ctx, b).Close()
}

// home is the project that exports of this one name: where it was filled from,
// or else itself.
func (m *importing) home(ctx context.Context) (o annotate.Origin, err error) {
	err = m.tx.QueryRow(ctx, `SELECT coalesce(origin->>'slug', slug), coalesce(origin->>'name', name) FROM projects WHERE id = $1`, m.Project).
		Scan(&o.Slug, &o.Name)
	return o, err
}

// madeIn is the project that a decision in the file was made in.
func (m *importing) madeIn(r annotate.Review) annotate.Origin {
	if r.Imported != nil {
		return r.Imported.From
	}
	return m.corpus.Origin
}

func sameJSON(a, b any) (bool, error) {
	x, err := json.Marshal(a)
	if err != nil {
		return false, err
	}
	y, err := json.Marshal(b)
	return bytes.Equal(x, y), err
}

// addCodebook adds the corpus's codebook, under its own version if that is
// later than all there are.
func (m *importing) addCodebook(ctx context.Context) (version int, err error) {
	content, err := json.Marshal(m.corpus.Codebook)
	if err != nil {
		return 0, fmt.Errorf("write a codebook: %w", err)
	}
	err = m.tx.QueryRow(ctx, `
		INSERT INTO codebooks (project_id, version, content, created_by, created_at)
		SELECT @project, greatest(max(version) + 1, @version), @content, @by, @at FROM codebooks WHERE project_id = @project
		RETURNING version`,
		pgx.NamedArgs{"project": m.Project, "version": m.corpus.CodebookVersion, "content": content, "by": m.By, "at": m.At}).Scan(&version)
	return version, err
}

// importPage is how many entities or people are written at a time.
const importPage = 500

func (m *importing) entities(ctx context.Context) error {
	page := make([]annotate.Entity, 0, importPage)
	for e, err := range m.corpus.Entities {
		if err != nil {
			return err
		}
		if err := e.Admit(); err != nil {
			return err
		}
		if page = append(page, e); len(page) == cap(page) {
			if err := m.addEntities(ctx, page); err != nil {
				return err
			}
			page = page[:0]
		}
	}
	return m.addEntities(ctx, page)
}

// addEntities adds those of page that the project does not have. One that it
// has under another id points to that from the start.
func (m *importing) addEntities(ctx context.Context, page []annotate.Entity) error {
	var ids, types, names, descriptions, owners, others, kinds []string
	for _, e := range page {
		ids, types = append(ids, string(e.ID)), append(types, string(e.Type))
		names, descriptions = append(names, e.Name), append(descriptions, e.Description)
		for _, n := range e.Names {
			owners, others, kinds = append(owners, string(e.ID)), append(others, n.Name), append(kinds, string(n.Type))
		}
	}
	if err := m.checkEntityTypes(ctx, page, ids); err != nil || len(page) == 0 {
		return err
	}
	rows, _ := m.tx.Query(ctx, `
		INSERT INTO entities (project_id, id, type, name, description, merged_into, merged_with, created_by, created_at)
		SELECT @project, n.id, n.type, n.name, n.description, same.id, same.id, @by, @at
		FROM unnest(@ids::uuid[], @types::text[], @names::text[], @descriptions::text[]) AS n (id, type, name, description)
		LEFT JOIN entities same ON same.project_id = @project AND same.type = n.type AND folded(same.name) = folded(n.name)
		                       AND same.merged_into IS NULL AND same.id <> n.id
		ON CONFLICT (project_id, id) DO NOTHING
		RETURNING id`, pgx.NamedArgs{
		"project": m.Project, "by": m.By, "at": m.At, "ids": ids, "types": types, "names": names, "descriptions": descriptions,
	})
	added, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return taken(err, "entities_same_name", "The file has two entities of one type that share a name but for case and accents. Make them one.")
	}
	m.done.Entities += len(added)
	// As merging does: the one that remains takes over the names, but for its own.
	_, err = m.tx.Exec(ctx, `
		INSERT INTO entity_names (project_id, entity_id, name, type, merged_from)
		SELECT $1, remains.id, n.name, n.type, e.merged_into_from
		FROM (SELECT id, coalesce(merged_into, id) AS remains, CASE WHEN merged_into IS NOT NULL THEN id END AS merged_into_from, name
		      FROM entities WHERE project_id = $1 AND id = ANY($2)) AS e
		JOIN entities remains ON remains.project_id = $1 AND remains.id = e.remains
		JOIN (SELECT * FROM unnest($3::uuid[], $4::text[], $5::text[]) AS given (id, name, type)
		      UNION ALL
		      SELECT id, name, 'spelling' FROM entities WHERE project_id = $1 AND id = ANY($2) AND merged_into IS NOT NULL) AS n ON n.id = e.id
		WHERE n.name <> remains.name
		ON CONFLICT (project_id, entity_id, name) DO NOTHING`, m.Project, added, emptyNotNull(owners), emptyNotNull(others), emptyNotNull(kinds))
	return err
}

// taken turns the violation of a constraint into a complaint.
func taken(err error, constraint, message string) error {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.ConstraintName == constraint {
		return annotate.Complain(message)
	}
	return err
}

// checkEntityTypes refuses entities that are something else here.
func (m *importing) checkEntityTypes(ctx context.Context, page []annotate.Entity, ids []string) error {
	known, err := m.entityTypes(ctx, ids)
	if err != nil {
		return err
	}
	for _, e := range page {
		if t, ok := known[e.ID]; ok && t != e.Type {
			return annotate.BadFile{{Item: "entity", ItemID: e.ID, Field: "type", Message: fmt.Sprintf(
				"This is a %s in the project and a %s in the file.", t, e.Type)}}
		}
	}
	return nil
}

func (m *importing) entityTypes(ctx context.Context, ids []string) (map[annotate.ID]annotate.EntityType, error) {
	rows, _ := m.tx.Query(ctx, `SELECT id, type FROM entities WHERE project_id = $1 AND id = ANY($2) ORDER BY id`, m.Project, emptyNotNull(ids))
	types := map[annotate.ID]annotate.EntityType{}
	var id annotate.ID
	var t annotate.EntityType
	_, err := pgx.ForEachRow(rows, []any{&id, &t}, func() error {
		types[id] = t
		return nil
	})
	return types, err
}

func (m *importing) people(ctx context.Context) error {
	m.admission.People = map[annotate.ID]bool{}
	var ids, names []string
	for u, err := range m.corpus.People {
		if err != nil {
			return err
		}
		if err := u.Admit(); err != nil {
			return err
		}
		m.admission.People[u.ID] = true
		ids, names = append(ids, string(u.ID)), append(names, u.Name)
	}
	tag, err := m.tx.Exec(ctx, `
		INSERT INTO users (id, name, created_at)
		SELECT id, name, $3 FROM unnest($1::uuid[], $2::text[]) AS n (id, name)
		ON CONFLICT (id) DO NOTHING`, emptyNotNull(ids), emptyNotNull(names), m.At)
	m.done.People = int(tag.RowsAffected())
	return err
}

func (m *importing) article(ctx context.Context, d *annotate.AnnotatedArticle) error {
	refused := func(message string) error {
		return annotate.BadFile{{Article: d.Article.ID, Message: message}}
	}
	if _, err := annotate.ParseID(string(d.Article.ID)); err != nil {
		return refused("Give the article a UUID in lower case.")
	}
	there, exists, err := m.there(ctx, d.Article.ID)
	if err != nil {
		return err
	}
	if exists && m.corpus.Undated {
		d.MadeLike(&there)
	}
	if exists && there.Same(m.canonical(d)) {
		m.done.Unchanged++
		return nil
	}
	if exists {
		return refused(fmt.Sprintf("The project has this article already, as %q, and not the same. Import into an empty project, or leave the article out.",
			there.Article.Headline))
	}
	if m.apart && len(d.Annotations) > 0 {
		return refused("In this project each analyst has a set of their own, and annotations from a file would be in nobody's. Import into a project on shared sets, or leave the annotations out.")
	}
	if err := m.know(ctx, d); err != nil {
		return err
	}
	if err := m.admission.Check(d); err != nil {
		return err
	}
	d.Annotations = slices.Clone(d.Annotations) // the corpus's own stay as they are
	for i := range d.Annotations {
		d.Annotations[i].Codebook = m.madeUnder(d.Annotations[i].Codebook)
	}
	m.conclude(d)
	if err := m.insert(ctx, d); err != nil {
		return taken(err, "articles_pkey", "The file has this article twice.")
	}
	m.done.Articles++
	m.done.Annotations += len(d.Annotations)
	m.done.Links += len(d.Links)
	return nil
}

// conclude has the states of claims follow from the project's quorum, if the
// corpus had another.
func (m *importing) conclude(d *annotate.AnnotatedArticle) {
	if m.quorum == m.corpus.Quorum {
		return
	}
	decided := annotate.ReviewsByClaim(slices.SortedFunc(slices.Values(d.Reviews), func(a, b annotate.Review) int { return cmp.Compare(a.ID, b.ID) }))
	for i, a := range d.Annotations {
		if a.Kind == annotate.Claim {
			d.Annotations[i].Review = annotate.Conclude(decided[a.ID], a.Version, m.quorum).State
		}
	}
}

// there reads the article as an export would.
func (m *importing) there(ctx context.Context, id annotate.ID) (d annotate.AnnotatedArticle, exists bool, err error) {
	x := &export{tx: m.tx, project: m.Project, filter: ExportFilter{Articles: []annotate.ID{id}, Hand: Shared}, rows: m.rows}
	err = x.readGroups(ctx, func(group []annotate.AnnotatedArticle) bool {
		d, exists = group[0], true
		return true
	})
	return d, exists, err
}

// canonical is d with its entities and the origins of its reviews as they are
// read here.
func (m *importing) canonical(d *annotate.AnnotatedArticle) *annotate.AnnotatedArticle {
	c := *d
	c.Annotations = slices.Clone(d.Annotations)
	m.conclude(&c)
	for i, a := range c.Annotations {
		if u, err := uuidOf(a.Entity); err == nil {
			if into, merged := m.rows.merged[u]; merged {
				c.Annotations[i].Entity = into
			}
		}
	}
	c.Reviews = slices.Clone(d.Reviews)
	for i, r := range c.Reviews {
		c.Reviews[i].Imported = m.rows.away(m.madeIn(r))
	}
	return &c
}

// know reads what the rules have to know of the project to let d in.
func (m *importing) know(ctx context.Context, d *annotate.AnnotatedArticle) error {
	var entities []string
	for _, a := range d.Annotations {
		if _, err := annotate.ParseID(string(a.Entity)); err == nil {
			entities = append(entities, string(a.Entity))
		}
	}
	var err error
	if m.admission.Entities, err = m.entityTypes(ctx, entities); err != nil {
		return err
	}
	rows, _ := m.tx.Query(ctx, `
		SELECT id FROM annotations WHERE project_id = $1 AND id = ANY($2)
		UNION ALL SELECT id FROM links WHERE project_id = $1 AND id = ANY($2)
		UNION ALL SELECT id FROM reviews WHERE project_id = $1 AND id = ANY($2)
		UNION ALL SELECT id FROM comments WHERE project_id = $1 AND id = ANY($2)
		UNION ALL SELECT id FROM revisions WHERE project_id = $1 AND id = ANY($2)
		ORDER BY id`, m.Project, takes(d))
	m.admission.Elsewhere = map[annotate.ID]bool{}
	var id annotate.ID
	_, err = pgx.ForEachRow(rows, []any{&id}, func() error {
		m.admission.Elsewhere[id] = true
		return nil
	})
	return err
}

// takes lists the ids that d would take, as far as they are any.
func takes(d *annotate.AnnotatedArticle) []annotate.ID {
	ids := []annotate.ID{d.Revision.ID}
	for _, a := range d.Annotations {
		ids = append(ids, a.ID)
	}
	for _, l := range d.Links {
		ids = append(ids, l.ID)
	}
	for _, r := range d.Reviews {
		ids = append(ids, r.ID)
	}
	for _, c := range d.Comments {
		ids = append(ids, c.ID)
	}
	return slices.DeleteFunc(ids, func(id annotate.ID) bool {
		_, err := annotate.ParseID(string(id))
		return err != nil
	})
}

// insert writes d, which has been admitted.
func (m *importing) insert(ctx context.Context, d *annotate.AnnotatedArticle) error {
	set := &keptSet{key: setKey{m.Project, d.Article.ID, Shared}, seq: d.Seq, version: m.version}
	annotations, claims := 0, 0
	for _, a := range d.Annotations {
		annotations, claims = counted(a, annotations, claims)
	}
	b := &pgx.Batch{}
	queueArticle(b, m.Project, *d)
	b.Queue(`
		UPDATE annotation_sets SET seq = $4::bigint, base_seq = greatest($4::bigint - 1, 0), annotations = $5, claims_unreviewed = $6
		WHERE project_id = $1 AND article_id = $2 AND hand = $3
		RETURNING id`, m.Project, d.Article.ID, Shared, d.Seq, annotations, claims).
		QueryRow(func(row pgx.Row) error { return row.Scan(&set.id) })
	if err := m.tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	b = &pgx.Batch{}
	if d.Seq > 0 {
		if err := m.queueLog(b, set, d); err != nil {
			return err
		}
	}
	m.queueAnnotations(b, set, d)
	m.queueRemarks(b, d)
	return m.tx.SendBatch(ctx, b).Close()
}

// queueLog queues the one change set that makes all there is.
func (m *importing) queueLog(b *pgx.Batch, set *keptSet, d *annotate.AnnotatedArticle) error {
	made := d.Operations()
	unmade := make([]annotate.Operation, len(made))
	for i, o := range made {
		if o.Annotation != nil {
			a := *o.Annotation
			a.Fragments = withoutExact(a.Fragments)
			made[i].Annotation = &a
		}
		o.Op = annotate.Delete
		unmade[len(made)-1-i] = o
	}
	operations, err := json.Marshal(annotate.Records(made))
	if err != nil {
		return fmt.Errorf("encode the log of article %s: %w", d.Article.ID, err)
	}
	inverse, err := json.Marshal(annotate.Records(unmade))
	if err != nil {
		return fmt.Errorf("encode the log of article %s: %w", d.Article.ID, err)
	}
	var log logRows
	log.add(set, annotate.ChangeSet{ID: NewID(), Author: m.By, At: m.At}, operations, inverse)
	queueRows(b, insertLog, log.of[:])
	return nil
}

func withoutExact(fragments []annotate.Fragment) []annotate.Fragment {
	bare := make([]annotate.Fragment, len(fragments))
	for i, f := range fragments {
		bare[i] = annotate.Fragment{Start: f.Start, End: f.End}
	}
	return bare
}

func (m *importing) queueAnnotations(b *pgx.Batch, set *keptSet, d *annotate.AnnotatedArticle) {
	var annotations annotationRows
	var links linkRows
	var reviewed []annotate.ID
	var states []annotate.ReviewState
	for _, a := range d.Annotations {
		annotations.add(set, a)
		if a.Review != "" && a.Review != annotate.Unreviewed {
			reviewed, states = append(reviewed, a.ID), append(states, a.Review)
		}
	}
	for _, l := range d.Links {
		links.add(set, l)
	}
	queueRows(b, insertAnnotations, annotations.of[:])
	queueRows(b, insertLinks, links.of[:])
	if len(reviewed) > 0 {
		b.Queue(`UPDATE annotations a SET review_state = u.state FROM unnest($2::uuid[], $3::text[]) AS u (id, state)
			WHERE a.project_id = $1 AND a.id = u.id`, m.Project, reviewed, states).Exec(hit(len(reviewed)))
	}
}

// momentOrNull is t, or nothing where that is the zero time.
func momentOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (m *importing) queueRemarks(b *pgx.Batch, d *annotate.AnnotatedArticle) {
	for _, r := range d.Reviews {
		from := m.madeIn(r)
		b.Queue(`INSERT INTO reviews (project_id, id, claim_id, version, decision, reason, reviewer_id, created_at, imported_from, imported_by, imported_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, json_build_object('slug', $9::text, 'name', $10::text), $11, $12)`,
			m.Project, r.ID, r.Claim, r.Version, r.Decision, r.Reason, r.Reviewer, r.CreatedAt, from.Slug, from.Name, m.By, m.At)
	}
	for _, c := range d.Comments {
		b.Queue(`INSERT INTO comments (project_id, id, claim_id, author_id, body, created_at, reply_to, resolved_by, resolved_at)
			VALUES ($1, $2, $3, $4, $5, $6, nullif($7, '')::uuid, nullif($8, '')::uuid, $9)`,
			m.Project, c.ID, c.Claim, c.Author, c.Body, c.CreatedAt, string(c.ReplyTo), string(c.ResolvedBy), momentOrNull(c.ResolvedAt))
	}
}
