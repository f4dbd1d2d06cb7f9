package language_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// wordKind tells the words of a script apart.
type wordKind int

const (
	name     wordKind = iota // an identifier, a keyword or a number
	text                     // a string literal, or a template without expressions
	template                 // a stretch of a template that has expressions
	sign                     // one character of anything else
)

// scriptWord is a word of TypeScript: as much of its grammar as it takes to
// know which quotation marks begin a string.
type scriptWord struct {
	kind wordKind
	text string
	line int
}

// scriptReader takes a script apart.
type scriptReader struct {
	source string
	at     int
	line   int
	words  []scriptWord
	// braces has an entry for each brace that is open: true where it belongs
	// to an expression of a template.
	braces []bool
}

func wordsOfScript(source string) ([]scriptWord, error) {
	r := &scriptReader{source: source, line: 1}
	for r.at < len(r.source) {
		if err := r.next(); err != nil {
			return nil, fmt.Errorf("line %d: %w", r.line, err)
		}
	}
	return r.words, nil
}

func (r *scriptReader) next() error {
	switch rest := r.source[r.at:]; {
	case strings.HasPrefix(rest, "//"):
		r.skip(until(rest, "\n"))
	case strings.HasPrefix(rest, "/*"):
		r.skip(until(rest, "*/") + 2)
	case rest[0] == '"' || rest[0] == '\'':
		return r.quoted(rest[0])
	case rest[0] == '`':
		r.at++
		return r.template(true)
	case rest[0] == '}' && len(r.braces) > 0 && r.braces[len(r.braces)-1]:
		r.braces = r.braces[:len(r.braces)-1]
		r.at++
		return r.template(false)
	case rest[0] == '/' && r.beginsExpression():
		return r.pattern()
	default:
		r.plain(rest)
	}
	return nil
}

func until(s, end string) int {
	if i := strings.Index(s, end); i >= 0 {
		return i
	}
	return len(s)
}

func (r *scriptReader) skip(n int) {
	n = min(n, len(r.source)-r.at)
	r.line += strings.Count(r.source[r.at:r.at+n], "\n")
	r.at += n
}

func (r *scriptReader) add(kind wordKind, text string) {
	r.words = append(r.words, scriptWord{kind, text, r.line})
}

func (r *scriptReader) plain(rest string) {
	letter, size := utf8.DecodeRuneInString(rest)
	if isName(letter) {
		size = strings.IndexFunc(rest, func(l rune) bool { return !isName(l) })
		if size < 0 {
			size = len(rest)
		}
		r.add(name, rest[:size])
	} else if !unicode.IsSpace(letter) {
		r.add(sign, rest[:size])
		switch letter {
		case '{':
			r.braces = append(r.braces, false)
		case '}':
			r.braces = r.braces[:max(0, len(r.braces)-1)]
		}
	}
	r.skip(size)
}

func isName(l rune) bool {
	return l == '_' || l == '$' || l == '#' || unicode.IsLetter(l) || unicode.IsDigit(l)
}

// beginsExpression reports whether a slash here begins a pattern, and is no
// division.
func (r *scriptReader) beginsExpression() bool {
	if len(r.words) == 0 {
		return true
	}
	switch last := r.words[len(r.words)-1]; last.kind {
	case text, template:
		return false
	case name:
		return slices.Contains([]string{"return", "typeof", "case", "in", "of"}, last.text)
	case sign:
		return !strings.ContainsAny(last.text, ")]}")
	}
	return false
}

func (r *scriptReader) pattern() error {
	class := false
	for i := r.at + 1; i < len(r.source) && r.source[i] != '\n'; i++ {
		switch r.source[i] {
		case '\\':
			i++
		case '[':
			class = true
		case ']':
			class = false
		case '/':
			if !class {
				r.skip(i + 1 - r.at)
				r.add(sign, ")") // what follows it is no pattern
				return nil
			}
		}
	}
	return fmt.Errorf("a pattern does not end")
}

func (r *scriptReader) quoted(quote byte) error {
	var b strings.Builder
	for i := r.at + 1; i < len(r.source) && r.source[i] != '\n'; i++ {
		switch r.source[i] {
		case quote:
			r.add(text, b.String())
			r.skip(i + 1 - r.at)
			return nil
		case '\\':
			i++
			b.WriteString(unescaped(r.source, &i))
		default:
			b.WriteByte(r.source[i])
		}
	}
	return fmt.Errorf("a string does not end")
}

// unescaped is what the escape at i stands for.
func unescaped(source string, i *int) string {
	switch source[*i] {
	case 'n':
		return "\n"
	case 'u':
		var letter rune
		if _, err := fmt.Sscanf(source[*i+1:], "%4x", &letter); err == nil {
			*i += 4
			return string(letter)
		}
	}
	return source[*i : *i+1]
}

// template reads on in a template, from its beginning or from the end of an
// expression in it.
func (r *scriptReader) template(begins bool) error {
	var b strings.Builder
	for i := r.at; i < len(r.source); i++ {
		switch {
		case r.source[i] == '\\':
			i++
			b.WriteString(unescaped(r.source, &i))
		case r.source[i] == '`':
			kind := text
			if !begins {
				kind = template
			}
			r.add(kind, b.String())
			r.skip(i + 1 - r.at)
			return nil
		case strings.HasPrefix(r.source[i:], "${"):
			r.add(template, b.String())
			r.skip(i + 2 - r.at)
			r.braces = append(r.braces, true)
			return nil
		default:
			b.WriteByte(r.source[i])
		}
	}
	return fmt.Errorf("a template does not end")
}

func TestTheTextsOfAScriptAreFound(t *testing.T) {
	t.Parallel()
	words, err := wordsOfScript("a(t(\"It's “1”\\n\"), b / 2, `x${n(c, '1 \"/\"', \"2\")} y ${`${z}`}`, /[\"/]t(\"/.test(d)); // t(\"no\")\n/* n( */ t(\n  \"two \" +\n  \"parts\", [t(\"in\")])")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for i, w := range words {
		if w.kind == name && (w.text == "t" || w.text == "n") {
			found = append(found, fmt.Sprintf("%d %s%q", w.line, w.text, argumentsOf(words[i+2:])))
		}
	}
	want := []string{`1 t["It's “1”\n"]`, `1 n["" "1 \"/\"" "2"]`, `2 t["two parts" ""]`, `4 t["in"]`}
	if !slices.Equal(found, want) {
		t.Errorf("got %q, want %q", found, want)
	}
}
