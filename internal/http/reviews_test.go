package server

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

const wallText = `The harbour wall
"The wall will hold this winter," Ilse Brandt told the council on Tuesday, according to a recording obtained by the Courier.
The mayor, Jan Vos, called the repair “a good deal 🌊 for everyone”.
A spokesperson for the port declined to comment.
`

// reviewRoom is a server with an article, its claims, and people to review
// them.
type reviewRoom struct {
	*testServer
	article   annotate.ID
	claims    []annotate.ID // in the order of the text
	analyst   *visitor
	reviewer  *visitor
	viewer    *visitor
	brandt    annotate.ID
	recording annotate.ID // the entity
}

func newReviewRoom(tb testing.TB, configure ...func(*Config)) *reviewRoom {
	tb.Helper()
	s := newServer(tb, configure...)
	r := &reviewRoom{testServer: s, analyst: s.as(annotate.Analyst), reviewer: s.as(annotate.Reviewer), viewer: s.as(annotate.Viewer)}
	doc, err := s.store.AddArticle(tb.Context(), s.project.ID, annotate.Article{Headline: "Harbour wall", CreatedBy: r.analyst.user}, wallText, s.clock)
	if err != nil {
		tb.Fatal(err)
	}
	r.article = doc.Article.ID
	r.brandt, r.recording = r.entity(annotate.Person, "Ilse Brandt"), r.entity(annotate.Recording, "The council tape")
	for _, words := range []string{"The wall will hold this winter", "a good deal 🌊 for everyone", "declined to comment"} {
		r.claims = append(r.claims, r.tag(annotate.Claim, words, ""))
	}
	speaker, source := r.tag(annotate.Speaker, "Ilse Brandt", r.brandt), r.tag(annotate.Source, "a recording", r.recording)
	r.link(r.claims[0], annotate.RoleSpeaker, speaker)
	r.link(r.claims[0], annotate.RoleSource, source)
	r.link(source, annotate.RoleVia, r.tag(annotate.Source, "the Courier", ""))
	return r
}

func (r *reviewRoom) entity(kind annotate.EntityType, name string) annotate.ID {
	r.tb.Helper()
	e, err := r.store.AddEntity(r.tb.Context(), r.project.ID, annotate.Entity{Type: kind, Name: name, CreatedBy: r.analyst.user}, r.clock)
	if err != nil {
		r.tb.Fatal(err)
	}
	return e.ID
}

func (r *reviewRoom) change(op annotate.Operation) {
	r.tb.Helper()
	_, err := r.store.Append(r.tb.Context(), r.project.ID, r.article, store.Shared, annotate.ChangeSet{
		ID: store.NewID(), Author: r.analyst.user, At: r.clock, Operations: []annotate.Operation{op},
	})
	if err != nil {
		r.tb.Fatal(err)
	}
}

func (r *reviewRoom) tag(kind, words string, entity annotate.ID) annotate.ID {
	r.tb.Helper()
	before, _, _ := strings.Cut(wallText, words)
	start := utf8.RuneCountInString(before)
	a := annotate.Annotation{
		ID: store.NewID(), Kind: kind, Entity: entity,
		Fragments: []annotate.Fragment{{Start: start, End: start + utf8.RuneCountInString(words), Exact: words}},
	}
	if kind == annotate.Claim {
		a.Attributes = annotate.Attributes{"quotation": "direct"}
	}
	r.change(annotate.Operation{Op: annotate.Put, Annotation: &a})
	return a.ID
}

func (r *reviewRoom) link(from annotate.ID, role annotate.LinkRole, to annotate.ID) {
	r.tb.Helper()
	r.change(annotate.Operation{Op: annotate.Put, Link: &annotate.Link{ID: store.NewID(), From: from, To: to, Role: role}})
}

func (r *reviewRoom) claim(i int) annotate.DecidedClaim {
	r.tb.Helper()
	c, err := r.store.Claim(r.tb.Context(), store.Operator(r.project), r.claims[i])
	if err != nil {
		r.tb.Fatal(err)
	}
	return c
}

