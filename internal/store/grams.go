package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/find"
)

// gramsAtOnce is how many texts are given their grams in one transaction.
const gramsAtOnce = 100

// fillGrams gives the texts that have none their grams: those that came before
// there were any, or by an earlier version that still ran. Several processes
// may do so at once.
func fillGrams(ctx context.Context, url string) (err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	for {
		n, err := fillSomeGrams(ctx, conn)
		if err != nil {
			return fmt.Errorf("index the texts: %w", err)
		}
		if n < gramsAtOnce {
			return nil
		}
	}
}

func fillSomeGrams(ctx context.Context, conn *pgx.Conn) (n int, err error) {
	rows, _ := conn.Query(ctx, `SELECT project_id, id, text FROM revisions WHERE grams IS NULL ORDER BY project_id, id LIMIT $1`, gramsAtOnce)
	var project, id annotate.ID
	var text string
	b := &pgx.Batch{}
	_, err = pgx.ForEachRow(rows, []any{&project, &id, &text}, func() error {
		b.Queue(`UPDATE revisions SET grams = $3 WHERE project_id = $1 AND id = $2`, project, id, find.Grams(text))
		return nil
	})
	if err != nil {
		return 0, err
	}
	return b.Len(), conn.SendBatch(ctx, b).Close()
}
