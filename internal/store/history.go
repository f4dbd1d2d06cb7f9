package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// Past is an article with its annotations as they were after a change set,
// whose number is its Seq.
type Past struct {
	annotate.AnnotatedArticle
	// Newest is the number of the newest change set. Base is the one after
	// which the log begins: 0, or more for an article that was imported.
	Newest int64
	Base   int64
}

// AsOf reads an article with its annotation set by hand as they were after the
// change set number seq and before the next, reviews and comments included;
// its metadata and the names of entities are those of now. It returns an
// [annotate.Invalid] under seq for a number the log does not have.
func (s *Store) AsOf(ctx context.Context, a Asker, article annotate.ID, hand annotate.Hand, seq int64) (Past, error) {
	var p Past
	hand, err := s.HandFor(ctx, a, article, hand)
	if err != nil {
		return Past{}, fmt.Errorf("read article %s as of %d: %w", article, seq, err)
	}
	err = s.inSnapshot(ctx, func(tx pgx.Tx) error {
		w, err := walkBack(ctx, tx, setKey{a.Project.ID, article, hand}, seq)
		if err != nil {
			return err
		}
		p.Seq, p.Newest, p.Base = seq, w.newest, w.base
		p.Annotations = slices.SortedFunc(maps.Values(w.then.Annotations), annotate.Annotation.Before)
		p.Links = slices.SortedFunc(maps.Values(w.then.Links), func(a, b annotate.Link) int {
			if a.ID < b.ID {
				return -1
			}
			return 1
		})
		return w.surroundings(ctx, tx, a.Project.ID, article, &p.AnnotatedArticle)
	})
	if err != nil {
		return Past{}, fmt.Errorf("read article %s as of %d: %w", article, seq, err)
	}
	return p, nil
}

// Restoration is what would bring an annotation set, or a claim of it, back to
// what it was.
type Restoration struct {
	// Seen is the number of the newest change set when it was worked out.
	Seen int64
	// Operations are for [Store.Append], and name the versions of that moment.
	// There are none where nothing has changed.
	Operations []annotate.Operation
	// Deeds are what they would do.
	Deeds []annotate.Deed
}

// Restoration works out what would bring an article's annotation set by hand
// back to what it was after the change set number seq, or only one claim of it
// unless claim is empty. It refuses as [Store.AsOf] does, and with
// [annotate.ErrNotFound] for a claim that was there neither then nor now.
func (s *Store) Restoration(ctx context.Context, a Asker, article annotate.ID, hand annotate.Hand, seq int64, claim annotate.ID) (Restoration, error) {
	var r Restoration
	hand, err := s.HandFor(ctx, a, article, hand)
	if err != nil {
		return Restoration{}, fmt.Errorf("restore article %s to %d: %w", article, seq, err)
	}
	err = s.inSnapshot(ctx, func(tx pgx.Tx) error {
		w, err := walkBack(ctx, tx, setKey{a.Project.ID, article, hand}, seq)
		if err != nil {
			return err
		}
		r.Seen = w.newest
		if claim == "" {
			r.Operations = annotate.Restore(w.now, w.then)
			r.Deeds = annotate.Planned(w.now, r.Operations)
			return nil
		}
		if w.then.Annotations[claim].Kind != annotate.Claim && w.now.Annotations[claim].Kind != annotate.Claim {
			return annotate.ErrNotFound
		}
		r.Operations = annotate.RestoreClaim(w.now, w.then, claim)
		r.Deeds = annotate.Planned(w.now, r.Operations)
		return nil
	})
	if err != nil {
		return Restoration{}, fmt.Errorf("restore article %s to %d: %w", article, seq, err)
	}
	return r, nil
}

// Restoring asks to bring an article's annotation set back to what it was.
type Restoring struct {
	// Asker is who asks, and the author of the change set.
	Asker
	Article annotate.ID
	Hand    annotate.Hand
	// Seq is the number of the change set after which it was so.
	Seq int64
	// Claim is the only claim to restore, unless it is empty.
	Claim annotate.ID
	// Seen is the number of the newest change set that whoever asks has seen.
	Seen int64
	// ID is that of the change set that does it.
	ID annotate.ID
	At time.Time
}

