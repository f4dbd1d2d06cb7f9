package page

import (
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/ui"
)

// MetadataURL is the page of where an article came from.
func MetadataURL(slug string, article annotate.ID) string {
	return ArticleURL(slug, article) + "/metadata"
}

// DeleteArticleURL is the page that asks before it deletes an article.
func DeleteArticleURL(slug string, article annotate.ID) string {
	return ArticleURL(slug, article) + "/delete"
}

// ArticlesFilter is what the list of articles is narrowed down to, as it
// stands in the address.
type ArticlesFilter struct {
	Query         string
	State         annotate.ArticleState
	Publisher     string
	InLanguage    string
	DatePublished string
}

// in is f with another state.
func (f ArticlesFilter) in(state annotate.ArticleState) ArticlesFilter {
	f.State = state
	return f
}

// searched reports whether f looks for anything but a state.
func (f ArticlesFilter) searched() bool { return f.in("") != ArticlesFilter{} }

// detailed reports whether f has more than a state and words.
func (f ArticlesFilter) detailed() bool {
	return f.Publisher != "" || f.InLanguage != "" || f.DatePublished != ""
}

// url is the list under f, from cursor on.
func (f ArticlesFilter) url(slug, cursor string) string {
	return addressWith(ArticlesURL(slug), "q", f.Query, "state", string(f.State), "publisher", f.Publisher,
		"inLanguage", f.InLanguage, "datePublished", f.DatePublished, "cursor", cursor)
}

// addressWith is path with those of the pairs of name and value that have a
// value.
func addressWith(path string, pairs ...string) string {
	query := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			query.Add(pairs[i], pairs[i+1])
		}
	}
	if len(query) == 0 {
		return path
	}
	return path + "?" + query.Encode()
}

// ArticlesView is what the list of articles shows.
type ArticlesView struct {
	Filter     ArticlesFilter
	Cursor     string
	Next       string
	Articles   []annotate.ListedArticle
	Counts     annotate.ArticleCounts
	Publishers []string
	// Complaints are about what stands in the address.
	Complaints annotate.Invalid
}

// firstURL leads back to the beginning of the list, if this is not it.
func (v ArticlesView) firstURL(slug string) string {
	if v.Cursor == "" {
		return ""
	}
	return v.Filter.url(slug, "")
}

func (v ArticlesView) nextURL(slug string) string {
	if v.Next == "" {
		return ""
	}
	return v.Filter.url(slug, v.Next)
}

// ArticleForm is the form by which an article comes in or changes, as it was
// sent.
type ArticleForm struct {
	Headline      string
	Text          string
	URL           string
	Publisher     string
	Author        string
	DatePublished string
	InLanguage    string
}

// FormOfArticle is the form filled in with what is known of an article.
func FormOfArticle(a annotate.Article) ArticleForm {
	return ArticleForm{
		Headline: a.Headline, URL: a.URL, Publisher: a.Publisher, Author: a.Author, DatePublished: a.DatePublished, InLanguage: a.InLanguage,
	}
}

func articleStateName(f Frame, s annotate.ArticleState) string {
	switch s {
	case annotate.ArticleUntagged:
		return f.T("Untagged")
	case annotate.ArticleOpen:
		return f.T("Open")
	case annotate.ArticleDisputed:
		return f.T("Disputed")
	case annotate.ArticleDone:
		return f.T("Done")
	}
	return f.T("All")
}

// claimsDecided is how many of an article's claims need nothing more.
func claimsDecided(p annotate.Progress) int { return p.Approved + p.Disputed + p.Rejected }

// share is a stretch of a bar that shows how an article's claims divide, in
// claims.
type share struct {
	state annotate.ReviewState
	from  int
	width int
}

// doneFirst are the states of claims, those that need nothing more first, as
// pictures have them.
var doneFirst = []annotate.ReviewState{annotate.Approved, annotate.Rejected, annotate.Disputed, annotate.ChangesRequested, annotate.Unreviewed}

func shares(p annotate.Progress) []share {
	var list []share
	at := 0
	for _, state := range doneFirst {
		if n := p.In(state); n > 0 {
			list = append(list, share{state, at, n})
			at += n
		}
	}
	return list
}

// sharesInWords says what the bar shows.
func sharesInWords(f Frame, p annotate.Progress) string {
	var words []string
	for _, s := range shares(p) {
		words = append(words, f.T("%s: %d", StateName(f, s.state), s.width))
	}
	return strings.Join(words, ", ")
}

// dateInWords is an EDTF date as people write it.
func dateInWords(f Frame, edtf string) string {
	for _, form := range []struct {
		layout string
		words  func(time.Time) string
	}{
		{time.RFC3339Nano, f.minute}, {"2006-01-02T15:04Z07:00", f.minute}, {time.DateOnly, f.Day}, {"2006-01", f.Month},
	} {
		if t, err := time.Parse(form.layout, edtf); err == nil {
			return form.words(t)
		}
	}
	return edtf
}

// minute is a moment with its zone.
func (f Frame) minute(t time.Time) string {
	zone := t.Format("UTC-07:00")
	if _, offset := t.Zone(); offset == 0 {
		zone = "UTC"
	}
	return f.T("%s, %s (%s)", f.Day(t), t.Format("15:04"), zone)
}

// originInWords says where a date was found.
func originInWords(f Frame, origin string) string {
	switch origin {
	case "page":
		return f.T("It was found on the page.")
	case "url":
		return f.T("It was found in the address.")
	case "analyst":
		return f.T("An analyst gave it.")
	}
	return f.T("Where it was found is not known.")
}

// languages are those most news is in, for the browser to propose.
var languages = []string{
	"ar", "bn", "cs", "da", "de", "el", "en", "es", "fa", "fi", "fr", "he", "hi", "hu", "id", "it", "ja", "ko", "nb", "nl",
	"pl", "pt", "pt-BR", "ro", "ru", "sv", "sw", "tr", "uk", "ur", "vi", "zh",
}

func newDateHint(f Frame) string {
	return f.T("As much as is known: 2026, 2026-11, 2026-11-23 or 2026-11-23T08:15Z.")
}

// dateHint also says where the date there is was found.
func dateHint(f Frame, a annotate.Article) string {
	if a.DatePublished == "" {
		return newDateHint(f)
	}
	return newDateHint(f) + " " + originInWords(f, a.DatePublishedOrigin)
}

// withList is field with the answers of the list called id proposed.
func withList(field ui.Field, id string) ui.Field {
	field.More = templ.Attributes{"list": id}
	return field
}
