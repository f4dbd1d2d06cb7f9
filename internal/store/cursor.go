package store

import (
	"encoding/base64"
	"encoding/json"

	"onrecord.dev/internal/annotate"
)

// Limits of a page of a list.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

// Page is a stretch of a list. Next asks for the one after it; it is empty at
// the end, and clients make nothing of what is in it.
type Page[T any] struct {
	Items []T
	Next  string
}

// pageOf makes a page of items, which were asked for one more than limit so
// that it is known whether the list goes on; key is what comes after an item
// in the list's order.
func pageOf[T any](items []T, limit int, key func(T) []string) Page[T] {
	if len(items) <= limit {
		return Page[T]{Items: items}
	}
	items = items[:limit]
	return Page[T]{Items: items, Next: cursorOf(key(items[limit-1])...)}
}

func cursorOf(key ...string) string {
	b, err := json.Marshal(key)
	if err != nil { // strings always encode
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// readCursor reads a cursor whose key has n parts. It refuses what [cursorOf]
// did not make with an [annotate.Invalid] under cursor.
func readCursor(cursor string, n int) ([]string, error) {
	var key []string
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || json.Unmarshal(b, &key) != nil || len(key) != n {
		return nil, errCursor
	}
	return key, nil
}

var errCursor = annotate.Invalid{"cursor": "Use the next of an earlier answer as it came."}

// limited is limit, kept between 1 and [MaxLimit]; 0 is [DefaultLimit].
func limited(limit int) int {
	if limit == 0 {
		return DefaultLimit
	}
	return max(1, min(limit, MaxLimit))
}
