package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// apart is a project in which Ana and Ben, analysts, annotate the same article
// in sets of their own. Ben has tagged a claim and a speaker. Rita reviews, Mara
// manages, and Vera only reads.
type apart struct {
	*newsroom
	slug                       string
	ana, ben, rita, mara, vera store.Asker
	article                    annotate.ID
	renn                       annotate.ID // whom Ben's speaker is
	claim                      annotate.ID // Ben's
	agreed                     annotate.ID // a claim of the adjudicated set
}

func newApart(tb testing.TB) *apart {
	tb.Helper()
	n := newNewsroom(tb)
	p := &apart{newsroom: n, slug: "harbour"}
	ctx := tb.Context()
	rita, vera := n.user("Rita Holm"), n.user("Vera Blum")
	for user, role := range map[annotate.ID]annotate.Role{n.ana: annotate.Analyst, n.ben: annotate.Analyst, rita: annotate.Reviewer, vera: annotate.Viewer} {
		if _, err := n.SetMember(ctx, store.NewMember{Project: n.project, Who: string(user), Role: role, At: n.later()}); err != nil {
			tb.Fatal(err)
		}
	}
	p.article = n.article("Harbour dues", "Harbour dues\n\nTobias Renn said the harbour was safe. Ida Falk said it was not.")
	if err := n.ChangeProject(ctx, store.ProjectChange{Project: n.project, Name: "Harbour", Quorum: 1, Mode: annotate.ModeIndependent}); err != nil {
		tb.Fatal(err)
	}
	project, err := n.Project(ctx, p.slug)
	if err != nil {
		tb.Fatal(err)
	}
	as := func(user annotate.ID, role annotate.Role) store.Asker {
		return store.Asker{User: annotate.User{ID: user}, Project: project, Role: role}
	}
	p.ana, p.ben = as(n.ana, annotate.Analyst), as(n.ben, annotate.Analyst)
	p.rita, p.mara, p.vera = as(rita, annotate.Reviewer), as(n.mara, annotate.Manager), as(vera, annotate.Viewer)
	p.assign(p.article, p.ana, p.ben)
	p.renn = n.entity(annotate.Person, "Tobias Renn")
	p.claim = p.put(p.ben, annotate.Annotation{Kind: annotate.Claim, Fragments: n.fragments(p.article, "the harbour was safe")})
	p.put(p.ben, annotate.Annotation{Kind: annotate.Speaker, Fragments: n.fragments(p.article, "Tobias Renn"), Entity: p.renn})
	return p
}

func (p *apart) assign(article annotate.ID, analysts ...store.Asker) {
	p.tb.Helper()
	var pairs []annotate.Assignment
	for _, a := range analysts {
		pairs = append(pairs, annotate.Assignment{Article: article, Analyst: a.User.ID})
	}
	if _, err := p.Assign(p.tb.Context(), p.mara, store.Assigning{Pairs: pairs, At: p.later()}); err != nil {
		p.tb.Fatal(err)
	}
}

// try has somebody tag something in a set of the article.
func (p *apart) try(by store.Asker, hand annotate.Hand, a annotate.Annotation) (annotate.ID, error) {
	a.ID = store.NewID()
	_, err := p.Append(p.tb.Context(), p.project, p.article, hand, annotate.ChangeSet{
		ID: store.NewID(), Author: by.User.ID, At: p.later(), Operations: []annotate.Operation{{Op: annotate.Put, Annotation: &a}},
	})
	return a.ID, err
}

// put has somebody tag something in their own set.
func (p *apart) put(by store.Asker, a annotate.Annotation) annotate.ID {
	p.tb.Helper()
	id, err := p.try(by, annotate.Hand(by.User.ID), a)
	if err != nil {
		p.tb.Fatal(err)
	}
	return id
}

func (p *apart) adjudicate() {
	p.tb.Helper()
	var err error
	p.agreed, err = p.try(p.rita, store.Adjudicated, annotate.Annotation{Kind: annotate.Claim, Fragments: p.fragments(p.article, "the harbour was safe")})
	if err != nil {
		p.tb.Fatal(err)
	}
}

func (p *apart) move(by store.Asker, analyst store.Asker, to annotate.AssignmentState) error {
	_, err := p.ChangeAssignment(p.tb.Context(), by, store.AssignmentChange{
		Article: p.article, Analyst: analyst.User.ID, State: to, At: p.later(),
	})
	return err
}

