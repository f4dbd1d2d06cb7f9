package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// NewNorming is a vote to be held.
type NewNorming struct {
	Claim     annotate.ID
	Attribute string // empty: what to decide
	Note      string
	Asked     []annotate.ID
	By        annotate.ID
	At        time.Time
}

// StartNorming puts a claim that is there to be reviewed to the vote. It
// returns an [annotate.Invalid] under attribute, note or asked: at least two
// members who may tag have to be asked.
func (s *Store) StartNorming(ctx context.Context, a Asker, n NewNorming) (annotate.ID, error) {
	project := a.Project.ID
	n.Note, n.At = strings.TrimSpace(n.Note), n.At.UTC().Truncate(time.Microsecond)
	if err := annotate.CheckRemark("note", n.Note); err != nil {
		return "", err
	}
	codebook, err := s.currentCodebook(ctx, project)
	if err != nil {
		return "", err
	}
	if err := (annotate.Norming{Attribute: n.Attribute}).CheckQuestion(codebook); err != nil {
		return "", err
	}
	id := NewID()
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		members, err := members(ctx, tx, project)
		if err != nil {
			return err
		}
		asked := slices.Compact(slices.Sorted(slices.Values(n.Asked)))
		for _, who := range asked {
			if !slices.ContainsFunc(members, func(m annotate.Member) bool { return m.UserID == who && m.Role.May(annotate.Analyst) }) {
				return annotate.Invalid{"asked": "Ask analysts, reviewers and managers of the project."}
			}
		}
		if len(asked) < 2 {
			return annotate.Invalid{"asked": "Ask at least two people."}
		}
		tag, err := tx.Exec(ctx, `
			INSERT INTO normings (project_id, id, claim_id, version, attribute, note, started_by, started_at)
			SELECT a.project_id, $3, a.id, a.version, $4, $5, $6, $7
			FROM annotations a
			JOIN annotation_sets s ON s.project_id = a.project_id AND s.id = a.set_id
			WHERE a.project_id = $1 AND a.id = $2 AND a.kind = 'claim' AND NOT a.deleted AND `+reviewable+` AND `+seenBy("$8"),
			project, n.Claim, id, n.Attribute, n.Note, n.By, n.At, a.narrowed())
		if err := affected(tag, err); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO norming_votes (project_id, norming_id, voter_id) SELECT $1, $2, unnest($3::uuid[])`, project, id, asked); err != nil {
			return err
		}
		var told concerned
		told.add(annotate.WasAskedToVote, asked...)
		return notify(ctx, tx, project, annotate.Notification{Claim: n.Claim, Norming: id, Actor: n.By, CreatedAt: n.At}, told)
	})
	if err != nil {
		return "", fmt.Errorf("put claim %s to the vote: %w", n.Claim, err)
	}
	return id, nil
}

// selectNormings reads normings whole but for their votes, as far as the reader
// in the parameter called reader may see their claims.
func selectNormings(reader string) string {
	return `
	SELECT n.id, n.claim_id, n.version, n.attribute, n.note, n.started_by, n.started_at,
	       coalesce(n.revealed_by::text, ''), coalesce(n.revealed_at, '0001-01-01 00:00:00Z'), coalesce(n.thread_id::text, ''),
	       coalesce(n.answer, '{}'), coalesce(n.reason, ''), coalesce(n.settled_by::text, ''), n.settled_at, coalesce(n.applied, ''),
	       starter.name, coalesce(settler.name, '')
	FROM normings n
	JOIN annotations a ON a.project_id = n.project_id AND a.id = n.claim_id AND NOT a.deleted
	JOIN annotation_sets s ON s.project_id = a.project_id AND s.id = a.set_id AND ` + reviewable + ` AND ` + seenBy(reader) + `
	JOIN users starter ON starter.id = n.started_by
	LEFT JOIN users settler ON settler.id = n.settled_by`
}

func scanNorming(row pgx.CollectableRow) (n annotate.ListedNorming, err error) {
	var settled annotate.Settlement
	var at *time.Time
	err = row.Scan(&n.ID, &n.Claim, &n.Version, &n.Attribute, &n.Note, &n.StartedBy, &n.StartedAt,
		&n.RevealedBy, &n.RevealedAt, &n.Thread, &settled.Answer, &settled.Reason, &settled.By, &at, &settled.Applied, &n.Starter, &n.Settler)
	if at != nil {
		settled.At = *at
		n.Settled = &settled
	}
	return n, err
}

// selectVotes reads the votes of normings $2 as $3 may know them. What others
// say leaves the database only once it has been revealed: nothing else reads
// votes.
const selectVotes = `
	SELECT v.norming_id, v.voter_id, u.name, v.answer IS NOT NULL,
	       CASE WHEN theirs.to_know THEN coalesce(v.answer, '{}') ELSE '{}' END,
	       CASE WHEN theirs.to_know THEN v.reason ELSE '' END,
	       CASE WHEN theirs.to_know THEN coalesce(v.voted_at, '0001-01-01 00:00:00Z') ELSE '0001-01-01 00:00:00Z' END
	FROM norming_votes v
	JOIN normings n ON n.project_id = v.project_id AND n.id = v.norming_id
	JOIN users u ON u.id = v.voter_id
	CROSS JOIN LATERAL (SELECT n.revealed_at IS NOT NULL OR v.voter_id = $3 AS to_know) AS theirs
	WHERE v.project_id = $1 AND v.norming_id = ANY($2)
	ORDER BY lower(u.name), u.id`

// Norming reads a norming as whoever asks may know it: before it is revealed, of the
// others only whether they have voted.
func (s *Store) Norming(ctx context.Context, a Asker, id annotate.ID) (annotate.ListedNorming, error) {
	found, err := s.normings(ctx, a, ` AND n.id = @id`, pgx.NamedArgs{"id": id}, 1)
	if err == nil && len(found) == 0 {
		err = annotate.ErrNotFound
	}
	if err != nil {
		return annotate.ListedNorming{}, fmt.Errorf("read norming %s: %w", id, err)
	}
	return found[0], nil
}

// Normings lists the normings of a project, or of one claim unless that is
// empty, the newest first, as whoever asks may know them.
func (s *Store) Normings(ctx context.Context, a Asker, claim annotate.ID, cursor string, limit int) (Page[annotate.ListedNorming], error) {
	where, args := ``, pgx.NamedArgs{"claim": string(claim)}
	if claim != "" {
		where = ` AND n.claim_id = @claim::uuid`
	}
	if cursor != "" {
		key, err := readCursor(cursor, 1)
		if err != nil {
			return Page[annotate.ListedNorming]{}, err
		}
		before, err := annotate.ParseID(key[0])
		if err != nil {
			return Page[annotate.ListedNorming]{}, errCursor
		}
		where += ` AND n.id < @before::uuid`
		args["before"] = string(before)
	}
	limit = limited(limit)
	found, err := s.normings(ctx, a, where, args, limit+1)
	if err != nil {
		return Page[annotate.ListedNorming]{}, fmt.Errorf("list normings: %w", err)
	}
	return pageOf(found, limit, func(n annotate.ListedNorming) []string { return []string{string(n.ID)} }), nil
}

func (s *Store) normings(ctx context.Context, a Asker, where string, args pgx.NamedArgs, limit int) ([]annotate.ListedNorming, error) {
	args["project"], args["limit"], args["narrowed"] = a.Project.ID, limit, a.narrowed()
	rows, _ := s.pool.Query(ctx, selectNormings(`@narrowed`)+` WHERE n.project_id = @project`+where+` ORDER BY n.id DESC LIMIT @limit`, args)
	found, err := pgx.CollectRows(rows, scanNorming)
	if err != nil {
		return nil, translate(err)
	}
	at := map[annotate.ID]*annotate.ListedNorming{}
	ids := make([]annotate.ID, len(found))
	for i := range found {
		ids[i], at[found[i].ID] = found[i].ID, &found[i]
	}
	rows, _ = s.pool.Query(ctx, selectVotes, a.Project.ID, ids, a.reader())
	var of annotate.ID
	var v annotate.Vote
	_, err = pgx.ForEachRow(rows, []any{&of, &v.Voter, &v.Name, &v.Voted, &v.Answer, &v.Reason, &v.At}, func() error {
		at[of].Votes = append(at[of].Votes, v)
		v = annotate.Vote{}
		return nil
	})
	return found, translate(err)
}

// lockedNorming reads a norming under its lock: nobody votes, reveals or
// settles meanwhile.
func lockedNorming(ctx context.Context, tx pgx.Tx, a Asker, id annotate.ID) (annotate.ListedNorming, error) {
	if err := affected(tx.Exec(ctx, `SELECT FROM normings WHERE project_id = $1 AND id = $2 FOR NO KEY UPDATE`, a.Project.ID, id)); err != nil {
		return annotate.ListedNorming{}, err
	}
	rows, _ := tx.Query(ctx, selectNormings(`$3`)+` WHERE n.project_id = $1 AND n.id = $2`, a.Project.ID, id, a.narrowed())
	n, err := pgx.CollectExactlyOneRow(rows, scanNorming)
	return n, translate(err)
}

// NewVote is what somebody says in a norming.
type NewVote struct {
	Norming annotate.ID
	Voter   annotate.ID
	Answer  []string
	Reason  string
	At      time.Time
}

// errRevealed refuses a vote that comes after the others are known.
var errRevealed = annotate.Invalid{"answer": "The votes have been revealed, so there is no voting any more."}

// Vote takes down what somebody who is asked says, in place of what they said
// before. It returns [annotate.ErrForbidden] for somebody who is not asked, and
// an [annotate.Invalid] for what is no answer, or once the votes are revealed.
func (s *Store) Vote(ctx context.Context, a Asker, v NewVote) error {
	project := a.Project.ID
	v.Reason = strings.TrimSpace(v.Reason)
	if err := annotate.CheckRemark("reason", v.Reason); err != nil {
		return err
	}
	codebook, err := s.currentCodebook(ctx, project)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		n, err := lockedNorming(ctx, tx, a, v.Norming)
		switch {
		case err != nil:
			return err
		case n.Revealed():
			return errRevealed
		}
		if err := n.CheckAnswer(codebook, v.Answer); err != nil {
			return err
		}
		err = affected(tx.Exec(ctx, `UPDATE norming_votes SET answer = $4, reason = $5, voted_at = $6 WHERE project_id = $1 AND norming_id = $2 AND voter_id = $3`,
			project, v.Norming, v.Voter, v.Answer, v.Reason, v.At))
		if errors.Is(err, annotate.ErrNotFound) {
			return annotate.ErrForbidden
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("vote in norming %s: %w", v.Norming, err)
	}
	return nil
}

// Chair is whoever turns a norming: its starter, or a manager.
type Chair struct {
	Norming annotate.ID
	By      annotate.ID
	Manager bool
	At      time.Time
}

func (c Chair) mayTurn(n annotate.ListedNorming) error {
	if c.Manager || n.StartedBy == c.By {
		return nil
	}
	return annotate.ErrForbidden
}

// RevealNorming shows everybody what all have said, and ends the voting. What
// is revealed stays so. It returns [annotate.ErrForbidden] for whoever is
// neither its starter nor a manager, and an [annotate.Invalid] while nobody
// has voted.
func (s *Store) RevealNorming(ctx context.Context, a Asker, c Chair) error {
	project := a.Project.ID
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		n, err := lockedNorming(ctx, tx, a, c.Norming)
		if err != nil {
			return err
		}
		if err := c.mayTurn(n); err != nil || n.Revealed() {
			return err
		}
		rows, _ := tx.Query(ctx, `SELECT voter_id, answer IS NOT NULL FROM norming_votes WHERE project_id = $1 AND norming_id = $2 ORDER BY voter_id`, project, c.Norming)
		var told concerned
		var voter annotate.ID
		var voted, some bool
		if _, err := pgx.ForEachRow(rows, []any{&voter, &voted}, func() error {
			told.add(annotate.WasRevealed, voter)
			some = some || voted
			return nil
		}); err != nil {
			return err
		}
		if !some {
			return annotate.Invalid{"votes": "Nobody has voted yet."}
		}
		at := c.At.UTC().Truncate(time.Microsecond)
		if _, err := tx.Exec(ctx, `UPDATE normings SET revealed_by = $3, revealed_at = $4 WHERE project_id = $1 AND id = $2`, project, c.Norming, c.By, at); err != nil {
			return err
		}
		return notify(ctx, tx, project, annotate.Notification{Claim: n.Claim, Norming: n.ID, Actor: c.By, CreatedAt: at}, told)
	})
	if err != nil {
		return fmt.Errorf("reveal norming %s: %w", c.Norming, err)
	}
	return nil
}

var errNotRevealed = annotate.Invalid{"votes": "Reveal the votes first."}

// DiscussNorming adds to the discussion of a norming, which is a thread on its
// claim, once it has been revealed.
func (s *Store) DiscussNorming(ctx context.Context, a Asker, norming annotate.ID, c annotate.Comment) (annotate.Comment, error) {
	project := a.Project.ID
	if err := c.Validate(); err != nil {
		return annotate.Comment{}, err
	}
	c.ID, c.CreatedAt, c.ReplyTo = NewID(), c.CreatedAt.UTC().Truncate(time.Microsecond), ""
	var article annotate.ID
	err := s.inTx(ctx, func(tx pgx.Tx) error {
		n, err := lockedNorming(ctx, tx, a, norming)
		switch {
		case err != nil:
			return err
		case !n.Revealed():
			return errNotRevealed
		}
		c.Claim, c.ReplyTo = n.Claim, n.Thread
		if article, err = addComment(ctx, tx, a, &c); err != nil || n.Thread != "" {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE normings SET thread_id = $3 WHERE project_id = $1 AND id = $2`, project, norming, c.ID)
		return err
	})
	if err != nil {
		return annotate.Comment{}, fmt.Errorf("discuss norming %s: %w", norming, err)
	}
	s.Announce(Note{Project: project, Article: article, Claim: c.Claim, Comment: c.ID})
	return c, nil
}

