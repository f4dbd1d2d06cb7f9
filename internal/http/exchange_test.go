package server

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/exchange"
	"onrecord.dev/internal/store"
)

var update = flag.Bool("update", false, "write the golden files anew")

// told is a server whose project has all that an export has to tell of: a
// quotation in two parts, a claim within another, a chain of sources of which
// the text does not mention the last, a person under two names, reviews in
// every state and of an earlier version, a comment, a text that was
// normalised, text from right to left, emoji of many code points.
type told struct {
	*testServer
	ana, ben    annotate.ID
	wall, ferry annotate.ID
	held        annotate.ID // a claim that is approved
	now         time.Time
}

const toldText = "Harbour wall \"will hold\" 🌊\r\n\r\n“It holds,” Ilse Brandt said, “and it will.”\r\nThe Courier heard on a tape that salt got in.\r\nThe port declined to comment. A spokesman denied it.\r\n"

func newTold(tb testing.TB) told {
	tb.Helper()
	s := told{testServer: newServer(tb), now: time.Date(2026, 11, 23, 9, 0, 0, 123456000, time.UTC)}
	s.ana, s.ben = s.user("ana@example.org", "Ana Ruiz", false), s.user("ben@example.org", "Ben \"B\" Okafor", false)
	brandt := s.entity(annotate.Person, "Ilse Brandt", "I. Brandt")
	brant := s.entity(annotate.Person, "Ilse Brant")
	courier := s.entity(annotate.Outlet, "The Courier")
	s.entity(annotate.Person, "Nobody")

	s.wall = s.article(annotate.Metadata{URL: "https://news.example/wall?a=1&b=2", Publisher: "The Courier", DatePublished: "2026-11-22", DatePublishedOrigin: "page", InLanguage: "en"}, toldText)
	s.held = s.tag(s.wall, toldText, annotate.Claim, "", "It holds,", "and it will.")
	salt := s.tag(s.wall, toldText, annotate.Claim, "", "salt got in")
	heard := s.tag(s.wall, toldText, annotate.Claim, "", "heard on a tape that salt got in")
	declined := s.tag(s.wall, toldText, annotate.Claim, "", "declined to comment")
	denied := s.tag(s.wall, toldText, annotate.Claim, "", "denied it")
	again := s.tag(s.wall, toldText, annotate.Claim, "", "will hold")
	speaker := s.tag(s.wall, toldText, annotate.Speaker, brant, "Ilse Brandt")
	tape := s.tag(s.wall, toldText, annotate.Source, "", "a tape")
	unsaid := s.tag(s.wall, toldText, annotate.Source, courier)
	s.link(s.wall, s.held, annotate.RoleSpeaker, speaker)
	s.link(s.wall, salt, annotate.RoleWithin, heard)
	s.link(s.wall, heard, annotate.RoleSource, tape)
	s.link(s.wall, tape, annotate.RoleVia, unsaid)
	s.merge(brant, brandt)
	s.decide(s.held, annotate.Approve, "")
	s.decide(salt, annotate.Dispute, "Which tape?\nWhose?")
	s.decide(declined, annotate.Reject, "No claim.")
	s.decide(denied, annotate.RequestChanges, "Say <what>.")
	s.decide(again, annotate.Approve, "Before the edit.")
	s.change(s.wall, annotate.Operation{Op: annotate.Put, Annotation: &annotate.Annotation{
		ID: again, Version: 1, Kind: annotate.Claim, Fragments: s.fragments(toldText, "hold"),
		Attributes: annotate.Attributes{"quotation": "direct", "not_stated": []string{"source", "speaker"}, "time": "“now” \\ \u2028"},
	}})
	if _, err := s.store.AddComment(tb.Context(), store.Operator(s.project), annotate.Comment{Claim: s.held, Author: s.ana, Body: "Heard it 🎧\ntoo.", CreatedAt: s.later()}); err != nil {
		tb.Fatal(err)
	}

	const ferryText = "שָׁלוֹם, אמרה 👩🏽‍🚒 לעיתון. Zele\u0301nskiy agreed."
	s.ferry = s.article(annotate.Metadata{}, ferryText)
	s.tag(s.ferry, ferryText, annotate.Claim, "", "שָׁלוֹם")
	s.tag(s.ferry, ferryText, annotate.Speaker, brandt, "👩🏽‍🚒")
	s.article(annotate.Metadata{}, "Nobody has touched this.")
	return s
}

