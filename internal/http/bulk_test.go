package server

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

func TestTheAPIFindsWordsInAllTextsPageByPage(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	r.addArticleText("Another wall", "Another wall 🌊\nThe WALL again.")
	type found struct {
		Items []struct {
			Article    struct{ ID, Headline string }
			Start, End int
			Exact      string
			Prefix     string
			Suffix     string
			Kinds      []string
		}
		Next string
	}
	var first, second found
	r.viewer.api("GET", "/projects/harbour/find?q=the+wall&whole_words=true&limit=1", nil).is(http.StatusOK).into(&first)
	if len(first.Items) != 1 || first.Items[0].Exact != "The WALL" || first.Items[0].Article.Headline != "Another wall" || first.Items[0].Start != 15 || first.Items[0].Suffix != " again." {
		t.Fatalf("got %+v", first)
	}
	r.viewer.api("GET", "/projects/harbour/find?q=the+wall&whole_words=true&offsets=utf16&cursor="+url.QueryEscape(first.Next), nil).is(http.StatusOK).into(&second)
	if len(second.Items) != 1 || second.Items[0].Exact != "The wall" || second.Next != "" {
		t.Errorf("got %+v", second)
	}
	var wide found
	r.viewer.api("GET", "/projects/harbour/find?q=the+wall&whole_words=true&limit=1&offsets=utf16", nil).is(http.StatusOK).into(&wide)
	if wide.Items[0].Start != first.Items[0].Start+1 {
		t.Errorf("in UTF-16 it begins at %d", wide.Items[0].Start)
	}
	r.viewer.api("GET", "/projects/harbour/find?q=+", nil).problem(http.StatusUnprocessableEntity)
	r.as("").api("GET", "/projects/harbour/find?q=wall", nil).problem(http.StatusNotFound)
}

func TestWhatIsFoundIsTaggedAndUndone(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	found := r.analyst.get("/projects/harbour/find?q=ilse+brandt").is(http.StatusOK).says("Harbour wall", "Ilse Brandt", `name="place"`, "Speaker")
	if !strings.Contains(found.body, `name="place" value="`+string(r.article)) || strings.Contains(found.between(`name="place"`, ">"), "checked") {
		t.Errorf("what is tagged already is checked: %s", found.body)
	}
	place := r.analyst.get("/projects/harbour/find?q=jan+vos").is(http.StatusOK).between(`name="place" value="`, `"`)
	done := r.analyst.post("/projects/harbour/find", "q", "jan vos", "kind", "speaker", "entity", "ilse brandt", "place", place).is(http.StatusSeeOther)
	result := done.header.Get("Location")
	r.viewer.get(result).is(http.StatusOK).says("Tagged “jan vos” as Speaker, Ilse Brandt", "1 place changed", "in 1 article", "Harbour wall").keepsQuietAbout(">Undo<")
	undo := r.analyst.get(result).is(http.StatusOK).says("Undo").between(`action="`+result+"/articles/", `"`)
	r.analyst.post(result + "/articles/" + undo).leadsTo(result)
	r.viewer.get(result).is(http.StatusOK).says("Undone")
}

func TestAFormThatTagsNothingSaysWhy(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	place := r.analyst.get("/projects/harbour/find?q=jan+vos").between(`name="place" value="`, `"`)
	tests := map[string]struct {
		form []string
		says string
	}{
		"nothing is checked":  {[]string{"kind", "speaker"}, "Check between one and"},
		"a kind there is not": {[]string{"kind", "nonsense", "place", place}, "Choose one of the codebook's kinds"},
		"a name there is not": {[]string{"kind", "speaker", "entity", "Nobody Known", "place", place}, "is called exactly this"},
		"a place in pieces":   {[]string{"kind", "speaker", "place", "x"}, "cannot be read"},
	}
	for name, test := range tests {
		t.Run(name, func(*testing.T) {
			r.analyst.post("/projects/harbour/find", append(test.form, "q", "jan vos")...).is(http.StatusUnprocessableEntity).says(test.says, "Jan Vos")
		})
	}
	r.analyst.get("/projects/harbour/find?q=" + strings.Repeat("x", 501)).is(http.StatusUnprocessableEntity).says("at most 500")
}

