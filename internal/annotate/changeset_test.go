package annotate_test

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"onrecord.dev/internal/annotate"
)

// id makes the nth of a test's ids, the same every time.
func id(n int) annotate.ID { return annotate.ID(fmt.Sprintf("01980000-0000-7000-8000-%012x", n)) }

const story = "The bridge is “safe”, Ana Ruiz said on a tape heard by the Courier. Ben says she will say so: “Yes.” 👩‍🚒 agreed."

// What the sets of these tests have in them from the start.
var (
	claim   = id(1) // Ana's; the attribution with everything
	inner   = id(2) // within claim
	speaker = id(3)
	tape    = id(4)
	paper   = id(5)
	cue     = id(6)
	gone    = id(7) // a deleted speaker, at version 2
	lost    = id(8) // a deleted claim, at version 2
	alone   = id(9) // a claim without links

	said      = id(21) // claim -> speaker
	heard     = id(22) // claim -> tape
	signalled = id(23) // claim -> cue
	passed    = id(24) // tape -> paper
	nested    = id(25) // inner -> claim
	unlinked  = id(26) // lost -> speaker, deleted with it, at version 2

	ana     = id(101) // a person
	courier = id(102) // an outlet
	harbour = id(103) // a place

	elsewhere = id(201)

	author, other = id(301), id(302)
)

var start = time.Date(2026, 11, 23, 8, 15, 0, 0, time.UTC)

// at is the fragment of story that holds exact.
func at(exact string) annotate.Fragment {
	i := strings.Index(story, exact)
	if i < 0 {
		panic("the story has no " + exact)
	}
	from := utf8.RuneCountInString(story[:i])
	return annotate.Fragment{Start: from, End: from + utf8.RuneCountInString(exact)}
}

func put(a annotate.Annotation) annotate.Operation {
	return annotate.Operation{Op: annotate.Put, Annotation: &a}
}

func putLink(l annotate.Link) annotate.Operation {
	return annotate.Operation{Op: annotate.Put, Link: &l}
}

func remove(id annotate.ID, version int) annotate.Operation {
	return annotate.Operation{Op: annotate.Delete, Annotation: &annotate.Annotation{ID: id, Version: version}}
}

func removeLink(id annotate.ID, version int) annotate.Operation {
	return annotate.Operation{Op: annotate.Delete, Link: &annotate.Link{ID: id, Version: version}}
}

func tagged(id annotate.ID, kind, exact string) annotate.Annotation {
	return annotate.Annotation{ID: id, Kind: kind, Fragments: []annotate.Fragment{at(exact)}, Attributes: annotate.Attributes{}}
}

func linked(id, from annotate.ID, role annotate.LinkRole, to annotate.ID) annotate.Link {
	return annotate.Link{ID: id, From: from, Role: role, To: to, Attributes: annotate.Attributes{}}
}

// set is an annotation set with what changes of it need.
type set struct {
	*annotate.State
	text     *annotate.Text
	codebook *annotate.Codebook
	version  int // of the codebook
}

// newSet has two attributions: Ana's claim, on a tape the paper heard, and
// one within it.
func newSet(t *testing.T) *set {
	t.Helper()
	s := &set{annotate.NewState(nil, nil), annotate.NewText(story), annotate.DefaultCodebook(), 1}
	s.codebook.Kinds = append(s.codebook.Kinds, annotate.Kind{Name: "mood", Label: "Mood", Color: "slate"})
	s.Entities = map[annotate.ID]annotate.EntityType{ana: annotate.Person, courier: annotate.Outlet, harbour: annotate.Place}
	s.Elsewhere = map[annotate.ID]bool{elsewhere: true}
	s.must(t, author,
		put(tagged(claim, annotate.Claim, "The bridge is “safe”")), put(tagged(inner, annotate.Claim, "“Yes.”")),
		put(tagged(speaker, annotate.Speaker, "Ana Ruiz")), put(tagged(tape, annotate.Source, "a tape")),
		put(tagged(paper, annotate.Source, "the Courier")), put(tagged(cue, annotate.Cue, "said")),
		put(tagged(gone, annotate.Speaker, "Ben")), put(tagged(lost, annotate.Claim, "heard")), put(tagged(alone, annotate.Claim, "agreed")),
		putLink(linked(said, claim, annotate.RoleSpeaker, speaker)), putLink(linked(heard, claim, annotate.RoleSource, tape)),
		putLink(linked(signalled, claim, annotate.RoleCue, cue)), putLink(linked(passed, tape, annotate.RoleVia, paper)),
		putLink(linked(nested, inner, annotate.RoleWithin, claim)), putLink(linked(unlinked, lost, annotate.RoleSpeaker, speaker)),
	)
	s.must(t, author, remove(gone, 1), remove(lost, 1))
	return s
}

func (s *set) apply(by annotate.ID, operations ...annotate.Operation) (annotate.Outcome, error) {
	return s.Apply(annotate.ChangeSet{ID: id(999), Author: by, At: start.Add(time.Minute), Codebook: s.version, Operations: operations}, s.text, s.codebook)
}

func (s *set) must(t *testing.T, by annotate.ID, operations ...annotate.Operation) annotate.Outcome {
	t.Helper()
	outcome, err := s.apply(by, operations...)
	if err != nil {
		t.Fatal(err)
	}
	return outcome
}

// look is what is in s, to compare with what is in it later.
func (s *set) look() (map[annotate.ID]annotate.Annotation, map[annotate.ID]annotate.Link) {
	return maps.Clone(s.Annotations), maps.Clone(s.Links)
}

func (s *set) versions() map[annotate.ID]int {
	versions := map[annotate.ID]int{}
	for id, a := range s.Annotations {
		versions[id] = a.Version
	}
	for id, l := range s.Links {
		versions[id] = l.Version
	}
	return versions
}

