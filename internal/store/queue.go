package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"onrecord.dev/internal/annotate"
)

// ClaimFilter says which claims of a project to list. What is empty does not
// filter.
type ClaimFilter struct {
	State annotate.ReviewState
	// Speaker and Source are entities: those merged into them, and those they
	// were merged into, are the same. A source counts wherever it stands in
	// the chain by which the claim reached us.
	Speaker annotate.ID
	Source  annotate.ID
	Article annotate.ID
	Author  annotate.ID
	// UndecidedBy is somebody who has decided nothing about the claim as it is.
	UndecidedBy annotate.ID
	// OpenThreads leaves claims with a thread that is not resolved.
	OpenThreads bool
	// Query is searched for in the claim and the headline of its article,
	// without regard to case and accents: all its words, "a phrase", one or
	// another, and not -this. The last word may be the beginning of one.
	Query  string
	Limit  int
	Cursor string
}

// ClaimPage is a stretch of the review queue. It may have fewer items than
// were asked for, or none, and still not be the last: see [Store.Claims].
type ClaimPage struct {
	Page[annotate.QueuedClaim]
	// Counts has how many claims the filter leaves in each state, whatever
	// state it asks for. It is nil when that would take too long to count.
	Counts map[annotate.ReviewState]int
}

// A common speaker, source or word leaves too many claims to look for them
// all. What is few is found whole, from the entity or the words; what is many
// is looked for in the queue, claim by claim, for as long as that is quick.
const (
	mostFound    = 5000 // claims found from an entity or from words
	mostExamined = 5000 // claims of the queue looked at for one page
	window       = 1000 // of these, at a time
)

// reviewable is the condition, on the annotation set s, that its claims are
// there to be reviewed: an analyst's independent set is nobody else's yet.
const reviewable = `s.hand <> 'independent'`

// inQueue is the condition, on the annotation set s, that whoever asks may
// have its claims in their queue.
var inQueue = reviewable + ` AND ` + seenBy(`@reader`)

// Claims lists the claims of a project that are there to be reviewed: those of
// one article as they stand in it, those of many from the oldest on. A page
// of a search among very many claims ends after some thousands were looked
// at, and its Next goes on from there.
func (s *Store) Claims(ctx context.Context, a Asker, f ClaimFilter) (ClaimPage, error) {
	page, err := s.claims(ctx, a, f)
	if err != nil {
		return ClaimPage{}, fmt.Errorf("list claims: %w", err)
	}
	return page, nil
}

func (s *Store) claims(ctx context.Context, a Asker, f ClaimFilter) (ClaimPage, error) {
	var page ClaimPage
	q, err := s.queue(ctx, a, f)
	if err != nil {
		return page, err
	}
	after, err := q.cursor(ctx, f.Cursor)
	if err != nil {
		return page, err
	}
	limit := limited(f.Limit)
	found, err := q.walk(ctx, after, limit+1, onwards)
	if err != nil {
		return page, err
	}
	keys := found.keys
	switch {
	case len(keys) > limit:
		keys = keys[:limit]
		page.Next = cursorOf(string(keys[limit-1].id))
	case found.stopped != nil:
		page.Next = cursorOf(string(found.stopped.id))
	}
	if page.Counts, err = q.counts(ctx); err != nil {
		return page, err
	}
	read, err := s.readClaims(ctx, a, claimIDs(keys))
	page.Items = read.claims
	return page, err
}

// Neighbours finds the claims before and after claim in the queue that f
// lists, each empty if there is none. The claim itself need not be in it: a
// decision may just have taken it out.
func (s *Store) Neighbours(ctx context.Context, a Asker, f ClaimFilter, claim annotate.ID) (before, after annotate.ID, err error) {
	q, err := s.queue(ctx, a, f)
	if err != nil {
		return "", "", fmt.Errorf("find the neighbours of claim %s: %w", claim, err)
	}
	here, err := q.key(ctx, claim)
	if err != nil {
		return "", "", fmt.Errorf("find the neighbours of claim %s: %w", claim, err)
	}
	first := func(direction direction) annotate.ID {
		var found walked
		if err == nil {
			found, err = q.walk(ctx, &here, 1, direction)
		}
		if err != nil || len(found.keys) == 0 {
			return ""
		}
		return found.keys[0].id
	}
	before, after = first(backwards), first(onwards)
	if err != nil {
		return "", "", fmt.Errorf("find the neighbours of claim %s: %w", claim, err)
	}
	return before, after, nil
}