func TestClaimsOfTheQueueAreAnsweredForAlike(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	r.analyst.get("/projects/harbour/claims").is(http.StatusOK).says("Answer for many")
	r.viewer.get("/projects/harbour/claims").is(http.StatusOK).keepsQuietAbout("Answer for many")
	r.analyst.get("/projects/harbour/recode?q=declined").is(http.StatusOK).says("declined to comment", "Quotation: Non-response").keepsQuietAbout("this winter")
	address := "/projects/harbour/recode?q=declined"
	preview := r.analyst.get(address+"&answer=quotation%3Dnon_response").is(http.StatusOK).says("Non-response", "no answer", "Apply to what is checked")
	claim := preview.between(`name="claim" value="`, `"`)
	result := r.analyst.post(address, "answer", "quotation=non_response", "claim", claim).is(http.StatusSeeOther).header.Get("Location")
	r.viewer.get(result).is(http.StatusOK).says("Answered “Quotation” with “Non-response”", "1 place changed")
	r.analyst.get(address + "&answer=quotation%3Dnon_response").is(http.StatusOK).says("is so already")
	again := r.analyst.post(address, "answer", "quotation=direct", "claim", claim).is(http.StatusSeeOther).header.Get("Location")
	r.viewer.get(again).is(http.StatusOK).says("Somebody has changed it since you looked", "Nothing to do")
	r.analyst.post(address, "answer", "quotation=nonsense", "claim", claim).is(http.StatusUnprocessableEntity).says("Give one of")
	r.analyst.post(address, "answer", "quotation=direct").is(http.StatusUnprocessableEntity).says("Check between one and")
}

func TestReadersChangeNothingInBulk(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	id := string(store.NewID())
	place := strings.Join([]string{string(r.article), strconv.Itoa(0), strconv.Itoa(3)}, " ")
	r.viewer.get("/projects/harbour/find?q=wall").is(http.StatusOK).keepsQuietAbout(`name="place"`, "Tag what is checked")
	r.viewer.post("/projects/harbour/find", "q", "The", "kind", "speaker", "place", place).is(http.StatusForbidden)
	r.viewer.get("/projects/harbour/recode").is(http.StatusForbidden)
	r.viewer.post("/projects/harbour/recode", "answer", "quotation=direct").is(http.StatusForbidden)
	r.viewer.post("/projects/harbour/bulk/" + id + "/articles/" + id + "/undo").is(http.StatusForbidden)
	r.as("").get("/projects/harbour/bulk/" + id).is(http.StatusNotFound)
	r.analyst.post("/projects/harbour/bulk/" + id + "/articles/" + string(r.article) + "/undo").is(http.StatusNotFound)
}