// grown lists whose version is not what it was.
func (s *set) grown(before map[annotate.ID]int) []annotate.ID {
	var ids []annotate.ID
	for id, v := range s.versions() {
		if v != before[id] {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func with(a annotate.Annotation, change func(*annotate.Annotation)) annotate.Operation {
	change(&a)
	return put(a)
}

func TestChangeSetsRefuse(t *testing.T) {
	fresh := id(50)
	on := func(fragments ...annotate.Fragment) []annotate.Operation {
		return []annotate.Operation{put(annotate.Annotation{ID: fresh, Kind: annotate.Claim, Fragments: fragments})}
	}
	coded := func(kind, name string, value any) []annotate.Operation {
		a := tagged(fresh, kind, "Ana")
		a.Attributes[name] = value
		return []annotate.Operation{put(a)}
	}
	codedLink := func(role annotate.LinkRole, from, to annotate.ID, name string, value any) []annotate.Operation {
		l := linked(fresh, from, role, to)
		l.Attributes[name] = value
		return []annotate.Operation{putLink(l)}
	}
	standsFor := func(kind string, entity annotate.ID) []annotate.Operation {
		a := tagged(fresh, kind, "Ana")
		a.Entity = entity
		return []annotate.Operation{put(a)}
	}
	link := func(from annotate.ID, role annotate.LinkRole, to annotate.ID) []annotate.Operation {
		return []annotate.Operation{putLink(linked(fresh, from, role, to))}
	}
	newClaim := put(tagged(fresh, annotate.Claim, "agreed"))
	long := utf8.RuneCountInString(story)
	cluster := at("👩‍🚒")

	tests := map[string]struct {
		operations []annotate.Operation
		operation  int    // the index blamed
		field      string // and what of it
		message    string // part of it
	}{
		"no operation":                  {nil, annotate.Whole, "", "at least one operation"},
		"an operation that is none":     {[]annotate.Operation{{Op: "move", Annotation: &annotate.Annotation{ID: claim}}}, 0, "op", "put or delete"},
		"a touch, which is for the log": {[]annotate.Operation{{Op: annotate.Touch, Annotation: &annotate.Annotation{ID: claim, Version: 1}}}, 0, "op", "put or delete"},
		"an operation on nothing":       {[]annotate.Operation{{Op: annotate.Put}}, 0, "", "either an annotation or a link"},
		"an operation on both": {
			[]annotate.Operation{newClaim, {Op: annotate.Put, Annotation: &annotate.Annotation{ID: claim}, Link: &annotate.Link{ID: said}}},
			1, "", "either an annotation or a link",
		},

		"an id that is no UUID":       {[]annotate.Operation{with(tagged("7", annotate.Claim, "Ana"), func(*annotate.Annotation) {})}, 0, "annotation.id", "UUID"},
		"an id in upper case":         {[]annotate.Operation{put(tagged(annotate.ID(strings.ToUpper(string(id(0xabc)))), annotate.Claim, "Ana"))}, 0, "annotation.id", "lower case"},
		"a link's id that is no UUID": {[]annotate.Operation{putLink(linked("", claim, annotate.RoleCue, cue))}, 0, "link.id", "UUID"},
		"an id named twice":           {[]annotate.Operation{newClaim, put(tagged(fresh, annotate.Claim, "Ana"))}, 1, "annotation.id", "names this id already"},
		"a link and an annotation of one id": {
			[]annotate.Operation{newClaim, putLink(linked(fresh, claim, annotate.RoleSpeaker, speaker))}, 1, "link.id", "names this id already",
		},
		"an id of another article":         {[]annotate.Operation{put(tagged(elsewhere, annotate.Claim, "Ana"))}, 0, "annotation.id", "another article"},
		"a link with another article's id": {[]annotate.Operation{putLink(linked(elsewhere, claim, annotate.RoleSpeaker, speaker))}, 0, "link.id", "another article"},

		"an unknown kind":        {[]annotate.Operation{put(tagged(fresh, "rumour", "Ana"))}, 0, "annotation.kind", `"rumour"`},
		"a kind switched off":    {[]annotate.Operation{put(tagged(fresh, "mood", "Ana"))}, 0, "annotation.kind", "switched off"},
		"no fragment, no entity": {on(), 0, "annotation.fragments", "at least one fragment"},

		"a start before the text": {on(annotate.Fragment{Start: -1, End: 3}), 0, "annotation.fragments[0].start", "give 0 to"},
		"a start past the end":    {on(annotate.Fragment{Start: long + 1, End: long + 2}), 0, "annotation.fragments[0].start", "give 0 to"},
		"an end past the end":     {on(annotate.Fragment{Start: 0, End: long + 1}), 0, "annotation.fragments[0].end", "at most"},
		"an empty fragment":       {on(annotate.Fragment{Start: 4, End: 4}), 0, "annotation.fragments[0].end", "after the start"},
		"an end before its start": {on(annotate.Fragment{Start: 4, End: 2}), 0, "annotation.fragments[0].end", "after the start"},
		"a start inside a character": {
			on(annotate.Fragment{Start: cluster.Start + 1, End: long}), 0, "annotation.fragments[0].start", fmt.Sprintf("Use %d.", cluster.Start),
		},
		"an end inside a character": {
			on(annotate.Fragment{Start: 0, End: cluster.Start + 1}), 0, "annotation.fragments[0].end", fmt.Sprintf("Use %d.", cluster.End),
		},
		"text that is not there": {on(annotate.Fragment{Start: 4, End: 10, Exact: "tunnel"}), 0, "annotation.fragments[0].exact", `"bridge"`},
		"long text that is not there": {
			on(annotate.Fragment{Start: 0, End: 80, Exact: "x"}), 0, "annotation.fragments[0].exact", string([]rune(story)[:60]) + "…",
		},
		"fragments that overlap": {on(at("The bridge"), at("bridge is")), 0, "annotation.fragments[1]", "overlaps"},
		"one fragment twice":     {on(at("Yes"), at("said"), at("Yes")), 0, "annotation.fragments[2]", "overlaps"},
		"a fragment in another":  {on(at("bridge"), at("The bridge is")), 0, "annotation.fragments[1]", "overlaps"},
		"too many fragments":     {on(make([]annotate.Fragment, 1001)...), 0, "annotation.fragments", "at most 1,000"},

		"an unknown entity":                  {standsFor(annotate.Speaker, id(104)), 0, "annotation.entity", "no such entity"},
		"an entity for a claim":              {standsFor(annotate.Claim, ana), 0, "annotation.entity", "no entities for this kind"},
		"an entity of a type the kind lacks": {standsFor(annotate.Speaker, harbour), 0, "annotation.entity", "an entity of that type"},

		"an unknown attribute":           {coded(annotate.Claim, "mood", "grim"), 0, "annotation.attributes.mood", "does not ask this here"},
		"an attribute of another kind":   {coded(annotate.Speaker, "quotation", "direct"), 0, "annotation.attributes.quotation", "does not ask this here"},
		"a link's attribute on a claim":  {coded(annotate.Claim, "certainty", "CT+"), 0, "annotation.attributes.certainty", "does not ask this here"},
		"an attribute switched off":      {coded(annotate.Claim, "stance", "support"), 0, "annotation.attributes.stance", "switched off"},
		"a value not in the list":        {coded(annotate.Claim, "quotation", "shouted"), 0, "annotation.attributes.quotation", "Give one of: direct, mixed"},
		"a list where one value goes":    {coded(annotate.Claim, "quotation", []string{"direct"}), 0, "annotation.attributes.quotation", "Give one of"},
		"one value where a list goes":    {coded(annotate.Claim, "not_stated", "speaker"), 0, "annotation.attributes.not_stated", "Give a list"},
		"an empty list":                  {coded(annotate.Claim, "not_stated", []string{}), 0, "annotation.attributes.not_stated", "one or more"},
		"a list with a repeat":           {coded(annotate.Claim, "not_stated", []string{"source", "source"}), 0, "annotation.attributes.not_stated", "without repeats"},
		"a list with a stranger":         {coded(annotate.Claim, "not_stated", []string{"cue"}), 0, "annotation.attributes.not_stated", "speaker, source"},
		"a list with a number":           {coded(annotate.Claim, "not_stated", []any{"source", 1.0}), 0, "annotation.attributes.not_stated", "Give a list"},
		"a number":                       {coded(annotate.Claim, "time", 2026.0), 0, "annotation.attributes.time", "1 to 2000"},
		"blank text":                     {coded(annotate.Claim, "time", " \n"), 0, "annotation.attributes.time", "1 to 2000"},
		"overlong text":                  {coded(annotate.Claim, "time", strings.Repeat("é", 2001)), 0, "annotation.attributes.time", "1 to 2000"},
		"a claim's attribute on a link":  {codedLink(annotate.RoleSpeaker, alone, speaker, "quotation", "direct"), 0, "link.attributes.quotation", "does not ask this here"},
		"another role's attribute":       {codedLink(annotate.RoleCue, alone, cue, "certainty", "CT+"), 0, "link.attributes.certainty", "does not ask this here"},
		"a link's value not in the list": {codedLink(annotate.RoleSpeaker, alone, speaker, "certainty", "sure"), 0, "link.attributes.certainty", "CT+"},
		"an attribute kept into another kind": {
			[]annotate.Operation{
				{Op: annotate.Put, Annotation: &annotate.Annotation{
					ID: alone, Version: 2, Kind: annotate.Cue, Fragments: []annotate.Fragment{at("agreed")}, Attributes: annotate.Attributes{"time": "then"},
				}},
			}, 0, "annotation.attributes.time", "does not ask this here",
		},

		"an attribute kept into another role": {
			[]annotate.Operation{
				{Op: annotate.Put, Link: &annotate.Link{
					ID: heard, Version: 2, From: claim, Role: annotate.RoleCue, To: cue, Attributes: annotate.Attributes{"certainty": "Uu"},
				}},
			}, 0, "link.attributes.certainty", "does not ask this here",
		},

		"an unknown role":          {link(claim, "editor", speaker), 0, "link.role", "speaker, source, cue"},
		"a link to itself":         {link(claim, annotate.RoleWithin, claim), 0, "link.to", "from one annotation to another"},
		"a link from nothing":      {link(id(60), annotate.RoleSpeaker, speaker), 0, "link.from", "no such annotation"},
		"a link to nothing":        {link(claim, annotate.RoleSpeaker, id(60)), 0, "link.to", "no such annotation"},
		"a link to what is gone":   {link(claim, annotate.RoleSpeaker, gone), 0, "link.to", "no such annotation"},
		"a link to what goes":      {append(link(inner, annotate.RoleSpeaker, speaker), remove(speaker, 1)), 0, "link.to", "no such annotation"},
		"a link elsewhere":         {link(claim, annotate.RoleSpeaker, elsewhere), 0, "link.to", "no such annotation"},
		"a speaker that is a cue":  {link(claim, annotate.RoleSpeaker, cue), 0, "link.to", "link leads from a"},
		"a source of a speaker":    {link(speaker, annotate.RoleSource, tape), 0, "link.from", "link leads from a"},
		"an addressee of a source": {link(tape, annotate.RoleAddressee, speaker), 0, "link.from", "link leads from a"},
		"a source within a claim":  {link(tape, annotate.RoleWithin, claim), 0, "link.from", "link leads from a"},
		"via a claim":              {link(tape, annotate.RoleVia, claim), 0, "link.to", "link leads from a"},
		"a speaker that becomes a source under its links": {
			[]annotate.Operation{newClaim0(), {Op: annotate.Put, Annotation: &annotate.Annotation{
				ID: speaker, Version: 1, Kind: annotate.Source, Fragments: []annotate.Fragment{at("Ana Ruiz")},
			}}},
			1, "link.to", "link leads from a",
		},

		"a link there is already": {link(claim, annotate.RoleSpeaker, speaker), 0, "link", "linked in this role already"},
		"a link twice": {
			append(link(alone, annotate.RoleSpeaker, speaker), putLink(linked(id(51), alone, annotate.RoleSpeaker, speaker))),
			1, "link", "linked in this role already",
		},
		"a link moved onto another": {
			append(link(claim, annotate.RoleAddressee, speaker), putLink(annotate.Link{ID: said, Version: 1, From: claim, To: speaker, Role: annotate.RoleAddressee})),
			1, "link", "linked in this role already",
		},

		"a circle of two, one of them there before": {link(claim, annotate.RoleWithin, inner), 0, "link.to", "closes a circle"},
		"a circle of sources":                       {link(paper, annotate.RoleVia, tape), 0, "link.to", "closes a circle"},
		"a circle of three": {
			[]annotate.Operation{
				newClaim, putLink(linked(id(51), fresh, annotate.RoleWithin, inner)), putLink(linked(id(52), claim, annotate.RoleWithin, fresh)),
			}, 2, "link.to", "closes a circle",
		},
		"a circle by a link that was turned": {
			[]annotate.Operation{
				putLink(linked(id(51), claim, annotate.RoleWithin, alone)),
				putLink(annotate.Link{ID: nested, Version: 1, From: alone, To: claim, Role: annotate.RoleWithin}),
			}, 1, "link.to", "closes a circle",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSet(t)
			certain := s.Links[heard]
			certain.Attributes = annotate.Attributes{"certainty": "Uu"}
			s.must(t, author, putLink(certain),
				with(s.Annotations[alone], func(a *annotate.Annotation) { a.Attributes = annotate.Attributes{"time": "then"} }))
			annotations, links := s.look()

			outcome, err := s.apply(other, tt.operations...)
			refused, ok := errors.AsType[annotate.Refused](err)
			if !ok {
				t.Fatalf("got %v and %v, want a refusal", outcome, err)
			}
			if len(refused) != 1 || refused[0].Operation != tt.operation || refused[0].Field != tt.field || !strings.Contains(refused[0].Message, tt.message) {
				t.Errorf("got %v, want operation %d: %s: … %s", refused, tt.operation, tt.field, tt.message)
			}
			if !reflect.DeepEqual(annotations, s.Annotations) || !reflect.DeepEqual(links, s.Links) {
				t.Error("something changed all the same")
			}
		})
	}
}

func newClaim0() annotate.Operation { return put(tagged(id(61), annotate.Claim, "heard")) }

func TestARefusalNamesAllThatIsWrongInOrder(t *testing.T) {
	s := newSet(t)
	_, err := s.apply(author,
		put(annotate.Annotation{ID: id(50), Kind: "rumour", Fragments: []annotate.Fragment{{Start: 2, End: 1}}}),
		newClaim0(),
		put(annotate.Annotation{ID: id(51), Kind: annotate.Claim, Fragments: []annotate.Fragment{at("said")}, Attributes: annotate.Attributes{"b": "1", "a": "1"}}),
	)
	refused, _ := errors.AsType[annotate.Refused](err)
	var got []string
	for _, p := range refused {
		got = append(got, fmt.Sprintf("%d %s", p.Operation, p.Field))
	}
	want := []string{"0 annotation.fragments[0].end", "0 annotation.kind", "2 annotation.attributes.a", "2 annotation.attributes.b"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, p := range refused {
		if !strings.Contains(err.Error(), p.Message) {
			t.Errorf("%q leaves out %q", err, p.Message)
		}
	}
}

func TestAChangeSetHasItsLimit(t *testing.T) {
	operations := make([]annotate.Operation, annotate.MaxOperations+1)
	for i := range operations {
		operations[i] = put(tagged(id(1000+i), annotate.Claim, "said"))
	}
	if _, err := newSet(t).apply(author, operations...); err == nil || !strings.Contains(err.Error(), "20,000") {
		t.Errorf("got %v, want a refusal of so many", err)
	}
	if _, err := newSet(t).apply(author, operations[1:]...); err != nil {
		t.Errorf("as many as may be: %v", err)
	}
}

// TestConflicts begins with a set in which somebody has looked at everything,
// and somebody else has since edited the speaker and linked alone to the cue.
func TestConflicts(t *testing.T) {
	edited := func(version int) annotate.Operation {
		a := tagged(speaker, annotate.Speaker, "Ana")
		a.Version = version
		return put(a)
	}
	content := func(version int) annotate.Operation {
		a := tagged(alone, annotate.Claim, "agreed.")
		a.Version = version
		return put(a)
	}
	relink := func(version int) annotate.Operation {
		return putLink(annotate.Link{ID: said, Version: version, From: claim, To: speaker, Role: annotate.RoleAddressee})
	}
	clash := func(operation int, id annotate.ID) string { return fmt.Sprintf("%d %s", operation, id) }
	tests := map[string]struct {
		operations []annotate.Operation
		want       []string
	}{
		"a put of what is edited since":           {[]annotate.Operation{edited(1)}, []string{clash(0, speaker)}},
		"a put as new of what is there":           {[]annotate.Operation{edited(0)}, []string{clash(0, speaker)}},
		"a put of a version to come":              {[]annotate.Operation{edited(3)}, []string{clash(0, speaker)}},
		"a put of a version below all":            {[]annotate.Operation{edited(-1)}, []string{clash(0, speaker)}},
		"a put of the current version":            {[]annotate.Operation{edited(2)}, nil},
		"a put of what was only linked since":     {[]annotate.Operation{content(1)}, nil},
		"a put of it at the current version":      {[]annotate.Operation{content(2)}, nil},
		"a deletion of what was only linked":      {[]annotate.Operation{remove(alone, 1)}, []string{clash(0, alone)}},
		"a deletion of what it leads to changed":  {[]annotate.Operation{remove(claim, 1)}, []string{clash(0, claim)}},
		"a deletion of the current version":       {[]annotate.Operation{remove(claim, 2)}, nil},
		"a put of what is deleted":                {[]annotate.Operation{with(tagged(gone, annotate.Speaker, "Ben"), func(a *annotate.Annotation) { a.Version = 1 })}, []string{clash(0, "")}},
		"a put at the version of its deletion":    {[]annotate.Operation{with(tagged(gone, annotate.Speaker, "Ben"), func(a *annotate.Annotation) { a.Version = 2 })}, []string{clash(0, "")}},
		"a put with a version of what never was":  {[]annotate.Operation{with(tagged(id(50), annotate.Speaker, "Ben"), func(a *annotate.Annotation) { a.Version = 1 })}, []string{clash(0, "")}},
		"a deletion of what is deleted":           {[]annotate.Operation{remove(gone, 2)}, []string{clash(0, "")}},
		"a deletion of what never was":            {[]annotate.Operation{remove(id(50), 0)}, []string{clash(0, "")}},
		"a link put as new that is there":         {[]annotate.Operation{relink(0)}, []string{clash(0, said)}},
		"a link put at another version":           {[]annotate.Operation{relink(2)}, []string{clash(0, said)}},
		"a link put at its version":               {[]annotate.Operation{relink(1)}, nil},
		"a link deleted at another version":       {[]annotate.Operation{removeLink(said, 2)}, []string{clash(0, said)}},
		"a link put with a version that is gone":  {[]annotate.Operation{putLink(annotate.Link{ID: unlinked, Version: 2, From: claim, To: speaker, Role: annotate.RoleAddressee})}, []string{clash(0, "")}},
		"a deletion of a link that is gone":       {[]annotate.Operation{removeLink(unlinked, 2)}, []string{clash(0, "")}},
		"a deletion of a link that never was":     {[]annotate.Operation{removeLink(id(50), 1)}, []string{clash(0, "")}},
		"several, among what would be right":      {[]annotate.Operation{edited(1), content(2), removeLink(said, 7)}, []string{clash(0, speaker), clash(2, said)}},
		"one that would also leave a link behind": {[]annotate.Operation{remove(speaker, 1), relink(1)}, []string{clash(0, speaker)}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSet(t)
			s.must(t, other,
				with(s.Annotations[speaker], func(a *annotate.Annotation) { a.Entity = ana }),
				putLink(linked(id(40), alone, annotate.RoleCue, cue)))
			annotations, links := s.look()

			_, err := s.apply(author, tt.operations...)
			if tt.want == nil {
				if err != nil {
					t.Fatalf("got %v, want it done", err)
				}
				return
			}
			conflict, ok := errors.AsType[annotate.Conflict](err)
			if !ok {
				t.Fatalf("got %v, want a conflict", err)
			}
			var got []string
			for _, c := range conflict {
				switch {
				case c.Annotation != nil:
					got = append(got, clash(c.Operation, c.Annotation.ID))
					if !reflect.DeepEqual(*c.Annotation, annotations[c.Annotation.ID]) {
						t.Errorf("the clash tells of %+v, want the current state", *c.Annotation)
					}
				case c.Link != nil:
					got = append(got, clash(c.Operation, c.Link.ID))
					if !reflect.DeepEqual(*c.Link, links[c.Link.ID]) {
						t.Errorf("the clash tells of %+v, want the current state", *c.Link)
					}
				default:
					got = append(got, clash(c.Operation, ""))
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if !reflect.DeepEqual(annotations, s.Annotations) || !reflect.DeepEqual(links, s.Links) {
				t.Error("something changed all the same")
			}
		})
	}
}

func TestAConflictSaysHowMany(t *testing.T) {
	err := annotate.Conflict{{Operation: 0}, {Operation: 3}}
	if !strings.HasPrefix(err.Error(), "2 of the operations") {
		t.Errorf("got %q", err)
	}
}

// TestWhatIsWrongComesBeforeWhatHasChanged: mending it needs no other view.
func TestWhatIsWrongComesBeforeWhatHasChanged(t *testing.T) {
	_, err := newSet(t).apply(author, remove(claim, 7), put(tagged(id(50), "rumour", "said")))
	if _, ok := errors.AsType[annotate.Refused](err); !ok {
		t.Errorf("got %v, want a refusal", err)
	}
}

func TestWhatIsNewBeginsAtOne(t *testing.T) {
	s := newSet(t)
	a := tagged(id(50), annotate.Speaker, "Ana")
	a.Fragments[0].Exact = "Ana"
	a.Entity = ana
	a.Attributes = annotate.Attributes{"on_record": "background"}
	s.must(t, other, put(a))
	want := annotate.Annotation{
		ID: id(50), Kind: annotate.Speaker, Entity: ana, Fragments: []annotate.Fragment{at("Ana")}, Attributes: annotate.Attributes{"on_record": "background"},
		Version: 1, Edited: 1, Codebook: 1, Review: annotate.Unreviewed,
		CreatedBy: other, CreatedAt: start.Add(time.Minute), UpdatedBy: other, UpdatedAt: start.Add(time.Minute),
	}
	if got := s.Annotations[id(50)]; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if l := s.Links[said]; l.Version != 1 || l.CreatedBy != author || l.UpdatedBy != author || l.CreatedAt.IsZero() {
		t.Errorf("the link is %+v, want it at version 1 by its author", l)
	}
}

// TestVersionsGrowWithWhatAClaimLeadsTo lists, for each change, everything
// whose version it raises: itself and what leads to it, nothing else.
func TestVersionsGrowWithWhatAClaimLeadsTo(t *testing.T) {
	tests := map[string]struct {
		change func(s *set) []annotate.Operation
		grown  []annotate.ID
	}{
		"a claim": {func(s *set) []annotate.Operation {
			return []annotate.Operation{with(s.Annotations[claim], func(a *annotate.Annotation) { a.Fragments = []annotate.Fragment{at("bridge")} })}
		}, []annotate.ID{claim, inner}},
		"a claim within it": {func(s *set) []annotate.Operation {
			return []annotate.Operation{with(s.Annotations[inner], func(a *annotate.Annotation) { a.Attributes = annotate.Attributes{"modality": "future"} })}
		}, []annotate.ID{inner}},
		"a speaker": {func(s *set) []annotate.Operation {
			return []annotate.Operation{with(s.Annotations[speaker], func(a *annotate.Annotation) { a.Entity = ana })}
		}, []annotate.ID{claim, inner, speaker}},
		"the end of a chain": {func(s *set) []annotate.Operation {
			return []annotate.Operation{with(s.Annotations[paper], func(a *annotate.Annotation) { a.Entity = courier })}
		}, []annotate.ID{claim, inner, tape, paper}},
		"what nothing leads to": {func(s *set) []annotate.Operation {
			return []annotate.Operation{with(s.Annotations[alone], func(a *annotate.Annotation) { a.Fragments = append(a.Fragments, at("heard")) })}
		}, []annotate.ID{alone}},
		"a new link": {func(*set) []annotate.Operation {
			return []annotate.Operation{putLink(linked(id(40), alone, annotate.RoleSpeaker, speaker))}
		}, []annotate.ID{alone, id(40)}},
		"a new link in a chain": {func(*set) []annotate.Operation {
			return []annotate.Operation{put(tagged(id(50), annotate.Source, "Ben")), putLink(linked(id(40), paper, annotate.RoleVia, id(50)))}
		}, []annotate.ID{claim, inner, tape, paper, id(40), id(50)}},
		"a link's attribute": {func(s *set) []annotate.Operation {
			l := s.Links[said]
			l.Attributes = annotate.Attributes{"certainty": "PR+"}
			return []annotate.Operation{putLink(l)}
		}, []annotate.ID{claim, inner, said}},
		"a link moved from one claim to another": {func(s *set) []annotate.Operation {
			l := s.Links[said]
			l.From = alone
			return []annotate.Operation{putLink(l)}
		}, []annotate.ID{claim, inner, alone, said}},
		"a link moved to another end": {func(s *set) []annotate.Operation {
			l := s.Links[heard]
			l.To = paper
			return []annotate.Operation{putLink(l)}
		}, []annotate.ID{claim, inner, heard}},
		"a link deleted": {func(*set) []annotate.Operation {
			return []annotate.Operation{removeLink(passed, 1)}
		}, []annotate.ID{claim, inner, tape, passed}},
		"a cue deleted": {func(*set) []annotate.Operation {
			return []annotate.Operation{remove(cue, 1)}
		}, []annotate.ID{claim, inner, cue, signalled}},
		"a claim deleted": {func(*set) []annotate.Operation {
			return []annotate.Operation{remove(claim, 1)}
		}, []annotate.ID{claim, inner, said, heard, signalled, nested}},
		"two at once": {func(s *set) []annotate.Operation {
			return []annotate.Operation{
				with(s.Annotations[claim], func(a *annotate.Annotation) { a.Attributes = annotate.Attributes{"quotation": "mixed"} }),
				with(s.Annotations[tape], func(a *annotate.Annotation) { a.Attributes = annotate.Attributes{"channel": "recording"} }),
			}
		}, []annotate.ID{claim, inner, tape}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSet(t)
			for id, a := range s.Annotations {
				a.Review = annotate.Approved
				s.Annotations[id] = a
			}
			before := s.versions()
			s.must(t, other, tt.change(s)...)

			slices.Sort(tt.grown)
			if got := s.grown(before); !slices.Equal(got, tt.grown) {
				t.Errorf("grown are %v, want %v", got, tt.grown)
			}
			for id, a := range s.Annotations {
				grown := slices.Contains(tt.grown, id)
				if grown && a.Version != before[id]+1 {
					t.Errorf("%s went from version %d to %d, want one more", id, before[id], a.Version)
				}
				if (a.Review == annotate.Unreviewed) != grown {
					t.Errorf("%s is %s, and its version grew: %v", id, a.Review, grown)
				}
			}
		})
	}
}

func TestATouchIsNotAnEditByWhoCausedIt(t *testing.T) {
	s := newSet(t)
	outcome := s.must(t, other, with(s.Annotations[speaker], func(a *annotate.Annotation) { a.Entity = ana }))
	got := s.Annotations[claim]
	if got.Version != 2 || got.Edited != 1 || got.UpdatedBy != author {
		t.Errorf("the claim is at version %d, edited at %d, updated by %s; want 2, 1 and its author", got.Version, got.Edited, got.UpdatedBy)
	}
	var touched []annotate.ID
	for _, op := range outcome.Operations[1:] {
		if op.Op != annotate.Touch || op.Annotation.Version != 2 || op.Annotation.Review != annotate.Unreviewed {
			t.Errorf("got %s of %+v, want a touch with the whole record", op.Op, op.Annotation)
		}
		touched = append(touched, op.Annotation.ID)
	}
	if want := []annotate.ID{claim, inner}; !slices.Equal(touched, want) {
		t.Errorf("touched are %v, want %v", touched, want)
	}
	if len(outcome.Inverse) != 1 {
		t.Errorf("the inverse has %d operations, want only the speaker's", len(outcome.Inverse))
	}
}

func TestALinkIsAnEditOfWhatItLeadsFrom(t *testing.T) {
	s := newSet(t)
	s.must(t, other, putLink(linked(id(40), inner, annotate.RoleSpeaker, speaker)))
	if a := s.Annotations[inner]; a.UpdatedBy != other || a.Edited != 1 {
		t.Errorf("updated by %s, edited at %d; want by who linked it, and no conflict for others", a.UpdatedBy, a.Edited)
	}
	if a := s.Annotations[speaker]; a.Version != 1 {
		t.Errorf("what it leads to is at version %d, want 1", a.Version)
	}
}

func TestPuttingWhatIsThereChangesNothing(t *testing.T) {
	s := newSet(t)
	a := s.Annotations[claim]
	a.Review = annotate.Approved
	s.Annotations[claim] = a
	annotations, links := s.look()

	a.Fragments = slices.Clone(a.Fragments)
	a.Fragments[0].Exact = "The bridge is “safe”"
	outcome := s.must(t, other, put(a), putLink(s.Links[said]))
	if !reflect.DeepEqual(annotations, s.Annotations) || !reflect.DeepEqual(links, s.Links) {
		t.Error("something changed")
	}
	if len(outcome.Operations) != 2 || len(outcome.Inverse) != 0 {
		t.Errorf("done %d operations with %d to undo, want 2 and none", len(outcome.Operations), len(outcome.Inverse))
	}
}

func TestDeletingAnAnnotationDeletesItsLinksAndSaysSo(t *testing.T) {
	s := newSet(t)
	outcome := s.must(t, other, remove(tape, 1))
	var got []string
	for _, op := range outcome.Operations {
		if op.Link != nil {
			got = append(got, fmt.Sprint(op.Op, " ", op.Link.ID, " ", op.Link.Version, " ", op.Link.Deleted))
		} else {
			got = append(got, fmt.Sprint(op.Op, " ", op.Annotation.ID, " ", op.Annotation.Version, " ", op.Annotation.Deleted))
		}
	}
	want := []string{
		fmt.Sprint("delete ", tape, " 2 true"), fmt.Sprint("delete ", heard, " 2 true"), fmt.Sprint("delete ", passed, " 2 true"),
		fmt.Sprint("touch ", claim, " 2 false"), fmt.Sprint("touch ", inner, " 2 false"),
	}
	// The claim lost a link, which its author has to answer for.
	if s.Annotations[claim].UpdatedBy != other {
		t.Errorf("the claim was updated by %s, want by who took its source", s.Annotations[claim].UpdatedBy)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}

	s.must(t, author, outcome.Inverse...)
	for _, id := range []annotate.ID{heard, passed} {
		if l := s.Links[id]; l.Deleted || l.Version != 3 {
			t.Errorf("undone, link %s is %+v, want it live at version 3", id, l)
		}
	}
	if a := s.Annotations[tape]; a.Deleted || a.Version != 3 {
		t.Errorf("undone, the source is %+v, want it live at version 3", a)
	}
}

func TestDeletingLinkAndEndsTogether(t *testing.T) {
	s := newSet(t)
	outcome := s.must(t, other, removeLink(said, 1), remove(claim, 1), remove(speaker, 1))
	if n := len(outcome.Operations); n != 3+3+1 {
		t.Errorf("done %d operations, want the 3 asked for, 3 more links and 1 touch", n)
	}
	if v := s.Links[said].Version; v != 2 {
		t.Errorf("the link is at version %d, want 2", v)
	}
}

func TestWhatWasDeletedComesBackWithLaterVersions(t *testing.T) {
	s := newSet(t)
	s.must(t, other, put(tagged(gone, annotate.Speaker, "Ben")), putLink(linked(unlinked, alone, annotate.RoleSpeaker, gone)))
	a, l := s.Annotations[gone], s.Links[unlinked]
	if a.Version != 3 || a.Edited != 3 || a.Deleted || a.CreatedBy != author || a.UpdatedBy != other {
		t.Errorf("got %+v, want it live at version 3, made by its first author", a)
	}
	if l.Version != 3 || l.Deleted || l.CreatedBy != author || l.UpdatedBy != other || l.To != gone {
		t.Errorf("got %+v, want it live at version 3, made by its first author", l)
	}
}

// What the codebook said counts when an annotation is made what it is, and not
// when something else changes that it leads to.
func TestAnAnnotationKeepsTheCodebookItWasMadeUnder(t *testing.T) {
	again := func(s *set, of annotate.ID, version int) annotate.Operation {
		a := s.Annotations[of]
		a.Version = version
		return put(a)
	}
	recoded := func(s *set, of annotate.ID) annotate.Operation {
		a := s.Annotations[of]
		a.Attributes = annotate.Attributes{"quotation": "direct"}
		return put(a)
	}
	for name, tt := range map[string]struct {
		change func(s *set) []annotate.Operation
		of     annotate.ID
		want   int
	}{
		"made": {func(*set) []annotate.Operation {
			return []annotate.Operation{put(tagged(id(50), annotate.Cue, "said"))}
		}, id(50), 2},
		"coded otherwise": {func(s *set) []annotate.Operation { return []annotate.Operation{recoded(s, claim)} }, claim, 2},
		"put as it was": {func(s *set) []annotate.Operation {
			return []annotate.Operation{again(s, claim, s.Annotations[claim].Version)}
		}, claim, 1},
		"something it leads to": {func(*set) []annotate.Operation { return []annotate.Operation{remove(cue, 1)} }, claim, 1},
		"linked": {func(*set) []annotate.Operation {
			return []annotate.Operation{putLink(linked(id(51), alone, annotate.RoleSpeaker, speaker))}
		}, alone, 1},
		"put as it was and linked": {func(s *set) []annotate.Operation {
			return []annotate.Operation{again(s, alone, 1), putLink(linked(id(51), alone, annotate.RoleSpeaker, speaker))}
		}, alone, 1},
		"deleted": {func(*set) []annotate.Operation { return []annotate.Operation{remove(alone, 1)} }, alone, 1},
		"brought back": {func(*set) []annotate.Operation {
			return []annotate.Operation{put(tagged(gone, annotate.Speaker, "Ben"))}
		}, gone, 2},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSet(t)
			s.version = 2
			replayed := annotate.NewState(slices.Collect(maps.Values(s.Annotations)), slices.Collect(maps.Values(s.Links)))
			outcome := s.must(t, other, tt.change(s)...)
			replayed.Replay(annotate.Operations(annotate.Records(outcome.Operations)))
			if got := s.Annotations[tt.of].Codebook; got != tt.want {
				t.Errorf("it says that it was made under version %d, want %d", got, tt.want)
			}
			if got := replayed.Annotations[tt.of].Codebook; got != tt.want {
				t.Errorf("replayed it says version %d, want %d", got, tt.want)
			}
		})
	}
}

func TestWhatWasCodedMayStay(t *testing.T) {
	coded := func(s *set) (annotate.Annotation, annotate.Link) {
		a, l := s.Annotations[claim], s.Links[passed]
		a.Attributes = annotate.Attributes{"quotation": "mixed", "not_stated": []string{"source"}, "time": "last month"}
		l.Attributes = annotate.Attributes{"relation": "reviewed_by"}
		return a, l
	}
	for name, change := range map[string]func(*annotate.Codebook){
		"after it is switched off": func(c *annotate.Codebook) {
			for i := range c.Attributes {
				c.Attributes[i].Active = false
			}
		},
		"after it went from the codebook": func(c *annotate.Codebook) { c.Attributes = nil },
		"after its values went": func(c *annotate.Codebook) {
			for i := range c.Attributes {
				c.Attributes[i].Values = []annotate.Value{{Value: "new"}}
			}
		},
		"after it is asked elsewhere": func(c *annotate.Codebook) {
			for i := range c.Attributes {
				c.Attributes[i].Kinds, c.Attributes[i].Roles = []string{annotate.Cue}, nil
			}
		},
		"after its kind is switched off": func(c *annotate.Codebook) { c.Kinds[0].Active = false },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSet(t)
			a, l := coded(s)
			s.must(t, author, put(a), putLink(l))
			change(s.codebook)

			a, l = s.Annotations[claim], s.Links[passed]
			a.Fragments = []annotate.Fragment{at("bridge")}
			l.To = id(50)
			outcome := s.must(t, author, put(a), put(tagged(id(50), annotate.Source, "Ben")), putLink(l))
			if got := s.Annotations[claim].Attributes; len(got) != 3 {
				t.Errorf("the claim has %v, want all three answers", got)
			}
			s.must(t, author, outcome.Inverse...)

			a = s.Annotations[claim]
			a.Attributes = annotate.Attributes{"quotation": "direct"}
			if name != "after its kind is switched off" {
				if _, err := s.apply(author, put(a)); err == nil {
					t.Error("another answer is taken, too")
				}
			}
			outcome = s.must(t, author, remove(claim, s.Annotations[claim].Version))
			s.must(t, author, outcome.Inverse...)
			if got := s.Annotations[claim].Attributes; len(got) != 3 {
				t.Errorf("restored, the claim has %v, want all three answers", got)
			}
		})
	}
}

