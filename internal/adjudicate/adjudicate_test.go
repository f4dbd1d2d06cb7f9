package adjudicate_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"onrecord.dev/internal/adjudicate"
	"onrecord.dev/internal/annotate"
)

var text = strings.Repeat("word ", 40)

// desk is an article that analysts have worked on, and what stands in its
// adjudicated set.
type desk struct {
	t       *testing.T
	works   []annotate.Work
	rulings []annotate.Ruling
	stands  *annotate.State
	made    int
}

func newDesk(t *testing.T, works ...annotate.Work) *desk {
	t.Helper()
	return &desk{t: t, works: works, stands: annotate.NewState(nil, nil)}
}

// id makes a new one; each test's are the same each time.
func (d *desk) id() annotate.ID {
	d.made++
	return annotate.ID(fmt.Sprintf("0198b6a0-0000-7000-8000-%012d", d.made))
}

func (d *desk) snapshot() annotate.Snapshot {
	return annotate.NewSnapshot(slices.Collect(maps.Values(d.stands.Annotations)), slices.Collect(maps.Values(d.stands.Links)))
}

func (d *desk) open() adjudicate.Case {
	return adjudicate.New(text, d.works, d.rulings, d.snapshot())
}

// settle has stands stand at the points that of picks.
func (d *desk) settle(way annotate.RulingWay, of func(adjudicate.Point) (stands *adjudicate.Part, here bool)) {
	d.t.Helper()
	c := d.open()
	var settlements []adjudicate.Settlement
	for _, p := range c.Points {
		stands, here := of(p)
		if !here {
			continue
		}
		one := adjudicate.Settlement{Point: p, Stands: stands}
		if stands != nil {
			one.Result = d.id()
			if p.Result != nil {
				one.Result = p.Result.ID
			}
		}
		settlements = append(settlements, one)
		d.rulings = append(d.rulings, annotate.Ruling{ID: d.id(), Way: way, On: p.On(), Result: one.Result})
	}
	if len(settlements) == 0 {
		d.t.Fatal("there is no such point")
	}
	operations := c.Operations(settlements, d.snapshot(), d.id)
	if len(operations) == 0 {
		return
	}
	cs := annotate.ChangeSet{ID: d.id(), Author: d.id(), Codebook: 1, Operations: operations}
	if _, err := d.stands.Apply(cs, annotate.NewText(text), annotate.DefaultCodebook()); err != nil {
		d.t.Fatalf("the change set is refused: %v", err)
	}
}

// take has an analyst's stand at the point whose claim begins at start.
func (d *desk) take(analyst, start int) {
	d.t.Helper()
	d.settle(annotate.RuleTake, func(p adjudicate.Point) (*adjudicate.Part, bool) {
		part, ok := p.Take(analyst)
		return &part, ok && beginsAt(p, start)
	})
}

func beginsAt(p adjudicate.Point, start int) bool {
	return slices.ContainsFunc(p.Parts, func(part *adjudicate.Part) bool {
		return part != nil && len(part.Fragments) > 0 && part.Fragments[0].Start == start
	})
}

