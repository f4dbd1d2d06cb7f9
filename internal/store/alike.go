package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// alike finds, for the folded names of entities, other entities of the same
// type with a name much like one of them or with one of them in it, and says
// how much alike they are. Those that somebody has told apart are not found.
const alike = `
	SELECT n.id, o.id AS other, max(similarity(n.name, o.name)) AS likeness
	FROM names n
	CROSS JOIN LATERAL (
		SELECT e.id, folded(e.name) AS name
		FROM entities e
		WHERE e.project_id = @project AND (folded(e.name) % n.name OR folded(e.name) %> n.name) AND e.type = n.type AND e.merged_into IS NULL
		UNION ALL
		SELECT e.id, folded(x.name)
		FROM entity_names x
		JOIN entities e ON e.project_id = x.project_id AND e.id = x.entity_id
		WHERE x.project_id = @project AND (folded(x.name) % n.name OR folded(x.name) %> n.name) AND x.type = 'spelling'
		      AND e.type = n.type AND e.merged_into IS NULL
	) AS o
	WHERE o.id <> n.id AND NOT EXISTS (
		SELECT FROM entity_differences d
		WHERE d.project_id = @project AND d.one_id = least(n.id, o.id) AND d.other_id = greatest(n.id, o.id))
	GROUP BY n.id, o.id`

// likeEnough sets how much alike names must be: below this, most are not the
// same. A name in another must be there whole.
const likeEnough = `
	SELECT set_config('pg_trgm.similarity_threshold', '0.4', true), set_config('pg_trgm.word_similarity_threshold', '0.9', true)`