func (r *reviewRoom) version(i int) string { return strconv.Itoa(r.claim(i).Claim.Version) }

// path is the path of a claim, with more.
func (r *reviewRoom) path(i int, more string) string {
	return "/projects/harbour/claims/" + string(r.claims[i]) + more
}

func TestClaimsInTheAPI(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	var list struct {
		Items  []ClaimJSON
		Counts map[annotate.ReviewState]int
		Next   string
	}
	r.viewer.api("GET", "/projects/harbour/claims?limit=2", nil).is(http.StatusOK).into(&list)
	if len(list.Items) != 2 || list.Next == "" || list.Counts[annotate.Unreviewed] != 3 {
		t.Fatalf("got %d claims, next %q, counts %v", len(list.Items), list.Next, list.Counts)
	}
	first := list.Items[0]
	if first.ID != r.claims[0] || first.Quote != "The wall will hold this winter" || first.State != annotate.Unreviewed || first.Article.Headline != "Harbour wall" {
		t.Errorf("the first is %+v", first)
	}
	if want := "Ilse Brandt, through The council tape, through the Courier"; first.Attribution != want {
		t.Errorf("it is attributed to %q, want %q", first.Attribution, want)
	}
	if len(first.Speakers) != 1 || first.Speakers[0].Entity != r.brandt || first.Speakers[0].Exact != "Ilse Brandt" {
		t.Errorf("its speakers are %+v", first.Speakers)
	}
	if len(first.Sources) != 1 || len(first.Sources[0]) != 2 || first.Sources[0][1].Name != "the Courier" || first.Sources[0][0].Exact != "a recording" {
		t.Errorf("its sources are %+v", first.Sources)
	}
	r.viewer.api("GET", "/projects/harbour/claims?limit=2&cursor="+list.Next, nil).is(http.StatusOK).into(&list)
	if len(list.Items) != 1 || list.Items[0].ID != r.claims[2] {
		t.Errorf("the second page is %+v", list.Items)
	}
	list.Items = nil
	r.viewer.api("GET", "/projects/harbour/claims?speaker="+strings.ToUpper(string(r.brandt)), nil).is(http.StatusOK).into(&list)
	if len(list.Items) != 1 || list.Items[0].ID != r.claims[0] {
		t.Errorf("by speaker one finds %+v", list.Items)
	}
}

// TestClaimsCountAsTheClientDoes asks for a claim after an emoji in UTF-16.
func TestClaimsCountAsTheClientDoes(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	for offsets, more := range map[string]int{"codepoint": 0, "utf16": 1} {
		var c ClaimJSON
		r.viewer.api("GET", r.path(2, "?offsets="+offsets), nil).is(http.StatusOK).into(&c)
		before, _, _ := strings.Cut(wallText, "declined")
		want := utf8.RuneCountInString(before) + more
		if c.Fragments[0].Start != want {
			t.Errorf("in %s it begins at %d, want %d", offsets, c.Fragments[0].Start, want)
		}
	}
}

func TestADecisionInTheAPI(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	var done struct {
		Review reviewRecord
		State  annotate.ReviewState `json:"review_state"`
	}
	r.reviewer.api("POST", r.path(0, "/reviews"), map[string]any{"decision": "dispute", "reason": "Who says so?", "version": r.claim(0).Claim.Version}).
		is(http.StatusCreated).into(&done)
	if done.State != annotate.Disputed || done.Review.Reviewer != r.reviewer.user || done.Review.Reason != "Who says so?" || done.Review.ID == "" {
		t.Errorf("got %+v", done)
	}
	var c struct {
		ClaimJSON
		Reviews []reviewRecord
		People  []personRecord
		Links   []annotate.LinkRecord
	}
	r.viewer.api("GET", r.path(0, ""), nil).is(http.StatusOK).into(&c)
	if c.State != annotate.Disputed || len(c.Reviews) != 1 || c.Reviews[0] != done.Review || c.LastReview == nil || len(c.People) != 1 || len(c.Links) != 3 {
		t.Errorf("the claim tells %+v", c)
	}
}

