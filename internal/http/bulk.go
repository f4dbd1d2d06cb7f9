package server

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/page"
)

// Places and claims on a page: as many as one looks over at a time.
const (
	hitsOnPage   = 100
	recodeOnPage = 100
)

type findInput struct {
	ProjectPath
	OffsetsQuery
	Q          string `query:"q" required:"true" maxLength:"500" doc:"The words to find, whatever their case, accents, quotation marks, dashes and white space."`
	WholeWords bool   `query:"whole_words" doc:"Leave out what is only part of a longer word."`
	Limit      int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor     string `query:"cursor" doc:"The next of an earlier answer."`
}

type findOutput struct {
	Body struct {
		Items []hitJSON `json:"items" nullable:"false" doc:"The newest article first, and as they stand in it. A page ends after much text was looked through: it may have few items, or none, and still not be the last."`
		Next  string    `json:"next,omitempty" doc:"What to give as cursor to read on; absent at the end."`
	}
}

// hitJSON is a place at which words stand.
type hitJSON struct {
	Article claimArticle `json:"article"`
	annotate.FragmentRecord
	Prefix string   `json:"prefix" doc:"What stands before it."`
	Suffix string   `json:"suffix" doc:"What stands after it."`
	Kinds  []string `json:"kinds" nullable:"false" doc:"What these words are tagged as already, alone or as part of more; as a claim only alone."`
}

// apiFind finds words in the texts of a project.
func (s *Server) apiFind(ctx context.Context, in *findInput) (*findOutput, error) {
	project := asker(ctx).Project.ID
	found, err := s.store.FindText(ctx, asker(ctx), store.TextQuery{Query: in.Q, WholeWords: in.WholeWords, Limit: in.Limit, Cursor: in.Cursor})
	if err != nil {
		return nil, err
	}
	out := &findOutput{}
	out.Body.Items, out.Body.Next = make([]hitJSON, len(found.Items)), found.Next
	var u units
	for i, h := range found.Items {
		if i == 0 || h.Article.ID != found.Items[i-1].Article.ID {
			if u, err = s.units(ctx, project, h.Article.ID, in.OffsetsQuery); err != nil {
				return nil, err
			}
		}
		f := annotate.FragmentRecord(h.Fragment)
		f.Start, f.End = u.offset(f.Start), u.offset(f.End)
		out.Body.Items[i] = hitJSON{claimArticle{h.Article.ID, h.Article.Headline}, f, h.Before, h.After, emptyNotNull(h.Kinds)}
	}
	return out, nil
}

// showFind seeks words in all texts of the project.
func (s *Server) showFind(w http.ResponseWriter, r *http.Request) error {
	values := r.URL.Query()
	if err := checkForm(values); err != nil {
		return err
	}
	return s.findPage(w, r, page.FindView{Query: sought(values), Whole: values.Get("part") == "", Kind: annotate.Speaker}, values.Get("cursor"))
}

// sought is what a form seeks.
func sought(values url.Values) string {
	return strings.TrimSpace(strings.ReplaceAll(values.Get("q"), "\x00", ""))
}

// findPage fills in what v does not say already.
func (s *Server) findPage(w http.ResponseWriter, r *http.Request, v page.FindView, cursor string) error {
	p := asker(r.Context()).Project
	status := http.StatusOK
	if len(v.Complaints) > 0 {
		status = http.StatusUnprocessableEntity
	}
	var err error
	if v.Codebook, err = s.store.Codebook(r.Context(), p.ID, p.Codebook); err != nil {
		return err
	}
	if v.Query != "" {
		found, err := s.store.FindText(r.Context(), asker(r.Context()), store.TextQuery{Query: v.Query, WholeWords: v.Whole, Limit: hitsOnPage, Cursor: cursor})
		if bad, ok := complaintsOf(err, "", ""); ok {
			v.Complaints, status, err = bad, http.StatusUnprocessableEntity, nil
		}
		if err != nil {
			return err
		}
		v.Hits, v.Cursor = found.Items, cursor
		if cursor != "" {
			v.First = page.FindPageURL(p.Slug, v.Query, v.Whole, "")
		}
		if found.Next != "" {
			v.Next = page.FindPageURL(p.Slug, v.Query, v.Whole, found.Next)
			v.More = len(found.Items) < hitsOnPage
		}
	}
	f := s.frame(w, r, s.language(r).T("Find in the texts"))
	f.Active, f.Scripts = page.NavArticles, []string{"page/bulk.js"}
	return s.render(w, r, status, page.Find(f, v))
}

