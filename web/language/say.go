package language

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Key marks a text as one of the catalogue where it is not said at once.
func Key(text string) string { return text }

// Say is a sentence of the domain, which speaks English, in the language. One
// that was made of a text with verbs, such as "There is no kind %s.", is
// recognised by it. What the catalogue does not have stays as it is.
func (l *Language) Say(sentence string) string {
	l = l.or()
	if e, ok := l.catalogue[sentence]; ok && e.Text != "" {
		return e.Text
	}
	l.compile.Do(l.compileSentences)
	for _, s := range l.sentences {
		if found := s.pattern.FindStringSubmatch(sentence); found != nil {
			return s.fill(l, found[1:])
		}
	}
	return sentence
}

// sentence is an entry of the catalogue with verbs in its English.
type sentence struct {
	pattern *regexp.Regexp
	literal int // bytes of the English that are no verb: more of them are a better proof
	text    string
}

// verb is a place for an argument, such as %d or %[2]s.
var verb = regexp.MustCompile(`%(?:\[(\d+)\])?(?:\.\d)?[a-z]`)

func (l *Language) compileSentences() {
	for _, key := range slices.Sorted(maps.Keys(l.catalogue)) {
		if text := l.catalogue[key].Text; text != "" && strings.HasSuffix(key, ".") && verb.MatchString(key) {
			l.sentences = append(l.sentences, sentenceOf(key, text))
		}
	}
	slices.SortStableFunc(l.sentences, func(a, b sentence) int { return cmp.Compare(b.literal, a.literal) })
}

func sentenceOf(key, text string) sentence {
	var pattern strings.Builder
	rest, literal := key, 0
	for {
		at := verb.FindStringIndex(rest)
		if at == nil {
			break
		}
		pattern.WriteString(regexp.QuoteMeta(rest[:at[0]]) + "(.+)")
		literal += at[0]
		rest = rest[at[1]:]
	}
	literal += len(rest)
	return sentence{regexp.MustCompile(`(?s)^` + pattern.String() + regexp.QuoteMeta(rest) + `$`), literal, text}
}

// fill puts what was found in the places of the verbs. What is a sentence
// itself is said in the language, too; the rest is put as it stands.
func (s sentence) fill(l *Language, found []string) string {
	next := 0
	return verb.ReplaceAllStringFunc(s.text, func(v string) string {
		next++
		if index := verb.FindStringSubmatch(v)[1]; index != "" {
			next, _ = strconv.Atoi(index) // the pattern has only digits there
		}
		if next > len(found) {
			return v
		}
		if argument := found[next-1]; strings.HasSuffix(argument, ".") {
			return l.Say(argument)
		}
		return found[next-1]
	})
}
