package annotate

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Resolved reports whether the thread that c begins needs nobody any more.
func (c Comment) Resolved() bool { return !c.ResolvedAt.IsZero() }

// Thread is a comment with those that answer it.
type Thread struct {
	First   ListedComment
	Replies []ListedComment
}

// Threads gathers comments, the oldest first, by what they answer. An answer
// to what is not among them begins a thread of its own.
func Threads(comments []ListedComment) []Thread {
	var threads []Thread
	at := map[ID]int{}
	for _, c := range comments {
		if i, ok := at[c.ReplyTo]; ok && c.ReplyTo != "" {
			threads[i].Replies = append(threads[i].Replies, c)
			continue
		}
		at[c.ID] = len(threads)
		threads = append(threads, Thread{First: c})
	}
	return threads
}

// Mention is a stretch of a text, in bytes, that names somebody.
type Mention struct {
	Start, End int
	// Who are those called so.
	Who []ID
}

// Mentions finds where text names one of people: an @ that no letter or digit
// stands before, and then their name, whatever its case. Of two names of which
// one begins with the other, the longer is meant.
func Mentions(text string, people []Member) []Mention {
	byLength := slices.SortedFunc(slices.Values(people), func(a, b Member) int {
		return cmp.Or(len(b.Name)-len(a.Name), cmp.Compare(a.UserID, b.UserID))
	})
	var found []Mention
	for from := 0; ; {
		i := strings.IndexByte(text[from:], '@')
		if i < 0 {
			return found
		}
		at := from + i
		from = at + 1
		if before, _ := utf8.DecodeLastRuneInString(text[:at]); wordly(before) {
			continue // an e-mail address
		}
		m := Mention{Start: at, End: from}
		for _, p := range byLength {
			name, ok := cutFold(text[from:], p.Name)
			if !ok || m.Who != nil && from+name != m.End {
				continue
			}
			m.End = from + name
			m.Who = append(m.Who, p.UserID)
		}
		if m.Who != nil {
			found, from = append(found, m), m.End
		}
	}
}

// cutFold is how much of text, in bytes, is name in any case; ok is false if
// it does not begin with that, as a word.
func cutFold(text, name string) (n int, ok bool) {
	want := utf8.RuneCountInString(name)
	for range want {
		_, size := utf8.DecodeRuneInString(text[n:])
		n += size
	}
	if want == 0 || !strings.EqualFold(text[:n], name) {
		return 0, false
	}
	after, _ := utf8.DecodeRuneInString(text[n:])
	return n, !wordly(after)
}

func wordly(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
