package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
	"onrecord.dev/internal/store/storetest"
)

// desk is a project with an article, and somebody to work on it.
type desk struct {
	*store.Store
	tb      testing.TB
	url     string
	project annotate.ID
	user    annotate.ID
	article annotate.ID
}

var monday = time.Date(2026, 11, 23, 8, 15, 0, 0, time.UTC)

const deskText = "Harbour plan\n\n“We will build it,” Ana Berg said, according to a recording heard by the Tide. She added: “Soon.” 👩‍🚒 waved."

func newDesk(tb testing.TB) *desk {
	tb.Helper()
	d := &desk{tb: tb, url: storetest.URL(tb)}
	d.Store = d.open()
	user, err := d.AddUser(tb.Context(), store.NewUser{Email: "ana@example.org", Name: "Ana", Password: "correct horse", At: monday})
	if err != nil {
		tb.Fatal(err)
	}
	project, err := d.AddProject(tb.Context(), store.NewProject{Slug: "harbour", Name: "Harbour", Creator: user.ID, At: monday})
	if err != nil {
		tb.Fatal(err)
	}
	d.user, d.project = user.ID, project.ID
	d.article = d.addArticle(deskText)
	return d
}

// open opens the database once more, as another server process would.
func (d *desk) open() *store.Store {
	d.tb.Helper()
	s, err := store.Open(d.tb.Context(), d.url)
	if err != nil {
		d.tb.Fatal(err)
	}
	d.tb.Cleanup(s.Close)
	return s
}

func (d *desk) addArticle(text string) annotate.ID {
	d.tb.Helper()
	doc, err := d.AddArticle(d.tb.Context(), d.project, annotate.Article{CreatedBy: d.user}, text, monday)
	if err != nil {
		d.tb.Fatal(err)
	}
	return doc.Article.ID
}

func (d *desk) changeSet(operations ...annotate.Operation) annotate.ChangeSet {
	return annotate.ChangeSet{ID: store.NewID(), Author: d.user, At: monday, Operations: operations}
}

// do appends operations to the desk's article.
func (d *desk) do(operations ...annotate.Operation) (store.Appended, error) {
	return d.Append(d.tb.Context(), d.project, d.article, store.Shared, d.changeSet(operations...))
}

func (d *desk) mustDo(operations ...annotate.Operation) store.Appended {
	d.tb.Helper()
	done, err := d.do(operations...)
	if err != nil {
		d.tb.Fatal(err)
	}
	return done
}

func (d *desk) read() annotate.AnnotatedArticle {
	d.tb.Helper()
	doc, _, err := d.AnnotatedArticle(d.tb.Context(), in(d.project), d.article, store.Shared)
	if err != nil {
		d.tb.Fatal(err)
	}
	return doc
}

func span(kind string, start, end int) annotate.Annotation {
	return annotate.Annotation{ID: store.NewID(), Kind: kind, Fragments: []annotate.Fragment{{Start: start, End: end}}, Attributes: annotate.Attributes{}}
}

func putAnnotation(a annotate.Annotation) annotate.Operation {
	return annotate.Operation{Op: annotate.Put, Annotation: &a}
}

func deleteAnnotation(id annotate.ID, version int) annotate.Operation {
	return annotate.Operation{Op: annotate.Delete, Annotation: &annotate.Annotation{ID: id, Version: version}}
}

// saidBy links a claim to its speaker.
func saidBy(claim, speaker annotate.ID) annotate.Operation {
	return annotate.Operation{Op: annotate.Put, Link: &annotate.Link{
		ID: store.NewID(), From: claim, To: speaker, Role: annotate.RoleSpeaker, Attributes: annotate.Attributes{},
	}}
}

func TestWhatWasAppendedIsReadBackWhole(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	claim := span(annotate.Claim, 14, 34)
	claim.Fragments = append(claim.Fragments, annotate.Fragment{Start: 99, End: 106}, annotate.Fragment{Start: 88, End: 99})
	claim.Attributes = annotate.Attributes{"quotation": "direct", "not_stated": []string{"source"}}
	speaker := span(annotate.Speaker, 34, 42)
	link := saidBy(claim.ID, speaker.ID)
	done := d.mustDo(putAnnotation(claim), putAnnotation(speaker), link)
	if done.Seq != 1 || done.Replayed {
		t.Errorf("seq %d, replayed %t; want 1 and false", done.Seq, done.Replayed)
	}
	doc := d.read()
	provenance := func(a annotate.Annotation) annotate.Annotation {
		a.Version, a.Edited, a.Codebook, a.Review = 1, 1, 1, annotate.Unreviewed
		a.CreatedBy, a.CreatedAt, a.UpdatedBy, a.UpdatedAt = d.user, monday, d.user, monday
		return a
	}
	want := []annotate.Annotation{provenance(claim), provenance(speaker)}
	if diff := cmp.Diff(want, doc.Annotations); diff != "" {
		t.Errorf("annotations (-want +got):\n%s", diff)
	}
	wantLink := *link.Link
	wantLink.Version, wantLink.CreatedBy, wantLink.CreatedAt, wantLink.UpdatedBy, wantLink.UpdatedAt = 1, d.user, monday, d.user, monday
	if diff := cmp.Diff([]annotate.Link{wantLink}, doc.Links); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	if doc.Seq != 1 || doc.Revision.Text != deskText {
		t.Errorf("seq %d and text %q", doc.Seq, doc.Revision.Text)
	}
}

func TestTheSameChangeSetAgainGetsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	cs := d.changeSet(putAnnotation(span(annotate.Claim, 14, 34)))
	first, err := d.Append(t.Context(), d.project, d.article, store.Shared, cs)
	if err != nil {
		t.Fatal(err)
	}
	d.mustDo(deleteAnnotation(cs.Operations[0].Annotation.ID, 1)) // so that it could not be done again
	for name, s := range map[string]*store.Store{"this process": d.Store, "another process": d.open()} {
		again, err := s.Append(t.Context(), d.project, d.article, store.Shared, cs)
		if err != nil {
			t.Fatal(name, err)
		}
		if again.Seq != 1 || !again.Replayed {
			t.Errorf("%s: seq %d, replayed %t", name, again.Seq, again.Replayed)
		}
		if diff := cmp.Diff(annotate.Records(first.Operations), annotate.Records(again.Operations)); diff != "" {
			t.Errorf("%s: operations (-first +again):\n%s", name, diff)
		}
		if diff := cmp.Diff(annotate.Records(first.Inverse), annotate.Records(again.Inverse)); diff != "" {
			t.Errorf("%s: inverse (-first +again):\n%s", name, diff)
		}
	}
	other := d.addArticle("Another article.")
	if _, err := d.Append(t.Context(), d.project, other, store.Shared, cs); !errors.Is(err, annotate.ErrExists) {
		t.Errorf("the same change set for another article: %v, want ErrExists", err)
	}
}

func TestRefusedChangeSetsLeaveNoTrace(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	claim := span(annotate.Claim, 14, 34)
	d.mustDo(putAnnotation(claim))
	elsewhere := span(annotate.Claim, 0, 7)
	if _, err := d.Append(t.Context(), d.project, d.addArticle("Another article."), store.Shared, d.changeSet(putAnnotation(elsewhere))); err != nil {
		t.Fatal(err)
	}
	edited := claim
	edited.Version, edited.Attributes = 1, annotate.Attributes{"quotation": "mixed"}
	d.mustDo(putAnnotation(edited))

	good := putAnnotation(span(annotate.Speaker, 34, 42))
	ghost := span(annotate.Speaker, 34, 42)
	ghost.Entity = store.NewID()
	wrong := span(annotate.Claim, 14, 34)
	wrong.Fragments[0].Exact = "something else"
	past := span(annotate.Claim, 14, 3400)
	inside := span(annotate.Claim, strings.Index(deskText, "👩")-20, 110)
	inside.Fragments[0] = annotate.Fragment{Start: 0, End: emojiAt(t) + 1}
	tests := map[string]struct {
		operations []annotate.Operation
		field      string // of an annotate.Refused, or empty for a conflict
	}{
		"offset past the end":        {[]annotate.Operation{good, putAnnotation(past)}, "annotation.fragments[0].end"},
		"offset inside a grapheme":   {[]annotate.Operation{good, putAnnotation(inside)}, "annotation.fragments[0].end"},
		"wrong exact":                {[]annotate.Operation{good, putAnnotation(wrong)}, "annotation.fragments[0].exact"},
		"unknown entity":             {[]annotate.Operation{good, putAnnotation(ghost)}, "annotation.entity"},
		"another article's id":       {[]annotate.Operation{good, putAnnotation(elsewhere)}, "annotation.id"},
		"link to nothing":            {[]annotate.Operation{good, saidBy(claim.ID, store.NewID())}, "link.to"},
		"no operation":               {nil, ""},
		"a version that is outdated": {[]annotate.Operation{good, putAnnotation(func() annotate.Annotation { c := claim; c.Version = 1; return c }())}, "conflict"},
		"a deletion that is late":    {[]annotate.Operation{good, deleteAnnotation(claim.ID, 1)}, "conflict"},
		"a new one that is there":    {[]annotate.Operation{good, putAnnotation(claim)}, "conflict"},
	}
	before := d.read()
	for name, test := range tests {
		_, err := d.do(test.operations...)
		if test.field == "conflict" {
			conflict, ok := errors.AsType[annotate.Conflict](err)
			if !ok || len(conflict) != 1 || conflict[0].Operation != 1 || conflict[0].Annotation == nil || conflict[0].Annotation.Version != 2 {
				t.Errorf("%s: %v, want a conflict with version 2", name, err)
			}
			continue
		}
		refused, ok := errors.AsType[annotate.Refused](err)
		if !ok || len(refused) != 1 || refused[0].Field != test.field {
			t.Errorf("%s: %v, want one complaint about %q", name, err, test.field)
		}
	}
	if diff := cmp.Diff(before, d.read()); diff != "" {
		t.Errorf("something was written (-before +after):\n%s", diff)
	}
	if _, err := d.Append(t.Context(), d.project, store.NewID(), store.Shared, d.changeSet(good)); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("no such article: %v, want ErrNotFound", err)
	}
	cs := d.changeSet(good)
	cs.ID = "one"
	if _, err := d.Append(t.Context(), d.project, d.article, store.Shared, cs); err == nil {
		t.Error("a change set called one was taken")
	}
}

