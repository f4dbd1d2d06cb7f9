package store_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// signedIn is somebody as they ask with a session of theirs.
func (p *apart) signedIn(a store.Asker) store.Asker {
	p.tb.Helper()
	secret := "session of " + string(a.User.ID)
	hash := sha256.Sum256([]byte(secret))
	p.exec(`INSERT INTO sessions (token_hash, id, user_id, user_agent, created_at, seen_at, expires_at) VALUES ($1, $2, $3, 'a test', $4, $4, $5)`,
		hash[:], store.NewID(), a.User.ID, p.now, p.now.Add(240*time.Hour))
	found, err := p.Asker(p.tb.Context(), store.Credential{Secret: store.Secret(secret)}, p.slug, p.later())
	if err != nil {
		p.tb.Fatal(err)
	}
	return found
}

// finished is an article that Ana and Ben have finished. Rita has signed in.
func finished(tb testing.TB) *apart {
	tb.Helper()
	p := newApart(tb)
	p.finish(p.ana)
	p.finish(p.ben)
	p.rita = p.signedIn(p.rita)
	return p
}

// member is somebody more.
func (p *apart) member(name string, role annotate.Role) store.Asker {
	p.tb.Helper()
	id := p.user(name)
	if _, err := p.SetMember(p.tb.Context(), store.NewMember{Project: p.project, Who: string(id), Role: role, At: p.later()}); err != nil {
		p.tb.Fatal(err)
	}
	return store.Asker{User: annotate.User{ID: id}, Project: p.rita.Project, Role: role}
}

func (p *apart) adjudication() store.Adjudication {
	p.tb.Helper()
	a, err := p.Adjudication(p.tb.Context(), p.rita, p.article)
	if err != nil {
		p.tb.Fatal(err)
	}
	return a
}

// taking settles that Ben's claim stands.
func (p *apart) taking(seen annotate.ID) store.Settling {
	result := store.NewID()
	claim := annotate.Annotation{ID: result, Kind: annotate.Claim, Fragments: p.fragments(p.article, "the harbour was safe")}
	return store.Settling{
		Article: p.article, ID: store.NewID(), Seen: seen, At: p.later(),
		Rulings: []annotate.Ruling{{
			ID: store.NewID(), Way: annotate.RuleTake, On: []annotate.SeenAnnotation{{ID: p.claim, Version: 1}}, Result: result, Cause: "Overlooked", Note: "Ana did not see it.",
		}},
		Operations: []annotate.Operation{{Op: annotate.Put, Annotation: &claim}},
	}
}

func TestWhatIsSettledIsReadBackWhole(t *testing.T) {
	t.Parallel()
	p := newApart(t)
	if _, err := p.Adjudication(t.Context(), p.rita, p.article); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("what nobody has finished is there to be adjudicated: %v", err)
	}
	p.finish(p.ana)
	p.finish(p.ben)
	p.rita = p.signedIn(p.rita)
	if a := p.adjudication(); len(a.Rulings) != 0 || len(a.Stands.Annotations) != 0 || len(a.Works) != 2 {
		t.Errorf("at first there is %+v", a)
	}
	n := p.taking("")
	if err := p.Settle(t.Context(), p.rita, n); err != nil {
		t.Fatal(err)
	}
	a := p.adjudication()
	want := n.Rulings[0]
	want.Article, want.By, want.At = p.article, p.rita.User.ID, n.At
	if len(a.Rulings) != 1 || fmt.Sprint(a.Rulings[0]) != fmt.Sprint(want) {
		t.Errorf("settled is %+v, want %+v", a.Rulings, want)
	}
	if stands := a.Stands.Annotations[want.Result]; stands.Kind != annotate.Claim || stands.CreatedBy != p.rita.User.ID {
		t.Errorf("what stands is %+v", a.Stands)
	}
	log, err := p.LogBefore(t.Context(), p.rita, p.article, store.Adjudicated, 0, 10)
	if err != nil || len(log.Entries) != 1 || log.Entries[0].ID != n.ID {
		t.Errorf("the log of the adjudicated set is %+v, %v", log.Entries, err)
	}
	drop := store.Settling{Article: p.article, Seen: want.ID, At: p.later(), Rulings: []annotate.Ruling{
		{ID: store.NewID(), Way: annotate.RuleDrop, On: want.On},
	}}
	if err := p.Settle(t.Context(), p.mara, drop); err != nil {
		t.Fatal(err)
	}
	if a := p.adjudication(); len(a.Rulings) != 2 || a.Rulings[1].Way != annotate.RuleDrop || a.Rulings[1].Result != "" {
		t.Errorf("then there is %+v", a.Rulings)
	}
	counts, err := p.CauseCounts(t.Context(), p.project)
	if err != nil || len(counts) != 0 {
		t.Errorf("the newest ruling gives no cause, and counted are %+v, %v", counts, err)
	}
}

