package server

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// codebook is the one in force.
func (t *testServer) codebook() codebookJSON {
	t.tb.Helper()
	var c codebookJSON
	t.as(annotate.Viewer).api("GET", "/projects/harbour/codebook", nil).is(http.StatusOK).into(&c)
	return c
}

// coded has somebody code a claim as the codebook allows.
func (t *testServer) coded(by annotate.ID, attributes annotate.Attributes) annotate.ID {
	t.tb.Helper()
	doc, err := t.store.AddArticle(t.tb.Context(), t.project.ID, annotate.Article{CreatedBy: by}, "The wall will hold.", t.clock)
	if err != nil {
		t.tb.Fatal(err)
	}
	a := annotate.Annotation{ID: store.NewID(), Kind: annotate.Claim, Fragments: []annotate.Fragment{{Start: 0, End: 8}}, Attributes: attributes}
	_, err = t.store.Append(t.tb.Context(), t.project.ID, doc.Article.ID, store.Shared, annotate.ChangeSet{
		ID: store.NewID(), Author: by, At: t.clock, Operations: []annotate.Operation{{Op: annotate.Put, Annotation: &a}},
	})
	if err != nil {
		t.tb.Fatal(err)
	}
	return a.ID
}

// send posts a form whose fields change, given as pairs, over those it has.
func (v *visitor) sendForm(path string, fields url.Values, pairs ...string) *answer {
	v.t.tb.Helper()
	form := url.Values{}
	for name, values := range fields {
		form[name] = slices.Clone(values)
	}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			form.Del(pairs[i])
		} else {
			form.Set(pairs[i], pairs[i+1])
		}
	}
	return v.send(http.MethodPost, path, "application/x-www-form-urlencoded", []byte(form.Encode()))
}

var moodForm = url.Values{
	"version": {"1"}, "label": {"Mood of the room"}, "name": {""}, "color": {"rose"}, "light": {"#9a6700"}, "dark": {"#e2b344"}, "key": {"M"},
	"after": {"claim"}, "entities": {"person", "group"}, "guideline": {"Tag **how** it was said.\r\n\r\n- loud\r\n"}, "active": {"yes"},
}

func TestAManagerAddsAndChangesKinds(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	manager := s.as(annotate.Manager)
	manager.get("/projects/harbour/codebook/new-kind").is(http.StatusOK).says("A new kind")
	manager.sendForm("/projects/harbour/codebook/new-kind", moodForm).leadsTo("/projects/harbour/codebook")
	manager.get("/projects/harbour/codebook").says("The kind “Mood of the room” is saved.", "<strong>how</strong>", "Version 2.")
	c := s.codebook()
	want := annotate.Kind{
		Name: "mood_of_the_room", Label: "Mood of the room", Color: "rose", Key: "m", Entities: []annotate.EntityType{annotate.Person, annotate.Group},
		Guideline: "Tag **how** it was said.\n\n- loud", Active: true,
	}
	if got := c.Kinds[1]; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %+v, want %+v", got, want)
	}

	path := "/projects/harbour/codebook/kinds/mood_of_the_room"
	manager.get(path).is(http.StatusOK).says(`value="Mood of the room"`, "Remove this kind", "Saving makes version 3.")
	manager.sendForm(path, moodForm, "version", "2", "name", "mood", "label", "Mood", "color", "own", "after", "cue", "key", "").leadsTo("/projects/harbour/codebook")
	c = s.codebook()
	if got := c.Kinds[4]; got.Name != "mood" || got.Color != "9a6700-e2b344" || got.Key != "" {
		t.Errorf("got %+v", got)
	}
	manager.get("/projects/harbour/codebook").says(`href="/colors/9a6700-e2b344.css"`, "color-9a6700-e2b344")
	manager.post("/projects/harbour/codebook/kinds/mood/remove", "version", "3").leadsTo("/projects/harbour/codebook")
	if c = s.codebook(); len(c.Kinds) != 4 || c.Version != 4 {
		t.Errorf("version %d has %d kinds", c.Version, len(c.Kinds))
	}
	manager.get(path).is(http.StatusNotFound)
}

