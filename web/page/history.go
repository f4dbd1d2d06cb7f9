package page

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/web/language"
)

// Change is a change set as a history tells it.
type Change struct {
	Seq    int64
	Author annotate.ID
	At     time.Time
	Deeds  []annotate.Deed
	// Versions are those of the annotations that changed, since then, but for
	// those that went.
	Versions map[annotate.ID]int
}

// Told is what one needs to put changes in words.
type Told struct {
	Text     *annotate.Text
	Codebook *annotate.Codebook
	Entities map[annotate.ID]annotate.Entity
	People   map[annotate.ID]string
	// Annotations are those that links lead from and to.
	Annotations map[annotate.ID]annotate.Annotation
	// Planned says that nothing of it has been done yet.
	Planned bool
}

// HistoryView is an article as it was after a change, which is the number of
// its newest, beside what was changed about then.
type HistoryView struct {
	Past AnnotatedView
	Told Told
	// Changes are those around the one that is looked at, the newest first.
	Changes []Change
	Newest  int64
	Base    int64 // the number before the first
	// Deleted are claims that have been, the last first.
	Deleted []annotate.Annotation
}

// now is the change that is looked at; ok is false before the first.
func (v HistoryView) now() (c Change, ok bool) {
	for _, c := range v.Changes {
		if c.Seq == v.Past.Seq {
			return c, true
		}
	}
	return Change{}, false
}

// RestoreView is what restoring an article, or a claim of it, would do.
type RestoreView struct {
	Article annotate.Article
	Seq     int64
	Claim   annotate.ID
	// Seen is the number of the newest change, as the reader sees it here.
	Seen int64
	// ID is that of the change set that would do it.
	ID    annotate.ID
	Told  Told
	Deeds []annotate.Deed
	// Moved says that there were changes the reader had not seen, so that
	// nothing was restored. Complaints say why else.
	Moved      bool
	Complaints []string
}

// sitting is what somebody did at one go.
type sitting struct {
	author  annotate.ID
	changes []Change
}

// longestPause is how long somebody may pause within a sitting.
const longestPause = 30 * time.Minute

// sittings groups changes, which are the newest first, by who made them and
// when.
func sittings(changes []Change) []sitting {
	var all []sitting
	for _, c := range changes {
		if n := len(all); n > 0 && all[n-1].author == c.Author {
			last := all[n-1].changes[len(all[n-1].changes)-1]
			if last.At.Sub(c.At) <= longestPause {
				all[n-1].changes = append(all[n-1].changes, c)
				continue
			}
		}
		all = append(all, sitting{c.Author, []Change{c}})
	}
	return all
}

// telling is a deed in words.
type telling struct {
	icon  string
	words string
	quote string // of the text, or the name of an entity
	what  []difference
	// passages show what has become of its text.
	passages []shownPassage
}

// difference is one thing that is not what it was.
type difference struct {
	label, before, after string
}

// shownPassage is a stretch of the text that an annotation stood on before,
// after, or both.
type shownPassage struct {
	words         string
	before, after bool
}

// tell puts deeds in words. A link is told of only where none of its ends is
// deleted with it.
func (t Told) tell(f Frame, deeds []annotate.Deed) []telling {
	concerned := map[annotate.ID]annotate.Did{}
	for _, d := range deeds {
		if a := d.Subject(); a != nil {
			concerned[a.ID] = d.Did
		}
	}
	var told []telling
	for _, d := range deeds {
		l := d.Tie()
		switch {
		case l == nil:
			told = append(told, t.annotation(f, d))
		case d.Did != annotate.DidRemove || concerned[l.From] != annotate.DidRemove && concerned[l.To] != annotate.DidRemove:
			one := t.link(f, d, *l)
			if _, told := concerned[l.From]; !told {
				one.quote = t.nameByID(f, l.From)
			}
			told = append(told, one)
		}
	}
	return told
}