func TestRefusedDecisionsInTheAPI(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	other := r.as("")
	own := r.analyst
	_, err := r.store.SetMember(t.Context(), store.NewMember{Project: r.project.ID, Who: string(own.user), Role: annotate.Reviewer, At: r.clock})
	if err != nil {
		t.Fatal(err)
	}
	version := r.claim(0).Claim.Version
	approve := map[string]any{"decision": "approve", "version": version}
	tests := map[string]struct {
		who    *visitor
		path   string
		body   any
		status int
		field  string
	}{
		"viewer":              {r.viewer, r.path(0, "/reviews"), approve, http.StatusForbidden, ""},
		"nobody":              {r.nobody(), r.path(0, "/reviews"), approve, http.StatusUnauthorized, ""},
		"no member":           {other, r.path(0, "/reviews"), approve, http.StatusNotFound, ""},
		"no reason":           {r.reviewer, r.path(0, "/reviews"), map[string]any{"decision": "reject", "version": version}, http.StatusUnprocessableEntity, "reason"},
		"no such decision":    {r.reviewer, r.path(0, "/reviews"), map[string]any{"decision": "shrug", "version": version}, http.StatusUnprocessableEntity, "decision"},
		"a NUL":               {r.reviewer, r.path(0, "/reviews"), map[string]any{"decision": "reject", "version": version, "reason": "a\x00b"}, http.StatusUnprocessableEntity, "text"},
		"own claim":           {own, r.path(0, "/reviews"), approve, http.StatusForbidden, ""},
		"earlier version":     {r.reviewer, r.path(0, "/reviews"), map[string]any{"decision": "approve", "version": version - 1}, http.StatusConflict, ""},
		"no claim":            {r.reviewer, "/projects/harbour/claims/" + string(store.NewID()) + "/reviews", approve, http.StatusNotFound, ""},
		"no id":               {r.reviewer, "/projects/harbour/claims/7/reviews", approve, http.StatusUnprocessableEntity, "claim"},
		"viewer's comment":    {r.viewer, r.path(0, "/comments"), map[string]any{"body": "Hello"}, http.StatusForbidden, ""},
		"empty comment":       {r.analyst, r.path(0, "/comments"), map[string]any{"body": "  "}, http.StatusUnprocessableEntity, "body"},
		"comment on no claim": {r.analyst, "/projects/harbour/claims/" + string(store.NewID()) + "/comments", map[string]any{"body": "Hello"}, http.StatusNotFound, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := tt.who.api("POST", tt.path, tt.body).problem(tt.status)
			if tt.field != "" && (len(p.Errors) != 1 || p.Errors[0].Field != tt.field) {
				t.Errorf("the complaints are %+v, want one about %s", p.Errors, tt.field)
			}
			if tt.status == http.StatusConflict && (p.Claim == nil || p.Claim.ID != r.claims[0] || p.Claim.Version != version) {
				t.Errorf("the claim as it is now is %+v", p.Claim)
			}
		})
	}
	if c := r.claim(0); c.Claim.Review != annotate.Unreviewed || len(c.Reviews) != 0 || c.Comments != 0 {
		t.Errorf("something was written: %+v", c)
	}
}

// TestAnotherProjectsClaimIsNotThere asks for a claim under a project of the
// asker's own.
func TestAnotherProjectsClaimIsNotThere(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	_, err := r.store.AddProject(t.Context(), store.NewProject{Slug: "mine", Name: "Mine", Creator: r.reviewer.user, At: r.clock})
	if err != nil {
		t.Fatal(err)
	}
	path := "/projects/mine/claims/" + string(r.claims[0])
	r.reviewer.get(path).is(http.StatusNotFound)
	r.reviewer.post(path+"/reviews", "decision", "approve", "version", r.version(0)).is(http.StatusNotFound)
	r.reviewer.post(path+"/comments", "body", "Hello").is(http.StatusNotFound)
	r.reviewer.api("GET", path, nil).problem(http.StatusNotFound)
	r.reviewer.api("GET", path+"/comments", nil).problem(http.StatusNotFound)
	r.reviewer.api("POST", path+"/reviews", map[string]any{"decision": "approve", "version": r.claim(0).Claim.Version}).problem(http.StatusNotFound)
	if c := r.claim(0); c.Claim.Review != annotate.Unreviewed || c.Comments != 0 {
		t.Errorf("something was written: %+v", c)
	}
}

