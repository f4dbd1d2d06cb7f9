package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// list lists the ids of the claims f leaves, all pages of them.
func (n *newsroom) list(f store.ClaimFilter) []annotate.ID {
	n.tb.Helper()
	ids := []annotate.ID{}
	for {
		page, err := n.Claims(n.tb.Context(), in(n.project), f)
		if err != nil {
			n.tb.Fatal(err)
		}
		for _, c := range page.Items {
			ids = append(ids, c.Claim.ID)
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			return ids
		}
	}
}

// TestEachFilterFindsItsClaims lists two articles' claims through every
// filter, alone and together.
func TestEachFilterFindsItsClaims(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	brandt, vos := n.entity(annotate.Person, "Ilse Brandt"), n.entity(annotate.Person, "Jan Vos")
	courier, tape := n.entity(annotate.Outlet, "The Courier"), n.entity(annotate.Recording, "The tape")

	first := n.article("Harbour wall", harbour)
	hold := n.claim(first, "The wall will hold this winter")
	deal := n.claim(first, "a good deal 🌊 for everyone")
	silent := n.claim(first, "declined to comment")
	n.link(first, hold, annotate.RoleSpeaker, n.mention(first, annotate.Speaker, "Ilse Brandt", brandt))
	n.link(first, deal, annotate.RoleSpeaker, n.mention(first, annotate.Speaker, "Jan Vos", vos))
	recording := n.mention(first, annotate.Source, "a recording", tape)
	n.link(first, hold, annotate.RoleSource, recording)
	n.link(first, recording, annotate.RoleVia, n.mention(first, annotate.Source, "the Courier", courier))

	second := n.article("Ferry", "The ferry is late, Vos wrote to the Courier.\n")
	late := n.tag(second, n.mara, annotate.Annotation{Kind: annotate.Claim, Fragments: n.fragments(second, "The ferry is late")})
	n.link(second, late, annotate.RoleSpeaker, n.mention(second, annotate.Speaker, "Vos", vos))
	n.link(second, late, annotate.RoleSource, n.mention(second, annotate.Source, "the Courier", courier))
	n.decide(late, n.ben, annotate.Approve, "")
	n.decide(deal, n.ben, annotate.Dispute, "Who says so?")

	tests := map[string]struct {
		filter store.ClaimFilter
		want   []annotate.ID
	}{
		"nothing":            {store.ClaimFilter{}, []annotate.ID{hold, deal, silent, late}},
		"unreviewed":         {store.ClaimFilter{State: annotate.Unreviewed}, []annotate.ID{hold, silent}},
		"approved":           {store.ClaimFilter{State: annotate.Approved}, []annotate.ID{late}},
		"disputed":           {store.ClaimFilter{State: annotate.Disputed}, []annotate.ID{deal}},
		"rejected":           {store.ClaimFilter{State: annotate.Rejected}, nil},
		"speaker":            {store.ClaimFilter{Speaker: vos}, []annotate.ID{deal, late}},
		"speaker and state":  {store.ClaimFilter{Speaker: vos, State: annotate.Approved}, []annotate.ID{late}},
		"source at hand":     {store.ClaimFilter{Source: tape}, []annotate.ID{hold}},
		"source in a chain":  {store.ClaimFilter{Source: courier}, []annotate.ID{hold, late}},
		"speaker and source": {store.ClaimFilter{Speaker: vos, Source: courier}, []annotate.ID{late}},
		"source as speaker":  {store.ClaimFilter{Speaker: courier}, nil},
		"unknown entity":     {store.ClaimFilter{Speaker: store.NewID()}, nil},
		"article":            {store.ClaimFilter{Article: first}, []annotate.ID{hold, deal, silent}},
		"article and state":  {store.ClaimFilter{Article: first, State: annotate.Disputed}, []annotate.ID{deal}},
		"article, speaker":   {store.ClaimFilter{Article: first, Speaker: vos}, []annotate.ID{deal}},
		"author":             {store.ClaimFilter{Author: n.mara}, []annotate.ID{late}},
		"author and state":   {store.ClaimFilter{Author: n.ana, State: annotate.Disputed}, []annotate.ID{deal}},
		"word of the claim":  {store.ClaimFilter{Query: "Winter"}, []annotate.ID{hold}},
		"begun word":         {store.ClaimFilter{Query: "everyo"}, []annotate.ID{deal}},
		"word beside it":     {store.ClaimFilter{Query: "council"}, nil},
		"headline":           {store.ClaimFilter{Query: "harbour"}, []annotate.ID{hold, deal, silent}},
		"claim and headline": {store.ClaimFilter{Query: "harbour winter"}, []annotate.ID{hold}},
		"phrase":             {store.ClaimFilter{Query: `"good deal"`}, []annotate.ID{deal}},
		"no phrase":          {store.ClaimFilter{Query: `"deal good"`}, nil},
		"one or another":     {store.ClaimFilter{Query: "winter or late"}, []annotate.ID{hold, late}},
		"excluded word":      {store.ClaimFilter{Query: "-winter -late"}, []annotate.ID{deal, silent}},
		"excluded elsewhere": {store.ClaimFilter{Query: "deal -council"}, []annotate.ID{deal}},
		"words and speaker":  {store.ClaimFilter{Query: "late", Speaker: vos}, []annotate.ID{late}},
		"words of a source":  {store.ClaimFilter{Query: "late", Source: tape}, nil},
		"only punctuation":   {store.ClaimFilter{Query: "…"}, nil},
		"everything at once": {store.ClaimFilter{State: annotate.Approved, Speaker: vos, Source: courier, Article: second, Author: n.mara, Query: "ferry"}, []annotate.ID{late}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := n.list(tt.filter)
			if diff := cmp.Diff(append([]annotate.ID{}, tt.want...), got); diff != "" {
				t.Errorf("claims (-want +got):\n%s", diff)
			}
			one := tt.filter
			one.Limit = 1
			if paged := n.list(one); !slices.Equal(paged, got) {
				t.Errorf("one by one they are %v, at once %v", paged, got)
			}
			n.neighboursAgree(tt.filter, got)
			n.countsAgree(tt.filter)
		})
	}
}

