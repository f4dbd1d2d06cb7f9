package server

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"onrecord.dev/internal/adjudicate"
	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/page"
)

// adjudicationsOnPage is how many articles a list of them has.
const adjudicationsOnPage = 25

// listAdjudications lists the articles that are to be adjudicated.
func (s *Server) listAdjudications(w http.ResponseWriter, r *http.Request) error {
	project := asker(r.Context()).Project
	after := lower(r.URL.Query().Get("after"))
	found, err := s.store.Adjudications(r.Context(), asker(r.Context()), store.WorkFilter{After: after}, adjudicationsOnPage)
	if err != nil {
		return err
	}
	v := page.AdjudicationsView{Independent: project.Mode == annotate.ModeIndependent, People: map[annotate.ID]string{}}
	for _, a := range found {
		v.Articles = append(v.Articles, page.AdjudicationRow{WorkedArticle: a.WorkedArticle, Case: caseOf(a)})
	}
	if after != "" {
		v.First = page.AdjudicationsURL(project.Slug, "")
	}
	if len(found) == adjudicationsOnPage {
		v.Next = page.AdjudicationsURL(project.Slug, found[len(found)-1].Article.ID)
	}
	finishers, err := s.store.Finishers(r.Context(), asker(r.Context()), store.WorkFilter{})
	if err != nil {
		return err
	}
	for _, u := range finishers {
		v.People[u.ID] = u.Name
	}
	counts, err := s.store.CauseCounts(r.Context(), project.ID)
	if err != nil {
		return err
	}
	for _, c := range counts {
		v.Causes = append(v.Causes, page.CauseCount(c))
	}
	f := s.frame(w, r, s.language(r).T("Adjudication"))
	f.Active = page.NavAgreement
	return s.render(w, r, http.StatusOK, page.Adjudications(f, v))
}

func caseOf(a store.Adjudication) adjudicate.Case {
	return adjudicate.New(a.Revision.Text, a.Works, a.Rulings, a.Stands)
}

// showAdjudication has what analysts made of an article side by side.
func (s *Server) showAdjudication(w http.ResponseWriter, r *http.Request) error {
	article, err := pathID(r, "article")
	if err != nil {
		return err
	}
	a, err := s.store.Adjudication(r.Context(), asker(r.Context()), article)
	if err != nil {
		return err
	}
	return s.adjudicationPage(w, r, http.StatusOK, a, 0, nil)
}

// adjudicationPage shows a, with complaints about the point of a number.
func (s *Server) adjudicationPage(w http.ResponseWriter, r *http.Request, status int, a store.Adjudication, at int, complaints annotate.Invalid) error {
	v, err := s.adjudicateView(r.Context(), a)
	if err != nil {
		return err
	}
	v.At, v.Complaints = at, complaints
	f := s.frame(w, r, s.language(r).T("Adjudicate “%s”", a.Article.Headline))
	f.Active, f.Full, f.Scripts = page.NavAgreement, true, []string{"page/adjudicate.js"}
	return s.render(w, r, status, page.Adjudicate(f, v))
}

func (s *Server) adjudicateView(ctx context.Context, a store.Adjudication) (page.AdjudicateView, error) {
	project := asker(ctx).Project
	v := page.AdjudicateView{WorkedArticle: a.WorkedArticle, Case: caseOf(a)}
	named := annotate.AnnotatedArticle{Annotations: slices.Collect(maps.Values(a.Stands.Annotations))}
	for _, w := range a.Works {
		named.Annotations = append(named.Annotations, w.Annotations...)
	}
	names, err := s.store.NamesIn(ctx, project.ID, named)
	if err != nil {
		return v, err
	}
	v.Entities, v.People = byID(names)
	people, err := s.store.PeopleOf(ctx, peopleIn(a))
	if err != nil {
		return v, err
	}
	for _, p := range people {
		v.People[p.ID] = p.Name
	}
	if v.Causes, err = s.store.Causes(ctx, project.ID); err != nil {
		return v, err
	}
	if v.Codebook, err = s.store.Codebook(ctx, project.ID, project.Codebook); err != nil {
		return v, err
	}
	if v.Case.Open() == 0 {
		v.Next, err = s.nextOpen(ctx, a.Article.ID)
	}
	return v, err
}

