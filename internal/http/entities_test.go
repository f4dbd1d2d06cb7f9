package server

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// person adds a person by the API, and gives their id.
func (v *visitor) person(name string) annotate.ID {
	v.t.tb.Helper()
	var e EntityJSON
	v.api("POST", "/projects/harbour/entities", map[string]string{"type": "person", "name": name}).is(http.StatusCreated).into(&e)
	return e.ID
}

type entityList struct {
	Items []listedEntityJSON
	Next  string
}

func (v *visitor) entities(query string) entityList {
	v.t.tb.Helper()
	var list entityList
	v.api("GET", "/projects/harbour/entities?"+query, nil).is(http.StatusOK).into(&list)
	return list
}

func entityNames(list entityList) []string {
	names := []string{}
	for _, e := range list.Items {
		names = append(names, e.Name)
	}
	return names
}

// tagged has analyst tag two claims of an article, the first said by speaker,
// the second through source.
func (t *testServer) tagged(analyst *visitor, speaker, source annotate.ID) (article, said annotate.ID) {
	t.tb.Helper()
	a := t.addArticleText("The call", "The call\n\nHe agreed at once. The plan is ready.")
	put := func(x annotate.Annotation) annotate.Operation {
		return annotate.Operation{Op: annotate.Put, Annotation: &x}
	}
	link := func(from, to annotate.ID, role annotate.LinkRole) annotate.Operation {
		return annotate.Operation{Op: annotate.Put, Link: &annotate.Link{ID: store.NewID(), From: from, To: to, Role: role}}
	}
	claims := []annotate.ID{store.NewID(), store.NewID()}
	by, through := store.NewID(), store.NewID()
	_, err := t.store.Append(t.tb.Context(), t.project.ID, a.ID, store.Shared, annotate.ChangeSet{
		ID: store.NewID(), Author: analyst.user, At: t.clock, Operations: []annotate.Operation{
			put(annotate.Annotation{ID: claims[0], Kind: annotate.Claim, Fragments: []annotate.Fragment{{Start: 13, End: 27}}}),
			put(annotate.Annotation{ID: claims[1], Kind: annotate.Claim, Fragments: []annotate.Fragment{{Start: 29, End: 46}}}),
			put(annotate.Annotation{ID: by, Kind: annotate.Speaker, Fragments: []annotate.Fragment{{Start: 10, End: 12}}, Entity: speaker}),
			put(annotate.Annotation{ID: through, Kind: annotate.Source, Entity: source}),
			link(claims[0], by, annotate.RoleSpeaker), link(claims[1], through, annotate.RoleSource),
		},
	})
	if err != nil {
		t.tb.Fatal(err)
	}
	return a.ID, claims[0]
}

func TestEntitiesInTheAPI(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	analyst := s.as(annotate.Analyst)
	body := map[string]any{
		"type": "person", "name": " Volodymyr  Zelensky ", "description": "President of Ukraine",
		"names": []map[string]string{{"name": "Selenskyj", "type": "spelling"}},
	}
	answer := analyst.withToken().api("POST", "/projects/harbour/entities", body).is(http.StatusCreated)
	var added map[string]any
	answer.into(&added)
	want := map[string]any{
		"id": added["id"], "type": "person", "name": "Volodymyr Zelensky", "description": "President of Ukraine",
		"names": []any{map[string]any{"name": "Selenskyj", "type": "spelling"}}, "created_by": string(analyst.user), "created_at": "2026-11-23T09:00:00Z",
	}
	if diff := cmp.Diff(want, added); diff != "" {
		t.Errorf("added (-want +got):\n%s", diff)
	}
	path := fmt.Sprintf("/projects/harbour/entities/%s", added["id"])
	if got := answer.header.Get("Location"); got != "/api/v1"+path {
		t.Errorf("the location is %q", got)
	}
	want["mention_count"], want["claim_count"] = 0.0, 0.0
	var shown map[string]any
	analyst.api("GET", path, nil).is(http.StatusOK).into(&shown)
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
	analyst.person("Somebody Else")
	found := analyst.entities("q=Zelenskiy&type=person&type=place")
	if got := entityNames(found); !slices.Equal(got, []string{"Volodymyr Zelensky"}) || found.Items[0].Matched != "Volodymyr Zelensky" {
		t.Errorf("Zelenskiy finds %+v", found)
	}
	if got := entityNames(analyst.entities("type=place")); len(got) != 0 {
		t.Errorf("places are %q", got)
	}
	first := analyst.entities("limit=1")
	second := analyst.entities("limit=1&cursor=" + first.Next)
	if got := append(entityNames(first), entityNames(second)...); !slices.Equal(got, []string{"Somebody Else", "Volodymyr Zelensky"}) || second.Next != "" {
		t.Errorf("page by page %q, and then %q", got, second.Next)
	}

	var changed EntityJSON
	analyst.api("PATCH", path, map[string]any{"name": "V. Zelensky", "names": []any{}}).is(http.StatusOK).into(&changed)
	if changed.Name != "V. Zelensky" || changed.Type != annotate.Person || changed.Description != "President of Ukraine" || len(changed.Names) != 0 {
		t.Errorf("changed to %+v", changed)
	}
}

