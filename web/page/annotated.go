package page

import (
	"context"
	"fmt"
	"html"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"onrecord.dev/internal/annotate"
)

// AnnotatedView is an article to be read with what is tagged in it, where no
// script paints: on paper, and in its past.
type AnnotatedView struct {
	annotate.AnnotatedArticle
	Codebook *annotate.Codebook
	// Entities are by the ids that annotations have, People by theirs.
	Entities map[annotate.ID]annotate.Entity
	People   map[annotate.ID]string
}

// ink is what is marked on a stretch of the text, in code points, half-open.
type ink struct {
	start, end int
	class      string
}

// signs are the numbers of notes by where they stand in the text, in code
// points: after what they are about.
type signs map[int][]int

// annotatedText renders the text in blocks, with what is tagged marked, the
// number of each note after the last word of what it is about, and the marks
// of over on top.
func annotatedText(f Frame, v AnnotatedView, notes []note, over []ink) templ.Component {
	text := annotate.NewText(v.Revision.Text)
	blocks := v.Revision.Blocks
	if len(blocks) == 0 {
		blocks = []annotate.Block{{Type: annotate.Paragraph, Start: 0, End: text.Len()}}
	}
	marks := append(inksOf(v), over...)
	signs := signsOf(notes, blocks)
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		for i, block := range blocks {
			tag, class := blockElement(block.Type)
			if i == 0 && beginsWithHeadline(v.Article, v.Revision) {
				tag = "h1"
			}
			words := text.Slice(block.Start, block.End)
			fmt.Fprintf(&b, `<%s class="%s" dir="%s">`, tag, class+spaced(words), direction(v.Article.InLanguage, words))
			writeMarked(&b, f, text, block, marks, signs)
			fmt.Fprintf(&b, "</%s>\n", tag)
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}

// inksOf marks what is tagged: claims by a wash, the longest below the
// others, and what else there is by a line.
func inksOf(v AnnotatedView) []ink {
	var washes, lines []ink
	for _, a := range v.Annotations {
		kind, _ := v.Codebook.Kind(a.Kind)
		for _, f := range a.Fragments {
			if a.Kind == annotate.Claim {
				washes = append(washes, ink{f.Start, f.End, "claimed " + colorClass(kind.Color)})
			} else {
				lines = append(lines, ink{f.Start, f.End, "role-mark " + sampleClass(v.Codebook, a.Kind) + " " + colorClass(kind.Color)})
			}
		}
	}
	longest := func(a, b ink) int { return (b.end - b.start) - (a.end - a.start) }
	slices.SortStableFunc(washes, longest)
	slices.SortStableFunc(lines, longest)
	return append(washes, lines...)
}

// signsOf puts each note's number within a block: what stands between blocks
// does not show.
func signsOf(notes []note, blocks []annotate.Block) signs {
	at := signs{}
	for _, n := range notes {
		if len(n.Annotation.Fragments) == 0 {
			continue
		}
		end := 0
		for _, f := range n.Annotation.Fragments {
			end = max(end, f.End)
		}
		place := end
		for _, b := range blocks {
			if b.Start < end {
				place = min(end, b.End)
			}
		}
		at[place] = append(at[place], n.Number)
	}
	return at
}

// writeMarked writes a block of the text, taken apart wherever a mark begins
// or ends or a number stands.
func writeMarked(b *strings.Builder, f Frame, text *annotate.Text, block annotate.Block, marks []ink, signs signs) {
	cuts := []int{block.Start, block.End}
	var within []ink
	for _, m := range marks {
		if m.start < block.End && block.Start < m.end {
			within = append(within, m)
			cuts = append(cuts, max(m.start, block.Start), min(m.end, block.End))
		}
	}
	for at := range signs {
		if block.Start < at && at <= block.End {
			cuts = append(cuts, at)
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	for i := 1; i < len(cuts); i++ {
		writeInked(b, text.Slice(cuts[i-1], cuts[i]), cuts[i-1], within)
		for _, n := range signs[cuts[i]] {
			fmt.Fprintf(b, `<sup class="note-sign"><a href="#note-%d" id="sign-%d" aria-label="%s">%s</a></sup>`, n, n, html.EscapeString(f.T("Note %d", n)), f.Number(n))
		}
	}
}

func writeInked(b *strings.Builder, words string, at int, marks []ink) {
	closing := 0
	for _, m := range marks {
		if m.start <= at && at < m.end {
			b.WriteString(`<span class="` + m.class + `">`)
			closing++
		}
	}
	b.WriteString(html.EscapeString(words))
	b.WriteString(strings.Repeat("</span>", closing))
}

// note is what is to be known of a claim, or of something else that belongs to
// none.
type note struct {
	Number     int
	Annotation annotate.Annotation
	Kind       annotate.Kind
	// Quote is the text of its fragments, empty for what the text does not
	// mention.
	Quote string
	// Said is who said it, according to whom, in words; for what is no claim
	// the entity that is meant.
	Said    string
	Within  []string // the beginnings of claims it is said within
	Answers []answered
	Last    *annotate.Review
	Remarks []annotate.Comment
}

// notesOf are the notes of an article, as what they are about begins in the
// text: one for each claim, whose note tells of its speakers, sources and cues,
// and one for whatever no claim leads to.
func notesOf(f Frame, v AnnotatedView) []note {
	text := annotate.NewText(v.Revision.Text)
	attributions := annotate.NewAttributions(v.Annotations, v.Links)
	told := map[annotate.ID]bool{}
	of := map[annotate.ID]annotate.Attribution{}
	for _, a := range v.Annotations {
		if a.Kind == annotate.Claim {
			of[a.ID] = attributions.Of(a)
			for part := range of[a.ID].All() {
				told[part.ID] = told[part.ID] || part.Kind != annotate.Claim
			}
		}
	}
	var notes []note
	for _, a := range v.Annotations {
		if told[a.ID] {
			continue
		}
		n := note{Number: len(notes) + 1, Annotation: a, Quote: quoteOf(text, a), Answers: answers(v.Codebook, a.Attributes)}
		n.Kind, _ = v.Codebook.Kind(a.Kind)
		n.Said = v.Entities[a.Entity].Name
		if attribution, isClaim := of[a.ID]; isClaim {
			n.claim(f, v, text, attribution)
		}
		notes = append(notes, n)
	}
	return notes
}

// claim tells in n what is known of a claim.
func (n *note) claim(f Frame, v AnnotatedView, text *annotate.Text, a annotate.Attribution) {
	name := func(part annotate.Annotation) string { return v.nameOf(text, part) }
	n.Said = strings.Join(a.Parts(v.Codebook, name, f.T), ", ")
	for _, outer := range a.Within {
		n.Within = append(n.Within, claimTitle(f.Language, quoteOf(text, outer.Claim)))
	}
	for _, r := range v.Reviews {
		if r.Claim == n.Annotation.ID {
			n.Last = &r
		}
	}
	for _, c := range v.Comments {
		if c.Claim == n.Annotation.ID {
			n.Remarks = append(n.Remarks, c)
		}
	}
}

// nameOf is what an annotation is called: its entity's name, or else its words.
func (v AnnotatedView) nameOf(text *annotate.Text, a annotate.Annotation) string {
	if e, ok := v.Entities[a.Entity]; ok {
		return e.Name
	}
	return quoteOf(text, a)
}

// quoteOf is the text of an annotation's fragments.
func quoteOf(text *annotate.Text, a annotate.Annotation) string {
	parts := make([]string, len(a.Fragments))
	for i, f := range a.Fragments {
		parts[i] = strings.Join(strings.Fields(text.Slice(f.Start, f.End)), " ")
	}
	return strings.Join(parts, " … ")
}

func noteID(n int) string { return "note-" + strconv.Itoa(n) }

// earlier reports whether a decision was on an earlier version than there is.
func (n note) earlier() bool { return n.Last != nil && n.Last.Version < n.Annotation.Version }
