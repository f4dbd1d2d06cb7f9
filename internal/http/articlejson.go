package server

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"

	lru "github.com/hashicorp/golang-lru/v2"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// encodedArticle is the JSON of an article at a stamp.
type encodedArticle struct {
	stamp   store.Stamp
	etag    string
	plain   []byte
	gzipped []byte
}

type encodedKey struct {
	project annotate.ID
	article annotate.ID
	utf16   bool
}

// keptArticles is how many encoded articles are kept. A very large one, of
// 5,000 annotations, takes 3 MB.
const keptArticles = 32

func newEncoded() *lru.Cache[encodedKey, *encodedArticle] {
	c, err := lru.New[encodedKey, *encodedArticle](keptArticles)
	if err != nil { // only for a size below 1
		panic(err)
	}
	return c
}

// articleJSON is the JSON of an article with its annotations, encoded anew
// only if its stamp has changed.
func (s *Server) articleJSON(ctx context.Context, project, article annotate.ID, q OffsetsQuery) (*encodedArticle, error) {
	key := encodedKey{project, article, q.utf16()}
	if kept, ok := s.encoded.Get(key); ok {
		stamp, err := s.store.Stamp(ctx, project, article, store.Shared)
		if err != nil {
			return nil, err
		}
		if stamp == kept.stamp {
			return kept, nil
		}
	}
	doc, stamp, err := s.store.AnnotatedArticle(ctx, project, article, store.Shared)
	if err != nil {
		return nil, err
	}
	names, err := s.store.NamesIn(ctx, project, doc)
	if err != nil {
		return nil, err
	}
	var u units
	if q.utf16() {
		u.text = annotate.NewText(doc.Revision.Text)
	}
	encoded, err := encodeArticle(newArticleBody(doc, names, u), stamp)
	if err != nil {
		return nil, fmt.Errorf("encode article %s: %w", article, err)
	}
	s.encoded.Add(key, encoded)
	return encoded, nil
}

func encodeArticle(body articleBody, stamp store.Stamp) (*encodedArticle, error) {
	plain, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	// The fastest: the first reader waits for it.
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(w, bytes.NewReader(plain)); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	etag := fmt.Sprintf(`"%d-%d-%d-%d-%d"`, stamp.Seq, stamp.Remarks, stamp.EntityChanges, stamp.Codebook, stamp.Updated.UnixMicro())
	return &encodedArticle{stamp: stamp, etag: etag, plain: plain, gzipped: b.Bytes()}, nil
}