// peopleIn are the analysts, and who settled something.
func peopleIn(a store.Adjudication) []annotate.ID {
	var people []annotate.ID
	for _, w := range a.Works {
		people = append(people, w.Analyst)
	}
	for _, r := range a.Rulings {
		people = append(people, r.By)
	}
	return people
}

// nextOpen is the next article, of the page of them after this one, in which
// something is open.
func (s *Server) nextOpen(ctx context.Context, after annotate.ID) (annotate.ID, error) {
	found, err := s.store.Adjudications(ctx, asker(ctx), store.WorkFilter{After: after}, adjudicationsOnPage)
	for _, a := range found {
		if caseOf(a).Open() > 0 {
			return a.Article.ID, nil
		}
	}
	return "", err
}

// settlementForm is what is to be settled, as the page sends it.
type settlementForm struct {
	do, on, seen, cause, note string
	values                    url.Values
}

// settleTries is how often settling is tried again when others settle something
// else of the same article at the same moment.
const settleTries = 5

// settle settles points of an article.
func (s *Server) settle(w http.ResponseWriter, r *http.Request) error {
	article, err := pathID(r, "article")
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	form := settlementForm{
		do: r.PostForm.Get("do"), on: r.PostForm.Get("on"), seen: r.PostForm.Get("seen"),
		cause: r.PostForm.Get("cause"), note: strings.TrimSpace(r.PostForm.Get("note")), values: r.PostForm,
	}
	for range settleTries {
		done, err := s.settleOnce(w, r, article, form)
		if err != nil && !errors.Is(err, store.ErrStale) || err == nil && done == "" {
			return err
		}
		if err == nil {
			return s.redirect(w, r, done, "")
		}
	}
	return store.ErrStale
}

// settleOnce settles what form asks for and answers with where that leads; with
// nothing if it has answered itself.
func (s *Server) settleOnce(w http.ResponseWriter, r *http.Request, article annotate.ID, form settlementForm) (string, error) {
	who := asker(r.Context())
	a, err := s.store.Adjudication(r.Context(), who, article)
	if err != nil {
		return "", err
	}
	c := caseOf(a)
	causes, err := s.store.Causes(r.Context(), who.Project.ID)
	if err != nil {
		return "", err
	}
	n, at, err := form.settling(c, a, causes)
	if err == nil {
		n.At = s.now()
		err = s.store.Settle(r.Context(), who, n)
	}
	if bad, ok := complaintsAbout(err); ok {
		return "", s.adjudicationPage(w, r, http.StatusUnprocessableEntity, a, at+1, bad)
	}
	if err != nil {
		return "", err
	}
	return afterSettling(who.Project.Slug, article, form, n, c, at), nil
}

// complaintsAbout are what speaks against settling something that way.
func complaintsAbout(err error) (annotate.Invalid, bool) {
	if bad, ok := errors.AsType[annotate.Invalid](err); ok {
		return bad, true
	}
	if refused, ok := errors.AsType[annotate.Refused](err); ok {
		bad := annotate.Invalid{}
		for _, problem := range refused {
			bad[problem.Field] = problem.Message
		}
		return bad, true
	}
	return nil, false
}

// afterSettling leads to the workbench after a writing begun, and else to the
// next point that is open.
func afterSettling(slug string, article annotate.ID, form settlementForm, n store.Settling, c adjudicate.Case, at int) string {
	if form.do == "write" && len(n.Rulings) == 1 {
		return page.AdjudicatedClaimURL(slug, article, n.Rulings[0].Result)
	}
	settled := map[annotate.ID]bool{}
	for _, r := range n.Rulings {
		for _, on := range r.On {
			settled[on.ID] = true
		}
	}
	for i := range c.Points {
		next := (at + 1 + i) % len(c.Points)
		if p := c.Points[next]; !p.Settled && !settled[p.First().ID] {
			return page.AdjudicatePointURL(slug, article, next+1)
		}
	}
	return page.AdjudicatePointURL(slug, article, max(at, 0)+1)
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
		return n, at, annotate.Invalid{"seen": "Somebody has changed or settled this since you looked. Here it is as it is now."}
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
		value := form.values.Get(page.ChoiceName(d.Field))
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