func (s *told) later() time.Time {
	s.now = s.now.Add(time.Minute)
	return s.now
}

func (s *told) entity(kind annotate.EntityType, name string, others ...string) annotate.ID {
	s.tb.Helper()
	e := annotate.Entity{Type: kind, Name: name, CreatedBy: s.ana}
	for _, other := range others {
		e.Names = append(e.Names, annotate.EntityName{Name: other, Type: annotate.Short})
	}
	e, err := s.store.AddEntity(s.tb.Context(), s.project.ID, e, s.later())
	if err != nil {
		s.tb.Fatal(err)
	}
	return e.ID
}

func (s *told) merge(from, into annotate.ID) {
	s.tb.Helper()
	if _, err := s.store.MergeEntity(s.tb.Context(), s.project.ID, store.Merge{From: from, Into: into, By: s.ana, At: s.later()}); err != nil {
		s.tb.Fatal(err)
	}
}

func (s *told) article(m annotate.Metadata, text string) annotate.ID {
	s.tb.Helper()
	d, err := s.store.AddArticle(s.tb.Context(), s.project.ID, annotate.Article{Metadata: m, CreatedBy: s.ana}, text, s.later())
	if err != nil {
		s.tb.Fatal(err)
	}
	return d.Article.ID
}

// fragments finds words where they first stand in the text as it is kept.
func (s *told) fragments(text string, words ...string) []annotate.Fragment {
	s.tb.Helper()
	text = strings.ReplaceAll(text, "\r\n", "\n")
	found := make([]annotate.Fragment, len(words))
	for i, w := range words {
		before, _, ok := strings.Cut(text, w)
		if !ok {
			s.tb.Fatalf("the text has no %q", w)
		}
		start := utf8.RuneCountInString(before)
		found[i] = annotate.Fragment{Start: start, End: start + utf8.RuneCountInString(w), Exact: w}
	}
	return found
}

func (s *told) change(article annotate.ID, op annotate.Operation) {
	s.tb.Helper()
	_, err := s.store.Append(s.tb.Context(), s.project.ID, article, store.Shared, annotate.ChangeSet{
		ID: store.NewID(), Author: s.ana, At: s.later(), Operations: []annotate.Operation{op},
	})
	if err != nil {
		s.tb.Fatal(err)
	}
}

func (s *told) tag(article annotate.ID, text, kind string, entity annotate.ID, words ...string) annotate.ID {
	s.tb.Helper()
	a := &annotate.Annotation{ID: store.NewID(), Kind: kind, Fragments: s.fragments(text, words...), Entity: entity}
	s.change(article, annotate.Operation{Op: annotate.Put, Annotation: a})
	return a.ID
}

func (s *told) link(article, from annotate.ID, role annotate.LinkRole, to annotate.ID) {
	s.tb.Helper()
	s.change(article, annotate.Operation{Op: annotate.Put, Link: &annotate.Link{ID: store.NewID(), From: from, To: to, Role: role}})
}

func (s *told) decide(claim annotate.ID, decision annotate.Decision, reason string) {
	s.tb.Helper()
	c, err := s.store.Claim(s.tb.Context(), store.Operator(s.project), claim)
	if err != nil {
		s.tb.Fatal(err)
	}
	_, err = s.store.Decide(s.tb.Context(), s.project.ID, annotate.Review{
		Claim: claim, Version: c.Claim.Version, Decision: decision, Reason: reason, Reviewer: s.ben, CreatedAt: s.later(),
	})
	if err != nil {
		s.tb.Fatal(err)
	}
}

// export reads an export of the project over the API and holds it to the
// schema.
func (s *told) export(query string) string {
	s.tb.Helper()
	return exportOf(s.as(annotate.Viewer), "harbour", query)
}

func exportOf(v *visitor, project, query string) string {
	v.t.tb.Helper()
	a := v.api("GET", "/projects/"+project+"/export?"+query, nil).is(http.StatusOK)
	keepsToSchema(a)
	return a.body
}

const schemaURL = "https://onrecord.dev/schemas/export-1.json"

