package server

import (
	"context"
	"strconv"
	"strings"
	"time"

	"onrecord.dev/internal/adjudicate"
	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/page"
)

type adjudicationInput struct{ ArticlePath }

type adjudicationOutput struct{ Body adjudicationBody }

// adjudicationBody is an article with all that is to be settled in it.
type adjudicationBody struct {
	Analysts []annotate.ID `json:"analysts" nullable:"false" doc:"Who has finished the article. The annotations of each are at ?set= with their id."`
	Points   []pointRecord `json:"points" nullable:"false" doc:"What they made of the same words, as it stands in the text."`
	Beside   []annotate.ID `json:"beside" nullable:"false" doc:"What stands in the adjudicated set and comes from no point."`
}

type pointRecord struct {
	Annotations []annotate.ID       `json:"annotations" nullable:"false" doc:"What each of the analysts has there, in their order; empty for nothing."`
	Standing    adjudicate.Standing `json:"standing" enum:"agreed,differing,partial" doc:"All have the same; all have it, not all alike; or somebody has nothing there."`
	Differences []differenceRecord  `json:"differences" nullable:"false"`
	Settled     bool                `json:"settled" doc:"The newest ruling is on just what is there now, and its result stands."`
	Seen        string              `json:"seen" doc:"Send it with a ruling: it tells whether this is still how it was."`
	Ruling      *rulingRecord       `json:"ruling,omitempty" doc:"The newest on any of it; absent if there is none."`
}

type differenceRecord struct {
	Field    adjudicate.Field `json:"field" doc:"words, entity, an attribute as 'attribute NAME', or what links in a role lead to as 'role ROLE'."`
	Variants [][]annotate.ID  `json:"variants" nullable:"false" doc:"The analysts that have each way."`
}

type rulingRecord struct {
	ID     annotate.ID        `json:"id"`
	Way    annotate.RulingWay `json:"way" enum:"take,merge,write,keep,drop"`
	Result annotate.ID        `json:"result,omitempty" doc:"The annotation of the adjudicated set that stands; absent where nothing does."`
	Cause  string             `json:"cause" doc:"Why they disagreed; empty if nobody said."`
	Note   string             `json:"note"`
	By     annotate.ID        `json:"by"`
	At     time.Time          `json:"at"`
}

func recordOfRuling(r annotate.Ruling) *rulingRecord {
	return &rulingRecord{r.ID, r.Way, r.Result, r.Cause, r.Note, r.By, r.At.UTC()}
}

// apiAdjudication shows what is to be settled of an article.
func (s *Server) apiAdjudication(ctx context.Context, in *adjudicationInput) (*adjudicationOutput, error) {
	article, err := annotate.ParseID(in.Article)
	if err != nil {
		return nil, err
	}
	a, err := s.store.Adjudication(ctx, asker(ctx), article)
	if err != nil {
		return nil, err
	}
	return &adjudicationOutput{newAdjudicationBody(a)}, nil
}

func newAdjudicationBody(a store.Adjudication) adjudicationBody {
	c := caseOf(a)
	body := adjudicationBody{Points: make([]pointRecord, len(c.Points)), Beside: []annotate.ID{}}
	for _, w := range a.Works {
		body.Analysts = append(body.Analysts, w.Analyst)
	}
	for i, p := range c.Points {
		body.Points[i] = newPointRecord(p, body.Analysts)
	}
	for _, beside := range c.Beside {
		body.Beside = append(body.Beside, beside.ID)
	}
	return body
}

func newPointRecord(p adjudicate.Point, analysts []annotate.ID) pointRecord {
	r := pointRecord{Standing: p.Standing, Differences: []differenceRecord{}, Settled: p.Settled, Seen: p.Stamp()}
	for _, part := range p.Parts {
		id := annotate.ID("")
		if part != nil {
			id = part.ID
		}
		r.Annotations = append(r.Annotations, id)
	}
	for _, d := range p.Differences {
		difference := differenceRecord{Field: d.Field}
		for _, variant := range d.Variants {
			ids := make([]annotate.ID, len(variant))
			for i, at := range variant {
				ids[i] = analysts[at]
			}
			difference.Variants = append(difference.Variants, ids)
		}
		r.Differences = append(r.Differences, difference)
	}
	if p.Ruling != nil {
		r.Ruling = recordOfRuling(*p.Ruling)
	}
	return r
}

type rulingInput struct {
	ArticlePath
	Body struct {
		On      annotate.ID                 `json:"on" format:"uuid" doc:"Any annotation of the point."`
		Seen    string                      `json:"seen" doc:"As the point had it."`
		Way     annotate.RulingWay          `json:"way" enum:"take,merge,write,keep,drop" doc:"What stands: an analyst's, of what several have, what is written in the adjudicated set from here on, what stood before, or nothing."`
		Analyst annotate.ID                 `json:"analyst,omitempty" format:"uuid" doc:"Whose to take."`
		Choose  map[adjudicate.Field]string `json:"choose,omitempty" doc:"For a merge, by field: the analyst whose way it is to be, or all for all together. The first way where a field is left out."`
		Cause   string                      `json:"cause,omitempty" doc:"Why they disagreed: one of the project's causes."`
		Note    string                      `json:"note,omitempty"`
	}
}

type rulingOutput struct{ Body rulingRecord }

// apiRule settles a point.
func (s *Server) apiRule(ctx context.Context, in *rulingInput) (*rulingOutput, error) {
	article, err := annotate.ParseID(in.Article)
	if err != nil {
		return nil, err
	}
	a, err := s.store.Adjudication(ctx, asker(ctx), article)
	if err != nil {
		return nil, err
	}
	form, err := in.form(a)
	if err != nil {
		return nil, err
	}
	done, err := s.settleNow(ctx, article, form)
	if err != nil {
		return nil, err
	}
	ruling := done.Rulings[0]
	ruling.By, ruling.At = asker(ctx).User.ID, done.At
	return &rulingOutput{*recordOfRuling(ruling)}, nil
}

// form is what in asks for, as a page would send it: there analysts go by their
// places.
func (in *rulingInput) form(a store.Adjudication) (settlementForm, error) {
	form := settlementForm{
		do: string(in.Body.Way), seen: in.Body.Seen, cause: in.Body.Cause, note: strings.TrimSpace(in.Body.Note), chosen: map[adjudicate.Field]string{},
	}
	point, ok := caseOf(a).PointOf(in.Body.On)
	if !ok {
		return form, annotate.Invalid{"on": "No analyst who has finished this article has such an annotation at a point of its own."}
	}
	form.on = string(point.First().ID)
	placeOf := map[annotate.ID]int{}
	for i, w := range a.Works {
		placeOf[w.Analyst] = i
	}
	if in.Body.Way == annotate.RuleTake {
		at, known := placeOf[in.Body.Analyst]
		if !known {
			return form, annotate.Invalid{"analyst": "Give one of the analysts who have finished this article."}
		}
		form.do += " " + strconv.Itoa(at)
	}
	for field, whose := range in.Body.Choose {
		if whose == page.UnionChoice {
			form.chosen[field] = whose
			continue
		}
		variant, ok := point.VariantOf(field, placeOf, annotate.ID(whose))
		if !ok {
			return form, annotate.Invalid{"choose": "Give for each field an analyst who has something there, or all."}
		}
		form.chosen[field] = strconv.Itoa(variant)
	}
	return form, nil
}