// told is what stands, as people would say it: kinds with their words, and what
// each leads to.
func (d *desk) told() string {
	s := d.snapshot()
	name := func(id annotate.ID) string {
		a := s.Annotations[id]
		words := make([]string, len(a.Fragments))
		for i, f := range a.Fragments {
			words[i] = fmt.Sprintf("%d-%d", f.Start, f.End)
		}
		return strings.TrimSpace(a.Kind + " " + strings.Join(words, ","))
	}
	var lines []string
	for id, a := range s.Annotations {
		line := name(id)
		for _, key := range slices.Sorted(maps.Keys(a.Attributes)) {
			line += fmt.Sprintf(" %s=%v", key, a.Attributes[key])
		}
		lines = append(lines, line)
	}
	for _, l := range s.Links {
		lines = append(lines, fmt.Sprintf("%s %s %s", name(l.From), l.Role, name(l.To)))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func (d *desk) is(want ...string) {
	d.t.Helper()
	slices.Sort(want)
	if got := d.told(); got != strings.Join(want, "\n") {
		d.t.Errorf("what stands is\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

// hand builds the work of one analyst.
type hand struct {
	annotate.Work
	name int
}

func by(name int) *hand {
	return &hand{Work: annotate.Work{Analyst: annotate.ID(fmt.Sprint("analyst ", name))}, name: name}
}

func (h *hand) id() annotate.ID {
	return annotate.ID(fmt.Sprintf("0198b6a0-%04d-7000-8000-%012d", h.name, len(h.Annotations)+len(h.Links)))
}

func (h *hand) tag(kind string, start, end int, attributes annotate.Attributes) annotate.ID {
	a := annotate.Annotation{ID: h.id(), Kind: kind, Version: 1, Fragments: []annotate.Fragment{{Start: start, End: end}}, Attributes: attributes}
	h.Annotations = append(h.Annotations, a)
	return a.ID
}

func (h *hand) link(from annotate.ID, role annotate.LinkRole, to annotate.ID) {
	h.Links = append(h.Links, annotate.Link{ID: h.id(), From: from, To: to, Role: role, Version: 1})
}

// attributed tags a claim with a speaker.
func (h *hand) attributed(start, end, speakerStart, speakerEnd int, attributes annotate.Attributes) annotate.ID {
	claim := h.tag(annotate.Claim, start, end, attributes)
	h.link(claim, annotate.RoleSpeaker, h.tag(annotate.Speaker, speakerStart, speakerEnd, nil))
	return claim
}

func standings(c adjudicate.Case) (all []adjudicate.Standing) {
	for _, p := range c.Points {
		all = append(all, p.Standing)
	}
	return all
}

func TestPointsSayWhereAnalystsDiffer(t *testing.T) {
	a, b := by(1), by(2)
	direct := annotate.Attributes{"quotation": "direct"}
	a.attributed(10, 20, 0, 4, direct)
	b.attributed(10, 20, 0, 4, direct)
	a.attributed(30, 40, 25, 29, direct)
	b.attributed(31, 40, 20, 24, annotate.Attributes{"quotation": "indirect"})
	a.attributed(50, 60, 45, 49, nil)
	a.tag(annotate.Cue, 70, 75, nil)
	b.tag(annotate.Cue, 70, 75, nil)
	c := newDesk(t, a.Work, b.Work).open()
	want := []adjudicate.Standing{adjudicate.Agreed, adjudicate.Differing, adjudicate.Partial, adjudicate.Agreed}
	if got := standings(c); !slices.Equal(got, want) {
		t.Fatalf("the points are %v, want %v", got, want)
	}
	var fields []adjudicate.Field
	for _, d := range c.Points[1].Differences {
		fields = append(fields, d.Field)
	}
	if want := []adjudicate.Field{adjudicate.Words, adjudicate.OfRole(annotate.RoleSpeaker), adjudicate.OfAttribute("quotation")}; !slices.Equal(fields, want) {
		t.Errorf("they differ in %q, want %q", fields, want)
	}
	if len(c.Points[0].Differences) != 0 || c.Open() != 4 {
		t.Errorf("the first point has differences %v, and %d points are open", c.Points[0].Differences, c.Open())
	}
}

func TestWhatIsTakenStandsWithAllItLeadsTo(t *testing.T) {
	a, b := by(1), by(2)
	claim := a.attributed(10, 20, 0, 4, annotate.Attributes{"quotation": "direct"})
	source := a.tag(annotate.Source, 60, 70, nil)
	a.link(claim, annotate.RoleSource, source)
	a.link(source, annotate.RoleVia, a.tag(annotate.Source, 80, 90, nil))
	b.attributed(12, 20, 0, 4, nil)
	d := newDesk(t, a.Work, b.Work)
	d.take(0, 10)
	d.is("claim 10-20 quotation=direct", "speaker 0-4", "source 60-70", "source 80-90",
		"claim 10-20 speaker speaker 0-4", "claim 10-20 source source 60-70", "source 60-70 via source 80-90")
	if c := d.open(); c.Open() != 0 || len(c.Beside) != 0 {
		t.Errorf("%d points are open, %v stands beside", c.Open(), c.Beside)
	}
}

func TestASpeakerIsSettledWithTheClaimOfWhoeverHasOne(t *testing.T) {
	a, b := by(1), by(2)
	a.attributed(10, 20, 0, 4, nil)
	b.tag(annotate.Speaker, 0, 4, nil)
	b.tag(annotate.Speaker, 5, 9, nil)
	if got := standings(newDesk(t, a.Work, b.Work).open()); !slices.Equal(got, []adjudicate.Standing{adjudicate.Partial, adjudicate.Partial}) {
		t.Errorf("the points are %v, want the claim and the speaker that belongs to none", got)
	}
}

func TestOneMentionStandsOnceHoweverManyLeadToIt(t *testing.T) {
	a, b := by(1), by(2)
	a.attributed(10, 20, 0, 4, nil)
	b.attributed(30, 40, 0, 4, nil)
	d := newDesk(t, a.Work, b.Work)
	d.take(0, 10)
	d.take(1, 30)
	d.is("claim 10-20", "claim 30-40", "speaker 0-4", "claim 10-20 speaker speaker 0-4", "claim 30-40 speaker speaker 0-4")
}

func TestAllThatAgreeIsTakenAtOnce(t *testing.T) {
	a, b := by(1), by(2)
	for _, h := range []*hand{a, b} {
		outer := h.attributed(10, 30, 0, 4, nil)
		inner := h.tag(annotate.Claim, 15, 25, nil)
		h.link(inner, annotate.RoleWithin, outer)
	}
	a.tag(annotate.Claim, 50, 60, nil)
	d := newDesk(t, a.Work, b.Work)
	d.settle(annotate.RuleTake, func(p adjudicate.Point) (*adjudicate.Part, bool) { return p.First(), p.Standing == adjudicate.Agreed })
	d.is("claim 10-30", "claim 15-25", "speaker 0-4", "claim 10-30 speaker speaker 0-4", "claim 15-25 within claim 10-30")
	if got := d.open().Open(); got != 1 {
		t.Errorf("%d points are open, want the one they do not agree on", got)
	}
}

func TestSpeechWithinSpeechStandsInWhateverOrderItIsSettled(t *testing.T) {
	for _, order := range [][]int{{10, 15}, {15, 10}} {
		a := by(1)
		outer := a.tag(annotate.Claim, 10, 30, nil)
		a.link(a.tag(annotate.Claim, 15, 25, nil), annotate.RoleWithin, outer)
		d := newDesk(t, a.Work, by(2).Work)
		for _, start := range order {
			d.take(0, start)
		}
		d.is("claim 10-30", "claim 15-25", "claim 15-25 within claim 10-30")
	}
}

func TestMergingTakesWhatIsChosenOfEach(t *testing.T) {
	a, b := by(1), by(2)
	a.attributed(10, 20, 0, 4, annotate.Attributes{"quotation": "direct", "not_stated": []string{"source"}})
	b.attributed(15, 28, 5, 9, annotate.Attributes{"quotation": "mixed", "not_stated": []string{"speaker", "source"}})
	for name, test := range map[string]struct {
		choice map[adjudicate.Field]int
		want   []string
	}{
		"the first of each": {nil, []string{"claim 10-20 not_stated=[source] quotation=direct", "speaker 0-4", "claim 10-20 speaker speaker 0-4"}},
		"the words of one, the rest of the other": {
			map[adjudicate.Field]int{adjudicate.OfRole(annotate.RoleSpeaker): 1, adjudicate.OfAttribute("quotation"): 1, adjudicate.OfAttribute("not_stated"): 1},
			[]string{"claim 10-20 not_stated=[source speaker] quotation=mixed", "speaker 5-9", "claim 10-20 speaker speaker 5-9"},
		},
		"all together": {
			map[adjudicate.Field]int{adjudicate.Words: adjudicate.Union, adjudicate.OfRole(annotate.RoleSpeaker): adjudicate.Union, adjudicate.OfAttribute("not_stated"): adjudicate.Union},
			[]string{"claim 10-28 not_stated=[source speaker] quotation=direct", "speaker 0-4", "speaker 5-9", "claim 10-28 speaker speaker 0-4", "claim 10-28 speaker speaker 5-9"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, a.Work, b.Work)
			d.settle(annotate.RuleMerge, func(p adjudicate.Point) (*adjudicate.Part, bool) {
				merged := p.Merge(test.choice)
				return &merged, true
			})
			d.is(test.want...)
		})
	}
	p := newDesk(t, a.Work, b.Work).open().Points[0]
	if !p.Unites(adjudicate.Words) || !p.Unites(adjudicate.OfAttribute("not_stated")) || p.Unites(adjudicate.OfAttribute("quotation")) || p.Unites(adjudicate.Entity) {
		t.Error("words and lists can stand together, one answer and one entity cannot")
	}
	if p.Parts[0].Attributes["quotation"] != "direct" || len(p.Parts[0].Ties) != 1 {
		t.Error("merging has changed what it was made of")
	}
}

func TestSettlingAgainChangesWhatStood(t *testing.T) {
	a, b := by(1), by(2)
	a.attributed(10, 20, 0, 4, nil)
	b.attributed(12, 22, 5, 9, nil)
	d := newDesk(t, a.Work, b.Work)
	d.take(0, 10)
	first := d.rulings[0].Result
	d.take(1, 12)
	d.is("claim 12-22", "speaker 5-9", "claim 12-22 speaker speaker 5-9")
	if again := d.rulings[1].Result; again != first {
		t.Errorf("%s stands now, where %s did: reviews and comments would be lost", again, first)
	}
	d.settle(annotate.RuleDrop, func(adjudicate.Point) (*adjudicate.Part, bool) { return nil, true })
	d.is("")
	if c := d.open(); c.Open() != 0 || c.Points[0].Ruling.Way != annotate.RuleDrop {
		t.Errorf("that nothing stands does not settle it: %+v", c.Points[0])
	}
}

func TestNewWorkReopensWhatItChangesAndNothingElse(t *testing.T) {
	a, b := by(1), by(2)
	a.attributed(10, 20, 0, 4, nil)
	b.attributed(10, 20, 0, 4, nil)
	a.attributed(30, 40, 25, 29, nil)
	b.attributed(30, 42, 25, 29, nil)
	d := newDesk(t, a.Work, b.Work)
	d.take(0, 10)
	d.take(1, 30)
	before := d.told()
	for i := range d.works[0].Annotations { // ana's second claim is changed, and has a third beside it
		if one := &d.works[0].Annotations[i]; one.Kind == annotate.Claim && one.Fragments[0].Start == 30 {
			one.Version, one.Fragments = 2, []annotate.Fragment{{Start: 32, End: 40}}
		}
	}
	a.Work = d.works[0]
	a.tag(annotate.Claim, 60, 70, nil)
	d.works[0] = a.Work
	c := d.open()
	if !c.Points[0].Settled || c.Points[1].Settled || c.Points[1].Ruling == nil || c.Points[1].Result == nil || c.Points[2].Ruling != nil {
		t.Errorf("after new work: %+v", c.Points)
	}
	if c.Open() != 2 || d.told() != before {
		t.Errorf("%d points are open, and what stands is\n%s", c.Open(), d.told())
	}
	d.settle(annotate.RuleKeep, func(p adjudicate.Point) (*adjudicate.Part, bool) { return p.Result, p.Ruling != nil && !p.Settled })
	if c := d.open(); c.Open() != 1 || d.told() != before {
		t.Errorf("kept: %d points are open, and what stands is\n%s", c.Open(), d.told())
	}
}

func TestWhatIsTakenBackIsOpenAgain(t *testing.T) {
	a := by(1)
	a.tag(annotate.Claim, 10, 20, nil)
	d := newDesk(t, a.Work, by(2).Work)
	d.take(0, 10)
	id := d.rulings[0].Result
	undo := annotate.ChangeSet{ID: d.id(), Author: d.id(), Codebook: 1, Operations: []annotate.Operation{{Op: annotate.Delete, Annotation: &annotate.Annotation{ID: id, Version: 1}}}}
	if _, err := d.stands.Apply(undo, annotate.NewText(text), annotate.DefaultCodebook()); err != nil {
		t.Fatal(err)
	}
	if c := d.open(); c.Open() != 1 || c.Points[0].Ruling == nil {
		t.Errorf("after undoing, %d points are open", c.Open())
	}
	d.take(0, 10)
	if c := d.open(); c.Open() != 0 || c.Points[0].Result.ID == id {
		t.Errorf("taken again: %+v", c.Points[0])
	}
}

func TestWhatSomebodyWroteThereStandsBeside(t *testing.T) {
	a := by(1)
	a.attributed(10, 20, 0, 4, nil)
	d := newDesk(t, a.Work, by(2).Work)
	d.take(0, 10)
	own := annotate.ChangeSet{ID: d.id(), Author: d.id(), Codebook: 1, Operations: []annotate.Operation{
		{Op: annotate.Put, Annotation: &annotate.Annotation{ID: d.id(), Kind: annotate.Claim, Fragments: []annotate.Fragment{{Start: 100, End: 110}}}},
	}}
	if _, err := d.stands.Apply(own, annotate.NewText(text), annotate.DefaultCodebook()); err != nil {
		t.Fatal(err)
	}
	if beside := d.open().Beside; len(beside) != 1 || beside[0].Fragments[0].Start != 100 {
		t.Errorf("beside stands %+v", beside)
	}
}

func TestAStampChangesWithAllThatIsSettled(t *testing.T) {
	a := by(1)
	a.tag(annotate.Claim, 10, 20, nil)
	d := newDesk(t, a.Work, by(2).Work)
	seen := map[string]bool{}
	note := func(what string) {
		t.Helper()
		stamp := d.open().Points[0].Stamp()
		if seen[stamp] {
			t.Errorf("%s leaves the stamp as it was", what)
		}
		seen[stamp] = true
	}
	note("nothing")
	d.take(0, 10)
	note("a ruling")
	d.works[0].Annotations[0].Version++
	note("new work")
	result := d.stands.Annotations[d.rulings[0].Result]
	result.Version++
	d.stands.Annotations[result.ID] = result
	note("a change of what stands")
}
