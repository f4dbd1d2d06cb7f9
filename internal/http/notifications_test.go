package server

import (
	"net/http"
	"strings"
	"testing"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

func TestThreadsOnTheClaimPageAndInTheAPI(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	var first, answer commentRecord
	r.analyst.api("POST", r.path(0, "/comments"), map[string]any{"body": "Is it the wall, @vera reviewer? <b>"}).is(http.StatusCreated).into(&first)
	r.reviewer.api("POST", r.path(0, "/comments"), map[string]any{"body": "It is.", "reply_to": first.ID}).is(http.StatusCreated).into(&answer)
	if answer.ReplyTo != first.ID {
		t.Errorf("the answer is %+v", answer)
	}
	r.viewer.get(r.path(0, "")).is(http.StatusOK).says("It is.", `<span class="mention">@vera reviewer</span>? <b>`).keepsQuietAbout("Resolve", `name="reply_to"`)
	r.analyst.get(r.path(0, "")).is(http.StatusOK).says("Reply to Vera analyst", "Resolve")
	r.analyst.api("POST", r.path(1, "/comments"), map[string]any{"body": "Hello", "reply_to": first.ID}).problem(http.StatusUnprocessableEntity)
	r.analyst.post(r.path(0, "/comments"), "body", " ", "reply_to", string(first.ID)).is(http.StatusUnprocessableEntity).says("<details open>", "Write a comment")

	const open = "/projects/harbour/claims?only=threads"
	r.viewer.get(open).is(http.StatusOK).says("The wall will hold").keepsQuietAbout("declined to comment")
	thread := r.path(0, "/comments/"+string(first.ID))
	r.viewer.post(thread, "resolved", "yes").is(http.StatusForbidden)
	r.viewer.api("PATCH", thread, map[string]any{"resolved": true}).problem(http.StatusForbidden)
	r.reviewer.post(thread, "resolved", "yes").leadsTo(r.path(0, "#comment-"+string(first.ID)))
	r.viewer.get(r.path(0, "")).says("Resolved by Vera reviewer, ")
	r.viewer.get(open).is(http.StatusOK).keepsQuietAbout("The wall will hold")
	var list struct{ Items []ClaimJSON }
	if r.viewer.api("GET", "/projects/harbour/claims?open_threads=true", nil).is(http.StatusOK).into(&list); len(list.Items) != 0 {
		t.Errorf("the API lists %d", len(list.Items))
	}
	var c commentRecord
	if r.analyst.api("PATCH", thread, map[string]any{"resolved": false}).is(http.StatusOK).into(&c); c.Resolved != nil {
		t.Errorf("opened again it is %+v", c)
	}
	if r.analyst.api("PATCH", thread, map[string]any{"resolved": true}).is(http.StatusOK).into(&c); c.Resolved == nil || c.Resolved.By != r.analyst.user {
		t.Errorf("resolved it is %+v", c)
	}
	r.analyst.api("PATCH", r.path(0, "/comments/"+string(answer.ID)), map[string]any{"resolved": true}).problem(http.StatusNotFound)
	r.analyst.api("PATCH", r.path(1, "/comments/"+string(first.ID)), map[string]any{"resolved": true}).problem(http.StatusNotFound)
}

func TestTheQueueOfWhatOneHasNotDecidedOn(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	r.exec(`UPDATE projects SET quorum = 2, quorum_counted = 2 WHERE id = $1`, r.project.ID)
	const mine = "/projects/harbour/claims?only=undecided"
	// The way on passes over what one has decided on.
	r.reviewer.post(r.path(2, "/reviews"), "decision", "approve", "version", r.version(2)).leadsTo(r.path(0, ""))
	r.reviewer.post(r.path(0, "/reviews"), "decision", "approve", "version", r.version(0)).leadsTo(r.path(1, ""))
	r.reviewer.get(mine) // which also tells of the decision just made
	r.reviewer.get(mine).is(http.StatusOK).says("a good deal").keepsQuietAbout("The wall will hold", "declined to comment")
	r.viewer.get(mine).is(http.StatusOK).says("The wall will hold")
	var list struct{ Items []ClaimJSON }
	r.viewer.api("GET", "/projects/harbour/claims?undecided_by="+string(r.reviewer.user), nil).is(http.StatusOK).into(&list)
	if len(list.Items) != 1 || list.Items[0].ID != r.claims[1] {
		t.Errorf("the API lists %+v", list.Items)
	}
	r.reviewer.post(r.path(1, "/reviews"), "decision", "approve", "version", r.version(1)).leadsTo("/projects/harbour/claims")
}

func TestNotificationsAreListedAndRead(t *testing.T) {
	t.Parallel()
	r := newReviewRoom(t)
	const list = "/notifications"
	r.nobody().get(list).leadsTo("/sign-in?next=%2Fnotifications")
	r.analyst.get(list).is(http.StatusOK).says("Nothing new", "0 unread notifications")
	var c commentRecord
	r.reviewer.api("POST", r.path(0, "/comments"), map[string]any{"body": "Who says so?"}).is(http.StatusCreated).into(&c)
	r.approve(r.reviewer, 1).is(http.StatusCreated)
	r.analyst.get(list).is(http.StatusOK).
		says("Vera reviewer</strong> commented on your claim", "Vera reviewer</strong> approved your claim", "The wall will hold this winter", "2 unread notifications").
		keepsQuietAbout("Who says so?")
	r.analyst.get("/projects/harbour/claims").says("2 unread notifications")
	r.reviewer.get(list).is(http.StatusOK).says("Nothing new")

	var items struct {
		Items  []notificationJSON
		Unread int
		Next   string
	}
	r.analyst.api("GET", "/notifications?limit=1", nil).is(http.StatusOK).into(&items)
	if len(items.Items) != 1 || items.Unread != 2 || items.Next == "" || items.Items[0].What != annotate.WasDecided || items.Items[0].Project.Slug != "harbour" {
		t.Fatalf("the API lists %+v", items)
	}
	one := items.Items[0]
	r.reviewer.post("/notifications/" + string(one.ID)).is(http.StatusNotFound)
	r.analyst.post("/notifications/" + string(store.NewID())).is(http.StatusNotFound)
	r.analyst.post("/notifications/" + string(one.ID)).leadsTo(r.path(1, "?state=all#decisions"))
	r.analyst.get(list + "?show=unread").is(http.StatusOK).says("1 unread notification").keepsQuietAbout("approved your claim")
	r.analyst.get(r.path(0, "?state=all")).is(http.StatusOK).says(`id="comment-` + string(c.ID))
	r.analyst.api("POST", "/notifications/read", map[string]any{"ids": []string{"7"}}).problem(http.StatusUnprocessableEntity)
	r.analyst.post("/notifications/read").leadsTo(list)
	if r.analyst.api("GET", "/notifications?unread=true", nil).is(http.StatusOK).into(&items); items.Unread != 0 {
		t.Errorf("then unread are %d", items.Unread)
	}
	r.exec(`DELETE FROM members WHERE user_id = $1`, r.analyst.user)
	if body := r.analyst.get(list).is(http.StatusOK).body; strings.Contains(body, "The wall will hold") {
		t.Error("who has left the project still reads of it")
	}
}