func (p *apart) finish(analyst store.Asker) {
	p.tb.Helper()
	if err := p.move(analyst, analyst, annotate.Done); err != nil {
		p.tb.Fatal(err)
	}
}

// look is a way to read annotations.
type look func(ctx context.Context, p *apart, a store.Asker) (any, error)

// looksAt are all the ways to read the set by a hand.
func looksAt(hand func(*apart) annotate.Hand) map[string]look {
	return map[string]look{
		"article": func(ctx context.Context, p *apart, a store.Asker) (any, error) {
			doc, _, err := p.AnnotatedArticle(ctx, a, p.article, hand(p))
			return doc, err
		},
		"stamp": func(ctx context.Context, p *apart, a store.Asker) (any, error) {
			return p.Stamp(ctx, a, p.article, hand(p))
		},
		"opening": func(ctx context.Context, p *apart, a store.Asker) (any, error) {
			return p.Opening(ctx, a, p.article, hand(p), 1000)
		},
		"changes": func(ctx context.Context, p *apart, a store.Asker) (any, error) {
			return p.Changes(ctx, a, p.article, hand(p), 0, 100)
		},
		"log": func(ctx context.Context, p *apart, a store.Asker) (any, error) {
			return p.LogBefore(ctx, a, p.article, hand(p), 0, 100)
		},
		"deleted claims": func(ctx context.Context, p *apart, a store.Asker) (any, error) {
			return p.DeletedClaims(ctx, a, p.article, hand(p), 10)
		},
		"past": func(ctx context.Context, p *apart, a store.Asker) (any, error) {
			return p.AsOf(ctx, a, p.article, hand(p), 1)
		},
		"restoration": func(ctx context.Context, p *apart, a store.Asker) (any, error) {
			return p.Restoration(ctx, a, p.article, hand(p), 0, "")
		},
		"export": func(ctx context.Context, p *apart, a store.Asker) (any, error) {
			var all []annotate.AnnotatedArticle
			err := p.Export(ctx, a, store.ExportFilter{Hand: hand(p)}, func(c annotate.Corpus) error {
				for d, err := range c.Articles {
					if err != nil {
						return err
					}
					all = append(all, d)
				}
				return nil
			})
			if err == nil && len(all) == 0 {
				err = annotate.ErrNotFound
			}
			return all, err
		},
	}
}

func bens(p *apart) annotate.Hand { return annotate.Hand(p.ben.User.ID) }

func adjudicated(*apart) annotate.Hand { return store.Adjudicated }

func TestAnAnalystSeesAnothersSetOnceTheirOwnIsDone(t *testing.T) {
	t.Parallel()
	p := newApart(t)
	seen := func(when string, who map[string]store.Asker, want bool) {
		t.Helper()
		for name, a := range who {
			for way, look := range looksAt(bens) {
				_, err := look(t.Context(), p, a)
				if want && err != nil || !want && !errors.Is(err, annotate.ErrNotFound) {
					t.Errorf("%s, %s looks at Ben's %s: %v", when, name, way, err)
				}
			}
		}
	}
	analyst, always := map[string]store.Asker{"Ana": p.ana}, map[string]store.Asker{"Ben": p.ben, "Rita": p.rita, "Mara": p.mara}
	never := map[string]store.Asker{"Vera": p.vera, "nobody": {Project: p.ana.Project}}
	seen("before", analyst, false)
	seen("before", always, true)
	seen("before", never, false)
	p.put(p.ana, annotate.Annotation{Kind: annotate.Claim, Fragments: p.fragments(p.article, "it was not")})
	seen("while she works", analyst, false)
	p.finish(p.ana)
	seen("after", analyst, true)
	seen("after", never, false)
	if err := p.move(p.mara, p.ana, annotate.Returned); err != nil {
		t.Fatal(err)
	}
	seen("after it was returned", analyst, false)
}

