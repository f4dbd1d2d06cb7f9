package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// person has mara add a person.
func (n *newsroom) person(name string, others ...string) annotate.Entity {
	n.tb.Helper()
	e := annotate.Entity{Type: annotate.Person, Name: name, CreatedBy: n.mara}
	for _, other := range others {
		e.Names = append(e.Names, annotate.EntityName{Name: other, Type: annotate.Spelling})
	}
	added, err := n.AddEntity(n.tb.Context(), n.project, e, n.later())
	if err != nil {
		n.tb.Fatal(err)
	}
	return added
}

func (n *newsroom) merge(from, into annotate.ID) annotate.Entity {
	n.tb.Helper()
	remains, err := n.MergeEntity(n.tb.Context(), n.project, store.Merge{From: from, Into: into, By: n.mara, At: n.later()})
	if err != nil {
		n.tb.Fatal(err)
	}
	return remains
}

func (n *newsroom) readEntity(id annotate.ID) annotate.Entity {
	n.tb.Helper()
	e, err := n.Entity(n.tb.Context(), n.project, id)
	if err != nil {
		n.tb.Fatal(err)
	}
	return e
}

func (n *newsroom) search(f store.EntityFilter) []annotate.ListedEntity {
	n.tb.Helper()
	page, err := n.Entities(n.tb.Context(), in(n.project), f)
	if err != nil {
		n.tb.Fatal(err)
	}
	return page.Items
}

func names(entities []annotate.ListedEntity) []string {
	list := []string{}
	for _, e := range entities {
		list = append(list, e.Name)
	}
	return list
}

func alternatives(e annotate.Entity) []string {
	list := []string{}
	for _, n := range e.Names {
		list = append(list, n.Name)
	}
	return list
}