func keepsToSchema(a *answer) {
	a.tb.Helper()
	parts, definitions := []string{a.body}, []string{""}
	if a.header.Get("Content-Type") == "application/x-ndjson" {
		parts, definitions = strings.Split(strings.TrimSuffix(a.body, "\n"), "\n"), []string{"#/$defs/header_line"}
	}
	for i, part := range parts {
		if i == len(definitions) {
			definitions = append(definitions, "#/$defs/article")
		}
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(part))
		if err != nil {
			a.tb.Fatalf("%s: %v", a.what, err)
		}
		if err := exportSchema(a.tb, definitions[i]).Validate(value); err != nil {
			a.tb.Fatalf("%s, part %d: %v", a.what, i, err)
		}
	}
}

func exportSchema(tb testing.TB, pointer string) *jsonschema.Schema {
	tb.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(exchange.Schema))
	if err != nil {
		tb.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(schemaURL, document); err != nil {
		tb.Fatal(err)
	}
	schema, err := c.Compile(schemaURL + pointer)
	if err != nil {
		tb.Fatal(err)
	}
	return schema
}

var uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)

var codebooks = regexp.MustCompile(`"codebook":\{.*?\},(\n?)"entities"`)

// numbered puts numbers in the place of ids, in the order they first occur:
// ids are made anew on every run. The default codebook is not for here.
func numbered(s string) string {
	s = codebooks.ReplaceAllString(s, `"codebook":{},$1"entities"`)
	numbers := map[string]string{}
	return uuids.ReplaceAllStringFunc(s, func(id string) string {
		if numbers[id] == "" {
			numbers[id] = fmt.Sprintf("%08x-0000-7000-8000-000000000000", len(numbers)+1)
		}
		return numbers[id]
	})
}

func TestAnExportIsAsItWas(t *testing.T) {
	t.Parallel()
	s := newTold(t)
	for _, format := range []string{"json", "jsonl"} {
		got := numbered(s.export("format=" + format))
		golden := filepath.Join("testdata", "export."+format)
		if *update {
			if err := os.MkdirAll("testdata", 0o750); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("the export has changed; if it may, run the test with -update\ngot  %s\nwant %s", got, want)
		}
	}
}

func (t *testServer) newProject(slug string) annotate.Project {
	t.tb.Helper()
	owner, err := t.store.User(t.tb.Context(), "owner@example.org")
	if err != nil {
		t.tb.Fatal(err)
	}
	p, err := t.store.AddProject(t.tb.Context(), store.NewProject{Slug: slug, Name: "Made " + slug, Creator: owner.ID, At: t.clock})
	if err != nil {
		t.tb.Fatal(err)
	}
	return p
}

func TestAnExportImportedIsExportedByteForByte(t *testing.T) {
	t.Parallel()
	s := newTold(t)
	for name, to := range map[string]*testServer{"same server": s.testServer, "another server": newServer(t)} {
		for _, format := range []string{"json", "jsonl"} {
			t.Run(name+" "+format, func(t *testing.T) {
				file := s.export("format=" + format)
				slug := "copy-" + format
				to.newProject(slug)
				admin := to.asAdmin()
				var dry, done importedBody
				admin.api("POST", "/projects/"+slug+"/import?dry_run=true&format="+format, file).is(http.StatusOK).into(&dry)
				empty := exportOf(admin, slug, "format="+format)
				if strings.Contains(empty, "Brandt") {
					t.Error("the dry run wrote something")
				}
				admin.api("POST", "/projects/"+slug+"/import?format="+format, file).is(http.StatusOK).into(&done)
				if !dry.DryRun || done.DryRun || done.Articles != 3 || done.Annotations != 11 || done.Links != 4 || done.Entities != 3 {
					t.Errorf("the dry run told of %+v, the import of %+v", dry, done)
				}
				if dry.DryRun = false; !cmp.Equal(dry, done) {
					t.Errorf("the dry run told of %+v, and the import did %+v", dry, done)
				}
				if got := exportOf(admin, slug, "format="+format); got != file {
					t.Errorf("exported again it differs\ngot  %s\nwant %s", got, file)
				}
				var again importedBody
				admin.api("POST", "/projects/"+slug+"/import?format="+format, file).is(http.StatusOK).into(&again)
				if !cmp.Equal(again, importedBody{Unchanged: 3, Files: []importedFile{}, Notes: []importNote{}}) {
					t.Errorf("imported once more it tells of %+v", again)
				}
			})
		}
	}
}

