package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/web/language"
	"onrecord.dev/web/page"
)

func (s *Server) listArticles(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	v := page.ArticlesView{Filter: page.ArticlesFilter{
		Query: strings.TrimSpace(query.Get("q")), State: annotate.ArticleState(query.Get("state")), Publisher: query.Get("publisher"),
		InLanguage: query.Get("inLanguage"), DatePublished: query.Get("datePublished"),
	}, Cursor: query.Get("cursor")}
	status := http.StatusOK
	project := asker(r.Context()).Project.ID
	found, err := s.store.Articles(r.Context(), asker(r.Context()), store.ArticleFilter{
		Query: v.Filter.Query, State: v.Filter.State, Publisher: v.Filter.Publisher, InLanguage: v.Filter.InLanguage,
		DatePublished: v.Filter.DatePublished, Limit: articlesOnPage, Cursor: v.Cursor,
	})
	if bad, ok := complaintsOf(err, "", ""); ok {
		v.Complaints, status = bad, http.StatusUnprocessableEntity
	} else if err != nil {
		return err
	}
	v.Articles, v.Next = found.Items, found.Next
	if v.Publishers, err = s.store.Publishers(r.Context(), project); err != nil {
		return err
	}
	if v.Counts, err = s.store.CountArticles(r.Context(), asker(r.Context())); err != nil {
		return err
	}
	f := s.frame(w, r, s.language(r).T("Articles"))
	f.Active = page.NavArticles
	return s.render(w, r, status, page.Articles(f, v))
}

// articlesOnPage is how many articles the page lists at a time.
const articlesOnPage = 25

func (s *Server) showNewArticle(w http.ResponseWriter, r *http.Request) error {
	return s.newArticlePage(w, r, http.StatusOK, page.ArticleForm{}, nil)
}

func (s *Server) newArticlePage(w http.ResponseWriter, r *http.Request, status int, form page.ArticleForm, bad annotate.Invalid) error {
	f := s.frame(w, r, s.language(r).T("New article"))
	f.Active = page.NavArticles
	return s.render(w, r, status, page.NewArticle(f, form, bad))
}

func (s *Server) addArticle(w http.ResponseWriter, r *http.Request) error {
	if err := readUpload(r); err != nil {
		return err
	}
	form := decodeArticleForm(r)
	a := asker(r.Context())
	articles, err := form.articles(s.language(r), a.User.ID, r.MultipartForm.File["files"])
	var docs []annotate.AnnotatedArticle
	if err == nil {
		docs, err = s.store.AddArticles(r.Context(), a.Project.ID, articles, s.now())
	}
	if errors.Is(err, annotate.ErrTooLarge) {
		return s.newArticlePage(w, r, http.StatusRequestEntityTooLarge, page.ArticleForm(form), annotate.Invalid{"text": textTooLarge})
	}
	if bad, ok := complaintsOf(err, "", ""); ok {
		return s.newArticlePage(w, r, http.StatusUnprocessableEntity, page.ArticleForm(form), bad)
	}
	if err != nil {
		return err
	}
	if len(docs) > 1 {
		return s.redirect(w, r, page.ArticlesURL(a.Project.Slug), s.language(r).N(len(docs), "%d article added.", "%d articles added."))
	}
	return s.redirect(w, r, page.ArticleURL(a.Project.Slug, docs[0].Article.ID), s.language(r).T("Article added. Select words of it to tag them."))
}

const textTooLarge = "This is longer than 4 MiB, the most a text may be. Add it in parts."

// readUpload reads a form that may come with files.
func readUpload(r *http.Request) error {
	if err := r.ParseForm(); err != nil { // which ParseMultipartForm would keep to itself
		return fmt.Errorf("%w: %w", errBadRequest, err)
	}
	err := r.ParseMultipartForm(largeBodyLimit)
	if errors.Is(err, http.ErrNotMultipart) {
		r.MultipartForm, err = &multipart.Form{}, nil
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errBadRequest, err)
	}
	return checkForm(r.PostForm)
}

// articleForm is the form by which an article comes in or changes.
type articleForm page.ArticleForm