func (t Told) annotation(f Frame, d annotate.Deed) telling {
	a := *d.Subject()
	told := telling{quote: t.words(a), icon: "pencil", words: t.didInWords(f, d.Did, kindWithin(f, t.kind(a.Kind)))}
	if told.quote == "" {
		told.quote = t.name(a)
	}
	switch d.Did {
	case annotate.DidMake:
		told.icon = "plus"
		if len(a.Fragments) == 0 {
			told.words = f.T("Added as %s, not mentioned in the text", kindWithin(f, t.kind(a.Kind)))
		}
		told.what = t.coded(f, annotate.Annotation{Kind: a.Kind}, a)
	case annotate.DidBring:
		told.icon = "upload"
	case annotate.DidRemove:
		told.icon = "trash"
	case annotate.DidReturn:
		told.icon = "undo"
	case annotate.DidChange:
		told.what = t.coded(f, *d.Before, a)
		told.passages = t.passages(d.Before.Fragments, a.Fragments)
	}
	return told
}

func (t Told) didInWords(f Frame, did annotate.Did, kind string) string {
	switch did {
	case annotate.DidMake:
		return f.T("Tagged as %s", kind)
	case annotate.DidBring:
		return f.T("Imported as %s", kind)
	case annotate.DidRemove:
		if t.Planned {
			return f.T("Delete: %s", kind)
		}
		return f.T("Deleted: %s", kind)
	case annotate.DidReturn:
		if t.Planned {
			return f.T("Bring back: %s", kind)
		}
		return f.T("Brought back: %s", kind)
	case annotate.DidChange:
	}
	if t.Planned {
		return f.T("Change: %s", kind)
	}
	return f.T("Changed: %s", kind)
}

func (t Told) link(f Frame, d annotate.Deed, l annotate.Link) telling {
	to, role := t.nameByID(f, l.To), roleOfLink(f, l.Role)
	told := telling{icon: "link"}
	switch d.Did {
	case annotate.DidMake, annotate.DidBring, annotate.DidReturn:
		told.words = f.T("Linked with %s (%s)", to, role)
		if t.Planned {
			told.words = f.T("Link with %s (%s)", to, role)
		}
		told.what = t.recoded(nil, l.Attributes)
	case annotate.DidRemove:
		told.words = f.T("Link removed: %s (%s)", to, role)
		if t.Planned {
			told.words = f.T("Remove link: %s (%s)", to, role)
		}
	case annotate.DidChange:
		told.words = f.T("Link changed: %s (%s)", to, role)
		if t.Planned {
			told.words = f.T("Change link: %s (%s)", to, role)
		}
		told.what = t.recoded(d.LinkBefore.Attributes, l.Attributes)
		if was := d.LinkBefore; was.To != l.To || was.Role != l.Role {
			told.what = append(told.what, difference{f.T("Leads to"), t.nameByID(f, was.To), to})
		}
	}
	return told
}

// coded lists what two states of an annotation say differently, but for where
// they stand.
func (t Told) coded(f Frame, before, after annotate.Annotation) []difference {
	var found []difference
	if before.Kind != after.Kind {
		found = append(found, difference{f.T("Kind"), t.kind(before.Kind).Label, t.kind(after.Kind).Label})
	}
	if before.Entity != after.Entity {
		found = append(found, difference{f.T("Is"), t.Entities[before.Entity].Name, t.Entities[after.Entity].Name})
	}
	return append(found, t.recoded(before.Attributes, after.Attributes)...)
}

func (t Told) recoded(before, after annotate.Attributes) []difference {
	var found []difference
	for _, r := range annotate.Recodings(before, after) {
		asked, known := t.Codebook.Attribute(r.Attribute)
		if !known {
			asked.Label = r.Attribute
		}
		found = append(found, difference{asked.Label, valueLabel(asked, r.Before), valueLabel(asked, r.After)})
	}
	return found
}

// passages are the stretches of the text that differ, with those between
// them; none where nothing has moved.
func (t Told) passages(before, after []annotate.Fragment) []shownPassage {
	var shown []shownPassage
	moved := false
	for _, p := range annotate.Passages(before, after) {
		shown = append(shown, shownPassage{t.Text.Slice(p.Start, p.End), p.Before, p.After})
		moved = moved || !p.Before || !p.After
	}
	if !moved {
		return nil
	}
	return shown
}

