package server

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// slugOf makes an address of a name, as web/ui/_slugof.ts does in browsers. It
// is empty for a name without a letter from a to z or a digit.
func slugOf(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(norm.NFKD.String(name)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.M, r):
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	slug := b.String()
	return strings.TrimRight(slug[:min(len(slug), 60)], "-")
}
