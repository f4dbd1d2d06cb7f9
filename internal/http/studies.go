package server

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"onrecord.dev/internal/agreement"
	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// studies are computations of agreement, by what they are about. They are kept:
// as long as the work is the same, so is the result.
type studies struct {
	mu   sync.Mutex
	kept *lru.Cache[studyKey, *study]
	// turn lets one at a time compute: it takes a processor for itself.
	turn chan struct{}
}

type studyKey struct {
	project, first, second, finishedBy annotate.ID
}

// study is one computation, under way or done.
type study struct {
	stamp store.WorkStamp
	read  atomic.Int64  // articles
	done  chan struct{} // closed when the rest is there
	// report, took and err are what came of it.
	report agreement.Report
	took   time.Duration
	err    error
}

const (
	keptStudies = 64
	// studyTime bounds a computation.
	studyTime = 10 * time.Minute
	// studySeed has the same work give the same numbers.
	studySeed = 2004
)

func newStudies() *studies {
	kept, err := lru.New[studyKey, *study](keptStudies)
	if err != nil { // only for a size below 1
		panic(err)
	}
	return &studies{kept: kept, turn: make(chan struct{}, 1)}
}

// study is the study of what f is about, done or under way. It waits up to
// patience for it to be done.
func (s *Server) study(ctx context.Context, f store.WorkFilter, patience time.Duration) (*study, error) {
	who := asker(ctx)
	stamp, err := s.store.WorkStamp(ctx, who, f)
	if err != nil {
		return nil, err
	}
	key := studyKey{project: who.Project.ID}
	if !who.Role.May(annotate.Reviewer) {
		key.finishedBy = who.User.ID
	}
	if len(f.Analysts) == 2 {
		key.first, key.second = f.Analysts[0], f.Analysts[1]
	}
	st := s.studies.begun(key, stamp, func(st *study) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), studyTime)
		go func() {
			defer cancel()
			s.compute(ctx, who, f, st)
		}()
	})
	waiting := time.NewTimer(patience)
	defer waiting.Stop()
	select {
	case <-st.done:
		if st.err != nil {
			s.studies.forget(key, st)
			return nil, st.err
		}
	case <-waiting.C:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return st, nil
}

// begun is the study at stamp that is kept, or a new one that is begun.
func (k *studies) begun(key studyKey, stamp store.WorkStamp, begin func(*study)) *study {
	k.mu.Lock()
	defer k.mu.Unlock()
	if st, ok := k.kept.Get(key); ok && st.stamp == stamp {
		return st
	}
	st := &study{stamp: stamp, done: make(chan struct{})}
	k.kept.Add(key, st)
	begin(st)
	return st
}

// forget lets go of a study that came to nothing.
func (k *studies) forget(key studyKey, st *study) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if kept, ok := k.kept.Peek(key); ok && kept == st {
		k.kept.Remove(key)
	}
}

// finished reports whether there is a report.
func (st *study) finished() bool {
	select {
	case <-st.done:
		return true
	default:
		return false
	}
}

// compute reads the work article by article and measures it.
func (s *Server) compute(ctx context.Context, who store.Asker, f store.WorkFilter, st *study) {
	defer close(st.done)
	s.studies.turn <- struct{}{}
	defer func() { <-s.studies.turn }()
	began := s.now()
	codebook, err := s.store.Codebook(ctx, who.Project.ID, st.stamp.Codebook)
	if err != nil {
		st.err = err
		return
	}
	measured := agreement.NewStudy(codebook, st.stamp.Articles, rand.New(rand.NewPCG(studySeed, studySeed))) //nolint:gosec // for drawing samples, and the same ones each time
	st.err = s.store.Compare(ctx, who, f, func(a annotate.WorkedArticle) bool {
		measured.Add(a.Revision.Text, a.Works)
		st.read.Add(1)
		select {
		case <-s.draining:
			return false
		default:
			return true
		}
	})
	if st.err == nil && int(st.read.Load()) < st.stamp.Articles {
		st.err = errUnderWay // broken off, or somebody took their work back
	}
	if st.err == nil {
		st.report = measured.Report()
	}
	st.took = s.now().Sub(began)
}