func TestAnEntityThatIsThereIsNamed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	analyst := s.as(annotate.Analyst)
	id, other := analyst.person("Zoë Müller"), analyst.person("Other")
	p := analyst.api("POST", "/projects/harbour/entities", map[string]string{"type": "person", "name": "zoe muller"}).problem(http.StatusConflict)
	if p.Entity == nil || *p.Entity != id || !strings.Contains(p.Detail, "a person called “Zoë Müller”") || len(p.Errors) != 1 || p.Errors[0].Field != "name" {
		t.Errorf("the problem is %+v, want it to name Zoë Müller", p)
	}
	p = analyst.api("PATCH", "/projects/harbour/entities/"+string(other), map[string]string{"name": "ZOE MULLER"}).problem(http.StatusConflict)
	if p.Entity == nil || *p.Entity != id {
		t.Errorf("renaming: the problem is %+v", p)
	}
	analyst.post("/projects/harbour/new-entity", "type", "person", "name", "ZOE  MULLER", "names-name", "Z.", "names-type", "short").
		is(http.StatusUnprocessableEntity).says(`value="ZOE MULLER"`, `value="Z."`, "There is a person called “Zoë Müller” already.", "/projects/harbour/entities/"+string(id))
	analyst.post("/projects/harbour/entities/"+string(other)+"/edit", "type", "person", "name", "zoe müller").
		is(http.StatusUnprocessableEntity).says("Edit Other", "already", "/projects/harbour/entities/"+string(id))
}

func TestBadEntitiesGetTheirProblem(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	analyst := s.as(annotate.Analyst)
	id := analyst.person("Ana")
	path := "/projects/harbour/entities"
	for name, test := range map[string]struct {
		answer *answer
		field  string
	}{
		"no name":      {analyst.api("POST", path, map[string]string{"type": "person", "name": " "}), "name"},
		"no type":      {analyst.api("POST", path, map[string]string{"name": "X"}), "type"},
		"a bad type":   {analyst.api("POST", path, map[string]string{"type": "robot", "name": "X"}), "type"},
		"long":         {analyst.api("POST", path, map[string]string{"type": "person", "name": strings.Repeat("x", 201)}), "name"},
		"a bad name":   {analyst.api("PATCH", path+"/"+string(id), map[string]any{"names": []map[string]string{{"name": "A", "type": "nick"}}}), "names"},
		"into itself":  {analyst.api("POST", path+"/"+string(id)+"/merge", map[string]any{"into": id}), "into"},
		"from itself":  {analyst.api("POST", path+"/"+string(id)+"/tell-apart", map[string]any{"other": id}), "other"},
		"a bad limit":  {analyst.api("GET", path+"?limit=201", nil), "limit"},
		"a bad cursor": {analyst.api("GET", path+"?cursor=x", nil), "cursor"},
		"of a type":    {analyst.api("GET", path+"?type=robot", nil), "type[0]"},
	} {
		p := test.answer.problem(http.StatusUnprocessableEntity)
		if len(p.Errors) != 1 || p.Errors[0].Field != test.field {
			t.Errorf("%s: complaints %+v, want one about %s", name, p.Errors, test.field)
		}
	}
	analyst.post("/projects/harbour/new-entity", "type", "robot", "name", "", "description", strings.Repeat("d", 2001)).
		is(http.StatusUnprocessableEntity).says("Give a name.", "Choose person, organisation", "at most 2000", "ddd")
	analyst.get("/projects/harbour/entities?type=robot").is(http.StatusUnprocessableEntity).says("Use person, organisation")
}