// Restore appends the change set that [Store.Restoration] works out. It returns
// an [annotate.Conflict] without clashes if there have been changes that were
// not seen, an [annotate.Invalid] under seq if there is nothing to restore, and
// else what [Store.AppendAs] returns.
func (s *Store) Restore(ctx context.Context, r Restoring) (Appended, error) {
	planned, err := s.Restoration(ctx, r.Asker, r.Article, r.Hand, r.Seq, r.Claim)
	switch {
	case err != nil:
		return Appended{}, err
	case planned.Seen != r.Seen:
		return Appended{}, annotate.Conflict{}
	case len(planned.Operations) == 0:
		return Appended{}, annotate.Invalid{"seq": "Nothing has changed since then, so there is nothing to restore."}
	}
	hand, err := s.changing(ctx, r.Asker, r.Article, r.Hand)
	if err != nil {
		return Appended{}, err
	}
	return s.Append(ctx, r.Project.ID, r.Article, hand, annotate.ChangeSet{ID: r.ID, Author: r.User.ID, At: r.At, Operations: planned.Operations})
}

// inSnapshot runs f in a transaction that sees the database as it is at one
// moment and cannot change it.
func (s *Store) inSnapshot(ctx context.Context, f func(tx pgx.Tx) error) error {
	return translate(pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, f))
}

// wayBack is a set now and as it was.
type wayBack struct {
	set          annotate.ID
	newest, base int64
	now, then    annotate.Snapshot
	// next is when the change set after that of then came; nil: there is none.
	next *time.Time
}

// walkBack reads a set as it is and walks back from there to what it was after
// the change set number seq: the more that has happened since, the longer it
// takes.
func walkBack(ctx context.Context, tx pgx.Tx, key setKey, seq int64) (w wayBack, err error) {
	const inSet = ` WHERE project_id = $1 AND set_id = (SELECT id` + fromSet + `) AND NOT deleted ORDER BY id`
	var annotations []annotate.Annotation
	var links []annotate.Link
	b := &pgx.Batch{}
	b.Queue(`SELECT id, seq, base_seq`+fromSet, key.project, key.article, key.hand).QueryRow(func(row pgx.Row) error {
		return row.Scan(&w.set, &w.newest, &w.base)
	})
	b.Queue(`SELECT set_id, `+annotationColumns+` FROM annotations a`+inSet, key.project, key.article, key.hand).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, scanAnnotation)
		for _, a := range found {
			annotations = append(annotations, a.Annotation)
		}
		return err
	})
	b.Queue(`SELECT set_id, `+linkColumns+` FROM links l`+inSet, key.project, key.article, key.hand).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, scanLink)
		for _, l := range found {
			links = append(links, l.Link)
		}
		return err
	})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return w, translate(err)
	}
	if seq < w.base || seq > w.newest {
		return w, annotate.Invalid{"seq": fmt.Sprintf("Give %d to %d: that is how far this article's history goes.", w.base, w.newest)}
	}
	w.now = annotate.NewSnapshot(annotations, links)
	return w, w.rewind(ctx, tx, key.project, seq)
}

// rewind makes then what was after seq.
func (w *wayBack) rewind(ctx context.Context, tx pgx.Tx, project annotate.ID, seq int64) error {
	r := annotate.NewRewind(w.now.Clone())
	before := w.newest + 1
	for before > w.base+1 && (before > seq+1 || !r.Settled()) {
		entries, err := logBefore(ctx, tx, project, w.set, before, entriesAtOnce)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			return fmt.Errorf("the log ends before %d, and should go on to %d", before, w.base+1)
		}
		for _, e := range entries {
			done, err := e.Outcome()
			if err != nil {
				return err
			}
			if e.Seq > seq {
				r.Undo(done)
				w.next = &e.CreatedAt
			} else {
				r.Settle(done.Operations)
			}
			before = e.Seq
		}
	}
	w.then = r.Snapshot
	return nil
}