// neighboursAgree holds the neighbours of each claim to the order of the list.
func (n *newsroom) neighboursAgree(f store.ClaimFilter, list []annotate.ID) {
	n.tb.Helper()
	at := func(i int) annotate.ID {
		if i < 0 || i >= len(list) {
			return ""
		}
		return list[i]
	}
	for i, id := range list {
		before, after, err := n.Neighbours(n.tb.Context(), in(n.project), f, id)
		if err != nil || before != at(i-1) || after != at(i+1) {
			n.tb.Errorf("the neighbours of claim %d are %q and %q, want %q and %q (%v)", i, before, after, at(i-1), at(i+1), err)
		}
	}
}

// countsAgree holds the counts to what lists of each state have.
func (n *newsroom) countsAgree(f store.ClaimFilter) {
	n.tb.Helper()
	page, err := n.Claims(n.tb.Context(), in(n.project), f)
	if err != nil {
		n.tb.Fatal(err)
	}
	for _, state := range annotate.ReviewStates {
		f.State = state
		if got, want := page.Counts[state], len(n.list(f)); page.Counts != nil && got != want {
			n.tb.Errorf("%d claims are counted as %s, want %d", got, state, want)
		}
	}
}

func TestMergedEntitiesAreOneSpeaker(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	vos, short := n.entity(annotate.Person, "Jan Vos"), n.entity(annotate.Person, "J. Vos")
	article := n.article("Harbour", harbour)
	deal, hold := n.claim(article, "a good deal 🌊 for everyone"), n.claim(article, "The wall will hold this winter")
	n.link(article, deal, annotate.RoleSpeaker, n.mention(article, annotate.Speaker, "Jan Vos", vos))
	n.link(article, hold, annotate.RoleSpeaker, n.mention(article, annotate.Speaker, "Ilse Brandt", short))
	if _, err := n.MergeEntity(t.Context(), n.project, store.Merge{From: short, Into: vos, By: n.mara, At: n.later()}); err != nil {
		t.Fatal(err)
	}
	for _, entity := range []annotate.ID{vos, short} {
		if got := n.list(store.ClaimFilter{Speaker: entity}); !slices.Equal(got, []annotate.ID{deal, hold}) {
			t.Errorf("by %s one finds %v, want both claims", entity, got)
		}
	}
	c := n.read(hold)
	if got := c.NameOf(c.Attribution.Speakers[0]); got != "Jan Vos" {
		t.Errorf("the speaker is called %q, want the name of what it was merged into", got)
	}
	if got := c.Entities[short].ID; got != vos {
		t.Errorf("the speaker's entity is %s, want %s", got, vos)
	}
}