func TestTwoSpellingsEndAsOnePersonOnThePages(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	analyst := s.as(annotate.Analyst)
	zelensky, zelenskiy := analyst.person("Zelensky"), analyst.person("Zelenskiy")
	article, claim := s.tagged(analyst, zelenskiy, zelensky)
	one, two := "/projects/harbour/entities/"+string(zelensky), "/projects/harbour/entities/"+string(zelenskiy)

	merge := two + "/merge?into=" + string(zelensky)
	analyst.get("/projects/harbour/duplicates").is(http.StatusOK).says("Zelensky", "Zelenskiy", "/merge?into=")
	analyst.get(one).is(http.StatusOK).says("Possible duplicates", merge, "Reached us through Zelensky", "The plan is ready")
	analyst.get(two).is(http.StatusOK).says("Said by Zelenskiy", "agreed at once", "Unreviewed", fmt.Sprintf("/articles/%s#claim=%s", article, claim))
	analyst.get(two+"/merge").is(http.StatusOK).says("Choose the entry that remains.", merge)
	analyst.get(two + "/merge?q=nothing+like+it").is(http.StatusOK).says("No other name comes close")
	analyst.get(merge).is(http.StatusOK).says("Are these the same?", "Zelensky", "Zelenskiy", "Yes, merge them")
	if got := entityNames(analyst.entities("")); len(got) != 2 {
		t.Errorf("looking has merged: there are %q", got)
	}

	analyst.post(two+"/merge", "into", string(zelensky)).leadsTo(one)
	analyst.get(one).is(http.StatusOK).says("Merged.", "Said by Zelensky", "agreed at once", "The plan is ready", "Merged into this", "Zelenskiy")
	analyst.get(two).is(http.StatusOK).says("This has been merged into", "Undo the merge")
	analyst.get(two + "/merge").leadsTo(two)
	analyst.post(two+"/edit", "type", "person", "name", "Other").is(http.StatusUnprocessableEntity).says("merged into another")
	analyst.post(one+"/merge", "into", string(zelenskiy)).is(http.StatusUnprocessableEntity).says("merged into this one already")
	list := analyst.entities("q=Zelenskiy")
	if len(list.Items) != 1 || list.Items[0].ID != zelensky || list.Items[0].Mentions != 2 || list.Items[0].Claims != 2 {
		t.Errorf("Zelenskiy finds %+v, want the one person", list.Items)
	}
	analyst.get("/projects/harbour/duplicates").is(http.StatusOK).says("No two are alike")

	analyst.post(two + "/unmerge").leadsTo(two)
	analyst.get(two).is(http.StatusOK).says("stands alone again", "Said by Zelenskiy")
	analyst.post(two+"/tell-apart", "other", string(zelensky), "back", "duplicates").leadsTo("/projects/harbour/duplicates")
	analyst.get("/projects/harbour/duplicates").is(http.StatusOK).says("Noted: they are not the same.", "No two are alike")
	analyst.get(one).keepsQuietAbout("Possible duplicates")
}

func TestMergingInTheAPI(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	analyst := s.as(annotate.Analyst)
	a, b := analyst.person("Anna Lind"), analyst.person("Anna Linde")
	path := "/projects/harbour/entities/"
	var pairs struct{ Items []duplicateJSON }
	analyst.api("GET", "/projects/harbour/duplicates", nil).is(http.StatusOK).into(&pairs)
	if len(pairs.Items) != 1 || pairs.Items[0].One.ID != a || pairs.Items[0].Other.ID != b {
		t.Errorf("duplicates are %+v", pairs)
	}
	var remains EntityJSON
	analyst.api("POST", path+string(b)+"/merge", map[string]any{"into": a}).is(http.StatusOK).into(&remains)
	if remains.ID != a || len(remains.Names) != 1 || remains.Names[0] != (nameRecord{"Anna Linde", annotate.Spelling}) {
		t.Errorf("what remains is %+v", remains)
	}
	analyst.api("GET", path+string(b), nil).is(http.StatusOK).says(`"merged_into":"` + string(a) + `"`)
	analyst.api("POST", path+string(a)+"/merge", map[string]any{"into": b}).problem(http.StatusUnprocessableEntity)
	var alone EntityJSON
	analyst.api("POST", path+string(b)+"/unmerge", nil).is(http.StatusOK).into(&alone)
	if alone.ID != b || alone.Merged != "" {
		t.Errorf("undone, it is %+v", alone)
	}
	analyst.api("POST", path+string(b)+"/tell-apart", map[string]any{"other": a}).is(http.StatusNoContent)
	analyst.api("GET", "/projects/harbour/duplicates", nil).is(http.StatusOK).says(`"items":[]`)
}