func TestCommentsInTheAPI(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	var first commentRecord
	r.analyst.api("POST", r.path(0, "/comments"), map[string]any{"body": "Is it the wall?"}).is(http.StatusCreated).into(&first)
	r.reviewer.api("POST", r.path(0, "/comments"), map[string]any{"body": "It is."}).is(http.StatusCreated)
	var list commentList
	r.viewer.api("GET", r.path(0, "/comments?limit=1"), nil).is(http.StatusOK).into(&list)
	if len(list.Items) != 1 || list.Items[0] != first || list.Next == "" {
		t.Fatalf("the first page is %+v", list)
	}
	next := list.Next
	list = commentList{}
	r.viewer.api("GET", r.path(0, "/comments?limit=1&cursor="+next), nil).is(http.StatusOK).into(&list)
	if len(list.Items) != 1 || list.Items[0].Body != "It is." || list.Items[0].Author != r.reviewer.user || list.Next != "" {
		t.Errorf("the second page is %+v", list)
	}
	r.viewer.api("GET", r.path(0, "/comments?cursor=x"), nil).problem(http.StatusUnprocessableEntity)
}

func TestTheQueuePage(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	all := r.viewer.get("/projects/harbour/claims").is(http.StatusOK)
	all.says("Ilse Brandt", ", through The council tape, through the Courier", "The wall will hold this winter", "No speaker yet", "a good deal 🌊 for everyone", "Unreviewed")

	r.viewer.get("/projects/harbour/claims?state=approved").is(http.StatusOK).says("No claim is approved").keepsQuietAbout("The wall will hold")
	r.viewer.get("/projects/harbour/claims?q=wall+winter").is(http.StatusOK).says("The wall will hold").keepsQuietAbout("declined to comment")
	r.viewer.get("/projects/harbour/claims?author=" + string(r.reviewer.user)).is(http.StatusOK).says("Nothing to review").keepsQuietAbout("The wall will hold")
	r.viewer.get("/projects/harbour/claims?state=nonsense&author=nonsense&article=7").is(http.StatusOK).says("The wall will hold")
	r.viewer.get("/projects/harbour/claims?article=" + string(r.article)).is(http.StatusOK).says("As they stand in")
	r.viewer.get("/projects/harbour/claims?article=" + string(store.NewID())).is(http.StatusNotFound)
	r.viewer.get("/projects/harbour/claims?cursor=x").is(http.StatusUnprocessableEntity)
	r.viewer.get("/projects/harbour/claims?q=" + strings.Repeat("x", 501)).is(http.StatusUnprocessableEntity).says("at most 500 characters")
	r.viewer.get("/projects/harbour/claims?q=%00").is(http.StatusOK)
	r.viewer.get("/projects/harbour/claims?q=%ff").is(http.StatusUnprocessableEntity)
	r.as("").get("/projects/harbour/claims").is(http.StatusNotFound).keepsQuietAbout("The wall")
}

