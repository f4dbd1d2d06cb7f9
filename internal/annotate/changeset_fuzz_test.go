package annotate_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
)

// FuzzApply lets analysts who know nothing of the rules change a set, and
// holds what comes of it to rules written down a second time, slowly:
//   - what is refused changes nothing;
//   - a live link has live ends of the right kinds, is the only one of its
//     sort, and leads round in no circle;
//   - the version of an annotation grows by one exactly when what it and
//     everything it leads to say has changed, and it is unreviewed then;
//   - the inverse restores the content exactly;
//   - the log, replayed, gives the same state.
func FuzzApply(f *testing.F) {
	f.Add([]byte("tag a claim, link it, delete the speaker, put it back"))
	for seed := range byte(16) {
		var b []byte
		for i := range 400 {
			b = append(b, byte(i*i)*seed+byte(i/7)^seed)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := newSet(t)
		m := &monkey{data: data, set: s}
		for round := 0; len(m.data) > 0 && round < 40; round++ {
			before := s.copy()
			outcome, err := s.apply([]annotate.ID{author, other}[m.below(2)], m.operations()...)
			if err != nil {
				checkRefusal(t, err)
				s.mustEqual(t, before)
				continue
			}
			checkLinks(t, s)
			checkVersions(t, before, s)
			checkReplay(t, before, s, outcome)
			checkInverse(t, before, s, outcome)
		}
	})
}

// monkey makes operations out of bytes, so that most are nearly right.
type monkey struct {
	data []byte
	set  *set
}

// below is a number from 0 to less than n.
func (m *monkey) below(n int) int {
	if len(m.data) == 0 {
		return 0
	}
	b := m.data[0]
	m.data = m.data[1:]
	return int(b) % n
}

func (m *monkey) seldom() bool { return m.below(24) == 23 }

func (m *monkey) operations() []annotate.Operation {
	operations := make([]annotate.Operation, 1+m.below(4))
	for i := range operations {
		operations[i] = m.operation()
	}
	return operations
}

func (m *monkey) operation() annotate.Operation {
	switch m.below(8) {
	case 0:
		id := m.live("")
		return remove(id, m.version(m.set.Annotations[id].Version))
	case 1:
		id := m.linkID()
		return removeLink(id, m.version(m.set.Links[id].Version))
	case 2, 3, 4:
		return put(m.annotation())
	default:
		return putLink(m.link())
	}
}

func (m *monkey) linkID() annotate.ID { return id(21 + m.below(20)) }

