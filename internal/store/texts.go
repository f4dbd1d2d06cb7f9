package store

import (
	"container/list"
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"onrecord.dev/internal/annotate"
)

// kept holds values that never change once made, the most recently used ones
// up to a number. Its zero value is not usable; see newKept.
type kept[K comparable, V any] struct {
	mu    sync.Mutex
	most  int
	byKey map[K]*list.Element
	used  *list.List // of keptItem, the latest first
}

type keptItem[K comparable, V any] struct {
	key   K
	value V
}

func newKept[K comparable, V any](most int) *kept[K, V] {
	return &kept[K, V]{most: most, byKey: map[K]*list.Element{}, used: list.New()}
}

func (k *kept[K, V]) get(key K) (value V, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	e, ok := k.byKey[key]
	if !ok {
		return value, false
	}
	k.used.MoveToFront(e)
	return e.Value.(keptItem[K, V]).value, true //nolint:errcheck,forcetypeassert // the list holds nothing else
}

func (k *kept[K, V]) put(key K, value V) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if e, ok := k.byKey[key]; ok {
		k.used.Remove(e)
	}
	k.byKey[key] = k.used.PushFront(keptItem[K, V]{key, value})
	for k.used.Len() > k.most {
		last := k.used.Back()
		delete(k.byKey, last.Value.(keptItem[K, V]).key) //nolint:errcheck,forcetypeassert // the list holds nothing else
		k.used.Remove(last)
	}
}

// Revisions and codebook versions never change, so what was read once stays
// true: at worst keptTexts of annotate.MaxText bytes are in memory, in
// practice a few MB.
const (
	keptTexts     = 128
	keptCodebooks = 256
)

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
	if t, ok := s.texts.get(key); ok {
		return t, nil
	}
	var text string
	err := q.QueryRow(ctx, `SELECT text FROM revisions WHERE project_id = $1 AND id = $2`, project, revision).Scan(&text)
	if err != nil {
		return nil, fmt.Errorf("read revision %s: %w", revision, translate(err))
	}
	t := annotate.NewText(text)
	s.texts.put(key, t)
	return t, nil
}

// Text is the text of a revision, indexed.
func (s *Store) Text(ctx context.Context, project, revision annotate.ID) (*annotate.Text, error) {
	return s.text(ctx, s.pool, project, revision)
}

// codebook is a version of a project's codebook.
func (s *Store) codebook(ctx context.Context, q querier, project annotate.ID, version int) (*annotate.Codebook, error) {
	key := codebookKey{project, version}
	if c, ok := s.codebooks.get(key); ok {
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
	s.codebooks.put(key, c)
	return c, nil
}

// Codebook is a version of a project's codebook. It must not be changed: it
// is shared.
func (s *Store) Codebook(ctx context.Context, project annotate.ID, version int) (*annotate.Codebook, error) {
	return s.codebook(ctx, s.pool, project, version)
}
