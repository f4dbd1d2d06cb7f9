package server

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// encodedArticle is the JSON of an article at a stamp. It does not change.
type encodedArticle struct {
	stamp store.Stamp
	etag  string
	plain []byte
	// gzipped is made when first asked for.
	gzipped func() []byte

	// What plain was joined from, so that a change costs what it changes.
	head, tail  []byte // what stands before seq, and after the links
	annotations []encodedRecord
	links       []encodedRecord
	// named has the entities and people whose names are in tail.
	named map[annotate.ID]bool
}

// encodedRecord is an annotation or a link in JSON. Of place only what
// [annotate.Annotation.Before] looks at is set.
type encodedRecord struct {
	place   annotate.Annotation
	version int
	json    []byte
}

type encodedKey struct {
	project annotate.ID
	article annotate.ID
	hand    annotate.Hand
	counted string // as [OffsetsQuery] has it
}

// keptArticles is how many encoded articles are kept. A very large one, of
// 5,000 annotations, takes 4 MB.
const keptArticles = 32

func newEncoded() *lru.Cache[encodedKey, *encodedArticle] {
	c, err := lru.New[encodedKey, *encodedArticle](keptArticles)
	if err != nil { // only for a size below 1
		panic(err)
	}
	return c
}

// articleJSON is the JSON of an article with its annotations. It is kept: as
// long as the stamp is the same it is the answer, and when only annotations
// have changed since, the log says what to put in place of what.
func (s *Server) articleJSON(ctx context.Context, article annotate.ID, hand annotate.Hand, q OffsetsQuery) (*encodedArticle, error) {
	hand, err := s.store.HandFor(ctx, asker(ctx), article, hand)
	if err != nil {
		return nil, err
	}
	key := encodedKey{asker(ctx).Project.ID, article, hand, q.counted()}
	kept, ok := s.encoded.Get(key)
	if ok {
		stamp, err := s.store.Stamp(ctx, asker(ctx), article, hand)
		if err != nil {
			return nil, err
		}
		if stamp == kept.stamp {
			return kept, nil
		}
		if next := s.goneOn(ctx, key, kept, stamp); next != nil {
			s.encoded.Add(key, next)
			return next, nil
		}
	}
	encoded, err := s.encodeArticle(ctx, key)
	if err != nil {
		return nil, fmt.Errorf("encode article %s: %w", article, err)
	}
	s.encoded.Add(key, encoded)
	return encoded, nil
}

func (s *Server) encodeArticle(ctx context.Context, key encodedKey) (*encodedArticle, error) {
	doc, stamp, err := s.store.AnnotatedArticle(ctx, asker(ctx), key.article, key.hand)
	if err != nil {
		return nil, err
	}
	names, err := s.store.NamesIn(ctx, key.project, doc)
	if err != nil {
		return nil, err
	}
	var u units
	if key.counted != "" {
		u = units{annotate.NewText(doc.Revision.Text), key.counted}
	}
	return newEncodedArticle(newArticleBody(doc, key.hand, names, u), stamp)
}

func newEncodedArticle(body articleBody, stamp store.Stamp) (e *encodedArticle, err error) {
	e = &encodedArticle{stamp: stamp, named: map[annotate.ID]bool{}}
	e.annotations = make([]encodedRecord, len(body.Annotations))
	for i, a := range body.Annotations {
		if e.annotations[i], err = encodeAnnotation(a); err != nil {
			return nil, err
		}
	}
	e.links = make([]encodedRecord, len(body.Links))
	for i, l := range body.Links {
		if e.links[i], err = encodeLink(l); err != nil {
			return nil, err
		}
	}
	for _, entity := range body.Entities {
		e.named[entity.ID] = true
	}
	for _, person := range body.People {
		e.named[person.ID] = true
	}
	body.Seq, body.Annotations, body.Links = 0, []annotate.AnnotationRecord{}, []annotate.LinkRecord{}
	whole, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	// Quotes within strings are escaped, so this stands in one place only.
	const gap = `"seq":0,"annotations":[],"links":[]`
	at := bytes.Index(whole, []byte(gap))
	if at < 0 {
		return nil, fmt.Errorf("no place for annotations in %.100q", whole)
	}
	e.head, e.tail = whole[:at], whole[at+len(gap):]
	e.join()
	return e, nil
}

func encodeAnnotation(r annotate.AnnotationRecord) (encodedRecord, error) {
	b, err := json.Marshal(r)
	a := r.Annotation()
	return encodedRecord{annotate.Annotation{ID: a.ID, Fragments: a.Fragments}, a.Version, b}, err
}

