package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// selectEntity reads entities whole. ROW's values land in annotate.EntityName's
// fields by position: keep the two in step.
const (
	entityColumns = `
		e.id, e.type, e.name, e.description,
		ARRAY(SELECT ROW(n.name, n.type) FROM entity_names n WHERE n.project_id = e.project_id AND n.entity_id = e.id ORDER BY n.name) AS names,
		coalesce(e.merged_into::text, '') AS merged_into, e.created_by, e.created_at`
	selectEntity = `SELECT ` + entityColumns + ` FROM entities e`
)

// AddEntity adds an entity; an ID that is empty is made. It refuses, with an
// [annotate.EntityExists], a name that another of the same type has, or has as
// another spelling, whatever its case and accents.
func (s *Store) AddEntity(ctx context.Context, project annotate.ID, e annotate.Entity, now time.Time) (annotate.Entity, error) {
	if e.ID == "" {
		e.ID = NewID()
	}
	e.MergedInto, e.CreatedAt = "", now.UTC().Truncate(time.Microsecond)
	e.Names = tidyNames(e)
	if err := e.Validate(); err != nil {
		return annotate.Entity{}, err
	}
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		if err := lockEntities(ctx, tx, project); err != nil {
			return err
		}
		if err := refuseSame(ctx, tx, project, e); err != nil {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(`INSERT INTO entities (project_id, id, type, name, description, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			project, e.ID, e.Type, e.Name, e.Description, e.CreatedBy, e.CreatedAt)
		queueNames(b, project, e)
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return annotate.Entity{}, fmt.Errorf("add entity %q: %w", e.Name, err)
	}
	return e, nil
}

// UpdateEntity lets change alter the type, the names and the description of an
// entity, and keeps what came of it. It refuses with what change returns, what
// [Store.AddEntity] refuses, and, with an [annotate.Invalid] under entity, one
// that has been merged into another.
func (s *Store) UpdateEntity(ctx context.Context, project, id annotate.ID, change func(*annotate.Entity) error) (annotate.Entity, error) {
	var e annotate.Entity
	err := s.inTx(ctx, func(tx pgx.Tx) (err error) {
		if err := lockEntities(ctx, tx, project); err != nil {
			return err
		}
		kept, err := entity(ctx, tx, project, id)
		if err != nil {
			return err
		}
		if kept.MergedInto != "" {
			return annotate.Invalid{"entity": "This has been merged into another. Change that one, or undo the merge first."}
		}
		e = kept
		e.Names = slices.Clone(kept.Names)
		if err := change(&e); err != nil {
			return err
		}
		e.ID, e.MergedInto, e.CreatedBy, e.CreatedAt = kept.ID, "", kept.CreatedBy, kept.CreatedAt
		e.Names = tidyNames(e)
		if err := e.Validate(); err != nil {
			return err
		}
		return updateEntity(ctx, tx, project, e)
	})
	if err != nil {
		return annotate.Entity{}, fmt.Errorf("update entity %s: %w", id, err)
	}
	s.Announce(Note{Project: project})
	return e, nil
}

func updateEntity(ctx context.Context, tx pgx.Tx, project annotate.ID, e annotate.Entity) error {
	if err := refuseSame(ctx, tx, project, e); err != nil {
		return err
	}
	names := []string{}
	for _, n := range e.Names {
		names = append(names, n.Name)
	}
	b := &pgx.Batch{}
	b.Queue(`UPDATE entities SET type = $3, name = $4, description = $5 WHERE project_id = $1 AND id = $2`,
		project, e.ID, e.Type, e.Name, e.Description)
	b.Queue(`DELETE FROM entity_names WHERE project_id = $1 AND entity_id = $2 AND name <> ALL($3)`, project, e.ID, names)
	queueNames(b, project, e)
	return tx.SendBatch(ctx, b).Close()
}

// queueNames puts e's alternative names. One that came from a merge still does.
func queueNames(b *pgx.Batch, project annotate.ID, e annotate.Entity) {
	names, types := []string{}, []string{}
	for _, n := range e.Names {
		names, types = append(names, n.Name), append(types, string(n.Type))
	}
	b.Queue(`
		INSERT INTO entity_names (project_id, entity_id, name, type)
		SELECT $1, $2, name, type FROM unnest($3::text[], $4::text[]) AS n (name, type)
		ON CONFLICT (project_id, entity_id, name) DO UPDATE SET type = excluded.type`,
		project, e.ID, names, types)
}

// tidyNames is e's alternative names by name, each once, without its own.
func tidyNames(e annotate.Entity) []annotate.EntityName {
	names := slices.DeleteFunc(slices.Clone(e.Names), func(n annotate.EntityName) bool { return n.Name == e.Name })
	slices.SortStableFunc(names, func(a, b annotate.EntityName) int { return cmp.Compare(a.Name, b.Name) })
	return emptyNotNull(slices.CompactFunc(names, func(a, b annotate.EntityName) bool { return a.Name == b.Name }))
}

// refuseSame refuses e, with an [annotate.EntityExists], when there is another
// of its type by its name.
func refuseSame(ctx context.Context, q querier, project annotate.ID, e annotate.Entity) error {
	rows, _ := q.Query(ctx, selectEntity+`
		WHERE e.project_id = @project AND e.type = @type AND e.merged_into IS NULL AND e.id <> @id AND e.id IN (
			SELECT o.id FROM entities o WHERE o.project_id = @project AND folded(o.name) = folded(@name)
			UNION
			SELECT n.entity_id FROM entity_names n WHERE n.project_id = @project AND folded(n.name) = folded(@name) AND n.type = 'spelling')
		ORDER BY folded(e.name) = folded(@name) DESC, e.id
		LIMIT 1`,
		pgx.NamedArgs{"project": project, "id": e.ID, "type": e.Type, "name": e.Name})
	return refuseThat(rows)
}

// refuseThat is the [annotate.EntityExists] of the one entity in rows, if there
// is one.
func refuseThat(rows pgx.Rows) error {
	same, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[annotate.Entity])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return translate(err)
	}
	return annotate.EntityExists{Entity: same}
}

// Entity reads an entity, also one that has been merged into another.
func (s *Store) Entity(ctx context.Context, project, id annotate.ID) (annotate.Entity, error) {
	e, err := entity(ctx, s.pool, project, id)
	if err != nil {
		return annotate.Entity{}, fmt.Errorf("read entity %s: %w", id, err)
	}
	return e, nil
}

func entity(ctx context.Context, q querier, project, id annotate.ID) (annotate.Entity, error) {
	rows, _ := q.Query(ctx, selectEntity+` WHERE e.project_id = $1 AND e.id = $2`, project, id)
	e, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[annotate.Entity])
	return e, translate(err)
}

// EntityFilter says which entities to list. What is empty does not filter.
type EntityFilter struct {
	// Query is a name, or part of one, or something like one: in any of an
	// entity's names, without regard to case and accents. The closest come
	// first.
	Query  string
	Types  []annotate.EntityType
	Limit  int
	Cursor string
}

// Entities lists a project's entities by name, and those a search finds by how
// close they come. Those merged into others are not among them.
func (s *Store) Entities(ctx context.Context, a Asker, f EntityFilter) (Page[annotate.ListedEntity], error) {
	limit := limited(f.Limit)
	found, err := s.entities(ctx, a.Project.ID, f, limit+1)
	if err != nil {
		return Page[annotate.ListedEntity]{}, fmt.Errorf("list entities: %w", err)
	}
	ranked := pageOf(found, limit, func(e rankedEntity) []string { return []string{e.Rank, e.Folded, string(e.ID)} })
	page := Page[annotate.ListedEntity]{Items: make([]annotate.ListedEntity, len(ranked.Items)), Next: ranked.Next}
	for i, e := range ranked.Items {
		page.Items[i] = annotate.ListedEntity{Entity: e.Entity, Matched: e.Matched}
	}
	if err := s.countUses(ctx, a, page.Items); err != nil {
		return Page[annotate.ListedEntity]{}, fmt.Errorf("list entities: %w", err)
	}
	return page, nil
}

// SuggestEntities finds at most limit entities of one of types, or of any when
// there are none, with a name like name, the closest first. What they are used
// for is not counted.
func (s *Store) SuggestEntities(ctx context.Context, project annotate.ID, name string, types []annotate.EntityType, limit int) ([]annotate.ListedEntity, error) {
	suggested := []annotate.ListedEntity{}
	if strings.TrimSpace(name) == "" {
		return suggested, nil
	}
	found, err := s.entities(ctx, project, EntityFilter{Query: name, Types: types}, limited(limit))
	if err != nil {
		return nil, fmt.Errorf("suggest entities: %w", err)
	}
	for _, e := range found {
		suggested = append(suggested, annotate.ListedEntity{Entity: e.Entity, Matched: e.Matched})
	}
	return suggested, nil
}

// rankedEntity is an entity with its place in the order of a list.
type rankedEntity struct {
	annotate.Entity
	Matched string
	Rank    string // a number, the least first
	Folded  string
}

func (s *Store) entities(ctx context.Context, project annotate.ID, f EntityFilter, limit int) ([]rankedEntity, error) {
	args, err := f.args(project, limit)
	if err != nil {
		return nil, err
	}
	var found []rankedEntity
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		// Zelenskyj must still find Selensky.
		if _, err := tx.Exec(ctx, `SELECT set_config('pg_trgm.word_similarity_threshold', '0.4', true)`); err != nil {
			return err
		}
		rows, _ := tx.Query(ctx, f.sql(), pgx.QueryExecModeCacheDescribe, args)
		found, err = pgx.CollectRows(rows, pgx.RowToStructByName[rankedEntity])
		return err
	})
	return found, err
}

func (f EntityFilter) args(project annotate.ID, limit int) (pgx.NamedArgs, error) {
	bad := annotate.Invalid{}
	if utf8.RuneCountInString(f.Query) > maxQuery {
		bad["q"] = "Search for at most 500 characters."
	}
	for _, t := range f.Types {
		if !slices.Contains(annotate.EntityTypes, t) {
			bad["type"] = "Use person, organisation, group, outlet, document, recording, event or place."
		}
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	args := pgx.NamedArgs{"project": project, "limit": limit, "query": f.Query, "types": emptyNotNull(f.Types)}
	if f.Cursor == "" {
		return args, nil
	}
	key, err := readCursor(f.Cursor, 3)
	if err != nil {
		return nil, err
	}
	id, err := annotate.ParseID(key[2])
	if err != nil || !isNumber(key[0]) || !utf8.ValidString(key[1]) || strings.ContainsRune(key[1], 0) {
		return nil, errCursor
	}
	args["after_rank"], args["after_name"], args["after_id"] = key[0], key[1], id
	return args, nil
}

func (f EntityFilter) sql() string {
	sql := `
		SELECT ` + entityColumns + `, '' AS matched, '0' AS rank, folded(e.name) AS folded
		FROM entities e
		WHERE e.project_id = @project AND e.merged_into IS NULL`
	order := ` ORDER BY `
	if f.Query != "" {
		order = ` ORDER BY m.rank, `
		sql = `
		WITH sought AS (
			SELECT folded(@query) AS name
		), names AS (
			SELECT e.id, e.name, closeness(folded(e.name), s.name) AS closeness
			FROM sought s
			JOIN entities e ON e.project_id = @project AND (folded(e.name) %> s.name OR folded(e.name) % s.name)
			UNION ALL
			SELECT n.entity_id, n.name, closeness(folded(n.name), s.name)
			FROM sought s
			JOIN entity_names n ON n.project_id = @project AND (folded(n.name) %> s.name OR folded(n.name) % s.name)
		), matches AS (
			SELECT DISTINCT ON (id) id, name AS matched, -closeness AS rank
			FROM names
			ORDER BY id, closeness DESC, name
		)
		SELECT ` + entityColumns + `, m.matched, m.rank::text AS rank, folded(e.name) AS folded
		FROM matches m
		JOIN entities e ON e.project_id = @project AND e.id = m.id
		WHERE e.merged_into IS NULL`
	}
	if len(f.Types) > 0 {
		sql += ` AND e.type = ANY(@types)`
	}
	if f.Cursor != "" && f.Query == "" {
		sql += ` AND (folded(e.name), e.id) > (@after_name, @after_id)`
	} else if f.Cursor != "" {
		sql += ` AND (m.rank, folded(e.name), e.id) > (@after_rank::numeric, @after_name, @after_id)`
	}
	return sql + order + `folded(e.name), e.id LIMIT @limit`
}

// isNumber reports whether s is what PostgreSQL writes for the rank of a match.
func isNumber(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil && len(s) < 20 && strings.Trim(s, "-.0123456789") == ""
}

// countUses counts what entities are used for, up to [annotate.MostCounted]
// mentions of each in the sets that [Asker.ListHand] tells. LATERAL with OFFSET 0 keeps the planner to the index: it
// thinks that recursion multiplies.
func (s *Store) countUses(ctx context.Context, a Asker, entities []annotate.ListedEntity) error {
	if len(entities) == 0 {
		return nil
	}
	byID := map[annotate.ID]*annotate.ListedEntity{}
	ids := []annotate.ID{}
	for i := range entities {
		byID[entities[i].ID] = &entities[i]
		ids = append(ids, entities[i].ID)
	}
	rows, _ := s.pool.Query(ctx, `
		WITH RECURSIVE mentions AS MATERIALIZED (
			SELECT w.entity, m.id, m.kind
			FROM unnest($2::uuid[]) AS w (entity)
			CROSS JOIN LATERAL (
				SELECT a.id, a.kind
				FROM entities e
				JOIN annotations a ON a.project_id = e.project_id AND a.entity_id = e.id AND NOT a.deleted
				JOIN annotation_sets s ON s.project_id = a.project_id AND s.id = a.set_id AND coalesce(s.analyst_id::text, s.hand) = $4
				WHERE e.project_id = $1 AND (e.id = w.entity OR e.merged_into = w.entity)
				LIMIT $3) AS m
		), passed_on AS (
			SELECT entity, id FROM mentions WHERE kind = 'source'
			UNION
			SELECT p.entity, l.from_id
			FROM passed_on p
			CROSS JOIN LATERAL (SELECT from_id FROM links l
				WHERE l.project_id = $1 AND l.to_id = p.id AND l.role = 'via' AND NOT l.deleted OFFSET 0) AS l
		), claims AS (
			SELECT m.entity, l.from_id
			FROM mentions m
			CROSS JOIN LATERAL (SELECT from_id FROM links l
				WHERE l.project_id = $1 AND l.to_id = m.id AND l.role = 'speaker' AND NOT l.deleted OFFSET 0) AS l
			UNION
			SELECT p.entity, l.from_id
			FROM passed_on p
			CROSS JOIN LATERAL (SELECT from_id FROM links l
				WHERE l.project_id = $1 AND l.to_id = p.id AND l.role = 'source' AND NOT l.deleted OFFSET 0) AS l
		)
		SELECT entity, sum(mentions)::int, sum(claims)::int
		FROM (SELECT entity, count(*) AS mentions, 0 AS claims FROM mentions GROUP BY entity
		      UNION ALL
		      SELECT entity, 0, count(*) FROM claims GROUP BY entity) AS uses
		GROUP BY entity
		ORDER BY entity`, pgx.QueryExecModeCacheDescribe, a.Project.ID, ids, annotate.MostCounted, a.ListHand())
	var id annotate.ID
	var mentions, claims int
	_, err := pgx.ForEachRow(rows, []any{&id, &mentions, &claims}, func() error {
		byID[id].Mentions, byID[id].Claims = mentions, claims
		return nil
	})
	return translate(err)
}

// listed reads entities as lists show them.
func (s *Store) listed(ctx context.Context, a Asker, ids []annotate.ID) (map[annotate.ID]annotate.ListedEntity, error) {
	rows, _ := s.pool.Query(ctx, selectEntity+` WHERE e.project_id = $1 AND e.id = ANY($2) ORDER BY e.id`, a.Project.ID, emptyNotNull(ids))
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[annotate.Entity])
	if err != nil {
		return nil, translate(err)
	}
	list := make([]annotate.ListedEntity, len(found))
	for i, e := range found {
		list[i].Entity = e
	}
	if err := s.countUses(ctx, a, list); err != nil {
		return nil, err
	}
	byID := map[annotate.ID]annotate.ListedEntity{}
	for _, e := range list {
		byID[e.ID] = e
	}
	return byID, nil
}

// ListedEntity reads an entity as lists show it.
func (s *Store) ListedEntity(ctx context.Context, a Asker, id annotate.ID) (annotate.ListedEntity, error) {
	byID, err := s.listed(ctx, a, []annotate.ID{id})
	if err == nil && len(byID) == 0 {
		err = annotate.ErrNotFound
	}
	if err != nil {
		return annotate.ListedEntity{}, fmt.Errorf("read entity %s: %w", id, err)
	}
	return byID[id], nil
}

// lockEntities waits for its turn to change a project's entities. Whoever
// changes them locks the project first, for the counter of their changes is in
// its row: locked later, two could wait for each other.
func lockEntities(ctx context.Context, tx pgx.Tx, project annotate.ID) error {
	return affected(tx.Exec(ctx, `SELECT FROM projects WHERE id = $1 FOR NO KEY UPDATE`, project))
}