// kind is what the codebook has of a kind, or at least its name.
func (t Told) kind(name string) annotate.Kind {
	if k, ok := t.Codebook.Kind(name); ok {
		return k
	}
	return annotate.Kind{Name: name, Label: name}
}

// name is what an annotation is called: a claim by its words, others by their
// entity where there is one.
func (t Told) name(a annotate.Annotation) string {
	if e, ok := t.Entities[a.Entity]; ok && a.Kind != annotate.Claim {
		return e.Name
	}
	return t.words(a)
}

// words are those of the text, cut to what fits.
func (t Told) words(a annotate.Annotation) string {
	const most = 140
	quote := []rune(quoteOf(t.Text, a))
	if len(quote) > most {
		return head(quote, most)
	}
	return string(quote)
}

func (t Told) nameByID(f Frame, id annotate.ID) string {
	a, known := t.Annotations[id]
	if !known {
		return f.T("something deleted")
	}
	return t.name(a)
}

// headline is the first thing a change did in a few words.
func headline(f Frame, told []telling) string {
	if len(told) == 0 {
		return f.T("Nothing that shows")
	}
	return told[0].words
}

// stepMarks are marked in the text: what the change that is looked at has
// tagged, left, or changed otherwise.
func stepMarks(deeds []annotate.Deed, annotations []annotate.Annotation) []ink {
	var marks []ink
	for _, d := range deeds {
		if l := d.Tie(); l != nil {
			i := slices.IndexFunc(annotations, func(a annotate.Annotation) bool { return a.ID == l.From })
			if i >= 0 {
				marks = append(marks, inkPassages(annotate.Passages(annotations[i].Fragments, annotations[i].Fragments))...)
			}
			continue
		}
		var before, after []annotate.Fragment
		if d.Before != nil {
			before = d.Before.Fragments
		}
		if d.After != nil {
			after = d.After.Fragments
		}
		marks = append(marks, inkPassages(annotate.Passages(before, after))...)
	}
	return marks
}

func inkPassages(passages []annotate.Passage) []ink {
	marks := make([]ink, len(passages))
	for i, p := range passages {
		class := "step same"
		switch {
		case !p.Before:
			class = "step new"
		case !p.After:
			class = "step gone"
		}
		marks[i] = ink{p.Start, p.End, class}
	}
	return marks
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// claimEvent is a change of a claim or, if review is set, a decision on it.
type claimEvent struct {
	at     time.Time
	change Change
	review *annotate.Review
}

// events are the changes and the decisions made since the first of them, the
// newest first.
func (v ClaimHistoryView) events() []claimEvent {
	var events []claimEvent
	for _, c := range v.Changes {
		events = append(events, claimEvent{at: c.At, change: c})
	}
	for _, r := range v.Reviews {
		if n := len(v.Changes); v.Earlier == 0 || n > 0 && !r.CreatedAt.Before(v.Changes[n-1].At) {
			events = append(events, claimEvent{at: r.CreatedAt, review: &r})
		}
	}
	slices.SortStableFunc(events, func(a, b claimEvent) int { return cmp.Compare(b.at.UnixNano(), a.at.UnixNano()) })
	return events
}

// DeletedClaimTitle is the beginning of what was claimed, as the newest of the
// changes has it.
func DeletedClaimTitle(l *language.Language, v ClaimHistoryView) string {
	for _, c := range v.Changes {
		for _, d := range c.Deeds {
			if a := d.Subject(); a != nil && a.ID == v.Claim {
				return claimTitle(l, quoteOf(v.Told.Text, *a))
			}
		}
	}
	return claimTitle(l, "")
}

// newest is the number of the newest of the changes.
func (v ClaimHistoryView) newest() int64 {
	if len(v.Changes) == 0 {
		return 0
	}
	return v.Changes[0].Seq
}
