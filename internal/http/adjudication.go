package server

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
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
	if v.Causes, err = s.causeCounts(r.Context()); err != nil {
		return err
	}
	f := s.frame(w, r, s.language(r).T("Adjudication"))
	f.Active = page.NavAgreement
	return s.render(w, r, http.StatusOK, page.Adjudications(f, v))
}

// causeCounts is how often each cause of a disagreement was given.
func (s *Server) causeCounts(ctx context.Context) ([]page.CauseCount, error) {
	counts, err := s.store.CauseCounts(ctx, asker(ctx).Project.ID)
	list := make([]page.CauseCount, len(counts))
	for i, c := range counts {
		list[i] = page.CauseCount(c)
	}
	return list, err
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
	named := annotationsOf(a.Works)
	named.Annotations = slices.AppendSeq(named.Annotations, maps.Values(a.Stands.Annotations))
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
		cause: r.PostForm.Get("cause"), note: strings.TrimSpace(r.PostForm.Get("note")), chosen: map[adjudicate.Field]string{},
	}
	for name := range r.PostForm {
		if field, ok := page.ChosenField(name); ok {
			form.chosen[field] = r.PostForm.Get(name)
		}
	}
	done, err := s.settleNow(r.Context(), article, form)
	if bad, ok := complaintsAbout(err); ok {
		return s.adjudicationPage(w, r, http.StatusUnprocessableEntity, done.read, done.at+1, bad)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, done.leadsTo(asker(r.Context()).Project.Slug, form), "")
}

// complaintsAbout are what speaks against settling something that way.
func complaintsAbout(err error) (annotate.Invalid, bool) {
	if errors.Is(err, errPointChanged) {
		return annotate.Invalid{"seen": "Somebody has changed or settled this since you looked. Here it is as it is now."}, true
	}
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

// leadsTo is the workbench after a writing begun, and else the next point that
// is open.
func (done settled) leadsTo(slug string, form settlementForm) string {
	if form.do == "write" && len(done.Rulings) == 1 {
		return page.AdjudicatedClaimURL(slug, done.Article, done.Rulings[0].Result)
	}
	ruled := map[annotate.ID]bool{}
	for _, r := range done.Rulings {
		for _, on := range r.On {
			ruled[on.ID] = true
		}
	}
	points := done.was.Points
	for i := range points {
		next := (done.at + 1 + i) % len(points)
		if p := points[next]; !p.Settled && !ruled[p.First().ID] {
			return page.AdjudicatePointURL(slug, done.Article, next+1)
		}
	}
	return page.AdjudicatePointURL(slug, done.Article, max(done.at, 0)+1)
}
