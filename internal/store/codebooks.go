package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
)

// ErrStale says that what was to be replaced is no longer what its author
// looked at.
var ErrStale = errors.New("changed by somebody else since")

// CodebookChange is a codebook to take the place of another.
type CodebookChange struct {
	Project annotate.ID
	// Base is the version its author looked at.
	Base     int
	Codebook *annotate.Codebook
	By       annotate.ID
	At       time.Time
}

// ChangeCodebook makes c.Codebook the one in force and returns its version.
// It returns an [annotate.Invalid] for what is wrong with it, which includes
// that something is coded that it does not know, and [ErrStale] if c.Base is
// no longer in force.
func (s *Store) ChangeCodebook(ctx context.Context, c CodebookChange) (version int, err error) {
	if err := c.Codebook.Validate(); err != nil {
		return 0, err
	}
	content, err := json.Marshal(c.Codebook)
	if err != nil {
		return 0, fmt.Errorf("write a codebook: %w", err)
	}
	version = c.Base + 1
	err = s.inTx(ctx, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE projects SET codebook = $3 WHERE id = $1 AND codebook = $2`, c.Project, c.Base, version)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return ErrStale
		}
		if err := refuseOrphans(ctx, tx, c.Project, c.Base, c.Codebook); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO codebooks (project_id, version, content, created_by, created_at)
			VALUES (@project, @version, @content, @by, @at)`,
			pgx.NamedArgs{"project": c.Project, "version": version, "content": content, "by": c.By, "at": c.At})
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("change the codebook of project %s: %w", c.Project, err)
	}
	return version, nil
}

// CodebookVersion is a version of a project's codebook.
type CodebookVersion struct {
	Version int
	// By made it, under the name Author.
	By       annotate.ID
	Author   string
	At       time.Time
	Codebook *annotate.Codebook
}

const selectCodebookVersion = `
	SELECT c.version, coalesce(c.created_by::text, '') AS by, coalesce(u.name, '') AS author, c.created_at AS at, c.content AS codebook
	FROM codebooks c
	LEFT JOIN users u ON u.id = c.created_by`

// CodebookVersions reads at most limit versions of a project's codebook, the
// latest first, from the one before the version before on; 0 is from the
// latest. Numbers may be missing: an imported codebook comes with its own.
func (s *Store) CodebookVersions(ctx context.Context, project annotate.ID, before, limit int) ([]CodebookVersion, error) {
	rows, _ := s.pool.Query(ctx, selectCodebookVersion+`
		WHERE c.project_id = $1 AND ($2 = 0 OR c.version < $2)
		ORDER BY c.version DESC
		LIMIT $3`, project, min(before, math.MaxInt32), limit)
	versions, err := pgx.CollectRows(rows, pgx.RowToStructByName[CodebookVersion])
	if err != nil {
		return nil, fmt.Errorf("list the codebooks of project %s: %w", project, translate(err))
	}
	return versions, nil
}

// CodebookVersion reads a version of a project's codebook with who made it.
func (s *Store) CodebookVersion(ctx context.Context, project annotate.ID, version int) (CodebookVersion, error) {
	if version < 1 || version > math.MaxInt32 {
		return CodebookVersion{}, annotate.ErrNotFound
	}
	rows, _ := s.pool.Query(ctx, selectCodebookVersion+` WHERE c.project_id = $1 AND c.version = $2`, project, version)
	v, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[CodebookVersion])
	if err != nil {
		return CodebookVersion{}, fmt.Errorf("read codebook version %d: %w", version, translate(err))
	}
	return v, nil
}
