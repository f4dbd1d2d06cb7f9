package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/page"
)

func (s *Server) listEntities(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	v := page.EntitiesView{
		Query: strings.TrimSpace(query.Get("q")), Type: annotate.EntityType(query.Get("type")), Cursor: query.Get("cursor"),
	}
	filter := store.EntityFilter{Query: v.Query, Cursor: v.Cursor}
	if v.Type != "" {
		filter.Types = []annotate.EntityType{v.Type}
	}
	status := http.StatusOK
	found, err := s.store.Entities(r.Context(), asker(r.Context()), filter)
	if bad, ok := complaintsOf(err, "", ""); ok {
		v.Complaints, status = bad, http.StatusUnprocessableEntity
	} else if err != nil {
		return err
	}
	v.Entities, v.Next = found.Items, found.Next
	return s.render(w, r, status, page.Entities(s.entitiesFrame(w, r, s.language(r).T("People & sources")), v))
}

func (s *Server) entitiesFrame(w http.ResponseWriter, r *http.Request, title string) page.Frame {
	f := s.frame(w, r, title)
	f.Active = page.NavEntities
	return f
}

func (s *Server) showNewEntity(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	form := page.EntityForm{Name: query.Get("name"), Type: annotate.EntityType(query.Get("type"))}
	return s.newEntityPage(w, r, http.StatusOK, form, nil)
}

func (s *Server) newEntityPage(w http.ResponseWriter, r *http.Request, status int, form page.EntityForm, bad annotate.Invalid) error {
	f := s.entitiesFrame(w, r, s.language(r).T("New person or source"))
	f.Scripts = []string{"page/entities.js"}
	return s.render(w, r, status, page.NewEntity(f, form, bad))
}

func (s *Server) addEntity(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	form := decodeEntityForm(r)
	a := asker(r.Context())
	e := annotate.Entity{CreatedBy: a.User.ID}
	form.change(&e)
	e, err := s.store.AddEntity(r.Context(), a.Project.ID, e, s.now())
	if bad, ok := entityComplaints(&form, err); ok {
		return s.newEntityPage(w, r, http.StatusUnprocessableEntity, page.EntityForm(form), bad)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.EntityURL(a.Project.Slug, e.ID), s.language(r).T("%s added.", e.Name))
}

// entityForm is the form by which an entity is added or changed.
type entityForm page.EntityForm

func decodeEntityForm(r *http.Request) entityForm {
	form := entityForm{
		Type:        annotate.EntityType(r.PostForm.Get("type")),
		Name:        oneLine(r.PostForm.Get("name")),
		Description: strings.TrimSpace(strings.ReplaceAll(r.PostForm.Get("description"), "\r\n", "\n")),
	}
	types := r.PostForm["names-type"]
	for i, name := range r.PostForm["names-name"] {
		n := annotate.EntityName{Name: oneLine(name), Type: annotate.Spelling}
		if i < len(types) {
			n.Type = annotate.NameType(types[i])
		}
		if n.Name != "" { // a row left empty
			form.Names = append(form.Names, n)
		}
	}
	return form
}

func (f entityForm) change(e *annotate.Entity) {
	e.Type, e.Name, e.Description, e.Names = f.Type, f.Name, f.Description, f.Names
}

// entityComplaints are what a form can show of err. An entity that is in the
// way is shown beside the form.
func entityComplaints(form *entityForm, err error) (annotate.Invalid, bool) {
	if exists, ok := errors.AsType[annotate.EntityExists](err); ok {
		form.Exists = &exists.Entity
		return annotate.Invalid{"name": exists.Words()}, true
	}
	return complaintsOf(err, "", "")
}

func (s *Server) showEntity(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "entity")
	if err != nil {
		return err
	}
	p := asker(r.Context()).Project
	v := page.EntityView{}
	if v.Entity, err = s.store.ListedEntity(r.Context(), asker(r.Context()), id); err != nil {
		return err
	}
	if v.Entity.MergedInto != "" {
		v.Into, err = s.store.Entity(r.Context(), p.ID, v.Entity.MergedInto)
	} else {
		err = s.readEntityView(r.Context(), p, &v)
	}
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, page.Entity(s.entitiesFrame(w, r, v.Entity.Name), v))
}

// What a page shows of an entity before it leads on to where all of it is.
const (
	claimsOfEntity = 10
	likeEntity     = 5
)