func TestWhatListsTellIsOnesOwn(t *testing.T) {
	t.Parallel()
	p := newApart(t)
	p.adjudicate()
	ctx := t.Context()
	told := func(a store.Asker) string {
		t.Helper()
		var said []string
		say := func(what string, n any, err error) {
			t.Helper()
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			said = append(said, fmt.Sprintf("%s %v", what, n))
		}
		articles, err := p.Articles(ctx, a, store.ArticleFilter{})
		say("annotations", articles.Items[0].Progress.Annotations, err)
		one, err := p.ListedArticle(ctx, a, p.article)
		say("of one", one.Progress.Annotations, err)
		counts, err := p.CountArticles(ctx, a)
		say("untagged", counts.Untagged, err)
		found, err := p.FindText(ctx, a, store.TextQuery{Query: "Tobias Renn", WholeWords: true})
		say("kinds", found.Items[0].Kinds, err)
		entity, err := p.ListedEntity(ctx, a, p.renn)
		say("mentions", entity.Mentions, err)
		claims, err := p.Claims(ctx, a, store.ClaimFilter{})
		say("claims", fmt.Sprint(len(claims.Items), claims.Counts[annotate.Unreviewed]), err)
		sets, err := p.Sets(ctx, a, p.article)
		say("sets", len(sets), err)
		return strings.Join(said, ", ")
	}
	const nothing = "annotations 0, of one 0, untagged 1, kinds [], mentions 0, claims 0 0, sets 1"
	if got := told(p.ana); got != nothing {
		t.Errorf("Ana is told: %s", got)
	}
	if got, want := told(p.ben), "annotations 2, of one 2, untagged 0, kinds [speaker], mentions 1, claims 0 0, sets 1"; got != want {
		t.Errorf("Ben is told: %s, want %s", got, want)
	}
	p.finish(p.ana)
	if got, want := told(p.ana), "annotations 0, of one 0, untagged 1, kinds [], mentions 0, claims 1 1, sets 3"; got != want {
		t.Errorf("Ana is told when she has finished: %s, want %s", got, want)
	}
	const adjudicated = "annotations 1, of one 1, untagged 0, kinds [], mentions 0, claims 1 1, sets "
	for _, test := range []struct {
		who  store.Asker
		sets string
	}{{p.rita, "3"}, {p.mara, "3"}, {p.vera, "1"}} {
		if got := told(test.who); got != adjudicated+test.sets {
			t.Errorf("a %s is told: %s", test.who.Role, got)
		}
	}
}

func TestAdjudicatedClaimsWaitForAnAnalystToFinish(t *testing.T) {
	t.Parallel()
	p := newApart(t)
	p.adjudicate()
	looks := looksAt(adjudicated)
	looks["claim"] = func(ctx context.Context, p *apart, a store.Asker) (any, error) { return p.Claim(ctx, a, p.agreed) }
	looks["history of a claim"] = func(ctx context.Context, p *apart, a store.Asker) (any, error) {
		return p.ClaimLog(ctx, a, p.agreed, 0, 10)
	}
	looks["comments"] = func(ctx context.Context, p *apart, a store.Asker) (any, error) {
		return p.Comments(ctx, a, p.agreed, "", 10)
	}
	looks["commenting"] = func(ctx context.Context, p *apart, a store.Asker) (any, error) {
		return p.AddComment(ctx, a, annotate.Comment{Claim: p.agreed, Author: a.User.ID, Body: "Why?", CreatedAt: p.later()})
	}
	unreviewed := func(a store.Asker) int {
		t.Helper()
		projects, err := p.Projects(t.Context(), a.User.ID)
		if err != nil || len(projects) != 1 {
			t.Fatalf("%d projects, %v", len(projects), err)
		}
		return projects[0].Unreviewed
	}
	for way, look := range looks {
		if _, err := look(t.Context(), p, p.ana); !errors.Is(err, annotate.ErrNotFound) {
			t.Errorf("Ana, who has not finished: %s: %v", way, err)
		}
		if _, err := look(t.Context(), p, p.rita); err != nil {
			t.Errorf("Rita: %s: %v", way, err)
		}
	}
	if n, of := unreviewed(p.ana), unreviewed(p.rita); n != 0 || of != 1 {
		t.Errorf("%d claims wait for Ana, who has not finished, and %d for Rita", n, of)
	}
	p.finish(p.ana)
	for way, look := range looks {
		if _, err := look(t.Context(), p, p.ana); err != nil {
			t.Errorf("Ana, who has finished: %s: %v", way, err)
		}
	}
	if n := unreviewed(p.ana); n != 1 {
		t.Errorf("%d claims wait for Ana, who has finished", n)
	}
}