// What a project holds goes out in the format of any tool and comes into
// another project, where it can be found once and not twice.
func TestFilesOfOtherToolsComeAndGo(t *testing.T) {
	t.Parallel()
	s := newTold(t)
	for _, f := range exchange.Formats {
		if f.Ours() {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			file := []byte(s.asAdmin().get("/projects/" + s.project.Slug + "/export/file?format=" + f.Name).is(http.StatusOK).body)
			if !f.Reads() {
				s.asAdmin().send("POST", "/api/v1/projects/"+s.project.Slug+"/import?format="+f.Name, f.MediaType, file).is(http.StatusUnprocessableEntity)
				return
			}
			slug := "from-" + f.Name
			s.newProject(slug)
			var dry, done, again importedBody
			s.asAdmin().send("POST", "/api/v1/projects/"+slug+"/import?dry_run=true&format="+f.Name, f.MediaType, file).is(http.StatusOK).into(&dry)
			s.asAdmin().send("POST", "/api/v1/projects/"+slug+"/import?format="+f.Name, f.MediaType, file).is(http.StatusOK).into(&done)
			if done.Articles < 2 || done.Annotations < 8 {
				t.Errorf("the import tells of %+v", done)
			}
			if dry.DryRun = false; !cmp.Equal(dry, done) {
				t.Errorf("the dry run told of %+v, and the import did %+v", dry, done)
			}
			s.asAdmin().send("POST", "/api/v1/projects/"+slug+"/import?format="+f.Name, f.MediaType, file).is(http.StatusOK).into(&again)
			if again.Articles != 0 || again.Unchanged != done.Articles {
				t.Errorf("imported once more it tells of %+v", again)
			}
		})
	}
}

// A file of another tool is told apart by what is in it, read in the words of
// a mapping, and what does not fit is told by line.
func TestWhatDoesNotFitIsToldByLine(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	file := `{"text": "The mill closes, Finch said.", "label": [[0, 15, "STATEMENT"], [17, 22, "PER"], [17, 22, "CITY"]]}` + "\n" + `{"label": []}`
	var done importedBody
	s.asAdmin().api("POST", "/projects/"+s.project.Slug+"/import?dry_run=true", file).is(http.StatusOK).into(&done)
	want := []importNote{
		{"-", 1, "refused", `No kind is called "PER". Say in the mapping which one it is, or add it to the codebook.`},
		{"-", 1, "refused", `No kind is called "CITY". Say in the mapping which one it is, or add it to the codebook.`},
		{"-", 2, "refused", "There is no text here."},
	}
	if diff := cmp.Diff(want, done.Notes); diff != "" || done.Annotations != 1 {
		t.Errorf("the report: %+v %s", done, diff)
	}
	mapping := `{"kinds": [{"label": "per", "kind": "speaker"}, {"label": "city"}, {"label": "statement", "kind": "claim"}], "roles": [], "attributes": []}`
	kind, body := form(t, "mill.jsonl", file, "dry_run", "true", "mapping", mapping)
	s.asAdmin().send("POST", "/projects/"+s.project.Slug+"/import", kind, body).is(http.StatusOK).
		says("mill.jsonl, line 2", "0 repaired, 1 left out", "There is no text here.")
	kind, body = form(t, "mill.jsonl", file, "dry_run", "true", "mapping", "{")
	s.asAdmin().send("POST", "/projects/"+s.project.Slug+"/import", kind, body).is(http.StatusUnprocessableEntity).says("The mapping is not JSON")
}

// The API names the formats there are.
func TestTheAPINamesTheFormats(t *testing.T) {
	t.Parallel()
	for _, in := range []any{ExportInput{}, ImportInput{}} {
		field, _ := reflect.TypeOf(in).FieldByName("Format")
		if got := field.Tag.Get("enum"); got != strings.Join(exchange.Names(), ",") {
			t.Errorf("%T names %s", in, got)
		}
	}
}