func TestAKindThatWillNotDoComesBackWithWords(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	manager := s.as(annotate.Manager)
	for name, tt := range map[string]struct {
		pairs []string
		words []string
	}{
		"no label":              {[]string{"label", ""}, []string{"Give a name.", `id="label-complaint"`}},
		"a name taken":          {[]string{"name", "cue"}, []string{"Use a name of its own", `id="name-complaint"`}},
		"a key taken":           {[]string{"key", "c"}, []string{"Choose a letter a to z that no other kind has.", `id="key-complaint"`}},
		"no letter":             {[]string{"key", "1"}, []string{"Choose a letter a to z"}},
		"a colour too pale":     {[]string{"color", "own", "light", "#e2b344"}, []string{"On light pages its lines stand out", `id="color-complaint"`, "3 to 1"}},
		"a colour too bright":   {[]string{"color", "own", "dark", "#ffffff"}, []string{"On dark pages text on its wash", "4.5 to 1"}},
		"a colour that is none": {[]string{"color", "own", "dark", "}x{"}, []string{"Choose one of: amber"}},
		"too much guideline":    {[]string{"guideline", strings.Repeat("x", 20_001)}, []string{"Use at most 20,000 characters.", `id="guideline-complaint"`}},
	} {
		t.Run(name, func(*testing.T) {
			form := manager.sendForm("/projects/harbour/codebook/new-kind", moodForm, tt.pairs...).is(http.StatusUnprocessableEntity).says(tt.words...)
			if tt.pairs[0] != "guideline" {
				form.says("Tag **how** it was said.")
			}
		})
	}
	manager.sendForm("/projects/harbour/codebook/new-kind", moodForm, "version", "x").is(http.StatusUnprocessableEntity)
	if c := s.codebook(); c.Version != 1 {
		t.Errorf("it has come to version %d", c.Version)
	}
}

func TestWhatIsCodedCannotBeTakenFromTheCodebook(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	manager := s.as(annotate.Manager)
	s.coded(manager.user, annotate.Attributes{"modality": "future"})
	manager.get("/projects/harbour/codebook/kinds/claim").is(http.StatusOK).says("Attribution is made of this kind, so its name stays.", "readonly").keepsQuietAbout("Remove this kind")
	manager.get("/projects/harbour/codebook/attributes/modality").is(http.StatusOK).
		says("In use: 1 answer, deleted ones included.", "Chosen 1 time, so it stays.", "It has been answered 1 time, so this stays.").
		keepsQuietAbout("Remove this attribute", `id="remove-1"`)
	manager.get("/projects/harbour/codebook/attributes/quotation").is(http.StatusOK).says("Remove this attribute", `id="remove-1"`)
	manager.post("/projects/harbour/codebook/attributes/modality/remove", "version", "1").is(http.StatusUnprocessableEntity).says("Keep the attribute modality as it is", "Switch it off instead.")
	manager.sendForm("/projects/harbour/codebook/attributes/modality", modalityForm, "name", "mode").is(http.StatusUnprocessableEntity).says("Keep the attribute modality")
	manager.sendForm("/projects/harbour/codebook/attributes/modality", modalityForm, "value-1", "later").is(http.StatusUnprocessableEntity).says("Keep the attribute modality", "future")
	manager.sendForm("/projects/harbour/codebook/attributes/modality", modalityForm, "label-1", "Later", "active-1", "").leadsTo("/projects/harbour/codebook")
	c := s.codebook()
	a, _ := c.Attribute("modality")
	if v := a.Values[1]; v.Value != "future" || v.Label != "Later" || v.Active {
		t.Errorf("the value is %+v", v)
	}
}

var modalityForm = url.Values{
	"version": {"1"}, "label": {"Modality"}, "name": {"modality"}, "type": {"choice"}, "kinds": {"claim"}, "after": {"quotation"}, "guideline": {"Whether."}, "active": {"yes"},
	"was-0": {"actual"}, "value-0": {"actual"}, "label-0": {"Actual"}, "guideline-0": {"It was."}, "active-0": {"yes"},
	"was-1": {"future"}, "value-1": {"future"}, "label-1": {"Future"}, "guideline-1": {"It will be."}, "active-1": {"yes"},
	"was-2": {""}, "value-2": {""}, "label-2": {"Not told"}, "guideline-2": {""}, "active-2": {"yes"},
}

