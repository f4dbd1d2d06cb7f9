package exchange

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// folded is a name as entities are compared: without case and accents.
func folded(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(strings.ToLower(strings.TrimSpace(name))))
}