func TestAnImportedDecisionSaysSo(t *testing.T) {
	t.Parallel()
	s := newTold(t)
	file := s.export("format=json")
	s.newProject("copy")
	admin := s.asAdmin()
	admin.api("POST", "/projects/copy/import?format=json", file).is(http.StatusOK)

	var list struct{ Items []ClaimJSON }
	admin.api("GET", "/projects/copy/claims?state=approved", nil).is(http.StatusOK).into(&list)
	if len(list.Items) == 0 || list.Items[0].LastReview == nil || list.Items[0].LastReview.Imported == nil {
		t.Fatalf("the queue tells of %+v", list.Items)
	}
	claim := "/projects/copy/claims/" + string(list.Items[0].ID)
	var told struct {
		Reviews []reviewRecord
		People  []personRecord
	}
	admin.api("GET", claim, nil).is(http.StatusOK).into(&told)
	want := &importRecord{From: projectName{"harbour", "Harbour inquiry"}, By: admin.user, At: s.clock}
	if diff := cmp.Diff(want, told.Reviews[0].Imported); diff != "" {
		t.Errorf("the decision was imported (-want +got):\n%s", diff)
	}
	if !slices.ContainsFunc(told.People, func(p personRecord) bool { return p.ID == admin.user }) {
		t.Errorf("nobody called %s is among %+v", admin.user, told.People)
	}
	admin.get(claim).is(http.StatusOK).says("Imported from Harbour inquiry by Ada Admin")
	admin.get(strings.Replace(claim, "copy", "harbour", 1)).is(http.StatusOK).keepsQuietAbout("Imported from")

	var article articleBody
	admin.api("GET", "/projects/copy/articles/"+string(list.Items[0].Article.ID), nil).is(http.StatusOK).into(&article)
	if len(article.Reviews) == 0 || article.Reviews[0].Imported == nil {
		t.Errorf("the article tells of the decisions %+v", article.Reviews)
	}
}

func TestAnExportIsNarrowedByArticleAndState(t *testing.T) {
	t.Parallel()
	s := newTold(t)
	type exported struct {
		Entities []struct{ Name string } `json:"entities"`
		People   []struct{ Name string } `json:"people"`
		Articles []struct {
			ID          annotate.ID `json:"id"`
			Annotations []struct{}  `json:"annotations"`
			Links       []struct{}  `json:"links"`
		} `json:"articles"`
	}
	tests := map[string]struct {
		query                                          string
		articles, annotations, links, entities, people int
	}{
		"all":                {"", 3, 11, 4, 3, 2},
		"one":                {"article=" + string(s.ferry), 1, 2, 0, 1, 1},
		"two":                {"article=" + string(s.ferry) + "&article=" + string(s.wall), 2, 11, 4, 2, 2},
		"approved":           {"state=approved", 1, 2, 1, 1, 2},
		"disputed":           {"state=disputed", 1, 4, 3, 1, 2},
		"unreviewed of one":  {"state=unreviewed&article=" + string(s.ferry), 1, 1, 0, 0, 1},
		"approved of ferry":  {"state=approved&article=" + string(s.ferry), 0, 0, 0, 0, 0},
		"explicitly as json": {"format=json", 3, 11, 4, 3, 2},
	}
	viewer := s.as(annotate.Viewer)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := viewer.api("GET", "/projects/harbour/export?"+test.query, nil).is(http.StatusOK)
			keepsToSchema(a)
			var got exported
			a.into(&got)
			annotations, links := 0, 0
			for _, d := range got.Articles {
				annotations += len(d.Annotations)
				links += len(d.Links)
			}
			if len(got.Articles) != test.articles || annotations != test.annotations || links != test.links ||
				len(got.Entities) != test.entities || len(got.People) != test.people {
				t.Errorf("%d articles, %d annotations, %d links, %d entities, %d people; want %+v",
					len(got.Articles), annotations, links, len(got.Entities), len(got.People), test)
			}
		})
	}
}

