package server

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/page"
)

// listClaims is the review queue.
func (s *Server) listClaims(w http.ResponseWriter, r *http.Request) error {
	p := asker(r.Context()).Project
	values := r.URL.Query()
	if err := checkForm(values); err != nil {
		return err
	}
	v := page.ClaimsView{Query: claimQuery(values), Complaints: annotate.Invalid{}}
	resolved, err := s.resolveEntities(r, &v, values)
	if err != nil {
		return err
	}
	if resolved && len(v.Complaints) == 0 {
		// The address names entities by their ids, so that it stays good.
		return s.redirect(w, r, page.ClaimsQueryURL(p.Slug, v.Query), "")
	}
	status := http.StatusOK
	if len(v.Complaints) == 0 {
		err = s.readQueue(r, &v, values.Get("cursor"))
		if bad, ok := complaintsOf(err, "", ""); ok {
			v.Complaints, err = bad, nil
		}
	}
	if err != nil {
		return err
	}
	if len(v.Complaints) > 0 {
		status = http.StatusUnprocessableEntity
	}
	if err := s.fillQueue(r, &v); err != nil {
		return err
	}
	f := s.frame(w, r, s.language(r).T("Claims"))
	f.Active, f.Scripts = page.NavClaims, []string{"page/claims.js"}
	return s.render(w, r, status, page.Claims(f, v))
}

// claimQuery reads the part of the queue that an address asks for. What is no
// id asks for nothing.
func claimQuery(values url.Values) page.ClaimQuery {
	q := page.ClaimQuery{
		State:   annotate.ReviewState(values.Get("state")),
		Speaker: lower(values.Get("speaker")),
		Source:  lower(values.Get("source")),
		Article: lower(values.Get("article")),
		Author:  lower(values.Get("author")),
		Only:    values.Get("only"),
		Words:   strings.TrimSpace(strings.ReplaceAll(values.Get("q"), "\x00", "")),
	}
	if !slices.Contains(page.OnlyClaims, q.Only) {
		q.Only = ""
	}
	switch {
	case q.State == page.AllStates:
		q.State = ""
	case !slices.Contains(annotate.ReviewStates, q.State):
		q.State = annotate.Unreviewed
	}
	return q
}

// filterBy is the filter that whoever asks means by q.
func (s *Server) filterBy(ctx context.Context, q page.ClaimQuery) store.ClaimFilter {
	f := filterOf(q)
	if q.Only == page.OnlyUndecided {
		f.UndecidedBy = asker(ctx).User.ID
	}
	return f
}

func filterOf(q page.ClaimQuery) store.ClaimFilter {
	return store.ClaimFilter{OpenThreads: q.Only == page.OnlyThreads, State: q.State, Speaker: q.Speaker, Source: q.Source, Article: q.Article, Author: q.Author, Query: q.Words}
}

// resolveEntities puts entities in the place of names that were typed, and
// names in the view for those asked for. It reports whether a name was typed.
func (s *Server) resolveEntities(r *http.Request, v *page.ClaimsView, values url.Values) (bool, error) {
	typed := false
	for _, field := range []struct {
		name  string
		id    *annotate.ID
		shown *string
	}{
		{"speaker", &v.Query.Speaker, &v.Speaker},
		{"source", &v.Query.Source, &v.Source},
	} {
		given := strings.TrimSpace(strings.ReplaceAll(values.Get(field.name), "\x00", ""))
		switch {
		case *field.id != "": // an id
		case given == "":
			// What the form had before, and is empty now.
			typed = typed || values.Has(field.name+"-is")
			continue
		case given == values.Get(field.name+"-was"):
			*field.id, typed = lower(values.Get(field.name+"-is")), true
		default:
			typed = true
			found, err := s.entityCalled(r, given, kindOfField(field.name))
			if err != nil {
				return false, err
			}
			*field.id = found
		}
		*field.shown = given
		if *field.id == "" {
			v.Complaints[field.name] = "Nothing in this project has a name like this. Look among people and sources for the one you mean."
			continue
		}
		e, err := s.store.Entity(r.Context(), asker(r.Context()).Project.ID, *field.id)
		switch {
		case errors.Is(err, annotate.ErrNotFound):
			v.Complaints[field.name] = "There is no such person or source in this project. Give a name."
		case err != nil:
			return false, err
		default:
			*field.shown = e.Name
		}
	}
	return typed, nil
}

func kindOfField(name string) string {
	if name == "source" {
		return annotate.Source
	}
	return annotate.Speaker
}

