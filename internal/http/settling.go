package server

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"onrecord.dev/internal/adjudicate"
	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/page"
)

// settlementForm is what is to be settled, as a page sends it.
type settlementForm struct {
	// do is a way of [annotate.RulingWay], with the place of an analyst after
	// take; or agreed, for all that agrees; or note, for the cause and note alone.
	do string
	// on is the first annotation of the point, and seen the point's stamp.
	on, seen    string
	cause, note string
	// chosen has for fields the place of a variant, or [page.UnionChoice].
	chosen map[adjudicate.Field]string
}

// settleTries is how often settling is tried again when others settle something
// else of the same article at the same moment.
const settleTries = 5

// settled is what was settled, of what was read before; or not, and then it is
// about the point at.
type settled struct {
	store.Settling
	read store.Adjudication
	was  adjudicate.Case
	at   int
}

// settleNow settles what form asks for.
func (s *Server) settleNow(ctx context.Context, article annotate.ID, form settlementForm) (done settled, err error) {
	for range settleTries {
		if done, err = s.settleOnce(ctx, article, form); !errors.Is(err, store.ErrStale) {
			break
		}
	}
	return done, err
}

func (s *Server) settleOnce(ctx context.Context, article annotate.ID, form settlementForm) (done settled, err error) {
	who := asker(ctx)
	if done.read, err = s.store.Adjudication(ctx, who, article); err != nil {
		return done, err
	}
	done.was = caseOf(done.read)
	causes, err := s.store.Causes(ctx, who.Project.ID)
	if err != nil {
		return done, err
	}
	if done.Settling, done.at, err = form.settling(done.was, done.read, causes); err != nil {
		return done, err
	}
	done.At = s.now()
	return done, s.store.Settle(ctx, who, done.Settling)
}

// settling is what form asks for of c, and the index of the point it is about,
// or -1 if it is about several.
func (form settlementForm) settling(c adjudicate.Case, a store.Adjudication, causes []string) (store.Settling, int, error) {
	n := store.Settling{Article: a.Article.ID, ID: store.NewID()}
	if len(a.Rulings) > 0 {
		n.Seen = a.Rulings[len(a.Rulings)-1].ID
	}
	if form.do == "agreed" {
		var settlements []adjudicate.Settlement
		for _, p := range c.Points {
			if p.Standing == adjudicate.Agreed && !p.Settled {
				settlements = append(settlements, rule(&n, annotate.Ruling{Way: annotate.RuleTake}, p, p.First()))
			}
		}
		n.Operations = c.Operations(settlements, a.Stands, store.NewID)
		return n, -1, nil
	}
	at := slices.IndexFunc(c.Points, func(p adjudicate.Point) bool { return string(p.First().ID) == form.on })
	if at < 0 {
		return n, at, annotate.ErrNotFound
	}
	p := c.Points[at]
	if p.Stamp() != form.seen {
		return n, at, errPointChanged
	}
	ruling := annotate.Ruling{Cause: form.cause, Note: form.note}
	if p.Ruling != nil && form.cause == p.Ruling.Cause {
		causes = append(slices.Clip(causes), form.cause) // it may have left the list since
	}
	if err := ruling.Validate(causes); err != nil {
		return n, at, err
	}
	if standing := form.keeps(p); standing != "" {
		ruling.Way = standing
		rule(&n, ruling, p, p.Result)
		return n, at, nil
	}
	way, stands, err := form.stands(p)
	if err != nil {
		return n, at, err
	}
	ruling.Way = way
	n.Operations = c.Operations([]adjudicate.Settlement{rule(&n, ruling, p, stands)}, a.Stands, store.NewID)
	return n, at, nil
}

// rule adds a ruling on p to n, and returns what is to stand for it.
func rule(n *store.Settling, r annotate.Ruling, p adjudicate.Point, stands *adjudicate.Part) adjudicate.Settlement {
	one := adjudicate.Settlement{Point: p, Stands: stands}
	switch {
	case stands == nil:
	case p.Result != nil:
		one.Result = p.Result.ID
	default:
		one.Result = store.NewID()
	}
	r.ID, r.On, r.Result = store.NewID(), p.On(), one.Result
	n.Rulings = append(n.Rulings, r)
	return one
}

// keeps is the way of a ruling that leaves what stands at p as it is, or empty.
func (form settlementForm) keeps(p adjudicate.Point) annotate.RulingWay {
	switch {
	case form.do == "note" && p.Settled:
		return p.Ruling.Way
	case form.do == "keep" && p.Result != nil:
		return annotate.RuleKeep
	case form.do == "write" && p.Result != nil:
		return annotate.RuleWrite
	}
	return ""
}

// stands is what form has stand at p, and by which way. What is written anew
// begins with what the first analyst has, and is changed in the workbench.
func (form settlementForm) stands(p adjudicate.Point) (annotate.RulingWay, *adjudicate.Part, error) {
	how, which, _ := strings.Cut(form.do, " ")
	switch how {
	case "take":
		analyst, err := strconv.Atoi(which)
		part, ok := p.Take(analyst)
		if err == nil && ok {
			return annotate.RuleTake, &part, nil
		}
	case "merge":
		merged := p.Merge(form.choices(p))
		return annotate.RuleMerge, &merged, nil
	case "write":
		return annotate.RuleWrite, p.First(), nil
	case "drop":
		return annotate.RuleDrop, nil, nil
	}
	return "", nil, annotate.Invalid{"do": "Choose what is to stand."}
}

// choices are what was chosen of each field that analysts differ in.
func (form settlementForm) choices(p adjudicate.Point) map[adjudicate.Field]int {
	choices := map[adjudicate.Field]int{}
	for _, d := range p.Differences {
		value := form.chosen[d.Field]
		if value == page.UnionChoice && p.Unites(d.Field) {
			choices[d.Field] = adjudicate.Union
			continue
		}
		if at, err := strconv.Atoi(value); err == nil {
			choices[d.Field] = max(at, 0)
		}
	}
	return choices
}