// emojiAt is the code-point offset of the last emoji in deskText.
func emojiAt(t *testing.T) int {
	t.Helper()
	at := slices.Index([]rune(deskText), '👩')
	if at < 0 {
		t.Fatal("no emoji in the text")
	}
	return at
}

func TestAReviewedClaimThatChangesIsUnreviewedAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	claim, speaker := span(annotate.Claim, 14, 34), span(annotate.Speaker, 34, 42)
	d.mustDo(putAnnotation(claim), putAnnotation(speaker), saidBy(claim.ID, speaker.ID))
	decide := func(version int) {
		t.Helper()
		r := annotate.Review{ID: store.NewID(), Claim: claim.ID, Version: version, Decision: annotate.Dispute, Reason: "no", Reviewer: d.user, CreatedAt: monday}
		if _, err := d.Decide(t.Context(), d.project, r); err != nil {
			t.Fatal(err)
		}
	}
	state := func() annotate.ReviewState { return d.read().Annotations[0].Review }
	decide(1)
	if got := state(); got != annotate.Disputed {
		t.Fatalf("after the decision it is %s", got)
	}
	same := claim
	same.Version = 1
	d.mustDo(putAnnotation(same))
	if got := state(); got != annotate.Disputed {
		t.Errorf("put as it was, it is %s", got)
	}
	// What the claim leads to is part of what was reviewed.
	speaker.Version, speaker.Attributes = 1, annotate.Attributes{"on_record": "background"}
	done := d.mustDo(putAnnotation(speaker))
	if got := state(); got != annotate.Unreviewed {
		t.Errorf("with another speaker it is still %s", got)
	}
	if last := done.Operations[len(done.Operations)-1]; last.Op != annotate.Touch || last.Annotation.ID != claim.ID || last.Annotation.Version != 2 {
		t.Errorf("the log ends with %s of %s at %d", last.Op, last.Annotation.ID, last.Annotation.Version)
	}
	decide(2)
	claim.Version, claim.Attributes = 1, annotate.Attributes{"quotation": "direct"} // 1: the touch does not conflict
	d.mustDo(putAnnotation(claim))
	if got := state(); got != annotate.Unreviewed {
		t.Errorf("after the edit it is still %s", got)
	}
	if reviews := d.read().Reviews; len(reviews) != 2 || reviews[0].Version != 1 || reviews[1].Version != 2 {
		t.Errorf("reviews %v: the old decisions are gone", reviews)
	}
}

func TestUndoRestoresWhatWasDeleted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	claim, speaker := span(annotate.Claim, 14, 34), span(annotate.Speaker, 34, 42)
	d.mustDo(putAnnotation(claim), putAnnotation(speaker), saidBy(claim.ID, speaker.ID))
	before := d.read()
	gone := d.mustDo(deleteAnnotation(speaker.ID, 1))
	if doc := d.read(); len(doc.Annotations) != 1 || len(doc.Links) != 0 {
		t.Fatalf("%d annotations and %d links are left, want 1 and 0", len(doc.Annotations), len(doc.Links))
	}
	// By another process, which has to find what was deleted.
	if _, err := d.open().Append(t.Context(), d.project, d.article, store.Shared, d.changeSet(gone.Inverse...)); err != nil {
		t.Fatal(err)
	}
	after := d.read()
	if len(after.Annotations) != 2 || len(after.Links) != 1 || after.Links[0].ID != before.Links[0].ID {
		t.Errorf("%d annotations and links %v are there, want 2 and the one before", len(after.Annotations), after.Links)
	}
	for _, a := range after.Annotations {
		if a.Version <= 1 {
			t.Errorf("%s is at version %d: versions must go on", a.Kind, a.Version)
		}
	}
}

