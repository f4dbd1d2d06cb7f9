package store

import (
	"context"
	"time"
)

// OpenWithin is [Open] with other deadlines.
func OpenWithin(ctx context.Context, url string, query, acquire time.Duration) (*Store, error) {
	return open(ctx, url, deadlines{query: query, acquire: acquire})
}