func TestWhoMayChangeWhichSet(t *testing.T) {
	t.Parallel()
	p := newApart(t)
	words := annotate.Annotation{Kind: annotate.Claim, Fragments: p.fragments(p.article, "it was not")}
	for name, try := range map[string]struct {
		by   store.Asker
		hand annotate.Hand
		open bool
	}{
		"Ana in her own":            {p.ana, annotate.Hand(p.ana.User.ID), true},
		"Ana in Ben's":              {p.ana, bens(p), false},
		"Mara in Ben's":             {p.mara, bens(p), false},
		"Ana in the shared":         {p.ana, store.Shared, false},
		"Rita in the adjudicated":   {p.rita, store.Adjudicated, true},
		"Rita, without an article":  {p.rita, annotate.Hand(p.rita.User.ID), false},
		"Vera in one of her own":    {p.vera, annotate.Hand(p.vera.User.ID), false},
		"somebody in nobody's":      {p.ana, annotate.Hand(store.NewID()), false},
		"Ana in the shared, by Ben": {p.ben, store.Shared, false},
	} {
		if _, err := p.try(try.by, try.hand, words); (err == nil) != try.open {
			t.Errorf("%s: %v", name, err)
		}
	}
	p.finish(p.ana)
	_, err := p.try(p.ana, annotate.Hand(p.ana.User.ID), words)
	if bad, ok := errors.AsType[annotate.Invalid](err); !ok || bad["set"] == "" {
		t.Errorf("Ana, who has finished, changes her set: %v", err)
	}
	if err := p.move(p.mara, p.ana, annotate.Returned); err != nil {
		t.Fatal(err)
	}
	p.put(p.ana, words)
	w, err := p.Assignment(t.Context(), p.project, p.article, p.ana.User.ID)
	if err != nil || w.State != annotate.InProgress {
		t.Errorf("after she works on what was returned, it is %s (%v)", w.State, err)
	}
}

func TestTheModeDoesNotChangeWhatHasBeenAnnotated(t *testing.T) {
	t.Parallel()
	p := newApart(t)
	err := p.ChangeProject(t.Context(), store.ProjectChange{Project: p.project, Name: "Harbour", Quorum: 1, Mode: annotate.ModeShared})
	if bad, ok := errors.AsType[annotate.Invalid](err); !ok || bad["mode"] == "" {
		t.Errorf("with annotations: %v", err)
	}
	n := newNewsroom(t)
	article := n.article("Tides", "The tide was high.")
	change := store.ProjectChange{Project: n.project, Name: "Harbour", Quorum: 1, Mode: annotate.ModeIndependent}
	if err := n.ChangeProject(t.Context(), change); err != nil {
		t.Fatalf("without annotations: %v", err)
	}
	_, err = n.Append(t.Context(), n.project, article, store.Shared, annotate.ChangeSet{ID: store.NewID(), Author: n.ana, At: n.later()})
	if err == nil {
		t.Error("the shared set of a project on independent ones was changed")
	}
	change.Mode = annotate.ModeShared
	if err := n.ChangeProject(t.Context(), change); err != nil {
		t.Fatalf("and back: %v", err)
	}
	n.tag(article, n.ana, annotate.Annotation{Kind: annotate.Claim, Fragments: n.fragments(article, "The tide was high")})
	change.Mode = annotate.ModeIndependent
	if err := n.ChangeProject(t.Context(), change); err == nil {
		t.Error("a shared set with annotations was made an independent one")
	}
}

