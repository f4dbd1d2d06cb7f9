package server

import (
	"net/http"
	"testing"

	"onrecord.dev/internal/annotate"
)

func TestPagesAreInTheLanguageTheBrowserAsksFor(t *testing.T) {
	t.Parallel()
	reader := newServer(t).nobody()
	reader.get("/sign-in").says(`<html lang="en" dir="ltr">`)
	reader.header.Set("Accept-Language", "de-CH,de;q=0.9,en;q=0.5")
	reader.get("/sign-in").says(`<html lang="de" dir="ltr">`, "Zum Inhalt springen")
}

func TestALanguageChosenInABrowserIsKeptThere(t *testing.T) {
	t.Parallel()
	reader := newServer(t).nobody()
	reader.post("/language", "language", "de", "next", "/sign-in").leadsTo("/sign-in")
	reader.get("/sign-in").says(`<html lang="de"`)
	reader.post("/language", "language", "tlh", "next", "//elsewhere.example").leadsTo("/")
	reader.get("/sign-in").says(`<html lang="en"`)
	reader.cookies[languageCookie] = "x-onload"
	reader.get("/sign-in").says(`<html lang="en"`)
}

func TestALanguageChosenByWhoIsSignedInIsTheirsEverywhere(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	reader := s.as(annotate.Viewer)
	reader.post("/language", "language", "de", "next", "/account").leadsTo("/account")
	elsewhere := s.nobody() // another browser, with none of this one's other cookies
	elsewhere.cookies[s.sessionCookie()] = reader.cookies[s.sessionCookie()]
	elsewhere.header.Set("Accept-Language", "en")
	elsewhere.get("/account").is(http.StatusOK).says(`<html lang="de"`)
	elsewhere.post("/language", "language", "", "next", "/account").leadsTo("/account")
	elsewhere.get("/account").says(`<html lang="en"`)
}

func TestTheDefaultCodebookHasEveryTextInGerman(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	german, err := s.defaultCodebook("de")
	if err != nil {
		t.Fatal(err)
	}
	english := annotate.DefaultCodebook()
	same := func(what, a, b string) {
		t.Helper()
		if a == b && len(a) > len("Neutral") {
			t.Errorf("%s is %q in both languages", what, a)
		}
	}
	for i, k := range english.Kinds {
		same(k.Name, k.Label+k.Guideline, german.Kinds[i].Label+german.Kinds[i].Guideline)
	}
	for i, a := range english.Attributes {
		same(a.Name, a.Label, german.Attributes[i].Label)
		same(a.Name, a.Guideline, german.Attributes[i].Guideline)
		for j, v := range a.Values {
			same(a.Name+" "+v.Value, v.Guideline, german.Attributes[i].Values[j].Guideline)
			if german.Attributes[i].Values[j].Value != v.Value {
				t.Errorf("%s: the code %s is another", a.Name, v.Value)
			}
		}
	}
}

func TestAProjectBeginsWithACodebookInTheLanguageOfItsMaker(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	maker := s.as("")
	maker.header.Set("Accept-Language", "de")
	maker.get("/new-project").says(`<option value="de" selected`)
	maker.post("/new-project", "name", "Hafen", "slug", "hafen", "codebook", "de").leadsTo("/projects/hafen")
	maker.get("/projects/hafen/codebook").says("Redewiedergabe", "Nicht angegeben")
	maker.post("/new-project", "name", "Port", "slug", "port", "codebook", "tlh").leadsTo("/projects/port")
	maker.get("/projects/port/codebook").says("Quotation")
}

func TestHowTextIsReadIsKeptInTheBrowser(t *testing.T) {
	t.Parallel()
	reader := newServer(t).nobody()
	reader.post("/reading", "text-size", "large", "text-size-now", "", "line-width-now", "", "next", "/sign-in").leadsTo("/sign-in")
	reader.get("/sign-in").says(`data-text-size="large"`).keepsQuietAbout("data-line-width")
	reader.post("/reading", "line-width", "wide", "text-size-now", "large", "line-width-now", "", "next", "//elsewhere.example").leadsTo("/")
	reader.get("/sign-in").says(`data-text-size="large"`, `data-line-width="wide"`)
	reader.post("/reading", "text-size", "", "text-size-now", "large", "line-width-now", "wide", "next", "/sign-in").leadsTo("/sign-in")
	reader.get("/sign-in").says(`data-line-width="wide"`).keepsQuietAbout("data-text-size")
	reader.cookies[readingCookie] = "huge.x-onload"
	reader.get("/sign-in").keepsQuietAbout("data-text-size", "data-line-width")
}