// Thread reads a thread on a claim that is there to be reviewed, up to a
// thousand comments.
func (s *Store) Thread(ctx context.Context, project, thread annotate.ID) ([]annotate.ListedComment, error) {
	rows, _ := s.pool.Query(ctx, `
		SELECT `+commentColumns+`, u.name AS by, coalesce(r.name, '') AS resolver
		FROM comments c
		JOIN users u ON u.id = c.author_id
		LEFT JOIN users r ON r.id = c.resolved_by
		WHERE c.project_id = $1 AND (c.id = $2 OR c.reply_to = $2)
		ORDER BY c.id
		LIMIT 1000`, project, thread)
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[annotate.ListedComment])
	if err != nil {
		return nil, fmt.Errorf("read thread %s: %w", thread, translate(err))
	}
	return found, nil
}

// NewSettlement is what a norming is to be settled on.
type NewSettlement struct {
	Chair
	Answer []string
	Reason string
	// Apply carries the answer over to the claim: as a decision of who settles,
	// by the rules of [Store.Decide], or as the claim's answer, through the one
	// door.
	Apply bool
}

// SettleNorming notes what a norming came to. If that cannot be applied to the
// claim, it is not settled either. It returns [annotate.ErrForbidden] for
// whoever is neither its starter nor a manager; an [annotate.Invalid] before it
// is revealed, once it is settled, or for what is no answer; and, where it is
// to be applied, [annotate.ClaimChanged] if the claim is no longer what was
// voted on, and what [Store.Decide] or [Store.Append] returns.
func (s *Store) SettleNorming(ctx context.Context, a Asker, n NewSettlement) error {
	project := a.Project.ID
	n.Reason, n.At = strings.TrimSpace(n.Reason), n.At.UTC().Truncate(time.Microsecond)
	if err := annotate.CheckRemark("reason", n.Reason); err != nil {
		return err
	}
	codebook, err := s.currentCodebook(ctx, project)
	if err != nil {
		return err
	}
	// What is begun is ended, though whoever asked has gone.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longQueryTime)
	defer cancel()
	// A change set is written on connections of its own, so it comes first; its
	// id is the norming's, so that it is written once however often this is tried.
	if n.Apply {
		if err := s.applyChange(ctx, a, n, codebook); err != nil {
			return fmt.Errorf("apply norming %s: %w", n.Norming, err)
		}
	}
	var decided *Note
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		found, err := lockedNorming(ctx, tx, a, n.Norming)
		if err != nil {
			return err
		}
		if err := n.check(found, codebook); err != nil {
			return err
		}
		var applied *annotate.Applied
		if n.Apply {
			how := annotate.AppliedChange
			if found.Attribute == "" {
				how = annotate.AppliedReview
				review := annotate.Review{
					Claim: found.Claim, Version: found.Version, Decision: annotate.Decision(n.Answer[0]), Reason: n.Reason, Reviewer: n.By, CreatedAt: n.At,
				}
				_, article, err := decide(ctx, tx, project, review, annotate.Review.Decide)
				if err != nil {
					return err
				}
				decided = &Note{Project: project, Article: article, Claim: found.Claim}
			}
			applied = &how
		}
		_, err = tx.Exec(ctx, `UPDATE normings SET answer = $3, reason = $4, settled_by = $5, settled_at = $6, applied = $7 WHERE project_id = $1 AND id = $2`,
			project, n.Norming, n.Answer, n.Reason, n.By, n.At, applied)
		if err != nil {
			return err
		}
		rows, _ := tx.Query(ctx, `SELECT voter_id FROM norming_votes WHERE project_id = $1 AND norming_id = $2 ORDER BY voter_id`, project, n.Norming)
		voters, err := pgx.CollectRows(rows, pgx.RowTo[annotate.ID])
		if err != nil {
			return err
		}
		var told concerned
		told.add(annotate.WasSettled, voters...)
		return notify(ctx, tx, project, annotate.Notification{Claim: found.Claim, Norming: found.ID, Actor: n.By, CreatedAt: n.At}, told)
	})
	if err != nil {
		return fmt.Errorf("settle norming %s: %w", n.Norming, err)
	}
	if decided != nil {
		s.Announce(*decided)
	}
	return nil
}