// claimKey is what places a claim in the queue.
type claimKey struct {
	id        annotate.ID
	state     annotate.ReviewState
	createdAt time.Time
	fragments []annotate.Fragment
	fits      bool
}

func (k claimKey) byAge(o claimKey) int {
	return cmp.Or(k.createdAt.Compare(o.createdAt), cmp.Compare(k.id, o.id))
}

func (k claimKey) byPosition(o claimKey) int {
	return annotate.Annotation{ID: k.id, Fragments: k.fragments}.Before(annotate.Annotation{ID: o.id, Fragments: o.fragments})
}

func claimIDs(keys []claimKey) []annotate.ID {
	ids := make([]annotate.ID, len(keys))
	for i, k := range keys {
		ids[i] = k.id
	}
	return ids
}

type direction bool

const (
	onwards   direction = false
	backwards direction = true
)

// queue is the review queue under a filter.
type queue struct {
	store  *Store
	filter ClaimFilter
	args   pgx.NamedArgs
	// where narrows the claims down as an index can, fits as it cannot.
	where, fits string
	// few says that where leaves few enough claims to read them all, and
	// found are these, in order, once they have been read.
	few   bool
	read  bool
	found []claimKey
}

func (s *Store) queue(ctx context.Context, a Asker, f ClaimFilter) (*queue, error) {
	if _, known := reviewStates[f.State]; !known {
		return nil, annotate.Invalid{"state": "Use unreviewed, approved, disputed, rejected or changes_requested."}
	}
	if utf8.RuneCountInString(f.Query) > maxQuery {
		return nil, annotate.Invalid{"q": "Search for at most 500 characters."}
	}
	q := &queue{store: s, filter: f, args: pgx.NamedArgs{"project": a.Project.ID, "reader": a.narrowed()}}
	if f.Author != "" {
		q.where += ` AND a.created_by = @author`
		q.args["author"] = f.Author
	}
	if f.Article != "" {
		q.few = true
		q.where += ` AND s.article_id = @article`
		q.args["article"] = f.Article
	}
	for _, by := range []func(context.Context) error{q.bySpeaker, q.bySource, q.byThreads, q.byReviewer, q.byWords} {
		if err := by(ctx); err != nil {
			return nil, err
		}
	}
	return q, nil
}

// reviewStates are the states there are to filter by, with none.
var reviewStates = func() map[annotate.ReviewState]bool {
	known := map[annotate.ReviewState]bool{"": true}
	for _, state := range annotate.ReviewStates {
		known[state] = true
	}
	return known
}()