func (s *Server) readEntityView(ctx context.Context, p annotate.Project, v *page.EntityView) error {
	id := v.Entity.ID
	said, err := s.store.Claims(ctx, asker(ctx), store.ClaimFilter{Speaker: id, Limit: claimsOfEntity})
	if err != nil {
		return err
	}
	through, err := s.store.Claims(ctx, asker(ctx), store.ClaimFilter{Source: id, Limit: claimsOfEntity})
	if err != nil {
		return err
	}
	v.Said = page.EntityClaims{Claims: said.Items, More: said.Next != "", Counts: said.Counts}
	v.Through = page.EntityClaims{Claims: through.Items, More: through.Next != "", Counts: through.Counts}
	if v.Mergers, err = s.store.Mergers(ctx, p.ID, id); err != nil {
		return err
	}
	if v.Codebook, err = s.store.Codebook(ctx, p.ID, p.Codebook); err != nil {
		return err
	}
	v.Like, err = s.store.EntitiesLike(ctx, asker(ctx), id, likeEntity)
	return err
}

func (s *Server) showEntityForm(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "entity")
	if err != nil {
		return err
	}
	e, err := s.store.Entity(r.Context(), asker(r.Context()).Project.ID, id)
	if err != nil {
		return err
	}
	form := page.EntityForm{Type: e.Type, Name: e.Name, Description: e.Description, Names: e.Names}
	return s.entityFormPage(w, r, http.StatusOK, e, form, nil)
}

func (s *Server) entityFormPage(w http.ResponseWriter, r *http.Request, status int, e annotate.Entity, form page.EntityForm, bad annotate.Invalid) error {
	f := s.entitiesFrame(w, r, s.language(r).T("Edit %s", e.Name))
	f.Scripts = []string{"page/entities.js"}
	return s.render(w, r, status, page.EditEntity(f, e, form, bad))
}

func (s *Server) updateEntity(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "entity")
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	form := decodeEntityForm(r)
	p := asker(r.Context()).Project
	was := annotate.Entity{ID: id}
	e, err := s.store.UpdateEntity(r.Context(), p.ID, id, func(e *annotate.Entity) error {
		was = *e
		form.change(e)
		return nil
	})
	if bad, ok := entityComplaints(&form, err); ok {
		return s.entityFormPage(w, r, http.StatusUnprocessableEntity, was, page.EntityForm(form), bad)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.EntityURL(p.Slug, e.ID), s.language(r).T("Saved."))
}

// showMerge asks which entity to merge one into, or, once that is chosen,
// shows both.
func (s *Server) showMerge(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "entity")
	if err != nil {
		return err
	}
	from, err := s.store.ListedEntity(r.Context(), asker(r.Context()), id)
	if err != nil {
		return err
	}
	if from.MergedInto != "" { // by somebody else, just now
		return s.redirect(w, r, page.EntityURL(asker(r.Context()).Project.Slug, from.ID), "")
	}
	return s.mergePage(w, r, http.StatusOK, from, r.URL.Query().Get("into"), nil)
}

func (s *Server) mergePage(w http.ResponseWriter, r *http.Request, status int, from annotate.ListedEntity, into string, bad annotate.Invalid) error {
	v := page.MergeView{From: from, Query: strings.TrimSpace(r.URL.Query().Get("q")), Complaints: bad}
	if into != "" {
		id, err := annotate.ParseID(into)
		if err != nil {
			return err
		}
		other, err := s.store.ListedEntity(r.Context(), asker(r.Context()), id)
		if err != nil {
			return err
		}
		v.Into = &other
	} else {
		found, err := s.store.Entities(r.Context(), asker(r.Context()), store.EntityFilter{Query: cmp.Or(v.Query, from.Name), Limit: mergeCandidates})
		if bad, ok := complaintsOf(err, "", ""); ok {
			v.Complaints, status = bad, http.StatusUnprocessableEntity
		} else if err != nil {
			return err
		}
		for _, e := range found.Items {
			if e.ID != from.ID {
				v.Found = append(v.Found, e)
			}
		}
	}
	return s.render(w, r, status, page.Merge(s.entitiesFrame(w, r, s.language(r).T("Merge %s", from.Name)), v))
}

// mergeCandidates is how many entities are offered to merge one into.
const mergeCandidates = 12

