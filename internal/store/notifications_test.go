package store_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"onrecord.dev/internal/annotate"
	"onrecord.dev/internal/store"
)

// member gives somebody a role in the project.
func (n *newsroom) member(who annotate.ID, role annotate.Role) {
	n.tb.Helper()
	if _, err := n.SetMember(n.tb.Context(), store.NewMember{Project: n.project, Who: string(who), Role: role, At: n.later()}); err != nil {
		n.tb.Fatal(err)
	}
}

// staff makes ana an analyst and ben a reviewer; mara manages the project.
func (n *newsroom) staff() {
	n.tb.Helper()
	n.member(n.ana, annotate.Analyst)
	n.member(n.ben, annotate.Reviewer)
}

func (n *newsroom) comment(claim, replyTo, by annotate.ID, body string) annotate.Comment {
	n.tb.Helper()
	c, err := n.AddComment(n.tb.Context(), in(n.project), annotate.Comment{Claim: claim, ReplyTo: replyTo, Author: by, Body: body, CreatedAt: n.later()})
	if err != nil {
		n.tb.Fatal(err)
	}
	return c
}

// told is what somebody has been notified of, the newest first, as words such
// as "mentioned by Ben Okafor".
func (n *newsroom) toldOf(who annotate.ID) []string {
	n.tb.Helper()
	page, err := n.Notifications(n.tb.Context(), who, false, "", 0)
	if err != nil {
		n.tb.Fatal(err)
	}
	var words []string
	for _, item := range page.Items {
		words = append(words, fmt.Sprintf("%s by %s", item.What, item.By))
	}
	return words
}

func (n *newsroom) hears(who annotate.ID, want ...string) {
	n.tb.Helper()
	if got := n.toldOf(who); !slices.Equal(got, want) {
		n.tb.Errorf("was told %q, want %q", got, want)
	}
}

func TestAnswersMakeAThreadThatIsResolvedAndOpenedAgain(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	n.staff()
	claim := n.claim(n.article("Harbour", harbour), "The wall will hold this winter")
	other := n.claim(n.article("Again", harbour), "declined to comment")
	first := n.comment(claim, "", n.ana, "Is it the wall?")
	answer := n.comment(claim, first.ID, n.ben, "It is.")
	if again := n.comment(claim, answer.ID, n.ana, "Thanks."); again.ReplyTo != first.ID {
		t.Errorf("an answer to an answer is in the thread of %q, want %q", again.ReplyTo, first.ID)
	}
	if _, err := n.AddComment(t.Context(), in(n.project), annotate.Comment{Claim: other, ReplyTo: first.ID, Author: n.ana, Body: "Elsewhere", CreatedAt: n.now}); invalid(t, err)["reply_to"] == "" {
		t.Errorf("an answer from another claim gives %v", err)
	}

	waiting := func(want ...annotate.ID) {
		t.Helper()
		page, err := n.Claims(t.Context(), in(n.project), store.ClaimFilter{OpenThreads: true})
		if err != nil {
			t.Fatal(err)
		}
		var got []annotate.ID
		for _, c := range page.Items {
			got = append(got, c.Claim.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("claims with an open thread are %v, want %v", got, want)
		}
	}
	resolve := func(thread annotate.ID, resolved bool) (annotate.Comment, error) {
		return n.ResolveThread(t.Context(), in(n.project), store.ThreadResolution{Claim: claim, Thread: thread, Resolved: resolved, By: n.ben, At: n.later()})
	}
	waiting(claim)
	if _, err := resolve(answer.ID, true); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("resolving an answer gives %v", err)
	}
	done, err := resolve(first.ID, true)
	if err != nil || done.ResolvedBy != n.ben || !done.Resolved() {
		t.Fatalf("resolved it is %+v, %v", done, err)
	}
	waiting()
	if again, err := resolve(first.ID, true); err != nil || !again.ResolvedAt.Equal(done.ResolvedAt) {
		t.Errorf("resolved twice it is %+v, %v", again, err)
	}
	list, err := n.Comments(t.Context(), in(n.project), claim, "", 0)
	if err != nil || len(list.Items) != 3 || list.Items[0].Resolver != "Ben Okafor" || list.Items[1].ReplyTo != first.ID {
		t.Errorf("the comments are %+v, %v", list.Items, err)
	}
	n.comment(claim, first.ID, n.ana, "One thing more.")
	waiting(claim)
	if _, err := resolve(first.ID, true); err != nil {
		t.Fatal(err)
	}
	if open, err := resolve(first.ID, false); err != nil || open.Resolved() {
		t.Errorf("opened again it is %+v, %v", open, err)
	}
	waiting(claim)
	if _, err := resolve(first.ID, true); err != nil {
		t.Fatal(err)
	}

	want := exported(t, n.Store, n.project, store.ExportFilter{})
	n.project = n.newProject("copy")
	n.mustImport(n.project, want)
	same(t, want, exported(t, n.Store, n.project, store.ExportFilter{}))
	waiting()
}

