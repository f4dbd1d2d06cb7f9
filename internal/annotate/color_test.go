package annotate_test

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
)

func rgb(t *testing.T, hex string) annotate.RGB {
	t.Helper()
	c, ok := annotate.ParseRGB(strings.TrimPrefix(hex, "#"))
	if !ok {
		t.Fatalf("%q is no colour", hex)
	}
	return c
}

// The ratios are those of the WCAG's own examples and of contrast checkers.
func TestContrastIsAsWCAGHasIt(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want float64
	}{
		{"000000", "ffffff", 21},
		{"ffffff", "000000", 21},
		{"777777", "ffffff", 4.48},
		{"767676", "ffffff", 4.54},
		{"ff0000", "ffffff", 4.0},
		{"0000ff", "ffffff", 8.59},
		{"008000", "ffffff", 5.14},
		{"2a60bd", "2a60bd", 1},
	} {
		if got := rgb(t, tt.a).Contrast(rgb(t, tt.b)); got < tt.want-0.005 || got > tt.want+0.005 {
			t.Errorf("%s on %s stands out by %.3f to 1, want %.2f", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestOwnColorsAreChecked(t *testing.T) {
	for name, tt := range map[string]struct {
		color string
		words []string
	}{
		"one that will do":                 {"9a6700-e2b344", nil},
		"one for both":                     {"8d6ab8-8d6ab8", nil},
		"black and white":                  {"000000-ffffff", []string{"dark pages text on its wash", "darker"}},
		"too pale on light pages":          {"e2b344-e2b344", []string{"light pages its lines", "1.8 to 1", "3 to 1", "darker"}},
		"too dark on dark pages":           {"9a6700-4a3300", []string{"dark pages its lines", "lighter"}},
		"too pale here and too dark there": {"ffff00-000000", []string{"light pages", "dark pages"}},
		"none":                             {"", []string{"Choose one of", "9a6700-e2b344"}},
		"in upper case":                    {"9A6700-E2B344", []string{"Choose one of"}},
		"with what ends a rule":            {"9a6700-e2b344}", []string{"Choose one of"}},
		"three":                            {"9a6700-e2b344-9a6700", []string{"Choose one of"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := annotate.DefaultCodebook()
			c.Kinds[0].Color = tt.color
			complaint := ""
			if bad, ok := errors.AsType[annotate.Invalid](c.Validate()); ok {
				complaint = bad["kinds[0].color"]
			}
			if (complaint == "") != (tt.words == nil) {
				t.Fatalf("it says %q", complaint)
			}
			for _, w := range tt.words {
				if !strings.Contains(complaint, w) {
					t.Errorf("it says %q, not %q", complaint, w)
				}
			}
		})
	}
}

// What a complaint proposes must itself do.
func TestTheColorProposedWillDo(t *testing.T) {
	proposed := regexp.MustCompile(`On (light|dark) pages .*? such as #([0-9a-f]{6})`)
	for _, color := range []string{"e2b344-9a6700", "ffffff-000000", "ffff00-ffffff", "cccccc-333333", "00ffff-000080"} {
		c := annotate.DefaultCodebook()
		c.Kinds[0].Color = color
		light, dark, _ := strings.Cut(color, "-")
		for _, m := range proposed.FindAllStringSubmatch(c.Validate().Error(), -1) {
			if m[1] == "light" {
				light = m[2]
			} else {
				dark = m[2]
			}
		}
		c.Kinds[0].Color = light + "-" + dark
		if err := c.Validate(); err != nil {
			t.Errorf("instead of %s is proposed %s: %v", color, c.Kinds[0].Color, err)
		}
	}
}

// The checks are worth something only with the colours that pages have, and
// the named colours have to pass them too.
func TestNamedColorsAreReadableOnThePagesThereAre(t *testing.T) {
	css, err := os.ReadFile("../../web/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[string][2]annotate.RGB{}
	// Each has two colours, with what high contrast mixes into them before them.
	for _, m := range regexp.MustCompile(`--([a-z-]+): light-dark\([^#]*#([0-9a-f]{6})[^#]*#([0-9a-f]{6})\)*;`).FindAllStringSubmatch(string(css), -1) {
		tokens[m[1]] = [2]annotate.RGB{rgb(t, m[2]), rgb(t, m[3])}
	}
	light, dark := annotate.OwnColor{Light: rgb(t, "9a6700"), Dark: rgb(t, "e2b344")}.Shades()
	for i, s := range []annotate.Shades{light, dark} {
		if s.Ink != tokens["ink"][i] {
			t.Errorf("text is thought to be %s, and is %s", s.Ink, tokens["ink"][i])
		}
	}
	for _, name := range annotate.Colors {
		for i := range 2 {
			for _, ground := range []string{"paper", "surface", "raised"} {
				if got := tokens[name+"-mark"][i].Contrast(tokens[ground][i]); got < 3 {
					t.Errorf("%s stands out from %s by %.1f to 1", name, ground, got)
				}
			}
			if got := tokens[name+"-ink"][i].Contrast(tokens[name+"-wash"][i]); got < 4.5 {
				t.Errorf("text on %s stands out by %.1f to 1", name, got)
			}
		}
	}
	grounds := annotate.Grounds()
	for i, ground := range []string{"paper", "surface", "raised"} {
		if grounds[0][i] != tokens[ground][0] || grounds[1][i] != tokens[ground][1] {
			t.Errorf("%s is thought to be %v and %v, and is %v", ground, grounds[0][i], grounds[1][i], tokens[ground])
		}
	}
}