// live is the id of a live annotation of kind, or of any kind, but seldom of
// whatever there is.
func (m *monkey) live(kind string) annotate.ID {
	var ids []annotate.ID
	for id, a := range m.set.Annotations {
		if !a.Deleted && (kind == "" || a.Kind == kind) {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 || m.seldom() {
		return id(1 + m.below(14))
	}
	slices.Sort(ids)
	return ids[m.below(len(ids))]
}

// version is what an operation names for what is at current, or seldom
// another.
func (m *monkey) version(current int) int {
	if m.seldom() {
		return current - 1 + m.below(3)
	}
	return current
}

func (m *monkey) annotation() annotate.Annotation {
	a := annotate.Annotation{ID: id(1 + m.below(14)), Attributes: annotate.Attributes{}}
	current := m.set.Annotations[a.ID]
	if a.Version = m.version(current.Version); current.Deleted {
		a.Version = m.version(0)
	}
	if a.Kind = current.Kind; a.Kind == "" || m.seldom() {
		a.Kind = []string{annotate.Claim, annotate.Speaker, annotate.Source, annotate.Cue, "mood"}[m.below(5)]
	}
	words := []string{"The bridge", "“safe”", "Ana", "Ruiz", "said", "a tape", "“Yes.”", "👩‍🚒", "agreed"}
	for n, i := m.below(3), m.below(len(words)); n >= 0; n, i = n-1, i+1+m.below(2) {
		a.Fragments = append(a.Fragments, at(words[i%len(words)]))
	}
	if m.seldom() {
		a.Fragments = nil
	}
	if m.below(3) == 0 {
		a.Entity = map[string]annotate.ID{annotate.Speaker: ana, annotate.Source: courier}[a.Kind]
	}
	if m.seldom() {
		a.Entity = []annotate.ID{ana, courier, harbour, id(104)}[m.below(4)]
	}
	if a.Kind == annotate.Claim && m.below(2) == 0 {
		a.Attributes["quotation"] = []string{"direct", "mixed"}[m.below(2)]
		a.Attributes["not_stated"] = []string{"source", "speaker"}[:1+m.below(2)]
	}
	if m.seldom() {
		a.Attributes["quotation"] = "shouted"
	}
	return a
}

func (m *monkey) link() annotate.Link {
	role := annotate.LinkRoles[m.below(len(annotate.LinkRoles))]
	from, to, _ := role.Ends()
	l := annotate.Link{ID: m.linkID(), From: m.live(from), To: m.live(to), Role: role, Attributes: annotate.Attributes{}}
	current := m.set.Links[l.ID]
	if l.Version = m.version(current.Version); current.Deleted {
		l.Version = m.version(0)
	}
	if l.Role == annotate.RoleSpeaker && m.below(2) == 0 {
		l.Attributes["certainty"] = []string{"CT+", "Uu"}[m.below(2)]
	}
	return l
}

func checkRefusal(t *testing.T, err error) {
	t.Helper()
	refused, isRefused := errors.AsType[annotate.Refused](err)
	conflict, isConflict := errors.AsType[annotate.Conflict](err)
	if len(refused)+len(conflict) == 0 || isRefused == isConflict {
		t.Fatalf("refused with %v, which names nothing", err)
	}
}

func checkLinks(t *testing.T, s *set) {
	t.Helper()
	seen := map[string]annotate.ID{}
	for id, l := range s.Links {
		if l.Deleted {
			continue
		}
		from, to, known := l.Role.Ends()
		a, b := s.Annotations[l.From], s.Annotations[l.To]
		if !known || a.ID == "" || b.ID == "" || a.Deleted || b.Deleted || a.Kind != from || b.Kind != to {
			t.Fatalf("link %s leads as %s from %+v to %+v", id, l.Role, a, b)
		}
		key := fmt.Sprint(l.From, l.Role, l.To)
		if twin, twice := seen[key]; twice {
			t.Fatalf("links %s and %s say the same", twin, id)
		}
		seen[key] = id
	}
	for id := range s.Annotations {
		s.fingerprint(id, nil, func() { t.Fatalf("from %s links lead back to it", id) })
	}
}

// fingerprint is all that annotation id and what it leads to say.
func (s *set) fingerprint(id annotate.ID, above []annotate.ID, circle func()) string {
	if slices.Contains(above, id) {
		circle()
		return "circle"
	}
	a := s.Annotations[id]
	var b strings.Builder
	fmt.Fprint(&b, a.ID, a.Kind, a.Fragments, a.Entity, a.Attributes, a.Deleted)
	for _, linkID := range slices.Sorted(maps.Keys(s.Links)) {
		if l := s.Links[linkID]; l.From == id && !l.Deleted {
			fmt.Fprint(&b, "{", l.ID, l.Role, l.Attributes, s.fingerprint(l.To, append(above, id), circle), "}")
		}
	}
	return b.String()
}

func checkVersions(t *testing.T, before, after *set) {
	t.Helper()
	never := func() { t.Fatal("a circle") }
	for id, a := range after.Annotations {
		was := before.Annotations[id]
		changed := was.ID == "" || before.fingerprint(id, nil, never) != after.fingerprint(id, nil, never)
		want := was.Version
		if changed {
			want++
		}
		if a.Version != want || a.Edited < 1 || a.Edited > a.Version || a.Edited < was.Edited {
			t.Fatalf("annotation %s went from version %d, edited at %d, to %d, edited at %d; changed: %v", id, was.Version, was.Edited, a.Version, a.Edited, changed)
		}
		if changed && a.Review != annotate.Unreviewed {
			t.Fatalf("annotation %s changed and is %s", id, a.Review)
		}
		if edited := was.ID == "" || was.Deleted != a.Deleted || !sameContent(was, a); edited != (a.Edited != was.Edited) {
			t.Fatalf("annotation %s changed itself: %v, and it was edited at %d and is at %d", id, edited, was.Edited, a.Edited)
		}
	}
	for id, l := range after.Links {
		was := before.Links[id]
		want := was.Version
		if was.ID == "" || was.Deleted != l.Deleted || !sameLink(was, l) {
			want++
		}
		if l.Version != want {
			t.Fatalf("link %s went from version %d to %d, want %d", id, was.Version, l.Version, want)
		}
	}
}

func checkReplay(t *testing.T, before, after *set, outcome annotate.Outcome) {
	t.Helper()
	replayed := before.copy()
	replayed.Replay(annotate.Operations(annotate.Records(outcome.Operations)))
	after.mustEqual(t, replayed)
}

func checkInverse(t *testing.T, before, after *set, outcome annotate.Outcome) {
	t.Helper()
	undone := after.copy()
	inverse := annotate.Operations(annotate.Records(outcome.Inverse))
	if len(inverse) == 0 {
		after.mustEqual(t, before)
		return
	}
	if _, err := undone.apply(author, inverse...); err != nil {
		t.Fatalf("undo %+v: %v", outcome.Operations, err)
	}
	for id, a := range undone.Annotations {
		was := before.Annotations[id]
		if a.Deleted != (was.ID == "" || was.Deleted) || !a.Deleted && !sameContent(a, was) {
			t.Fatalf("undone, annotation %s is %+v, and was %+v", id, a, was)
		}
	}
	for id, l := range undone.Links {
		was := before.Links[id]
		if l.Deleted != (was.ID == "" || was.Deleted) || !l.Deleted && !sameLink(l, was) {
			t.Fatalf("undone, link %s is %+v, and was %+v", id, l, was)
		}
	}
}