// check holds n to be possible for a norming that is as found.
func (n NewSettlement) check(found annotate.ListedNorming, codebook *annotate.Codebook) error {
	if err := n.mayTurn(found); err != nil {
		return err
	}
	switch {
	case !found.Revealed():
		return errNotRevealed
	case found.Settled != nil:
		return annotate.Invalid{"votes": "This vote has been settled."}
	}
	return found.CheckAnswer(codebook, n.Answer)
}

// applyChange gives the claim the answer of n, if the vote was on a question of
// the codebook.
func (s *Store) applyChange(ctx context.Context, a Asker, n NewSettlement, codebook *annotate.Codebook) error {
	project := a.Project.ID
	found, err := s.Norming(ctx, a, n.Norming)
	if err != nil || found.Attribute == "" {
		return err
	}
	if err := n.check(found, codebook); err != nil {
		return err
	}
	value, err := codebook.Answer(annotate.Claim, found.Attribute, n.Answer)
	if err != nil {
		return err
	}
	var article annotate.ID
	var hand annotate.Hand
	var written bool
	err = s.pool.QueryRow(ctx, `
		SELECT s.article_id, s.hand, EXISTS (SELECT FROM change_sets c WHERE c.project_id = $1 AND c.client_id = $3)
		FROM annotations a
		JOIN annotation_sets s ON s.project_id = a.project_id AND s.id = a.set_id
		WHERE a.project_id = $1 AND a.id = $2`, project, found.Claim, n.Norming).Scan(&article, &hand, &written)
	if err != nil {
		return translate(err)
	}
	if !written {
		err = s.appendAnswer(ctx, a, n, found, setKey{project, article, hand}, value)
	}
	if err != nil {
		return err
	}
	return s.gaveAnswer(ctx, project, n.Norming, found, value)
}