func TestBulkChangesAreListedWithWhatBecameOfThem(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	r.viewer.get("/projects/harbour/bulk").is(http.StatusOK).says("None yet")
	r.viewer.get("/projects/harbour/find").says(`href="/projects/harbour/bulk"`)
	r.analyst.get("/projects/harbour/claims").says(`href="/projects/harbour/bulk"`)
	r.viewer.get("/projects/harbour/codebook").says(`href="/projects/harbour/bulk"`)
	place := r.analyst.get("/projects/harbour/find?q=jan+vos").between(`name="place" value="`, `"`)
	result := r.analyst.post("/projects/harbour/find", "q", "jan vos", "kind", "speaker", "place", place).header.Get("Location")
	r.viewer.get("/projects/harbour/bulk").is(http.StatusOK).says("Tagged “jan vos” as Speaker", "1 place changed", "in 1 article", "Vera analyst", "Done").keepsQuietAbout(">Undo all<", "resume")
	r.analyst.get("/projects/harbour/bulk").says(result + "/undo").keepsQuietAbout("/resume")

	// A server went down half-way.
	r.exec(`UPDATE bulk_parts SET todo = '{}'`)
	r.analyst.get("/projects/harbour/bulk").says("Broken off", "1 article left", result+"/resume")
	r.analyst.get(result).says("Broken off", "Not done yet", result+"/resume")
	r.exec(`UPDATE bulk_changes SET worked_on_until = now() + interval '1 hour'`)
	r.analyst.get("/projects/harbour/bulk").says("Under way").keepsQuietAbout("/resume", "/undo")
	r.analyst.post(result + "/undo").is(http.StatusConflict).says("This is being done at the moment")
	r.exec(`UPDATE bulk_changes SET worked_on_until = NULL`)
	r.analyst.post(result + "/resume").leadsTo(result)
	r.analyst.get("/projects/harbour/bulk").says("Done").keepsQuietAbout("/resume")
	r.analyst.post(result + "/undo").leadsTo(result)
	r.viewer.get("/projects/harbour/bulk").says("Undone")
	r.analyst.get("/projects/harbour/bulk").keepsQuietAbout("/undo")

	r.viewer.post(result + "/undo").is(http.StatusForbidden)
	r.viewer.post(result + "/resume").is(http.StatusForbidden)
	r.as("").get("/projects/harbour/bulk").is(http.StatusNotFound)
}

func TestTheListOfBulkChangesIsPaged(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	for range bulkOnPage + 1 {
		r.exec(`INSERT INTO bulk_changes (project_id, id, what, wish, author_id, created_at) VALUES ($1, $2, 'tag', '{"query":"x","kind":"cue"}', $3, $4)`,
			r.project.ID, store.NewID(), r.analyst.user, r.clock)
	}
	first := r.viewer.get("/projects/harbour/bulk").is(http.StatusOK).says("Next page")
	next := "/projects/harbour/bulk?" + first.between(`href="/projects/harbour/bulk?`, `"`)
	second := r.viewer.get(next).is(http.StatusOK).says("To the beginning").keepsQuietAbout("Next page")
	if n, m := strings.Count(first.body, "Nothing to do"), strings.Count(second.body, "Nothing to do"); n != bulkOnPage || m != 1 {
		t.Errorf("the pages have %d and %d", n, m)
	}
}