func TestAManagerChangesAnAttribute(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	manager := s.as(annotate.Manager)
	path := "/projects/harbour/codebook/attributes/modality"
	manager.get(path).is(http.StatusOK).says("Attribute: Modality", `value="hypothetical"`)

	// Buttons redraw the form and save nothing.
	for do, want := range map[string][]string{
		"add":      {`name="value-3"`, `<name="label-3" value="" autofocus>`},
		"up-1":     {`name="value-0" value="future"`},
		"down-0":   {`name="value-0" value="future"`},
		"remove-0": {`name="value-0" value="future"`},
		"preview":  {`<div class="preview"`, "It will be."},
	} {
		form := manager.sendForm(path, modalityForm, "do", do).is(http.StatusOK).says(`value="Not told"`)
		text := strings.Join(strings.Fields(form.body), " ")
		for _, w := range want {
			if !strings.Contains(text, w) && !strings.Contains(sortedInputs(text), w) {
				t.Errorf("%s: the form has no %s", do, w)
			}
		}
	}
	if c := s.codebook(); c.Version != 1 {
		t.Fatalf("it has come to version %d", c.Version)
	}

	manager.sendForm(path, modalityForm, "after", "").leadsTo("/projects/harbour/codebook")
	c := s.codebook()
	want := annotate.Attribute{
		Name: "modality", Label: "Modality", Type: annotate.Choice, Kinds: []string{"claim"}, Roles: []annotate.LinkRole{}, Guideline: "Whether.", Active: true,
		Values: []annotate.Value{{Value: "actual", Label: "Actual", Guideline: "It was.", Active: true}, {Value: "future", Label: "Future", Guideline: "It will be.", Active: true}, {Value: "not_told", Label: "Not told", Active: true}},
	}
	if got := c.Attributes[0]; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	manager.sendForm(path, modalityForm, "version", "2", "label-2", "").is(http.StatusUnprocessableEntity).says("Give each value a name of its own and a label.")
	manager.sendForm(path, modalityForm, "version", "2", "kinds", "").is(http.StatusUnprocessableEntity).says("Say which kinds or roles this is asked of.", `id="asked-complaint"`)
	manager.sendForm(path, modalityForm, "version", "2", "type", "text", "label-2", "").is(http.StatusUnprocessableEntity).says("Text has no closed list.")

	manager.sendForm("/projects/harbour/codebook/new-attribute", url.Values{
		"version": {"2"}, "label": {"Why it matters"}, "type": {"text"}, "roles": {"via"}, "after": {"modality"}, "active": {"yes"},
		"was-0": {""}, "value-0": {""}, "label-0": {""},
	}).leadsTo("/projects/harbour/codebook")
	c = s.codebook()
	if got := c.Attributes[1]; got.Name != "why_it_matters" || got.Type != annotate.Prose || !slices.Equal(got.Roles, []annotate.LinkRole{annotate.RoleVia}) {
		t.Errorf("got %+v", got)
	}
}

// sortedInputs has of each input the name, the value, and whether the keyboard
// goes there.
func sortedInputs(text string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(text, "<input") {
		name, value := attributeOf(part, "name"), attributeOf(part, "value")
		fmt.Fprintf(&b, "<name=%q value=%q%s>", name, value, map[bool]string{true: " autofocus"}[strings.Contains(part, " autofocus")])
	}
	return b.String()
}