func (s *Server) mergeEntity(w http.ResponseWriter, r *http.Request) error {
	from, err := pathID(r, "entity")
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	into, err := annotate.ParseID(r.PostForm.Get("into"))
	if err != nil {
		return err
	}
	a := asker(r.Context())
	remains, err := s.store.MergeEntity(r.Context(), a.Project.ID, store.Merge{From: from, Into: into, By: a.User.ID, At: s.now()})
	if bad, ok := complaintsOf(err, "", ""); ok {
		e, err := s.store.ListedEntity(r.Context(), asker(r.Context()), from)
		if err != nil {
			return err
		}
		return s.mergePage(w, r, http.StatusUnprocessableEntity, e, string(into), bad)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.EntityURL(a.Project.Slug, remains.ID), s.language(r).T("Merged. Both names now lead to %s.", remains.Name))
}

func (s *Server) unmergeEntity(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "entity")
	if err != nil {
		return err
	}
	p := asker(r.Context()).Project
	e, err := s.store.UnmergeEntity(r.Context(), p.ID, id)
	if exists, ok := errors.AsType[annotate.EntityExists](err); ok {
		return s.redirect(w, r, page.EntityURL(p.Slug, exists.Entity.ID), s.language(r).T("The merge stays: there is another by that name by now. Rename this one first."))
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.EntityURL(p.Slug, e.ID), s.language(r).T("%s stands alone again.", e.Name))
}

func (s *Server) tellApart(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "entity")
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	other, err := annotate.ParseID(r.PostForm.Get("other"))
	if err != nil {
		return err
	}
	a := asker(r.Context())
	if err := s.store.TellApart(r.Context(), a.Project.ID, id, other, a.User.ID, s.now()); err != nil {
		return err
	}
	back := page.EntityURL(a.Project.Slug, id)
	if r.PostForm.Get("back") == "duplicates" {
		back = page.DuplicatesURL(a.Project.Slug)
	}
	return s.redirect(w, r, back, s.language(r).T("Noted: they are not the same."))
}

func (s *Server) listDuplicates(w http.ResponseWriter, r *http.Request) error {
	v := page.DuplicatesView{Cursor: r.URL.Query().Get("cursor")}
	status := http.StatusOK
	found, err := s.store.AlikeEntities(r.Context(), asker(r.Context()), duplicatesOnPage, v.Cursor)
	if bad, ok := complaintsOf(err, "", ""); ok {
		v.Complaints, status = bad, http.StatusUnprocessableEntity
	} else if err != nil {
		return err
	}
	v.Pairs, v.Next = found.Items, found.Next
	return s.render(w, r, status, page.Duplicates(s.entitiesFrame(w, r, s.language(r).T("Possible duplicates")), v))
}

// duplicatesOnPage is about how many pairs the page lists at a time.
const duplicatesOnPage = 20

// EntityPath is the part of an input that names an entity.
type EntityPath struct {
	ProjectPath
	Entity string `path:"entity" format:"uuid" doc:"The entity's id."`
}

// EntityJSON is an entity in the API. It is exported because huma leaves
// embedded structs that are not out of the API's description.
type EntityJSON struct {
	ID          annotate.ID         `json:"id"`
	Type        annotate.EntityType `json:"type" doc:"person, organisation, group, outlet, document, recording, event or place."`
	Name        string              `json:"name"`
	Names       []nameRecord        `json:"names" nullable:"false" doc:"Other names it goes by."`
	Description string              `json:"description"`
	Merged      annotate.ID         `json:"merged_into,omitempty" doc:"The entity this one turned out to be."`
	CreatedBy   annotate.ID         `json:"created_by"`
	CreatedAt   time.Time           `json:"created_at"`
}

func entityRecordOf(e annotate.Entity) EntityJSON {
	j := EntityJSON{
		ID: e.ID, Type: e.Type, Name: e.Name, Names: make([]nameRecord, len(e.Names)), Description: e.Description,
		Merged: e.MergedInto, CreatedBy: e.CreatedBy, CreatedAt: e.CreatedAt.UTC(),
	}
	for i, n := range e.Names {
		j.Names[i] = nameRecord(n)
	}
	return j
}

// listedEntityJSON is an entity with what it is used for.
type listedEntityJSON struct {
	EntityJSON
	Matched  string `json:"matched,omitempty" doc:"The name by which a search found it."`
	Mentions int    `json:"mention_count" doc:"Annotations that mean it, counted up to 1000."`
	Claims   int    `json:"claim_count" doc:"Claims it is a speaker or a source of by these mentions, wherever it stands in the chain."`
}