// TestManyWritersLoseNothing has two processes write to the same articles at
// once, with conflicts and retries among them.
func TestManyWritersLoseNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const writers, each = 16, 25
	articles := []annotate.ID{d.article, d.addArticle(deskText), d.addArticle(deskText)}
	processes := []*store.Store{d.Store, d.open()}
	shared := span(annotate.Claim, 0, 7)
	d.mustDo(putAnnotation(shared))

	type written struct {
		article annotate.ID
		seq     int64
	}
	var mu sync.Mutex
	acknowledged := map[annotate.ID]written{}
	conflicts := 0
	var over sync.WaitGroup
	for w := range writers {
		over.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(w)))
			for range each {
				s, article := processes[random.IntN(2)], articles[random.IntN(len(articles))]
				op := putAnnotation(span(annotate.Claim, 14, 20+random.IntN(10)))
				if random.IntN(4) == 0 { // all want this one
					article = d.article
					edit := shared
					edit.Version = 1 + random.IntN(3)
					edit.Attributes = annotate.Attributes{"time": fmt.Sprint("by ", w)}
					op = putAnnotation(edit)
				}
				cs := d.changeSet(op)
				for range 2 { // as a client whose connection broke would
					done, err := s.Append(context.WithoutCancel(t.Context()), d.project, article, store.Shared, cs)
					mu.Lock()
					if _, conflict := errors.AsType[annotate.Conflict](err); conflict {
						conflicts++
					} else if err != nil {
						t.Errorf("append: %v", err)
					} else if was, twice := acknowledged[cs.ID]; twice && was.seq != done.Seq {
						t.Errorf("change set %s is %d and %d", cs.ID, was.seq, done.Seq)
					} else {
						acknowledged[cs.ID] = written{article, done.Seq}
					}
					mu.Unlock()
				}
			}
		})
	}
	over.Wait()
	found := 0
	for _, article := range articles {
		log, err := d.Changes(t.Context(), in(d.project), article, store.Shared, 0, 10_000)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range log {
			if e.Seq != int64(i+1) {
				t.Fatalf("entry %d of the log is numbered %d", i+1, e.Seq)
			}
			if was, ok := acknowledged[e.ID]; ok && was == (written{article, e.Seq}) {
				found++
			}
		}
	}
	if found != len(acknowledged) {
		t.Errorf("%d of %d acknowledged change sets are in the log", found, len(acknowledged))
	}
	if conflicts == 0 || len(acknowledged) < writers*each/2 {
		t.Errorf("%d conflicts and %d acknowledged: the trial was no trial", conflicts, len(acknowledged))
	}
	replay := annotate.NewState(nil, nil)
	log, _ := d.Changes(t.Context(), in(d.project), d.article, store.Shared, 0, 10_000)
	for _, e := range log {
		operations, err := e.Outcome()
		if err != nil {
			t.Fatal(err)
		}
		replay.Replay(operations.Operations)
	}
	for _, a := range d.read().Annotations {
		got := replay.Annotations[a.ID]
		if got.Version != a.Version || !got.Attributes.Equal(a.Attributes) {
			t.Errorf("the log says %v of %s, the state %v", got.Attributes, a.ID, a.Attributes)
		}
	}
}

func TestNewCodebooksHoldForTheNextChangeSet(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	other := d.open()
	loud := span(annotate.Claim, 14, 34)
	loud.Attributes = annotate.Attributes{"volume": "loud"}
	if _, err := other.Append(t.Context(), d.project, d.article, store.Shared, d.changeSet(putAnnotation(loud))); err == nil {
		t.Fatal("an unknown attribute was taken")
	}
	codebook := annotate.DefaultCodebook()
	codebook.Attributes = append(codebook.Attributes, annotate.Attribute{
		Name: "volume", Label: "Volume", Type: annotate.Choice, Kinds: []string{annotate.Claim}, Roles: []annotate.LinkRole{},
		Values: []annotate.Value{{Value: "loud", Label: "Loud", Active: true}}, Active: true,
	})
	if _, err := d.ChangeCodebook(t.Context(), store.CodebookChange{Project: d.project, Codebook: codebook, Base: 1, By: d.user, At: monday}); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Append(t.Context(), d.project, d.article, store.Shared, d.changeSet(putAnnotation(loud))); err != nil {
		t.Errorf("by the new codebook: %v", err)
	}
}