func TestTheAPITagsAndAnswersInBulk(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	other := r.addArticleText("Another wall", "Another wall 🌊\nThe WALL again.").ID
	program := r.analyst.withToken()
	wish := map[string]any{"query": "the wall", "whole_words": true, "kind": "source", "places": []any{
		map[string]any{"article": other, "start": 16, "end": 24}, map[string]any{"article": other, "start": 0, "end": 3},
	}}
	var plan, done, undone bulkJSON
	program.api("POST", "/projects/harbour/bulk/tag?dry_run=true&offsets=utf16", wish).is(http.StatusOK).into(&plan)
	if plan.ID != "" || plan.Done != 1 || plan.Articles != 1 || len(plan.Parts) != 1 || plan.Parts[0].ChangeSet != nil || len(plan.Parts[0].LeftOut) != 1 {
		t.Errorf("the dry run tells %+v", plan)
	}
	program.api("GET", "/projects/harbour/bulk", nil).is(http.StatusOK).says(`"items":[]`)
	program.api("POST", "/projects/harbour/bulk/tag?offsets=utf16", wish).is(http.StatusOK).into(&done)
	if done.ID == "" || done.Done != 1 || done.Changed != 1 || done.UnderWay || done.Wish.Query != "the wall" || done.CreatedBy != r.analyst.user || done.Parts[0].ChangeSet == nil {
		t.Errorf("got %+v", done)
	}
	program.api("GET", "/projects/harbour/bulk/"+string(done.ID), nil).is(http.StatusOK).says(`"headline":"Another wall"`, `"what":"tag"`)
	program.api("POST", "/projects/harbour/bulk/"+string(done.ID)+"/undo", nil).is(http.StatusOK).into(&undone)
	if undone.Undone != 1 || undone.Parts[0].Undone == nil {
		t.Errorf("got %+v", undone)
	}
	program.api("POST", "/projects/harbour/bulk/"+string(done.ID)+"/resume", nil).is(http.StatusOK).says(`"left_to_do":0`)

	answer := map[string]any{"claims": []any{map[string]any{"id": r.claims[2], "version": 99}}, "attribute": "quotation", "value": []string{"non_response"}}
	program.api("POST", "/projects/harbour/bulk/recode?dry_run=true", answer).is(http.StatusOK).says(`"done":1`).keepsQuietAbout(`"id":"` + string(done.ID))
	program.api("POST", "/projects/harbour/bulk/recode", answer).is(http.StatusOK).says(`"what":"recode"`, `"done":1`)
	program.api("POST", "/projects/harbour/bulk/recode", answer).is(http.StatusOK).says(`"done":0`, "It has this answer already")

	p := program.api("POST", "/projects/harbour/bulk/tag", map[string]any{"query": "wall", "kind": "nonsense", "places": []any{map[string]any{"article": other, "start": 8, "end": 12}}}).problem(http.StatusUnprocessableEntity)
	if len(p.Errors) != 1 || p.Errors[0].Field != "kind" {
		t.Errorf("got %+v", p)
	}
	p = program.api("POST", "/projects/harbour/bulk/tag?offsets=utf16", map[string]any{"query": "wall", "kind": "cue", "places": []any{map[string]any{"article": other, "start": 16, "end": 999}}}).problem(http.StatusUnprocessableEntity)
	if len(p.Errors) != 1 || p.Errors[0].Field != "places" || !strings.Contains(p.Errors[0].Message, "999") {
		t.Errorf("got %+v", p)
	}
	program.api("POST", "/projects/harbour/bulk/recode", map[string]any{"claims": []any{}, "attribute": "quotation", "value": []string{}}).problem(http.StatusUnprocessableEntity)
	program.api("GET", "/projects/harbour/bulk/"+string(store.NewID()), nil).problem(http.StatusNotFound)
	for _, path := range []string{"tag", "recode", string(done.ID) + "/undo", string(done.ID) + "/resume"} {
		r.viewer.api("POST", "/projects/harbour/bulk/"+path, wish).problem(http.StatusForbidden)
	}
}

func TestATextIsWrittenForManyClaimsOnThePage(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	c := r.codebook()
	c.Attributes = append(c.Attributes, annotate.Attribute{Name: "topic", Label: "Topic", Type: annotate.Prose, Kinds: []string{annotate.Claim}, Active: true})
	r.as(annotate.Manager).api("PUT", "/projects/harbour/codebook", c).is(http.StatusOK)
	address := "/projects/harbour/recode?q=declined"
	r.analyst.get(address).is(http.StatusOK).says("Topic: a text", "Topic: no answer")
	r.analyst.get(address + "&answer=topic~").is(http.StatusOK).says(`name="text"`).keepsQuietAbout("Apply to what is checked")
	preview := r.analyst.get(address+"&answer=topic~&text=the+wall").is(http.StatusOK).says("<strong>the wall</strong>", "Apply to what is checked")
	claim := preview.between(`name="claim" value="`, `"`)
	result := r.analyst.post(address, "answer", "topic~", "text", "the wall", "claim", claim).is(http.StatusSeeOther).header.Get("Location")
	r.viewer.get(result).is(http.StatusOK).says("Answered “Topic” with “the wall”", "1 place changed")
	r.analyst.get(address + "&answer=topic~&text=the+wall").says("is so already")
	r.analyst.get(address + "&answer=topic~&text=" + strings.Repeat("x", 2001)).is(http.StatusUnprocessableEntity).says("Give 1 to 2000 characters").keepsQuietAbout("Apply to what is checked")
}