func listedEntityRecord(e annotate.ListedEntity) listedEntityJSON {
	return listedEntityJSON{EntityJSON: entityRecordOf(e.Entity), Matched: e.Matched, Mentions: e.Mentions, Claims: e.Claims}
}

type listEntitiesInput struct {
	ProjectPath
	Q      string                `query:"q" doc:"A name, part of one, or one like it, whatever its case and accents. The closest come first."`
	Type   []annotate.EntityType `query:"type,explode" enum:"person,organisation,group,outlet,document,recording,event,place" doc:"One of these types; any if absent."`
	Limit  int                   `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor string                `query:"cursor" doc:"The next of an earlier answer."`
}

type listEntitiesOutput struct {
	Body struct {
		Items []listedEntityJSON `json:"items" nullable:"false" doc:"By name, or as a search finds them. Those merged into others are not among them."`
		Next  string             `json:"next,omitempty" doc:"Send it back as cursor to read on; absent at the end."`
	}
}

// apiListEntities lists and searches a project's entities.
func (s *Server) apiListEntities(ctx context.Context, in *listEntitiesInput) (*listEntitiesOutput, error) {
	found, err := s.store.Entities(ctx, asker(ctx), store.EntityFilter{
		Query: strings.TrimSpace(in.Q), Types: in.Type, Limit: in.Limit, Cursor: in.Cursor,
	})
	if err != nil {
		return nil, err
	}
	out := &listEntitiesOutput{}
	out.Body.Items, out.Body.Next = make([]listedEntityJSON, len(found.Items)), found.Next
	for i, e := range found.Items {
		out.Body.Items[i] = listedEntityRecord(e)
	}
	return out, nil
}

type addEntityInput struct {
	ProjectPath
	Body struct {
		Type        annotate.EntityType `json:"type" enum:"person,organisation,group,outlet,document,recording,event,place"`
		Name        string              `json:"name" doc:"At most 200 characters."`
		Description string              `json:"description,omitempty" doc:"At most 2000 characters."`
		Names       []nameRecord        `json:"names,omitempty" doc:"Other names it goes by."`
	}
}

type addEntityOutput struct {
	Location string `header:"Location"`
	Body     EntityJSON
}

// apiAddEntity adds an entity.
func (s *Server) apiAddEntity(ctx context.Context, in *addEntityInput) (*addEntityOutput, error) {
	a := asker(ctx)
	e, err := s.store.AddEntity(ctx, a.Project.ID, annotate.Entity{
		Type: in.Body.Type, Name: oneLine(in.Body.Name), Description: strings.TrimSpace(in.Body.Description),
		Names: namesOf(in.Body.Names), CreatedBy: a.User.ID,
	}, s.now())
	if err != nil {
		return nil, problemOfEntity(err)
	}
	return &addEntityOutput{Location: "/api/v1" + page.EntityURL(a.Project.Slug, e.ID), Body: entityRecordOf(e)}, nil
}

func namesOf(records []nameRecord) []annotate.EntityName {
	names := make([]annotate.EntityName, len(records))
	for i, r := range records {
		names[i] = annotate.EntityName{Name: oneLine(r.Name), Type: r.Type}
	}
	return names
}

// problemOfEntity names the entity that is in the way, if one is.
func problemOfEntity(err error) error {
	exists, ok := errors.AsType[annotate.EntityExists](err)
	if !ok {
		return err
	}
	p := newProblem(http.StatusConflict, "exists", "Already there",
		fmt.Sprintf("%s Use it, or choose a name that tells the two apart.", exists.Words()))
	p.Errors = []problemError{{Field: "name", Location: "body.name", Message: p.Detail}}
	p.Entity = &exists.Entity.ID
	return p
}

type entityOutput struct{ Body listedEntityJSON }

// apiShowEntity shows an entity, also one that was merged into another.
func (s *Server) apiShowEntity(ctx context.Context, in *EntityPath) (*entityOutput, error) {
	id, err := annotate.ParseID(in.Entity)
	if err != nil {
		return nil, err
	}
	e, err := s.store.ListedEntity(ctx, asker(ctx), id)
	if err != nil {
		return nil, err
	}
	return &entityOutput{listedEntityRecord(e)}, nil
}

type updateEntityInput struct {
	EntityPath
	Body struct {
		Type        *annotate.EntityType `json:"type,omitempty" enum:"person,organisation,group,outlet,document,recording,event,place" doc:"What is absent stays as it is."`
		Name        *string              `json:"name,omitempty"`
		Description *string              `json:"description,omitempty"`
		Names       *[]nameRecord        `json:"names,omitempty" doc:"All other names it goes by: they replace those there are."`
	}
}

type entityChangedOutput struct{ Body EntityJSON }

// apiUpdateEntity changes an entity.
func (s *Server) apiUpdateEntity(ctx context.Context, in *updateEntityInput) (*entityChangedOutput, error) {
	id, err := annotate.ParseID(in.Entity)
	if err != nil {
		return nil, err
	}
	b := in.Body
	e, err := s.store.UpdateEntity(ctx, asker(ctx).Project.ID, id, func(e *annotate.Entity) error {
		if b.Type != nil {
			e.Type = *b.Type
		}
		if b.Name != nil {
			e.Name = oneLine(*b.Name)
		}
		if b.Description != nil {
			e.Description = strings.TrimSpace(*b.Description)
		}
		if b.Names != nil {
			e.Names = namesOf(*b.Names)
		}
		return nil
	})
	if err != nil {
		return nil, problemOfEntity(err)
	}
	return &entityChangedOutput{entityRecordOf(e)}, nil
}

type mergeInput struct {
	EntityPath
	Body struct {
		Into annotate.ID `json:"into" format:"uuid" doc:"What remains. If it was merged itself, what it was merged into."`
	}
}

// apiMergeEntity has all that is tagged with one entity read as another.
func (s *Server) apiMergeEntity(ctx context.Context, in *mergeInput) (*entityChangedOutput, error) {
	from, err := annotate.ParseID(in.Entity)
	if err != nil {
		return nil, err
	}
	into, err := annotate.ParseID(string(in.Body.Into))
	if err != nil {
		return nil, err
	}
	a := asker(ctx)
	remains, err := s.store.MergeEntity(ctx, a.Project.ID, store.Merge{From: from, Into: into, By: a.User.ID, At: s.now()})
	if err != nil {
		return nil, err
	}
	return &entityChangedOutput{entityRecordOf(remains)}, nil
}

// apiUnmergeEntity undoes a merge.
func (s *Server) apiUnmergeEntity(ctx context.Context, in *EntityPath) (*entityChangedOutput, error) {
	id, err := annotate.ParseID(in.Entity)
	if err != nil {
		return nil, err
	}
	e, err := s.store.UnmergeEntity(ctx, asker(ctx).Project.ID, id)
	if err != nil {
		return nil, problemOfEntity(err)
	}
	return &entityChangedOutput{entityRecordOf(e)}, nil
}

type tellApartInput struct {
	EntityPath
	Body struct {
		Other annotate.ID `json:"other" format:"uuid"`
	}
}

// apiTellApart notes that two entities are not the same.
func (s *Server) apiTellApart(ctx context.Context, in *tellApartInput) (*struct{}, error) {
	id, err := annotate.ParseID(in.Entity)
	if err != nil {
		return nil, err
	}
	other, err := annotate.ParseID(string(in.Body.Other))
	if err != nil {
		return nil, err
	}
	a := asker(ctx)
	return nil, s.store.TellApart(ctx, a.Project.ID, id, other, a.User.ID, s.now())
}

type listDuplicatesInput struct {
	ProjectPath
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"A page has about as many."`
	Cursor string `query:"cursor" doc:"The next of an earlier answer."`
}

type duplicateJSON struct {
	One   listedEntityJSON `json:"one"`
	Other listedEntityJSON `json:"other"`
}

type listDuplicatesOutput struct {
	Body struct {
		Items []duplicateJSON `json:"items" nullable:"false" doc:"Pairs with names much alike, but for those that somebody has told apart."`
		Next  string          `json:"next,omitempty" doc:"Send it back as cursor to read on; absent at the end."`
	}
}

// apiListDuplicates lists pairs of entities that may be the same.
func (s *Server) apiListDuplicates(ctx context.Context, in *listDuplicatesInput) (*listDuplicatesOutput, error) {
	found, err := s.store.AlikeEntities(ctx, asker(ctx), in.Limit, in.Cursor)
	if err != nil {
		return nil, err
	}
	out := &listDuplicatesOutput{}
	out.Body.Items, out.Body.Next = make([]duplicateJSON, len(found.Items)), found.Next
	for i, p := range found.Items {
		out.Body.Items[i] = duplicateJSON{listedEntityRecord(p.One), listedEntityRecord(p.Other)}
	}
	return out, nil
}
