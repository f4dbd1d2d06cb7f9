package page

import (
	"context"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"onrecord.dev/internal/annotate"
)

// passage is a block of the text, or part of one, as an excerpt shows it.
type passage struct {
	kind annotate.BlockType
	// skipped says that text was left out before it.
	skipped bool
	runs    []run
}

// run is a stretch of text that belongs to the same annotations from its
// beginning to its end.
type run struct {
	text string
	// claim says that it is part of the claim, outer that it is part of a
	// claim that this one is said within.
	claim bool
	outer bool
	// added says that it was not part of the claim that was decided on, and
	// gone that it was and is no longer.
	added, gone bool
	// parts are the kinds of what else it is part of, the longest first.
	parts []part
}

func (r run) plain() bool { return !r.claim && !r.gone && !r.outer && len(r.parts) == 0 }

// part is an annotation that has a part in the claim's attribution.
type part struct {
	id     annotate.ID
	entity annotate.ID
	kind   string
}

// span is one fragment of one of them.
type span struct {
	start, end int
	part
}

// Text that belongs to nothing is cut down to this much, in code points, on
// the side of what is marked.
const plainAround = 280

// excerpt shows a claim in its context: the blocks it stands in, those beside
// them, and those in which its speakers, sources and cues stand. It stood at was
// when it was decided on, if it has been moved since.
func excerpt(c annotate.DecidedClaim, was []annotate.Fragment) []passage {
	text := annotate.NewText(c.Revision.Text)
	blocks := c.Revision.Blocks
	if len(blocks) == 0 {
		blocks = []annotate.Block{{Type: annotate.Paragraph, Start: 0, End: text.Len()}}
	}
	spans := spansOf(c, was)
	shown := shownBlocks(blocks, spans, c.Claim.ID)
	var passages []passage
	last := -1
	for i, b := range blocks {
		if !shown[i] {
			continue
		}
		passages = append(passages, passage{kind: b.Type, skipped: i != last+1, runs: shorten(runsOf(text, b, spans, c.Claim.ID, len(was) > 0))})
		last = i
	}
	if len(passages) > 0 && last != len(blocks)-1 {
		passages = append(passages, passage{kind: annotate.Paragraph, skipped: true})
	}
	return passages
}

// spansOf are the fragments of the claim and of what its links lead to, and
// those it had, which are of nothing.
func spansOf(c annotate.DecidedClaim, was []annotate.Fragment) []span {
	var spans []span
	for _, f := range was {
		spans = append(spans, span{start: f.Start, end: f.End})
	}
	for _, a := range c.Annotations {
		for _, f := range a.Fragments {
			spans = append(spans, span{f.Start, f.End, part{a.ID, a.Entity, a.Kind}})
		}
	}
	slices.SortFunc(spans, func(a, b span) int {
		if a.start != b.start {
			return a.start - b.start
		}
		return b.end - a.end
	})
	return spans
}

func shownBlocks(blocks []annotate.Block, spans []span, claim annotate.ID) []bool {
	shown := make([]bool, len(blocks))
	for i, b := range blocks {
		for _, s := range spans {
			if s.end <= b.Start || s.start >= b.End {
				continue
			}
			shown[i] = true
			if s.id == claim {
				shown[max(i-1, 0)], shown[min(i+1, len(blocks)-1)] = true, true
			}
		}
	}
	return shown
}