const entriesAtOnce = 200

// logBefore reads at most limit entries of a set's log before a number, the
// newest first.
func logBefore(ctx context.Context, q querier, project, set annotate.ID, before int64, limit int) ([]LogEntry, error) {
	rows, _ := q.Query(ctx, `
		SELECT c.seq, c.client_id AS id, c.author_id AS author, c.codebook, c.created_at, c.operations, c.inverse
		FROM change_sets c
		WHERE c.project_id = $1 AND c.set_id = $2 AND c.seq < $3
		ORDER BY c.seq DESC
		LIMIT $4`, project, set, before, limit)
	return pgx.CollectRows(rows, pgx.RowToStructByName[LogEntry])
}

// surroundings reads what belongs to the article besides its annotations, and
// what had been said of the claims by then.
func (w wayBack) surroundings(ctx context.Context, tx pgx.Tx, project, article annotate.ID, doc *annotate.AnnotatedArticle) error {
	var quorum int
	b := &pgx.Batch{}
	b.Queue(`SELECT quorum FROM projects WHERE id = $1`, project).QueryRow(func(row pgx.Row) error { return row.Scan(&quorum) })
	b.Queue(selectArticle+` WHERE a.project_id = $1 AND a.id = $2`, project, article).QueryRow(func(row pgx.Row) error {
		return scanArticle(row, &doc.Article)
	})
	b.Queue(selectRevision+` WHERE r.project_id = $1 AND r.id = (SELECT revision_id FROM annotation_sets WHERE project_id = $1 AND id = $2)`,
		project, w.set).QueryRow(func(row pgx.Row) error { return scanRevision(row, &doc.Revision) })
	b.Queue(selectReviews+` JOIN annotations a ON a.project_id = r.project_id AND a.id = r.claim_id
		WHERE r.project_id = $1 AND a.set_id = $2 AND ($3::timestamptz IS NULL OR r.created_at < $3) ORDER BY r.id`,
		project, w.set, w.next).Query(func(rows pgx.Rows) (err error) {
		doc.Reviews, err = pgx.CollectRows(rows, pgx.RowToStructByName[annotate.Review])
		return err
	})
	b.Queue(`SELECT `+commentColumns+`
		FROM comments c JOIN annotations a ON a.project_id = c.project_id AND a.id = c.claim_id
		WHERE c.project_id = $1 AND a.set_id = $2 AND ($3::timestamptz IS NULL OR c.created_at < $3) ORDER BY c.id`,
		project, w.set, w.next).Query(func(rows pgx.Rows) (err error) {
		doc.Comments, err = pgx.CollectRows(rows, pgx.RowToStructByPos[annotate.Comment])
		return err
	})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return translate(err)
	}
	w.decide(doc, quorum)
	return nil
}

// decide leaves of doc's remarks those on claims it has, and has each claim in
// the state that quorum gives what had been decided by then.
func (w wayBack) decide(doc *annotate.AnnotatedArticle, quorum int) {
	doc.Reviews = slices.DeleteFunc(doc.Reviews, func(r annotate.Review) bool { return r.Version > w.then.Annotations[r.Claim].Version })
	doc.Comments = slices.DeleteFunc(doc.Comments, func(c annotate.Comment) bool {
		_, there := w.then.Annotations[c.Claim]
		return !there
	})
	if w.next == nil {
		return // what is stored is how things stand
	}
	decided := annotate.ReviewsByClaim(doc.Reviews)
	for i, a := range doc.Annotations {
		doc.Annotations[i].Review = annotate.Conclude(decided[a.ID], a.Version, quorum).State
	}
}

// Log is a stretch of an article's log, the newest entry first, with what one
// needs to put it in words.
type Log struct {
	Entries []LogEntry
	// Newest is the number of the newest change set, Base that after which the
	// log begins.
	Newest int64
	Base   int64
	// Annotations are those that links in Entries lead from and to, as they are
	// now, deleted ones among them.
	Annotations map[annotate.ID]annotate.Annotation
	Names       Names
}