// TestNamesInTheFilterFormFindTheirEntities sends what the form sends without
// a script.
func TestNamesInTheFilterFormFindTheirEntities(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	const queue = "/projects/harbour/claims"
	byBrandt := queue + "?speaker=" + string(r.brandt)
	r.viewer.get(queue + "?q=&speaker=ilse+brandt&source=&author=").leadsTo(byBrandt)
	r.viewer.get(byBrandt).is(http.StatusOK).says(`value="Ilse Brandt"`, "The wall will hold").keepsQuietAbout("declined to comment")
	r.viewer.get(queue+"?speaker=Somebody+Else").is(http.StatusUnprocessableEntity).says("has a name like this", `value="Somebody Else"`)
	r.viewer.get(queue + "?speaker=" + string(store.NewID())).is(http.StatusUnprocessableEntity).says("no such person")

	kept := url.Values{"speaker": {"Ilse Brandt"}, "speaker-is": {string(r.brandt)}, "speaker-was": {"Ilse Brandt"}, "q": {"wall"}}
	r.viewer.get(queue + "?" + kept.Encode()).leadsTo(queue + "?q=wall&speaker=" + string(r.brandt))
	gone := url.Values{"speaker": {""}, "speaker-is": {string(r.brandt)}, "speaker-was": {"Ilse Brandt"}}
	r.viewer.get(queue + "?" + gone.Encode()).leadsTo(queue)
	r.viewer.get(queue + "?source=council+tape&state=all").leadsTo(queue + "?source=" + string(r.recording) + "&state=all")
}

func TestTheClaimPageOffersWhatOneMayDo(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	const decide, comment = `name="decision"`, `name="body"`
	r.viewer.get(r.path(0, "")).is(http.StatusOK).says("Ilse Brandt", "here “a recording”", "Quotation", "Direct").keepsQuietAbout(decide, comment)
	r.analyst.get(r.path(0, "")).is(http.StatusOK).says(comment).keepsQuietAbout(decide)
	r.reviewer.get(r.path(0, "")).is(http.StatusOK).says(comment, decide, `value="approve"`)
	r.viewer.post(r.path(0, "/comments"), "body", "Hello").is(http.StatusForbidden)
	r.analyst.post(r.path(0, "/reviews"), "decision", "approve", "version", r.version(0)).is(http.StatusForbidden)

	_, err := r.store.SetMember(t.Context(), store.NewMember{Project: r.project.ID, Who: string(r.analyst.user), Role: annotate.Reviewer, At: r.clock})
	if err != nil {
		t.Fatal(err)
	}
	r.analyst.get(r.path(0, "")).is(http.StatusOK).says(decide, "somebody else has to approve it").keepsQuietAbout(`value="approve"`)
	r.analyst.post(r.path(0, "/reviews"), "decision", "approve", "version", r.version(0)).is(http.StatusForbidden).says("you may not approve it")
	r.exec(`UPDATE projects SET self_approval = true WHERE id = $1`, r.project.ID)
	r.analyst.get(r.path(0, "")).is(http.StatusOK).says(`value="approve"`)
	r.analyst.post(r.path(0, "/reviews"), "decision", "approve", "version", r.version(0)).is(http.StatusSeeOther)
}

// TestADecisionLeadsOnThroughTheQueue decides on all claims one after the
// other, from the middle on.
func TestADecisionLeadsOnThroughTheQueue(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	filter := "?q=harbour"
	r.reviewer.get(r.path(1, filter)).is(http.StatusOK).says(r.path(0, filter), r.path(2, filter), "Unreviewed claims, filtered")
	decide := func(i int, decision, reason string) *answer {
		return r.reviewer.post(r.path(i, "/reviews"+filter), "decision", decision, "reason", reason, "version", r.version(i))
	}
	decide(1, "approve", "").leadsTo(r.path(2, filter))
	r.reviewer.get(r.path(2, filter)).says("Approved: “a good deal 🌊 for everyone”")
	decide(2, "request_changes", "Tag the speaker.").leadsTo(r.path(0, filter))
	r.reviewer.get(r.path(0, filter)).says("Sent back for changes: “declined to comment”")
	decide(0, "dispute", "Who?").leadsTo("/projects/harbour/claims" + filter)
	r.reviewer.get("/projects/harbour/claims"+filter).says("Disputed: “The wall will hold", "Nothing to review", "Take the filters away")
	for i, want := range []annotate.ReviewState{annotate.Disputed, annotate.Approved, annotate.ChangesRequested} {
		if got := r.claim(i).Claim.Review; got != want {
			t.Errorf("claim %d is %s, want %s", i, got, want)
		}
	}
	r.viewer.get(r.path(2, "")).says("Vera reviewer", "asked for changes", "Tag the speaker.", "on this version")
}