func TestWhatCannotStandIsNotSettled(t *testing.T) {
	t.Parallel()
	p := finished(t)
	bad := p.taking("")
	bad.Operations[0].Annotation.Fragments = []annotate.Fragment{{Start: 5, End: 1000}}
	for name, try := range map[string]func() error{
		"beyond the text": func() error { return p.Settle(t.Context(), p.rita, bad) },
		"by an analyst":   func() error { return p.Settle(t.Context(), p.ana, p.taking("")) },
		"on nothing there": func() error {
			n := p.taking("")
			n.Rulings[0].On[0].ID = store.NewID()
			return p.Settle(t.Context(), p.rita, n)
		},
		"unseen": func() error { return p.Settle(t.Context(), p.rita, p.taking(store.NewID())) },
		"elsewhere": func() error {
			n := p.taking("")
			n.Article = store.NewID()
			return p.Settle(t.Context(), p.rita, n)
		},
	} {
		if err := try(); err == nil {
			t.Errorf("%s it is settled", name)
		}
		if a := p.adjudication(); len(a.Rulings) != 0 || len(a.Stands.Annotations) != 0 {
			t.Errorf("%s it leaves %+v, %+v", name, a.Rulings, a.Stands)
		}
	}
	if _, err := p.Adjudications(t.Context(), p.ana, store.WorkFilter{}, 10); !errors.Is(err, annotate.ErrForbidden) {
		t.Errorf("an analyst is shown what is to be adjudicated: %v", err)
	}
}

// Each has seen what was there before either settled anything.
func TestTwoDoNotSettleTheSameAtOnce(t *testing.T) {
	t.Parallel()
	p := finished(t)
	const crowd = 12 // more than the pool has connections
	settlings := make([]store.Settling, crowd)
	for i := range settlings {
		settlings[i] = p.taking("")
	}
	var all sync.WaitGroup
	results := make([]error, crowd)
	for i := range settlings {
		all.Go(func() { results[i] = p.Settle(t.Context(), p.rita, settlings[i]) })
	}
	all.Wait()
	settled := 0
	for _, err := range results {
		switch {
		case err == nil:
			settled++
		case !errors.Is(err, store.ErrStale):
			t.Error(err)
		}
	}
	if a := p.adjudication(); settled != 1 || len(a.Rulings) != 1 || len(a.Stands.Annotations) != 1 {
		t.Errorf("%d settled it, and there stand %d", settled, len(a.Stands.Annotations))
	}
}

func TestEachProjectHasItsCauses(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	other := n.newProject("other")
	read := func(project annotate.ID) []string {
		t.Helper()
		causes, err := n.Causes(t.Context(), project)
		if err != nil {
			t.Fatal(err)
		}
		return causes
	}
	if got := read(n.project); !slices.Equal(got, annotate.DefaultCauses()) {
		t.Errorf("at first they are %q", got)
	}
	own := []string{"Headline misread", "Slip"}
	if err := n.ChangeCauses(t.Context(), n.project, own); err != nil {
		t.Fatal(err)
	}
	if got := read(n.project); !slices.Equal(got, own) {
		t.Errorf("they are %q, want %q", got, own)
	}
	if got := read(other); !slices.Equal(got, annotate.DefaultCauses()) {
		t.Errorf("those of another project are %q", got)
	}
	if err := n.ChangeCauses(t.Context(), n.project, nil); err != nil || !slices.Equal(read(n.project), annotate.DefaultCauses()) {
		t.Errorf("back they are %q, %v", read(n.project), err)
	}
	if err := n.ChangeCauses(t.Context(), store.NewID(), own); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("of no project: %v", err)
	}
	if err := n.ChangeCauses(t.Context(), n.project, []string{}); err == nil {
		t.Error("there may be no cause at all")
	}
}

// The door ends what it has begun. What is settled with it must be there too.
func TestSettlingIsEndedThoughWhoeverAskedHasGone(t *testing.T) {
	t.Parallel()
	p := finished(t)
	ctx, gone := context.WithCancel(t.Context())
	gone()
	if err := p.Settle(ctx, p.rita, p.taking("")); err != nil {
		t.Fatal(err)
	}
	if a := p.adjudication(); len(a.Rulings) != 1 || len(a.Stands.Annotations) == 0 {
		t.Errorf("there are %d rulings, and %d annotations stand", len(a.Rulings), len(a.Stands.Annotations))
	}
}
