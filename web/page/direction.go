package page

import (
	"slices"
	"strings"
	"unicode"
)

// The directions in which text runs, as HTML has them.
const (
	leftToRight = "ltr"
	rightToLeft = "rtl"
)

// rightToLeftScripts are by their codes in ISO 15924.
var rightToLeftScripts = []string{"adlm", "arab", "aran", "hebr", "mand", "mend", "nkoo", "rohg", "samr", "syrc", "thaa"}

// rightToLeftLanguages are those that are written in such a script unless
// their tag says otherwise, as ku-Arab does and az-Latn does not need to.
var rightToLeftLanguages = []string{
	"aeb", "ajp", "apc", "ar", "arc", "arq", "ars", "ary", "arz", "azb", "bal", "bcc", "bqi", "ckb", "dv", "fa", "glk", "he", "iw", "ji", "ks",
	"lrc", "mzn", "nqo", "pnb", "prs", "ps", "rhg", "sd", "sdh", "skr", "syr", "ug", "ur", "yi",
}

// directionOf is the direction of a language, by its tag of BCP 47, or empty
// for the empty tag.
func directionOf(language string) string {
	if language == "" {
		return ""
	}
	subtags := strings.Split(strings.ToLower(language), "-")
	is := slices.Contains(rightToLeftLanguages, subtags[0])
	for _, s := range subtags[1:] {
		if len(s) == 4 && unicode.IsLetter(rune(s[0])) {
			is = slices.Contains(rightToLeftScripts, s)
		}
	}
	if is {
		return rightToLeft
	}
	return leftToRight
}

// direction is that of a piece of an article in a language. A browser goes by
// the first letter, and would turn round an Arabic paragraph that begins with
// an English name. A piece without one letter of the language's direction is
// in another language; where none is known, most of the letters decide.
func direction(language, text string) string {
	left, right := letters(text)
	switch along := directionOf(language); {
	case along == rightToLeft && (right > 0 || left == 0), along == "" && right > left:
		return rightToLeft
	case along == leftToRight && left == 0 && right > 0:
		return rightToLeft
	}
	return leftToRight
}

// letters counts those that run from left to right, and from right to left.
func letters(text string) (left, right int) {
	for _, r := range text {
		switch {
		case !unicode.IsLetter(r):
		case setAsideForRightToLeft(r):
			right++
		default:
			left++
		}
	}
	return left, right
}

// setAsideForRightToLeft reports whether r is in one of the areas that Unicode
// keeps for scripts from right to left.
func setAsideForRightToLeft(r rune) bool {
	return r >= 0x590 && (r <= 0x8ff || 0xfb1d <= r && r <= 0xfdff || 0xfe70 <= r && r <= 0xfeff || 0x10800 <= r && r <= 0x10fff || 0x1e800 <= r && r <= 0x1efff)
}