func encodeLink(r annotate.LinkRecord) (encodedRecord, error) {
	b, err := json.Marshal(r)
	return encodedRecord{annotate.Annotation{ID: r.ID}, r.Version, b}, err
}

// join makes plain of its parts.
func (e *encodedArticle) join() {
	size := len(e.head) + len(e.tail) + 64
	for _, list := range [][]encodedRecord{e.annotations, e.links} {
		for _, r := range list {
			size += len(r.json) + 1
		}
	}
	b := make([]byte, 0, size)
	b = append(b, e.head...)
	b = fmt.Appendf(b, `"seq":%d,"annotations":[`, e.stamp.Seq)
	b = appendList(b, e.annotations)
	b = append(b, `],"links":[`...)
	b = appendList(b, e.links)
	b = append(b, ']')
	b = append(b, e.tail...)
	e.plain = b
	// The set is part of it: the address need not name it, and another may sign
	// in in the same browser.
	e.etag = fmt.Sprintf(`"%s-%d-%d-%d-%d-%d"`, e.stamp.Set, e.stamp.Seq, e.stamp.Remarks, e.stamp.EntityChanges, e.stamp.Codebook, e.stamp.Updated.UnixMicro())
	e.gzipped = sync.OnceValue(func() []byte { return gzipped(e.plain) })
}

func appendList(b []byte, list []encodedRecord) []byte {
	for i, r := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, r.json...)
	}
	return b
}

// gzipped is the fastest gzip of b: the first reader waits for it.
func gzipped(b []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err != nil { // only for a level there is not
		panic(err)
	}
	_, _ = w.Write(b) // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

// mostChanges is how many change sets are caught up with one by one; beyond
// that reading the article anew is no slower.
const mostChanges = 200

// goneOn is kept after the changes up to stamp, or nil if more than the
// annotations has changed, or an annotation names somebody new.
func (s *Server) goneOn(ctx context.Context, key encodedKey, kept *encodedArticle, stamp store.Stamp) *encodedArticle {
	same := kept.stamp
	same.Seq = stamp.Seq
	if same != stamp || key.counted != "" {
		return nil
	}
	entries, err := s.store.Changes(ctx, asker(ctx), key.article, key.hand, kept.stamp.Seq, mostChanges)
	if err != nil || kept.stamp.Seq+int64(len(entries)) < stamp.Seq {
		return nil
	}
	next := *kept
	next.stamp = stamp
	next.annotations, next.links = slices.Clone(kept.annotations), slices.Clone(kept.links)
	for _, entry := range entries[:stamp.Seq-kept.stamp.Seq] {
		var operations []annotate.OperationRecord
		if json.Unmarshal(entry.Operations, &operations) != nil || !kept.named[entry.Author] || !next.apply(operations) {
			return nil
		}
	}
	next.join()
	return &next
}

// apply does operations of the log, and reports whether it could.
func (e *encodedArticle) apply(operations []annotate.OperationRecord) bool {
	for _, op := range operations {
		switch a, l := op.Annotation, op.Link; {
		case a != nil && op.Op == annotate.Delete:
			e.annotations = slices.DeleteFunc(e.annotations, func(r encodedRecord) bool { return r.place.ID == a.ID })
		case a != nil:
			if a.Entity != nil && !e.named[*a.Entity] {
				return false
			}
			r, err := encodeAnnotation(*a)
			if err != nil {
				return false
			}
			e.annotations = replaced(e.annotations, r)
		case op.Op == annotate.Delete:
			e.links = slices.DeleteFunc(e.links, func(r encodedRecord) bool { return r.place.ID == l.ID })
		default:
			r, err := encodeLink(*l)
			if err != nil {
				return false
			}
			e.links = replaced(e.links, r)
		}
	}
	return true
}

// replaced is list, which is in order, with r in it and no earlier version of
// r. What was put as it was stays: of a claim it knows the review.
func replaced(list []encodedRecord, r encodedRecord) []encodedRecord {
	if at := slices.IndexFunc(list, func(o encodedRecord) bool { return o.place.ID == r.place.ID }); at >= 0 {
		if list[at].version == r.version {
			return list
		}
		list = slices.Delete(list, at, at+1)
	}
	at, _ := slices.BinarySearchFunc(list, r, func(a, b encodedRecord) int {
		if order := a.place.Before(b.place); order != 0 {
			return order
		}
		return strings.Compare(string(a.place.ID), string(b.place.ID))
	})
	return slices.Insert(list, at, r)
}
