package annotate

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// OwnColor is a colour that a manager has chosen, beside the named [Colors]:
// that of the line or dot that marks a kind, on light pages and on dark ones.
// It is written as 9a6700-e2b344, which can stand in the name of a class.
type OwnColor struct {
	Light RGB
	Dark  RGB
}

// RGB is a colour in sRGB.
type RGB struct{ R, G, B uint8 }

// ParseOwnColor reads a colour such as 9a6700-e2b344.
func ParseOwnColor(s string) (OwnColor, bool) {
	light, dark, ok := strings.Cut(s, "-")
	l, known := ParseRGB(light)
	d, also := ParseRGB(dark)
	return OwnColor{l, d}, ok && known && also
}

func (c OwnColor) String() string { return c.Light.hex() + "-" + c.Dark.hex() }

// ParseRGB reads six hexadecimal digits in lower case.
func ParseRGB(s string) (RGB, bool) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != 3 || strings.ToLower(s) != s {
		return RGB{}, false
	}
	return RGB{b[0], b[1], b[2]}, true
}

func (c RGB) hex() string { return hex.EncodeToString([]byte{c.R, c.G, c.B}) }

func (c RGB) String() string { return "#" + c.hex() }

// luminance is the relative luminance of WCAG 2, from 0 for black to 1 for
// white.
func (c RGB) luminance() float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

// Contrast is the contrast ratio of WCAG 2 between c and o: 1 for the same
// colour, 21 between black and white.
func (c RGB) Contrast(o RGB) float64 {
	a, b := c.luminance(), o.luminance()
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

// mixed is share of c, from 0 to 1, in o, as color-mix(in srgb) does it.
func (c RGB) mixed(share float64, o RGB) RGB {
	part := func(a, b uint8) uint8 { return uint8(math.Round(share*float64(a) + (1-share)*float64(b))) }
	return RGB{part(c.R, o.R), part(c.G, o.G), part(c.B, o.B)}
}

// Shades are what a colour is on pages of one theme: Mark is a line or a dot,
// Wash lies behind text, Ink is text on the wash.
type Shades struct{ Mark, Wash, Ink RGB }

// theme is what pages are painted with, as in tokens.css.
type theme struct {
	name    string
	grounds []RGB // paper first
	ink     RGB
	share   float64 // of the mark in the wash
}

var (
	lightTheme = theme{"light", []RGB{{0xfa, 0xf7, 0xf1}, {0xff, 0xfe, 0xfb}, {0xff, 0xff, 0xff}}, RGB{0x20, 0x1e, 0x1a}, 0.2}
	darkTheme  = theme{"dark", []RGB{{0x19, 0x17, 0x14}, {0x21, 0x1f, 0x1b}, {0x2a, 0x27, 0x23}}, RGB{0xec, 0xe7, 0xdc}, 0.26}
)

// focusShare is how much of the mark the workbench adds to the wash of what is
// focused.
const focusShare = 0.16

// What WCAG 2 asks at level AA of text, and of lines that carry meaning.
const (
	textContrast = 4.5
	lineContrast = 3.0
)

// Shades are c on light pages and on dark ones.
func (c OwnColor) Shades() (light, dark Shades) {
	return lightTheme.shades(c.Light), darkTheme.shades(c.Dark)
}

func (t theme) shades(mark RGB) Shades {
	return Shades{Mark: mark, Wash: mark.mixed(t.share, t.grounds[0]), Ink: t.ink}
}

// line is the least contrast of mark, as a line, with what pages are on.
func (t theme) line(mark RGB) float64 {
	least := math.Inf(1)
	for _, ground := range t.grounds {
		least = min(least, mark.Contrast(ground))
	}
	return least
}

// text is the least contrast of text with the wash that mark gives, focused.
func (t theme) text(mark RGB) float64 {
	return t.ink.Contrast(mark.mixed(focusShare, t.shades(mark).Wash))
}

// complaint says what to do about mark where it cannot be read by, or nothing.
func (t theme) complaint(mark RGB) string {
	line, text := t.line(mark), t.text(mark)
	away, end := "darker", RGB{}
	if t.ink.luminance() > t.grounds[0].luminance() {
		away, end = "lighter", RGB{255, 255, 255}
	}
	switch {
	case line < lineContrast:
		return fmt.Sprintf("On %s pages its lines stand out from the page by %s to 1 and have to by 3 to 1. Choose a %s colour there, such as %s.",
			t.name, ratio(line), away, t.nearest(mark, end))
	case text < textContrast:
		return fmt.Sprintf("On %s pages text on its wash stands out by %s to 1 and has to by 4.5 to 1. Choose a darker colour there, such as %s.",
			t.name, ratio(text), t.nearest(mark, RGB{}))
	}
	return ""
}

func ratio(contrast float64) string { return strconv.FormatFloat(contrast, 'f', 1, 64) }

// nearest is the first colour that will do on the way from mark to end.
func (t theme) nearest(mark, end RGB) RGB {
	const steps = 64
	for i := range steps {
		c := end.mixed(float64(i)/steps, mark)
		if t.line(c) >= lineContrast && t.text(c) >= textContrast {
			return c
		}
	}
	return end
}

// complaint says what is wrong with c on light or on dark pages, or nothing.
func (c OwnColor) complaint() string {
	return strings.TrimSpace(lightTheme.complaint(c.Light) + " " + darkTheme.complaint(c.Dark))
}
