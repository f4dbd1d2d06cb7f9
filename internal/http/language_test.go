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
