package browsertest

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"onrecord.dev/internal/annotate"
)

// Articles from right to left, with names and figures that run the other way;
// a browser left to itself would turn round the paragraphs that begin with one.
var rightToLeft = map[string]string{
	"he": `המעבורת חוזרת באביב

Radio Hafen: ראש העיר אמרה ש"המעבורת תפליג" ב-12 במאי, והסגן 🌊 הסכים.

No coffee before Sunday.`,
	"ar": `العبّارة تعود في الربيع

Radio Hafen: قالت العُمدة إنّ "العبّارة ستبحر" في 12 مايو، ووافق نائبها 🌊.

No coffee before Sunday.`,
}

// What is selected in text that runs from right to left, by mouse and by
// keys, is tagged at the code points where it stands.
func TestRightToLeftArticlesAreTaggedWhereTheyAreSelected(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	project := a.project("ferry", "The ferry")
	ana := a.member(project, annotate.Analyst, "Ana Analyst")
	tests := map[string]struct {
		language string
		words    string
		byKeys   bool
	}{
		"Hebrew in marks":                  {"he", `"המעבורת תפליג"`, false},
		"Hebrew around figures":            {"he", `ב-12 במאי, והסגן 🌊 הסכים`, false},
		"Hebrew by the keyboard":           {"he", `חוזרת`, true},
		"Arabic with marks over letters":   {"ar", `قالت العُمدة إنّ`, false},
		"Arabic around figures":            {"ar", `ستبحر" في 12 مايو، ووافق`, false},
		"Arabic by the keyboard":           {"ar", `تعود في`, true},
		"an English paragraph in an other": {"he", `No coffee before Sunday`, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			ana.during(t)
			text := rightToLeft[test.language]
			id := a.articleIn(project, ana.id, test.language, text)
			ana.bench(project, id)
			start, end := span(t, text, test.words)
			if test.byKeys {
				ana.selectByKeys(start, end)
			} else {
				ana.selectText(start, end)
			}
			ana.press("c")
			isOnly(ana, project, id, text, test.words)
		})
	}
}

// The language decides which way a paragraph runs, not the letter it begins
// with; arrows move a boundary the way they point.
func TestAnArticleRunsTheWayOfItsLanguage(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	project := a.project("ferry", "The ferry")
	ana := a.member(project, annotate.Analyst, "Ana Analyst")
	for language, text := range rightToLeft {
		t.Run(language, func(t *testing.T) {
			ana.during(t)
			id := a.articleIn(project, ana.id, language, text)
			ana.bench(project, id)
			got := run[[]string](ana, `() => [document.querySelector("#text"), ...document.querySelectorAll("#text > *")].map((e) => getComputedStyle(e).direction)`)
			if want := "rtl rtl rtl ltr"; strings.Join(got, " ") != want {
				t.Errorf("the text and its blocks run %q, want %s", got, want)
			}
			headline, _, _ := strings.Cut(text, "\n")
			whole := strings.Fields(headline)
			ana.selectText(0, utf8.RuneCountInString(whole[0]))
			ana.press("c")
			ana.saves(project, id, "the first word", func(a article) bool { return a.has(annotate.Claim, whole[0]) })
			ana.until("the keyboard to enter the card", `document.activeElement.closest("#rail") !== null`)
			ana.press("Escape", "Alt+Shift+ArrowLeft")
			ana.saves(project, id, "the first two words", func(a article) bool { return a.has(annotate.Claim, whole[0]+" "+whole[1]) })
			ana.press("Alt+Shift+ArrowRight")
			ana.saves(project, id, "the first word again", func(a article) bool { return a.has(annotate.Claim, whole[0]) })
			ana.press("Alt+ArrowRight")
			letters := []rune(whole[0])
			ana.saves(project, id, "all of it but the last letter", func(a article) bool { return a.has(annotate.Claim, string(letters[:len(letters)-1])) })
			ana.until("the card to run the same way", `getComputedStyle(document.querySelector("#cards .card .quote")).direction === "rtl"`)
		})
	}
}

// articleIn brings in a text in a language.
func (a *app) articleIn(p annotate.Project, by annotate.ID, language, text string) annotate.ID {
	a.tb.Helper()
	wanted := annotate.Article{Metadata: annotate.Metadata{InLanguage: language}, CreatedBy: by}
	return must(a.store.AddArticle(a.tb.Context(), p.ID, wanted, text, time.Now()))(a.tb).Article.ID
}