func TestAnEntityIsFilledInOnAPage(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	analyst := s.as(annotate.Analyst)
	analyst.get("/projects/harbour/entities").is(http.StatusOK).says("Nobody yet", "/projects/harbour/new-entity")
	analyst.get("/projects/harbour/new-entity?name=Jan+Vos&type=outlet").is(http.StatusOK).says(`value="Jan Vos"`, `<option value="outlet" selected>`)
	analyst.post("/projects/harbour/new-entity", "type", "outlet", "name", " The  Gazette ", "description", "A paper.\r\nSince 1900.",
		"names-name", "Gazette", "names-type", "short", "names-name", " ", "names-type", "spelling", "names-name", "Verrin Gazette", "names-type", "spelling").is(http.StatusSeeOther)
	list := analyst.entities("")
	if len(list.Items) != 1 {
		t.Fatalf("there are %q", entityNames(list))
	}
	got := list.Items[0].EntityJSON
	want := EntityJSON{
		ID: got.ID, Type: annotate.Outlet, Name: "The Gazette", Names: []nameRecord{{"Gazette", annotate.Short}, {"Verrin Gazette", annotate.Spelling}},
		Description: "A paper.\nSince 1900.", CreatedBy: analyst.user, CreatedAt: s.clock,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("added (-want +got):\n%s", diff)
	}
	path := "/projects/harbour/entities/" + string(got.ID)
	analyst.get(path).is(http.StatusOK).says("The Gazette added.", "A paper.", "Verrin Gazette", "No claim yet")
	analyst.get(path+"/edit").is(http.StatusOK).says(`value="The Gazette"`, `value="Gazette"`, "Since 1900.", "page/entities.js")
	analyst.post(path+"/edit", "type", "outlet", "name", "The Courier").leadsTo(path)
	analyst.get(path).is(http.StatusOK).says("The Courier", "Saved.").keepsQuietAbout("Verrin Gazette")
	analyst.get("/projects/harbour/entities?q=unheard-of").is(http.StatusOK).says("Nothing found", "/projects/harbour/new-entity?name=unheard-of")
}

func TestWhoMayDoWhatWithEntities(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	viewer, analyst := s.as(annotate.Viewer), s.as(annotate.Analyst)
	a, b := analyst.person("Anna"), analyst.person("Bertha")
	path, api := "/projects/harbour/entities/"+string(a), "/projects/harbour/entities/"+string(a)
	into := map[string]any{"into": b}
	for name, test := range map[string]struct {
		answer *answer
		status int
	}{
		"stranger lists":         {s.as("").get("/projects/harbour/entities"), 404},
		"stranger reads":         {s.as("").api("GET", api, nil), 404},
		"viewer lists":           {viewer.get("/projects/harbour/entities"), 200},
		"viewer reads":           {viewer.get(path), 200},
		"viewer reads by API":    {viewer.api("GET", api, nil), 200},
		"viewer's form":          {viewer.get("/projects/harbour/new-entity"), 403},
		"viewer adds":            {viewer.post("/projects/harbour/new-entity", "type", "person", "name", "X"), 403},
		"viewer adds by API":     {viewer.api("POST", "/projects/harbour/entities", map[string]string{"type": "person", "name": "X"}), 403},
		"viewer edits":           {viewer.post(path+"/edit", "type", "person", "name", "X"), 403},
		"viewer patches":         {viewer.api("PATCH", api, map[string]string{"name": "X"}), 403},
		"viewer's choice":        {viewer.get(path + "/merge"), 403},
		"viewer merges":          {viewer.post(path+"/merge", "into", string(b)), 403},
		"viewer merges by API":   {viewer.api("POST", api+"/merge", into), 403},
		"viewer unmerges":        {viewer.post(path + "/unmerge"), 403},
		"viewer unmerges by API": {viewer.api("POST", api+"/unmerge", nil), 403},
		"viewer tells apart":     {viewer.post(path+"/tell-apart", "other", string(b)), 403},
		"no such entity":         {analyst.get("/projects/harbour/entities/" + string(store.NewID())), 404},
		"no id":                  {analyst.get("/projects/harbour/entities/x"), 404},
		"into nothing":           {analyst.api("POST", api+"/merge", map[string]any{"into": store.NewID()}), 404},
		"analyst merges":         {analyst.api("POST", api+"/merge", into), 200},
	} {
		if test.answer.status != test.status {
			t.Errorf("%s: got %d, want %d", name, test.answer.status, test.status)
		}
	}
	viewer.get("/projects/harbour/entities/"+string(b)).keepsQuietAbout("/edit", "/merge", "Undo")
}

// What embedded structs have is easily left out of the description.
func TestTheAPIDescribesArticlesAndEntitiesWhole(t *testing.T) {
	t.Parallel()
	var document struct {
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	newServer(t).nobody().get("/api/v1/openapi.json").is(http.StatusOK).into(&document)
	for schema, fields := range map[string][]string{
		"AddArticleOutputBody": {"id", "headline", "datePublished", "created_at", "revision", "sha256", "normalisations", "blocks"},
		"ListedArticleJSON":    {"id", "headline", "annotation_count", "claims", "found"},
		"ListedEntityJSON":     {"id", "type", "name", "names", "description", "merged_into", "matched", "mention_count", "claim_count"},
	} {
		for _, field := range fields {
			if _, described := document.Components.Schemas[schema].Properties[field]; !described {
				t.Errorf("%s is described without %s", schema, field)
			}
		}
	}
}