// LogBefore reads at most limit entries of the log of an article's annotation
// set by hand that come before a number, or the newest if that is 0.
func (s *Store) LogBefore(ctx context.Context, a Asker, article annotate.ID, hand annotate.Hand, before int64, limit int) (Log, error) {
	var l Log
	var set annotate.ID
	project := a.Project.ID
	hand, err := s.HandFor(ctx, a, article, hand)
	if err == nil {
		err = s.pool.QueryRow(ctx, `SELECT id, seq, base_seq`+fromSet, project, article, hand).Scan(&set, &l.Newest, &l.Base)
	}
	if err == nil {
		if before == 0 {
			before = l.Newest + 1
		}
		l.Entries, err = logBefore(ctx, s.pool, project, set, before, limit)
	}
	if err == nil {
		err = s.name(ctx, project, &l)
	}
	if err != nil {
		return Log{}, fmt.Errorf("read the log of article %s: %w", article, translate(err))
	}
	return l, nil
}

// name reads whom and what the entries of l are about.
func (s *Store) name(ctx context.Context, project annotate.ID, l *Log) error {
	var named annotate.AnnotatedArticle
	ends := map[annotate.ID]bool{}
	for _, e := range l.Entries {
		done, err := e.Outcome()
		if err != nil {
			return err
		}
		named.Comments = append(named.Comments, annotate.Comment{Author: e.Author})
		for _, op := range slices.Concat(done.Operations, done.Inverse) {
			if op.Annotation != nil {
				named.Annotations = append(named.Annotations, *op.Annotation)
			} else if op.Link.From != "" {
				ends[op.Link.From], ends[op.Link.To] = true, true
			}
		}
	}
	rows, _ := s.pool.Query(ctx, `SELECT a.set_id, `+annotationColumns+` FROM annotations a WHERE a.project_id = $1 AND a.id = ANY($2) ORDER BY a.id`,
		project, slices.Collect(maps.Keys(ends)))
	found, err := pgx.CollectRows(rows, scanAnnotation)
	if err != nil {
		return err
	}
	l.Annotations = make(map[annotate.ID]annotate.Annotation, len(found))
	for _, a := range found {
		l.Annotations[a.ID] = a.Annotation
		named.Annotations = append(named.Annotations, a.Annotation)
	}
	l.Names, err = s.NamesIn(ctx, project, named)
	return err
}

// DeletedClaims reads at most limit of the claims that have been deleted from
// an article's annotation set by hand, those deleted last first. Each is as it
// was then, but for who updated it and when: that is the deleting.
func (s *Store) DeletedClaims(ctx context.Context, a Asker, article annotate.ID, hand annotate.Hand, limit int) ([]annotate.Annotation, error) {
	hand, err := s.HandFor(ctx, a, article, hand)
	if err != nil {
		return nil, fmt.Errorf("read the deleted claims of article %s: %w", article, err)
	}
	rows, _ := s.pool.Query(ctx, `SELECT a.set_id, `+annotationColumns+`
		FROM annotations a
		WHERE a.project_id = $1 AND a.set_id = (SELECT id`+fromSet+`) AND a.kind = 'claim' AND a.deleted
		ORDER BY a.updated_at DESC, a.id
		LIMIT $4`, a.Project.ID, article, hand, limit)
	found, err := pgx.CollectRows(rows, scanAnnotation)
	if err != nil {
		return nil, fmt.Errorf("read the deleted claims of article %s: %w", article, translate(err))
	}
	claims := make([]annotate.Annotation, len(found))
	for i, row := range found {
		claims[i] = row.Annotation
	}
	return claims, nil
}

// ClaimLog is a stretch of the log that is about one claim.
type ClaimLog struct {
	Log
	Article annotate.ID
	Hand    annotate.Hand // of the set it is in
	// Attribution are the claim and all that it ever led to.
	Attribution map[annotate.ID]bool
}