func TestWhoIsConcernedIsTold(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	n.staff()
	claim := n.claim(n.article("Harbour", harbour), "The wall will hold this winter")
	first := n.comment(claim, "", n.ben, "@Mara Lind, @Ben Okafor: is this the wall?")
	n.hears(n.mara, "mentioned by Ben Okafor")
	n.hears(n.ana, "commented by Ben Okafor") // it is her claim
	n.hears(n.ben)
	n.comment(claim, first.ID, n.mara, "Ask @ana ruiz.")
	n.hears(n.ben, "replied by Mara Lind")
	n.hears(n.ana, "mentioned by Mara Lind", "commented by Ben Okafor")
	n.decide(claim, n.ben, annotate.Approve, "")
	n.hears(n.ana, "decided by Ben Okafor", "mentioned by Mara Lind", "commented by Ben Okafor")
	n.decide(claim, n.ana, annotate.RequestChanges, "I forgot the source.")
	if got := n.toldOf(n.ana); len(got) != 3 {
		t.Errorf("of her own decision she is told %q", got)
	}
	n.comment(claim, "", n.ana, "@Nobody Known, write to ben@example.org")
	n.hears(n.ben, "replied by Mara Lind")

	page, err := n.Notifications(t.Context(), n.ana, false, "", 1)
	if err != nil || len(page.Items) != 1 || page.Next == "" {
		t.Fatalf("the first page is %+v, %v", page, err)
	}
	if item := page.Items[0]; item.Slug != "harbour" || item.Quote != "The wall will hold this winter" || item.Headline != "Harbour" || item.Decision != annotate.Approve || item.Claim != claim || item.Read {
		t.Errorf("the newest is %+v", item)
	}
	if rest, err := n.Notifications(t.Context(), n.ana, false, page.Next, 5); err != nil || len(rest.Items) != 2 || rest.Next != "" {
		t.Errorf("the second page is %+v, %v", rest, err)
	}
	unread := func(want int) {
		t.Helper()
		if got, err := n.Unread(t.Context(), n.ana); err != nil || got != want {
			t.Errorf("%d are unread, %v, want %d", got, err, want)
		}
	}
	unread(3)
	if err := n.MarkRead(t.Context(), n.ben, []annotate.ID{page.Items[0].ID}, n.later()); err != nil {
		t.Fatal(err)
	}
	unread(3) // they are hers
	if err := n.MarkRead(t.Context(), n.ana, []annotate.ID{page.Items[0].ID}, n.later()); err != nil {
		t.Fatal(err)
	}
	unread(2)
	if left, err := n.Notifications(t.Context(), n.ana, true, "", 0); err != nil || len(left.Items) != 2 {
		t.Errorf("unread are %+v, %v", left, err)
	}
	if _, err := n.Notification(t.Context(), n.ben, page.Items[0].ID); !errors.Is(err, annotate.ErrNotFound) {
		t.Errorf("somebody else's notification gives %v", err)
	}
	if err := n.RemoveMember(t.Context(), n.project, string(n.ana)); err != nil {
		t.Fatal(err)
	}
	n.hears(n.ana)
	unread(0)
}

func (n *newsroom) wantsMail(who annotate.ID, choice annotate.MailChoice) {
	n.tb.Helper()
	if err := n.ChooseMail(n.tb.Context(), who, choice, n.now); err != nil {
		n.tb.Fatal(err)
	}
}

func (n *newsroom) noMailAt(at time.Time) {
	n.tb.Helper()
	if m, err := n.LeaseMail(n.tb.Context(), at); !errors.Is(err, annotate.ErrNotFound) {
		n.tb.Errorf("there is mail to send: %+v, %v", m, err)
	}
}