func TestAnEntityMayStayWhenItsTypeGoes(t *testing.T) {
	s := newSet(t)
	s.must(t, author, with(s.Annotations[speaker], func(a *annotate.Annotation) { a.Entity = ana }))
	s.codebook.Kinds[1].Entities = nil
	s.must(t, author, with(s.Annotations[speaker], func(a *annotate.Annotation) { a.Fragments = []annotate.Fragment{at("Ana")} }))
	if got := s.Annotations[speaker].Entity; got != ana {
		t.Errorf("the entity is %q, want Ana still", got)
	}
	s.must(t, author, with(s.Annotations[speaker], func(a *annotate.Annotation) { a.Entity = "" }))
	if _, err := s.apply(author, with(s.Annotations[speaker], func(a *annotate.Annotation) { a.Entity = ana })); err == nil {
		t.Error("it is taken anew")
	}
}

func TestASpeakerTheTextDoesNotMention(t *testing.T) {
	s := newSet(t)
	s.must(t, author,
		put(annotate.Annotation{ID: id(50), Kind: annotate.Speaker, Entity: ana}),
		putLink(linked(id(40), alone, annotate.RoleSpeaker, id(50))))
	a := s.Annotations[id(50)]
	if len(a.Fragments) != 0 || a.Entity != ana {
		t.Errorf("got %+v", a)
	}
	a.Entity = ""
	if _, err := s.apply(author, put(a)); err == nil {
		t.Error("it may lose its entity, and then it is nothing")
	}
}