func attributeOf(element, name string) string {
	_, rest, _ := strings.Cut(element, " "+name+`="`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

func TestTwoManagersDoNotOverwriteEachOther(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	manager, other := s.as(annotate.Manager), s.as(annotate.Manager)
	other.sendForm("/projects/harbour/codebook/attributes/modality", modalityForm).leadsTo("/projects/harbour/codebook")
	answer := manager.sendForm("/projects/harbour/codebook/new-kind", moodForm).is(http.StatusConflict).
		says("Vera manager changed the codebook since you opened this page", "The value “Not told” of “Modality” was added.", "The value “Hypothetical” of “Modality” was removed.",
			`value="Mood of the room"`, "Tag **how** it was said.", `name="version" value="2"`)
	answer.keepsQuietAbout("is saved")
	manager.sendForm("/projects/harbour/codebook/new-kind", moodForm, "version", "2").leadsTo("/projects/harbour/codebook")
	c := s.codebook()
	if a, _ := c.Attribute("modality"); c.Version != 3 || len(a.Values) != 3 || c.Kinds[1].Name != "mood_of_the_room" {
		t.Errorf("version %d lost something: %+v", c.Version, a.Values)
	}
	// What was being changed may be gone: it can be made anew.
	other.post("/projects/harbour/codebook/kinds/mood_of_the_room/remove", "version", "3").leadsTo("/projects/harbour/codebook")
	manager.sendForm("/projects/harbour/codebook/kinds/mood_of_the_room", moodForm, "version", "3", "label", "The mood").is(http.StatusConflict).
		says("The kind “Mood of the room” was removed.", `value="The mood"`, `action="/projects/harbour/codebook/new-kind"`)
}

func TestGuidelinesAreWrittenAndPreviewed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	manager := s.as(annotate.Manager)
	path := "/projects/harbour/codebook/guidelines"
	manager.get(path).is(http.StatusOK).says("Guidelines of the project")
	manager.post(path, "version", "1", "guidelines", "Only **today's** news. <script>", "do", "preview").is(http.StatusOK).
		says("<strong>today's</strong>").keepsQuietAbout("is saved")
	manager.post(path, "version", "1", "guidelines", "Only **today's** news.").leadsTo("/projects/harbour/codebook")
	s.as(annotate.Viewer).get("/projects/harbour/codebook").says("<strong>today's</strong>").keepsQuietAbout("Edit")
	manager.post(path, "version", "2", "guidelines", strings.Repeat("x", 20_001)).is(http.StatusUnprocessableEntity).says("Use at most 20,000 characters.")
	if c := s.codebook(); c.Guidelines != "Only **today's** news." {
		t.Errorf("they are %q", c.Guidelines)
	}
}

func TestOnlyManagersChangeTheCodebook(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	reviewer := s.as(annotate.Reviewer)
	for _, path := range []string{"guidelines", "new-kind", "kinds/claim", "new-attribute", "attributes/modality"} {
		reviewer.get("/projects/harbour/codebook/" + path).is(http.StatusForbidden)
		reviewer.sendForm("/projects/harbour/codebook/"+path, moodForm).is(http.StatusForbidden)
	}
	for _, path := range []string{"kinds/cue/remove", "attributes/modality/remove", "versions/1/restore"} {
		reviewer.post("/projects/harbour/codebook/"+path, "version", "1").is(http.StatusForbidden)
	}
	reviewer.api("POST", "/projects/harbour/codebook/versions/1/restore", map[string]int{"version": 1}).problem(http.StatusForbidden)
	stranger := s.as("")
	for _, path := range []string{"versions", "versions/1", "diff?from=1&to=1"} {
		stranger.get("/projects/harbour/codebook/" + path).is(http.StatusNotFound)
		stranger.api("GET", "/projects/harbour/codebook/"+path, nil).problem(http.StatusNotFound)
	}
}

func TestVersionsAreListedComparedAndRestored(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	manager, viewer := s.as(annotate.Manager), s.as(annotate.Viewer)
	guidelines := "/projects/harbour/codebook/guidelines"
	manager.post(guidelines, "version", "1", "guidelines", "Tag a claim.")
	manager.post(guidelines, "version", "2", "guidelines", "Tag each claim.")
	manager.sendForm("/projects/harbour/codebook/new-kind", moodForm, "version", "3", "color", "own")

	viewer.get("/projects/harbour/codebook/versions").is(http.StatusOK).says("Version 4", "In force", "The kind “Mood of the room” was added.",
		"Vera manager", "The guidelines of the project have changed.", "The first one there is.", "Olga Owner")
	diff := viewer.get("/projects/harbour/codebook/diff?from=2&to=4").is(http.StatusOK).says("From version 2 to 4", "<del>a</del>", "<ins>each</ins>", "Mood of the room")
	diff.keepsQuietAbout("Nothing")
	viewer.get("/projects/harbour/codebook/diff?from=3&to=3").is(http.StatusOK).says("The two say the same.")
	viewer.get("/projects/harbour/codebook/diff?from=4&to=2").is(http.StatusOK).says("The kind “Mood of the room” was removed.")
	viewer.get("/projects/harbour/codebook/versions/2").is(http.StatusOK).says("Tag a claim.", "Version 4 is in force.").keepsQuietAbout("Restore it", "Edit")
	manager.get("/projects/harbour/codebook/versions/2").is(http.StatusOK).says("Restore it")
	for _, path := range []string{"versions/9", "versions/x", "diff?from=1&to=9", "diff?from=1", "diff"} {
		viewer.get("/projects/harbour/codebook/" + path).is(http.StatusNotFound)
	}

	manager.post("/projects/harbour/codebook/versions/2/restore", "version", "3").is(http.StatusConflict).says("nothing was restored")
	manager.post("/projects/harbour/codebook/versions/2/restore", "version", "4").leadsTo("/projects/harbour/codebook")
	if c := s.codebook(); c.Version != 5 || c.Guidelines != "Tag a claim." || len(c.Kinds) != 4 {
		t.Errorf("version %d says %q with %d kinds", c.Version, c.Guidelines, len(c.Kinds))
	}
	s.coded(manager.user, annotate.Attributes{"modality": "future"})
	without := s.codebook()
	without.Attributes = slices.DeleteFunc(without.Attributes, func(a annotate.Attribute) bool { return a.Name == "quotation" })
	manager.api("PUT", "/projects/harbour/codebook", without).is(http.StatusOK)
	manager.post("/projects/harbour/codebook/versions/1/restore", "version", "6").leadsTo("/projects/harbour/codebook")
}

func TestWhatIsCodedMeanwhileIsNotRestoredAway(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	manager := s.as(annotate.Manager)
	c := s.codebook()
	c.Attributes[1].Values = append(slices.Clone(c.Attributes[1].Values), annotate.Value{Value: "rumoured", Label: "Rumoured", Active: true})
	manager.api("PUT", "/projects/harbour/codebook", c).is(http.StatusOK)
	s.coded(manager.user, annotate.Attributes{"modality": "rumoured"})
	manager.post("/projects/harbour/codebook/versions/1/restore", "version", "2").is(http.StatusUnprocessableEntity).says("cannot be restored as it is", "rumoured")
	manager.header.Set("Accept-Language", "de")
	manager.post("/projects/harbour/codebook/versions/1/restore", "version", "2").says("lässt sich so nicht wiederherstellen. Behalten Sie die Frage")
	manager.header.Del("Accept-Language")
	manager.api("POST", "/projects/harbour/codebook/versions/1/restore", map[string]int{"version": 2}).problem(http.StatusUnprocessableEntity)
	if c := s.codebook(); c.Version != 2 {
		t.Errorf("it has come to version %d", c.Version)
	}
}

func TestVersionsInTheAPI(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	manager, viewer := s.as(annotate.Manager), s.as(annotate.Viewer)
	c := s.codebook()
	for version := 1; version <= 3; version++ {
		c.Version, c.Kinds[0].Label = version, fmt.Sprintf("Claim %d", version)
		manager.api("PUT", "/projects/harbour/codebook", c).is(http.StatusOK)
	}
	var list struct {
		Items []codebookVersionJSON
		Next  string
	}
	viewer.api("GET", "/projects/harbour/codebook/versions?limit=3", nil).is(http.StatusOK).into(&list)
	if len(list.Items) != 3 || list.Items[0].Version != 4 || *list.Items[0].CreatedBy != manager.user || list.Next != "2" {
		t.Errorf("got %+v", list)
	}
	if m := list.Items[2].Amendments; len(m) != 1 || m[0].Field != "label" || m[0].Was != "Claim" || m[0].Is != "Claim 1" || m[0].Substantial || !slices.Equal(m[0].Kinds, []string{"claim"}) {
		t.Errorf("version 2 changed %+v", m)
	}
	viewer.api("GET", "/projects/harbour/codebook/versions?cursor=2", nil).is(http.StatusOK).into(&list)
	if len(list.Items) != 1 || list.Items[0].Version != 1 || len(list.Items[0].Amendments) != 0 {
		t.Errorf("got %+v", list)
	}
	var old codebookJSON
	viewer.api("GET", "/projects/harbour/codebook/versions/2", nil).is(http.StatusOK).into(&old)
	if old.Version != 2 || old.Kinds[0].Label != "Claim 1" {
		t.Errorf("version %d calls a claim %q", old.Version, old.Kinds[0].Label)
	}
	viewer.api("GET", "/projects/harbour/codebook/versions/9", nil).problem(http.StatusNotFound)
	viewer.api("GET", "/projects/harbour/codebook/versions/x", nil).problem(http.StatusUnprocessableEntity)
	viewer.api("GET", "/projects/harbour/codebook/diff?from=2&to=4", nil).is(http.StatusOK).says(`"from":2`, `"is":"Claim 3"`)
	viewer.api("GET", "/projects/harbour/codebook/diff?from=2", nil).problem(http.StatusUnprocessableEntity)
	manager.api("POST", "/projects/harbour/codebook/versions/2/restore", map[string]int{"version": 3}).problem(http.StatusConflict)
	manager.api("POST", "/projects/harbour/codebook/versions/2/restore", map[string]int{"version": 4}).is(http.StatusOK).says(`"version":5`, "Claim 1")
}

func TestColoursOfOnesOwnAreServed(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	sheet := s.nobody().get("/colors/0b7673-58c6c1,9a6700-e2b344.css").is(http.StatusOK).
		says("--9a6700-e2b344-mark:light-dark(#9a6700,#e2b344)", ".color-0b7673-58c6c1{--wash:var(--0b7673-58c6c1-wash)")
	if got := sheet.header.Get("Content-Type"); got != "text/css; charset=utf-8" {
		t.Errorf("it is of type %s", got)
	}
	if got := sheet.header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("it may be kept %q", got)
	}
	for _, name := range []string{"red", "9a6700", "9a6700-e2b344%7D", "9A6700-E2B344", "9a6700-e2b344,", ""} {
		s.nobody().get("/colors/" + name + ".css").is(http.StatusNotFound)
	}
}