// In these, LATERAL with OFFSET 0 keeps the planner to the index: it thinks
// that recursion multiplies and would read the whole table instead.
const (
	// sameEntities are the entities that are the entity @entity.
	sameEntities = `
		SELECT e.id
		FROM entities e
		JOIN entities w ON w.project_id = e.project_id AND w.id = @entity
		WHERE e.project_id = @project AND coalesce(w.merged_into, w.id) IN (e.id, e.merged_into)`

	// A mention from which no claim is found is a row all the same, so that
	// reaching the limit tells that there may be more.
	spokenBy = `
		SELECT l.from_id
		FROM (SELECT a.id FROM annotations a
		      WHERE a.project_id = @project AND a.entity_id = ANY(@entities) AND a.kind = 'speaker' AND NOT a.deleted
		      LIMIT @most) AS m
		LEFT JOIN LATERAL (SELECT l.from_id FROM links l
		      WHERE l.project_id = @project AND l.to_id = m.id AND l.role = 'speaker' AND NOT l.deleted OFFSET 0) AS l ON true
		LIMIT @most`

	reachedThrough = `
		WITH RECURSIVE passed_on AS (
			(SELECT a.id FROM annotations a
			 WHERE a.project_id = @project AND a.entity_id = ANY(@entities) AND a.kind = 'source' AND NOT a.deleted
			 LIMIT @most)
			UNION
			SELECT l.from_id FROM passed_on m
			CROSS JOIN LATERAL (SELECT l.from_id FROM links l
			      WHERE l.project_id = @project AND l.to_id = m.id AND l.role = 'via' AND NOT l.deleted OFFSET 0) AS l
		)
		SELECT l.from_id
		FROM passed_on m
		LEFT JOIN LATERAL (SELECT l.from_id FROM links l
		      WHERE l.project_id = @project AND l.to_id = m.id AND l.role = 'source' AND NOT l.deleted OFFSET 0) AS l ON true
		LIMIT @most`

	// fitsSpeaker and fitsSource say the same of one claim b.
	fitsSpeaker = ` AND EXISTS (
		SELECT FROM links l
		JOIN annotations m ON m.project_id = l.project_id AND m.id = l.to_id
		WHERE l.project_id = @project AND l.from_id = b.id AND l.role = 'speaker' AND NOT l.deleted AND m.entity_id = ANY(@speakers)
		OFFSET 0)`

	fitsSource = ` AND EXISTS (
		WITH RECURSIVE chain AS (
			SELECT l.to_id FROM links l WHERE l.project_id = @project AND l.from_id = b.id AND l.role = 'source' AND NOT l.deleted
			UNION
			SELECT l.to_id FROM chain c
			CROSS JOIN LATERAL (SELECT l.to_id FROM links l
			      WHERE l.project_id = @project AND l.from_id = c.to_id AND l.role = 'via' AND NOT l.deleted OFFSET 0) AS l
		)
		SELECT FROM chain c
		CROSS JOIN LATERAL (SELECT m.entity_id FROM annotations m WHERE m.project_id = @project AND m.id = c.to_id OFFSET 0) AS m
		WHERE m.entity_id = ANY(@sources))`
)

func (q *queue) bySpeaker(ctx context.Context) error {
	return q.byEntity(ctx, q.filter.Speaker, spokenBy, fitsSpeaker, "speakers")
}

func (q *queue) bySource(ctx context.Context) error {
	return q.byEntity(ctx, q.filter.Source, reachedThrough, fitsSource, "sources")
}

// byEntity narrows the queue down to the claims that sql finds from entity, if
// these are few, or else has each claim of the queue looked at. The argument
// called name has what entity stands for.
func (q *queue) byEntity(ctx context.Context, entity annotate.ID, sql, fits, name string) error {
	if entity == "" {
		return nil
	}
	same, err := q.ids(ctx, sameEntities, pgx.NamedArgs{"entity": entity})
	if err != nil {
		return err
	}
	claims, err := q.ids(ctx, sql, pgx.NamedArgs{"entities": same, "most": mostFound + 1})
	if err != nil {
		return err
	}
	if len(claims) > mostFound {
		q.fits += fits
		q.args[name] = same
		return nil
	}
	q.few = true
	q.where += ` AND a.id = ANY(@by_` + name + `)`
	q.args["by_"+name] = claims
	return nil
}

// withOpenThreads finds claims with a thread that is not resolved, and
// fitsThreads says so of one claim b.
const (
	withOpenThreads = `SELECT DISTINCT c.claim_id FROM comments c WHERE c.project_id = @project AND c.reply_to IS NULL AND c.resolved_at IS NULL LIMIT @most`
	fitsThreads     = ` AND EXISTS (
		SELECT FROM comments c WHERE c.project_id = @project AND c.claim_id = b.id AND c.reply_to IS NULL AND c.resolved_at IS NULL OFFSET 0)`
)

func (q *queue) byThreads(ctx context.Context) error {
	if !q.filter.OpenThreads {
		return nil
	}
	claims, err := q.ids(ctx, withOpenThreads, pgx.NamedArgs{"most": mostFound + 1})
	if err != nil {
		return err
	}
	if len(claims) > mostFound {
		q.fits += fitsThreads
		return nil
	}
	q.few = true
	q.where += ` AND a.id = ANY(@with_threads)`
	q.args["with_threads"] = claims
	return nil
}