func TestFragmentsKeepTheirOrder(t *testing.T) {
	s := newSet(t)
	order := []annotate.Fragment{at("“Yes.”"), at("The bridge"), at("safe")}
	s.must(t, author, with(tagged(id(50), annotate.Claim, "Ana"), func(a *annotate.Annotation) { a.Fragments = order }))
	if got := s.Annotations[id(50)].Fragments; !slices.Equal(got, order) {
		t.Errorf("got %v, want %v", got, order)
	}
	a := s.Annotations[id(50)]
	a.Fragments = []annotate.Fragment{order[1], order[0], order[2]}
	s.must(t, author, put(a))
	if v := s.Annotations[id(50)].Version; v != 2 {
		t.Errorf("another order is at version %d, want it to be a change", v)
	}
}

func TestFragmentsMayTouch(t *testing.T) {
	s := newSet(t)
	split := []annotate.Fragment{at(" said"), at("Ana Ruiz"), at(" on a tape")}
	s.must(t, author, with(tagged(id(50), annotate.Claim, "Ana"), func(a *annotate.Annotation) { a.Fragments = split }))
	if got := s.Annotations[id(50)].Fragments; !slices.Equal(got, split) {
		t.Errorf("got %v, want the neighbours kept apart: %v", got, split)
	}
}