func TestAnEntityIsReadBackAsItWasAdded(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	given := annotate.Entity{
		Type: annotate.Outlet, Name: "The Daily Record", Description: "A newspaper.", CreatedBy: n.mara,
		Names: []annotate.EntityName{
			{Name: "TDR", Type: annotate.Short},
			{Name: "Daily Record", Type: annotate.Spelling},
			{Name: "TDR", Type: annotate.Title},
			{Name: "The Daily Record", Type: annotate.Spelling},
		},
	}
	at := n.later()
	added, err := n.AddEntity(t.Context(), n.project, given, at)
	if err != nil {
		t.Fatal(err)
	}
	want := given
	want.ID, want.CreatedAt = added.ID, at
	want.Names = []annotate.EntityName{{Name: "Daily Record", Type: annotate.Spelling}, {Name: "TDR", Type: annotate.Short}}
	if diff := cmp.Diff(want, added); diff != "" {
		t.Errorf("added (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, n.readEntity(added.ID)); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	listed := []annotate.ListedEntity{{Entity: want}}
	if diff := cmp.Diff(listed, n.search(store.EntityFilter{})); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	one, err := n.ListedEntity(t.Context(), in(n.project), added.ID)
	if diff := cmp.Diff(listed[0], one); diff != "" || err != nil {
		t.Errorf("read as listed: %v (-want +got):\n%s", err, diff)
	}
	plain := n.person("Nameless Otherwise")
	if got := n.readEntity(plain.ID); got.Names == nil || len(got.Names) != 0 {
		t.Errorf("without alternative names there are %#v, want an empty list", got.Names)
	}
}

func TestTwoOfAKindCannotShareAName(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	first := n.person("Zoë Müller", "Zoe Mueller")
	tests := map[string]struct {
		entity annotate.Entity
		taken  bool
	}{
		"the same":               {annotate.Entity{Type: annotate.Person, Name: "Zoë Müller"}, true},
		"without accents":        {annotate.Entity{Type: annotate.Person, Name: "ZOE MULLER"}, true},
		"by its other spelling":  {annotate.Entity{Type: annotate.Person, Name: "zoe mueller"}, true},
		"of another type":        {annotate.Entity{Type: annotate.Place, Name: "Zoë Müller"}, false},
		"a name with more in it": {annotate.Entity{Type: annotate.Person, Name: "Zoë Müller-Lüdenscheidt"}, false},
	}
	for name, test := range tests {
		test.entity.CreatedBy = n.mara
		_, err := n.AddEntity(t.Context(), n.project, test.entity, n.later())
		exists, refused := errors.AsType[annotate.EntityExists](err)
		if refused != test.taken || refused && (exists.Entity.ID != first.ID || !errors.Is(err, annotate.ErrExists)) {
			t.Errorf("%s: got %v, want refused %t naming the first", name, err, test.taken)
		}
	}
	second := n.person("Somebody")
	_, err := n.UpdateEntity(t.Context(), n.project, second.ID, func(e *annotate.Entity) error { e.Name = "zoë müller"; return nil })
	if exists, refused := errors.AsType[annotate.EntityExists](err); !refused || exists.Entity.ID != first.ID {
		t.Errorf("renamed to the name of another: %v", err)
	}
	if got := n.readEntity(second.ID).Name; got != "Somebody" {
		t.Errorf("after the refusal it is called %q", got)
	}
	_, err = n.UpdateEntity(t.Context(), n.project, first.ID, func(e *annotate.Entity) error { e.Name = "Zoe Müller"; return nil })
	if err != nil {
		t.Errorf("respelling one's own name: %v", err)
	}
	other := n.newProject("elsewhere")
	_, err = n.AddEntity(t.Context(), other, annotate.Entity{Type: annotate.Person, Name: "Zoë Müller", CreatedBy: n.mara}, n.later())
	if err != nil {
		t.Errorf("in another project: %v", err)
	}
}

func TestOfManyWhoAddTheSameEntityOneDoes(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	ids := make(chan annotate.ID, 16)
	var all sync.WaitGroup
	for range cap(ids) {
		all.Go(func() {
			e, err := n.AddEntity(t.Context(), n.project, annotate.Entity{Type: annotate.Person, Name: "Ana Ruiz", CreatedBy: n.mara}, monday)
			if exists, refused := errors.AsType[annotate.EntityExists](err); refused {
				e, err = exists.Entity, nil
			}
			if err != nil {
				t.Errorf("add: %v", err)
			}
			ids <- e.ID
		})
	}
	all.Wait()
	close(ids)
	there := n.search(store.EntityFilter{})
	if len(there) != 1 {
		t.Fatalf("there are %q, want one", names(there))
	}
	for id := range ids {
		if id != there[0].ID {
			t.Errorf("somebody was told of %s, want %s", id, there[0].ID)
		}
	}
}

func TestBadEntitiesAreRefused(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	named := func(name annotate.EntityName) annotate.Entity {
		return annotate.Entity{Type: annotate.Person, Name: "X", Names: []annotate.EntityName{name}}
	}
	for field, e := range map[string]annotate.Entity{
		"name":        {Type: annotate.Person, Name: " "},
		"type":        {Type: "robot", Name: "X"},
		"description": {Type: annotate.Person, Name: "X", Description: strings.Repeat("d", 2001)},
		"names":       named(annotate.EntityName{Name: "Y", Type: "nick"}),
	} {
		e.CreatedBy = n.mara
		_, err := n.AddEntity(t.Context(), n.project, e, n.later())
		if bad, ok := errors.AsType[annotate.Invalid](err); !ok || bad[field] == "" {
			t.Errorf("bad %s: %v", field, err)
		}
	}
	if left := n.search(store.EntityFilter{}); len(left) != 0 {
		t.Errorf("refusals left %v", names(left))
	}
}

func TestAnEntityChanges(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	was := n.person("J. Vos", "Jan de Vos", "Vos, Jan")
	want := was
	want.Type, want.Name, want.Description = annotate.Group, "The Voses", "A family."
	want.Names = []annotate.EntityName{{Name: "Jan de Vos", Type: annotate.Short}, {Name: "Voses", Type: annotate.Spelling}}
	got, err := n.UpdateEntity(t.Context(), n.project, was.ID, func(e *annotate.Entity) error {
		if diff := cmp.Diff(was, *e); diff != "" {
			t.Errorf("the change saw (-want +got):\n%s", diff)
		}
		*e = annotate.Entity{Type: want.Type, Name: want.Name, Description: want.Description, Names: want.Names}
		return nil
	})
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("changed: %v (-want +got):\n%s", err, diff)
	}
	if diff := cmp.Diff(want, n.readEntity(was.ID)); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	_, err = n.UpdateEntity(t.Context(), n.project, was.ID, func(e *annotate.Entity) error { e.Name, e.Names = "", nil; return nil })
	if _, ok := errors.AsType[annotate.Invalid](err); !ok {
		t.Errorf("a bad change: %v", err)
	}
	if diff := cmp.Diff(want, n.readEntity(was.ID)); diff != "" {
		t.Errorf("after a bad change (-want +got):\n%s", diff)
	}
}

func TestEntitiesAreFoundByNamesLikeTheirs(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	n.person("Volodymyr Zelensky", "Wolodymyr Selenskyj")
	n.person("Olena Zelenska")
	n.person("Zelda Fitzgerald")
	n.person("José Ñíguez")
	n.person("Kiyoshi Zen")
	if _, err := n.AddEntity(t.Context(), n.project, annotate.Entity{Type: annotate.Organisation, Name: "Zelensky Foundation", CreatedBy: n.mara}, n.later()); err != nil {
		t.Fatal(err)
	}
	people := []annotate.EntityType{annotate.Person}
	tests := map[string]struct {
		filter store.EntityFilter
		first  string
		by     string
		not    string
	}{
		"another spelling":       {store.EntityFilter{Query: "Zelenskiy", Types: people}, "Volodymyr Zelensky", "Volodymyr Zelensky", "José Ñíguez"},
		"a third":                {store.EntityFilter{Query: "zelenskyy", Types: people}, "Volodymyr Zelensky", "Volodymyr Zelensky", "José Ñíguez"},
		"a far one":              {store.EntityFilter{Query: "Selenskij"}, "Volodymyr Zelensky", "Wolodymyr Selenskyj", "José Ñíguez"},
		"the whole name first":   {store.EntityFilter{Query: "olena zelenska"}, "Olena Zelenska", "Olena Zelenska", "José Ñíguez"},
		"the beginning of names": {store.EntityFilter{Query: "zel"}, "Zelda Fitzgerald", "Zelda Fitzgerald", "José Ñíguez"},
		"one letter":             {store.EntityFilter{Query: "j"}, "José Ñíguez", "José Ñíguez", "Olena Zelenska"},
		"without accents":        {store.EntityFilter{Query: "jose niguez"}, "José Ñíguez", "José Ñíguez", "Olena Zelenska"},
		"a word of an alias":     {store.EntityFilter{Query: "wolodymyr"}, "Volodymyr Zelensky", "Wolodymyr Selenskyj", "Olena Zelenska"},
	}
	for name, test := range tests {
		found := n.search(test.filter)
		if len(found) == 0 || found[0].Name != test.first || found[0].Matched != test.by || slices.Contains(names(found), test.not) {
			t.Errorf("%s: %q finds %q, want first %q by %q and no %q", name, test.filter.Query, names(found), test.first, test.by, test.not)
		}
	}
	for _, query := range []string{"??", "xqw", `%`, `\`} {
		if found := n.search(store.EntityFilter{Query: query}); len(found) != 0 {
			t.Errorf("%q finds %q, want nothing", query, names(found))
		}
	}
	organisations := n.search(store.EntityFilter{Types: []annotate.EntityType{annotate.Organisation, annotate.Place}})
	if got := names(organisations); !slices.Equal(got, []string{"Zelensky Foundation"}) {
		t.Errorf("organisations and places are %q", got)
	}
	suggested, err := n.SuggestEntities(t.Context(), n.project, "Zelenskiy", people, 2)
	if got := names(suggested); err != nil || len(got) != 2 || got[0] != "Volodymyr Zelensky" || !slices.Contains(alternatives(suggested[0].Entity), "Wolodymyr Selenskyj") {
		t.Errorf("suggested %q (%v), want two, Volodymyr Zelensky first with his other names", got, err)
	}
	if none, err := n.SuggestEntities(t.Context(), n.project, " ", nil, 2); err != nil || len(none) != 0 {
		t.Errorf("for no name %q are suggested (%v)", names(none), err)
	}
	for field, f := range map[string]store.EntityFilter{
		"q": {Query: strings.Repeat("a", 501)}, "type": {Types: []annotate.EntityType{"robot"}}, "cursor": {Cursor: "WyJ4IiwiYSIsImIiXQ"},
	} {
		_, err := n.Entities(t.Context(), in(n.project), f)
		if bad, ok := errors.AsType[annotate.Invalid](err); !ok || bad[field] == "" {
			t.Errorf("bad %s: %v", field, err)
		}
	}
}

func TestPagesOfEntitiesMeetWithoutGapOrOverlap(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	want := []string{}
	for i := range 5 {
		// The same name three times over: of three types.
		for _, kind := range []annotate.EntityType{annotate.Person, annotate.Outlet, annotate.Place} {
			name := fmt.Sprintf("Ámaro %d", i)
			n.entity(kind, name)
			want = append(want, name)
		}
	}
	for _, query := range []string{"", "amaro"} {
		got, seen, f := []string{}, map[annotate.ID]bool{}, store.EntityFilter{Query: query, Limit: 2}
		for pages := 0; pages == 0 || f.Cursor != ""; pages++ {
			page, err := n.Entities(t.Context(), in(n.project), f)
			if err != nil || pages > 8 {
				t.Fatalf("page %d: %v", pages, err)
			}
			for _, e := range page.Items {
				seen[e.ID] = true
			}
			got, f.Cursor = append(got, names(page.Items)...), page.Next
		}
		if !slices.Equal(got, want) || len(seen) != 15 {
			t.Errorf("searching %q, page by page %q, %d of them different, want %q", query, got, len(seen), want)
		}
	}
}

func TestUsesAreCounted(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	vos, tape, agency, idle := n.person("Jan Vos"), n.entity(annotate.Recording, "The tape"), n.entity(annotate.Outlet, "Agency"), n.person("Idle")
	article := n.article("Harbour", harbour)
	deal, hold := n.claim(article, "a good deal 🌊 for everyone"), n.claim(article, "The wall will hold this winter")
	speaker := n.mention(article, annotate.Speaker, "Jan Vos", vos.ID)
	source, outlet := n.mention(article, annotate.Source, "Ilse Brandt", tape), n.tag(article, n.ana, annotate.Annotation{Kind: annotate.Source, Entity: agency})
	n.link(article, deal, annotate.RoleSpeaker, speaker)
	n.link(article, hold, annotate.RoleSpeaker, speaker)
	n.link(article, deal, annotate.RoleSource, source)
	n.link(article, source, annotate.RoleVia, outlet)
	want := map[string][2]int{"Jan Vos": {1, 2}, "The tape": {1, 1}, "Agency": {1, 1}, "Idle": {0, 0}}
	check := func(when string) {
		t.Helper()
		got := map[string][2]int{}
		for _, e := range n.search(store.EntityFilter{}) {
			got[e.Name] = [2]int{e.Mentions, e.Claims}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s, mentions and claims (-want +got):\n%s", when, diff)
		}
	}
	check("at first")
	n.merge(vos.ID, idle.ID)
	delete(want, "Jan Vos")
	want["Idle"] = [2]int{1, 2}
	check("once merged")
	n.change(article, n.ana, annotate.Operation{Op: annotate.Delete, Annotation: &annotate.Annotation{ID: hold, Version: 2}})
	want["Idle"] = [2]int{1, 1}
	check("with a claim deleted")
}

func TestEntitiesOfAnotherProjectAreNotThere(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	ours, also, other := n.person("Jan Vos"), n.person("Jan Vosch"), n.newProject("elsewhere")
	_, readErr := n.Entity(t.Context(), other, ours.ID)
	_, listedErr := n.ListedEntity(t.Context(), in(other), ours.ID)
	_, updateErr := n.UpdateEntity(t.Context(), other, ours.ID, func(e *annotate.Entity) error { e.Name = "Theirs"; return nil })
	_, mergeErr := n.MergeEntity(t.Context(), other, store.Merge{From: ours.ID, Into: also.ID, By: n.mara, At: n.later()})
	_, unmergeErr := n.UnmergeEntity(t.Context(), other, ours.ID)
	for what, err := range map[string]error{
		"read": readErr, "read as listed": listedErr, "update": updateErr, "merge": mergeErr, "unmerge": unmergeErr,
		"tell apart": n.TellApart(t.Context(), other, ours.ID, also.ID, n.mara, n.later()),
	} {
		if !errors.Is(err, annotate.ErrNotFound) {
			t.Errorf("%s: %v, want not found", what, err)
		}
	}
	page, err := n.Entities(t.Context(), in(other), store.EntityFilter{Query: "vos"})
	all, allErr := n.Entities(t.Context(), in(other), store.EntityFilter{})
	pairs, pairsErr := n.AlikeEntities(t.Context(), in(other), 10, "")
	like, likeErr := n.EntitiesLike(t.Context(), in(other), ours.ID, 10)
	if err := errors.Join(err, allErr, pairsErr, likeErr); err != nil || len(page.Items)+len(all.Items)+len(pairs.Items)+len(like) != 0 {
		t.Errorf("found %v, %v, %v and %v (%v), want nothing", page.Items, all.Items, pairs.Items, like, err)
	}
}

// The article of the brief: one president, two spellings.
func TestZelenskyAndZelenskiyEndAsOnePerson(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("Call", "Zelensky spoke first. Later Zelenskiy agreed. Trump listened.")
	zelensky, zelenskiy := n.person("Zelensky"), n.person("Zelenskiy", "Wolodymyr Selenskyj")
	spoke, agreed := n.claim(article, "spoke first"), n.claim(article, "agreed")
	n.link(article, spoke, annotate.RoleSpeaker, n.mention(article, annotate.Speaker, "Zelensky", zelensky.ID))
	n.link(article, agreed, annotate.RoleSpeaker, n.mention(article, annotate.Speaker, "Zelenskiy", zelenskiy.ID))
	like, err := n.EntitiesLike(t.Context(), in(n.project), zelensky.ID, 10)
	if got := names(like); err != nil || !slices.Equal(got, []string{"Zelenskiy"}) {
		t.Fatalf("like Zelensky are %q (%v), want Zelenskiy", got, err)
	}
	before, err := n.Stamp(t.Context(), in(n.project), article, store.Shared)
	if err != nil {
		t.Fatal(err)
	}
	remains := n.merge(zelenskiy.ID, zelensky.ID)
	want := zelensky
	want.Names = []annotate.EntityName{{Name: "Wolodymyr Selenskyj", Type: annotate.Spelling}, {Name: "Zelenskiy", Type: annotate.Spelling}}
	if diff := cmp.Diff(want, remains); diff != "" {
		t.Errorf("what remains (-want +got):\n%s", diff)
	}
	if after, err := n.Stamp(t.Context(), in(n.project), article, store.Shared); err != nil || after == before {
		t.Errorf("the article's stamp is %v (%v), as it was before", after, err)
	}
	if got := n.readEntity(zelenskiy.ID); got.MergedInto != zelensky.ID || got.Name != "Zelenskiy" {
		t.Errorf("the other is now %+v", got)
	}
	for _, query := range []string{"", "zelensky", "Zelenskiy", "selenskyj"} {
		found := n.search(store.EntityFilter{Query: query})
		if len(found) != 1 || found[0].ID != zelensky.ID || found[0].Mentions != 2 || found[0].Claims != 2 {
			t.Errorf("%q finds %+v, want one person with two mentions and two claims", query, found)
		}
	}
	for _, id := range []annotate.ID{zelensky.ID, zelenskiy.ID} {
		if got := n.list(store.ClaimFilter{Speaker: id}); !slices.Equal(got, []annotate.ID{spoke, agreed}) {
			t.Errorf("by %s one finds %v, want both claims", id, got)
		}
	}
	_, err = n.AddEntity(t.Context(), n.project, annotate.Entity{Type: annotate.Person, Name: "zelenskiy", CreatedBy: n.ana}, n.later())
	if exists, ok := errors.AsType[annotate.EntityExists](err); !ok || exists.Entity.ID != zelensky.ID {
		t.Errorf("added again: %v, want to be told of the one there is", err)
	}
}

func TestAMergeIsUndoneWhole(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	a, b, c, d := n.person("Anna", "Ann"), n.person("Bertha", "Bert", "Anna"), n.person("Carla"), n.person("Dora")
	was := map[annotate.ID]annotate.Entity{a.ID: a, b.ID: b, c.ID: c, d.ID: d}
	check := func(when string, want ...annotate.Entity) {
		t.Helper()
		for _, e := range want {
			if diff := cmp.Diff(e, n.readEntity(e.ID)); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", when, e.Name, diff)
			}
		}
	}
	unmerge := func(id annotate.ID) {
		t.Helper()
		if _, err := n.UnmergeEntity(t.Context(), n.project, id); err != nil {
			t.Fatal(err)
		}
	}
	n.merge(a.ID, b.ID)
	together := n.readEntity(b.ID)
	n.merge(b.ID, c.ID)
	n.merge(d.ID, a.ID) // which is c by now
	all := []string{"Ann", "Anna", "Bert", "Bertha", "Dora"}
	if got := n.readEntity(c.ID); !slices.Equal(alternatives(got), all) {
		t.Errorf("all in one, it is also called %q, want %q", alternatives(got), all)
	}
	for _, id := range []annotate.ID{a.ID, b.ID, d.ID} {
		if got := n.readEntity(id).MergedInto; got != c.ID {
			t.Errorf("%s was merged into %q, want what all ended in", was[id].Name, got)
		}
	}
	mergers, err := n.Mergers(t.Context(), n.project, c.ID)
	if err != nil || len(mergers) != 3 || mergers[0].Name != "Dora" || mergers[0].With != c.ID || mergers[0].By.Name != "Mara Lind" || !mergers[0].At.Equal(n.now) ||
		mergers[2].Name != "Anna" || mergers[2].With != b.ID {
		t.Errorf("mergers are %+v (%v), want Dora's, Bertha's and Anna's", mergers, err)
	}

	unmerge(b.ID)
	check("b out of c", together)
	onlyD := c
	onlyD.Names = []annotate.EntityName{{Name: "Dora", Type: annotate.Spelling}}
	check("b out of c", onlyD)
	if got := n.readEntity(a.ID).MergedInto; got != b.ID {
		t.Errorf("what was merged into b is merged into %q, want b again", got)
	}
	unmerge(a.ID)
	unmerge(a.ID) // no harm in asking again
	unmerge(d.ID)
	check("all undone", a, b, c, d)
}

func TestOneOfAChainComesOutByItself(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	a, b, c := n.person("Anna", "Ann"), n.person("Bertha"), n.person("Carla")
	n.merge(a.ID, b.ID)
	n.merge(b.ID, c.ID)
	if got, err := n.UnmergeEntity(t.Context(), n.project, a.ID); err != nil || cmp.Diff(a, got) != "" {
		t.Errorf("came out as %+v (%v), want %+v", got, err, a)
	}
	if got := alternatives(n.readEntity(c.ID)); !slices.Equal(got, []string{"Bertha"}) {
		t.Errorf("what remains is also called %q, want Bertha alone", got)
	}
	if got := n.readEntity(b.ID); len(got.Names) != 0 || got.MergedInto != c.ID {
		t.Errorf("the one between is %+v, want it without Anna's names", got)
	}
}

func TestMergesInCirclesAreRefused(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	a, b, c := n.person("Anna"), n.person("Bertha"), n.person("Carla")
	n.merge(a.ID, b.ID)
	if remains := n.merge(a.ID, b.ID); remains.ID != b.ID {
		t.Errorf("merged again, %q remains", remains.Name)
	}
	for name, test := range map[string]struct {
		from, into annotate.ID
		field      string
	}{
		"into itself":            {c.ID, c.ID, "into"},
		"back":                   {b.ID, a.ID, "into"},
		"away from where it is":  {a.ID, c.ID, "entity"},
		"merged and into itself": {a.ID, a.ID, ""},
	} {
		_, err := n.MergeEntity(t.Context(), n.project, store.Merge{From: test.from, Into: test.into, By: n.mara, At: n.later()})
		bad, refused := errors.AsType[annotate.Invalid](err)
		if refused != (test.field != "") || refused && bad[test.field] == "" {
			t.Errorf("%s: %v, want a complaint about %q", name, err, test.field)
		}
	}
	_, err := n.UpdateEntity(t.Context(), n.project, a.ID, func(e *annotate.Entity) error { e.Name = "Other"; return nil })
	if bad, ok := errors.AsType[annotate.Invalid](err); !ok || bad["entity"] == "" {
		t.Errorf("changing what is merged: %v, want a complaint", err)
	}
}

func TestMergesAtTheSameMomentMakeNoCircle(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	people := []annotate.Entity{}
	for i := range 6 {
		people = append(people, n.person(fmt.Sprintf("Person %d", i)))
	}
	var all sync.WaitGroup
	for i := range people {
		for j := range people {
			all.Go(func() {
				_, err := n.MergeEntity(t.Context(), n.project, store.Merge{From: people[i].ID, Into: people[j].ID, By: n.mara, At: monday})
				if _, refused := errors.AsType[annotate.Invalid](err); err != nil && !refused {
					t.Errorf("merge: %v", err)
				}
			})
		}
	}
	all.Wait()
	left := n.search(store.EntityFilter{})
	if len(left) != 1 || len(left[0].Names) != 5 {
		t.Fatalf("left are %+v, want one person with five more names", left)
	}
	for _, p := range people {
		if got := n.readEntity(p.ID); got.ID != left[0].ID && got.MergedInto != left[0].ID {
			t.Errorf("%s leads to %q, want the one that is left", p.Name, got.MergedInto)
		}
	}
}

func TestAnUndoneMergeFindsItsNameTaken(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	a, b := n.person("Anna"), n.person("Bertha")
	n.merge(a.ID, b.ID)
	if _, err := n.UpdateEntity(t.Context(), n.project, b.ID, func(e *annotate.Entity) error { e.Names = nil; return nil }); err != nil {
		t.Fatal(err)
	}
	again := n.person("ANNA")
	_, err := n.UnmergeEntity(t.Context(), n.project, a.ID)
	if exists, ok := errors.AsType[annotate.EntityExists](err); !ok || exists.Entity.ID != again.ID {
		t.Errorf("got %v, want to be told of the one there is", err)
	}
	if got := n.readEntity(a.ID).MergedInto; got != b.ID {
		t.Errorf("after the refusal it is merged into %q", got)
	}
}

// pairs lists the pairs that are alike, page by page.
func (n *newsroom) pairs(limit int) []string {
	n.tb.Helper()
	list, cursor := []string{}, ""
	for {
		page, err := n.AlikeEntities(n.tb.Context(), in(n.project), limit, cursor)
		if err != nil {
			n.tb.Fatal(err)
		}
		for _, p := range page.Items {
			pair := []string{p.One.Name, p.Other.Name}
			slices.Sort(pair)
			list = append(list, strings.Join(pair, " & "))
		}
		if cursor = page.Next; cursor == "" {
			slices.Sort(list)
			return list
		}
	}
}

func TestEntitiesThatMayBeOneArePaired(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	n.person("Volodymyr Zelensky")
	n.person("Zelenskiy", "Wolodymyr Selenskyj")
	n.person("Volodymyr Selenskyj")
	putin := n.person("Vladimir Vladimirovich Putin")
	short := n.person("Putin")
	n.person("Nobody Else")
	n.entity(annotate.Place, "Putin")
	merged := n.person("Long Gone")
	n.merge(merged.ID, n.person("Far Away").ID)
	n.person("Long Gone-By")
	want := []string{
		"Far Away & Long Gone-By",              // by the name it took over
		"Putin & Vladimir Vladimirovich Putin", // one name in the other
		"Volodymyr Selenskyj & Volodymyr Zelensky",
		"Volodymyr Selenskyj & Zelenskiy", // by the other spelling
		"Volodymyr Zelensky & Zelenskiy",
	}
	for _, limit := range []int{1, 2, 100} {
		if got := n.pairs(limit); !slices.Equal(got, want) {
			t.Errorf("%d at a time the pairs are %q, want %q", limit, got, want)
		}
	}
	like, err := n.EntitiesLike(t.Context(), in(n.project), short.ID, 10)
	if got := names(like); err != nil || !slices.Equal(got, []string{"Vladimir Vladimirovich Putin"}) {
		t.Errorf("like Putin are %q (%v)", got, err)
	}
	for range 2 { // telling again does no harm
		if err := n.TellApart(t.Context(), n.project, short.ID, putin.ID, n.mara, n.later()); err != nil {
			t.Fatal(err)
		}
	}
	want = slices.Delete(want, 1, 2)
	if got := n.pairs(100); !slices.Equal(got, want) {
		t.Errorf("told apart, the pairs are %q, want %q", got, want)
	}
	if like, err := n.EntitiesLike(t.Context(), in(n.project), short.ID, 10); err != nil || len(like) != 0 {
		t.Errorf("told apart, like Putin are %q (%v)", names(like), err)
	}
	err = n.TellApart(t.Context(), n.project, short.ID, short.ID, n.mara, n.later())
	if bad, ok := errors.AsType[annotate.Invalid](err); !ok || bad["other"] == "" {
		t.Errorf("told apart from itself: %v", err)
	}
}

func TestPairsAreFoundAmongManyEntities(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	n.exec(`INSERT INTO entities (project_id, id, type, name, created_by, created_at)
		SELECT $1, gen_random_uuid(), 'person', md5(i::text), $2, now() FROM generate_series(1, 900) AS i`, n.project, n.mara)
	n.person("zz Last Person")
	n.person("zz Last Persons")
	n.person("0 First Person")
	n.person("0 First Persone")
	want := []string{"0 First Person & 0 First Persone", "zz Last Person & zz Last Persons"}
	for _, limit := range []int{1, 50} {
		if got := n.pairs(limit); !slices.Equal(got, want) {
			t.Errorf("%d at a time the pairs are %q, want %q", limit, got, want)
		}
	}
}