const fitsUndecided = ` AND NOT EXISTS (
	SELECT FROM reviews r JOIN annotations v ON v.project_id = r.project_id AND v.id = r.claim_id AND v.version = r.version
	WHERE r.project_id = @project AND r.claim_id = b.id AND r.reviewer_id = @undecided_by OFFSET 0)`

func (q *queue) byReviewer(context.Context) error {
	if q.filter.UndecidedBy != "" {
		q.fits += fitsUndecided
		q.args["undecided_by"] = q.filter.UndecidedBy
	}
	return nil
}

// wordsIn finds the annotation sets of articles in which the words stand,
// somewhere, each with the number of its claims.
var wordsIn = `
	SELECT s.id, s.claims_unreviewed + s.claims_approved + s.claims_disputed + s.claims_rejected + s.claims_changes_requested AS claims
	FROM articles a
	JOIN annotation_sets s ON s.project_id = a.project_id AND s.article_id = a.id
	WHERE a.project_id = @project AND a.search @@ article_query(@query, @open) AND ` + inQueue + `
	LIMIT @most`

const fitsWords = ` AND (
	SELECT (to_tsvector('folded', ar.headline) || to_tsvector('folded', (
	            SELECT coalesce(string_agg(substring(r.text FROM lower(f) + 1 FOR upper(f) - lower(f)), ' '), '') FROM unnest(b.fragments) AS f)))
	       @@ article_query(@query, @open)
	FROM annotation_sets s
	JOIN revisions r ON r.project_id = s.project_id AND r.id = s.revision_id
	JOIN articles ar ON ar.project_id = s.project_id AND ar.id = s.article_id
	WHERE s.project_id = @project AND s.id = b.set_id
	OFFSET 0)`

// byWords has each claim looked at for the words of the query, and narrows the
// queue down to the articles they stand in, if these are few.
func (q *queue) byWords(ctx context.Context) error {
	query := strings.TrimSpace(q.filter.Query)
	if query == "" {
		return nil
	}
	q.fits += fitsWords
	q.args["query"], q.args["open"] = query, openEnded(query)
	if q.few {
		return nil
	}
	// What is excluded may stand in the article and not in the claim.
	var excludes bool
	err := q.store.pool.QueryRow(ctx, `SELECT article_query(@query, @open)::text LIKE '%!%'`, q.args).Scan(&excludes)
	if err != nil || excludes {
		return translate(err)
	}
	sets, claims, err := q.setsWithWords(ctx)
	if err == nil && claims <= mostFound && len(sets) <= mostFound {
		q.few = true
		q.where += ` AND a.set_id = ANY(@sets)`
		q.args["sets"] = sets
	}
	return err
}

func (q *queue) setsWithWords(ctx context.Context) (sets []annotate.ID, claims int, err error) {
	rows, _ := q.store.pool.Query(ctx, wordsIn, pgx.QueryExecModeCacheDescribe, q.with(pgx.NamedArgs{"most": mostFound + 1}))
	var id annotate.ID
	var n int
	sets = []annotate.ID{}
	_, err = pgx.ForEachRow(rows, []any{&id, &n}, func() error {
		sets = append(sets, id)
		claims += n
		return nil
	})
	return sets, claims, translate(err)
}

// with is q's arguments and more.
func (q *queue) with(more pgx.NamedArgs) pgx.NamedArgs {
	args := pgx.NamedArgs{}
	for _, from := range []pgx.NamedArgs{q.args, more} {
		for name, value := range from {
			args[name] = value
		}
	}
	return args
}

// nobody is the id of no claim and no entity. It stands for null in a list of
// ids.
const nobody annotate.ID = "00000000-0000-0000-0000-000000000000"

func (q *queue) ids(ctx context.Context, sql string, more pgx.NamedArgs) ([]annotate.ID, error) {
	// Planned anew each time: how many rows an entity has is known to the
	// planner only when it is told which.
	rows, _ := q.store.pool.Query(ctx, sql, pgx.QueryExecModeCacheDescribe, q.with(more))
	ids, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (annotate.ID, error) {
		var id *annotate.ID
		if err := row.Scan(&id); err != nil || id == nil {
			return nobody, err
		}
		return *id, nil
	})
	return emptyNotNull(ids), translate(err)
}