func TestSpansOfDifferentAnnotationsMayOverlap(t *testing.T) {
	s := newSet(t)
	s.must(t, author, put(tagged(id(50), annotate.Claim, "bridge is “safe”, Ana")), put(tagged(id(51), annotate.Claim, "The bridge is “safe”")))
}

func TestAStateIsWhatItWasAfterItsLogIsReplayed(t *testing.T) {
	s := newSet(t)
	replayed := s.copy()
	for _, operations := range [][]annotate.Operation{
		{with(s.Annotations[speaker], func(a *annotate.Annotation) { a.Entity = ana })},    // touches the claim
		{with(s.Annotations[claim], func(a *annotate.Annotation) { a.Version = 2 })},       // changes nothing
		{put(s.Annotations[alone]), putLink(linked(id(40), alone, annotate.RoleCue, cue))}, // links only
		{remove(paper, 1)},
		{put(tagged(paper, annotate.Source, "the Courier"))}, // as it was
		{remove(cue, 1)},
		{put(tagged(cue, annotate.Cue, "Ana Ruiz said"))},
	} {
		outcome := s.must(t, other, operations...)
		replayed.Replay(annotate.Operations(annotate.Records(outcome.Operations)))
		s.mustEqual(t, replayed)
	}
}

// copy is a set of its own with the same in it.
func (s *set) copy() *set {
	c := &set{annotate.NewState(slices.Collect(maps.Values(s.Annotations)), slices.Collect(maps.Values(s.Links))), s.text, s.codebook, s.version}
	c.Elsewhere, c.Entities = s.Elsewhere, s.Entities
	return c
}

