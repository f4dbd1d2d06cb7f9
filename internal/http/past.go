package server

import (
	"errors"
	"maps"
	"net/http"
	"strconv"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/page"
)

// changesOnPage is how many changes a history lists beside the text, and
// laterOnPage how many of them come after the one that is looked at. A claim's
// own page lists changesOnClaim; of claims that have been deleted there are
// deletedOnPage.
const (
	changesOnPage  = 60
	laterOnPage    = 20
	changesOnClaim = 10
	deletedOnPage  = 50
)

// showHistory shows an article as it was after the change that the query names,
// or as it is.
func (s *Server) showHistory(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "article")
	if err != nil {
		return err
	}
	hand, err := handAsked(r)
	if err != nil {
		return err
	}
	seq, err := s.seqAsked(r, id)
	if err != nil {
		return err
	}
	past, err := s.store.AsOf(r.Context(), asker(r.Context()), id, hand, seq)
	if err != nil {
		return err
	}
	log, err := s.store.LogBefore(r.Context(), asker(r.Context()), id, hand, min(past.Newest, seq+laterOnPage)+1, changesOnPage)
	if err != nil {
		return err
	}
	v := page.HistoryView{Newest: past.Newest, Base: past.Base}
	if v.Past, err = s.annotated(r, past.AnnotatedArticle); err != nil {
		return err
	}
	v.Told = wordsFor(v.Past, log)
	if v.Changes, err = changesOf(log.Entries); err != nil {
		return err
	}
	if v.Deleted, err = s.store.DeletedClaims(r.Context(), asker(r.Context()), id, hand, deletedOnPage); err != nil {
		return err
	}
	names, err := s.store.NamesIn(r.Context(), asker(r.Context()).Project.ID, annotate.AnnotatedArticle{Annotations: v.Deleted})
	if err != nil {
		return err
	}
	_, people := byID(names)
	maps.Copy(v.Told.People, people)
	f := s.frame(w, r, s.language(r).T("History of “%s”", past.Article.Headline))
	f.Active, f.Full, f.Scripts = page.NavArticles, true, []string{"page/history.js"}
	return s.render(w, r, http.StatusOK, page.History(f, v))
}

// seqAsked is the number that the query names, or else that of the newest
// change set.
func (s *Server) seqAsked(r *http.Request, article annotate.ID) (int64, error) {
	raw := r.URL.Query().Get("seq")
	if raw == "" {
		hand, err := handAsked(r)
		if err != nil {
			return 0, err
		}
		stamp, err := s.store.Stamp(r.Context(), asker(r.Context()), article, hand)
		return stamp.Seq, err
	}
	seq, err := strconv.ParseInt(raw, 10, 64)
	if err != nil {
		return 0, annotate.Invalid{"seq": "Give the number of a change."}
	}
	return seq, nil
}

// handAsked is whose annotations the query asks for, or empty.
func handAsked(r *http.Request) (annotate.Hand, error) {
	return SetQuery{r.URL.Query().Get("set")}.hand()
}

// annotated is an article with what it takes to read it on a page.
func (s *Server) annotated(r *http.Request, doc annotate.AnnotatedArticle) (page.AnnotatedView, error) {
	project := asker(r.Context()).Project
	v := page.AnnotatedView{AnnotatedArticle: doc}
	names, err := s.store.NamesIn(r.Context(), project.ID, doc)
	if err != nil {
		return v, err
	}
	v.Entities, v.People = byID(names)
	v.Codebook, err = s.store.Codebook(r.Context(), project.ID, project.Codebook)
	return v, err
}

func byID(names store.Names) (entities map[annotate.ID]annotate.Entity, people map[annotate.ID]string) {
	entities, people = map[annotate.ID]annotate.Entity{}, map[annotate.ID]string{}
	for _, e := range names.Entities {
		entities[e.ID] = e
	}
	for _, p := range names.People {
		people[p.ID] = p.Name
	}
	return entities, people
}

// wordsFor is what it takes to put a stretch of an article's log in words.
func wordsFor(v page.AnnotatedView, log store.Log) page.Told {
	t := page.Told{Text: annotate.NewText(v.Revision.Text), Codebook: v.Codebook, Annotations: log.Annotations}
	t.Entities, t.People = byID(log.Names)
	maps.Copy(t.Entities, v.Entities)
	maps.Copy(t.People, v.People)
	return t
}

func changesOf(entries []store.LogEntry) ([]page.Change, error) {
	changes := make([]page.Change, len(entries))
	for i, e := range entries {
		done, err := e.Outcome()
		if err != nil {
			return nil, err
		}
		changes[i] = page.Change{
			Seq: e.Seq, Author: e.Author, At: e.CreatedAt, Deeds: annotate.Deeds(done, e.CreatedAt), Versions: done.Versions(),
		}
	}
	return changes, nil
}