func decodeArticleForm(r *http.Request) articleForm {
	field := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	return articleForm{
		Headline: oneLine(field("headline")),
		// Browsers send the line ends of a form as CR LF, whatever they were.
		Text:          strings.ReplaceAll(r.PostForm.Get("text"), "\r\n", "\n"),
		URL:           field("url"),
		Publisher:     oneLine(field("publisher")),
		Author:        oneLine(field("author")),
		DatePublished: field("datePublished"),
		InLanguage:    field("inLanguage"),
	}
}

// oneLine is s with all white space in it made single spaces.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// article is what the form says, but for the text. Whoever fills it in is
// where the date comes from.
func (f articleForm) article(by annotate.ID) annotate.Article {
	a := annotate.Article{Headline: f.Headline, CreatedBy: by, Metadata: annotate.Metadata{
		URL: f.URL, Publisher: f.Publisher, Author: f.Author, DatePublished: f.DatePublished, InLanguage: f.InLanguage,
	}}
	if a.DatePublished != "" {
		a.DatePublishedOrigin = "analyst"
	}
	return a
}

// articles are what the form adds: one with the text that was typed, or one
// for each file. What is wrong with files is said in the language: there may be
// a complaint for each.
func (f articleForm) articles(l *language.Language, by annotate.ID, files []*multipart.FileHeader) ([]store.NewArticle, error) {
	article := f.article(by)
	if len(files) == 0 {
		return []store.NewArticle{{Article: article, Text: f.withHeadline(f.Text)}}, nil
	}
	if bad := f.besideFiles(len(files)); bad != nil {
		return nil, bad
	}
	var articles []store.NewArticle
	var complaints []string
	for _, file := range files {
		text, complaint, err := readText(file)
		if err != nil {
			return nil, err
		}
		if complaint != "" {
			complaints = append(complaints, file.Filename+": "+l.Say(complaint))
		}
		articles = append(articles, store.NewArticle{Article: article, Text: f.withHeadline(text)})
	}
	if complaints != nil {
		return nil, annotate.Invalid{"files": l.T("%s Nothing was added; choose the files again.", strings.Join(complaints, " "))}
	}
	return articles, nil
}

// besideFiles complains about what makes no sense with files.
func (f articleForm) besideFiles(files int) annotate.Invalid {
	bad := annotate.Invalid{}
	if strings.TrimSpace(f.Text) != "" {
		bad["text"] = "Paste a text or choose files, not both at once."
	}
	if files > 1 && f.Headline != "" {
		bad["headline"] = "Leave this empty with several files: each begins with its own headline."
	}
	if files > 1 && f.URL != "" {
		bad["url"] = "Leave this empty with several files, and give each its own afterwards."
	}
	if len(bad) == 0 {
		return nil
	}
	return bad
}

// withHeadline is text with the headline before it, where one was given that
// is not there yet: what is said of an article is found in its text.
func (f articleForm) withHeadline(text string) string {
	if f.Headline == "" || strings.TrimSpace(text) == "" || oneLine(annotate.HeadlineOf(text)) == f.Headline {
		return text
	}
	return f.Headline + "\n\n" + strings.TrimLeft(text, "\ufeff\r\n")
}

// readText reads a file as it came, or says why it is no text.
func readText(file *multipart.FileHeader) (text, complaint string, err error) {
	if file.Size > annotate.MaxText {
		return "", textTooLarge, nil
	}
	content, err := file.Open()
	if err != nil {
		return "", "", fmt.Errorf("open %s: %w", file.Filename, err)
	}
	defer func() { _ = content.Close() }() // only read
	b, err := io.ReadAll(content)
	if err != nil {
		return "", "", fmt.Errorf("read %s: %w", file.Filename, err)
	}
	_, _, err = annotate.Normalise(string(b))
	if bad, ok := errors.AsType[annotate.Invalid](err); ok {
		return "", bad["text"], nil
	}
	return string(b), "", err
}