// walked is what a walk along the queue came to.
type walked struct {
	keys []claimKey
	// stopped is the last claim looked at when the walk was given up before
	// its end.
	stopped *claimKey
}

// walk finds the next n claims beyond from, nil being before the first.
func (q *queue) walk(ctx context.Context, from *claimKey, n int, to direction) (walked, error) {
	if q.few {
		return q.walkFew(ctx, from, n, to)
	}
	step := window
	if q.fits == "" {
		step = n
	}
	var found walked
	for examined := 0; ; {
		looked, err := q.look(ctx, from, step, to)
		if err != nil {
			return walked{}, err
		}
		for i, k := range looked {
			if k.fits {
				found.keys = append(found.keys, looked[i])
			}
		}
		if len(found.keys) >= n {
			found.keys = found.keys[:n]
			return found, nil
		}
		if len(looked) < step {
			return found, nil
		}
		from = &looked[len(looked)-1]
		if examined += step; examined >= mostExamined {
			found.stopped = from
			return found, nil
		}
	}
}

// walkFew does the same where all claims have been read.
func (q *queue) walkFew(ctx context.Context, from *claimKey, n int, to direction) (walked, error) {
	if err := q.readFew(ctx); err != nil {
		return walked{}, err
	}
	var found walked
	visit := func(k claimKey, beyond bool) bool {
		if beyond && (q.filter.State == "" || k.state == q.filter.State) {
			found.keys = append(found.keys, k)
		}
		return len(found.keys) < n
	}
	if to == backwards {
		for _, k := range slices.Backward(q.found) {
			if !visit(k, from == nil || q.compare(k, *from) < 0) {
				break
			}
		}
		return found, nil
	}
	for _, k := range q.found {
		if !visit(k, from == nil || q.compare(k, *from) > 0) {
			break
		}
	}
	return found, nil
}

// compare orders the claims of one article as they stand in it, and those of
// many by age.
func (q *queue) compare(a, b claimKey) int {
	if q.filter.Article != "" {
		return a.byPosition(b)
	}
	return a.byAge(b)
}

// claimsWhere lists claims, before what narrows them down.
var claimsWhere = `
	SELECT a.id, a.set_id, a.review_state, a.created_at, a.fragments
	FROM annotations a
	JOIN annotation_sets s ON s.project_id = a.project_id AND s.id = a.set_id
	WHERE a.project_id = @project AND a.kind = 'claim' AND NOT a.deleted AND ` + inQueue

// readFew reads all claims the filter leaves, in every state.
func (q *queue) readFew(ctx context.Context) error {
	if q.read {
		return nil
	}
	sql := `WITH b AS MATERIALIZED (` + claimsWhere + q.where + `)
		SELECT b.id, b.review_state, b.created_at, b.fragments, true
		FROM b
		WHERE true` + q.fits
	var err error
	if q.found, err = q.keys(ctx, sql, nil); err != nil {
		return err
	}
	slices.SortFunc(q.found, q.compare)
	q.read = true
	return nil
}

// look reads the next n claims beyond from, those that do not fit included.
func (q *queue) look(ctx context.Context, from *claimKey, n int, to direction) ([]claimKey, error) {
	order, beyond := ` ORDER BY created_at, id`, ` AND (a.created_at, a.id) > (@at, @id)`
	if to == backwards {
		order, beyond = ` ORDER BY created_at DESC, id DESC`, ` AND (a.created_at, a.id) < (@at, @id)`
	}
	args := pgx.NamedArgs{"n": n, "states": annotate.ReviewStates}
	if q.filter.State != "" {
		args["states"] = []annotate.ReviewState{q.filter.State}
	}
	if from == nil {
		beyond = ``
	} else {
		args["at"], args["id"] = from.createdAt, from.id
	}
	// One stretch of the index for each state, of which there are few.
	sql := `WITH b AS MATERIALIZED (
			SELECT a.*
			FROM unnest(@states::text[]) AS wanted (state)
			CROSS JOIN LATERAL (` + claimsWhere + q.where + beyond + ` AND a.review_state = wanted.state` + order + ` LIMIT @n) AS a
			` + order + `
			LIMIT @n
		)
		SELECT b.id, b.review_state, b.created_at, b.fragments, true` + q.fits + `
		FROM b` + order
	return q.keys(ctx, sql, args)
}