// showPrint shows an article with what is tagged in it as notes.
func (s *Server) showPrint(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "article")
	if err != nil {
		return err
	}
	hand, err := handAsked(r)
	if err != nil {
		return err
	}
	doc, _, err := s.store.AnnotatedArticle(r.Context(), asker(r.Context()), id, hand)
	if err != nil {
		return err
	}
	v, err := s.annotated(r, doc)
	if err != nil {
		return err
	}
	f := s.frame(w, r, s.language(r).T("%s, with notes", doc.Article.Headline))
	f.Active = page.NavArticles
	return s.render(w, r, http.StatusOK, page.Print(f, v, wantsComments(r)))
}

// wantsComments reports whether the last answer of the query to comments is
// not no: a box that is not ticked sends nothing, and so the form says no first.
func wantsComments(r *http.Request) bool {
	given := r.URL.Query()["comments"]
	return len(given) == 0 || given[len(given)-1] != "no"
}

// restoring is what of a request says what to restore.
func (s *Server) restoring(r *http.Request) (store.Restoring, error) {
	wish := store.Restoring{Asker: asker(r.Context()), At: s.now()}
	var err error
	if wish.Hand, err = handAsked(r); err != nil {
		return wish, err
	}
	if wish.Article, err = pathID(r, "article"); err != nil {
		return wish, err
	}
	if claim := r.URL.Query().Get("claim"); claim != "" {
		if wish.Claim, err = annotate.ParseID(claim); err != nil {
			return wish, err
		}
	}
	wish.Seq, err = s.seqAsked(r, wish.Article)
	return wish, err
}

// showRestoration shows what restoring would do.
func (s *Server) showRestoration(w http.ResponseWriter, r *http.Request) error {
	wish, err := s.restoring(r)
	if err != nil {
		return err
	}
	return s.restorationPage(w, r, http.StatusOK, wish, page.RestoreView{})
}

// restore brings an article, or a claim of it, back to what it was.
func (s *Server) restore(w http.ResponseWriter, r *http.Request) error {
	wish, err := s.restoring(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	wish.ID = annotate.ID(r.PostForm.Get("id"))
	if wish.Seen, err = strconv.ParseInt(r.PostForm.Get("seen"), 10, 64); err != nil {
		return errBadRequest
	}
	_, err = s.store.Restore(r.Context(), wish)
	if errors.As(err, new(annotate.Conflict)) {
		return s.restorationPage(w, r, http.StatusConflict, wish, page.RestoreView{Moved: true})
	}
	if refused, ok := errors.AsType[annotate.Refused](err); ok {
		var v page.RestoreView
		for _, p := range refused {
			v.Complaints = append(v.Complaints, p.Message)
		}
		return s.restorationPage(w, r, http.StatusUnprocessableEntity, wish, v)
	}
	if err != nil {
		return err
	}
	slug := asker(r.Context()).Project.Slug
	return s.redirect(w, r, page.HistoryURL(slug, wish.Article), s.language(r).T("Restored. To undo it, go one change back and restore that."))
}

func (s *Server) restorationPage(w http.ResponseWriter, r *http.Request, status int, wish store.Restoring, v page.RestoreView) error {
	planned, err := s.store.Restoration(r.Context(), wish.Asker, wish.Article, wish.Hand, wish.Seq, wish.Claim)
	if err != nil {
		return err
	}
	now, err := s.store.AsOf(r.Context(), wish.Asker, wish.Article, wish.Hand, planned.Seen)
	if err != nil {
		return err
	}
	then, err := s.store.AsOf(r.Context(), wish.Asker, wish.Article, wish.Hand, wish.Seq)
	if err != nil {
		return err
	}
	all := now.AnnotatedArticle
	all.Annotations = append(all.Annotations, then.Annotations...)
	annotated, err := s.annotated(r, all)
	if err != nil {
		return err
	}
	ends := map[annotate.ID]annotate.Annotation{}
	for _, a := range all.Annotations {
		ends[a.ID] = a
	}
	v.Article, v.Seq, v.Claim, v.Seen, v.ID, v.Deeds = all.Article, wish.Seq, wish.Claim, planned.Seen, store.NewID(), planned.Deeds
	v.Told = wordsFor(annotated, store.Log{Annotations: ends})
	v.Told.Planned = true
	f := s.frame(w, r, s.language(r).T("Restore the annotations of “%s”", all.Article.Headline))
	if wish.Claim != "" {
		f.Title = f.T("Restore a claim")
	}
	f.Active = page.NavArticles
	return s.render(w, r, status, page.Restore(f, v))
}

// showClaimHistory lists the changes of a claim.
func (s *Server) showClaimHistory(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "claim")
	if err != nil {
		return err
	}
	var before int64
	if raw := r.URL.Query().Get("before"); raw != "" {
		if before, err = strconv.ParseInt(raw, 10, 64); err != nil || before < 1 {
			return annotate.Invalid{"before": "Give the number of a change."}
		}
	}
	claim, err := s.store.Claim(r.Context(), asker(r.Context()), id)
	var v page.ClaimHistoryView
	if errors.Is(err, annotate.ErrNotFound) {
		v, err = s.deletedClaimHistory(r, id, before)
	} else if err == nil {
		v, err = s.claimHistory(r, claim, before, changesOnPage)
	}
	if err != nil {
		return err
	}
	f := s.frame(w, r, s.language(r).T("History of the claim %s", v.Title))
	f.Active = page.NavClaims
	return s.render(w, r, http.StatusOK, page.ClaimHistory(f, v))
}