func TestPresenceIsNotSeenByWhoHasNotFinished(t *testing.T) {
	t.Parallel()
	p := newApart(t)
	ctx := t.Context()
	page := store.Presence{Page: store.NewID(), User: p.ben.User.ID, Annotation: p.claim}
	if err := p.Look(ctx, p.project, p.article, page); err != nil {
		t.Fatal(err)
	}
	there := func(a store.Asker) int {
		t.Helper()
		found, err := p.Presences(ctx, a, p.article)
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	if got := [5]int{there(p.ana), there(p.ben), there(p.rita), there(p.mara), there(p.vera)}; got != [5]int{0, 1, 1, 1, 0} {
		t.Errorf("Ana, Ben, Rita, Mara and Vera see %v pages, want 0, 1, 1, 1, 0", got)
	}
	p.finish(p.ana)
	if n := there(p.ana); n != 1 {
		t.Errorf("Ana, who has finished, sees %d pages, want 1", n)
	}
}

func TestBulkChangesGoIntoOnesOwnSet(t *testing.T) {
	t.Parallel()
	p := newApart(t)
	ctx := t.Context()
	other := p.newsroom.article("Falk again", "Ida Falk said no.")
	wish := store.BulkTagging{Query: "Ida Falk", WholeWords: true, Kind: annotate.Speaker, By: p.ana.User.ID, At: p.later(), Places: map[annotate.ID][]annotate.Fragment{
		p.article: p.fragments(p.article, "Ida Falk"), other: p.fragments(other, "Ida Falk"),
	}}
	done, err := p.TagAll(ctx, p.ana, wish)
	if err != nil {
		t.Fatal(err)
	}
	id := done.ID
	b, err := p.BulkChange(ctx, p.ana, id)
	if err != nil || b.Done != 1 {
		t.Fatalf("%d places were tagged (%v), want the one of the article that is Ana's", b.Done, err)
	}
	for _, part := range b.Parts {
		if part.Article == other && (len(part.LeftOut) != 1 || !strings.Contains(part.LeftOut[0].Reason, "not assigned to you")) {
			t.Errorf("of the other article was left out %+v", part.LeftOut)
		}
	}
	mine, _, err := p.AnnotatedArticle(ctx, p.ana, p.article, "")
	if err != nil || len(mine.Annotations) != 1 {
		t.Errorf("Ana's set has %d annotations (%v), want 1", len(mine.Annotations), err)
	}
	if _, err := p.BulkChange(ctx, p.ben, id); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("Ben reads it: %v", err)
	}
	list, err := p.BulkChanges(ctx, p.ben, 10, "")
	if err != nil || len(list.Items) != 0 {
		t.Errorf("Ben is told of %d bulk changes (%v)", len(list.Items), err)
	}
	undo := store.BulkTurn{Bulk: id, By: p.ana.User.ID, At: p.later()}
	for name, turn := range map[string]func(context.Context, store.Asker, store.BulkTurn) error{"undoes": p.UndoBulk, "resumes": p.ResumeBulk} {
		if err := turn(ctx, p.ben, undo); !errors.Is(err, annotate.ErrForbidden) {
			t.Errorf("Ben %s it: %v", name, err)
		}
	}
	if _, err := p.UndoBulkIn(ctx, p.ben, p.article, undo); !errors.Is(err, annotate.ErrForbidden) {
		t.Errorf("Ben undoes it in the article: %v", err)
	}
	if err := p.UndoBulk(ctx, p.ana, undo); err != nil {
		t.Errorf("Ana undoes it: %v", err)
	}
	if list, err = p.BulkChanges(ctx, p.ana, 10, ""); err != nil || len(list.Items) != 1 || list.Items[0].Undone != 1 {
		t.Errorf("Ana is told of %+v (%v)", list.Items, err)
	}
}

// The dashboard counts no more than one may see: Ben's claim, what stands of
// it, and the decision on that are nothing to Ana until she has finished.
func TestTheDashboardCountsWhatOneMaySee(t *testing.T) {
	t.Parallel()
	p := newApart(t)
	p.adjudicate()
	p.decide(p.agreed, p.mara.User.ID, annotate.Approve, "")
	counts := func(a store.Asker) string {
		t.Helper()
		d, err := p.Dashboard(t.Context(), a, annotate.NewSpan(p.now, 1, 7))
		if err != nil {
			t.Fatal(err)
		}
		tagged, decided := 0, 0
		for _, who := range d.Activity {
			tagged, decided = tagged+annotate.Total(who.Tagged), decided+annotate.Total(who.Decided)
		}
		return fmt.Sprintf("%d tagged, %d decided, %d first, %d approved", tagged, decided, d.Decided, d.States[annotate.Approved][6])
	}
	for name, test := range map[string]struct {
		who  store.Asker
		want string
	}{
		"who has not finished": {p.ana, "0 tagged, 0 decided, 0 first, 0 approved"},
		"whose it is":          {p.ben, "1 tagged, 0 decided, 0 first, 0 approved"},
		"a reviewer":           {p.rita, "1 tagged, 1 decided, 1 first, 1 approved"},
		"who only reads":       {p.vera, "0 tagged, 1 decided, 1 first, 1 approved"},
	} {
		if got := counts(test.who); got != test.want {
			t.Errorf("%s sees %s, want %s", name, got, test.want)
		}
	}
	p.finish(p.ana)
	if got := counts(p.ana); got != "0 tagged, 1 decided, 1 first, 1 approved" {
		t.Errorf("who has finished sees %s", got)
	}
}
