package store_test

import (
	"testing"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

func (n *newsroom) setQuorum(quorum int) {
	n.tb.Helper()
	err := n.ChangeProject(n.tb.Context(), store.ProjectChange{Project: n.project, Name: "harbour", Quorum: quorum})
	if err != nil {
		n.tb.Fatal(err)
	}
}

func (n *newsroom) isIn(claim annotate.ID, state annotate.ReviewState, approvals int) {
	n.tb.Helper()
	if c := n.read(claim); c.Claim.Review != state || c.Approvals != approvals {
		n.tb.Errorf("the claim is %s with %d approvals, want %s with %d", c.Claim.Review, c.Approvals, state, approvals)
	}
}

func TestAClaimIsApprovedOnceAQuorumHas(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	n.setQuorum(2)
	article := n.article("Harbour", harbour)
	claim := n.claim(article, "The wall will hold this winter")
	if done := n.decide(claim, n.ben, annotate.Approve, ""); done.Review != annotate.Unreviewed || done.Approvals != 1 || done.Quorum != 2 {
		t.Errorf("after one approval the claim is told to be %s with %d of %d", done.Review, done.Approvals, done.Quorum)
	}
	n.isIn(claim, annotate.Unreviewed, 1)
	n.decide(claim, n.ben, annotate.Approve, "Once more.")
	n.isIn(claim, annotate.Unreviewed, 1)
	if done := n.decide(claim, n.mara, annotate.Approve, ""); done.Review != annotate.Approved || done.Approvals != 2 {
		t.Errorf("after two approvals the claim is told to be %s with %d", done.Review, done.Approvals)
	}
	n.isIn(claim, annotate.Approved, 2)

	n.link(article, claim, annotate.RoleSpeaker, n.mention(article, annotate.Speaker, "Ilse Brandt", ""))
	n.isIn(claim, annotate.Unreviewed, 0)
	n.decide(claim, n.ben, annotate.Approve, "")
	n.isIn(claim, annotate.Unreviewed, 1)
	n.decide(claim, n.mara, annotate.Dispute, "Who says?")
	n.isIn(claim, annotate.Disputed, 0)
}

func TestAnotherQuorumHoldsForWhatIsDecided(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("Harbour", harbour)
	once, twice := n.claim(article, "The wall will hold this winter"), n.claim(article, "a good deal 🌊 for everyone")
	objected := n.claim(n.article("Again", harbour), "declined to comment")
	n.decide(once, n.ben, annotate.Approve, "")
	n.decide(twice, n.ben, annotate.Approve, "")
	n.decide(twice, n.mara, annotate.Approve, "")
	n.decide(objected, n.ben, annotate.Dispute, "Of whom?")
	n.decide(objected, n.mara, annotate.Approve, "")

	stamp := func() int64 {
		t.Helper()
		var remarks int64
		if err := n.sql.QueryRow(t.Context(), `SELECT remarks FROM annotation_sets WHERE project_id = $1 AND article_id = $2 AND hand = 'shared'`, n.project, article).Scan(&remarks); err != nil {
			t.Fatal(err)
		}
		return remarks
	}
	counted := func(want map[annotate.ReviewState]int) {
		t.Helper()
		page, err := n.Claims(t.Context(), in(n.project), store.ClaimFilter{})
		if err != nil {
			t.Fatal(err)
		}
		for state, got := range page.Counts {
			if got != want[state] {
				t.Errorf("%d claims are counted as %s, want %d", got, state, want[state])
			}
		}
	}
	before := stamp()
	n.setQuorum(2)
	n.isIn(once, annotate.Unreviewed, 1)
	n.isIn(twice, annotate.Approved, 2)
	n.isIn(objected, annotate.Disputed, 1)
	counted(map[annotate.ReviewState]int{annotate.Unreviewed: 1, annotate.Approved: 1, annotate.Disputed: 1})
	if stamp() == before {
		t.Error("who keeps the article's page does not learn that it is another")
	}
	n.setQuorum(1)
	for _, claim := range []annotate.ID{once, twice, objected} {
		if c := n.read(claim); c.Claim.Review != annotate.Approved {
			t.Errorf("set back, the claim is %s", c.Claim.Review)
		}
	}
	counted(map[annotate.ReviewState]int{annotate.Approved: 3})
}

// TestWhatACrashLeftIsCountedLater has a quorum set and nothing derived, as if
// the server had been killed in between.
func TestWhatACrashLeftIsCountedLater(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	claim := n.claim(n.article("Harbour", harbour), "The wall will hold this winter")
	n.decide(claim, n.ben, annotate.Approve, "")
	n.exec(`UPDATE projects SET quorum = 2, quorum_counted = 0 WHERE id = $1`, n.project)
	n.isIn(claim, annotate.Approved, 1)
	n.setQuorum(2)
	n.isIn(claim, annotate.Unreviewed, 1)
}

func TestAQuorumThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	for _, quorum := range []int{0, -1, annotate.MaxQuorum + 1} {
		err := n.ChangeProject(t.Context(), store.ProjectChange{Project: n.project, Name: "harbour", Quorum: quorum})
		if bad := invalid(t, err); bad["quorum"] == "" {
			t.Errorf("a quorum of %d gives %v", quorum, err)
		}
	}
}