// mustEqual compares all that decides what may happen next.
func (s *set) mustEqual(t *testing.T, o *set) {
	t.Helper()
	for id, a := range s.Annotations {
		b := o.Annotations[id]
		if !sameContent(a, b) || a.Version != b.Version || a.Edited != b.Edited || a.Deleted != b.Deleted || !a.Deleted && a.Review != b.Review && a.Kind == annotate.Claim {
			t.Fatalf("annotation %s is %+v in one and %+v in the other", id, a, b)
		}
	}
	for id, l := range s.Links {
		m := o.Links[id]
		if !sameLink(l, m) || l.Version != m.Version || l.Deleted != m.Deleted {
			t.Fatalf("link %s is %+v in one and %+v in the other", id, l, m)
		}
	}
	if len(s.Annotations) != len(o.Annotations) || len(s.Links) != len(o.Links) {
		t.Fatal("one has more in it")
	}
}

func sameContent(a, b annotate.Annotation) bool {
	return a.Kind == b.Kind && a.Entity == b.Entity && slices.Equal(a.Fragments, b.Fragments) && a.Attributes.Equal(b.Attributes)
}

func sameLink(a, b annotate.Link) bool {
	return a.From == b.From && a.To == b.To && a.Role == b.Role && a.Attributes.Equal(b.Attributes)
}