// appendAnswer gives the claim value for an answer, unless it has changed since
// the vote.
func (s *Store) appendAnswer(ctx context.Context, a Asker, n NewSettlement, found annotate.ListedNorming, key setKey, value any) error {
	claim, err := s.Claim(ctx, a, found.Claim)
	if err != nil {
		return err
	}
	if claim.Claim.Version != found.Version {
		return annotate.ClaimChanged{Current: claim.Claim}
	}
	changed := claim.Claim
	changed.Attributes = annotate.Attributes{}
	for name, was := range claim.Claim.Attributes {
		changed.Attributes[name] = was
	}
	changed.Attributes[found.Attribute] = value
	_, err = s.Append(ctx, key.project, key.article, key.hand, annotate.ChangeSet{
		ID: n.Norming, Author: n.By, At: n.At, Operations: []annotate.Operation{{Op: annotate.Put, Annotation: &changed}},
	})
	return err
}

// gaveAnswer holds the change set of a norming to give its claim that answer:
// another settlement may have written it, or anybody under the same id.
func (s *Store) gaveAnswer(ctx context.Context, project, changeSet annotate.ID, found annotate.ListedNorming, value any) error {
	want, err := json.Marshal(value)
	if err != nil {
		return err
	}
	var gave bool
	err = s.pool.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT FROM change_sets c CROSS JOIN LATERAL json_array_elements(c.operations) AS o
			WHERE c.project_id = $1 AND c.client_id = $2 AND o #>> '{annotation,id}' = $3
			      AND (o #> ARRAY['annotation', 'attributes', $4])::jsonb = $5::jsonb)`,
		project, changeSet, string(found.Claim), found.Attribute, string(want)).Scan(&gave)
	if err == nil && !gave {
		return annotate.Invalid{"votes": "This vote has been settled."}
	}
	return translate(err)
}