func TestWhatWasTypedIsKeptWhenADecisionIsRefused(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	r.reviewer.post(r.path(0, "/reviews"), "decision", "dispute", "reason", "", "version", r.version(0)).
		is(http.StatusUnprocessableEntity).says("Say why, so that the author can act on it.", `aria-invalid="true"`)
	long := strings.Repeat("x", 10_001)
	r.reviewer.post(r.path(0, "/reviews"), "decision", "approve", "reason", long, "version", r.version(0)).
		is(http.StatusUnprocessableEntity).says("at most 10,000 characters", long)
	r.reviewer.post(r.path(0, "/reviews"), "decision", "approve", "version", "seven").is(http.StatusUnprocessableEntity)
	r.reviewer.post(r.path(0, "/comments"), "body", " ").is(http.StatusUnprocessableEntity).says("Write a comment")
	r.reviewer.post(r.path(0, "/reviews"), "decision", "dispute", "reason", "a\x00b", "version", r.version(0)).
		is(http.StatusUnprocessableEntity).says("Remove the NUL characters")

	seen := r.version(1)
	r.link(r.claims[1], annotate.RoleSpeaker, r.tag(annotate.Speaker, "Jan Vos", ""))
	r.reviewer.post(r.path(1, "/reviews"), "decision", "reject", "reason", "Nobody says it.", "version", seen).
		is(http.StatusConflict).says("has changed since you opened it", "Nobody says it.", "Jan Vos", `name="version" value="`+r.version(1)+`"`)
	if c := r.claim(1); len(c.Reviews) != 0 {
		t.Errorf("something was decided: %+v", c.Reviews)
	}
}

func TestAnEditShowsTheOldDecisionForWhatItIs(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	r.reviewer.post(r.path(1, "/reviews"), "decision", "approve", "reason", "Fine.", "version", r.version(1)).is(http.StatusSeeOther)
	r.link(r.claims[1], annotate.RoleSpeaker, r.tag(annotate.Speaker, "Jan Vos", ""))
	r.viewer.get(r.path(1, "")).is(http.StatusOK).says("Unreviewed", "Fine.", "on version 1: the claim has changed since")
	r.viewer.get("/projects/harbour/claims").is(http.StatusOK).says("an earlier version", "“Fine.”")
}

func TestACommentStandsUnderItsClaim(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	done := r.analyst.post(r.path(0, "/comments?state=all"), "body", "See <b>page 3</b>.\nAnd 4.").is(http.StatusSeeOther)
	where := done.header.Get("Location")
	if !strings.HasPrefix(where, r.path(0, "?state=all#comment-")) {
		t.Fatalf("it leads to %s", where)
	}
	path, _, _ := strings.Cut(where, "#")
	shown := r.analyst.get(path).is(http.StatusOK).says("Comment added.", "Vera analyst", "See <b>page 3</b>.")
	if strings.Contains(shown.body, "<b>page") {
		t.Error("what was typed becomes markup")
	}
	r.viewer.get("/projects/harbour/claims").says("1 comment")
}

// approve has somebody else approve a claim in the API.
func (r *reviewRoom) approve(who *visitor, i int) *answer {
	r.tb.Helper()
	return who.api("POST", r.path(i, "/reviews"), map[string]any{"decision": "approve", "version": r.claim(i).Claim.Version})
}