// ClaimLog reads at most limit of the change sets that changed a claim, its
// links or what they lead to, that come before a number, or the newest if that
// is 0. Claims that have been deleted have their log too.
func (s *Store) ClaimLog(ctx context.Context, a Asker, claim annotate.ID, before int64, limit int) (ClaimLog, error) {
	return s.claimLog(ctx, a, claim, func(set annotate.ID) ([]LogEntry, error) {
		return logOf(ctx, s.pool, a.Project.ID, set, claim, before, limit)
	})
}

// ClaimSince reads the change sets that changed a claim, its links or what
// they lead to since it was at a version. Whole says that these are all: the
// log of what was imported begins later.
func (s *Store) ClaimSince(ctx context.Context, a Asker, claim annotate.ID, version int) (l ClaimLog, whole bool, err error) {
	l, err = s.claimLog(ctx, a, claim, func(set annotate.ID) ([]LogEntry, error) {
		var since []LogEntry
		for before := int64(0); ; {
			entries, err := logOf(ctx, s.pool, a.Project.ID, set, claim, before, entriesAtOnce)
			if err != nil {
				return nil, err
			}
			for _, e := range entries {
				done, err := e.Outcome()
				if err != nil {
					return nil, err
				}
				if at := done.Versions()[claim]; at > 0 && at <= version {
					whole = true
					return since, nil
				}
				since = append(since, e)
				before = e.Seq
			}
			if len(entries) < entriesAtOnce {
				return since, nil
			}
		}
	})
	return l, whole, err
}

// claimLog reads the entries that read finds in the claim's annotation set, with
// what one needs to put them in words.
func (s *Store) claimLog(ctx context.Context, a Asker, claim annotate.ID, read func(set annotate.ID) ([]LogEntry, error)) (ClaimLog, error) {
	project := a.Project.ID
	l := ClaimLog{Attribution: map[annotate.ID]bool{}}
	var set annotate.ID
	b := &pgx.Batch{}
	b.Queue(`SELECT s.id, s.article_id, coalesce(s.analyst_id::text, s.hand), s.seq, s.base_seq
		FROM annotations a
		JOIN annotation_sets s ON s.project_id = a.project_id AND s.id = a.set_id
		WHERE a.project_id = $1 AND a.id = $2 AND a.kind = 'claim' AND `+reviewable+` AND `+seenBy("$3"), project, claim, a.narrowed()).
		QueryRow(func(row pgx.Row) error { return row.Scan(&set, &l.Article, &l.Hand, &l.Newest, &l.Base) })
	b.Queue(`WITH RECURSIVE led_to AS (
			SELECT $2::uuid AS id
			UNION
			SELECT l.to_id FROM led_to t JOIN links l ON l.project_id = $1 AND l.from_id = t.id
		)
		SELECT id FROM led_to ORDER BY id`, project, claim).Query(func(rows pgx.Rows) error {
		ids, err := pgx.CollectRows(rows, pgx.RowTo[annotate.ID])
		for _, id := range ids {
			l.Attribution[id] = true
		}
		return err
	})
	err := s.pool.SendBatch(ctx, b).Close()
	if err == nil {
		l.Entries, err = read(set)
	}
	if err == nil {
		err = s.name(ctx, project, &l.Log)
	}
	if err != nil {
		return ClaimLog{}, fmt.Errorf("read the log of claim %s: %w", claim, translate(err))
	}
	return l, nil
}

// logOf reads the entries that have the claim's id in them. Every change of
// what a claim leads to touches it, so these are all.
func logOf(ctx context.Context, q querier, project, set, claim annotate.ID, before int64, limit int) ([]LogEntry, error) {
	rows, _ := q.Query(ctx, `
		SELECT c.seq, c.client_id AS id, c.author_id AS author, c.codebook, c.created_at, c.operations, c.inverse
		FROM change_sets c
		WHERE c.project_id = @project AND c.set_id = @set AND (@before = 0::bigint OR c.seq < @before)
		  AND strpos(c.operations::text, @claim) > 0
		ORDER BY c.seq DESC
		LIMIT @limit`, pgx.NamedArgs{"project": project, "set": set, "claim": string(claim), "before": before, "limit": limit})
	return pgx.CollectRows(rows, pgx.RowToStructByName[LogEntry])
}
