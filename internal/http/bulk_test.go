package server

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

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