// TestAQuorumIsAskedForAndShown sets one in the settings and has two approve.
func TestAQuorumIsAskedForAndShown(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	manager, second := r.as(annotate.Manager), r.as(annotate.Reviewer)
	const settings = "/projects/harbour/settings"
	manager.post(settings, "name", "Harbour inquiry", "quorum", "6").is(http.StatusUnprocessableEntity).says("Ask for 1 to 5 approvals.")
	manager.post(settings, "name", "Harbour inquiry", "quorum", "2").leadsTo(settings)
	manager.get(settings).is(http.StatusOK).says(`<option value="2" selected`)
	manager.post(settings, "name", "Harbour inquiry").leadsTo(settings)
	var project struct{ Quorum int }
	if r.viewer.api("GET", "/projects/harbour", nil).is(http.StatusOK).into(&project); project.Quorum != 2 {
		t.Errorf("the project asks for %d approvals", project.Quorum)
	}

	var done struct {
		State     annotate.ReviewState `json:"review_state"`
		Approvals int
		Quorum    int
	}
	r.approve(r.reviewer, 0).is(http.StatusCreated).into(&done)
	if done.State != annotate.Unreviewed || done.Approvals != 1 || done.Quorum != 2 {
		t.Errorf("the first approval is answered with %+v", done)
	}
	r.viewer.get(r.path(0, "")).is(http.StatusOK).says("1 of 2 approvals", "Vera reviewer")
	r.viewer.get("/projects/harbour/claims").is(http.StatusOK).says("1 of 2 approvals", "0 of 2 approvals")
	second.post(r.path(1, "/reviews"), "decision", "approve", "version", r.version(1))
	second.get("/projects/harbour/claims").says("Approved by you, 1 of 2: “a good deal")
	r.approve(second, 0).is(http.StatusCreated).into(&done)
	if done.State != annotate.Approved || done.Approvals != 2 {
		t.Errorf("the second approval is answered with %+v", done)
	}
	r.viewer.get("/projects/harbour/claims?state=approved").is(http.StatusOK).says("2 of 2 approvals", "The wall will hold")
}

// TestWhatChangedSinceADecisionIsShown moves a claim and exchanges its speaker
// after a decision.
func TestWhatChangedSinceADecisionIsShown(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	version := r.version(0)
	r.approve(r.reviewer, 0).is(http.StatusCreated)
	r.reviewer.get(r.path(0, "")).is(http.StatusOK).keepsQuietAbout("Changed since")

	shorter := r.claim(0).Claim
	shorter.Fragments = []annotate.Fragment{{Start: shorter.Fragments[0].Start, End: shorter.Fragments[0].End - len(" this winter")}}
	r.change(annotate.Operation{Op: annotate.Put, Annotation: &shorter})
	speaker := r.claim(0).Annotations[slices.IndexFunc(r.claim(0).Annotations, func(a annotate.Annotation) bool { return a.Kind == annotate.Speaker })]
	speaker.Entity = ""
	r.change(annotate.Operation{Op: annotate.Put, Annotation: &speaker})

	r.reviewer.get(r.path(0, "")).is(http.StatusOK).
		says("Changed since you approved version "+version, "Changed: speaker", `<del class="drift"> this winter</del>`, "<del>Ilse Brandt</del>")
	r.viewer.get(r.path(0, "")).is(http.StatusOK).says("Changed since Vera reviewer approved version " + version)

	var since struct {
		Version int
		Whole   bool
		Did     []deedJSON
		People  []personRecord
	}
	r.viewer.api("GET", r.path(0, "/since?version="+version), nil).is(http.StatusOK).into(&since)
	if !since.Whole || len(since.Did) != 2 || since.Version != r.claim(0).Claim.Version || len(since.People) != 1 {
		t.Errorf("the API tells %+v", since)
	}
	if d := since.Did[0]; d.Annotation == nil || d.Annotation.Before.Fragments[0].End-d.Annotation.After.Fragments[0].End != len(" this winter") {
		t.Errorf("of the claim it tells %+v", d)
	}
	r.viewer.api("GET", r.path(0, "/since"), nil).problem(http.StatusUnprocessableEntity)
	r.viewer.api("GET", "/projects/harbour/claims/"+string(store.NewID())+"/since?version=1", nil).problem(http.StatusNotFound)
	r.as("").api("GET", r.path(0, "/since?version=1"), nil).problem(http.StatusNotFound)
}