func TestAnExportIsAFile(t *testing.T) {
	t.Parallel()
	s := newTold(t)
	viewer := s.as(annotate.Viewer)
	for path, want := range map[string][2]string{
		"/api/v1/projects/harbour/export":                {"application/json", "attachment; filename=harbour-2026-11-23.json"},
		"/projects/harbour/export/file":                  {"application/json", "attachment; filename=harbour-2026-11-23.json"},
		"/projects/harbour/export/file?format=jsonl":     {"application/x-ndjson", "attachment; filename=harbour-2026-11-23.jsonl"},
		"/projects/harbour/export/file?format=&state=":   {"application/json", "attachment; filename=harbour-2026-11-23.json"},
		"/api/v1/projects/harbour/export?state=rejected": {"application/json", "attachment; filename=harbour-2026-11-23.json"},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			a := viewer.send(method, path, "", nil).is(http.StatusOK)
			if got := [2]string{a.header.Get("Content-Type"), a.header.Get("Content-Disposition")}; got != want {
				t.Errorf("%s %s is %q, want %q", method, path, got, want)
			}
			if (a.body == "") != (method == "HEAD") {
				t.Errorf("%s %s has a body of %d bytes", method, path, len(a.body))
			}
		}
	}
	for _, path := range []string{"/schemas/export-1.json", "/api/v1/schemas/export-1.json"} {
		a := s.nobody().get(path).is(http.StatusOK)
		if a.body != string(exchange.Schema) || a.header.Get("Content-Type") != "application/schema+json" {
			t.Errorf("%s is %s", path, a.header.Get("Content-Type"))
		}
	}
}

func TestExportAndImportAreDescribed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	document := s.nobody().get("/api/v1/openapi.json").is(http.StatusOK)
	document.says(`"operationId":"export-project"`, `"operationId":"import-articles"`, `"application/x-ndjson"`, `"multipart/form-data"`, `"dry_run"`)
}

func TestExportsThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	s := newTold(t)
	s.newProject("other")
	admin := s.asAdmin()
	for query, want := range map[string]int{
		"format=xml":                       http.StatusUnprocessableEntity,
		"state=open":                       http.StatusUnprocessableEntity,
		"article=1":                        http.StatusUnprocessableEntity,
		"article=" + string(store.NewID()): http.StatusNotFound,
		"article=" + string(s.wall):        http.StatusNotFound, // of another project
	} {
		admin.api("GET", "/projects/other/export?"+query, nil).problem(want)
		if want == http.StatusNotFound {
			admin.get("/projects/other/export/file?" + query).is(http.StatusNotFound)
		}
	}
	admin.get("/projects/other/export/file?format=xml").is(http.StatusUnprocessableEntity)
	admin.get("/projects/other/export/file?state=open").is(http.StatusUnprocessableEntity)
}

func TestOnlyMembersExportAndOnlyManagersImport(t *testing.T) {
	t.Parallel()
	s := newTold(t)
	file := s.export("")
	for _, path := range []string{"/export", "/export/file"} {
		s.nobody().get("/projects/harbour" + path).is(http.StatusSeeOther)
		s.as("").get("/projects/harbour" + path).is(http.StatusNotFound)
		s.as(annotate.Viewer).get("/projects/harbour" + path).is(http.StatusOK)
	}
	s.nobody().api("GET", "/projects/harbour/export", nil).problem(http.StatusUnauthorized)
	s.as("").api("GET", "/projects/harbour/export", nil).problem(http.StatusNotFound)
	s.as(annotate.Viewer).withToken().api("GET", "/projects/harbour/export", nil).is(http.StatusOK)

	s.newProject("other")
	reviewer := s.as(annotate.Reviewer)
	reviewer.api("POST", "/projects/harbour/import", file).problem(http.StatusForbidden)
	reviewer.send("POST", "/projects/harbour/import", "application/json", []byte(file)).is(http.StatusForbidden)
	s.as(annotate.Manager).api("POST", "/projects/other/import", file).problem(http.StatusNotFound)
	s.nobody().api("POST", "/projects/harbour/import", file).problem(http.StatusUnauthorized)
	if other := exportOf(s.asAdmin(), "other", ""); strings.Contains(other, "Brandt") {
		t.Error("a refused import wrote something")
	}
}

