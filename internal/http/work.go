package server

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/page"
)

// showWork shows what its reader has to do.
func (s *Server) showWork(w http.ResponseWriter, r *http.Request) error {
	work, err := s.store.Work(r.Context(), asker(r.Context()), s.today())
	if err != nil {
		return err
	}
	f := s.frame(w, r, s.language(r).T("My work"))
	f.Active = page.NavWork
	return s.render(w, r, http.StatusOK, page.Work(f, page.WorkView{
		Open: work.Open, Done: work.Done, Load: work.Workload, InPool: work.InPool, Today: s.today(),
	}))
}

// goToNext leads to the article that is next.
func (s *Server) goToNext(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	a, l := asker(r.Context()), s.language(r)
	but := lower(r.PostForm.Get("but"))
	next, err := s.store.Next(r.Context(), a, but, s.now())
	switch {
	case errors.Is(err, store.ErrUnfinished):
		return s.redirect(w, r, page.ArticleURL(a.Project.Slug, but), l.T("Finish this article first: then the pool has another one for you."))
	case errors.Is(err, annotate.ErrNotFound):
		return s.redirect(w, r, page.WorkURL(a.Project.Slug), l.T("There is nothing left to do at the moment."))
	case err != nil:
		return err
	}
	return s.redirect(w, r, page.ArticleURL(a.Project.Slug, next.Article), "")
}

// changeAssignment takes an article of the pool, or says how far its analyst has
// come with it.
func (s *Server) changeAssignment(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "article")
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	a, l := asker(r.Context()), s.language(r)
	state := annotate.AssignmentState(r.PostForm.Get("state"))
	said := ""
	if state == "take" {
		_, err = s.store.Take(r.Context(), a, id, s.now())
		if errors.Is(err, annotate.ErrNotFound) {
			said, err = l.T("Others have taken this article meanwhile."), nil
		}
	} else {
		_, err = s.store.ChangeAssignment(r.Context(), a, store.AssignmentChange{Article: id, Analyst: a.User.ID, State: state, At: s.now()})
	}
	if state == annotate.Done {
		said = l.T("Done. What comes next is a key away: F9.")
	}
	if bad, ok := complaintsOf(err, "", ""); ok {
		said, err = l.Say(bad["state"]), nil
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.ArticleURL(a.Project.Slug, id), said)
}

// listAssignments is where articles are assigned.
func (s *Server) listAssignments(w http.ResponseWriter, r *http.Request) error {
	return s.assignmentsPage(w, r, http.StatusOK, page.AssignmentsView{})
}

// assignedOnPage is how many assignments, and articles to choose from, a page
// lists.
const assignedOnPage = 100

// assignmentsPage fills in what v does not say already.
func (s *Server) assignmentsPage(w http.ResponseWriter, r *http.Request, status int, v page.AssignmentsView) error {
	a, q := asker(r.Context()), r.URL.Query()
	if err := checkForm(q); err != nil {
		return err
	}
	v.Analyst, v.State, v.Overdue, v.Idle = lower(q.Get("analyst")), annotate.AssignmentState(q.Get("state")), q.Get("overdue") != "", q.Get("idle")
	v.Way, v.Each, v.Today = cmp.Or(v.Way, string(store.DealEven)), cmp.Or(v.Each, strconv.Itoa(max(1, a.Project.Pool))), s.today()
	idle, err := strconv.Atoi(cmp.Or(v.Idle, "0"))
	if err != nil || idle < 0 || idle > 3650 {
		idle, v.Idle = 0, ""
	}
	f := s.assignmentFilter(v.Overdue, idle)
	f.Analyst, f.State, f.Limit, f.Cursor = v.Analyst, v.State, assignedOnPage, q.Get("cursor")
	found, err := s.store.Assignments(r.Context(), a, f)
	if err != nil {
		return err
	}
	v.Assignments = found.Items
	if found.Next != "" {
		q.Set("cursor", found.Next)
		v.Next = page.AssignmentsURL(a.Project.Slug) + "?" + q.Encode()
	}
	if v.Loads, err = s.store.Workloads(r.Context(), a.Project.ID, v.Today); err != nil {
		return err
	}
	if v.Members, err = s.store.Members(r.Context(), a.Project.ID); err != nil {
		return err
	}
	articles, err := s.store.Articles(r.Context(), a, store.ArticleFilter{Limit: assignedOnPage})
	if err != nil {
		return err
	}
	v.Articles = articles.Items
	frame := s.frame(w, r, s.language(r).T("Assignments"))
	frame.Active = page.NavWork
	return s.render(w, r, status, page.Assignments(frame, v))
}

// dealOut deals articles out.
func (s *Server) dealOut(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	form := r.PostForm
	d := store.Deal{Way: store.DealWay(form.Get("way")), DueOn: form.Get("due"), Seed: uint64(s.now().UnixNano()), At: s.now()}
	d.Each, _ = strconv.Atoi(form.Get("each")) // 0 is refused with the rest
	for _, id := range form["analyst"] {
		d.Analysts = append(d.Analysts, lower(id))
	}
	for _, id := range form["article"] {
		d.Articles = append(d.Articles, lower(id))
	}
	a := asker(r.Context())
	dealt, err := s.store.Deal(r.Context(), a, d)
	if bad, ok := complaintsOf(err, "", ""); ok {
		return s.assignmentsPage(w, r, http.StatusUnprocessableEntity, page.AssignmentsView{
			Way: form.Get("way"), Each: form.Get("each"), Due: form.Get("due"), Complaints: bad,
		})
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.AssignmentsURL(a.Project.Slug), s.language(r).N(dealt.All(), "%d article assigned.", "%d articles assigned."))
}

// changeAssignments does something about the assignments that were chosen.
func (s *Server) changeAssignments(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	a := asker(r.Context())
	var pairs []annotate.Assignment
	for _, pair := range r.PostForm["pair"] {
		article, analyst, _ := strings.Cut(pair, " ")
		if w := (annotate.Assignment{Article: lower(article), Analyst: lower(analyst)}); w.Article != "" && w.Analyst != "" {
			pairs = append(pairs, w)
		}
	}
	var n int
	var err error
	switch r.PostForm.Get("do") {
	case "withdraw":
		n, err = s.store.Withdraw(r.Context(), a, pairs)
	case "due":
		n, err = s.store.SetDue(r.Context(), a, pairs, r.PostForm.Get("due"))
	case "return":
		for _, p := range pairs {
			if _, err = s.store.ChangeAssignment(r.Context(), a, store.AssignmentChange{
				Article: p.Article, Analyst: p.Analyst, State: annotate.Returned, Note: r.PostForm.Get("note"), At: s.now(),
			}); err != nil {
				break
			}
			n++
		}
	default:
		return errBadRequest
	}
	if bad, ok := complaintsOf(err, "", ""); ok {
		return s.assignmentsPage(w, r, http.StatusUnprocessableEntity, page.AssignmentsView{Complaints: bad})
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.AssignmentsURL(a.Project.Slug), s.language(r).N(n, "%d assignment changed.", "%d assignments changed."))
}

// reclaimAssignments takes back what was abandoned.
func (s *Server) reclaimAssignments(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	a := asker(r.Context())
	days, err := strconv.Atoi(cmp.Or(r.PostForm.Get("idle"), "0"))
	if err != nil || days < 0 {
		return errBadRequest
	}
	n, err := s.store.Reclaim(r.Context(), a, s.assignmentFilter(r.PostForm.Get("overdue") != "", days))
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.AssignmentsURL(a.Project.Slug), s.language(r).N(n, "%d assignment taken back.", "%d assignments taken back."))
}