// claimSince is how a claim differs from what its reader, or else the last who
// did, decided on.
func (s *Server) claimSince(r *http.Request, v page.ClaimView) (page.SinceView, error) {
	claim := v.Claim
	var since page.SinceView
	since.Review = decidedBefore(claim, asker(r.Context()).User.ID)
	if since.Review == nil {
		return since, nil
	}
	log, whole, err := s.store.ClaimSince(r.Context(), asker(r.Context()), claim.Claim.ID, since.Review.Version)
	if err != nil {
		return since, err
	}
	since.Whole = whole
	since.Told = wordsFor(page.AnnotatedView{AnnotatedArticle: annotate.AnnotatedArticle{Revision: claim.Revision}, Codebook: v.Codebook, People: claim.People}, log.Log)
	since.Deeds, err = netDeeds(log)
	return since, err
}

// decidedBefore is the last decision on an earlier version of the claim: who's,
// if they made one, unless that was on this version.
func decidedBefore(claim annotate.DecidedClaim, who annotate.ID) *annotate.Review {
	var last *annotate.Review
	for i, r := range claim.Reviews {
		switch {
		case r.Reviewer == who && r.Version == claim.Claim.Version:
			return nil
		case r.Version == claim.Claim.Version:
		case last == nil || last.Reviewer != who || r.Reviewer == who:
			last = &claim.Reviews[i]
		}
	}
	return last
}

// claimHistory is a stretch of what has happened to a claim.
func (s *Server) claimHistory(r *http.Request, claim annotate.DecidedClaim, before int64, limit int) (page.ClaimHistoryView, error) {
	project := asker(r.Context()).Project
	id := claim.Claim.ID
	v := page.ClaimHistoryView{Claim: id, Article: claim.Article.ID, Title: page.ClaimTitle(s.language(r), claim.QueuedClaim), Reviews: claim.Reviews}
	log, err := s.store.ClaimLog(r.Context(), asker(r.Context()), id, before, limit)
	if err != nil {
		return v, err
	}
	codebook, err := s.store.Codebook(r.Context(), project.ID, project.Codebook)
	if err != nil {
		return v, err
	}
	v.Told = wordsFor(page.AnnotatedView{AnnotatedArticle: annotate.AnnotatedArticle{Revision: claim.Revision}, Codebook: codebook, People: claim.People}, log.Log)
	return v, tellClaim(&v, log, limit)
}

// deletedClaimHistory is a stretch of what happened to a claim that has been
// deleted.
func (s *Server) deletedClaimHistory(r *http.Request, id annotate.ID, before int64) (page.ClaimHistoryView, error) {
	v := page.ClaimHistoryView{Claim: id, Deleted: true}
	log, err := s.store.ClaimLog(r.Context(), asker(r.Context()), id, before, changesOnPage)
	if err != nil {
		return v, err
	}
	v.Article = log.Article
	past, err := s.store.AsOf(r.Context(), asker(r.Context()), log.Article, log.Hand, log.Newest)
	if err != nil {
		return v, err
	}
	annotated, err := s.annotated(r, past.AnnotatedArticle)
	if err != nil {
		return v, err
	}
	v.Told = wordsFor(annotated, log.Log)
	if err := tellClaim(&v, log, changesOnPage); err != nil {
		return v, err
	}
	v.Title = page.DeletedClaimTitle(s.language(r), v)
	return v, nil
}

// tellClaim has v tell of what in log, which was asked for limit entries,
// happened to its claim.
func tellClaim(v *page.ClaimHistoryView, log store.ClaimLog, limit int) error {
	changes, err := changesOf(log.Entries)
	if err != nil {
		return err
	}
	for _, c := range changes {
		c.Deeds = annotate.About(c.Deeds, log.Attribution)
		if c.Versions[v.Claim] > 0 || len(c.Deeds) > 0 { // not only named by another's link
			v.Changes = append(v.Changes, c)
		}
	}
	if len(log.Entries) == limit {
		v.Earlier = log.Entries[limit-1].Seq
	}
	return nil
}