func (s *Server) showMetadata(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "article")
	if err != nil {
		return err
	}
	a, _, err := s.store.Article(r.Context(), asker(r.Context()).Project.ID, id)
	if err != nil {
		return err
	}
	return s.metadataPage(w, r, http.StatusOK, a, page.FormOfArticle(a), nil)
}

func (s *Server) metadataPage(w http.ResponseWriter, r *http.Request, status int, a annotate.Article, form page.ArticleForm, bad annotate.Invalid) error {
	f := s.frame(w, r, s.language(r).T("Details of “%s”", a.Headline))
	f.Active = page.NavArticles
	return s.render(w, r, status, page.Metadata(f, a, form, bad))
}

func (s *Server) changeMetadata(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "article")
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	form := decodeArticleForm(r)
	asker := asker(r.Context())
	var was annotate.Article
	a, err := s.store.UpdateArticle(r.Context(), asker.Project.ID, id, s.now(), func(a *annotate.Article) error {
		was = *a
		a.Headline, a.Metadata = form.Headline, form.article("").Metadata
		if a.DatePublished == was.DatePublished { // found by somebody else, and left as it is
			a.DatePublishedOrigin = was.DatePublishedOrigin
		}
		return nil
	})
	if bad, ok := complaintsOf(err, "", ""); ok {
		return s.metadataPage(w, r, http.StatusUnprocessableEntity, was, page.ArticleForm(form), bad)
	}
	if err != nil {
		return err
	}
	return s.redirect(w, r, page.ArticleURL(asker.Project.Slug, a.ID), s.language(r).T("Details saved."))
}

func (s *Server) showArticleDeletion(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "article")
	if err != nil {
		return err
	}
	a, err := s.store.ListedArticle(r.Context(), asker(r.Context()), id)
	if err != nil {
		return err
	}
	f := s.frame(w, r, s.language(r).T("Delete “%s”", a.Headline))
	f.Active = page.NavArticles
	return s.render(w, r, http.StatusOK, page.DeleteArticle(f, a))
}

func (s *Server) deleteArticle(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "article")
	if err != nil {
		return err
	}
	p := asker(r.Context()).Project
	if err := s.store.DeleteArticle(r.Context(), p.ID, id); err != nil {
		return err
	}
	return s.redirect(w, r, page.ArticlesURL(p.Slug), s.language(r).T("Article deleted."))
}

// ArticleFields is what lists say of an article. It is exported because huma
// leaves embedded structs that are not out of the API's description.
type ArticleFields struct {
	ID                  annotate.ID `json:"id"`
	Headline            string      `json:"headline"`
	URL                 string      `json:"url"`
	Publisher           string      `json:"publisher"`
	Author              string      `json:"author"`
	DatePublished       string      `json:"datePublished" doc:"EDTF; its length is its precision."`
	DatePublishedOrigin string      `json:"datePublishedOrigin" doc:"Where the date was found: page, url, analyst or unknown. Empty without a date."`
	InLanguage          string      `json:"inLanguage" doc:"BCP 47."`
	CreatedBy           annotate.ID `json:"created_by"`
	CreatedAt           time.Time   `json:"created_at"`
}

func fieldsOf(a annotate.Article) ArticleFields {
	return ArticleFields{
		ID: a.ID, Headline: a.Headline, URL: a.URL, Publisher: a.Publisher, Author: a.Author, DatePublished: a.DatePublished,
		DatePublishedOrigin: a.DatePublishedOrigin, InLanguage: a.InLanguage, CreatedBy: a.CreatedBy, CreatedAt: a.CreatedAt.UTC(),
	}
}

type addArticleInput struct {
	ProjectPath
	Body struct {
		Text                string `json:"text" doc:"Kept as it is, but that line ends become LF, and byte order marks and U+0000 go. At most 4 MiB. Offsets count in what is kept."`
		Headline            string `json:"headline,omitempty" doc:"At most 500 characters; the text's first line if absent. It is not added to the text."`
		URL                 string `json:"url,omitempty"`
		Publisher           string `json:"publisher,omitempty"`
		Author              string `json:"author,omitempty"`
		DatePublished       string `json:"datePublished,omitempty" doc:"EDTF: a year, a month, a day or a moment." example:"2026-11-23"`
		DatePublishedOrigin string `json:"datePublishedOrigin,omitempty" doc:"Where the date was found: page, url, analyst or unknown, which it is if absent."`
		InLanguage          string `json:"inLanguage,omitempty" doc:"BCP 47." example:"pt-BR"`
	}
}

