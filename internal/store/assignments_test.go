package store_test

import (
	"errors"
	"fmt"
	"net/url"
	"sync"
	"testing"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// assignmentDesk is a project with a pool, and people to take articles from it.
type assignmentDesk struct {
	*newsroom
	manager  store.Asker
	analysts []store.Asker
	articles []annotate.ID
}

func newAssignmentDesk(tb testing.TB, mode annotate.Mode, pool, analysts, articles int) *assignmentDesk {
	tb.Helper()
	n := newNewsroom(tb)
	err := n.ChangeProject(tb.Context(), store.ProjectChange{Project: n.project, Name: "Harbour", Quorum: 1, Mode: mode, Pool: pool})
	if err != nil {
		tb.Fatal(err)
	}
	project, err := n.Project(tb.Context(), "harbour")
	if err != nil {
		tb.Fatal(err)
	}
	d := &assignmentDesk{newsroom: n, manager: store.Asker{User: annotate.User{ID: n.mara}, Project: project, Role: annotate.Manager}}
	for i := range analysts {
		user := n.user(fmt.Sprintf("Analyst %02d", i))
		if _, err := n.SetMember(tb.Context(), store.NewMember{Project: n.project, Who: string(user), Role: annotate.Analyst, At: n.later()}); err != nil {
			tb.Fatal(err)
		}
		d.analysts = append(d.analysts, store.Asker{User: annotate.User{ID: user}, Project: project, Role: annotate.Analyst})
	}
	for i := range articles {
		d.articles = append(d.articles, n.article(fmt.Sprintf("Article %02d", i), fmt.Sprintf("Article %02d says that all is well.", i)))
	}
	return d
}

func (d *assignmentDesk) next(a store.Asker, but annotate.ID) annotate.ID {
	d.tb.Helper()
	w, err := d.Next(d.tb.Context(), a, but, d.later())
	if err != nil {
		d.tb.Fatal(err)
	}
	return w.Article
}

func (d *assignmentDesk) change(a store.Asker, article annotate.ID, analyst store.Asker, to annotate.AssignmentState) {
	d.tb.Helper()
	_, err := d.ChangeAssignment(d.tb.Context(), a, store.AssignmentChange{Article: article, Analyst: analyst.User.ID, State: to, At: d.later()})
	if err != nil {
		d.tb.Fatal(err)
	}
}

// taken is how many analysts each article has, and what the counter says.
func (d *assignmentDesk) taken() map[annotate.ID][2]int {
	d.tb.Helper()
	rows, err := d.sql.Query(d.tb.Context(), `
		SELECT s.article_id, s.assigned, (SELECT count(*) FROM assignments w WHERE w.project_id = s.project_id AND w.article_id = s.article_id)
		FROM annotation_sets s WHERE s.project_id = $1 AND s.hand = 'shared'`, d.project)
	if err != nil {
		d.tb.Fatal(err)
	}
	defer rows.Close()
	taken := map[annotate.ID][2]int{}
	for rows.Next() {
		var id annotate.ID
		var counted, are int
		if err := rows.Scan(&id, &counted, &are); err != nil {
			d.tb.Fatal(err)
		}
		taken[id] = [2]int{counted, are}
	}
	return taken
}

// Fifty ask at once, over more connections than a server usually has: 20
// articles for 3 each are 60, and so all of the fifty get one. Then the rest
// goes, and nothing beyond.
func TestNoArticleGetsMoreFromThePoolThanWished(t *testing.T) {
	t.Parallel()
	const people, articles, each = 50, 20, 3
	d := newAssignmentDesk(t, annotate.ModeIndependent, each, people, articles)
	address, err := url.Parse(d.sql.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	query := address.Query()
	query.Set("pool_max_conns", "25")
	address.RawQuery = query.Encode()
	wide, err := store.Open(t.Context(), address.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(wide.Close)
	got := make([]int, people)
	atOnce := func() {
		var all sync.WaitGroup
		start, at := make(chan bool), d.later()
		for i, a := range d.analysts {
			all.Go(func() {
				<-start
				w, err := wide.Next(t.Context(), a, "", at)
				switch {
				case errors.Is(err, annotate.ErrNotFound):
				case err != nil:
					t.Errorf("analyst %d: %v", i, err)
				default:
					got[i]++
					_, err = wide.ChangeAssignment(t.Context(), a, store.AssignmentChange{Article: w.Article, Analyst: a.User.ID, State: annotate.Done, At: at})
					if err != nil {
						t.Errorf("analyst %d finishes: %v", i, err)
					}
				}
			})
		}
		close(start)
		all.Wait()
	}
	for round, want := range []int{people, articles * each, articles * each} {
		atOnce()
		sum := 0
		for _, n := range got {
			sum += n
		}
		if sum != want {
			t.Errorf("after round %d %d articles are taken, want %d", round+1, sum, want)
		}
		for id, n := range d.taken() {
			if n[1] > each || n[0] != n[1] {
				t.Errorf("after round %d article %s has %d analysts, and is counted %d", round+1, id, n[1], n[0])
			}
		}
	}
}

func TestAskingTwiceAtOnceIsAskingOnce(t *testing.T) {
	t.Parallel()
	d := newAssignmentDesk(t, annotate.ModeShared, 1, 1, 8)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := d.Next(t.Context(), d.analysts[0], "", d.now); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	n := 0
	for _, taken := range d.taken() {
		n += taken[1]
	}
	if n != 1 {
		t.Errorf("%d articles are taken, want 1", n)
	}
}

func TestTheNextArticleIsTheMostUrgent(t *testing.T) {
	t.Parallel()
	d := newAssignmentDesk(t, annotate.ModeShared, 2, 2, 6)
	ana, ctx := d.analysts[0], t.Context()
	assign := func(article int, due string) {
		t.Helper()
		pairs := []annotate.Assignment{{Article: d.articles[article], Analyst: ana.User.ID}}
		if n, err := d.Assign(ctx, d.manager, store.Assigning{Pairs: pairs, DueOn: due, At: d.later()}); err != nil || n != 1 {
			t.Fatal(n, err)
		}
	}
	assign(0, "")
	assign(1, "2026-12-02")
	assign(2, "2026-12-01")
	if got := d.next(ana, ""); got != d.articles[2] {
		t.Errorf("first comes %s, want what is due first", got)
	}
	if got := d.next(ana, ""); got != d.articles[2] {
		t.Errorf("then comes %s, want what is begun", got)
	}
	if got := d.next(ana, d.articles[2]); got != d.articles[1] {
		t.Errorf("but for that comes %s, want what is due next", got)
	}
	d.change(ana, d.articles[2], ana, annotate.Done)
	d.change(d.manager, d.articles[2], ana, annotate.Returned)
	if got := d.next(ana, ""); got != d.articles[2] {
		t.Errorf("then comes %s, want what was returned", got)
	}
	for range 3 {
		d.change(ana, d.next(ana, ""), ana, annotate.Done)
	}
	// The pool: of what lacks somebody, what has somebody already comes first.
	if _, err := d.Assign(ctx, d.manager, store.Assigning{
		Pairs: []annotate.Assignment{{Article: d.articles[4], Analyst: d.analysts[1].User.ID}}, At: d.later(),
	}); err != nil {
		t.Fatal(err)
	}
	if got := d.next(ana, ""); got != d.articles[4] {
		t.Errorf("from the pool comes %s, want the one that somebody has", got)
	}
	if _, err := d.Next(ctx, ana, d.articles[4], d.later()); !errors.Is(err, store.ErrUnfinished) {
		t.Errorf("another from the pool, with one unfinished: %v", err)
	}
	if _, err := d.Take(ctx, ana, d.articles[5], d.later()); !errors.Is(err, store.ErrUnfinished) {
		t.Errorf("a certain one, with one unfinished: %v", err)
	}
	d.change(ana, d.articles[4], ana, annotate.Done)
	if w, err := d.Take(ctx, ana, d.articles[5], d.later()); err != nil || w.Article != d.articles[5] || w.State != annotate.InProgress || w.AssignedBy != ana.User.ID {
		t.Errorf("a certain one: %+v, %v", w, err)
	}
	if _, err := d.Take(ctx, d.analysts[1], d.articles[4], d.later()); !errors.Is(err, store.ErrUnfinished) && !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("what one has already: %v", err)
	}
}

func TestArticlesAreDealtOutCountingWhatPeopleHave(t *testing.T) {
	t.Parallel()
	d := newAssignmentDesk(t, annotate.ModeIndependent, 0, 3, 6)
	ctx := t.Context()
	var people []annotate.ID
	for _, a := range d.analysts {
		people = append(people, a.User.ID)
	}
	deal := store.Deal{Way: store.DealEven, Analysts: people, Each: 2, DueOn: "2026-12-01", At: d.later(), DryRun: true}
	planned, err := d.Deal(ctx, d.manager, deal)
	if err != nil || planned.All() != 12 {
		t.Fatalf("%v would be dealt out (%v), want 12", planned, err)
	}
	if list, err := d.Assignments(ctx, d.manager, store.AssignmentFilter{}); err != nil || len(list.Items) != 0 {
		t.Fatalf("a dry run has assigned %d (%v)", len(list.Items), err)
	}
	deal.DryRun = false
	dealt, err := d.Deal(ctx, d.manager, deal)
	if err != nil || dealt.All() != 12 || dealt[people[0]] != 4 || dealt[people[1]] != 4 || dealt[people[2]] != 4 {
		t.Errorf("dealt out were %v (%v), want 4 each", dealt, err)
	}
	if again, err := d.Deal(ctx, d.manager, deal); err != nil || again.All() != 0 {
		t.Errorf("again, %v (%v)", again, err)
	}
	for id, n := range d.taken() {
		if n != [2]int{2, 2} {
			t.Errorf("article %s has %v", id, n)
		}
	}
	sets, err := d.Sets(ctx, d.manager, d.articles[0])
	if err != nil || len(sets) != 2 || sets[0].State != annotate.NotStarted || sets[0].Name == "" {
		t.Errorf("its sets are %+v (%v)", sets, err)
	}
	all, err := d.Deal(ctx, d.manager, store.Deal{Way: store.DealAll, Articles: d.articles[:1], Analysts: people, At: d.later()})
	if err != nil || all.All() != 1 {
		t.Errorf("the third for one article: %v (%v)", all, err)
	}
	for name, bad := range map[string]store.Deal{
		"way":      {Way: "by lot", Analysts: people, Each: 1},
		"analysts": {Way: store.DealEven, Each: 1},
		"each":     {Way: store.DealRandom, Analysts: people},
		"articles": {Way: store.DealAll, Analysts: people},
		"due":      {Way: store.DealEven, Analysts: people, Each: 1, DueOn: "soon"},
	} {
		_, err := d.Deal(ctx, d.manager, bad)
		if complaints, ok := errors.AsType[annotate.Invalid](err); !ok || complaints[name] == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	viewer := d.user("Vera Blum")
	_, err = d.Deal(ctx, d.manager, store.Deal{Way: store.DealEven, Analysts: []annotate.ID{viewer}, Each: 3, At: d.later()})
	if complaints, ok := errors.AsType[annotate.Invalid](err); !ok || complaints["analysts"] == "" {
		t.Errorf("to somebody who is no analyst: %v", err)
	}
}

func TestWhatWasAbandonedIsReclaimed(t *testing.T) {
	t.Parallel()
	d := newAssignmentDesk(t, annotate.ModeShared, 1, 3, 3)
	ctx := t.Context()
	idle, busy, late := d.analysts[0], d.analysts[1], d.analysts[2]
	for i, a := range []store.Asker{idle, busy, late} {
		due := ""
		if i == 2 {
			due = "2026-11-20"
		}
		pairs := []annotate.Assignment{{Article: d.articles[i], Analyst: a.User.ID}}
		if _, err := d.Assign(ctx, d.manager, store.Assigning{Pairs: pairs, DueOn: due, At: d.later()}); err != nil {
			t.Fatal(err)
		}
	}
	d.next(idle, "")
	d.next(busy, "")
	since := d.later()
	d.now = d.now.Add(72 * time.Hour)
	d.tag(d.articles[1], busy.User.ID, annotate.Annotation{Kind: annotate.Claim, Fragments: d.fragments(d.articles[1], "all is well")})

	if _, err := d.Reclaim(ctx, d.manager, store.AssignmentFilter{}); err == nil {
		t.Error("everything was reclaimed")
	}
	list, err := d.Assignments(ctx, d.manager, store.AssignmentFilter{IdleSince: since.Add(time.Hour)})
	if err != nil || len(list.Items) != 1 || list.Items[0].Analyst != idle.User.ID {
		t.Errorf("idle are %+v (%v)", list.Items, err)
	}
	if n, err := d.Reclaim(ctx, d.manager, store.AssignmentFilter{IdleSince: since.Add(time.Hour)}); err != nil || n != 1 {
		t.Errorf("%d were reclaimed (%v), want the one in which nothing was done", n, err)
	}
	if n, err := d.Reclaim(ctx, d.manager, store.AssignmentFilter{DueBefore: "2026-11-21"}); err != nil || n != 1 {
		t.Errorf("%d were reclaimed (%v), want the overdue one", n, err)
	}
	if taken := d.taken(); taken[d.articles[0]] != [2]int{} || taken[d.articles[1]] != [2]int{1, 1} || taken[d.articles[2]] != [2]int{} {
		t.Errorf("articles have %v", taken)
	}
	if got := d.next(late, ""); got != d.articles[0] {
		t.Errorf("from the pool comes %s, want what was reclaimed", got)
	}
}

func TestAnalystsKnowOfTheirOwnAssignments(t *testing.T) {
	t.Parallel()
	d := newAssignmentDesk(t, annotate.ModeShared, 2, 2, 3)
	ctx := t.Context()
	ana, ben := d.analysts[0], d.analysts[1]
	first := d.next(ana, "")
	d.next(ben, "")
	for name, test := range map[string]struct {
		by   store.Asker
		f    store.AssignmentFilter
		want int
	}{
		"Ana":                   {ana, store.AssignmentFilter{}, 1},
		"Ana, of Ben":           {ana, store.AssignmentFilter{Analyst: ben.User.ID}, 0},
		"Mara":                  {d.manager, store.AssignmentFilter{}, 2},
		"Mara, of Ben":          {d.manager, store.AssignmentFilter{Analyst: ben.User.ID}, 1},
		"Mara, of an article":   {d.manager, store.AssignmentFilter{Article: first}, 2},
		"Mara, of what is done": {d.manager, store.AssignmentFilter{State: annotate.Done}, 0},
	} {
		list, err := d.Assignments(ctx, test.by, test.f)
		if err != nil || len(list.Items) != test.want {
			t.Errorf("%s is told of %d (%v), want %d", name, len(list.Items), err, test.want)
		}
	}
	page, err := d.Assignments(ctx, d.manager, store.AssignmentFilter{Limit: 1})
	if err != nil || len(page.Items) != 1 || page.Next == "" {
		t.Fatalf("a page of one: %+v (%v)", page, err)
	}
	rest, err := d.Assignments(ctx, d.manager, store.AssignmentFilter{Limit: 1, Cursor: page.Next})
	if err != nil || len(rest.Items) != 1 || rest.Next != "" || rest.Items[0].Analyst == page.Items[0].Analyst {
		t.Errorf("the page after it: %+v (%v)", rest, err)
	}
	one := page.Items[0]
	if one.Headline != "Article 00" || one.Name == "" || one.By != one.Name || one.State != annotate.InProgress || one.LastActive == nil {
		t.Errorf("it is listed as %+v", one)
	}
	_, err = d.ChangeAssignment(ctx, ben, store.AssignmentChange{Article: first, Analyst: ana.User.ID, State: annotate.Done, At: d.later()})
	if !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("Ben finishes Ana's: %v", err)
	}
	d.change(ana, first, ana, annotate.Done)
	work, err := d.Work(ctx, ana, "2026-11-23")
	if err != nil || len(work.Open) != 0 || len(work.Done) != 1 || work.Workload.Done != 1 || work.InPool != 2 {
		t.Errorf("Ana's work is %+v (%v)", work, err)
	}
	loads, err := d.Workloads(ctx, d.project, "2026-11-23")
	if err != nil || len(loads) != 2 || loads[0].Done != 1 || loads[1].InProgress != 1 {
		t.Errorf("the workloads are %+v (%v)", loads, err)
	}
	pairs := []annotate.Assignment{{Article: first, Analyst: ben.User.ID}}
	if n, err := d.SetDue(ctx, d.manager, pairs, "2026-11-22"); err != nil || n != 1 {
		t.Errorf("%d were given a last day (%v)", n, err)
	}
	if loads, err = d.Workloads(ctx, d.project, "2026-11-23"); err != nil || loads[1].Overdue != 1 {
		t.Errorf("then the workloads are %+v (%v)", loads, err)
	}
	if n, err := d.Withdraw(ctx, d.manager, pairs); err != nil || n != 1 {
		t.Errorf("%d were taken back (%v)", n, err)
	}
	if taken := d.taken(); taken[first] != [2]int{1, 1} {
		t.Errorf("the article has %v", taken[first])
	}
}