// tagFound tags the places that were checked.
func (s *Server) tagFound(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	a := asker(r.Context())
	wish, err := s.bulkTagging(r)
	var bulk annotate.BulkChange
	if err == nil {
		bulk, err = s.store.TagAll(r.Context(), asker(r.Context()), wish)
	}
	if bad, ok := complaintsOf(err, "", ""); ok {
		v := page.FindView{
			Query: wish.Query, Whole: wish.WholeWords, Kind: wish.Kind, Entity: oneLine(r.PostForm.Get("entity")),
			Checked: map[string]bool{}, Complaints: bad,
		}
		for _, place := range r.PostForm["place"] {
			v.Checked[place] = true
		}
		return s.findPage(w, r, v, r.PostForm.Get("cursor"))
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.BulkURL(a.Project.Slug, bulk.ID), "")
}

// bulkTagging reads the wish of a form. It refuses what cannot be read with an
// [annotate.Invalid].
func (s *Server) bulkTagging(r *http.Request) (store.BulkTagging, error) {
	form, bad := r.PostForm, annotate.Invalid{}
	t := store.BulkTagging{
		Query: sought(form), WholeWords: form.Get("part") == "", Kind: form.Get("kind"),
		Places: map[annotate.ID][]annotate.Fragment{}, By: asker(r.Context()).User.ID, At: s.now(),
	}
	for _, value := range form["place"] {
		article, place, ok := readPlace(value)
		if !ok {
			bad["places"] = "One of these places cannot be read. Search again."
			continue
		}
		t.Places[article] = append(t.Places[article], place)
	}
	if name := oneLine(form.Get("entity")); name != "" {
		var err error
		if t.Entity, err = s.entityNamed(r, name, t.Kind); err != nil {
			return t, err
		}
		if t.Entity == "" {
			bad["entity"] = "No entity that this kind can stand for is called exactly this. Choose one that is offered, or leave it empty."
		}
	}
	return t, bad.Err()
}

// readPlace takes a [page.PlaceValue] apart.
func readPlace(value string) (annotate.ID, annotate.Fragment, bool) {
	parts := strings.Split(value, " ")
	if len(parts) != 3 {
		return "", annotate.Fragment{}, false
	}
	article, err := annotate.ParseID(parts[0])
	start, startErr := strconv.Atoi(parts[1])
	end, endErr := strconv.Atoi(parts[2])
	return article, annotate.Fragment{Start: start, End: end}, err == nil && startErr == nil && endErr == nil
}

// entityNamed is the entity that annotations of kind may stand for and that is
// called exactly name, case aside, or none: what is done to many is not to be
// guessed.
func (s *Server) entityNamed(r *http.Request, name, kind string) (annotate.ID, error) {
	p := asker(r.Context()).Project
	codebook, err := s.store.Codebook(r.Context(), p.ID, p.Codebook)
	if err != nil {
		return "", err
	}
	k, _ := codebook.Kind(kind)
	if len(k.Entities) == 0 {
		return "", nil
	}
	found, err := s.store.SuggestEntities(r.Context(), p.ID, name, k.Entities, 8)
	for _, e := range found {
		if strings.EqualFold(e.Name, name) {
			return e.ID, err
		}
		for _, n := range e.Names {
			if strings.EqualFold(n.Name, name) {
				return e.ID, err
			}
		}
	}
	return "", err
}

// bulkOnPage is how many bulk changes the page lists at a time.
const bulkOnPage = 25

// listBulk lists the bulk changes of the project.
func (s *Server) listBulk(w http.ResponseWriter, r *http.Request) error {
	p, cursor := asker(r.Context()).Project, r.URL.Query().Get("cursor")
	found, err := s.store.BulkChanges(r.Context(), asker(r.Context()), bulkOnPage, cursor)
	if err != nil {
		return err
	}
	v := page.BulkListView{Changes: found.Items}
	if v.Codebook, err = s.store.Codebook(r.Context(), p.ID, p.Codebook); err != nil {
		return err
	}
	if cursor != "" {
		v.First = page.BulkListURL(p.Slug, "")
	}
	if found.Next != "" {
		v.Next = page.BulkListURL(p.Slug, found.Next)
	}
	f := s.frame(w, r, s.language(r).T("Bulk changes"))
	f.Active = page.NavArticles
	return s.render(w, r, http.StatusOK, page.BulkList(f, v))
}