// TestAQuorumGoesWithAnExport brings what was decided by two into an empty
// project, which takes the quorum over, and into one that asks for one.
func TestAQuorumGoesWithAnExport(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	n.setQuorum(2)
	article := n.article("Harbour", harbour)
	once, twice := n.claim(article, "The wall will hold this winter"), n.claim(article, "a good deal 🌊 for everyone")
	n.decide(once, n.ben, annotate.Approve, "")
	n.decide(twice, n.ben, annotate.Approve, "")
	n.decide(twice, n.mara, annotate.Approve, "")
	want := exported(t, n.Store, n.project, store.ExportFilter{})
	if want.Quorum != 2 {
		t.Fatalf("the export tells of a quorum of %d", want.Quorum)
	}

	empty, used := n.newProject("empty"), n.newProject("used")
	n.project = empty
	n.mustImport(empty, want)
	same(t, want, exported(t, n.Store, empty, store.ExportFilter{}))
	n.isIn(once, annotate.Unreviewed, 1)

	n.project = used
	n.entity(annotate.Person, "Somebody")
	n.mustImport(used, want)
	n.isIn(once, annotate.Approved, 1)
	n.isIn(twice, annotate.Approved, 2)
	if done := n.mustImport(used, want); done.Unchanged != 1 {
		t.Errorf("brought again, it is not what it was: %+v", done)
	}
}

// TestWhatChangedSinceADecision edits a claim and its speaker after a
// decision, and puts its source back to what it was.
func TestWhatChangedSinceADecision(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	article := n.article("Harbour", harbour)
	speaker := n.mention(article, annotate.Speaker, "Ilse Brandt", "")
	source := n.mention(article, annotate.Source, "a recording", "")
	claim := n.claim(article, "The wall will hold this winter")
	n.link(article, claim, annotate.RoleSpeaker, speaker)
	n.link(article, claim, annotate.RoleSource, source)
	at := n.read(claim).Claim.Version
	n.decide(claim, n.ben, annotate.Approve, "")

	again := func(id annotate.ID, kind, words string) {
		n.tag(article, n.ana, annotate.Annotation{ID: id, Kind: kind, Version: n.version(id), Fragments: n.fragments(article, words)})
	}
	again(source, annotate.Source, "the Courier")
	again(claim, annotate.Claim, "The wall will hold")
	again(speaker, annotate.Speaker, "Brandt")
	again(source, annotate.Source, "a recording")
	n.mention(article, annotate.Speaker, "Jan Vos", "") // nothing to do with it

	log, whole, err := n.ClaimSince(t.Context(), in(n.project), claim, at)
	if err != nil || !whole || len(log.Entries) != 4 {
		t.Fatalf("%d change sets since, whole %v, %v", len(log.Entries), whole, err)
	}
	var sets [][]annotate.Deed
	for _, e := range log.Entries {
		done, err := e.Outcome()
		if err != nil {
			t.Fatal(err)
		}
		sets = append(sets, annotate.About(annotate.Deeds(done, e.CreatedAt), log.Attribution))
	}
	changed := map[annotate.ID]string{}
	for _, d := range annotate.Net(sets) {
		changed[d.Subject().ID] = n.texts[article][d.Before.Fragments[0].Start:][:3]
	}
	if len(changed) != 2 || changed[speaker] == "" || changed[claim] == "" {
		t.Errorf("what differs is %v, want the claim and its speaker", changed)
	}
	if log, whole, err := n.ClaimSince(t.Context(), in(n.project), claim, n.read(claim).Claim.Version); err != nil || !whole || len(log.Entries) != 0 {
		t.Errorf("since now there are %d change sets, whole %v, %v", len(log.Entries), whole, err)
	}

	n.decide(claim, n.ben, annotate.Approve, "")
	c := exported(t, n.Store, n.project, store.ExportFilter{})
	n.project = n.newProject("copy")
	n.mustImport(n.project, c)
	if _, whole, err := n.ClaimSince(t.Context(), in(n.project), claim, at); err != nil || whole {
		t.Errorf("of what was before the import it tells all: %v, %v", whole, err)
	}
}
