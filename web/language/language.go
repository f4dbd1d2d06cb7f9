// Package language holds the words of the interface in each language it is
// offered in. The English text is the key: a template says
//
//	f.T("Sign in")
//	f.T("Version %d", n)
//	f.N(n, "%d claim", "%d claims")
//
// and the folder named after a language, such as de, holds what stands for it
// there, in any number of JSON files. A text without an entry stays English.
//
// Texts are formats as of package fmt, with numbers written as the language
// writes them; a text without arguments is taken as it is. Where a language
// needs another order, its text says %[2]s.
package language

import (
	"strconv"
	"sync"
	"time"

	"golang.org/x/text/feature/plural"
	xlanguage "golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/message"
)

// Language is a language of the interface. A nil Language is English.
type Language struct {
	tag       xlanguage.Tag
	catalogue Catalogue
	printer   *message.Printer

	compile   sync.Once
	sentences []sentence // see [Language.Say]
}

// New is the language with that BCP 47 tag and those texts. The tag must be
// well-formed.
func New(tag string, c Catalogue) *Language {
	t := xlanguage.MustParse(tag)
	return &Language{tag: t, catalogue: c, printer: message.NewPrinter(t)}
}

// English is the language of the keys.
var English = New("en", nil)

func (l *Language) or() *Language {
	if l == nil {
		return English
	}
	return l
}

// Tag is the language's BCP 47 tag, such as de.
func (l *Language) Tag() string { return l.or().tag.String() }

// Name is what the language calls itself.
func (l *Language) Name() string { return display.Self.Name(l.or().tag) }

// NameOf is what the language calls the one with the tag, or the tag where it
// has no name.
func (l *Language) NameOf(tag string) string {
	t, err := xlanguage.Parse(tag)
	if err != nil {
		return tag
	}
	if name := display.Tags(l.or().tag).Name(t); name != "" {
		return name
	}
	return tag
}

// Direction is rtl where the language is written from right to left, else ltr.
func (l *Language) Direction() string {
	switch script, _ := l.or().tag.Script(); script.String() {
	case "Arab", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg", "Mand", "Samr":
		return "rtl"
	}
	return "ltr"
}

// T is text in the language, with args in the places of its verbs.
func (l *Language) T(text string, args ...any) string {
	l = l.or()
	if e, ok := l.catalogue[text]; ok && e.Text != "" {
		text = e.Text
	}
	return l.format(text, args)
}

// N is the text for n things: one and many are the English for one and for
// any other number, and many is the key. n stands in the place of the first
// verb and args in those after it; a text may leave n out.
func (l *Language) N(n int, one, many string, args ...any) string {
	l = l.or()
	text := many
	if e, ok := l.catalogue[many]; ok && len(e.Forms) > 0 {
		text = e.form(category(l.tag, n))
	} else if n == 1 {
		text = one
	}
	return l.format(text, append([]any{n}, args...))
}

// C is text in the language where the English word alone does not say which
// is meant: the context, such as verb, tells it from the others. Its key is
// context|text.
func (l *Language) C(context, text string, args ...any) string {
	l = l.or()
	if e, ok := l.catalogue[context+"|"+text]; ok && e.Text != "" {
		text = e.Text
	}
	return l.format(text, args)
}

func (l *Language) format(text string, args []any) string {
	if len(args) == 0 {
		return text
	}
	return l.printer.Sprintf(message.Key(text, text), used(text, args)...)
}

// used are the args that text has places for: a text may leave out the last.
func used(text string, args []any) []any {
	last, next := 0, 0
	for _, v := range verb.FindAllStringSubmatch(text, -1) {
		next++
		if v[1] != "" {
			next, _ = strconv.Atoi(v[1]) // the pattern has only digits there
		}
		last = max(last, next)
	}
	return args[:min(last, len(args))]
}

// Number is n as the language writes it, such as 1,234.
func (l *Language) Number(n int) string { return l.or().printer.Sprintf("%d", n) }

// Decimal is v with so many digits after the point, or the comma, as the
// language writes it.
func (l *Language) Decimal(v float64, digits int) string {
	return l.or().printer.Sprintf("%.*f", digits, v)
}

// category is the CLDR plural category of n things.
func category(tag xlanguage.Tag, n int) string {
	if n < 0 {
		n = -n
	}
	return categories[plural.Cardinal.MatchPlural(tag, n, 0, 0, 0, 0)]
}

var categories = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other",
}

// Day is the day of t in words, such as 2 January 2006.
func (l *Language) Day(t time.Time) string {
	return l.T("%[1]d %[2]s %[3]s", t.Day(), l.month(t.Month()), year(t))
}

// Month is the month of t in words, such as January 2006.
func (l *Language) Month(t time.Time) string { return l.T("%[1]s %[2]s", l.month(t.Month()), year(t)) }

// Moment is the day and the time of day of t, such as 2 Jan 2006, 15:04.
func (l *Language) Moment(t time.Time) string {
	return l.T("%[1]d %[2]s %[3]s, %[4]s", t.Day(), l.shortMonth(t.Month()), year(t), t.Format("15:04"))
}

// year is a string: years are not grouped as numbers are.
func year(t time.Time) string { return t.Format("2006") }

func (l *Language) month(m time.Month) string {
	return [...]string{
		l.T("January"), l.T("February"), l.T("March"), l.T("April"), l.T("May"), l.T("June"),
		l.T("July"), l.T("August"), l.T("September"), l.T("October"), l.T("November"), l.T("December"),
	}[m-1]
}

func (l *Language) shortMonth(m time.Month) string {
	return [...]string{
		l.T("Jan"), l.T("Feb"), l.T("Mar"), l.T("Apr"), l.C("short", "May"), l.T("Jun"),
		l.T("Jul"), l.T("Aug"), l.T("Sep"), l.T("Oct"), l.T("Nov"), l.T("Dec"),
	}[m-1]
}