type addArticleOutput struct {
	Location string `header:"Location"`
	Body     struct {
		ArticleFields
		Revision       annotate.ID              `json:"revision" doc:"The text as it is now."`
		SHA256         string                   `json:"sha256" doc:"Of the text in UTF-8, in hexadecimal."`
		Normalisations []annotate.Normalisation `json:"normalisations" nullable:"false" doc:"What was changed in the text: crlf, cr, bom, nul."`
		Blocks         []annotate.Block         `json:"blocks" nullable:"false"`
	}
}

// apiAddArticle adds an article with its text.
func (s *Server) apiAddArticle(ctx context.Context, in *addArticleInput) (*addArticleOutput, error) {
	b := in.Body
	a := annotate.Article{Headline: oneLine(b.Headline), CreatedBy: asker(ctx).User.ID, Metadata: annotate.Metadata{
		URL: strings.TrimSpace(b.URL), Publisher: oneLine(b.Publisher), Author: oneLine(b.Author), DatePublished: strings.TrimSpace(b.DatePublished),
		DatePublishedOrigin: b.DatePublishedOrigin, InLanguage: strings.TrimSpace(b.InLanguage),
	}}
	if a.DatePublished != "" {
		a.DatePublishedOrigin = cmp.Or(a.DatePublishedOrigin, "unknown")
	}
	p := asker(ctx).Project
	doc, err := s.store.AddArticle(ctx, p.ID, a, b.Text, s.now())
	if err != nil {
		return nil, err
	}
	out := &addArticleOutput{Location: "/api/v1" + page.ArticleURL(p.Slug, doc.Article.ID)}
	out.Body.ArticleFields = fieldsOf(doc.Article)
	out.Body.Revision, out.Body.SHA256 = doc.Revision.ID, fmt.Sprintf("%x", doc.Revision.SHA256)
	out.Body.Normalisations, out.Body.Blocks = emptyNotNull(doc.Revision.Normalisations), emptyNotNull(doc.Revision.Blocks)
	return out, nil
}

type listArticlesInput struct {
	ProjectPath
	Q             string `query:"q" doc:"Words of the headline or the text, whatever their case and accents: all of them, \"a phrase\", one or another, and not -this. The last may be the beginning of one."`
	State         string `query:"state" enum:"untagged,open,disputed,done" doc:"untagged: nothing is tagged; open: a claim is unreviewed or has changes requested; disputed: a claim is; done: there are claims, and all are decided."`
	Publisher     string `query:"publisher" doc:"The whole name."`
	InLanguage    string `query:"inLanguage" doc:"The whole tag."`
	DatePublished string `query:"datePublished" doc:"The beginning of the date: 2026-11 is all of November."`
	Limit         int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	Cursor        string `query:"cursor" doc:"The next of an earlier answer."`
}

type stretchJSON struct {
	Text  string `json:"text"`
	Match bool   `json:"match" doc:"This is one of the words sought."`
}

type foundJSON struct {
	Headline []stretchJSON `json:"headline" nullable:"false" doc:"The whole headline, piece by piece."`
	Text     []stretchJSON `json:"text" nullable:"false" doc:"Passages of the text, piece by piece."`
}

type listedArticleJSON struct {
	ArticleFields
	Annotations int                          `json:"annotation_count"`
	Claims      map[annotate.ReviewState]int `json:"claims" doc:"How many claims there are in each state."`
	Found       *foundJSON                   `json:"found,omitempty" doc:"Where the words sought stand. Only in a search."`
}

