package server

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// textFile is a text file, by its name.
type textFile struct{ name, content string }

// submit sends the form of a new article, given as pairs of name and value,
// with files.
func (v *visitor) submit(files []textFile, pairs ...string) *answer {
	v.t.tb.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for i := 0; i < len(pairs); i += 2 {
		if err := w.WriteField(pairs[i], pairs[i+1]); err != nil {
			v.t.tb.Fatal(err)
		}
	}
	for _, f := range files {
		part, err := w.CreateFormFile("files", f.name)
		if err == nil {
			_, err = part.Write([]byte(f.content))
		}
		if err != nil {
			v.t.tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		v.t.tb.Fatal(err)
	}
	return v.send(http.MethodPost, "/projects/harbour/new-article", w.FormDataContentType(), body.Bytes())
}

// added reads the one article there is.
func (t *testServer) added() (annotate.Article, annotate.Revision) {
	t.tb.Helper()
	page, err := t.store.Articles(t.tb.Context(), store.Operator(t.project), store.ArticleFilter{})
	if err != nil || len(page.Items) != 1 {
		t.tb.Fatalf("there are %d articles (%v), want one", len(page.Items), err)
	}
	a, r, err := t.store.Article(t.tb.Context(), t.project.ID, page.Items[0].ID)
	if err != nil {
		t.tb.Fatal(err)
	}
	return a, r
}

func (t *testServer) addArticleText(headline, text string) annotate.Article {
	t.tb.Helper()
	doc, err := t.store.AddArticle(t.tb.Context(), t.project.ID, annotate.Article{Headline: headline, CreatedBy: t.user(string(store.NewID())+"@example.org", "Ines", false)}, text, t.clock)
	if err != nil {
		t.tb.Fatal(err)
	}
	return doc.Article
}

func TestTheAPIKeepsTheTextItIsSent(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	analyst := s.as(annotate.Analyst)
	body := map[string]string{
		"headline": "  Not in \n the text ", "text": "First line\r\n\r\nSecond 🙂", "url": "https://example.org/a", "publisher": "Gazette",
		"author": "A. B.", "datePublished": "2026-11", "inLanguage": "en",
	}
	answer := analyst.withToken().api("POST", "/projects/harbour/articles", body).is(http.StatusCreated)
	var got map[string]any
	answer.into(&got)
	a, r := s.added()
	want := map[string]any{
		"id": string(a.ID), "headline": "Not in the text", "url": "https://example.org/a", "publisher": "Gazette", "author": "A. B.",
		"datePublished": "2026-11", "datePublishedOrigin": "unknown", "inLanguage": "en", "created_by": string(analyst.user),
		"created_at": "2026-11-23T09:00:00Z", "revision": string(r.ID), "sha256": fmt.Sprintf("%x", r.SHA256),
		"normalisations": []any{"crlf"},
		"blocks": []any{
			map[string]any{"type": "heading", "start": 0.0, "end": 10.0}, map[string]any{"type": "paragraph", "start": 12.0, "end": 20.0},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	if r.Text != "First line\n\nSecond 🙂" {
		t.Errorf("the text is %q", r.Text)
	}
	location := answer.header.Get("Location")
	if location != "/api/v1/projects/harbour/articles/"+string(a.ID) {
		t.Errorf("the location is %q", location)
	}
	analyst.get(location).is(http.StatusOK).says(`"text":"First line\n\nSecond 🙂"`)
}

func TestTheAPITakesTheHeadlineFromTheText(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.as(annotate.Analyst).api("POST", "/projects/harbour/articles", map[string]string{"text": "\n Only line \n"}).is(http.StatusCreated).
		says(`"headline":"Only line"`, `"datePublished":""`, `"datePublishedOrigin":""`)
	if _, r := s.added(); r.Text != "\n Only line \n" {
		t.Errorf("the text is %q", r.Text)
	}
}

func TestBadArticlesGetTheirProblem(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	analyst := s.as(annotate.Analyst)
	tests := map[string]struct {
		body   any
		status int
		fields []string
	}{
		"no text":            {map[string]string{"text": " "}, 422, []string{"text"}},
		"text missing":       {map[string]string{"headline": "x"}, 422, []string{"text"}},
		"all at once":        {map[string]string{"text": "", "url": "here", "datePublished": "yesterday", "inLanguage": "?"}, 422, []string{"datePublished", "inLanguage", "text", "url"}},
		"origin, no date":    {map[string]string{"text": "x", "datePublishedOrigin": "page"}, 422, []string{"datePublishedOrigin"}},
		"unknown field":      {map[string]string{"text": "x", "headlin": "y"}, 422, []string{"headlin"}},
		"not UTF-8":          {"{\"text\": \"caf\xe9\"}", 400, nil},
		"half a surrogate":   {`{"text": "\ud83d"}`, 400, nil},
		"NUL in a headline":  {map[string]string{"text": "x", "headline": "a\x00b"}, 422, []string{"text"}},
		"text over 4 MiB":    {map[string]string{"text": strings.Repeat("x", 4<<20+1)}, 413, nil},
		"body over 8 MiB":    {map[string]string{"text": strings.Repeat("x", 8<<20+1)}, 413, nil},
		"body of 10 MB more": {strings.Repeat(" ", 10_000_000), 413, nil},
	}
	for name, test := range tests {
		p := analyst.api("POST", "/projects/harbour/articles", test.body).problem(test.status)
		var fields []string
		for _, e := range p.Errors {
			fields = append(fields, e.Field)
		}
		if test.fields != nil && !slices.Equal(fields, test.fields) {
			t.Errorf("%s: complaints about %q, want %q", name, fields, test.fields)
		}
	}
	analyst.get("/projects/harbour/articles").is(http.StatusOK).says("No article yet")
}

func TestArticlesAreListedInPagesAndSearched(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for i := range 5 {
		s.addArticleText(fmt.Sprintf("Number %d", i), fmt.Sprintf("Text of %d & more", i))
	}
	viewer := s.as(annotate.Viewer)
	type list struct {
		Items []struct {
			ID, Headline    string
			AnnotationCount int `json:"annotation_count"`
			Claims          map[string]int
			Found           *struct{ Headline, Text []map[string]any }
		}
		Next string
	}
	var headlines []string
	for path := "/projects/harbour/articles?limit=2"; path != ""; {
		var page list
		viewer.api("GET", path, nil).is(http.StatusOK).into(&page)
		for _, a := range page.Items {
			headlines = append(headlines, a.Headline)
			if len(a.Claims) != 5 || a.Claims["unreviewed"] != 0 || a.Found != nil {
				t.Errorf("listed as %+v", a)
			}
		}
		if path = ""; page.Next != "" {
			path = "/projects/harbour/articles?limit=2&cursor=" + page.Next
		}
	}
	if want := []string{"Number 4", "Number 3", "Number 2", "Number 1", "Number 0"}; !slices.Equal(headlines, want) {
		t.Errorf("page by page %q, want %q", headlines, want)
	}
	var found list
	viewer.api("GET", "/projects/harbour/articles?q=TEXT+3&state=untagged", nil).is(http.StatusOK).into(&found)
	if len(found.Items) != 1 || found.Items[0].Found == nil || found.Items[0].Found.Text[0]["match"] != true || found.Items[0].Found.Text[0]["text"] != "Text" {
		t.Errorf("found %+v", found)
	}
	for field, query := range map[string]string{"state": "state=lost", "limit": "limit=0", "cursor": "cursor=x", "q": "q=" + strings.Repeat("a", 501)} {
		p := viewer.api("GET", "/projects/harbour/articles?"+query, nil).problem(http.StatusUnprocessableEntity)
		if len(p.Errors) != 1 || p.Errors[0].Field != field {
			t.Errorf("%s: %+v, want a complaint about %s", query, p.Errors, field)
		}
	}
	viewer.get("/projects/harbour/articles?q=3+more").is(http.StatusOK).says("Number <mark>3</mark>", "of <mark>3</mark>", "<mark>more</mark>").keepsQuietAbout("Number 2")
	viewer.get("/projects/harbour/articles?q=nowhere").is(http.StatusOK).says("Nothing found")
	viewer.get("/projects/harbour/articles?state=done").is(http.StatusOK).says("Nothing is done yet")
	viewer.get("/projects/harbour/articles?state=lost").is(http.StatusUnprocessableEntity).says("Use untagged, open, disputed or done.")
}

func TestThePageComposesHeadlineAndText(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		pairs    []string
		files    []textFile
		headline string
		text     string
	}{
		"text alone":              {[]string{"text", "First\r\nSecond"}, nil, "First", "First\nSecond"},
		"headline not in it":      {[]string{"headline", "Given", "text", "First\r\nSecond"}, nil, "Given", "Given\n\nFirst\nSecond"},
		"headline is its first":   {[]string{"headline", "  First  line ", "text", "\r\nFirst line\r\nSecond"}, nil, "First line", "\nFirst line\nSecond"},
		"a file":                  {nil, []textFile{{"a.txt", "\ufeffFirst\r\nSecond"}}, "First", "First\nSecond"},
		"a file, and a headline":  {[]string{"headline", "Given"}, []textFile{{"a.txt", "\ufeff\nFirst"}}, "Given", "Given\n\nFirst"},
		"white space of the text": {[]string{"text", "  First\t\r\n\r\n "}, nil, "First", "  First\t\n\n "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			answer := s.as(annotate.Analyst).submit(test.files, test.pairs...)
			a, r := s.added()
			answer.leadsTo("/projects/harbour/articles/" + string(a.ID))
			if a.Headline != test.headline || r.Text != test.text {
				t.Errorf("headline %q, text %q, want %q and %q", a.Headline, r.Text, test.headline, test.text)
			}
		})
	}
}

func TestWhoeverFillsInTheFormIsWhereTheDateComesFrom(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	analyst := s.as(annotate.Analyst)
	analyst.submit(nil, "text", "Text", "url", " https://example.org ", "publisher", "The  Gazette", "author", "A", "datePublished", "2026-11", "inLanguage", "en").is(http.StatusSeeOther)
	want := annotate.Metadata{URL: "https://example.org", Publisher: "The Gazette", Author: "A", DatePublished: "2026-11", DatePublishedOrigin: "analyst", InLanguage: "en"}
	a, _ := s.added()
	if a.Metadata != want || a.CreatedBy != analyst.user {
		t.Errorf("kept %+v by %s, want %+v by %s", a.Metadata, a.CreatedBy, want, analyst.user)
	}
}

func TestSeveralFilesBecomeSeveralArticles(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	analyst := s.as(annotate.Analyst)
	files := []textFile{{"one.txt", "One\n\nText"}, {"two.txt", "Two\r\nText"}}
	analyst.submit(files, "publisher", "Gazette").leadsTo("/projects/harbour/articles")
	analyst.get("/projects/harbour/articles").is(http.StatusOK).says("2 articles added.", "One", "Two", "Gazette")
}

func TestBadFormsAreShownAgainAsTheyWereSent(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	analyst := s.as(annotate.Analyst)
	typed := []string{"headline", "My headline", "publisher", "My publisher", "author", "My author", "inLanguage", "en"}
	tests := map[string]struct {
		files  []textFile
		pairs  []string
		status int
		says   []string
	}{
		"no text":           {nil, []string{"text", " "}, 422, []string{"Give the article's text."}},
		"bad metadata":      {nil, []string{"text", "My text", "url", "my-address", "datePublished", "soon"}, 422, []string{"My text", "my-address", "soon", "begins with https://", "Give a year, month, day or moment"}},
		"not UTF-8":         {[]textFile{{"latin.txt", "caf\xe9"}}, nil, 422, []string{"latin.txt: This is not valid UTF-8.", "Nothing was added"}},
		"UTF-16":            {[]textFile{{"wide.txt", "\xff\xfeh\x00i\x00"}}, nil, 422, []string{"wide.txt: This is not valid UTF-8."}},
		"an empty file":     {[]textFile{{"empty.txt", ""}}, nil, 422, []string{"empty.txt: Give the article's text."}},
		"text and files":    {[]textFile{{"a.txt", "A"}}, []string{"text", "My text"}, 422, []string{"not both at once", "My text"}},
		"several and a URL": {[]textFile{{"a.txt", "A"}, {"b.txt", "B"}}, []string{"url", "https://example.org"}, 422, []string{"each begins with its own headline", "give each its own afterwards", "https://example.org"}},
		"too long":          {nil, []string{"text", strings.Repeat("é", 2<<20+1)}, 413, []string{"longer than 4 MiB"}},
		"a file too long":   {[]textFile{{"long.txt", strings.Repeat("x", 4<<20+1)}}, nil, 422, []string{"long.txt: This is longer than 4 MiB"}},
		"a bad one of two":  {[]textFile{{"good.txt", "Good"}, {"bad.txt", "\xff"}}, []string{"headline", ""}, 422, []string{"bad.txt: This is not valid UTF-8."}},
	}
	for name, test := range tests {
		pairs := append(slices.Clone(test.pairs), typed...)
		if name == "a bad one of two" {
			pairs = test.pairs
		} else {
			test.says = append(test.says, `value="My headline"`, `value="My publisher"`, `value="My author"`, `value="en"`)
		}
		t.Run(name, func(_ *testing.T) {
			analyst.submit(test.files, pairs...).is(test.status).says(test.says...)
		})
	}
	analyst.submit([]textFile{{"a.txt", strings.Repeat("x", 5<<20)}, {"b.txt", strings.Repeat("x", 5<<20)}}).is(http.StatusRequestEntityTooLarge).says("over the limit of 8 MiB")
	analyst.submit(nil, "text", "x", "publisher", "caf\xe9").is(http.StatusUnprocessableEntity)
	analyst.get("/projects/harbour/articles").is(http.StatusOK).says("No article yet")
}

func TestMetadataIsChanged(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	analyst := s.as(annotate.Analyst)
	a := s.addArticleText("Old", "Text")
	path := "/projects/harbour/articles/" + string(a.ID)
	analyst.api("PATCH", path, map[string]string{"publisher": "Gazette", "datePublished": "2026-11-23", "datePublishedOrigin": "url"}).is(http.StatusOK).
		says(`"headline":"Old"`, `"publisher":"Gazette"`, `"datePublishedOrigin":"url"`)
	analyst.get(path+"/metadata").is(http.StatusOK).says(`value="Old"`, `value="Gazette"`, "It was found in the address.")

	form := []string{"headline", "New", "publisher", "Courier", "datePublished", "2026-11-23"}
	analyst.post(path+"/metadata", form...).leadsTo(path)
	if got, _ := s.added(); got.Headline != "New" || got.Publisher != "Courier" || got.DatePublishedOrigin != "url" {
		t.Errorf("the form made it %+v; a date left alone stays where it was found", got)
	}
	analyst.post(path+"/metadata", "headline", "New", "datePublished", "2026").leadsTo(path)
	if got, _ := s.added(); got.Publisher != "" || got.DatePublishedOrigin != "analyst" {
		t.Errorf("the form made it %+v; a new date is the analyst's", got)
	}
	analyst.api("PATCH", path, map[string]string{"datePublished": "2025"}).is(http.StatusOK).says(`"datePublishedOrigin":"unknown"`)
	analyst.api("PATCH", path, map[string]string{"datePublished": ""}).is(http.StatusOK).says(`"datePublished":"","datePublishedOrigin":""`)

	analyst.post(path+"/metadata", "headline", " ", "url", "nowhere").is(http.StatusUnprocessableEntity).says("Give a headline", `value="nowhere"`, "begins with https://")
	p := analyst.api("PATCH", path, map[string]string{"headline": "", "inLanguage": "?"}).problem(http.StatusUnprocessableEntity)
	if len(p.Errors) != 2 || p.Errors[0].Field != "headline" || p.Errors[1].Field != "inLanguage" {
		t.Errorf("complaints %+v", p.Errors)
	}
}

func TestDeletionAsksFirst(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	manager := s.as(annotate.Manager)
	a, b := s.addArticleText("Doomed", "Text"), s.addArticleText("Doomed too", "Text")
	path := "/projects/harbour/articles/" + string(a.ID)
	manager.get(path+"/delete").is(http.StatusOK).says("Delete this article?", "Doomed", "Nothing is tagged in it.")
	manager.get("/projects/harbour/articles").says("Doomed")
	manager.post(path + "/delete").leadsTo("/projects/harbour/articles")
	manager.get(path + "/delete").is(http.StatusNotFound)
	manager.post(path + "/delete").is(http.StatusNotFound)
	manager.api("DELETE", "/projects/harbour/articles/"+string(b.ID), nil).is(http.StatusNoContent)
	manager.api("DELETE", "/projects/harbour/articles/"+string(b.ID), nil).problem(http.StatusNotFound)
	manager.get("/projects/harbour/articles").says("No article yet")
}

func TestWhoMayDoWhatWithArticles(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	a := s.addArticleText("Kept", "Text")
	path := "/projects/harbour/articles/" + string(a.ID)
	stranger, viewer, analyst, reviewer, manager := s.as(""), s.as(annotate.Viewer), s.as(annotate.Analyst), s.as(annotate.Reviewer), s.as(annotate.Manager)
	text := map[string]string{"text": "x"}
	for name, test := range map[string]struct {
		answer *answer
		status int
	}{
		"stranger lists":        {stranger.get("/projects/harbour/articles"), 404},
		"stranger lists by API": {stranger.api("GET", "/projects/harbour/articles", nil), 404},
		"viewer lists":          {viewer.get("/projects/harbour/articles"), 200},
		"viewer's form":         {viewer.get("/projects/harbour/new-article"), 403},
		"viewer adds":           {viewer.submit(nil, "text", "x"), 403},
		"viewer adds by API":    {viewer.api("POST", "/projects/harbour/articles", text), 403},
		"viewer changes":        {viewer.post(path+"/metadata", "headline", "x"), 403},
		"viewer patches":        {viewer.api("PATCH", path, map[string]string{"headline": "x"}), 403},
		"analyst adds":          {analyst.api("POST", "/projects/harbour/articles", text), 201},
		"analyst's form":        {analyst.get("/projects/harbour/new-article"), 200},
		"reviewer asks":         {reviewer.get(path + "/delete"), 403},
		"reviewer deletes":      {reviewer.post(path + "/delete"), 403},
		"analyst deletes":       {analyst.api("DELETE", path, nil), 403},
		"manager asks":          {manager.get(path + "/delete"), 200},
		"nobody lists":          {s.nobody().api("GET", "/projects/harbour/articles", nil), 401},
		"no such project":       {manager.get("/projects/nowhere/articles"), 404},
		"no such article":       {analyst.get("/projects/harbour/articles/" + string(store.NewID()) + "/metadata"), 404},
		"no id":                 {analyst.get("/projects/harbour/articles/x/metadata"), 404},
	} {
		if test.answer.status != test.status {
			t.Errorf("%s: got %d, want %d", name, test.answer.status, test.status)
		}
	}
	viewer.get("/projects/harbour/articles").keepsQuietAbout("New article", "Edit the details", "Delete")
	analyst.get("/projects/harbour/articles").says("New article", "Edit the details").keepsQuietAbout("/delete")
	manager.get("/projects/harbour/articles").says(path + "/delete")
}

func TestTheFirstArticleIsOneStepAway(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.as(annotate.Analyst).get("/projects/harbour/articles").is(http.StatusOK).says("No article yet", "Add the first article", `href="/projects/harbour/new-article"`)
	s.as(annotate.Viewer).get("/projects/harbour/articles").is(http.StatusOK).says("No article yet").keepsQuietAbout("new-article")
}