// entityCalled is the entity whose name is most like name among those that
// annotations of a kind may stand for, or none.
func (s *Server) entityCalled(r *http.Request, name, kind string) (annotate.ID, error) {
	p := asker(r.Context()).Project
	codebook, err := s.store.Codebook(r.Context(), p.ID, p.Codebook)
	if err != nil {
		return "", err
	}
	k, _ := codebook.Kind(kind)
	found, err := s.store.SuggestEntities(r.Context(), p.ID, name, k.Entities, 1)
	if _, bad := complaintsOf(err, "", ""); bad || err == nil && len(found) == 0 {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return found[0].ID, nil
}

// readQueue reads the page of claims that begins at cursor.
func (s *Server) readQueue(r *http.Request, v *page.ClaimsView, cursor string) error {
	p := asker(r.Context()).Project
	filter := s.filterBy(r.Context(), v.Query)
	filter.Cursor, filter.Limit = cursor, claimsOnPage
	claims, err := s.store.Claims(r.Context(), asker(r.Context()), filter)
	if err != nil {
		return err
	}
	v.Claims, v.Counts = claims.Items, claims.Counts
	if cursor != "" {
		v.First = page.ClaimsQueryURL(p.Slug, v.Query)
	}
	if claims.Next != "" {
		v.Next = page.ClaimsPageURL(p.Slug, v.Query, claims.Next)
		v.More = len(claims.Items) < claimsOnPage
	}
	return nil
}

// claimsOnPage is how many claims a page of the queue shows.
const claimsOnPage = 25

// fillQueue reads what the queue shows beside the claims.
func (s *Server) fillQueue(r *http.Request, v *page.ClaimsView) (err error) {
	p := asker(r.Context()).Project
	if v.Codebook, err = s.store.Codebook(r.Context(), p.ID, p.Codebook); err != nil {
		return err
	}
	if v.Authors, err = s.store.Members(r.Context(), p.ID); err != nil {
		return err
	}
	if v.Query.Article == "" {
		return nil
	}
	a, _, err := s.store.Article(r.Context(), p.ID, v.Query.Article)
	v.Article = a.Headline
	return err
}

func (s *Server) showClaim(w http.ResponseWriter, r *http.Request) error {
	return s.claimPage(w, r, http.StatusOK, page.ClaimView{})
}

// claimPage fills in what v does not say already.
func (s *Server) claimPage(w http.ResponseWriter, r *http.Request, status int, v page.ClaimView) error {
	id, err := pathID(r, "claim")
	if err != nil {
		return err
	}
	values := r.URL.Query()
	if err := checkForm(values); err != nil {
		return err
	}
	p := asker(r.Context()).Project
	v.Query = claimQuery(values)
	if v.Claim, err = s.store.Claim(r.Context(), asker(r.Context()), id); err != nil {
		return err
	}
	if v.Codebook, err = s.store.Codebook(r.Context(), p.ID, p.Codebook); err != nil {
		return err
	}
	if err := s.amendedSince(r.Context(), &v); err != nil {
		return err
	}
	if v.Before, v.After, err = s.store.Neighbours(r.Context(), asker(r.Context()), s.filterBy(r.Context(), v.Query), id); err != nil {
		return err
	}
	comments, err := s.store.Comments(r.Context(), asker(r.Context()), id, values.Get("comments"), store.MaxLimit)
	if err != nil {
		return err
	}
	if v.Members, err = s.store.Members(r.Context(), p.ID); err != nil {
		return err
	}
	if v.Comments = comments.Items; comments.Next != "" {
		v.LaterComments = page.LaterCommentsURL(p.Slug, id, v.Query, comments.Next)
	}
	f := s.frame(w, r, page.ClaimTitle(s.language(r), v.Claim.QueuedClaim))
	f.Active, f.Scripts = page.NavClaims, []string{"page/claim.js"}
	if v.History, err = s.claimHistory(r, v.Claim, 0, changesOnClaim); err != nil {
		return err
	}
	if v.Since, err = s.claimSince(r, v); err != nil {
		return err
	}
	normings, err := s.store.Normings(r.Context(), asker(r.Context()), id, "", store.DefaultLimit)
	if err != nil {
		return err
	}
	v.Normings = normings.Items
	return s.render(w, r, status, page.Claim(f, v))
}

// amendedSince fills in what of the codebook has changed since v's claim was
// made that may make a difference to it. Of a version that is not here, for it
// did not come along with an import, that is not known.
func (s *Server) amendedSince(ctx context.Context, v *page.ClaimView) error {
	p, claim := asker(ctx).Project, v.Claim.Claim
	if claim.Codebook == p.Codebook {
		return nil
	}
	then, err := s.store.CodebookVersion(ctx, p.ID, claim.Codebook)
	if errors.Is(err, annotate.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, m := range v.Codebook.Amendments(then.Codebook) {
		if m.Touches(claim.Kind) {
			v.Amended = append(v.Amended, m)
		}
	}
	return nil
}
