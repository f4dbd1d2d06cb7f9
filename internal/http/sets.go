package server

import (
	"context"

	"onrecord.dev/internal/annotate"
)

// annotationSetJSON is an annotation set in the API, without its annotations.
type annotationSetJSON struct {
	Set         annotate.Hand            `json:"set" doc:"Whose it is: shared, adjudicated, or the id of an analyst. Give it as set to read it."`
	Name        string                   `json:"name" doc:"The analyst's; empty for a set that is not one analyst's."`
	State       annotate.AssignmentState `json:"state,omitempty" doc:"How far the analyst has come: not_started, in_progress, returned or done. Absent where nothing is assigned."`
	Seq         int64                    `json:"seq" doc:"The number of the newest change set, 0 before the first."`
	Annotations int                      `json:"annotations" doc:"How many there are."`
}

type setsOutput struct {
	Body struct {
		Items []annotationSetJSON `json:"items" nullable:"false" doc:"Those you may see: the analysts' by name, then the adjudicated one."`
	}
}

// apiSets lists the annotation sets of an article.
func (s *Server) apiSets(ctx context.Context, in *ArticlePath) (*setsOutput, error) {
	article, err := annotate.ParseID(in.Article)
	if err != nil {
		return nil, err
	}
	if _, err := s.store.Stamp(ctx, asker(ctx), article, ""); err != nil { // no sets are not a missing article
		return nil, err
	}
	sets, err := s.store.Sets(ctx, asker(ctx), article)
	if err != nil {
		return nil, err
	}
	out := &setsOutput{}
	out.Body.Items = make([]annotationSetJSON, len(sets))
	for i, set := range sets {
		out.Body.Items[i] = annotationSetJSON{set.Hand, set.Name, set.State, set.Seq, set.Annotations}
	}
	return out, nil
}