func TestMailTellsWhatIsUnreadOnce(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	n.staff()
	claim := n.claim(n.article("Harbour", harbour), "The wall will hold this winter")
	n.comment(claim, "", n.ben, "Off is what it is at first.")
	n.noMailAt(n.now)
	n.wantsMail(n.ana, annotate.MailEach)
	n.comment(claim, "", n.ben, "One.")
	n.comment(claim, "", n.ben, "Two.")
	m, err := n.LeaseMail(t.Context(), n.now)
	if err != nil || m.To.Email != "ana.ruiz@example.org" || len(m.Items) != 3 || m.Attempts != 1 {
		t.Fatalf("to send is %+v, %v", m, err)
	}
	n.noMailAt(n.now) // it is being sent
	n.comment(claim, "", n.ben, "Three, while it is sent.")
	if err := n.MailSent(t.Context(), m.ID, n.now); err != nil {
		t.Fatal(err)
	}
	if m, err = n.LeaseMail(t.Context(), n.now); err != nil || len(m.Items) != 1 {
		t.Fatalf("then to send is %+v, %v", m, err)
	}
	if err := n.MailSent(t.Context(), m.ID, n.now); err != nil {
		t.Fatal(err)
	}
	n.noMailAt(n.now.Add(1000 * time.Hour))

	n.comment(claim, "", n.ben, "Read before it is sent.")
	if err := n.MarkRead(t.Context(), n.ana, nil, n.now); err != nil {
		t.Fatal(err)
	}
	n.noMailAt(n.now)
	n.comment(claim, "", n.ben, "No longer wanted.")
	n.wantsMail(n.ana, annotate.MailOff)
	n.noMailAt(n.now)
}

func TestDailyMailGathersADay(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	n.staff()
	n.wantsMail(n.ana, annotate.MailDaily)
	claim := n.claim(n.article("Harbour", harbour), "The wall will hold this winter")
	for _, body := range []string{"One.", "Two.", "Three."} {
		n.comment(claim, "", n.ben, body)
	}
	n.noMailAt(time.Date(2026, 11, 24, 5, 59, 0, 0, time.UTC))
	m, err := n.LeaseMail(t.Context(), time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC))
	if err != nil || len(m.Items) != 3 {
		t.Errorf("at six there is %+v, %v", m, err)
	}
}

// TestMailOutlastsItsSender has a sender die with a mail, and a mail server
// refuse it.
func TestMailOutlastsItsSender(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	n.staff()
	n.wantsMail(n.ana, annotate.MailEach)
	claim := n.claim(n.article("Harbour", harbour), "The wall will hold this winter")
	n.comment(claim, "", n.ben, "One.")
	lost, err := n.LeaseMail(t.Context(), n.now)
	if err != nil {
		t.Fatal(err)
	}
	n.noMailAt(n.now.Add(4 * time.Minute))
	m, err := n.LeaseMail(t.Context(), n.now.Add(5*time.Minute))
	if err != nil || m.ID != lost.ID || m.Attempts != 2 || len(m.Items) != 1 {
		t.Fatalf("after the lease there is %+v, %v", m, err)
	}
	at := n.now.Add(5 * time.Minute)
	if givenUp, err := n.MailFailed(t.Context(), m, "451 try later", false, at); givenUp || err != nil {
		t.Fatalf("given up %v, %v", givenUp, err)
	}
	n.noMailAt(at.Add(119 * time.Second))
	if m, err = n.LeaseMail(t.Context(), at.Add(2*time.Minute)); err != nil || m.ID != lost.ID || m.Attempts != 3 {
		t.Fatalf("tried again it is %+v, %v", m, err)
	}
	if givenUp, err := n.MailFailed(t.Context(), m, "550 no such person", true, at.Add(2*time.Minute)); !givenUp || err != nil {
		t.Errorf("given up %v, %v", givenUp, err)
	}
	n.noMailAt(at.Add(1000 * time.Hour))
}

// TestManyServersSendEachMailOnce has eight of them take what there is.
func TestManyServersSendEachMailOnce(t *testing.T) {
	t.Parallel()
	n := newNewsroom(t)
	n.staff()
	claim := n.claim(n.article("Harbour", harbour), "The wall will hold this winter")
	const people = 24
	body := ""
	for i := range people {
		who := n.user(fmt.Sprintf("Reader %c", 'A'+i))
		n.member(who, annotate.Viewer)
		n.wantsMail(who, annotate.MailEach)
		body += fmt.Sprintf("@Reader %c ", 'A'+i)
	}
	n.comment(claim, "", n.ben, body)
	var mu sync.Mutex
	taken := map[annotate.ID]int{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				m, err := n.LeaseMail(t.Context(), n.now)
				if errors.Is(err, annotate.ErrNotFound) {
					return
				}
				if err == nil {
					err = n.MailSent(t.Context(), m.ID, n.now)
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				taken[m.To.ID]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for who, times := range taken {
		if times != 1 {
			t.Errorf("%s gets it %d times", who, times)
		}
	}
	if len(taken) != people {
		t.Errorf("%d get it, want %d", len(taken), people)
	}
}