// form is a form with a file in it.
func form(tb testing.TB, name, content string, fields ...string) (contentType string, body []byte) {
	tb.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	file, err := w.CreateFormFile("file", name)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := io.WriteString(file, content); err != nil {
		tb.Fatal(err)
	}
	for i := 0; i < len(fields); i += 2 {
		if err := w.WriteField(fields[i], fields[i+1]); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return w.FormDataContentType(), b.Bytes()
}

// Of a form only what is read is kept, and it has an end.
func TestAnImportKeepsNoOtherFields(t *testing.T) {
	t.Parallel()
	read := func(fields ...string) (*upload, error) {
		kind, body := form(t, "a.json", "{}", fields...)
		_, parameters, err := mime.ParseMediaType(kind)
		if err != nil {
			t.Fatal(err)
		}
		up := &upload{fields: map[string]string{}}
		t.Cleanup(up.discard)
		return up, up.keepForm(multipart.NewReader(bytes.NewReader(body), parameters["boundary"]))
	}
	up, err := read("format", "json", "other", "x", "dry_run", "false")
	if err != nil || len(up.fields) != 2 || up.fields["format"] != "json" || up.fields["dry_run"] != "false" {
		t.Errorf("kept %v: %v", up.fields, err)
	}
	if _, err := read(slices.Repeat([]string{"other", "x"}, 100)...); !errors.Is(err, errBadRequest) {
		t.Errorf("many fields: %v", err)
	}
}

func TestAnImportSaysWhatItIsGiven(t *testing.T) {
	t.Parallel()
	s := newTold(t)
	object, lines := s.export("format=json"), s.export("format=jsonl")
	admin := s.asAdmin()
	n := 0
	ok := func(contentType string, body []byte, query string) {
		t.Helper()
		n++
		slug := fmt.Sprintf("copy-%d", n)
		s.newProject(slug)
		var done importedBody
		admin.send("POST", "/api/v1/projects/"+slug+"/import?"+query, contentType, body).is(http.StatusOK).into(&done)
		if done.Articles != 3 {
			t.Errorf("%s %q: told of %+v", contentType, query, done)
		}
	}
	ok("application/json", []byte(object), "")
	ok("", []byte(object), "")
	ok("application/x-ndjson; charset=utf-8", []byte(lines), "")
	ok("application/octet-stream", []byte(lines), "format=jsonl")
	kind, body := form(t, "harbour.JSON", object)
	ok(kind, body, "")
	kind, body = form(t, "harbour.jsonl", lines)
	ok(kind, body, "")
	kind, body = form(t, "harbour.bin", lines, "format", "jsonl")
	ok(kind, body, "")

	kind, body = form(t, "harbour.bin", lines)
	admin.send("POST", "/api/v1/projects/harbour/import", kind, body).problem(http.StatusUnprocessableEntity)
	kind, body = form(t, "", "")
	admin.send("POST", "/api/v1/projects/harbour/import", kind, body).problem(http.StatusUnprocessableEntity)
	admin.send("POST", "/api/v1/projects/harbour/import?format=xml", "", []byte(object)).problem(http.StatusUnprocessableEntity)
	admin.send("POST", "/api/v1/projects/harbour/import", "application/json", []byte("")).problem(http.StatusUnprocessableEntity)
	admin.send("POST", "/api/v1/projects/harbour/import", "multipart/form-data; boundary=x", []byte("nonsense")).problem(http.StatusUnprocessableEntity)
	kind, body = form(t, "harbour.json", object)
	admin.send("POST", "/api/v1/projects/harbour/import", kind, body[:len(body)-100]).problem(http.StatusBadRequest)
}

func TestABadFileIsRefusedWithItsArticleAndAnnotation(t *testing.T) {
	t.Parallel()
	s := newTold(t)
	file := s.export("")
	to := newServer(t)
	admin := to.asAdmin()
	for name, test := range map[string]struct {
		old, new string
		words    []string
	}{
		"another text":      {`salt got in.\nThe port`, `salt got out.\nThe port`, []string{"line ", "article 1 " + string(s.wall), "sha256"}},
		"a wrong exact":     {`"exact":"and it will."`, `"exact":"and he will."`, []string{"article 1 " + string(s.wall), "annotation " + string(s.held), "fragments[1].exact"}},
		"a link of no role": {`"role":"speaker"`, `"role":"within"`, []string{"article 1 " + string(s.wall), "link ", "leads from a claim to the claim"}},
		"an unknown person": {`"reviewer":"` + string(s.ben), `"reviewer":"` + string(s.wall), []string{"review ", "created_by", "people"}},
		"not whole":         {"\n]}\n", "", []string{"not whole"}},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(file, test.old) {
				t.Fatalf("the file has no %s", test.old)
			}
			bad := strings.Replace(file, test.old, test.new, 1)
			p := admin.api("POST", "/projects/harbour/import", bad).problem(http.StatusUnprocessableEntity)
			if !strings.HasSuffix(p.Type, "bad-file") || len(p.Errors) == 0 {
				t.Fatalf("the problem is %+v", p)
			}
			for _, w := range test.words {
				if !strings.Contains(p.Errors[0].Message, w) {
					t.Errorf("%q does not say %q", p.Errors[0].Message, w)
				}
			}
			if strings.Contains(exportOf(admin, "harbour", ""), "Brandt") {
				t.Error("it wrote something")
			}
		})
	}
}