// EntitiesLike lists at most limit entities that may be the same as the entity
// id, for they have names much like its own, the most like first.
func (s *Store) EntitiesLike(ctx context.Context, a Asker, id annotate.ID, limit int) ([]annotate.ListedEntity, error) {
	var ids []annotate.ID
	err := s.inTx(ctx, func(tx pgx.Tx) (err error) {
		if _, err := tx.Exec(ctx, likeEnough); err != nil {
			return err
		}
		rows, _ := tx.Query(ctx, `
			WITH names AS (
				SELECT e.id, e.type, folded(e.name) AS name FROM entities e
				WHERE e.project_id = @project AND e.id = @id AND e.merged_into IS NULL
				UNION
				SELECT e.id, e.type, folded(n.name) FROM entities e
				JOIN entity_names n ON n.project_id = e.project_id AND n.entity_id = e.id AND n.type = 'spelling'
				WHERE e.project_id = @project AND e.id = @id AND e.merged_into IS NULL
			)
			SELECT other FROM (`+alike+`) AS found ORDER BY likeness DESC, other LIMIT @limit`,
			pgx.QueryExecModeCacheDescribe, pgx.NamedArgs{"project": a.Project.ID, "id": id, "limit": limited(limit)})
		ids, err = pgx.CollectRows(rows, pgx.RowTo[annotate.ID])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find entities like %s: %w", id, err)
	}
	byID, err := s.listed(ctx, a, ids)
	if err != nil {
		return nil, fmt.Errorf("find entities like %s: %w", id, err)
	}
	list := make([]annotate.ListedEntity, len(ids))
	for i, id := range ids {
		list[i] = byID[id]
	}
	return list, nil
}

// pairAlike is a pair under the one of the two that comes first in the list.
type pairAlike struct {
	ID     annotate.ID
	Folded string
	Other  *annotate.ID // null for the last entity looked at, if there are more
}

// AlikeEntities lists pairs of entities that may be the same, by the name of
// one of the two. A page has about limit pairs.
func (s *Store) AlikeEntities(ctx context.Context, a Asker, limit int, cursor string) (Page[annotate.Alike], error) {
	page, err := s.alikeEntities(ctx, a, limited(limit), cursor)
	if err != nil {
		return page, fmt.Errorf("find entities that are alike: %w", err)
	}
	return page, nil
}

func (s *Store) alikeEntities(ctx context.Context, a Asker, limit int, cursor string) (Page[annotate.Alike], error) {
	var page Page[annotate.Alike]
	args := pgx.NamedArgs{"project": a.Project.ID, "after_name": "", "after_id": nobody}
	if cursor != "" {
		key, err := readCursor(cursor, 2)
		if err != nil {
			return page, err
		}
		id, err := annotate.ParseID(key[1])
		if err != nil || strings.ContainsRune(key[0], 0) {
			return page, errCursor
		}
		args["after_name"], args["after_id"] = key[0], id
	}
	pairs, next, err := s.pairsAlike(ctx, args, limit)
	if err != nil {
		return page, err
	}
	page.Next = next
	ids := []annotate.ID{}
	for _, p := range pairs {
		ids = append(ids, p.ID, *p.Other)
	}
	byID, err := s.listed(ctx, a, ids)
	for _, p := range pairs {
		page.Items = append(page.Items, annotate.Alike{One: byID[p.ID], Other: byID[*p.Other]})
	}
	return page, err
}

// pairsAlike looks at some entities after the other until it has found about
// limit pairs, each of them once.
func (s *Store) pairsAlike(ctx context.Context, args pgx.NamedArgs, limit int) (pairs []pairAlike, next string, err error) {
	for len(pairs) < limit {
		var found []pairAlike
		err := s.inTx(ctx, func(tx pgx.Tx) (err error) {
			if _, err := tx.Exec(ctx, likeEnough); err != nil {
				return err
			}
			rows, _ := tx.Query(ctx, selectPairsAlike, pgx.QueryExecModeCacheDescribe, args)
			found, err = pgx.CollectRows(rows, pgx.RowToStructByName[pairAlike])
			return err
		})
		if err != nil {
			return nil, "", err
		}
		next = ""
		for _, p := range found {
			switch {
			case len(pairs) >= limit && p.ID != pairs[len(pairs)-1].ID:
				last := pairs[len(pairs)-1]
				return pairs, cursorOf(last.Folded, string(last.ID)), nil
			case p.Other != nil:
				pairs = append(pairs, p)
			default:
				args["after_name"], args["after_id"] = p.Folded, p.ID
				next = cursorOf(p.Folded, string(p.ID))
			}
		}
		if next == "" {
			break
		}
	}
	return pairs, next, nil
}

// Of a pair that is alike both ways, the one with the lesser id tells. One
// whose name is in the other's always does, for the other does not know.
const selectPairsAlike = `
	WITH looked_at AS MATERIALIZED (
		SELECT e.id, e.type, e.name, folded(e.name) AS folded
		FROM entities e
		WHERE e.project_id = @project AND e.merged_into IS NULL AND (folded(e.name), e.id) > (@after_name, @after_id)
		ORDER BY folded(e.name), e.id
		LIMIT 200
	), names AS (
		SELECT l.id, l.type, l.folded AS name FROM looked_at l
		UNION
		SELECT l.id, l.type, folded(n.name)
		FROM looked_at l
		JOIN entity_names n ON n.project_id = @project AND n.entity_id = l.id AND n.type = 'spelling'
	), pairs AS (` + alike + `)
	SELECT l.id, l.folded, p.other
	FROM looked_at l
	JOIN pairs p ON p.id = l.id AND (p.other > l.id OR p.likeness < current_setting('pg_trgm.similarity_threshold')::real)
	UNION ALL
	(SELECT l.id, l.folded, NULL
	 FROM looked_at l
	 WHERE (SELECT count(*) FROM looked_at) = 200
	 ORDER BY l.folded DESC, l.id DESC
	 LIMIT 1)
	ORDER BY folded, id, other NULLS LAST`

// TellApart notes that two entities with names much alike are not the same, so
// that nobody is asked again.
func (s *Store) TellApart(ctx context.Context, project, one, other, by annotate.ID, now time.Time) error {
	if one == other {
		return annotate.Invalid{"other": "Choose another entity: this is the same."}
	}
	_, err := s.pool.Exec(ctx, `
		INSERT INTO entity_differences (project_id, one_id, other_id, told_by, told_at)
		VALUES ($1, least($2::uuid, $3::uuid), greatest($2::uuid, $3::uuid), $4, $5)
		ON CONFLICT (project_id, one_id, other_id) DO NOTHING`, project, one, other, by, now)
	if err != nil {
		return fmt.Errorf("tell entity %s apart from %s: %w", one, other, translate(err))
	}
	return nil
}