func TestClaimsOfAnArticleStandAsInTheText(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("Harbour", harbour)
	third := n.claim(article, "declined to comment")
	first := n.claim(article, "The wall will hold this winter")
	inner := n.claim(article, "hold this winter")
	unsaid := n.entity(annotate.Event, "Nothing")
	last := store.NewID()
	n.tag(article, n.ana, annotate.Annotation{ID: last, Kind: annotate.Claim, Fragments: n.fragments(article, "will hold\"")})
	n.exec(`UPDATE annotations SET fragments = '{}', entity_id = $2 WHERE id = $1`, last, unsaid)
	want := []annotate.ID{first, inner, third, last}
	if got := n.list(store.ClaimFilter{Article: article, Limit: 1}); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := n.list(store.ClaimFilter{Limit: 1}); !slices.Equal(got, []annotate.ID{third, first, inner, last}) {
		t.Errorf("without the article got %v, want them by age", got)
	}
	if c := n.read(last); c.Quote != "" || c.Before != "" || c.After != "" {
		t.Errorf("a claim without fragments reads %q between %q and %q", c.Quote, c.Before, c.After)
	}
}

func TestAClaimIsToldWithWhatSurroundsIt(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	brandt, courier := n.entity(annotate.Person, "Ilse Brandt"), n.entity(annotate.Outlet, "The Courier")
	article := n.article("Harbour wall", harbour)
	claim := n.claim(article, "The wall will hold", "this winter")
	speaker := n.mention(article, annotate.Speaker, "Ilse Brandt", brandt)
	recording := n.mention(article, annotate.Source, "a recording", "")
	outlet := n.mention(article, annotate.Source, "the Courier", courier)
	cue := n.mention(article, annotate.Cue, "told", "")
	n.link(article, claim, annotate.RoleSpeaker, speaker)
	n.link(article, claim, annotate.RoleSource, recording)
	n.link(article, recording, annotate.RoleVia, outlet)
	n.link(article, claim, annotate.RoleCue, cue)
	n.mention(article, annotate.Speaker, "Jan Vos", "") // leads nowhere

	c := n.read(claim)
	if want := "The wall will hold … this winter"; c.Quote != want {
		t.Errorf("the quote is %q, want %q", c.Quote, want)
	}
	if !strings.HasSuffix(c.Before, "says engineer\n\"") || !strings.HasPrefix(c.After, `," Ilse Brandt told`) {
		t.Errorf("it stands between %q and %q", c.Before, c.After)
	}
	if got, want := c.Attribution.Sentence(annotate.DefaultCodebook(), c.NameOf), "Ilse Brandt, through a recording, through The Courier"; got != want {
		t.Errorf("it is attributed to %q, want %q", got, want)
	}
	if c.Article.ID != article || c.Article.Headline != "Harbour wall" || c.Author != "Ana Ruiz" || c.Last != nil {
		t.Errorf("the article, author and decision are %+v, %q and %+v", c.Article, c.Author, c.Last)
	}
	if c.Revision.Article != article || c.Revision.Text != harbour || len(c.Revision.Blocks) != 4 {
		t.Errorf("the revision is of %s with %d blocks", c.Revision.Article, len(c.Revision.Blocks))
	}
	ids := []annotate.ID{}
	for _, a := range c.Annotations {
		ids = append(ids, a.ID)
	}
	slices.Sort(ids)
	want := []annotate.ID{claim, speaker, recording, outlet, cue}
	slices.Sort(want)
	if !slices.Equal(ids, want) || len(c.Links) != 4 {
		t.Errorf("it leads to %v by %d links, want %v by 4", ids, len(c.Links), want)
	}
}

func TestIndependentSetsAreNotReviewed(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("Harbour", harbour)
	claim := n.claim(article, "The wall will hold this winter")
	n.exec(`UPDATE annotation_sets SET hand = 'independent', analyst_id = $2 WHERE article_id = $1`, article, n.ana)
	if got := n.list(store.ClaimFilter{}); len(got) != 0 {
		t.Errorf("the queue has %v", got)
	}
	if _, err := n.Claim(t.Context(), in(n.project), claim); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("the claim itself gives %v", err)
	}
	_, err := n.Decide(t.Context(), n.project, annotate.Review{Claim: claim, Version: 1, Decision: annotate.Approve, Reviewer: n.ben, CreatedAt: n.now})
	if !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("deciding on it gives %v", err)
	}
}

