package server

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/language"
	"onrecord.dev/web/page"
)

// showColors is the style sheet of the colours that its address names: the
// same for ever, and nobody's secret.
func (*Server) showColors(w http.ResponseWriter, r *http.Request) error {
	const most = 100 // kinds of a codebook
	names := strings.Split(chi.URLParam(r, "colors"), ",")
	colors := make([]annotate.OwnColor, len(names))
	for i, name := range names {
		var ok bool
		if colors[i], ok = annotate.ParseOwnColor(name); !ok || len(names) > most {
			return annotate.ErrNotFound
		}
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write([]byte(page.ColorSheet(colors))) // fails only when the client has gone
	return nil
}

// codebookForm is the beginning of each form that changes the codebook: what
// is in force, and the version the form says it is about.
func (s *Server) codebookForm(r *http.Request, was string) (page.CodebookForm, error) {
	p := asker(r.Context()).Project
	c, err := s.store.Codebook(r.Context(), p.ID, p.Codebook)
	form := page.CodebookForm{Base: p.Codebook, Codebook: c, Was: was, Complaints: annotate.Invalid{}}
	if err != nil || r.Method == http.MethodGet {
		return form, err
	}
	if err := readForm(r); err != nil {
		return form, err
	}
	if form.Base, err = strconv.Atoi(r.PostForm.Get("version")); err != nil {
		return form, annotate.Invalid{"version": "Give the version of the codebook that you looked at."}
	}
	return form, nil
}

// gone is what becomes of a form about a part that is not there: nothing, but
// for one that was being filled in while somebody removed the part. What it
// says may make it anew.
func gone(r *http.Request, form *page.CodebookForm) error {
	if r.Method == http.MethodGet {
		return annotate.ErrNotFound
	}
	form.Was = ""
	return nil
}

// codebookEdit is a form that changes the codebook, sent.
type codebookEdit struct {
	form *page.CodebookForm
	// next is the codebook it makes of the one in force, and list where in it the
	// part is that the form's fields are of.
	next *annotate.Codebook
	list string
	// done is what is said when it is saved.
	done string
	// page is the form again, as form now says.
	page func(f page.Frame) templ.Component
	// title is that of the page.
	title string
}

// amend saves what a form says, or shows it again with what is in its way.
func (s *Server) amend(w http.ResponseWriter, r *http.Request, e codebookEdit) error {
	a := asker(r.Context())
	_, err := s.store.ChangeCodebook(r.Context(), store.CodebookChange{
		Project: a.Project.ID, Base: e.form.Base, Codebook: e.next, By: a.User.ID, At: s.now(),
	})
	if errors.Is(err, store.ErrStale) {
		if err := s.sinceThen(r, e.form); err != nil {
			return err
		}
		return s.editPage(w, r, http.StatusConflict, e.title, e.page)
	}
	if bad, ok := complaintsOf(err, "", ""); ok {
		e.form.Complaints, e.form.Complaint = ofPart(s.language(r), bad, e.list)
		return s.editPage(w, r, http.StatusUnprocessableEntity, e.title, e.page)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.CodebookURL(a.Project.Slug), e.done)
}

func (s *Server) editPage(w http.ResponseWriter, r *http.Request, status int, title string, c func(page.Frame) templ.Component) error {
	f := s.frame(w, r, title)
	f.Active = page.NavCodebook
	return s.render(w, r, status, c(f))
}

// sinceThen makes form one about the codebook as it is now, and has it tell
// what has changed and by whom.
func (s *Server) sinceThen(r *http.Request, form *page.CodebookForm) error {
	p, err := s.store.Project(r.Context(), asker(r.Context()).Project.Slug)
	if err != nil {
		return err
	}
	latest, err := s.store.CodebookVersion(r.Context(), p.ID, p.Codebook)
	if err != nil {
		return err
	}
	form.Stale, form.Rival = true, latest.Author
	before, err := s.store.Codebook(r.Context(), p.ID, form.Base)
	if err == nil {
		form.Since = latest.Codebook.Amendments(before)
	} else if !errors.Is(err, annotate.ErrNotFound) {
		return err
	}
	form.Base, form.Codebook = latest.Version, latest.Codebook
	return nil
}

// ofPart takes bad apart into complaints about the fields of a part of list, by
// their names, and one about all else. A complaint about another part of the
// list is about this one: the others were in order before.
func ofPart(l *language.Language, bad annotate.Invalid, list string) (fields annotate.Invalid, whole string) {
	fields = annotate.Invalid{}
	var others []string
	for _, path := range slices.Sorted(maps.Keys(bad)) {
		of, field, inList := strings.Cut(path, "].")
		switch {
		case inList && list != "" && strings.HasPrefix(of, list+"["):
			fields[field] = bad[path]
		case path == "guidelines":
			fields[path] = bad[path]
		default:
			others = append(others, l.Say(bad[path]))
		}
	}
	return fields, strings.Join(others, " ")
}

// codeName is name, or one made of label where it is left empty.
func codeName(name, label string) string {
	if name = strings.TrimSpace(name); name != "" {
		return name
	}
	made := strings.ReplaceAll(slugOf(label), "-", "_")
	return strings.TrimRight(made[:min(len(made), 40)], "_")
}

func (s *Server) showGuidelines(w http.ResponseWriter, r *http.Request) error {
	form, err := s.codebookForm(r, "")
	if err != nil {
		return err
	}
	return s.editPage(w, r, http.StatusOK, s.language(r).T("Guidelines"), func(f page.Frame) templ.Component {
		return page.EditGuidelines(f, page.GuidelinesForm{CodebookForm: form, Guidelines: form.Codebook.Guidelines})
	})
}

func (s *Server) changeGuidelines(w http.ResponseWriter, r *http.Request) error {
	form, err := s.codebookForm(r, "")
	if err != nil {
		return err
	}
	v := page.GuidelinesForm{CodebookForm: form, Guidelines: text(r, "guidelines")}
	edited := func(f page.Frame) templ.Component { return page.EditGuidelines(f, v) }
	if r.PostForm.Has("do") {
		v.Preview, v.Focus = true, "do-preview"
		return s.editPage(w, r, http.StatusOK, s.language(r).T("Guidelines"), edited)
	}
	return s.amend(w, r, codebookEdit{
		form: &v.CodebookForm, next: form.Codebook.WithGuidelines(v.Guidelines), title: s.language(r).T("Guidelines"), page: edited, done: s.language(r).T("The guidelines are saved."),
	})
}

// text is a field of several lines, with the ends of lines that it is kept
// with.
func text(r *http.Request, name string) string {
	return strings.TrimSpace(strings.ReplaceAll(r.PostForm.Get(name), "\r\n", "\n"))
}

// kindForm is the form of the kind that the path names, or of a new one.
func (s *Server) kindForm(r *http.Request) (page.KindForm, error) {
	form, err := s.codebookForm(r, chi.URLParam(r, "kind"))
	if err != nil {
		return page.KindForm{}, err
	}
	v := page.KindForm{CodebookForm: form, Kind: annotate.Kind{Color: "teal", Active: true}, Light: "#9a6700", Dark: "#e2b344", After: last(form.Codebook.Kinds).Name}
	if form.Was == "" {
		return v, nil
	}
	i := slices.IndexFunc(form.Codebook.Kinds, func(k annotate.Kind) bool { return k.Name == form.Was })
	if i < 0 {
		return v, gone(r, &v.CodebookForm)
	}
	v.Kind, v.After = form.Codebook.Kinds[i], ""
	if i > 0 {
		v.After = form.Codebook.Kinds[i-1].Name
	}
	if own, ok := annotate.ParseOwnColor(v.Kind.Color); ok {
		v.Light, v.Dark = own.Light.String(), own.Dark.String()
	}
	use, err := s.store.KindUse(r.Context(), asker(r.Context()).Project.ID, form.Was)
	v.Annotations, v.WithEntity = use.Annotations, use.WithEntity
	return v, err
}

func last[T any](list []T) (t T) {
	if len(list) > 0 {
		t = list[len(list)-1]
	}
	return t
}

func (s *Server) showKind(w http.ResponseWriter, r *http.Request) error {
	v, err := s.kindForm(r)
	if err != nil {
		return err
	}
	return s.editPage(w, r, http.StatusOK, s.language(r).T("Kind"), func(f page.Frame) templ.Component { return page.EditKind(f, v) })
}

func (s *Server) changeKind(w http.ResponseWriter, r *http.Request) error {
	v, err := s.kindForm(r)
	if err != nil {
		return err
	}
	takeKind(r, &v)
	edited := func(f page.Frame) templ.Component { return page.EditKind(f, v) }
	if r.PostForm.Has("do") {
		v.Preview, v.Focus = true, "do-preview"
		return s.editPage(w, r, http.StatusOK, s.language(r).T("Kind"), edited)
	}
	next := v.Codebook.WithKind(v.Was, v.Kind, v.After)
	return s.amend(w, r, codebookEdit{
		form: &v.CodebookForm, next: next, list: "kinds", title: s.language(r).T("Kind"), page: edited,
		done: s.language(r).T("The kind “%s” is saved.", v.Kind.Label),
	})
}

// takeKind reads what the form says of the kind into v.
func takeKind(r *http.Request, v *page.KindForm) {
	f := r.PostForm
	k := &v.Kind
	k.Label, k.Key, k.Guideline, k.Active = strings.TrimSpace(f.Get("label")), strings.ToLower(strings.TrimSpace(f.Get("key"))), text(r, "guideline"), f.Has("active")
	k.Name = codeName(f.Get("name"), k.Label)
	v.Light, v.Dark, v.After = f.Get("light"), f.Get("dark"), f.Get("after")
	if k.Color = f.Get("color"); k.Color == page.OwnColor {
		k.Color = v.OwnColor()
	}
	k.Entities = nil
	for _, t := range f["entities"] {
		k.Entities = append(k.Entities, annotate.EntityType(t))
	}
}

// removeKind takes a kind out of the codebook with which nothing is coded.
func (s *Server) removeKind(w http.ResponseWriter, r *http.Request) error {
	v, err := s.kindForm(r)
	if err != nil {
		return err
	}
	return s.amend(w, r, codebookEdit{
		form: &v.CodebookForm, next: v.Codebook.WithoutKind(v.Was), title: s.language(r).T("Kind"),
		page: func(f page.Frame) templ.Component { return page.EditKind(f, v) },
		done: s.language(r).T("The kind “%s” is removed.", v.Kind.Label),
	})
}

// attributeForm is the form of the attribute that the path names, or of a new
// one.
func (s *Server) attributeForm(r *http.Request) (page.AttributeForm, error) {
	form, err := s.codebookForm(r, chi.URLParam(r, "attribute"))
	if err != nil {
		return page.AttributeForm{}, err
	}
	v := page.AttributeForm{
		CodebookForm: form, Attribute: annotate.Attribute{Type: annotate.Choice, Active: true},
		Values: []page.ValueRow{newRow()}, After: last(form.Codebook.Attributes).Name,
	}
	if form.Was == "" {
		return v, nil
	}
	i := slices.IndexFunc(form.Codebook.Attributes, func(a annotate.Attribute) bool { return a.Name == form.Was })
	if i < 0 {
		return v, gone(r, &v.CodebookForm)
	}
	v.Attribute, v.After, v.Values = form.Codebook.Attributes[i], "", nil
	if i > 0 {
		v.After = form.Codebook.Attributes[i-1].Name
	}
	use, err := s.store.AttributeUse(r.Context(), asker(r.Context()).Project.ID, v.Attribute)
	v.Answers = use.Answers
	for _, value := range v.Attribute.Values {
		v.Values = append(v.Values, page.ValueRow{Value: value, Was: value.Value, Used: use.Values[value.Value]})
	}
	return v, err
}

func newRow() page.ValueRow { return page.ValueRow{Value: annotate.Value{Active: true}} }

func (s *Server) showAttribute(w http.ResponseWriter, r *http.Request) error {
	v, err := s.attributeForm(r)
	if err != nil {
		return err
	}
	return s.editPage(w, r, http.StatusOK, s.language(r).T("Attribute"), func(f page.Frame) templ.Component { return page.EditAttribute(f, v) })
}

func (s *Server) changeAttribute(w http.ResponseWriter, r *http.Request) error {
	v, err := s.attributeForm(r)
	if err != nil {
		return err
	}
	takeAttribute(r, &v)
	edited := func(f page.Frame) templ.Component { return page.EditAttribute(f, v) }
	if r.PostForm.Has("do") {
		redraw(&v, r.PostForm.Get("do"))
		return s.editPage(w, r, http.StatusOK, s.language(r).T("Attribute"), edited)
	}
	for _, row := range v.Values {
		v.Attribute.Values = append(v.Attribute.Values, row.Value)
	}
	next := v.Codebook.WithAttribute(v.Was, v.Attribute, v.After)
	return s.amend(w, r, codebookEdit{
		form: &v.CodebookForm, next: next, list: "attributes", title: s.language(r).T("Attribute"),
		page: func(f page.Frame) templ.Component {
			complainOfValues(&v)
			return page.EditAttribute(f, v)
		},
		done: s.language(r).T("The attribute “%s” is saved.", v.Attribute.Label),
	})
}

// complainOfValues puts complaints about values to their rows.
func complainOfValues(v *page.AttributeForm) {
	for i := range v.Values {
		path := fmt.Sprintf("values[%d]", i)
		v.Values[i].Complaint = strings.TrimSpace(v.Complaints[path] + " " + v.Complaints[path+".guideline"])
	}
}

// takeAttribute reads what the form says of the attribute into v, its values
// into rows.
func takeAttribute(r *http.Request, v *page.AttributeForm) {
	f := r.PostForm
	a := &v.Attribute
	a.Label, a.Guideline, a.Active = strings.TrimSpace(f.Get("label")), text(r, "guideline"), f.Has("active")
	a.Name, a.Type, v.After = codeName(f.Get("name"), a.Label), annotate.AttributeType(f.Get("type")), f.Get("after")
	a.Kinds, a.Roles, a.Values = f["kinds"], nil, nil
	for _, role := range f["roles"] {
		a.Roles = append(a.Roles, annotate.LinkRole(role))
	}
	used := map[string]int{}
	for _, row := range v.Values {
		used[row.Was] = row.Used
	}
	v.Values = nil
	for i := 0; f.Has(fmt.Sprintf("value-%d", i)); i++ {
		row := takeRow(r, i)
		row.Used = used[row.Was]
		v.Values = append(v.Values, row)
	}
	if a.Type == annotate.Prose {
		v.Values = slices.DeleteFunc(v.Values, func(row page.ValueRow) bool { return row.Label == "" })
	}
}

func takeRow(r *http.Request, i int) page.ValueRow {
	field := func(name string) string {
		return strings.TrimSpace(r.PostForm.Get(fmt.Sprintf("%s-%d", name, i)))
	}
	value := field("value")
	if value == "" {
		value = codeName("", field("label"))
	}
	return page.ValueRow{
		Value: annotate.Value{Value: value, Label: field("label"), Guideline: field("guideline"), Active: field("active") != ""},
		Was:   field("was"),
	}
}

// redraw does what a button of the form asks: show it as it will be, or add,
// move or remove a value. The keyboard stays with what it moved.
func redraw(v *page.AttributeForm, do string) {
	name, number, _ := strings.Cut(do, "-")
	i, err := strconv.Atoi(number)
	there := err == nil && i >= 0 && i < len(v.Values)
	switch {
	case name == "add":
		v.Values = append(v.Values, newRow())
		v.Focus = fmt.Sprintf("label-%d", len(v.Values)-1)
	case name == "up" && there && i > 0:
		v.Values[i], v.Values[i-1] = v.Values[i-1], v.Values[i]
		v.Focus = steady("up", i-1, i-1 == 0, "down")
	case name == "down" && there && i < len(v.Values)-1:
		v.Values[i], v.Values[i+1] = v.Values[i+1], v.Values[i]
		v.Focus = steady("down", i+1, i+1 == len(v.Values)-1, "up")
	case name == "remove" && there && v.Values[i].Used == 0:
		v.Values = slices.Delete(v.Values, i, i+1)
		v.Focus = "do-add"
	default:
		v.Preview, v.Focus = true, "do-preview"
	}
}

// steady is the button the keyboard is on after a move: the same one, or the
// other at the end of the list, where the same one can do no more.
func steady(button string, i int, atEnd bool, other string) string {
	if atEnd {
		button = other
	}
	return fmt.Sprintf("%s-%d", button, i)
}

// removeAttribute takes an attribute out of the codebook with which nothing is
// coded.
func (s *Server) removeAttribute(w http.ResponseWriter, r *http.Request) error {
	v, err := s.attributeForm(r)
	if err != nil {
		return err
	}
	return s.amend(w, r, codebookEdit{
		form: &v.CodebookForm, next: v.Codebook.WithoutAttribute(v.Was), title: s.language(r).T("Attribute"),
		page: func(f page.Frame) templ.Component { return page.EditAttribute(f, v) },
		done: s.language(r).T("The attribute “%s” is removed.", v.Attribute.Label),
	})
}