// showBulk says what a bulk change did.
func (s *Server) showBulk(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "bulk")
	if err != nil {
		return err
	}
	p := asker(r.Context()).Project
	v := page.BulkView{}
	if v.Bulk, err = s.store.BulkChange(r.Context(), asker(r.Context()), id); err != nil {
		return err
	}
	if v.Codebook, err = s.store.Codebook(r.Context(), p.ID, p.Codebook); err != nil {
		return err
	}
	f := s.frame(w, r, s.language(r).T("What was changed"))
	f.Active = page.NavArticles
	v.Back = page.FindURL(p.Slug)
	if v.Bulk.What == annotate.BulkRecode {
		f.Active, v.Back = page.NavClaims, page.ClaimsURL(p.Slug)
	}
	return s.render(w, r, http.StatusOK, page.Bulk(f, v))
}

// undoBulk takes back what a bulk change did.
func (s *Server) undoBulk(w http.ResponseWriter, r *http.Request) error {
	return s.turnBulk(w, r, s.store.UndoBulk)
}

// resumeBulk does what a bulk change has left to do.
func (s *Server) resumeBulk(w http.ResponseWriter, r *http.Request) error {
	return s.turnBulk(w, r, s.store.ResumeBulk)
}

// undoBulkIn takes back what a bulk change did to one article.
func (s *Server) undoBulkIn(w http.ResponseWriter, r *http.Request) error {
	article, err := pathID(r, "article")
	if err != nil {
		return err
	}
	return s.turnBulk(w, r, func(ctx context.Context, a store.Asker, t store.BulkTurn) error {
		_, err := s.store.UndoBulkIn(ctx, a, article, t)
		return err
	})
}

func (s *Server) turnBulk(w http.ResponseWriter, r *http.Request, turn func(context.Context, store.Asker, store.BulkTurn) error) error {
	bulk, err := pathID(r, "bulk")
	if err != nil {
		return err
	}
	a := asker(r.Context())
	err = turn(r.Context(), a, store.BulkTurn{Bulk: bulk, By: a.User.ID, At: s.now()})
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.BulkURL(a.Project.Slug, bulk), "")
}

// showRecode lists the claims of the queue, and what an answer would change.
func (s *Server) showRecode(w http.ResponseWriter, r *http.Request) error {
	values := r.URL.Query()
	return s.recodePage(w, r, page.RecodeView{Answer: values.Get("answer"), Text: values.Get("text")})
}

func (s *Server) recodePage(w http.ResponseWriter, r *http.Request, v page.RecodeView) error {
	values := r.URL.Query()
	if err := checkForm(values); err != nil {
		return err
	}
	p := asker(r.Context()).Project
	v.Query = claimQuery(values)
	var err error
	if v.Codebook, err = s.store.Codebook(r.Context(), p.ID, p.Codebook); err != nil {
		return err
	}
	filter := filterOf(v.Query)
	filter.Cursor, filter.Limit = values.Get("cursor"), recodeOnPage
	found, err := s.store.Claims(r.Context(), asker(r.Context()), filter)
	if err != nil {
		return err
	}
	v.Claims, v.Cursor = found.Items, filter.Cursor
	if filter.Cursor != "" {
		v.First = v.PageURL(p.Slug, "")
	}
	if found.Next != "" {
		v.Next = v.PageURL(p.Slug, found.Next)
	}
	status := http.StatusOK
	if v.Chosen() && len(v.Complaints) == 0 {
		attribute, value := page.ReadAnswer(v.Answer, v.Text)
		if _, err := v.Codebook.Answer(annotate.Claim, attribute, value); err != nil {
			v.Complaints, _ = complaintsOf(err, "", "")
		}
	}
	if len(v.Complaints) > 0 {
		status = http.StatusUnprocessableEntity
	}
	f := s.frame(w, r, s.language(r).T("Answer for many claims"))
	f.Active, f.Scripts = page.NavClaims, []string{"page/bulk.js"}
	return s.render(w, r, status, page.Recode(f, v))
}

// recode answers a question for the claims that were checked.
func (s *Server) recode(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	a := asker(r.Context())
	wish := store.BulkRecoding{Claims: map[annotate.ID]int{}, By: a.User.ID, At: s.now()}
	wish.Attribute, wish.Value = page.ReadAnswer(r.PostForm.Get("answer"), r.PostForm.Get("text"))
	for _, value := range r.PostForm["claim"] {
		claim, version, _ := strings.Cut(value, " ")
		id, err := annotate.ParseID(claim)
		seen, numErr := strconv.Atoi(version)
		if err == nil && numErr == nil {
			wish.Claims[id] = seen
		}
	}
	bulk, err := s.store.RecodeAll(r.Context(), asker(r.Context()), wish)
	if bad, ok := complaintsOf(err, "", ""); ok {
		return s.recodePage(w, r, page.RecodeView{Answer: r.PostForm.Get("answer"), Text: r.PostForm.Get("text"), Complaints: bad})
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.BulkURL(a.Project.Slug, bulk.ID), "")
}
