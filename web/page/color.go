package page

import (
	"fmt"
	"slices"
	"strings"

	"onrecord.dev/internal/annotate"
)

// ColorSheetURL is the style sheet of colours of a project's own. What it says
// follows from its address alone. It is empty when none of colors is one.
func ColorSheetURL(colors ...string) string {
	var own []string
	for _, c := range colors {
		if _, ok := annotate.ParseOwnColor(c); ok {
			own = append(own, c)
		}
	}
	if len(own) == 0 {
		return ""
	}
	slices.Sort(own)
	return "/colors/" + strings.Join(slices.Compact(own), ",") + ".css"
}

// CodebookColorsURL is the style sheet of the colours codebooks name that are
// of the project's own, or empty.
func CodebookColorsURL(codebooks ...*annotate.Codebook) string {
	var colors []string
	for _, c := range codebooks {
		for _, k := range c.Kinds {
			colors = append(colors, k.Color)
		}
	}
	return ColorSheetURL(colors...)
}

// ColorSheet is the style sheet of colours: for each what tokens.css has for
// the named ones.
func ColorSheet(colors []annotate.OwnColor) string {
	var b strings.Builder
	for _, c := range colors {
		light, dark := c.Shades()
		fmt.Fprintf(&b, ":root{--%[1]s-wash:light-dark(%[2]s,%[3]s);--%[1]s-mark:light-dark(%[4]s,%[5]s);--%[1]s-ink:light-dark(%[6]s,%[7]s)}\n",
			c, light.Wash, dark.Wash, light.Mark, dark.Mark, light.Ink, dark.Ink)
		fmt.Fprintf(&b, ".color-%[1]s{--wash:var(--%[1]s-wash);--mark:var(--%[1]s-mark);--on-wash:var(--%[1]s-ink)}\n", c)
	}
	return b.String()
}