func TestTheCodebookIsReadBesideATextAndClaimsKeepTheirs(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	manager, viewer := s.as(annotate.Manager), s.as(annotate.Viewer)
	beside := viewer.get("/projects/harbour/codebook/beside").is(http.StatusOK).
		says(`id="about-kind-claim"`, `id="about-attribute-quotation"`, `id="about-attribute-certainty"`, "All of it stands inside quote marks", "<strong>Tag</strong>")
	beside.keepsQuietAbout("<html", `id="about-attribute-attitude"`)
	s.as("").get("/projects/harbour/codebook/beside").is(http.StatusNotFound)

	claim := s.coded(manager.user, annotate.Attributes{})
	path := "/projects/harbour/claims/" + string(claim)
	viewer.get(path).is(http.StatusOK).says("Codebook, version 1").keepsQuietAbout("Changed since")
	c := s.codebook()
	c.Kinds[0].Color, c.Kinds[3].Guideline = "rose", "Otherwise."
	manager.api("PUT", "/projects/harbour/codebook", c).is(http.StatusOK)
	viewer.get(path).is(http.StatusOK).says("Codebook, version 1").keepsQuietAbout("Changed since") // of cues, and how claims look
	c.Version, c.Kinds[0].Guideline = 2, "Tag less."
	manager.api("PUT", "/projects/harbour/codebook", c).is(http.StatusOK)
	viewer.get(path).is(http.StatusOK).says("Changed since", "/projects/harbour/codebook/diff?from=1&to=3")
	s.exec(`DELETE FROM codebooks WHERE version = 2`)
	s.exec(`UPDATE annotations SET codebook = 2`)
	viewer.get(path).is(http.StatusOK).says("Codebook, version 2").keepsQuietAbout("Changed since")
}
