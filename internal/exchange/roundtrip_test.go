package exchange_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/exchange"
)

// known is what other tools can be told: a claim in two parts, another within
// it, a cue, speakers with and without a name, a source by way of another, and
// characters that count differently in every unit.
func known() held {
	d := article(30, "Mill 🌊 closes\n\n“It runs dry,” Orla Finch 👩🏽‍🚒 said, “and it will.”\nShe told the board that a letter says so.\n")
	d.Article.Metadata = annotate.Metadata{URL: "https://news.example/mill", Publisher: "The Courier", InLanguage: "en"}
	d.Seq = 1
	claim := annotation(601, annotate.Claim, at(&d, "“It runs dry,”"), at(&d, "“and it will.”"))
	claim.Attributes, claim.Review = annotate.Attributes{"quotation": "direct", "not_stated": []string{"source"}}, annotate.Unreviewed
	inner := annotation(602, annotate.Claim, at(&d, "that a letter says so"))
	inner.Review = annotate.Unreviewed
	finch := annotation(603, annotate.Speaker, at(&d, "Orla Finch 👩🏽‍🚒"))
	finch.Entity = id(mayor)
	d.Annotations = []annotate.Annotation{
		claim, finch, annotation(604, annotate.Cue, at(&d, "said")), annotation(605, annotate.Speaker, at(&d, "She")),
		annotation(606, annotate.Cue, at(&d, "told")), annotation(607, annotate.Speaker, at(&d, "the board")), inner,
		annotation(608, annotate.Source, at(&d, "a letter")), annotation(609, annotate.Source, at(&d, "dry")),
	}
	d.Links = []annotate.Link{
		link(701, 601, 603, annotate.RoleSpeaker), link(702, 601, 604, annotate.RoleCue), link(703, 602, 605, annotate.RoleSpeaker),
		link(704, 602, 606, annotate.RoleCue), link(705, 602, 607, annotate.RoleAddressee), link(706, 602, 608, annotate.RoleSource),
		link(707, 602, 601, annotate.RoleWithin), link(708, 608, 609, annotate.RoleVia),
	}
	return held{
		Origin: annotate.Origin{Slug: "mill", Name: "The mill"}, Codebook: annotate.DefaultCodebook(), Version: 1,
		Entities: []annotate.Entity{{ID: id(mayor), Type: annotate.Person, Name: "Orla Finch"}},
		People:   []annotate.User{{ID: id(ana), Name: "Ana"}},
		Articles: []annotate.AnnotatedArticle{d, article(31, "Nothing is tagged here.\n")},
	}
}

// losses take out of the lines that told gives what a format cannot carry:
// doc/formats.md names it.
var losses = map[string]func(line string) []string{
	"hypothesis": withoutLinks,
	"conll": func(line string) []string {
		var lines []string
		line = regexp.MustCompile(` (\w+=\S+|<.*>)`).ReplaceAllString(line, "")
		for _, line := range withoutLinks(line) {
			// Each fragment is by itself.
			head, fragments, _ := strings.Cut(line, " [")
			for fragment := range strings.SplitSeq(fragments, "] [") {
				lines = append(lines, head+" ["+strings.TrimSuffix(fragment, "]")+"]")
			}
		}
		return lines
	},
	// It has no sources, one attribute, and what is within what only where it
	// stands there.
	"wikinews": func(line string) []string {
		if strings.Contains(line, ": source") || strings.Contains(line, "--source-->") || strings.Contains(line, "--within-->") {
			return nil
		}
		return []string{regexp.MustCompile(` (not_stated=\S+|<.*>)`).ReplaceAllString(line, "")}
	},
}

func withoutLinks(line string) []string {
	if strings.Contains(line, "--> ") {
		return nil
	}
	return []string{line}
}

// What is written in a format and read again is the same, but for what the
// format is known not to carry; and from then on it stays the same.
func TestFormatsCarryWhatTheyCan(t *testing.T) {
	t.Parallel()
	for _, f := range exchange.Formats {
		if f.Ours() || !f.Reads() {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			want := known()
			got, report := again(t, f, want)
			for _, n := range report.Notes {
				t.Logf("%s:%d: %s: %s", n.File, n.Line, n.Outcome, n.Message)
			}
			if total := report.Total(); total.Refused > 0 {
				t.Errorf("of its own file it refuses %d", total.Refused)
			}
			compare(t, carried(f, told(want)), carried(f, told(got)))
			twice, _ := again(t, f, got)
			compare(t, told(got), told(twice))
		})
	}
}

func carried(f exchange.Format, lines []string) []string {
	carries, loses := losses[f.Name]
	if !loses {
		return lines
	}
	var left []string
	for _, line := range lines {
		left = append(left, carries(line)...)
	}
	slices.Sort(left)
	return left
}

func compare(t *testing.T, want, got []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what was read is not what was written (-want +got):\n%s", diff)
	}
}