// runsOf takes a block apart wherever a span begins or ends.
func runsOf(text *annotate.Text, b annotate.Block, spans []span, claim annotate.ID, moved bool) []run {
	cuts := []int{b.Start, b.End}
	var within []span
	for _, s := range spans {
		if s.end <= b.Start || s.start >= b.End {
			continue
		}
		within = append(within, s)
		cuts = append(cuts, max(s.start, b.Start), min(s.end, b.End))
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var runs []run
	for i := 1; i < len(cuts); i++ {
		r := run{text: text.Slice(cuts[i-1], cuts[i])}
		was := false
		for _, s := range within {
			switch {
			case s.start > cuts[i-1] || cuts[i] > s.end:
			case s.id == "":
				was = true
			default:
				r.belongsTo(s.part, claim)
			}
		}
		r.added, r.gone = moved && r.claim && !was, was && !r.claim
		runs = append(runs, r)
	}
	return runs
}

func (r *run) belongsTo(p part, claim annotate.ID) {
	switch {
	case p.id == claim:
		r.claim = true
	case p.kind == annotate.Claim:
		r.outer = true
	case !slices.Contains(r.parts, p):
		r.parts = append(r.parts, p)
	}
}

// shorten cuts long text that belongs to nothing, at spaces, so that what is
// marked is on the page.
func shorten(runs []run) []run {
	for i := range runs {
		r := &runs[i]
		letters := []rune(r.text)
		first, last := i == 0, i == len(runs)-1
		room := 2 * plainAround
		if !r.plain() || len(letters) <= room+plainAround/2 {
			continue
		}
		switch {
		case first && last:
			r.text = head(letters, room)
		case first:
			r.text = tail(letters, plainAround)
		case last:
			r.text = head(letters, plainAround)
		default:
			r.text = head(letters, plainAround) + " " + tail(letters, plainAround)
		}
	}
	return runs
}

// head is the beginning of letters, up to a space near n.
func head(letters []rune, n int) string {
	s := string(letters[:n])
	if at := strings.LastIndexAny(s, " \t\u00a0"); at > 0 {
		s = s[:at]
	}
	return s + " …"
}

// tail is the end of letters, from a space near n before it.
func tail(letters []rune, n int) string {
	s := string(letters[len(letters)-n:])
	if _, rest, found := strings.Cut(s, " "); found {
		s = rest
	}
	return "… " + s
}

// quoteInContext is a claim with what stands before and after it in its
// paragraph. Not a template: those put spaces between elements.
func quoteInContext(c annotate.QueuedClaim, codebook *annotate.Codebook) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		if c.Quote == "" {
			b.WriteString(`<span class="around">The text does not contain this claim.</span>`)
		} else {
			around := func(text string) {
				if text != "" {
					b.WriteString(`<span class="around">` + html.EscapeString(text) + `</span>`)
				}
			}
			around(before(c))
			b.WriteString(`<mark class="claimed ` + kindColor(codebook, annotate.Claim) + `">` + html.EscapeString(c.Quote) + `</mark>`)
			around(after(c))
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}

// excerptText shows the runs of a passage.
func excerptText(f Frame, p passage, c annotate.QueuedClaim, codebook *annotate.Codebook) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		for _, r := range p.runs {
			writeRun(f, &b, r, c, codebook)
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}

// writeRun puts what a run is part of around its text, the claim outermost.
func writeRun(f Frame, b *strings.Builder, r run, c annotate.QueuedClaim, codebook *annotate.Codebook) {
	var closing []string
	open := func(element, class, title string) {
		fmt.Fprintf(b, `<%s class="%s"`, element, class)
		if title != "" {
			b.WriteString(` title="` + html.EscapeString(title) + `"`)
		}
		b.WriteString(`>`)
		closing = append(closing, "</"+element+">")
	}
	if r.outer {
		open("span", "outer-mark "+kindColor(codebook, annotate.Claim), f.T("Said within this claim"))
	}
	if r.claim {
		open("mark", "claimed "+kindColor(codebook, annotate.Claim), "")
	}
	if r.added {
		open("ins", "drift", "")
	}
	if r.gone {
		open("del", "drift", "")
	}
	for _, p := range r.parts {
		kind, _ := codebook.Kind(p.kind)
		title := kind.Label
		if name := c.NameOf(annotate.Annotation{ID: p.id, Entity: p.entity}); name != "" {
			title = f.T("%s: %s", title, name)
		}
		open("span", "role-mark "+colorClass(kind.Color), title)
	}
	b.WriteString(html.EscapeString(r.text))
	for _, end := range slices.Backward(closing) {
		b.WriteString(end)
	}
}

// words are all words of a passage.
func (p passage) words() string {
	var b strings.Builder
	for _, r := range p.runs {
		b.WriteString(r.text)
	}
	return b.String()
}