func (q *queue) keys(ctx context.Context, sql string, more pgx.NamedArgs) ([]claimKey, error) {
	rows, _ := q.store.pool.Query(ctx, sql, pgx.QueryExecModeCacheDescribe, q.with(more))
	keys, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (claimKey, error) {
		var k claimKey
		var fragments []pgtype.Range[int32]
		err := row.Scan(&k.id, &k.state, &k.createdAt, &fragments, &k.fits)
		for _, f := range fragments {
			k.fragments = append(k.fragments, annotate.Fragment{Start: int(f.Lower), End: int(f.Upper)})
		}
		return k, err
	})
	return keys, translate(err)
}

// key places a claim, which may have been deleted since, in the queue.
func (q *queue) key(ctx context.Context, claim annotate.ID) (claimKey, error) {
	keys, err := q.keys(ctx, `
		SELECT a.id, a.review_state, a.created_at, a.fragments, true
		FROM annotations a
		WHERE a.project_id = @project AND a.id = @claim`, pgx.NamedArgs{"claim": claim})
	switch {
	case err != nil:
		return claimKey{}, err
	case len(keys) == 0:
		return claimKey{}, annotate.ErrNotFound
	}
	return keys[0], nil
}

// cursor is where a page begins, nil for the first.
func (q *queue) cursor(ctx context.Context, cursor string) (*claimKey, error) {
	if cursor == "" {
		return nil, nil //nolint:nilnil // nil is before the first claim
	}
	parts, err := readCursor(cursor, 1)
	if err != nil {
		return nil, err
	}
	id, err := annotate.ParseID(parts[0])
	if err != nil {
		return nil, errCursor
	}
	key, err := q.key(ctx, id)
	if errors.Is(err, annotate.ErrNotFound) {
		return nil, errCursor
	}
	return &key, err
}

// counts counts the claims the filter leaves in each state, or gives nil where
// they are too many to look at each.
func (q *queue) counts(ctx context.Context) (map[annotate.ReviewState]int, error) {
	counts := map[annotate.ReviewState]int{}
	for _, state := range annotate.ReviewStates {
		counts[state] = 0
	}
	switch {
	case q.few:
		if err := q.readFew(ctx); err != nil {
			return nil, err
		}
		for _, k := range q.found {
			counts[k.state]++
		}
		return counts, nil
	case q.fits != "":
		return nil, nil //nolint:nilnil // nil is not counted
	case q.filter.Author != "":
		return counts, q.count(ctx, counts, `
			SELECT a.review_state, count(*)
			FROM annotations a
			JOIN annotation_sets s ON s.project_id = a.project_id AND s.id = a.set_id
			WHERE a.project_id = @project AND a.kind = 'claim' AND NOT a.deleted AND `+inQueue+q.where+`
			GROUP BY a.review_state`)
	default:
		return counts, q.count(ctx, counts, `
			SELECT state, claims
			FROM (SELECT sum(claims_unreviewed) AS unreviewed, sum(claims_approved) AS approved, sum(claims_disputed) AS disputed,
			             sum(claims_rejected) AS rejected, sum(claims_changes_requested) AS changes_requested
			      FROM annotation_sets s
			      WHERE s.project_id = @project AND `+inQueue+`) AS t
			CROSS JOIN LATERAL (VALUES ('unreviewed', unreviewed), ('approved', approved), ('disputed', disputed),
			                           ('rejected', rejected), ('changes_requested', changes_requested)) AS of (state, claims)
			WHERE claims IS NOT NULL`)
	}
}

func (q *queue) count(ctx context.Context, counts map[annotate.ReviewState]int, sql string) error {
	rows, _ := q.store.pool.Query(ctx, sql, q.args)
	var state annotate.ReviewState
	var n int
	_, err := pgx.ForEachRow(rows, []any{&state, &n}, func() error {
		counts[state] = n
		return nil
	})
	return translate(err)
}