func TestTheExportPageOffersWhatOnesRoleAllows(t *testing.T) {
	t.Parallel()
	s := newTold(t)
	s.as(annotate.Reviewer).get("/projects/harbour/export").is(http.StatusOK).
		says("Harbour wall", "Only claims that are approved", "/api/v1/projects/harbour/export", `"exact": "They will hold this winter,"`, "/schemas/export-1.json").
		keepsQuietAbout("Import")
	s.as(annotate.Manager).get("/projects/harbour/export").is(http.StatusOK).says("Import", "Check the file")
	s.newProject("empty")
	s.asAdmin().get("/projects/empty/export").is(http.StatusOK).says("There are none yet")
}

func TestAFileIsCheckedAndThenImportedFromThePage(t *testing.T) {
	t.Parallel()
	s := newTold(t)
	s.newProject("copy")
	file := s.export("")
	admin := s.asAdmin()
	send := func(content, name string, fields ...string) *answer {
		kind, body := form(t, name, content, fields...)
		return admin.send("POST", "/projects/copy/import", kind, body)
	}
	send(file, "wall.json", "format", "", "dry_run", "true").is(http.StatusOK).
		says("wall.json can be imported", "New articles", ">3<", "Annotations", ">11<", `name="dry_run" value="false"`).
		keepsQuietAbout("People not known here")
	send(strings.Replace(file, `"exact":"It holds,"`, `"exact":"It folds,"`, 1), "wall.json", "dry_run", "true").is(http.StatusUnprocessableEntity).
		says("wall.json cannot be imported", "annotation "+string(s.held), "fragments[0].exact", "Nothing was written")
	send(file, "wall.txt", "dry_run", "true").is(http.StatusUnprocessableEntity).says("wall.txt cannot be imported", "does not say which format")
	send(file, "wall.json").is(http.StatusOK).says("wall.json can be imported")
	if strings.Contains(exportOf(admin, "copy", ""), "Brandt") {
		t.Error("a check wrote something")
	}
	send(file, "wall.json", "dry_run", "false").leadsTo("/projects/copy/articles")
	if exportOf(admin, "copy", "") != file {
		t.Error("the import is not what was sent")
	}
	send(file, "wall.json", "dry_run", "true").is(http.StatusOK).says("There is nothing new in wall.json", "Articles left as they are")
}

// An export that breaks off must not look whole.
func TestAnExportThatBreaksOffCutsTheConnection(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	articles := make([]store.NewArticle, 64)
	for i := range articles {
		text := strings.Repeat(fmt.Sprintf("Article %d. ", i), 40_000)
		articles[i] = store.NewArticle{Article: annotate.Article{Headline: "Long", CreatedBy: s.user(fmt.Sprintf("%d@example.org", i), "Ana", false)}, Text: text}
	}
	if _, err := s.store.AddArticles(t.Context(), s.project.ID, articles, s.clock); err != nil {
		t.Fatal(err)
	}
	online := s.online()
	viewer := s.as(annotate.Viewer).withToken()
	for _, encoding := range []string{"identity", "gzip"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, online.URL+"/api/v1/projects/harbour/export", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Header = viewer.header.Clone()
		request.Header.Set("Accept-Encoding", encoding)
		response, err := online.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(response.Body, make([]byte, 1000)); err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("it begins with %d, %v", response.StatusCode, err)
		}
		s.exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()`)
		if n, err := io.Copy(io.Discard, response.Body); err == nil {
			t.Errorf("%s: it ends after %d bytes as if it were whole", encoding, n)
		}
		_ = response.Body.Close()
	}
	if !strings.Contains(s.logged.String(), "request failed") {
		t.Error("the fault is not in the log")
	}
}