// TestVeryManyClaimsAreLookedThroughStepByStep has a speaker with more claims
// than are looked up at once, most of them decided on.
func TestVeryManyClaimsAreLookedThroughStepByStep(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	const claims = 5500
	vos, tape := n.entity(annotate.Person, "Jan Vos"), n.entity(annotate.Recording, "The tape")
	article := n.article("Long", strings.Repeat("word ", claims))
	speaker, source := store.NewID(), store.NewID()
	ids := make([]annotate.ID, claims)
	n.change(article, n.ana,
		annotate.Operation{Op: annotate.Put, Annotation: &annotate.Annotation{ID: speaker, Kind: annotate.Speaker, Entity: vos}},
		annotate.Operation{Op: annotate.Put, Annotation: &annotate.Annotation{ID: source, Kind: annotate.Source, Entity: tape}})
	var operations []annotate.Operation
	for i := range claims {
		ids[i] = store.NewID()
		operations = append(operations,
			annotate.Operation{Op: annotate.Put, Annotation: &annotate.Annotation{
				ID: ids[i], Kind: annotate.Claim, Fragments: []annotate.Fragment{{Start: i * 5, End: i*5 + 4}},
			}},
			annotate.Operation{Op: annotate.Put, Link: &annotate.Link{ID: store.NewID(), From: ids[i], To: speaker, Role: annotate.RoleSpeaker}},
			annotate.Operation{Op: annotate.Put, Link: &annotate.Link{ID: store.NewID(), From: ids[i], To: source, Role: annotate.RoleSource}})
		if (i+1)%500 == 0 {
			n.change(article, n.ana, operations...)
			operations = nil
		}
	}
	// The last is unlike the others, behind all of them.
	other := n.article("Short", "something else")
	odd := n.claim(other, "something else")
	n.exec(`ANALYZE`)

	for name, f := range map[string]store.ClaimFilter{
		"speaker": {Speaker: vos, Limit: 200}, "source": {Source: tape, Limit: 200}, "words": {Query: "word", Limit: 200}, "headline": {Query: "long", Limit: 200},
	} {
		page, err := n.Claims(t.Context(), in(n.project), f)
		if err != nil {
			t.Fatal(err)
		}
		if page.Counts != nil || len(page.Items) != 200 || page.Next == "" {
			t.Errorf("%s: the first page has %d claims, next %q, counts %v", name, len(page.Items), page.Next, page.Counts)
		}
		for i, c := range page.Items {
			if c.Claim.ID != ids[i] {
				t.Fatalf("%s: claim %d of the first page is %s, want %s", name, i, c.Claim.ID, ids[i])
			}
		}
		if before, after, err := n.Neighbours(t.Context(), in(n.project), f, ids[3000]); err != nil || before != ids[2999] || after != ids[3001] {
			t.Errorf("%s: neighbours %v and %v, %v", name, before, after, err)
		}
	}
	if got := n.list(store.ClaimFilter{Speaker: vos, Limit: 200}); !slices.Equal(got, ids) {
		t.Errorf("%d claims of the speaker are found, want all %d in order", len(got), claims)
	}
	page, err := n.Claims(t.Context(), in(n.project), store.ClaimFilter{Query: "-word"})
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Items) != 0 || page.Next == "" {
		t.Errorf("a search that finds nothing for long gives %d claims, next %q", len(page.Items), page.Next)
	}
	if got := n.list(store.ClaimFilter{Query: "-word"}); !slices.Equal(got, []annotate.ID{odd}) {
		t.Errorf("followed to its end it finds %v", got)
	}
	if got := n.list(store.ClaimFilter{Query: "-word", Speaker: vos}); len(got) != 0 {
		t.Errorf("together with the speaker it finds %v", got)
	}
}

func TestBadFiltersAreRefused(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	for field, f := range map[string]store.ClaimFilter{
		"state":  {State: "draft"},
		"cursor": {Cursor: "elsewhere"},
		"q":      {Query: strings.Repeat("ä", 501)},
	} {
		_, err := n.Claims(t.Context(), in(n.project), f)
		if bad, ok := errors.AsType[annotate.Invalid](err); !ok || bad[field] == "" {
			t.Errorf("%s: got %v", field, err)
		}
	}
	if _, _, err := n.Neighbours(t.Context(), in(n.project), store.ClaimFilter{}, store.NewID()); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("the neighbours of no claim give %v", err)
	}
}

// TestTheQueueGoesOnWhereItsLastClaimWasDeleted keeps cursors good.
func TestTheQueueGoesOnWhereItsLastClaimWasDeleted(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("Harbour", strings.Repeat("word ", 5))
	var ids []annotate.ID
	for i := range 5 {
		ids = append(ids, n.tag(article, n.ana, annotate.Annotation{Kind: annotate.Claim, Fragments: []annotate.Fragment{{Start: i * 5, End: i*5 + 4}}}))
	}
	f := store.ClaimFilter{Limit: 2}
	page, err := n.Claims(t.Context(), in(n.project), f)
	if err != nil {
		t.Fatal(err)
	}
	n.change(article, n.ana, annotate.Operation{Op: annotate.Delete, Annotation: &annotate.Annotation{ID: ids[1], Version: 1}})
	f.Cursor = page.Next
	if got := n.list(f); fmt.Sprint(got) != fmt.Sprint(ids[2:]) {
		t.Errorf("the queue goes on with %v, want %v", got, ids[2:])
	}
}