func listedArticleRecord(a annotate.ListedArticle) listedArticleJSON {
	j := listedArticleJSON{ArticleFields: fieldsOf(a.Article), Annotations: a.Progress.Annotations, Claims: map[annotate.ReviewState]int{}}
	for _, state := range annotate.ReviewStates {
		j.Claims[state] = a.Progress.In(state)
	}
	if a.Found != nil {
		j.Found = &foundJSON{Headline: stretchRecords(a.Found.Headline), Text: stretchRecords(a.Found.Text)}
	}
	return j
}

func stretchRecords(stretches []annotate.Stretch) []stretchJSON {
	records := make([]stretchJSON, len(stretches))
	for i, s := range stretches {
		records[i] = stretchJSON(s)
	}
	return records
}

type listArticlesOutput struct {
	Body struct {
		Items []listedArticleJSON `json:"items" nullable:"false" doc:"The newest first."`
		Next  string              `json:"next,omitempty" doc:"Send it back as cursor to read on; absent at the end."`
	}
}

// apiListArticles lists and searches a project's articles.
func (s *Server) apiListArticles(ctx context.Context, in *listArticlesInput) (*listArticlesOutput, error) {
	found, err := s.store.Articles(ctx, asker(ctx), store.ArticleFilter{
		Query: strings.TrimSpace(in.Q), State: annotate.ArticleState(in.State), Publisher: in.Publisher, InLanguage: in.InLanguage,
		DatePublished: in.DatePublished, Limit: in.Limit, Cursor: in.Cursor,
	})
	if err != nil {
		return nil, err
	}
	out := &listArticlesOutput{}
	out.Body.Items, out.Body.Next = make([]listedArticleJSON, len(found.Items)), found.Next
	for i, a := range found.Items {
		out.Body.Items[i] = listedArticleRecord(a)
	}
	return out, nil
}

type updateArticleInput struct {
	ArticlePath
	Body struct {
		Headline            *string `json:"headline,omitempty" doc:"What is absent stays as it is. The text never changes."`
		URL                 *string `json:"url,omitempty" doc:"Empty: not known."`
		Publisher           *string `json:"publisher,omitempty"`
		Author              *string `json:"author,omitempty"`
		DatePublished       *string `json:"datePublished,omitempty"`
		DatePublishedOrigin *string `json:"datePublishedOrigin,omitempty" doc:"Where the date was found. If absent while the date changes, unknown."`
		InLanguage          *string `json:"inLanguage,omitempty"`
	}
}

type articleFieldsOutput struct{ Body ArticleFields }

// apiUpdateArticle changes an article's metadata.
func (s *Server) apiUpdateArticle(ctx context.Context, in *updateArticleInput) (*articleFieldsOutput, error) {
	id, err := annotate.ParseID(in.Article)
	if err != nil {
		return nil, err
	}
	a, err := s.store.UpdateArticle(ctx, asker(ctx).Project.ID, id, s.now(), func(a *annotate.Article) error {
		in.change(a)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &articleFieldsOutput{fieldsOf(a)}, nil
}

func (in *updateArticleInput) change(a *annotate.Article) {
	was := a.DatePublished
	set := func(field *string, value *string, tidy func(string) string) {
		if value != nil {
			*field = tidy(*value)
		}
	}
	b := in.Body
	set(&a.Headline, b.Headline, oneLine)
	set(&a.URL, b.URL, strings.TrimSpace)
	set(&a.Publisher, b.Publisher, oneLine)
	set(&a.Author, b.Author, oneLine)
	set(&a.DatePublished, b.DatePublished, strings.TrimSpace)
	set(&a.InLanguage, b.InLanguage, strings.TrimSpace)
	switch {
	case b.DatePublishedOrigin != nil:
		a.DatePublishedOrigin = *b.DatePublishedOrigin
	case a.DatePublished == "":
		a.DatePublishedOrigin = ""
	case a.DatePublished != was:
		a.DatePublishedOrigin = "unknown"
	}
}

// apiDeleteArticle deletes an article with all that was said of it.
func (s *Server) apiDeleteArticle(ctx context.Context, in *ArticlePath) (*struct{}, error) {
	id, err := annotate.ParseID(in.Article)
	if err != nil {
		return nil, err
	}
	return nil, s.store.DeleteArticle(ctx, asker(ctx).Project.ID, id)
}
