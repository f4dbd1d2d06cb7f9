package store

import (
	"context"
	"encoding/json"
	"fmt"

	lru "github.com/hashicorp/golang-lru/v2"

	"onrecord.dev/internal/annotate"
)

// Revisions and codebook versions never change, so what was read once stays
// true: at worst keptTexts of annotate.MaxText bytes are in memory, in
// practice a few MB.
const (
	keptTexts     = 128
	keptCodebooks = 256
)

// keep makes a cache of the most lately used n values.
func keep[K comparable, V any](n int) *lru.Cache[K, V] {
	c, err := lru.New[K, V](n)
	if err != nil { // only for n < 1
		panic(err)
	}
	return c
}

type rowKey struct {
	project annotate.ID
	id      annotate.ID
}

type codebookKey struct {
	project annotate.ID
	version int
}

// text is the text of a revision.
func (s *Store) text(ctx context.Context, q querier, project, revision annotate.ID) (*annotate.Text, error) {
	key := rowKey{project, revision}
	if t, ok := s.texts.Get(key); ok {
		return t, nil
	}
	var text string
	err := q.QueryRow(ctx, `SELECT text FROM revisions WHERE project_id = $1 AND id = $2`, project, revision).Scan(&text)
	if err != nil {
		return nil, fmt.Errorf("read revision %s: %w", revision, translate(err))
	}
	t := annotate.NewText(text)
	s.texts.Add(key, t)
	return t, nil
}

// Text is the text of a revision, indexed.
func (s *Store) Text(ctx context.Context, project, revision annotate.ID) (*annotate.Text, error) {
	return s.text(ctx, s.pool, project, revision)
}

// codebook is a version of a project's codebook.
func (s *Store) codebook(ctx context.Context, q querier, project annotate.ID, version int) (*annotate.Codebook, error) {
	key := codebookKey{project, version}
	if c, ok := s.codebooks.Get(key); ok {
		return c, nil
	}
	var content []byte
	err := q.QueryRow(ctx, `SELECT content FROM codebooks WHERE project_id = $1 AND version = $2`, project, version).Scan(&content)
	if err != nil {
		return nil, fmt.Errorf("read codebook version %d: %w", version, translate(err))
	}
	c := &annotate.Codebook{}
	if err := json.Unmarshal(content, c); err != nil {
		return nil, fmt.Errorf("read codebook version %d: %w", version, err)
	}
	s.codebooks.Add(key, c)
	return c, nil
}

// Codebook is a version of a project's codebook. It must not be changed: it
// is shared.
func (s *Store) Codebook(ctx context.Context, project annotate.ID, version int) (*annotate.Codebook, error) {
	return s.codebook(ctx, s.pool, project, version)
}
